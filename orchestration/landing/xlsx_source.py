"""Excel workbooks as SQL: the first sheet, every cell as plain text.

A plain CSV of the sheet is written into the scratch folder and read like any other.
"""

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import duckdb
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
)

from orchestration.landing.contract import Column, Table
from orchestration.landing.csv_source import source_of_csv
from orchestration.landing.discover import FoundFile
from orchestration.landing.first_bytes import unpacked
from orchestration.landing.formats import NUMBERS
from orchestration.landing.source import Source
from orchestration.landing.texts import EMPTY, PlainText, UnreadableFileError
from orchestration.settings.reading_rules import ReadingRules
from orchestration.text.printable import shown

# a spreadsheet keeps fifteen digits: a longer id has lost its last ones
MOST_DIGITS = 15
HEADER_ROWS = 20
# before what was a number or a day in the sheet: no text that formats.yml speaks of
TYPED = "\x01"

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = re.compile(
    rb"<Relationship\b(?=[^>]*\bId=\"([^\"]+)\")(?=[^>]*\bTarget=\"([^\"]+)\")"
)
_SHEET = re.compile(
    rb"<sheet\b(?=[^>]*\bname=\"([^\"]*)\")(?=[^>]*\br?:?id=\"([^\"]+)\")"
)
_SUSPECT = re.compile(rb't="e"|<f\b|<f>')

Row = list[str | float | int | bool | date | datetime | time | timedelta]


def inspect_xlsx(
    connection: duckdb.DuckDBPyConnection,
    file: FoundFile,
    table: Table,
    scratch: Path,
    rules: ReadingRules,
) -> Source:
    """Look into a workbook; raise UnreadableFileError where it cannot be read as one.

    A row with a cell that holds an error, or a formula that was never worked out, is
    unreadable; rows without a value are none.
    """
    path, _ = unpacked(file.path, file.file_format, scratch)
    sheet, others = _first_sheet(path)
    rows = enumerate(sheet.iter_rows(), start=1)
    header_row, header = _header(rows)
    try:
        _refuse_merged(sheet, header_row)
        text = _plain_text(
            rows, header, table, _broken_cells(path), scratch, _first_column(sheet)
        )
        source = source_of_csv(file, table, text, ",", rules, scratch, TYPED)
    except UnreadableFileError as error:
        advice = _advice(sheet, table, header_row)
        raise UnreadableFileError(f"{error}{advice}") from error
    return replace(source, notes=_notes(others))


def _first_sheet(path: Path) -> tuple[CalamineSheet, list[str]]:
    """Return the first sheet, and the names of others that hold something."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]
        sheets = [workbook.get_sheet_by_name(name) for name in names]
    except (CalamineError, OSError) as error:
        raise UnreadableFileError(
            "the workbook cannot be read. Open it, save it again, and deliver it."
        ) from error
    if not sheets or not sheets[0].height:
        raise UnreadableFileError(
            "its first sheet is empty. Put the table there, or take the file away."
        )
    return sheets[0], [one.name for one in sheets[1:] if one.height]


def _notes(others: Sequence[str]) -> tuple[str, ...]:
    if not others:
        return ()
    listed = ", ".join(map(shown, others))
    return (
        f"only its first sheet is read; {listed} is not. Save what belongs to the "
        "table as a file of its own.",
    )


def _first_column(sheet: CalamineSheet) -> int:
    return sheet.start[1] if sheet.start else 0


def _header(rows: Iterator[tuple[int, Row]]) -> tuple[int, list[str]]:
    for number, row in rows:
        names = [_text(cell) for cell in row]
        if any(name.strip() for name in names):
            while not names[-1].strip():
                names.pop()
            return number, names
    raise UnreadableFileError(EMPTY)


def _refuse_merged(sheet: CalamineSheet, header_row: int) -> None:
    merged = [
        f"{_cell_name(*begin)}:{_cell_name(*end)}"
        for begin, end in sheet.merged_cell_ranges or ()
        if end[0] + 1 >= header_row
    ]
    if merged:
        more = f" and {len(merged) - 3} more" if len(merged) > 3 else ""
        raise UnreadableFileError(
            f"it has merged cells ({', '.join(merged[:3])}{more}), of which all but one"
            " are empty. Unmerge them: one name for each column, one value in each "
            "cell."
        )


def _cell_name(row: int, column: int) -> str:
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def _plain_text(
    rows: Iterator[tuple[int, Row]],
    header: list[str],
    table: Table,
    broken: dict[int, str],
    scratch: Path,
    first_column: int,
) -> PlainText:
    """Write the rows below the header as plain CSV, the unreadable ones beside it."""
    scratch.mkdir(parents=True, exist_ok=True)
    clean_path, rejects_path = scratch / "sheet.csv", scratch / "rejects.csv"
    known = {column.name: column for column in table.columns}
    columns = [known.get(name.strip().lower()) for name in header]
    record_count = reject_count = longest = 0
    with (
        clean_path.open("w", encoding="utf-8", newline="") as clean,
        rejects_path.open("w", encoding="utf-8", newline="") as rejected,
    ):
        records = csv.writer(clean, lineterminator="\n")
        rejects = csv.writer(rejected, lineterminator="\n", quoting=csv.QUOTE_ALL)
        records.writerow(header)
        for number, row in rows:
            texts = [_text(cell) for cell in row]
            if not any(text.strip(f" {TYPED}") for text in texts) and (
                number not in broken
            ):
                continue
            width = len(header)
            error = broken.get(number, "")
            if not error and any(texts[width:]):
                place = next(n for n, text in enumerate(texts) if n >= width and text)
                name = _cell_name(number - 1, first_column + place)
                error = f"cell {name} holds a value, and no name stands above it"
            if error:
                plain = ",".join(text.removeprefix(TYPED) for text in texts)
                written = rejects.writerow([number, error, plain])
                reject_count, longest = reject_count + 1, max(longest, 4 * written)
                continue
            for column, cell, place in zip(columns, row, range(width), strict=False):
                if column is not None and isinstance(cell, float):
                    name = _cell_name(number - 1, first_column + place)
                    _refuse_cut(cell, column, name)
            records.writerow(texts[:width])
            record_count += 1
    return PlainText(
        path=clean_path,
        is_packed=False,
        newline="\n",
        header=tuple(header),
        record_count=record_count,
        rejects=rejects_path if reject_count else None,
        reject_count=reject_count,
        longest_reject=longest,
    )


def _refuse_cut(cell: float, column: Column, name: str) -> None:
    limit = 2**53 if column.data_type in NUMBERS else 10**MOST_DIGITS
    if abs(cell) >= limit:
        number = "a number" if column.personal else f"the number {cell:.0f}"
        raise UnreadableFileError(
            f"cell {name} ({column.name}) holds {number}, of which a spreadsheet keeps "
            f"{MOST_DIGITS} digits only. Format the column as text before the values "
            "are put in."
        )


def _text(cell: str | float | bool | date | datetime | time | timedelta) -> str:
    """Return a cell as plain text; what was no text in the sheet is marked."""
    if isinstance(cell, str):
        return cell
    return TYPED + _plain(cell)


def _plain(cell: float | bool | date | datetime | time | timedelta) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        digits = format(Decimal(format(cell, f".{MOST_DIGITS}g")), "f")
        digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
        return "0" if digits == "-0" else digits
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return cell.isoformat()


def _broken_cells(path: Path) -> dict[int, str]:
    """Return what is wrong with cells, by the number of their row.

    The reader of cells hands out an error, and a formula that was never worked out, as
    if the cell were empty.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sheet = _sheet_path(archive)
            with archive.open(sheet) as stream:
                if not _is_suspect(stream):
                    return {}
            with archive.open(sheet) as stream:
                return _broken_in(stream)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError) as error:
        raise UnreadableFileError(
            "the workbook cannot be read. Open it, save it again, and deliver it."
        ) from error


