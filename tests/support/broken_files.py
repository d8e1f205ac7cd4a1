"""Files that must be refused as a whole, and records that are none of their format.

Belongs here: what to do to a sound landing folder, and what must be said of it then.
Rows that are refused for what they say are in `broken_rows`. A fault changes the folder
of `sound_folder`, whose orders are in `orders.csv` unless it says otherwise.
"""

import gzip
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from openpyxl import Workbook

from orchestration.landing.first_bytes import _KINDS

HEADER = "order_id,customer_id,ordered_at,status,gross_amount,currency_code,channel"
ROWS = (
    "o1,c1,2025-01-01,paid,10.50,EUR,web",
    "o2,c2,2025-01-02,paid,20.00,EUR,store",
    "o3,c1,2025-01-13,shipped,30.25,EUR,web",
)
SOUND_CSV = "\n".join([HEADER, *ROWS, ""])
SOUND_JSON = (
    '{"order_id": "o1", "ordered_at": "2025-01-01", "status": "paid",'
    ' "gross_amount": 10.5}'
)
SOUND_SELECT = (
    "select 'o1' as order_id, date '2025-01-01' as ordered_at, 'paid' as status,"
    " 10.5 as gross_amount"
)

Change = Callable[[Path], object]


@dataclass(frozen=True)
class BrokenFile:
    """What is done to a sound folder, and words that the refusal must hold.

    `file` is named in it; '' where no file is at fault. Words are those of the place,
    the value, and what to do. `is_first`: what landed before would be enough.
    """

    name: str
    change: Change
    says: tuple[str, ...]
    file: str = "orders.csv"
    is_first: bool = False


@dataclass(frozen=True)
class BrokenRecord:
    """A file of two readable records and others: their numbers, words of the reason.

    `change` writes the file into the folder.
    """

    name: str
    change: Change
    numbers: tuple[int, ...]
    says: str


def sound_folder(folder: Path) -> Path:
    """A folder that can be landed."""
    folder.mkdir(parents=True)
    (folder / "orders.csv").write_text(SOUND_CSV)
    return folder


def broken_files() -> tuple[BrokenFile, ...]:
    """Every kind of fault for which a file, or all of the folder, is refused."""
    return (
        *_columns(),
        *_folders(),
        *_texts(),
        *_first_bytes(),
        *_packed(),
        *_typed(),
        *_workbooks(),
        *_formats(),
        *_whole_folders(),
    )


def broken_records() -> tuple[BrokenRecord, ...]:
    """Every kind of record that is none of its format."""
    return (*_csv_records(), *_json_records(), *_parquet_records(), *_xlsx_records())


def _csv(old: str, new: str) -> Change:
    """Put other words into the sound orders."""

    def change(folder: Path) -> None:
        text = SOUND_CSV.replace(old, new)
        assert text != SOUND_CSV
        (folder / "orders.csv").write_text(text)

    return change


def _put(name: str, content: bytes | str) -> Change:
    """Put a file into the folder, instead of the sound orders if it brings orders."""
    data = content.encode() if isinstance(content, str) else content

    def change(folder: Path) -> None:
        if name.startswith("orders"):
            (folder / "orders.csv").unlink()
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return change


def _put_parquet(name: str, select: str) -> Change:
    def change(folder: Path) -> None:
        if name.startswith("orders"):
            (folder / "orders.csv").unlink()
        duckdb.execute(f"copy ({select}) to '{folder / name}' (format parquet)")

    return change


def _put_workbook(fill: Callable[[Workbook], object]) -> Change:
    def change(folder: Path) -> None:
        (folder / "orders.csv").unlink()
        book = Workbook()
        fill(book)
        book.save(folder / "orders.xlsx")

    return change


def _columns() -> tuple[BrokenFile, ...]:
    return (
        BrokenFile(
            "a required column is not there",
            _csv("ordered_at", "day_of_order"),
            ("ordered_at", "The file has", "day_of_order", "rename"),
        ),
        BrokenFile(
            "a column that decides is nearly named",
            _csv("currency_code", "currency"),
            ("currency (is it currency_code?)", "Rename", "ACCEPTED_UNKNOWN_COLUMNS"),
        ),
        BrokenFile(
            "a column that decides is nearly named in another case",
            _csv("customer_id", "customerId"),
            ("customerId (is it customer_id?)", "Rename"),
        ),
        BrokenFile(
            "two columns of one name",
            _csv("channel", " STATUS "),
            ("status", "Rename or drop one"),
        ),
        BrokenFile(
            "rows without a header",
            _csv(HEADER + "\n", ""),
            ("order_id", "does its first line name the columns?"),
        ),
    )


