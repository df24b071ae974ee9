"""A running model can be stopped."""

import threading
import time

import pytest
import torch

from rsa_edu.models import SAB, Interrupted, MemRNN, RelRNN, Transformer, interruptible


@pytest.mark.parametrize("part", ["forward", "backward"])
@pytest.mark.parametrize("model", [RelRNN, MemRNN, SAB])
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


def test_transformer_stops_between_layers():
    """A model without steps would not hear a stop at all."""
    net, x, stop, after = Transformer(4, 8, layers=3), torch.randn(5, 2, 4), threading.Event(), []
    hook = net.blocks[0].register_forward_hook(lambda *_: stop.set())
    net.blocks[1].register_forward_hook(lambda *_: after.append("forward"))
    with interruptible(stop):
        with pytest.raises(Interrupted):
            net(x)
        assert not after
        hook.remove()
        stop.clear()
        loss = net(x)[0].sum()
        net.bias.register_hook(lambda _: after.append("backward"))
        stop.set()
        with pytest.raises(Interrupted):
            loss.backward()
    assert "backward" not in after
