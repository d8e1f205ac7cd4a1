"""What a record of a landed text file is: the grammar of CSV and of JSON lines.

Belongs here: bytes in, verdicts out. Does not belong here: opening files, DuckDB.

DuckDB reads plain CSV fast, but with a stray quote in the file it may stop in the
middle, skip rows or cut the rejected text, and say nothing (measured on 1.5.6). So the
bytes are judged here first, block by block with numpy, and only blocks in which
something is wrong are looked at line by line. Plain CSV is RFC 4180: quotes only around
whole values, one kind of line end, as many values in each record as in the header.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

MAX_RECORD_BYTES = 16 * 1024 * 1024

QUOTE, NEWLINE, RETURN = b'"\n\r'
COMMA = b","
JSON_DELIMITER = b"\x01"  # cannot stand in JSON, so that a line stays one value

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class _Patterns:
    """Whole records of CSV, and records that go on in the next line."""

    complete: re.Pattern[bytes]
    unfinished: re.Pattern[bytes]
    finishing: re.Pattern[bytes]
    continuing: re.Pattern[bytes]
    field: re.Pattern[bytes]


@cache
def _patterns(separator: bytes) -> _Patterns:
    between = re.escape(separator)
    quoted = rb' *+"(?:[^"]++|"")*+" *+'
    unquoted = rb'(?! *")[^' + between + rb"\r\n]*+"
    value = rb"(?:" + quoted + rb"|" + unquoted + rb")"
    further = rb"(?:" + between + value + rb")*+"
    opened = rb' *"(?:[^"]++|"")*+'
    closing = rb'(?:[^"]++|"")*+'
    return _Patterns(
        complete=re.compile(value + further),
        unfinished=re.compile(rb"(?:" + value + between + rb")*+" + opened),
        finishing=re.compile(closing + rb'" *' + further),
        continuing=re.compile(
            closing + rb'(?:" *+' + further + between + opened + rb")?+"
        ),
        field=re.compile(between + rb"(" + value + rb")"),
    )


@dataclass(frozen=True)
class Record:
    """Bytes of one record without its line end; `error` where it cannot be read."""

    line_number: int
    content: bytes
    error: str = ""

    @property
    def text(self) -> str:
        """The record as text; bytes that are not UTF-8 are shown as \\xff."""
        return self.content.decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class PlainBlock:
    """A block without anything to complain about."""

    record_count: int
    line_count: int


PlainCheck = Callable[[bytes], PlainBlock | None]
"""Judges one block that begins with a record; None where it needs a closer look."""


class Splitter(Protocol):
    """Joins lines to records."""

    @property
    def is_open(self) -> bool:
        """Whether a record has begun and not ended."""

    def feed(self, number: int, line: bytes) -> Iterator[Record]:
        """Take the next line with its line end, and yield what is complete by it."""

    def finish(self) -> Iterator[Record]:
        """Yield what is left when the file has ended."""


@dataclass(frozen=True)
class Grammar:
    """How one text format is looked at.

    `check` looks at blocks; where it finds fault, `splitter` and `plain` look at lines
    and records: `plain` returns a record as it is to be read, and its error. `gap` is
    what an empty or unreadable line leaves behind, so that line numbers hold; it may be
    nothing at all.
    """

    newline: bytes
    check: PlainCheck
    splitter: Callable[[], Splitter]
    plain: Callable[[bytes], tuple[bytes, str]]
    gap: bytes


def csv_grammar(value_count: int, newline: bytes, separator: bytes = COMMA) -> Grammar:
    """Return the grammar of CSV whose header has so many values."""
    return Grammar(
        newline=newline,
        check=_plain_csv_check(value_count, newline, separator),
        splitter=partial(CsvSplitter, separator),
        plain=partial(_plain_csv_record, value_count=value_count, separator=separator),
        gap=b"",
    )


def json_grammar(newline: bytes) -> Grammar:
    """Return the grammar of lines that may hold JSON; whether they do is not judged."""
    return Grammar(
        newline=newline,
        check=_plain_json_check(newline),
        splitter=LineSplitter,
        plain=_plain_json_line,
        gap=b" ",  # DuckDB 1.5 stumbles over an empty line that ends in CRLF
    )


class LineSplitter:
    """Takes every line for a record."""

    is_open = False

    def feed(self, number: int, line: bytes) -> Iterator[Record]:
        """Yield the line."""
        yield Record(number, without_line_end(line))

    def finish(self) -> Iterator[Record]:
        """Yield nothing: no line is ever left."""
        yield from ()


@dataclass
class CsvSplitter:
    """Joins the lines of a CSV file to records, and finds what no record can be.

    A quote that is opened or closed in the middle of a value breaks its record. Every
    line that such a quote swallowed is handed out as unreadable by itself: what the
    lines mean cannot be known, and one broken quote must not count as one row when it
    hides a million.
    """

    separator: bytes = COMMA
    _pending: list[tuple[int, bytes]] = field(default_factory=list)
    _pending_bytes: int = 0
    _opened_in: int = 0
    _is_swallowing: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the lines so far end within quotes."""
        return self._opened_in > 0

    def feed(self, number: int, line: bytes) -> Iterator[Record]:
        """Take the next line with its line end, and yield what is complete by it."""
        content = without_line_end(line)
        if not self.is_open and b'"' not in content:
            yield Record(number, content)
            return
        patterns = _patterns(self.separator)
        if not self.is_open:
            self._opened_in = number
            complete, unfinished = patterns.complete, patterns.unfinished
        else:
            complete, unfinished = patterns.finishing, patterns.continuing
        self._pending.append((number, line))
        self._pending_bytes += len(line)
        if complete.fullmatch(content):
            yield from self._close()
        elif not unfinished.fullmatch(line):
            yield from self._break("quotation marks do not enclose whole values")
            self._opened_in = 0
            self._is_swallowing = False
        elif self._is_swallowing or self._pending_bytes > MAX_RECORD_BYTES:
            yield from self._break(f"a value in quotes is {too_long()}")
            self._is_swallowing = True

    def finish(self) -> Iterator[Record]:
        """Yield what is left when the file has ended."""
        yield from self._break("a quotation mark is opened and never closed")

    def _close(self) -> Iterator[Record]:
        if self._is_swallowing:
            yield from self._break(f"a value in quotes is {too_long()}")
        else:
            content = b"".join(line for _, line in self._pending)
            yield Record(self._opened_in, without_line_end(content))
            self._forget()
        self._opened_in = 0
        self._is_swallowing = False

    def _break(self, error: str) -> Iterator[Record]:
        for number, line in self._pending:
            begin = self._opened_in
            where = "" if number == begin else f" (the record begins in line {begin})"
            yield Record(number, without_line_end(line), error + where)
        self._forget()

    def _forget(self) -> None:
        self._pending.clear()
        self._pending_bytes = 0


