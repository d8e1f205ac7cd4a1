"""The same rows land as equal text, whatever format they come in."""

import csv
import gzip
import io
import json
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.support.raw_landings import Landing

HEADER = ("order_id", "customer_id", "ordered_at", "status", "gross_amount", "channel")
FORMATS = (
    "a.csv",
    "b.csv.gz",
    "c.jsonl",
    "d.jsonl.gz",
    "e.parquet",
    "f.xlsx",
    "g_de.csv",
    "h_typed.jsonl",
    "i_typed.parquet",
    "j_packed.csv",
)
DECLARED = """
"orders/g_de.csv":
  {delimiter: ";", decimal: ",", encoding: windows-1252, date_format: DD.MM.YYYY}
"""

# what every one of the formats can hold, edges among it
texts = st.text(
    st.sampled_from("aZ09 -_.,;:'\"äßé€/\\#=+@\n{}[]"), min_size=1, max_size=12
).filter(lambda text: bool(text.strip()) and not text.startswith("="))
ids = st.integers(0, 999_999_999_999_999).map(str) | texts
days = st.dates().filter(lambda day: day.year >= 1901).map(lambda day: day.isoformat())
amounts = st.decimals(
    "-99999999999.99", "99999999999.99", places=2, allow_nan=False
).map(lambda amount: plain(amount))
rows = st.lists(
    st.tuples(ids, st.none() | ids, days, texts, amounts, st.none() | texts),
    min_size=1,
    max_size=6,
)
Row = tuple[str | None, ...]


def plain(amount: Decimal) -> str:
    digits = format(amount, "f").rstrip("0").rstrip(".")
    return "0" if digits in ("-0", "") else digits


def as_csv(rows: list[Row], delimiter: str = ",") -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    writer.writerows([HEADER, *rows])
    return written.getvalue()


def german(row: Row) -> Row:
    order_id, customer_id, day, status, amount, channel = row
    assert day is not None and amount is not None
    year, month, day_of_month = day.split("-")
    day = f"{day_of_month}.{month}.{year}"
    return order_id, customer_id, day, status, amount.replace(".", ","), channel


def typed(value: str | None) -> str | float | None:
    """Return digits as the floating number that other tools make of them."""
    is_number = value is not None and value.isdigit() and str(int(value)) == value
    return float(value) if is_number and value is not None else value


def write(landing: Landing, rows: list[Row]) -> None:
    landing.put("formats.yml", DECLARED)
    landing.put("orders/a.csv", as_csv(rows))
    landing.put("orders/b.csv.gz", gzip.compress(as_csv(rows).encode()))
    landing.put("orders/j_packed.csv", gzip.compress(as_csv(rows).encode()))
    in_german = as_csv(list(map(german, rows)), ";")
    landing.put("orders/g_de.csv", in_german.encode("windows-1252"))
    objects = [dict(zip(HEADER, row, strict=True)) for row in rows]
    lines = "\n".join(json.dumps(one) for one in objects)
    landing.put("orders/c.jsonl", lines)
    landing.put("orders/d.jsonl.gz", gzip.compress(lines.encode()))
    in_types = [
        {name: typed(value) for name, value in one.items()}
        | {"gross_amount": float(one["gross_amount"] or 0)}
        for one in objects
    ]
    landing.put("orders/h_typed.jsonl", "\n".join(map(json.dumps, in_types)))
    write_parquet(landing, "orders/e.parquet", rows, "varchar", "varchar", "varchar")
    write_parquet(landing, "orders/i_typed.parquet", rows, "varchar", "date", "double")
    book = Workbook()
    book.active.append(HEADER)
    for one in in_types:
        book.active.append(list(one.values()))
    book.save(landing.put("orders/f.xlsx", ""))


def write_parquet(
    landing: Landing, name: str, rows: list[Row], text: str, day: str, amount: str
) -> None:
    path = landing.put(name, "")
    with duckdb.connect() as connection:
        connection.execute(
            f"create table o (order_id {text}, customer_id {text}, ordered_at {day},"
            f" status {text}, gross_amount {amount}, channel {text})"
        )
        connection.executemany("insert into o values (?, ?, ?, ?, ?, ?)", rows)
        connection.execute(f"copy o to '{path}' (format parquet)")


@given(rows)
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_equal_rows_land_as_equal_text(rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(Path(folder))
        write(landing, rows)
        landing.land()
        found = landing.rows("orders", "file_path", "record_number", *HEADER)
        landing.connection.close()
    expected = [
        (f"orders/{name}", number, *row)
        for name in FORMATS
        for number, row in enumerate(rows, start=1)
    ]
    assert found == expected


def test_it_would_notice_a_difference(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    row = ("1", None, "2026-01-31", "paid", "10.5", None)
    write(landing, [row])
    landing.put("formats.yml", DECLARED.replace("DD.MM", "MM.DD"))
    landing.land()
    different = [
        one for one in landing.rows("orders", "ordered_at") if one != ("2026-01-31",)
    ]
    assert different == [("31.01.2026",)]
    with pytest.raises(AssertionError):
        assert not different
