"""Cutting groups so that records which are never one person are not joined.

What is cut: of all ways to part the two records the one whose strongest cut link is the
weakest; of these the one that cuts the fewest links of that strength, then the fewest
of the next weaker, and so on; of these the one nearest to the younger record. A weak
link is weaker than every link that is not; among equals the rule's rank decides. Links
set by hand (rank 1) are never cut.
"""

from collections import Counter
from itertools import pairwise

import networkx as nx
import numpy as np

from orchestration.identity.graphs import components
from orchestration.identity.links import ALWAYS_MERGE_RANK, Integers, Pairs

WEAK = np.int64(1) << 32  # added to the rank of weak pairs: after all that are not
NAMED_AT_MOST = 10


class ContradictionError(ValueError):
    """Records are set by hand both to be joined and never to be joined."""


def parting_cuts(
    pairs: Pairs,
    followed: Integers,
    component: Integers,
    never: Integers,
    max_records: int,
) -> Integers:
    """Indices of pairs to cut until no two records of `never` are joined.

    `followed` are the indices of pairs followed so far, `component` the component of
    each record under them, `never` positions of records, a row per pair. They are
    parted in sorted order, each on what the ones before have left. Components of more
    than `max_records` are left as they are.

    Raises:
        ContradictionError: Only links set by hand join two records of `never`.
    """
    never = np.unique(np.sort(never, axis=1), axis=0)
    never = never[never[:, 0] != never[:, 1]]
    _refuse_contradictions(pairs, never)
    never = never[component[never[:, 0]] == component[never[:, 1]]]
    size = np.bincount(component)[component]
    never = never[size[never[:, 0]] <= max_records]
    if not len(never):
        return np.empty(0, dtype=np.int64)
    torn = np.zeros(component.max() + 1, dtype=np.bool_)
    torn[component[never[:, 0]]] = True
    inside = followed[torn[component[pairs.older[followed]]]]
    inside = inside[np.argsort(component[pairs.older[inside]], kind="stable")]
    never = never[np.argsort(component[never[:, 0]], kind="stable")]
    named = np.flatnonzero(torn)
    pair_bounds = np.searchsorted(component[pairs.older[inside]], [*named, len(torn)])
    never_bounds = np.searchsorted(component[never[:, 0]], [*named, len(torn)])
    return np.concatenate(
        [
            _cuts_of_component(pairs, inside[slice(*within)], never[slice(*apart)])
            for within, apart in zip(
                pairwise(pair_bounds), pairwise(never_bounds), strict=True
            )
        ]
    )


def _refuse_contradictions(pairs: Pairs, never: Integers) -> None:
    by_hand = pairs.rule_rank == ALWAYS_MERGE_RANK
    joined = components(
        pairs.record_count, pairs.older[by_hand], pairs.younger[by_hand]
    )
    contradicting = never[joined[never[:, 0]] == joined[never[:, 1]]]
    if len(contradicting):
        named = ", ".join(
            f"{older} and {younger}"
            for older, younger in pairs.record_id[contradicting[:NAMED_AT_MOST]]
        )
        more = len(contradicting) - NAMED_AT_MOST
        raise ContradictionError(
            "set both to be always and never merged, directly or through others: "
            f"records {named}" + (f", and {more} pairs more" if more > 0 else "")
        )


def _cuts_of_component(pairs: Pairs, inside: Integers, never: Integers) -> Integers:
    """Cuts among the pairs `inside` one component."""
    records, ends = np.unique(
        np.stack([pairs.older[inside], pairs.younger[inside]]), return_inverse=True
    )
    left, right = ends.reshape(2, -1)
    rank = pairs.rule_rank[inside]
    _, tier = np.unique(rank + WEAK * pairs.is_weak[inside], return_inverse=True)
    is_cut = np.zeros(len(inside), dtype=np.bool_)
    for older, younger in np.searchsorted(records, never).tolist():
        left_over = np.flatnonzero(~is_cut)
        cut = _cut(left[left_over], right[left_over], tier[left_over], older, younger)
        is_cut[left_over[cut]] = True
    return np.asarray(inside[is_cut])


def _cut(
    left: Integers, right: Integers, tier: Integers, older: int, younger: int
) -> Integers:
    """Indices of edges that part two nodes; none if they are apart already.

    Tiers are numbered from 0 = strongest. Tiers that do not join the two by themselves
    need not be cut, so what they join counts as one node.
    """
    node_count = int(max(left.max(), right.max(), older, younger)) + 1
    block = np.arange(node_count)
    for strongest in np.unique(tier).tolist():
        kept = tier <= strongest
        wider = components(node_count, left[kept], right[kept])
        if wider[older] == wider[younger]:
            break
        block = wider
    else:
        return np.empty(0, dtype=np.int64)
    cuttable = np.flatnonzero(block[left] != block[right])
    graph = _flow_graph(block[left[cuttable]], block[right[cuttable]], tier[cuttable])
    _, (_, side) = nx.minimum_cut(graph, int(block[older]), int(block[younger]))
    is_in_side = np.isin(block, np.fromiter(side, dtype=np.int64))
    crosses = is_in_side[left[cuttable]] != is_in_side[right[cuttable]]
    return np.asarray(cuttable[crosses])


def _flow_graph(left: Integers, right: Integers, tier: Integers) -> nx.Graph:
    """Capacities in whole numbers: an edge outweighs all edges of weaker tiers."""
    capacity, weaker_together = {}, 0
    tiers, counts = np.unique(tier, return_counts=True)
    for number, count in zip(tiers[::-1].tolist(), counts[::-1].tolist(), strict=True):
        capacity[number] = weaker_together + 1
        weaker_together += capacity[number] * count
    together: Counter[tuple[int, int]] = Counter()
    for one, other, number in zip(
        np.minimum(left, right).tolist(),
        np.maximum(left, right).tolist(),
        tier.tolist(),
        strict=True,
    ):
        together[one, other] += capacity[number]
    graph = nx.Graph()
    graph.add_edges_from(
        (one, other, {"capacity": total}) for (one, other), total in together.items()
    )
    return graph
