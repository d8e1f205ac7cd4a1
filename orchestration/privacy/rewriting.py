"""Landed files rewritten in place, so that they say of some rows what `raw` says now.

Belongs here: bytes of the landing formats. Does not belong here: which rows, and
why. What is not changed keeps its bytes in CSV and JSON lines, and its values in
Parquet. A file is written beside, compared with what it is to be, and put in place.
"""

import codecs
import csv
import gzip
import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb

from orchestration.landing import raw
from orchestration.landing.columns import Columns, matched
from orchestration.landing.contract import Contract, Table
from orchestration.landing.csv_source import text_of
from orchestration.landing.discover import FoundFile, format_of
from orchestration.landing.first_bytes import PARQUET
from orchestration.landing.formats import read_formats
from orchestration.landing.json_source import record_lines
from orchestration.landing.parquet_source import column_types
from orchestration.landing.records import (
    CsvSplitter,
    csv_fields,
    csv_grammar,
    csv_values,
)
from orchestration.landing.source import Source, path_to_name, quoted_path
from orchestration.landing.sources import inspect
from orchestration.landing.texts import BYTE_ORDER_MARK, UTF_8, bytes_of
from orchestration.settings.reading_rules import ReadingRules
from orchestration.store.disk import sync
from orchestration.text.printable import shown
from orchestration.text.quoting import quoted_name, quoted_text

# what gives an unreadable CSV record its form; the rest of it can go
STRUCTURE = b'",\r\n\t '
NEW, OLD = "new", "old"
# names were judged when the file landed
ANY_NAMES = ReadingRules(accepted_unknown_columns=None)


class RewritingFailed(Exception):
    """A landed file could not be rewritten, and was left as it was."""


@dataclass(frozen=True)
class Changes:
    """What is to stand in some rows of a file.

    `cells`: by record number, the text of each column of the contract that changes,
    None for nothing. `unknown_of`: records whose columns beyond the contract go too.
    `lines`: line numbers of unreadable records that are to tell nothing any more.
    """

    cells: Mapping[int, Mapping[str, str | None]]
    unknown_of: frozenset[int]
    lines: frozenset[int]


def found_file(landing: Path, file_path: str, table_name: str) -> FoundFile:
    """Return a file of a landing folder as landing finds it."""
    path = landing / file_path
    text_format = read_formats(landing).of(file_path)
    return FoundFile.at(path, file_path, table_name, format_of(path.name), text_format)


