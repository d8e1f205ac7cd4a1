"""A failure at any stage publishes nothing, says what failed, and ends with 1."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.chaos import Round, Stage, faults_seen, followed_up
from tests.support.small_project import HEADER

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Failure:
    """How a stage is broken, and what must be told."""

    step: str | None
    said: tuple[str, ...]
    models: dict[str, Callable[[str], str]] = field(default_factory=dict)
    landed: str = ""
    broken: tuple[str, ...] = ()


def appended(text: str) -> Callable[[str], str]:
    return lambda content: content + text


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(content: str) -> str:
        assert old in content
        return content.replace(old, new)

    return change


KEYLESS = "".join(f",c1,2025-01-0{n % 9 + 1},paid,1.00\n" for n in range(50))
UNDATED = "".join(f"undated-{n},c1,soon,paid,1.00\n" for n in range(200))

FAILURES = {
    "the landing door closes": Failure(
        "landing_checks",
        ("The landing door is closed", "keys_present", "orders/failing.csv"),
        landed=KEYLESS,
    ),
    "Great Expectations breaks at the landing door": Failure(
        "landing_checks",
        ("Broken: orchestration.quality.suites.landing_suites",),
        broken=("orchestration.quality.suites.landing_suites",),
    ),
    "the dbt project cannot be parsed": Failure(
        None,
        ("dbt could not start", "fct_orders"),
        models={"marts/fct_orders.sql": appended("\n{{ no_such_macro( }}")},
    ),
    "a model fails": Failure(
        "dbt",
        ("model metrics_orders", "no_such_column"),
        models={
            "metrics/metrics_orders.sql": replaced(
                "orders.order_date,\n    count(*)",
                "orders.no_such_column as order_date,\n    count(*)",
            )
        },
    ),
    "a data test fails": Failure(
        "dbt",
        ("test unique_fct_orders_order_id", "rows that break it"),
        models={
            "marts/fct_orders.sql": replaced("    order_id,", "    '1' as order_id,")
        },
    ),
    "a contract is broken": Failure(
        "dbt",
        ("model fct_orders", "contract"),
        models={
            "marts/fct_orders.sql": replaced(
                "true as is_counted", "'yes' as is_counted"
            )
        },
    ),
    "the publish door closes": Failure(
        "publish_checks",
        ("The publish door is closed", "quarantine_within_limits", "bad_timestamp"),
        landed=UNDATED,
    ),
    "Great Expectations breaks at the publish door": Failure(
        "publish_checks",
        ("Broken: orchestration.quality.suites.publish_suites",),
        broken=("orchestration.quality.suites.publish_suites",),
    ),
    "the manifest cannot be made": Failure(
        "publish",
        ("Broken: orchestration.refresh.manifest.of_databases",),
        broken=("orchestration.refresh.manifest.of_databases",),
    ),
}


@contextmanager
def changed(models: Path, failure: Failure) -> Iterator[None]:
    """Change models of the project; put them back."""
    before = {models / name: (models / name).read_text() for name in failure.models}
    for name, change in failure.models.items():
        (models / name).write_text(change(before[models / name]))
    try:
        yield
    finally:
        for file, content in before.items():
            file.write_text(content)


def test_a_failure_at_each_stage(stage: Stage, small: Path) -> None:
    before = stage.current
    for name, failure in FAILURES.items():
        landed = stage.landing / "orders" / "failing.csv"
        if failure.landed:
            landed.write_text(HEADER + failure.landed)
        with changed(small / "models", failure):
            refresh = stage.start({"broken": list(failure.broken)})
            code = refresh.wait()
        landed.unlink(missing_ok=True)

        assert code == 1, (name, refresh.said)
        assert "Not refreshed." in refresh.said, name
        assert f"Readers see version {before}." in refresh.said, name
        assert "Traceback" not in refresh.said, (name, refresh.said)
        for words in failure.said:
            assert words in refresh.said, (name, words, refresh.said)
        assert stage.current == before, name
        assert faults_seen(stage.home) == [], name
        if failure.step is not None:
            last = stage.journal()[-1]
            assert (last["outcome"], last["failed_step"]) == ("failed", failure.step)
    assert followed_up(stage, Round(1, "", 0)).faults == []
