"""What goes wrong in a page is seen: a ring that finds nothing must be one that can find."""

BROKEN = (
    ("import sys; print('out of date', file=sys.stderr)", "warns: out of date"),
    (
        "from IPython.display import Javascript; Javascript('console.error(\"broken\")')",
        "console: broken",
    ),
    (
        "from IPython.display import HTML; HTML('<img src=\"https://example.org/dot.png\">')",
        "leaves this machine: https://example.org/dot.png",
    ),
    (
        "from IPython.display import display\n"
        "view = {'model_id': 'gone', 'version_major': 2, 'version_minor': 0}\n"
        "display({'application/vnd.jupyter.widget-view+json': view}, raw=True)",
        "the page says: ",
    ),
    (
        "import ipywidgets\n"
        "button = ipywidgets.Button(description='divide')\n"
        "button.on_click(lambda _: 1 / 0)\n"
        "button",
        "in the kernel: ",
    ),
    ("[][0]", "IndexError"),  # the last, for it ends the run
)


def test_what_goes_wrong_is_found(open_notebook):
    """The ring is blind to one of these mistakes and passes a notebook that has it."""
    notebook = open_notebook("broken.ipynb", [cell for cell, _ in BROKEN]).run_all()
    notebook.page.get_by_role("button", name="divide").click()
    notebook.let_the_kernel_answer()
    news = "{message: 'Read our news?', options: {autoClose: false}}"
    notebook.page.evaluate(f"void jupyterapp.commands.execute('apputils:notify', {news})")
    notebook.page.get_by_text("Read our news?").wait_for()
    found = "\n".join(notebook.problems())
    signs = [*(sign for _, sign in BROKEN), "a notice lies over the page: Read our news?"]
    assert [sign for sign in signs if sign not in found] == []
