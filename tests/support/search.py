"""Looking for many texts in many bytes at once.

Belongs here: the search, and what a database holds once it is decompressed. What is
looked for is told by the tests.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import numpy as np

SHORTEST = 6
CHUNK = 1 << 22


def found(haystack: bytes, needles: Iterable[str]) -> list[str]:
    """The texts (of at least 6 bytes in UTF-8) that stand in the bytes, in any case.

    One pass: where the first three bytes of some text stand, the first six are looked
    at, and there the text itself.
    """
    lowered = {needle.encode().lower(): needle for needle in needles}
    assert all(len(needle) >= SHORTEST for needle in lowered)
    by_prefix: dict[bytes, list[bytes]] = {}
    for needle in lowered:
        by_prefix.setdefault(needle[:SHORTEST], []).append(needle)
    begins = np.zeros(1 << 24, dtype=bool)
    begins[[int.from_bytes(prefix[:3], "big") for prefix in by_prefix]] = True

    text = haystack.lower()
    hits: set[str] = set()
    for start in range(0, len(text), CHUNK):
        window = np.frombuffer(text[start : start + CHUNK + 2], dtype=np.uint8)
        if window.size < 3:
            break
        codes = window.astype(np.uint32)
        threes = (codes[:-2] << 16) | (codes[1:-1] << 8) | codes[2:]
        for offset in (np.flatnonzero(begins[threes]) + start).tolist():
            for needle in by_prefix.get(text[offset : offset + SHORTEST], ()):
                if text.startswith(needle, offset):
                    hits.add(lowered[needle])
    return sorted(hits)


def cells(database: Path, types: tuple[str, ...] = ("VARCHAR", "DATE")) -> bytes:
    """All distinct texts and dates of a database, decompressed, a line each."""
    return "\n".join(_cells(database, types)).encode()


def _cells(database: Path, types: tuple[str, ...]) -> Iterator[str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where list_contains(?, data_type) and not internal",
            [list(types)],
        ).fetchall()
        for schema, table, column in columns:
            for (value,) in connection.execute(
                f'select distinct "{column}"::varchar from "{schema}"."{table}"'
                f' where "{column}" is not null'
            ).fetchall():
                yield value
