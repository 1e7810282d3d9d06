// May we believe the draws? Rank-normalised split R-hat and bulk effective
// sample size.
//
// As ArviZ computes them (Vehtari, Gelman, Simpson, Carpenter and Buerkner
// 2021): the draws of all half chains are replaced by normal scores of their
// ranks, and compared within and between the halves. `chains` is an array of
// chains, each an array of one quantity's draws.

// Halves of the chains, equally long; the middle draw of an odd length is left
// out.
function halves(chains) {
  const shortest = Math.min(...chains.map((chain) => chain.length));
  const half = Math.floor(shortest / 2);
  const early = chains.map((chain) => chain.slice(0, half));
  const late = chains.map((chain) => chain.slice(chain.length - half));
  return [...early, ...late].map((part) => Float64Array.from(part));
}

// All draws in increasing order.
function sorted(parts) {
  const all = new Float64Array(parts.length * parts[0].length);
  parts.forEach((part, i) => all.set(part, i * part.length));
  return all.sort();
}

// How many of the sorted numbers are smaller than this one.
function countBelow(numbers, number) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Normal quantiles of the ranks 1, 2, ... of so many draws, kept, since the
// next x asks again.
const quantiles = new Map();
function quantilesOf(count) {
  if (!quantiles.has(count)) {
    if (quantiles.size > 4) quantiles.clear();
    const scores = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      scores[i] = normalQuantile((i + 0.625) / (count + 0.25));
    }
    quantiles.set(count, scores);
  }
  return quantiles.get(count);
}

// Each draw becomes the normal quantile of its rank; equal draws share their
// mean rank.
function normalScores(parts) {
  const all = sorted(parts);
  const scores = quantilesOf(all.length);
  const score = (draw) => {
    const first = countBelow(all, draw);
    let last = first;
    while (all[last + 1] === draw) last += 1;
    if (first === last) return scores[first];
    return normalQuantile(((first + last) / 2 + 0.625) / (all.length + 0.25));
  };
  return parts.map((part) => part.map(score));
}

function polynomial(coefficients, x) {
  return coefficients.reduceRight((sum, each) => sum * x + each, 0);
}

// Rational approximations of the quantile, to 16 digits (Wichura 1988,
// algorithm AS 241).
const CENTRAL = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427,
    13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
    33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077,
    21213.794301586595867, 39307.89580009271061, 28729.085735721942674,
    5226.495278852545925,
  ],
];
const MIDDLE = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055,
    3.64784832476320460504, 1.27045825245236838258, 0.24178072517745061177,
    0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494,
    0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4,
    1.05075007164441684324e-9,
  ],
];
const FAR = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358,
    0.29656057182850489123, 0.026532189526576123093,
    0.0012426609473880784386, 2.71155556874348757815e-5,
    2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531,
    0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7,
    2.04426310338993978564e-15,
  ],
];
function ratio([above, below], x) {
  return polynomial(above, x) / polynomial(below, x);
}

export function normalQuantile(p) {
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) {
    return centred * ratio(CENTRAL, 0.180625 - centred * centred);
  }
  const depth = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const size = depth <= 5 ? ratio(MIDDLE, depth - 1.6) : ratio(FAR, depth - 5);
  return centred < 0 ? -size : size;
}

function mean(numbers) {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function variance(numbers) {
  const centre = mean(numbers);
  const squares = numbers.reduce((sum, each) => sum + (each - centre) ** 2, 0);
  return squares / (numbers.length - 1);
}

// sqrt of the variance of all draws over the mean variance within the chains.
function plainRHat(parts) {
  const length = parts[0].length;
  const within = mean(parts.map(variance));
  const between = length * variance(parts.map(mean));
  return Math.sqrt((between / within + length - 1) / length);
}

// The distances of all draws from their median.
function folded(parts) {
  const all = sorted(parts);
  const median = (all[(all.length - 1) >> 1] + all[all.length >> 1]) / 2;
  return parts.map((part) => part.map((draw) => Math.abs(draw - median)));
}

// Autocovariance at a lag, the mean over the chains.
function autocovariance(centred, lag) {
  const length = centred[0].length;
  let total = 0;
  for (const part of centred) {
    for (let i = lag; i < length; i += 1) total += part[i] * part[i - lag];
  }
  return total / (length * centred.length);
}

// Geyer's initial monotone sequence: autocorrelations are summed in pairs, as
// long as these are positive, and no pair counts for more than the one before.
function effectiveSize(parts) {
  const length = parts[0].length;
  const draws = parts.length * length;
  const means = parts.map(mean);
  const centred = parts.map((part, i) => part.map((draw) => draw - means[i]));
  const total = autocovariance(centred, 0);
  if (total === 0) return draws;
  const within = (total * length) / (length - 1);
  const all = total + (parts.length > 1 ? variance(means) : 0);
  const correlation = (lag) =>
    1 - (within - autocovariance(centred, lag)) / all;

  let [even, odd] = [1, correlation(1)];
  let [sum, smallest] = [0, Infinity];
  let lag = 1;
  while (lag < length - 3 && even + odd > 0) {
    smallest = Math.min(smallest, even + odd);
    sum += smallest;
    even = correlation(lag + 1);
    odd = correlation(lag + 2);
    lag += 2;
  }
  const last = even + odd >= 0 ? even : Math.max(even, 0);
  return draws / Math.max(2 * sum + last - 1, 1 / Math.log10(draws));
}

// Both judgements of one quantity, for the price of one and a half.
//
// rHat: of the draws' scores, or of the scores of their distances from the
// median, whichever is larger. bulkEss: how many independent draws would tell
// as much about the centre.
export function convergenceOf(chains) {
  const parts = halves(chains);
  if (!(parts[0].length >= 2)) return { rHat: NaN, bulkEss: NaN };
  const scores = normalScores(parts);
  const spread = plainRHat(normalScores(folded(parts)));
  const worse = Math.max(plainRHat(scores), spread);
  return { rHat: worse, bulkEss: effectiveSize(scores) };
}
