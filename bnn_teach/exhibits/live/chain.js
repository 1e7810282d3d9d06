// One worker: it hears what to sample, and answers with draws of the function.
//
// To it: { type: "start", run, chain, settings }, "pause", "resume", "stop". A
// new start replaces the one that runs. From it: "draws" about every 50 ms, or
// "fit" for ADVI; then "done"; or "failed" with a message. `f` holds a row of
// f(grid) for each draw. The work is done in slices of a few milliseconds, so
// that a message is heard between them. With `settings.preview` a
// chain goes on from where the last one of its size is, with its step size and
// metric: it is soon there when a point moves a little, but what it draws
// depends on its past.

import { Random } from "./random.js";
import { NetworkDensity } from "./network.js";
import { initialState, Workspace } from "./particle.js";
import { nutsStep } from "./nuts.js";
import { Adaptation } from "./adaptation.js";
import { MeanField } from "./advi.js";

const SLICE = 5; // milliseconds of work between looks at the messages
const REPORT = 50; // milliseconds of work between two answers
const STARTS = 100;
const SHOWN = 200; // draws of q in an answer

// A place where the log-density is finite.
function startingPoint(target, propose) {
  const z = new Float64Array(target.size);
  const gradient = new Float64Array(target.size);
  for (let i = 0; i < STARTS; i += 1) {
    for (let k = 0; k < z.length; k += 1) z[k] = propose(i);
    const logProb = target.logDensity(z, gradient);
    if (Number.isFinite(logProb) && gradient.every(Number.isFinite)) return z;
  }
  throw new Error("no starting point with a finite density: huge numbers?");
}

// A tree of full depth must end within a slice or two, also where a gradient
// takes long.
function treeDepth(target) {
  const products = target.size * Math.max(target.y.length, 1);
  return products > 10000 ? 9 : 10;
}

// A chain of NUTS: advance() makes one transition, report() tells of those
// since the last report.
class NutsChain {
  constructor(settings, chain, before) {
    const { warmup, draws, grid, seed } = settings;
    const target = new NetworkDensity(settings);
    const random = new Random(seed, chain);
    const asInStan = () => 4 * random.uniform() - 2;
    const latest = settings.preview ? before?.state?.position : undefined;
    const goesOn = latest?.length === target.size;
    const z = goesOn ? latest.slice() : startingPoint(target, asInStan);
    this.target = target;
    this.state = initialState(target, z);
    const adapted = goesOn ? before.adaptation : null;
    this.adaptation = adapted ?? new Adaptation(target.size, warmup);
    this.kernel = {
      target,
      random,
      workspace: new Workspace(target.size),
      maxTreeDepth: treeDepth(target),
      stepSize: this.adaptation.stepSize,
      inverseMass: this.adaptation.inverseMass,
    };
    this.functionAt = target.functionOn(grid);
    this.left = warmup + draws;
    this.leapfrogs = 0;
    this.divergences = 0;
    this.rows = [];
    this.noise = [];
    this.width = grid.length;
    this.warming = warmup > 0;
  }

  get isDone() {
    return this.left <= 0;
  }

  get hasNews() {
    return this.rows.length > 0;
  }

  // Rows of the warm-up and rows to keep never share a report.
  get mustReport() {
    return this.hasNews && this.warming === this.adaptation.isWarm;
  }

  advance() {
    const { kernel, state, adaptation } = this;
    this.warming = !adaptation.isWarm;
    const info = nutsStep(kernel, state);
    adaptation.update(state.position, info.acceptanceRate);
    kernel.stepSize = adaptation.stepSize;
    kernel.inverseMass = adaptation.inverseMass;
    this.leapfrogs += info.leapfrogs;
    if (info.diverging && !this.warming) this.divergences += 1;
    const row = new Float64Array(this.width);
    this.functionAt(state.position, row, 0);
    this.rows.push(row);
    this.noise.push(this.target.noise(state.position));
    this.left -= 1;
  }

  report() {
    const count = this.rows.length;
    const f = new Float64Array(count * this.width);
    this.rows.forEach((row, i) => f.set(row, i * this.width));
    const noise = Float64Array.from(this.noise);
    [this.rows, this.noise] = [[], []];
    const { leapfrogs, divergences, warming } = this;
    const { stepSize } = this.adaptation;
    const rows = { warmup: warming, count, f, noise };
    return { type: "draws", ...rows, leapfrogs, divergences, stepSize };
  }
}

