// Shows the exhibits and quizzes of a page without Python, from the state stored in its notebook.
//
// Load it as a plain script: <script src="host.js" defer></script>. It asks no other host, needs no
// other script, and works in a page opened from disk. It knows widgets made with anywidget only;
// where it meets another, or cannot show one, it says so in the page. A script that many pages
// share is a file beside this one, which leaves its widget in `bnnShared`.

(() => {
  "use strict";
  const STATE = "application/vnd.jupyter.widget-state+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";

  // What a script is given in place of a kernel: the stored values, and who wants to hear of changes.
  class Model {
    constructor(state) {
      this.state = { ...state };
      this.listeners = new Map();
      this.widget_manager = { get_model: () => Promise.reject(new Error("there is no kernel here")) };
    }
    get(name) {
      return this.state[name];
    }
    set(name, value) {
      if (typeof name === "object") {
        for (const [each, its] of Object.entries(name)) this.set(each, its);
        return;
      }
      if (this.state[name] === value) return;
      this.state[name] = value;
      this.tell(`change:${name}`, value);
      this.tell("change");
    }
    tell(event, value) {
      for (const listener of [...(this.listeners.get(event) ?? [])]) listener(value);
    }
    on(events, listener) {
      for (const event of events.split(" ")) {
        if (!this.listeners.has(event)) this.listeners.set(event, new Set());
        this.listeners.get(event).add(listener);
      }
    }
    off(events, listener) {
      for (const event of events.split(" ")) {
        if (listener) this.listeners.get(event)?.delete(listener);
        else this.listeners.delete(event);
      }
    }
    save_changes() {} // nobody to save to
    send() {} // nobody to answer
  }

  // What a file beside this one defines: a plain script, since a page from disk may load no other.
  const here = document.currentScript.src;
  const files = new Map();
  function shared(name) {
    if (!files.has(name)) {
      const script = document.createElement("script");
      script.src = new URL(`${name}.js`, here);
      const loaded = new Promise((resolve, reject) => {
        script.onload = resolve;
        script.onerror = () => reject(new Error(`the file ${name}.js is missing`));
      });
      files.set(name, loaded.then(() => globalThis.bnnShared[name]()));
      document.head.append(script);
    }
    return files.get(name);
  }

  const parse = (script) => JSON.parse(script.textContent);
  const models = new Map(); // by id: several views of one widget move together
  const styles = new Set();

  function style(css) {
    if (!css || styles.has(css)) return;
    styles.add(css);
    const node = document.createElement("style");
    node.textContent = css;
    document.head.append(node);
  }

  async function start(stored) {
    const address = URL.createObjectURL(new Blob([stored._esm], { type: "text/javascript" }));
    try {
      const script = (await import(address)).default;
      const widget = typeof script === "function" ? await script() : script;
      const model = new Model(stored);
      await widget.initialize?.({ model });
      return { widget, model };
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  async function mount(view, states) {
    const { model_id: id } = parse(view);
    const stored = states[id];
    if (!stored) throw new Error("its state was not stored with the notebook; run the notebook again and save it with widget state");
    if (stored.model_module !== "anywidget" || !stored.state._esm) {
      throw new Error(`${stored.model_module}'s ${stored.model_name} needs a kernel; open the notebook in JupyterLab`);
    }
    style(stored.state._css);
    if (!models.has(id)) models.set(id, start(stored.state));
    const { widget, model } = await models.get(id);
    const el = document.createElement("div");
    el.className = "bnn-mounted";
    el.dataset.model = id;
    view.before(el);
    await widget.render?.({ model, el, shared });
  }

  function apologise(view, error) {
    const note = document.createElement("p");
    note.className = "bnn-unmounted";
    note.setAttribute("role", "alert");
    note.textContent = `This widget cannot be shown here: ${error.message}.`;
    view.before(note);
  }

  async function mountAll() {
    const states = {};
    for (const script of document.querySelectorAll(`script[type="${STATE}"]`)) {
      Object.assign(states, parse(script).state);
    }
    const views = [...document.querySelectorAll(`script[type="${VIEW}"]`)];
    await Promise.all(views.map((view) => mount(view, states).catch((error) => apologise(view, error))));
    document.documentElement.dataset.bnnMounted = views.length; // for tests: all is in place
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
