"""The memory policies of the drop-downs: a name and the two sizes for each."""

from rsa_edu.models import (
    HeavyHitters,
    LowestAttention,
    MemoryPolicy,
    Random,
    Screening,
    Sinks,
    Window,
)

SCREENING, CORRECTED, WINDOW, SINKS, HEAVY, RANDOM, LOWEST = (
    "Screening",
    "Screening corrected for primacy",
    "Window",
    "Sinks",
    "HeavyHitters",
    "Random",
    "LowestAttention",
)
POLICIES = (SCREENING, CORRECTED, WINDOW, SINKS, HEAVY, RANDOM, LOWEST)
"""Each attends to at most K = nu + rho states, so that they can be compared."""
_SPLIT = {SCREENING: Screening, SINKS: Sinks, HEAVY: HeavyHitters}
_WHOLE = {WINDOW: Window, LOWEST: LowestAttention}


def policy(name: str, nu: int, rho: int, seed: int) -> MemoryPolicy:
    """The policy of this name with nu + rho slots; seed: of the random numbers of Random."""
    if name in _WHOLE:
        return _WHOLE[name](nu + rho)
    if name == CORRECTED:
        return Screening(nu, rho, correct_primacy=True)
    return Random(nu, rho, seed) if name == RANDOM else _SPLIT[name](nu, rho)


def sliders(policy: MemoryPolicy, most: int) -> dict[str, object]:
    """The settings policy, nu and rho that give this policy; {} for one that is not offered.

    Where only nu + rho counts, nu is as much of it as its slider goes: `most`.
    """
    name = type(policy).__name__
    if name in _WHOLE:
        nu = min(policy.size, most)
        return {"policy": name, "nu": nu, "rho": policy.size - nu}
    if name not in (*_SPLIT, RANDOM):
        return {}
    corrected = isinstance(policy, Screening) and policy.correct_primacy
    sizes = {"nu": policy.buffer_size, "rho": policy.relevant_size}
    return {"policy": CORRECTED if corrected else name, **sizes}


def title(policy: MemoryPolicy) -> str:
    """In a legend: "(ν = 5, ρ = 12)" for Screening, else with its name; "" for full attention."""
    chosen = sliders(policy, policy.size or 0)
    if not chosen:
        return ""
    name = chosen["policy"]
    if name in _WHOLE:
        return f"{name} (K = {policy.size})"
    sizes = f"(ν = {policy.buffer_size}, ρ = {policy.relevant_size})"
    return sizes if name == SCREENING else f"{name} {sizes}"
