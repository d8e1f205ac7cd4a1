"""Which points are spent, lapse or are taken back out of which lot.

Points that come in make a lot; points that go out draw from the lots that lapse first.
What lapses next depends on what was drawn before, so the entries of a customer are
walked through in order. Belongs here: that walk, over whole numbers. Does not belong
here: what an entry is and on which day it counts (models/conformed/loyalty).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

SPENT, EXPIRED, REVERSED = 0, 1, 2  # kinds of entries; any other one counts as SPENT
NOBODY = 0  # number of no entry


class Entry(NamedTuple):
    """One entry of a customer's ledger.

    number: 1 for the customer's first, and so on, in the order they count in.
    units: points in whole ten-thousandths, positive = a credit.
    at, lapses_at: moments, in one unit whatever it is.
    order: number of the order it is about, reverses: number of the entry it takes back;
    0 = none.
    """

    number: int
    kind: int
    units: int
    at: int
    lapses_at: int
    order: int
    reverses: int


class Posting(NamedTuple):
    """Units that came into a lot, or left it and are still gone in the end.

    lot: the entry that made the lot; 0 = owed, no lot had points for it.
    entry: the entry that moved them, for points coming in the lot's own; 0 = they
    lapsed, and no entry says so.
    returned_by: of lapsed ones, the entry that brought them into the lapsed lot (a
    reversal, or the lot's own entry, born too late); 0 = they lay there when it lapsed.
    units: negative = out.
    """

    lot: int
    entry: int
    returned_by: int
    units: int


@dataclass(slots=True)
class _Lot:
    number: int
    lapses_at: int
    size: int
    units: int = 0
    # what is left once lapsed, by the entry that brought it there
    late_units: dict[int, int] = field(default_factory=dict)
    is_queued: bool = False

    def put(self, units: int, by: int, at: int) -> None:
        self.units += units
        if at >= self.lapses_at:
            self.late_units[by] = self.late_units.get(by, 0) + units

    def take(self, wanted: int) -> int:
        """Take what is there; what lay in a lapsed lot longest goes first."""
        taken = min(wanted, self.units)
        self.units -= taken
        on_time = self.units + taken - sum(self.late_units.values())
        rest = max(taken - on_time, 0)
        for by, units in list(self.late_units.items()):
            part = min(rest, units)
            self.late_units[by] -= part
            rest -= part
        return taken


@dataclass(slots=True)
class _Debit:
    number: int
    kind: int
    owed: int = 0
    taken: dict[int, int] = field(default_factory=dict)  # lot number: units

    def add(self, lot: _Lot, units: int) -> None:
        if units:
            self.taken[lot.number] = self.taken.get(lot.number, 0) + units


class _Ledger:
    """The lots and debts of one customer, in the middle of the walk."""

    def __init__(self) -> None:
        self.lots: dict[int, _Lot] = {}
        self.debits: dict[int, _Debit] = {}
        self.lots_of_order: dict[int, list[_Lot]] = {}
        self.debts: deque[_Debit] = deque()
        self.queue: list[tuple[int, int]] = []  # lots that may be drawn from
        self.lapsed: list[_Lot] = []  # of these the latest to lapse stands last

    def add(self, entry: Entry) -> None:
        """Book the next entry."""
        if entry.kind == REVERSED and entry.reverses:
            self._reverse(entry)
        elif entry.units > 0:
            self._credit(entry, entry.units)
        elif entry.units < 0:
            self._debit(entry, -entry.units)

    def postings(self, has_lapsed: set[int]) -> Iterator[Posting]:
        """What came and is gone in the end, what is left in lapsed lots included."""
        for lot in self.lots.values():
            yield Posting(lot.number, lot.number, NOBODY, lot.size)
        for debit in self.debits.values():
            for number, units in debit.taken.items():
                if units:
                    yield Posting(number, debit.number, NOBODY, -units)
            if debit.owed:
                yield Posting(NOBODY, debit.number, NOBODY, -debit.owed)
        for number in has_lapsed & self.lots.keys():
            lot = self.lots[number]
            late = sum(lot.late_units.values())
            for by, units in ((NOBODY, lot.units - late), *lot.late_units.items()):
                if units:
                    yield Posting(number, NOBODY, by, -units)

    def _credit(self, entry: Entry, units: int) -> None:
        lot = _Lot(entry.number, entry.lapses_at, units)
        self.lots[lot.number] = lot
        if entry.order:
            self.lots_of_order.setdefault(entry.order, []).append(lot)
        self._put(lot, units, entry)

    def _put(self, lot: _Lot, units: int, entry: Entry) -> None:
        lot.put(units, entry.number, entry.at)
        if lot.lapses_at <= entry.at:
            self.lapsed.append(lot)
            return
        while self.debts and lot.units:
            debt = self.debts[0]
            paid = lot.take(debt.owed)
            debt.owed -= paid
            debt.add(lot, paid)
            if not debt.owed:
                self.debts.popleft()
        if lot.units and not lot.is_queued:
            heappush(self.queue, (lot.lapses_at, lot.number))
            lot.is_queued = True

    def _debit(self, entry: Entry, units: int, first: _Lot | None = None) -> None:
        debit = _Debit(entry.number, entry.kind)
        self.debits[entry.number] = debit
        for lot in self._sources(entry, first):
            taken = lot.take(units)
            debit.add(lot, taken)
            units -= taken
            if not units:
                return
        debit.owed = units
        self.debts.append(debit)

    def _sources(self, entry: Entry, first: _Lot | None) -> Iterator[_Lot]:
        """Yield the lots that an entry draws from, in order."""
        if first:
            yield first
        if entry.kind == EXPIRED:
            yield from self.lots_of_order.get(entry.order, ())
            self._skip_lapsed(entry.at)
            while self.lapsed:
                yield self.lapsed[-1]
                if not self.lapsed[-1].units:
                    self.lapsed.pop()
        while self._skip_lapsed(entry.at):
            lot = self.lots[self.queue[0][1]]
            yield lot
            if not lot.units:
                self._unqueue()

    def _skip_lapsed(self, at: int) -> bool:
        """Put lapsed and empty lots out of the queue; whether any is left."""
        while self.queue:
            lot = self.lots[self.queue[0][1]]
            if lot.units and lot.lapses_at > at:
                return True
            if lot.units:
                self.lapsed.append(lot)
            self._unqueue()
        return False

    def _unqueue(self) -> None:
        _, number = heappop(self.queue)
        self.lots[number].is_queued = False

    def _reverse(self, entry: Entry) -> None:
        lot = self.lots.get(entry.reverses)
        debit = self.debits.get(entry.reverses)
        if entry.units < 0:
            self._debit(entry, -entry.units, lot)
            return
        rest = entry.units
        # points of an undone expiry would lapse again at once: they are a new lot
        if debit and debit.kind != EXPIRED:
            rest = self._give_back(debit, entry)
        if rest:
            self._credit(entry, rest)

    def _give_back(self, debit: _Debit, entry: Entry) -> int:
        """Undo the debit as far as the entry goes, its last draw first."""
        rest = entry.units
        if debit.owed:
            forgiven = min(rest, debit.owed)
            debit.owed -= forgiven
            rest -= forgiven
            if not debit.owed:
                self.debts.remove(debit)
        for number in reversed(list(debit.taken)):
            back = min(rest, debit.taken[number])
            debit.taken[number] -= back
            rest -= back
            if back:
                self._put(self.lots[number], back, entry)
        return rest


def postings_of_customer(
    entries: Iterable[Entry], has_lapsed: set[int]
) -> list[Posting]:
    """Walk through the entries of one customer, sorted by number.

    has_lapsed: the numbers of the entries whose lots have lapsed in the end; nobody
    took what is left in them.
    """
    ledger = _Ledger()
    for entry in entries:
        ledger.add(entry)
    return sorted(ledger.postings(has_lapsed))