def too_long() -> str:
    """Return the words for a record beyond the limit."""
    return f"longer than {MAX_RECORD_BYTES // 1024**2} MiB"


def without_line_end(line: bytes) -> bytes:
    """Return a line without the LF or CRLF that ends it."""
    return line.removesuffix(b"\n").removesuffix(b"\r")


def csv_values(content: bytes, separator: bytes = COMMA) -> list[str]:
    """Return the values of a record that the splitter found whole.

    Raises UnicodeDecodeError where it is not UTF-8.
    """
    return [
        _unquoted(value).decode("utf-8") for value in csv_fields(content, separator)
    ]


def csv_fields(content: bytes, separator: bytes = COMMA) -> list[bytes]:
    """Return the values of a record as they are written, quotes included."""
    fields = _patterns(separator).field.findall(separator + content)
    return cast(list[bytes], fields)


def _plain_csv_record(
    content: bytes, value_count: int, separator: bytes
) -> tuple[bytes, str]:
    """Return a record in plain CSV, and the error where it cannot be read."""
    error = _error_of_bytes(content)
    if error:
        return content, error
    if b'"' in content:
        values = csv_fields(content, separator)
        content, found = separator.join(map(_plain_value, values)), len(values)
    else:
        found = content.count(separator) + 1
        if b"\r" in content:
            return content, "a carriage return stands outside quotes"
    if found != value_count:
        return content, f"{found} values where the header has {value_count}"
    return content, ""


def _plain_json_line(content: bytes) -> tuple[bytes, str]:
    """Return a line of JSON, and the error where it can be none."""
    error = _error_of_bytes(content)
    if not error and (b"\r" in content or JSON_DELIMITER in content):
        error = "a control character stands in the line"
    return content, error


