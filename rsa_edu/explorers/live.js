// A figure in the page: see live.py.
//
// anywidget drops what a widget is told when its own code takes over two seconds to load. So this
// file is small, and keeps the messages of the kernel until plotly, which is large, is there.

const MESSAGES = [
  "addTraces", "deleteTraces", "moveTraces", "restyle", "relayout", "update", "animate",
  "removeLayoutProps", "removeTraceProps",
].map((kind) => `_py2js_${kind}`);

const PATIENCE = 60_000; // milliseconds until the kernel's 5 MB must have come
const LATER = 50;

// Compiling plotly holds the page for half a second, on a slow machine for more than two. So small
// widgets that came with the figure are let in first.
const afterTheSmallOnes = () =>
  new Promise((done) => {
    const idle = globalThis.requestIdleCallback ?? setTimeout;
    setTimeout(() => idle(done, { timeout: 2000 }), 4 * LATER);
  });

// One copy of plotly for all figures of a kernel: it is compiled once, and kept once.
const copies = (globalThis.rsaEduPlotly ??= new Map());

function plotlyFor(model) {
  const id = model.get("_library").replace("IPY_MODEL_", "");
  if (!copies.has(id)) copies.set(id, load(model.widget_manager, id));
  return copies.get(id);
}

async function load(manager, id) {
  const end = Date.now() + PATIENCE;
  while (!manager.has_model(id)) { // a reloaded page may hear of the figure first
    if (Date.now() > end) throw new Error("the kernel did not send plotly");
    await new Promise((later) => setTimeout(later, LATER));
  }
  const code = (await manager.get_model(id)).get("code");
  await afterTheSmallOnes();
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

// The model as plotly's own widget sees it: it hears each message of the kernel once it listens.
function relay(model) {
  const listeners = [];
  const kept = [];
  let listening = false;
  let now = {}; // the message being told

  const tell = (name, value) => {
    now = { [name]: value };
    for (const [heard, listener] of listeners) if (heard === `change:${name}`) listener();
    now = {};
  };
  for (const name of MESSAGES) {
    model.on(`change:${name}`, () => {
      const value = model.get(name);
      if (value === null) return; // plotly's kernel side clears each message behind it
      if (listening) tell(name, value);
      else kept.push([name, value]);
    });
  }
  return {
    get: (name) => now[name] ?? model.get(name),
    set: (name, value) => model.set(name, value),
    save_changes: () => model.save_changes(),
    on: (name, listener) => {
      if (MESSAGES.includes(name.replace("change:", ""))) listeners.push([name, listener]);
      else model.on(name, listener);
    },
    catchUp: () => {
      listening = true;
      for (const [name, value] of kept.splice(0)) tell(name, value);
    },
  };
}

export default () => {
  let ready;
  return {
    initialize({ model }) {
      const told = relay(model);
      ready = plotlyFor(model).then((plotly) => {
        const figure = plotly.default();
        figure.initialize({ model: told });
        told.catchUp();
        return figure;
      });
      ready.catch(() => {}); // each view says it
    },
    async render({ el, signal }) {
      el.textContent = "The figure is being loaded …";
      try {
        const figure = await ready;
        el.textContent = "";
        if (!signal?.aborted) return figure.render({ el });
      } catch (error) {
        el.textContent = `The figure could not be shown (${error.message}); reload the page.`;
        console.error(error);
      }
    },
  };
};
