"""Attentive recurrences: recurrence x attention x memory policy, step by step."""

import math
from dataclasses import replace

import torch
from torch import Tensor, nn

from rsa_edu.models.attention import ENERGIES
from rsa_edu.models.checks import one_of
from rsa_edu.models.initial import uniform_, xavier_normal_
from rsa_edu.models.links import Links
from rsa_edu.models.memory import Everything, MemoryPolicy, Screening
from rsa_edu.models.recurrent import LSTM, RNN
from rsa_edu.models.state import State, Trace

COMBINE = {
    "mean": lambda h, c: (h + c) / 2,  # the published code
    "sum": lambda h, c: h + c,  # the paper's theory
    "attention": lambda h, c: c,
}


class _Attentive:
    """Puts s = f(h, c) in the place of h. The rest of the recurrence does not change."""

    def __init__(self, input_size, hidden_size, memory, attention, combine, generator, **settings):
        super().__init__(input_size, hidden_size, generator=generator, **settings)
        self.attention = one_of("attention", attention, ENERGIES)
        self.combine = one_of("combine", combine, COMBINE)
        self.memory = memory
        H, bound = hidden_size, 1 / math.sqrt(hidden_size)
        self.query = nn.Parameter(uniform_(torch.empty(H, H), bound, generator))  # W_a
        self.key = nn.Parameter(uniform_(torch.empty(H, H), bound, generator))  # U_a
        if attention == "additive":
            self.energy = nn.Parameter(xavier_normal_(torch.empty(1, H), generator)[0])  # v_a
        else:
            self.energy = None

    @property
    def memory(self) -> MemoryPolicy:
        """Which past states may be attended; may be exchanged on a trained model."""
        return self._memory

    @memory.setter
    def memory(self, policy: MemoryPolicy):
        if not isinstance(policy, MemoryPolicy):
            raise TypeError(f"memory must be a memory policy such as Screening, but is {policy!r}.")
        self._memory = policy

    def settings(self) -> dict:
        """As for the recurrence, with energy, combination and what else the model takes."""
        return super().settings() | {"attention": self.attention, "combine": self.combine}

    def start(self, drive: Tensor) -> State:
        """No past: an empty memory, and the query the published code starts from."""
        state = super().start(drive)
        return replace(state, s=self.first_query(drive), memory=self.memory.start(state.h))

    def advance(self, state: State, drive: Tensor, nudge: Tensor | None, links: Links):
        """One step, in the order of the paper: read, combine, recur; then screen."""
        t, memory = state.t, state.memory
        h, cell = links.recurrent(state.h, state.cell)
        if t == 0:
            alpha, query, s = torch.zeros_like(memory.scores), state.s, h
        else:
            alpha = links.attention(self.attend(state.s, memory))  # alpha_i = softmax_i(e_i)
            c = (alpha.unsqueeze(1) @ memory.states).squeeze(1)  # c = sum_i alpha_i h_i
            s = query = COMBINE[self.combine](h, links.read(c))  # s = f(h, c)
        h, cell = self.step(drive, s, cell)  # h_t = phi(V s + U x_t + b)
        if nudge is not None:
            h = h + nudge

        memory = self.memory.score(memory, alpha)
        read = (alpha, memory.positions, memory.scores)
        memory = self.memory.screen(memory, h, h @ self.key.mT, t)
        return State(t + 1, h, cell, query, memory), read

    def attend(self, s: Tensor, memory) -> Tensor:
        """alpha (B, K): the softmax of e_i = a(s, h_i) over the states in memory."""
        e = ENERGIES[self.attention](s @ self.query.mT, memory.keys, self.energy)
        return e.masked_fill(memory.empty, -math.inf).softmax(1)

    def _for_kernels(self):
        model, own = self._unit(), type(self)
        if model is None or own.advance is not _Attentive.advance:
            return None
        v_a = self.bias[:0] if self.energy is None else self.energy
        return replace(
            model,
            policy=self.memory,
            attentive=(self.query, self.key, v_a),
            attention=self.attention,
            combine=self.combine,
        )

    def _check_state(self, state: State, x: Tensor) -> None:
        super()._check_state(state, x)
        if state.memory is None:
            raise ValueError("state was made by a model without attention; this one has a memory.")
        slots, size = state.memory.positions.shape[1], self.memory.size
        tallied = self.memory.start(state.h).tally is not None
        if slots != (state.t if size is None else size) or (tallied and state.memory.tally is None):
            raise ValueError(
                f"state holds {slots} slots, but the memory is now {self.memory}; "
                "start the sequence anew after a change of budget."
            )

    def _trace(self, reads, out: Tensor, past: State) -> Trace:
        width = self.memory.size or past.t + len(out)

        def rows(parts, empty):
            pad = [nn.functional.pad(p, (0, width - p.shape[1]), value=empty) for p in parts]
            return torch.stack(pad).detach()

        attention, positions, scores = zip(*reads, strict=True)
        positions = rows(positions, -1)
        relevant = positions[:, :, width - self.memory.relevant_slots :]
        return Trace(rows(attention, 0.0), positions, rows(scores, 0.0), relevant)

    def extra_repr(self) -> str:
        """Sizes and budget."""
        return f"{super().extra_repr()}, {self.memory}"


