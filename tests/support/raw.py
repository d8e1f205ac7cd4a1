"""A small schema `raw`, as a landing leaves it, for what judges landed files."""

from collections.abc import Mapping, Sequence

import duckdb

from orchestration.landing.contract import Contract
from orchestration.landing.raw import ensure_tables

TONIGHT, BEFORE = "2026-03-05 02:00:00", "2026-03-04 02:00:00"
Row = Mapping[str, str | None]


def raw_database(contract: Contract) -> duckdb.DuckDBPyConnection:
    """Return a database in memory with the empty tables of a contract, at TONIGHT."""
    connection = duckdb.connect()
    ensure_tables(connection, contract)
    connection.execute(f"insert into raw.landing_clock values ('{TONIGHT}')")
    return connection


def land_rows(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    rows: Sequence[Row],
    *,
    landed_at: str = TONIGHT,
    is_current: bool = True,
) -> None:
    """Bring the rows of a file; its table is the first part of its path."""
    table = path.split("/")[0].split(".")[0]
    file_id = f"{path}@{landed_at}"
    for number, row in enumerate(rows, start=1):
        names = [*row, "landing_file_id", "record_number"]
        connection.execute(
            f"insert into raw.{table} ({', '.join(names)})"
            f" values ({', '.join('?' * len(names))})",
            [*row.values(), file_id, number],
        )
    connection.execute(
        "insert into raw.landing_files by name select ? as landing_file_id,"
        " ? as table_name, ? as file_path, ? as checksum, ? as landed_row_count,"
        " 0 as unreadable_row_count, '' as unknown_columns, ? as is_current,"
        " ?::timestamp as landed_at",
        [file_id, table, path, file_id, len(rows), is_current, landed_at],
    )
