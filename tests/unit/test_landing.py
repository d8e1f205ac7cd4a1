"""Nothing that lands is lost, doubled or guessed, whatever shape it comes in."""

import csv
import gzip
import hashlib
import io
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.commands import land as land_command
from orchestration.landing import (
    LandingChangedError,
    LandingError,
    LandingReport,
    csv_source,
    json_source,
    land,
    records,
    source,
    texts,
)
from orchestration.landing.contract import Column, Contract, Table
from orchestration.landing.discover import FORMATS

NOW = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)


def column(name: str, *, required: bool = False) -> Column:
    return Column(name, "text", required, False)


CONTRACT = Contract(
    (
        Table(
            "customers",
            (column("customer_id", required=True), column("email"), column("city")),
            ("customer_id",),
            (),
            False,
        ),
        Table(
            "orders",
            (
                column("source_system"),
                column("order_id", required=True),
                column("ordered_at", required=True),
                column("gross_amount", required=True),
                column("comment"),
            ),
            ("source_system", "order_id"),
            ("gross_amount",),
            True,
        ),
        Table(
            "order_lines",
            (
                column("order_id", required=True),
                column("quantity", required=True),
                column("unit_price_amount"),
            ),
            ("order_id",),
            ("quantity", "unit_price_amount"),
            False,
        ),
    )
)

HEADER = b"order_id,ordered_at,gross_amount,comment\n"
ONE_ORDER = HEADER + b"1,2026-01-01,10.50,fine\n"
Row = tuple[str | None, ...]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "state.duckdb")) as opened:
        yield opened


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def put(landing: Path, name: str, content: bytes | str) -> Path:
    path = landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def put_parquet(landing: Path, name: str, query: str) -> Path:
    path = landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = landing.parent / "plain.parquet"
    duckdb.execute(f"copy ({query}) to '{plain}' (format parquet)")
    return plain.rename(path)


def landed(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    now: datetime = NOW,
    progress: Callable[[str, int, int], None] | None = None,
) -> LandingReport:
    return land(connection, landing, CONTRACT, now, progress)


def refused(connection: duckdb.DuckDBPyConnection, landing: Path) -> LandingError:
    with pytest.raises(LandingError) as refusal:
        landed(connection, landing)
    return refusal.value


