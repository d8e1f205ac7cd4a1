"""What a file is, by its first bytes and not by its name.

Belongs here: telling kinds of files apart, and what to do about each. Does not belong
here: reading rows.
"""

import re
import shutil
import zipfile
from pathlib import Path

from orchestration.landing.texts import (
    EMPTY,
    UnreadableFileError,
    bytes_of,
    told,
)

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
PARQUET = b"PAR1"
HEAD_BYTES = 4096

FORMAT_NAMES = {
    ".csv": "CSV",
    ".csv.gz": "CSV",
    ".jsonl": "JSON Lines",
    ".jsonl.gz": "JSON Lines",
    ".parquet": "Parquet",
    ".xlsx": "an Excel workbook",
}
PACKED = (".csv.gz", ".jsonl.gz")
TEXT = ("CSV", "JSON Lines")

_UNPACK = "Unpack it, and put what is in it there."
_EXPORT = "Export the table as CSV, JSON Lines or Parquet."
# magic bytes at a place: what it is, and what to do
_KINDS = (
    (0, PARQUET, "Parquet", "Name it .parquet."),
    (0, b"PARE", "encrypted Parquet", "Deliver it without encryption."),
    (0, b"PK\x05\x06", "an empty zip archive", "Deliver it again."),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel workbook (xls), or one with a password",
        "Save it as xlsx without a password, or as CSV.",
    ),
    (0, b"%PDF", "a PDF", _EXPORT),
    (0, b"SQLite format 3\0", "a SQLite database", _EXPORT),
    (8, b"DUCK", "a DuckDB database", _EXPORT),
    (0, b"ORC", "ORC", "Write it as Parquet."),
    (0, b"Obj\x01", "Avro", "Write it as Parquet or JSON Lines."),
    (0, b"ARROW1", "an Arrow or Feather file", "Write it as Parquet."),
    (0, b"\x28\xb5\x2f\xfd", "packed with zstd", "Pack it with gzip, or not at all."),
    (0, b"\xfd7zXZ\0", "packed with xz", "Pack it with gzip, or not at all."),
    (0, b"BZh", "packed with bzip2", "Pack it with gzip, or not at all."),
    (0, b"\x04\x22\x4d\x18", "packed with lz4", "Pack it with gzip, or not at all."),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (0, b"Rar!\x1a\x07", "a rar archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"\x89PNG", "a picture", _EXPORT),
    (0, b"\xff\xd8\xff", "a picture", _EXPORT),
    (0, b"-----BEGIN PGP", "encrypted with PGP", "Decrypt it first."),
    (0, b"version https://git-lfs", "a pointer of Git LFS", "Fetch the file itself."),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|div|table)\b", re.I)
_XML = re.compile(rb"<[?!a-z]", re.I)
_JSON = re.compile(rb'(?:\{\s*"|\[\s*[{\[])')
_JSON_ARRAY = re.compile(rb"\[\s*(?:\{|\r?\n)")
_OPEN_OBJECT = re.compile(rb"\{[ \t]*\r?\n")
ONE_A_LINE = "Write one object a line (JSON Lines)."


def unpacked(
    path: Path, file_format: str, scratch: Path, encoding: str = "utf-8"
) -> tuple[Path, bool]:
    """Return where a file of some format is to be read, and whether it is packed there.

    Text is read within its gzip; of anything else that is packed a copy is made in the
    scratch folder. `encoding` is the one that was declared for it. Raises
    UnreadableFileError where the file is not what its name says.
    """
    with told():
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        is_packed = head.startswith(GZIP)
        if is_packed:
            with bytes_of(path, is_packed=True) as file:
                head = file.read(HEAD_BYTES)
    name = FORMAT_NAMES[file_format]
    if not encoding.startswith(("utf-16", "utf-32")):
        _refuse_what_it_is_not(path, head, name, is_packed)
    if is_packed and name not in TEXT:
        scratch.mkdir(parents=True, exist_ok=True)
        copy = scratch / "unpacked"
        with told(), bytes_of(path, is_packed=True) as file, copy.open("wb") as whole:
            shutil.copyfileobj(file, whole)
        return copy, False
    return path, is_packed


def wide_encoding(head: bytes) -> str:
    """Return UTF-16 or UTF-32 where text begins like that, '' where it does not."""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    count = len(head) // 4
    if count == 0:
        return ""
    # text of the first 256 characters leaves all higher bytes empty
    empty = [head[place::4][:count].count(0) / count for place in range(4)]
    if sorted(share > 0.8 for share in empty) == [False, True, True, True]:
        return "UTF-32"
    is_wide = [share > 0.5 for share in empty]
    if is_wide in ([False, True, False, True], [True, False, True, False]):
        return "UTF-16"
    return ""


def _refuse_what_it_is_not(path: Path, head: bytes, name: str, is_packed: bool) -> None:
    if not head:
        raise UnreadableFileError(EMPTY)
    if head.startswith(GZIP):
        raise UnreadableFileError("the file is gzip within gzip. Unpack it once.")
    what, to_do = _kind(path, head, is_packed)
    if what != name and what:
        around = " within gzip" if is_packed else ""
        raise UnreadableFileError(f"the file is {what}{around}, not {name}. {to_do}")
    if not what and name not in TEXT:
        raise UnreadableFileError(
            f"the file is not {name}. Deliver it again; if it is text, name it .csv or "
            ".jsonl."
        )
    if name == "JSON Lines":
        _refuse_json_document(head)
    elif name == "CSV" and _JSON.match(_text(head)):
        raise UnreadableFileError(
            f"the file is JSON, not CSV. {ONE_A_LINE[:-1]}, and name it .jsonl."
        )


def _kind(path: Path, head: bytes, is_packed: bool) -> tuple[str, str]:
    """Return what a file certainly is, and what to do; nothing for what may be text."""
    for place, magic, what, to_do in _KINDS:
        if head.startswith(magic, place):
            return what, to_do
    if head.startswith(ZIP):
        return _kind_of_zip(path, is_packed)
    if wide := wide_encoding(head):
        return f"{wide} text", "Save it as UTF-8."
    text = _text(head)
    if _HTML.match(text):
        return "an HTML page", (
            "It may be the login or error page of where it comes from: fetch it again."
        )
    if _XML.match(text):
        return "XML", _EXPORT
    return "", ""


def _kind_of_zip(path: Path, is_packed: bool) -> tuple[str, str]:
    if is_packed:  # what is in it shows when it is unpacked
        return FORMAT_NAMES[".xlsx"], "Name it .xlsx."
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return "a damaged zip archive", "Deliver it again."
    if "xl/workbook.xml" in names:
        return FORMAT_NAMES[".xlsx"], "Name it .xlsx, or save it as CSV."
    if "xl/workbook.bin" in names:
        return "a binary Excel workbook (xlsb)", "Save it as xlsx."
    if "mimetype" in names and "content.xml" in names:
        return "an OpenDocument file", "Save it as xlsx or CSV."
    return "a zip archive", _UNPACK


def _refuse_json_document(head: bytes) -> None:
    text = _text(head)
    if _JSON_ARRAY.match(text):
        raise UnreadableFileError(f"the file is one JSON array. {ONE_A_LINE}")
    if _OPEN_OBJECT.match(text):
        raise UnreadableFileError(
            f"the file is JSON that goes over several lines. {ONE_A_LINE}"
        )


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()
