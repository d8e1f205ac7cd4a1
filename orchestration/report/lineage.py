"""Which landed rows stand behind a published row.

A fact names its landed row itself; a customer table leads to everything that landed of
that customer; a metric leads to the rows of the facts that it counts, by period and
dimension. Only reads. The rows are given as they came, so they may hold personal data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.store.databases import first_value, records
from orchestration.text.trimming import filled, trimmed

# a dimension is a column of dim_customers of the same name, but for these
DIMENSION_COLUMNS = {"language": "language_code"}
GRAIN_LENGTHS = {
    "week": "7 day",
    "month": "1 month",
    "quarter": "3 month",
    "year": "12 month",
}
# dimensions that change: as held on the day before the period
HELD_BANDS = ("value_band", "rfm_segment", "loyalty_tier", "lifecycle_stage")
# the grain of segments, who stand as at the as-of day: its days differ
TRAILING_YEAR = "trailing_year"
# dimensions of a fact, not of its customer
FACT_DIMENSIONS = {
    "touchpoint": ("fct_survey_responses", "touchpoint"),
    "purpose": ("fct_costs", "purpose"),
    "ticket_channel": ("fct_tickets", "channel"),
    "ticket_category": ("fct_tickets", "category"),
    "ticket_kind": ("fct_tickets", "kind"),
    "ticket_severity": ("fct_tickets", "severity"),
}
CUSTOMERS = "marts.dim_customers"


class NothingToExplain(Exception):
    """There is no such table or row, told in a sentence for a person."""


@dataclass(frozen=True)
class Feed:
    """Rows of a fact that a metric counts: by their days, where `condition` holds.

    Where it `looks_back`, the rows before the period count too that make a customer
    active at its begin, or that it is compared with. A fact without customers can only
    be cut by period.
    """

    fact: str
    days: tuple[str, ...]
    condition: str = "true"
    looks_back: bool = False
    has_customers: bool = True


COUNTED_ORDERS = Feed("fct_orders", ("order_date",), "is_counted")
ACTIVE_ORDERS = Feed("fct_orders", ("order_date",), "is_counted", looks_back=True)
RESPONSE_DAYS = ("responded_date", "invited_date")
KEEPING_COSTS = Feed(
    "fct_costs",
    ("cost_month",),
    "purpose in ('retention', 'service')",
    has_customers=False,
)
FEEDS = {
    "metrics_retention": (ACTIVE_ORDERS,),
    "metrics_cohorts": (COUNTED_ORDERS,),
    "metrics_purchases": (COUNTED_ORDERS,),
    "metrics_lifecycle_moves": (ACTIVE_ORDERS,),
    "metrics_nps": (
        Feed("fct_survey_responses", RESPONSE_DAYS, "survey_type = 'nps'"),
    ),
    "metrics_satisfaction": (
        Feed("fct_survey_responses", RESPONSE_DAYS, "survey_type = $survey_type"),
    ),
    "metrics_cost_per_customer": (KEEPING_COSTS, ACTIVE_ORDERS),
    # worth and cost of keeping rest on what came later, too
    "metrics_unit_economics": (
        Feed(
            "fct_costs", ("cost_month",), "purpose = 'acquisition'", has_customers=False
        ),
        Feed("fct_orders", ("order_date",), "is_counted and order_number = 1"),
    ),
    "metrics_segments": (
        ACTIVE_ORDERS,
        Feed("fct_survey_responses", ("responded_date",), "survey_type = 'nps'"),
        KEEPING_COSTS,
    ),
    "metrics_service": (
        Feed("fct_tickets", ("opened_date",)),
        COUNTED_ORDERS,
        Feed("fct_refunds", ("refund_date",), "is_return"),
    ),
    "metrics_complaint_causes": (
        Feed(
            "fct_tickets",
            ("opened_date",),
            "kind in ('complaint', 'return', 'exchange') and not is_void",
        ),
        Feed("fct_refunds", ("refund_date",), "is_return"),
    ),
    "metrics_service_recovery": (
        Feed("fct_tickets", ("opened_date",), "kind = 'complaint' and not is_void"),
        COUNTED_ORDERS,
    ),
    "metrics_loyalty": (
        Feed("fct_loyalty_entries", ("occurred_date",)),
        ACTIVE_ORDERS,
    ),
    "metrics_contact_rhythm": (
        Feed("fct_contacts", ("contact_date",)),
        Feed("fct_orders", ("received_date",), "is_counted"),
        ACTIVE_ORDERS,
    ),
    "metrics_referrals": (COUNTED_ORDERS,),
    "metrics_churn_reasons": (
        ACTIVE_ORDERS,
        Feed("fct_tickets", ("opened_date",), "not is_void", looks_back=True),
        Feed("fct_survey_responses", ("responded_date",), looks_back=True),
        Feed("fct_refunds", ("refund_date",), looks_back=True),
    ),
}
# made of everything at once: no row stands behind one figure more than another
MODELLED = (
    "metrics_clv_model",
    "metrics_clv_backtest",
    "metrics_churn_backtest",
    "metrics_category_associations",
    "metrics_campaigns",
)


@dataclass(frozen=True)
class LandedRow:
    """A row of a landed file as it came, without its empty columns.

    `order_notes` say before or behind which rows of its key it was put, where nothing
    said which is newer.
    """

    file_path: str
    record_number: int
    values: Mapping[str, str]
    order_notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Landed rows of one table: how many there are, and the first of them."""

    title: str
    row_count: int
    rows: tuple[LandedRow, ...]


