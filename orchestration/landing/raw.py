"""The schema `raw` in the state database: its tables and its bookkeeping.

Belongs here: SQL that creates, reads and writes `raw`. Does not belong here: what is in
a landed file, and which file is to be loaded.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.landing.contract import Contract, Table
from orchestration.landing.discover import FoundFile, Look, natural_key
from orchestration.landing.report import LandedFile, LandedTable
from orchestration.landing.source import Source
from orchestration.text.quoting import quoted_name, quoted_text
from orchestration.text.trimming import filled

UNREADABLE_ROW = "unreadable_row"

_BOOKKEEPING = """
create schema if not exists raw;
create table if not exists raw.landing_files (
    landing_file_id varchar,
    table_name varchar,
    file_path varchar,
    checksum varchar,
    byte_count bigint,
    modified_at_ns bigint,
    landed_row_count bigint,
    unreadable_row_count bigint,
    landed_amount decimal(38, 6),
    unknown_columns varchar,
    is_current boolean,
    landed_at timestamp
);
alter table raw.landing_files add column if not exists file_order bigint;
create table if not exists raw.landing_rejects (
    landing_file_id varchar,
    table_name varchar,
    record_number bigint,
    reason varchar,
    error varchar,
    row_text varchar
);
create table if not exists raw.landing_clock (observed_until_at timestamp);
create table if not exists raw.file_order_since (noted_at timestamp);
create table if not exists raw.erased_records (
    source_system varchar,
    customer_id varchar,
    person_key varchar,
    request_source_system varchar,
    request_id varchar,
    requested_at timestamp,
    reason varchar,
    birth_year integer,
    erased_at timestamp
);
create table if not exists raw.erased_identity_keys (
    source_system varchar,
    customer_id varchar,
    match_rule varchar,
    keyed_value varchar
);
create table if not exists raw.erasure_log (
    request_source_system varchar,
    request_id varchar,
    place varchar,
    found_row_count bigint,
    erased_row_count bigint,
    searched_by varchar,
    erased_at timestamp
);
create table if not exists raw.erased_rows (
    table_name varchar,
    landing_file_id varchar,
    record_number bigint,
    is_unreadable boolean,
    is_own boolean,
    erased_at timestamp
);
"""


# what a home of an earlier version lacks of landing_files, and its values then
_LATER_COLUMNS = {
    "changed_at_ns": ("bigint", "null"),
    "inode": ("bigint", "null"),
    "read_as": ("varchar", "''"),
}


@dataclass(frozen=True)
class KnownFile:
    """One content that was loaded once, as it lay there then.

    `changed_at_ns` and `inode` are None where an earlier version noted nothing of them:
    such a file is compared by its bytes once.
    """

    landing_file_id: str
    table_name: str
    file_path: str
    checksum: str
    byte_count: int
    modified_at_ns: int
    is_current: bool
    changed_at_ns: int | None
    inode: int | None
    read_as: str

    @property
    def look(self) -> Look:
        """As `FoundFile.look`."""
        return (
            self.byte_count,
            self.modified_at_ns,
            self.changed_at_ns,
            self.inode,
            self.read_as,
        )


def landing_file_id(
    table_name: str, file_path: str, checksum: str, read_as: str = ""
) -> str:
    """Return the id of one content at one path, the same on every machine.

    Bytes that are read in another way (`FoundFile.read_as`) are other content.
    """
    content = f"{table_name}\n{file_path}\n{checksum}"
    content += f"\n{read_as}" if read_as else ""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:16]


def known_files(connection: duckdb.DuckDBPyConnection) -> list[KnownFile]:
    """Return all contents ever loaded; none where `raw` is not there yet."""
    present = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns()"
            " where database_name = current_database()"
            " and schema_name = 'raw' and table_name = 'landing_files'"
        ).fetchall()
    }
    if not present:
        return []
    later = ", ".join(
        name if name in present else f"{before} as {name}"
        for name, (_, before) in _LATER_COLUMNS.items()
    )
    rows = connection.execute(
        "select landing_file_id, table_name, file_path, checksum, byte_count,"
        f" modified_at_ns, is_current, {later}"
        " from raw.landing_files"
    ).fetchall()
    return [KnownFile(*row) for row in rows]


def ensure_tables(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Create what is missing of `raw`, also columns that the contract has gained."""
    connection.execute(_BOOKKEEPING)
    for name, (data_type, before) in _LATER_COLUMNS.items():
        connection.execute(
            "alter table raw.landing_files"
            f" add column if not exists {name} {data_type} default {before}"
        )
    for table in contract.tables:
        columns = "".join(
            f"{quoted_name(name)} varchar, " for name in table.column_names
        )
        name = _raw(table.name)
        connection.execute(
            f"create table if not exists {name} "
            f"({columns}landing_file_id varchar, record_number bigint)"
        )
        present = {row[0] for row in connection.execute(f"describe {name}").fetchall()}
        for column in table.column_names:
            if column not in present:
                connection.execute(
                    f"alter table {name} add column {quoted_name(column)} varchar"
                )


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, file_id: str, source: Source
) -> int:
    """Insert the readable rows of a file; return how many there were."""
    columns = {
        **source.values,
        "landing_file_id": quoted_text(file_id),
        "record_number": source.record_number,
    }
    inserted = connection.execute(
        f"insert into {_raw(table.name)} ({', '.join(map(quoted_name, columns))}) "
        f"select {', '.join(columns.values())} from {source.relation}"
    ).fetchone()
    return _count_of(inserted)


