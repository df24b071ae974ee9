"""A running model can be stopped."""

import threading
import time

import pytest
import torch

from rsa_edu.models import Interrupted, MemRNN, RelRNN, interruptible


@pytest.mark.parametrize("part", ["forward", "backward"])
@pytest.mark.parametrize("model", [RelRNN, MemRNN])
def test_stops_inside_an_update(model, part):
    """Stop would wait for the end of a long update."""
    net, x, stop = model(4, 64), torch.randn(1500, 8, 4), threading.Event()
    flagged = []

    def set_flag():
        flagged.append(time.perf_counter())
        stop.set()

    timer = threading.Timer(0.2 if part == "forward" else 0.05, set_flag)
    with interruptible(stop):
        if part == "forward":
            timer.start()
            with pytest.raises(Interrupted):
                net(x)
        else:
            loss = net(x[:400])[0].sum()
            timer.start()
            with pytest.raises(Interrupted):
                loss.backward()
    assert time.perf_counter() - flagged[0] < 0.3
    net(x[:2])  # outside the context nothing is stopped
