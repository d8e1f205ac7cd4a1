"""Parquet as SQL: every value as plain text."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from orchestration.landing.columns import Columns, matched, refuse_repeated
from orchestration.landing.contract import Column, Table
from orchestration.landing.discover import FoundFile
from orchestration.landing.first_bytes import unpacked
from orchestration.landing.source import (
    IN_ORDER,
    Source,
    path_to_name,
    quoted_path,
    quoted_value,
    rows_of,
)
from orchestration.landing.texts import UnreadableFileError
from orchestration.landing.typed import (
    floating,
    plain_floating,
    plain_number,
    refuse_what_is_not_exact,
)
from orchestration.settings.reading_rules import ReadingRules
from orchestration.text.printable import shown
from orchestration.text.quoting import quoted_name, quoted_text

# DuckDB hands out wider ones as DOUBLE, and wrong (1.50 as 6442450944)
MOST_DIGITS = 38
FLOATS = ("DOUBLE", "FLOAT")

_LIST = re.compile(r"([A-Z_ 0-9]+(?:\(\d+,\s*\d+\))?)\[\]")
_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT", "GEOMETRY")
_DECIMAL = re.compile(r"DECIMAL\(\d+,\s*\d+\)")


def inspect_parquet(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    table: Table,
    scratch: Path,
    rules: ReadingRules,
) -> Source:
    """Look into a Parquet file; raise UnreadableFileError as `matched` does too.

    A row with a nested value, or with bytes that are no text, is unreadable.
    """
    path, _ = unpacked(file.path, file.file_format, scratch)
    path = path_to_name(path, scratch)
    schema = _top_level(connection, path)
    names = tuple(name for name, _ in schema)
    columns = matched(names, table, file.folders, rules.accepted_unknown_columns)
    refuse_repeated(columns)
    _refuse_wide_decimals(columns, dict(schema))
    types = column_types(connection, path)
    relation = f"read_parquet({quoted_path(path)}, hive_partitioning = false)"
    found = [
        (table.column(name), own[0], types[own[0]])
        for name, own in columns.found.items()
    ]
    refuse_what_is_not_exact(
        connection,
        relation,
        [
            floating(name, quoted_name(name), column, data_type)
            for column, name, data_type in found
            if data_type in FLOATS
        ],
        IN_ORDER,
    )
    faults = [fault for one in found for fault in _faults(*one)]
    values = {
        column.name: _value(file, column, name, data_type)
        for column, name, data_type in found
    }
    given = {name: quoted_value(value) for name, value in columns.given.items()}
    counted = rows_of(
        connection, f"select num_rows from parquet_file_metadata({quoted_path(path)})"
    )
    judged = _judged(relation, faults)
    return Source(
        relation=f"(select * from {judged} where error_ = '')" if faults else relation,
        values={**values, **given},
        unknown_columns=columns.unknown,
        rejects=_rejects(judged) if faults else None,
        record_count=int(counted[0][0]),
        record_number="record_number_" if faults else IN_ORDER,
    )


def column_types(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Return the columns of a Parquet file with their types, in their order."""
    relation = f"read_parquet({quoted_path(path)}, hive_partitioning = false)"
    described = rows_of(connection, f"describe select * from {relation}")
    return {str(row[0]): str(row[1]) for row in described}


def _top_level(
    connection: duckdb.DuckDBPyConnection, path: Path
) -> list[tuple[str, int]]:
    """Return the columns of a Parquet file, and the digits of the widest decimal in
    each; its schema is a tree written depth first."""
    schema = rows_of(
        connection,
        f"""
        select
            name,
            coalesce(num_children, 0),
            case
                when starts_with(coalesce(logical_type, ''), 'Decimal')
                    or converted_type = 'DECIMAL' then coalesce(precision, 0)
                else 0
            end
        from parquet_schema({quoted_path(path)})
        """,
    )
    columns: list[tuple[str, int]] = []
    open_children = [schema[0][1]]
    for name, child_count, digits in schema[1:]:
        if len(open_children) == 1:
            columns.append((name, digits))
        else:
            columns[-1] = (columns[-1][0], max(columns[-1][1], digits))
        open_children[-1] -= 1
        open_children.append(child_count)
        while open_children and open_children[-1] == 0:
            open_children.pop()
    return columns


