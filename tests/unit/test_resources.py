"""Settings: what is refused, and in which words."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.settings.dagster_instance import prepare_dagster
from orchestration.settings.environment import (
    TELEMETRY_OFF,
    exported,
    switch_telemetry_off,
)
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.settings.values import PROJECT_DIR


def settings(**variables: str) -> Settings:
    return Settings.from_environment(
        {f"CUSTOMER360_{name}": value for name, value in variables.items()}
    )


def test_defaults_lie_in_the_project() -> None:
    found = settings()
    assert found.landing == PROJECT_DIR / "seeds" / "demo"
    assert found.home == PROJECT_DIR / "warehouse"
    assert found.build_dir == PROJECT_DIR / "warehouse" / "dev"
    assert found.as_of_date is None
    assert (found.business_timezone, found.reporting_currency) == ("UTC", "EUR")
    assert found.keep_versions == 3


def test_blank_values_mean_the_default() -> None:
    assert settings(AS_OF_DATE="", HOME="  ") == settings()


def test_values_are_read() -> None:
    found = settings(
        HOME="/data/home",
        LANDING="inbox",
        AS_OF_DATE="2011-12-09",
        REPORTING_CURRENCY="gbp",
        BUSINESS_TIMEZONE="Europe/London",
        KEEP_VERSIONS="5",
    )
    assert found.home == Path("/data/home")
    assert found.landing == PROJECT_DIR / "inbox"
    assert found.as_of_date == date(2011, 12, 9)
    assert found.reporting_currency == "GBP"
    assert found.business_timezone == "Europe/London"
    assert found.keep_versions == 5


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AS_OF_DATE", "31.01.2026", "expected a day as 2026-01-31"),
        ("AS_OF_DATE", "2026-02-30", "expected a day as 2026-01-31"),
        ("AS_OF_DATE", "20260131", "expected a day as 2026-01-31"),
        ("BUSINESS_TIMEZONE", "Europe/Berlinn", "no known time zone"),
        ("BUSINESS_TIMEZONE", "../etc", "no known time zone"),
        ("REPORTING_CURRENCY", "EURO", "three letters"),
        ("REPORTING_CURRENCY", "€", "three letters"),
        ("PSEUDONYMISE_CUSTOMERS", "perhaps", "expected true or false"),
        ("KEEP_VERSIONS", "0", "a whole number from 1 on"),
        ("KEEP_VERSIONS", "many", "a whole number from 1 on"),
        ("LOCK_WAIT_SECONDS", "-1", "a whole number from 0 on"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(
    name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(**{name: value})
    assert said in str(refused.value)
    assert f"CUSTOMER360_{name}" in str(refused.value)
    assert value in str(refused.value)


def test_a_day_that_has_not_come_is_refused() -> None:
    evening = datetime(2026, 3, 1, 9, 59, tzinfo=UTC)
    settings(AS_OF_DATE="2026-03-01").require_day_that_has_come(evening)
    with pytest.raises(SettingsError, match="2026-03-02, a day that has not come"):
        settings(AS_OF_DATE="2026-03-02").require_day_that_has_come(evening)
    # in the earliest time zone it is the second already
    morning = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    settings(AS_OF_DATE="2026-03-02").require_day_that_has_come(morning)


def test_dbt_gets_what_the_refresh_was_told() -> None:
    given = settings(
        AS_OF_DATE="2026-01-31",
        REPORTING_CURRENCY="USD",
        NULL_WORDS="nan, NULL,,nan",
        WHOLE_TABLES="refunds,orders",
        MASK_FREE_TEXTS="true",
    )
    assert given.dbt_variables(Path("/build"), Path("/target")) == {
        "CUSTOMER360_BUILD_DIR": "/build",
        "CUSTOMER360_AS_OF_DATE": "2026-01-31",
        "CUSTOMER360_BUSINESS_TIMEZONE": "UTC",
        "CUSTOMER360_REPORTING_CURRENCY": "USD",
        "CUSTOMER360_PSEUDONYMISE_CUSTOMERS": "false",
        "CUSTOMER360_MASK_FREE_TEXTS": "true",
        "CUSTOMER360_NEWEST_FILE_WINS": "",
        "CUSTOMER360_WHOLE_TABLES": "orders,refunds",
        "CUSTOMER360_NULL_WORDS": "NULL,nan",
        "CUSTOMER360_STAND_IN_IDS": "",
        "DBT_TARGET_PATH": "/target",
    }


def test_pseudonyms_need_a_key_and_a_var_wins_over_the_environment() -> None:
    wanted = settings(PSEUDONYMISE_CUSTOMERS="True")
    with pytest.raises(SettingsError, match="Set CUSTOMER360_SECRET_KEY"):
        wanted.has_pseudonyms({})
    assert not wanted.has_pseudonyms({"pseudonymise_customers": False})
    keyed = settings(SECRET_KEY="0123456789abcdef")
    assert keyed.has_pseudonyms({"pseudonymise_customers": True})
    assert not keyed.has_pseudonyms({})


def test_settings_never_hold_the_key() -> None:
    assert "0123456789abcdef" not in repr(settings(SECRET_KEY="0123456789abcdef"))


def test_exported_puts_back_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMER360_HOME", "before")
    monkeypatch.delenv("CUSTOMER360_BUILD_DIR", raising=False)
    with exported({"CUSTOMER360_HOME": "during", "CUSTOMER360_BUILD_DIR": "new"}):
        assert os.environ["CUSTOMER360_HOME"] == "during"
    assert os.environ["CUSTOMER360_HOME"] == "before"
    assert "CUSTOMER360_BUILD_DIR" not in os.environ


def test_telemetry_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TELEMETRY_OFF:
        monkeypatch.delenv(name, raising=False)
    switch_telemetry_off()
    assert os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"


@pytest.mark.parametrize("name", ["HOME", "BUILD_DIR"])
@pytest.mark.parametrize(
    "folder",
    ["a[x]", "a*", "a?", "a%41", "a#b", "a #b", "a\nb", "\x1b[1m", "\udcff"],
)
def test_a_path_that_is_read_as_something_else_is_refused(
    tmp_path: Path, name: str, folder: str
) -> None:
    with pytest.raises(SettingsError, match=f"CUSTOMER360_{name} leads to") as refused:
        settings(**{name: str(tmp_path / folder)})
    assert str(refused.value).isprintable()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "folder", ["a: b", "it's", 'a "b"', "a\\b", "{a}", "&a, !b", "é"]
)
def test_dagster_reads_its_settings_whatever_the_folder_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    home = settings(HOME=str(tmp_path / folder)).home
    (home / "dagster").mkdir(parents=True)
    prepare_dagster(home / "dagster", {})
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        assert not instance.telemetry_enabled
        assert type(instance.event_log_storage).__name__ == "ConnectedEventLog"
        instance.get_runs()
    assert [path.name for path in tmp_path.iterdir()] == [folder]
    assert list((home / "dagster" / "history").rglob("*.db"))
