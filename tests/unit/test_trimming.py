"""What is trimmed: the class, and that everybody trims alike."""

import re
import unicodedata
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.columns import matched
from orchestration.landing.contract import CONTRACT_FILE, read_contract
from orchestration.settings.values import PROJECT_DIR
from orchestration.text.trimming import INVISIBLE, filled, stripped, trimmed

MACRO = Path("macros/staging/invisible_characters.sql")
# White_Space is the blanks and separators (Z…) and some of the controls
INVISIBLE_CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp"}
FROZEN_AT = "15.0"
LISTED = {c for first, last in INVISIBLE for c in range(first, last + 1)}


def test_the_list_is_the_class_of_unicode() -> None:
    """Code points that this Python's Unicode has not assigned yet are left out."""
    assigned = {
        code for code in range(0x110000) if unicodedata.category(chr(code)) != "Cn"
    }
    invisible = {
        code
        for code in assigned
        if unicodedata.category(chr(code)) in INVISIBLE_CATEGORIES
    }
    assert invisible == LISTED & assigned, (
        f"the list is frozen at Unicode {FROZEN_AT}, this Python knows "
        f"{unicodedata.unidata_version}"
    )


def test_dbt_trims_by_the_same_list() -> None:
    ranges = re.findall(r'\("([0-9a-f]+)", "([0-9a-f]+)"\)', MACRO.read_text())
    assert [(int(a, 16), int(b, 16)) for a, b in ranges] == list(INVISIBLE)
    assert f"Unicode {FROZEN_AT}" in MACRO.read_text()


def test_every_one_goes_at_both_ends_and_stays_inside() -> None:
    texts = [
        f"{chr(code)}a{chr(code)}b{chr(code)}"
        for code in sorted(LISTED)
        # DuckDB takes no NUL from a parameter of a list
        if code
    ]
    wanted = [text[1:-1] for text in texts]
    assert [stripped(text) for text in texts] == wanted
    rows = duckdb.execute(
        f"select {trimmed('text')} from (select unnest(?) as text)", [texts]
    ).fetchall()
    assert [row[0] for row in rows] == wanted


@pytest.mark.parametrize("text", ["é", "·", "\u3164", "\u2800", "\ufe0f", "\u0301"])
def test_what_can_be_seen_or_belongs_to_a_letter_stays(text: str) -> None:
    assert stripped(text) == text
    assert duckdb.execute(f"select {trimmed('?')}", [text]).fetchone() == (text,)


def test_a_column_is_known_by_what_can_be_seen_of_its_name() -> None:
    orders = read_contract(PROJECT_DIR / CONTRACT_FILE).table("orders")
    names = [f"\ufeff{name.upper()}\u200b" for name in orders.required_names]
    assert list(matched(names, orders).found) == list(orders.required_names)


def test_nothing_is_left_of_blanks() -> None:
    blank = "\u200b \ufeff\n"
    assert stripped(blank) == ""
    found = duckdb.execute(f"select {filled('?')}, {filled('null')}", [blank])
    assert found.fetchone() == (None, None)
