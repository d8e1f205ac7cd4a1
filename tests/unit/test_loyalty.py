"""The walk through a points ledger: which lot gives, what lapses, what is owed."""

import random
from collections import Counter
from collections.abc import Iterable

import pytest

from orchestration.models.loyalty import (
    EXPIRED,
    REVERSED,
    SPENT,
    Entry,
    Posting,
    postings_of_customer,
)

NEVER = 10**6
FIRST, SECOND, THIRD, FOURTH, FIFTH = range(1, 6)


def entry(
    number: int,
    units: int,
    at: int = 0,
    *,
    kind: int = SPENT,
    lapses_at: int = NEVER,
    order: int = 0,
    reverses: int = 0,
) -> Entry:
    """An entry at its number's moment, unless said otherwise."""
    return Entry(number, kind, units, at or number, lapses_at, order, reverses)


def moved(
    entries: Iterable[Entry], has_lapsed: Iterable[int] = ()
) -> dict[tuple[int, int], int]:
    """What each entry took out of which lot in the end; what came in is left out."""
    moves: Counter[tuple[int, int]] = Counter()
    for posting in postings_of_customer(entries, set(has_lapsed)):
        if posting.lot != posting.entry:
            moves[posting.lot, posting.entry] -= posting.units
    return dict(moves)


def test_spends_draw_from_the_lot_that_lapses_first() -> None:
    entries = [
        entry(1, 100),
        entry(2, 100, lapses_at=90),
        entry(3, 100, lapses_at=80),
        entry(4, -150),
    ]
    assert moved(entries) == {(THIRD, FOURTH): 100, (SECOND, FOURTH): 50}


def test_lots_that_lapse_together_are_drawn_in_the_order_they_came() -> None:
    entries = [entry(1, 10, lapses_at=90), entry(2, 10, lapses_at=90), entry(3, -15)]
    assert moved(entries) == {(FIRST, THIRD): 10, (SECOND, THIRD): 5}


@pytest.mark.parametrize(("lapses_at", "lot"), [(10, SECOND), (11, FIRST)])
def test_a_lot_cannot_be_spent_from_the_moment_it_lapses(
    lapses_at: int, lot: int
) -> None:
    entries = [entry(1, 50, lapses_at=lapses_at), entry(2, 50), entry(3, -20, at=10)]
    assert moved(entries) == {(lot, THIRD): 20}


def test_what_nobody_took_of_a_lapsed_lot_lapses_once() -> None:
    entries = [entry(1, 100, lapses_at=10), entry(2, -30), entry(3, 5, at=20)]
    assert moved(entries, [FIRST]) == {(FIRST, SECOND): 30, (FIRST, 0): 70}


def test_a_spend_is_not_expired_a_second_time() -> None:
    """Expiry that adds up earned points alone would take 100 of 40 that are left."""
    entries = [entry(1, 100, lapses_at=10), entry(2, -60)]
    postings = postings_of_customer(entries, {FIRST})
    assert Posting(FIRST, 0, 0, -40) in postings
    assert sum(p.units for p in postings) == 0


def test_an_expire_entry_takes_what_lapsed_and_nothing_is_left_for_us() -> None:
    entries = [
        entry(1, 100, lapses_at=10),
        entry(2, 100),
        entry(3, -100, at=10, kind=EXPIRED),
    ]
    assert moved(entries, [FIRST]) == {(FIRST, THIRD): 100}


def test_an_expire_entry_takes_from_the_lot_of_its_order() -> None:
    entries = [
        entry(1, 40, lapses_at=10, order=1),
        entry(2, 40, lapses_at=11, order=2),
        entry(3, -40, at=12, kind=EXPIRED, order=1),
    ]
    assert moved(entries, [FIRST, SECOND]) == {(FIRST, THIRD): 40, (SECOND, 0): 40}


def test_an_expire_entry_without_an_order_takes_what_lapsed_last() -> None:
    """The first lot lapsed long ago without an entry, and stays what it was."""
    entries = [
        entry(1, 40, lapses_at=10),
        entry(2, 40, lapses_at=20),
        entry(3, -40, at=20, kind=EXPIRED),
    ]
    assert moved(entries, [FIRST, SECOND]) == {(FIRST, 0): 40, (SECOND, THIRD): 40}


def test_an_expire_entry_that_comes_early_keeps_us_from_expiring_again() -> None:
    entries = [
        entry(1, 40, lapses_at=20),
        entry(2, 40, lapses_at=90),
        entry(3, -40, at=19, kind=EXPIRED),
    ]
    assert moved(entries, [FIRST]) == {(FIRST, THIRD): 40}


def test_a_second_expire_entry_takes_from_what_is_left() -> None:
    """It is in the ledger, so the balance falls; no lot gives more than it had."""
    entries = [
        entry(1, 40, lapses_at=10),
        entry(2, 30),
        entry(3, -40, at=10, kind=EXPIRED),
        entry(4, -40, at=11, kind=EXPIRED),
    ]
    assert moved(entries, [FIRST]) == {
        (FIRST, THIRD): 40,
        (SECOND, FOURTH): 30,
        (0, FOURTH): 10,
    }


def test_what_no_lot_had_is_owed_and_paid_by_the_next() -> None:
    overdrawn = [entry(1, 100), entry(2, -130)]
    assert moved(overdrawn) == {(FIRST, SECOND): 100, (0, SECOND): 30}
    paid = [*overdrawn, entry(3, 50, lapses_at=9)]
    assert moved(paid, [THIRD]) == {
        (FIRST, SECOND): 100,
        (THIRD, SECOND): 30,
        (THIRD, 0): 20,
    }


