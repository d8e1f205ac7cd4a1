"""The small frames that Great Expectations sees: aggregates, one row a thing judged.

Their size goes with the number of tables, files, months and columns, never with the
rows of a table. Here is counted; what is allowed stands in `suites`. No frame holds a
value of a row: only counts, names, files and record numbers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from orchestration.lib.contract import Table
from orchestration.lib.databases import AS_OF, first_value, has_table
from orchestration.lib.landing.report import IgnoredPath

SHOWN_PLACES = 3
# landed table -> fact with one row for each accepted row of it
FACTS = {
    "orders": "fct_orders",
    "order_lines": "fct_order_lines",
    "refunds": "fct_refunds",
    "survey_responses": "fct_survey_responses",
    "contacts": "fct_contacts",
    "tickets": "fct_tickets",
}
MAIL_ADDRESS = r"[^@\s;,<>]+@[^@\s;,<>]+\.[A-Za-z]{2,}"
# rates that may leave 0..1 by their definition; an exchange rate is no fraction at all
UNBOUNDED_RATES = (
    "retention_rate_end_less_new",
    "net_revenue_retention_rate",
    "gross_revenue_retention_rate",
    "change_rate",
    "year_change_rate",
    "exchange_rate",
    # a period's complaints, spends and expiries rest on orders and points before it
    "complaint_rate",
    "redemption_rate",
    "expiry_rate",
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
    missing = [f"nullif(trim({column}), '') is null" for column in key]
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


def public_texts(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]
) -> pd.DataFrame:
    """Return one row a table: rows with a mail address outside its personal columns.

    Ids, interests and other texts are published as they come.
    """
    texts = {
        table.name: [
            column.name
            for column in table.columns
            if column.data_type == "text" and not column.personal
        ]
        for table in tables
    }
    return pd.DataFrame(
        [
            _mails_in(connection, name, columns)
            for name, columns in texts.items()
            if columns
        ]
    )


def _mails_in(
    connection: duckdb.DuckDBPyConnection, table: str, texts: Sequence[str]
) -> dict[str, object]:
    # looking for the sign first is much cheaper than the pattern
    holds_mail = [
        f"contains({text}, '@') and regexp_matches({text}, '{MAIL_ADDRESS}')"
        for text in texts
    ]
    counts = ", ".join(f"count(*) filter (where {mail})" for mail in holds_mail)
    row = connection.execute(
        f"select count(*) filter (where {' or '.join(holds_mail)}), {counts}"
        f" from raw.{table} semi join (select landing_file_id"
        " from raw.landing_files where is_current) using (landing_file_id)"
    ).fetchone()
    assert row is not None  # an aggregate always has a row
    found = {text: count for text, count in zip(texts, row[1:], strict=True) if count}
    return {
        "table_name": table,
        "mail_row_count": row[0],
        "mails_at": ", ".join(f"{name} ({n:,} rows)" for name, n in found.items()),
    }


def landed_files(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a file in force: rows, unknown columns, twins with equal bytes."""
    return connection.execute(
        """
        select
            table_name,
            file_path,
            landed_row_count as row_count,
            unknown_columns as column_name,
            len(string_split(unknown_columns, ','))
            * (unknown_columns <> '')::integer as unknown_column_count,
            count(*) over (partition by table_name, checksum) - 1 as twin_count
        from raw.landing_files
        where is_current
        order by table_name, file_path
        """
    ).df()


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
        """
        with in_force as (
            select landing_file_id from raw.landing_files where is_current
        ),
        rated as (
            select distinct upper(trim(currency_code)) as currency_code
            from raw.exchange_rates semi join in_force using (landing_file_id)
        ),
        ordered as (
            select distinct
                coalesce(nullif(upper(trim(currency_code)), ''), $reporting)
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
    """Return one row a file and table: what is left when the four fates are taken."""
    return connection.execute(
        """
        select
            table_name,
            file_path,
            landed_row_count - accepted_row_count - superseded_row_count
            - not_yet_row_count - quarantined_row_count as row_gap,
            (coalesce(landed_amount, 0) - coalesce(accepted_amount, 0)
             - coalesce(superseded_amount, 0) - coalesce(not_yet_amount, 0)
             - coalesce(quarantined_amount, 0))::double as amount_gap
        from analytics.audit.landing_reconciliation
        order by all
        """
    ).df()


def control_totals(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a total that landing and marts both know, with the gap."""
    sides = [
        (
            fact,
            "rows",
            _accepted(connection, landed, "row_count"),
            _fact(connection, fact, "count(*)"),
        )
        for landed, fact in FACTS.items()
        if has_table(connection, "analytics", "marts", fact)
    ]
    if has_table(connection, "analytics", "marts", "fct_orders"):
        amounts = (
            "fct_orders",
            "gross amount as landed",
            _accepted(connection, "orders", "amount"),
            _fact(connection, "fct_orders", "sum(gross_amount_local)"),
        )
        sides.append(amounts)
    return pd.DataFrame(
        [
            {
                "table_name": fact,
                "total_name": name,
                "accepted_total": float(accepted),
                "published_total": float(published),
                "gap": round(float(published) - float(accepted), 2),
            }
            for fact, name, accepted, published in sides
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
    columns = _public_columns(connection)
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
    rows = []
    for table, columns in _public_columns(connection).items():
        rates = [
            name
            for name in columns
            if name.endswith("_rate") and name not in UNBOUNDED_RATES
        ]
        if not rates:
            continue
        outside = ", ".join(
            f"count(*) filter (where {rate} not between 0 and 1)" for rate in rates
        )
        counts = connection.execute(
            f"select {outside} from analytics.{table}"
        ).fetchone()
        rows += [
            {
                "table_name": table.split(".")[1],
                "column_name": rate,
                "outside_row_count": count,
            }
            for rate, count in zip(rates, counts or (), strict=True)
        ]
    return pd.DataFrame(rows)


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


def _public_columns(
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


def _accepted(connection: duckdb.DuckDBPyConnection, table: str, what: str) -> float:
    return _count(
        connection,
        f"select sum(accepted_{what}) from analytics.audit.landing_reconciliation"
        " where table_name = ?",
        table,
    )


def _fact(connection: duckdb.DuckDBPyConnection, fact: str, total: str) -> float:
    value = first_value(connection, f"select {total} from analytics.marts.{fact}")
    return value or 0


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
