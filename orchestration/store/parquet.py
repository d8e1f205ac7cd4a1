"""The public tables of a version as Parquet files: `parquet/<schema>/<table>.parquet`.

Rows stand in the order of the table's key, so that equal tables give equal bytes. A
table that says what the version before says is not written again: its file gets another
name (a hard link). Private tables are never written. Modes of new files are given when
the version is published (`versions`).
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.store.access import Access
from orchestration.store.versions import PARQUET, Version
from orchestration.text.quoting import quoted_text

WRITTEN_AS = "format parquet, compression zstd"
FOLDER_MODE = 0o755

Table = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True)
class ParquetFile:
    """One file as the manifest tells it.

    `content_checksum` is equal for equal rows, whatever their order, under one version
    of DuckDB. `is_linked` says that the file is that of the version before.
    """

    content_checksum: str
    byte_count: int
    is_linked: bool


class ParquetExport:
    """Writes public tables below a candidate's folder, or links them.

    `before` is the version whose files may be linked; None writes all anew, as must be
    after an erasure. `keys` are the key columns by `schema.table`.
    """

    def __init__(
        self,
        folder: Path,
        keys: Mapping[str, Sequence[str]],
        before: Version | None,
        access: Access,
    ) -> None:
        self.files: dict[str, ParquetFile] = {}
        self._folder = folder
        self._keys = keys
        self._before = before
        self._access = access

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        tables: Iterable[Table],
        on_table: Callable[[str], None] = lambda name: None,
    ) -> None:
        """Write tables of the database `analytics` of a connection."""
        for schema, table in tables:
            name = f"{schema}.{table}"
            on_table(name)
            self.files[name] = self._file(connection, schema, table)

    def told(self) -> str:
        """Say how many files there are, and how many of them were not written."""
        linked = sum(file.is_linked for file in self.files.values())
        return f"{len(self.files)} Parquet files ({linked} unchanged)"

    def in_manifest(self) -> dict[str, Any]:
        """Return what the manifest says of the files, by `schema.table`."""
        return {name: asdict(file) for name, file in sorted(self.files.items())}

    def _file(
        self, connection: duckdb.DuckDBPyConnection, schema: str, table: str
    ) -> ParquetFile:
        name = f"{schema}.{table}"
        key = self._keys.get(name)
        checksum = content_checksum(connection, schema, table, key)
        target = self._folder / schema / f"{table}.parquet"
        for folder in (self._folder, target.parent):
            # readers may enter, whatever the umask of the operator
            folder.mkdir(exist_ok=True)
            folder.chmod(FOLDER_MODE)
        is_linked = self._is_linked(name, checksum, target)
        if not is_linked:
            _write(connection, schema, table, key, target)
        return ParquetFile(checksum, target.stat().st_size, is_linked)

    def _is_linked(self, name: str, checksum: str, target: Path) -> bool:
        """Give the file of the version before another name, if it is the same."""
        if self._before is None:
            return False
        known = self._before.manifest.get("parquet", {}).get(name, {})
        earlier = self._before.path / PARQUET / target.parent.name / target.name
        if known.get("content_checksum") != checksum or not earlier.is_file():
            return False
        is_whole = earlier.stat().st_size == known["byte_count"]
        # one file has one mode: where other readers are meant now, it is written anew
        if not is_whole or not self._access.is_open_to_readers(earlier):
            return False
        try:
            os.link(earlier, target)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            # a file system without links, or with too many of them
            return False
        return True


def content_checksum(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    key: Sequence[str] | None,
) -> str:
    """Return a checksum of a table's columns and rows, whatever their order.

    The hashes of rows are added, twice with different salt: as sums of whole numbers
    they notice a row that comes twice, and values that change places between rows.
    """
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name ="
        " 'analytics' and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    rows = connection.execute(
        "select count(*), sum(hash(rows_of_table)::hugeint)::varchar,"
        " sum(hash(rows_of_table, 1)::hugeint)::varchar"
        f' from analytics.{schema}."{table}" as rows_of_table'
    ).fetchone()
    said = (WRITTEN_AS, duckdb.__version__, list(key or ()), columns, rows)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _write(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    key: Sequence[str] | None,
    target: Path,
) -> None:
    order = ", ".join(f'"{column}"' for column in key) if key else "all"
    connection.execute(
        f'copy (select * from analytics.{schema}."{table}" order by {order})'
        f" to {quoted_text(str(target))} ({WRITTEN_AS})"
    )
