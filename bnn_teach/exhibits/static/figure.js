// The figure engine: it draws every exhibit, in JupyterLab and in a page without Python.
//
// What it shows is in three traits. `figure` holds the controls, the looks of the roles, and all
// frames, which refer to tables of arrays, marks and axes. `values` is what the controls stand at.
// `off_grid` is a frame that a kernel computed for values between the stored ones.
// Read from the bottom: render() puts an exhibit together from the parts above it.

// --- Nodes ---------------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

// Names of radio groups and clip paths must differ between all exhibits of a page, and each exhibit
// loads this script for itself.
const own = Math.random().toString(36).slice(2, 8);
let made = 0;
const fresh = () => `bnn-${own}-${(made += 1)}`;

const KEYED = ["input", "select", "button", "summary"];

function html(tag, attributes = {}, ...children) {
  const node = fill(document.createElement(tag), attributes, children);
  // Arrow keys move what has the focus. Without this, JupyterLab would select another cell instead.
  if (KEYED.includes(tag)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  return node;
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

// --- Stored numbers ------------------------------------------------------------------------------

// An array is [exponent, first, step, step, ...]; a null leaves a gap.
function unpack([exponent, ...steps]) {
  let sum = 0;
  const numbers = steps.map((step) => (step === null ? NaN : (sum += step)));
  const factor = 10 ** Math.abs(exponent);
  return numbers.map((whole) => (exponent < 0 ? whole / factor : whole * factor));
}

// Marks with their arrays in place of numbers in the table. `tables` is `figure` or `off_grid`.
function reader(tables) {
  const arrays = new Map();
  const array = (place) => {
    if (!arrays.has(place)) arrays.set(place, unpack(tables.arrays[place]));
    return arrays.get(place);
  };
  const mark = (place) => {
    const stored = { ...tables.marks[place] };
    for (const [name, value] of Object.entries(stored)) {
      if (typeof value === "number" && name !== "size" && !(name === "width" && stored.kind === "line")) {
        stored[name] = array(value);
      }
    }
    return stored;
  };
  const panels = (frame) =>
    frame.panels.map(([head, marks]) => ({ ...tables.panels[head], marks: marks.map(mark) }));
  return { array, mark, panels };
}

// --- Axes ----------------------------------------------------------------------------------------

// Round numbers from low to high, at most `most` of them.
function ticks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((each) => each >= rough * 0.999);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const places = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) {
    places.push([n * step, number(n * step, decimals)]);
  }
  return places;
}

function number(value, decimals) {
  const text = Math.abs(value) >= 1e6 ? value.toExponential(0) : value.toFixed(decimals);
  return text.replace(/^-(0(\.0+)?)$/, "$1").replace("-", "\u2212");
}

const short = (value) => String(Number(value.toPrecision(3))).replace("-", "\u2212");

// --- Marks: how each kind is drawn; `at` turns data into pixels --------------------------------------

const place = (value) => Math.round(value * 10) / 10;

function path(xs, ys, at) {
  let pen = "M";
  let d = "";
  xs.forEach((x, i) => {
    if (Number.isNaN(x) || Number.isNaN(ys[i])) pen = "M";
    else {
      d += `${pen}${place(at.x(x))} ${place(at.y(ys[i]))}`;
      pen = "L";
    }
  });
  return d;
}

// Areas are split where a number is missing, so that each piece is closed for itself.
function pieces(length, missing) {
  const runs = [];
  let run = [];
  for (let i = 0; i <= length; i += 1) {
    if (i < length && !missing(i)) run.push(i);
    else {
      if (run.length) runs.push(run);
      run = [];
    }
  }
  return runs;
}

