"""The settings of a run, read from the environment: the only module that reads it.

Everything else is handed a `Settings` or a plain value. Telemetry is switched off here:
that of dbt and Great Expectations on import, that of Dagster by its dagster.yaml.
No clock is read here.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PROJECT_DIR = Path(__file__).resolve().parent.parent

TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
}

# Runs are kept in SQLite. The output of steps goes to the log of the refresh; Dagster's
# own capture of it would start two processes a step.
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
event_log_storage:
  module: orchestration.defs.event_log
  class: ConnectedEventLog
  config:
    base_dir: {folder}/history/runs
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
concurrency:
  runs:
    max_concurrent_runs: 1
"""

# A day has begun somewhere on earth up to 14 hours before it begins in UTC.
EARLIEST_ZONE = timedelta(hours=14)

SHORTEST_KEY = 16

os.environ.update(TELEMETRY_OFF)


class SettingsError(Exception):
    """A setting that cannot be meant, told in a sentence for a person."""


@dataclass(frozen=True)
class Settings:
    """What one installation is told from outside.

    `as_of_date` None means the data's own last day. `keep_versions` counts published
    versions with the current one; `keep_minutes` is how long a version that is no
    longer current stays for readers that still hold it. `lock_wait_seconds` is how long
    a refresh waits for another one to end. `build_dir` is where plain dbt builds. The
    two groups get the published files; None leaves them to the group they are born in.
    """

    landing: Path
    home: Path
    build_dir: Path
    as_of_date: date | None = None
    business_timezone: str = "UTC"
    reporting_currency: str = "EUR"
    keep_versions: int = 3
    keep_minutes: int = 10
    lock_wait_seconds: int = 0
    pseudonymise_customers: bool = False
    has_secret_key: bool = False
    readers_group: str | None = None
    private_group: str | None = None
    project_dir: Path = PROJECT_DIR

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ
    ) -> "Settings":
        """Read and judge the CUSTOMER360_ variables; raise SettingsError."""
        given = {
            name.removeprefix("CUSTOMER360_"): value.strip()
            for name, value in environment.items()
            if name.startswith("CUSTOMER360_") and value.strip()
        }
        return cls(
            landing=_path(given.get("LANDING", "seeds/demo")),
            home=_path(given.get("HOME", "warehouse")),
            build_dir=_path(given.get("BUILD_DIR", "warehouse/dev")),
            as_of_date=_day(given.get("AS_OF_DATE")),
            business_timezone=_time_zone(given.get("BUSINESS_TIMEZONE", "UTC")),
            reporting_currency=_currency(given.get("REPORTING_CURRENCY", "EUR")),
            keep_versions=_whole_number(given, "KEEP_VERSIONS", default=3, least=1),
            keep_minutes=_whole_number(given, "KEEP_MINUTES", default=10, least=0),
            lock_wait_seconds=_whole_number(
                given, "LOCK_WAIT_SECONDS", default=0, least=0
            ),
            pseudonymise_customers=_yes_or_no(given, "PSEUDONYMISE_CUSTOMERS"),
            has_secret_key=secret_key(environment) is not None,
            readers_group=given.get("READERS_GROUP"),
            private_group=given.get("PRIVATE_GROUP"),
        )

    def has_pseudonyms(self, project_vars: Mapping[str, object]) -> bool:
        """Say whether customer ids are published as pseudonyms; a var wins, as in dbt.

        Raises SettingsError where they are wanted and there is no key to make them.
        """
        wanted = project_vars.get("pseudonymise_customers", self.pseudonymise_customers)
        is_wanted = str(wanted).lower() == "true"
        if is_wanted and not self.has_secret_key:
            raise SettingsError(
                "Customers are to be published under pseudonyms, and there is no key "
                "to make them with. Set CUSTOMER360_SECRET_KEY, for example to what "
                "`openssl rand -hex 32` prints, and keep it safe (docs/access.md)."
            )
        return is_wanted

    def require_day_that_has_come(self, observed_until_at: datetime) -> None:
        """Refuse an as-of date that has not begun anywhere at that UTC instant."""
        latest = (observed_until_at + EARLIEST_ZONE).date()
        if self.as_of_date is not None and self.as_of_date > latest:
            raise SettingsError(
                f"CUSTOMER360_AS_OF_DATE is {self.as_of_date}, a day that has not come "
                f"yet. The latest possible one is {latest}."
            )

    def dbt_variables(self, build_dir: Path, target_dir: Path) -> dict[str, str]:
        """Return the environment that the dbt project reads, for `exported`."""
        day = "" if self.as_of_date is None else self.as_of_date.isoformat()
        return {
            "CUSTOMER360_BUILD_DIR": str(build_dir),
            "CUSTOMER360_AS_OF_DATE": day,
            "CUSTOMER360_BUSINESS_TIMEZONE": self.business_timezone,
            "CUSTOMER360_REPORTING_CURRENCY": self.reporting_currency,
            "CUSTOMER360_PSEUDONYMISE_CUSTOMERS": str(
                self.pseudonymise_customers
            ).lower(),
            "DBT_TARGET_PATH": str(target_dir),
        }


def secret_key(environment: Mapping[str, str] = os.environ) -> bytes | None:
    """Return CUSTOMER360_SECRET_KEY, None where it is not set; raise SettingsError.

    It is no field of `Settings`: those are shown, compared and handed around.
    """
    key = environment.get("CUSTOMER360_SECRET_KEY", "").strip()
    if not key:
        return None
    if len(key) < SHORTEST_KEY:
        raise SettingsError(
            f"CUSTOMER360_SECRET_KEY is shorter than {SHORTEST_KEY} characters: such a "
            "key can be guessed. `openssl rand -hex 32` makes a good one."
        )
    return key.encode("utf-8", "surrogateescape")


def prepare_dagster(folder: Path) -> None:
    """Write dagster.yaml into the instance folder, and name it to Dagster."""
    (folder / "dagster.yaml").write_text(DAGSTER_YAML.format(folder=folder))
    os.environ["DAGSTER_HOME"] = str(folder)


@contextmanager
def exported(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for dbt in this process; put the old ones back."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _path(text: str) -> Path:
    return (PROJECT_DIR / Path(text).expanduser()).resolve()


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        # fromisoformat alone would take 20260131 and 2026-W05-6 too
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise SettingsError(
            f"CUSTOMER360_AS_OF_DATE is {text!r}; expected a day as 2026-01-31."
        ) from None


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            f"CUSTOMER360_BUSINESS_TIMEZONE is {text!r}, which is no known time zone. "
            "Expected a name such as UTC, Europe/Berlin or Asia/Shanghai."
        ) from None
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise SettingsError(
            f"CUSTOMER360_REPORTING_CURRENCY is {text!r}; expected a currency code of "
            "three letters (ISO 4217) such as EUR, USD or CNY."
        )
    return text.upper()


def _yes_or_no(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false").lower()
    if text not in ("true", "false"):
        raise SettingsError(
            f"CUSTOMER360_{name} is {given[name]!r}; expected true or false."
        )
    return text == "true"


def _whole_number(
    given: Mapping[str, str], name: str, *, default: int, least: int
) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
        raise SettingsError(
            f"CUSTOMER360_{name} is {text!r}; expected a whole number from {least} on."
        )
    return int(text)
