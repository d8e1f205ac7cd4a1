"""Links as they come, and the distinct pairs of records that they join.

What is refused or followed is decided in the modules beside this one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

ALWAYS_MERGE_RANK = 1  # the rank of links that were set by hand and are never refused


@dataclass(frozen=True)
class Links:
    """What the rules found: equally long arrays, in any order and either direction.

    Records are numbered 1..N by seniority (1 = oldest); `rule_rank` 1 is the strongest
    rule; a pair may come under several rules.
    """

    record_id: Integers
    matched_record_id: Integers
    rule_rank: Integers
    is_weak: Flags

    def __post_init__(self) -> None:
        lengths = {
            len(self.record_id),
            len(self.matched_record_id),
            len(self.rule_rank),
            len(self.is_weak),
        }
        if len(lengths) > 1:
            raise ValueError(f"arrays of links differ in length: {sorted(lengths)}")


@dataclass(frozen=True)
class Pairs:
    """Distinct pairs of linked records, sorted, records as positions in `record_id`.

    Positions keep the order of seniority. A pair has the strongest rank of its links,
    and is weak if all of them are and none was set by hand. `of_link` is the pair of
    each link.
    """

    record_id: Integers  # of each linked record, ascending
    older: Integers
    younger: Integers
    rule_rank: Integers
    is_weak: Flags
    of_link: Integers

    @property
    def record_count(self) -> int:
        """How many records are linked."""
        return len(self.record_id)


def distinct_pairs(links: Links) -> Pairs:
    """Join the links of the same two records."""
    ends = np.asarray(links.record_id), np.asarray(links.matched_record_id)
    older, younger = np.minimum(*ends), np.maximum(*ends)
    record_id, position = _linked_records(older, younger)
    record_count = np.int64(max(len(record_id), 1))
    key = position[older] * record_count + position[younger]
    order = np.argsort(key)  # which of equals comes first does not matter
    key = key[order]
    is_first = np.ones(len(key), dtype=np.bool_)
    is_first[1:] = key[1:] != key[:-1]
    first = np.flatnonzero(is_first)
    of_link = np.empty(len(key), dtype=np.int64)
    of_link[order] = np.cumsum(is_first) - 1
    rank = np.asarray(links.rule_rank)[order].astype(np.int64)
    is_weak = np.asarray(links.is_weak)[order] & (rank != ALWAYS_MERGE_RANK)
    if len(first):  # reduceat wants one or more
        rank = np.minimum.reduceat(rank, first)
        is_weak = np.logical_and.reduceat(is_weak, first)
    return Pairs(
        record_id=record_id,
        older=key[first] // record_count,
        younger=key[first] % record_count,
        rule_rank=rank,
        is_weak=is_weak,
        of_link=of_link,
    )


def _linked_records(older: Integers, younger: Integers) -> tuple[Integers, Integers]:
    """Ids of the linked records, ascending, and the position of each id among them."""
    last = int(younger.max()) if len(younger) else 0
    if len(older) and int(older.min()) < 1:
        raise ValueError("records are numbered from 1")
    is_linked = np.zeros(last + 1, dtype=np.bool_)
    is_linked[older] = True
    is_linked[younger] = True
    return np.flatnonzero(is_linked), np.cumsum(is_linked, dtype=np.int64) - 1