def insert_rejects(
    connection: duckdb.DuckDBPyConnection, table: Table, file_id: str, source: Source
) -> int:
    """Insert the unreadable rows of a file; return how many there were."""
    if source.rejects is None:
        return 0
    inserted = connection.execute(
        "insert into raw.landing_rejects "
        "(landing_file_id, table_name, record_number, reason, error, row_text) "
        f"select {quoted_text(file_id)}, {quoted_text(table.name)}, line_number, "
        f"'{UNREADABLE_ROW}', error, row_text from {source.rejects}"
    ).fetchone()
    return _count_of(inserted)


def insert_files(
    connection: duckdb.DuckDBPyConnection,
    loaded: Sequence[tuple[LandedFile, FoundFile, str]],
    observed_until_at: datetime,
) -> None:
    """Note loaded files with their checksums, in one statement for all.

    They are not yet current, and their amounts not yet known.
    """
    if not loaded:
        return
    noted: dict[str, tuple[str, list[object]]] = {
        "landing_file_id": ("varchar", [one.landing_file_id for one, *_ in loaded]),
        "table_name": ("varchar", [one.table_name for one, *_ in loaded]),
        "file_path": ("varchar", [one.file_path for one, *_ in loaded]),
        "checksum": ("varchar", [checksum for *_, checksum in loaded]),
        "byte_count": ("bigint", [file.byte_count for _, file, _ in loaded]),
        "landed_row_count": ("bigint", [one.landed_row_count for one, *_ in loaded]),
        "unreadable_row_count": (
            "bigint",
            [one.unreadable_row_count for one, *_ in loaded],
        ),
        "unknown_columns": (
            "varchar",
            [", ".join(one.unknown_columns) for one, *_ in loaded],
        ),
        "read_as": ("varchar", [file.read_as for _, file, _ in loaded]),
    }
    listed = ", ".join(f"unnest(?::{kind}[])" for kind, _ in noted.values())
    connection.execute(
        f"insert into raw.landing_files ({', '.join(noted)}, is_current, landed_at)"
        f" select {listed}, false, ?",
        [*(values for _, values in noted.values()), observed_until_at],
    )


def make_current(
    connection: duckdb.DuckDBPyConnection, files: Sequence[tuple[FoundFile, str]]
) -> None:
    """Make contents (a file and its id) those in force, as they lie there now.

    Other readings of the same bytes at the same path are forgotten: they were no other
    version of anything.
    """
    looks = [(file.file_path, file_id, *file.look[1:4]) for file, file_id in files]
    columns = [list(column) for column in zip(*looks, strict=True)]
    if not columns:
        return
    connection.execute(
        """
        create or replace temp table now_current as
        select
            unnest(?::varchar[]) as file_path,
            unnest(?::varchar[]) as landing_file_id,
            unnest(?::bigint[]) as modified_at_ns,
            unnest(?::bigint[]) as changed_at_ns,
            unnest(?::bigint[]) as inode
        """,
        columns,
    )
    connection.execute(
        """
        update raw.landing_files as files
        set
            is_current = files.landing_file_id = now.landing_file_id,
            modified_at_ns = case
                when files.landing_file_id = now.landing_file_id
                then now.modified_at_ns else files.modified_at_ns
            end,
            changed_at_ns = case
                when files.landing_file_id = now.landing_file_id
                then now.changed_at_ns else files.changed_at_ns
            end,
            inode = case
                when files.landing_file_id = now.landing_file_id
                then now.inode else files.inode
            end
        from now_current as now
        where files.file_path = now.file_path
        """
    )
    _forget_other_readings(connection)


