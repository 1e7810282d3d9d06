// The playground: a reader moves a point, and the posterior is sampled again in the page itself.
//
// Traits: `figure` holds what stays (title, question), `settings` what stands on the screen, in both
// directions, and `bands` what the samplers have found at rest. The bundle brings along the texts
// WORKER, JUDGE and STYLE, the experiments PRESETS, and LOOKS, those of all exhibits
// (course/playground.py).
// Read from the bottom: render() puts together what the other files of this folder make.

import { fresh, html } from "../static/figure.js";
import { read, written } from "./address.js";
import { makeBoard } from "./board.js";
import { Samplers } from "./chains.js";
import { button, handOut } from "./handout.js";
import { bandOf, makePicture, NAMES } from "./picture.js";
import { pointsLayer } from "./points.js";
import { asPython } from "./python.js";
import { metered, verdict } from "./report.js";
import { complete, LIMITS, sameModel } from "./settings.js";
import { Sweep } from "./sweep.js";
import { sentence } from "./words.js";

const GRID = Array.from({ length: 97 }, (_, i) => LIMITS.x[0] + (i * (LIMITS.x[1] - LIMITS.x[0])) / 96);
const [WARMUP, DRAWS] = [150, 4000]; // of each chain
const [RHAT, ESS] = [1.01, 400]; // of f everywhere: then it is enough
const ENOUGH = 250; // kept draws of a chain, at least, before a chain may be called converged
const PATIENCE = 120; // milliseconds between two previews while something moves
const SETTLE = 350; // milliseconds after which what moved is taken to rest
const PAINT = 80; // milliseconds between two pictures
const ALL = 4000; // draws of which the last band is made
const MANY = 200; // kept draws with which the first sentence is said

// The bundle carries its look along, so that it is stored once and packed; see bundle.py.
function style() {
  if (document.querySelector("style[data-bnn-live]")) return;
  const node = html("style", { "data-bnn-live": true });
  node.textContent = STYLE;
  document.head.append(node);
}

// --- The exhibit -----------------------------------------------------------------------------------------

