"""Parquet as SQL: every value as plain text."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.lib.contract import Table
from orchestration.lib.landing.columns import matched, refuse_repeated
from orchestration.lib.landing.discover import FoundFile
from orchestration.lib.landing.source import (
    Source,
    plain_number,
    quoted_name,
    quoted_path,
    rows_of,
)
from orchestration.lib.landing.texts import UnreadableFileError


def inspect_parquet(
    connection: duckdb.DuckDBPyConnection, file: FoundFile, table: Table
) -> Source:
    """Look into a Parquet file; raise UnreadableFileError as `matched` does too."""
    if file.byte_count == 0:
        raise UnreadableFileError(
            "the file is empty (zero bytes). Take it away, or deliver it again."
        )
    path = quoted_path(file.path)
    relation = f"read_parquet({path}, hive_partitioning = false)"
    schema = rows_of(
        connection,
        f"select name, coalesce(num_children, 0) from parquet_schema({path})",
    )
    columns = matched(_top_level_names(schema), table)
    refuse_repeated(columns)
    types = column_types(connection, file.path)
    counted = rows_of(connection, f"select num_rows from parquet_file_metadata({path})")
    return Source(
        relation=relation,
        values={
            name: _parquet_text(quoted_name(own[0]), types[own[0]])
            for name, own in columns.found.items()
        },
        unknown_columns=columns.unknown,
        rejects=None,
        record_count=int(counted[0][0]),
    )


def column_types(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Return the columns of a Parquet file with their types, in their order."""
    relation = f"read_parquet({quoted_path(path)}, hive_partitioning = false)"
    described = rows_of(connection, f"describe select * from {relation}")
    return {str(row[0]): str(row[1]) for row in described}


def _top_level_names(schema: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Return the columns of a Parquet schema, which is a tree written depth first."""
    names = []
    open_children = [schema[0][1]]
    for name, child_count in schema[1:]:
        if len(open_children) == 1:
            names.append(name)
        open_children[-1] -= 1
        open_children.append(child_count)
        while open_children and open_children[-1] == 0:
            open_children.pop()
    return tuple(names)


def _parquet_text(column: str, data_type: str) -> str:
    text = f"cast({column} as varchar)"
    if data_type == "TIMESTAMP WITH TIME ZONE":
        utc = f"cast(timezone('UTC', {column}) as varchar)"
        return f"replace({utc}, ' ', 'T') || '+00:00'"
    if data_type.startswith("TIMESTAMP"):
        return f"replace({text}, ' ', 'T')"
    if data_type in ("DOUBLE", "FLOAT"):
        return plain_number(text)
    if data_type == "BLOB":  # old writers do not mark text as text
        return f"coalesce(try(decode({column})), {text})"
    if data_type.endswith("]") or data_type.startswith(("STRUCT", "MAP")):
        return f"cast(to_json({column}) as varchar)"
    return text
