"""A running model can be stopped."""

import threading
import time

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.models import LSTM, SAB, Interrupted, MemRNN, RelRNN, Transformer, interruptible
from rsa_edu.models.hops import by_hops


@pytest.mark.parametrize(
    ("model", "path"),
    [
        *((model, path) for model in (RelRNN, MemRNN, LSTM) for path in ("torch", "compiled")),
        (SAB, "torch"),
    ],
)
@pytest.mark.parametrize("part", ["forward", "backward"])
def test_stops_inside_an_update(model, part, path):
    """Stop would wait for the end of a long update."""
    steps = 5000 if path == "compiled" and model is not MemRNN else 1500
    net, x, stop = model(4, 128), torch.randn(steps, 16, 4), threading.Event()
    flagged = []

    def set_flag():
        flagged.append(time.perf_counter())
        stop.set()

    with interruptible(stop), rsa.models.backend(path):
        if part == "forward":
            threading.Timer(0.03, set_flag).start()
            with pytest.raises(Interrupted):  # noqa: PT012
                while True:  # however fast the machine is
                    net(x)
        else:
            out, _ = net(x if path == "compiled" else x[: steps // 4])
            out.register_hook(lambda gradient: set_flag())  # as the backward pass begins
            with pytest.raises(Interrupted):
                out.sum().backward()
    assert time.perf_counter() - flagged[0] < 0.3
    net(x[:2])  # outside the context nothing is stopped


@pytest.mark.parametrize("path", ["torch", "compiled"])
def test_a_split_by_hops_stops(path):
    """An explorer could not break off a sweep that nobody waits for any more."""
    net, stop, flagged = RelRNN(4, 64), threading.Event(), []
    x, gradient = torch.randn(400, 8, 4), torch.randn(400, 8, 64)

    def set_flag():
        flagged.append(time.perf_counter())
        stop.set()

    with interruptible(stop), rsa.models.backend(path):
        threading.Timer(0.1, set_flag).start()
        with pytest.raises(Interrupted):  # noqa: PT012
            while True:
                by_hops(net, x, gradient, 4)
    assert time.perf_counter() - flagged[0] < 0.3


@pytest.mark.parametrize("path", ["torch", "compiled"])
def test_a_flag_that_is_set_stops_even_a_short_call(path):
    """A click between two calls would be lost."""
    stop = threading.Event()
    stop.set()
    with interruptible(stop), rsa.models.backend(path), pytest.raises(Interrupted):
        RelRNN(4, 8)(torch.randn(2, 1, 4))


def test_ctrl_c_arrives_while_kernels_run():
    """A student's Stop button in JupyterLab, which sends an interrupt, would be answered late."""
    import _thread

    net, x = RelRNN(4, 128), torch.randn(5000, 64, 4)
    sent = []

    def interrupt():
        sent.append(time.perf_counter())
        _thread.interrupt_main()

    threading.Timer(0.2, interrupt).start()
    with rsa.models.backend("compiled"), pytest.raises(KeyboardInterrupt):  # noqa: PT012
        while True:  # however fast the machine is
            net(x)
    assert time.perf_counter() - sent[0] < 0.3


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