def _folders() -> tuple[BrokenFile, ...]:
    def given(path: str, words: tuple[str, ...], rows: str = SOUND_CSV) -> BrokenFile:
        return BrokenFile(f"the folder {path}", _put(path, rows), words, path)

    plain = "order_id,ordered_at,status,gross_amount\no1,2025-01-01,paid,1\n"
    return (
        given(
            "customers/email=a%40example.org/a.csv",
            ("email", "personal", "rename the folder"),
            "customer_id,created_at\nc1,2025-01-01\n",
        ),
        given(
            "orders/channel=web/channel=store/a.csv",
            ("channel", "two values", "Leave one"),
            plain,
        ),
        given("orders/channel=%FF/a.csv", ("channel", "not UTF-8", "Rename"), plain),
    )


def _texts() -> tuple[BrokenFile, ...]:
    semicolons = SOUND_CSV.replace(",", ";")
    commas = SOUND_CSV.replace("10.50", '"10,50"').replace("20.00", '"20,00"')
    commas = commas.replace("30.25", '"30,25"')
    days = SOUND_CSV.replace("2025-01-01", "01.01.2025").replace(
        "2025-01-13", "13.01.2025"
    )
    days = days.replace("2025-01-02", "02.01.2025")
    return (
        BrokenFile("an empty file", _put("orders.csv", ""), ("empty", "deliver it")),
        BrokenFile(
            "a byte order mark alone", _put("orders.csv", b"\xef\xbb\xbf"), ("empty",)
        ),
        BrokenFile(
            "lines without anything",
            _put("orders.csv", "\n\n\n"),
            ("no header row", "first line names the columns"),
        ),
        BrokenFile(
            "a header alone",
            _put("orders.csv", HEADER + "\n"),
            ("orders has no readable row", "Deliver it with rows"),
            "",
        ),
        BrokenFile(
            "a header with a broken quote",
            _put("orders.csv", SOUND_CSV.replace("status", '"sta"tus')),
            ("header cannot be read", "quotation marks"),
        ),
        BrokenFile(
            "a header that is not UTF-8",
            _put("orders.csv", SOUND_CSV.replace("channel", "kanäle").encode("cp1252")),
            ("header is not UTF-8", "Save the file as UTF-8"),
        ),
        BrokenFile(
            "a header that is no text",
            _put("orders.csv", SOUND_CSV.replace("channel", "chan\0nel")),
            ("header is no text", "UTF-8"),
        ),
        BrokenFile(
            "semicolons between values",
            _put("orders.csv", semicolons),
            ("formats.yml", 'delimiter: ";"'),
        ),
        BrokenFile(
            "decimal commas",
            _put("orders.csv", commas),
            ("formats.yml", 'decimal: ","'),
        ),
        BrokenFile(
            "days with the year last",
            _put("orders.csv", days),
            ("formats.yml", 'date_format: "DD.MM.YYYY"'),
        ),
        BrokenFile(
            "an array of JSON",
            _put("orders.jsonl", f"[{SOUND_JSON}]\n"),
            ("one JSON array", "one object a line"),
            "orders.jsonl",
        ),
        BrokenFile(
            "an object over several lines",
            _put("orders.jsonl", SOUND_JSON.replace("{", "{\n").replace(", ", ",\n")),
            ("several lines", "one object a line"),
            "orders.jsonl",
        ),
        BrokenFile(
            "objects that are cut by lines",
            _put("orders.jsonl", SOUND_JSON.replace(", ", ",\n") + "\n"),
            ("no line of the file is a JSON object by itself", "one object a line"),
            "orders.jsonl",
        ),
        BrokenFile(
            "CSV that is called JSON",
            _put("orders.jsonl", SOUND_CSV),
            ("no line of the file is a JSON object", "name it .csv"),
            "orders.jsonl",
        ),
        BrokenFile(
            "JSON that is called CSV",
            _put("orders.csv", SOUND_JSON + "\n"),
            ("the file is JSON, not CSV", "name it .jsonl"),
        ),
    )


