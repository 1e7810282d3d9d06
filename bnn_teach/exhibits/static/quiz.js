// The quiz of a notebook, in JupyterLab and in a page without Python.
//
// Two traits: `questions`, each with its words in clear and the rest sealed, so that no answer can
// be read off the page; and `chosen`, the place of the answer last checked in each, or -1.
// Read from the bottom: render() shows one card a question.

let made = 0; // names of radio groups must differ between quizzes of one page

function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// --- Words -----------------------------------------------------------------------------------------

// `code`, *stress* and $f(x)$, whose letters are set in italics, and _ and ^ as in a formula.
function words(text) {
  return text.split(/(`[^`]+`|\*[^*\s][^*]*\*|\$[^$]+\$)/).map((part) => {
    const inner = part.slice(1, -1);
    if (/^`.+`$/.test(part)) return html("code", {}, inner);
    if (/^\*.+\*$/.test(part)) return html("em", {}, inner);
    if (/^\$.+\$$/.test(part)) return html("span", { class: "bnn-formula" }, ...formula(inner));
    return part;
  });
}

function formula(text) {
  return text.split(/([_^](?:\{[^}]*\}|.)|\p{L}+)/u).map((part) => {
    if (/^[_^]/.test(part)) {
      const inner = part.slice(1).replace(/^\{(.*)\}$/, "$1");
      return html(part[0] === "_" ? "sub" : "sup", {}, ...formula(inner));
    }
    return /^\p{L}$/u.test(part) ? html("i", {}, part) : part; // a word such as log stands upright
  });
}

// The question is the key: what Python sealed byte by byte is opened the same way.
function unsealed({ ask, sealed }) {
  const key = new TextEncoder().encode(ask);
  const bytes = Uint8Array.from(atob(sealed), (letter, i) => letter.charCodeAt(0) ^ key[i % key.length]);
  return JSON.parse(new TextDecoder().decode(bytes));
}

// --- A question --------------------------------------------------------------------------------------

function option(answer, group, value) {
  const input = html("input", { type: "radio", name: group, value });
  const mark = html("span", { class: "bnn-mark", "aria-hidden": "true" });
  const label = html("label", { class: "bnn-answer" }, input, html("span", {}, ...words(answer.text)), mark);
  return { input, label, mark };
}

function verdict(answer, trap) {
  const said = html("p", {}, html("strong", {}, answer.right ? "Right. " : "Not quite. "), ...words(answer.feedback));
  if (answer.right || !trap) return [said];
  const belief = [html("strong", {}, `A common trap (${trap.number}): `), ...words(`“${trap.sentence}”`), html("br")];
  return [said, html("p", { class: "bnn-trap" }, ...belief, ...words(trap.instead))];
}

function card(question, number, group, check) {
  const { answers, trap } = unsealed(question);
  const options = answers.map((answer, i) => option(answer, group, i));
  const legend = html("legend", {}, `${number}. `, ...words(question.ask));
  const button = html("button", { type: "submit", "aria-label": `Check question ${number}` }, "Check");
  const feedback = html("div", { class: "bnn-feedback", role: "status", "aria-live": "polite" });
  const fields = html("fieldset", {}, legend, ...options.map((each) => each.label));
  const form = html("form", { class: "bnn-question" }, fields, button, feedback);

  let shown = -1;
  function show(chosen) {
    if (chosen === shown) return; // or a screen reader would read it again
    shown = chosen;
    options.forEach(({ input, label, mark }, i) => {
      const checked = i === chosen;
      if (checked) input.checked = true;
      label.classList.toggle("bnn-right", checked && answers[i].right);
      label.classList.toggle("bnn-wrong", checked && !answers[i].right);
      mark.textContent = checked ? (answers[i].right ? "✓" : "✗") : "";
    });
    feedback.replaceChildren(...(chosen in answers ? verdict(answers[chosen], trap) : []));
  }

  form.addEventListener("change", () => {
    feedback.replaceChildren(); // it was about another answer
    check(-1);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = options.findIndex(({ input }) => input.checked);
    check(chosen);
    if (chosen < 0) feedback.replaceChildren(html("p", {}, "Choose an answer first."));
  });
  return { form, show };
}

// --- The quiz ----------------------------------------------------------------------------------------

function render({ model, el }) {
  const quiz = (made += 1);
  const cards = model.get("questions").map((question, i) =>
    card(question, i + 1, `bnn-quiz-${quiz}-${i}`, (chosen) => {
      if (model.get("chosen")[i] === chosen) return;
      model.set("chosen", model.get("chosen").map((old, place) => (place === i ? chosen : old)));
      model.save_changes();
    }),
  );
  const root = html("div", { class: "bnn bnn-quiz", role: "group", "aria-label": "Quiz" });
  root.append(...cards.map(({ form }) => form));
  // Without this, on what has the focus itself, JupyterLab takes the arrow keys for its own.
  for (const node of root.querySelectorAll("input, button, summary")) {
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  el.append(root);

  const update = () => cards.forEach(({ show }, i) => show(model.get("chosen")[i]));
  model.on("change:chosen", update);
  update();
  return () => model.off("change:chosen", update);
}

export default { render };
