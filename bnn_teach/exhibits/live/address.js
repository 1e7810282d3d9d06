// An experiment as a link: what stands on the screen, written behind the # of an address.
//
//   #live&data=article&prior=0.5&noise=learned&width=10&activation=tanh&shows=nuts,advi
//   #live&points=-0.5:0.2,0.5:0.1&prior=1&...
//
// Points that are a preset's go by its name. Next: python.js, the same as code.

import { complete } from "./settings.js";

const MARK = "live";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export function written(settings, presets) {
  const named = Object.entries(presets).find(([, preset]) => same(complete(preset).points, settings.points));
  const points = settings.points.map(([x, y]) => `${x}:${y}`).join(",");
  return [
    MARK,
    named ? `data=${named[0]}` : `points=${points}`,
    `prior=${settings.prior}`,
    `noise=${settings.learned ? "learned" : settings.noise}`,
    `width=${settings.width}`,
    `activation=${settings.activation}`,
    `shows=${settings.shows.join(",")}`,
  ].join("&");
}

// As it is, where a percent sign is no code of a letter.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Settings from what stands behind the #, or null where that is something else.
export function read(hash, presets, rest) {
  const [mark, ...parts] = decoded(hash.replace(/^#/, "")).split("&");
  if (mark !== MARK) return null;
  const { data, points, noise, ...said } = Object.fromEntries(
    parts.map((part) => [part.split("=", 1)[0], part.slice(part.indexOf("=") + 1)]),
  );
  const some = { activation: said.activation, shows: said.shows?.split(",") };
  if (Object.hasOwn(presets, data ?? "")) some.points = presets[data].points;
  if (points !== undefined) some.points = points.split(",").filter(Boolean).map((p) => p.split(":").map(parseFloat)).filter((p) => p.length === 2);
  if (noise !== undefined) some.learned = noise === "learned";
  for (const [name, value] of [["prior", said.prior], ["width", said.width], ["noise", noise]]) {
    if (value !== undefined && value !== "") some[name] = Number(value);
  }
  return complete(some, rest);
}