def _first_bytes() -> tuple[BrokenFile, ...]:
    """All kinds that are told by their first bytes, and some that are told by more."""
    found = [
        BrokenFile(
            f"{what} ({number})",
            _put("orders.csv", b" " * place + magic + b"\0" * 300),
            (what, "not CSV", to_do),
        )
        for number, (place, magic, what, to_do) in enumerate(_KINDS)
    ]
    texts = (
        ("an HTML page", b"<!doctype html><html><body>Sign in</body></html>", "fetch"),
        ("XML", b"<?xml version='1.0'?><orders></orders>", "Export the table"),
        ("UTF-16 text", SOUND_CSV.encode("utf-16"), "Save it as UTF-8"),
        ("UTF-32 text", SOUND_CSV.encode("utf-32"), "Save it as UTF-8"),
        ("a damaged zip archive", b"PK\x03\x04" + b"\0" * 99, "Deliver it again"),
    )
    for what, content, to_do in texts:
        found.append(BrokenFile(what, _put("orders.csv", content), (what, to_do)))
    archives = (
        ("a zip archive", "orders.csv", "Unpack it"),
        ("a binary Excel workbook", "xl/workbook.bin", "Save it as xlsx"),
        ("an Excel workbook", "xl/workbook.xml", "Name it .xlsx"),
    )
    for what, member, to_do in archives:
        found.append(BrokenFile(what, _put_zip(member), (what, to_do)))
    found += [
        BrokenFile(
            "an OpenDocument file",
            _put_zip("mimetype", "content.xml"),
            ("an OpenDocument file", "Save it as xlsx or CSV"),
        ),
        BrokenFile(
            "text that is called Parquet",
            _put("orders.parquet", SOUND_CSV),
            ("not Parquet", "name it .csv"),
            "orders.parquet",
        ),
        BrokenFile(
            "gzip within gzip",
            _put("orders.csv.gz", gzip.compress(gzip.compress(SOUND_CSV.encode()))),
            ("gzip within gzip", "Unpack it once"),
            "orders.csv.gz",
        ),
        BrokenFile(
            "Parquet that ends after its first bytes",
            _put("orders.parquet", b"PAR1" + b"\0" * 99),
            ("cannot be read", "Deliver it again"),
            "orders.parquet",
        ),
    ]
    return tuple(found)


def _put_zip(*members: str) -> Change:
    def change(folder: Path) -> None:
        with zipfile.ZipFile(folder / "orders.csv", "w") as archive:
            for member in members:
                archive.writestr(member, SOUND_CSV)

    return change


