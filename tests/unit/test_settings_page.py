"""docs/settings.md says what the settings are, and no text names one that is none."""

import re
from pathlib import Path

import pytest

from orchestration.settings.declared import declarations
from orchestration.settings.errors import SettingsError
from orchestration.settings.page import DECLARED, PAGE, page
from orchestration.settings.settings import Settings
from orchestration.settings.values import PROJECT_DIR

NAMES = {said.name for kind in DECLARED for said in declarations(kind)}
# not read here: compose puts it into the container's own
OF_COMPOSE = {"LANDING_ON_HOST"}


def test_page_is_written_from_the_settings() -> None:
    assert (PROJECT_DIR / PAGE).read_text() == page(), "make settings"


def test_every_setting_stands_once_with_a_meaning() -> None:
    said = [said for kind in DECLARED for said in declarations(kind)]
    assert len(said) == len({one.name for one in said})
    assert all(one.meaning and one.default for one in said)


def test_every_setting_that_is_named_somewhere_is_one() -> None:
    folders = ("docs", "deploy", "models", "macros", "orchestration", "seeds/lookups")
    files = [
        *(file for name in folders for file in (PROJECT_DIR / name).rglob("*.*")),
        *(PROJECT_DIR / name for name in ("README.md", "dbt_project.yml", "Makefile")),
        PROJECT_DIR / "profiles.yml",
    ]
    named = {
        (name, file.relative_to(PROJECT_DIR).as_posix())
        for file in files
        if file.suffix in (".md", ".yml", ".yaml", ".sql", ".py", ".service", "")
        for name in re.findall(r"CUSTOMER360_([A-Z][A-Z_]*[A-Z])\b", file.read_text())
    }
    assert {(name, file) for name, file in named if name not in NAMES | OF_COMPOSE} == (
        set()
    )
    assert {name for name, _ in named} >= {"HOME", "SECRET_KEY", "SMTP_URL"}


def test_all_settings_that_cannot_be_meant_are_told_together() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(
            {
                "CUSTOMER360_KEEP_VERSIONS": "0",
                "CUSTOMER360_AS_OF_DATE": "today",
            }
        )
    assert str(refused.value).splitlines() == [
        "CUSTOMER360_AS_OF_DATE is 'today'; expected a day as 2026-01-31.",
        "CUSTOMER360_KEEP_VERSIONS is '0'; expected a whole number from 1 on.",
    ]


def test_a_value_of_the_wrong_type_is_refused_where_settings_are_made() -> None:
    with pytest.raises(ValueError, match="keep_versions"):
        Settings(Path(), Path(), Path(), keep_versions="many")  # type: ignore[arg-type]
