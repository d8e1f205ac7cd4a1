"""Columns by folders on the path, and columns that a file nearly names."""

from pathlib import Path

import pytest

from orchestration.landing.columns import is_near
from orchestration.landing.contract import Column
from orchestration.settings.reading_rules import ReadingRules
from tests.support.raw_landings import ONE_ORDER, Landing


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


# --- folders on the path


def test_a_folder_gives_a_column_that_the_file_lacks(landing: Landing) -> None:
    landing.put("orders/currency_code=USD/a.csv", ONE_ORDER)
    landing.put("orders/Currency_Code=E%55R/dt=2026/b.csv", ONE_ORDER)
    landing.put("orders/currency_code=__HIVE_DEFAULT_PARTITION__/c.csv", ONE_ORDER)
    landing.put(
        "orders/currency_code=USD/own.csv",
        "order_id,ordered_at,status,gross_amount,currency_code\n1,2026-01-01,paid,1,\n",
    )
    landing.put_parquet(
        "customers/source_system=it's %22a%22/a.parquet",
        "select 1 as customer_id, '2026-01-01' as created_at",
    )
    landing.put(
        "customers/source_system=shop/a.jsonl",
        '{"customer_id": 1, "created_at": "2026-01-01"}\n',
    )
    report = landing.land()
    assert landing.rows("orders", "file_path", "currency_code") == [
        ("orders/Currency_Code=E%55R/dt=2026/b.csv", "EUR"),
        ("orders/currency_code=USD/a.csv", "USD"),
        ("orders/currency_code=USD/own.csv", None),
        ("orders/currency_code=__HIVE_DEFAULT_PARTITION__/c.csv", None),
    ]
    assert landing.column("customers", "source_system") == ['it\'s "a"', "shop"]
    unknown = {file.file_path: file.unknown_columns for file in report.loaded}
    assert unknown["orders/Currency_Code=E%55R/dt=2026/b.csv"] == ("dt",)
    assert unknown["orders/currency_code=USD/a.csv"] == ()


def test_a_required_column_may_stand_in_the_path(landing: Landing) -> None:
    landing.put(
        "orders/status=paid/a.csv", "order_id,ordered_at,gross_amount\n1,2026-01-01,1\n"
    )
    landing.land()
    assert landing.column("orders", "status") == ["paid"]


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("email=a@b.example", "names email, which is personal"),
        ("source_system=a/source_system=b", "give source_system two values"),
        ("source_system=%ff", "source_system=… on its path is not UTF-8"),
        ("sourceSystem=shop", "sourceSystem .is it source_system"),
    ],
)
def test_folders_that_cannot_be_meant_are_told(
    landing: Landing, folder: str, told: str
) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.put(f"customers/{folder}/a.csv", "customer_id,created_at\n1,2026-01-01\n")
    said = landing.refused()
    assert said.startswith("customers/")
    assert told.replace(".", "(", 1) in said or told in said


def test_folders_above_the_table_say_nothing(tmp_path: Path) -> None:
    inner = tmp_path / "currency_code=USD"
    inner.mkdir()
    landing = Landing(inner)
    landing.put("orders.csv", ONE_ORDER)
    landing.land()
    assert landing.column("orders", "currency_code") == [None]


# --- nearly named


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Currency", "currency_code"),
        ("currencyCode", "currency_code"),
        ("CURRENCY CODE", "currency_code"),
        ("customerId", "customer_id"),
        ("Customer", "customer_id"),
        ("discount", "discount_amount"),
        ("updatedAt", "updated_at"),
        ("updated-at", "updated_at"),
        ("SourceSystem", "source_system"),
        ("source_system_id", "source_system"),
    ],
)
def test_names_that_are_near(name: str, column: str) -> None:
    assert is_near(name, column)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("discount_code", "discount_amount"),
        ("order_amount", "order_id"),
        ("customer_name", "customer_id"),
        ("tax_rate", "tax_amount"),
        ("created", "updated_at"),
        ("id", "order_id"),
        ("_", "order_id"),
        ("", "order_id"),
    ],
)
def test_names_that_are_others(name: str, column: str) -> None:
    assert not is_near(name, column)


ORDERS_OF_A_SHOP = (
    "order_id,customerId,ordered_at,status,gross_amount,Currency,colour\n"
    "1,7,2026-01-01,paid,10,USD,red\n"
)


def test_all_decisive_columns_that_are_nearly_named_are_told_at_once(
    landing: Landing,
) -> None:
    landing.put("orders/a.csv", ORDERS_OF_A_SHOP)
    landing.put(
        "refunds.jsonl",
        '{"refund_id": 1, "refunded_at": "2026-01-01", "amount": 1, "order": "1"}',
    )
    first, second = landing.refused().splitlines()
    assert first.startswith("orders/a.csv: ")
    assert "customerId (is it customer_id?), Currency (is it currency_code?)" in first
    setting = "CUSTOMER360_ACCEPTED_UNKNOWN_COLUMNS"
    assert f"{setting}=orders.customerid,orders.currency." in first
    assert second.startswith("refunds.jsonl: ")
    assert "order (is it order_id?)" in second


@pytest.mark.parametrize(
    "accepted", [("orders.customerId", "currency"), ("CUSTOMERID", "Orders.Currency")]
)
def test_what_is_accepted_is_left_out(
    landing: Landing, accepted: tuple[str, ...]
) -> None:
    landing.put("orders.csv", ORDERS_OF_A_SHOP)
    assert "orders.csv" in landing.refused(ReadingRules(accepted[:1]))
    report = landing.land(ReadingRules(accepted))
    assert report.loaded[0].unknown_columns == (
        "customerId (is it customer_id?)",
        "Currency (is it currency_code?)",
        "colour",
    )
    assert landing.rows("orders", "customer_id", "currency_code") == [(None, None)]


def test_a_column_that_is_there_is_not_asked_about(landing: Landing) -> None:
    landing.put(
        "orders.csv",
        "order_id,ordered_at,status,gross_amount,currency_code,Currency\n"
        "1,2026-01-01,paid,1,EUR,US dollar\n",
    )
    landing.land()
    assert landing.column("orders", "currency_code") == ["EUR"]


def test_other_columns_are_hinted_at(landing: Landing) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.put(
        "customers.csv",
        "customer_id,created_at,Country,mail\n1,2026-01-01,DE,x\n",
    )
    report = landing.land()
    assert report.loaded[0].unknown_columns == (
        "Country (is it country_code?)",
        "mail (is it email?)",
    )


def test_the_contract_says_which_columns_decide(landing: Landing) -> None:
    def deciding(column: Column) -> bool:
        names = ("customer_id", "order_id", "currency_code", "source_system")
        return column.data_type == "amount" or column.name in (
            *names,
            "updated_at",
            "is_deleted",
        )

    for table in landing.contract.tables:
        for column in table.columns:
            expected = deciding(column) and not column.required
            assert column.decisive == expected, (table.name, column.name)