class Rewriting:
    """One file at work: what it says now, and the new one beside it.

    Use it as a context; nothing of it is left behind. Raises RewritingFailed.
    """

    def __init__(self, file: FoundFile, contract: Contract) -> None:
        self._file = file
        self._contract = contract
        self._table = contract.table(file.table_name)
        # a hidden name: landing leaves it alone
        self._fresh = file.path.with_name(f".{file.path.name}.rewriting")

    def __enter__(self) -> "Rewriting":
        self._folder = tempfile.TemporaryDirectory(
            prefix=".rewriting_", dir=self._file.path.parent
        )
        self._scratch = Path(self._folder.name)
        self._connection = duckdb.connect(str(self._scratch / "rows.duckdb"))
        self._connection.execute("set TimeZone = 'UTC'")
        raw.ensure_tables(self._connection, self._contract)
        self._source = self._load(self._file, OLD)
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        self._folder.cleanup()
        self._fresh.unlink(missing_ok=True)

    def rows(
        self, record_numbers: list[int], file_id: str = OLD
    ) -> dict[int, dict[str, str | None]]:
        """Return what the file says in some rows, by column of the contract."""
        names = self._table.column_names
        listed = ", ".join(map(quoted_name, names))
        found = self._connection.execute(
            f"select record_number, {listed} from raw.{self._table.name}"
            " where landing_file_id = ? and list_contains(?, record_number)",
            [file_id, record_numbers],
        ).fetchall()
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}

    def write(self, changes: Changes) -> None:
        """Write the new file, compare it with the old one, put it in its place."""
        if self._file.file_format == ".xlsx":
            raise RewritingFailed(
                f"{shown(self._file.file_path)}: a workbook is not rewritten. It still "
                "holds erased people: take their rows out by hand, and save it."
            )
        if self._file.file_format == ".parquet":
            self._write_parquet(changes)
        else:
            self._write_text(changes)
        shutil.copymode(self._file.path, self._fresh)
        self._require_equal_but_for(changes)
        if self._file.has_changed():
            raise RewritingFailed(
                f"{self._file.file_path}: the file changed meanwhile."
            )
        sync(self._fresh)
        self._fresh.replace(self._file.path)
        sync(self._file.path.parent)

    # --- text ------------------------------------------------------------------------

    def _write_text(self, changes: Changes) -> None:
        is_json = self._file.file_format in (".jsonl", ".jsonl.gz")
        text = text_of(self._file, self._scratch / "text")
        with (
            bytes_of(text.path, text.is_packed, text.encoding) as old,
            _written(self._fresh, text.is_packed) as new,
        ):
            parts = (
                self._json_lines(old, changes)
                if is_json
                else _csv_records(old, changes, self._file, self._table)
            )
            new.writelines(_encoded(parts, text.encoding))

    def _json_lines(self, old: IO[bytes], changes: Changes) -> Iterator[bytes]:
        wanted = sorted({*changes.cells, *changes.unknown_of})
        scratch = self._scratch / "lines"
        lines = record_lines(self._connection, self._file, self._table, scratch, wanted)
        records = dict(zip(lines, wanted, strict=True))
        for number, line in enumerate(old, start=1):
            if number in changes.lines:
                yield masked(line)
            elif number in records:
                record = records[number]
                yield _json_line(line, record, changes, self._table)
            else:
                yield line

    # --- Parquet ---------------------------------------------------------------------

    def _write_parquet(self, changes: Changes) -> None:
        if changes.lines or not _is_parquet(self._file.path):
            raise RewritingFailed(
                f"{shown(self._file.file_path)}: it is packed, or erased people stand "
                "in rows that cannot be read. Take them out by hand."
            )
        path = path_to_name(self._file.path, self._scratch / "parquet")
        types = column_types(self._connection, path)
        columns = matched(list(types), self._table, self._file.folders)
        self._connection.execute(
            "create or replace temp table cells"
            " (record_number bigint, name varchar, value varchar)"
        )
        for number, cells in changes.cells.items():
            for name, value in cells.items():
                for spelling in columns.found.get(name, ()):
                    self._add_cell(number, spelling, value)
        for number in changes.unknown_of:
            for name in set(types) - {n for own in columns.found.values() for n in own}:
                self._add_cell(number, name, None)
        listed = ", ".join(
            _parquet_value(name, data_type) for name, data_type in types.items()
        )
        self._connection.execute(
            f"""
            copy (
                select {listed}
                from (
                    select *, row_number() over () as record_number_
                    from read_parquet(
                        {quoted_path(path)}, hive_partitioning = false
                    )
                ) as landed
                left join (
                    select record_number, map(list(name), list(value)) as cells
                    from cells group by record_number
                ) as changed on landed.record_number_ = changed.record_number
                order by landed.record_number_
            ) to {quoted_text(str(self._fresh.absolute()))} (format parquet)
            """
        )

    def _add_cell(self, number: int, name: str, value: str | None) -> None:
        self._connection.execute(
            "insert into cells values (?, ?, ?)", [number, name, value]
        )

    # --- comparing -------------------------------------------------------------------

    def _load(self, file: FoundFile, file_id: str) -> Source:
        scratch = self._scratch / file_id
        source = inspect(self._connection, file, self._table, scratch, ANY_NAMES)
        raw.insert_rows(self._connection, self._table, file_id, source)
        raw.insert_rejects(self._connection, self._table, file_id, source)
        return source

    def _require_equal_but_for(self, changes: Changes) -> None:
        """Raise RewritingFailed where the new file says else than it should."""
        self._load(found_file_at(self._fresh, self._file), NEW)
        touched = sorted(changes.cells)
        said = self.rows(touched, NEW)
        is_as_asked = all(
            (said[number][name] or "") == (value or "")
            for number, cells in changes.cells.items()
            for name, value in cells.items()
        )
        is_else_equal = self._is_equal(f"raw.{self._table.name}", touched)
        are_rejects_equal = self._is_equal("raw.landing_rejects", sorted(changes.lines))
        if not (is_as_asked and is_else_equal and are_rejects_equal):
            raise RewritingFailed(
                f"{self._file.file_path}: the new file would not say what it should. "
                "It was left as it was. Please report this."
            )

    def _is_equal(self, relation: str, touched: list[int]) -> bool:
        """Say whether old and new have the same rows, and say the same in others."""
        rows = (
            f"select * exclude (landing_file_id) from {relation}"
            " where landing_file_id = ${0}"
            " and not list_contains($touched, record_number)"
        )
        differing = (
            f"({rows.format('old')} except all {rows.format('new')}) union all"
            f" ({rows.format('new')} except all {rows.format('old')})"
        )
        files = {"old": OLD, "new": NEW}
        found = self._connection.execute(
            f"select count(*) from ({differing})", {**files, "touched": touched}
        ).fetchone()
        counted = self._connection.execute(
            f"select count(*) filter (landing_file_id = $old)"
            f" = count(*) filter (landing_file_id = $new) from {relation}",
            files,
        ).fetchone()
        return found == (0,) and counted == (True,)


