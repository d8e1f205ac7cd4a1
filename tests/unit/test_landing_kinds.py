"""The first bytes of a file say what it is, not its name."""

import gzip
import io
import re
import tarfile
import tempfile
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.support.raw_landings import ONE_ORDER, ORDERS, Landing

JSON_ORDER = (
    '{"order_id": "1", "ordered_at": "2026-01-01", "status": "paid", '
    '"gross_amount": 10.5}'
)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.csv", gzip.compress(ONE_ORDER.encode(), mtime=0)),
        ("orders.csv.gz", ONE_ORDER.encode()),
        ("orders.jsonl", gzip.compress(JSON_ORDER.encode(), mtime=0)),
        ("orders.jsonl.gz", gzip.compress(JSON_ORDER.encode(), mtime=0)),
        ("orders/a.JSONL.GZ", JSON_ORDER.encode()),
    ],
    ids=["packed csv", "plain csv", "packed jsonl", "jsonl.gz", "plain jsonl"],
)
def test_gzip_is_read_whatever_its_name(
    landing: Landing, name: str, content: bytes
) -> None:
    landing.put(name, content)
    landing.land()
    assert landing.column("orders", "order_id") == ["1"]


def test_packed_parquet_is_unpacked(landing: Landing, tmp_path: Path) -> None:
    path = landing.put_parquet(
        "orders.parquet",
        "select 1 as order_id, '2026-01-01' as ordered_at, 'paid' as status,"
        " 10.5 as gross_amount",
    )
    path.write_bytes(gzip.compress(path.read_bytes()))
    landing.land()
    assert landing.column("orders", "order_id") == ["1"]


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, ONE_ORDER)
    return packed.getvalue()


def tarred() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("orders.csv")
        member.size = len(ONE_ORDER)
        archive.addfile(member, io.BytesIO(ONE_ORDER.encode()))
    return packed.getvalue()


def parquet() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        duckdb.execute(f"copy (select 1 as a) to '{path}' (format parquet)")
        return path.read_bytes()


WIDE = ONE_ORDER * 20
KINDS: dict[str, tuple[str, bytes, str]] = {
    "zip": ("orders.csv", zipped("orders.csv"), "a zip archive, not CSV. Unpack it"),
    "xlsx": ("orders.csv", zipped("xl/workbook.xml"), "an Excel workbook, not CSV"),
    "xlsb": ("orders.xlsx", zipped("xl/workbook.bin"), "xlsb.*Save it as xlsx"),
    "damaged zip": ("orders.csv", zipped("a")[:40], "a damaged zip archive"),
    "old Excel": (
        "orders.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "an old Excel workbook .xls., or one with a password",
    ),
    "HTML": (
        "orders.csv",
        b"\n <!DOCTYPE html><html><body>Sign in</body></html>",
        "an HTML page, not CSV.*fetch it again",
    ),
    "XML": ("orders.csv", b'<?xml version="1.0"?><orders/>', "is XML, not CSV"),
    "UTF-16": ("orders.csv", WIDE.encode("utf-16"), "UTF-16 text.*Save it as UTF-8"),
    "UTF-16 bare": ("orders.csv", WIDE.encode("utf-16-le"), "UTF-16 text"),
    "UTF-16 big": ("orders.jsonl", WIDE.encode("utf-16-be"), "UTF-16 text"),
    "UTF-32": ("orders.csv", WIDE.encode("utf-32"), "UTF-32 text"),
    "UTF-32 bare": ("orders.csv", WIDE.encode("utf-32-le"), "UTF-32 text"),
    "JSON array": (
        "orders.jsonl",
        f"[{JSON_ORDER}]".encode(),
        r"one JSON array. Write one object a line \(JSON Lines\)",
    ),
    "JSON array by line": (
        "orders.jsonl",
        f"[\n{JSON_ORDER},\n{JSON_ORDER}\n]".encode(),
        "one JSON array. Write one object a line",
    ),
    "pretty JSON": (
        "orders.jsonl",
        JSON_ORDER.replace("{", "{\n  ").replace(", ", ",\n  ").encode(),
        r"goes over several lines. Write one object a line \(JSON Lines\)",
    ),
    "JSON document": (
        "orders.jsonl",
        b'{"orders": [\n' + JSON_ORDER.encode() + b",\n]}",
        "no line of the file is a JSON object by itself. Write one object a line",
    ),
    "CSV as JSON": ("orders.jsonl", ONE_ORDER.encode(), "If it is CSV, name it .csv"),
    "JSON as CSV": ("orders.csv", JSON_ORDER.encode(), "is JSON, not CSV"),
    "Parquet as CSV": ("orders.csv", parquet(), "is Parquet, not CSV. Name it .parq"),
    "CSV as Parquet": ("orders.parquet", ONE_ORDER.encode(), "is not Parquet"),
    "CSV as Excel": ("orders.xlsx", ONE_ORDER.encode(), "is not an Excel workbook"),
    "tar within gzip": ("orders.csv.gz", tarred(), "a tar archive within gzip"),
    "gzip twice": (
        "orders.csv.gz",
        gzip.compress(gzip.compress(ONE_ORDER.encode())),
        "gzip within gzip. Unpack it once",
    ),
    "zstd": ("orders.csv", b"\x28\xb5\x2f\xfd" + bytes(20), "packed with zstd"),
    "PDF": ("orders.csv", b"%PDF-1.7\n", "a PDF"),
    "a line for Excel": (
        "orders.csv",
        f"sep=,\n{ONE_ORDER}".encode(),
        "meant for Excel only: take it away",
    ),
    "a title above the header": (
        "orders.csv",
        f"Orders of January\n\n{ONE_ORDER}".encode(),
        "Line 3 seems to name the columns",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_what_its_name_says_is_told(landing: Landing, kind: str) -> None:
    name, content, told = KINDS[kind]
    landing.put("orders/good.csv", ONE_ORDER)
    path = landing.put(name, content)
    said = landing.refused()
    assert said.startswith(f"{name}: ")
    assert re.search(told, said), said
    assert landing.connection.execute("select * from duckdb_tables()").fetchall() == []
    assert path.read_bytes() == content


def test_text_that_only_looks_odd_is_read(landing: Landing) -> None:
    landing.put("orders.csv", f"\ufeff{ORDERS}\n1,[x],2026-01-01,<b>,1\n")
    landing.put("orders/wide.csv", f"{ORDERS}\n2,{'名' * 99},2026-01-01,paid,1\n")
    landing.put("customers.jsonl", '{ "customer_id": "1", "created_at": "2026-01-01"}')
    landing.land()
    assert landing.column("orders", "order_id") == ["1", "2"]
    assert landing.column("customers", "customer_id") == ["1"]
