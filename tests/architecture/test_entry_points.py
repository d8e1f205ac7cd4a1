"""Every Python module that a command, unit, image or page names is there to be run."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from orchestration.commands.app import app, main

PROJECT = Path(__file__).resolve().parents[2]
PLACES = (
    "Makefile",
    "*.md",
    "*.toml",
    "profiles.yml",
    ".ci/**",
    ".github/**",
    "deploy/**",
    "docs/**",
    "seeds/**/*.md",
    "orchestration/**/*.py",
    "benchmarks/**/*.py",
    "tests/**/*.py",
)
# after -m in a shell, in a list of words, or as a plugin of dbt
NAMED = re.compile(r"(?:-m\W{1,5}|module: )((?:orchestration|benchmarks)[\w.]*\w)")
STARTED = re.compile(r"-m\W{1,5}orchestration\.commands[^-\w.]{1,4}([a-z][a-z-]*)")
WRITTEN = re.compile(r"\borchestration/[\w/]+\.py\b")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *(f":(glob){pattern}" for pattern in patterns)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [PROJECT / name for name in listed.stdout.splitlines()]


def named_in_files() -> set[tuple[str, str]]:
    return {
        (module, file.relative_to(PROJECT).as_posix())
        for file in tracked(*PLACES)
        for module in NAMED.findall(file.read_text())
    }


def test_places_that_start_something_are_looked_at() -> None:
    found = {file for _, file in named_in_files()}
    assert {"Makefile", "profiles.yml", "deploy/container/Dockerfile"} <= found
    assert len([file for file in found if file.startswith("deploy/systemd/")]) == 4


@pytest.mark.parametrize("module", sorted({module for module, _ in named_in_files()}))
def test_module_that_is_started_by_name_is_there(module: str) -> None:
    assert find_spec(module) is not None


def test_files_that_texts_name_are_there() -> None:
    patterns = ("*.md", "docs/**", "models/**", "macros/**", "seeds/**", "tests/**")
    gone = {
        f"{file.relative_to(PROJECT)}: {path}"
        for file in tracked(*patterns, "orchestration/**")
        if file.suffix in (".md", ".sql", ".yml", ".toml", ".py")
        and file.name != "CHANGELOG.md"
        for path in WRITTEN.findall(file.read_text())
        if not (PROJECT / path).exists()
    }
    assert not gone


def test_every_command_that_is_started_is_one() -> None:
    asked = {
        (word, file.relative_to(PROJECT).as_posix())
        for file in tracked(*PLACES)
        for word in STARTED.findall(file.read_text())
    }
    assert {"refresh", "nightly", "prepare", "check-freshness"} <= {w for w, _ in asked}
    known = {
        str(command.name or command.callback.__name__)
        for command in app.registered_commands
        if command.callback is not None
    }
    assert {(word, file) for word, file in asked if word not in known} == set()


def test_commands_stand_in_the_makefile() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert f"orchestration.commands {name}" in makefile or name == "prepare"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "check-freshness" in shown
    assert main(["no-such-command"]) == 2
    assert main([]) == 2
