"""The sufficient statistics of purchase counts: equal histories counted once."""

from dataclasses import dataclass

import numpy as np

from orchestration.models.lifetime.arrays import (
    Floats,
    Integers,
    distinct_rows,
    systematic_counts,
)

DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Histories:
    """The k distinct histories (x, t_x, T) of n customers, in ascending order.

    `repeat_counts` is x, repeat purchase days; `recency_days` is 7·t_x, last less first
    purchase day; `age_days` is 7·T, last observed less first purchase day;
    `customer_counts` how many customers share the history (all of length k).
    `positions` (length n) is each customer's history.
    """

    repeat_counts: Integers
    recency_days: Integers
    age_days: Integers
    customer_counts: Integers
    positions: Integers

    def __len__(self) -> int:
        return len(self.repeat_counts)

    @property
    def customer_count(self) -> int:
        """Number of customers, n."""
        return int(self.customer_counts.sum())

    @property
    def repeat_buyer_count(self) -> int:
        """Number of customers with x > 0."""
        return int(self.customer_counts[self.repeat_counts > 0].sum())

    @property
    def recency_weeks(self) -> Floats:
        """t_x in weeks (length k)."""
        return self.recency_days / DAYS_PER_WEEK

    @property
    def age_weeks(self) -> Floats:
        """T in weeks (length k)."""
        return self.age_days / DAYS_PER_WEEK

    def sampled(self, size: int) -> "Histories":
        """Return an evenly spaced sample of customers; all if there are no more."""
        if self.customer_count <= size:
            return self
        counts = systematic_counts(self.customer_counts, size)
        kept = counts > 0
        return Histories(
            self.repeat_counts[kept],
            self.recency_days[kept],
            self.age_days[kept],
            counts[kept],
            np.empty(0, dtype=np.int64),
        )


def group_histories(
    repeat_counts: Integers, recency_days: Integers, age_days: Integers
) -> Histories:
    """Group n customers by (x, 7·t_x, 7·T), three arrays of whole numbers.

    Raises ValueError for what no purchase day can bring about: a negative number,
    t_x > T, or t_x > 0 without a repeat purchase.
    """
    given = (repeat_counts, recency_days, age_days)
    x, recency, age = (np.asarray(column, dtype=np.int64) for column in given)
    if not len(x) == len(recency) == len(age):
        raise ValueError("repeat counts, recencies and ages differ in length")
    if (x < 0).any() or (recency < 0).any() or (recency > age).any():
        raise ValueError("a history needs x >= 0 and 0 <= t_x <= T")
    if ((x == 0) & (recency > 0)).any():
        raise ValueError("a history without repeat purchase has no recency")
    rows = distinct_rows((x, recency, age))
    x, recency, age = rows.columns
    return Histories(x, recency, age, rows.counts, rows.positions)
