"""What all formats share: a file as SQL, and the SQL that they have in common.

Belongs here: quoting, the one way in which text is read, numbers as plain text. Does
not belong here: anything of one format only.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.texts import PlainText, UnreadableFileError
from orchestration.text.masking import without_values
from orchestration.text.quoting import quoted_text

# DuckDB allots 16 times the longest line unless it is told otherwise
LEAST_LINE_BYTES = 2 * 1024 * 1024
QUOTES = ("""quote = '"'""", """escape = '"'""")
COMMAS_AND_QUOTES = ("delim = ','", *QUOTES)
PATTERN_MARKS = "*?["
IN_ORDER = "row_number() over ()"


@dataclass(frozen=True)
class Source:
    """One file, ready to be inserted.

    `values` maps columns of the contract to SQL over `relation`, whose rows come in the
    order of the file; `record_number` is SQL too. `rejects` yields line_number, error
    and row_text; None where all is readable. `record_count` is readable + unreadable as
    counted beforehand. `notes` say what a person should know of how it was read.
    """

    relation: str
    values: dict[str, str]
    unknown_columns: tuple[str, ...]
    rejects: str | None
    record_count: int
    record_number: str = IN_ORDER
    notes: tuple[str, ...] = ()


def quoted_value(value: str | None) -> str:
    """Return an SQL literal of a text, or of none."""
    return "cast(null as varchar)" if value is None else quoted_text(value)


def quoted_path(path: Path) -> str:
    """Return a path as an SQL literal in which nothing is a pattern."""
    absolute = str(path.absolute())  # a leading ~ would be taken for a home
    literal = "".join(f"[{c}]" if c in PATTERN_MARKS else c for c in absolute)
    return quoted_text(literal)


def path_to_name(path: Path, scratch: Path) -> Path:
    """Return a path to a file that SQL can name: itself, or a link in a scratch folder.

    Where a name holds a backslash beside marks of a pattern, nothing escapes either.
    """
    absolute = str(path.absolute())
    if "\\" not in absolute or not any(mark in absolute for mark in PATTERN_MARKS):
        return path
    scratch.mkdir(parents=True, exist_ok=True)
    link = scratch / "named"
    if not link.is_symlink():
        link.symlink_to(absolute)
    return link


def read_text(path: Path, newline: str, longest: int, *options: str) -> str:
    """Return read_csv over plain text with records of at most so many bytes.

    Nothing is guessed. Not in parallel: DuckDB then cuts quoted values that hold line
    ends in two, and on two cores it is hardly faster.
    """
    size = max(longest, LEAST_LINE_BYTES) + 1024
    escaped = newline.replace("\r", "\\r").replace("\n", "\\n")
    fixed = (
        "auto_detect = false",
        "hive_partitioning = false",
        "parallel = false",
        f"new_line = '{escaped}'",
        f"max_line_size = {size}",
        f"buffer_size = {2 * size}",
    )
    return f"read_csv({', '.join((quoted_path(path), *options, *fixed))})"


def rejects_relation(text: PlainText) -> str | None:
    """Return what was not readable in a text, None where all was."""
    if text.rejects is None:
        return None
    return read_text(
        text.rejects,
        "\n",
        text.longest_reject,
        "columns = "
        "{'line_number': 'BIGINT', 'error': 'VARCHAR', 'row_text': 'VARCHAR'}",
        "header = false",
        *COMMAS_AND_QUOTES,
    )


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a file; raise UnreadableFileError."""
    try:
        return connection.execute(query).fetchall()
    except duckdb.Error as error:
        raise UnreadableFileError(
            f"the file cannot be read ({without_values(str(error).splitlines()[0])}). "
            "Deliver it again."
        ) from error
