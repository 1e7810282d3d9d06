// The No-U-Turn sampler: a trajectory that doubles until it turns back.
//
// As mcmc/trees.py, step by step and random number by random number:
// multinomial weights, biased progressive choice, the generalised U-turn
// criterion in every subtree (Hoffman and Gelman 2014; Betancourt 2017,
// appendix A). A tree is a stretch of a trajectory: its first and last state
// in the order of time, one state drawn from it, the log of its weight, the
// sum of its momenta, and whether it turns or diverges. Next: adaptation.js.

import { energy, kicked, leapfrog } from "./particle.js";

// Would going on at either end bring the two ends closer together? Given are
// the momenta at the ends, and the sum of all between them in two parts.
export function isTurning(part, rest, first, last, inverseMass) {
  let alongFirst = 0;
  let alongLast = 0;
  for (let i = 0; i < part.length; i += 1) {
    const velocity = inverseMass[i] * (part[i] + rest[i]);
    alongFirst += velocity * first[i];
    alongLast += velocity * last[i];
  }
  return alongFirst < 0 || alongLast < 0;
}

// Do two neighbouring stretches turn, as a whole or where they meet? A whole
// that has gone round once looks straight: one half and the next state do not.
function isTurningTogether(early, late, inverseMass) {
  const [a, b] = [early.first.momentum, early.last.momentum];
  const [c, d] = [late.first.momentum, late.last.momentum];
  const single = a === b && c === d; // one state each: they meet in one way
  const { momentumSum: before } = early;
  const { momentumSum: after } = late;
  return (
    isTurning(before, after, a, d, inverseMass) ||
    (!single && isTurning(before, c, a, c, inverseMass)) ||
    (!single && isTurning(b, after, b, d, inverseMass))
  );
}

// log(exp(a) + exp(b)), without overflow.
function logAddExp(a, b) {
  const larger = Math.max(a, b);
  if (larger === -Infinity) return larger;
  return larger + Math.log1p(Math.exp(-Math.abs(a - b)));
}

// Join two neighbouring stretches, `fresh` in the direction of growth, and
// choose a proposal.
export function merge(tree, fresh, direction, run, biased) {
  const logWeight = logAddExp(tree.logWeight, fresh.logWeight);
  const logRatio = fresh.logWeight - (biased ? tree.logWeight : logWeight);
  const takeFresh = run.random.uniform() < Math.exp(Math.min(0, logRatio));

  const early = direction > 0 ? tree : fresh;
  const late = direction > 0 ? fresh : tree;
  const momentumSum = run.workspace.vector();
  for (let i = 0; i < momentumSum.length; i += 1) {
    momentumSum[i] = tree.momentumSum[i] + fresh.momentumSum[i];
  }
  return {
    first: early.first,
    last: late.last,
    proposal: takeFresh ? fresh.proposal : tree.proposal,
    logWeight,
    momentumSum,
    turning:
      fresh.turning || isTurningTogether(early, late, run.inverseMass),
    diverging: fresh.diverging,
  };
}

// A tree of one state: one leapfrog beyond the edge.
function leaf(edge, direction, run) {
  const { target, stepSize, inverseMass, workspace } = run;
  const step = direction * stepSize;
  const state = leapfrog(target, edge, step, inverseMass, workspace);
  const logWeight = run.startEnergy - energy(state, inverseMass);
  run.leapfrogs += 1;
  run.acceptance += Math.exp(Math.min(0, logWeight));
  return {
    first: state,
    last: state,
    proposal: state,
    logWeight,
    momentumSum: state.momentum,
    turning: false,
    diverging: logWeight < -run.divergenceThreshold,
  };
}

// 2^depth states beyond the edge: one half, then the other half beyond it.
function buildTree(edge, direction, depth, run) {
  if (depth === 0) return leaf(edge, direction, run);
  const near = buildTree(edge, direction, depth - 1, run);
  if (near.turning || near.diverging) return near;
  const middle = direction > 0 ? near.last : near.first;
  const far = buildTree(middle, direction, depth - 1, run);
  return merge(near, far, direction, run, false);
}

// One transition: double the trajectory, forward or backward at random, until
// it turns.
//
// `kernel` is { target, stepSize, inverseMass, random, workspace } and may
// hold maxTreeDepth and divergenceThreshold. `state` becomes the next draw, in
// place; returned is how it was found.
export function nutsStep(kernel, state) {
  const run = {
    maxTreeDepth: 10,
    divergenceThreshold: 1000,
    ...kernel,
    startEnergy: 0,
    leapfrogs: 0,
    acceptance: 0,
  };
  run.workspace.reset();
  const start = kicked(state, run.inverseMass, run.random, run.workspace);
  run.startEnergy = energy(start, run.inverseMass);

  let tree = {
    first: start,
    last: start,
    proposal: start,
    logWeight: 0,
    momentumSum: start.momentum,
    turning: false,
    diverging: false,
  };
  let depth = 0;
  let diverging = false;
  while (depth < run.maxTreeDepth && !tree.turning) {
    const direction = run.random.uniform() < 0.5 ? 1 : -1;
    const edge = direction > 0 ? tree.last : tree.first;
    const doubling = buildTree(edge, direction, depth, run);
    depth += 1;
    diverging = doubling.diverging;
    if (doubling.turning || doubling.diverging) break;
    tree = merge(tree, doubling, direction, run, true);
  }

  const chosen = tree.proposal;
  state.position.set(chosen.position);
  state.momentum.set(chosen.momentum);
  state.gradient.set(chosen.gradient);
  state.logProb = chosen.logProb;
  const { leapfrogs, acceptance } = run;
  const acceptanceRate = acceptance / leapfrogs;
  return { acceptanceRate, leapfrogs, depth, diverging };
}
