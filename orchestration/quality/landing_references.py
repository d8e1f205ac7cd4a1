"""Whether the ids of a new file find the records that they name.

Counts per new file and reference column, over `raw` as it landed. A row whose record is
missing is no fault (it may come later); a file of which none finds one, or whose ids
would find theirs with a plain change, hardly means what it says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from orchestration.landing.contract import Column, Contract, Table
from orchestration.quality.raw_rows import (
    IN_FORCE,
    filled,
    listed,
    new_files,
    system_of,
)
from orchestration.text.quoting import quoted_text

# below that a file may well name nobody that is known
LEAST_ROWS = 20
# what exports do to ids: a whole number with `.0`, zeros in front, other case
_BARE = "regexp_replace({id}, '^([0-9]+)[.]0+$', '\\1')"
_PLAIN = f"lower(coalesce(nullif(ltrim({_BARE}, '0'), ''), '0'))"
_HAS_POINT = "regexp_matches({id}, '^[0-9]+[.]0+$')"


@dataclass(frozen=True)
class _Reference:
    """A column of a table that names records of another one, as SQL."""

    rows: str
    known: str


def references(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    meaningless: Sequence[str] = (),
) -> pd.DataFrame:
    """Return one row a new file of 20 rows or more and reference column.

    `meaningless` are ids that stand for nobody. `missed_row_count` are the rows that
    find no record: those that would with a plain change, else all where none finds one.
    """
    return pd.DataFrame(
        [
            row
            for table in contract.tables
            if _has_new_files(connection, table)
            for column in table.columns
            if column.references
            for row in _of_column(connection, contract, table, column, meaningless)
        ]
    )


def _has_new_files(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    files = new_files(table.name, LEAST_ROWS)
    return connection.execute(f"from {files} limit 1").fetchone() is not None


def _of_column(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    column: Column,
    meaningless: Sequence[str],
) -> Iterator[dict[str, object]]:
    assert column.references is not None
    reference = _reference(contract, table, column, column.references, meaningless)
    is_told = connection.execute(f"from {reference.known} limit 1").fetchone()
    if is_told is None:
        return
    counted = connection.execute(
        f"""
        select file_path, count(*), count(known.id),
            min(record_number) filter (known.id is null)
        from {reference.rows} as named
        left join {reference.known} as known
            on named.id = known.id and named.system = known.system
        group by file_path
        order by file_path
        """
    ).fetchall()
    near = (
        _near(connection, reference)
        if any(found < named for _, named, found, _ in counted)
        else {}
    )
    for file, named, found, first in counted:
        close = near.get(file)
        missed = close.row_count if close else 0 if found else named
        told = f"{file}: {found:,} of {named:,} rows find their record in "
        told += column.references
        if close:
            told += f"; {close.row_count:,} more would {close.change}, first record "
            told += f"{close.record}"
        elif missed:
            told += f", first record {first}{_elsewhere(connection, reference, file)}"
        yield {
            "table_name": table.name,
            "column_name": column.name,
            "missed_row_count": missed,
            "told": told,
        }


def _reference(
    contract: Contract,
    table: Table,
    column: Column,
    target: str,
    meaningless: Sequence[str],
) -> _Reference:
    known_id, has_system = contract.key_of(target)
    target_columns = contract.table(target).column_names
    # ids of a table without source systems are those of all
    system = system_of(table.column_names) if has_system else "''"
    known_system = system_of(target_columns) if has_system else "''"
    return _Reference(
        rows=f"""(
            select file_path, record_number, {system} as system,
                {filled(column.name)} as id
            from raw.{table.name}
            join {new_files(table.name, LEAST_ROWS)} using (landing_file_id)
            where {filled(column.name)} not in ({listed(("", *meaningless))})
        )""",
        known=f"""(
            select distinct {known_system} as system, {filled(known_id)} as id
            from raw.{target}
            semi join {IN_FORCE} using (landing_file_id)
            where {filled(known_id)} is not null
        )""",
    )


@dataclass(frozen=True)
class _Near:
    """Rows of a file that would find their record, and by which change."""

    row_count: int
    record: int
    change: str


def _near(
    connection: duckdb.DuckDBPyConnection, reference: _Reference
) -> dict[str, _Near]:
    """Return by file what a plain change of the ids would find."""
    form = _PLAIN.format(id="id")
    rows = connection.execute(
        f"""
        with
            known as materialized (from {reference.known}),
            lost as (
                select file_path, system, id, {form} as form,
                    count(*) as row_count, min(record_number) as record_number
                from {reference.rows} anti join known using (system, id)
                group by all
            ),
            near as (
                select system, {form} as form, min(id) as known_id
                from known
                where {form} in (select form from lost)
                group by all
            ),
            pairs as (
                select *,
                    {_HAS_POINT.format(id="id")}
                    <> {_HAS_POINT.format(id="known_id")} as is_point,
                    starts_with(id, '0') or starts_with(known_id, '0') as is_zeros,
                    ltrim({_BARE.format(id="id")}, '0')
                    <> ltrim({_BARE.format(id="known_id")}, '0') as is_case
                from lost join near using (system, form)
            )
        select file_path, sum(row_count)::bigint, min(record_number),
            bool_or(is_point), bool_or(is_zeros), bool_or(is_case)
        from pairs
        group by file_path
        """
    ).fetchall()
    return {
        file: _Near(count, record, _change(*changes))
        for file, count, record, *changes in rows
    }


def _change(is_point: bool, is_zeros: bool, is_case: bool) -> str:
    changes = (
        ("without `.0`", is_point),
        ("without leading zeros", is_zeros),
        ("in the same case", is_case),
    )
    return " and ".join(change for change, holds in changes if holds)


def _elsewhere(
    connection: duckdb.DuckDBPyConnection, reference: _Reference, file: str
) -> str:
    """Say of a file that finds nothing whether another source system has its ids."""
    row = connection.execute(
        f"""
        select count(*), min(known.system), count(distinct known.system)
        from (select id, min(system) as system from {reference.known} group by id)
            as known
        semi join (
            select id from {reference.rows} where file_path = {quoted_text(file)}
        ) using (id)
        """
    ).fetchone()
    count, system, systems = row or (0, "", 0)
    if not count:
        return ""
    named = f"`{system}`" if systems == 1 else f"{systems} others"
    return f"; {count:,} of its ids are known under another source_system ({named})"
