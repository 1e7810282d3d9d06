// A particle on the landscape of a log-density: its energy, and the leapfrog
// that moves it.
//
// As mcmc/particle.py. A state has a position z, a momentum r, and
// log pi(z) with its gradient there. A target is { size, logDensity(position,
// gradient) }: it returns log pi(z) and writes the gradient. `inverseMass` is
// the diagonal of M^-1. Next: nuts.js.

// Vectors that every transition uses again: to make a new array costs more
// than to fill it.
export class Workspace {
  constructor(size) {
    this.size = size;
    this.vectors = [];
    this.used = 0;
  }

  vector() {
    if (this.used === this.vectors.length) {
      this.vectors.push(new Float64Array(this.size));
    }
    this.used += 1;
    return this.vectors[this.used - 1];
  }

  copy(source) {
    const vector = this.vector();
    vector.set(source);
    return vector;
  }

  reset() {
    this.used = 0;
  }
}

// A particle at rest.
export function initialState(target, position) {
  const gradient = new Float64Array(target.size);
  const logProb = target.logDensity(position, gradient);
  const momentum = new Float64Array(target.size);
  const place = Float64Array.from(position);
  return { position: place, momentum, gradient, logProb };
}

// The start of a trajectory: the same place, and a random kick r ~ Normal(0,
// M).
export function kicked(state, inverseMass, random, workspace) {
  const momentum = workspace.vector();
  for (let i = 0; i < momentum.length; i += 1) {
    momentum[i] = random.normal() / Math.sqrt(inverseMass[i]);
  }
  const { position, gradient, logProb } = state;
  return { position, momentum, gradient, logProb };
}

// H(z, r) = -log pi(z) + r' M^-1 r / 2; infinite where it is no number, so
// that nothing goes there.
export function energy(state, inverseMass) {
  const { momentum, logProb } = state;
  let kinetic = 0;
  for (let i = 0; i < momentum.length; i += 1) {
    kinetic += inverseMass[i] * momentum[i] * momentum[i];
  }
  const total = 0.5 * kinetic - logProb;
  return Number.isFinite(total) ? total : Infinity;
}

// Half a kick, a drift, half a kick; the sign of the step is the direction of
// time.
export function leapfrog(target, state, step, inverseMass, workspace) {
  const position = workspace.vector();
  const momentum = workspace.vector();
  const gradient = workspace.vector();
  const half = 0.5 * step;
  for (let i = 0; i < position.length; i += 1) {
    momentum[i] = state.momentum[i] + half * state.gradient[i];
    position[i] = state.position[i] + step * inverseMass[i] * momentum[i];
  }
  const logProb = target.logDensity(position, gradient);
  for (let i = 0; i < position.length; i += 1) {
    momentum[i] += half * gradient[i];
  }
  return { position, momentum, gradient, logProb };
}
