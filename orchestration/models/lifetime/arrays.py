"""Types of arrays, and how equal rows of whole numbers are found and counted."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

KEY_BITS = 63


class DistinctRows(NamedTuple):
    """The distinct rows of a few columns, in ascending order.

    `columns`: one array of length k for each column. `positions`: for each of the n
    given rows its distinct row. `counts`: how many given rows each stands for.
    """

    columns: tuple[Integers, ...]
    positions: Integers
    counts: Integers


def distinct_rows(columns: Sequence[Integers]) -> DistinctRows:
    """Find the distinct rows of columns (length n each) of numbers >= 0.

    The order of the given rows does not show in `columns` and `counts`.
    """
    widths = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(widths) > KEY_BITS:
        return _distinct_by_columns(columns)
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column, width in zip(columns, widths, strict=True):
        key = (key << width) | column
    keys, positions, counts = np.unique(key, return_inverse=True, return_counts=True)
    return DistinctRows(_unpacked(keys, widths), positions, counts)


def _unpacked(keys: Integers, widths: Sequence[int]) -> tuple[Integers, ...]:
    columns: list[Integers] = []
    for width in reversed(widths):
        columns.append(keys & ((1 << width) - 1))
        keys = keys >> width
    return tuple(reversed(columns))


def _distinct_by_columns(columns: Sequence[Integers]) -> DistinctRows:
    """Do the same, slower, for numbers too large to share one key."""
    rows, positions, counts = np.unique(
        np.column_stack(columns), axis=0, return_inverse=True, return_counts=True
    )
    return DistinctRows(tuple(rows.T), positions.reshape(-1), counts)


def systematic_counts(counts: Integers, size: int) -> Integers:
    """Count how often each row falls into an evenly spaced sample of `size` cases."""
    total = int(counts.sum())
    places = (2 * np.arange(size) + 1) * total // (2 * size)
    rows = np.searchsorted(np.cumsum(counts), places, side="right")
    return np.asarray(np.bincount(rows, minlength=len(counts)), dtype=np.int64)