def _sheet_path(archive: zipfile.ZipFile) -> str:
    """Return where the first sheet stands in the archive."""
    relations = dict(_RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")))
    for _, relation in _SHEET.findall(archive.read("xl/workbook.xml")):
        target = relations[relation].decode()
        if "worksheets/" in target:
            return target.removeprefix("/") if target[0] == "/" else f"xl/{target}"
    raise KeyError("no worksheet")


def _is_suspect(stream: IO[bytes]) -> bool:
    """Say whether a sheet has errors or formulas at all."""
    tail = b""
    while block := stream.read(1024 * 1024):
        if _SUSPECT.search(tail + block):
            return True
        tail = block[-16:]
    return False


def _broken_in(stream: IO[bytes]) -> dict[int, str]:
    broken: dict[int, list[str]] = {}
    row_number = column_number = 0
    for event, element in ElementTree.iterparse(stream, ("start", "end")):
        tag = element.tag.removeprefix(_MAIN).removeprefix(_STRICT)
        if event == "start" and tag == "row":
            row_number = int(element.get("r") or row_number + 1)
            column_number = 0
        elif event == "end" and tag == "c":
            column_number += 1
            name = element.get("r") or _cell_name(row_number - 1, column_number - 1)
            if fault := _fault(element):
                broken.setdefault(row_number, []).append(f"cell {name} holds {fault}")
        elif event == "end" and tag == "row":
            element.clear()
    return {number: "; ".join(faults) for number, faults in broken.items()}


def _fault(cell: ElementTree.Element) -> str:
    parts = {part.tag.rsplit("}", 1)[-1]: part.text or "" for part in cell}
    kind = cell.get("t")
    if kind == "e":
        return f"the error {parts.get('v', '')}"
    # a formula may well give an empty text
    if "f" in parts and not parts.get("v") and kind != "str":
        return "a formula without a value: open the workbook, and save it again"
    return ""


def _advice(sheet: CalamineSheet, table: Table, header_row: int) -> str:
    """Tell which row seems to be the header if it is not the first one."""
    known = set(table.column_names)
    counts = {
        number: len({_text(cell).strip().lower() for cell in row} & known)
        for number, row in zip(
            range(1, header_row + HEADER_ROWS), sheet.iter_rows(), strict=False
        )
    }
    best = max(counts, key=lambda number: counts[number])
    if best == header_row or counts[best] < 2:
        return ""
    return (
        f" Row {best} seems to name the columns: take away the rows above it, such as "
        "a title."
    )