class Explainer:
    """Finds landed rows in the databases of one version.

    `keys` are the key columns by `schema.table`, `activity_window_days` is the var of
    that name, and `limit` is how many landed rows of one kind are listed.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        keys: Mapping[str, Sequence[str]],
        activity_window_days: int,
        limit: int,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._activity_window_days = activity_window_days
        self._limit = limit

    def published_row(self, table: str, key: str) -> dict[str, Any]:
        """Return the row of `schema.table` with that key, its parts split by `/`.

        Raises NothingToExplain, with what there is, when there is none.
        """
        if table not in self._keys:
            known = ", ".join(sorted(self._keys))
            raise NothingToExplain(
                f"There is no public table {table}. Tables: {known}."
            )
        columns = self._keys[table]
        values = _split(key, columns)
        condition = " and ".join(f"{column}::varchar = ?" for column in columns)
        found = records(
            self._connection,
            f"select * from analytics.{table} where {condition}",
            values,
        )
        if not found:
            example = self._example(table, columns)
            raise NothingToExplain(
                f"{table} has no row with {' / '.join(columns)} = {key}."
                + (f" A key looks like: {example}" if example else "")
            )
        return found[0]

    def sources(self, table: str, row: Mapping[str, Any]) -> Iterator[Source]:
        """Yield the landed rows behind a row, by fact and landed table."""
        name = table.split(".")[1]
        if table.startswith("metrics."):
            yield from self._behind_metric(name, row)
        elif "landing_file_id" in row and table != CUSTOMERS:
            yield from self._pointed(
                name,
                f"select * from analytics.{table} where landing_file_id = $file"
                " and record_number = $record",
                {"file": row["landing_file_id"], "record": row["record_number"]},
            )
            if name == "fct_orders":
                order = "select * from analytics.marts.fct_orders where order_id = $id"
                yield from self._refunds_of(order, {"id": row["order_id"]})
        elif name == "fct_customer_costs":
            yield from self._behind_allocated_cost(row)
        elif "customer_id" in row:
            yield from self._behind_customer(row["customer_id"])
        else:
            raise NothingToExplain(f"{table} is not made of landed rows.")

    def _behind_customer(self, customer_id: str) -> Iterator[Source]:
        parameters = {"customer": customer_id}
        yield from self._pointed(
            "customer records",
            "select landing_file_id, record_number from raw.customers"
            # published source ids may be pseudonyms
            " join intermediate.int_customers_resolved as identities on"
            f" {trimmed('customers.customer_id')} = identities.source_customer_id and"
            f" coalesce({filled('customers.source_system')}, 'main')"
            " = identities.source_system where identities.customer_id = $customer",
            parameters,
        )
        for (fact,) in self._connection.execute(
            "select table_name from duckdb_columns() where database_name = 'analytics'"
            " and schema_name = 'marts' and starts_with(table_name, 'fct_')"
            " and table_name <> 'fct_customer_events' group by all having"
            " count(*) filter (where column_name in"
            " ('customer_id', 'landing_file_id')) = 2 order by all"
        ).fetchall():
            yield from self._pointed(
                fact,
                f"select * from analytics.marts.{fact} where customer_id = $customer",
                parameters,
            )

    def _behind_metric(self, metric: str, row: Mapping[str, Any]) -> Iterator[Source]:
        if metric == "metrics_changes":  # figures of other metrics
            metric = row["metrics_table"]
        if metric in MODELLED:
            raise NothingToExplain(
                f"{metric} is fitted on all counted orders up to its day: see"
                " marts.fct_orders."
            )
        if metric not in FEEDS:
            raise NothingToExplain(
                f"What feeds {metric} is not noted in lineage.FEEDS."
            )
        start, length = _period(row)
        dimension = row["dimension"]
        customers, parameters = _customers(row)
        for feed in FEEDS[metric]:
            since = self._looked_back(length) if feed.looks_back else "$start::date"
            in_period = " or ".join(
                f"{day} >= {since} and {day} < $start::date + interval {length}"
                for day in feed.days
            )
            conditions = [f"({in_period})", feed.condition]
            fact, column = FACT_DIMENSIONS.get(dimension, ("", ""))
            if fact == feed.fact:
                conditions.append(f"{column} = $value")
                parameters["value"] = row["dimension_value"]
            if feed.has_customers:
                conditions.append(f"customer_id in ({customers})")
            given = {
                "start": start,
                **parameters,
                "survey_type": row.get("survey_type"),
            }
            query = (
                f"select * from analytics.marts.{feed.fact}"
                f" where {' and '.join(conditions)}"
            )
            used = {name: value for name, value in given.items() if f"${name}" in query}
            yield from self._pointed(feed.fact, query, used)
            if feed.fact == "fct_orders":
                yield from self._refunds_of(query, used)

    def _refunds_of(
        self, orders: str, parameters: Mapping[str, Any]
    ) -> Iterator[Source]:
        """Yield the refunds that the net amounts of these orders rest on."""
        yield from self._pointed(
            "fct_refunds of these orders",
            "select * from analytics.marts.fct_refunds where order_id in"
            f" (select order_id from ({orders}))",
            parameters,
        )

    def _looked_back(self, length: str) -> str:
        window = f"$start::date - interval {self._activity_window_days} day"
        return f"least({window}, $start::date - interval {length})"

    def _behind_allocated_cost(self, row: Mapping[str, Any]) -> Iterator[Source]:
        """Yield the cost lines of which a part went to this customer, and perhaps more.

        A line is allocated by pool: all lines of the month, purpose and directness.
        """
        names = ("cost_month", "purpose", "is_direct")
        conditions = " and ".join(f"{name} = ${name}" for name in names)
        yield from self._pointed(
            "fct_costs",
            f"select * from analytics.marts.fct_costs where {conditions}",
            {name: row[name] for name in names},
        )

    def _pointed(
        self, title: str, query: str, parameters: Mapping[str, Any]
    ) -> Iterator[Source]:
        """Yield the landed rows to which the rows of a query point, by landed table."""
        pointers = f"(select distinct landing_file_id, record_number from ({query}))"
        tables = self._connection.execute(
            f"select table_name, count(*) from {pointers}"
            " join raw.landing_files using (landing_file_id) group by all order by all",
            parameters,
        ).fetchall()
        for table, count in tables:
            rows = records(
                self._connection,
                f"select file_path, landed.* from {pointers} as pointers"
                f" join raw.{table} as landed using (landing_file_id, record_number)"
                " join raw.landing_files as files using (landing_file_id)"
                f" order by file_path, record_number limit {self._limit}",
                parameters,
            )
            title_of_table = f"{title}, landed as {table}"
            landed = tuple(_landed_row(row, self._order_notes(row)) for row in rows)
            yield Source(title_of_table, count, landed)

    def _order_notes(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Say of a landed row what was put before or behind it, and by which rule."""
        if not self._has_order_notes():
            return ()
        place = [row["landing_file_id"], row["record_number"]]
        this = ("landing_file_id", "record_number")
        newest = ("lost_to_file_id", "lost_to_record_number")
        notes = []
        for word, (own, own_number), (other, other_number) in (
            ("before", newest, this),
            ("behind", this, newest),
        ):
            found = self._connection.execute(
                f"select is_lost_by_file_order, file_path, states.{other_number},"
                " count(*) over (partition by is_lost_by_file_order)"
                " from intermediate.int_row_states as states"
                " join raw.landing_files as files"
                f" on states.{other} = files.landing_file_id"
                f" where states.{own} = ? and states.{own_number} = ?"
                " qualify row_number() over (partition by is_lost_by_file_order"
                f" order by file_order desc, states.{other_number} desc) = 1"
                " order by all",
                place,
            ).fetchall()
            for is_by_order, file_path, number, count in found:
                rule = "file order alone" if is_by_order else "the rule of its table"
                more = f" and {count - 1:,} more" if count > 1 else ""
                notes.append(f"by {rule} {word} {file_path} record {number}{more}")
        return tuple(notes)

    def _has_order_notes(self) -> bool:
        """Whether this version was built when ties went by file order already."""
        return bool(
            first_value(
                self._connection,
                "select count(*) from duckdb_columns() where schema_name ="
                " 'intermediate' and table_name = 'int_row_states'"
                " and column_name = 'is_lost_by_file_order'",
            )
        )

    def _example(self, table: str, columns: Sequence[str]) -> str | None:
        joined = f"concat_ws('/', {', '.join(columns)})"
        example: str | None = first_value(
            self._connection, f"select min({joined}) from analytics.{table}"
        )
        return example


