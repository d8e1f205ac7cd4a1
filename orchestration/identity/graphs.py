"""Undirected graphs as arrays of edges over nodes 0..node_count-1.

General algorithms on nodes and edges; nothing here knows of records or rules.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from orchestration.identity.links import Integers


def components(node_count: int, left: Integers, right: Integers) -> Integers:
    """Number of the connected component of each node, from 0 without a gap."""
    if not len(left):
        return np.arange(node_count, dtype=np.int64)
    graph = _arcs(node_count, [left], [right])
    _, component = connected_components(graph, directed=False)
    return np.asarray(component, dtype=np.int64)


def breadth_first_forest(
    node_count: int, left: Integers, right: Integers, roots: Integers
) -> tuple[Integers, Integers]:
    """Order of visit, and the node before each on a shortest way from its root.

    `roots` are one node of each component; the node before a root is `node_count`.
    """
    above = np.full(len(roots), node_count)  # one node above all trees, visited first
    graph = _arcs(node_count + 1, [left, right, above], [right, left, roots])
    order, before = breadth_first_order(graph, node_count, directed=True)
    return (
        np.asarray(order[1:], dtype=np.int64),
        np.asarray(before[:-1], dtype=np.int64),
    )


def bridge_sides(
    left: Integers, right: Integers, parallel: Integers, weight: Integers
) -> Integers:
    """Weight of one side of each edge that is a bridge, 0 for an edge that is none.

    Edges are distinct; `parallel` is how often each stands in the graph, `weight` the
    weight of each node, 1 or more. After Tarjan (1974), A note on finding the bridges
    of a graph: number the nodes so that each subtree of a spanning tree has numbers of
    its own without a gap; the edge above a subtree is a bridge if no other edge leads
    from it to a number outside.
    """
    node_count = len(weight)
    _, roots = np.unique(components(node_count, left, right), return_index=True)
    order, before = breadth_first_forest(node_count, left, right, roots)
    downwards = list(zip(order.tolist(), before[order].tolist(), strict=True))

    # plain lists: each pass takes a node once, and a node before what is below it
    carried = [*weight.tolist(), 0]
    for node, above in reversed(downwards):
        carried[above] += carried[node]
    number, free = [0] * node_count, [0] * (node_count + 1)
    for node, above in downwards:
        number[node] = free[above]
        free[above] += carried[node]
        free[node] = number[node] + int(weight[node])

    numbers, side = np.asarray(number), np.asarray(carried[:-1])
    is_left_below, is_right_below = before[left] == right, before[right] == left
    is_tree = is_left_below | is_right_below
    goes_round = np.flatnonzero(~is_tree | (parallel > 1))
    lowest, highest = numbers.copy(), numbers.copy()
    for ends in [(left, right), (right, left)]:
        here, there = ends[0][goes_round], ends[1][goes_round]
        np.minimum.at(lowest, here, numbers[there])
        np.maximum.at(highest, here, numbers[there])
    low, high = [*lowest.tolist(), 0], [*highest.tolist(), 0]
    for node, above in reversed(downwards):
        low[above] = min(low[above], low[node])
        high[above] = max(high[above], high[node])

    below = np.where(is_left_below, left, right)
    is_closed = (np.asarray(low)[below] >= numbers[below]) & (
        np.asarray(high)[below] < numbers[below] + side[below]
    )
    return np.asarray(np.where(is_tree & is_closed, side[below], 0))


def _arcs(node_count: int, tails: list[Integers], heads: list[Integers]) -> csr_array:
    tail, head = (
        np.concatenate([part.astype(np.int32) for part in parts])
        for parts in (tails, heads)
    )
    present = np.ones(len(tail), dtype=np.int8)
    return csr_array((present, (tail, head)), shape=(node_count, node_count))
