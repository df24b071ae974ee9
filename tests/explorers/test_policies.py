"""The drop-down of policies and its sliders stand for one memory policy, both ways."""

import pytest

from rsa_edu.explorers.policies import POLICIES, build, sliders, title
from rsa_edu.models import Everything, LowestAttention, Random, Screening, Window


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_gets_the_same_budget(name):
    """If this failed, a policy would win or lose because of its size."""
    assert build(name, 5, 12, 0).size == 17


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize(("nu", "rho"), [(1, 0), (5, 12), (20, 20)])
def test_the_sliders_of_a_policy_give_it_again(name, nu, rho):
    """If this failed, a checkpoint would go on with another memory than it was saved with."""
    made = build(name, nu, rho, 3)
    chosen = sliders(made, 20)
    assert build(**chosen, seed=3) == made
    assert chosen["policy"] == name
    assert chosen["nu"] <= 20
    assert chosen["rho"] <= 20


def test_a_memory_that_is_not_offered_has_no_sliders():
    """If this failed, full attention would be replaced by a budget."""
    assert sliders(Everything(), 20) == {}
    assert title(Everything()) == ""


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        (Screening(5, 12), "(ν = 5, ρ = 12)"),
        (Screening(5, 12, True), "Screening corrected for primacy (ν = 5, ρ = 12)"),
        (Random(2, 3), "Random (ν = 2, ρ = 3)"),
        (Window(17), "Window (K = 17)"),
        (LowestAttention(17), "LowestAttention (K = 17)"),
    ],
)
def test_a_legend_tells_policies_apart(memory, said):
    """If this failed, two curves with different memories would have one name."""
    assert title(memory) == said
