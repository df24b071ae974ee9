"""One run, from its settings to its numbers: train, then test, then look inside."""

import math
import os
import platform
import re
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import torch

from rsa_edu.curves import curves
from rsa_edu.gradients import GradientFlow, gradient_flow
from rsa_edu.models import Trace, backend
from rsa_edu.network import saved_bytes
from rsa_edu.statistics import attention_statistics, gradient_reach, primacy_share, recall
from rsa_edu.store import Run
from rsa_edu.sweeps.settings import MEASURE, RunSettings
from rsa_edu.tasks import Batch
from rsa_edu.theory import dependency_depth
from rsa_edu.training import EVALUATION_SEEDS, Diverged, Training, evaluate

RECENT = 50
"""Updates whose mean accuracy is the training accuracy, and decides whether the target is met."""
FIRST = 20
"""Losses that are kept as they are, for a recomputation to be compared with."""
LOOKED_AT = 20
"""Sequences of which gradient and attention are measured."""
DEEP = 4
"""Sequences of which the dependency depth is measured: it is searched state by state."""
DIGITS = 5
"""Of the points of a curve, significant ones."""
_one_at_a_time = threading.Lock()


def measure(settings: RunSettings) -> Run:
    """Train, test and measure one run, on one thread, in this process.

    The same settings give the same numbers, times and memory apart. The result holds:

    - ended: "target", "updates" or "diverged" (then it is measured at its last good state), why;
    - updates_to_target, seconds_to_target: None where the target was not met;
    - seconds_per_update: median; accuracy: at the delay of the training, test_accuracy: at each of
      test_delays, both on fresh sequences; training_accuracy, training_loss: mean of the last 50
      updates, None before the first;
    - saved_bytes: what one update at the delay of the training keeps for its backward pass, the
      weights aside; it depends on the settings only, unlike the peak memory of a process;
    - first_losses: of the first 20 updates; curve: block, loss, accuracy as in `Curves`;
    - gradient_reach, and with hops: gradient, gradient_by_hops, the norm of dL/dh_t at every step,
      mean over 20 sequences;
    - means over the answer steps of 20 sequences: entropy, effective_kappa, on_buffer, on_relevant;
      recall and primacy_share at the first answer step. None where the model has no such thing;
    - depth: dependency depth of the data symbols, seen from the first answer step, mean over 4
      sequences; effective_depth: each symbol weighted by the attention it gets at the answer steps.
    """
    with _one_at_a_time, one_thread():
        return _measure(settings)


def _measure(settings: RunSettings) -> Run:
    _warm_up(settings)
    training = settings.training()
    before = reset_peak() if settings.fresh_process else None
    ended, why = _train(training, settings)
    memory = None if before is None else peak() - before
    first, *tasks = settings.tasks()
    tested = {task.delay: _test(training, task, settings) for task in {first, *tasks}}
    records = training.records
    reached = records[-1] if ended == "target" else None
    result = {
        "ended": ended,
        "why": why,
        "updates_to_target": reached and reached.update,
        "seconds_to_target": reached and reached.seconds,
        "seconds_per_update": _pace(training),
        "saved_bytes": _saved_bytes(training),
        "accuracy": tested[settings.delay],
        "test_accuracy": [tested[delay] for delay in settings.test_delays],
        "training_accuracy": _mean(r.accuracy for r in records[-RECENT:]),
        "training_loss": _mean(r.loss for r in records[-RECENT:]),
        "first_losses": [record.loss for record in records[:FIRST]],
        "curve": _curve(training),
    }
    result |= _inside(training, settings)
    return Run(
        key=settings.key,
        measure=MEASURE,
        settings=settings.plain(),
        seed=settings.seed,
        updates=training.update,
        seconds=records[-1].seconds if records else 0.0,
        peak_memory=memory,
        result=result,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine(),
        rsa_edu=version("rsa-edu"),
        torch=torch.__version__,
        numba=version("numba"),
        python=platform.python_version(),
    )


def _train(training: Training, settings: RunSettings) -> tuple[str, str | None]:
    """To the target, or as far as the settings say: how it ended, and why it broke off."""
    while training.update < settings.updates:
        try:
            training.step()
        except Diverged as error:
            return "diverged", str(error)
        recent = [record.accuracy for record in training.records[-RECENT:]]
        full = len(recent) == RECENT and settings.target is not None
        if full and statistics.fmean(recent) >= settings.target:
            return "target", None
    return "updates", None


def _test(training: Training, task, settings: RunSettings) -> float:
    return evaluate(training.net, task, sequences=settings.sequences, seed=settings.seed)


def _pace(training: Training) -> float | None:
    """Seconds of the median update; the first one pays for what is set up once."""
    times = [record.seconds for record in training.records]
    return statistics.median(b - a for a, b in pairwise(times)) if len(times) > 1 else None


