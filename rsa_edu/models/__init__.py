"""What is studied: recurrent networks, with and without attention to their past."""

from rsa_edu.models.attentive import MemLSTM, MemRNN, RelLSTM, RelRNN
from rsa_edu.models.interrupt import Interrupted, interruptible
from rsa_edu.models.memory import Everything, MemoryPolicy, Screening, Slots
from rsa_edu.models.recurrent import LSTM, RNN, State, Trace

__all__ = [
    "LSTM",
    "RNN",
    "Everything",
    "Interrupted",
    "MemLSTM",
    "MemRNN",
    "MemoryPolicy",
    "RelLSTM",
    "RelRNN",
    "Screening",
    "Slots",
    "State",
    "Trace",
    "interruptible",
]