def _forget_other_readings(connection: duckdb.DuckDBPyConnection) -> None:
    others = connection.execute(
        """
        select other.table_name, other.landing_file_id
        from now_current as now
        join raw.landing_files as files using (landing_file_id)
        join raw.landing_files as other
            on files.table_name = other.table_name
            and files.file_path = other.file_path
            and files.checksum = other.checksum
            and files.landing_file_id <> other.landing_file_id
        """
    ).fetchall()
    for table_name, file_id in others:
        for table in (_raw(table_name), "raw.landing_rejects", "raw.landing_files"):
            connection.execute(
                f"delete from {table} where landing_file_id = ?", [file_id]
            )
    connection.execute("drop table now_current")


def note_file_order(connection: duckdb.DuckDBPyConnection, instant: datetime) -> None:
    """Give every content its place among those of its table, 1 for the first.

    By path (`natural_key`), older contents of a path before newer ones. It follows from
    the paths alone, so that a rebuild gives the same, and it is noted anew for all.
    `raw.file_order_since` keeps the first instant: before it, ties went by text.
    """
    connection.execute(
        "insert into raw.file_order_since select ?"
        " where not exists (select 1 from raw.file_order_since)",
        [instant],
    )
    contents: dict[str, list[tuple[object, ...]]] = {}
    for table_name, file_path, *age in connection.execute(
        "select table_name, file_path, is_current, landed_at, landing_file_id"
        " from raw.landing_files"
    ).fetchall():
        place = (natural_key(file_path), *age)
        contents.setdefault(table_name, []).append(place)
    order = {
        landing_file_id: number
        for places in contents.values()
        for number, (*_, landing_file_id) in enumerate(sorted(places), start=1)
    }
    connection.execute(
        """
        update raw.landing_files set file_order = places.file_order
        from (select unnest(?) as landing_file_id, unnest(?) as file_order) as places
        where landing_files.landing_file_id = places.landing_file_id
            and landing_files.file_order is distinct from places.file_order
        """,
        [list(order), list(order.values())],
    )


def note_amounts(
    connection: duckdb.DuckDBPyConnection, table: Table, file_ids: Sequence[str]
) -> None:
    """Note the landed money of new files; the text that staging reads is read here."""
    if not table.control_amount:
        return
    # widened, for the product of two decimal(18, 6) would be a decimal(18, 12)
    factors = " * ".join(
        f"cast(try_cast({filled(quoted_name(name))} as decimal(18, 6))"
        " as decimal(38, 6))"
        for name in table.control_amount
    )
    connection.execute(
        f"""
        update raw.landing_files
        set landed_amount = coalesce(amounts.amount, 0)
        from (select unnest(?) as landing_file_id) as loaded
        left join (
            select
                landing_file_id,
                sum(cast(coalesce({factors}, 0) as decimal(38, 6))) as amount
            from {_raw(table.name)}
            where list_contains(?, landing_file_id)
            group by landing_file_id
        ) as amounts on loaded.landing_file_id = amounts.landing_file_id
        where landing_files.landing_file_id = loaded.landing_file_id
        """,
        [list(file_ids), list(file_ids)],
    )


def set_clock(
    connection: duckdb.DuckDBPyConnection, observed_until_at: datetime
) -> None:
    """Set the one instant of this refresh."""
    connection.execute("delete from raw.landing_clock")
    connection.execute("insert into raw.landing_clock values (?)", [observed_until_at])


def landed_tables(
    connection: duckdb.DuckDBPyConnection, contract: Contract
) -> tuple[LandedTable, ...]:
    """Return what is current, for every table of the contract."""
    rows = connection.execute(
        "select table_name, count(*), sum(landed_row_count)::bigint,"
        " sum(unreadable_row_count)::bigint from raw.landing_files"
        " where is_current group by table_name"
    ).fetchall()
    totals = {row[0]: LandedTable(*row) for row in rows}
    return tuple(
        totals.get(name, LandedTable(name, 0, 0, 0)) for name in contract.table_names
    )


def _raw(table_name: str) -> str:
    return f"raw.{quoted_name(table_name)}"


def _count_of(row: tuple[int] | None) -> int:
    return 0 if row is None else int(row[0])
