"""Disk: what is thought to be needed, and which errors mean that there is none left."""

import errno
import os
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.store.disk import (
    SPARE_BYTES,
    Occupied,
    mount_of,
    needed_bytes,
    says_full,
    size_of,
    text_bytes,
    usage_of,
    watched,
)

MEGABYTE = 1_000_000


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        duckdb.IOException('Could not write file "…": No space left on device'),
        duckdb.OutOfMemoryException(
            "failed to offload data block of size 256.0 KiB (0 bytes/0 bytes used).\n"
            "This limit was set by the 'max_temp_directory_size' setting."
        ),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
        caused(RuntimeError("dbt failed"), OSError(errno.ENOSPC, "…")),
    ],
)
def test_a_full_disk_shows_in_many_ways(error: Exception) -> None:
    assert says_full(error)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "Permission denied"),
        duckdb.ConversionException("Could not convert string '…' to INT32"),
        caused(RuntimeError("dbt failed"), ValueError("bad")),
    ],
)
def test_other_errors_are_no_full_disk(error: Exception) -> None:
    assert not says_full(error)


def test_a_disk_that_was_full_for_a_moment_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed gives its room back, often before anybody can ask."""
    free = [4096]
    monkeypatch.setattr("orchestration.store.disk.free_bytes", lambda folder: free[0])
    with watched(tmp_path) as watch:
        free[0] = 10 * MEGABYTE
        assert not watch.was_full()
        free[0] = 4096
        time.sleep(0.5)
        free[0] = 10 * MEGABYTE
        assert watch.was_full()


def test_what_is_needed_counts_every_copy() -> None:
    assert needed_bytes(Occupied(), 0) == SPARE_BYTES
    published = Occupied(state=100, databases=40, parquet=10)
    assert needed_bytes(published, 0) == SPARE_BYTES + 2 * 100 + 40 + 10
    # not written before: never more than the database
    published = Occupied(state=100, databases=40)
    assert needed_bytes(published, 0) == SPARE_BYTES + 2 * 100 + 2 * 40
    assert needed_bytes(Occupied(), MEGABYTE) == SPARE_BYTES + 4 * MEGABYTE


def test_packed_files_hold_more_text_than_bytes() -> None:
    assert text_bytes(Path("orders.csv"), 100) == 100
    assert text_bytes(Path("orders.csv.gz"), 100) == 1000
    assert text_bytes(Path("orders.parquet"), 100) == 1000


def test_files_with_two_names_are_shared(tmp_path: Path) -> None:
    inside = tmp_path / "folder" / "deeper"
    inside.mkdir(parents=True)
    (inside / "own").write_bytes(b"x" * 5000)
    (inside / "shared").write_bytes(b"x" * 9000)
    assert usage_of(tmp_path).shared == 0
    os.link(inside / "shared", tmp_path / "other name")
    usage = usage_of(tmp_path / "folder")
    assert usage.total >= 14_000
    assert 9000 <= usage.shared < usage.total
    assert size_of(tmp_path / "folder", tmp_path / "missing") == 14_000


def test_the_disk_is_named() -> None:
    assert mount_of(Path("/")) == Path("/")
    assert os.path.ismount(mount_of(Path(__file__)))
