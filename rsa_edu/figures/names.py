"""What a quantity is called: the same words on sliders, on axes and in the glossary."""

NAMES = {
    "nu": "short-term buffer ν",
    "rho": "relevant set ρ",
    "g": "gain g",
    "T": "length T",
    "delay": "delay",
    "step": "step t",
    "nonlinearity": "nonlinearity φ",
    "init": "start of V",
    "inputs": "inputs",
    "drive": "size of the inputs",
    "task": "task",
    "model": "model",
    "models": "models",
    "seed": "random draw",
    "learning_rate": "learning rate",
    "hidden_size": "hidden size H",
    "updates": "updates",
    "loss": "loss on",
    "vary_delay": "a new delay at every update",
    "attention": "attention",
    "policy": "policy",
}
"""Keyed by the name of the setting in code, e.g. `explorer.set(nu=5)`."""
