"""Lookups that cannot be meant are refused by name, before anything is built."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from orchestration.dbt.lookups import FOLDER, RULES, LookupsMakeNoSense, require_sense
from tests.support.refreshes import PROJECT

LOOKUPS = PROJECT / FOLDER


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(LOOKUPS, tmp_path / FOLDER)
    return tmp_path


def change(project: Path, name: str, old: str, new: str) -> None:
    file = project / FOLDER / f"{name}.csv"
    text = file.read_text()
    assert text.count(old) == 1, (name, old)
    file.write_text(text.replace(old, new))


def append(project: Path, name: str, line: str) -> None:
    with (project / FOLDER / f"{name}.csv").open("a") as file:
        file.write(f"{line}\n")


def test_the_lookups_as_they_are_make_sense_and_none_is_forgotten() -> None:
    require_sense(PROJECT)
    ruled = tomllib.loads((LOOKUPS / RULES).read_text())
    assert {file.stem for file in LOOKUPS.glob("*.csv")} <= ruled.keys()


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("markets", "AT,EUR,", "AT,EURO,", "line 3, column currency_code: 'EURO'"),
        ("markets", "Europe/Vienna", "Europe/Wien", "line 3, column time_zone:"),
        ("markets", "AT,Austria", "at,Austria", "line 3, column country_code: 'at'"),
        ("markets", "\nAT,", "\nAE,", "'AE' stands on line 2 already"),
        ("markets", "de-AT,1;2;3", "de-AT,1;1;3", "column business_days"),
        ("markets", "de-AT,1;2;3;4;5,09:00", "de-AT,1;2;3;4;5,19:00", "lies before"),
        ("markets", "de-AT,1;2;3;4;5,09:00", "de-AT,1;2;3;4;5,9", "time of day"),
        ("markets", "country_name,", "country,", "line 1: its columns are to be"),
        ("markets", "Austria,AT,", "Austria,", "line 3: 11 cells, and the header"),
        ("loyalty_tiers", "gold,300", "gold,88", "'88' at tier_rank 3 is not above"),
        ("loyalty_tiers", "gold,300", "gold,-1", "column min_points_earned: '-1' is"),
        ("loyalty_tiers", "3,gold", "3,silver", "'silver' stands on line 3 already"),
        ("age_bands", "25,34", "24,34", "'24' does not follow on last_age '24'"),
        ("age_bands", "25,34", "26,34", "'26' does not follow on last_age '24'"),
        ("rfm_segment_rules", "champions,4,5", "champions,5,4", "lies before"),
        ("rfm_segment_rules", "champions,4,5", "champions,4,6", "not within 1 and 5"),
        (
            "rfm_segment_rules",
            "lost,1,1,1,2,1,5\n99,other,1",
            "lost,1,1,1,1,1,5\n99,other,2",
            "no rule holds for the scores 1, 2, 1",
        ),
        ("rfm_segment_rules", "loyal,3,5,4,5,1,5", "loyal,4,5,4,5,4,5", "rules before"),
        ("holidays", "AT,2023-01-06", "XX,2023-01-06", "'XX' is not in markets.market"),
        ("holidays", "AT,2023-01-06", "AT,2023-01-01", "stands on line 2 already"),
        ("holidays", "AT,2023-01-06", "AT,2023-02-30", "column holiday_date"),
        ("contact_outcomes", "opened,answered", "opened,yes", "'yes' is none of"),
        ("contact_outcomes", "opened,", "Answered,", "'Answered' stands on line 2"),
        ("ticket_statuses", "new,open", "new ,open", "has blanks around it"),
        ("targets", ",30\n", ",30 %\n", "column target_value: '30 %' is no number"),
        ("targets", "year,2023-01-01", "year,01.01.2023", "column valid_from_date"),
        ("churn_reason_rules", "1,comp", "2,comp", "stands on line 2 already"),
        ("identity_rules", "same_phone", "same_fax", "'same_fax' is none of"),
    ],
)
def test_what_cannot_be_meant_is_told_with_line_column_and_value(
    project: Path, name: str, old: str, new: str, told: str
) -> None:
    change(project, name, old, new)
    with pytest.raises(LookupsMakeNoSense) as refused:
        require_sense(project)
    assert f"{FOLDER.as_posix()}/{name}.csv, " in str(refused.value)
    assert told in str(refused.value)


def test_two_records_cannot_be_one_and_two(project: Path) -> None:
    append(project, "identity_always_merge", "main,1,crm,2,seen")
    require_sense(project)
    append(project, "identity_never_merge", "crm,2,main,1,seen too")
    append(project, "identity_never_merge", "main,3,main,3,itself")
    with pytest.raises(LookupsMakeNoSense) as refused:
        require_sense(project)
    assert "the same two stand on line 2 of identity_never_merge.csv" in str(
        refused.value
    )
    assert "line 3: a record is paired with itself" in str(refused.value)


def test_only_the_first_faults_are_told(project: Path) -> None:
    for number in range(14):
        append(project, "contact_outcomes", f"word {number},maybe")
    (project / FOLDER / "markets.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(LookupsMakeNoSense, match=r"(?s)no UTF-8.*… and 5 more$"):
        require_sense(project)


def test_a_project_without_lookups_has_no_faults(tmp_path: Path) -> None:
    require_sense(tmp_path)


@pytest.mark.slow
def test_plain_dbt_asks_too(tmp_path: Path) -> None:
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    for name in ("models", "macros", "orchestration", "seeds/lookups", "tests/dbt"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    change(tmp_path, "markets", "AT,EUR,", "AT,EURO,")
    outcome = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "seed", "-s", "markets"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path), "HOME": "/"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode != 0
    assert "markets.csv, line 3, column currency_code: 'EURO'" in outcome.stdout
