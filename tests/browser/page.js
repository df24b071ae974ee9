// Loaded into every page of the browser ring: what a test asks of JupyterLab and of plotly.
window.rsaTest = {
  kernelErrors: [],

  panel() {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.content?.model?.cells ? panel : null;
  },

  kernel() {
    return this.panel()?.sessionContext.session?.kernel ?? null;
  },

  // An exception in a widget's callback belongs to no cell: it passes by on this channel only.
  listen() {
    this.panel().sessionContext.iopubMessage.connect((_, message) => {
      if (message.header.msg_type === "error") this.kernelErrors.push(message.content);
    });
  },

  // {run, cells}: how many code cells have run, of how many with something in them.
  progress() {
    const cells = [...this.panel().content.model.cells].filter(
      (cell) => cell.type === "code" && cell.sharedModel.getSource().trim(),
    );
    const busy = this.kernel()?.status !== "idle";
    const run = cells.filter((cell) => cell.executionCount !== null).length;
    return { run, cells: cells.length, busy };
  },

  // What the cells put out, [{cell, output_type, ...}].
  outputs() {
    return this.panel()
      .content.model.toJSON()
      .cells.flatMap((cell, index) =>
        (cell.outputs ?? []).map((output) => ({ cell: index, ...output })),
      );
  },

  failed() {
    return this.outputs().some((output) => output.output_type === "error");
  },

  async scrollThrough() {
    const area = document.querySelector(".jp-Notebook .jp-WindowedPanel-outer");
    for (let top = 0; top < area.scrollHeight; top += area.clientHeight / 2) {
      area.scrollTo(0, top);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    area.scrollTo(0, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
  },

  // The numbers that plotly has drawn: [{name, x, y, z}], null for what is not a number.
  traces(plot) {
    const numbers = (values) =>
      values == null
        ? null
        : Array.from(values, (value) =>
            Array.isArray(value) || ArrayBuffer.isView(value)
              ? numbers(value)
              : Number.isFinite(value)
                ? value
                : null,
          );
    return plot._fullData.map(({ name, x, y, z }) => ({
      name,
      x: numbers(x),
      y: numbers(y),
      z: numbers(z),
    }));
  },

  // [x, y] in the page of a point of a trace on x and y axes.
  whereIs(plot, trace, point) {
    const { x, y, xaxis, yaxis } = plot._fullData[trace];
    const axis = (name) => plot._fullLayout[name.replace(/^[xy]/, "$&axis")];
    const { left, top } = plot.getBoundingClientRect();
    const [across, down] = [axis(xaxis), axis(yaxis)];
    return [
      left + across._offset + across.d2p(x[point]),
      top + down._offset + down.d2p(y[point]),
    ];
  },

  print(plot) {
    return JSON.stringify(this.traces(plot));
  },

  // Milliseconds from the next click until `text` stands in `root`.
  awaitText(root, text) {
    let clicked = null;
    window.addEventListener("click", () => (clicked = performance.now()), {
      capture: true,
      once: true,
    });
    this.said = new Promise((resolve, reject) => {
      const observer = new MutationObserver(() => {
        if (clicked !== null && root.textContent.includes(text)) {
          clearTimeout(patience);
          observer.disconnect();
          resolve(performance.now() - clicked);
        }
      });
      const patience = setTimeout(() => {
        observer.disconnect();
        reject(new Error(`the page did not say "${text}" within 20 s`));
      }, 20000);
      observer.observe(root, { childList: true, characterData: true, subtree: true });
    });
  },

  // Milliseconds from the next movement of the mouse or key until the figure shows other numbers;
  // null if it still shows the same after `patience` milliseconds.
  watch(plot, patience) {
    const before = this.print(plot);
    let began = null;
    const start = () => (began ??= performance.now());
    for (const kind of ["pointermove", "keydown"]) {
      window.addEventListener(kind, start, { capture: true, once: true });
    }
    this.answered = new Promise((resolve) => {
      const done = (result) => {
        clearTimeout(late);
        plot.removeListener("plotly_afterplot", look);
        resolve(result);
      };
      const look = () => {
        if (began !== null && this.print(plot) !== before) done(performance.now() - began);
      };
      const late = setTimeout(() => done(null), patience);
      plot.on("plotly_afterplot", look);
    });
  },
};