def _saved_bytes(training: Training) -> int:
    """At the delay and batch of the training."""
    batch = training.task.sample(training.recipe.batch_size, torch.Generator())
    return saved_bytes(training.net, batch.inputs)


def _curve(training: Training) -> dict:
    drawn = curves(training.records)
    points = {name: [_short(v) for v in getattr(drawn, name)] for name in ("loss", "accuracy")}
    return {"block": drawn.block} | points


def _inside(training: Training, settings: RunSettings) -> dict:
    """Gradient and attention of the network as it now is, on fresh sequences."""
    net, task = training.net, training.task
    dice = torch.Generator().manual_seed(settings.seed + EVALUATION_SEEDS + 1)
    batch = task.sample(LOOKED_AT, dice)
    flow = gradient_flow(net, batch, hops=settings.hops)
    with torch.no_grad():
        *_, trace = net.recurrence(batch.inputs, return_trace=True)
    return {
        "gradient_reach": _finite(gradient_reach(flow, task, batch)),
        **_profiles(flow, settings),
        **_attention(trace, batch),
        **_kept(trace, task, batch),
        **_depths(trace, task, batch),
    }


def _profiles(flow: GradientFlow, settings: RunSettings) -> dict:
    if settings.hops is None:
        return {"gradient": None, "gradient_by_hops": None}
    orders = [[_short(v) for v in order] for order in flow.by_hops.tolist()]
    return {"gradient": [_short(v) for v in flow.total.tolist()], "gradient_by_hops": orders}


def _attention(trace: Trace, batch: Batch) -> dict:
    names = ("entropy", "effective_kappa", "on_buffer", "on_relevant")
    if not trace.attention.shape[2]:
        return dict.fromkeys(names)
    found = attention_statistics(trace)
    return {name: _finite(getattr(found, name)[batch.mask].mean().item()) for name in names}


def _kept(trace: Trace, task, batch: Batch) -> dict:
    if not trace.relevant.shape[2]:
        return {"recall": None, "primacy_share": None}
    early = primacy_share(trace)[task.marker_step + 1].nanmean().item()
    return {"recall": _finite(recall(trace, task, batch)), "primacy_share": _finite(early)}


def _depths(trace: Trace, task, batch: Batch) -> dict:
    """Links between a data symbol and the first answer step, plain and weighted by attention."""
    target, data = task.marker_step + 1, task.data_positions(batch).numpy()
    if not trace.attention.shape[2]:  # the recurrence is the only way: one link a step
        return {"depth": float((target - data).mean()), "effective_depth": None}
    if (trace.positions[-1] == len(trace.positions) - 1).any():  # a Transformer: no recurrence
        return {"depth": None, "effective_depth": None}
    depths, weights = [], []
    for b in range(DEEP):
        alpha, positions = trace.attention[:, b].numpy(), trace.positions[:, b].numpy()
        found = dependency_depth(alpha, target, positions=positions).depths
        depths += found[data[:, b]].tolist()
        answers = slice(target, None)
        seen = [(alpha[answers] * (positions[answers] == i)).sum() for i in data[:, b]]
        weights += [float(weight) for weight in seen]
    weighted = statistics.fmean(depths, weights) if sum(weights) > 0 else None
    return {"depth": statistics.fmean(depths), "effective_depth": weighted}


@contextmanager
def one_thread() -> Iterator[None]:
    """torch and the kernels on one thread: with as many processes as cores, more only wait."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with backend("auto", threads=1):
            yield
    finally:
        torch.set_num_threads(threads)


def _warm_up(settings: RunSettings) -> None:
    """One short update: what is loaded and compiled once belongs to no run."""
    replace(settings, delay=1, test_delays=None).training().step()


def peak() -> int | None:
    """Most bytes this process held at once, since `reset_peak` where the system can do that.

    None where the system does not tell (Windows).
    """
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="utf-8"))[1])
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def reset_peak() -> int | None:
    """Let the peak begin anew at what is held now (Linux), and say it.

    Elsewhere the peak of the warm-up stays, and what a run needs below that is not seen.
    """
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak()


def machine() -> str:
    """Processor and system, without names."""
    info = Path("/proc/cpuinfo")
    found = info.exists() and re.search(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8"))
    processor = found[1] if found else platform.processor() or platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}"


def _mean(values) -> float | None:
    values = list(values)
    return statistics.fmean(values) if values else None


def _short(value: float) -> float | None:
    return _finite(float(f"{value:.{DIGITS}g}"))


def _finite(value: float) -> float | None:
    """JSON has no NaN and no infinity: None says that there is no such number."""
    return value if math.isfinite(value) else None