export function render({ model, el }) {
  style();
  const figure = model.get("figure");
  const presets = PRESETS;
  const inLab = "jpThemeLight" in document.body.dataset;
  const first = document.querySelector(".bnn-live") === null;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const linked = () => (first && !inLab ? read(location.hash, presets, complete(model.get("settings"))) : null);
  let settings = linked() ?? complete(model.get("settings"));
  let phase = figure.ask ? "asked" : "new"; // asked, new, running, held, enough, ended, failed
  let seen = false; // whether the exhibit is in sight
  let due = null; // a start that waits while something moves
  let settling = null;
  let lastStart = -Infinity;
  let painting = null;
  let painted = -Infinity;
  let shownAt = 0; // kept draws when a calm picture was last drawn
  let spoken = "";
  let bands = {};
  let adviFit = null;

  // --- Parts ---

  const samplers = new Samplers(WORKER, news);
  const sweep = new Sweep(JUDGE, judged);
  const hintId = fresh();
  const layer = pointsLayer({ get: () => settings.points, change: (points, resting) => change({ points }, resting), hintId });
  const picture = makePicture(GRID, LOOKS, layer);
  const board = makeBoard(presets, change, (name) => change(presets[name], true));
  const out = handOut();
  const heading = html("p", { class: "bnn-heading" }, figure.title);
  const says = html("p", { class: "bnn-says", "aria-live": "polite" });
  const meter = html("p", { class: "bnn-state bnn-meter" });
  const hold = button("Pause", () => (phase === "held" ? go() : pause()));
  const measure = button("Measure there", () => measureAt(nextX), { hidden: true });
  let nextX = null;
  let measured = 0;
  const keys = html("details", { class: "bnn-hint" }, html("summary", {}, "With the keyboard"));
  keys.append(html("p", { id: hintId }, "Arrows move the point, with Shift farther. Page Up and Page Down go to its neighbours, Home and End to the first and the last. Enter adds a point beside it, Delete removes it. Escape puts back what is being dragged."));
  const hint = html("p", { class: "bnn-hint" }, "Drag a point. Press into the empty picture to add one; pull one out of the frame, or press it twice, to remove it.");
  const actions = html("div", { class: "bnn-actions" }, ...layer.buttons, measure, hold);
  const hand = html("div", { class: "bnn-actions" });
  if (!inLab) hand.append(button("Copy a link to this", () => out.show("The link to this experiment", address(), 3)));
  hand.append(button("Copy as Python", () => out.show("The same in Python", asPython(settings), 14)));
  const question = figure.ask ? ask(figure.ask) : null;
  const root = html("div", { class: "bnn bnn-live", role: "group", "aria-label": figure.title });
  root.append(...[heading, question, board.preset, picture.names, picture.node, meter, says, actions, board.node, hint, keys, hand, out.node].filter(Boolean));
  el.append(root);

  function ask(words) {
    const node = html("div", { class: "bnn-ask" }, html("p", {}, html("strong", {}, "Predict first. "), words));
    const reveal = button("I have a guess: let it run", () => {
      reveal.hidden = true;
      node.classList.add("bnn-answered");
      go();
      hold.focus();
    });
    node.append(reveal);
    return node;
  }

  // --- The reader, Python and the address change the settings ---

  function change(part, resting = true) {
    const before = settings;
    settings = complete({ ...settings, ...part }, settings);
    const methods = (s) => `${s.shows.includes("nuts")} ${s.shows.includes("advi")}`;
    clearTimeout(settling);
    if (!resting) settling = setTimeout(() => change({}, true), SETTLE);
    const moving = samplers.preview || due !== null;
    if (!sameModel(before, settings) || methods(before) !== methods(settings) || (resting && moving)) restart(resting);
    if (resting) tell();
    out.hide();
    refresh();
  }

  function tell() {
    model.set("settings", settings);
    model.save_changes();
    if (figure.address && first && !inLab) history.replaceState(null, "", `#${written(settings, presets)}`);
  }
  const address = () => `${location.href.split("#")[0]}#${written(settings, presets)}`;
  const presetName = () => Object.keys(presets).find((name) => {
    const preset = complete({ ...settings, ...presets[name] }, settings);
    return sameModel(preset, settings);
  });

  function measureAt(x) {
    if (x === null) return;
    // Box and Muller, from a counter, so that the same experiment measures the same
    measured += 1;
    const uniform = (k) => (Math.sin(12.9898 * (measured * 2 + k) + settings.points.length) * 43758.5453) % 1;
    const normal = Math.sqrt(-2 * Math.log(Math.abs(uniform(0)) || 0.5)) * Math.cos(2 * Math.PI * uniform(1));
    layer.add([x, Math.sin(2 * Math.PI * x) + 0.1 * normal]);
  }

  // --- Running ---

  const awake = () => seen && !document.hidden;

  function restart(resting) {
    if (phase === "held") samplers.drop(); // it would go on with what was
    if (phase === "asked" || phase === "held") return;
    phase = "new";
    clearTimeout(due);
    due = null;
    const patience = bands.nuts?.run === samplers.run ? PATIENCE : 5 * PATIENCE; // let it be seen first
    const wait = resting ? 0 : lastStart + patience - performance.now();
    const late = () => {
      begin(!resting);
      refresh();
    };
    if (wait > 0) due = setTimeout(late, wait);
    else begin(!resting);
  }

  // A preview goes on from where the chains are; otherwise the same experiment gives the same draws.
  // Whoever calls this draws the picture afterwards, once.
  function begin(preview = false) {
    due = null;
    if (!awake()) return; // attend() begins when it is looked at
    lastStart = performance.now();
    sweep.clear();
    bands = Object.fromEntries(Object.entries(bands).filter(([role]) => settings.shows.includes(role)).map(([role, each]) => [role, { ...each, dim: true }]));
    [shownAt, spoken, adviFit] = [0, "", null];
    phase = "running";
    const { width, activation, prior, learned, noise, points } = settings;
    const ofModel = {
      widths: [width, width], activation, priorScale: prior, noiseScale: learned ? null : noise,
      x: points.map(([x]) => x), y: points.map(([, y]) => y), grid: GRID,
    };
    try {
      const methods = settings.shows.filter((each) => each in NAMES).filter((each, i) => !preview || i === 0);
      samplers.start({ ...ofModel, seed: 0, warmup: preview ? 0 : WARMUP, draws: DRAWS, preview }, methods);
      if (!preview) samplers.holdStill(true);
    } catch (error) {
      samplers.failure = error.message;
      news("failed");
    }
  }

  function pause() {
    samplers.pause();
    phase = "held";
    refresh();
  }
  function go() {
    const held = phase === "held" && samplers.paused; // and not changed meanwhile
    phase = held ? "running" : "new";
    if (held && awake()) samplers.resume();
    else begin();
    refresh();
  }

  // Called whenever the exhibit comes into sight or leaves it.
  function attend() {
    if (!awake()) samplers.pause();
    else if (phase === "new") begin();
    else if (phase === "running") samplers.resume();
    refresh();
  }

  function news(type) {
    if (samplers.failure) phase = "failed";
    else if (phase === "running" && !samplers.busy && !samplers.preview) conclude();
    if (!calm || type === "done" || type === "failed" || worthACalmFrame()) soon();
  }
  // Whoever wants less motion sees the picture when there is twice as much to see.
  const worthACalmFrame = () => samplers.kept >= Math.max(100, 2 * shownAt);

  // All draws are made; what they are worth is judged once more.
  function conclude() {
    diagnose();
    if (!sweep.busy) finish(converged() ? "enough" : "ended");
  }

  function finish(how) {
    samplers.stop("nuts");
    if (how === "enough") samplers.keepFirst(sweep.count);
    phase = samplers.busy ? "running" : how; // ADVI may still climb
    if (phase === how) handBands();
    soon();
  }

  // Judged are always the same numbers of draws, so that the same experiment ends with the same picture.
  function diagnose() {
    if (!settings.shows.includes("nuts") || phase !== "running" || samplers.preview) return;
    const chains = samplers.nuts.chains.map(({ kept }) => kept);
    const least = Math.min(...chains.map(({ count }) => count));
    const next = Math.min(DRAWS, sweep.count ? Math.ceil(1.25 * sweep.count) + 5 : 20);
    if (!sweep.busy && least >= next && next > sweep.count) sweep.begin(chains, GRID, next);
  }
  function judged() {
    if (phase === "running" && sweep.count >= ENOUGH && converged()) finish("enough");
    else if (phase === "running" && !samplers.busy) conclude();
    else {
      diagnose();
      if (!calm) soon();
    }
  }
  const converged = () => sweep.rhat !== null && sweep.worstRhat < RHAT && sweep.leastEss >= ESS;

  // --- What is seen ---

  // The picture, a little later, so that many messages make one.
  function soon() {
    if (painting !== null) return;
    const draw = () => {
      samplers.holdStill();
      paint();
    };
    painting = setTimeout(() => requestAnimationFrame(draw), Math.max(0, painted + PAINT - performance.now()));
  }

  // All that depends on what the reader did.
  function refresh() {
    picture.resize(settings);
    layer.show();
    board.show(settings, presetName());
    picture.name(settings);
    layer.buttons[1].disabled = settings.points.length === 0;
    paint();
  }

  // All that depends on what the samplers have sent.
  function paint() {
    clearTimeout(painting);
    painting = null;
    painted = performance.now();
    diagnose();
    takeBands();
    const next = picture.show(settings, bands, sweep, noiseVariance());
    nextX = next?.x ?? null;
    measure.hidden = nextX === null;
    hold.textContent = phase === "held" ? "Go on" : "Pause";
    hold.hidden = !["running", "held"].includes(phase);
    const sigma = settings.learned ? Math.sqrt(noiseVariance()) : null;
    meter.textContent = samplers.failure ? `The sampler failed: ${samplers.failure}` : metered(samplers, sweep, sigma);
    root.dataset.phase = ["new", "running"].includes(phase) && !awake() ? "unseen" : phase;
    root.dataset.run = samplers.run;
    root.dataset.draws = samplers.kept;
    root.dataset.shown = bands.nuts?.run ?? 0; // the run whose band is seen
    root.dataset.warm = String(bands.nuts?.dim ?? true);
    say();
  }

  function takeBands() {
    const { warm, parts } = samplers.shown();
    if (samplers.nuts.wanted && parts.length) {
      const fresh = `${atRest()} ${warm} ${parts.reduce((sum, { count }) => sum + count, 0)} ${samplers.nuts.chains[0].leapfrogs}`;
      if (bands.nuts?.fresh !== fresh || bands.nuts.run !== samplers.run) bands.nuts = { band: bandOf(parts, atRest() ? ALL : undefined), dim: warm, fresh, run: samplers.run };
      shownAt = samplers.kept;
    }
    if (samplers.advi.fit && samplers.advi.fit !== adviFit) {
      adviFit = samplers.advi.fit;
      bands.advi = { band: bandOf([adviFit]), dim: false };
    }
    for (const role of Object.keys(NAMES)) if (!settings.shows.includes(role)) delete bands[role];
  }

  function noiseVariance() {
    if (!settings.learned) return settings.noise ** 2;
    const all = samplers.nuts.chains.flatMap(({ noise }) => noise);
    const sigmas = all.length ? all : [...samplers.advi.noise, settings.noise];
    return sigmas.reduce((sum, sigma) => sum + sigma * sigma, 0) / sigmas.length;
  }

  const atRest = () => ["enough", "ended", "failed"].includes(phase);

  // The sentence for the ear and for the eye: when there is something to say, and when all rests.
  function say() {
    const rests = atRest();
    const kinds = Object.keys(NAMES).filter((role) => bands[role] && !bands[role].dim);
    const ready = rests || (settings.shows.includes("nuts") ? samplers.kept >= MANY : false);
    const moment = `${samplers.run} ${ready} ${phase} ${nextX !== null}`;
    if (phase === "asked" || phase === "new" || !ready || !kinds.length) {
      if (phase === "held") says.textContent = "Paused.";
      else if (phase === "failed") says.textContent = "The sampler failed.";
      return;
    }
    if (moment === spoken) return;
    spoken = moment;
    const words = [sentence(settings.points, GRID, kinds.map((role) => ({ name: NAMES[role], ...bands[role].band })))];
    if (nextX !== null) words.push(`One more point would tell most at x = ${nextX.toFixed(2).replace("-", "\u2212")}.`);
    words.push(verdict(phase, sweep, RHAT));
    says.textContent = words.filter(Boolean).join(" ");
  }

  // What Python may compare with: the bands, once they rest.
  function handBands() {
    takeBands();
    const rounded = (values) => [...values].map((value) => Number(value.toPrecision(6)));
    const of = ({ band: { lower, median, upper } }) => ({ x: rounded(GRID), lower: rounded(lower), median: rounded(median), upper: rounded(upper) });
    model.set("bands", Object.fromEntries(Object.entries(bands).map(([role, each]) => [role, of(each)])));
    model.save_changes();
  }

  // --- Beginning and end ---

  const moved = () => {
    const now = complete(model.get("settings"));
    if (JSON.stringify(now) !== JSON.stringify(settings)) change(now, true);
  };
  const visited = () => {
    const there = linked();
    if (there) change(there, true);
  };
  const sight = new IntersectionObserver((entries) => {
    seen = entries.at(-1).isIntersecting;
    attend();
  });
  const size = new ResizeObserver(() => {
    picture.resize(settings);
    paint();
  });
  model.on("change:settings", moved);
  addEventListener("hashchange", visited);
  document.addEventListener("visibilitychange", attend);
  refresh();
  sight.observe(picture.node);
  size.observe(picture.node);
  if (linked() && root.getBoundingClientRect().top > innerHeight) root.scrollIntoView();
  return () => {
    samplers.end();
    sweep.end();
    sight.disconnect();
    size.disconnect();
    clearTimeout(due);
    clearTimeout(settling);
    clearTimeout(painting);
    model.off("change:settings", moved);
    removeEventListener("hashchange", visited);
    document.removeEventListener("visibilitychange", attend);
  };
}