def _refuse_wide_decimals(columns: Columns, digits: Mapping[str, int]) -> None:
    wide = [
        f"{shown(name)} (decimals of {digits[name]} digits)"
        for own in columns.found.values()
        for name in own
        if digits[name] > MOST_DIGITS
    ]
    if wide:
        raise UnreadableFileError(
            f"{', '.join(wide)}: more than {MOST_DIGITS} digits are not read exactly. "
            f"Write such columns as decimals of up to {MOST_DIGITS} digits, or as text."
        )


def _value(file: FoundFile, column: Column, name: str, data_type: str) -> str:
    value = quoted_name(name)
    if column.is_list and (element := _element(data_type)):
        texts = f"[{_plain('x', element, column)} for x in {value} if x is not null]"
        return f"array_to_string({texts}, ';')"
    plain = _plain(value, data_type, column)
    return file.text_format.plain(plain, column) if data_type == "VARCHAR" else plain


def _plain(value: str, data_type: str, column: Column) -> str:
    text = f"cast({value} as varchar)"
    if data_type == "TIMESTAMP WITH TIME ZONE":
        utc = f"cast(timezone('UTC', {value}) as varchar)"
        return f"replace({utc}, ' ', 'T') || '+00:00'"
    if data_type == "TIMESTAMP_NS":  # a moment has six decimals here
        return f"replace(cast(cast({value} as timestamp) as varchar), ' ', 'T')"
    if data_type.startswith("TIMESTAMP"):
        return f"replace({text}, ' ', 'T')"
    if data_type in FLOATS:
        return plain_floating(text, column)
    if _DECIMAL.fullmatch(data_type):
        return plain_number(text)
    if data_type == "BLOB":  # old writers do not mark text as text
        return f"try(decode({value}))"
    return text


def _element(data_type: str) -> str:
    """Return the type of the plain values of a list, '' of anything else."""
    element = _LIST.fullmatch(data_type)
    return element[1] if element else ""


def _faults(column: Column, name: str, data_type: str) -> list[str]:
    """Return SQL for what makes a row unreadable by this column, null for nothing."""
    value, told = quoted_name(name), shown(name)
    element = _element(data_type)
    if column.is_list and element:
        text = _plain("x", element, column)
        split = f"len([1 for x in {value} if contains({text}, ';')]) > 0"
        faults = [_fault(split, f"a value in the list {told} holds a ;")]
        if element == "BLOB":
            broken = (
                f"len([1 for x in {value} if x is not null and {text} is null]) > 0"
            )
            faults.append(_fault(broken, f"{told} is not UTF-8"))
        return faults
    if data_type == "BLOB":
        broken = f"{value} is not null and try(decode({value})) is null"
        return [_fault(broken, f"{told} is not UTF-8")]
    if data_type.endswith("]") or data_type.startswith(_NESTED):
        nested = f"{told} is nested ({data_type})"
        return [_fault(f"{value} is not null", nested)]
    return []


def _fault(condition: str, told: str) -> str:
    return f"case when {condition} then {quoted_text(told)} end"


def _judged(relation: str, faults: Sequence[str]) -> str:
    return f"""(
        select *, concat_ws('; ', {", ".join(faults)}) as error_,
            {IN_ORDER} as record_number_
        from {relation}
    )"""


def _rejects(judged: str) -> str:
    return f"""(
        select
            record_number_ as line_number,
            error_ as error,
            cast(to_json(landed_) as varchar) as row_text
        from {judged} as landed_
        where error_ <> ''
    )"""