def found_file_at(path: Path, like: FoundFile) -> FoundFile:
    """Return a file at another path, as if it lay where another one does."""
    return FoundFile.at(
        path, like.file_path, like.table_name, like.file_format, like.text_format
    )


def masked(line: bytes) -> bytes:
    """Return a line that cannot be read without its content, as unreadable as it was.

    What gives it its form stays: quotes, commas, its length, the byte that is no UTF-8.
    """
    try:
        line.decode("utf-8")
        kept = -1
    except UnicodeDecodeError as error:
        kept = error.start
    return bytes(
        byte if byte in STRUCTURE or place == kept else ord("x")
        for place, byte in enumerate(line)
    )


def _csv_records(
    old: IO[bytes], changes: Changes, file: FoundFile, table: Table
) -> Iterator[bytes]:
    """Yield the records of a CSV file with their line ends, some of them changed."""
    columns: Columns | None = None
    header: list[str] = []
    record_number = 0
    separator = file.text_format.delimiter.encode()
    plain = csv_grammar(1, b"\n", separator).plain
    for line_number, content, whole, error in _records(old, separator):
        if not content:
            yield whole
        elif columns is None:
            header = csv_values(content, separator)
            columns = matched(header, table, file.folders)
            plain = csv_grammar(len(header), b"\n", separator).plain
            yield whole
        elif error or plain(content)[1]:
            yield masked(whole) if line_number in changes.lines else whole
        else:
            record_number += 1
            replaced = _replaced(record_number, changes, columns, header)
            yield (
                _csv_record(content, whole, replaced, separator) if replaced else whole
            )


def _records(
    old: IO[bytes], separator: bytes
) -> Iterator[tuple[int, bytes, bytes, str]]:
    """Yield line number, content, bytes with line end and error of each record."""
    splitter = CsvSplitter(separator)
    pending: list[bytes] = []
    for number, line in enumerate(old, start=1):
        if number == 1 and line.startswith(BYTE_ORDER_MARK):
            yield 1, b"", BYTE_ORDER_MARK, ""
            line = line.removeprefix(BYTE_ORDER_MARK)
        pending.append(line)
        found = list(splitter.feed(number, line))
        if len(found) == 1 and not found[0].error:
            yield found[0].line_number, found[0].content, b"".join(pending), ""
        else:
            for record, own in zip(found, pending, strict=False):
                yield record.line_number, record.content, own, record.error
        pending = (
            pending[len(found) :]
            if found and found[0].error
            else ([] if found else pending)
        )
    for record, own in zip(splitter.finish(), pending, strict=False):
        yield record.line_number, record.content, own, record.error


