"""The texts of settings as values, and what is said of one that cannot be meant.

Every reader takes a text and raises ValueError with the sentence that follows the name
of the variable; what is no text is a value already and is left as it is.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator

PROJECT_DIR = Path(__file__).resolve().parents[2]

# patterns of files, and parts of an address
SPECIAL_IN_PATHS = "[]*?%#"


def _of_text(read: Callable[[str], object]) -> BeforeValidator:
    def read_text(value: Any) -> Any:
        return read(value) if isinstance(value, str) else value

    return BeforeValidator(read_text)


def _path(text: str) -> Path:
    return (PROJECT_DIR / Path(text).expanduser()).resolve()


def _plain_path(text: str) -> Path:
    """Refuse a folder whose path means something else to Dagster, dbt or SQLite.

    They read it as a pattern or an address: settings would be lost, without a word, or
    files written beside the folder.
    """
    path = _path(text)
    odd = [c for c in str(path) if c in SPECIAL_IN_PATHS or not c.isprintable()]
    if odd:
        named = ", ".join(dict.fromkeys(map(repr, odd)))
        raise ValueError(
            f"leads to {str(path)!r}, and {named} in it would be read as something else"
            f" than a name. Choose a folder without {' '.join(SPECIAL_IN_PATHS)} and"
            " invisible characters in its path."
        )
    return path


def _day(text: str) -> date:
    try:
        # fromisoformat alone would take 20260131 and 2026-W05-6 too
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"is {text!r}; expected a day as 2026-01-31.") from None


def _time_of_day(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise ValueError(f"is {text!r}; expected a time of day as 02:00.") from None


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"is {text!r}, which is no known time zone. "
            "Expected a name such as UTC, Europe/Berlin or Asia/Shanghai."
        ) from None
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise ValueError(
            f"is {text!r}; expected a currency code of "
            "three letters (ISO 4217) such as EUR, USD or CNY."
        )
    return text.upper()


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"is {text!r}; expected true or false.")
    return text.lower() == "true"


def _names(text: str) -> tuple[str, ...]:
    """Read a list with `,` between; sorted, since its order means nothing."""
    return tuple(sorted({word.strip() for word in text.split(",")} - {""}))


def _addressees(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def whole_number(least: int) -> BeforeValidator:
    """Return the reader of a whole number from `least` on, of at most nine digits."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
            raise ValueError(f"is {text!r}; expected a whole number from {least} on.")
        return int(text)

    return _of_text(read)


def address(*schemes: str) -> BeforeValidator:
    """Return the reader of an address, which is never shown: it may hold a key."""

    def read(text: str) -> str:
        try:
            parts = urlsplit(text)
            # urlsplit drops what is invisible, and who sends would not
            is_plain = text.isascii() and text.isprintable() and " " not in text
            is_named = parts.scheme in schemes and parts.hostname and parts.port != 0
            is_good = is_plain and is_named
        except ValueError:
            is_good = False
        if not is_good:
            listed = ", ".join(f"{scheme}://" for scheme in schemes)
            raise ValueError(
                "is no address that can be used; expected one that begins with"
                f" {listed}, names a host, and has no blanks or letters beyond"
                " ASCII (percent-encode them)."
            )
        return text

    return _of_text(read)


Folder = Annotated[Path, _of_text(_path)]
PlainFolder = Annotated[Path, _of_text(_plain_path)]
Day = Annotated[date, _of_text(_day)]
TimeOfDay = Annotated[time, _of_text(_time_of_day)]
TimeZone = Annotated[str, _of_text(_time_zone)]
Currency = Annotated[str, _of_text(_currency)]
YesOrNo = Annotated[bool, _of_text(_yes_or_no)]
Names = Annotated[tuple[str, ...], _of_text(_names)]
Addressees = Annotated[tuple[str, ...], _of_text(_addressees)]
FromZero = Annotated[int, whole_number(0)]
FromOne = Annotated[int, whole_number(1)]
