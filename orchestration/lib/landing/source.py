"""What all formats share: a file as SQL, and the SQL that they have in common.

Belongs here: quoting, the one way in which text is read, numbers as plain text. Does
not belong here: anything of one format only.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.landing.texts import PlainText, UnreadableFileError
from orchestration.lib.masking import without_values

# DuckDB allots 16 times the longest line unless it is told otherwise
LEAST_LINE_BYTES = 2 * 1024 * 1024
COMMAS_AND_QUOTES = ("delim = ','", """quote = '"'""", """escape = '"'""")


@dataclass(frozen=True)
class Source:
    """One file, ready to be inserted.

    `values` maps columns of the contract to SQL over `relation`, whose rows come in the
    order of the file. `rejects` yields line_number, error and row_text; None where all
    is readable. `record_count` is readable + unreadable as counted beforehand.
    """

    relation: str
    values: dict[str, str]
    unknown_columns: tuple[str, ...]
    rejects: str | None
    record_count: int


def quoted_text(text: str) -> str:
    """Return an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quoted_path(path: Path) -> str:
    """Return a path as an SQL literal in which nothing is a pattern."""
    absolute = str(path.absolute())  # a leading ~ would be taken for a home
    literal = "".join(f"[{c}]" if c in "*?[" else c for c in absolute)
    return quoted_text(literal)


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


def plain_number(text: str) -> str:
    """Return SQL that writes 3.6e-05 as 0.000036 where that is the same number."""
    decimal = f"try_cast({text} as decimal(38, 18))"
    return f"""case
        when not contains({text}, 'e') then {text}
        when cast({decimal} as double) = try_cast({text} as double)
            then rtrim(rtrim(cast({decimal} as varchar), '0'), '.')
        else {text}
    end"""


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a file; raise UnreadableFileError."""
    try:
        return connection.execute(query).fetchall()
    except duckdb.Error as error:
        raise UnreadableFileError(
            f"the file cannot be read ({without_values(str(error).splitlines()[0])}). "
            "Deliver it again."
        ) from error