def orders(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    return connection.execute(
        "select order_id, ordered_at, gross_amount, comment from raw.orders"
        " order by landing_file_id, record_number"
    ).fetchall()


def rejects(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    return connection.execute(
        "select record_number, row_text from raw.landing_rejects order by all"
    ).fetchall()


def cells(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    """All rows of a raw table, without where they came from."""
    return connection.execute(
        f"select * exclude (landing_file_id, record_number) from raw.{table}"
        " order by all"
    ).fetchall()


def everything(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    """All of `raw`, row by row."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw'"
    ).fetchall()
    return {
        name: connection.execute(f'select * from raw."{name}" order by all').fetchall()
        for (name,) in tables
    }


def files(connection: duckdb.DuckDBPyConnection, what: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"select {what} from raw.landing_files order by file_path, landed_at"
    ).fetchall()


def all_accounted_for(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether for every file landed = readable + unreadable, as the tables have it."""
    return not connection.execute(
        """
        with readable as (
            select landing_file_id from raw.orders
            union all select landing_file_id from raw.customers
            union all select landing_file_id from raw.order_lines
        )
        select * from raw.landing_files as files
        where
            landed_row_count <> unreadable_row_count + (
                select count(*) from readable
                where readable.landing_file_id = files.landing_file_id
            )
            or unreadable_row_count <> (
                select count(*) from raw.landing_rejects as rejects
                where rejects.landing_file_id = files.landing_file_id
            )
        """
    ).fetchall()


# --- shape of raw


def test_raw_has_every_table_as_text_with_file_and_record(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    landed(connection, landing)
    for table in CONTRACT.tables:
        described = connection.execute(f"describe raw.{table.name}").fetchall()
        assert [(name, kind) for name, kind, *_ in described] == [
            *((name, "VARCHAR") for name in table.column_names),
            ("landing_file_id", "VARCHAR"),
            ("record_number", "BIGINT"),
        ]
    described = connection.execute("describe raw.landing_files").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("landing_file_id", "VARCHAR"),
        ("table_name", "VARCHAR"),
        ("file_path", "VARCHAR"),
        ("checksum", "VARCHAR"),
        ("byte_count", "BIGINT"),
        ("modified_at_ns", "BIGINT"),
        ("landed_row_count", "BIGINT"),
        ("unreadable_row_count", "BIGINT"),
        ("landed_amount", "DECIMAL(38,6)"),
        ("unknown_columns", "VARCHAR"),
        ("is_current", "BOOLEAN"),
        ("landed_at", "TIMESTAMP"),
        ("file_order", "BIGINT"),
        ("changed_at_ns", "BIGINT"),
        ("inode", "BIGINT"),
        ("read_as", "VARCHAR"),
    ]
    described = connection.execute("describe raw.landing_rejects").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("landing_file_id", "VARCHAR"),
        ("table_name", "VARCHAR"),
        ("record_number", "BIGINT"),
        ("reason", "VARCHAR"),
        ("error", "VARCHAR"),
        ("row_text", "VARCHAR"),
    ]


def test_a_file_is_noted_as_it_lies_there(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    packed = gzip.compress(ONE_ORDER + b"2,x\n", mtime=0)
    path = put(landing, "orders/2026/part one.csv.gz", packed)
    checksum = hashlib.sha256(packed).hexdigest()
    told = f"orders\norders/2026/part one.csv.gz\n{checksum}"
    landed(connection, landing)
    assert files(connection, "*") == [
        (
            hashlib.sha256(told.encode()).hexdigest()[:16],
            "orders",
            "orders/2026/part one.csv.gz",
            checksum,
            len(packed),
            path.stat().st_mtime_ns,
            2,
            1,
            10.5,
            "",
            True,
            NOW.replace(tzinfo=None),
            1,
            path.stat().st_ctime_ns,
            path.stat().st_ino,
            "",
        )
    ]


def test_the_clock_has_one_row_in_utc(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    landed(connection, landing)
    east = timezone(timedelta(hours=9))
    landed(connection, landing, datetime(2026, 3, 2, 1, 0, tzinfo=east))
    clock = connection.execute("select * from raw.landing_clock").fetchall()
    assert clock == [(datetime(2026, 3, 1, 16, 0),)]


def test_an_instant_without_time_zone_is_refused(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    with pytest.raises(ValueError, match="time zone"):
        landed(connection, landing, datetime(2026, 3, 1))


def test_a_column_that_the_contract_has_gained_is_added(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    landed(connection, landing)
    connection.execute("alter table raw.orders drop column comment")
    put(landing, "orders/more.csv", HEADER + b"2,2026-01-01,1,new\n")
    landed(connection, landing)
    assert sorted(orders(connection)) == [
        ("1", "2026-01-01", "10.50", None),
        ("2", "2026-01-01", "1", "new"),
    ]


# --- formats


def test_all_formats_give_the_same_rows(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    content = HEADER + 'é1,2026-01-01T10:00:00,10.25,"a, ""b""\nc"\n2,,1,\n'.encode()
    put(landing, "orders/a.csv", content)
    put(landing, "orders/b.CSV.GZ", gzip.compress(content))
    texts_of_rows = [
        {
            "order_id": "é1",
            "ordered_at": "2026-01-01T10:00:00",
            "gross_amount": "10.25",
            "comment": 'a, "b"\nc',
        },
        {"order_id": 2, "ordered_at": None, "gross_amount": 1},
    ]
    put(landing, "orders/c.jsonl", "\n".join(map(json.dumps, texts_of_rows)))
    put_parquet(
        landing,
        "orders/d.parquet",
        """
        select 'é1' as order_id, timestamp '2026-01-01 10:00:00' as ordered_at,
            10.25 as gross_amount, 'a, "b"' || chr(10) || 'c' as comment
        """,
    )
    landed(connection, landing)
    by_file = {
        path: connection.execute(
            "select order_id, ordered_at, gross_amount, comment, record_number"
            " from raw.orders join raw.landing_files using (landing_file_id)"
            " where file_path = ? order by record_number",
            [path],
        ).fetchall()
        for (path,) in files(connection, "file_path")
    }
    expected = [
        ("é1", "2026-01-01T10:00:00", "10.25", 'a, "b"\nc', 1),
        ("2", None, "1", None, 2),
    ]
    assert by_file["orders/a.csv"] == expected
    assert by_file["orders/b.CSV.GZ"] == expected
    assert by_file["orders/c.jsonl"] == expected
    assert by_file["orders/d.parquet"] == expected[:1]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_gives_the_same_rows(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    line_end: bytes,
    mark: bytes,
    last: bool,
) -> None:
    lines = [
        b'"order_id" , Ordered_At ,GROSS_AMOUNT,comment',
        b"1,2026-01-01,1,a",
        b'2,2026-01-01,2,"b"',
    ]
    content = mark + line_end.join(lines) + (line_end if last else b"")
    put(landing, "orders.csv", content)
    objects = b'{"customer_id": "x", " CITY": "y"}' + line_end + b'{"customer_id": 7}'
    put(landing, "customers.jsonl", mark + objects + (line_end if last else b""))
    landed(connection, landing)
    assert orders(connection) == [
        ("1", "2026-01-01", "1", "a"),
        ("2", "2026-01-01", "2", "b"),
    ]
    assert cells(connection, "customers") == [("7", None, None), ("x", None, "y")]
    assert rejects(connection) == []


def test_line_ends_within_quotes_stay_as_they_came(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders/lf.csv", HEADER + b'1,d,1,"a\r\nb\rc\nd"\n2,d,1,\n')
    put(landing, "orders/mixed.csv", HEADER + b'1,d,1,"a\r\nb\rc\nd"\r\n2,d,1,\n')
    landed(connection, landing)
    assert [row[3] for row in orders(connection)] == ["a\r\nb\rc\nd", None] * 2


STRANGE_NAMES = [
    "a[1]",
    "a*",
    "**",
    "a?",
    "[!a]",
    "it's",
    'double"quote',
    "back\\slash",
    "sp ace ",
    "new\nline",
    "naïve 名",
    "~tilde",
    "%41",
    "{1,2}",
    "$HOME",
    "-- comment;",
]


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_a_file_of_any_name_is_read_and_no_other(
    connection: duckdb.DuckDBPyConnection, landing: Path, name: str
) -> None:
    for other in ("a1", "ab", "b", "other"):
        put(landing, f"orders/{other}.csv", HEADER + b"other,d,1,\n")
        put(landing, f"customers/{other}.jsonl", '{"customer_id": "other"}')
        put_parquet(
            landing,
            f"order_lines/{other}.parquet",
            "select 'other' as order_id, 1 as quantity",
        )
    put(landing, f"orders/{name}.csv", HEADER + b"this,d,1,\n")
    put(landing, f"customers/{name}.jsonl", '{"customer_id": "this"}')
    put_parquet(
        landing,
        f"order_lines/{name}.parquet",
        "select 'this' as order_id, 1 as quantity",
    )
    landed(connection, landing)
    for table, key in (
        ("orders", "order_id"),
        ("customers", "customer_id"),
        ("order_lines", "order_id"),
    ):
        found = connection.execute(
            f"select count(*) filter ({key} = 'this'),"
            f" count(*) filter ({key} = 'other') from raw.{table}"
        ).fetchone()
        assert found == (1, 4), table


def test_parquet_values_are_plain_text(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "customers.csv", "customer_id\n1\n")
    connection.execute("set TimeZone = 'Asia/Tokyo'")
    values = {
        "1234567890123456.10::decimal(20, 2)": "1234567890123456.1",
        "date '2026-01-31'": "2026-01-31",
        "timestamp '2026-01-31 10:00:00.5'": "2026-01-31T10:00:00.5",
        "timestamptz '2026-01-31 10:00:00+02'": "2026-01-31T08:00:00+00:00",
        "0.000036::double": "0.000036",
        "1e15::double": "1000000000000000",
        "1e-30::double": "0." + "0" * 29 + "1",
        "1001::double": "1001",
        "-0.0::double": "0",
        "1001::decimal(38, 10)": "1001",
        "1000::decimal(38, 10)": "1000",
        "timestamp_ns '2026-01-31 10:00:00.123456789'": "2026-01-31T10:00:00.123456",
        "0.1::float": "0.1",
        "'nan'::double": None,
        "true": "true",
        "9223372036854775807": "9223372036854775807",
        "null::integer": None,
        "null::integer[]": None,
        "encode('tëxt as bytes')": "tëxt as bytes",
        "''": "",
        "' x '": " x ",
    }
    rows = [f"select {value} as comment" for value in values]
    for number, row in enumerate(rows):
        put_parquet(
            landing,
            f"orders/{number:02}.parquet",
            f"select '{number:02}' as order_id, 1 as ordered_at, 1 as gross_amount, *"
            f" from ({row})",
        )
    landed(connection, landing)
    found = connection.execute("select comment from raw.orders order by order_id")
    assert [value for (value,) in found.fetchall()] == list(values.values())


def test_json_values_are_their_plain_text(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    values = {
        '"text"': "text",
        '"1e5"': "1e5",
        '"\\u00e9\\n"': "é\n",
        '""': "",
        "12345678901234567890123": "12345678901234567890123",
        "10.50": "10.5",
        "1001.0": "1001",
        "1e3": "1000",
        "-0.0": "0",
        "NaN": None,
        "3.6e-05": "0.000036",
        "-7": "-7",
        "true": "true",
        "null": None,
    }
    lines = [f'{{"customer_id": {n}, "city": {v}}}' for n, v in enumerate(values, 1)]
    put(landing, "customers.jsonl", "\n".join(lines))
    landed(connection, landing)
    found = connection.execute("select city from raw.customers order by record_number")
    assert [value for (value,) in found.fetchall()] == list(values.values())


def test_a_relative_landing_folder_is_not_taken_for_a_home(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("~"), "orders.csv", ONE_ORDER)
    landed(connection, Path("~"))
    assert len(orders(connection)) == 1


# --- columns


def test_unknown_columns_are_reported_and_not_loaded(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(
        landing,
        "orders.csv",
        "Shelf, ORDER_ID ,ordered_at,gross_amount,,colour,\nx,1,d,2,y,z,w\n",
    )
    put(landing, "customers.jsonl", '{"customer_id": 1}\n{"customer_id": 2, "age": 3}')
    report = landed(connection, landing)
    assert orders(connection) == [("1", "d", "2", None)]
    assert files(connection, "file_path, unknown_columns") == [
        ("customers.jsonl", "age"),
        ("orders.csv", "Shelf, (no name), colour, (no name)"),
    ]
    assert [file.unknown_columns for file in report.loaded] == [
        ("age",),
        ("Shelf", "(no name)", "colour", "(no name)"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "order_id,ordered_at,gross_amount, ORDER_ID",
        "order_id,ordered_at,gross_amount,x,X ",
    ],
)
def test_two_columns_of_one_name_are_an_error(
    connection: duckdb.DuckDBPyConnection, landing: Path, header: str
) -> None:
    count = header.count(",")
    put(landing, "orders.csv", f"{header}\n{',' * count}\n")
    told = str(refused(connection, landing))
    assert "orders.csv: more than one column is called" in told


def test_two_parquet_columns_of_one_name_are_an_error(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put_parquet(
        landing, "customers.parquet", 'select 1 as customer_id, 2 as "Customer_ID "'
    )
    assert "customers.parquet: more than one column is called customer_id" in str(
        refused(connection, landing)
    )


def test_nested_parquet_columns_do_not_count_as_columns(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put_parquet(
        landing,
        "customers.parquet",
        "select {'email': 1, 'deep': {'city': [2]}} as box, 1 as customer_id,"
        " map(['email'], [1]) as other, 'Rome' as city",
    )
    report = landed(connection, landing)
    assert cells(connection, "customers") == [("1", None, "Rome")]
    assert report.loaded[0].unknown_columns == ("box", "other")


# --- unreadable records


NASTY = {
    "too many and too few values": (
        b"1,d,1,a\n2,d,2,b,c,d\n3,d\n4\n5,d,5,e\n",
        ["1", "5"],
        [(3, "2,d,2,b,c,d"), (4, "3,d"), (5, "4")],
    ),
    "an open quote in the middle, closed nowhere": (
        b'1,d,1,a\n2,d,2,"b\n3,d,3,c\n\n4,d,4,d\n',
        ["1"],
        [(3, '2,d,2,"b'), (4, "3,d,3,c"), (6, "4,d,4,d")],
    ),
    "an open quote that the next quote ends badly": (
        b'1,d,1,a\n2,d,2,"b\n3,d,3,c\n4,d,4,"d"\n5,d,5,"e"\n',
        ["1", "5"],
        [(3, '2,d,2,"b'), (4, "3,d,3,c"), (5, '4,d,4,"d"')],
    ),
    "an open quote at the very end": (
        b'1,d,1,a\n2,d,2,"',
        ["1"],
        [(3, '2,d,2,"')],
    ),
    "text after a closing quote": (
        b'1,d,1,"a"b\n2,d,2,b\n',
        ["2"],
        [(2, '1,d,1,"a"b')],
    ),
    "quotes inside a plain value, blanks around a quoted one": (
        b'1,d,1,5" pipe\n2,d,2, "a, b" \n',
        ["1", "2"],
        [],
    ),
    "embedded line ends, then a record too short": (
        b'1,d,1,"a\n\nb"\n"2\nx",d\n3,d,3,c\n',
        ["1", "3"],
        [(5, '"2\nx",d')],
    ),
    "bytes that are not UTF-8": (
        b'1,d,1,\xff\xfe\n2,d,2,"\xc3\n"\n3,d,3,\xc3\xa9\n',
        ["3"],
        [(2, "1,d,1,\\xff\\xfe"), (3, '2,d,2,"\\xc3\n"')],
    ),
    "NUL and other control bytes": (
        b"1,d,1,a\x00b\n2,d,2,\x01\x1a\n",
        ["1", "2"],
        [],
    ),
    "a carriage return alone": (
        b"1,d,1,a\rb\n2,d,2,b\n",
        ["2"],
        [(2, "1,d,1,a\rb")],
    ),
    "empty lines anywhere": (
        b"\n\n1,d,1,a\n\n2,d\n\n3,d,3,c\n\n\n",
        ["1", "3"],
        [(6, "2,d")],
    ),
    "a line of blanks": (b"1,d,1,a\n   \n", ["1"], [(3, "   ")]),
    "empty lines before the header": (b"1,d,1,a\n", ["1"], []),
    "plain values with quotes that look like a pair": (
        b'1,d,1,x"y\n2,d,2,z"\n',
        ["1", "2"],
        [],
    ),
    "plain values with quotes around a comma": (
        b'1,d,x"y,z"\n2,d,2,x""y\n',
        ["1", "2"],
        [],
    ),
    "no line end at the end": (b"1,d,1,a\n2,d,2,b", ["1", "2"], []),
    "a very long value": (
        b"1,d,1," + b"x" * 3_000_000 + b'\n2,d,2,"' + b"y\n" * 2_000_000 + b'"\n',
        ["1", "2"],
        [],
    ),
    "a very long unreadable record": (
        b"1,d,1," + b"x," * 50_000 + b"\n2,d,2,b\n",
        ["2"],
        [(2, "1,d,1," + "x," * 50_000)],
    ),
    "line ends of several kinds": (
        b'1,d,1,a\r\n2,d,2,b\n3,d,3,"c\r\n"\r\n4,d\r\n5,d,5,e\n',
        ["1", "2", "3", "5"],
        [(6, "4,d")],
    ),
    "what looks like comments and nulls": (
        b'#1,d,1,NULL\n2,d,2,\\N\n3,d,3,"a\\"\n',
        ["#1", "2", "3"],
        [],
    ),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", NASTY)
def test_nothing_of_a_nasty_file_is_lost(
    connection: duckdb.DuckDBPyConnection, landing: Path, kind: str, packed: bool
) -> None:
    content, readable, unreadable = NASTY[kind]
    before = b"\n\n" if kind == "empty lines before the header" else b""
    content = before + HEADER + content
    if packed:
        put(landing, "orders.csv.gz", gzip.compress(content, 1))
    else:
        put(landing, "orders.csv", content)
    report = landed(connection, landing)
    assert [row[0] for row in orders(connection)] == readable
    assert rejects(connection) == unreadable
    assert all_accounted_for(connection)
    (file,) = report.loaded
    assert file.landed_row_count == len(readable) + len(unreadable)
    assert file.unreadable_row_count == len(unreadable)
    numbers = connection.execute("select record_number from raw.orders order by 1")
    assert numbers.fetchall() == [(n,) for n in range(1, len(readable) + 1)]


@pytest.mark.parametrize("kind", NASTY)
def test_what_the_reader_gets_is_plain(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, "nasty.csv", HEADER + NASTY[kind][0])
    text = texts.plain_csv(texts.TextFile(path, False), tmp_path / "scratch")
    grammar = records.csv_grammar(len(text.header), text.newline.encode())
    plain = grammar.check(text.path.read_bytes())
    assert plain is not None
    assert plain.record_count == 1 + text.record_count


def test_readable_values_of_nasty_files_are_as_they_came(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", HEADER + NASTY["NUL and other control bytes"][0])
    landed(connection, landing)
    assert [row[3] for row in orders(connection)] == ["a\x00b", "\x01\x1a"]
    pipes = NASTY["quotes inside a plain value, blanks around a quoted one"][0]
    put(landing, "orders.csv", HEADER + pipes)
    landed(connection, landing)
    comments = connection.execute(
        "select comment from raw.orders join raw.landing_files using (landing_file_id)"
        " where is_current order by record_number"
    )
    assert comments.fetchall() == [('5" pipe',), ("a, b",)]


def test_every_unreadable_record_says_why(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(
        landing,
        "orders.csv",
        HEADER + b'1,d\n2,d,2,\xff\n3,d,3,"x"y\n4,d,4,a\n5,d,5,"x\n6,d,6,c\n',
    )
    landed(connection, landing)
    found = connection.execute(
        "select record_number, reason, error, table_name from raw.landing_rejects"
        " order by 1"
    ).fetchall()
    assert found == [
        (2, "unreadable_row", "2 values where the header has 4", "orders"),
        (3, "unreadable_row", "not UTF-8: byte 0xff", "orders"),
        (
            4,
            "unreadable_row",
            "quotation marks do not enclose whole values",
            "orders",
        ),
        (6, "unreadable_row", "a quotation mark is opened and never closed", "orders"),
        (
            7,
            "unreadable_row",
            "a quotation mark is opened and never closed (the record begins in line 6)",
            "orders",
        ),
    ]


def test_a_record_beyond_the_limit_is_unreadable_and_stays_whole(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "MAX_RECORD_BYTES", 1000)
    monkeypatch.setattr(source, "LEAST_LINE_BYTES", 100)
    long = "x" * 2000
    put(landing, "orders.csv", HEADER.decode() + f"1,d,1,{long}\n2,d,2,b\n")
    put(
        landing,
        "customers.jsonl",
        f'{{"customer_id": "{long}"}}\n{{"customer_id": 1}}\n',
    )
    landed(connection, landing)
    assert [row[0] for row in orders(connection)] == ["2"]
    assert [len(text) for _, text in rejects(connection)] == [2019, 2006]
    assert all_accounted_for(connection)


def test_one_open_quote_does_not_hide_what_it_swallows(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "MAX_RECORD_BYTES", 1000)
    lines = [f"{n},d,{n},x" for n in range(1000)]
    lines[300] = '300,d,300,"x'
    lines[800] = '800,d,800,"x"'
    put(landing, "orders.csv", HEADER.decode() + "\n".join(lines))
    landed(connection, landing)
    assert [text for _, text in rejects(connection)] == lines[300:801]
    assert [row[0] for row in orders(connection)] == [
        line.split(",")[0] for line in lines[:300] + lines[801:]
    ]
    errors = connection.execute(
        "select error from raw.landing_rejects order by record_number"
    ).fetchall()
    assert errors[0] == ("a value in quotes is longer than 0 MiB",)
    assert errors[200] == (
        "a value in quotes is longer than 0 MiB (the record begins in line 302)",
    )


def test_a_value_beyond_the_limit_is_unreadable_even_if_its_quote_closes(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "MAX_RECORD_BYTES", 1000)
    long = ['1,d,1,"', *["x" * 90] * 20, 'x"']
    put(landing, "orders.csv", HEADER.decode() + "\n".join([*long, "2,d,2,b"]))
    landed(connection, landing)
    assert [text for _, text in rejects(connection)] == long
    assert [row[0] for row in orders(connection)] == ["2"]


def test_quoted_line_ends_across_buffers_keep_every_row(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_source, "MAX_RECORD_BYTES", 2000)
    monkeypatch.setattr(source, "LEAST_LINE_BYTES", 2000)
    connection.execute("set threads = 4")
    comments = ["a\nb\n", '"", ""\n', "\n\n,,\n", "plain", "1,d,1,x\n" * 4]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["order_id", "ordered_at", "gross_amount", "comment"])
    rows = [(str(n), "d", "1", comments[n * 7 % 5]) for n in range(20_000)]
    writer.writerows(rows)
    put(landing, "orders.csv", buffer.getvalue())
    landed(connection, landing)
    assert orders(connection) == rows


def test_empty_lines_and_short_last_lines_do_not_confuse_the_count(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put(landing, "customers/one column.csv", "customer_id\n1\n\n2\n\n")
    put(landing, "customers/last.csv", "customer_id,x\r\n3,y\r\n,")
    monkeypatch.setattr(json_source, "MAX_RECORD_BYTES", 1000)
    monkeypatch.setattr(source, "LEAST_LINE_BYTES", 1000)
    lines = [f'{{"customer_id": {" " * (n % 13)}4}}' for n in range(20_000)]
    put(landing, "customers/spaced.jsonl", "\r\n\r\n".join(lines))
    landed(connection, landing)
    found = connection.execute(
        "select customer_id, count(*) from raw.customers group by 1 order by 1"
    ).fetchall()
    assert found == [("1", 1), ("2", 1), ("3", 1), ("4", 20_000), (None, 1)]


def damaged(chance: random.Random) -> bytes:
    """Random CSV with quoted line ends and, sometimes, anything at all."""
    mark = "\ufeff".encode()
    pieces = [b"7", b"", b"w" * 30, b'"a, b"', b'"a\nb\r\nc"', b'"x ""y"" z"', b'""']
    damage = [b'"open', b'"x"y', b"\xff", b"a,b", b"\r", b"\n", b'x"y', b' "a" ', b"\0"]
    rate = chance.choice([0.0, 0.02, 0.2])
    newline = chance.choice([b"\n", b"\r\n"])
    lines = [b"order_id,ordered_at,gross_amount"]
    for number in range(chance.choice([3, 40, 150])):
        values = [chance.choice([b"", mark]) + str(number).encode()]
        for _ in range(2):
            kind = damage if chance.random() < rate else pieces
            values.append(chance.choice(kind))
        lines.append(b",".join(values))
    return newline.join(lines) + chance.choice([b"", newline])


@pytest.mark.parametrize("seed", range(8))
def test_rows_do_not_depend_on_where_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    connection = duckdb.connect()
    for round_number in range(6):
        landing = tmp_path / str(round_number)
        content = damaged(chance)
        put(landing, "orders.csv", content)
        put(landing, "orders/more.csv", ONE_ORDER)
        found = []
        for block, line in ((8 << 20, 2 << 20), (17, 5000), (200, 5000)):
            monkeypatch.setattr(texts, "BLOCK_BYTES", block)
            monkeypatch.setattr(source, "LEAST_LINE_BYTES", line)
            connection.execute("drop schema if exists raw cascade")
            landed(connection, landing)
            found.append(everything(connection))
            assert all_accounted_for(connection)
        assert found[0] == found[1] == found[2], content
        if not found[0]["landing_rejects"] and b'x"y' not in content:
            lines = csv.reader(io.StringIO(content.decode(), newline=""))
            expected = [[v.strip(" ") or None for v in line] for line in lines if line]
            rows = connection.execute(
                "select order_id, ordered_at, gross_amount from raw.orders"
                " join raw.landing_files using (landing_file_id)"
                " where file_path = 'orders.csv' order by record_number"
            ).fetchall()
            assert [list(row) for row in rows] == expected[1:]


def test_a_line_that_is_no_json_object_is_unreadable(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    lines = [
        b'{"customer_id": 1}',
        b"",
        b"[1]",
        b'"text"',
        b"null",
        b'{"customer_id": 2',
        b'{"customer_id": 3} {"customer_id": 4}',
        b'{"customer_id": 5, "customer_id": 6}',
        b'{"customer_id": 7, "Customer_ID ": 8}',
        b'{"customer_id": "\xff"}',
        b'{"customer_id": "a\x01b"}',
        b"  ",
        b'  {"Customer_ID ": 9}  ',
    ]
    put(landing, "customers.jsonl", b"\n".join(lines))
    report = landed(connection, landing)
    assert cells(connection, "customers") == [("1", None, None), ("9", None, None)]
    bad = [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert rejects(connection) == [
        (number, lines[number - 1].decode("utf-8", "backslashreplace"))
        for number in bad
    ]
    assert report.loaded[0].landed_row_count == 2 + len(bad)
    assert all_accounted_for(connection)


@pytest.mark.parametrize(
    "line",
    [
        '{"customer_id": "a\x01b"}',
        '{"customer_id": 7, "Customer_ID ": 8}',
        '{"customer_id": 7}\r{"customer_id": 8}',
        "{}{}",
    ],
)
def test_one_bad_line_alone_is_found(
    connection: duckdb.DuckDBPyConnection, landing: Path, line: str
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put(landing, "customers.jsonl", f'{{"customer_id": 1}}\n{line}\n')
    landed(connection, landing)
    assert cells(connection, "customers") == [("1", None, None)]
    assert rejects(connection) == [(2, line)]


def test_a_file_with_only_a_header_has_no_rows(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put(landing, "orders/none.csv", HEADER)
    put(landing, "orders/short.csv", HEADER.removesuffix(b"\n"))
    put_parquet(landing, "customers.parquet", "select 1 as customer_id limit 0")
    landed(connection, landing)
    assert files(connection, "file_path, landed_row_count, landed_amount") == [
        ("customers.parquet", 0, None),
        ("orders.csv", 1, 10.5),
        ("orders/none.csv", 0, 0),
        ("orders/short.csv", 0, 0),
    ]


# --- control totals


def test_landed_amount_adds_what_can_be_read(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    amounts = [b"10.50", b"-0.25", b" 1 ", b"", b"ten", b"1e400", b"0.0000004"]
    rows = b"".join(b"1,d,%s,\n" % amount for amount in amounts)
    put(landing, "orders.csv", HEADER + rows + b"1,d,99\n")
    lines = b"order_id,quantity,unit_price_amount\n1,3,0.333333\n1,2,\n1,x,5\n"
    put(landing, "order_lines.csv", lines + b"1,999999999999,999999999999\n")
    put(landing, "customers.csv", b"customer_id\n1\n")
    landed(connection, landing)
    assert files(connection, "table_name, cast(landed_amount as varchar)") == [
        ("customers", None),
        ("order_lines", "999999999998000000000001.999999"),
        ("orders", "11.250000"),
    ]


def test_each_file_has_its_own_amount(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders/a.csv", HEADER + b"1,d,1,\n2,d,2,\n")
    put(landing, "orders/b.csv", HEADER + b"3,d,4,\n")
    landed(connection, landing)
    put(landing, "orders/c.csv", HEADER + b"5,d,8,\n")
    landed(connection, landing)
    assert files(connection, "landed_amount") == [(3,), (4,), (8,)]


# --- again and again


def many_orders(count: int) -> list[bytes]:
    return [
        b'%d,2026-01-%02d,%d.5,"note, ""%d""\nend"' % (n, n % 28 + 1, n, n)
        for n in range(count)
    ]


def split(rows: list[bytes], part_count: int) -> list[list[bytes]]:
    return [rows[number::part_count] for number in range(part_count)]


@pytest.mark.parametrize("part_count", [1, 2, 7])
@pytest.mark.parametrize("shuffled", [False, True])
def test_any_order_and_any_split_give_the_same_cells(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    part_count: int,
    shuffled: bool,
) -> None:
    rows = many_orders(100)
    expected = sorted(
        (
            None,
            str(n),
            f"2026-01-{n % 28 + 1:02}",
            f"{n}.5",
            f'note, "{n}"\nend',
        )
        for n in range(100)
    )
    if shuffled:
        random.Random(5).shuffle(rows)
    for number, part in enumerate(split(rows, part_count)):
        content = HEADER + b"\n".join(part)
        name = f"orders/{number}.csv"
        if number % 2:
            put(landing, f"{name}.gz", gzip.compress(content))
        else:
            put(landing, name, content)
    landed(connection, landing)
    assert cells(connection, "orders") == expected
    total = connection.execute("select sum(landed_amount) from raw.landing_files")
    assert total.fetchone() == (5000,)


def test_files_that_come_later_equal_all_at_once(tmp_path: Path) -> None:
    parts = {
        f"orders/{n}.csv": HEADER + b"\n".join([*part, b"bad"])
        for n, part in enumerate(split(many_orders(60), 3))
    }
    parts["customers.jsonl"] = b'{"customer_id": 1}\n[]'
    where_it_lies_aside = "* exclude (changed_at_ns, inode)"
    at_once, in_steps = tmp_path / "at once", tmp_path / "in steps"
    for folder in (at_once, in_steps):
        folder.mkdir()
    for name, content in parts.items():
        put(at_once, name, content)
        os.utime(at_once / name, ns=(1, 1))
    with duckdb.connect() as connection:
        landed(connection, at_once)
        expected = everything(connection)
        expected["landing_files"] = files(connection, where_it_lies_aside)
    with duckdb.connect() as connection:
        for name, content in parts.items():
            put(in_steps, name, content)
            os.utime(in_steps / name, ns=(1, 1))
            landed(connection, in_steps)
        found = everything(connection)
        found["landing_files"] = files(connection, where_it_lies_aside)
        assert found == expected


def not_read_again(*_: object) -> None:
    raise AssertionError("a known file was read again")


def test_a_second_landing_loads_nothing(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(landing, "orders.csv", HEADER + b"1,d,1,a\n2,d\n")
    put(landing, "customers.jsonl", '{"customer_id": 1}\n[]')
    put_parquet(landing, "order_lines.parquet", "select 1 as order_id, 1 as quantity")
    first = landed(connection, landing)
    before = everything(connection)
    monkeypatch.setattr(hashlib, "file_digest", not_read_again)
    second = landed(connection, landing)
    assert everything(connection) == before
    assert (len(first.loaded), first.known_file_count) == (3, 0)
    assert (len(second.loaded), second.known_file_count) == (0, 3)
    assert second.tables == first.tables


def test_a_touched_file_is_compared_once_and_not_loaded_again(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    path = put(landing, "orders.csv", ONE_ORDER)
    landed(connection, landing)
    os.utime(path, ns=(5, 5))
    report = landed(connection, landing)
    assert (report.loaded, report.replaced, report.returned) == ((), (), ())
    assert files(connection, "modified_at_ns, is_current") == [(5, True)]
    assert len(orders(connection)) == 1


def current(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    return connection.execute(
        "select order_id from raw.orders join raw.landing_files"
        " using (landing_file_id) where is_current order by all"
    ).fetchall()


def test_replaced_content_is_kept_but_no_longer_current(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", HEADER + b"old,d,1,\n")
    put(landing, "orders/b.csv", HEADER + b"other,d,1,\n")
    landed(connection, landing)
    put(landing, "orders.csv", HEADER + b"new,d,1,\nnewer,d,1,\n")
    report = landed(connection, landing, NOW + timedelta(days=1))
    assert current(connection) == [("new",), ("newer",), ("other",)]
    assert len(orders(connection)) == 4
    assert files(connection, "file_path, is_current, landed_at") == [
        ("orders.csv", False, datetime(2026, 3, 1, 4, 30)),
        ("orders.csv", True, datetime(2026, 3, 2, 4, 30)),
        ("orders/b.csv", True, datetime(2026, 3, 1, 4, 30)),
    ]
    assert report.replaced == ("orders.csv",)
    assert report.returned == ()
    assert [table.landed_row_count for table in report.tables] == [0, 3, 0]


def test_content_that_returns_is_current_again_without_a_second_load(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for content in (b"old,d,1,\n", b"new,d,1,\n"):
        path = put(landing, "orders.csv", HEADER + content)
        landed(connection, landing)
    put(landing, "orders.csv", HEADER + b"old,d,1,\n")
    os.utime(path, ns=(7, 7))
    report = landed(connection, landing, NOW + timedelta(days=2))
    assert current(connection) == [("old",)]
    assert (report.loaded, report.replaced, report.returned) == (
        (),
        ("orders.csv",),
        ("orders.csv",),
    )
    assert sorted(files(connection, "is_current, landed_at")) == [
        (False, NOW.replace(tzinfo=None)),
        (True, NOW.replace(tzinfo=None)),
    ]
    assert len(orders(connection)) == 2
    monkeypatch.setattr(hashlib, "file_digest", not_read_again)
    again = landed(connection, landing)
    assert (again.replaced, again.returned) == ((), ())


def test_new_content_of_the_same_time_is_noticed_by_its_size(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    for content in (b"old,d,1,\n", b"newer,d,1,\n"):
        os.utime(put(landing, "orders.csv", HEADER + content), ns=(5, 5))
        landed(connection, landing)
    assert current(connection) == [("newer",)]


def test_returned_content_with_its_old_time_is_noticed(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    for content, instant in (
        (b"old,d,1,\n", 5),
        (b"new,d,1,\n", 6),
        (b"old,d,1,\n", 5),
    ):
        path = put(landing, "orders.csv", HEADER + content)
        os.utime(path, ns=(instant, instant))
        landed(connection, landing)
    assert current(connection) == [("old",)]


def test_one_content_at_two_paths_is_two_files(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders/a.csv", ONE_ORDER)
    put(landing, "orders/b.csv", ONE_ORDER)
    landed(connection, landing)
    assert len(orders(connection)) == 2
    assert len(set(files(connection, "landing_file_id"))) == 2


def test_a_file_that_disappeared_stays_loaded_and_current(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    gone = put(landing, "orders.csv", ONE_ORDER)
    put(landing, "customers.csv", "customer_id\n1\n")
    landed(connection, landing)
    gone.unlink()
    report = landed(connection, landing)
    assert report.disappeared == ("orders.csv",)
    assert current(connection) == [("1",)]


# --- what stops a landing


def test_a_failed_landing_leaves_raw_as_it_was(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    landed(connection, landing)
    before = everything(connection)
    put(landing, "orders.csv", HEADER + b"2,d,1,\n")
    put(landing, "orders/new.csv", HEADER + b"3,d,1,\n")
    put(landing, "customers.csv", "name\n1\n")
    refused(connection, landing)
    assert everything(connection) == before


def test_a_landing_that_fails_while_loading_leaves_raw_as_it_was(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    landed(connection, landing)
    before = everything(connection)
    put(landing, "orders.csv", HEADER)
    put(landing, "customers.csv", "customer_id\n1\n")
    told = str(refused(connection, landing))
    assert "orders has no readable row" in told
    assert everything(connection) == before


def test_a_first_landing_that_fails_leaves_nothing(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", HEADER + b"1,d\n")
    assert "orders has no readable row" in str(refused(connection, landing))
    assert everything(connection) == {}


def test_no_scratch_is_left_behind(
    connection: duckdb.DuckDBPyConnection, landing: Path, tmp_path: Path
) -> None:
    put(landing, "orders.csv", HEADER + b"1,d\n2,d,2,\n")
    scratches: list[Path] = []
    landed(
        connection,
        landing,
        progress=lambda *_: scratches.extend(tmp_path.glob("landing_*")),
    )
    assert scratches, "work is done beside the database, which is as private"
    put(landing, "customers.csv", b"customer_id,x\n1\n2,3\n")
    put(landing, "orders/b.csv", b"")
    refused(connection, landing)
    names = {path.name.removesuffix(".wal") for path in tmp_path.iterdir()}
    assert names == {"landing", "state.duckdb"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: None, "does not exist. Create it, or set CUSTOMER360_LANDING"),
        (lambda path: path.write_text("x"), "is not a folder"),
        (lambda path: path.mkdir(), "is empty. Put at least orders.csv"),
        (lambda path: put(path, ".hidden", "x"), "is empty"),
        (lambda path: put(path, "_orders.csv", "x"), "is empty"),
        (
            lambda path: put(path, "ordrs.csv", "x"),
            "has no file of the contract.*did you mean orders",
        ),
        (lambda path: put(path, "readme.txt", "x"), "has no file of the contract"),
        (lambda path: (path / "orders").mkdir(parents=True), "Found: empty folders"),
    ],
)
def test_a_folder_without_anything_to_land_is_an_error(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    make: Callable[[Path], object],
    told: str,
) -> None:
    folder = tmp_path / "elsewhere"
    make(folder)
    with pytest.raises(LandingError, match=told) as refusal:
        landed(connection, folder)
    assert str(folder) in str(refusal.value)


def test_orders_must_be_there(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "customers.csv", "customer_id\n1\n")
    put(landing, "order.csv", ONE_ORDER)
    told = str(refused(connection, landing))
    assert "there is no file of orders" in told
    assert "order.csv: no table of the contract is called order: did you mean" in told


TRUNCATED = gzip.compress(ONE_ORDER * 1000, mtime=0)

BROKEN_FILES: dict[str, tuple[str, bytes, str]] = {
    "required column missing": (
        "orders.csv",
        b"orderid,ordered_at,extra\n1,d,x\n",
        r"required columns order_id \(is it orderid\?\), gross_amount not found. "
        "The file has: orderid, ordered_at, extra",
    ),
    "required key missing": (
        "orders.jsonl",
        b'{"order_id": 1, "ordered_at": 2}\n',
        "required column gross_amount not found. The file has: order_id, ordered_at",
    ),
    "no header": (
        "orders.csv",
        b"1,Jane Doe,2026-01-01,3\n",
        "gross_amount not found. The file has 4 columns, hardly one known: does its",
    ),
    "no header, and a value like the name of a column": (
        "orders.csv",
        b"1,Jane Doe,Currency_Code,2026-01-01\n",
        "gross_amount not found. The file has 4 columns, hardly one known: does its",
    ),
    "zero bytes": ("orders.csv", b"", "empty .zero bytes"),
    "zero bytes packed": ("orders.csv.gz", b"", "empty .zero bytes"),
    "packed zero bytes": ("orders.csv.gz", gzip.compress(b""), "empty .zero bytes"),
    "zero bytes of JSON": ("orders.jsonl", b"", "empty .zero bytes"),
    "zero bytes of Parquet": ("orders.parquet", b"", "empty .zero bytes"),
    "a byte order mark only": ("orders.csv", b"\xef\xbb\xbf", "empty .zero bytes"),
    "only empty lines": ("orders.csv", b"\n\n\n", "no header row"),
    "gzip cut short": ("orders.csv.gz", TRUNCATED[:-20], "ends too early"),
    "gzip without its check": ("orders.csv.gz", TRUNCATED[:-8], "ends too early"),
    "gzip with a broken byte": (
        "orders.csv.gz",
        TRUNCATED[:-6] + b"xx" + TRUNCATED[-4:],
        "not gzip, or a damaged one",
    ),
    "gzip with something behind": (
        "orders.csv.gz",
        TRUNCATED + b"behind",
        "not gzip, or a damaged one",
    ),
    "not Parquet": ("orders.parquet", ONE_ORDER, "the file is not Parquet"),
    "a header in another encoding": (
        "orders.csv",
        "order_id,ordered_at,gross_amount,größe\n".encode("latin-1"),
        "the header is not UTF-8",
    ),
    "a broken header": ("orders.csv", b'order_id,"a"b\n', "the header cannot be read"),
}


@pytest.mark.parametrize("kind", BROKEN_FILES)
def test_a_file_that_cannot_be_read_is_told(
    connection: duckdb.DuckDBPyConnection, landing: Path, kind: str
) -> None:
    name, content, told = BROKEN_FILES[kind]
    put(landing, name, content)
    put(landing, "orders/good.csv", ONE_ORDER)
    with pytest.raises(LandingError, match=told) as refusal:
        landed(connection, landing)
    assert str(refusal.value).startswith(f"{name}: ")
    assert "Jane" not in str(refusal.value)
    assert not isinstance(refusal.value, LandingChangedError)
    assert everything(connection) == {}


def test_a_damaged_parquet_file_is_told_and_loads_nothing(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "customers.csv", "customer_id\n1\n")
    path = put_parquet(
        landing,
        "orders.parquet",
        "select md5(i::varchar) as order_id, 1 as ordered_at, 1 as gross_amount"
        " from range(5000) as rows (i)",
    )
    content = bytearray(path.read_bytes())
    content[100:4000] = b"\xff" * 3900
    path.write_bytes(content)
    assert str(refused(connection, landing)).startswith("orders.parquet: ")
    assert everything(connection) == {}


def test_a_file_that_may_not_be_read_is_told(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = put(landing, "orders.csv", ONE_ORDER)
    if os.geteuid() == 0:  # to whom everything may be read
        plain_open = Path.open

        def open_but_one(self: Path, *arguments: Any, **named: Any) -> Any:
            if self == path:
                raise PermissionError(13, "Permission denied")
            return plain_open(self, *arguments, **named)

        monkeypatch.setattr(Path, "open", open_but_one)
    else:
        path.chmod(0)
    told = str(refused(connection, landing))
    assert told.startswith("orders.csv: there is no permission to read the file")


def test_all_problems_are_told_at_once(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "customers/a.csv", "name\n1\n")
    put(landing, "customers/b.parquet", "no parquet")
    put(landing, "order_lines.csv.gz", "no gzip")
    (landing / "customers" / "c.csv").symlink_to(landing / "nowhere")
    problems = refused(connection, landing).problems
    assert [problem.split(":")[0] for problem in problems] == [
        "customers/c.csv",
        "there is no file of orders, without which nothing can be built. Put orders.csv"
        " or a folder orders there.",
        "customers/a.csv",
        "customers/b.parquet",
        "order_lines.csv.gz",
    ]


def test_a_file_name_that_is_not_utf8_is_told(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put(landing, "orders/" + os.fsdecode(b"\xff.csv"), ONE_ORDER)
    told = str(refused(connection, landing))
    assert told == "orders/\\xff.csv: its name is not UTF-8. Rename the file."


@pytest.mark.parametrize("name", ["orders.csv", "orders.jsonl", "orders.parquet"])
def test_a_file_that_changes_while_it_is_read_may_land_later(
    connection: duckdb.DuckDBPyConnection, landing: Path, name: str
) -> None:
    put(landing, "customers.csv", "customer_id\n1\n")
    if name == "orders.parquet":
        row = "select 1 as order_id, 2 as ordered_at, 3 as gross_amount"
        path = put_parquet(landing, name, row)
    else:
        one = b'{"order_id": 1, "ordered_at": 2, "gross_amount": 3}\n'
        path = put(landing, name, ONE_ORDER if name == "orders.csv" else one)
    whole = path.read_bytes()

    def touch(file_path: str, done: int, total: int) -> None:
        if file_path == name and done <= total / 2:
            path.write_bytes(whole + whole[-5:])

    with pytest.raises(LandingChangedError, match=f"{name}: the file changed"):
        landed(connection, landing, progress=touch)
    assert everything(connection) == {}
    path.write_bytes(whole)
    assert len(landed(connection, landing).loaded) == 2


def test_a_file_that_is_still_being_copied_is_no_damaged_one(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = put(landing, "orders.csv.gz", TRUNCATED[:-20])
    plain_digest = hashlib.file_digest

    def digest_while_copied(*arguments: Any) -> Any:
        path.write_bytes(TRUNCATED[:-10])
        return plain_digest(*arguments)

    monkeypatch.setattr(hashlib, "file_digest", digest_while_copied)
    with pytest.raises(LandingChangedError, match=r"orders\.csv\.gz: the file changed"):
        landed(connection, landing)


def test_a_file_that_is_taken_away_while_it_is_read_counts_as_changed(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "customers.csv", "customer_id\n1\n")
    path = put(landing, "orders.csv", ONE_ORDER)
    with pytest.raises(LandingChangedError, match=r"orders\.csv: the file changed"):
        landed(connection, landing, progress=lambda *_: path.unlink(missing_ok=True))


def test_a_row_count_that_does_not_tie_stops_the_landing(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(landing, "orders.csv", HEADER + b"1,d,1,\n2,d,2,\n")
    monkeypatch.setattr(csv_source, "QUOTES", ("""quote = '"'""", "skip = 1"))
    told = str(refused(connection, landing))
    assert "2 records were counted, but 1 could be read" in told
    assert everything(connection) == {}


# --- what is left where it is


def test_everything_that_is_not_landed_is_reported(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put(landing, "ordres.csv", "x")
    put(landing, "Customers/a.csv", "x")
    put(landing, "backup/orders.csv", "x")
    put(landing, "orders.2025.csv", "x")
    put(landing, "orders.xls", "x")
    put(landing, "orders/notes.txt", "x")
    put(landing, "orders/.hidden.csv", "x")
    put(landing, "orders/_temporary/a.csv", "x")
    put(landing, "_orders.csv", "x")
    put(landing, ".git/x.csv", "x")
    os.mkfifo(landing / "orders" / "pipe.csv")
    (landing / "orders" / "loop").symlink_to(landing / "orders")
    report = landed(connection, landing)
    no_table = "no table of the contract is called"
    formats = f"not one of the formats {', '.join(FORMATS)}"
    assert {ignored.path: ignored.why for ignored in report.ignored} == {
        "ordres.csv": f"{no_table} ordres: did you mean orders?",
        "Customers/": f"{no_table} Customers: did you mean customers?",
        "backup/": f"{no_table} backup",
        "orders.2025.csv": f"{no_table} orders.2025: did you mean orders?",
        "orders.xls": formats,
        "orders/notes.txt": formats,
        "orders/pipe.csv": "not a regular file",
        "orders/loop/": "a link back to a folder above it",
    }
    assert len(orders(connection)) == 1


def test_a_table_may_be_a_link_to_a_folder(
    connection: duckdb.DuckDBPyConnection, landing: Path, tmp_path: Path
) -> None:
    put(landing / "_elsewhere", "deep/a.csv", ONE_ORDER)
    (landing / "orders").symlink_to(landing / "_elsewhere")
    landed(connection, landing)
    assert files(connection, "file_path") == [("orders/deep/a.csv",)]


# --- the connection and the reader's wait


def test_rows_keep_the_order_of_the_file_whatever_the_connection_says(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set threads = 4")
    put_parquet(
        landing,
        "orders.parquet",
        "select i as order_id, 'd' as ordered_at, 1 as gross_amount"
        " from range(300000) as rows (i)",
    )
    landed(connection, landing)
    wrong = connection.execute(
        "select count(*) from raw.orders where order_id <> record_number - 1"
    )
    assert wrong.fetchone() == (0,)


def test_progress_ends_with_all_bytes(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders.csv", ONE_ORDER)
    put(landing, "customers.csv", "customer_id\n1\n")
    calls: list[tuple[str, int, int]] = []
    landed(connection, landing, progress=lambda *call: calls.append(call))
    assert [path for path, _, _ in calls] == ["customers.csv", "orders.csv"] * 2
    done = [done for _, done, _ in calls]
    assert done == sorted(done) and done[-1] == calls[-1][2] == 2 * (
        len(ONE_ORDER) + 14
    )


# --- the order of files


def order_of_files(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Paths and the first cell of their content, as file order has the orders."""
    return connection.execute(
        "select file_path, min(order_id) from raw.landing_files"
        " join raw.orders using (landing_file_id)"
        " group by file_path, landing_file_id, file_order order by file_order"
    ).fetchall()


def test_files_are_in_the_natural_order_of_their_paths(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    in_order = [
        "orders.csv",
        "orders/2024/9.csv",
        "orders/2024/10.csv",
        "orders/2024-b/1.csv",
        "orders/d2024-02-01.csv",
        "orders/d2024-02-02T235959.csv",
        "orders/Dump.csv",
        "orders/dump (2).csv",
        "orders/dump (10).csv",
        "orders/dump_1.csv",
        "orders/x_01.csv",
        "orders/x_1.csv",
    ]
    shuffled = random.Random(7).sample(in_order, len(in_order))
    for night, path in enumerate(shuffled):
        put(landing, path, HEADER + f"{path},2026-01-01,1,\n".encode())
        landed(connection, landing, NOW + timedelta(days=night))
    assert [path for path, _ in order_of_files(connection)] == in_order
    # dense from 1, for each table anew
    put(landing, "customers.csv", "customer_id\n1\n")
    landed(connection, landing)
    assert files(connection, "table_name, file_order")[0] == ("customers", 1)
    assert sorted(files(connection, "file_order"))[1:] == [
        (number,) for number in range(1, len(in_order) + 1)
    ]


def test_contents_of_one_path_are_in_the_order_in_which_they_came(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    for night, name in enumerate(("b", "c", "a", "b")):
        put(landing, "orders/1.csv", HEADER + f"{name},2026-01-01,1,\n".encode())
        put(landing, "orders/2.csv", ONE_ORDER)
        landed(connection, landing, NOW + timedelta(days=night))
    assert order_of_files(connection) == [
        ("orders/1.csv", "c"),
        ("orders/1.csv", "a"),
        ("orders/1.csv", "b"),  # it came back
        ("orders/2.csv", "1"),
    ]


def test_files_that_landed_before_there_was_an_order_get_theirs(
    connection: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    put(landing, "orders/2.csv", ONE_ORDER)
    put(landing, "orders/10.csv", HEADER + b"2,2026-01-01,1,\n")
    landed(connection, landing)
    connection.execute("alter table raw.landing_files drop column file_order")
    landed(connection, landing)
    assert files(connection, "file_path, file_order") == [
        ("orders/10.csv", 2),
        ("orders/2.csv", 1),
    ]


# --- the command


@pytest.fixture
def command(
    landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], int]:
    monkeypatch.setenv("CUSTOMER360_LANDING", str(landing))
    monkeypatch.setenv("CUSTOMER360_BUILD_DIR", str(tmp_path / "build" / "dev"))
    return land_command.main


REAL_ORDERS = b"order_id,ordered_at,status,gross_amount,shelf\n1,d,paid,2,x\n2,d\n"


def test_the_command_lands_and_tells_what_it_did(
    command: Callable[[], int],
    landing: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(landing, "orders.csv", REAL_ORDERS)
    put(landing, "ordres.csv", "x")
    assert command() == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ["orders", "1", "files", "2", "rows", "1", "unreadable"]
    assert said[1:] == [
        "loaded 1 files; 0 were known",
        "orders.csv: columns not loaded: shelf",
        "ordres.csv: ignored, no table of the contract is called ordres:"
        " did you mean orders?",
    ]
    with duckdb.connect(str(tmp_path / "build" / "dev" / "state.duckdb")) as state:
        assert state.execute("select count(*) from raw.orders").fetchone() == (1,)


def test_the_command_tells_a_problem_without_a_traceback(
    command: Callable[[], int], landing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(landing)
    assert command() == 1
    said = capsys.readouterr()
    assert "does not exist" in said.err and "Traceback" not in said.err
    assert said.out == ""