def _replaced(
    record_number: int, changes: Changes, columns: Columns, header: list[str]
) -> dict[int, str | None]:
    """Return what is to stand at which place of a record."""
    places: dict[int, str | None] = {}
    for name, value in changes.cells.get(record_number, {}).items():
        for spelling in columns.found.get(name, ()):
            places[header.index(spelling)] = value
    if record_number in changes.unknown_of:
        known = {name for own in columns.found.values() for name in own}
        places.update({n: None for n, name in enumerate(header) if name not in known})
    return places


def _csv_record(
    content: bytes, whole: bytes, replaced: dict[int, str | None], separator: bytes
) -> bytes:
    fields = csv_fields(content, separator)
    for place, value in replaced.items():
        fields[place] = _csv_value(value, separator.decode())
    return separator.join(fields) + whole[len(content) :]


def _csv_value(value: str | None, delimiter: str) -> bytes:
    if not value:
        return b""
    written = io.StringIO()
    csv.writer(written, lineterminator="", delimiter=delimiter).writerow([value, ""])
    return written.getvalue().removesuffix(delimiter).encode("utf-8")


def _json_line(line: bytes, record: int, changes: Changes, table: Table) -> bytes:
    text = line.decode("utf-8")
    spans = list(_top_level(text))
    columns = matched_loosely([key for key, *_ in spans], table)
    cells = changes.cells.get(record, {})
    for key, begin, end in reversed(spans):
        name = columns.get(key, "")
        if name in cells:
            value = json.dumps(cells[name], ensure_ascii=False)
        elif not name and record in changes.unknown_of:
            value = "null"
        else:
            continue
        text = text[:begin] + value + text[end:]
    return text.encode("utf-8")


def matched_loosely(keys: list[str], table: Table) -> dict[str, str]:
    """Return the columns of the contract that keys of one object stand for."""
    plain = {key: key.strip().lower() for key in keys}
    return {key: name for key, name in plain.items() if name in table.column_names}


def _top_level(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each key of a JSON object, and where its value begins and ends."""
    decoder = json.JSONDecoder(strict=False)
    place = text.index("{") + 1
    while True:
        place = _past_blanks(text, place)
        if text[place] == "}":
            return
        key, place = decoder.raw_decode(text, place)
        begin = _past_blanks(text, _past_blanks(text, place) + 1)
        _, end = decoder.raw_decode(text, begin)
        yield key, begin, end
        place = _past_blanks(text, end)
        if text[place] == ",":
            place += 1


def _past_blanks(text: str, place: int) -> int:
    while text[place] in " \t\r\n":
        place += 1
    return place


def _parquet_value(name: str, data_type: str) -> str:
    column = f"landed.{quoted_name(name)}"
    key = quoted_text(name)
    text = f"changed.cells[{key}]"
    value = f"encode({text})" if data_type == "BLOB" else f"cast({text} as {data_type})"
    is_changed = f"list_contains(map_keys(changed.cells), {key})"
    return (
        f"case when coalesce({is_changed}, false) then {value} else {column} end"
        f" as {quoted_name(name)}"
    )


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET


def _written(path: Path, is_packed: bool) -> IO[bytes]:
    if is_packed:
        return cast(IO[bytes], gzip.open(path, "wb"))
    return path.open("wb")


def _encoded(parts: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield UTF-8 in the encoding of the file; what is neither stays as it is."""
    if encoding == UTF_8:
        yield from parts
        return
    encoder = codecs.getincrementalencoder(encoding)("surrogateescape")
    for part in parts:
        yield encoder.encode(part.decode(UTF_8, "surrogateescape"))
