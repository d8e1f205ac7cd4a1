"""Checksums over files of the project."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

CODE_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".md", ".py", ".lock", ".html"}


def files_checksum(root: Path, names: Iterable[str]) -> str:
    """Return a checksum over the files and folders of these names, caches aside."""
    digest = hashlib.sha256()
    for start in (root / name for name in names):
        for file in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if file.suffix in CODE_SUFFIXES and file.is_file():
                digest.update(f"{file.relative_to(root).as_posix()}\n".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
