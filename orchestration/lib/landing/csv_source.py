"""CSV as SQL. What is a record of it stands in `records`."""

from pathlib import Path

from orchestration.lib.contract import Table
from orchestration.lib.landing.columns import matched, refuse_repeated
from orchestration.lib.landing.discover import FoundFile
from orchestration.lib.landing.records import MAX_RECORD_BYTES
from orchestration.lib.landing.source import (
    COMMAS_AND_QUOTES,
    Source,
    read_text,
    rejects_relation,
)
from orchestration.lib.landing.texts import PlainText, plain_csv


def inspect_csv(file: FoundFile, table: Table, scratch: Path) -> Source:
    """Look into a CSV file; raise UnreadableFileError as `plain_csv` and `matched`."""
    text = plain_csv(file.path, file.file_format == ".csv.gz", scratch)
    columns = matched(text.header, table)
    refuse_repeated(columns)
    position = {name: number for number, name in enumerate(text.header, start=1)}
    return Source(
        relation=_csv_relation(text),
        values={name: f"c{position[own[0]]}" for name, own in columns.found.items()},
        unknown_columns=columns.unknown,
        rejects=rejects_relation(text),
        record_count=text.record_count + text.reject_count,
    )


def _csv_relation(text: PlainText) -> str:
    columns = ", ".join(
        f"'c{number}': 'VARCHAR'" for number in range(1, len(text.header) + 1)
    )
    return read_text(
        text.path,
        text.newline,
        MAX_RECORD_BYTES,
        f"columns = {{{columns}}}",
        "header = true",
        f"compression = '{'gzip' if text.is_packed else 'none'}'",
        *COMMAS_AND_QUOTES,
    )