def _plain_csv_check(value_count: int, newline: bytes, separator: bytes) -> PlainCheck:
    """Return a check whether a block holds whole records of plain CSV only."""
    between = separator[0]

    def check(block: bytes) -> PlainBlock | None:
        codes = _codes_of_text(block)
        if codes is None:
            return None
        outside = _outside_quotes(codes, between) if b'"' in block else None
        if b'"' in block and outside is None:
            return None
        ends = _ends(codes, _where(codes == NEWLINE, outside), newline)
        lengths = np.diff(ends, prepend=-1)
        is_blank = lengths == len(newline)
        commas = _where(codes == between, outside)
        counts = np.diff(np.searchsorted(commas, ends), prepend=0)
        has_right_width = np.all((counts == value_count - 1) | is_blank)
        if not has_right_width or (value_count == 1 and is_blank.any()):
            return None
        returns = _where(codes == RETURN, outside) if b"\r" in block else ends[:0]
        if not _is_one_line_end(codes, ends, returns, newline):
            return None
        if lengths.max() > MAX_RECORD_BYTES:
            return None
        record_count = len(ends) - int(np.count_nonzero(is_blank))
        return PlainBlock(record_count, block.count(b"\n"))

    return check


def _plain_json_check(newline: bytes) -> PlainCheck:
    """Return a check whether a block holds lines that may be JSON only."""

    def check(block: bytes) -> PlainBlock | None:
        codes = _codes_of_text(block)
        if codes is None or JSON_DELIMITER in block:
            return None
        ends = _ends(codes, np.flatnonzero(codes == NEWLINE), newline)
        returns = np.flatnonzero(codes == RETURN) if b"\r" in block else ends[:0]
        if not _is_one_line_end(codes, ends, returns, newline):
            return None
        lengths = np.diff(ends, prepend=-1)
        if lengths.max() > MAX_RECORD_BYTES or lengths.min() == len(newline):
            return None
        return PlainBlock(len(ends), block.count(b"\n"))

    return check


def _codes_of_text(block: bytes) -> Bytes | None:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return np.frombuffer(block, dtype=np.uint8)


def _outside_quotes(codes: Bytes, between: int) -> Mask | None:
    """Return where the block is outside quotes; None where a quote is out of place."""
    is_quote = codes == QUOTE
    is_inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8)).view(np.bool_)
    if is_inside[-1]:
        return None
    quotes = np.flatnonzero(is_quote)
    framed = np.append(
        codes, np.uint8(NEWLINE)
    )  # its last also stands before its first
    is_opening = is_inside[quotes]
    before = framed[quotes[is_opening] - 1]
    after = framed[quotes[~is_opening] + 1]
    if not np.isin(before, (between, NEWLINE, QUOTE)).all():
        return None
    if not np.isin(after, (between, NEWLINE, RETURN, QUOTE)).all():
        return None
    return ~is_inside


def _where(mask: Mask, outside: Mask | None) -> Positions:
    return np.flatnonzero(mask if outside is None else mask & outside)


def _ends(codes: Bytes, newlines: Positions, newline: bytes) -> Positions:
    """Return where records end; the end of the file may stand in for a newline."""
    if codes[-1] == NEWLINE:
        return newlines
    return np.append(newlines, len(codes) + len(newline) - 1)


def _is_one_line_end(
    codes: Bytes, ends: Positions, returns: Positions, newline: bytes
) -> bool:
    if newline == b"\n":
        return len(returns) == 0
    newlines = ends[ends < len(codes)]
    return np.array_equal(returns, newlines - 1)


def _error_of_bytes(content: bytes) -> str:
    if len(content) > MAX_RECORD_BYTES:
        return f"the record is {too_long()}"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte 0x{content[error.start]:02x}"
    return ""


def _unquoted(value: bytes) -> bytes:
    bare = value.strip(b" ")
    if bare.startswith(b'"'):
        return bare[1:-1].replace(b'""', b'"')
    return value


def _plain_value(value: bytes) -> bytes:
    if b'"' not in value:
        return value
    bare = value.strip(b" ")
    if bare.startswith(b'"'):
        return bare
    return b'"' + value.replace(b'"', b'""') + b'"'
