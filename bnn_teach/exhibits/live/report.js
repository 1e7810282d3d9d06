// What the samplers have done, in numbers: the line below the picture.
//
// Next: playground.js, which puts everything together.

export const grouped = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, "\u202f");

// `sigma` is the learned noise, or null where it is known.
export function metered({ nuts, advi, kept }, sweep, sigma) {
  const parts = [];
  if (nuts.wanted) {
    const sum = (name) => nuts.chains.reduce((total, chain) => total + chain[name], 0);
    const seconds = Math.max(...nuts.chains.map((chain) => chain.seconds));
    const what = kept ? `${grouped(kept)} draws` : "warming up";
    const chains = nuts.chains.length;
    parts.push(`NUTS: ${what} of ${chains} chain${chains > 1 ? "s" : ""}, ${grouped(sum("leapfrogs"))} leapfrogs, ${seconds.toFixed(1)} s`);
    if (sigma !== null && kept) parts.push(`\u03c3 \u2248 ${sigma.toFixed(2)}`);
    const divergences = sum("divergences");
    if (divergences) parts.push(`${grouped(divergences)} divergence${divergences > 1 ? "s" : ""}`);
    if (sweep.rhat) parts.push(`R\u0302 up to ${sweep.worstRhat.toFixed(3)}, ESS from ${grouped(sweep.leastEss)}`);
  }
  if (advi.wanted && advi.steps) parts.push(`ADVI: step ${grouped(advi.step)} of ${grouped(advi.steps)}, ${advi.seconds.toFixed(1)} s`);
  return parts.join(" \u00b7 ");
}

// The verdict of the diagnostics once all rests, or "".
export function verdict(phase, sweep, threshold) {
  if (!sweep.rhat) return "";
  if (phase === "enough") return `R-hat of f is below ${threshold} everywhere, with at least ${grouped(sweep.leastEss)} effective draws: the sampler has stopped.`;
  return phase === "ended" ? `All draws are made; R-hat of f is ${sweep.worstRhat.toFixed(2)} at worst.` : "";
}
