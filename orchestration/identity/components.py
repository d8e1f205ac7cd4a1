"""From links to groups of records: connected components with guards.

Belongs here: the order in which links are refused, and how each record hangs on the
oldest of its group. Does not belong here: how weak bridges (bridges.py) and cuts
(cuts.py) are found.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.identity.bridges import weak_bridges
from orchestration.identity.cuts import parting_cuts
from orchestration.identity.graphs import breadth_first_forest, components
from orchestration.identity.links import (
    Flags,
    Integers,
    Links,
    Pairs,
    distinct_pairs,
)

Texts = NDArray[np.object_]

NONE = -1  # no record, no rank
# followed, or why not; a link is refused for the first reason that holds
FOLLOWED, WEAK_BRIDGE, NEVER_MERGE, GROUP_TOO_LARGE = range(4)
REASONS = np.array(
    ["", "weak_bridge", "never_merge", "group_too_large"], dtype=np.object_
)
# a component beyond this, and beyond the cap, is left to the cap: no single cut brings
# it below, and a minimum cut of millions of records takes minutes
LARGEST_CUT_RECORDS = 100_000


@dataclass(frozen=True)
class Groups:
    """Records that are in a group of two or more or in one dissolved, by record_id.

    `group_record_id` is the oldest record of the group; `matched_record_id` the record
    that this one hangs on, one step nearer to the oldest by the shortest way (the older
    of two), and `rule_rank` the strongest rule between the two; both -1 for the oldest.
    A record of a dissolved group is its own group. `refused_link` are indices into the
    links, ascending, with `refused_reason` weak_bridge, never_merge or group_too_large.
    """

    record_id: Integers
    group_record_id: Integers
    matched_record_id: Integers
    rule_rank: Integers
    is_too_large: Flags
    refused_link: Integers
    refused_reason: Texts

    @property
    def guard(self) -> Texts:
        """`group_too_large` for a record of a dissolved group, else empty."""
        return np.asarray(REASONS[self.is_too_large * GROUP_TOO_LARGE])


def resolved_groups(
    links: Links, never: Integers, *, max_records: int, bridge_min_records: int
) -> Groups:
    """Groups of records that links join, directly or through others.

    In this order: a weak pair that alone holds two sides of `bridge_min_records` or
    more together is not crossed; the rows of `never` (two record ids each) are parted;
    groups of more than `max_records` are dissolved. The result does not depend on the
    order or direction of links and never pairs.

    Raises:
        ContradictionError: Links of rank 1 join two records that are never one.
        ValueError: A limit is out of range, or arrays do not fit together.
    """
    if max_records < 2 or bridge_min_records < 1:
        raise ValueError("max_records starts at 2, bridge_min_records at 1")
    pairs = distinct_pairs(links)
    state = np.zeros(len(pairs.older), dtype=np.int8)
    component = components(pairs.record_count, pairs.older, pairs.younger)

    bridges = weak_bridges(pairs, component, bridge_min_records)
    if len(bridges):
        state[bridges] = WEAK_BRIDGE
        component = _components_followed(pairs, state)

    apart = _positions(never, pairs.record_id)
    if len(apart):
        cuttable = max(max_records, LARGEST_CUT_RECORDS)
        cuts = parting_cuts(
            pairs, np.flatnonzero(state == FOLLOWED), component, apart, cuttable
        )
        if len(cuts):
            state[cuts] = NEVER_MERGE
            component = _components_followed(pairs, state)

    size = np.bincount(component, minlength=1)[component]
    is_too_large = size > max_records
    state[(state == FOLLOWED) & is_too_large[pairs.older]] = GROUP_TOO_LARGE
    return _groups(pairs, state, component, size, is_too_large)


def _components_followed(pairs: Pairs, state: NDArray[np.int8]) -> Integers:
    followed = state == FOLLOWED
    return components(
        pairs.record_count, pairs.older[followed], pairs.younger[followed]
    )


def _positions(never: Integers, record_id: Integers) -> Integers:
    """Never pairs as positions of linked records; pairs of others join nothing."""
    given = np.asarray(never, dtype=np.int64).reshape(-1, 2)
    if not len(record_id):
        return given[:0]
    position = np.minimum(np.searchsorted(record_id, given), len(record_id) - 1)
    is_linked = (record_id[position] == given).all(axis=1)
    return np.asarray(position[is_linked])


def _groups(
    pairs: Pairs,
    state: NDArray[np.int8],
    component: Integers,
    size: Integers,
    is_too_large: Flags,
) -> Groups:
    everyone = np.arange(pairs.record_count)
    first = np.empty(pairs.record_count, dtype=np.int64)
    first[component[::-1]] = everyone[::-1]  # the last one written is the oldest
    oldest = np.where(is_too_large, everyone, first[component])

    followed = np.flatnonzero(state == FOLLOWED)
    older, younger = pairs.older[followed], pairs.younger[followed]
    hook = _hooks(older, younger, oldest)
    hangs = hook != NONE
    matched = np.full(pairs.record_count, NONE, dtype=np.int64)
    rank = np.full(pairs.record_count, NONE, dtype=np.int64)
    # the other end of the pair that the record hangs by
    other = older[hook[hangs]] + younger[hook[hangs]] - everyone[hangs]
    matched[hangs] = pairs.record_id[other]
    rank[hangs] = pairs.rule_rank[followed[hook[hangs]]]

    link_state = state[pairs.of_link]
    refused = np.flatnonzero(link_state)
    shown = size > 1
    return Groups(
        record_id=pairs.record_id[shown],
        group_record_id=pairs.record_id[oldest[shown]],
        matched_record_id=matched[shown],
        rule_rank=rank[shown],
        is_too_large=is_too_large[shown],
        refused_link=refused,
        refused_reason=REASONS[link_state[refused]],
    )


def _hooks(older: Integers, younger: Integers, oldest: Integers) -> Integers:
    """Index of the pair that each record hangs by, -1 for the oldest of a group.

    Pairs are sorted, so that of several writes in reverse order the last is the one
    with the oldest other end.
    """
    depth = _depths(older, younger, oldest)
    hook = np.full(len(oldest), NONE, dtype=np.int64)
    by_younger = np.flatnonzero(depth[older] == depth[younger] + 1)[::-1]
    hook[older[by_younger]] = by_younger
    by_older = np.flatnonzero(depth[younger] == depth[older] + 1)[::-1]
    hook[younger[by_older]] = by_older
    return hook


def _depths(older: Integers, younger: Integers, oldest: Integers) -> Integers:
    """Steps from each record to the oldest of its group by the shortest way."""
    everyone = np.arange(len(oldest))
    is_oldest = oldest == everyone
    _, before = breadth_first_forest(
        len(oldest), older, younger, np.flatnonzero(is_oldest)
    )
    ancestor = np.where(is_oldest, everyone, before)
    depth = (~is_oldest).astype(np.int64)
    while not is_oldest[ancestor].all():  # each round doubles the steps looked up
        depth += depth[ancestor]
        ancestor = ancestor[ancestor]
    return np.asarray(depth)
