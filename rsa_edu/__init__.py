"""Understand the tradeoff between recurrence and self-attention."""

import pkgutil

from rsa_edu.doctor import doctor
from rsa_edu.threads import one_thread

__all__ = ["doctor"]

# The public face: name -> where it lives. Loaded at first use, so that the doctor still speaks
# where torch does not load, and `rsa-edu lab` starts without it.
_FACE = {
    "models": "rsa_edu.models",
    "backend": "rsa_edu.models:backend",
    "tasks": "rsa_edu.tasks",
    "Network": "rsa_edu.network:Network",
    "saved_bytes": "rsa_edu.network:saved_bytes",
    "theory": "rsa_edu.theory",
    "pareto_front": "rsa_edu.points:pareto_front",
    "gradient_flow": "rsa_edu.gradients:gradient_flow",
    "jacobian_norms": "rsa_edu.gradients:jacobian_norms",
    "attention_statistics": "rsa_edu.statistics:attention_statistics",
    "gradient_reach": "rsa_edu.statistics:gradient_reach",
    "primacy_share": "rsa_edu.statistics:primacy_share",
    "recall": "rsa_edu.statistics:recall",
    "stripe_share": "rsa_edu.statistics:stripe_share",
    "symbol_depths": "rsa_edu.statistics:symbol_depths",
    "Diverged": "rsa_edu.training:Diverged",
    "Record": "rsa_edu.training:Record",
    "Training": "rsa_edu.training:Training",
    "evaluate": "rsa_edu.training:evaluate",
    "Runner": "rsa_edu.runner:Runner",
    "train": "rsa_edu.runner:train",
    "Store": "rsa_edu.store:Store",
    "sweep": "rsa_edu.sweeps:sweep",
    "sweeps": "rsa_edu.sweeps",
    "load": "rsa_edu.checkpoints:load",
    "save": "rsa_edu.checkpoints:save",
    "results": "rsa_edu.results",
    "explore": "rsa_edu.explorers",
    "ClaimError": "rsa_edu.lessons:ClaimError",
    "claim": "rsa_edu.lessons:claim",
    "glossary": "rsa_edu.lessons:glossary",
    "lesson": "rsa_edu.lessons:lesson",
    "show_source": "rsa_edu.lessons:show_source",
}

one_thread()


def __getattr__(name: str):
    if name not in _FACE:
        raise AttributeError(f"rsa_edu has no name {name!r}.")
    value = globals()[name] = pkgutil.resolve_name(_FACE[name])
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, *_FACE])
