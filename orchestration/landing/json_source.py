"""JSON lines as SQL: one object a line, its values by their text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb

from orchestration.landing.columns import Columns, matched
from orchestration.landing.contract import Column, Table
from orchestration.landing.csv_source import text_of
from orchestration.landing.discover import FoundFile
from orchestration.landing.first_bytes import ONE_A_LINE
from orchestration.landing.records import JSON_DELIMITER, MAX_RECORD_BYTES
from orchestration.landing.source import (
    Source,
    path_to_name,
    quoted_value,
    read_text,
    rejects_relation,
    rows_of,
)
from orchestration.landing.texts import (
    PlainText,
    TextFile,
    UnreadableFileError,
    first_block,
    plain_json_lines,
)
from orchestration.landing.typed import (
    Floating,
    floating,
    plain_floating,
    plain_number,
    refuse_what_is_not_exact,
)
from orchestration.settings.reading_rules import ReadingRules
from orchestration.text.printable import shown
from orchestration.text.quoting import quoted_text

NESTED = ("OBJECT", "ARRAY")
_TYPES = """[
    one for one in list_zip(json_keys(line), json_type(line, '$.*'))
    if one[2] in ('DOUBLE', 'OBJECT', 'ARRAY')
]"""
# a number of JSON that is written without point and exponent keeps its digits
_WHOLE = r"-?\d+"


def inspect_json_lines(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    table: Table,
    scratch: Path,
    rules: ReadingRules,
) -> Source:
    """Look into JSON lines; raise UnreadableFileError where they cannot be had.

    The keys of the readable objects together are the columns of the file. A line with a
    nested value, lists of plain values in list columns aside, is unreadable.
    """
    text_file = text_of(file, scratch)
    text = plain_json_lines(text_file, scratch)
    lines = _lines_relation(text, scratch)
    shapes = _shapes(connection, _judged(lines))
    if not any(shape.error == "" for shape in shapes):
        _refuse_document(text_file)
    keys = _keys(shapes)
    columns = matched(keys, table, file.folders, rules.accepted_unknown_columns)
    spellings = list(columns.found.values())
    faults = _faults(columns.found, table, shapes)
    judged = _judged(lines, spellings, faults)
    is_valid = (
        all(not shape.error for shape in shapes)
        and _is_one_each(spellings)
        and not faults
    )
    empty_count = sum(shape.count for shape in shapes if shape.error is None)
    relation = _values(judged, spellings)
    refuse_what_is_not_exact(
        connection, relation, _floatings(columns, table, shapes), "line_number"
    )
    given = {name: quoted_value(value) for name, value in columns.given.items()}
    return Source(
        relation=relation,
        values={**_expressions(file, columns, table), **given},
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
    text = plain_json_lines(text_of(file, scratch), scratch)
    lines = _lines_relation(text, scratch)
    shapes = _shapes(connection, _judged(lines))
    found = matched(_keys(shapes), table, file.folders).found
    judged = _judged(lines, list(found.values()), _faults(found, table, shapes))
    rows = connection.execute(
        f"""
        select line_number from (
            select line_number, row_number() over (order by line_number) as number
            from {judged}
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
    """How many lines have these keys, or this error (as `_error` has it).

    `types` are those of keys whose values are no plain text as they stand there.
    """

    keys: tuple[str, ...]
    types: tuple[tuple[str, str], ...]
    error: str | None
    count: int


def _refuse_document(file: TextFile) -> None:
    """Raise UnreadableFileError where a file without a readable line is JSON at all."""
    begin = first_block(file).lstrip()[:1]
    if begin in (b"{", b"["):
        raise UnreadableFileError(
            f"no line of the file is a JSON object by itself. {ONE_A_LINE}"
        )
    if begin:
        raise UnreadableFileError(
            "no line of the file is a JSON object. If it is CSV, name it .csv."
        )


def _lines_relation(text: PlainText, scratch: Path) -> str:
    lines = read_text(
        path_to_name(text.path, scratch),
        text.newline,
        MAX_RECORD_BYTES,
        "columns = {'line': 'VARCHAR'}",
        "header = false",
        f"delim = '{JSON_DELIMITER.decode()}'",
        "quote = ''",
        "escape = ''",
        f"compression = '{'gzip' if text.is_packed else 'none'}'",
    )
    return f"(select line, row_number() over () as line_number from {lines})"


def _judged(
    lines: str,
    spellings: Sequence[Sequence[str]] = (),
    faults: Sequence[str] = (),
) -> str:
    return f"(select *, {_error(spellings, faults)} as error from {lines})"


def _error(spellings: Sequence[Sequence[str]], faults: Sequence[str]) -> str:
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
        else {f"concat_ws('; ', {', '.join(faults)})" if faults else "''"}
    end"""


def _shapes(connection: duckdb.DuckDBPyConnection, judged: str) -> list[_Shape]:
    """Return what kinds of lines there are, in the order in which they first come."""
    rows = rows_of(
        connection,
        f"""
        select
            case when error = '' then json_keys(line) end as keys,
            case when error = '' then {_TYPES} end as types,
            error,
            count(*),
            min(line_number)
        from {judged}
        group by all
        order by 5
        """,
    )
    return [
        _Shape(tuple(keys or ()), tuple(types or ()), error, count)
        for keys, types, error, count, _ in rows
    ]


def _keys(shapes: Sequence[_Shape]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for shape in shapes for key in shape.keys))


def _is_one_each(spellings: Sequence[Sequence[str]]) -> bool:
    return all(len(own) == 1 for own in spellings)


def _faults(
    found: Mapping[str, Sequence[str]], table: Table, shapes: Sequence[_Shape]
) -> list[str]:
    """Return SQL for what makes a line unreadable by a nested value."""
    types = {one for shape in shapes for one in shape.types}
    faults = []
    for name, own in found.items():
        for key in own:
            pointer, told = quoted_text(_pointer(key)), shown(key.strip())
            nested = [one for one in NESTED if (key, one) in types]
            if table.column(name).is_list and "ARRAY" in nested:
                nested.remove("ARRAY")
                items = f"json_extract(line, {pointer})"
                deep = f"list_has_any(json_type({items}, '$[*]'), {list(NESTED)})"
                faults.append(_fault(deep, f"the list {told} holds nested values"))
                texts = f"json_extract_string({items}, '$[*]')"
                split = f"len([1 for x in {texts} if contains(x, ';')]) > 0"
                faults.append(_fault(split, f"a value in the list {told} holds a ;"))
            if nested:
                is_nested = f"json_type(line, {pointer}) in {_in(nested)}"
                faults.append(_fault(is_nested, f"{told} is nested"))
    return faults


def _in(words: Sequence[str]) -> str:
    return f"({', '.join(map(quoted_text, words))})"


def _fault(condition: str, told: str) -> str:
    return f"case when {condition} then {quoted_text(told)} end"


def _floatings(
    columns: Columns, table: Table, shapes: Sequence[_Shape]
) -> list[Floating]:
    """Return the keys that hold floating numbers, by their place in `_values`."""
    types = {one for shape in shapes for one in shape.types}
    keys = [(name, key) for name, own in columns.found.items() for key in own]
    return [
        floating(key.strip(), _number(place), table.column(name), "DOUBLE")
        for place, (name, key) in enumerate(keys, start=1)
        if (key, "DOUBLE") in types
    ]


def _number(place: int) -> str:
    text = f"texts[{place}]"
    # what is beyond a floating number keeps its text, and is as good as infinite
    number = f"coalesce(try_cast({text} as double), cast('inf' as double))"
    is_asked = (
        f"types[{place}] = 'DOUBLE' and not regexp_full_match({text}, '{_WHOLE}')"
    )
    return f"(case when {is_asked} then {number} end)"


def _values(judged: str, spellings: Sequence[Sequence[str]]) -> str:
    """Return the readable lines as lists of texts and of types, one for each key."""
    pointers = ", ".join(quoted_text(_pointer(key)) for own in spellings for key in own)
    return f"""(
        select
            line_number,
            json_extract_string(line, cast([{pointers}] as varchar[])) as texts,
            json_type(line, cast([{pointers}] as varchar[])) as types
        from {judged}
        where error = ''
    )"""


def _expressions(file: FoundFile, columns: Columns, table: Table) -> dict[str, str]:
    places = count(1)
    return {
        name: "coalesce("
        + ", ".join(_text(next(places), file, table.column(name)) for _ in own)
        + ")"
        for name, own in columns.found.items()
    }


def _text(place: int, file: FoundFile, column: Column) -> str:
    text, data_type = f"texts[{place}]", f"types[{place}]"
    number = plain_floating(text, column)
    joined = ""
    if column.is_list:
        items = (
            f"list_zip(json_extract_string({text}, '$[*]'), json_type({text}, '$[*]'))"
        )
        plain = f"case when x[2] = 'DOUBLE' then {plain_number('x[1]')} else x[1] end"
        listed = f"[{plain} for x in {items} if x[2] <> 'NULL']"
        joined = f"when {data_type} = 'ARRAY' then array_to_string({listed}, ';')"
    written = file.text_format.plain(text, column)
    declared = f"when {data_type} = 'VARCHAR' then {written}" if written != text else ""
    return (
        f"case when {data_type} = 'DOUBLE' then {number} {joined} {declared}"
        f" else {text} end"
    )


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
