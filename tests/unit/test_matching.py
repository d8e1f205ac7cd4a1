import stat
from pathlib import Path

import pytest

from orchestration.commands import candidates
from orchestration.commands.app import main
from orchestration.identity.candidates import Candidate, write_candidates
from orchestration.identity.comparisons import COMPARISONS
from orchestration.identity.merge_lists import (
    COLUMNS,
    MergeListError,
    RecordName,
    RecordPair,
    add_pairs,
    read_pairs,
)

A, B, C = (RecordName("main", "1"), RecordName("crm", "07"), RecordName("main", "10"))


@pytest.fixture
def merge_list(tmp_path: Path) -> Path:
    file = tmp_path / "identity_always_merge.csv"
    file.write_text(",".join(COLUMNS) + "\nmain,1,crm,07,by hand")
    return file


def test_a_pair_is_added_once_whatever_its_order(merge_list: Path) -> None:
    before = merge_list.read_text()
    new = [(RecordPair.of(C, A), "one"), (RecordPair.of(B, C), "two")]
    known = [(RecordPair.of(B, A), "again"), (RecordPair.of(A, B), "again")]
    assert add_pairs(merge_list, [*new, *known]) == 2
    assert merge_list.read_text() == (
        before + "\ncrm,07,main,10,two\nmain,1,main,10,one\n"
    )
    assert add_pairs(merge_list, new) == 0
    assert read_pairs(merge_list) == {
        RecordPair.of(*p) for p in ((A, B), (A, C), (B, C))
    }


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("source_system,reason\n")
    with pytest.raises(MergeListError, match="must begin with"):
        read_pairs(file)
    file.write_text(",".join(COLUMNS) + "\nmain,1,crm\n")
    with pytest.raises(MergeListError, match="line 2: expected 5 values, found 3"):
        read_pairs(file)


def test_candidates_are_for_the_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "review" / "identity_candidates.csv"
    details = {"name_agreement": "same"}
    write_candidates(file, [Candidate(0.99714, A, B, ("1", "crm:07"), details)])
    header, row = file.read_text().splitlines()
    assert row == "0.9971,main,1,crm,07,1,crm:07,same"
    assert len(header.split(",")) == len(row.split(","))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_levels_are_told_in_words() -> None:
    name = COMPARISONS[0]
    assert name.meaning_of(-1) == "not compared"
    assert name.meaning_of(0) == "differs"
    assert name.meaning_of(len(name.levels)) == "same"


def test_without_splink_the_command_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(candidates, "is_installed", lambda: False)
    assert main(["candidates"]) == 1
    assert "make candidates" in capsys.readouterr().err


def test_accepting_needs_a_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["candidates", "--accept"]) == 2
    assert "THRESHOLD" in capsys.readouterr().err
