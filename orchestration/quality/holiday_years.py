"""Whether the lookup of holidays goes on: said half a year before it ends.

A year that is not in `holidays` has none, so that service times and greetings would
drift without a word once its last year is over.
"""

import csv
from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb

from orchestration.store.databases import has_table

LOOKUP = Path("seeds/lookups/holidays.csv")
MARKETS_IN_USE = "select distinct market from analytics.marts.dim_customers"
# from the first of July of its last year on
WARNED_FROM_MONTH = 7


def ending_years(
    project_dir: Path, markets: Collection[str], day: date
) -> dict[int, list[str]]:
    """Return the markets whose holidays end within half a year of a day, by last year.

    A market of which the lookup has no day at all is meant to have none.
    """
    last_years: dict[str, int] = {}
    with (project_dir / LOOKUP).open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            year = date.fromisoformat(row["holiday_date"].strip()).year
            market = row["market"].strip()
            last_years[market] = max(year, last_years.get(market, year))
    ending: dict[int, list[str]] = {}
    for market, year in sorted(last_years.items()):
        if market in markets and day >= date(year, WARNED_FROM_MONTH, 1):
            ending.setdefault(year, []).append(market)
    return dict(sorted(ending.items()))


def told_of_ending_years(
    connection: duckdb.DuckDBPyConnection, project_dir: Path, day: date
) -> list[str]:
    """Return a sentence for every year that ends the holidays of markets in use.

    Markets in use are those of customers in `analytics.marts.dim_customers`.
    """
    if not has_table(connection, "analytics", "marts", "dim_customers"):
        return []
    markets = {market for (market,) in connection.execute(MARKETS_IN_USE).fetchall()}
    return [
        f"{LOOKUP} has no holidays of {', '.join(found)} after {year}: from then on"
        " every weekday counts as a day of business, and nobody is greeted. Add the"
        " next year."
        for year, found in ending_years(project_dir, markets, day).items()
    ]
