// What a notebook stores in place of the playground's script, which would be long in each of them.
//
// The script comes from whoever is there: in the book `host.js` gives it, from one file for all
// pages; in JupyterLab the kernel sends it, once its cell has run. Elsewhere a sentence is shown.
// Next: bundle.py, which makes the script.

const NAME = "playground";

async function fromKernel(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    await import(address);
    return await globalThis.bnnShared[NAME]();
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function render({ model, el, shared }) {
  if (shared) return (await shared(NAME)).render({ model, el });
  const note = document.createElement("p");
  note.textContent = `${model.get("figure").title}: this exhibit computes in your browser. Run its cell, and it starts; in the book it needs no Python.`;
  el.append(note);
  let end = null;
  let gone = false;
  const arrived = async ({ kind, script }) => {
    if (kind !== "script") return;
    model.off("msg:custom", arrived);
    const exhibit = await fromKernel(script);
    if (gone) return;
    note.remove();
    end = exhibit.render({ model, el });
  };
  model.on("msg:custom", arrived);
  model.send({ kind: "script" });
  return () => {
    gone = true;
    model.off("msg:custom", arrived);
    end?.();
  };
}

export default { render };
