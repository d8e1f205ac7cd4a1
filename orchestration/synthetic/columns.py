"""Typed columns and tables, and the text that a landed file holds for them.

A column keeps whole numbers (an id, minor units of money, seconds, a position in a
list of labels) and knows its text twice: in Python for CSV and JSON, whose bytes must
not depend on an engine, and in DuckDB's SQL for Parquet, which must be fast. Writing
files is not done here.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from orchestration.synthetic.randomness import Flags, Integers

MISSING = -(2**62)
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Column(ABC):
    """Values of one column; `MISSING` (in texts: None) where there is none."""

    values: npt.NDArray[Any]

    def take(self, rows: Integers | Flags) -> Self:
        """Return the column with only these rows."""
        return replace(self, values=self.values[rows])

    def texts(self) -> Texts:
        """Return the text of every row, None where the value is missing."""
        result = np.full(len(self.values), None, dtype=object)
        present = self.values != MISSING
        result[present] = self._present_texts(self.values[present])
        return result

    @abstractmethod
    def _present_texts(self, values: Integers) -> Sequence[str] | Texts: ...

    @abstractmethod
    def sql(self, name: str) -> str:
        """Return the SQL expression of the text; `name` is null where missing."""


@dataclass(frozen=True)
class Identifier(Column):
    """A number with a prefix: `T` and 17 give `T17`."""

    prefix: str = ""

    def _present_texts(self, values: Integers) -> Sequence[str]:
        return [f"{self.prefix}{value}" for value in values.tolist()]

    def sql(self, name: str) -> str:  # noqa: D102
        return f"'{self.prefix}' || {name}"


@dataclass(frozen=True)
class Decimal(Column):
    """A decimal number, kept in units of its last place."""

    places: int = 2

    def _present_texts(self, values: Integers) -> Sequence[str]:
        unit = 10**self.places
        parts = ((value < 0, *divmod(abs(value), unit)) for value in values.tolist())
        return [
            f"{'-' * is_negative}{whole}.{rest:0{self.places}d}"
            for is_negative, whole, rest in parts
        ]

    def sql(self, name: str) -> str:  # noqa: D102
        unit = f"0.{1:0{self.places}d}"
        return f"cast(cast({name} as decimal(18, 0)) * {unit} as varchar)"


@dataclass(frozen=True)
class Number(Column):
    """A whole number; unlike all others a number in JSON, too."""

    def _present_texts(self, values: Integers) -> Sequence[str]:
        return [str(value) for value in values.tolist()]

    def sql(self, name: str) -> str:  # noqa: D102
        return f"cast({name} as varchar)"


@dataclass(frozen=True)
class Flag(Column):
    """true (1) or false (0)."""

    def _present_texts(self, values: Integers) -> Sequence[str]:
        return ["true" if value else "false" for value in values.tolist()]

    def sql(self, name: str) -> str:  # noqa: D102
        return f"case {name} when 1 then 'true' when 0 then 'false' end"


@dataclass(frozen=True)
class Moment(Column):
    """A UTC timestamp in seconds since 1970."""

    def _present_texts(self, values: Integers) -> Sequence[str]:
        moments = np.datetime_as_string(values.astype("datetime64[s]"))
        return [f"{moment}Z" for moment in moments.tolist()]

    def sql(self, name: str) -> str:  # noqa: D102
        return f"strftime(make_timestamp({name} * 1000000), '%Y-%m-%dT%H:%M:%SZ')"


@dataclass(frozen=True)
class Day(Column):
    """A calendar day in days since 1970."""

    def _present_texts(self, values: Integers) -> Sequence[str]:
        return list(np.datetime_as_string(values.astype("datetime64[D]")).tolist())

    def sql(self, name: str) -> str:  # noqa: D102
        return f"cast(date '1970-01-01' + cast({name} as integer) as varchar)"


@dataclass(frozen=True)
class Label(Column):
    """A position in a short list of texts."""

    labels: tuple[str, ...] = ()

    def _present_texts(self, values: Integers) -> Texts:
        return np.array(self.labels, dtype=object)[values]

    def sql(self, name: str) -> str:  # noqa: D102
        quoted = ", ".join(
            "'" + label.replace("'", "''") + "'" for label in self.labels
        )
        return f"[{quoted}][{name} + 1]"


@dataclass(frozen=True)
class Text(Column):
    """Free text, None where missing."""

    def texts(self) -> Texts:  # noqa: D102
        return self.values

    def _present_texts(self, values: Integers) -> Texts:
        raise NotImplementedError  # texts() needs no translation

    def sql(self, name: str) -> str:  # noqa: D102
        return name


Table = dict[str, Column]


def row_count(table: Mapping[str, Column]) -> int:
    """Return the number of rows of a table."""
    return len(next(iter(table.values())).values)


def take(table: Mapping[str, Column], rows: Integers | Flags) -> Table:
    """Return the table with only these rows, in this order."""
    return {name: column.take(rows) for name, column in table.items()}


def stack(tables: Sequence[Mapping[str, Column]]) -> Table:
    """Return the rows of all tables, which have the same columns, one after another."""
    first = tables[0]
    return {
        name: replace(
            column, values=np.concatenate([table[name].values for table in tables])
        )
        for name, column in first.items()
    }


def where(condition: Flags, values: Integers) -> Integers:
    """Return the values where the condition holds, else MISSING."""
    return np.where(condition, values, MISSING)


def constant(value: int, size: int) -> Integers:
    """Return `size` times the same number."""
    return np.full(size, value, dtype=np.int64)
