"""The engine against torch: time and memory. `make bench` runs this; it asserts nothing."""

import pytest
import torch

import rsa_edu as rsa
from tests.benchmarks import report, work
from tests.benchmarks.measure import by_turns, peak, tanh_count

SLOTS = 20
"""nu + rho of a RelRNN as it comes, 10 + 10."""


def of(model, sizes, **settings):
    """A model at the size of the benchmarks."""
    return model(work.INPUTS, sizes.hidden, **settings)


def label(what, sizes, batch, steps):
    """The first column."""
    return f"{what}, H={sizes.hidden} B={batch} T={steps}"


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("unit", ["RNN", "LSTM"])
def bench_training_step(benchmark, rows, rate, sizes, unit, size):
    """Forward and backward, against torch's own layer without attention."""
    batch, steps = getattr(sizes, size)
    at = {"batch": batch, "steps": steps}
    ours = work.training_step(of(getattr(rsa.models, f"Rel{unit}"), sizes), **at)
    rnn = work.training_step(of(torch.nn.RNN, sizes), **at)
    times = by_turns(
        benchmark,
        ours,
        rounds=sizes.rounds[size],
        one=work.on("auto", ours, threads=1),
        rnn=rnn,
        other=rnn if unit == "RNN" else work.training_step(of(torch.nn.LSTM, sizes), **at),
    )
    what = label(f"Rel{unit} 10/10 training step vs nn.{unit}", sizes, batch, steps)
    limit = "<= 2.0" if (unit, size) == ("RNN", "small") else "<= 2.5"
    bound = 2 * tanh_count(steps, batch, sizes.hidden, SLOTS) / rate
    rows.append(report.time_row(what, limit, times, bound))


def bench_against_the_torch_loop(benchmark, rows, sizes):
    """The compiled path against the readable loop it stands for."""
    batch, steps = sizes.small
    step = work.training_step(of(rsa.models.RelRNN, sizes), batch=batch, steps=steps)
    times = by_turns(
        benchmark,
        step,
        rounds=sizes.rounds["large"],
        one=work.on("auto", step, threads=1),
        other=work.on("torch", step),
    )
    what = label("RelRNN 10/10 compiled, times faster than our torch loop", sizes, batch, steps)
    rows.append(report.time_row(what, ">= 6", times))


@pytest.mark.parametrize("unit", ["RNN", "LSTM"])
def bench_split_by_hops(benchmark, rows, sizes, unit):
    """R + 2 orders in one sweep, forward pass included, against one ordinary backward pass."""
    (batch, steps), hops = sizes.small, 3
    at, model = {"batch": batch, "steps": steps}, of(getattr(rsa.models, f"Rel{unit}"), sizes)
    split, back = work.split_by_hops(model, hops, **at), work.backward(model, **at)
    times = by_turns(
        benchmark,
        split,
        rounds=sizes.rounds["small"],
        one=work.on("auto", split, threads=1),
        other=back,
    )
    what = f"Rel{unit} 10/10 gradient by {hops} hops vs one backward pass"
    rows.append(report.time_row(label(what, sizes, batch, steps), f"<= {hops + 2}", times))


def bench_update(benchmark, rows, rate, sizes):
    """A whole update in the midst of a training on copy: three trainings go on side by side."""
    before, counted = sizes.updates
    budget = {"buffer_size": 10, "relevant_size": 15}
    ours, alone = (work.update(of(rsa.models.RelRNN, sizes, **budget), sizes.delay) for _ in "ab")
    times = by_turns(
        benchmark,
        ours,
        rounds=counted,
        warm_up=before,
        one=work.on("auto", alone, threads=1),
        other=work.update(of(torch.nn.RNN, sizes), sizes.delay),
    )
    steps, batch = rsa.tasks.Copy(sizes.delay).length, 10
    what = label("RelRNN 10/15 whole update on copy vs nn.RNN", sizes, batch, steps)
    bound = 2 * tanh_count(steps, batch, sizes.hidden, sum(budget.values())) / rate
    rows.append(report.time_row(what, "<= 2.5", times | {"rnn": times["other"]}, bound))


def bench_evaluation(benchmark, rows, sizes):
    """Time grows with the length, not with its square."""
    short, long = sizes.evaluation
    model, (batch, _) = of(rsa.models.RelRNN, sizes), sizes.small
    times = by_turns(
        benchmark,
        work.evaluation(model, batch=batch, steps=long),
        rounds=sizes.rounds["large"],
        other=work.evaluation(model, batch=batch, steps=short),
        rnn=work.evaluation(of(torch.nn.RNN, sizes), batch=batch, steps=long),
    )
    what = label("RelRNN 10/10 evaluation, longer vs shorter", sizes, batch, f"{long}/{short}")
    rows.append(report.time_row(what, "<= 4.3", times))


@pytest.mark.parametrize(("model", "limit"), [("RelRNN", "<= 4.3"), ("MemRNN", "")])
def bench_memory_of_training(rows, sizes, model, limit):
    """A budget makes memory grow with the length; full attention, with its square."""
    at = {"batch": sizes.memory_batch, "hidden": sizes.hidden}
    short, long = (
        after - before
        for before, after in (peak("step", model, steps=steps, **at) for steps in sizes.memory)
    )
    lengths = "/".join(map(str, reversed(sizes.memory)))
    what = label(f"{model} training step, memory", sizes, sizes.memory_batch, lengths)
    value = long / max(short, 1)
    shown = f"{value:.2f} ({long / 1e6:.0f} MB : {short / 1e6:.0f} MB)"
    rows.append(report.plain_row(what, limit, value, shown))


def bench_memory_of_evaluation(rows, sizes):
    """A long sequence without gradients: nothing is kept but the states handed over."""
    batch, steps = sizes.long
    before, after = peak("evaluation", "RelRNN", steps=steps, batch=batch, hidden=sizes.hidden)
    what = label("RelRNN 10/10 no gradient, GB of the whole process", sizes, batch, steps)
    shown = f"{after / 1e9:.2f} ({before / 1e9:.2f} before)"
    rows.append(report.plain_row(what, "<= 1.0", after / 1e9, shown))
