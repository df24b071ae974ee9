"""Dependency depth: how many links lie between a state and the step of the loss."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import networkx as nx
import numpy as np

from rsa_edu.theory.reads import Reads, reads


@dataclass(frozen=True)
class Depth:
    """Shortest chains of links from every state to the target.

    depths: (T,) fewest links from h_t to the target, 0 for the target itself, -1 after it.
    target: the state at the step of the loss.
    """

    depths: np.ndarray
    target: int
    _next: dict[int, int] = field(repr=False)
    _reads: Reads = field(repr=False)
    _strong: np.ndarray = field(repr=False)

    def chain(self, source: int) -> tuple[int, ...]:
        """The states on one shortest chain, from `source` to the target, both included."""
        self._check(source)
        chain = [source]
        while chain[-1] != self.target:
            chain.append(self._next[chain[-1]])
        return tuple(chain)

    def chains(self, source: int) -> Iterator[tuple[int, ...]]:
        """All shortest chains from `source`, one after another; there may be very many."""
        self._check(source)
        levels = self.depths
        graph = nx.DiGraph()
        graph.add_nodes_from([source, self.target])
        graph.add_edges_from(
            (i, m)
            for m in range(source + 1, self.target + 1)
            for i in self._earlier(m)
            if levels[i] == levels[m] + 1 <= levels[source]
        )
        return map(tuple, nx.all_shortest_paths(graph, source, self.target))

    def weights(self, chain: tuple[int, ...]) -> tuple[float, ...]:
        """The attention weight of each link of a chain; 0 where the later does not read the other.

        Raises:
            ValueError: two states of the chain that no link joins.
        """
        found = []
        for i, m in itertools.pairwise(chain):
            if not 0 <= i < m <= self.target or i not in self._earlier(m):
                raise ValueError(f"No link joins h_{i} and h_{m}.")
            found.append(float(self._reads.weights[m][self._reads.positions[m] == i].sum()))
        return tuple(found)

    def by_attention(self, chain: tuple[int, ...]) -> tuple[bool, ...]:
        """Which links of a chain are attention edges: read with at least the threshold.

        A link from one step to the next may be an edge of the recurrence and of attention at once;
        it counts as one of attention.
        """
        self.weights(chain)
        links = itertools.pairwise(chain)
        return tuple(bool(i in self._reads.positions[m][self._strong[m]]) for i, m in links)

    def _earlier(self, m: int) -> list[int]:
        """The states from which an edge leads to h_m, the oldest first."""
        return _earlier(self._reads, self._strong, m)

    def _check(self, source: int) -> None:
        if not 0 <= source <= self.target:
            raise ValueError(f"source must lie between 0 and {self.target}, but is {source}.")


def dependency_depth(
    attention, target: int | None = None, *, positions=None, threshold: float | None = None
) -> Depth:
    """The fewest links that lead from each state to the target.

    The graph: an edge i -> m if i = m-1 (the recurrence), or if the weight of h_i in the read for
    h_m is at least the threshold. Every edge costs one. Because of the recurrence every earlier
    state is reached, h_t after at most target - t links.

    Args:
        attention: one sequence, row m is the read used to compute h_m (as in a Trace): (T, T), or
            (T, K) with `positions`.
        target: the step of the loss; None: the last.
        positions: (T, K) the state in each column, -1 for an empty one.
        threshold: None: half of uniform, 1/(2 n_m), where n_m is the number of states attended in
            the read for h_m (weights that are not 0, where there are no positions).

    Raises:
        ValueError: a target that is no step, a threshold that is not above 0, or bad attention.
    """
    read = reads(attention, positions)
    target = len(read) - 1 if target is None else target
    if not 0 <= target < len(read):
        raise ValueError(f"target must lie between 0 and {len(read) - 1}, but is {target}.")
    if threshold is None:
        least = 0.5 / np.maximum(read.counts, 1)[:, None]
    elif threshold > 0:
        least = threshold
    else:
        raise ValueError(f"threshold must be above 0, but is {threshold}.")
    strong = (read.positions >= 0) & (read.weights >= least)
    # The search asks for the edges into a state when it gets there; under full attention it is
    # done after the first. To build the whole graph would take a hundred times as long.
    found = nx.generic_bfs_edges(
        nx.empty_graph(target + 1), target, lambda m: iter(_earlier(read, strong, m))
    )
    depths = np.where(np.arange(len(read)) == target, 0, -1)
    following = {}
    for m, i in found:
        following[i] = m
        depths[i] = depths[m] + 1
    return Depth(depths, target, following, read, strong)


def _earlier(read: Reads, strong: np.ndarray, m: int) -> list[int]:
    states = read.positions[m][strong[m]].tolist()
    return sorted({*states, m - 1}) if m else []
