"""CSV of other countries is read where formats.yml says how, and told where not."""

from pathlib import Path

import pytest

from orchestration.landing.formats import lines_for
from tests.support.raw_landings import ONE_ORDER, ORDERS, Landing

GERMAN = (
    "order_id;customer_id;ordered_at;status;gross_amount;channel\n"
    "1;7;31.01.2026 14:05;paid;1.234,50;Märkte\n"
    "2;7;01.02.2026;paid;10;\n"
    "3;8;28.2.2026 9:05:30;paid;0,99;x;y\n"
)
SAYS_GERMAN = """
"orders/*.csv":
  delimiter: ";"
  decimal: ","
  thousands: "."
  encoding: windows-1252
  date_format: DD.MM.YYYY
"""


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def test_what_is_declared_is_read(landing: Landing) -> None:
    landing.put("formats.yml", SAYS_GERMAN)
    landing.put("orders/shop/de.csv", GERMAN.encode("windows-1252"))
    landing.put("orders/shop/zz.csv.gz", ONE_ORDER)
    report = landing.land()
    columns = ("order_id", "ordered_at", "gross_amount", "channel")
    assert landing.rows("orders", *columns) == [
        ("1", "2026-01-31T14:05:00", "1234.50", "Märkte"),
        ("2", "2026-02-01", "10", None),
        ("1", "2026-01-01", "10.50", None),
    ]
    assert landing.rejects() == [(4, "7 values where the header has 6")]
    assert report.ignored == ()


@pytest.mark.parametrize(
    ("declared", "value", "landed"),
    [
        ("decimal: ','", "10,5", "10.5"),
        ("decimal: ','", ",5", ".5"),
        ("decimal: ','", "-1234,5", "-1234.5"),
        ("decimal: ','", "10", "10"),
        ("decimal: ','", "ten", "ten"),
        ("decimal: ','", "10.50", "10.50 (decimal: ,)"),
        ("decimal: ','", "1.234", "1.234 (decimal: ,)"),
        ("decimal: ','", "1.234,50", "1.234,50"),
        ("decimal: ',', thousands: '.'", "1.234", "1234"),
        ("decimal: ',', thousands: '.'", "1.234.567,8", "1234567.8"),
        ("decimal: ',', thousands: '.'", "10.50", "10.50 (decimal: ,)"),
        ("decimal: ',', thousands: '.'", "1.23.456", "1.23.456"),
        ("thousands: ','", "1,234.50", "1234.50"),
        ("thousands: ','", "12,34", "12,34"),
        ("thousands: ','", "1234.5", "1234.5"),
        ('thousands: "\'"', "1'234.5", "1234.5"),
    ],
)
def test_numbers_as_they_are_declared(
    landing: Landing, declared: str, value: str, landed: str
) -> None:
    landing.put("formats.yml", f'"*": {{{declared}}}')
    landing.put("orders.csv", f'{ORDERS}\n1,7,2026-01-01,paid,"{value}"\n')
    landing.land()
    assert landing.column("orders", "gross_amount") == [landed]


@pytest.mark.parametrize(
    ("declared", "value", "landed"),
    [
        ("DD/MM/YYYY", "31/01/2026", "2026-01-31"),
        ("DD/MM/YYYY", "1/2/2026", "2026-02-01"),
        ("DD/MM/YYYY", " 01/02/2026 ", "2026-02-01"),
        ("MM/DD/YYYY", "1/2/2026", "2026-01-02"),
        ("DD/MM/YYYY", "01/31/2026", "01/31/2026"),
        ("DD/MM/YYYY", "31/02/2026", "31/02/2026"),
        ("DD/MM/YYYY", "2026-01-31", "2026-01-31"),
        ("DD/MM/YYYY", "31.01.2026", "31.01.2026"),
        ("DD/MM/YYYY", "31/01/26", "31/01/26"),
        ("DD.MM.YYYY", "31.1.2026 8:05", "2026-01-31T08:05:00"),
        ("DD.MM.YYYY", "31.01.2026 08:05:07.5+02:00", "2026-01-31T08:05:07.5+02:00"),
        ("DD.MM.YYYY", "31.01.2026T23:05Z", "2026-01-31T23:05:00Z"),
        ("DD.MM.YYYY", "31.01.2026 8 Uhr", "31.01.2026 8 Uhr"),
        ("YYYY/MM/DD", "2026/1/31", "2026-01-31"),
        ("YYYYMMDD", "20260131", "2026-01-31"),
        ("YYYYMMDD", "2026131", "2026131"),
        ("YYYY-DD-MM", "2026-01-02", "2026-02-01"),
    ],
)
def test_days_as_they_are_declared(
    landing: Landing, declared: str, value: str, landed: str
) -> None:
    landing.put("formats.yml", f'"orders.*": {{date_format: {declared}}}')
    landing.put("orders.csv", f"{ORDERS}\n1,7,{value},paid,1\n")
    landing.land()
    assert landing.column("orders", "ordered_at") == [landed]
    assert landing.column("orders", "order_id") == ["1"]


