// What draws of a function say at each x: quantiles, and how much one more point would tell.
//
// Draws of a chain are { rows, count, width }: `count` functions, each known at `width` places.
// Next: words.js, which says what the bands do.

// Up to `most` rows of all chains together, evenly taken, as one list of views.
export function thinned(chains, most) {
  const total = chains.reduce((sum, { count }) => sum + count, 0);
  const step = Math.max(1, total / most);
  const rows = [];
  let next = 0;
  let before = 0;
  for (const { rows: all, count, width } of chains) {
    for (; next < before + count; next += step) {
      const i = Math.floor(next) - before;
      rows.push(all.subarray(i * width, (i + 1) * width));
    }
    before += count;
  }
  return rows;
}

// The quantiles of these rows at each place: one array of numbers for each probability.
export function quantiles(rows, probabilities) {
  const width = rows[0].length;
  const curves = probabilities.map(() => new Array(width));
  const column = new Float64Array(rows.length);
  for (let g = 0; g < width; g += 1) {
    for (let i = 0; i < rows.length; i += 1) column[i] = rows[i][g];
    column.sort();
    probabilities.forEach((p, k) => {
      const place = p * (rows.length - 1);
      const low = Math.floor(place);
      const high = Math.min(low + 1, rows.length - 1);
      curves[k][g] = column[low] + (place - low) * (column[high] - column[low]);
    });
  }
  return curves;
}

// What a measurement at each place is expected to take off the mean variance of f over all places.
//
// Were f a Gaussian process with the draws' covariance C, a measurement at x* with noise variance
// s2 would leave the variance C(x, x) - C(x, x*)^2 / (C(x*, x*) + s2) at x.
export function gains(rows, noiseVariance) {
  const [n, width] = [rows.length, rows[0].length];
  const mean = new Float64Array(width);
  for (const row of rows) for (let g = 0; g < width; g += 1) mean[g] += row[g] / n;
  const centred = rows.map((row) => row.map((value, g) => value - mean[g]));
  const gain = new Float64Array(width);
  const covariance = new Float64Array(width);
  for (let s = 0; s < width; s += 1) {
    covariance.fill(0);
    for (const row of centred) for (let g = 0; g < width; g += 1) covariance[g] += row[s] * row[g];
    let squares = 0;
    for (let g = 0; g < width; g += 1) squares += (covariance[g] / (n - 1)) ** 2;
    gain[s] = squares / width / (covariance[s] / (n - 1) + noiseVariance);
  }
  return gain;
}

export function best(values) {
  return values.reduce((top, value, i) => (value > values[top] ? i : top), 0);
}

// The value of a curve, known on the grid, at any x within it.
export function at(grid, values, x) {
  const step = grid[1] - grid[0];
  const i = Math.max(0, Math.min(grid.length - 2, Math.floor((x - grid[0]) / step)));
  const share = (x - grid[i]) / step;
  return values[i] + share * (values[i + 1] - values[i]);
}
