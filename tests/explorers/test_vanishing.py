"""The vanishing explorer against what is known of V."""

import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.explorers.vanishing import NON_NORMAL, SILENCE, Settings, decay


@pytest.mark.parametrize("g", [0.5, 0.9, 1.0, 1.2])
@pytest.mark.parametrize("init", ["henaff", "cayley", "random"])
def test_without_nonlinearity_the_norm_is_a_power_of_the_gain(g, init):
    """gᵏ is called exact, but is not what is measured."""
    numbers = decay(Settings(g=g, init=init, T=80))
    np.testing.assert_allclose(numbers.measured, g ** np.arange(80), rtol=1e-10)
    assert numbers.exact


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "modrelu"])
@pytest.mark.parametrize("inputs", ["noise", SILENCE])
def test_the_power_of_the_norm_is_an_upper_bound(nonlinearity, inputs):
    """The curve called an upper bound is crossed."""
    for init in ("random", NON_NORMAL):
        settings = Settings(nonlinearity=nonlinearity, inputs=inputs, init=init, T=60, drive=1.0)
        numbers = decay(settings)
        assert (numbers.measured <= numbers.norm ** np.arange(60) * (1 + 1e-10)).all()
        assert not numbers.exact


def test_silence_lets_a_tanh_keep_the_gradient():
    """The inputs do not reach the network: noise and silence give the same."""
    tanh = {"g": 1.0, "nonlinearity": "tanh", "drive": 1.0}
    assert decay(Settings(**tanh)).measured[-1] < 1e-6
    assert decay(Settings(**tanh, inputs=SILENCE)).measured[-1] > 0.1


def test_a_non_normal_matrix_grows_before_it_decays():
    """Radius and norm do not part."""
    numbers = decay(Settings(init=NON_NORMAL, T=400))
    assert numbers.radius < 1 < numbers.norm
    assert numbers.measured.max() > 10
    assert numbers.measured[-1] < 1e-6


def test_exactly_zero_is_said_with_its_cause():
    """A gradient of exactly 0 is not mentioned, or its cause is wrong."""
    explorer = rsa.explore.vanishing().preset("Down to exactly 0")
    assert explorer.numbers.zero_from == np.flatnonzero(explorer.numbers.measured == 0)[0]
    assert f"From {explorer.numbers.zero_from} steps on the gradient is exactly 0" in (
        explorer.summary
    )
    assert "smallest number" in explorer.summary


def test_the_sentence_says_what_is_left():
    """The sentence names another number than the curve ends at."""
    explorer = rsa.explore.vanishing(g=0.9, T=101)
    assert "After 100 steps the gradient is 2.7e-05 times what it was" in explorer.summary


@pytest.mark.parametrize("name", rsa.explore.vanishing.presets)
def test_every_preset_draws_its_numbers(name):
    """A preset raises or shows other numbers than the core returns."""
    explorer = rsa.explore.vanishing().preset(name).wait()
    expected = decay(explorer.settings).measured
    drawn = np.asarray(explorer.figure.data[0].y, dtype=float)
    np.testing.assert_array_equal(drawn, np.where(expected > 0, expected, np.nan))
    assert explorer.summary
    assert explorer.status == ""


def test_inputs_are_grey_where_they_do_not_matter():
    """A slider that changes nothing invites to be moved, or one that matters is grey."""
    explorer = rsa.explore.vanishing()
    assert explorer.widgets["drive"].disabled
    assert explorer.widgets["inputs"].disabled
    assert not explorer.set(nonlinearity="tanh").widgets["drive"].disabled


def test_the_global_generator_is_left_alone():
    """An explorer changes what a notebook draws next."""
    before = torch.get_rng_state()
    rsa.explore.vanishing(init="random")
    assert torch.equal(torch.get_rng_state(), before)
