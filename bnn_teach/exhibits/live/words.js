// The sentence that says what the bands do, for whoever does not see them or wants numbers.
//
// It is written when things have come to rest. Next: points.js, the data under the finger.

import { at } from "./bands.js";

const rounded = (value) => String(Number(value.toPrecision(2)));
const signed = (value) => rounded(value).replace("-", "\u2212");
const joined = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);

// The middle of the widest hole between neighbouring points, if one stands out; otherwise null.
export function gapOf(points) {
  const xs = points.map(([x]) => x).sort((a, b) => a - b);
  if (xs.length < 3) return null;
  const holes = xs.slice(1).map((x, i) => [x - xs[i], (x + xs[i]) / 2]).sort((a, b) => b[0] - a[0]);
  const usual = holes[Math.floor(holes.length / 2)][0];
  return holes[0][0] > 0.1 && holes[0][0] > 3 * usual ? holes[0][1] : null;
}

// Where a reader looks: at the points, in the gap between them, and at the end farthest from them.
export function placesOf(points, grid) {
  if (!points.length) return [["at x = 0", [0]], [`at x = ${signed(grid.at(-1))}`, [grid.at(-1)]]];
  const xs = points.map(([x]) => x);
  const gap = gapOf(points);
  const [low, high] = [grid[0], grid.at(-1)];
  const end = Math.min(...xs) - low > high - Math.max(...xs) + 1e-9 ? low : high;
  return [
    [xs.length === 1 ? "at the point" : "at the points", xs],
    ...(gap === null ? [] : [[`in the gap (x = ${signed(gap)})`, [gap]]]),
    [`at x = ${signed(end)}`, [end]],
  ];
}

// `bands` are { name, lower, upper }, of one or two methods.
export function sentence(points, grid, bands) {
  const count = points.length;
  const given = count ? `Given ${count} point${count === 1 ? "" : "s"}` : "Before any data";
  const clauses = bands.map(({ name, lower, upper }, i) => {
    const widths = placesOf(points, grid).map(([where, xs], k) => {
      const mean = xs.reduce((sum, x) => sum + at(grid, upper, x) - at(grid, lower, x), 0) / xs.length;
      if (i > 0) return rounded(mean);
      return `${rounded(mean)} ${k === 0 ? "wide " : ""}${where}`;
    });
    return `${name} ${i === 0 ? "is " : ""}${joined(widths)}`;
  });
  return `${given}, the 95 % band of ${clauses.join("; that of ")}.`;
}