def test_formats_hold_for_text_and_not_for_typed_values(landing: Landing) -> None:
    landing.put("formats.yml", '"*": {decimal: ",", date_format: DD/MM/YYYY}')
    landing.put_parquet(
        "orders/a.parquet",
        "select 1 as order_id, date '2026-02-01' as ordered_at, 'paid' as status,"
        " 10.5 as gross_amount, '10,5' as tax_amount, '03/02/2026' as delivered_at",
    )
    landing.put(
        "orders/b.jsonl",
        '{"order_id": "1,5", "ordered_at": "01/02/2026", "status": "paid",'
        ' "gross_amount": 10.5, "tax_amount": "10,5", "delivered_at": "03/02/2026"}',
    )
    landing.land()
    columns = ("ordered_at", "gross_amount", "tax_amount", "delivered_at")
    expected = ("2026-02-01", "10.5", "10.5", "2026-02-03")
    assert landing.rows("orders", *columns) == [expected, expected]
    assert landing.column("orders", "order_id") == ["1", "1,5"]


def test_bytes_that_do_not_belong_to_the_encoding_are_unreadable(
    landing: Landing,
) -> None:
    landing.put("formats.yml", '"*": {encoding: windows-1252}')
    rows = (
        b"1,7,2026-01-01,paid,1\n2,\x81,2026-01-01,paid,1\n3,\xe9,2026-01-01,paid,1\n"
    )
    landing.put("orders.csv", f"{ORDERS}\n".encode() + rows)
    landing.land()
    assert landing.column("orders", "customer_id") == ["7", "é"]
    assert landing.rejects() == [(3, "not UTF-8: byte 0x81")]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "shift_jis", "utf-8-sig"])
def test_any_declared_encoding_is_read(landing: Landing, encoding: str) -> None:
    landing.put("formats.yml", f'"orders.csv": {{encoding: {encoding}}}')
    text = ONE_ORDER.replace("7", "東京").replace("\n", "\r\n")
    landing.put("orders.csv", text.encode(encoding))
    landing.land()
    assert landing.column("orders", "customer_id") == ["東京"]


# --- formats.yml itself


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            '"*": {delimeter: ";"}',
            "*: delimeter is no option. Known are delimiter, dec",
        ),
        ('"*": {delimiter: ";;"}', "*: delimiter is ';;'; expected one character"),
        ('"*": {decimal: ";"}', 'decimal is \';\'; expected "." or ","'),
        ('"*": {decimal: ",", thousands: ","}', "decimal and thousands are both ','"),
        ('"*": {encoding: windows-1253x}', "encoding is 'windows-1253x'; expected the"),
        ('"*": {encoding: base64}', "encoding is 'base64'"),
        (
            '"*": {date_format: DD/MM/YY}',
            "date_format is 'DD/MM/YY'; expected an order",
        ),
        ('"*": {date_format: DD/MM}', "date_format is 'DD/MM'"),
        ('"*": {date_format: 20260131}', "date_format is 20260131"),
        ('"*": ";"', "*: says nothing of delimiter, decimal"),
        ("- a", "is no mapping of patterns. Expected a pattern"),
        ('"*": {', "cannot be read as YAML in line"),
        ('"a\x1b*": {}', "formats.yml"),
    ],
)
def test_a_wrong_formats_file_is_told(
    landing: Landing, content: str, told: str
) -> None:
    landing.put("formats.yml", content)
    landing.put("orders.csv", ONE_ORDER)
    said = landing.refused()
    assert said.startswith("formats.yml: ")
    assert told in said
    assert "\x1b" not in said


def test_patterns_that_decide_nothing_are_reported(landing: Landing) -> None:
    landing.put(
        "formats.yml",
        '"orders.csv": {decimal: "."}\n"ordres/*": {decimal: ","}\n'
        '"ord*": {decimal: ","}\n',
    )
    landing.put("orders.csv", ONE_ORDER)
    report = landing.land()
    assert [(one.path, one.why) for one in report.ignored] == [
        (
            "formats.yml",
            f"its pattern {pattern} fits no file, or only files that a pattern above "
            "it fits",
        )
        for pattern in ("ordres/*", "ord*")
    ]


def test_an_empty_formats_file_says_nothing(landing: Landing) -> None:
    landing.put("formats.yml", "# later\n")
    landing.put("orders.csv", ONE_ORDER)
    assert landing.land().ignored == ()


