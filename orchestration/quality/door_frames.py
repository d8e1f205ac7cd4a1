"""The small frames that Great Expectations sees: aggregates, one row a thing judged.

Their size goes with the number of tables, files, months and columns, never with the
rows of a table. Here is counted; what is allowed stands in `suites`. No frame holds a
value of a row: only counts, names, files and record numbers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from orchestration.landing.contract import Table
from orchestration.landing.report import IgnoredPath
from orchestration.store.databases import AS_OF, LANDED_NOW, first_value, has_table
from orchestration.text.trimming import filled, trimmed

SHOWN_PLACES = 3
# landed table -> fact that holds every accepted row of it, and how they are counted
FACTS = {
    "orders": ("fct_orders", "count(*)"),
    "order_lines": ("fct_order_lines", "count(*)"),
    "refunds": ("fct_refunds", "count(*)"),
    "survey_responses": ("fct_survey_responses", "count(*)"),
    "contacts": ("fct_contacts", "count(*)"),
    "tickets": ("fct_tickets", "count(*)"),
    # a lapse without a landed entry is derived
    "loyalty_entries": ("fct_loyalty_entries", "count(*) filter (not is_derived)"),
    # a ledger line has a row for each month it covers
    "costs": ("fct_costs", "count(distinct cost_id)"),
}
# landed table, fact, name and SQL of the money as it landed, in all its currencies
LANDED_AMOUNTS = (
    ("orders", "fct_orders", "gross amount as landed", "sum(gross_amount_local)"),
    ("refunds", "fct_refunds", "amount as landed", "sum(refund_amount_local)"),
)
_MARTS = "analytics.marts"
# fact, columns needed, name, SQL of what is expected and of what is published; all
# amounts are in the reporting currency
MART_TOTALS = (
    (
        "fct_orders",
        {"fct_orders": ("exchange_rate", "gross_amount_local", "gross_amount")},
        "gross amount of orders in the reporting currency",
        f"sum(round(gross_amount_local, 2)) from {_MARTS}.fct_orders"
        " where exchange_rate = 1",
        f"sum(gross_amount) from {_MARTS}.fct_orders where exchange_rate = 1",
    ),
    (
        "fct_orders",
        {
            "fct_orders": ("gross_amount", "discount_amount", "net_amount"),
            "fct_refunds": ("order_id", "restated_refund_amount"),
        },
        "net amount = gross - discount - refunds of known orders",
        "coalesce(sum(gross_amount - discount_amount), 0) - coalesce((select"
        f" sum(restated_refund_amount) from {_MARTS}.fct_refunds"
        f" where order_id is not null), 0) from {_MARTS}.fct_orders",
        f"sum(net_amount) from {_MARTS}.fct_orders",
    ),
    (
        "fct_costs",
        {"fct_costs": ("amount", "allocated_amount", "unallocated_amount")},
        "ledger = allocated + unallocated",
        f"sum(amount) from {_MARTS}.fct_costs",
        f"sum(allocated_amount + unallocated_amount) from {_MARTS}.fct_costs",
    ),
)
# rates that may leave 0..1 by their definition, and what is no fraction at all
UNBOUNDED_RATES = (
    "retention_rate_end_less_new",
    "net_revenue_retention_rate",
    "gross_revenue_retention_rate",
    "change_rate",
    "year_change_rate",
    "exchange_rate",
    "monthly_contact_rate",
    # a period's complaints, spends and expiries rest on orders and points before it
    "complaint_rate",
    "redemption_rate",
    "expiry_rate",
)
CENT = 0.01
NUMBER_TYPES = ("DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "INTEGER", "HUGEINT")
LARGEST = 1e300
NOISE = 1e-9
# name of a number -> its range; the first that fits counts
RANGES: tuple[tuple[str, tuple[float, float]], ...] = (
    (r".*_(share|fraction)|probability_.*", (0, 1)),
    (r"(.*_)?(auc|brier|risk)_score", (0, 1)),
    (r"nps(_.*)?_score", (-100, 100)),
    (r".*_(count|rank|minutes|weeks|rmse)|.*_days?|days_since_.*", (0, LARGEST)),
)


@dataclass(frozen=True)
class Limits:
    """How much of a table may be unusable: more than both stops the refresh."""

    share: float
    rows: int

    def exceeded_by(self, count: int, of: int) -> bool:
        """Say whether `count` of `of` rows is above both limits."""
        return count > self.rows and count > self.share * of

    def __str__(self) -> str:
        return f"at most {self.rows} rows or {self.share:.1%} of the table"


def landed_tables(
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[Table],
    limits: Limits,
    rows_before: Mapping[str, int],
) -> pd.DataFrame:
    """Return one row a table: rows, unreadable rows, rows without key, growth.

    `rows_before` are the rows by table of the version published before; a table that is
    not in it has no `growth_ratio`.
    """
    return pd.DataFrame(
        [_landed_table(connection, table, limits, rows_before) for table in tables]
    )


def _landed_table(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    limits: Limits,
    rows_before: Mapping[str, int],
) -> dict[str, object]:
    row_count = _count(
        connection,
        "select sum(landed_row_count) from raw.landing_files"
        " where is_current and table_name = ?",
        table.name,
    )
    unreadable = _rows_by_file(
        connection,
        "select landing_file_id, record_number from raw.landing_rejects"
        f" where table_name = '{table.name}'",
    )
    # a key column that is not required has a default, so it is never missing
    key = [column for column in table.key if column in table.required_names]
    missing = [f"{filled(column)} is null" for column in key]
    keyless = _rows_by_file(
        connection,
        f"select landing_file_id, record_number from raw.{table.name}"
        f" where {' or '.join(missing)}",
    )
    before = rows_before.get(table.name)
    return {
        "table_name": table.name,
        "column_name": ", ".join(key),
        "needs_rows": table.needs_rows,
        "row_count": row_count,
        "unreadable_row_count": _total(unreadable),
        "unreadable_excess_count": _excess(_total(unreadable), row_count, limits),
        "unreadable_at": _places(unreadable, "line"),
        "keyless_row_count": _total(keyless),
        "keyless_excess_count": _excess(_total(keyless), row_count, limits),
        "keyless_at": _places(keyless, "record"),
        "row_count_before": before,
        "growth_ratio": row_count / before if before else None,
    }


def landed_files(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a table and set of unknown columns: how many files are odd, where.

    Odd is a file that is new and has no rows, or the same bytes as another.
    """
    return connection.execute(
        f"""
        with files as (
            select
                table_name,
                file_path,
                landed_at >= observed_until_at as is_new,
                is_new and landed_row_count = 0 as is_empty,
                is_new
                and landed_row_count > 0
                and count(*) over (partition by table_name, checksum) > 1 as is_twin,
                unknown_columns
            from raw.landing_files
            cross join raw.landing_clock
            where is_current
        )
        select
            table_name,
            unknown_columns as column_name,
            len(string_split(unknown_columns, ','))
            * (unknown_columns <> '')::integer as unknown_column_count,
            count(*) as file_count,
            {_first_files()} as files_at,
            count(*) filter (is_empty) as empty_file_count,
            {_first_files("is_empty")} as empty_at,
            count(*) filter (is_twin) as twin_file_count,
            {_first_files("is_twin")} as twins_at
        from files
        group by table_name, unknown_columns
        order by table_name, unknown_columns
        """
    ).df()


