// The page's side of an explorer: see page.py.
function render({ model, el }) {
  const lab = document.body;
  const watchers = [];

  const theme = () => {
    const light = lab.dataset.jpThemeLight;
    const dark = light === undefined ? lab.dataset.themeDark === "true" : light === "false";
    if (model.get("dark") !== dark) {
      model.set("dark", dark);
      model.save_changes();
    }
  };
  theme();
  watchers.push(new MutationObserver(theme));
  watchers[0].observe(lab, { attributes: true, attributeFilter: ["data-jp-theme-light"] });

  const copy = async (message) => {
    if (!message.copy) return;
    try {
      await navigator.clipboard.writeText(message.copy);
      model.send({ copied: true });
    } catch {
      model.send({ copied: false });
    }
  };
  model.on("msg:custom", copy);

  // Slider handles and the drawing carry no name for a screen reader; give them one.
  const name = (root) => {
    for (const slider of root.querySelectorAll(".widget-slider")) {
      const label = slider.querySelector(".widget-label")?.textContent;
      slider.querySelector(".noUi-handle")?.setAttribute("aria-label", label);
      slider.querySelector(".widget-readout")?.setAttribute("aria-label", label);
    }
    for (const player of root.querySelectorAll(".jupyter-widgets.widget-play")) {
      const [play, stop] = player.querySelectorAll("button");
      play?.setAttribute("aria-label", "Play or pause");
      stop?.setAttribute("aria-label", "Stop and go back to the start");
    }
    const summary = root.querySelector(".rsa-summary");
    if (summary) summary.id = `rsa-summary-${model.model_id ?? ""}`;
    for (const plot of root.querySelectorAll(".js-plotly-plot")) {
      plot.setAttribute("role", "img");
      plot.setAttribute("aria-label", "Figure; the sentence below it says what it shows");
      if (summary) plot.setAttribute("aria-describedby", summary.id);
    }
    for (const line of root.querySelectorAll(".rsa-status, .rsa-summary")) {
      line.setAttribute("role", "status");
    }
  };

  let root = null;
  let waiting = null;
  const measure = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const width = Math.floor(root.clientWidth);
      if (width > 0 && width !== model.get("width")) {
        model.set("width", width);
        model.save_changes();
      }
    }, 150);
  };
  const attach = () => {
    root = el.closest(".rsa-explorer");
    if (!root) {
      if (!gone) requestAnimationFrame(attach);
      return;
    }
    const resized = new ResizeObserver(measure);
    resized.observe(root);
    watchers.push(resized);
    name(root);
    setTimeout(() => name(root), 1500);
  };
  let gone = false;
  attach();

  return () => {
    gone = true;
    clearTimeout(waiting);
    watchers.forEach((watcher) => watcher.disconnect());
    model.off("msg:custom", copy);
  };
}
export default { render };