class MemRNN(_Attentive, RNN):
    """RNN with full self-attention: h_t = phi(V s_{t-1} + U x_t + b), s = f(h, c).

    c_t is the attention-weighted sum of all past hidden states; e_{i,t} = v_a . tanh(W_a s_{t-1} +
    U_a h_i). Time and memory grow with the square of the length.

    Args:
        input_size: D. hidden_size: H.
        attention: "additive" (the paper's) or "scaled_dot".
        combine: f, one of "mean" (h + c)/2 as in the published code, "sum" h + c as in the
            paper's theory, "attention" c.
        settings: nonlinearity, init, generator, as for RNN.

    Weights: those of RNN; query = W_a (H, H), key = U_a (H, H), energy = v_a (H).

    Source: the paper's published code, RNN.py:89-188.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        attention: str = "additive",
        combine: str = "mean",
        generator=None,
        **settings,
    ):
        super().__init__(
            input_size, hidden_size, Everything(), attention, combine, generator, **settings
        )


class MemLSTM(_Attentive, LSTM):
    """LSTM with full self-attention: the gates see s = f(h, c) in the place of h_{t-1}.

    Args and weights as for MemRNN, with the weights of LSTM.

    Source: the paper's published code, branch minigrid-rl, LSTM.py.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        attention: str = "additive",
        combine: str = "mean",
        generator=None,
    ):
        super().__init__(input_size, hidden_size, Everything(), attention, combine, generator)


class RelRNN(_Attentive, RNN):
    """RNN that attends to a budget of past states, chosen by relevancy screening.

    Args:
        input_size: D. hidden_size: H.
        buffer_size: nu, how many of the newest states are attended; at least 1.
        relevant_size: rho, how many older states are kept; at least 0.
        attention, combine, settings: as for MemRNN.

    Weights: as for MemRNN. `memory` is a Screening and may be exchanged at any time.

    Source: the paper's published code, RNN.py:190-346.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        buffer_size: int = 10,
        relevant_size: int = 10,
        attention: str = "additive",
        combine: str = "mean",
        generator=None,
        **settings,
    ):
        memory = Screening(buffer_size, relevant_size)
        super().__init__(input_size, hidden_size, memory, attention, combine, generator, **settings)


class RelLSTM(_Attentive, LSTM):
    """LSTM that attends to a budget of past states, chosen by relevancy screening.

    Args and weights as for RelRNN, with the weights of LSTM.

    Source: the paper's published code, LSTM.py:53-191.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        buffer_size: int = 10,
        relevant_size: int = 10,
        attention: str = "additive",
        combine: str = "mean",
        generator=None,
    ):
        memory = Screening(buffer_size, relevant_size)
        super().__init__(input_size, hidden_size, memory, attention, combine, generator)
