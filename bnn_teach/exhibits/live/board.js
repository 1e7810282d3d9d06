// The controls: what model is asked, and what of its answer is shown.
//
// `change(part, resting)` takes the settings that the reader changed, or is still moving.
// Next: handout.js.

import { choice, fresh, html, slider } from "../static/figure.js";
import { ACTIVATIONS, NOISES, SCALES, WIDTHS } from "./settings.js";

const LEARNED = "learned";
const ACTIVATION = { relu: "ReLU", tanh: "tanh" };
const texts = (values) => values.map(String);

const BOXES = [
  ["nuts", "NUTS"],
  ["advi", "ADVI"],
  ["apart", "side by side"],
  ["draws", "single draws"],
  ["truth", "the true sine"],
  ["next", "what would change my mind?"],
];

function checkbox(words, change) {
  const input = html("input", { type: "checkbox" });
  input.addEventListener("change", () => change(input.checked));
  return { input, node: html("label", { class: "bnn-check" }, input, words) };
}

function menu(label, entries, change) {
  const id = fresh();
  const select = html("select", { id }, ...entries.map(([value, words]) => html("option", { value }, words)));
  select.addEventListener("change", () => change(select.value));
  return { select, node: html("div", { class: "bnn-control" }, html("label", { for: id }, label), select) };
}

export function makeBoard(presets, change, choosePreset) {
  const scale = (name, label, values) => slider({ name, label, values, texts: texts(values) }, (value) => change({ [name]: value }, false));
  const radio = (name, label, words, values) => {
    const part = choice({ name, label, values: words }, (word) => change({ [name]: values[words.indexOf(word)] }));
    return { node: part.node, show: (value) => part.show(words[values.indexOf(value)] ?? "") };
  };
  const entries = [["", "your own experiment"], ...Object.entries(presets).map(([name, { label }]) => [name, label])];
  const preset = menu("Experiment", entries, (name) => name && choosePreset(name));
  const prior = scale("prior", "Prior scale of the weights", SCALES);
  const noise = scale("noise", "Noise \u03c3 of y", NOISES);
  const learned = checkbox("unknown: learn it", (on) => change({ [LEARNED]: on }));
  const width = radio("width", "Units in each of two layers", texts(WIDTHS), WIDTHS);
  const activation = radio("activation", "Activation", Object.values(ACTIVATION), ACTIVATIONS);
  let shows = [];
  const boxes = BOXES.map(([name, words]) => {
    const box = checkbox(words, (on) => change({ shows: on ? [...shows, name] : shows.filter((each) => each !== name) }));
    return { name, ...box };
  });
  const fields = html("fieldset", { class: "bnn-control bnn-shows" }, html("legend", {}, "Show"), ...boxes.map(({ node }) => node));
  noise.node.append(learned.node);
  const node = html("div", { class: "bnn-controls bnn-board" }, prior.node, noise.node, width.node, activation.node, fields);

  function show(settings, presetName) {
    preset.select.value = presetName ?? "";
    prior.show(settings.prior);
    noise.show(settings.noise);
    noise.input.disabled = settings.learned;
    learned.input.checked = settings.learned;
    width.show(settings.width);
    activation.show(settings.activation);
    ({ shows } = settings);
    for (const { name, input, node: label } of boxes) {
      input.checked = shows.includes(name);
      if (name === "apart") label.hidden = !(shows.includes("nuts") && shows.includes("advi"));
    }
  }
  return { node, preset: preset.node, show };
}
