"""Groups of linked records, against a plain union-find and against definitions."""

from collections import defaultdict, deque
from dataclasses import dataclass, fields, replace
from itertools import combinations

import networkx as nx  # type: ignore[import-untyped]
import numpy as np
import pytest

from orchestration.identity import components as identity_components
from orchestration.identity.components import Groups, resolved_groups
from orchestration.identity.cuts import ContradictionError
from orchestration.identity.graphs import bridge_sides
from orchestration.identity.links import Links

EVERYONE = 10**9
NOBODY = np.empty((0, 2), dtype=np.int64)
ALWAYS, EMAIL, PHONE, NAME, CITY = 1, 5, 6, 7, 8  # ranks; NAME and CITY are weak
WEAK_RANKS = (NAME, CITY)


@dataclass(frozen=True)
class Link:
    one: int
    other: int
    rank: int = EMAIL

    @property
    def pair(self) -> tuple[int, int]:
        return min(self.one, self.other), max(self.one, self.other)


def as_links(links: list[Link]) -> Links:
    return Links(
        record_id=np.array([link.one for link in links], dtype=np.int64),
        matched_record_id=np.array([link.other for link in links], dtype=np.int64),
        rule_rank=np.array([link.rank for link in links], dtype=np.int64),
        is_weak=np.array([link.rank in WEAK_RANKS for link in links], dtype=np.bool_),
    )


def resolve(
    links: list[Link],
    never: list[tuple[int, int]] | None = None,
    *,
    max_records: int = EVERYONE,
    bridge_min_records: int = EVERYONE,
) -> Groups:
    return resolved_groups(
        as_links(links),
        np.array(never or NOBODY, dtype=np.int64),
        max_records=max_records,
        bridge_min_records=bridge_min_records,
    )


def members(groups: Groups) -> dict[int, set[int]]:
    """Records of each group of two or more, by the oldest."""
    found: dict[int, set[int]] = defaultdict(set)
    for record, group in zip(
        groups.record_id.tolist(), groups.group_record_id.tolist(), strict=True
    ):
        found[group].add(record)
    return {group: records for group, records in found.items() if len(records) > 1}


def refused(links: list[Link], groups: Groups) -> dict[tuple[int, int], str]:
    return {
        links[index].pair: reason
        for index, reason in zip(
            groups.refused_link.tolist(), groups.refused_reason.tolist(), strict=True
        )
    }


def union_find(links: list[Link]) -> dict[int, set[int]]:
    parent: dict[int, int] = {}

    def root(record: int) -> int:
        parent.setdefault(record, record)
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for link in links:
        one, other = root(link.one), root(link.other)
        parent[max(one, other)] = min(one, other)
    found: dict[int, set[int]] = defaultdict(set)
    for record in list(parent):
        found[root(record)].add(record)
    return {group: records for group, records in found.items() if len(records) > 1}


def distances(links: list[Link], start: int) -> dict[int, int]:
    neighbours: dict[int, set[int]] = defaultdict(set)
    for link in links:
        neighbours[link.one].add(link.other)
        neighbours[link.other].add(link.one)
    steps, waiting = {start: 0}, deque([start])
    while waiting:
        record = waiting.popleft()
        for neighbour in neighbours[record] - steps.keys():
            steps[neighbour] = steps[record] + 1
            waiting.append(neighbour)
    return steps


def assert_same(left: Groups, right: Groups) -> None:
    for field in fields(Groups):
        if not field.name.startswith("refused"):  # indices follow the order of links
            np.testing.assert_array_equal(
                getattr(left, field.name), getattr(right, field.name), field.name
            )


def assert_hangs_together(links: list[Link], groups: Groups) -> None:
    """Each record hangs on the oldest neighbour that is one step nearer to the top."""
    gone = refused(links, groups)
    followed = [link for link in links if link.pair not in gone]
    strongest: dict[tuple[int, int], int] = {}
    neighbours: dict[int, set[int]] = defaultdict(set)
    for link in followed:
        strongest[link.pair] = min(link.rank, strongest.get(link.pair, link.rank))
        neighbours[link.one].add(link.other)
        neighbours[link.other].add(link.one)
    steps: dict[int, int] = {}
    for oldest in members(groups):
        steps |= distances(followed, oldest)
    assert groups.record_id.tolist() == sorted(groups.record_id.tolist())
    for record, oldest, matched, rank, is_too_large in zip(
        groups.record_id.tolist(),
        groups.group_record_id.tolist(),
        groups.matched_record_id.tolist(),
        groups.rule_rank.tolist(),
        groups.is_too_large.tolist(),
        strict=True,
    ):
        if record == oldest or is_too_large:
            assert (oldest, matched, rank) == (record, -1, -1)
        else:
            nearer = [n for n in neighbours[record] if steps[n] == steps[record] - 1]
            assert matched == min(nearer)
            assert rank == strongest[min(record, matched), max(record, matched)]


