// Mean-field variational inference: Adam climbs the evidence lower bound
// (ELBO).
//
// As vi/elbo.py and vi/fit.py with bt.fit's recipe: q(z) =
// Normal(mean, diag(s)^2) with s = softplus(rho) starts narrow, each step
// takes the mean gradient of four reparameterised draws z = mean + s eps, and
// the learning rate falls geometrically to a hundredth (Kucukelbir et al.
// 2017; Kingma and Ba 2015). Next: chain.js.

const HALF_LOG_TWO_PI_E = 0.5 * Math.log(2 * Math.PI * Math.E);
const RECIPE = { steps: 10000, rate: 0.01, samples: 4, scale: 0.01 };

// One of q's parameters, a vector, with Adam's memory of its gradients.
class AdamVector {
  constructor(start) {
    this.value = Float64Array.from(start);
    this.first = new Float64Array(start.length);
    this.second = new Float64Array(start.length);
  }

  // Walk uphill; the count of steps begins with 1.
  step(gradient, rate, count) {
    const { value, first, second } = this;
    const unbias = Math.sqrt(1 - 0.999 ** count) / (1 - 0.9 ** count);
    for (let i = 0; i < value.length; i += 1) {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i];
      second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
      value[i] += (rate * unbias * first[i]) / (Math.sqrt(second[i]) + 1e-8);
    }
  }
}

export class MeanField {
  // Begin at a mean, with the standard deviation `scale` in every coordinate.
  constructor(target, mean, options = {}) {
    const { steps, rate, samples, scale } = { ...RECIPE, ...options };
    const { size } = target;
    this.target = target;
    this.steps = steps;
    this.rate = rate;
    this.slope = Math.log(0.01) / steps;
    this.samples = samples;
    this.mean = new AdamVector(mean);
    const rho = Math.log(Math.expm1(scale)); // the inverse of softplus
    this.rho = new AdamVector(new Float64Array(size).fill(rho));
    this.done = 0;
    this.z = new Float64Array(size);
    this.noise = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.meanGradient = new Float64Array(size);
    this.rhoGradient = new Float64Array(size);
  }

  // Write a draw of q into `z`, and keep its noise.
  draw(random, z) {
    for (let i = 0; i < z.length; i += 1) {
      this.noise[i] = random.normal();
      const sd = Math.log1p(Math.exp(this.rho.value[i]));
      z[i] = this.mean.value[i] + sd * this.noise[i];
    }
  }

  // Take one step of Adam; return this step's estimate of the ELBO.
  step(random) {
    const { target, samples, z, noise, gradient } = this;
    const { meanGradient, rhoGradient } = this;
    meanGradient.fill(0);
    rhoGradient.fill(0);
    let elbo = 0;
    for (let s = 0; s < samples; s += 1) {
      this.draw(random, z);
      elbo += target.logDensity(z, gradient) / samples;
      for (let i = 0; i < z.length; i += 1) {
        meanGradient[i] += gradient[i] / samples;
        rhoGradient[i] += (gradient[i] * noise[i]) / samples;
      }
    }
    for (let i = 0; i < z.length; i += 1) {
      const rho = this.rho.value[i];
      const sd = Math.log1p(Math.exp(rho));
      elbo += Math.log(sd) + HALF_LOG_TWO_PI_E;
      const slope = 1 / (1 + Math.exp(-rho)); // of sd with respect to rho
      rhoGradient[i] = (rhoGradient[i] + 1 / sd) * slope;
    }
    const rate = this.rate * Math.exp(this.slope * this.done);
    this.done += 1;
    this.mean.step(meanGradient, rate, this.done);
    this.rho.step(rhoGradient, rate, this.done);
    return elbo;
  }
}