def test_what_is_said_anew_is_read_anew_and_the_old_reading_forgotten(
    landing: Landing,
) -> None:
    landing.put("orders.csv", f"{ORDERS}\n1,7,03/04/2026,paid,1\nbad\n")
    landing.put("orders/other.csv", ONE_ORDER)
    landing.land()
    assert landing.column("orders", "ordered_at") == ["03/04/2026", "2026-01-01"]
    landing.put("formats.yml", '"orders.csv": {date_format: DD/MM/YYYY}')
    report = landing.land()
    assert [file.file_path for file in report.loaded] == ["orders.csv"]
    assert landing.column("orders", "ordered_at") == ["2026-04-03", "2026-01-01"]
    landing.put("formats.yml", '"orders.csv": {date_format: MM/DD/YYYY}')
    landing.land()
    assert landing.column("orders", "ordered_at") == ["2026-03-04", "2026-01-01"]
    assert landing.land().loaded == ()
    assert landing.files("file_path", "is_current") == [
        ("orders.csv", True),
        ("orders/other.csv", True),
    ]
    assert len(landing.rejects()) == 1
    count = landing.connection.execute("select count(*) from raw.orders").fetchone()
    assert count == (2,)


# --- what a file looks like


def rows_of(day: str, amount: str, *, delimiter: str = ",", count: int = 3) -> str:
    lines = [f"{n},7,{day},paid,{amount}".split(",", 4) for n in range(count)]
    text = "\n".join(delimiter.join(line) for line in [ORDERS.split(","), *lines])
    return text + "\n"


LOOKS: dict[str, tuple[bytes, str, dict[str, str]]] = {
    "semicolons": (
        rows_of("2026-01-01", "1", delimiter=";").encode(),
        "The file looks separated by semicolons.",
        {"delimiter": ";"},
    ),
    "tabs and UTF-8": (
        rows_of("2026-01-01", "1", delimiter="\t").encode(),
        "separated by tabs",
        {"delimiter": "\t"},
    ),
    "all at once": (
        GERMAN.encode("windows-1252"),
        "in an encoding that is not UTF-8, separated by semicolons, written with "
        "decimal commas and to have days as DD.MM.YYYY",
        {
            "delimiter": ";",
            "decimal": ",",
            "thousands": ".",
            "encoding": "windows-1252",
            "date_format": "DD.MM.YYYY",
        },
    ),
    "days with their day first": (
        rows_of("31/01/2026", "1").encode(),
        "days as DD/MM/YYYY",
        {"date_format": "DD/MM/YYYY"},
    ),
    "days with their month first": (
        rows_of("1/31/2026 10:00", "1").encode(),
        "days as MM/DD/YYYY",
        {"date_format": "MM/DD/YYYY"},
    ),
    "days that may be either": (
        rows_of("01/02/2026", "1").encode(),
        "whichever it is",
        {"date_format": "DD/MM/YYYY or MM/DD/YYYY, whichever it is"},
    ),
    "days by year": (
        rows_of("2026/1/31", "1").encode(),
        "days as YYYY/MM/DD",
        {"date_format": "YYYY/MM/DD"},
    ),
    "decimal commas in quotes": (
        rows_of("2026-01-01", '"10,50"').encode(),
        "written with decimal commas",
        {"decimal": ","},
    ),
    "commas between thousands": (
        rows_of("2026-01-01", '"1,234.50"').encode(),
        "written with commas between thousands",
        {"thousands": ","},
    ),
    "a header in Windows-1252": (
        f"{ORDERS},größe\n1,7,2026-01-01,paid,1,2\n".encode("windows-1252"),
        "in an encoding that is not UTF-8",
        {"encoding": "windows-1252"},
    ),
    "many rows in Windows-1252": (
        rows_of("2026-01-01", "1", count=2000)
        .replace(",7,", ",é,")
        .encode("windows-1252"),
        "in an encoding that is not UTF-8",
        {"encoding": "windows-1252"},
    ),
}


@pytest.mark.parametrize("kind", LOOKS)
def test_a_file_that_is_written_otherwise_is_told_with_the_lines_to_put(
    landing: Landing, kind: str
) -> None:
    content, told, options = LOOKS[kind]
    landing.put("orders/a.csv", content)
    said = landing.refused()
    assert said.startswith("orders/a.csv: ")
    assert told in said
    lines = lines_for("orders/a.csv", options)
    assert said.endswith(f"in the landing folder:\n{lines}")
    if "whichever" not in told:
        landing.put("formats.yml", lines)
        landing.land()
        assert landing.column("orders", "order_id")


def test_single_odd_values_are_no_other_way_of_writing(landing: Landing) -> None:
    landing.put(
        "orders/a.csv",
        f'{ORDERS}\n1,7,2026-01-01,paid,"10,5"\n2,7,01/02/2026,paid,1\n'
        "3,7,2026-01-01,paid,1.5\n",
    )
    landing.put("orders/b.csv", f'{ORDERS}\n4,7,01/02/2026,paid,"1,5"\n')
    landing.put(
        "orders/c.csv", f"{ORDERS}\n".encode() + b"5,\xe9,d,paid,1\n6,7,d,x,1\n"
    )
    report = landing.land()
    assert landing.column("orders", "order_id") == ["1", "2", "3", "4", "6"]
    assert landing.rejects() == [(2, "not UTF-8: byte 0xe9")]
    [note] = [note for file in report.loaded for note in file.notes]
    assert note.startswith("1 records are not UTF-8 and unreadable.")
    assert note.endswith('"orders/c.csv":\n  encoding: "windows-1252"')
