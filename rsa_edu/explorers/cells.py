"""Running a cell again must not leave the run of its old output training in the background."""

import weakref

from IPython import get_ipython

_shown: dict[str, tuple[str, weakref.WeakSet]] = {}


def only_one_per_cell(explorer) -> None:
    """Note that `explorer` is shown by the present cell; stop those of its earlier execution."""
    kernel = getattr(get_ipython(), "kernel", None)
    request = kernel.get_parent("shell") if kernel else {}
    cell = request.get("metadata", {}).get("cellId")
    if cell is None:
        return
    execution, earlier = _shown.get(cell, ("", weakref.WeakSet()))
    if execution != request["header"]["msg_id"]:
        for old in earlier:
            old.stop()
        execution, earlier = request["header"]["msg_id"], weakref.WeakSet()
    earlier.add(explorer)
    _shown[cell] = (execution, earlier)