def clique(records: range, rank: int = EMAIL) -> list[Link]:
    return [Link(one, other, rank) for one, other in combinations(records, 2)]


def chain(records: range, rank: int = EMAIL) -> list[Link]:
    return [Link(one, one + 1, rank) for one in records[:-1]]


def random_links(seed: int) -> list[Link]:
    """Sparse to dense; ids with gaps, pairs twice, records with themselves."""
    random = np.random.default_rng(seed)
    records = random.choice(np.arange(1, 200), size=60, replace=False)
    count = int(random.integers(1, 120))
    ends = random.choice(records, size=(count, 2))
    ranks = random.integers(EMAIL, CITY + 1, count)
    return [
        Link(int(one), int(other), int(rank))
        for (one, other), rank in zip(ends, ranks, strict=True)
    ]


SHAPES = {
    "chain": chain(range(1, 1_001)),
    "chain, the oldest in the middle": [
        Link(one + 500, other + 500) if other <= 500 else Link(one + 500, other % 500)
        for one, other in [(n, n + 1) for n in range(1, 500)] + [(500, 501)]
    ],
    "cycle": [*chain(range(1, 501)), Link(500, 1)],
    "bridge": [*clique(range(1, 8)), *clique(range(11, 18)), Link(3, 14)],
    "two cliques": [*clique(range(1, 30)), *clique(range(30, 60))],
    "one link": [Link(2, 9)],
    "nothing": [],
    "a record with itself": [Link(4, 4), Link(4, 6)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_equal_union_find(shape: str) -> None:
    links = SHAPES[shape]
    groups = resolve(links)
    assert members(groups) == union_find(links)
    assert_hangs_together(links, groups)
    assert len(groups.refused_link) == 0


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs_equal_union_find(seed: int) -> None:
    links = random_links(seed)
    groups = resolve(links)
    assert members(groups) == union_find(links)
    assert_hangs_together(links, groups)


@pytest.mark.parametrize("centre", [1, 50_000, 100_000])
def test_star_of_100_000(centre: int) -> None:
    links = [Link(centre, leaf) for leaf in range(1, 100_001) if leaf != centre]
    groups = resolve(links, bridge_min_records=2)
    assert (groups.group_record_id == 1).all()
    assert len(groups.record_id) == 100_000
    by_record = dict(
        zip(groups.record_id.tolist(), groups.matched_record_id.tolist(), strict=True)
    )
    assert by_record.pop(1) == -1
    if centre != 1:
        assert by_record.pop(centre) == 1
    assert set(by_record.values()) == {centre}


@pytest.mark.parametrize("seed", range(20))
def test_order_and_direction_of_rows_do_not_matter(seed: int) -> None:
    links = random_links(seed)
    never = [(11, 40), (3, 90), (90, 7), *[(n, n + 2) for n in range(1, 40)]]
    random = np.random.default_rng(seed)
    shuffled = [links[index] for index in random.permutation(len(links))]
    turned = [
        replace(link, one=link.other, other=link.one) if random.random() < 0.5 else link
        for link in shuffled
    ]
    limits = {"max_records": 12, "bridge_min_records": 3}
    first = resolve(links, never, **limits)
    second = resolve(turned, [(b, a) for a, b in reversed(never)], **limits)
    assert_same(first, second)
    assert refused(links, first) == refused(turned, second)


@pytest.mark.parametrize("seed", range(10))
def test_links_that_come_in_parts_give_what_all_at_once_give(seed: int) -> None:
    links = random_links(seed)
    day_by_day: list[Link] = []
    for first in range(0, len(links), 7):
        day_by_day += links[first : first + 7]
        groups = resolve(day_by_day, max_records=20, bridge_min_records=3)
    assert_same(groups, resolve(links, max_records=20, bridge_min_records=3))


def test_the_strongest_of_several_rules_is_told() -> None:
    groups = resolve([Link(1, 2, CITY), Link(2, 1, PHONE), Link(1, 2, NAME)])
    assert groups.rule_rank.tolist() == [-1, PHONE]


def test_of_two_shortest_ways_the_older_record_is_taken() -> None:
    links = [Link(1, 7), Link(1, 3), Link(7, 9), Link(9, 3), Link(5, 9), Link(5, 1)]
    groups = resolve(links)
    assert dict(
        zip(groups.record_id.tolist(), groups.matched_record_id.tolist(), strict=True)
    ) == {1: -1, 3: 1, 5: 1, 7: 1, 9: 3}


def test_ids_below_one_and_arrays_of_different_length_are_errors() -> None:
    with pytest.raises(ValueError, match="numbered from 1"):
        resolve([Link(0, 2)])
    with pytest.raises(ValueError, match="differ in length"):
        replace(as_links([Link(1, 2)]), rule_rank=np.array([1, 2]))
    with pytest.raises(ValueError, match="max_records"):
        resolve([Link(1, 2)], max_records=1)


# weak bridges


@pytest.mark.parametrize(
    ("left", "right", "is_crossed"), [(3, 3, False), (3, 2, True), (2, 3, True)]
)
def test_weak_bridge_is_refused_between_two_large_sides(
    left: int, right: int, is_crossed: bool
) -> None:
    bridge = Link(1, 11, NAME)
    links = [*clique(range(1, 1 + left)), *clique(range(11, 11 + right)), bridge]
    groups = resolve(links, bridge_min_records=3)
    assert refused(links, groups) == ({} if is_crossed else {(1, 11): "weak_bridge"})
    assert (11 in members(groups)) is not is_crossed
    assert_hangs_together(links, groups)


def test_strong_bridge_is_crossed() -> None:
    links = [*clique(range(1, 6)), *clique(range(11, 16)), Link(1, 11, PHONE)]
    assert list(members(resolve(links, bridge_min_records=2))) == [1]


def test_a_pair_that_a_strong_rule_supports_too_is_no_weak_bridge() -> None:
    links = [*clique(range(1, 6)), *clique(range(11, 16))]
    links += [Link(1, 11, NAME), Link(11, 1, EMAIL)]
    assert list(members(resolve(links, bridge_min_records=2))) == [1]


def test_a_pair_set_by_hand_is_no_weak_bridge() -> None:
    links = [*clique(range(1, 6)), *clique(range(11, 16)), Link(1, 11, ALWAYS)]
    given = replace(as_links(links), is_weak=np.array([False] * 20 + [True]))
    groups = resolved_groups(given, NOBODY, max_records=99, bridge_min_records=2)
    assert list(members(groups)) == [1]


def test_two_parallel_weak_pairs_are_crossed() -> None:
    links = [*clique(range(1, 6)), *clique(range(11, 16))]
    links += [Link(1, 11, NAME), Link(2, 12, NAME)]
    assert list(members(resolve(links, bridge_min_records=2))) == [1]


def test_one_pair_under_two_weak_rules_is_one_bridge() -> None:
    links = [*clique(range(1, 6)), *clique(range(11, 16))]
    links += [Link(1, 11, NAME), Link(11, 1, CITY)]
    groups = resolve(links, bridge_min_records=2)
    assert set(members(groups)) == {1, 11}
    assert groups.refused_link.tolist() == [20, 21]


def test_weak_pairs_that_go_round_are_crossed() -> None:
    links = [*clique(range(1, 4)), *clique(range(11, 14)), *clique(range(21, 24))]
    links += [Link(1, 11, NAME), Link(12, 21, NAME), Link(22, 2, NAME)]
    assert list(members(resolve(links, bridge_min_records=2))) == [1]


def test_weak_chain_through_single_records_is_refused_whole() -> None:
    links = [*clique(range(1, 4)), *clique(range(11, 14))]
    links += [Link(1, 31, NAME), Link(31, 32, NAME), Link(32, 11, NAME)]
    groups = resolve(links, bridge_min_records=3)
    assert members(groups) == {1: {1, 2, 3}, 11: {11, 12, 13}}
    assert set(refused(links, groups)) == {(1, 31), (31, 32), (11, 32)}
    assert not {31, 32} & set(groups.record_id.tolist())


def test_weak_pairs_of_single_records_hang_on_a_large_group() -> None:
    links = [*clique(range(1, 9)), Link(4, 21, NAME), Link(5, 22, CITY)]
    assert members(resolve(links, bridge_min_records=2)) == {1: {*range(1, 9), 21, 22}}


def weak_bridges_by_definition(links: list[Link], size: int) -> set[tuple[int, int]]:
    """Take each weak pair away and count what is left on both sides."""
    strong = {link.pair for link in links if link.rank not in WEAK_RANKS}
    found = set()
    for pair in {link.pair for link in links} - strong:
        rest = [link for link in links if link.pair != pair]
        sides = [distances(rest, end) for end in pair]
        if pair[1] not in sides[0] and min(map(len, sides)) >= size:
            found.add(pair)
    return {(one, other) for one, other in found if one != other}


@pytest.mark.parametrize("seed", range(80))
def test_weak_bridges_of_random_graphs_are_those_of_the_definition(seed: int) -> None:
    links = random_links(seed)
    size = 1 + seed % 4
    groups = resolve(links, bridge_min_records=size)
    expected = weak_bridges_by_definition(links, size)
    assert refused(links, groups) == dict.fromkeys(expected, "weak_bridge")
    kept = [link for link in links if link.pair not in expected]
    assert members(groups) == union_find(kept)
    assert_hangs_together(links, groups)


@pytest.mark.parametrize("seed", range(40))
def test_bridges_are_those_of_networkx(seed: int) -> None:
    graph = nx.gnm_random_graph(60, 45 + seed, seed=seed)
    edges = np.array(sorted(graph.edges), dtype=np.int64)
    once = np.ones(len(edges), dtype=np.int64)
    weight = np.ones(60, dtype=np.int64)
    side = bridge_sides(edges[:, 0], edges[:, 1], once, weight)
    bridges = {tuple(edge) for edge in edges[side > 0].tolist()}
    assert bridges == {(min(edge), max(edge)) for edge in nx.bridges(graph)}
    assert not bridge_sides(edges[:, 0], edges[:, 1], once + 1, weight).any()


# never and always


def test_never_pair_at_the_ends_of_a_long_chain_is_parted_at_its_weakest_link() -> None:
    links = [*chain(range(1, 401)), Link(400, 401, PHONE), *chain(range(401, 1_001))]
    groups = resolve(links, [(1_000, 1)])
    assert refused(links, groups) == {(400, 401): "never_merge"}
    assert members(groups) == {1: set(range(1, 401)), 401: set(range(401, 1_001))}
    assert_hangs_together(links, groups)


def test_of_equal_cuts_the_one_nearest_to_the_younger_record_is_made() -> None:
    links = chain(range(1, 11))
    assert refused(links, resolve(links, [(2, 9)])) == {(8, 9): "never_merge"}


def test_many_weak_links_are_cut_before_one_that_is_not() -> None:
    links = [Link(1, 2, PHONE)]
    for between in range(3, 8):
        links += [Link(2, between, NAME), Link(between, 9, CITY)]
    groups = resolve(links, [(1, 9)])
    assert set(refused(links, groups)) == {(between, 9) for between in range(3, 8)}


def test_a_weak_rule_of_high_rank_is_cut_before_a_strong_one_of_low_rank() -> None:
    given = Links(
        record_id=np.array([1, 2]),
        matched_record_id=np.array([2, 3]),
        rule_rank=np.array([3, 6]),
        is_weak=np.array([True, False]),
    )
    groups = resolved_groups(
        given, np.array([[1, 3]]), max_records=9, bridge_min_records=9
    )
    assert groups.refused_link.tolist() == [0]


def strength(links: list[Link], cut: set[tuple[int, int]]) -> list[int]:
    """How many pairs of each rank are cut, the strongest rank first."""
    ranks: dict[tuple[int, int], int] = {}
    for link in links:
        ranks[link.pair] = min(link.rank, ranks.get(link.pair, link.rank))
    return [sum(ranks[p] == rank for p in cut) for rank in (EMAIL, PHONE, NAME, CITY)]


@pytest.mark.parametrize("seed", range(30))
def test_cut_is_the_cheapest_of_all_cuts(seed: int) -> None:
    random = np.random.default_rng(seed)
    links = [
        Link(one, other, int(random.integers(EMAIL, CITY + 1)))
        for one, other in combinations(range(1, 8), 2)
        if random.random() < 0.6
    ]
    groups = resolve(links, [(1, 7)])
    pairs = {link.pair for link in links}
    others = range(2, 7)
    all_cuts = [
        {pair for pair in pairs if (pair[0] in side) != (pair[1] in side)}
        for count in range(6)
        for side in ({1, *chosen} for chosen in combinations(others, count))
    ]
    cheapest = min(strength(links, cut) for cut in all_cuts)
    assert strength(links, set(refused(links, groups))) == cheapest


@pytest.mark.parametrize("seed", range(30))
def test_no_never_pair_is_joined_and_nothing_else_is_cut(seed: int) -> None:
    links = random_links(seed)
    random = np.random.default_rng(seed)
    never = [tuple(pair) for pair in random.integers(1, 200, (400, 2)).tolist()]
    groups = resolve(links, never)
    group = dict(
        zip(groups.record_id.tolist(), groups.group_record_id.tolist(), strict=True)
    )
    for one, other in never:
        assert one == other or group.get(one, -1) != group.get(other, -2)
    gone = refused(links, groups)
    assert set(gone.values()) <= {"never_merge"}
    kept = [link for link in links if link.pair not in gone]
    assert members(groups) == union_find(kept)
    assert_hangs_together(links, groups)


def test_a_pair_that_an_earlier_cut_has_parted_costs_no_further_link() -> None:
    links = chain(range(1, 6))
    assert refused(links, resolve(links, [(1, 5), (1, 4)])) == {(3, 4): "never_merge"}


def test_never_pairs_of_unknown_or_unlinked_records_change_nothing() -> None:
    links = [*chain(range(1, 5)), *chain(range(10, 13))]
    groups = resolve(links, [(1, 77), (900, 2), (3, 3), (1, 12)])
    assert_same(groups, resolve(links))


def test_links_set_by_hand_are_never_cut() -> None:
    links = [Link(1, 2, ALWAYS), Link(2, 3, EMAIL), Link(3, 4, ALWAYS), Link(1, 3)]
    groups = resolve(links, [(1, 4)])
    assert refused(links, groups) == {(2, 3): "never_merge", (1, 3): "never_merge"}


def test_always_against_never_is_an_error_that_names_the_records() -> None:
    links = [Link(3, 5, ALWAYS), Link(5, 8, ALWAYS), Link(3, 8, EMAIL)]
    with pytest.raises(ContradictionError, match=r"records 3 and 8$"):
        resolve(links, [(8, 3)])


# the cap


def test_group_above_the_cap_is_dissolved() -> None:
    links = [*chain(range(1, 7)), *chain(range(11, 16))]
    groups = resolve(links, max_records=5)
    assert members(groups) == {11: set(range(11, 16))}
    assert groups.guard.tolist() == ["group_too_large"] * 6 + [""] * 5
    assert groups.group_record_id.tolist() == [*range(1, 7), *[11] * 5]
    assert refused(links, groups) == dict.fromkeys(
        [(n, n + 1) for n in range(1, 6)], "group_too_large"
    )
    assert_hangs_together(links, groups)


def test_cap_is_held_against_what_bridges_and_never_pairs_have_left() -> None:
    links = [*clique(range(1, 5)), *clique(range(11, 15)), Link(1, 11, NAME)]
    links += [Link(14, 21), Link(21, 22)]
    groups = resolve(links, [(14, 21)], max_records=4, bridge_min_records=3)
    assert list(members(groups)) == [1, 11, 21]
    assert set(refused(links, groups).values()) == {"weak_bridge", "never_merge"}


def test_a_component_beyond_cutting_is_left_to_the_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity_components, "LARGEST_CUT_RECORDS", 8)
    for count, reasons in [(8, {"never_merge"}), (9, {"group_too_large"})]:
        links = chain(range(1, count + 1))
        groups = resolve(links, [(1, 5)], max_records=4)
        assert set(refused(links, groups).values()) == reasons
