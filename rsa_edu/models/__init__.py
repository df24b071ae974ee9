"""What is studied: recurrent networks, with and without attention to their past."""

from rsa_edu.models.attentive import MemLSTM, MemRNN, RelLSTM, RelRNN
from rsa_edu.models.backend import backend
from rsa_edu.models.interrupt import Interrupted, interruptible
from rsa_edu.models.memory import (
    Everything,
    HeavyHitters,
    LowestAttention,
    MemoryPolicy,
    Random,
    Screening,
    Sinks,
    Window,
)
from rsa_edu.models.recurrent import LSTM, RNN
from rsa_edu.models.slots import Slots
from rsa_edu.models.state import State, Trace

__all__ = [
    "LSTM",
    "RNN",
    "Everything",
    "HeavyHitters",
    "Interrupted",
    "LowestAttention",
    "MemLSTM",
    "MemRNN",
    "MemoryPolicy",
    "Random",
    "RelLSTM",
    "RelRNN",
    "Screening",
    "Sinks",
    "Slots",
    "State",
    "Trace",
    "Window",
    "backend",
    "interruptible",
]