const SHAPES = {
  o: (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`,
  s: (r) => `M${-r} ${-r}h${2 * r}v${2 * r}h${-2 * r}z`,
  "^": (r) => `M0 ${-1.2 * r}L${1.2 * r} ${r}H${-1.2 * r}z`,
  v: (r) => `M0 ${1.2 * r}L${1.2 * r} ${-r}H${-1.2 * r}z`,
  D: (r) => `M0 ${-1.3 * r}L${1.3 * r} 0L0 ${1.3 * r}L${-1.3 * r} 0z`,
  d: (r) => `M0 ${-1.4 * r}L${0.9 * r} 0L0 ${1.4 * r}L${-0.9 * r} 0z`,
  X: (r) => `M${-r} ${-r}L0 ${-0.4 * r}L${r} ${-r}L${0.4 * r} 0L${r} ${r}L0 ${0.4 * r}L${-r} ${r}L${-0.4 * r} 0z`,
  "*": (r) =>
    `M${[...Array(10).keys()]
      .map((k) => {
        const far = (k % 2 ? 0.55 : 1.5) * r;
        const turn = (Math.PI * (k - 2.5)) / 5;
        return `${place(far * Math.cos(turn))} ${place(far * Math.sin(turn))}`;
      })
      .join("L")}z`,
};

const dashes = (look) => (look.dash.length ? look.dash.join(" ") : null);
const area = (mark, pattern) => ({
  class: mark.hatch ? "bnn-hatched" : "bnn-area",
  style: mark.hatch ? `fill: url(#${pattern})` : null,
});

const DRAW = {
  line: (mark, look, at) => [
    svg("path", {
      class: "bnn-line", d: path(mark.x, mark.y, at),
      "stroke-dasharray": dashes(look), style: mark.width ? `stroke-width: ${mark.width}` : null,
    }),
  ],
  band: (mark, look, at, pattern) => {
    const { x, lower, upper } = mark;
    const missing = (i) => Number.isNaN(x[i] + lower[i] + upper[i]);
    const around = pieces(x.length, missing).map((run) => {
      const there = [...run, ...[...run].reverse()];
      const ys = there.map((i, k) => (k < run.length ? upper[i] : lower[i]));
      return `${path(there.map((i) => x[i]), ys, at)}z`;
    });
    const edge = (ys) =>
      svg("path", { class: "bnn-edge", d: path(x, ys, at), "stroke-dasharray": dashes(look) });
    return [svg("path", { ...area(mark, pattern), d: around.join("") }), edge(lower), edge(upper)];
  },
  points: (mark, look, at) =>
    mark.x.map((x, i) =>
      Number.isNaN(x + mark.y[i])
        ? null
        : svg("path", {
            class: "bnn-point",
            d: SHAPES[look.marker](mark.size ?? 3),
            transform: `translate(${place(at.x(x))} ${place(at.y(mark.y[i]))})`,
          }),
    ),
  polygon: (mark, look, at, pattern) => {
    const { x, y } = mark;
    const parts = pieces(x.length, (i) => Number.isNaN(x[i] + y[i]));
    const d = parts.map((run) => `${path(run.map((i) => x[i]), run.map((i) => y[i]), at)}z`);
    return [
      svg("path", { ...area(mark, pattern), d: d.join("") }),
      svg("path", { class: "bnn-edge", d: d.join(""), "stroke-dasharray": dashes(look) }),
    ];
  },
  bars: (mark, look, at, pattern) =>
    mark.height.map((height, i) => {
      const [left, right] = [at.x(mark.left[i]), at.x(mark.right[i])];
      const [top, bottom] = [at.y(Math.max(0, height)), at.y(Math.min(0, height))];
      const box = { x: place(left), width: place(right - left), y: place(top), height: place(bottom - top) };
      const kind = area(mark, pattern);
      return Number.isNaN(height) ? null : svg("rect", { ...kind, class: `${kind.class} bnn-bar`, ...box });
    }),
  segments: (mark, look, at) =>
    mark.x0.map((x0, i) =>
      svg("line", {
        class: "bnn-line",
        x1: place(at.x(x0)), y1: place(at.y(mark.y0[i])),
        x2: place(at.x(mark.x1[i])), y2: place(at.y(mark.y1[i])),
        style: `stroke-width: ${place(mark.width[i])}`,
        "stroke-dasharray": mark.sign[i] < 0 ? "5 3" : null,
      }),
    ),
  text: (mark, look, at) =>
    mark.text.map((words, i) =>
      svg("text", { class: "bnn-words", x: place(at.x(mark.x[i])), y: place(at.y(mark.y[i])), "text-anchor": mark.anchor, dy: "0.35em" }, words),
    ),
};

// Black means the page's own ink, so that it can be seen in the dark, too.
const tint = (look) => (look.color === "#000000" ? "--bnn-own: var(--bnn-ink)" : `--bnn-own: ${look.color}`);

const HATCHES = {
  "/": "M-2 2L2 -2M0 8L8 0M6 10L10 6",
  "\\": "M-2 6L2 10M0 0L8 8M6 -2L10 2",
  ".": "M2 2h0.01M6 6h0.01",
  "|": "M2 0v8M6 0v8",
  "-": "M0 2h8M0 6h8",
  x: "M0 0L8 8M8 0L0 8",
};

function hatch(look, id) {
  const lines = svg("path", { d: HATCHES[look.hatch], class: look.hatch === "." ? "bnn-dots" : "bnn-strokes" });
  const size = { width: 8, height: 8, patternUnits: "userSpaceOnUse" };
  return svg("pattern", { id, ...size, style: tint(look) }, svg("rect", { width: 8, height: 8, class: "bnn-area" }), lines);
}

// --- Panels --------------------------------------------------------------------------------------

const LETTER = 6.7; // pixels: the typical width of a character of 12 px

// Where everything is: the frame's edges in pixels, and data to pixels and back.
function layout(panel, width, height) {
  const [[left, right], [low, high]] = [panel.xlim, panel.ylim];
  const named = panel.axes ? 1 : 0;
  const yticks = panel.axes ? panel.yticks ?? ticks(low, high, height / 45) : [];
  const longest = Math.max(0, ...yticks.map(([, text]) => text.length));
  const box = {
    l: named * (8 + longest * LETTER + (panel.ylabel ? 20 : 0)) + 2,
    r: width - 12,
    t: 8 + (panel.title ? 20 : 0),
    b: height - named * (22 + (panel.xlabel ? 20 : 0)) - 2,
  };
  const xticks = panel.axes ? panel.xticks ?? ticks(left, right, (box.r - box.l) / 55) : [];
  const across = (box.r - box.l) / (right - left);
  const up = (box.b - box.t) / (high - low);
  const near = (value, from, to) => Math.max(from - 3e3, Math.min(to + 3e3, value));
  const at = {
    x: (x) => near(box.l + (x - left) * across, box.l, box.r),
    y: (y) => near(box.b - (y - low) * up, box.t, box.b),
    datax: (pixel) => left + (pixel - box.l) / across,
    datay: (pixel) => low + (box.b - pixel) / up,
  };
  const inside = ([from, to]) => ([value]) => value >= from - 1e-9 * (to - from) && value <= to + 1e-9 * (to - from);
  return { box, at, xticks: xticks.filter(inside(panel.xlim)), yticks: yticks.filter(inside(panel.ylim)) };
}

function axes(panel, { box, at, xticks, yticks }) {
  const group = svg("g", { class: "bnn-axes" });
  const middle = { "text-anchor": "middle" };
  if (panel.title) group.append(svg("text", { class: "bnn-title", x: box.l, y: 16 }, panel.title));
  if (!panel.axes) return group;
  for (const [value, text] of xticks) {
    const x = place(at.x(value));
    group.append(svg("path", { d: `M${x} ${box.b}v5` }), svg("text", { x, y: box.b + 18, ...middle }, text));
  }
  for (const [value, text] of yticks) {
    const y = place(at.y(value));
    group.append(svg("path", { class: "bnn-grid", d: `M${box.l} ${y}H${box.r}` }));
    group.append(svg("text", { x: box.l - 7, y, dy: "0.35em", "text-anchor": "end" }, text));
  }
  group.append(svg("path", { d: `M${box.l} ${box.t}V${box.b}H${box.r}` }));
  const [across, along] = [(box.l + box.r) / 2, (box.t + box.b) / 2];
  if (panel.xlabel) group.append(svg("text", { x: across, y: box.b + 37, ...middle }, panel.xlabel));
  if (panel.ylabel) {
    group.append(svg("text", { transform: `translate(13 ${along}) rotate(-90)`, ...middle }, panel.ylabel));
  }
  return group;
}

// One panel as a drawing of so many pixels; its layout is kept for whoever draws on top of it.
function drawPanel(panel, looks, width, height) {
  const where = layout(panel, width, height);
  const { box, at } = where;
  const id = fresh();
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
  const clip = { x: box.l, y: box.t, width: Math.max(0, box.r - box.l), height: Math.max(0, box.b - box.t) };
  const kept = svg("clipPath", { id }, svg("rect", clip));
  const inner = svg("g", { class: "bnn-marks", "clip-path": panel.axes ? `url(#${id})` : null });
  const patterns = new Map();
  for (const mark of panel.marks) {
    const look = looks[mark.role];
    const pattern = `${id}-${mark.role}`;
    if (mark.hatch && !patterns.has(pattern)) patterns.set(pattern, hatch(look, pattern));
    const drawn = DRAW[mark.kind](mark, look, at, pattern).filter((node) => node !== null);
    inner.append(svg("g", { class: `bnn-${mark.kind}`, style: tint(look) }, ...drawn));
  }
  picture.append(svg("defs", {}, kept, ...patterns.values()), axes(panel, where), inner);
  picture.bnn = where;
  return picture;
}

// --- Legend ----------------------------------------------------------------------------------------

const KEYS = {
  line: { x: [0, 30], y: [0, 0] },
  segments: { x0: [0], y0: [0], x1: [30], y1: [0], width: [2], sign: [1] },
  band: { x: [0, 30], lower: [-5, -5], upper: [5, 5] },
  polygon: { x: [0, 30, 30, 0, 0], y: [-5, -5, 5, 5, -5] },
  bars: { left: [4], right: [26], height: [6] },
  points: { x: [15], y: [0] },
};

function legend(panels, looks) {
  const named = new Map();
  for (const mark of panels.flatMap((panel) => panel.marks)) {
    if (mark.label && !named.has(mark.label)) named.set(mark.label, mark);
  }
  const at = { x: (x) => x + 1, y: (y) => 8 - y };
  const items = [...named.values()].map((mark) => {
    const look = looks[mark.role];
    const pattern = fresh();
    const drawn = DRAW[mark.kind]({ ...mark, ...KEYS[mark.kind] }, look, at, pattern);
    const key = svg("svg", { viewBox: "0 0 32 16", width: 32, height: 16, "aria-hidden": "true" });
    if (mark.hatch) key.append(svg("defs", {}, hatch(look, pattern)));
    key.append(svg("g", { style: tint(look) }, ...drawn));
    return html("li", {}, key, mark.label);
  });
  return html("ul", { class: "bnn-legend" }, ...items);
}

// --- Controls --------------------------------------------------------------------------------------

// Each returns its node, and show(value), which puts the control where the exhibit stands.

function slider(spec, change) {
  const id = fresh();
  const input = html("input", { type: "range", id, min: 0, max: spec.values.length - 1, step: 1 });
  const output = html("output", { for: id, "aria-live": "off" });
  input.addEventListener("input", () => change(spec.values[Number(input.value)]));
  const node = html("div", { class: "bnn-control" }, html("label", { for: id }, spec.label), input, output);
  const show = (value) => {
    const stored = spec.values.indexOf(value);
    const nearest = spec.values.reduce((best, each, i) =>
      Math.abs(each - value) < Math.abs(spec.values[best] - value) ? i : best, 0);
    input.value = stored < 0 ? nearest : stored;
    output.textContent = stored < 0 ? short(value) : spec.texts[stored];
    input.setAttribute("aria-valuetext", output.textContent);
  };
  return { node, show, input };
}

const STEP = 500; // milliseconds

function play(spec, change, quiet) {
  const part = slider(spec, (value) => {
    stop();
    change(value);
  });
  const last = spec.values.length - 1;
  const button = html("button", { type: "button" });
  let timer = null;
  const label = () => {
    button.textContent = timer === null ? "Play" : "Pause";
    button.setAttribute("aria-label", `${button.textContent}: ${spec.label}`);
  };
  const stop = () => {
    clearInterval(timer);
    if (timer !== null) quiet(false);
    timer = null;
    label();
  };
  const step = () => {
    const next = Number(part.input.value) + 1;
    if (!button.isConnected) stop();
    else if (next <= last) change(spec.values[next]);
    if (next >= last) stop();
  };
  button.addEventListener("click", () => {
    if (timer !== null) {
      stop();
      return;
    }
    if (Number(part.input.value) === last) change(spec.values[0]);
    quiet(true); // a sentence every half second is no use to anyone who listens
    timer = setInterval(step, STEP);
    label();
  });
  // Whoever wants less motion steps with the slider; nothing moves by itself.
  button.hidden = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  label();
  part.node.append(button);
  return { ...part, stop };
}

function choice(spec, change) {
  const id = fresh();
  if (spec.values.length > 5) {
    const options = spec.values.map((value) => html("option", { value }, value));
    const select = html("select", { id }, ...options);
    select.addEventListener("change", () => change(select.value));
    const node = html("div", { class: "bnn-control" }, html("label", { for: id }, spec.label), select);
    return { node, show: (value) => (select.value = value) };
  }
  const inputs = spec.values.map((value) => html("input", { type: "radio", name: id, value }));
  for (const input of inputs) input.addEventListener("change", () => change(input.value));
  const labels = inputs.map((input) => html("label", {}, input, input.value));
  const node = html("fieldset", { class: "bnn-control" }, html("legend", {}, spec.label), ...labels);
  return { node, show: (value) => inputs.forEach((input) => (input.checked = input.value === value)) };
}

const CONTROLS = { slider, play, choice };

// A field for numbers between the stored ones; it appears when a kernel has answered.
function exact(spec, change) {
  const id = fresh();
  const [low, high] = [spec.values[0], spec.values.at(-1)];
  const input = html("input", { type: "number", id, min: low, max: high, step: "any" });
  const words = `${spec.label}, any number from ${short(low)} to ${short(high)}`;
  input.addEventListener("input", () => {
    if (input.value !== "" && input.checkValidity()) change(Number(input.value));
  });
  const node = html("div", { class: "bnn-control bnn-exact" }, html("label", { for: id }, words), input);
  return { node, show: (value) => { if (document.activeElement !== input) input.value = value; } };
}

// --- A band drawn by hand ----------------------------------------------------------------------------

function interpolate(x, xs, ys) {
  const right = Math.max(1, xs.findIndex((each) => each >= x));
  const share = (x - xs[right - 1]) / (xs[right] - xs[right - 1]);
  return ys[right - 1] + share * (ys[right] - ys[right - 1]);
}

// Gneiting and Raftery (2007): the width, and a fine of 2/alpha for what is missed.
function intervalScore(spec, { lower, upper }) {
  const fine = 2 / (1 - spec.level);
  const each = spec.at_x.map((x, i) => {
    const [low, high] = [interpolate(x, spec.x, lower), interpolate(x, spec.x, upper)];
    const missed = Math.max(0, low - spec.at_y[i], spec.at_y[i] - high);
    return { score: high - low + fine * missed, held: missed === 0 };
  });
  return {
    mean: each.reduce((sum, { score }) => sum + score, 0) / each.length,
    held: each.filter(({ held }) => held).length,
  };
}

function drawing(spec, read, { get, change, redraw, announce }) {
  let revealed = false;
  let limits = [0, 1];

  function set(end, i, value) {
    const band = { lower: [...get().lower], upper: [...get().upper] };
    const inside = Number(Math.max(limits[0], Math.min(limits[1], value)).toPrecision(4));
    band[end][i] = end === "lower" ? Math.min(inside, band.upper[i]) : Math.max(inside, band.lower[i]);
    change(band);
  }

  // With the pointer: the nearer edge follows. The panel's holder outlives the pictures in it.
  function listen(holder) {
    let edge = null;
    let before = null;
    const where = (event) => {
      const picture = holder.querySelector("svg");
      const box = picture.getBoundingClientRect();
      const scale = picture.viewBox.baseVal.width / box.width;
      const { at } = picture.bnn;
      const x = at.datax((event.clientX - box.left) * scale);
      const last = spec.x.length - 1;
      return {
        x: Math.max(spec.x[0], Math.min(spec.x[last], x)),
        y: at.datay((event.clientY - box.top) * scale),
      };
    };
    const follow = (here) => {
      const [from, to] = [Math.min(before.x, here.x), Math.max(before.x, here.x)];
      const reach = (spec.x[1] - spec.x[0]) / 2;
      spec.x.forEach((x, i) => {
        if (x < from - reach || x > to + reach) return;
        const share = to > from ? Math.max(0, Math.min(1, (x - before.x) / (here.x - before.x))) : 1;
        set(edge, i, before.y + share * (here.y - before.y));
      });
      before = here;
    };
    holder.addEventListener("pointerdown", (event) => {
      if (revealed) return;
      const here = where(event);
      const away = (end) => Math.abs(here.y - interpolate(here.x, spec.x, get()[end]));
      edge = away("lower") < away("upper") ? "lower" : "upper";
      before = here;
      holder.setPointerCapture(event.pointerId);
      event.preventDefault();
      follow(here);
    });
    holder.addEventListener("pointermove", (event) => {
      if (edge !== null && !revealed) follow(where(event));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      holder.addEventListener(end, () => (edge = null));
    }
  }

  // With the keyboard: a slider for the place, and one for each edge there.
  const keyboard = html("details");
  const ranges = {};
  for (const [name, words] of [["place", "at x"], ["lower", "lower edge there"], ["upper", "upper edge there"]]) {
    const id = fresh();
    const input = html("input", { type: "range", id, min: 0, max: spec.x.length - 1, step: 1 });
    const output = html("output", { for: id, "aria-live": "off" });
    const label = html("label", { for: id }, words);
    ranges[name] = { input, output, node: html("div", { class: "bnn-control" }, label, input, output) };
  }
  const chosen = () => Number(ranges.place.input.value);
  ranges.place.input.value = Math.floor(spec.x.length / 2);
  ranges.place.input.addEventListener("input", () => {
    show();
    redraw(); // the place is marked in the picture
  });
  for (const end of ["lower", "upper"]) {
    const { input } = ranges[end];
    input.addEventListener("input", () => set(end, chosen(), Number(input.value)));
  }

  function show() {
    const say = ({ input, output }, text) => {
      output.textContent = text;
      input.setAttribute("aria-valuetext", text);
      input.disabled = revealed;
    };
    for (const end of ["lower", "upper"]) {
      const value = get()[end][chosen()];
      fill(ranges[end].input, { min: limits[0], max: limits[1], step: (limits[1] - limits[0]) / 200 }, []);
      ranges[end].input.value = value;
      say(ranges[end], short(value));
    }
    say(ranges.place, short(spec.x[chosen()]));
  }

  const reveal = html("button", { type: "button" }, "Reveal and score");
  const again = html("button", { type: "button", hidden: true }, "Draw again");
  const table = html("div", { class: "bnn-scores" });
  function turn(now) {
    revealed = now;
    reveal.hidden = now;
    again.hidden = !now;
    table.replaceChildren();
    if (now) score();
    else announce(null);
    redraw();
    (now ? again : reveal).focus();
  }
  reveal.addEventListener("click", () => turn(true));
  again.addEventListener("click", () => turn(false));

  function score() {
    const mine = intervalScore(spec, get());
    const others = Object.entries(spec.scores);
    const rows = [["yours", mine.mean], ...others].sort((a, b) => a[1] - b[1]).map(([name, each]) => {
      const cells = [html("th", { scope: "row" }, name), html("td", {}, short(each))];
      return html("tr", { class: name === "yours" ? "bnn-yours" : null }, ...cells);
    });
    const names = ["band", "mean interval score"].map((name) => html("th", { scope: "col" }, name));
    const head = html("thead", {}, html("tr", {}, ...names));
    const caption = html("caption", {}, "Less is better");
    table.append(html("table", {}, caption, head, html("tbody", {}, ...rows)));
    const compared = others.map(([name, each]) => `${name} ${short(each)}`).join(", ");
    announce(
      `Your band holds ${mine.held} of ${spec.at_x.length} hidden points. Its mean interval score ` +
        `is ${short(mine.mean)}, and less is better${compared ? `; to compare: ${compared}` : ""}.`,
    );
  }

  const marks = () => {
    const edges = ["lower", "upper"].map((end) => ({ kind: "points", role: "nuts", size: 2.5, x: spec.x, y: get()[end] }));
    const hidden = { kind: "points", role: "data", label: "hidden points", size: 1.8, x: spec.at_x, y: spec.at_y };
    const band = { kind: "band", role: "nuts", label: spec.label, x: spec.x, ...get() };
    const [i, x] = [chosen(), spec.x[chosen()]];
    const ends = { x0: [x], x1: [x], y0: [get().lower[i]], y1: [get().upper[i]] };
    const place = { kind: "segments", role: "nuts", ...ends, width: [2], sign: [1] };
    return [band, ...(keyboard.open && !revealed ? [place] : []), ...edges, ...(revealed ? [hidden, ...spec.reveal.map(read.mark)] : [])];
  };
  const hint = html("p", {}, "Drag the two edges of the band up and down in the picture.");
  const sliders = Object.values(ranges).map(({ node }) => node);
  keyboard.append(html("summary", {}, "Draw with sliders instead"), ...sliders);
  keyboard.addEventListener("toggle", redraw);
  const node = html("div", { class: "bnn-draw" }, hint, keyboard, reveal, again, table);
  return { node, marks, show, listen, limit: (ylim) => (limits = ylim), name: spec.name, panel: spec.panel };
}

// --- The kernel ------------------------------------------------------------------------------------

const PATIENCE = 200; // milliseconds without a new wish before the kernel is asked

// Asks for one frame at a time. While it computes, only the newest wish is kept, the others lapse.
function asker(model, busy) {
  let timer = null;
  let wish = null;
  let asked = null;
  const send = () => {
    if (wish === null || asked !== null) return;
    [asked, wish] = [wish, null];
    model.set("values", asked);
    model.save_changes();
  };
  return {
    ask(values) {
      clearTimeout(timer);
      wish = values;
      busy(true);
      timer = setTimeout(send, PATIENCE);
    },
    drop() {
      clearTimeout(timer);
      wish = null;
      busy(asked !== null);
    },
    answered() {
      asked = null;
      busy(wish !== null);
      if (wish !== null) send();
    },
  };
}

// --- An exhibit --------------------------------------------------------------------------------------

const COLUMN = 250; // pixels: a panel narrower than this moves below the others

function equal(a, b) {
  return Object.keys(a).every((name) => a[name] === b[name]);
}

function render({ model, el }) {
  const figure = model.get("figure");
  const read = reader(figure);
  const heading = html("p", { class: "bnn-heading" }, figure.title);
  const names = html("div");
  const panels = html("div", { class: "bnn-panels", role: "img" });
  const says = html("p", { class: "bnn-says", "aria-live": "polite" });
  const state = html("p", { class: "bnn-state", role: "status" });
  const board = html("div", { class: "bnn-controls" });
  const root = html("div", { class: "bnn bnn-exhibit", role: "group", "aria-label": figure.title });
  root.append(heading, board, state, names, panels, says);
  el.append(root);

  // Where the exhibit stands, and the frame that belongs to it.
  let values = { ...model.get("values") };
  let verdict = null; // what a drawn band was told
  const stored = () => {
    const steps = figure.controls.map(({ name, values: all }) => [all.indexOf(values[name]), all.length]);
    if (steps.some(([index]) => index < 0)) return null;
    return steps.reduce((sum, [index, length]) => sum * length + index, 0);
  };
  function present() {
    const index = stored();
    if (index !== null) return { frame: figure.frames[index], panels: read.panels(figure.frames[index]) };
    const answer = model.get("off_grid");
    const fits = answer.values && figure.controls.every(({ name }) => answer.values[name] === values[name]);
    if (!fits) return null; // the kernel has not answered yet: what is seen stays
    if (answer.failed) return { failed: answer.failed };
    return { frame: answer.frames[0], panels: reader(answer).panels(answer.frames[0]) };
  }

  let latest = present() ?? { frame: figure.frames[0], panels: read.panels(figure.frames[0]) };
  function draw() {
    const next = present();
    state.textContent = next?.failed ? `The kernel could not compute this: ${next.failed}` : "";
    state.classList.toggle("bnn-failed", Boolean(next?.failed));
    if (next?.frame) latest = next;
    for (const part of parts) part.show(values[part.name]);
    const shown = latest.panels.map((panel) => ({ ...panel }));
    for (const each of draws) {
      shown[each.panel].marks = [...shown[each.panel].marks, ...each.marks()];
      each.limit(shown[each.panel].ylim);
      each.show();
    }
    const room = Math.max(220, panels.clientWidth || 360);
    const columns = Math.max(1, Math.min(shown.length, Math.floor(room / COLUMN)));
    const width = Math.floor((room - 12 * (columns - 1)) / columns);
    const height = Math.round(Math.max(200, Math.min(330, width * 0.66)));
    panels.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    while (panels.children.length < shown.length) panels.append(html("div"));
    shown.forEach((panel, i) => panels.children[i].replaceChildren(drawPanel(panel, figure.looks, width, height)));
    names.replaceChildren(legend(shown, figure.looks));
    says.textContent = verdict ?? latest.frame.says;
    panels.setAttribute("aria-label", says.textContent);
    root.dataset.frame = stored() ?? "off";
  }

  // What the reader does.
  const busy = (now) => {
    root.setAttribute("aria-busy", now);
    if (now) state.textContent = "The kernel is computing \u2026";
  };
  const kernel = asker(model, busy);
  function change(name, value) {
    if (values[name] === value) return;
    values = { ...values, [name]: value };
    if (stored() === null) kernel.ask(values);
    else {
      kernel.drop();
      model.set("values", values);
      model.save_changes();
    }
    draw();
  }
  const quiet = (now) => says.setAttribute("aria-live", now ? "off" : "polite");
  const parts = figure.controls.map((spec) => {
    const part = CONTROLS[spec.kind](spec, (value) => change(spec.name, value), quiet);
    board.append(part.node);
    return { ...part, name: spec.name };
  });
  const draws = figure.draws.map((spec) => {
    const arrays = Object.fromEntries(["x", "at_x", "at_y"].map((name) => [name, read.array(spec[name])]));
    const announce = (words) => (verdict = words);
    const hooks = { get: () => values[spec.name], change: (band) => change(spec.name, band), redraw: draw, announce };
    return drawing({ ...spec, ...arrays }, read, hooks);
  });
  root.append(...draws.map(({ node }) => node));

  // What the kernel does: it moves controls, answers wishes, and says that it is there.
  const moved = () => {
    const now = model.get("values");
    if (equal(values, now)) return;
    values = { ...now };
    draw();
  };
  const answered = () => {
    kernel.answered();
    draw();
  };
  const greeted = (message) => {
    if (message?.kind !== "here" || board.querySelector(".bnn-exact")) return;
    for (const spec of figure.controls.filter(({ kind }) => kind !== "choice")) {
      const part = exact(spec, (value) => change(spec.name, value));
      board.append(part.node);
      parts.push({ ...part, name: spec.name });
    }
    draw();
  };
  model.on("change:values", moved);
  model.on("change:off_grid", answered);
  model.on("msg:custom", greeted);
  if (figure.live) model.send({ kind: "hello" });

  draw();
  draws.forEach((each) => {
    panels.children[each.panel].classList.add("bnn-canvas");
    each.listen(panels.children[each.panel]);
  });
  let before = panels.clientWidth;
  const watch = new ResizeObserver(() => {
    if (panels.clientWidth && panels.clientWidth !== before) {
      before = panels.clientWidth;
      draw();
    }
  });
  watch.observe(panels);
  return () => {
    watch.disconnect();
    for (const part of parts) part.stop?.();
    model.off("change:values", moved);
    model.off("change:off_grid", answered);
    model.off("msg:custom", greeted);
  };
}

export { axes, choice, DRAW, fill, fresh, hatch, html, layout, legend, path, slider, svg, tint };
export default { render };
