"""Turns a landed text file into one that DuckDB reads without surprises.

Belongs here: opening, unpacking, line ends, the copy without unreadable records. What a
record is stands in `records`; what a table needs, in `sources`.

A file that is plain from end to end is read where it lies. Of any other a plain copy is
made in a scratch folder, and its unreadable records are put beside it, so that
readable and unreadable records together are what landed.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

from orchestration.landing.records import (
    CsvSplitter,
    Grammar,
    PlainBlock,
    Record,
    csv_grammar,
    csv_values,
    json_grammar,
)

BLOCK_BYTES = 8 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024 * 1024  # what one line may take of memory
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_8 = "utf-8"
EMPTY = "the file is empty (zero bytes). Take it away, or deliver it again."

_LINE_END = re.compile(rb"[^\r\n]*+(\r\n|\r|\n)")
_CSV_LINE_END = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+(\r\n|\r|\n)')


class UnreadableFileError(Exception):
    """The whole file cannot be read; the message completes '<file>: '."""


@dataclass(frozen=True)
class PlainText:
    """A text file as DuckDB is to read it, and what of the landed one is left out.

    `record_count` counts the records in `path`: for CSV without the header, for JSON
    lines with the empty ones. `rejects` is a CSV file of line number, error and text,
    and None where nothing is left out.
    """

    path: Path
    is_packed: bool
    newline: str
    header: tuple[str, ...]
    record_count: int
    rejects: Path | None
    reject_count: int
    longest_reject: int


@dataclass(frozen=True)
class TextFile:
    """A text file to be read, as it lies there.

    `is_classic_mac` where only CR ends its lines; `delimiter` is one byte of ASCII.
    """

    path: Path
    is_packed: bool
    encoding: str = UTF_8
    delimiter: str = ","
    is_classic_mac: bool = False

    @property
    def separator(self) -> bytes:
        """The delimiter as it stands in the bytes."""
        return self.delimiter.encode()


def plain_csv(file: TextFile, scratch: Path) -> PlainText:
    """Make sure that a CSV file is plain; `scratch` is a folder for this file only.

    Raises UnreadableFileError where the file as a whole cannot be read.
    """
    source, first_block = _opened(file, _CSV_LINE_END)
    header, newline = _header(first_block, source.separator)
    grammar = csv_grammar(len(header), newline, source.separator)
    text = _plain_text(source, scratch, grammar, header)
    # the header is a record too, for the reader skips it by its position
    return replace(text, record_count=text.record_count - 1)


def plain_json_lines(file: TextFile, scratch: Path) -> PlainText:
    """Make sure that a file holds lines of UTF-8; as `plain_csv`."""
    source, first_block = _opened(file, _LINE_END)
    newline = _line_end(first_block.partition(b"\n")[0] + b"\n")
    return _plain_text(source, scratch, json_grammar(newline), ())


def first_block(file: TextFile) -> bytes:
    """Return the first bytes of a text, in UTF-8 as far as they are text at all."""
    return next(_blocks(file), b"")


def _opened(file: TextFile, line_end: re.Pattern[bytes]) -> tuple[TextFile, bytes]:
    block = first_block(file)
    if not block:
        raise UnreadableFileError(EMPTY)
    first_end = line_end.match(block)
    if first_end is None or first_end[1] != b"\r":
        return file, block
    source = replace(file, is_classic_mac=True)
    return source, first_block(source)


def _header(block: bytes, separator: bytes) -> tuple[tuple[str, ...], bytes]:
    """Return the names in the header, and what ends its line."""
    splitter = CsvSplitter(separator)
    for number, line in enumerate(io.BytesIO(block), start=1):
        for record in splitter.feed(number, line):
            if record.error:
                raise UnreadableFileError(f"the header cannot be read: {record.error}.")
            if record.content:
                return _names(record, separator), _line_end(line)
    raise UnreadableFileError(
        "the file has no header row. Its first line names the columns."
    )


def _names(record: Record, separator: bytes) -> tuple[str, ...]:
    try:
        names = tuple(csv_values(record.content, separator))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            "the header is not UTF-8. Save the file as UTF-8."
        ) from error
    if any("\0" in name for name in names):
        raise UnreadableFileError("the header is no text. Save the file as UTF-8.")
    return names


def _line_end(line: bytes) -> bytes:
    return b"\r\n" if line.endswith(b"\r\n") else b"\n"


def _plain_text(
    source: TextFile, scratch: Path, grammar: Grammar, header: tuple[str, ...]
) -> PlainText:
    is_read_as_it_lies = source.encoding == UTF_8 and not source.is_classic_mac
    record_count = _count(source, grammar) if is_read_as_it_lies else None
    if record_count is None:
        return _plain_copy(source, scratch, grammar, header)
    return PlainText(
        path=source.path,
        is_packed=source.is_packed,
        newline=grammar.newline.decode(),
        header=header,
        record_count=record_count,
        rejects=None,
        reject_count=0,
        longest_reject=0,
    )


def _count(source: TextFile, grammar: Grammar) -> int | None:
    """Return the number of records of a plain file, None of any other."""
    count = 0
    for block in _blocks(source):
        plain = _plain_block(grammar, block, count)
        if plain is None:
            return None
        count += plain.record_count
    return count


def _plain_block(grammar: Grammar, block: bytes, count: int) -> PlainBlock | None:
    """Judge a block after so many records.

    The reader takes the first line of CSV for the header even where it is empty.
    """
    is_first = count == 0 and not grammar.gap
    if is_first and block.startswith((b"\n", b"\r")):
        return None
    return grammar.check(block)


def _plain_copy(
    source: TextFile, scratch: Path, grammar: Grammar, header: tuple[str, ...]
) -> PlainText:
    scratch.mkdir(parents=True, exist_ok=True)
    clean_path, rejects_path = scratch / "plain", scratch / "rejects.csv"
    with (
        clean_path.open("wb") as clean,
        rejects_path.open("w", encoding="utf-8", newline="") as rejects,
    ):
        copy = _Copy(grammar, clean, rejects)
        for block in _blocks(source):
            copy.take(block)
        copy.finish()
    return PlainText(
        path=clean_path,
        is_packed=False,
        newline=grammar.newline.decode(),
        header=header,
        record_count=copy.record_count,
        rejects=rejects_path if copy.reject_count else None,
        reject_count=copy.reject_count,
        longest_reject=copy.longest_reject,
    )


class _Copy:
    """A plain copy in the making: whole blocks where they are plain, else by line."""

    def __init__(self, grammar: Grammar, clean: IO[bytes], rejects: IO[str]) -> None:
        self.record_count = 0
        self.reject_count = 0
        self.longest_reject = 0
        self._line_count = 0
        self._grammar = grammar
        self._splitter = grammar.splitter()
        self._clean = clean
        self._rejects = csv.writer(rejects, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def take(self, block: bytes) -> None:
        """Copy the next block."""
        plain = None
        if not self._splitter.is_open:
            plain = _plain_block(self._grammar, block, self.record_count)
        if plain is None:
            for line in io.BytesIO(block):
                self._line_count += 1
                for record in self._splitter.feed(self._line_count, line):
                    self._put(record)
        else:
            self._clean.write(block)
            self._line_count += plain.line_count
            self.record_count += plain.record_count

    def finish(self) -> None:
        """Copy what is left when the file has ended."""
        for record in self._splitter.finish():
            self._put(record)

    def _put(self, record: Record) -> None:
        grammar = self._grammar
        content, error = record.content, record.error
        if content and not error:
            content, error = grammar.plain(content)
        if content and error:
            self.reject_count += 1
            written = self._rejects.writerow([record.line_number, error, record.text])
            self.longest_reject = max(self.longest_reject, 4 * written)
        kept = grammar.gap if error or not content else content
        if kept:
            self.record_count += 1
            self._clean.write(kept + grammar.newline)


def _blocks(source: TextFile) -> Iterator[bytes]:
    """Yield the unpacked bytes in blocks that end with a line, if possible of a record.

    Raises UnreadableFileError where they cannot be had.
    """
    with told(), bytes_of(source.path, source.is_packed, source.encoding) as file:
        skipped = BYTE_ORDER_MARK
        while block := file.read(BLOCK_BYTES):
            block = block.removeprefix(skipped)
            skipped = b""
            block = block + _rest_of_record(block, file)
            if source.is_classic_mac:
                block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            yield block


def _rest_of_record(block: bytes, file: IO[bytes]) -> bytes:
    """Read on to the end of the line, and of the value in quotes that is open there."""
    rest = [] if block.endswith(b"\n") else [_line(file)]
    is_open = bool((block.count(b'"') + sum(part.count(b'"') for part in rest)) % 2)
    byte_count = 0
    while is_open and byte_count < BLOCK_BYTES:
        line = _line(file)
        if not line:
            break
        rest.append(line)
        byte_count += len(line)
        is_open ^= bool(line.count(b'"') % 2)
    return b"".join(rest)


def _line(file: IO[bytes]) -> bytes:
    line = file.readline(MAX_LINE_BYTES)
    if len(line) == MAX_LINE_BYTES:
        raise UnreadableFileError(
            f"a line is longer than {MAX_LINE_BYTES // 1024**2} MiB. Is it a table?"
        )
    return line


def bytes_of(path: Path, is_packed: bool, encoding: str = UTF_8) -> IO[bytes]:
    """Open a landed file: its bytes without gzip, text of any encoding as UTF-8.

    What does not belong to the encoding comes as it is, and is then not UTF-8.
    """
    opener = gzip.open if is_packed else open
    file = cast(IO[bytes], opener(path, "rb"))
    if encoding == UTF_8:
        return file
    return cast(IO[bytes], io.BufferedReader(_InUtf8(file, encoding)))


class _InUtf8(io.RawIOBase):
    """Bytes of another encoding, read as UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._ready = b""
        self._is_at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._is_at_end:
            block = self._file.read(1024 * 1024)
            self._is_at_end = not block
            text = self._decoder.decode(block, self._is_at_end)
            self._ready = text.encode(UTF_8, "surrogateescape")
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def told() -> Iterator[None]:
    """Tell whatever keeps a file from being read as UnreadableFileError."""
    try:
        yield
    except PermissionError as error:
        raise UnreadableFileError(
            "there is no permission to read the file. Give read permission to it."
        ) from error
    except EOFError as error:
        raise UnreadableFileError(
            "the gzip file ends too early. Was it still being copied? Deliver it again."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFileError(
            f"the file is not gzip, or a damaged one ({error}). Deliver it again."
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"the file is not {error.encoding} ({error.reason}). Say in formats.yml "
            "which encoding it has."
        ) from error
    except OSError as error:
        raise UnreadableFileError(
            f"the file cannot be read ({error.strerror or error})."
        ) from error
