// The course's network: the log of its posterior density over z, the gradient,
// and f(x).
//
// z holds, in the order of bnn_teach's density: the noise, if it is learned,
// as the z whose softplus is sigma ~ HalfNormal(0.5); then weights (row by
// row) and biases of every layer, each Normal(0, priorScale). Signals lie unit
// by unit, with the points innermost, and are computed for four points at a
// time, so that a weight that was read serves four times. Next: particle.js.

const LOG_TWO_PI = Math.log(2 * Math.PI);
const NOISE_PRIOR_SCALE = 0.5;

const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

// Where each layer's numbers begin in z, and how long z is.
export function layersOf(widths, start) {
  const layers = [];
  let [inputs, at] = [1, start];
  for (const units of [...widths, 1]) {
    const biases = at + inputs * units;
    layers.push({ inputs, units, weights: at, biases });
    [inputs, at] = [units, biases + units];
  }
  return { layers, size: at };
}

// output = input W + b, and what is negative becomes zero if it is to be
// rectified.
function forward(layer, z, input, output, points, rectify) {
  const { inputs, units, weights, biases } = layer;
  const least = rectify ? 0 : -Infinity;
  for (let unit = 0; unit < units; unit += 1) {
    for (let n = 0; n < points; n += 4) {
      let a = z[biases + unit];
      let b = a;
      let c = a;
      let d = a;
      let at = n;
      let place = weights + unit;
      for (let i = 0; i < inputs; i += 1) {
        const weight = z[place];
        a += weight * input[at];
        b += weight * input[at + 1];
        c += weight * input[at + 2];
        d += weight * input[at + 3];
        at += points;
        place += units;
      }
      const to = unit * points + n;
      output[to] = a < least ? least : a;
      output[to + 1] = b < least ? least : b;
      output[to + 2] = c < least ? least : c;
      output[to + 3] = d < least ? least : d;
    }
  }
}

// Adds a layer's part to the gradient, and writes the slopes with respect to
// its input: slopes W', times the slope of the input's activation. What is
// rectified to zero at four points passes nothing on.
function backward(layer, z, slopes, input, gradient, result, points, rectify) {
  const { inputs, units, weights, biases } = layer;
  for (let unit = 0; unit < units; unit += 1) {
    let sum = 0;
    const from = unit * points;
    for (let n = from; n < from + points; n += 4) {
      sum += slopes[n] + slopes[n + 1] + (slopes[n + 2] + slopes[n + 3]);
    }
    gradient[biases + unit] += sum;
  }
  for (let i = 0; i < inputs; i += 1) {
    const row = weights + i * units;
    for (let n = 0; n < points; n += 4) {
      const to = i * points + n;
      const p = input[to];
      const q = input[to + 1];
      const r = input[to + 2];
      const s = input[to + 3];
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      if (!rectify || p + q + r + s > 0) {
        let at = n;
        for (let place = row; place < row + units; place += 1) {
          const weight = z[place];
          const e = slopes[at];
          const f = slopes[at + 1];
          const g = slopes[at + 2];
          const h = slopes[at + 3];
          gradient[place] += e * p + f * q + (g * r + h * s);
          a += weight * e;
          b += weight * f;
          c += weight * g;
          d += weight * h;
          at += points;
        }
      }
      result[to] = rectify ? (p > 0 ? a : 0) : a * (1 - p * p);
      result[to + 1] = rectify ? (q > 0 ? b : 0) : b * (1 - q * q);
      result[to + 2] = rectify ? (r > 0 ? c : 0) : c * (1 - r * r);
      result[to + 3] = rectify ? (s > 0 ? d : 0) : d * (1 - s * s);
    }
  }
}

// The first layer's part: nothing lies below it.
function backwardFirst(layer, slopes, x, gradient) {
  const { units, weights, biases } = layer;
  for (let unit = 0; unit < units; unit += 1) {
    let sum = 0;
    let product = 0;
    let at = unit * x.length;
    for (let n = 0; n < x.length; n += 4) {
      const e = slopes[at];
      const f = slopes[at + 1];
      const g = slopes[at + 2];
      const h = slopes[at + 3];
      sum += e + f + (g + h);
      product += e * x[n] + f * x[n + 1] + (g * x[n + 2] + h * x[n + 3]);
      at += 4;
    }
    gradient[biases + unit] += sum;
    gradient[weights + unit] += product;
  }
}

function applyTanh(signal) {
  for (let n = 0; n < signal.length; n += 1) {
    signal[n] = 1 - 2 / (Math.exp(2 * signal[n]) + 1);
  }
}

