// What is handed out: a link or a program, in a field and in the clipboard.
//
// Next: report.js, what the samplers have done, in numbers.

import { fresh, html } from "../static/figure.js";

export function handOut() {
  const id = fresh();
  const label = html("label", { for: id });
  const text = html("textarea", { id, readonly: true, rows: 3, spellcheck: "false", "data-lm-suppress-shortcuts": "true" });
  const node = html("div", { class: "bnn-out", hidden: true }, label, text);
  async function show(words, content, lines) {
    node.hidden = false;
    text.value = content;
    text.rows = lines;
    label.textContent = words;
    text.focus({ preventScroll: true });
    text.select();
    try {
      await navigator.clipboard.writeText(content);
      label.textContent = `${words}. It is in the clipboard, too.`;
    } catch {
      label.textContent = `${words}. Select it and copy it.`;
    }
  }
  return { node, show, hide: () => (node.hidden = true) };
}

export function button(words, act, attributes = {}) {
  const node = html("button", { type: "button", ...attributes }, words);
  node.addEventListener("click", act);
  return node;
}
