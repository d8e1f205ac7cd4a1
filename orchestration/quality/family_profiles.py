"""What the published tables look like on an as-of day, by families of names.

Every public table has its rows measured; every `metrics_` table the share of empty
cells and the mean of each of its numbers, and how far its newest period lies behind the
as-of day. A new metrics table is measured without a word here.
"""

from collections.abc import Mapping
from datetime import date

import duckdb
import pandas as pd

from orchestration.quality.profiles import Profiles, frame_of

DOOR = "publish"
FAMILY = "metrics."
NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "INTEGER", "HUGEINT")
# the first of these that a table has says which period a row is of
PERIODS = ("period_start_date", "cohort_start_date")
GRAINS = ("period_grain", "cohort_grain")
# days by which the begin of the newest whole period may lie behind: two of its length
GRAIN_DAYS = {"day": 2, "week": 14, "month": 62, "quarter": 184, "year": 732}
Columns = Mapping[str, Mapping[str, str]]


def measured_tables(
    connection: duckdb.DuckDBPyConnection,
    columns: Columns,
    profiles: Profiles,
    as_of_date: date,
) -> pd.DataFrame:
    """Return rows of each public table, empty cells and means of the families.

    `columns` are types by column by `schema.table`.
    """
    rows: list[tuple[object, ...]] = []
    for table, kinds in columns.items():
        numbers = [n for n, kind in kinds.items() if kind.startswith(NUMBERS)]
        measured = numbers if table.startswith(FAMILY) else []
        aggregates = ["count(*)"]
        for name in measured:
            number = f'"{name}"::double'
            finite = f"filter (where isfinite({number}))"
            aggregates += [f"count({number})", f"avg({number}) {finite}"]
        count, *values = _row(connection, aggregates, table)
        place = (profiles.refresh_id, DOOR, table.split(".")[1])
        seen = (True, "")
        rows.append((*place, "", "", "row_count", as_of_date, count, count, *seen))
        pairs = zip(measured, values[::2], values[1::2], strict=True)
        for name, filled, mean in pairs if count else ():
            empty = 1 - filled / count
            rows.append(
                (*place, name, "", "null_share", as_of_date, empty, count, *seen)
            )
            if mean is not None:
                rows.append((*place, name, "", "mean", as_of_date, mean, filled, *seen))
    return frame_of(rows)


def measured_delays(
    connection: duckdb.DuckDBPyConnection,
    columns: Columns,
    profiles: Profiles,
    as_of_date: date,
) -> pd.DataFrame:
    """Return how far the newest whole period of each family and grain lies behind."""
    rows: list[tuple[object, ...]] = []
    for table, kinds in columns.items():
        period = next((name for name in PERIODS if name in kinds), None)
        if not table.startswith(FAMILY) or period is None:
            continue
        grain = next((name for name in GRAINS if name in kinds), "''")
        whole = "where is_complete" if "is_complete" in kinds else ""
        newest = connection.execute(
            f"select {grain}, max({period}) from analytics.{table} {whole}"
            f" group by 1 having max({period}) is not null order by 1"
        ).fetchall()
        place = (profiles.refresh_id, DOOR, table.split(".")[1], period)
        for named, start in newest:
            delay = (as_of_date - start).days
            floor = GRAIN_DAYS.get(named, 0)
            told = f"newest {start}"
            kept = ("delay_days", as_of_date, delay, floor, True, told)
            rows.append((*place, named, *kept))
    return frame_of(rows)


def _row(
    connection: duckdb.DuckDBPyConnection, aggregates: list[str], table: str
) -> tuple[int, ...]:
    row = connection.execute(
        f"select {', '.join(aggregates)} from analytics.{table}"
    ).fetchone()
    assert row is not None  # an aggregate always has a row
    return row
