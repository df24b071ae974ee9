"""One update after another: what is learned, kept, and said when it goes wrong."""

import threading
from itertools import pairwise

import pytest
import torch

import rsa_edu as rsa
from tests.small import COPY, losses, make_net


def test_records():
    """A record would not say what an update did."""
    records = list(rsa.train(make_net(), COPY, 4))
    assert [record.update for record in records] == [1, 2, 3, 4]
    assert all(0 <= record.accuracy <= 1 for record in records)
    assert all(record.gradient_norm > 0 for record in records)
    seconds = [0.0, *(record.seconds for record in records)]
    assert all(a < b for a, b in pairwise(seconds))


def test_first_update_by_hand():
    """An update would not be: mean cross-entropy, backward, clip, Adam."""
    net, twin = make_net(), make_net()
    twin.load_state_dict(net.state_dict())
    batch = COPY.sample(10, torch.Generator().manual_seed(3))
    logits, _ = twin(batch.inputs)
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten())
    loss.backward()
    torch.nn.utils.clip_grad_norm_(twin.parameters(), 0.01)
    torch.optim.Adam(twin.parameters(), lr=0.01).step()
    (record,) = rsa.train(net, COPY, 1, seed=3, learning_rate=0.01, clip=0.01)
    assert record.loss == pytest.approx(loss.item())
    assert record.accuracy == pytest.approx(COPY.accuracy(logits, batch))
    for ours, theirs in zip(net.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_learns():
    """Training would not lower the loss below what is possible without memory."""
    net = make_net(rsa.models.RNN, hidden_size=64)
    list(rsa.train(net, COPY, 300, loss="answers", learning_rate=3e-3))
    assert rsa.evaluate(net, COPY) > 3 * COPY.chance


def test_seed_decides():
    """The same seed would give another run, or another seed the same."""
    runs = [losses(rsa.train(make_net(), COPY, 5, seed=seed)) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_global_random_numbers_are_left_alone():
    """A training would disturb another one, or a student's own random numbers."""
    before = torch.get_rng_state()
    list(rsa.train(make_net(), COPY, 3, vary_delay=True))
    assert torch.equal(torch.get_rng_state(), before)


def test_answers_only_and_varied_delay():
    """The recipe would not do what its names say."""
    every, answers = (
        next(iter(rsa.train(make_net(), COPY, 1, loss=loss))).loss for loss in ("all", "answers")
    )
    assert every != answers
    lengths = []
    net = make_net()
    net.recurrence.register_forward_pre_hook(lambda _, args: lengths.append(len(args[0])))
    list(rsa.train(net, COPY, 60, vary_delay=True))
    assert set(lengths) == {21, 22, 23, 24, 25}


def test_divergence_is_said_and_undone():
    """A diverged run would go on with NaN, or lose what it had."""
    net = make_net()
    training = rsa.Training(net, COPY)
    good = list(rsa.train(training, updates=60))[49]
    training.learning_rate = 1e3
    with pytest.raises(rsa.Diverged, match=r"at update \d+; lower the learning rate \(it is 1000"):
        list(rsa.train(training, updates=200))
    assert training.update == 50
    assert training.records[-1] == good
    assert all(torch.isfinite(p).all() for p in net.parameters())
    twin = rsa.Training(make_net(), COPY)
    list(rsa.train(twin, updates=50))
    for ours, theirs in zip(net.parameters(), twin.net.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_nan_is_said():
    """A loss that is not a number would be stepped on."""
    net = make_net()
    training = rsa.Training(net, COPY)
    with torch.no_grad():
        net.readout.weight.fill_(float("nan"))
    with pytest.raises(rsa.Diverged, match="the loss became nan at update 1"):
        training.step()


def test_interrupted_update_leaves_nothing():
    """A stopped run would not go on as if it had never been stopped."""
    training, stop = rsa.Training(make_net(), COPY), threading.Event()
    stop.set()
    with rsa.models.interruptible(stop), pytest.raises(rsa.models.Interrupted):
        training.step()
    assert losses([training.step()]) == losses(rsa.train(make_net(), COPY, 1))


def test_denormals_are_flushed_only_while_training():
    """Training would crawl on denormals, or change a student's own arithmetic afterwards."""
    tiny = torch.tensor(torch.finfo(torch.float32).tiny)
    seen = []
    net = make_net()
    net.register_forward_hook(lambda *_: seen.append(bool(tiny / 2 == 0)))
    assert tiny / 2 != 0
    list(rsa.train(net, COPY, 1))
    assert seen == [True]
    assert tiny / 2 != 0


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"clip": -1.0}, "clip must be above 0"),
        ({"loss": "last"}, "loss must be one of 'all', 'answers'"),
    ],
)
def test_bad_recipe(recipe, sentence):
    """A bad setting would be found only after minutes, or never."""
    with pytest.raises(ValueError, match=sentence):
        rsa.train(make_net(), COPY, 1, **recipe)


def test_network_must_fit_the_task():
    """A network for another task would fail inside torch."""
    with pytest.raises(ValueError, match="needs input_size=11, but the network has 10"):
        rsa.train(make_net(), rsa.tasks.Denoise(5), 1)


def test_budget_needs_attention():
    """A budget would be set on a network that cannot use it."""
    with pytest.raises(ValueError, match="RNN has no attention"):
        rsa.Training(make_net(rsa.models.RNN), COPY).memory = rsa.models.Screening(1, 1)


def test_evaluation_draws_other_sequences():
    """A network could be tested on what it was trained on."""
    seen = []
    net = make_net()
    net.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    rsa.evaluate(net, COPY, sequences=10, seed=0)
    list(rsa.train(net, COPY, 1, seed=0))
    assert not torch.equal(*seen)