// A fit by ADVI: advance() takes one step of Adam, report() tells what q says.
class AdviFit {
  constructor(settings, chain) {
    this.target = new NetworkDensity(settings);
    this.random = new Random(settings.seed, 1000 + chain);
    this.seed = settings.seed;
    // Near 0, then ever farther from it.
    const spread = (i) => 0.1 * 20 ** (i / (STARTS - 1));
    const propose = (i) => spread(i) * this.random.normal();
    const mean = startingPoint(this.target, propose);
    this.fit = new MeanField(this.target, mean);
    this.functionAt = this.target.functionOn(settings.grid);
    this.width = settings.grid.length;
    this.elbo = [];
    this.mustReport = false;
    this.hasNews = true;
  }

  get isDone() {
    return this.fit.done === this.fit.steps;
  }

  advance() {
    this.elbo.push(this.fit.step(this.random));
    if (this.elbo.length > 100) this.elbo.shift();
  }

  // The same noise each time, so that a band that has come to rest does not
  // flicker.
  report() {
    const { fit, target, width } = this;
    const random = new Random(this.seed, 2000);
    const f = new Float64Array(SHOWN * width);
    const noise = new Float64Array(SHOWN);
    for (let s = 0; s < SHOWN; s += 1) {
      fit.draw(random, fit.z);
      this.functionAt(fit.z, f, s * width);
      noise[s] = target.noise(fit.z);
    }
    const sum = this.elbo.reduce((total, each) => total + each, 0);
    const elbo = sum / this.elbo.length;
    return { type: "fit", step: fit.done, steps: fit.steps, elbo, f, noise };
  }
}

// Returns the function that receives messages; `send` answers, `defer` calls a
// function soon.
export function listener(send, defer, now = () => performance.now()) {
  let job = null;
  let before = null; // what worked last, from which a preview goes on

  function begin({ run, chain, settings }) {
    const sampler = settings.method === "advi" ? AdviFit : NutsChain;
    before = new sampler(settings, chain, before);
    job = { run, chain, work: before, paused: false, scheduled: false };
    job.spent = 0; // milliseconds of work
    job.reported = 0; // how many of them at the last report
  }

  function answer(message) {
    send({ ...message, run: job.run, chain: job.chain });
  }

  function report() {
    answer({ ...job.work.report(), seconds: job.spent / 1000 });
    job.reported = job.spent;
  }

  function slice(mine) {
    mine.scheduled = false;
    if (job !== mine || job.paused) return;
    const started = now();
    const before = job.spent;
    do {
      job.work.advance();
      job.spent = before + now() - started;
      if (job.work.mustReport) report();
    } while (!job.work.isDone && now() - started < SLICE);
    const isDue = job.work.isDone || job.spent - job.reported > REPORT;
    if (isDue && job.work.hasNews) report();
    if (job.work.isDone) {
      answer({ type: "done" });
      job = null;
    } else {
      schedule();
    }
  }

  function schedule() {
    if (job === null || job.scheduled) return;
    const mine = job;
    mine.scheduled = true;
    defer(() => guarded(mine, () => slice(mine)));
  }

  function guarded(from, work) {
    try {
      work();
    } catch (error) {
      const { run, chain } = from;
      send({ type: "failed", run, chain, message: error.message });
      job = null;
    }
  }

  return (message) => {
    if (message.type === "start") guarded(message, () => begin(message));
    if (message.type === "stop") job = null;
    if (message.type === "pause" && job) job.paused = true;
    if (message.type === "resume" && job) job.paused = false;
    schedule();
  };
}

// In a worker, a message of the chain to itself comes after those that are
// already waiting.
export function listenAsWorker(scope) {
  const { port1, port2 } = new MessageChannel();
  let waiting = [];
  port1.onmessage = () => {
    const now = waiting;
    waiting = [];
    for (const work of now) work();
  };
  const defer = (work) => {
    waiting.push(work);
    port2.postMessage(null);
  };
  const receive = listener((message) => scope.postMessage(message), defer);
  scope.onmessage = (event) => receive(event.data);
}
