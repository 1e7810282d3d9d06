// The picture: bands that grow, the points on top, and the diagnostics of f along x below.
//
// Axes and points stay in the page; only the marks between them are drawn again with each frame.
// Next: sweep.js, where the diagnostics come from.

import { axes, DRAW, fresh, hatch, layout, legend, path, svg, tint } from "../static/figure.js";
import { best, gains, quantiles, thinned } from "./bands.js";
import { LIMITS } from "./settings.js";

export const NAMES = { nuts: "NUTS", advi: "ADVI (mean field)" };
const PROBABILITIES = [0.025, 0.25, 0.5, 0.75, 0.975];
const MOST_ROWS = 400; // of which quantiles are taken while draws come, so that a frame stays short
const THIN_LINES = 40;

const log10 = (value) => Math.log10(Math.max(value, 1e-9));
const wide = (text) => text.padStart(4); // so that all panels start at the same place

// The quantiles of a method's draws: { rows, lower, quarter, median, threeQuarters, upper }.
export function bandOf(parts, most = MOST_ROWS) {
  const rows = thinned(parts, most);
  const [lower, quarter, median, threeQuarters, upper] = quantiles(rows, PROBABILITIES);
  return { rows, lower, quarter, median, threeQuarters, upper };
}

// --- A panel that stays ----------------------------------------------------------------------------

function panel(spec, looks) {
  const id = fresh();
  const clip = svg("rect");
  const frame = svg("g");
  const marks = svg("g", { class: "bnn-marks", "clip-path": `url(#${id})` });
  const patterns = Object.entries(looks).map(([role, look]) => hatch(look, `${id}-${role}`));
  const picture = svg("svg", {}, svg("defs", {}, svg("clipPath", { id }, clip), ...patterns), frame, marks);
  const made = { picture, marks, where: null };
  made.resize = (width, height) => {
    made.where = layout(spec, width, height);
    const { l, r, t, b } = made.where.box;
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) picture.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x: l, y: t, width: Math.max(0, r - l), height: Math.max(0, b - t) })) clip.setAttribute(name, value);
    frame.replaceChildren(axes(spec, made.where));
  };
  made.draw = (shown) => {
    marks.replaceChildren(...shown.map((mark) => {
      const drawn = mark.nodes?.(made.where.at) ?? DRAW[mark.kind](mark, looks[mark.role], made.where.at, `${id}-${mark.role}`);
      return svg("g", { class: `bnn-${mark.kind} ${mark.dim ? "bnn-dim" : ""}`, style: tint(looks[mark.role]) }, ...drawn);
    }));
  };
  return made;
}

const yticks = [-3, -2, -1, 0, 1, 2, 3].map((y) => [y, wide(String(y).replace("-", "\u2212"))]);
const MAIN = { axes: true, xlim: LIMITS.x, ylim: LIMITS.y, yticks, xlabel: "x", ylabel: "f(x)" };
const level = (value, text) => [log10(value), wide(text)];
const RHAT = {
  axes: true, xlim: LIMITS.x, ylim: [log10(0.0015), log10(1.2)], xticks: [], ylabel: "R\u0302",
  yticks: [level(0.01, "1.01"), level(0.05, "1.05"), level(0.5, "1.5")],
};
const ESS = {
  axes: true, xlim: LIMITS.x, ylim: [log10(8), log10(8000)], xticks: [], ylabel: "ESS",
  yticks: [level(10, "10"), level(100, "100"), level(1000, "1000")],
};

// --- Marks -------------------------------------------------------------------------------------------

function bandMarks(role, band, grid, dim) {
  const x = grid;
  const there = [...x, ...[...x].reverse()];
  const inner = [...band.threeQuarters, ...[...band.quarter].reverse()];
  return [
    { kind: "band", role, x, lower: band.lower, upper: band.upper, dim },
    { kind: "inner", role, dim, nodes: (at) => [svg("path", { class: "bnn-area", d: `${path(there, inner, at)}z` })] },
    { kind: "line", role, x, y: band.median, dim },
  ];
}

function thinLines(role, band, grid) {
  const step = Math.max(1, Math.floor(band.rows.length / THIN_LINES));
  const some = band.rows.filter((_, i) => i % step === 0).slice(0, THIN_LINES);
  const nodes = (at) => [svg("path", { class: "bnn-line bnn-thin", d: some.map((row) => path(grid, [...row], at)).join("") })];
  return { kind: "line", role, nodes };
}

const limit = (grid, value) => ({ kind: "line", role: "truth", x: [grid[0], grid.at(-1)], y: [log10(value), log10(value)], width: 1 });
const truth = (grid) => ({ kind: "line", role: "truth", x: grid, y: grid.map((x) => Math.sin(2 * Math.PI * x)), width: 1.5 });

