"""JSON lines as SQL: one object a line, its values by their text."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb

from orchestration.lib.contract import Table
from orchestration.lib.landing.columns import Columns, matched
from orchestration.lib.landing.discover import FoundFile
from orchestration.lib.landing.records import JSON_DELIMITER, MAX_RECORD_BYTES
from orchestration.lib.landing.source import (
    Source,
    plain_number,
    quoted_text,
    read_text,
    rejects_relation,
    rows_of,
)
from orchestration.lib.landing.texts import PlainText, plain_json_lines


def inspect_json_lines(
    connection: duckdb.DuckDBPyConnection, file: FoundFile, table: Table, scratch: Path
) -> Source:
    """Look into JSON lines; raise UnreadableFileError where they cannot be had.

    The keys of the readable objects together are the columns of the file.
    """
    text = plain_json_lines(file.path, scratch)
    lines = _lines_relation(text)
    shapes = _shapes(connection, _judged(lines, []))
    columns = matched(_keys(shapes), table)
    spellings = list(columns.found.values())
    judged = _judged(lines, spellings)
    is_valid = all(not shape.error for shape in shapes) and _is_one_each(spellings)
    empty_count = sum(shape.count for shape in shapes if shape.error is None)
    return Source(
        relation=_values(judged, spellings),
        values=_expressions(columns),
        unknown_columns=columns.unknown,
        rejects=_rejects(None if is_valid else judged, rejects_relation(text)),
        record_count=text.record_count - empty_count + text.reject_count,
    )


def record_lines(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    table: Table,
    scratch: Path,
    record_numbers: Sequence[int],
) -> list[int]:
    """Return the line numbers of some readable records, in their order."""
    lines = _lines_relation(plain_json_lines(file.path, scratch))
    shapes = _shapes(connection, _judged(lines, []))
    spellings = list(matched(_keys(shapes), table).found.values())
    rows = connection.execute(
        f"""
        select line_number from (
            select line_number, row_number() over (order by line_number) as number
            from {_judged(lines, spellings)}
            where error = ''
        )
        where list_contains(?, number)
        order by line_number
        """,
        [list(record_numbers)],
    ).fetchall()
    return [int(row[0]) for row in rows]


@dataclass(frozen=True)
class _Shape:
    """How many lines have these keys, or this error (as `_error` has it)."""

    keys: tuple[str, ...]
    error: str | None
    count: int


def _lines_relation(text: PlainText) -> str:
    lines = read_text(
        text.path,
        text.newline,
        MAX_RECORD_BYTES,
        "columns = {'line': 'VARCHAR'}",
        "header = false",
        f"delim = '{JSON_DELIMITER.decode()}'",
        "quote = ''",
        "escape = ''",
    )
    return f"(select line, row_number() over () as line_number from {lines})"


def _judged(lines: str, spellings: Sequence[Sequence[str]]) -> str:
    return f"(select *, {_error(spellings)} as error from {lines})"


def _error(spellings: Sequence[Sequence[str]]) -> str:
    """Return SQL for what is wrong with a line: '' nothing, null for an empty line."""
    repeated = ["len(list_distinct(json_keys(line))) < len(json_keys(line))"]
    for own in spellings:
        if len(own) > 1:
            names = ", ".join(map(quoted_text, own))
            repeated.append(f"len(list_intersect(json_keys(line), [{names}])) > 1")
    return f"""case
        when line is null or trim(line) = '' then null
        when not json_valid(line) then 'the line is not JSON'
        when json_type(line) <> 'OBJECT' then 'the line is not a JSON object'
        when {" or ".join(repeated)} then 'the object has a key twice'
        else ''
    end"""


def _shapes(connection: duckdb.DuckDBPyConnection, judged: str) -> list[_Shape]:
    """Return what kinds of lines there are, in the order in which they first come."""
    rows = rows_of(
        connection,
        f"""
        select
            case when error = '' then json_keys(line) end as keys,
            error,
            count(*),
            min(line_number)
        from {judged}
        group by all
        order by 4
        """,
    )
    return [_Shape(tuple(keys or ()), error, count) for keys, error, count, _ in rows]


def _keys(shapes: Sequence[_Shape]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for shape in shapes for key in shape.keys))


def _is_one_each(spellings: Sequence[Sequence[str]]) -> bool:
    return all(len(own) == 1 for own in spellings)


def _values(judged: str, spellings: Sequence[Sequence[str]]) -> str:
    """Return the readable lines as lists of texts and of types, one for each key."""
    pointers = ", ".join(quoted_text(_pointer(key)) for own in spellings for key in own)
    return f"""(
        select
            json_extract_string(line, cast([{pointers}] as varchar[])) as texts,
            json_type(line, cast([{pointers}] as varchar[])) as types
        from {judged}
        where error = ''
    )"""


def _expressions(columns: Columns) -> dict[str, str]:
    places = count(1)
    return {
        name: f"coalesce({', '.join(_text(next(places)) for _ in own)})"
        for name, own in columns.found.items()
    }


def _text(place: int) -> str:
    text = f"texts[{place}]"
    number = plain_number(text)
    return f"case when types[{place}] = 'DOUBLE' then {number} else {text} end"


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _rejects(judged: str | None, no_text: str | None) -> str | None:
    columns = "line_number, error"
    parts = []
    if judged is not None:
        parts.append(
            f"select {columns}, line as row_text from {judged} where error <> ''"
        )
    if no_text is not None:
        parts.append(f"select {columns}, row_text from {no_text}")
    return f"({' union all '.join(parts)})" if parts else None
