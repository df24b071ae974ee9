"""A widget that asks the kernel a question from the page and shows whether the answer came."""

import anywidget

CURE = (
    "restart JupyterLab and reload the page; if that does not help, ipywidgets and anywidget must "
    "be installed where JupyterLab runs, not only where the kernel runs"
)
# At most 110 characters: older versions of anywidget cut what is longer.
NO_PAGE = (
    "[FAIL] widgets: no page answered. Expected without a page (nbconvert); "
    "else restart JupyterLab and reload."
)

_PAGE = """
function render({ model, el }) {
  el.setAttribute("role", "status");
  el.style.cssText = "font-family: var(--jp-code-font-family, monospace);" +
    "font-size: var(--jp-code-font-size, 13px); color: var(--jp-content-font-color1, inherit);" +
    "white-space: pre-wrap; padding: 0 8px";
  const began = performance.now();
  let answered = false;
  const hear = (message) => {
    if (message.answer === undefined || answered) return;
    answered = true;
    clearTimeout(patience);
    const took = Math.round(performance.now() - began);
    // A kernel that is still running other cells answers after them: that says nothing of widgets.
    const pace = took < 1000 ? `in ${took} ms` : "as soon as the kernel was free";
    el.textContent = `[OK]   widgets: the page and the kernel answered each other ${pace}`;
  };
  const patience = setTimeout(() => {
    el.textContent = "[FAIL] widgets: the kernel has not answered for SECONDS s. " +
      "If it is still running other cells, wait for it; if not: CURE.";
  }, SECONDS * 1000);
  el.textContent = "[...]  widgets: asking the kernel";
  model.on("msg:custom", hear);
  model.send({ question: "Do you hear me?" });
  return () => { clearTimeout(patience); model.off("msg:custom", hear); };
}
export default { render };
"""


class RoundTrip(anywidget.AnyWidget):
    """Shows [OK] and milliseconds once the kernel has answered the page, [FAIL] after `PATIENCE`.

    The question comes from the page when it shows the widget, so nothing waits in the kernel: where
    no page shows it (nbconvert, a missing front end), only its text is left, which says so.
    """

    PATIENCE = 5
    """Seconds the page waits before it says that no answer came."""

    _esm = _PAGE.replace("SECONDS", str(PATIENCE)).replace("CURE", CURE)

    def __init__(self):
        super().__init__()
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        return NO_PAGE

    def _answer(self, widget, content: dict, buffers: list) -> None:
        if "question" in content:
            self.send({"answer": "Yes."})
