"""Rows that must be refused, one thing wrong in each: every reason that there is.

Belongs here: what to put into a sound row of the contract, and what is said of it.
Files that cannot be read are in `broken_files`. That no reason of the compiled models
is missing here is a test (tests/property/test_invalid_landings.py).
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from orchestration.landing.contract import Column, Table
from tests.support.compiled import Compiled
from tests.support.drawing import (
    ACCEPTED,
    CONTRACT,
    IDENTIFYING,
    IDENTITY,
    MINIMA,
    WITHOUT_RATE,
    Choice,
    Drawn,
    Row,
    drawn,
)

# a table, a column of it, and the reason
Reason = tuple[str, str, str]

NO_NUMBER = "12,50 EUR"
CUT = "5.12346E+12"
JUDGING = re.compile(r"^(stg|int)_(\w+?)(_judged)?$")
# words of the same form that refuse no row
FINDINGS = ("placeholder", "invisible_character")
NUMBERS = ("quantity", "unit_amount", "amount", "score", "rate", "integer")


@dataclass(frozen=True)
class BrokenRow:
    """What is put into a sound row, and the one reason for which it is refused then.

    `changes` makes the row sound but for that; the value of `column` is the wrong one.
    """

    table: str
    column: str
    reason: str
    changes: Row = field(hash=False)

    @property
    def given(self) -> Reason:
        """Where the reason stands."""
        return (self.table, self.column, self.reason)

    @property
    def told(self) -> str:
        """What `quarantined_rows` says of the row, with what follows by itself."""
        reasons = {f"{self.column}: {self.reason}"}
        if (self.table, self.column) == ("order_lines", "source_system"):
            # no order is in a system of that name
            reasons.add("order_id: unknown_order")
        return "; ".join(sorted(reasons))


def broken_rows() -> tuple[BrokenRow, ...]:
    """Every way in which a row can be refused, in the order of the contract."""
    found = [
        BrokenRow(table.name, column.name, reason, {column.name: value})
        for table in CONTRACT.tables
        for column in table.columns
        for value, reason in _of_column(table, column)
    ]
    return (*found, *_of_several_columns())


def given_reasons(compiled: Compiled) -> set[Reason]:
    """Every reason that the compiled models can give, by the words in their code."""
    found = set()
    for node in compiled.models:
        name = JUDGING.match(node.name)
        table = name[2] if name else ""
        if table in CONTRACT.table_names:
            columns = CONTRACT.table(table).column_names
            found |= {
                (table, column, reason)
                for column, reason in re.findall(
                    r"then\s+'([a-z_]+):([a-z_]+)'", node.code
                )
                if column in columns
                and reason not in FINDINGS
                # in a phone number or on a card it is no evidence, and refuses no row
                and (table, column) not in IDENTITY
            }
    return found


def sound_company(seed: int = 0) -> Drawn:
    """A company with rows in every table, each with all columns, and nothing odd."""
    tables = frozenset(CONTRACT.table_names)
    return drawn(Choice(seed, 3, tables, edges=frozenset({"currencies"})))


def broken_copy(landing: Drawn, broken: BrokenRow, number: int) -> Row:
    """A sound row of a landing under a key of its own, with one thing wrong."""
    table = CONTRACT.table(broken.table)
    rows = landing.tables[broken.table]
    row: Row = {name: None for name in table.column_names}
    row |= rows[number % len(rows)]
    row |= {name: None for name in NOTHING_SAID if name in row}
    row |= SOUND.get(broken.table, {})
    order = landing.tables["orders"][0]
    if table.name == "order_lines":
        row |= {name: order.get(name) for name in ("source_system", "order_id")}
    if table.event_at:
        # what happens after the day is not judged yet
        first = str(order["ordered_at"])
        is_day = table.column(table.event_at).data_type == "date"
        row[table.event_at] = first[:10] if is_day else first
    row |= _own_key(table, number)
    if broken.given == ("survey_responses", "responded_at", "bad_timestamp"):
        row["score"] = None
    return {**row, **broken.changes}


def broken_version(
    row: Row, broken: BrokenRow, landing: Drawn, accepted: Sequence[int]
) -> Row | None:
    """The broken row as a later version of one of the rows in force; None where it
    would be a row of its own.
    """
    table = CONTRACT.table(broken.table)
    kept = {*table.key, table.event_at, "customer_id", "updated_at"}
    is_by_file_order = table.name not in ("campaign_members", "consents")
    if kept & broken.changes.keys() or not accepted or not is_by_file_order:
        return None
    other = landing.tables[broken.table][accepted[len(accepted) // 2]]
    return {n: other.get(n) if n in kept else value for n, value in row.items()}


def _of_column(table: Table, column: Column) -> Iterator[tuple[str | None, str]]:
    name, kind = column.name, column.data_type
    if column.required:
        yield None, f"missing_{name}"
    if kind == "timestamp":
        yield "31/12/2024", "bad_timestamp"
        if name == table.event_at and table.name != "customers":
            yield "1970-01-01T00:00:00Z", "bad_timestamp"
            yield "0000-00-00", "bad_timestamp"
        if name in (table.event_at, "updated_at"):
            yield "2999-01-01T00:00:00Z", "in_the_future"
    if kind == "date":
        yield "2024-02-30", "bad_date"
    if kind == "boolean":
        yield "perhaps", "bad_boolean"
    if kind in NUMBERS:
        yield NO_NUMBER, "bad_amount" if "amount" in kind else "bad_number"
    if (table.name, name) in ACCEPTED:
        yield "another_word", f"unknown_{name}"
    if (table.name, name) in MINIMA:
        yield "-1", f"negative_{'amount' if 'amount' in kind else name}"
    if kind == "amount":
        yield "100000000000", "amount_out_of_range"
    if name == "source_system":
        yield "shop:2", "bad_source_system"
    is_id = name in table.key or column.references is not None
    if kind == "text" and (is_id or (table.name, name) in IDENTIFYING):
        yield CUT, "cut_by_a_spreadsheet"


def _of_several_columns() -> Iterable[BrokenRow]:
    """What contradicts itself, or another table."""
    for kind, points in (("spend", "5"), ("expire", "5"), ("earn", "-5")):
        changes: Row = {"entry_type": kind, "points": points}
        yield BrokenRow("loyalty_entries", "points", "wrong_sign", changes)
    period: Row = {"period_start_date": "2024-02-02", "period_end_date": "2024-02-01"}
    yield BrokenRow("costs", "period_end_date", "bad_period", period)
    period = {"period_start_date": "2000-01-01", "period_end_date": "9999-12-31"}
    yield BrokenRow("costs", "period_end_date", "open_period", period)
    for value in (CUT, f"main:{CUT}"):
        scope: Row = {"scope": "customer", "scope_value": value}
        yield BrokenRow("costs", "scope_value", "cut_by_a_spreadsheet", scope)
    yield BrokenRow("exchange_rates", "rate", "bad_rate", {"rate": "0"})
    yield BrokenRow(
        "erasure_requests",
        "customer_id",
        "missing_customer_id",
        {"customer_id": None, "email": None},
    )
    yield BrokenRow(
        "order_lines", "order_id", "unknown_order", {"order_id": "order-nowhere"}
    )
    for table in ("orders", "refunds", "costs", "tickets"):
        yield BrokenRow(
            table, "currency_code", "no_exchange_rate", {"currency_code": WITHOUT_RATE}
        )
    yield from _of_answers()


def _of_answers() -> Iterable[BrokenRow]:
    answers: tuple[tuple[str, str, Row], ...] = (
        ("scale_max", "unknown_scale", {"scale_min": "0", "scale_max": "100"}),
        ("scale_min", "unknown_scale", {"scale_min": "1", "scale_max": "10"}),
        ("score", "score_out_of_scale", {"score": "11"}),
        ("score", "score_out_of_scale", {"score": "7.5"}),
        ("score", "score_out_of_scale", {"survey_type": "csat", "score": "6"}),
        ("score", "score_out_of_scale", {"survey_type": "ces", "score": "0"}),
        ("responded_at", "missing_responded_at", {"responded_at": None}),
        (
            "responded_at",
            "missing_responded_at",
            {"responded_at": None, "score": None, "invited_at": None},
        ),
        ("invited_at", "in_the_future", {"invited_at": "2999-01-01T00:00:00Z"}),
        (
            "scale_max",
            "bad_scale",
            {"survey_type": "csat", "scale_min": "5", "scale_max": "5", "score": "5"},
        ),
    )
    for column, reason, changes in answers:
        named = "scale_max" if reason == "unknown_scale" else column
        yield BrokenRow("survey_responses", named, reason, changes)


def _own_key(table: Table, number: int) -> Row:
    """A key that no drawn row has, without an id of anybody else."""
    name = table.key[-1]
    if table.name == "consents":
        return {"purpose": f"broken-{number}"}
    if table.name == "campaign_members":
        return {"customer_id": f"broken-{number}"}
    if table.name == "order_lines":
        return {"line_number": str(1000 + number)}
    if table.name == "exchange_rates":
        return {"currency_code": f"B{number}"}
    return {name: f"broken-{number}"}


def some_of(dice: random.Random, tables: Iterable[str]) -> BrokenRow:
    """One way to break a row of the tables that are there: every reason as often."""
    there = set(tables)
    by_reason: dict[str, list[BrokenRow]] = {}
    for row in broken_rows():
        if row.table in there:
            by_reason.setdefault(row.reason, []).append(row)
    return dice.choice(by_reason[dice.choice(sorted(by_reason))])


NOTHING_SAID = ("updated_at", "is_deleted", "currency_code")
# what a sound row of these holds, whatever was drawn
SOUND: dict[str, Row] = {
    "survey_responses": {
        "survey_type": "nps",
        "score": "9",
        "scale_min": None,
        "scale_max": None,
        "invited_at": "2024-01-01T10:00:00Z",
        "responded_at": "2024-01-02T10:00:00Z",
    },
    "costs": {
        "scope": "all",
        "scope_value": None,
        "period_start_date": "2024-01-01",
        "period_end_date": None,
    },
    "loyalty_entries": {
        "entry_type": "adjust",
        "points": "5",
        "reverses_entry_id": None,
    },
}
