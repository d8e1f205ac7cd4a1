"""Valid landings drawn from the input contract, with the edges on purpose.

A landing follows from a `Choice`: which tables and optional columns, how many
customers, which edges, and the seed of everything else. Choices are few and ordered, so
that hypothesis can shrink them; rows are drawn by `random.Random`, which is fast. The
types, accepted values, keys and columns are read from the contract; here stands only
what it does not say (what names what, what comes after what).
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from orchestration.landing.contract import CONTRACT_FILE, Column, Table, read_contract
from tests.support.landings import write_tables
from tests.support.refreshes import PROJECT

Row = dict[str, str | None]
Landing = dict[str, list[Row]]

CONTRACT = read_contract(PROJECT / CONTRACT_FILE)
OBSERVED_UNTIL_AT = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)
OTHER_TABLES = tuple(t for t in CONTRACT.table_names if t != "orders")
# what a company is told from outside: few, for each is compiled once
SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"business_timezone": "America/New_York", "reporting_currency": "USD"},
    {"business_timezone": "Asia/Kolkata", "reporting_currency": "INR"},
    {
        "business_timezone": "Europe/Berlin",
        "whole_tables": ("customers", "contacts"),
        "newest_file_wins": ("customers", "contacts", "orders"),
        "null_words": ("NULL", "n/a"),
        "stand_in_ids": ("0", "-1"),
    },
)
EDGES = (
    "bare dates",
    "currencies",
    "currency without rates",
    "deleted rows",
    "extreme amounts",
    "known after it happened",
    "long before registration",
    "one day",
    "past day",
    "placeholders",
    "several records of a person",
    "several systems",
    "ties",
    "unknown records",
    "versions",
)
# ends of months, quarters and years, a leap day, nights in which clocks change in
# Europe, America and Australia, and the hours around them
EDGE_DAYS = tuple(
    date(*day)
    for day in (
        *((2023, 12, 31), (2024, 1, 1), (2024, 1, 31), (2024, 2, 28), (2024, 2, 29)),
        *((2024, 3, 1), (2024, 3, 10), (2024, 3, 31), (2024, 4, 1), (2024, 4, 7)),
        *((2024, 6, 30), (2024, 7, 1), (2024, 9, 30), (2024, 10, 6), (2024, 10, 27)),
        *((2024, 11, 3), (2024, 12, 31), (2025, 1, 1), (2025, 2, 28), (2025, 3, 30)),
        (2025, 12, 31),
    )
)
EDGE_AMOUNTS = ("0", "0.01", "99999999999")
COUNTRIES = ("DE", "US", "GB", "AU", "CN", "BR", "IN", "de", "ZZ")
CURRENCIES = {"USD": "0.92", "GBP": "1.17", "JPY": "0.0062", "EUR": "1.08"}
# the column that names a record -> the table that has it
REFERENCES = {
    "customer_id": "customers",
    "referred_by_customer_id": "customers",
    "order_id": "orders",
    "ticket_id": "tickets",
    "campaign_id": "campaigns",
    "reverses_entry_id": "loyalty_entries",
}
# drawn before those that name them; others follow in the order of the contract
FIRST = ("campaigns", "customers", "orders", "tickets")
# a rate a day is drawn for every currency: no other version of it
FED_DAILY = "exchange_rates"
# a currency that has none, and how many rows of a table may be refused
WITHOUT_RATE = "XTS"
REFUSED_ROWS = 6
WORDS = {
    "gender": ("f", "m", "x"),
    "occupation": ("baker", "nurse", "Nurse"),
    "region": ("North", "South"),
    "city": ("Springfield", "Ulm"),
    "language_code": ("de", "en-US", "zz"),
    "interests": ("tea;books", "tea", ";"),
    "acquisition_channel": ("search", "friends", "Search"),
    "preferred_channel": ("email", "phone", "pigeon"),
    "channel": ("web", "store", "email", "phone", "all", "sms"),
    "category": ("tea", "cups", "delivery", "ads"),
    "product_id": ("p1", "p2", "p3"),
    "product_name": ("Green tea", "Cup; blue", 'Cup "red"'),
    "reason": ("broken", "late"),
    "touchpoint": ("delivery", "shop"),
    "outcome": ("reached", "no_answer", "bounced", "booked", "?"),
    "severity": ("low", "high"),
    "status": ("open", "closed", "pending", "solved", "?"),
    "kind": ("question",),
    "purpose": ("marketing", "newsletter", "service", "profiling"),
    "comment": ("fine", 'said "no", and\nleft'),
    "campaign_name": ("Spring", "Autumn"),
}


@dataclass(frozen=True)
class Choice:
    """What a landing follows from. The simplest is the first of everything."""

    seed: int = 0
    customer_count: int = 1
    tables: frozenset[str] = frozenset()
    edges: frozenset[str] = frozenset()
    dropped_columns: int = 0
    settings_number: int = 0

    @classmethod
    def numbered(cls, number: int) -> "Choice":
        """The choice of a number: all kinds, small companies more often."""
        dice = random.Random(number)
        tables = [t for t in OTHER_TABLES if dice.random() < dice.choice((0.2, 0.8))]
        edges = [e for e in EDGES if dice.random() < dice.choice((0.1, 0.5))]
        return cls(
            seed=number,
            customer_count=min(60, int(dice.expovariate(1 / 12)) + 1),
            tables=frozenset(tables),
            edges=frozenset(edges),
            dropped_columns=dice.choice((0, 0, 1, 3, 6)),
            settings_number=dice.choice((0, 0, 0, 1, 2, 3)),
        )

    def told(self) -> str:
        """The choice in a line."""
        return (
            f"seed {self.seed}, {self.customer_count} customers,"
            f" tables {sorted(self.tables)}, edges {sorted(self.edges)},"
            f" dropped columns {self.dropped_columns}, settings {self.settings_number}"
        )


def choices(settings_numbers: Iterable[int] = (0,)) -> st.SearchStrategy[Choice]:
    """Choices that shrink to few tables, edges and customers."""
    return st.builds(
        Choice,
        seed=st.integers(0, 2**16),
        customer_count=st.integers(1, 60),
        tables=st.frozensets(st.sampled_from(OTHER_TABLES)),
        edges=st.frozensets(st.sampled_from(EDGES)),
        dropped_columns=st.integers(0, 6),
        settings_number=st.sampled_from(tuple(settings_numbers)),
    )


@dataclass(frozen=True)
class Drawn:
    """A landing with the day that it is built for; None is the day of its orders.

    `settings` are those of the company; `whole_tables` among them had a dump before.
    """

    tables: Landing
    as_of_date: date | None
    settings: Mapping[str, Any]

    @property
    def row_count(self) -> int:
        """How many rows land."""
        return sum(map(len, self.tables.values()))

    @property
    def whole(self) -> frozenset[str]:
        """The tables of which each file is the whole table."""
        return frozenset(self.settings.get("whole_tables", ()))

    def write(self, folder: Path) -> Path:
        """Write a CSV file a table."""
        return write_tables(folder, **self.tables)

    def worded(self) -> "Drawn":
        """The same with words for nothing in some of the empty cells."""
        words = self.settings.get("null_words", ())
        ids = self.settings.get("stand_in_ids", ())
        if not words:
            return self
        dice = random.Random(self.row_count)

        def cell(name: str, value: str | None) -> str | None:
            if value is not None or dice.random() < 0.5:
                return value
            of_customer = REFERENCES.get(name) == "customers"
            return dice.choice((*words, *ids) if of_customer else words)

        return replace(
            self,
            tables={
                table: [{n: cell(n, value) for n, value in row.items()} for row in rows]
                for table, rows in self.tables.items()
            },
        )

    def dump_before(self) -> Landing:
        """An older dump of the whole tables: rows that are gone, and others' words."""
        found = {}
        for name in sorted(self.whole & self.tables.keys()):
            key = CONTRACT.table(name).key[-1]
            free = {"city", "occupation", "region", "outcome", "purpose"}
            rows = [
                {n: None if n in free else value for n, value in row.items()}
                for row in self.tables[name][::2]
            ]
            found[name] = [{**row, key: f"gone-{row[key]}"} for row in rows] + rows
        return found


