"""Into which lot each entry of the points ledger goes, or out of which it postings.

One row per lot and entry that moved points of it, as far as they are still gone in the
end; lot 0 = points owed, entry 0 = points that lapsed without an entry.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from orchestration.models.loyalty import (
    EXPIRED,
    REVERSED,
    SPENT,
    Entry,
    postings_of_customer,
)

KINDS = {"expire": EXPIRED, "reverse": REVERSED}
NUMBERS = ("entry_number", "point_units", "order_number", "reversed_entry_number")


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Return the postings as a frame."""
    table = dbt.ref("int_loyalty_movements").order("customer_id, entry_number")
    columns = table.fetchnumpy()
    numbers, units, orders, reverses = (
        np.asarray(columns[name]).astype(np.int64).tolist() for name in NUMBERS
    )
    at, lapses_at = (
        np.asarray(columns[name]).astype("datetime64[us]").astype(np.int64).tolist()
        for name in ("occurred_at", "lapses_at")
    )
    kinds = [KINDS.get(name, SPENT) for name in columns["entry_type"]]
    has_lapsed = np.asarray(columns["has_lapsed"]).astype(bool).tolist()
    customers = columns["customer_id"]
    starts = [row for row, number in enumerate(numbers) if number == 1]

    owners: list[Any] = []
    postings: list[tuple[int, int, int, int]] = []
    for start, end in pairwise([*starts, len(numbers)]):
        entries = map(
            Entry,
            numbers[start:end],
            kinds[start:end],
            units[start:end],
            at[start:end],
            lapses_at[start:end],
            orders[start:end],
            reverses[start:end],
        )
        lapsed = {numbers[row] for row in range(start, end) if has_lapsed[row]}
        found = postings_of_customer(entries, lapsed)
        owners += [customers[start]] * len(found)
        postings += found
    names = ["lot_entry_number", "entry_number", "returned_by_entry_number"]
    frame = pd.DataFrame(postings, columns=[*names, "point_units"]).astype("int64")
    frame.insert(0, "customer_id", pd.Series(owners, dtype="string"))
    return frame
