"""What is studied: recurrent networks, with and without attention to their past."""

from rsa_edu.models.attentive import MemLSTM, MemRNN, RelLSTM, RelRNN
from rsa_edu.models.interrupt import Interrupted, interruptible
from rsa_edu.models.memory import Everything, MemoryPolicy, Screening, Slots
from rsa_edu.models.orthogonal import ExpRNN, OrthogonalRNN
from rsa_edu.models.recurrent import LSTM, RNN, State, Trace
from rsa_edu.models.sab import SAB
from rsa_edu.models.transformer import Transformer

__all__ = [
    "LSTM",
    "RNN",
    "SAB",
    "Everything",
    "ExpRNN",
    "Interrupted",
    "MemLSTM",
    "MemRNN",
    "MemoryPolicy",
    "OrthogonalRNN",
    "RelLSTM",
    "RelRNN",
    "Screening",
    "Slots",
    "State",
    "Trace",
    "Transformer",
    "interruptible",
]