def _packed() -> tuple[BrokenFile, ...]:
    whole = gzip.compress(SOUND_CSV.encode() * 400)
    return (
        BrokenFile(
            "gzip that ends too early",
            _put("orders.csv.gz", whole[: len(whole) // 2]),
            ("ends too early", "Deliver it again"),
            "orders.csv.gz",
        ),
        BrokenFile(
            "damaged gzip",
            _put("orders.csv.gz", whole[:-8] + b"\xff" * 8),
            ("not gzip, or a damaged one", "Deliver it again"),
            "orders.csv.gz",
        ),
    )


def _typed() -> tuple[BrokenFile, ...]:
    return (
        BrokenFile(
            "infinity",
            _put("orders.jsonl", SOUND_JSON.replace("10.5", "1e999") + "\n"),
            ("gross_amount", "infinity", "record 1", "Write the column as text"),
            "orders.jsonl",
        ),
        BrokenFile(
            "a whole number that a floating column does not hold",
            _put_parquet(
                "orders.parquet",
                SOUND_SELECT.replace("'o1'", "cast(9007199254740993 as double)"),
            ),
            ("order_id", "9007199254740992", "record 1", "Write the column as text"),
            "orders.parquet",
        ),
    )


def _workbooks() -> tuple[BrokenFile, ...]:
    header, row = HEADER.split(","), ["o1", "c1", "2025-01-01", "paid", 10.5, "EUR"]

    def filled(*rows: list[object]) -> Callable[[Workbook], object]:
        return lambda book: [book.active.append(row) for row in rows]

    def merged(book: Workbook) -> None:
        filled(header, row, row)(book)
        book.active.merge_cells("A2:A3")

    def told(name: str, fill: Callable[[Workbook], object], *says: str) -> BrokenFile:
        return BrokenFile(name, _put_workbook(fill), says, "orders.xlsx")

    def damaged(folder: Path) -> None:
        _put_zip("xl/workbook.xml")(folder)
        (folder / "orders.csv").rename(folder / "orders.xlsx")

    def without_relations(folder: Path) -> None:
        _put_workbook(filled(header, row))(folder)
        whole, cut = folder / "orders.xlsx", folder / "_cut.xlsx"
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(cut, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "xl/workbook.xml":
                    content = content.replace(b"<sheet ", b"<sheet  hidden='' ")
                    content = content.replace(b' name="Sheet"', b" name='Sheet'")
                new.writestr(name, content)
        shutil.move(cut, whole)

    return (
        told("an empty sheet", filled(), "first sheet is empty", "Put the table there"),
        told("a sheet of blanks", filled([" "], [" "]), "empty"),
        told("merged cells", merged, "merged cells (A2:A3)", "Unmerge them"),
        told(
            "a title above the header",
            filled(["All orders"], header, row),
            "Row 2 seems to name the columns",
            "take away the rows above it",
        ),
        told(
            "an id that a spreadsheet cut",
            filled(header, [1234567890123456, *row[1:]]),
            "cell A2 (order_id)",
            "1234567890123456",
            "Format the column as text",
        ),
        BrokenFile(
            "a workbook that is none",
            damaged,
            ("workbook cannot be read", "save it again"),
            "orders.xlsx",
        ),
        BrokenFile(
            "a workbook whose sheets are not named",
            without_relations,
            ("workbook cannot be read", "save it again"),
            "orders.xlsx",
        ),
    )


def _formats() -> tuple[BrokenFile, ...]:
    def told(name: str, text: str, *says: str) -> BrokenFile:
        return BrokenFile(name, _put("formats.yml", text), says, "formats.yml")

    return (
        told("formats that are no YAML", "orders: [", "cannot be read as YAML"),
        told("formats that are a list", "- orders.csv\n", "no mapping of patterns"),
        told("formats that say nothing", "'*.csv': {}\n", "*.csv", "says nothing of"),
        told(
            "an option of formats that is none",
            "'*.csv': {separator: ';'}\n",
            "separator is no option",
            "Known are",
        ),
        told(
            "a delimiter of two characters",
            "'*.csv': {delimiter: '::'}\n",
            "delimiter is '::'",
            "expected one character",
        ),
        told(
            "an encoding that is none",
            "'*.csv': {encoding: utf-99}\n",
            "encoding is 'utf-99'",
            "expected the name of an encoding",
        ),
        told(
            "days without a year",
            "'*.csv': {date_format: DD/MM}\n",
            "date_format is 'DD/MM'",
            "expected an order of DD, MM and YYYY",
        ),
        told(
            "a mark that is both",
            "'*.csv': {decimal: ',', thousands: ','}\n",
            "decimal and thousands are both ','",
        ),
        BrokenFile(
            "a text of another encoding than declared",
            _all(
                _put("formats.yml", "'*.csv': {encoding: utf-16}\n"),
                _put("orders.csv", b"\xff\xfe" + SOUND_CSV.encode("utf-16-le") + b"x"),
            ),
            ("is not utf-16", "Say in formats.yml"),
        ),
    )


def _all(*changes: Change) -> Change:
    return lambda folder: [change(folder) for change in changes]


def _whole_folders() -> tuple[BrokenFile, ...]:
    def gone(folder: Path) -> None:
        shutil.rmtree(folder)

    def a_file(folder: Path) -> None:
        shutil.rmtree(folder)
        folder.write_text(SOUND_CSV)

    def emptied(folder: Path) -> None:
        (folder / "orders.csv").unlink()

    def renamed(folder: Path) -> None:
        (folder / "orders.csv").rename(folder / "ordes.csv")

    def without_orders(folder: Path) -> None:
        (folder / "orders.csv").rename(folder / "customers.csv")
        (folder / "customers.csv").write_text("customer_id,created_at\nc1,2025-01-01\n")

    return (
        BrokenFile("no folder", gone, ("does not exist", "CUSTOMER360_LANDING"), ""),
        BrokenFile("a file for a folder", a_file, ("is not a folder", "Set"), ""),
        BrokenFile("an empty folder", emptied, ("is empty", "Put at least"), ""),
        BrokenFile(
            "nothing of the contract", renamed, ("did you mean orders?",), "ordes.csv"
        ),
        BrokenFile(
            "no orders",
            without_orders,
            ("no file of orders", "Put orders.csv"),
            "",
            is_first=True,
        ),
    )


def _csv_records() -> tuple[BrokenRecord, ...]:
    first, second, _ = ROWS

    def record(name: str, line: bytes | str, says: str, last: str = "") -> BrokenRecord:
        data = line.encode() if isinstance(line, str) else line
        between = [HEADER.encode(), first.encode(), data, *([second.encode()])]
        if last:
            between = [HEADER.encode(), first.encode(), second.encode(), data]
        number = between.index(data) + 1
        content = b"\n".join([*between, b""])
        return BrokenRecord(name, _put("orders.csv", content), (number,), says)

    return (
        record("too few values", "o9,c9,2025-01-03", "3 values where the header has 7"),
        record("too many values", f"{first},x", "8 values where the header has 7"),
        record(
            "a quote amid a value", 'o9,"c"9,2025-01-03,paid,1,,', "quotation marks"
        ),
        record("a quote never closed", 'o9,"c9,', "never closed", last="last"),
        record("a carriage return", first.replace("c1", "c\r1"), "carriage return"),
        record("bytes of Windows", b"o9,\xe4,2025-01-03,paid,1,,", "byte 0xe4"),
        record("a record too long", f"{first}{'x' * 2**24}", "the record is longer"),
        BrokenRecord(
            "a value in quotes too long",
            _put(
                "orders.csv",
                "\n".join(
                    [HEADER, first, second, 'o9,"' + "x" * 2**23, "x" * 2**23, '",', ""]
                ),
            ),
            (4, 5, 6),
            "a value in quotes is longer",
        ),
    )


def _json_records() -> tuple[BrokenRecord, ...]:
    listed = '{"customer_id": "c1", "created_at": "2025-01-01", "interests": ["tea"]}'

    def record(
        name: str, line: bytes | str, says: str, table: str = "orders"
    ) -> BrokenRecord:
        sound = SOUND_JSON if table == "orders" else listed
        data = line.encode() if isinstance(line, str) else line
        content = b"\n".join([sound.encode(), data, sound.encode(), b""])
        return BrokenRecord(name, _put(f"{table}.jsonl", content), (2,), says)

    return (
        record("a line that is not JSON", SOUND_JSON[:-1], "the line is not JSON"),
        record("a line that is no object", "[1]", "not a JSON object"),
        record(
            "a key twice", SOUND_JSON.replace("{", '{"status": 1, '), "has a key twice"
        ),
        record("a nested value", SOUND_JSON.replace("10.5", '{"a": 1}'), "is nested"),
        record(
            "a nested list",
            listed.replace('"tea"', '["tea"]'),
            "the list interests holds nested values",
            "customers",
        ),
        record(
            "a list with the mark between",
            listed.replace("tea", "tea;cups"),
            "a value in the list interests holds a ;",
            "customers",
        ),
        record(
            "a control character",
            SOUND_JSON.replace("o1", "o\x01"),
            "control character",
        ),
        record("JSON of Windows", SOUND_JSON.encode().replace(b"o1", b"\xe4"), "0xe4"),
    )


def _parquet_records() -> tuple[BrokenRecord, ...]:
    customer = "select 'c1' as customer_id, date '2025-01-01' as created_at"

    def record(
        name: str, sound: str, broken: str, says: str, table: str = "orders"
    ) -> BrokenRecord:
        select = SOUND_SELECT if table == "orders" else customer
        rows = (f"{select}, {value}" for value in (sound, broken, sound))
        return BrokenRecord(
            name, _put_parquet(f"{table}.parquet", " union all ".join(rows)), (2,), says
        )

    return (
        record(
            "a struct",
            "cast(null as struct(a integer)) as channel",
            "{'a': 1}",
            "channel is nested (STRUCT",
        ),
        record(
            "bytes that are no text",
            "'web'::blob as channel",
            "'\\xE4'::blob",
            "channel is not UTF-8",
        ),
        record(
            "a Parquet list with the mark between",
            "['tea'] as interests",
            "['tea;cups']",
            "a value in the list interests holds a ;",
            "customers",
        ),
        record(
            "a list of bytes that are no text",
            "['tea'::blob] as interests",
            "['\\xE4'::blob]",
            "interests is not UTF-8",
            "customers",
        ),
    )


def _xlsx_records() -> tuple[BrokenRecord, ...]:
    header, *rows = (line.split(",") for line in (HEADER, *ROWS))

    def record(name: str, cell: str, value: str, says: str) -> BrokenRecord:
        def fill(book: Workbook) -> None:
            for row in (header, *rows):
                book.active.append(row)
            book.active[cell] = value

        return BrokenRecord(name, _put_workbook(fill), (3,), says)

    return (
        record("an error", "E3", "#REF!", "cell E3 holds the error #REF!"),
        record(
            "a formula that was never worked out", "E3", "=1+1", "a formula without"
        ),
        record("a value beside", "H3", "beside", "cell H3 holds a value"),
    )
