"""Who is one person, where the truth is known: see docs/identity.md, evaluation."""

import sys
from pathlib import Path

import pytest

from benchmarks import identity_truth as bench
from orchestration.identity.merge_lists import RecordName

pytestmark = pytest.mark.slow

PYTHON = Path(sys.executable)


def rules_score(truth: bench.People, folder: Path) -> bench.Score:
    state = bench.resolve(folder / "landing", folder / "built", PYTHON)
    found = bench.resolved(state)
    assert found
    return bench.score(found, truth)


def test_rules_on_fake_1000(tmp_path: Path) -> None:
    if not bench.FAKE_1000.exists():
        pytest.skip("the data are not there: ../shared/data/identity_fake_1000")
    truth = bench.map_file(
        bench.FAKE_1000,
        bench.FAKE_1000_COLUMNS,
        bench.FAKE_1000_PERSON,
        tmp_path / "landing",
    )
    figures = rules_score(truth, tmp_path)
    assert figures.true_pairs == 2031
    assert figures.precision >= 0.99
    assert figures.recall >= 0.28


def test_rules_keep_the_members_of_a_household_apart(tmp_path: Path) -> None:
    figures = rules_score(bench.map_households(tmp_path / "landing"), tmp_path)
    assert figures.precision >= 0.99
    assert figures.recall >= 0.95


def test_rules_find_the_people_of_the_demo(tmp_path: Path) -> None:
    figures = rules_score(bench.map_demo(tmp_path / "landing"), tmp_path)
    assert figures.precision >= 0.99
    assert figures.recall >= 0.95


def test_score_counts_pairs_of_records() -> None:
    names = [RecordName("main", str(number)) for number in range(4)]
    truth = dict(zip(names, "aabb", strict=True))
    found = dict(zip(names, "xxxy", strict=True))
    figures = bench.score(found, truth)
    assert (figures.found_pairs, figures.right_pairs, figures.true_pairs) == (3, 1, 2)
    assert figures.precision == pytest.approx(1 / 3)
    assert figures.recall == pytest.approx(1 / 2)
    assert figures.f1 == pytest.approx(0.4)
