"""Disk: what a refresh may need of it, what lies on it, and how a full one shows.

Belongs here: sizes, and telling the errors of a full disk from others. Does not belong
here: which files a version has (`versions`), and what is swept.
"""

import errno
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# logs, Dagster's history, what dbt compiles, write-ahead logs, small tables
SPARE_BYTES = 128 * 1024 * 1024
# Measured (docs/measured.md). A byte of landed text is kept once as text, once typed,
# and in several tables made of it; the first load is the dearest.
TEXT_FACTOR = 4
# what a byte of a packed file holds of text, and its databases are made of text
PACKED_FACTOR = 10
PACKED_SUFFIXES = (".gz", ".parquet", ".xlsx")

FULL = (errno.ENOSPC, errno.EDQUOT)
# how DuckDB and SQLite say it; what DuckDB may spill is what the disk has left
FULL_WORDS = (
    "no space left on device",
    "disk quota exceeded",
    "database or disk is full",
    "max_temp_directory_size",
)
# a disk that has no more room than this is full, whatever the error says
LITTLE = 1024 * 1024
LOOKED_AT_EVERY_SECONDS = 0.1


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


def says_full(error: BaseException | None) -> bool:
    """Say whether an error, or one that led to it, says that a disk is full.

    Many do not: whoever has a folder asks its disk instead (`has_little`).
    """
    while error is not None:
        told = str(error).lower()
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if any(words in told for words in FULL_WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False


def has_little(folder: Path) -> bool:
    """Say whether the disk of a folder is as good as full."""
    return free_bytes(folder) < LITTLE


class Watch:
    """A look at a disk ten times a second: was it full at any moment?

    What failed may have given its room back before anybody asks.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._was_full = False
        self._ended = threading.Event()

    def was_full(self) -> bool:
        """Say whether there was no room at some moment, or is none now."""
        self._look()
        return self._was_full

    def _look(self) -> None:
        with suppress(OSError):
            self._was_full = self._was_full or has_little(self._folder)

    def run(self) -> None:
        """Look until the end."""
        while not self._ended.wait(LOOKED_AT_EVERY_SECONDS):
            self._look()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()


@contextmanager
def watched(folder: Path) -> Iterator[Watch]:
    """Watch the disk of a folder while the block is at work."""
    watch = Watch(folder)
    threading.Thread(target=watch.run, daemon=True).start()
    try:
        yield watch
    finally:
        watch.end()


def in_megabytes(size: int) -> str:
    """Return a size for a person."""
    return f"{size / 1_000_000:,.0f} MB"


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        inside = path.rglob("*") if path.is_dir() else (path,)
        yield from (file for file in inside if file.is_file() and not file.is_symlink())


def sync(*paths: Path) -> None:
    """Wait until what was written to files and folders is on the disk."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
