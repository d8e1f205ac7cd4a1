"""A landed file of any format as SQL."""

from pathlib import Path

import duckdb

from orchestration.landing.contract import Table
from orchestration.landing.csv_source import inspect_csv
from orchestration.landing.discover import FoundFile
from orchestration.landing.json_source import inspect_json_lines
from orchestration.landing.parquet_source import inspect_parquet
from orchestration.landing.source import Source
from orchestration.landing.xlsx_source import inspect_xlsx
from orchestration.settings.reading_rules import ReadingRules


def inspect(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    table: Table,
    scratch: Path,
    rules: ReadingRules,
) -> Source:
    """Look into a file; `scratch` is a folder for this file only.

    Raises UnreadableFileError where the file as a whole cannot be read.
    """
    if file.file_format == ".parquet":
        return inspect_parquet(connection, file, table, scratch, rules)
    if file.file_format in (".jsonl", ".jsonl.gz"):
        return inspect_json_lines(connection, file, table, scratch, rules)
    if file.file_format == ".xlsx":
        return inspect_xlsx(connection, file, table, scratch, rules)
    return inspect_csv(file, table, scratch, rules)
