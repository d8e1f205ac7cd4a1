"""Erasing people from the state database: what is due goes from every table of `raw`.

Belongs here: which rows and cells hold an erased person, and what stands there after.
What is due is decided by the model `int_erasures_due`; how a person is found in a text
stands in `person_texts`; landed files and older versions are the business of `purging`.

What could be read becomes null, what could not becomes `(erased)`: a row that was
refused for an unreadable birth date stays refused. No value is told or logged.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.landing.contract import Column, Contract, Table
from orchestration.privacy.person_texts import ERASED, Person, folded, person_of
from orchestration.store.databases import first_value, has_table, transaction
from orchestration.text.quoting import quoted_text
from orchestration.text.trimming import trimmed

DUE = "intermediate.int_erasures_due"
# beside `raw`, what no landed file can tell again
KEPT_TABLES = (("intermediate", "int_identity_ledger"),)
# what stands in them can always be read
NO_NUMBER = ("text", "code")
# what a customer record says of its own person: another person's may be equal
IDENTITY = ("full_name", "email", "phone", "loyalty_number", "external_ids")
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


def erase_due(
    state: Path, contract: Contract, observed_until_at: datetime
) -> Erasure | None:
    """Erase all that is due from a state database; None where nothing is.

    The file is written anew, so that no freed block keeps what was erased; of what dbt
    built in it only what cannot be built again is kept.
    """
    with duckdb.connect(str(state)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        done = erase_from(connection, contract, observed_until_at)
    if done is not None:
        write_anew(state)
    return done


def erase_from(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    observed_until_at: datetime,
) -> Erasure | None:
    """Erase all that is due from `raw` of an open state; None where nothing is."""
    if not is_due(connection):
        return None
    with transaction(connection):
        return _Scrub(connection, contract, observed_until_at).run()


def require_nothing_due(state: Path) -> None:
    """Raise ErasureFailed where something is due after it was erased."""
    with duckdb.connect(str(state), read_only=True) as connection:
        if is_due(connection):
            count = first_value(connection, f"select count(*) from {DUE}")
            raise ErasureFailed(
                f"{count} records are due to be erased again after they were erased. "
                "Nothing was published. Please report this with the log."
            )


def is_due(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether the last build found something to erase."""
    if not has_table(connection, "state", "intermediate", "int_erasures_due"):
        return False
    return bool(first_value(connection, f"select count(*) > 0 from {DUE}"))


def write_anew(state: Path) -> None:
    """Copy what is kept into a new file, and put it in the place of the old one."""
    fresh = state.with_name("fresh.duckdb")
    with duckdb.connect(str(fresh)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        path = quoted_text(str(state))
        connection.execute(f"attach {path} as old (read_only)")
        kept = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where database_name = 'old' order by all"
        ).fetchall()
        for schema, table in kept:
            if schema == "raw" or (schema, table) in KEPT_TABLES:
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(
                    f'create table {schema}."{table}" as from old.{schema}."{table}"'
                )
    fresh.replace(state)
    state.with_name(f"{state.name}.wal").unlink(missing_ok=True)


