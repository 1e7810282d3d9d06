// What stands on the screen, as one plain object: the points, the model, and what is shown.
//
// `complete` makes it from whatever came (an address, Python, a preset) and keeps only what makes
// sense. Numbers are rounded to thousandths, so that a link says exactly what the screen shows.
// Next: address.js.

export const LIMITS = { x: [-1.2, 1.2], y: [-3, 3] };
export const SCALES = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5];
export const NOISES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1];
export const WIDTHS = [2, 5, 10, 20];
export const ACTIVATIONS = ["relu", "tanh"];
export const SHOWS = ["nuts", "advi", "draws", "next", "apart", "truth"];
export const MOST_POINTS = 120;

export const START = {
  points: [], prior: 1, noise: 0.1, learned: false, width: 5, activation: "relu", shows: ["nuts"],
};

export const thousandths = (value) => Math.round(value * 1000) / 1000 || 0; // never -0

export function inside([x, y]) {
  const within = (value, [low, high]) => thousandths(Math.max(low, Math.min(high, value)));
  return [within(x, LIMITS.x), within(y, LIMITS.y)];
}

// Settings of which every part makes sense; what is missing or odd in `some` is as in `rest`.
export function complete(some, rest = START) {
  const number = (value, low, high, otherwise) =>
    typeof value === "number" && value >= low && value <= high ? thousandths(value) : otherwise;
  const pairs = Array.isArray(some.points) ? some.points.filter((p) => p.every(Number.isFinite)) : rest.points;
  const shows = Array.isArray(some.shows) ? SHOWS.filter((each) => some.shows.includes(each)) : rest.shows;
  return {
    points: pairs.slice(0, MOST_POINTS).map(inside),
    prior: number(some.prior, 0.05, 10, rest.prior),
    noise: number(some.noise, 0.01, 2, rest.noise),
    learned: typeof some.learned === "boolean" ? some.learned : rest.learned,
    width: Math.round(number(some.width, 1, 20, rest.width)),
    activation: ACTIVATIONS.includes(some.activation) ? some.activation : rest.activation,
    shows: shows.some((each) => ["nuts", "advi"].includes(each)) ? shows : ["nuts", ...shows],
  };
}

// Whether two settings ask the samplers for the same thing.
export function sameModel(a, b) {
  const model = ({ points, prior, noise, learned, width, activation }) =>
    JSON.stringify([points, prior, learned || noise, width, activation]);
  return model(a) === model(b);
}
