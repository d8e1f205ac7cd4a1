"""The cells of published tables, in a form that can be compared.

Belongs here: reading and comparing. Building is in `builds`.
"""

from pathlib import Path

import duckdb

Cells = dict[str, list[tuple[object, ...]]]

# where a row came from names its file, so it follows how rows are cut into files
TRACE_COLUMNS = frozenset({"landing_file_id", "record_number"})


def public_cells(
    analytics: Path,
    *,
    schemas: tuple[str, ...] = ("marts", "metrics"),
    trace: bool,
    without: frozenset[str] = frozenset(),
) -> Cells:
    """Every row of every table of the schemas, sorted, with trace columns or not."""
    with duckdb.connect(str(analytics), read_only=True) as connection:
        return cells_of(connection, schemas=schemas, trace=trace, without=without)


def cells_of(
    connection: duckdb.DuckDBPyConnection,
    *,
    schemas: tuple[str, ...] = ("marts", "metrics"),
    trace: bool,
    without: frozenset[str] = frozenset(),
) -> Cells:
    """The same of the current database of a connection."""
    left_out = without if trace else without | TRACE_COLUMNS
    tables = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index)"
        " from duckdb_columns() where list_contains(?, schema_name)"
        " and database_name = current_database() group by all order by all",
        [list(schemas)],
    ).fetchall()
    return {
        f"{schema}.{table}": connection.execute(
            f"select {', '.join(_kept(columns, left_out))} from {schema}.{table}"
            " order by all"
        ).fetchall()
        for schema, table, columns in tables
    }


def _kept(columns: list[str], left_out: frozenset[str]) -> list[str]:
    return [f'"{c}"' for c in columns if c not in left_out]


def differences(left: Cells, right: Cells) -> list[str]:
    """One line per table that differs, with the first row that does."""
    found = [f"{name} is in one only" for name in left.keys() ^ right.keys()]
    for name in sorted(left.keys() & right.keys()):
        if left[name] != right[name]:
            only = next(
                (
                    (a, b)
                    for a, b in zip(left[name], right[name], strict=False)
                    if a != b
                ),
                (len(left[name]), len(right[name])),
            )
            found.append(f"{name}: {only[0]} is not {only[1]}")
    return found
