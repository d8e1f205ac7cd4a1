"""Seeded random streams and the few ways of drawing that the tables share.

A stream belongs to one table (or step) and one chunk of people, so that a new table
moves no number of another. Nothing here knows what is drawn.
"""

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Streams = Callable[[str], np.random.Generator]


def streams(seed: int, chunk: int = 0) -> Streams:
    """Return the function that opens the named stream of this seed and chunk."""

    def stream(name: str) -> np.random.Generator:
        return np.random.default_rng([seed, zlib.crc32(name.encode()), chunk])

    return stream


def pick(
    random: np.random.Generator, weights: Sequence[float] | Floats, size: int
) -> Integers:
    """Draw `size` positions in `weights`, each as likely as its weight."""
    edges = np.cumsum(weights) / np.sum(weights)
    drawn = np.searchsorted(edges, random.random(size), side="right")
    return np.asarray(np.minimum(drawn, len(edges) - 1), dtype=np.int64)


def pick_by_row(
    random: np.random.Generator, weights: Floats, rows: Integers
) -> Integers:
    """Draw a column of the weight table for each entry of `rows`."""
    columns = weights.shape[1]
    edges = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    stacked = (edges + np.arange(len(edges))[:, None]).ravel()
    drawn = np.searchsorted(stacked, rows + random.random(len(rows)), side="right")
    position = np.clip(drawn - rows * columns, 0, columns - 1)
    return np.asarray(position, dtype=np.int64)


def happens(
    random: np.random.Generator, probability: float | Floats, size: int
) -> Flags:
    """Return for each of `size` cases whether it happens."""
    return np.asarray(random.random(size) < probability)


def lognormal_around(
    random: np.random.Generator, median: float | Floats, sigma: float, size: int
) -> Floats:
    """Draw log-normal durations with the given median, in the median's unit."""
    return np.asarray(median * np.exp(sigma * random.standard_normal(size)))