class _Scrub:
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
        self._execute(_OWN_ROWS)
        for table in self._tables_of_customers():
            self._add_own_rows(table)
        self._execute(_SOUGHT)
        self._execute(_SIGHTED_ROWS)
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
            f"{trimmed(f'raw_rows.{_q(c)}')} <> ''" for c in _erased(table)
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
            where {bool(_erased(table))} or files.unknown_columns <> ''
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
        columns = _erased(table)
        if not columns:
            return
        self._count_own_rows(table.name, self._found)
        assignments = ", ".join(
            f"{_q(column)} = {_after(column)}" for column in columns
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
            for column, is_refused_only in _searched(table):
                where = _where(table, column, is_refused_only)
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
            for column, is_refused_only in _searched(table):
                where = _where(table, column, is_refused_only)
                cells = self._candidates(
                    f"raw.{table.name}", column.name, people, where
                )
                places[f"raw.{table.name}, column {column.name}"] = sum(
                    any(person.is_in(text) for person in people.values())
                    for *_, text in cells
                )
        for table in self._tables_of_customers():
            for column in _erased(table):
                places[f"raw.{table.name}, column {column.name}"] += self._first(
                    f"""
                    select count(*) from raw.{table.name} as landed
                    where trim(landed.{_q(column)}) not in ('', '{ERASED}')
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
        plain = f"strip_accents(lower(landed.{_q(column)}))"
        digits = f"regexp_replace(landed.{_q(column)}, '[^0-9]', '', 'g')"
        for text, wanted in ((plain, words), (digits, numbers)):
            for begin in range(0, len(wanted), WORDS_A_QUERY):
                pattern = "|".join(map(_escaped, wanted[begin : begin + WORDS_A_QUERY]))
                for file, number, cell in self._execute(
                    f"select landed.landing_file_id, landed.record_number,"
                    f" landed.{_q(column)} from {relation} as landed"
                    f" where regexp_matches({text}, ?) and {where}",
                    [pattern],
                ).fetchall():
                    if (file, number) not in seen:
                        seen.add((file, number))
                        yield file, number, cell

    # --- what is noted ---------------------------------------------------------------

    def _note(self) -> None:
        self._execute(_ERASED_RECORDS, {"instant": self._instant})
        self._execute(_SIGHTED_RECORDS, {"instant": self._instant})
        self._execute(_ERASED_KEYS)
        self._execute(_ERASED_ROWS, {"instant": self._instant})
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
            f"update raw.{table} set {_q(column)} = ?"
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


# the landed text in a form that can be compared in SQL
_DIGITS = "ltrim(regexp_replace(replace({0}, '(0)', ''), '[^0-9]', '', 'g'), '0')"
_WORDS = (
    "array_to_string(list_sort(regexp_extract_all(strip_accents(lower({0})),"
    " '[\\p{{L}}\\p{{N}}]+')), ' ')"
)

_OWN_ROWS = """
create or replace temp table own_rows (
    table_name varchar,
    landing_file_id varchar,
    record_number bigint,
    request_source_system varchar,
    request_id varchar,
    person_key varchar,
    searched_by varchar,
    is_holding boolean
)
"""

_SOUGHT = f"""
create or replace temp table sought as
with
    own as (
        select
            own_rows.request_source_system, own_rows.request_id, own_rows.person_key,
            staged.full_name, staged.email, staged.phone
        from own_rows
        inner join staging.stg_customers as staged
            on own_rows.landing_file_id = staged.landing_file_id
            and own_rows.record_number = staged.record_number
        where own_rows.table_name = 'customers'
    ),
    keys as (
        select due.request_source_system, due.request_id, due.person_key,
            records.email_key, records.phone_key
        from {DUE} as due
        inner join intermediate.int_identity_records as records
            on due.source_system = records.source_system
            and due.source_customer_id = records.source_customer_id
    ),
    asked as (
        select mails.request_source_system as source_system, mails.request_id,
            staged.email
        from intermediate.int_erased_mails_due as mails
        inner join staging.stg_erasure_requests as staged
            using (landing_file_id, record_number)
    ),
    landed as (
        select * exclude (full_name, email, phone), 'name' as kind, full_name as landed
        from own
        union
        select * exclude (full_name, email, phone), 'mail', email from own
        union
        select * exclude (full_name, email, phone), 'phone', phone from own
        union
        select * exclude (email_key, phone_key), 'mail', email_key from keys
        union
        select * exclude (email_key, phone_key), 'phone', phone_key from keys
        union
        select source_system, request_id, null, 'mail', email from asked
    )
select
    *,
    case kind
        when 'name' then {_WORDS.format("landed")}
        when 'phone' then {_DIGITS.format("landed")}
        else lower(landed)
    end as value
from landed
where landed <> '{ERASED}' and landed <> 'erased' and landed not like 'keyed:%'
"""

# Rows of customers that nobody can be named by, or of records not in force: without an
# id one trait is enough; with one it must be the mail, or name and phone together.
_SIGHTED_ROWS = f"""
insert into own_rows
select
    'customers', staged.landing_file_id, staged.record_number,
    sought.request_source_system, sought.request_id, sought.person_key, 'sight', true
from staging.stg_customers as staged
inner join sought
    on sought.value = case sought.kind
        when 'name' then {_WORDS.format("staged.full_name")}
        when 'phone' then {_DIGITS.format("staged.phone")}
        else lower(staged.email)
    end
left join intermediate.int_identity_records as records
    on staged.source_system = records.source_system
    and staged.customer_id = records.source_customer_id
left join (
    select request_source_system, request_id, max(requested_at) as requested_at
    from {DUE} group by all
) as requests
    on sought.request_source_system = requests.request_source_system
    and sought.request_id = requests.request_id
where records.record_id is null
    and coalesce(staged.created_at <= requests.requested_at, true)
    and (staged.landing_file_id, staged.record_number) not in (
        select (landing_file_id, record_number) from own_rows
        where table_name = 'customers'
    )
group by all
having staged.landing_file_id is not null and (
    max(staged.customer_id) is null
    or bool_or(sought.kind = 'mail')
    or count(distinct sought.kind) > 1
)
"""

_ERASED_RECORDS = f"""
insert into raw.erased_records
select
    due.source_system, due.source_customer_id, due.person_key,
    due.request_source_system, due.request_id, due.requested_at, due.reason,
    due.birth_year, $instant
from {DUE} as due
left join raw.erased_records as known
    on due.source_system = known.source_system
    and due.source_customer_id = known.customer_id
where due.source_customer_id is not null and known.customer_id is null
qualify row_number() over (
    partition by due.source_system, due.source_customer_id
    order by due.reason, due.requested_at, due.request_source_system, due.request_id
) = 1
order by all
"""

# A record in quarantine that was seen to be the person's: known when it lands again.
_SIGHTED_RECORDS = f"""
insert into raw.erased_records
select
    staged.source_system, staged.customer_id, own_rows.person_key,
    due.request_source_system, due.request_id, due.requested_at, due.reason,
    due.birth_year, $instant
from own_rows
inner join staging.stg_customers as staged
    on own_rows.landing_file_id = staged.landing_file_id
    and own_rows.record_number = staged.record_number
inner join {DUE} as due
    on own_rows.request_source_system = due.request_source_system
    and own_rows.request_id = due.request_id
    and own_rows.person_key = due.person_key
left join raw.erased_records as known
    on staged.source_system = known.source_system
    and staged.customer_id = known.customer_id
where own_rows.searched_by = 'sight'
    and staged.customer_id is not null and known.customer_id is null
qualify row_number() over (
    partition by staged.source_system, staged.customer_id
    order by
        due.reason, due.requested_at, due.request_source_system, due.request_id,
        own_rows.person_key, due.birth_year
) = 1
order by all
"""

_ERASED_KEYS = """
insert into raw.erased_identity_keys
select source_system, source_customer_id, match_rule, keyed_value
from intermediate.int_erased_keys_due
except
select source_system, customer_id, match_rule, keyed_value
from raw.erased_identity_keys
order by all
"""

_ERASED_ROWS = """
insert into raw.erased_rows
select distinct table_name, landing_file_id, record_number, false, true, $instant
from own_rows
order by all
"""


def _erased(table: Table) -> tuple[Column, ...]:
    return table.erased_columns


def _after(column: Column) -> str:
    """Return SQL for what stands in a cell once the person is gone."""
    if column.data_type in NO_NUMBER:
        return "null"
    # the reason must stay, or what was refused would be accepted
    return (
        f"case when contains(concat(';', staged.refusals), ';{column.name}:bad_')"
        f" then '{ERASED}' end"
    )


def _searched(table: Table) -> Iterator[tuple[Column, bool]]:
    """Yield the columns in which a person may be named, in rows of whomever.

    True where only refused rows are looked through: what is no text, or an id, is one
    in a row whose values have slipped.
    """
    for column in table.columns:
        if table.name == "customers" and column.name in IDENTITY:
            continue
        is_id = column.name == "source_system" or column.name.endswith("_id")
        yield column, is_id or column.data_type not in NO_NUMBER


def _where(table: Table, column: Column, is_refused_only: bool) -> str:
    """Return which rows are looked through: all but such as lose the cell anyway."""
    others = "true"
    if column in _erased(table):
        others = (
            "(landed.landing_file_id, landed.record_number) not in ("
            "select (landing_file_id, record_number) from own_rows"
            f" where table_name = '{table.name}' and is_holding)"
        )
    if not is_refused_only:
        return others
    return (
        f"{others} and (landed.landing_file_id, landed.record_number) in ("
        "select (landing_file_id, record_number)"
        f" from staging.stg_{table.name} where refusals <> '')"
    )


def _q(column: Column | str) -> str:
    name = column.name if isinstance(column, Column) else column
    return '"' + name.replace('"', '""') + '"'


def _escaped(word: str) -> str:
    """Return a pattern of RE2 that matches a word as it is."""
    return "".join(c if c.isalnum() else f"\\x{{{ord(c):x}}}" for c in word)
