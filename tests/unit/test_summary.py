"""What the terminal says of a version that was published with warnings."""

from dataclasses import asdict
from pathlib import Path

from orchestration.quality.doors import QualityResult
from orchestration.report.summary import warnings_told
from orchestration.store.versions import Version

CURRENT = Path("home/current")


def version(*warnings: QualityResult) -> Version:
    manifest = {
        "warnings": [asdict(warning) for warning in warnings],
        "report": "report/quality/index.html",
    }
    return Version("1", Path("home/versions/1"), is_current=True, manifest=manifest)


def warning(number: int) -> QualityResult:
    return QualityResult(
        door="landing",
        suite="landed_words",
        check_name=f"check_{number}",
        table_name="orders",
        column_name="channel",
        severity="warning",
        is_passed=False,
        observed="7",
        expected="nothing of the kind",
        failed_row_count=7,
        failed_at="7 rows, first in orders/\x1b[31m.csv record 2",
        what_to_do=f"Do this about {number}.",
    )


def test_without_warnings_nothing_is_told() -> None:
    assert list(warnings_told(CURRENT, version())) == []


def test_the_first_three_warnings_are_told_in_full() -> None:
    lines = list(warnings_told(CURRENT, version(*map(warning, range(5)))))
    text = "\n".join(lines)
    for number in range(3):
        assert f"check_{number}: table orders, column channel: 7 failed" in text
        assert f"what to do: Do this about {number}." in text
    assert "check_3" not in text
    assert lines[-1] == (
        "- and 2 more, in audit.quality_results and"
        " home/current/report/quality/index.html"
    )


def test_names_cannot_command_the_terminal() -> None:
    text = "\n".join(warnings_told(CURRENT, version(warning(0))))
    assert "\x1b" not in text
    assert r"orders/\x1b[31m.csv record 2" in text
