"""The Online Retail II example: rules on a few lines, totals on the real file."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from examples.online_retail.map import MappingError, map_file

PROJECT = Path(__file__).parents[2]
SHARED_FILE = "../shared/data/online_retail_ii/online_retail_ii.parquet"

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
SALE = "500001,85123A, HEART HOLDER ,6,2010-03-01 10:00:00,2.55,13085.0,United Kingdom"
CASES = [
    SALE,
    SALE,  # an exact repeat is a real line
    "500001,PADS,PADS,5,2010-03-01 10:01:00,0.001,13085.0,United Kingdom",
    "500001,22041,FRAME,1,2010-03-01 10:00:00,0,13085.0,United Kingdom",
    "500002,85123a,HEART HOLDER,1,2010-03-02 09:00:00,2.95,,Unspecified",  # guest
    "500003,22041,FRAME,2,2010-04-01 09:00:00,2.1,13085.0,EIRE",
    "C500004,22041,FRAME,-1,2010-04-02 09:00:00,2.1,13085.0,Channel Islands",
    "C500004,POST,POSTAGE,-1,2010-04-02 09:01:00,18,13085.0,Channel Islands",
    "C500005,M,Manual,1,2010-04-03 09:00:00,373.57,,United Kingdom",
    "500006,22041,damaged,-7,2010-04-04 09:00:00,0,,United Kingdom",
    "A500007,B,Adjust bad debt,1,2010-04-05 09:00:00,-11062.06,,United Kingdom",
    "C500008,22041,FRAME,-1,2010-04-06 09:00:00,2.1,12346,France",
    "500009,,FRAME,1,2010-04-07 09:00:00,2.1,12346,France",
]


def write_csv(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def read(path: Path, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            f"select {columns} from '{path}' order by all"
        ).fetchall()


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    map_file(write_csv(tmp_path / "lines.csv", CASES), folder)
    return folder


def test_sold_lines_become_orders_rounded_once(landing: Path) -> None:
    columns = "order_id, customer_id, cast(ordered_at as varchar), gross_amount"
    assert read(landing / "orders.parquet", columns) == [
        # 2 x 6 x 2.55 + 5 x 0.001; the earlier of its two times
        ("500001", "13085", "2010-03-01 10:00:00", Decimal("30.61")),
        ("500002", None, "2010-03-02 09:00:00", Decimal("2.95")),
        ("500003", "13085", "2010-04-01 09:00:00", Decimal("4.20")),
        ("C500005", None, "2010-04-03 09:00:00", Decimal("373.57")),
    ]
    columns = "distinct status, currency_code"
    assert read(landing / "orders.parquet", columns) == [("completed", "GBP")]


def test_repeated_lines_stay_and_are_numbered(landing: Path) -> None:
    columns = "order_id, line_number, product_id, product_name, quantity"
    assert read(landing / "order_lines.parquet", columns) == [
        ("500001", 1, "85123A", "HEART HOLDER", 6),
        ("500001", 2, "85123A", "HEART HOLDER", 6),
        ("500001", 3, "PADS", "PADS", 5),
        ("500002", 1, "85123A", "HEART HOLDER", 1),
        ("500003", 1, "22041", "FRAME", 2),
        ("C500005", 1, "M", "Manual", 1),
    ]


def test_cancellation_invoices_become_positive_refunds(landing: Path) -> None:
    columns = "refund_id, customer_id, cast(refunded_at as varchar), amount"
    assert read(landing / "refunds.parquet", columns) == [
        ("C500004", "13085", "2010-04-02 09:00:00", Decimal("20.10")),
        ("C500008", "12346", "2010-04-06 09:00:00", Decimal("2.10")),
    ]


def test_lines_without_a_meaning_are_refused_with_a_reason(landing: Path) -> None:
    columns = "input_line_number, refusal_reason, invoice"
    assert read(landing / "_refused_lines.csv", columns) == [
        (4, "zero_price", "500001"),
        (10, "negative_quantity", "500006"),
        (11, "negative_price", "A500007"),
        (13, "missing_value", "500009"),
    ]


def test_customer_has_latest_country_that_has_a_code(landing: Path) -> None:
    columns = "customer_id, country_code, cast(created_at as varchar)"
    assert read(landing / "customers.parquet", columns) == [
        ("12346", "FR", "2010-04-06 09:00:00"),
        ("13085", "IE", "2010-03-01 10:00:00"),
    ]


def test_landed_columns_are_of_the_contract(landing: Path) -> None:
    with duckdb.connect() as connection:
        columns = {
            path.stem: set(connection.read_parquet(str(path)).columns)
            for path in landing.glob("*.parquet")
        }
    assert columns == {
        "customers": {"customer_id", "country_code", "created_at"},
        "orders": {
            "order_id",
            "customer_id",
            "status",
            "currency_code",
            "country_code",
            "gross_amount",
            "ordered_at",
        },
        "order_lines": {
            "order_id",
            "line_number",
            "product_id",
            "product_name",
            "quantity",
            "unit_price_amount",
        },
        "refunds": {
            "refund_id",
            "customer_id",
            "currency_code",
            "amount",
            "refunded_at",
        },
    }


def test_landing_does_not_depend_on_the_order_of_lines(
    landing: Path, tmp_path: Path
) -> None:
    turned = tmp_path / "turned"
    map_file(write_csv(tmp_path / "turned.csv", CASES[::-1]), turned)
    for path in sorted(landing.glob("*.parquet")):
        assert path.read_bytes() == (turned / path.name).read_bytes(), path.name


def test_parquet_maps_like_csv(landing: Path, tmp_path: Path) -> None:
    typed = tmp_path / "lines.parquet"
    with duckdb.connect() as connection:
        connection.read_csv(str(tmp_path / "lines.csv")).write_parquet(str(typed))
    map_file(typed, tmp_path / "again")
    for path in sorted(landing.glob("*.parquet")):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (SALE.replace("13085.0", "12346"), "an invoice has one customer"),
        (SALE.replace("13085.0", ""), "an invoice has one customer"),
        (SALE.replace("United Kingdom", "EIRE"), "an invoice has one country"),
        (SALE.replace("500001", "5").replace("United Kingdom", "Utopia"), "countries"),
        (SALE.replace(",6,", ",6.5,"), "the money of the file"),
        (SALE.replace("2.55", "cheap"), "cheap"),
        ("C5,22041,FRAME,-1,2010-04-02 09:00:00,0.001,1,EIRE", "a refund is positive"),
    ],
)
def test_a_file_that_breaks_a_claim_is_not_landed(
    tmp_path: Path, line: str, message: str
) -> None:
    source = write_csv(tmp_path / "lines.csv", [*CASES, line])
    with pytest.raises(MappingError, match=message):
        map_file(source, tmp_path / "landing")
    assert not (tmp_path / "landing").exists()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    source = tmp_path / "lines.csv"
    source.write_text("Invoice,StockCode\n1,2\n", encoding="utf-8")
    with pytest.raises(MappingError, match="no column Description"):
        map_file(source, tmp_path / "landing")


def test_known_totals_of_the_real_file(tmp_path: Path) -> None:
    source = Path(os.environ.get("ONLINE_RETAIL_FILE", PROJECT / SHARED_FILE))
    if not source.exists():
        pytest.skip("no Online Retail II file; ONLINE_RETAIL_FILE may name one")

    places = {row[0]: row[1:] for row in map_file(source, tmp_path)}

    assert places == {
        "order lines, customers": (791044, 36969, 5878, Decimal("17431533.18")),
        "order lines, guests": (228610, 3109, 0, Decimal("3102564.31")),
        "refunds, customers": (18446, 7901, 2572, Decimal("-1087882.14")),
        "refunds, guests": (718, 390, 0, Decimal("-377795.09")),
        "refused: negative_price": (5, 5, 0, Decimal("-158676.14")),
        "refused: negative_quantity": (3393, 3393, 0, Decimal("0.00")),
        "refused: zero_price": (2631, 1986, 51, Decimal("0.00")),
    }
    # 18 orders hold one line of 0.001 each: in cents they are 0.018 less
    columns = "sum(gross_amount) filter (where customer_id is not null), count(*)"
    assert read(tmp_path / "orders.parquet", columns) == [
        (Decimal("17431533.16"), 40078)
    ]
    columns = "sum(quantity * unit_price_amount), count(*)"
    assert read(tmp_path / "order_lines.parquet", columns) == [
        (Decimal("20534097.488"), 1019654)
    ]
    columns = "sum(amount), count(*)"
    assert read(tmp_path / "refunds.parquet", columns) == [
        (Decimal("1465677.23"), 8291)
    ]
    # 64 of them have no order: cancellations or free lines only
    columns = "count(*), count(country_code)"
    assert read(tmp_path / "customers.parquet", columns) == [(5942, 5919)]
