// Warm-up: finding a step size and a metric while the chain runs.
//
// As mcmc/adaptation.py, for one chain: dual averaging moves the step
// size until the acceptance rate meets its target (Hoffman and Gelman 2014,
// 3.2), and windows of growing length estimate the variance of every
// coordinate, the diagonal of M^-1 (Stan's scheme). Next: chain.js.

// The search begins at a step size, and is pulled towards ten times as much.
export class DualAveraging {
  constructor(stepSize) {
    this.logStep = Math.log(stepSize);
    this.logStepAverage = this.logStep;
    this.centre = Math.log(10 * stepSize);
    this.error = 0;
    this.count = 0;
  }

  update(acceptanceRate, target) {
    this.count += 1;
    const weight = 1 / (this.count + 10);
    const missing = target - acceptanceRate;
    this.error = (1 - weight) * this.error + weight * missing;
    this.logStep = this.centre - (Math.sqrt(this.count) / 0.05) * this.error;
    const forget = this.count ** -0.75;
    const average = this.logStepAverage;
    this.logStepAverage = forget * this.logStep + (1 - forget) * average;
  }
}

// Running mean and sum of squared deviations of the draws (Welford 1962).
export class Welford {
  constructor(size) {
    this.count = 0;
    this.mean = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  update(z) {
    this.count += 1;
    for (let i = 0; i < z.length; i += 1) {
      const deviation = z[i] - this.mean[i];
      this.mean[i] += deviation / this.count;
      this.squares[i] += deviation * (z[i] - this.mean[i]);
    }
  }

  // The variances, shrunk towards a small number with the weight of five
  // draws.
  variance() {
    const n = this.count;
    return this.squares.map((squares) => {
      const plain = squares / Math.max(n - 1, 1);
      const variance = (n / (n + 5)) * plain + (5 / (n + 5)) * 1e-3;
      return Number.isFinite(variance) ? variance : 1;
    });
  }
}

// [start, stop] of the windows that estimate the metric; each is twice as long
// as the one before.
export function windows(warmup) {
  if (warmup < 20) return [];
  let [first, base, last] = [75, 25, 50];
  if (warmup < first + base + last) {
    first = Math.floor(0.15 * warmup);
    last = Math.floor(0.1 * warmup);
    base = warmup - first - last;
  }
  const found = [];
  let [start, size] = [first, base];
  while (start < warmup - last) {
    let stop = start + size;
    if (stop + 2 * size > warmup - last) stop = warmup - last;
    found.push([start, stop]);
    [start, size] = [stop, 2 * size];
  }
  return found;
}

// Adapts one chain: it holds the step size and the metric that the next
// transition is to use.
export class Adaptation {
  constructor(size, warmup, target = 0.8) {
    this.target = target;
    this.warmup = warmup;
    this.windows = windows(warmup);
    this.search = new DualAveraging(0.1);
    this.moments = new Welford(size);
    this.inverseMass = new Float64Array(size).fill(1);
    this.done = 0;
  }

  get isWarm() {
    return this.done >= this.warmup;
  }

  get stepSize() {
    const { logStep, logStepAverage } = this.search;
    return Math.exp(this.isWarm ? logStepAverage : logStep);
  }

  update(z, acceptanceRate) {
    if (this.isWarm) return;
    const rate = Number.isFinite(acceptanceRate) ? acceptanceRate : 0;
    this.search.update(rate, this.target);
    const inside = ([start, stop]) => start <= this.done && this.done < stop;
    const window = this.windows.find(inside);
    this.done += 1;
    if (window === undefined) return;
    this.moments.update(z);
    if (this.done === window[1]) this.nextWindow();
  }

  // Take the window's metric, and go on with a step of the same length in the
  // new one.
  nextWindow() {
    const variance = this.moments.variance();
    let logRatio = 0;
    for (let i = 0; i < variance.length; i += 1) {
      logRatio += 0.5 * Math.log(this.inverseMass[i] / variance[i]);
    }
    const logStep = this.search.logStepAverage + logRatio / variance.length;
    this.inverseMass = variance;
    this.search = new DualAveraging(Math.exp(logStep));
    this.moments = new Welford(variance.length);
  }
}
