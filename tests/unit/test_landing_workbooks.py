"""Excel workbooks land as the same text as any other file."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.support.raw_landings import ONE_ORDER, ORDERS, Landing


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def workbook(landing: Landing, name: str, *rows: list[Any]) -> Workbook:
    """Write rows into the first sheet of a workbook below the landing folder."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    save(landing, name, book)
    return book


def save(landing: Landing, name: str, book: Workbook) -> None:
    book.save(landing.put(name, ""))


HEADER = ORDERS.split(",")


def test_cells_are_plain_text(landing: Landing) -> None:
    workbook(
        landing,
        "orders.xlsx",
        [*HEADER, "tax_amount", "channel", "delivered_at"],
        [1001, "007", date(2026, 1, 31), "paid", 10.5, 0.1 + 0.2, 'a, "b"\nc', None],
        [2, 7.0, datetime(2026, 1, 31, 10, 5, 30), "paid", 1e3, 3.6e-05, True, "x"],
        [3, None, datetime(2026, 1, 31), "paid", -0.0, None, " y ", time(10, 5)],
        [None] * 8,
        ["", " ", None],
    )
    landing.land()
    columns = (*HEADER, "tax_amount", "channel", "delivered_at", "record_number")
    assert landing.rows("orders", *columns) == [
        ("1001", "007", "2026-01-31", "paid", "10.5", "0.3", 'a, "b"\nc', None, 1),
        ("2", "7", "2026-01-31T10:05:30", "paid", "1000", "0.000036", "true", "x", 2),
        ("3", None, "2026-01-31", "paid", "0", None, " y ", "10:05:00", 3),
    ]
    assert landing.files("landed_row_count", "unreadable_row_count") == [(3, 0)]


def test_declared_formats_hold_for_its_texts_alone(landing: Landing) -> None:
    landing.put("formats.yml", '"*": {decimal: ",", date_format: DD/MM/YYYY}')
    workbook(
        landing,
        "orders.xlsx",
        HEADER,
        [1, 7, "31/01/2026", "paid", "10,5"],
        [2, 7, date(2026, 1, 31), "paid", 10.5],
    )
    landing.land()
    assert (
        landing.rows("orders", "ordered_at", "gross_amount")
        == [("2026-01-31", "10.5")] * 2
    )


def test_errors_and_formulas_without_a_value_make_a_row_unreadable(
    landing: Landing,
) -> None:
    book = workbook(
        landing,
        "orders.xlsx",
        HEADER,
        [1, "#N/A", "2026-01-01", "paid", 1],
        [2, 7, "2026-01-01", "paid", "=1+1"],
        [3, 7, "2026-01-01", "paid", 1, None, "beyond"],
        [4, 7, "2026-01-01", "paid", 1],
    )
    book.active["B2"].data_type = "e"
    save(landing, "orders.xlsx", book)
    landing.land()
    assert landing.column("orders", "order_id") == ["4"]
    assert landing.rejects() == [
        (2, "cell B2 holds the error #N/A"),
        (
            3,
            "cell E3 holds a formula without a value: open the workbook, and save it "
            "again",
        ),
        (4, "cell G4 holds a value, and no name stands above it"),
    ]


def test_only_the_first_sheet_is_read_and_the_others_named(landing: Landing) -> None:
    book = workbook(landing, "orders.xlsx", HEADER, [1, 7, "2026-01-01", "paid", 1])
    book.create_sheet("More\x85 rows").append([1])
    book.create_sheet("Empty")
    save(landing, "orders.xlsx", book)
    [file] = landing.land().loaded
    assert file.notes == (
        "only its first sheet is read; More\\x85 rows is not. Save what belongs to the "
        "table as a file of its own.",
    )


def test_a_table_need_not_begin_in_the_first_cell(landing: Landing) -> None:
    book = Workbook()
    for column, name in enumerate(HEADER, start=3):
        book.active.cell(4, column, name)
    values = [1, 7, "2026-01-01", "paid", 10.5]
    for column, value in enumerate(values, start=3):
        book.active.cell(6, column, value)
    book.active.cell(7, 3, 2)
    book.active.cell(7, 9, "beyond")
    save(landing, "orders.xlsx", book)
    landing.land()
    assert landing.rows("orders", "order_id", "gross_amount") == [("1", "10.5")]
    assert landing.rejects() == [
        (7, "cell I7 holds a value, and no name stands above it")
    ]


def merged(begin: str, end: str) -> Workbook:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append([1, 7, "2026-01-01", "paid", 1])
    book.active.append([2, None, "2026-01-01", "paid", 1])
    book.active.merge_cells(f"{begin}:{end}")
    return book


@pytest.mark.parametrize(("begin", "end"), [("D1", "E1"), ("B2", "B3"), ("A1", "A2")])
def test_merged_cells_are_told(landing: Landing, begin: str, end: str) -> None:
    save(landing, "orders.xlsx", merged(begin, end))
    assert f"has merged cells ({begin}:{end})" in landing.refused()


def test_a_title_above_the_header_is_told(landing: Landing) -> None:
    workbook(
        landing,
        "orders.xlsx",
        ["Orders of January"],
        [],
        HEADER,
        [1, 7, "2026-01-01", "paid", 1],
    )
    said = landing.refused()
    assert "required columns order_id" in said
    assert "Row 3 seems to name the columns: take away the rows above it" in said


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("order_id", 1234567890123456, "cell A2 (order_id) holds the number 123456789"),
        ("gross_amount", 9007199254740992, "cell E2 (gross_amount) holds the number 9"),
    ],
)
def test_numbers_that_a_spreadsheet_cut_are_refused(
    landing: Landing, column: str, value: int, told: str
) -> None:
    row = {name: "1" for name in HEADER} | {column: value}
    workbook(landing, "orders.xlsx", HEADER, list(row.values()))
    assert told in landing.refused()


def test_an_amount_may_have_as_many_digits_as_are_kept(landing: Landing) -> None:
    workbook(
        landing, "orders.xlsx", HEADER, [123456789012345, 7, "d", "x", 99999999999.99]
    )
    landing.land()
    assert landing.rows("orders", "order_id", "gross_amount") == [
        ("123456789012345", "99999999999.99")
    ]


def test_personal_numbers_are_not_shown(landing: Landing) -> None:
    landing.put("orders.csv", ONE_ORDER)
    workbook(
        landing,
        "customers.xlsx",
        ["customer_id", "created_at", "loyalty_number"],
        [1, "2026-01-01", 1234567890123456],
    )
    said = landing.refused()
    assert "cell C2 (loyalty_number) holds a number" in said
    assert "123456" not in said


def test_an_empty_or_broken_workbook_is_told(landing: Landing) -> None:
    landing.put("orders/a.csv", ONE_ORDER)
    book = Workbook()
    save(landing, "orders/b.xlsx", book)
    workbook(landing, "orders/c.xlsx", HEADER)
    path = landing.folder / "orders" / "c.xlsx"
    path.write_bytes(path.read_bytes().replace(b"xl/worksheets", b"xl/wxrksheets"))
    first, second = landing.refused().splitlines()
    assert first.startswith("orders/b.xlsx: its first sheet is empty")
    assert second.startswith("orders/c.xlsx: the workbook cannot be read")


def test_a_header_alone_has_no_rows(landing: Landing) -> None:
    landing.put("orders/a.csv", ONE_ORDER)
    workbook(landing, "orders/b.xlsx", HEADER)
    landing.land()
    assert landing.files("landed_row_count") == [(1,), (0,)]
