// The data under the finger: points that are dragged, added and removed by mouse, touch and keys.
//
// One point at a time can be reached with Tab; Page Up and Page Down go to its neighbours.
// Next: picture.js, on which they lie.

import { html, svg } from "../static/figure.js";
import { inside, LIMITS, MOST_POINTS } from "./settings.js";

const REACH = { mouse: 10, pen: 14, touch: 22 }; // pixels around a point
const STILL = 6; // pixels that a press may slip and still be a click
const OUT = 26; // pixels beyond the frame where a point that is let go is gone
const STEP = [0.02, 0.05]; // of an arrow key, in units of x and y

const said = (value) => String(Number(value.toFixed(2))).replace("-", "\u2212");

// `get` returns the points; `change(points, resting)` takes new ones, which may still be moving.
export function pointsLayer({ get, change, hintId }) {
  const node = svg("g", { class: "bnn-data" });
  let chosen = 0; // which point has the tab stop
  let where = null; // the panel's layout
  let drag = null;
  let added = [false, false]; // whether the last two clicks made a point

  const byX = () => get().map((_, i) => i).sort((a, b) => get()[a][0] - get()[b][0]);
  const replaced = (i, point) => get().map((old, k) => (k === i ? inside(point) : old));

  function handle() {
    const point = svg("g", { class: "bnn-handle", role: "button", "aria-describedby": hintId });
    point.setAttribute("data-lm-suppress-shortcuts", "true");
    point.append(svg("circle", { class: "bnn-reach", r: 13 }), svg("circle", { class: "bnn-ring", r: 8 }), svg("circle", { class: "bnn-point", r: 4 }));
    const own = () => [...node.children].indexOf(point);
    point.addEventListener("keydown", (event) => key(event, own()));
    point.addEventListener("focus", () => choose(own()));
    return point;
  }

  function show(layout = where) {
    where = layout;
    const points = get();
    chosen = Math.max(0, Math.min(chosen, points.length - 1));
    while (node.children.length > points.length) node.lastChild.remove();
    while (node.children.length < points.length) node.append(handle());
    points.forEach(([x, y], i) => {
      const point = node.children[i];
      point.setAttribute("transform", `translate(${where.at.x(x).toFixed(1)} ${where.at.y(y).toFixed(1)})`);
      point.setAttribute("aria-label", `Point ${i + 1} of ${points.length}: x ${said(x)}, y ${said(y)}`);
      point.setAttribute("tabindex", i === chosen ? 0 : -1);
      point.classList.toggle("bnn-leaving", drag?.index === i && drag.out);
      point.classList.toggle("bnn-chosen", i === chosen);
    });
  }

  function choose(index) {
    chosen = index;
    show();
  }
  function focus(index) {
    choose(index);
    node.children[chosen]?.focus();
  }

  function add([x, y], resting = true) {
    if (get().length >= MOST_POINTS) return;
    change([...get(), inside([x, y])], resting);
    choose(get().length - 1);
  }
  // A point half way to the next one on the right, or a little beyond the last.
  function addBeside(index = chosen) {
    const points = get();
    if (!points.length) add([0, 0]);
    else {
      const order = byX();
      const [x, y] = points[index] ?? points[order.at(-1)];
      const next = points[order[order.indexOf(index) + 1]];
      add(next ? [(x + next[0]) / 2, (y + next[1]) / 2] : [x + 0.1 > LIMITS.x[1] ? x - 0.1 : x + 0.1, y]);
    }
  }
  function remove(index = chosen) {
    if (!get().length) return;
    change(get().filter((_, i) => i !== index), true);
    chosen = Math.min(index, get().length - 1);
    show();
  }

  // --- Keys ---

  function key(event, index) {
    const far = event.shiftKey ? 5 : 1;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    const order = byX();
    const go = { PageDown: order.indexOf(index) + 1, PageUp: order.indexOf(index) - 1, Home: 0, End: order.length - 1 };
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape" && drag?.index >= 0) {
      change(replaced(drag.index, drag.before), true);
      drag = null;
      show();
    } else if (event.key in moves) {
      const [x, y] = get()[index];
      const [right, up] = moves[event.key];
      change(replaced(index, [x + right * far * STEP[0], y + up * far * STEP[1]]), false);
      show();
    } else if (event.key in go) focus(order[Math.max(0, Math.min(order.length - 1, go[event.key]))]);
    else if (event.key === "Enter" || event.key === "Insert") {
      addBeside(index);
      focus(get().length - 1);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      remove(index);
      if (get().length) focus(chosen);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // --- Mouse and touch ---

  function listen(picture) {
    const pixels = (event) => {
      const box = picture.getBoundingClientRect();
      const scale = picture.viewBox.baseVal.width / box.width;
      return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
    };
    const data = ({ x, y }) => [where.at.datax(x), where.at.datay(y)];
    const framed = ({ x, y }, room = 0) => {
      const { l, r, t, b } = where.box;
      return x >= l - room && x <= r + room && y >= t - room && y <= b + room;
    };
    function nearest({ x, y }, reach) {
      const away = get().map(([px, py]) => Math.hypot(where.at.x(px) - x, where.at.y(py) - y));
      const index = away.reduce((best, each, i) => (best < 0 || each < away[best] ? i : best), -1);
      return index >= 0 && away[index] <= reach ? index : -1;
    }

    picture.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || drag || !where) return;
      const from = pixels(event);
      if (!framed(from, 8)) return;
      const index = nearest(from, REACH[event.pointerType] ?? REACH.mouse);
      drag = { id: event.pointerId, from, index, before: get()[index], moved: false, out: false };
      if (index < 0) return; // a click, perhaps; a finger may also want to scroll
      picture.setPointerCapture(event.pointerId);
      event.preventDefault();
      focus(index);
    });
    picture.addEventListener("pointermove", (event) => {
      if (drag?.id !== event.pointerId) return;
      const here = pixels(event);
      drag.moved ||= Math.hypot(here.x - drag.from.x, here.y - drag.from.y) > (drag.index < 0 ? STILL : 2);
      if (drag.index < 0 || !drag.moved) return;
      drag.out = !framed(here, OUT);
      if (!drag.out) change(replaced(drag.index, data(here)), false);
      show();
    });
    picture.addEventListener("pointerup", (event) => {
      if (drag?.id !== event.pointerId) return;
      const { index, moved, out } = drag;
      drag = null;
      const adds = index < 0 && !moved && framed(pixels(event));
      added = [added[1], adds];
      if (adds) add(data(pixels(event)));
      else if (index >= 0 && out) remove(index);
      else if (index >= 0 && moved) change(get(), true);
      show();
    });
    picture.addEventListener("pointercancel", () => {
      if (drag?.index >= 0 && drag.moved) change(get(), true);
      drag = null;
      show();
    });
    picture.addEventListener("dblclick", (event) => {
      const index = nearest(pixels(event), 4);
      if (index >= 0 && !added.includes(true)) remove(index); // or one of its clicks made it
    });
  }

  const button = (words, act) => {
    const made = html("button", { type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  };
  const buttons = [button("Add a point", () => addBeside()), button("Remove the point", () => remove())];
  return { node, show, listen, add, buttons, count: () => get().length };
}
