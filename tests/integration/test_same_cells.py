"""The same rows give the same cells: whatever their files, order and nights.

Where rows of one key do not say which is newer, their order is kept: it decides.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.landing.contract import CONTRACT_FILE, read_contract
from tests.support.builds import build, build_anew
from tests.support.cells import Cells, differences, public_cells
from tests.support.landings import landing_files, records_of, write_records
from tests.support.refreshes import DEMO, PROJECT, Published

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first_build(published_demo: Published) -> Path:
    return published_demo.analytics_path


@pytest.fixture(scope="module")
def first(first_build: Path) -> Cells:
    return public_cells(first_build, trace=True)


@pytest.mark.long
def test_the_same_input_gives_the_same_cells(first: Cells, tmp_path: Path) -> None:
    again = public_cells(build(DEMO, tmp_path / "again"), trace=True)
    assert differences(first, again) == []


def test_neither_order_nor_number_of_files_matters(
    first_build: Path, tmp_path: Path
) -> None:
    _shuffle_and_split(DEMO, tmp_path / "landing")
    other = build_anew(tmp_path / "landing", tmp_path / "built")
    assert (
        differences(
            public_cells(first_build, trace=False), public_cells(other, trace=False)
        )
        == []
    )


@pytest.mark.long
def test_files_that_come_later_give_the_same_as_all_at_once(
    first: Cells, tmp_path: Path
) -> None:
    landing, folder = tmp_path / "landing", tmp_path / "built"
    shutil.copytree(DEMO, landing)
    late = [p for p in sorted(landing.rglob("*.csv*")) if "2025" in p.name]
    assert late, "the demo has no files of a late period"
    for path in late:
        path.rename(path.with_name("_" + path.name))
    build(landing, folder)
    for path in late:
        path.with_name("_" + path.name).rename(path)
    evening = public_cells(build(landing, folder), trace=True)
    assert differences(first, evening) == []


@pytest.mark.long
def test_a_past_day_does_not_see_what_came_later(tmp_path: Path) -> None:
    """Rows that happened or became known after the day change no cell of it."""
    past_day, day_after_everywhere = "2025-03-31", "2025-04-02"

    def known(record: dict[str, str]) -> bool:
        return all(
            (record.get(column) or "").strip() < day_after_everywhere
            for column in _WHEN
        )

    _shuffle_and_split(DEMO, tmp_path / "then", keep=known)
    _shuffle_and_split(DEMO, tmp_path / "now")
    then = build(tmp_path / "then", tmp_path / "built_then", as_of_date=past_day)
    now = build(tmp_path / "now", tmp_path / "built_now", as_of_date=past_day)
    assert (
        differences(public_cells(then, trace=False), public_cells(now, trace=False))
        == []
    )


_WHEN = (
    "ordered_at",
    "created_at",
    "refunded_at",
    "contacted_at",
    "opened_at",
    "occurred_at",
    "recorded_at",
    "assigned_at",
    "rate_date",
    "period_start_date",
    "invited_at",
    "updated_at",
)


def _shuffle_and_split(
    source: Path,
    target: Path,
    *,
    keep: Callable[[dict[str, str]], bool] = lambda record: True,
) -> None:
    """The readable records of every file, shuffled, in two files each.

    Those of a key that comes more than once without `updated_at` are in a third one, as
    they came.
    """
    chance = random.Random(20260101)
    contract = read_contract(PROJECT / CONTRACT_FILE)
    for table, path in landing_files(source):
        key = contract.table(table).key
        records = [r for r in records_of(path) if keep(r)]
        keys = Counter(_key(r, key) for r in records if not r.get("updated_at"))
        in_order = [r for r in records if keys[_key(r, key)] > 1]
        records = [r for r in records if keys[_key(r, key)] <= 1]
        chance.shuffle(records)
        name = "-".join(path.relative_to(source).parts).replace(".", "_")
        for half in (0, 1):
            write_records(target / table / f"{name}_{half}.jsonl", records[half::2])
        write_records(target / table / f"{name}_2.jsonl", in_order)


def _key(record: dict[str, str], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple((record.get(column) or "").strip() for column in columns)
