"""Stopping a model within one time step, from another thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_local = threading.local()


class Interrupted(Exception):
    """The stop flag was set while a model was running; nothing of the update was applied."""


@contextmanager
def interruptible(stop: threading.Event) -> Iterator[None]:
    """While this is open, models called in this thread raise `Interrupted` once `stop` is set.

    Forward and backward pass look at the flag at every time step, so that an answer to a click on
    Stop does not depend on the length of the sequence.
    """
    outer = getattr(_local, "stop", None)
    _local.stop = stop
    try:
        yield
    finally:
        _local.stop = outer


def check() -> None:
    """Raise `Interrupted` if the flag of this thread is set."""
    stop = getattr(_local, "stop", None)
    if stop is not None and stop.is_set():
        raise Interrupted("stopped")


def watch_backward(h) -> None:
    """Check the flag once more when the backward pass comes through `h`."""
    if getattr(_local, "stop", None) is not None and h.requires_grad:
        h.register_hook(lambda gradient: check())
