"""The reasons against rows in docs/judging.md are those that can be given."""

import re
from pathlib import Path

from orchestration.landing.contract import read_contract
from orchestration.landing.raw import UNREADABLE_ROW

PROJECT = Path(__file__).resolve().parents[2]
STAGING = PROJECT / "macros/staging"
BY_COLUMN = ("missing", "unknown", "negative")


def documented() -> set[str]:
    text = (PROJECT / "docs/judging.md").read_text()
    rows = re.findall(r"^\| (`.*?`) \|", text.partition("## All reasons")[2], re.M)
    return {word for row in rows for word in re.findall(r"`(.+?)`", row)}


def by_contract() -> set[str]:
    """What the macro gives: every text in it that is no type and no word of meta."""
    contract = read_contract(PROJECT / "models/staging/_sources.yml")
    types = {column.data_type for table in contract.tables for column in table.columns}
    words = re.findall(r'"([a-z_]+)"', (STAGING / "refusals_of.sql").read_text())
    others = {*types, "required", "accepted", "minimum", "source_system", "updated_at"}
    return {
        f"{word}<column>" if word in {f"{kind}_" for kind in BY_COLUMN} else word
        for word in set(words) - others - {"_text"}
    }


def by_models() -> set[str]:
    texts = [path.read_text() for path in (PROJECT / "models").rglob("*.sql")]
    return {
        reason
        for text in texts
        for column, reason in re.findall(r"'([a-z_]+):([a-z_]+)'\s+end", text)
        if reason != f"missing_{column}"
    }


def test_every_reason_is_explained_and_every_explained_one_is_given() -> None:
    given = by_contract() | by_models() | {UNREADABLE_ROW, "negative_amount"}
    assert documented() == given
