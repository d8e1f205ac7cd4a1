"""Records kept as parallel arrays: the base of people, purchases, orders, tickets."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from orchestration.synthetic.randomness import Flags, Integers


@dataclass(frozen=True)
class Arrays:
    """A dataclass whose fields are arrays of one length, one entry a record."""

    def __len__(self) -> int:
        return len(self._columns()[0])

    def take(self, rows: Integers | Flags) -> Self:
        """Return only these records, in this order."""
        return type(self)(*(column[rows] for column in self._columns()))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the records of all parts, one part after another."""
        columns = zip(*(part._columns() for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def _columns(self) -> list[Any]:
        return [getattr(self, field.name) for field in fields(self)]
