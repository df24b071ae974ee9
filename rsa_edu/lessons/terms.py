"""One name for one thing: symbol, meaning, name in the code, label of the slider."""

import re
from dataclasses import dataclass
from html import escape

from rsa_edu.figures.names import NAMES
from rsa_edu.lessons.page import Shown


@dataclass(frozen=True)
class Term:
    """A line of the glossary.

    code: where the thing lives in rsa_edu, as owner.name; the name is an argument or an attribute
    of its owner. setting: its name in the explorers, e.g. `explorer.set(nu=5)`. Both are empty
    where there is none.
    """

    symbol: str
    meaning: str
    code: str = ""
    setting: str = ""

    @property
    def argument(self) -> str:
        """The name in the code with its owner: buffer_size (RelRNN)."""
        if not self.code:
            return ""
        owner, name = self.code.split(".")[-2:]
        return f"{name} ({owner})"

    @property
    def slider(self) -> str:
        """The label of its slider."""
        return NAMES[self.setting] if self.setting else ""


TERMS = (
    Term("h_t", "hidden state after step t", "models.State.h"),
    Term("c_t", "what attention reads: the sum of the states, weighted by α"),
    Term("s_t", "macro-state f(h_t, c_t): the hidden state and what was read", "models.State.s"),
    Term(
        "f",
        "how h and c are combined: mean (h + c)/2, sum h + c, attention c alone",
        "models.RelRNN.combine",
        "combine",
    ),
    Term("e_{i,t}", "energy of state i at step t, before the softmax", "models.RelRNN.attention"),
    Term("α_{i,t}", "attention: the weight step t gives to state i", "models.Trace.attention"),
    Term(
        "τ",
        "temperature: energies are divided by it before the softmax",
        "theory.peaked_gradient.temperature",
        "tau",
    ),
    Term("W_a", "query weights, act on s (H, H)", "models.RelRNN.query"),
    Term("U_a", "key weights, act on h (H, H)", "models.RelRNN.key"),
    Term("v_a", "energy weights (H)", "models.RelRNN.energy"),
    Term("V", "recurrent weights (H, H)", "models.RNN.weight_hh"),
    Term("U", "input weights (H, D)", "models.RNN.weight_ih"),
    Term("b", "bias (H)", "models.RNN.bias"),
    Term("φ", "nonlinearity, applied unit by unit", "models.RNN.nonlinearity", "nonlinearity"),
    Term("g", "gain: V is g times an orthogonal matrix", "", "g"),
    Term("ν", "size of the short-term buffer", "models.RelRNN.buffer_size", "nu"),
    Term("ρ", "size of the relevant set", "models.RelRNN.relevant_size", "rho"),
    Term("policy", "which past states may be attended", "models.RelRNN.memory", "policy"),
    Term("K", "states attended at one step: ν + ρ under a budget"),
    Term("β(i)", "relevance score: attention to state i in the buffer", "models.Trace.scores"),
    Term(
        "κ",
        "sparsity: how many states a step really attends to",
        "theory.sparse_attention.kappa",
        "kappa",
    ),
    Term("effective κ", "κ where the weights differ: exp of the entropy of α"),
    Term(
        "d",
        "dependency depth: the fewest steps of the graph from a state to the loss",
        "theory.sparse_floor.depth",
        "depth",
    ),
    Term(
        "effective depth",
        "mean depth of the data symbols, weighted by the attention they get at the answer",
    ),
    Term(
        "gradient reach",
        "how much of the gradient arrives at the data symbols: a share of that at the answer",
        "gradient_reach.flow",
    ),
    Term("recall", "share of the data symbols' states that are kept", "recall.trace"),
    Term("front", "the points of a map that no other point beats in cost and gain"),
    Term("γ", "what f multiplies with: 1/2 in (h + c)/2, 1 in h + c", "theory.sparse_floor.gamma"),
    Term(
        "σ",
        "the smallest singular value of the Jacobians along a chain",
        "theory.sparse_floor.sigma",
    ),
    Term(
        "jump",
        "a read that skips steps: h_i is read for h_m",
        "theory.sparse_attention.jumps",
        "jumps",
    ),
    Term(
        "R",
        "most hops that are shown on their own; a hop is one passage of the gradient through "
        "a read c_t",
        "gradient_flow.hops",
        "hops",
    ),
    Term(
        "paths",
        "which ways of the gradient are counted: to the values that were read, to the "
        "scores that weighted them, or all",
        "gradient_flow.paths",
        "paths",
    ),
    Term("cut", "a link the gradient may not go back along", "gradient_flow.cut", "cut"),
    Term(
        "v",
        "an eigenvalue of V, a complex number; |v| is its modulus",
        "theory.uniform_attention_exponent.eigenvalue",
        "radius",
    ),
    Term("arg v", "the angle of v in the complex plane", "", "angle"),
    Term("w", "what a recurrent link leaves of v: v/2 for mean, v for sum, 0 for attention"),
    Term("a", "the sum of the gradients goes as T to the power a: w/(1−w); v for attention"),
    Term(
        "t",
        "the step a gradient is sent back to, where it comes from step T",
        "theory.uniform_attention_gradient.start",
        "start",
    ),
    Term("T", "number of steps of a sequence", "tasks.Copy.length", "T"),
    Term("delay", "steps a task waits before it asks", "tasks.Copy.delay", "delay"),
    Term("B", "number of sequences in a batch", "train.batch_size"),
    Term("H", "number of hidden units", "models.RNN.hidden_size"),
    Term("D", "width of the input", "models.RNN.input_size"),
    Term("η", "learning rate", "train.learning_rate", "learning_rate"),
)

_HEAD = ("symbol", "meaning", "in the code", "slider")


def glossary() -> Shown:
    """The symbols of the course, what they mean, and what they are called in code and sliders."""
    rows = [(term.symbol, term.meaning, term.argument, term.slider) for term in TERMS]
    widths = [max(len(row[k]) for row in [_HEAD, *rows]) for k in range(len(_HEAD))]
    text = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [_HEAD, *rows]
    )
    return Shown(text, _table(rows))


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    left = 'style="text-align:left"'
    head = "".join(f'<th scope="col" {left}>{name}</th>' for name in _HEAD)
    body = "".join(
        f'<tr><th scope="row" {left}>{_subscripts(symbol)}</th><td {left}>{_subscripts(meaning)}'
        f"</td><td {left}>{f'<code>{escape(argument)}</code>' if argument else ''}</td>"
        f"<td {left}>{escape(slider)}</td></tr>"
        for symbol, meaning, argument, slider in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _subscripts(text: str) -> str:
    """h_t with its t set below the line; `α_{i,t}` likewise."""
    return re.sub(r"_(?:\{([^}]*)\}|(\w))", r"<sub>\1\2</sub>", escape(text))
