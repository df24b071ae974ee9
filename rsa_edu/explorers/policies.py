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


def build(policy: str, nu: int, rho: int, seed: int) -> MemoryPolicy:
    """The policy of this name with nu + rho slots; seed: of the random numbers of Random."""
    if policy in _WHOLE:
        return _WHOLE[policy](nu + rho)
    if policy == CORRECTED:
        return Screening(nu, rho, correct_primacy=True)
    return Random(nu, rho, seed) if policy == RANDOM else _SPLIT[policy](nu, rho)


def sliders(memory: MemoryPolicy, most: int) -> dict[str, object]:
    """The settings policy, nu and rho that give this policy; {} for one that is not offered.

    Where only nu + rho counts, nu is as much of it as its slider goes: `most`.
    """
    name = type(memory).__name__
    if name in _WHOLE:
        nu = min(memory.size, most)
        return {"policy": name, "nu": nu, "rho": memory.size - nu}
    if name not in (*_SPLIT, RANDOM):
        return {}
    corrected = isinstance(memory, Screening) and memory.correct_primacy
    sizes = {"nu": memory.buffer_size, "rho": memory.relevant_size}
    return {"policy": CORRECTED if corrected else name, **sizes}


def title(memory: MemoryPolicy) -> str:
    """In a legend: "(ν = 5, ρ = 12)" for Screening, else with its name; "" for full attention."""
    chosen = sliders(memory, memory.size or 0)
    if not chosen:
        return ""
    name = chosen["policy"]
    if name in _WHOLE:
        return f"{name} (K = {memory.size})"
    sizes = f"(ν = {memory.buffer_size}, ρ = {memory.relevant_size})"
    return sizes if name == SCREENING else f"{name} {sizes}"
