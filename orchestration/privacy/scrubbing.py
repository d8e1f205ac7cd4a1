"""One pass over `raw` that takes erased people out of it.

Belongs here: the order in which rows and cells are found, emptied, searched once more
and noted. What could be read becomes null, what could not becomes `(erased)`: a row
that was refused for an unreadable birth date stays refused. No value is told or logged.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb

from orchestration.landing.contract import Contract, Table
from orchestration.privacy.erased_columns import (
    rows_searched,
    searched_columns,
    text_after,
)
from orchestration.privacy.person_texts import ERASED, Person, folded, person_of
from orchestration.privacy.scrubbing_sql import (
    DUE,
    ERASED_KEYS,
    ERASED_RECORDS,
    ERASED_ROWS,
    OWN_ROWS,
    SIGHTED_RECORDS,
    SIGHTED_ROWS,
    SOUGHT,
)
from orchestration.store.databases import first_value
from orchestration.text.quoting import quoted_name
from orchestration.text.trimming import trimmed

WORDS_A_QUERY = 500

Request = tuple[str, str]


@dataclass(frozen=True)
class Erasure:
    """What one erasure did, in numbers.

    `people` are those who were erased, as long as this process remembers them: what it
    found before may name them too.
    """

    person_count: int
    row_count: int
    people: tuple[Person, ...] = field(default=(), repr=False)

    def told(self) -> str:
        """Say how many were erased, not who."""
        people = "person" if self.person_count == 1 else "people"
        return f"{self.person_count:,} {people} erased from {self.row_count:,} rows"


class ErasureFailed(Exception):
    """People are still found after they were erased: nothing may be published."""


class Scrub:
    """One pass over `raw`, in one transaction of the connection.

    Tables of its own (temporary): `own_rows`, rows of the due records and such as hold
    them without an id; `sought`, what the persons are known by; `new_cells`, texts of
    others with the person taken out.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Contract,
        observed_until_at: datetime,
    ) -> None:
        self._connection = connection
        self._contract = contract
        self._instant = observed_until_at.astimezone(UTC).replace(tzinfo=None)
        self._found: Counter[tuple[Request, str, str]] = Counter()
        self._erased: Counter[tuple[Request, str, str]] = Counter()

    def run(self) -> Erasure:
        """Erase, and note in `raw` what was erased."""
        self._execute(OWN_ROWS)
        for table in self._tables_of_customers():
            self._add_own_rows(table)
        self._execute(SOUGHT)
        self._execute(SIGHTED_ROWS)
        people = self._people()
        self._erase_requests()
        self._erase_texts(people)
        self._erase_rejects(people)
        for table in self._tables_of_customers():
            self._erase_own_rows(table)
        self._require_gone(people)
        self._note()
        return Erasure(
            person_count=self._first(f"select count(distinct person_key) from {DUE}"),
            row_count=sum(self._erased.values()),
            people=tuple(people.values()),
        )

    # --- who is looked for -----------------------------------------------------------

    def _tables_of_customers(self) -> Iterator[Table]:
        for table in self._contract.tables:
            is_of_customers = {"source_system", "customer_id"} <= {*table.column_names}
            if is_of_customers and table.name != "erasure_requests":
                yield table

    def _add_own_rows(self, table: Table) -> None:
        """Note rows that hold, or in columns beyond the contract may hold, a person."""
        held = " or ".join(
            f"{trimmed(f'raw_rows.{quoted_name(c.name)}')} <> ''"
            for c in table.erased_columns
        )
        self._execute(
            f"""
            insert into own_rows
            select
                '{table.name}', staged.landing_file_id, staged.record_number,
                due.request_source_system, due.request_id, due.person_key, 'record',
                coalesce({held or "false"}, false)
            from staging.stg_{table.name} as staged
            inner join {DUE} as due
                on staged.source_system = due.source_system
                and staged.customer_id = due.source_customer_id
            inner join raw.{table.name} as raw_rows
                on staged.landing_file_id = raw_rows.landing_file_id
                and staged.record_number = raw_rows.record_number
            inner join raw.landing_files as files
                on staged.landing_file_id = files.landing_file_id
            where {bool(table.erased_columns)} or files.unknown_columns <> ''
            """
        )

    def _people(self) -> dict[Request, Person]:
        values: dict[Request, dict[str, set[str]]] = {}
        for system, request_id, kind, value in self._execute(
            "select request_source_system, request_id, kind, landed from sought"
        ).fetchall():
            kinds = values.setdefault((system, request_id), {})
            kinds.setdefault(kind, set()).add(value)
        return {
            request: person_of(
                kinds.get("name", ()), kinds.get("mail", ()), kinds.get("phone", ())
            )
            for request, kinds in values.items()
        }

    # --- what is erased --------------------------------------------------------------

    def _erase_own_rows(self, table: Table) -> None:
        columns = table.erased_columns
        if not columns:
            return
        self._count_own_rows(table.name, self._found)
        assignments = ", ".join(
            f"{quoted_name(column.name)} = {text_after(column)}" for column in columns
        )
        self._execute(
            f"""
            update raw.{table.name} as landed set {assignments}
            from staging.stg_{table.name} as staged
            where staged.landing_file_id = landed.landing_file_id
                and staged.record_number = landed.record_number
                and (landed.landing_file_id, landed.record_number) in (
                    select (landing_file_id, record_number) from own_rows
                    where table_name = '{table.name}'
                )
            """
        )
        self._count_own_rows(table.name, self._erased)

    def _count_own_rows(
        self, table: str, counter: Counter[tuple[Request, str, str]]
    ) -> None:
        for system, request_id, searched_by, count in self._execute(
            "select request_source_system, request_id, searched_by,"
            " count(distinct (landing_file_id, record_number)) from own_rows"
            " where table_name = ? and is_holding group by all",
            [table],
        ).fetchall():
            counter[(system, request_id), f"raw.{table}", searched_by] = count

    def _erase_requests(self) -> None:
        """Put the keyed form, or a word, in the place of the mail of a request."""
        rows = self._execute(
            """
            select distinct
                landed.landing_file_id, landed.record_number,
                coalesce(mails.email, 'erased'),
                coalesce(sought.request_source_system, staged.source_system),
                coalesce(sought.request_id, mails.request_id, staged.request_id)
            from raw.erasure_requests as landed
            inner join staging.stg_erasure_requests as staged
                on landed.landing_file_id = staged.landing_file_id
                and landed.record_number = staged.record_number
            left join intermediate.int_erased_mails_due as mails
                on landed.landing_file_id = mails.landing_file_id
                and landed.record_number = mails.record_number
            left join sought
                on sought.kind = 'mail' and lower(staged.email) = sought.value
            where mails.email is not null or sought.value is not null
            """
        ).fetchall()
        cells = {(file, number): mail for file, number, mail, *_ in rows}
        for file, number in {(file, number) for file, number, *_ in rows}:
            self._set_cell(
                "erasure_requests", "email", file, number, cells[file, number]
            )
        for request in {(file, number, (s, r)) for file, number, _, s, r in rows}:
            self._count(request[2], "raw.erasure_requests", "request")

    def _erase_texts(self, people: dict[Request, Person]) -> None:
        for table in self._contract.tables:
            for column, is_refused_only in searched_columns(table):
                where = rows_searched(table, column, is_refused_only)
                for file, number, text in self._candidates(
                    f"raw.{table.name}", column.name, people, where
                ):
                    name = column.name
                    self._erase_text(table.name, name, file, number, text, people)

    def _erase_text(
        self,
        table: str,
        column: str,
        file: str,
        number: int,
        text: str,
        people: dict[Request, Person],
    ) -> None:
        after = text
        for request, person in people.items():
            if person.is_in(text):
                self._count(request, f"raw.{table}", "text")
                after = person.erased_from(after)
        if after != text:
            self._set_cell(table, column, file, number, after)

    def _erase_rejects(self, people: dict[Request, Person]) -> None:
        for file, number, text in self._candidates(
            "raw.landing_rejects", "row_text", people, "true"
        ):
            for request in (r for r, person in people.items() if person.is_in(text)):
                self._count(request, "raw.landing_rejects", "text")
                self._set_cell("landing_rejects", "row_text", file, number, ERASED)

    def _require_gone(self, people: dict[Request, Person]) -> None:
        """Search once more, at all places, for what was taken out of them."""
        places: Counter[str] = Counter()
        for table in self._contract.tables:
            for column, is_refused_only in searched_columns(table):
                where = rows_searched(table, column, is_refused_only)
                cells = self._candidates(
                    f"raw.{table.name}", column.name, people, where
                )
                places[f"raw.{table.name}, column {column.name}"] = sum(
                    any(person.is_in(text) for person in people.values())
                    for *_, text in cells
                )
        for table in self._tables_of_customers():
            for column in table.erased_columns:
                name = quoted_name(column.name)
                places[f"raw.{table.name}, column {column.name}"] += self._first(
                    f"""
                    select count(*) from raw.{table.name} as landed
                    where trim(landed.{name}) not in ('', '{ERASED}')
                        and (landed.landing_file_id, landed.record_number) in (
                            select (landing_file_id, record_number) from own_rows
                            where table_name = '{table.name}'
                        )
                    """
                )
        if left := [f"{place}: {count:,} rows" for place, count in (+places).items()]:
            raise ErasureFailed(
                f"People were erased and are still found in {'; '.join(left)}. Nothing"
                " was published. Please report this with the log."
            )

    def _candidates(
        self, relation: str, column: str, people: dict[Request, Person], where: str
    ) -> Iterator[tuple[str, int, str]]:
        """Yield cells that hold a word or number of somebody; `people` looks closer."""
        words = sorted(
            {word for person in people.values() for word in person.words}
            | {
                folded(box.partition("@")[0])
                for person in people.values()
                for box in person.mailboxes
            }
        )
        numbers = sorted(
            {number[-7:] for person in people.values() for number in person.numbers}
        )
        seen: set[tuple[str, int]] = set()
        plain = f"strip_accents(lower(landed.{quoted_name(column)}))"
        digits = f"regexp_replace(landed.{quoted_name(column)}, '[^0-9]', '', 'g')"
        for text, wanted in ((plain, words), (digits, numbers)):
            for begin in range(0, len(wanted), WORDS_A_QUERY):
                pattern = "|".join(map(escaped, wanted[begin : begin + WORDS_A_QUERY]))
                for file, number, cell in self._execute(
                    f"select landed.landing_file_id, landed.record_number,"
                    f" landed.{quoted_name(column)} from {relation} as landed"
                    f" where regexp_matches({text}, ?) and {where}",
                    [pattern],
                ).fetchall():
                    if (file, number) not in seen:
                        seen.add((file, number))
                        yield file, number, cell

    # --- what is noted ---------------------------------------------------------------

    def _note(self) -> None:
        self._execute(ERASED_RECORDS, {"instant": self._instant})
        self._execute(SIGHTED_RECORDS, {"instant": self._instant})
        self._execute(ERASED_KEYS)
        self._execute(ERASED_ROWS, {"instant": self._instant})
        for request in self._execute(
            f"select distinct request_source_system, request_id from {DUE}"
        ).fetchall():
            if not any(asked == request for asked, *_ in self._found):
                self._found[request, "raw.customers", "record"] = 0
        for key in sorted(self._found):
            (system, request_id), place, searched_by = key
            self._execute(
                "insert into raw.erasure_log values (?, ?, ?, ?, ?, ?, ?)",
                [
                    system,
                    request_id,
                    place,
                    self._found[key],
                    self._erased[key],
                    searched_by,
                    self._instant,
                ],
            )

    def _count(self, request: Request, place: str, searched_by: str) -> None:
        self._found[request, place, searched_by] += 1
        self._erased[request, place, searched_by] += 1

    def _set_cell(
        self, table: str, column: str, file: str, number: int, text: str
    ) -> None:
        self._execute(
            f"update raw.{table} set {quoted_name(column)} = ?"
            " where landing_file_id = ? and record_number = ?",
            [text, file, number],
        )
        self._execute(
            "insert into raw.erased_rows values (?, ?, ?, ?, false, ?)",
            [table, file, number, table == "landing_rejects", self._instant],
        )

    def _first(self, query: str) -> int:
        return int(first_value(self._connection, query) or 0)

    def _execute(
        self, query: str, parameters: object = None
    ) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(query, parameters)


def escaped(word: str) -> str:
    """Return a pattern of RE2 that matches a word as it is."""
    return "".join(c if c.isalnum() else f"\\x{{{ord(c):x}}}" for c in word)
