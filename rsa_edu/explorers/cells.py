"""Running a cell again must not leave the run of its old output training in the background."""

import weakref

from IPython import get_ipython

_made: dict[str, tuple[str, weakref.WeakSet]] = {}


def only_one_per_cell(explorer) -> None:
    """Note that `explorer` is made by the present cell; close those of its earlier execution."""
    kernel = getattr(get_ipython(), "kernel", None)
    request = kernel.get_parent("shell") if kernel else {}
    cell = request.get("metadata", {}).get("cellId")
    if cell is None:
        return
    execution, earlier = _made.get(cell, ("", weakref.WeakSet()))
    if execution != request["header"]["msg_id"]:
        for old in earlier:
            old.close()
        execution, earlier = request["header"]["msg_id"], weakref.WeakSet()
    earlier.add(explorer)
    _made[cell] = (execution, earlier)