def _first_files(condition: str = "true") -> str:
    """Return SQL that names the first files of a group for which a condition holds."""
    files = f"list(file_path order by file_path) filter ({condition})"
    return (
        f"concat(array_to_string(({files})[:{SHOWN_PLACES}], '; '),"
        f" case when count(*) filter ({condition}) > {SHOWN_PLACES} then"
        f" format('; and {{}} more', count(*) filter ({condition}) - {SHOWN_PLACES})"
        " end)"
    )


def ignored_paths(ignored: Iterable[IgnoredPath]) -> pd.DataFrame:
    """Return one row for everything in the landing folder that belongs to no table."""
    return pd.DataFrame(
        [
            {
                "table_name": None,
                "file_path": f"{path.path} ({path.why})",
                "is_known": 0,
            }
            for path in ignored
        ]
    )


def unvalued_currencies(
    connection: duckdb.DuckDBPyConnection, reporting_currency: str
) -> list[str]:
    """Return the currencies of the orders if not one of them has any rate, else []."""
    rows = connection.execute(
        f"""
        with in_force as (
            select landing_file_id from raw.landing_files where is_current
        ),
        rated as (
            select distinct upper({trimmed("currency_code")}) as currency_code
            from raw.exchange_rates semi join in_force using (landing_file_id)
        ),
        ordered as (
            select distinct
                coalesce(upper({filled("currency_code")}), $reporting)
                    as currency_code
            from raw.orders semi join in_force using (landing_file_id)
        )
        select currency_code,
            currency_code = $reporting or rated.currency_code is not null as is_valued
        from ordered left join rated using (currency_code)
        order by currency_code
        """,
        {"reporting": reporting_currency},
    ).fetchall()
    if any(is_valued for _, is_valued in rows):
        return []
    # anything else is no currency, and dbt says so of each row
    return [currency for currency, _ in rows if re.fullmatch("[A-Z]{3}", currency)]


