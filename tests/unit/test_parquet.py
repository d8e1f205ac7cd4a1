"""Parquet files of a version: equal tables, equal bytes, and no byte written twice."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.store.access import Access
from orchestration.store.parquet import ParquetExport, ParquetFile
from orchestration.store.versions import Version

TABLE = "marts.fct_orders"
KEYS = {TABLE: ["order_id"]}
ROWS = "select range as order_id, range % 7 as a, range % 11 as b from range(1000)"


class Exported:
    """A folder that stands for a version, with one table written as Parquet."""

    def __init__(self, folder: Path, query: str, **options: Any) -> None:
        self.folder = folder / "parquet"
        folder.mkdir()
        before: Exported | None = options.get("before")
        access = options.get("access", Access())
        export = ParquetExport(
            self.folder, KEYS, before.version if before else None, access
        )
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as analytics")
            connection.execute("create schema analytics.marts")
            connection.execute(f"create table analytics.{TABLE} as {query}")
            export.write(connection, [("marts", "fct_orders")])
        self.said: ParquetFile = export.files[TABLE]
        access.open_to_readers(self.file)
        manifest = {"parquet": export.in_manifest()}
        self.version = Version(folder.name, folder, True, manifest)

    @property
    def file(self) -> Path:
        return self.folder / "marts" / "fct_orders.parquet"

    @property
    def inode(self) -> int:
        return self.file.stat().st_ino


@pytest.fixture
def first(tmp_path: Path) -> Exported:
    return Exported(tmp_path / "first", ROWS)


def test_the_order_of_rows_does_not_matter(first: Exported, tmp_path: Path) -> None:
    other = Exported(tmp_path / "other", f"{ROWS} order by hash(range)")
    assert other.file.read_bytes() == first.file.read_bytes()
    assert other.said == first.said
    assert other.inode != first.inode


def test_rows_stand_in_the_order_of_the_key(tmp_path: Path) -> None:
    shuffled = Exported(tmp_path / "shuffled", f"{ROWS} order by hash(range)")
    with duckdb.connect() as connection:
        read = connection.execute(f"from '{shuffled.file}'").fetchall()
        assert read == connection.execute(f"{ROWS} order by range").fetchall()


def test_an_unchanged_table_is_not_written_again(
    first: Exported, tmp_path: Path
) -> None:
    again = Exported(tmp_path / "again", f"{ROWS} order by hash(range)", before=first)
    assert again.said.is_linked
    assert again.inode == first.inode
    third = Exported(tmp_path / "third", ROWS, before=again)
    assert third.inode == first.inode
    assert not first.said.is_linked


@pytest.mark.parametrize(
    "change",
    [
        f"{ROWS} where range < 999",
        f"{ROWS} union all select 1000, 1, 1",
        # a row that comes twice, in exchange for another
        f"select * from ({ROWS}) where order_id <> 3 union all select 5, 5, 5",
        "select order_id, a, case when order_id = 1 then 9 else b end as b"
        f" from ({ROWS})",
        # two rows exchange a value
        "select order_id, a, case order_id when 1 then 2 when 2 then 1 else b end as b"
        f" from ({ROWS})",
        # two columns exchange their values, or their names
        f"select order_id, b as a, a as b from ({ROWS})",
        f"select order_id, a as b, b as a from ({ROWS})",
        f"select order_id, a, cast(b as integer) as b from ({ROWS})",
        f"select order_id, a, nullif(b, 4) as b from ({ROWS})",
    ],
)
def test_whatever_changed_is_written(
    first: Exported, tmp_path: Path, change: str
) -> None:
    changed = Exported(tmp_path / "changed", change, before=first)
    assert not changed.said.is_linked
    assert changed.inode != first.inode
    with duckdb.connect() as connection:
        read = connection.execute(f"from '{changed.file}' order by all").fetchall()
        assert read == connection.execute(f"from ({change}) order by all").fetchall()


def test_without_a_version_before_nothing_is_linked(
    first: Exported, tmp_path: Path
) -> None:
    """As after an erasure."""
    anew = Exported(tmp_path / "anew", ROWS)
    assert anew.inode != first.inode and not anew.said.is_linked


def test_a_file_for_other_readers_is_not_linked(
    first: Exported, tmp_path: Path
) -> None:
    """One file has one mode: a link would take the older version from its readers."""
    group = first.file.stat().st_gid
    closed = Exported(
        tmp_path / "closed", ROWS, before=first, access=Access(readers=group)
    )
    assert not closed.said.is_linked
    assert first.file.stat().st_mode & 0o777 == 0o444
    assert closed.file.stat().st_mode & 0o777 == 0o440


def test_a_file_that_is_not_what_it_was_is_not_linked(
    first: Exported, tmp_path: Path
) -> None:
    first.file.chmod(0o644)
    first.file.write_bytes(first.file.read_bytes()[:-1])
    first.file.chmod(0o444)
    assert not Exported(tmp_path / "second", ROWS, before=first).said.is_linked
    first.file.unlink()
    assert not Exported(tmp_path / "third", ROWS, before=first).said.is_linked


def test_a_table_without_a_key_has_one_order_too(tmp_path: Path) -> None:
    written = []
    for name, order in (("one", "range"), ("other", "hash(range)")):
        folder = tmp_path / name
        export = ParquetExport(folder, {}, None, Access())
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as analytics")
            connection.execute("create schema analytics.audit")
            query = f"{ROWS} order by {order}"
            connection.execute(f"create table analytics.audit.checks as {query}")
            export.write(connection, [("audit", "checks")])
        written.append((folder / "audit" / "checks.parquet").read_bytes())
    assert written[0] == written[1]
