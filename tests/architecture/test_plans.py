"""No model and no data test joins what grows with the product of its two sides.

Read from DuckDB's plans of the demo: a demo's rows hide a nested loop, its plan does
not.
"""

from collections.abc import Iterator

import duckdb
import pytest

from tests.support.plans import product_joins
from tests.support.refreshes import PROJECT, Published

# relations whose rows grow neither with customers nor with orders
BOUNDED = {
    "int_as_of": "one row: the day",
    "int_days": "the calendar",
    "int_periods": "the calendar",
    "int_period_days": "the calendar",
    "int_snapshot_days": "the days of the churn model's snapshots",
    "int_dimension_starts": "one row per dimension value",
    "int_dimension_periods": "dimension values by the calendar",
    "int_lifetime_fits": "parameters of models",
    "landing_clock": "one row: the instant of the refresh",
    "stg_landing_clock": "one row: the instant of the refresh",
    "metrics_segments": "one row per segment",
}
# statements that mean a product, one side of which is few rows by its meaning
MEANT = {
    "mart_customer_category_affinities": "each customer by the categories of the shop",
    "assert_every_customer_is_in_one_segment_of_every_kind": "by the kinds of segments",
}


@pytest.fixture(scope="module")
def built(published_demo: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    version = (published_demo.home / "current").resolve()
    state = published_demo.home / "state" / version.name / "state.duckdb"
    with duckdb.connect(str(state), read_only=True) as connection:
        for name in ("analytics", "private"):
            file = version / f"{name}.duckdb"
            connection.execute(f"attach '{file}' as {name} (read_only)")
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def test_no_statement_joins_the_product_of_growing_sides(
    built: duckdb.DuckDBPyConnection, published_demo: Published
) -> None:
    lookups = {path.stem for path in (PROJECT / "seeds" / "lookups").rglob("*.csv")}
    bounded = lookups | set(BOUNDED)
    compiled = sorted((published_demo.home / "target" / "compiled").rglob("*.sql"))
    found = [
        f"{path.stem}: {join}"
        for path in compiled
        if path.stem not in MEANT
        for join in product_joins(built, path.read_text(), bounded)
    ]
    assert len(compiled) > 500
    assert found == []


@pytest.mark.parametrize(
    "join",
    [
        "left join b on a.kind = 'x' and a.id = b.id",
        "left join b on a.id = b.id and (b.until is null or a.day < b.until)",
        "inner join b on a.id = b.id or a.day = b.until",
        "inner join b on a.day < b.until",
        "cross join b",
    ],
)
def test_a_product_of_two_growing_sides_is_seen(join: str) -> None:
    with two_tables() as connection:
        sql = f"select count(*) from a {join}"
        assert [found.sides for found in product_joins(connection, sql, [])] == [
            (("a",), ("b",))
        ]
        assert product_joins(connection, sql, ["b"]) == []


@pytest.mark.parametrize(
    "join",
    [
        "left join b on case when a.kind = 'x' then a.id end = b.id",
        "left join b on a.id = b.id and a.day < coalesce(b.until, date '9999-12-31')",
        "cross join (select max(id) as id from b) as b",
    ],
)
def test_a_join_by_hash_and_a_single_row_are_no_product(join: str) -> None:
    with two_tables() as connection:
        sql = f"select count(*) from a {join}"
        assert product_joins(connection, sql, []) == []


def test_a_side_behind_a_cte_is_followed() -> None:
    with two_tables() as connection:
        sql = (
            "with x as materialized (select id, count(*) as n from a group by id)"
            " select count(*) from x inner join x as y on x.n < y.n"
        )
        assert [found.sides for found in product_joins(connection, sql, [])] == [
            (("a",), ("a",))
        ]


def two_tables() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in ("a", "b"):
        connection.execute(
            f"create table {name} as select range as id, 'x' as kind,"
            " date '2025-01-01' + cast(range % 500 as integer) as day,"
            " date '2025-02-01' + cast(range % 400 as integer) as until"
            " from range(100000)"
        )
    return connection
