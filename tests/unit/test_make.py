"""What is given to make reaches the command as it is, and nothing of it is a script."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.refreshes import PROJECT

ODD = ["it's", 'a "b" c', "$HOME $(id) $$", "`id`", "x; touch made", "'; touch made; '"]
SHOWN = """\
#!/bin/sh
for word in "$@"; do printf '%s\\n' "<$word>"; done
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The Makefile, and a Python that shows what it is given."""
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (tmp_path / "Makefile").write_text((PROJECT / "Makefile").read_text())
    (tmp_path / "requirements.lock").touch()
    (binaries / "python").write_text(
        '#!/bin/sh\n[ "$1" = -c ] && echo works && exit\n' + SHOWN.split("\n", 1)[1]
    )
    (binaries / "python").chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


def made(project: Path, *words: str) -> list[str]:
    outcome = subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=project,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not (project / "made").exists()
    return outcome.stdout.splitlines()


@pytest.mark.parametrize("odd", ODD)
def test_a_value_is_no_part_of_the_script(project: Path, odd: str) -> None:
    assert made(project, "explain", f"TABLE={odd}", f"KEY={odd}")[3:] == [
        "<-->",
        f"<{odd}>",
        f"<{odd}>",
    ]
    assert made(project, "rollback", f"TO={odd}")[-1] == f"<--to={odd}>"
    assert made(project, "backfill", f"FROM={odd}", f"TO={odd}")[3:5] == [
        f"<--from={odd}>",
        f"<--to={odd}>",
    ]


def test_what_is_not_given_is_not_there(project: Path) -> None:
    assert made(project, "rollback") == [
        "<-m>",
        "<orchestration.commands>",
        "<rollback>",
    ]
    words = made(project, "explain", "TABLE=a", "KEY=b", "LIMIT=-1")
    assert words[3] == "<--limit=-1>"