def test_a_reversed_spend_gives_back_to_its_lots_the_last_first() -> None:
    entries = [
        entry(1, 50, lapses_at=80),
        entry(2, 50, lapses_at=90),
        entry(3, -80),
        entry(4, 60, kind=REVERSED, reverses=THIRD),
    ]
    assert moved(entries) == {(FIRST, THIRD): 20}


def test_points_given_back_to_a_lapsed_lot_lapse_when_they_come() -> None:
    entries = [
        entry(1, 100, lapses_at=10),
        entry(2, -60),
        entry(3, 60, at=20, kind=REVERSED, reverses=SECOND),
    ]
    postings = postings_of_customer(entries, {FIRST})
    assert postings[:2] == [Posting(1, 0, 0, -40), Posting(1, 0, THIRD, -60)]


def test_a_reversed_debt_is_forgiven() -> None:
    entries = [
        entry(1, 10),
        entry(2, -50),
        entry(3, 50, kind=REVERSED, reverses=SECOND),
        entry(4, -5),
    ]
    assert moved(entries) == {(FIRST, FOURTH): 5}


def test_a_reversed_lot_goes_and_what_was_spent_of_it_comes_from_the_others() -> None:
    entries = [
        entry(1, 100, lapses_at=90),
        entry(2, 100),
        entry(3, -60),
        entry(4, -100, kind=REVERSED, reverses=FIRST),
    ]
    assert moved(entries) == {
        (FIRST, THIRD): 60,
        (FIRST, FOURTH): 40,
        (SECOND, FOURTH): 60,
    }


def test_what_was_spent_of_a_reversed_lot_is_owed_where_there_is_no_other() -> None:
    entries = [
        entry(1, 100),
        entry(2, -60),
        entry(3, -100, kind=REVERSED, reverses=FIRST),
    ]
    assert moved(entries)[0, THIRD] == 60


def test_a_lot_reversed_after_it_lapsed_has_nothing_left_to_lapse() -> None:
    """Otherwise the customer would lose the same points twice."""
    entries = [
        entry(1, 100, lapses_at=10),
        entry(2, -100, at=20, kind=REVERSED, reverses=FIRST),
    ]
    assert moved(entries, [FIRST]) == {(FIRST, SECOND): 100}


def test_points_of_an_undone_expiry_are_a_lot_of_their_own() -> None:
    entries = [
        entry(1, 100, lapses_at=10),
        entry(2, -100, at=10, kind=EXPIRED),
        entry(3, 100, at=20, kind=REVERSED, reverses=SECOND),
        entry(4, -30, at=21),
    ]
    assert moved(entries, [FIRST]) == {(FIRST, SECOND): 100, (THIRD, FOURTH): 30}


def test_a_reversal_of_nothing_known_is_a_correction() -> None:
    entries = [
        entry(1, 20, kind=REVERSED),
        entry(2, -5, kind=REVERSED, reverses=FIFTH),
    ]
    assert moved(entries) == {(FIRST, SECOND): 5}


def test_a_second_reversal_gives_nothing_back_twice() -> None:
    entries = [
        entry(1, 50),
        entry(2, -50),
        entry(3, 50, kind=REVERSED, reverses=SECOND),
        entry(4, 50, kind=REVERSED, reverses=SECOND),
        entry(5, -100),
    ]
    assert moved(entries) == {(FIRST, FIFTH): 50, (FOURTH, FIFTH): 50}


def test_a_lot_born_after_it_lapsed_lapses_when_it_comes() -> None:
    entries = [entry(1, 30, at=10, lapses_at=5), entry(2, -10, at=11)]
    assert postings_of_customer(entries, {FIRST}) == [
        Posting(0, SECOND, 0, -10),
        Posting(FIRST, 0, FIRST, -30),
        Posting(FIRST, FIRST, 0, 30),
    ]


@pytest.mark.parametrize("seed", range(200))
def test_every_point_is_somewhere(seed: int) -> None:
    entries = simulated(random.Random(seed))
    end = entries[-1].at
    lapsed = {e.number for e in entries if e.lapses_at <= end}
    postings = postings_of_customer(entries, lapsed)

    by_lot: Counter[int] = Counter()
    for posting in postings:
        by_lot[posting.lot] += posting.units
    owed = -by_lot.pop(0, 0)
    derived = sum(p.units for p in postings if p.entry == 0)
    assert sum(by_lot.values()) - owed == sum(e.units for e in entries) + derived
    assert min(by_lot.values(), default=0) >= 0
    assert owed >= 0
    assert not (owed and any(by_lot.values()))
    assert not any(by_lot[number] for number in lapsed)


def simulated(draw: random.Random) -> list[Entry]:
    """Return a ledger in which anything may happen."""
    entries: list[Entry] = []
    at = 1
    for number in range(1, draw.randrange(2, 60)):
        at += draw.randrange(0, 40)
        kind = draw.choice((SPENT, SPENT, SPENT, EXPIRED, REVERSED))
        target = draw.randrange(number)
        units = draw.randrange(-120, 150)
        if kind == EXPIRED:
            units = -abs(units)
        if kind == REVERSED and target:
            units = -entries[target - 1].units
        entries.append(
            Entry(number, kind, units, at, at + draw.randrange(300), number % 7, target)
        )
    return entries