// Where one more point would tell most: a curve on the ground, and a mark at its top.
function nextMarks(band, grid, noiseVariance) {
  const gain = gains(band.rows, noiseVariance);
  const top = best(gain);
  const [low, high] = LIMITS.y;
  const ground = [...gain].map((value) => low + 0.22 * (high - low) * (value / gain[top]));
  const nodes = (at) => [svg("path", { class: "bnn-area", d: `${path([grid[0], ...grid, grid.at(-1)], [low, ...ground, low], at)}z` }), svg("path", { class: "bnn-edge", d: path(grid, ground, at) })];
  return {
    x: grid[top],
    marks: [
      { kind: "gain", role: "next", nodes },
      { kind: "line", role: "next", x: [grid[top], grid[top]], y: [low, high], width: 1.5 },
    ],
  };
}

// --- All panels ----------------------------------------------------------------------------------------

// `show` draws what there is: settings, and for each method its band and whether it is dimmed.
export function makePicture(grid, looks, layer) {
  const main = panel(MAIN, looks);
  const beside = panel(MAIN, looks);
  const strips = { rhat: panel(RHAT, looks), ess: panel(ESS, looks) };
  main.picture.append(layer.node);
  main.picture.setAttribute("class", "bnn-main");
  const still = [beside, strips.rhat, strips.ess];
  for (const { picture } of still) picture.setAttribute("aria-hidden", "true");
  const mainHolder = document.createElement("div");
  mainHolder.append(main.picture, strips.rhat.picture, strips.ess.picture);
  for (const { picture } of Object.values(strips)) picture.classList.add("bnn-strip");
  const node = document.createElement("div");
  node.className = "bnn-panels";
  node.append(mainHolder, beside.picture);
  const names = document.createElement("div");
  layer.listen(main.picture);
  let drawnAt = "";

  const isApart = ({ shows }) => ["apart", "nuts", "advi"].every((each) => shows.includes(each));

  function resize(settings) {
    const apart = isApart(settings);
    const room = Math.max(260, node.clientWidth || 360);
    const columns = apart && room > 560 ? 2 : 1;
    const width = Math.floor((room - 12 * (columns - 1)) / columns);
    const key = `${width} ${columns} ${apart}`;
    if (key === drawnAt) return;
    drawnAt = key;
    node.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    beside.picture.style.display = apart ? "" : "none";
    const height = Math.round(Math.max(250, Math.min(390, width * 0.56)));
    for (const each of [main, beside]) each.resize(width, height);
    for (const each of Object.values(strips)) each.resize(width, 86);
    layer.show(main.where);
  }

  function show(settings, bands, sweep, noiseVariance) {
    const both = Boolean(bands.nuts && bands.advi);
    const apart = isApart(settings);
    const first = bands.nuts ?? bands.advi;
    const marks = { nuts: [], advi: [] };
    for (const role of ["nuts", "advi"]) {
      if (!bands[role]) continue;
      marks[role].push(...bandMarks(role, bands[role].band, grid, bands[role].dim));
      if (settings.shows.includes("draws")) marks[role].push(thinLines(role, bands[role].band, grid));
    }
    const more = settings.shows.includes("truth") ? [truth(grid)] : [];
    const next = settings.shows.includes("next") && first ? nextMarks(first.band, grid, noiseVariance) : null;
    main.draw([...marks.nuts, ...(apart && both ? [] : marks.advi), ...more, ...(next?.marks ?? [])]);
    if (apart) {
      const [x, y] = [settings.points.map(([px]) => px), settings.points.map(([, py]) => py)];
      beside.draw([...marks.advi, ...more, { kind: "points", role: "data", x, y, size: 4 }]);
    }
    const has = Boolean(sweep.rhat) && settings.shows.includes("nuts");
    for (const name of ["rhat", "ess"]) strips[name].picture.style.display = settings.shows.includes("nuts") ? "" : "none";
    strips.rhat.draw(has ? [limit(grid, 0.01), { kind: "line", role: "nuts", x: sweep.x, y: sweep.rhat.map((value) => log10(Math.max(value - 1, 0.0019))) }] : []);
    strips.ess.draw(has ? [{ kind: "line", role: "nuts", x: sweep.x, y: sweep.ess.map(log10) }] : []);
    return next;
  }

  function name(settings) {
    const marks = [{ kind: "points", role: "data", label: "points", size: 4 }];
    for (const role of ["nuts", "advi"]) {
      if (settings.shows.includes(role)) marks.push({ kind: "band", role, label: `${NAMES[role]}: 95 % and 50 % of f` });
    }
    if (settings.shows.includes("truth")) marks.push({ kind: "line", role: "truth", label: "sine of the article" });
    if (settings.shows.includes("next")) marks.push({ kind: "line", role: "next", label: "what one more point would tell" });
    names.replaceChildren(legend([{ marks }], looks));
  }

  return { node, names, name, show, resize };
}
