"""Statistics of attention and gradient: by hand, and what must hold for any attention."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.gradients import GradientFlow
from rsa_edu.models import Trace
from tests.small import make_net

NU, RHO = 2, 3


def by_hand(attention, positions, rho=0) -> Trace:
    """A trace of one sequence from lists of rows."""
    alpha = torch.tensor(attention).double().unsqueeze(1)
    places = torch.tensor(positions).unsqueeze(1)
    relevant = places[:, :, places.shape[2] - rho :]
    return Trace(alpha, places, torch.zeros_like(alpha), relevant)


def read(model="RelRNN", delay=30, batch_size=4, task="Denoise", **settings):
    """An untrained model has read a batch: task, batch, trace."""
    task = getattr(rsa.tasks, task)(delay)
    dice = torch.Generator().manual_seed(0)
    recurrence = getattr(rsa.models, model)(task.input_size, 8, generator=dice, **settings)
    batch = task.sample(batch_size, dice)
    with torch.no_grad():
        *_, trace = recurrence(batch.inputs, return_trace=True)
    return task, batch, trace


def test_one_step_by_hand():
    """If this failed, entropy would not be in nats, or the shares those of other columns."""
    trace = by_hand([[0, 0, 0, 0], [0.5, 0.25, 0.25, 0]], [[-1] * 4, [3, 4, 0, -1]], rho=2)
    seen = rsa.attention_statistics(trace)
    assert seen.entropy[1, 0].item() == pytest.approx(1.5 * math.log(2))
    assert seen.effective_kappa[1, 0].item() == pytest.approx(2**1.5)
    assert seen.on_buffer[1, 0].item() == pytest.approx(0.75)
    assert seen.on_relevant[1, 0].item() == pytest.approx(0.25)
    parts = (seen.entropy, seen.effective_kappa, seen.on_buffer, seen.on_relevant)
    assert all(part[0].isnan().all() for part in parts)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=40))
def test_entropy_lies_between_one_state_and_all(energies):
    """If this failed, the effective number of states could be below 1 or above their number."""
    alpha = torch.tensor(energies).double().softmax(0)
    seen = rsa.attention_statistics(by_hand([alpha.tolist()], [list(range(len(energies)))]))
    assert -1e-12 <= seen.entropy.item() <= math.log(len(energies)) + 1e-12
    assert seen.effective_kappa.item() == pytest.approx(math.exp(seen.entropy.item()))


@given(st.integers(1, 60), st.integers(0, 20))
def test_uniform_attention_on_n_states_counts_as_n(n, empty):
    """If this failed, effective kappa would not be the number of states attended alike."""
    trace = by_hand([[1 / n] * n + [0.0] * empty], [list(range(n)) + [-1] * empty])
    assert rsa.attention_statistics(trace).effective_kappa.item() == pytest.approx(n, rel=1e-9)


@pytest.mark.parametrize("model", ["MemRNN", "RelRNN", "RelLSTM"])
def test_a_permuted_batch_gives_permuted_statistics(model):
    """If this failed, one sequence's statistics would depend on the others'."""
    *_, trace = read(model)
    order = torch.tensor([2, 0, 3, 1])
    parts = (trace.attention, trace.positions, trace.scores, trace.relevant)
    seen = rsa.attention_statistics(trace)
    again = rsa.attention_statistics(Trace(*(part[:, order] for part in parts)))
    for name in ("entropy", "effective_kappa", "on_buffer", "on_relevant"):
        expected = getattr(seen, name)[:, order]
        torch.testing.assert_close(getattr(again, name), expected, rtol=0, atol=0, equal_nan=True)


def test_buffer_and_relevant_set_share_the_attention():
    """If this failed, attention would be counted twice or lost between the two."""
    *_, trace = read(buffer_size=NU, relevant_size=RHO)
    seen = rsa.attention_statistics(trace)
    torch.testing.assert_close((seen.on_buffer + seen.on_relevant)[1:], torch.ones(49, 4).double())
    assert (seen.on_relevant[1 : NU + 1] == 0).all()  # nobody has left the buffer yet
    assert (seen.on_relevant[NU + 1 :] > 0).all()
    everything = rsa.attention_statistics(read("MemRNN")[-1])
    assert (everything.on_buffer[1:] == 1).all()


def test_stripes_by_hand():
    """If this failed, a stripe would not be a state that many steps look at."""
    trace = by_hand(
        [[0, 0, 0], [1, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]],
        [[-1, -1, -1], [0, -1, -1], [0, 1, -1], [2, 1, 0]],  # columns are not states
    )
    steps = torch.tensor([[False], [True], [True], [True]])
    # state 0 gets 1 + 0.5 + 0.5, state 1 gets 0.5 + 0.3, state 2 gets 0.2
    assert rsa.stripe_share(trace, steps, stripes=1) == pytest.approx(2 / 3)
    assert rsa.stripe_share(trace, steps, stripes=2) == pytest.approx(2.8 / 3)
    steps[1:3] = False
    assert rsa.stripe_share(trace, steps, stripes=1) == pytest.approx(0.5)


@given(st.integers(1, 20))
def test_uniform_attention_has_no_stripes(stripes):
    """If this failed, even attention that treats all states alike would look like stripes."""
    T = 20
    rows = [[1 / T] * T] * 5
    trace = by_hand(rows, [list(range(T))] * 5)
    share = rsa.stripe_share(trace, torch.ones(5, 1, dtype=torch.bool), stripes)
    assert share == pytest.approx(stripes / T)


def test_recall_by_hand():
    """If this failed, symbols still in the buffer would count, or those in the set would not."""
    nu, start = 5, 15  # the buffer of the first answer step holds 10 to 14
    task, batch, trace = read(buffer_size=nu, relevant_size=RHO, batch_size=1, delay=5)
    symbols = task.data_positions(batch)[:, 0].tolist()
    old = [i for i in symbols if i < start - nu]
    assert 2 < len(old) < 10
    for members in ([-1, -1, -1], [old[0], -1, -1], [old[2], old[0], old[1]], [symbols[-1]] * 3):
        relevant = trace.relevant.clone()
        relevant[start, 0] = torch.tensor(members)
        share = rsa.recall(replace(trace, relevant=relevant), task, batch)
        assert share == pytest.approx(len({*members} & {*old}) / len(old))


def test_with_room_for_all_recall_is_one():
    """If this failed, a state would count as lost that cannot be lost."""
    task, batch, trace = read(buffer_size=3, relevant_size=60)
    assert rsa.recall(trace, task, batch) == 1
    task, batch, trace = read(buffer_size=60, relevant_size=3)
    assert math.isnan(rsa.recall(trace, task, batch))  # none has left the buffer


def test_primacy_by_hand():
    """If this failed, members that are not among the first rho would count, or empty slots."""
    trace = by_hand(
        [[1.0] * 4] * 4,
        [[7, -1, -1, -1], [7, 0, -1, -1], [7, 0, 2, 3], [9, 5, 3, 4]],
        rho=3,
    )
    shares = rsa.primacy_share(trace)[:, 0]
    assert shares[0].isnan()
    assert shares[1:].tolist() == pytest.approx([1, 2 / 3, 0])


def test_uniform_attention_keeps_the_first():
    """If this failed, the primacy bias of the score would not be seen where it is complete."""
    task = rsa.tasks.Denoise(50)
    net = rsa.models.RelRNN(task.input_size, 8, buffer_size=5, relevant_size=4)
    with torch.no_grad():
        net.energy.zero_()
        *_, trace = net(task.sample(3).inputs, return_trace=True)
    assert (rsa.primacy_share(trace)[6:] == 1).all()


def test_depths_by_hand():
    """If this failed, a depth would be that to another answer step, or miss a link."""
    task = rsa.tasks.Copy(3)  # symbols at 0..9, marker at 12, answers at 13..22
    batch = task.sample(2, torch.Generator().manual_seed(0))
    attention, positions = torch.zeros(23, 2, 1), torch.full((23, 2, 1), -1)
    for step, state in ((13, 0), (15, 5), (20, 7), (12, 9)):
        attention[step, 0], positions[step, 0] = 1.0, state
    trace = Trace(attention, positions, attention, positions[:, :, :0])
    depths = rsa.symbol_depths(trace, task, batch)
    assert (depths[:, 1] == 13).all()  # this sequence reads nothing: symbol k stands at k
    # Answer k is step 13 + k. Symbols 0 and 7 are read by their own answers; 2 to 5 go over the
    # link from 5 to 15, and 1, 6, 8 and 9 over that from 9 to 12.
    assert depths[:, 0].tolist() == [1, 11, 4, 4, 4, 4, 11, 1, 11, 11]


def test_uniform_attention_makes_every_symbol_one_link_deep():
    """If this failed, the default threshold would not be half of uniform."""
    task = rsa.tasks.Denoise(15)
    net = rsa.models.MemRNN(task.input_size, 8)
    batch = task.sample(2)
    with torch.no_grad():
        net.energy.zero_()
        *_, trace = net(batch.inputs, return_trace=True)
    assert (rsa.symbol_depths(trace, task, batch) == 1).all()
    assert (rsa.symbol_depths(trace, task, batch, threshold=0.9) > 1).all()
    *_, none = rsa.models.RNN(task.input_size, 8)(batch.inputs, return_trace=True)
    symbols = torch.arange(10).unsqueeze(1)
    distance = task.marker_step + 1 + symbols - task.data_positions(batch)
    torch.testing.assert_close(rsa.symbol_depths(none, task, batch), distance)


def test_gradient_reach_by_hand():
    """If this failed, the reach would not be a geometric mean, or relative to another step."""
    task = rsa.tasks.Copy(5)
    batch = task.sample(2, torch.Generator().manual_seed(0))
    vectors = torch.zeros(task.length, 2, 3)
    vectors[:10, 0, 1] = 2.0 ** -torch.arange(10.0)  # geometric mean 2 ** -4.5
    vectors[:10, 1, 0] = 1.0
    vectors[task.marker_step + 1, 0, 2] = 4.0
    vectors[task.marker_step + 1, 1, 2] = 0.5
    expected = math.sqrt(2**-4.5 / 4 * 1 / 0.5)
    flow = GradientFlow(vectors.norm(dim=2).mean(1), vectors)
    assert rsa.gradient_reach(flow, task, batch) == pytest.approx(expected)
    vectors[3, 1] = 0
    assert rsa.gradient_reach(flow, task, batch) == 0


def test_reach_looks_at_the_data_of_each_sequence():
    """If this failed, a sequence would be asked for the data positions of another."""
    task = rsa.tasks.Denoise(20)
    net = make_net(task=task)
    batch = task.sample(3, torch.Generator().manual_seed(0))
    norms = rsa.gradient_flow(net, batch).total_vectors.norm(dim=2)
    logs = [
        math.log(norms[t, b] / norms[task.marker_step + 1, b])
        for b in range(3)
        for t in range(task.marker_step)
        if batch.inputs[t, b, 0] == 0
    ]
    assert len(logs) == 30
    reach = rsa.gradient_reach(rsa.gradient_flow(net, batch), task, batch)
    assert reach == pytest.approx(math.exp(sum(logs) / 30), rel=1e-5)


@pytest.mark.usefixtures("unchecked")
def test_bad_calls_say_what_is_missing():
    """If this failed, a number would be given where there is nothing to measure."""
    _, _, plain = read("RNN")
    task, batch, full = read("MemRNN")
    for ask in (lambda: rsa.recall(full, task, batch), lambda: rsa.primacy_share(full)):
        with pytest.raises(ValueError, match="without a relevant set"):
            ask()
    with pytest.raises(ValueError, match="without attention"):
        rsa.attention_statistics(plain)
    with pytest.raises(ValueError, match="steps must choose"):
        rsa.stripe_share(full, torch.zeros_like(batch.mask))
    with pytest.raises(ValueError, match="stripes must be"):
        rsa.stripe_share(full, batch.mask, stripes=0)
    other = rsa.tasks.Denoise(31)
    flow = rsa.gradient_flow(make_net(task=other), batch)
    with pytest.raises(ValueError, match="sequences of 51 steps, but the batch has 50"):
        rsa.gradient_reach(flow, other, batch)