// All layers at some points, filled up with zeros to a multiple of four: call
// evaluate(z), then read `output`; write the loss's slope with respect to it
// into `outputSlopes`, then call addGradient.
class Pass {
  constructor(layers, activation, x) {
    this.layers = layers;
    this.rectify = activation === "relu";
    this.points = 4 * Math.ceil(x.length / 4);
    const units = [1, ...layers.map((layer) => layer.units)];
    const empty = (each) => new Float64Array(each * this.points);
    this.signals = units.map(empty);
    this.slopes = units.map(empty);
    this.signals[0].set(x);
    this.output = this.signals[layers.length];
    this.outputSlopes = this.slopes[layers.length];
  }

  evaluate(z) {
    const { layers, signals, points } = this;
    for (let l = 0; l < layers.length; l += 1) {
      const hidden = l + 1 < layers.length;
      const rectify = hidden && this.rectify;
      forward(layers[l], z, signals[l], signals[l + 1], points, rectify);
      if (hidden && !rectify) applyTanh(signals[l + 1]);
    }
  }

  addGradient(z, gradient) {
    const { layers, signals, slopes, points, rectify } = this;
    for (let l = layers.length - 1; l > 0; l -= 1) {
      const [layer, input, above] = [layers[l], signals[l], slopes[l + 1]];
      backward(layer, z, above, input, gradient, slopes[l], points, rectify);
    }
    backwardFirst(layers[0], slopes[1], signals[0], gradient);
  }
}

// HalfNormal(0.5) for sigma = softplus(z0), with the Jacobian log sigmoid(z0).
function priorOfNoise(z0, sigma, likelihoodSlope, gradient) {
  const ratio = sigma / NOISE_PRIOR_SCALE;
  const slope = likelihoodSlope - ratio / NOISE_PRIOR_SCALE;
  gradient[0] = slope * sigmoid(z0) + sigmoid(-z0);
  const constant = 0.5 * Math.log(2 / Math.PI) - Math.log(NOISE_PRIOR_SCALE);
  return constant - 0.5 * ratio * ratio - softplus(-z0);
}

// The posterior of a network given points (x, y); without points, the prior.
export class NetworkDensity {
  constructor(settings) {
    const { widths, activation, priorScale, noiseScale, x, y } = settings;
    this.learnsNoise = noiseScale === null;
    this.noiseScale = noiseScale;
    this.priorScale = priorScale;
    this.widths = widths;
    this.activation = activation;
    const found = layersOf(widths, this.learnsNoise ? 1 : 0);
    this.layers = found.layers;
    this.size = found.size;
    // In the order of x neighbours are off together, which saves time.
    const order = [...y.keys()].sort((i, j) => x[i] - x[j]);
    this.y = Float64Array.from(order, (n) => y[n]);
    const inputs = Float64Array.from(order, (n) => x[n]);
    this.pass = new Pass(this.layers, activation, inputs);
  }

  // The noise's standard deviation at z.
  noise(z) {
    return this.learnsNoise ? softplus(z[0]) : this.noiseScale;
  }

  // A function that writes f at the places of `grid` into `target` from
  // `offset` on.
  functionOn(grid) {
    const pass = new Pass(this.layers, this.activation, grid);
    return (z, target, offset) => {
      pass.evaluate(z);
      for (let n = 0; n < grid.length; n += 1) {
        target[offset + n] = pass.output[n];
      }
    };
  }

  // log p(z, y); writes its gradient with respect to z.
  logDensity(z, gradient) {
    const { pass, y } = this;
    const sigma = this.noise(z);
    const precision = 1 / (sigma * sigma);
    pass.evaluate(z);
    const { output, outputSlopes } = pass;
    let squares = 0;
    for (let n = 0; n < y.length; n += 1) {
      const error = y[n] - output[n];
      squares += error * error;
      outputSlopes[n] = precision * error;
    }
    const perPoint = Math.log(sigma) + 0.5 * LOG_TWO_PI;
    let logProb = -0.5 * precision * squares - y.length * perPoint;
    logProb += this.priorOfWeights(z, gradient);
    pass.addGradient(z, gradient);
    if (this.learnsNoise) {
      const slope = (precision * squares - y.length) / sigma;
      logProb += priorOfNoise(z[0], sigma, slope, gradient);
    }
    return logProb;
  }

  // Normal(0, priorScale) for every weight and bias; begins the gradient.
  priorOfWeights(z, gradient) {
    const first = this.learnsNoise ? 1 : 0;
    const precision = 1 / (this.priorScale * this.priorScale);
    let squares = 0;
    for (let i = first; i < z.length; i += 1) {
      squares += z[i] * z[i];
      gradient[i] = -precision * z[i];
    }
    const perWeight = Math.log(this.priorScale) + 0.5 * LOG_TWO_PI;
    return -0.5 * precision * squares - (z.length - first) * perWeight;
  }
}
