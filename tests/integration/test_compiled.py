"""The warm process builds what dbt builds, and says what dbt's tests say."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.support.cells import differences, public_cells
from tests.support.compiled import ModelFailed, Warehouse
from tests.support.landings import write_tables
from tests.support.refreshes import Published

ORDER = {
    "order_id": "o1",
    "customer_id": "c1",
    "ordered_at": "2025-03-01T10:00:00Z",
    "status": "paid",
    "gross_amount": "10.00",
}
LATER = ORDER | {"order_id": "o2", "ordered_at": "2025-04-01T10:00:00Z"}


def test_a_landing_is_built_and_tested(warehouse: Warehouse, tmp_path: Path) -> None:
    built = warehouse.run(write_tables(tmp_path, orders=[ORDER, LATER]))
    assert not built.failures + built.closed_doors, built.told()
    assert built.query("select count(*), sum(gross_amount) from marts.fct_orders") == [
        (2, 20)
    ]


def test_a_past_day_needs_no_compiling(warehouse: Warehouse, tmp_path: Path) -> None:
    landing = write_tables(tmp_path, orders=[ORDER, LATER])
    built = warehouse.run(landing, as_of_date=date(2025, 3, 15))
    assert not built.failures + built.closed_doors, built.told()
    assert built.query("select order_id from marts.fct_orders") == [("o1",)]
    assert built.query("select as_of_date from state.intermediate.int_as_of") == [
        (date(2025, 3, 15),)
    ]


def test_a_selection_is_built_with_what_it_needs(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    landing = write_tables(tmp_path, orders=[ORDER])
    built = warehouse.run(landing, select=["fct_orders"], tests=False)
    assert built.query("select count(*) from marts.fct_orders") == [(1,)]
    with pytest.raises(duckdb.CatalogException):
        built.query("select * from metrics.metrics_summary")


def test_rows_that_break_a_data_test_are_told(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.run(write_tables(tmp_path, orders=[ORDER]), select=["fct_orders"])
    warehouse.connection.execute(
        "insert into marts.fct_orders select * from marts.fct_orders"
    )
    (failure,) = [
        failure
        for failure in warehouse.failures({"fct_orders"})
        if failure.name == "unique_fct_orders_order_id"
    ]
    assert failure.severity == "error" and failure.row_count == 1
    assert failure.rows[0]["unique_field"] == "o1"


def test_a_blocking_check_of_a_door_is_told(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    broken = [ORDER | {"order_id": f"x{n}", "gross_amount": "?"} for n in range(21)]
    built = warehouse.run(write_tables(tmp_path, orders=[ORDER, *broken]))
    assert [result.check_name for result in built.closed_doors] == [
        "quarantine_within_limits"
    ]


def test_a_model_that_cannot_be_built_is_named(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    landing = write_tables(tmp_path, orders=[ORDER])
    warehouse.reset()
    report = warehouse.land(landing)
    warehouse.connection.execute("drop table raw.landing_clock")
    with pytest.raises(ModelFailed, match="landing_clock does not exist"):
        warehouse.build(report, select=["fct_orders"], doors=False)


@pytest.mark.slow
def test_the_demo_has_the_cells_of_a_refresh(
    warehouse: Warehouse, published_demo: Published
) -> None:
    version = (published_demo.home / "current").resolve().name
    warehouse.reset()
    warehouse.take_landed(published_demo.home / "state" / version / "state.duckdb")
    built = warehouse.build()
    assert not built.failures, built.told()
    expected = public_cells(published_demo.analytics_path, trace=True)
    assert differences(built.cells(trace=True), expected) == []
