// The samplers at work: one worker a chain and one for ADVI, and what they have sent so far.
//
// A page from disk may not load a worker from a file, so each is made from a Blob of its own text.
// A new start replaces what runs; messages of an older run are dropped. Next: bands.js.

const RECENT = 50; // draws of the warm-up that are kept, the latest of each chain
const FIRST = 5; // draws of a chain with which a preview is shown
const EARLY = 12; // draws of a chain that still walk in from its start, and are not shown

// Draws of one chain, which grow: { rows, count, width } as bands.js reads them.
class Draws {
  constructor(width) {
    this.width = width;
    this.count = 0;
    this.made = 0; // also those that were not kept
    this.rows = new Float64Array(64 * width);
  }
  add(rows, count) {
    const needed = (this.count + count) * this.width;
    if (needed > this.rows.length) {
      const larger = new Float64Array(Math.max(needed, 2 * this.rows.length));
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows.set(rows, this.count * this.width);
    this.count += count;
    this.made += count;
  }
  keepLast(most) {
    if (this.count <= most) return;
    this.rows.copyWithin(0, (this.count - most) * this.width, this.count * this.width);
    this.count = most;
  }
  keepFirst(most) {
    this.count = Math.min(this.count, most);
  }
  column(place, count) {
    const column = new Float64Array(count);
    for (let i = 0; i < count; i += 1) column[i] = this.rows[i * this.width + place];
    return column;
  }
}

export function chainCount() {
  return Math.max(1, Math.min(4, navigator.hardwareConcurrency || 2));
}

export class Samplers {
  constructor(source, news) {
    this.source = source;
    this.news = news; // called after each message, with its type
    this.workers = new Map(); // by chain; the last of them is ADVI's
    this.run = 0;
    this.clear(1);
  }

  clear(width) {
    const chains = Array.from({ length: chainCount() }, () => ({
      warm: new Draws(width), kept: new Draws(width), noise: [], leapfrogs: 0, divergences: 0, seconds: 0, done: false,
    }));
    this.nuts = { chains, wanted: false };
    this.advi = { wanted: false, fit: null, noise: [], step: 0, steps: 0, seconds: 0, done: false };
    this.failure = null;
    this.preview = false;
    this.paused = false;
  }

  start(settings, methods) {
    this.clear(settings.grid.length);
    this.preview = Boolean(settings.preview);
    this.run += 1;
    const count = this.nuts.chains.length;
    this.nuts.wanted = methods.includes("nuts");
    this.advi.wanted = methods.includes("advi");
    for (let chain = 0; chain <= count; chain += 1) {
      const method = chain < count ? "nuts" : "advi";
      if (methods.includes(method)) {
        this.worker(chain).postMessage({ type: "start", run: this.run, chain, settings: { ...settings, method } });
      } else this.workers.get(chain)?.postMessage({ type: "stop" });
    }
  }

  worker(chain) {
    if (!this.workers.has(chain)) {
      const address = URL.createObjectURL(new Blob([this.source], { type: "text/javascript" }));
      const worker = new Worker(address);
      URL.revokeObjectURL(address);
      worker.onmessage = ({ data }) => this.receive(data);
      worker.onerror = (event) => this.receive({ type: "failed", run: this.run, chain, message: event.message });
      this.workers.set(chain, worker);
    }
    return this.workers.get(chain);
  }

  receive(message) {
    if (message.run !== this.run) return;
    const { type, chain, seconds } = message;
    const isAdvi = chain === this.nuts.chains.length;
    const part = isAdvi ? this.advi : this.nuts.chains[chain];
    if (part.done) return; // it was under way when all was stopped
    if (type === "draws") {
      const { leapfrogs, divergences, warmup, count, f, noise } = message;
      const draws = warmup ? part.warm : part.kept;
      draws.add(f, count);
      if (warmup) draws.keepLast(Math.max(1, Math.min(RECENT, draws.made - EARLY)));
      else for (const sigma of noise) part.noise.push(sigma);
      Object.assign(part, { leapfrogs, divergences, seconds });
    } else if (type === "fit") {
      const { step, steps, elbo, f, noise } = message;
      const width = this.nuts.chains[0].kept.width;
      Object.assign(part, { step, steps, elbo, noise, seconds, fit: { rows: f, count: f.length / width, width } });
    } else if (type === "done") part.done = true;
    else if (type === "failed") this.failure = message.message;
    this.news(type);
  }

  tell(type) {
    for (const worker of this.workers.values()) worker.postMessage({ type });
  }
  pause() {
    if (!this.paused) this.tell("pause");
    this.paused = true;
  }
  resume() {
    if (this.paused) this.tell("resume");
    this.paused = false;
  }
  // All hold still while a picture is drawn, now or in the next frame, or it would have to share the
  // cores with them.
  holdStill(nextFrame = false) {
    if (this.paused || !this.busy) return;
    this.tell("pause");
    const goOn = () => { if (!this.paused) this.tell("resume"); };
    if (nextFrame) requestAnimationFrame(() => setTimeout(goOn));
    else setTimeout(goOn);
  }
  stop(method) {
    for (const [chain, worker] of this.workers) {
      if (method === undefined || (method === "nuts") === chain < this.nuts.chains.length) worker.postMessage({ type: "stop" });
    }
    if (method !== "advi") for (const chain of this.nuts.chains) chain.done = true;
    if (method !== "nuts") this.advi.done = true;
  }
  // What rests is made of the draws that were judged, however many came meanwhile.
  keepFirst(count) {
    for (const { kept, noise } of this.nuts.chains) {
      kept.keepFirst(count);
      noise.length = kept.count;
    }
  }
  drop() {
    this.stop();
    this.paused = false;
  }
  end() {
    for (const worker of this.workers.values()) worker.terminate();
    this.workers.clear();
  }

  get busy() {
    const nuts = this.nuts.wanted && this.nuts.chains.some(({ done }) => !done);
    return !this.failure && (nuts || (this.advi.wanted && !this.advi.done));
  }
  get kept() { return this.nuts.chains.reduce((sum, { kept }) => sum + kept.count, 0); }
  // What there is to show of NUTS: kept draws, or the latest of the warm-up before there are enough.
  shown() {
    const { chains } = this.nuts;
    const warm = this.kept < 20 * chains.length;
    if (this.preview) {
      const latest = chains.map(({ warm: early, kept }) => (kept.count ? kept : early));
      return { warm: true, parts: latest.every(({ made }) => made >= FIRST) ? latest : [] };
    }
    const parts = chains.map((chain) => (warm ? chain.warm : chain.kept));
    return { warm, parts: warm && Math.min(...parts.map(({ made }) => made)) < 2 * EARLY ? [] : parts };
  }
}