def refusals_without_day(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return why orders were refused, if dbt found no as-of date; None if it did."""
    has_day = first_value(
        connection,
        "select count(*) from information_schema.tables"
        " where (table_schema, table_name) = ('intermediate', 'int_as_of')",
    )
    if not has_day or first_value(connection, AS_OF) is not None:
        return None
    reasons = connection.execute(
        "select refusals, count(*) from staging.stg_orders where refusals <> ''"
        " group by all order by 2 desc, 1"
    ).fetchall()
    told = [f"{count:,} x {refusals}" for refusals, count in reasons[:SHOWN_PLACES]]
    return _with_rest(told, len(reasons))


def judged_tables(
    connection: duckdb.DuckDBPyConnection, limits: Limits
) -> pd.DataFrame:
    """Return one row a table: how much of the files in force is in quarantine."""
    tables = connection.execute(
        "select table_name, sum(landed_row_count)::bigint,"
        " sum(quarantined_row_count)::bigint"
        " from analytics.audit.landing_reconciliation where not is_replaced"
        " group by all order by all"
    ).fetchall()
    return pd.DataFrame(
        [
            {
                "table_name": table,
                "row_count": landed,
                "quarantined_row_count": quarantined,
                "quarantined_share": quarantined / landed if landed else 0.0,
                "quarantined_excess_count": _excess(quarantined, landed, limits),
                "quarantined_at": _quarantine_reasons(connection, table),
            }
            for table, landed, quarantined in tables
        ]
    )


def reconciled_files(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a table: what its files leave when the four fates are taken.

    Gaps are added up without their signs, so that none hides another.
    """
    return connection.execute(
        f"""
        with files as (
            select
                table_name,
                file_path,
                abs(landed_row_count - accepted_row_count - superseded_row_count
                - not_yet_row_count - quarantined_row_count) as row_gap,
                abs(coalesce(landed_amount, 0) - coalesce(accepted_amount, 0)
                 - coalesce(superseded_amount, 0) - coalesce(not_yet_amount, 0)
                 - coalesce(quarantined_amount, 0)) as amount_gap
            from analytics.audit.landing_reconciliation
        )
        select
            table_name,
            sum(row_gap)::bigint as row_gap,
            {_first_files("row_gap <> 0")} as rows_missing_at,
            sum(amount_gap)::double as amount_gap,
            count(*) filter (amount_gap <> 0) as amount_gap_file_count,
            {_first_files("amount_gap <> 0")} as amounts_missing_at
        from files
        group by table_name
        order by table_name
        """
    ).df()


def control_totals(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a total that is known on two sides, with the gap between them.

    Rows and money as landed are those of the accepted rows; net revenue is what the
    orders and the refunds give by themselves.
    """
    sides = [
        (fact, "rows", _accepted(connection, landed, "row_count"), f"select {rows}")
        for landed, (fact, rows) in FACTS.items()
    ]
    sides += [
        (fact, name, _accepted(connection, landed, "amount"), f"select {total}")
        for landed, fact, name, total in LANDED_AMOUNTS
    ]
    totals = [
        (fact, name, accepted, first_value(connection, f"{query} from {_MARTS}.{fact}"))
        for fact, name, accepted, query in sides
        if has_table(connection, "analytics", "marts", fact)
    ]
    for fact, needed, name, left, right in MART_TOTALS:
        if _has_columns(connection, needed):
            found = [
                first_value(connection, f"select {side}") for side in (left, right)
            ]
            totals.append((fact, name, *found))
    return pd.DataFrame(
        [
            {
                "table_name": fact,
                "total_name": f"{name}: {published or 0:,} for {accepted or 0:,}",
                "gap": float(round((published or 0) - (accepted or 0), 2)),
            }
            for fact, name, accepted, published in totals
        ]
    )


def cost_months(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a month and purpose: ledger less allocated less unallocated."""
    facts = ("fct_costs", "fct_customer_costs")
    if not all(has_table(connection, "analytics", "marts", fact) for fact in facts):
        return pd.DataFrame()
    return connection.execute(
        """
        with ledger as (
            select cost_month, purpose,
                sum(amount) as amount, sum(unallocated_amount) as unallocated_amount
            from analytics.marts.fct_costs
            group by all
        ),
        allocated as (
            select cost_month, purpose, sum(allocated_amount) as allocated_amount
            from analytics.marts.fct_customer_costs
            group by all
        )
        select
            'fct_customer_costs' as table_name,
            cost_month::varchar || ' ' || purpose as month_and_purpose,
            (coalesce(amount, 0) - coalesce(unallocated_amount, 0)
             - coalesce(allocated_amount, 0))::double as amount_gap
        from ledger
        full join allocated using (cost_month, purpose)
        order by all
        """
    ).df()


def published_tables(
    connection: duckdb.DuckDBPyConnection, keys: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return one row a public table: rows, missing and repeated keys, other days.

    `keys` are the key columns by `schema.table`, as the dbt project documents them.
    """
    columns = public_columns(connection)
    return pd.DataFrame(
        [
            _published_table(connection, table, key, columns[table])
            for table, key in keys.items()
            if table in columns
        ]
    )


def _published_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    key: Sequence[str],
    columns: Mapping[str, str],
) -> dict[str, object]:
    missing = " or ".join(f"{column} is null" for column in key)
    other_day = f"as_of_date is distinct from ({AS_OF})"
    row = connection.execute(
        f"""
        select
            count(*),
            count(*) filter (where {missing}),
            count(*) - count(distinct ({", ".join(key)})),
            {f"count(*) filter (where {other_day})" if "as_of_date" in columns else 0}
        from analytics.{table}
        """
    ).fetchone()
    assert row is not None  # an aggregate always has a row
    return {
        "table_name": table.split(".")[1],
        "column_name": ", ".join(key),
        "row_count": row[0],
        "keyless_row_count": row[1],
        "repeated_key_count": row[2],
        "other_day_row_count": row[3],
    }


def published_rates(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a rate column: how many rows lie outside 0..1."""
    return pd.DataFrame(
        [
            {
                "table_name": table.split(".")[1],
                "column_name": rate,
                "outside_row_count": count,
            }
            for table, columns in public_columns(connection).items()
            for rate, count in _outside(
                connection, table, {n: (0, 1) for n in columns if _is_rate(n)}
            ).items()
        ]
    )


def published_numbers(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a table: how many values leave the range that their name sets."""
    rows = []
    for table, columns in public_columns(connection).items():
        ranges = {
            name: limits
            for name, kind in columns.items()
            if not _is_rate(name) and (limits := _range_of(name, kind)) is not None
        }
        if not ranges:
            continue
        outside = {n: c for n, c in _outside(connection, table, ranges).items() if c}
        rows.append(
            {
                "table_name": table.split(".")[1],
                "column_name": ", ".join(outside),
                "outside_row_count": sum(outside.values()),
                "outside_at": ", ".join(
                    f"{name} ({count:,} rows outside {ranges[name][0]:g} to"
                    f" {ranges[name][1]:g})"
                    for name, count in outside.items()
                ),
            }
        )
    return pd.DataFrame(rows)


def _is_rate(name: str) -> bool:
    return name.endswith("_rate") and name not in UNBOUNDED_RATES


def _range_of(name: str, kind: str) -> tuple[float, float] | None:
    """Return the range of a number by its name; a double is at least finite."""
    if not kind.startswith(NUMBER_TYPES):
        return None
    for pattern, limits in RANGES:
        if re.fullmatch(pattern, name):
            return limits
    return (-LARGEST, LARGEST) if kind in ("DOUBLE", "FLOAT") else None


def _outside(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    ranges: Mapping[str, tuple[float, float]],
) -> dict[str, int]:
    """Return how many rows of each column lie outside its range; null lies inside."""
    if not ranges:
        return {}
    # doubles, for NaN lies above every number then, and infinity above LARGEST; what a
    # double cannot hold exactly is no fault
    counts = connection.execute(
        "select "
        + ", ".join(
            f'count(*) filter ("{name}"::double not between {low - NOISE}'
            f" and {high + NOISE})"
            for name, (low, high) in ranges.items()
        )
        + f" from analytics.{table}"
    ).fetchone()
    return dict(zip(ranges, counts or (), strict=True))


def order_lines(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row: orders whose lines do not add up to their goods, and one of them.

    Judged are accepted orders that have accepted lines, in their own currency.
    """
    judged = ("int_orders_judged", "int_order_lines_judged")
    main = first_value(connection, "select current_database()")
    if not all(has_table(connection, main, "intermediate", name) for name in judged):
        return pd.DataFrame()
    # doubles: no product is too large for them, and a cent is far above their noise
    row = connection.execute(
        f"""
        with
            goods as (
                select
                    source_system,
                    order_id,
                    count(*) as line_count,
                    sum(quantity::double * unit_price_amount::double) as goods_amount
                from intermediate.int_order_lines_judged
                where row_state = 'accepted'
                group by all
            ),
            compared as (
                select *,
                    gross_amount::double - goods_amount as gap,
                    {CENT} * line_count + {CENT} / 100 as tolerance
                from intermediate.int_orders_judged
                join goods using (source_system, order_id)
                where row_state = 'accepted'
            ),
            odd as (
                select
                    file_path,
                    record_number,
                    gross_amount,
                    goods_amount,
                    {_explains("tax_amount")} as is_tax,
                    {_explains("shipping_amount")} as is_shipping,
                    {_explains("-discount_amount")} as is_discount
                from compared
                join raw.landing_files using (landing_file_id)
                where abs(gap) > tolerance
            )
        select
            (select count(*) from compared),
            count(*),
            count_if(is_tax),
            count_if(is_shipping),
            count_if(is_discount),
            min((file_path, record_number, gross_amount, goods_amount))
        from odd
        """
    ).fetchone()
    assert row is not None  # an aggregate always has a row
    compared, count, tax, shipping, discount, first = row
    if not compared:
        return pd.DataFrame()
    reasons = {"tax": tax, "shipping": shipping, "discount": discount}
    by = [f"{n:,} by just their {name}" for name, n in reasons.items() if n]
    told = ""
    if first:
        file, record, gross, goods = first
        told = f"{count:,} of {compared:,} orders differ from their order_lines"
        told += f" ({', '.join(by)})" if by else ""
        told += f"; first in {file} record {record}: gross_amount {gross:,.2f}, lines "
        told += f"add up to {goods:,.2f}"
    return pd.DataFrame(
        [
            {
                "table_name": "orders",
                "column_name": "gross_amount",
                "odd_order_count": count,
                "told": told,
            }
        ]
    )


def _explains(amount: str) -> str:
    """Return SQL that says whether a gap is just this amount of the order."""
    return f"abs({amount}) > 0 and abs(gap - ({amount})::double) <= tolerance"


def unknown_words(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row per column that holds words which its lookup does not know.

    They are named, the most used first: statuses and the like, which marts publish too.
    """
    if not has_table(connection, "analytics", "audit", "unknown_words"):
        return pd.DataFrame()
    found: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for *column, word, count in connection.execute(
        "select lookup_name, table_name, column_name, word, row_count"
        " from analytics.audit.unknown_words order by row_count desc, word"
    ).fetchall():
        found.setdefault((column[0], column[1], column[2]), []).append((word, count))
    return pd.DataFrame(
        [
            {
                "table_name": table,
                "column_name": name,
                "word_count": len(words),
                "row_count": sum(count for _, count in words),
                "told": f"seeds/lookups/{lookup}.csv does not know "
                + _with_rest(
                    [
                        f"{word} ({count:,} rows)"
                        for word, count in words[:SHOWN_PLACES]
                    ],
                    len(words),
                ),
            }
            for (lookup, table, name), words in sorted(found.items())
        ]
    )


def as_of_day(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row: whether the day of this refresh is known, and orders up to it."""
    day = first_value(connection, AS_OF)
    accepted = first_value(
        connection,
        "select coalesce(sum(accepted_row_count), 0)::bigint"
        " from analytics.audit.landing_reconciliation where table_name = 'orders'",
    )
    return pd.DataFrame(
        [
            {
                "table_name": "orders",
                "column_name": "ordered_at",
                "is_known": int(day is not None),
                "accepted_order_count": accepted,
            }
        ]
    )


def value_findings(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a column: what new files hold that was left out or looks wrong.

    Numbers that a spreadsheet has cut are told at the landing door.
    """
    if not has_table(connection, "analytics", "audit", "value_findings"):
        return pd.DataFrame()
    kinds = {
        "left_out": ("placeholder", "in_the_future"),
        "invisible": ("invisible_character",),
    }
    counts = ", ".join(
        "coalesce(sum(last_row_count)"
        f" filter (finding in ({_listed(words)})), 0)::bigint as {kind}_row_count,"
        f" {_found_at(words)} as {kind}_at"
        for kind, words in kinds.items()
    )
    return connection.execute(
        f"select table_name, column_name, {counts}"
        f" from analytics.audit.value_findings where last_landed_at = {LANDED_NOW}"
        " group by all order by all"
    ).df()


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _found_at(findings: Sequence[str]) -> str:
    told = "format('{:,} x {}, first in {} record {}', last_row_count, finding,"
    return (
        f"string_agg({told} file_path, record_number), '; ' order by finding)"
        f" filter (finding in ({_listed(findings)}))"
    )


def public_columns(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, dict[str, str]]:
    """Return types by column by `schema.table` of marts and metrics."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where database_name = 'analytics' and schema_name in ('marts', 'metrics')"
        " order by schema_name, table_name, column_index"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found


def _accepted(connection: duckdb.DuckDBPyConnection, table: str, what: str) -> Any:
    return _count(
        connection,
        f"select sum(accepted_{what}) from analytics.audit.landing_reconciliation"
        " where table_name = ?",
        table,
    )


def _has_columns(
    connection: duckdb.DuckDBPyConnection, needed: Mapping[str, Sequence[str]]
) -> bool:
    columns = public_columns(connection)
    return all(
        set(names) <= columns.get(f"marts.{table}", {}).keys()
        for table, names in needed.items()
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str, table: str) -> int:
    return first_value(connection, query, [table]) or 0


def _rows_by_file(
    connection: duckdb.DuckDBPyConnection, rows: str
) -> list[tuple[str, int, int]]:
    """Return (file, number of rows, first record) of a query of rows in force."""
    return connection.execute(
        f"select file_path, count(*), min(record_number) from ({rows})"
        " join raw.landing_files using (landing_file_id) where is_current"
        " group by all order by count(*) desc, file_path"
    ).fetchall()


def _quarantine_reasons(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    reasons = connection.execute(
        "select reason, coalesce(column_name, ''), sum(row_count)::bigint,"
        " arg_min(file_path, file_path), arg_min(first_record_number, file_path)"
        " from analytics.audit.quarantine_reasons where table_name = ?"
        " group by all order by 3 desc, 1, 2",
        [table],
    ).fetchall()
    told = [
        f"{count:,} x {reason}{f' ({column})' if column else ''}, "
        f"first in {file} record {record}"
        for reason, column, count, file, record in reasons[:SHOWN_PLACES]
    ]
    return _with_rest(told, len(reasons))


def _places(rows: Sequence[tuple[str, int, int]], unit: str) -> str:
    told = [
        f"{file} ({count:,} from {unit} {first} on)"
        for file, count, first in rows[:SHOWN_PLACES]
    ]
    return _with_rest(told, len(rows))


def _with_rest(told: Sequence[str], count: int) -> str:
    rest = count - len(told)
    return "; ".join([*told, f"and {rest} more"] if rest > 0 else told)


def _total(rows: Iterable[tuple[str, int, int]]) -> int:
    return sum(count for _, count, _ in rows)


def _excess(count: int, of: int, limits: Limits) -> int:
    return count if limits.exceeded_by(count, of) else 0
