"""The CDNOW example: every line becomes an order, or nothing is written."""

from pathlib import Path

import duckdb
import pytest

from examples.cdnow.map import MappingError, map_file

SAMPLE = "master_id,sample_id,date,number_of_cds,dollar_value"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_line_is_an_order_of_its_day(tmp_path: Path) -> None:
    source = write(
        tmp_path / "sample.csv",
        SAMPLE,
        "00004,0001,1997-01-18,2,29.73",
        "00004,0001,1997-01-01,2,29.33",
        "00021,0002,1997-01-01,3,63.34",
        "00004,0001,1997-01-18,1,0.00",
    )
    assert map_file(source, tmp_path / "landing") == (4, 2)
    with duckdb.connect() as connection:
        orders = connection.execute(
            "select order_id, customer_id, cast(ordered_at as varchar),"
            " cast(gross_amount as varchar), status, currency_code"
            f" from '{tmp_path}/landing/orders.parquet'"
        ).fetchall()
    assert orders == [
        ("0001-1", "0001", "1997-01-01", "29.33", "completed", "USD"),
        ("0001-2", "0001", "1997-01-18", "29.73", "completed", "USD"),
        ("0001-3", "0001", "1997-01-18", "0.00", "completed", "USD"),
        ("0002-1", "0002", "1997-01-01", "63.34", "completed", "USD"),
    ]


def test_the_master_names_its_customers_otherwise(tmp_path: Path) -> None:
    header = "customer_id,date,number_of_cds,dollar_value"
    source = write(tmp_path / "master.csv", header, "00001,1997-01-01,1,11.77")
    assert map_file(source, tmp_path / "landing") == (1, 1)


@pytest.mark.parametrize(
    "lines, complaint",
    [
        ([SAMPLE, "1,1,1997-01-01,1,"], "a customer, a day and an amount"),
        ([SAMPLE, "1,1,1997-01-01,1,-5.00"], "a customer, a day and an amount"),
        ([SAMPLE, "1,1,1997-01-01,1,1.005"], "money of the file"),
        ([SAMPLE, "1,1,soon,1,1.00"], "soon"),
        (["id,date,dollar_value", "1,1997-01-01,1"], "sample_id or customer_id"),
        (["sample_id,day", "1,1997-01-01"], "date, dollar_value"),
    ],
)
def test_what_cannot_be_mapped_writes_nothing(
    tmp_path: Path, lines: list[str], complaint: str
) -> None:
    with pytest.raises(MappingError, match=complaint):
        map_file(write(tmp_path / "sample.csv", *lines), tmp_path / "landing")
    assert not (tmp_path / "landing").exists()
