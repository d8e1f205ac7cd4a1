"""Disk: what a refresh may need of it, what lies on it, and how a full one shows.

Belongs here: sizes, and telling the errors of a full disk from others. Does not belong
here: which files a version has (`versions`), and what is swept.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# logs, Dagster's history, what dbt compiles, write-ahead logs, small tables
SPARE_BYTES = 128 * 1024 * 1024
# Measured (docs/measured.md). A byte of landed text is kept once as text, once typed,
# and in several tables made of it; the first load is the dearest.
TEXT_FACTOR = 4
# what a byte of a packed file holds of text, and its databases are made of text
PACKED_FACTOR = 10
PACKED_SUFFIXES = (".gz", ".parquet")

FULL = (errno.ENOSPC, errno.EDQUOT)
# how DuckDB and SQLite say it; what DuckDB may spill is what the disk has left
FULL_WORDS = (
    "no space left on device",
    "disk quota exceeded",
    "database or disk is full",
    "max_temp_directory_size",
)
# what SQLite says where it has no room for its journal
IO_ERROR = "disk i/o error"
LITTLE = 1024 * 1024


@dataclass(frozen=True)
class Occupied:
    """Bytes that the published version takes: its parts as they lie on disk."""

    state: int = 0
    databases: int = 0
    parquet: int = 0


@dataclass(frozen=True)
class Space:
    """Bytes that a refresh may need at its highest, and those that were free."""

    needed: int
    free: int


@dataclass(frozen=True)
class Usage:
    """Bytes of some files on disk, and those of them that other folders share."""

    total: int
    shared: int


def needed_bytes(published: Occupied, new_landing_bytes: int) -> int:
    """Return what a refresh may need at its highest, beside what is published.

    The state is copied, and in the copy a table stands beside the one that it replaces.
    That is true of all but `raw`, and `raw` alone is what an erasure writes once more:
    twice the state is enough for both. The public tables are built from nothing, and
    then written as Parquet. `new_landing_bytes` counts text.
    """
    public = published.databases + (published.parquet or published.databases)
    return SPARE_BYTES + 2 * published.state + public + TEXT_FACTOR * new_landing_bytes


def text_bytes(file: Path, byte_count: int) -> int:
    """Return about how much text a landed file holds."""
    return byte_count * (PACKED_FACTOR if file.suffix in PACKED_SUFFIXES else 1)


def free_bytes(folder: Path) -> int:
    """Return the bytes that are free on the disk of a folder."""
    return shutil.disk_usage(folder).free


def mount_of(folder: Path) -> Path:
    """Return where the disk of a folder is mounted."""
    inside = folder.resolve()
    return next(path for path in (inside, *inside.parents) if os.path.ismount(path))


def size_of(*paths: Path) -> int:
    """Return the bytes of files, and of all files in folders; 0 for what is missing."""
    return sum(file.stat().st_size for file in _files(paths))


def usage_of(*paths: Path) -> Usage:
    """Return what files and folders take on disk; blocks that clones share count."""
    statuses = [file.stat() for file in _files(paths)]
    return Usage(
        # the unit of st_blocks is 512 bytes everywhere
        total=sum(status.st_blocks * 512 for status in statuses),
        shared=sum(s.st_blocks * 512 for s in statuses if s.st_nlink > 1),
    )


def is_full(error: BaseException | None, folder: Path | None = None) -> bool:
    """Say whether an error, or one that led to it, says that a disk is full.

    One that may say so, or something else, counts if the disk of `folder` is full.
    """
    while error is not None:
        told = str(error).lower()
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if any(words in told for words in FULL_WORDS):
            return True
        if IO_ERROR in told and folder is not None and free_bytes(folder) < LITTLE:
            return True
        error = error.__cause__ or error.__context__
    return False


def in_megabytes(size: int) -> str:
    """Return a size for a person."""
    return f"{size / 1_000_000:,.0f} MB"


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        inside = path.rglob("*") if path.is_dir() else (path,)
        yield from (file for file in inside if file.is_file() and not file.is_symlink())
