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
from rsa_edu.models.orthogonal import ExpRNN, OrthogonalRNN
from rsa_edu.models.recurrent import LSTM, RNN
from rsa_edu.models.sab import SAB
from rsa_edu.models.slots import Slots
from rsa_edu.models.state import State, Trace
from rsa_edu.models.transformer import Transformer

__all__ = [
    "LSTM",
    "RNN",
    "SAB",
    "Everything",
    "ExpRNN",
    "HeavyHitters",
    "Interrupted",
    "LowestAttention",
    "MemLSTM",
    "MemRNN",
    "MemoryPolicy",
    "OrthogonalRNN",
    "Random",
    "RelLSTM",
    "RelRNN",
    "Screening",
    "Sinks",
    "Slots",
    "State",
    "Trace",
    "Transformer",
    "Window",
    "backend",
    "interruptible",
]