def _landed_row(row: Mapping[str, Any], order_notes: tuple[str, ...]) -> LandedRow:
    bookkeeping = ("file_path", "landing_file_id", "record_number")
    return LandedRow(
        file_path=row["file_path"],
        record_number=row["record_number"],
        values={
            name: value
            for name, value in row.items()
            if name not in bookkeeping and value is not None
        },
        order_notes=order_notes,
    )


def _split(key: str, columns: Sequence[str]) -> list[str]:
    """Split a key into its parts; the second (a dimension's value) may hold a `/`."""
    if len(columns) == 1:
        return [key]
    parts = key.split("/")
    spare = len(parts) - len(columns)
    if spare < 0:
        raise NothingToExplain(
            f"KEY needs {len(columns)} parts with / between: {' / '.join(columns)}."
        )
    return [parts[0], "/".join(parts[1 : 2 + spare]), *parts[2 + spare :]]


def _period(row: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the first day and the length of the period of a metric's row."""
    start = row["period_start_date"]
    grain = row.get("period_grain") or row["cohort_grain"]
    if grain == TRAILING_YEAR:
        return start, f"{(row['period_end_date'] - start).days + 1} day"
    return start, GRAIN_LENGTHS[grain]


def _customers(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a query for the customers that a row of a metric is about."""
    dimension = row["dimension"]
    if row.get("period_grain") == TRAILING_YEAR:
        return (
            "select customer_id from intermediate.int_customer_segments"
            " where dimension = $dimension and dimension_value = $value",
            {"dimension": dimension, "value": row["dimension_value"]},
        )
    if dimension in HELD_BANDS:
        return (
            f"select customer_id from analytics.{CUSTOMERS} left join"
            " (select * from intermediate.int_customer_held_bands"
            " where period_start_date = $start::date) using (customer_id)"
            f" where coalesce({dimension}, 'none') = $value",
            {"value": row["dimension_value"]},
        )
    conditions, parameters = ["true"], {}
    if dimension != "all" and dimension not in FACT_DIMENSIONS:
        column = DIMENSION_COLUMNS.get(dimension, dimension)
        conditions.append(f"{column} = $value")
        parameters["value"] = row["dimension_value"]
    if "cohort_start_date" in row:
        length = GRAIN_LENGTHS[row["cohort_grain"]]
        conditions.append(
            "acquired_date >= $cohort::date and"
            f" acquired_date < $cohort::date + interval {length}"
        )
        parameters["cohort"] = row["cohort_start_date"]
    query = f"select customer_id from analytics.{CUSTOMERS}"
    return f"{query} where {' and '.join(conditions)}", parameters
