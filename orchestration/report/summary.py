"""The few lines in which a refresh tells a person what it published.

Reads the published version itself, so that what is told is what readers see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.quality.doors import QualityResult
from orchestration.store.databases import has_table, records
from orchestration.store.versions import PARQUET, Version
from orchestration.text.printable import shown

LABEL_WIDTH = 18
SHOWN_REASONS = 3
SHOWN_WARNINGS = 3
# step of the refresh -> what a person counts it to
SPLIT = {
    "begin": "publish",
    "landing": "landing",
    "landing_checks": "checks",
    "dbt": "dbt",
    "publish_checks": "checks",
    "publish": "publish",
}


@dataclass(frozen=True)
class Headline:
    """One figure: read by `query` (one row or none), told by filling `text`."""

    label: str
    schema: str
    table: str
    query: str
    text: str


LAST_MONTH = (
    "where dimension = 'all' and period_grain = 'month' and is_complete"
    " order by period_start_date desc limit 1"
)
HEADLINES = (
    Headline(
        "customers",
        "marts",
        "dim_customers",
        "select count(*) as n, count(acquired_date) as acquired"
        " from marts.dim_customers",
        "{n:,}, of them {acquired:,} with a counted order",
    ),
    Headline(
        "counted orders",
        "marts",
        "fct_orders",
        "select count(*) as n, coalesce(sum(net_amount), 0) as net"
        " from marts.fct_orders where is_counted",
        "{n:,}, net revenue {net:,.2f} {currency}",
    ),
    Headline(
        "retention rate",
        "metrics",
        "metrics_retention",
        "select retention_rate as rate, period_start_date as month"
        f" from metrics.metrics_retention {LAST_MONTH}",
        "{rate:.1%} in {month:%Y-%m}",
    ),
    Headline(
        "NPS",
        "metrics",
        "metrics_nps",
        "select nps_score as score, response_count as n, period_grain as grain,"
        " period_start_date as start from metrics.metrics_nps"
        " where dimension = 'all' and is_complete and nps_score is not null"
        " order by is_reportable desc, period_end_date desc, period_start_date desc"
        " limit 1",
        "{score:.0f} ({n:,} responses in the {grain} from {start})",
    ),
    Headline(
        "cost per customer",
        "metrics",
        "metrics_cost_per_customer",
        "select cost_per_customer_amount as amount, period_start_date as month"
        f" from (from metrics.metrics_cost_per_customer {LAST_MONTH})"
        " where total_cost_amount <> 0",
        "{amount:,.2f} {currency} in {month:%Y-%m}",
    ),
    Headline(
        "expected revenue",
        "marts",
        "mart_customer_values",
        "select sum(predicted_revenue_12m_amount) as amount"
        " from marts.mart_customer_values",
        "{amount:,.2f} {currency} in the next 12 months (discounted)",
    ),
)


def told(current: Path, version: Version, total_seconds: float) -> list[str]:
    """Return the lines; `current` is the link that readers know."""
    return [
        "",
        *_aligned(_facts(current, version)),
        *_aligned(_figures(version)),
        *_aligned(_timing(version, total_seconds)),
        *warnings_told(current, version),
    ]


def told_unchanged(version: Version, total_seconds: float) -> list[str]:
    """Return the lines about a refresh that had nothing to build."""
    manifest = version.manifest
    return [
        "",
        "Nothing was built: files, settings, day and code are those of what is"
        " published.",
        *_aligned(
            iter(
                [
                    ("published", f"version {version.id}"),
                    ("as-of date", manifest["as_of_date"]),
                    ("took", f"{total_seconds:.1f} s; `make refresh FORCE=1` builds"),
                ]
            )
        ),
    ]


def _facts(current: Path, version: Version) -> Iterator[tuple[str, str]]:
    manifest = version.manifest
    restated = ", restated: this day was published before from other inputs"
    rows = manifest["reconciled_rows"]
    yield "published", f"version {version.id}"
    yield "file", str(current / version.analytics.name)
    if manifest["parquet"]:
        yield "parquet", f"{current / PARQUET} ({len(manifest['parquet'])} tables)"
    yield (
        "as-of date",
        manifest["as_of_date"] + (restated if manifest["is_restated"] else ""),
    )
    yield (
        "rows landed",
        f"{rows['landed']:,} = {rows['accepted']:,} accepted"
        f" + {rows['superseded']:,} superseded + {rows['not_yet']:,} not yet"
        f" + {rows['quarantined']:,} quarantined",
    )
    reasons = manifest["quarantine"]
    if reasons:
        yield "quarantined for", _reasons(reasons)


def warnings_told(current: Path, version: Version) -> Iterator[str]:
    """Yield the first warnings in full, so that none is only a number."""
    warnings = version.manifest["warnings"]
    if not warnings:
        return
    yield ""
    yield f"{'warnings':<{LABEL_WIDTH}} {len(warnings)}"
    for warning in warnings[:SHOWN_WARNINGS]:
        first, *others = QualityResult(**warning).told().splitlines()
        yield f"- {shown(first)}"
        yield from map(shown, others)
    if len(warnings) > SHOWN_WARNINGS:
        rest = len(warnings) - SHOWN_WARNINGS
        page = current / version.manifest["report"]
        yield f"- and {rest} more, in audit.quality_results and {page}"


def _reasons(reasons: list[Mapping[str, Any]]) -> str:
    told = [
        f"{reason['row_count']:,} {reason['table_name']} {reason['reason']}"
        for reason in reasons[:SHOWN_REASONS]
    ]
    rest = len(reasons) - len(told)
    return ", ".join([*told, f"{rest} more kinds"] if rest else told)


def _figures(version: Version) -> Iterator[tuple[str, str]]:
    currency = version.manifest["settings"]["reporting_currency"]
    with duckdb.connect(str(version.analytics), read_only=True) as connection:
        for headline in HEADLINES:
            if not has_table(connection, "analytics", headline.schema, headline.table):
                continue
            for row in records(connection, headline.query):
                if None not in row.values():
                    yield headline.label, headline.text.format(currency=currency, **row)


def _timing(version: Version, total_seconds: float) -> Iterator[tuple[str, str]]:
    split: dict[str, float] = {}
    for step, seconds in version.manifest["seconds"].items():
        split[SPLIT[step]] = split.get(SPLIT[step], 0.0) + seconds
    split["Dagster and start"] = total_seconds - sum(split.values())
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in split.items())
    yield "took", f"{total_seconds:.1f} s: {parts}"


def _aligned(pairs: Iterator[tuple[str, str]]) -> list[str]:
    return [f"{label:<{LABEL_WIDTH}} {text}" for label, text in pairs]
