"""What the commands of the Makefile take for yes and for no."""

import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def said(*words: str) -> subprocess.CompletedProcess[str]:
    """What make would run, nothing being run."""
    return subprocess.run(
        ["make", "--dry-run", *words], cwd=PROJECT, capture_output=True, text=True
    )


@pytest.mark.parametrize("word", ["", "0", "no", "No", "false", "FALSE"])
def test_no_means_no(word: str) -> None:
    assert "--rewrite" not in said("purge", f"REWRITE={word}").stdout
    assert "CUSTOMER360_FORCE" not in said("refresh", f"FORCE={word}").stdout
    assert "--accept" not in said("candidates", f"ACCEPT={word}").stdout


@pytest.mark.parametrize("word", ["1", "yes", "true", "TRUE"])
def test_yes_means_yes(word: str) -> None:
    assert "--rewrite" in said("purge", f"REWRITE={word}").stdout
    assert "CUSTOMER360_FORCE=true" in said("refresh", f"FORCE={word}").stdout
    told = said("backfill", "FROM=a", "TO=b", f"STOP={word}", f"AGAIN={word}")
    assert "--stop --again" in told.stdout


@pytest.mark.parametrize("word", ["maybe", "2", "1 0", "-"])
def test_anything_else_is_refused(word: str) -> None:
    told = said("purge", f"REWRITE={word}")
    assert told.returncode != 0
    assert f"REWRITE is '{word}'; expected 1 (yes) or 0 (no)" in told.stderr
