"""A point in the disc |v| <= 1 of the complex plane, moved by mouse, finger or arrow keys."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets


class Disc(anywidget.AnyWidget):
    """The disc, coloured by a function of v, with a point to be dragged.

    point: (radius, angle in degrees), to 0.01 and 1 degree; moved by the page or by the kernel.
    values: float32, (rings, spokes) row by row: the function on the upper half, ring k at radius
    k/(rings-1) inside the disc, spoke j at j pi/(spokes-1); the lower half is its mirror. The last
    ring is apart: the function on the circle itself, drawn as the rim.
    here: the function at the point, None where it has no value. spoken: the point in words.
    look: palette (colours from `low` to `high`, evenly spaced), ink, quiet, paper.
    """

    _esm = Path(__file__).with_name("disc.js")

    point = traitlets.Tuple((0.0, 0.0)).tag(sync=True)
    values = traitlets.Bytes().tag(sync=True)
    rings = traitlets.Int(1).tag(sync=True)
    spokes = traitlets.Int(1).tag(sync=True)
    here = traitlets.Float(None, allow_none=True).tag(sync=True)
    spoken = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    legend = traitlets.Unicode().tag(sync=True)
    low = traitlets.Float(-1.0).tag(sync=True)
    high = traitlets.Float(1.0).tag(sync=True)
    look = traitlets.Dict().tag(sync=True)

    def color(self, values: np.ndarray) -> None:
        """Show these values (rings, spokes), with one message."""
        with self.hold_sync():
            self.rings, self.spokes = values.shape
            self.values = values.astype(np.float32).tobytes()
