"""The quality page: readable, whole, and without a reference to anything outside."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from orchestration.quality.data_docs import PAGE, page, write_page
from orchestration.quality.doors import QualityResult

PASSED = QualityResult(
    door="landing",
    suite="landed_tables",
    check_name="keys_present",
    table_name="orders",
    column_name="order_id",
    severity="blocking",
    is_passed=True,
    observed="0",
    expected="not more rows without a key than both limits allow",
    failed_row_count=0,
    failed_at="",
    what_to_do="Ask for these files again.",
)
WARNING = replace(
    PASSED,
    check_name="columns_known",
    severity="warning",
    is_passed=False,
    failed_row_count=1234,
    failed_at="orders/<b>.csv https://example.org/x.css",
)
BLOCKING = replace(PASSED, door="publish", check_name="keys_unique", is_passed=False)
VOID = {"meta", "br", "img", "link"}


class Outline(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_what_failed_stands_first_and_blocking_above_warnings() -> None:
    text = page({"version": "v1"}, [PASSED, WARNING, BLOCKING])
    order = [text.index(name) for name in ("keys_unique", "columns_known", "<h2>Land")]
    assert order == sorted(order)
    assert "3: 1 passed, 1 warnings, 1 blocking failures" in text
    for told in ("1,234", "what to do", "order_id", "Ask for these files again."):
        assert told in text


def test_nothing_outside_the_page_is_asked_for() -> None:
    text = page({"version": "v1"}, [PASSED, WARNING, BLOCKING])
    tags = Outline(text).tags
    assert {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "a"} == set()
    assert not [a for _, a in tags if {"src", "href", "srcset", "action"} & a.keys()]
    assert re.findall(r"https?://|url\(|@import", text) == []
    assert "<b>.csv" not in text


def test_a_day_on_which_all_passed_says_so(tmp_path: Path) -> None:
    assert write_page(tmp_path, {"version": "v1"}, [PASSED]) == PAGE
    assert "Every check passed." in (tmp_path / PAGE).read_text()
