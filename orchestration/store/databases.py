"""Opening the three databases of a refresh or a version as one DuckDB connection.

The state is the main database; `analytics` and `private` carry the aliases that the dbt
project gives them, so that one SQL text fits a candidate and a version.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from orchestration.text.quoting import quoted_text

PUBLIC_SCHEMAS = ("marts", "metrics", "audit")
# the day that bounds what dbt built
AS_OF = "select as_of_date from intermediate.int_as_of"
# the moment that files of this refresh landed at
LANDED_NOW = "(select max(observed_until_at) from raw.landing_clock)"


@contextmanager
def opened(
    state: Path, analytics: Path, private: Path, *, read_only: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to state, analytics and private; nothing is left unwritten on return."""
    with duckdb.connect(str(state), read_only=read_only) as connection:
        connection.execute("set TimeZone = 'UTC'")
        mode = "(read_only)" if read_only else ""
        for alias, file in (("analytics", analytics), ("private", private)):
            path = quoted_text(str(file))
            connection.execute(f"attach {path} as {alias} {mode}")
        yield connection
        if not read_only:
            for alias in (state.stem, "analytics", "private"):
                connection.execute(f"checkpoint {alias}")


def opens(file: Path) -> bool:
    """Say whether a file is there and is a database that can be read."""
    if not file.is_file():
        return False
    try:
        duckdb.connect(str(file), read_only=True).close()
    except duckdb.Error:
        return False
    return True


def records(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None
) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries by column name."""
    connection.execute(query, parameters)
    names = [column[0] for column in connection.description or ()]
    return [dict(zip(names, row, strict=True)) for row in connection.fetchall()]


def first_value(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None
) -> Any:
    """Return the first value of a query; None where it has no row."""
    row = connection.execute(query, parameters).fetchone()
    return None if row is None else row[0]


def has_table(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str
) -> bool:
    """Say whether a table or view of that name exists."""
    return bool(
        first_value(
            connection,
            "select count(*) from information_schema.tables where table_catalog = ?"
            " and table_schema = ? and table_name = ?",
            [database, schema, table],
        )
    )


def public_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return (schema, table) of everything that analytics offers, in order."""
    return connection.execute(
        "select schema_name, table_name from duckdb_tables()"
        " where database_name = 'analytics' and list_contains(?, schema_name)"
        " order by all",
        [list(PUBLIC_SCHEMAS)],
    ).fetchall()


def row_counts(files: Iterable[Path]) -> dict[str, int]:
    """Return the rows of every table of these databases by `schema.table`.

    Read from what DuckDB keeps beside each table, so it costs nothing; views have none.
    A file that cannot be read (a build that failed) counts nothing.
    """
    counts: dict[str, int] = {}
    for file in files:
        with suppress(duckdb.Error), duckdb.connect(str(file), read_only=True) as found:
            counts |= dict(
                found.execute(
                    "select schema_name || '.' || table_name, estimated_size"
                    " from duckdb_tables()"
                ).fetchall()
            )
    return counts


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep all that is done within, or nothing of it where it fails."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # a failed commit has rolled back by itself
        with suppress(duckdb.TransactionException):
            connection.execute("rollback")
        raise