def drawn(choice: Choice) -> Drawn:
    """Draw the landing of a choice: the same one every time."""
    return _Company(choice).landing()


@dataclass
class _Company:
    choice: Choice
    rows: Landing = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.choice.seed)
        self.settings = SETTINGS[self.choice.settings_number]
        self.reporting = self.settings.get("reporting_currency", "EUR")
        # rows of a table that are refused on purpose, so that limits are kept
        self.spent: dict[str, int] = {}
        first = self.dice.choice(EDGE_DAYS)
        span = 1 if self.has("one day") else self.dice.choice((20, 100, 400, 700))
        self.days = [first + timedelta(n) for n in range(span)]
        latest = OBSERVED_UNTIL_AT.date() - timedelta(3)
        self.days = [day for day in self.days if day <= latest]
        self.edge_days = [day for day in EDGE_DAYS if self.days[0] <= day <= latest]
        systems = ["main", "crm", "shop"] if self.has("several systems") else ["main"]
        self.people = [
            (self.dice.choice(systems), self._id("c", number))
            for number in range(self.choice.customer_count)
        ]
        if self.has("several systems"):
            # one id in two systems is two records
            system, name = self.people[0]
            self.people.append((next(s for s in systems if s != system), name))
        self.currencies = [self.reporting]
        if self.has("currencies"):
            others = [c for c in CURRENCIES if c != self.reporting]
            self.currencies += self.dice.sample(others, self.dice.randint(1, 3))

    def has(self, edge: str) -> bool:
        return edge in self.choice.edges

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def landing(self) -> Drawn:
        wanted = {"orders", *self.choice.tables}
        if self.has("currencies"):
            wanted.add("exchange_rates")
        rest = [name for name in CONTRACT.table_names if name not in FIRST]
        for name in (*FIRST, *rest):
            if name in wanted:
                table = CONTRACT.table(name)
                self.rows[name] = self._versions(table, self._rows(table))
        self._drop_columns()
        landed = {name: rows for name, rows in self.rows.items() if rows}
        return Drawn(landed, self._as_of_date(), self.settings)

    def _rows(self, table: Table) -> list[Row]:
        if table.name == "exchange_rates":
            return self._rates()
        makers: dict[str, Callable[[], int]] = {
            "customers": lambda: len(self.people),
            "campaigns": lambda: self.dice.randint(1, 3),
        }
        most = max(1, len(self.people) * self.dice.choice((1, 2, 4)))
        count = makers.get(table.name, lambda: self.dice.randint(1, most))()
        rows = [self._row(table, number) for number in range(count)]
        seen: dict[tuple[str | None, ...], Row] = {}
        for row in rows:
            seen.setdefault(tuple(row.get(name) for name in table.key), row)
        return list(seen.values())

    def _row(self, table: Table, number: int) -> Row:
        row: Row = {}
        if table.name == "customers":
            row["source_system"], row["customer_id"] = self.people[number]
        for column in table.columns:
            if column.name not in row:
                row[column.name] = self._value(table, column, row, number)
        self._put_right(table, row)
        return row

    def _value(self, table: Table, column: Column, row: Row, number: int) -> str | None:
        name = column.name
        own = CONTRACT.table(table.name).key[-1]
        if name == "source_system":
            if table.name == "order_lines":
                return self.rows["orders"][0]["source_system"]
            return self.dice.choice(self.people)[0]
        if name == own and name.endswith("_id") and name != "customer_id":
            return self._id(table.name[:2], number)
        if name == "is_deleted":
            is_so = self.has("deleted rows") and self.chance(0.1)
            return "true" if is_so else self.dice.choice((None, "false"))
        if name == "updated_at":
            return None
        if not column.required and self.chance(0.3):
            return None
        if name in REFERENCES:
            return self._reference(table, REFERENCES[name], row)
        accepted = ACCEPTED.get((table.name, name))
        if accepted:
            return self.dice.choice(accepted)
        return self._by_type(table, column, row)

    def _by_type(self, table: Table, column: Column, row: Row) -> str | None:
        kind = column.data_type
        if kind == "timestamp":
            return self._moment()
        if kind == "date":
            if column.name == "birth_date":
                return self._birth_date()
            return self._day().isoformat()
        if kind == "boolean":
            return self.dice.choice(("true", "false", "Yes", "0"))
        if kind in ("amount", "unit_amount"):
            return self._amount()
        if kind == "quantity":
            return self.dice.choice(("0", "1", "2.5", "12", "1000"))
        if kind == "integer":
            return str(self.dice.randint(0, 3))
        if kind == "score":
            return str(self.dice.randint(0, 10))
        if column.name == "currency_code":
            return self._currency(table.name)
        if column.name == "country_code":
            return self.dice.choice(COUNTRIES)
        return self._text(table, column, row)

    def _text(self, table: Table, column: Column, row: Row) -> str | None:
        name = column.name
        if column.personal and name in ("full_name", "email", "phone"):
            owner = row.get("customer_id")
            if self.has("several records of a person"):
                owner = f"p{self.dice.randint(0, len(self.people) // 2)}"
            digits = "".join(str(ord(letter) % 10) for letter in str(owner))
            return {
                "full_name": f"Person {owner}",
                "email": f"{owner}@example.org",
                "phone": f"+4930{digits:0>7}",
            }[name]
        if name in WORDS:
            return self.dice.choice(WORDS[name])
        return f"{name}-{self.dice.randint(1, 3)}"

    def _reference(self, table: Table, table_name: str, row: Row) -> str | None:
        if self._is_unknown(table, table_name, row):
            return f"nowhere-{self.dice.randint(1, 3)}"
        if table_name == "customers":
            return self._customer(row)
        key = CONTRACT.table(table_name).key[-1]
        there = self.rows.get(table_name, [])
        names = [
            other[key]
            for other in there
            if self._fits(other.get("source_system"), row)
            # what names an order that is refused for its rate is refused with it
            and other.get("currency_code") != WITHOUT_RATE
        ]
        return self.dice.choice(names) if names else f"nowhere-{table_name}"

    def _customer(self, row: Row) -> str:
        mine = [name for system, name in self.people if self._fits(system, row)]
        return self.dice.choice(mine or [self.people[0][1]])

    def _is_unknown(self, table: Table, named: str, row: Row) -> bool:
        if not self.has("unknown records") or not self.chance(0.2):
            return False
        if table.name == "order_lines":
            # lines alone are refused without what they name: some few may be
            self.spent["order_lines"] = self.spent.get("order_lines", 0) + 1
            return self.spent["order_lines"] <= REFUSED_ROWS
        return True

    def _fits(self, system: str | None, row: Row) -> bool:
        mine = row.get("source_system") or "main"
        return (system or "main") == mine

    def _put_right(self, table: Table, row: Row) -> None:
        """What the contract demands of several columns of a row together."""
        amend = getattr(self, f"_put_right_{table.name}", None)
        if amend is not None:
            amend(row)
        is_first_order = row.get("order_id") == "or0" and table.name == "orders"
        if "updated_at" in row and not is_first_order and self.chance(0.3):
            row["updated_at"] = self._after(row.get(table.event_at or ""))

    def _put_right_customers(self, row: Row) -> None:
        if self.has("long before registration"):
            row["created_at"] = self._at(self.days[-1])
        if self.has("placeholders") and self.chance(0.3):
            row["created_at"] = "1970-01-01T00:00:00Z"
        if row["referred_by_customer_id"] and self.chance(0.1):
            row["referred_by_customer_id"] = row["customer_id"]

    def _put_right_orders(self, row: Row) -> None:
        if row["delivered_at"]:
            row["delivered_at"] = self._after(row["ordered_at"])
        if row["order_id"] == self._id("or", 0):
            # one that is known on its own day, so that there is a day to publish
            row["currency_code"] = None
            if "is_deleted" in row:
                row["is_deleted"] = None
        if self.chance(0.9) and row["customer_id"] is None:
            row["customer_id"] = self._reference(
                CONTRACT.table("orders"), "customers", row
            )

    def _put_right_survey_responses(self, row: Row) -> None:
        least, most = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}[
            str(row["survey_type"])
        ]
        row["scale_min"] = row["scale_max"] = None
        if row["survey_type"] != "nps" and self.chance(0.3):
            least, most = 0, 100
            row["scale_min"], row["scale_max"] = str(least), str(most)
        row["score"] = str(self.dice.randint(least, most))
        row["invited_at"] = self._moment() if self.chance(0.6) else None
        if row["invited_at"] and self.chance(0.3):
            row["responded_at"] = row["score"] = None
        else:
            row["responded_at"] = self._after(row["invited_at"])
        if row["responded_at"] is None:
            row["invited_at"] = row["invited_at"] or self._moment()

    def _put_right_costs(self, row: Row) -> None:
        start = self._day()
        row["period_start_date"] = start.isoformat()
        length = self.dice.choice((0, 0, 1, 30, 89, 365, 3000))
        row["period_end_date"] = (start + timedelta(length)).isoformat()
        if length == 0 and self.chance(0.5):
            row["period_end_date"] = None
        if self.chance(0.1) and row["amount"] not in (None, "0"):
            row["amount"] = f"-{row['amount']}"
        scope = row["scope"] or "all"
        system, person = self.dice.choice(self.people)
        values = {
            "customer": (f"{system}:{person}", person, "main:nowhere-1"),
            "segment": ("champions", "lost", "nobody"),
            "tier": ("basic", "gold", "none"),
            "market": ("DE", "US", "unknown"),
            "channel": ("search", "friends", "nowhere"),
            "campaign": ("ca0", "nowhere-1"),
        }
        row["scope_value"] = None
        if scope != "all":
            row["scope_value"] = self.dice.choice(values[scope])

    def _put_right_tickets(self, row: Row) -> None:
        for name in ("first_responded_at", "resolved_at"):
            if row[name]:
                row[name] = self._after(row["opened_at"])

    def _put_right_loyalty_entries(self, row: Row) -> None:
        kind = row["entry_type"]
        points = self.dice.choice(("1", "10", "100", "0.5", "0", "250"))
        sign = {"earn": "", "spend": "-", "expire": "-"}.get(
            str(kind), self.dice.choice(("", "-"))
        )
        row["points"] = points if points == "0" else sign + points
        if row["expires_at"]:
            row["expires_at"] = self._after(row["occurred_at"])
        # what it names must have been drawn before it
        earlier = [
            entry["entry_id"]
            for entry in self.rows.get("loyalty_entries", [])
            if self._fits(entry.get("source_system"), row)
        ]
        number = int(str(row["entry_id"])[2:])
        row["reverses_entry_id"] = None
        if kind == "reverse":
            named = self.dice.randint(0, max(0, number - 1))
            row["reverses_entry_id"] = self.dice.choice(
                (self._id("lo", named), "nowhere-1", *earlier[:1])
            )

    def _put_right_campaigns(self, row: Row) -> None:
        if row["ended_at"]:
            row["ended_at"] = self._after(row["started_at"])

    def _put_right_consents(self, row: Row) -> None:
        if self.has("ties"):
            row["recorded_at"] = self._at(self.days[0])

    def _put_right_erasure_requests(self, row: Row) -> None:
        if row["customer_id"] is None and row["email"] is None:
            row["customer_id"] = self._reference(
                CONTRACT.table("orders"), "customers", row
            )

    def _rates(self) -> list[Row]:
        """A rate every few days for every currency, so that no day is without one."""
        step = self.dice.choice((1, 5, 7))
        start = self.days[0] - timedelta(9)
        # days of other markets, of what follows what, and of costs that last
        count = (OBSERVED_UNTIL_AT.date() - start).days // step + 1
        return [
            {
                "rate_date": (start + timedelta(number * step)).isoformat(),
                "currency_code": currency,
                "rate": CURRENCIES[currency],
            }
            for currency in self.currencies
            if currency != self.reporting
            for number in range(count)
        ]

    def _currency(self, table_name: str) -> str | None:
        used = self.spent.get(table_name, 0)
        if (
            self.has("currency without rates")
            and used < REFUSED_ROWS
            and self.chance(0.2)
        ):
            self.spent[table_name] = used + 1
            return WITHOUT_RATE
        return self.dice.choice(self.currencies)

    def _amount(self) -> str:
        if self.has("extreme amounts") and self.chance(0.2):
            return self.dice.choice(EDGE_AMOUNTS)
        return str(Decimal(self.dice.randint(0, 20_000)) / 100)

    def _birth_date(self) -> str | None:
        if self.has("placeholders") and self.chance(0.3):
            return self.dice.choice(("1900-01-01", "1970-01-01"))
        return self.dice.choice(("1980-02-29", "1999-12-31", "2010-01-01"))

    def _day(self) -> date:
        if self.edge_days and self.chance(0.3):
            return self.dice.choice(self.edge_days)
        return self.dice.choice(self.days)

    def _moment(self) -> str:
        return self._at(self._day())

    def _at(self, day: date) -> str:
        if self.has("bare dates") and self.chance(0.4):
            return day.isoformat()
        if self.has("ties") and self.chance(0.5):
            return f"{day}T12:00:00Z"
        clock = self.dice.choice(
            ("00:00:00", "23:59:59", "01:30:00", "02:30:00", "10:15:30.250")
        )
        zone = self.dice.choice(("Z", "", "+02:00", "-05:00", "+05:30"))
        return f"{day}{self.dice.choice('T ')}{clock}{zone}"

    def _after(self, text: str | None) -> str:
        """A moment days after another one; the same instant now and then."""
        if text is None or self.chance(0.1):
            return text or self._moment()
        later = timedelta(self.dice.choice((2, 2, 5, 30, 90)))
        if self.has("known after it happened"):
            later *= 2
        latest = OBSERVED_UNTIL_AT.date() - timedelta(2)
        day = min(date.fromisoformat(text[:10]) + later, latest)
        return self._at(day) if day > date.fromisoformat(text[:10]) else text

    def _id(self, stem: str, number: int) -> str:
        return f"{stem}{number}"

    def _versions(self, table: Table, rows: list[Row]) -> list[Row]:
        """Add later versions of some rows, with the same customer and the same day."""
        is_versioned = "updated_at" in table.column_names and rows
        if not self.has("versions") or not is_versioned or table.name == FED_DAILY:
            return rows
        fixed = {*table.key, *REFERENCES, table.event_at, "source_system"}
        more = []
        for row in rows:
            if row.get("order_id") == "or0" or not self.chance(0.3):
                continue
            other = self._row(table, self.dice.randrange(len(rows)))
            version = {n: row[n] if n in fixed else v for n, v in other.items()}
            self._put_right_version(table, version)
            version["updated_at"] = row.get("updated_at")
            # else nothing but the order of files says which one is newer
            if not self.has("ties") or self.chance(0.5):
                version["updated_at"] = self._after(
                    row.get("updated_at") or row.get(table.event_at or "")
                )
            more.append(version)
        return [*rows, *more]

    def _put_right_version(self, table: Table, row: Row) -> None:
        if table.name == "costs" and row["period_end_date"]:
            row["period_end_date"] = max(
                str(row["period_end_date"]), str(row["period_start_date"])
            )
        if table.name == "erasure_requests" and row["customer_id"] is None:
            row["email"] = "c0@example.org"
        if table.name == "loyalty_entries":
            kind = self.dice.choice(("adjust",))
            row["entry_type"], row["reverses_entry_id"] = kind, None

    def _drop_columns(self) -> None:
        for name, rows in self.rows.items():
            optional = [c.name for c in CONTRACT.table(name).columns if not c.required]
            # without its system, or with none of what makes it sound, a row is another
            kept = {"source_system", "responded_at", "invited_at", "customer_id"}
            kept |= {
                "scope_value",
                "period_end_date",
                "score",
                "scale_min",
                "scale_max",
            }
            kept |= {"currency_code", "email", "scope"}
            gone = self.dice.sample(
                optional, min(len(optional), self.choice.dropped_columns)
            )
            for row in rows:
                for column in set(gone) - kept:
                    row.pop(column, None)

    def _as_of_date(self) -> date | None:
        if not self.has("past day"):
            return None
        first = date.fromisoformat(str(self.rows["orders"][0]["ordered_at"])[:10])
        # a day more: it may be that day's midnight somewhere else
        earliest = first + timedelta(1)
        return earliest + timedelta(self.dice.choice((0, 1, 30, 200)))


def _meta(word: str) -> dict[tuple[str, str], Any]:
    """What the contract says by this word of its columns, by table and column."""
    document = yaml.safe_load((PROJECT / CONTRACT_FILE).read_text("utf-8"))
    return {
        (table["name"], column["name"]): column["config"]["meta"][word]
        for source in document["sources"]
        for table in source["tables"]
        for column in table.get("columns", ())
        if word in (column.get("config") or {}).get("meta", {})
    }


ACCEPTED = _meta("accepted")
MINIMA = _meta("minimum")
IDENTIFYING = _meta("identifies")
IDENTITY = _meta("identity")
