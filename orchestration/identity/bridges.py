"""Weak bridges: one weak pair that alone holds two groups of records together.

What a rule of middling evidence joins is believed while the groups it joins are small
or several pairs say the same; one such pair between two large groups is more often a
mistake than a person. Only finding them belongs here.
"""

import numpy as np

from orchestration.identity.graphs import bridge_sides, components
from orchestration.identity.links import Integers, Pairs


def weak_bridges(pairs: Pairs, component: Integers, min_records: int) -> Integers:
    """Indices of weak pairs without which both sides have `min_records` or more.

    `component` is the connected component of each record. All pairs are judged on the
    graph as it is, so a chain of weak pairs between two large groups is refused whole.
    """
    component_records = np.bincount(component, minlength=1)
    size = component_records[component] if len(component) else component
    wide = np.flatnonzero(size[pairs.older] >= 2 * min_records)
    if not pairs.is_weak[wide].any():
        return np.empty(0, dtype=np.int64)
    strong, weak = wide[~pairs.is_weak[wide]], wide[pairs.is_weak[wide]]
    records = np.unique(np.concatenate([pairs.older[wide], pairs.younger[wide]]))
    block = components(
        len(records),
        np.searchsorted(records, pairs.older[strong]),
        np.searchsorted(records, pairs.younger[strong]),
    )
    block_records = np.bincount(block)
    block_total = np.empty_like(block_records)
    block_total[block] = size[records]

    left = block[np.searchsorted(records, pairs.older[weak])]
    right = block[np.searchsorted(records, pairs.younger[weak])]
    left, right = np.minimum(left, right), np.maximum(left, right)
    is_between = left != right
    weak, left, right = weak[is_between], left[is_between], right[is_between]
    _, first, edge, parallel = np.unique(
        left * np.int64(len(block_records)) + right,
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    side = bridge_sides(left[first], right[first], parallel, block_records)
    smaller = np.minimum(side, block_total[left[first]] - side)
    return np.asarray(weak[(smaller >= min_records)[edge]])
