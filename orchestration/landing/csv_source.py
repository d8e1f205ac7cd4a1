"""CSV as SQL. What is a record of it stands in `records`."""

from dataclasses import replace
from pathlib import Path

from orchestration.landing.columns import matched, refuse_repeated
from orchestration.landing.contract import Column, Table
from orchestration.landing.discover import FoundFile
from orchestration.landing.first_bytes import unpacked
from orchestration.landing.guesses import looks_like, not_utf8_note
from orchestration.landing.records import MAX_RECORD_BYTES
from orchestration.landing.source import (
    QUOTES,
    Source,
    path_to_name,
    quoted_value,
    read_text,
    rejects_relation,
)
from orchestration.landing.texts import (
    PlainText,
    TextFile,
    UnreadableFileError,
    plain_csv,
)
from orchestration.settings.reading_rules import ReadingRules
from orchestration.text.quoting import quoted_text


def inspect_csv(
    file: FoundFile, table: Table, scratch: Path, rules: ReadingRules
) -> Source:
    """Look into a CSV file; raise UnreadableFileError as `plain_csv` and `matched`.

    Where it cannot be read as it is to be, the error says what it looks like.
    """
    text_file = text_of(file, scratch)
    try:
        text = plain_csv(text_file, scratch)
        source = source_of_csv(file, table, text, text_file.delimiter, rules, scratch)
    except UnreadableFileError as error:
        advice = looks_like(file, table, text_file)
        raise UnreadableFileError(f"{error}{advice}") from error
    if advice := looks_like(file, table, text_file, text):
        raise UnreadableFileError(advice.strip())
    return replace(source, notes=not_utf8_note(file, text))


def text_of(file: FoundFile, scratch: Path) -> TextFile:
    """Return how a file is to be opened as text; raise UnreadableFileError."""
    declared = file.text_format
    path, is_packed = unpacked(file.path, file.file_format, scratch, declared.encoding)
    return TextFile(path, is_packed, declared.encoding, declared.delimiter)


def source_of_csv(
    file: FoundFile,
    table: Table,
    text: PlainText,
    delimiter: str,
    rules: ReadingRules,
    scratch: Path,
    typed_mark: str = "",
) -> Source:
    """Return plain CSV as the rows of a file; raise UnreadableFileError.

    Values that begin with `typed_mark` were no text where they come from: formats.yml
    says nothing of them.
    """
    columns = matched(text.header, table, file.folders, rules.accepted_unknown_columns)
    refuse_repeated(columns)
    position = {name: number for number, name in enumerate(text.header, start=1)}
    values = {
        name: _written(f"c{position[own[0]]}", table.column(name), file, typed_mark)
        for name, own in columns.found.items()
    }
    given = {name: quoted_value(value) for name, value in columns.given.items()}
    return Source(
        relation=_csv_relation(text, delimiter, scratch),
        values={**values, **given},
        unknown_columns=columns.unknown,
        rejects=rejects_relation(text),
        record_count=text.record_count + text.reject_count,
    )


def _written(text: str, column: Column, file: FoundFile, typed_mark: str) -> str:
    plain = file.text_format.plain(text, column)
    if not typed_mark:
        return plain
    mark = quoted_text(typed_mark)
    is_typed = f"starts_with({text}, {mark})"
    return f"case when {is_typed} then substr({text}, 2) else {plain} end"


def _csv_relation(text: PlainText, delimiter: str, scratch: Path) -> str:
    columns = ", ".join(
        f"'c{number}': 'VARCHAR'" for number in range(1, len(text.header) + 1)
    )
    return read_text(
        path_to_name(text.path, scratch),
        text.newline,
        MAX_RECORD_BYTES,
        f"columns = {{{columns}}}",
        "header = true",
        f"compression = '{'gzip' if text.is_packed else 'none'}'",
        f"delim = {quoted_text(delimiter)}",
        *QUOTES,
    )
