"""The settings of a run, read from the environment: the only module that reads it.

Everything else is handed a `Settings` or a plain value. Telemetry is switched off here:
that of dbt and Great Expectations on import, that of Dagster by its dagster.yaml.
No clock is read here.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.alerts.sending import Channels
from orchestration.landing.database import (
    DatabaseAddress,
    is_address,
    parsed_address,
)
from orchestration.landing.report import ReadingRules
from orchestration.settings.ranges import setting_faults

PROJECT_DIR = Path(__file__).resolve().parents[2]

TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
}

# Runs are kept in SQLite. The output of steps goes to the log of the refresh; Dagster's
# own capture of it would start two processes a step. A failed run is run again only
# where it said so itself (`defs.running`). Dagster cannot see that the process of a run
# is gone, and begins no other until `defs.running` or six hours have cleared that.
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
{storage}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    default_limit: 1
run_retries:
  enabled: true
  max_retries: 3
  retry_on_asset_or_op_failure: false
run_monitoring:
  enabled: true
  max_runtime_seconds: 21600
freshness:
  enabled: true
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 90
      success: 90
"""
SQLITE_STORAGE = """\
event_log_storage:
  module: orchestration.defs.event_log
  class: ConnectedEventLog
  config:
    base_dir: {folder}"""
# Dagster reads the address from the environment: no password is written down
POSTGRES_STORAGE = """\
storage:
  postgres:
    postgres_url:
      env: CUSTOMER360_DAGSTER_POSTGRES_URL"""

# A day has begun somewhere on earth up to 14 hours before it begins in UTC.
EARLIEST_ZONE = timedelta(hours=14)

# how long a refresh that nobody watches waits for another one; waiting costs nothing
LOCK_WAIT_SECONDS = 3600

SHORTEST_KEY = 16
# folder of the home in which snapshots of a database land
SNAPSHOTS = "landing"

# patterns of files, and parts of an address
SPECIAL_IN_PATHS = "[]*?%#"

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
    `has_parquet`: the public tables are published as Parquet files too. `is_forced`: it
    is built even where nothing has changed. `secret_key_check` is equal for equal keys
    and tells nothing else of them.

    Where `landing_database` is given, `landing` is the folder of its snapshots.

    `nightly_at` is a time of day in `business_timezone`. `first_day` is the first day
    that Dagster offers. `keep_backfilled` counts versions that backfills made, beside
    the others. Under `never_back` a version of an earlier day than readers see lies
    aside: only who asks for a day by CUSTOMER360_AS_OF_DATE leads them back.

    `newest_file_wins` and `whole_tables` name tables, `null_words` and `stand_in_ids`
    values, `accepted_unknown_columns` columns (`table.column`, or a bare name for all
    tables), all as docs/landing.md says. Empty = nothing of the kind is meant.
    `accept_lost_files`: files that were published and are nowhere any more are meant to
    be gone.
    `follow_folder_links`: links to folders outside the landing folder are followed too.
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
    mask_free_texts: bool = False
    has_secret_key: bool = False
    secret_key_check: str | None = field(default=None, repr=False)
    readers_group: str | None = None
    private_group: str | None = None
    has_parquet: bool = True
    is_forced: bool = False
    nightly_at: time = time(2, 0)
    first_day: date = date(2020, 1, 1)
    stale_after_hours: int = 30
    keep_backfilled: int = 31
    refresh_on_landing: bool = False
    never_back: bool = False
    newest_file_wins: tuple[str, ...] = ()
    whole_tables: tuple[str, ...] = ()
    null_words: tuple[str, ...] = ()
    stand_in_ids: tuple[str, ...] = ()
    accepted_unknown_columns: tuple[str, ...] = ()
    accept_lost_files: bool = False

    landing_database: DatabaseAddress | None = field(default=None, repr=False)
    follow_folder_links: bool = False
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
        home = _plain("HOME", _path(given.get("HOME", "warehouse")))
        database = _database(given.get("LANDING", ""))
        return cls(
            landing=home / SNAPSHOTS
            if database
            else _path(given.get("LANDING", "seeds/demo")),
            landing_database=database,
            home=home,
            build_dir=_plain(
                "BUILD_DIR", _path(given.get("BUILD_DIR", "warehouse/dev"))
            ),
            as_of_date=_day("AS_OF_DATE", given.get("AS_OF_DATE")),
            business_timezone=_time_zone(given.get("BUSINESS_TIMEZONE", "UTC")),
            reporting_currency=_currency(given.get("REPORTING_CURRENCY", "EUR")),
            keep_versions=_whole_number(given, "KEEP_VERSIONS", default=3, least=1),
            keep_minutes=_whole_number(given, "KEEP_MINUTES", default=10, least=0),
            lock_wait_seconds=_whole_number(
                given, "LOCK_WAIT_SECONDS", default=0, least=0
            ),
            pseudonymise_customers=_yes_or_no(given, "PSEUDONYMISE_CUSTOMERS"),
            mask_free_texts=_yes_or_no(given, "MASK_FREE_TEXTS"),
            has_secret_key=secret_key(environment) is not None,
            secret_key_check=_check_of(secret_key(environment)),
            readers_group=given.get("READERS_GROUP"),
            private_group=given.get("PRIVATE_GROUP"),
            has_parquet=_yes_or_no(given, "PARQUET", default="true"),
            is_forced=_yes_or_no(given, "FORCE"),
            nightly_at=_time_of_day(given.get("NIGHTLY_AT", "02:00")),
            first_day=_day("FIRST_DAY", given.get("FIRST_DAY")) or cls.first_day,
            stale_after_hours=_whole_number(
                given, "STALE_AFTER_HOURS", default=30, least=1
            ),
            keep_backfilled=_whole_number(
                given, "KEEP_BACKFILLED", default=31, least=1
            ),
            refresh_on_landing=_yes_or_no(given, "REFRESH_ON_LANDING"),
            accept_lost_files=_yes_or_no(given, "ACCEPT_LOST_FILES"),
            newest_file_wins=_names(given, "NEWEST_FILE_WINS"),
            whole_tables=_names(given, "WHOLE_TABLES"),
            null_words=_names(given, "NULL_WORDS"),
            stand_in_ids=_names(given, "STAND_IN_IDS"),
            accepted_unknown_columns=_names(given, "ACCEPTED_UNKNOWN_COLUMNS"),
            follow_folder_links=_yes_or_no(given, "FOLLOW_FOLDER_LINKS"),
        )

    @property
    def landing_told(self) -> str:
        """Where data comes from, as it may be shown: without a password."""
        return str(self.landing_database or self.landing)

    @property
    def reading_rules(self) -> ReadingRules:
        """What is said of the files in the landing folder."""
        return ReadingRules(self.accepted_unknown_columns, self.follow_folder_links)

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

    def listed(self, name: str, project_vars: Mapping[str, object]) -> tuple[str, ...]:
        """Return a setting that is a list, as dbt reads it: a var of that name wins."""
        given = project_vars.get(name, getattr(self, name))
        words = given.split(",") if isinstance(given, str) else given
        assert isinstance(words, Iterable)
        return tuple(sorted({str(word).strip() for word in words} - {""}))

    def require_vars(self, project_vars: Mapping[str, object]) -> None:
        """Refuse vars of the dbt project that lie outside their ranges."""
        faults = setting_faults(project_vars)
        if faults:
            raise SettingsError(
                f"Settings that cannot be meant, in {self.project_dir}/dbt_project.yml "
                f"(vars): {' '.join(faults)}"
            )

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
            "CUSTOMER360_MASK_FREE_TEXTS": str(self.mask_free_texts).lower(),
            "CUSTOMER360_NEWEST_FILE_WINS": ",".join(self.newest_file_wins),
            "CUSTOMER360_WHOLE_TABLES": ",".join(self.whole_tables),
            "CUSTOMER360_NULL_WORDS": ",".join(self.null_words),
            "CUSTOMER360_STAND_IN_IDS": ",".join(self.stand_in_ids),
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


def alert_channels(environment: Mapping[str, str] = os.environ) -> Channels:
    """Return where alerts go, nowhere by default; raise SettingsError.

    They are no fields of `Settings`: their addresses hold passwords.
    """
    names = ("WEBHOOK_URL", "MAIL_TO", "MAIL_FROM")
    given = {name: environment.get(f"CUSTOMER360_ALERT_{name}", "") for name in names}
    channels = Channels(
        webhook_url=given["WEBHOOK_URL"].strip() or None,
        smtp_url=environment.get("CUSTOMER360_SMTP_URL", "").strip() or None,
        mail_to=tuple(to.strip() for to in given["MAIL_TO"].split(",") if to.strip()),
        mail_from=given["MAIL_FROM"].strip() or None,
    )
    _require_url("ALERT_WEBHOOK_URL", channels.webhook_url, ("https", "http"))
    _require_url("SMTP_URL", channels.smtp_url, ("smtp", "smtps", "smtp+starttls"))
    if bool(channels.smtp_url) != bool(channels.mail_to):
        raise SettingsError(
            "CUSTOMER360_SMTP_URL and CUSTOMER360_ALERT_MAIL_TO need each other: "
            "the server that sends alerts, and those who get them."
        )
    return channels


def prepare_dagster(folder: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Write dagster.yaml into the instance folder, and name it to Dagster.

    Raises SettingsError where the address of Postgres names another driver than ours.
    """
    text = DAGSTER_YAML.format(storage=_dagster_storage(folder, environment))
    file = folder / "dagster.yaml"
    if not file.exists() or file.read_text() != text:
        # in one step: a daemon may be reading it
        fresh = folder / f".dagster.yaml.{os.getpid()}"
        fresh.write_text(text)
        fresh.replace(file)
    os.environ["DAGSTER_HOME"] = str(folder)


def _dagster_storage(folder: Path, environment: Mapping[str, str]) -> str:
    address = environment.get("CUSTOMER360_DAGSTER_POSTGRES_URL", "").strip()
    if not address:
        # a text of JSON is one of YAML
        base = json.dumps(str(folder / "history" / "runs"), ensure_ascii=False)
        return SQLITE_STORAGE.format(folder=base)
    if not address.startswith("postgresql+psycopg2://"):
        # SQLAlchemy takes a plain postgresql:// for a driver that Dagster does not use
        raise SettingsError(
            "CUSTOMER360_DAGSTER_POSTGRES_URL does not name the driver; expected "
            "postgresql+psycopg2://user:password@host/database."
        )
    return POSTGRES_STORAGE


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


def _database(landing: str) -> DatabaseAddress | None:
    """Read a landing that is a database; it may hold a password, so it is not shown."""
    if not is_address(landing):
        return None
    try:
        return parsed_address(landing)
    except ValueError as error:
        raise SettingsError(
            f"CUSTOMER360_LANDING is no address that can be read: {error}."
        ) from None


def _plain(name: str, path: Path) -> Path:
    """Refuse a folder whose path means something else to Dagster, dbt or SQLite.

    They read it as a pattern or an address: settings would be lost, without a word, or
    files written beside the folder.
    """
    odd = [c for c in str(path) if c in SPECIAL_IN_PATHS or not c.isprintable()]
    if odd:
        named = ", ".join(dict.fromkeys(map(repr, odd)))
        raise SettingsError(
            f"CUSTOMER360_{name} leads to {str(path)!r}, and {named} in it would be"
            " read as something else than a name. Choose a folder without"
            f" {' '.join(SPECIAL_IN_PATHS)} and invisible characters in its path."
        )
    return path


def _day(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        # fromisoformat alone would take 20260131 and 2026-W05-6 too
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise SettingsError(
            f"CUSTOMER360_{name} is {text!r}; expected a day as 2026-01-31."
        ) from None


def _time_of_day(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise SettingsError(
            f"CUSTOMER360_NIGHTLY_AT is {text!r}; expected a time of day as 02:00."
        ) from None


def _require_url(name: str, url: str | None, schemes: tuple[str, ...]) -> None:
    """Refuse an address that cannot be one, without showing it: it may hold a key."""
    if url is None:
        return
    try:
        parts = urlsplit(url)
        # urlsplit drops what is invisible, and who sends would not
        is_plain = url.isascii() and url.isprintable() and " " not in url
        is_named = parts.scheme in schemes and parts.hostname and parts.port != 0
        is_good = is_plain and is_named
    except ValueError:
        is_good = False
    if not is_good:
        listed = ", ".join(f"{scheme}://" for scheme in schemes)
        raise SettingsError(
            f"CUSTOMER360_{name} is no address that can be used; expected one that "
            f"begins with {listed}, names a host, and has no blanks or letters beyond"
            " ASCII (percent-encode them)."
        )


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


def _check_of(key: bytes | None) -> str | None:
    if key is None:
        return None
    return hmac.new(key, b"customer360: the same key?", hashlib.sha256).hexdigest()


def _yes_or_no(given: Mapping[str, str], name: str, default: str = "false") -> bool:
    text = given.get(name, default).lower()
    if text not in ("true", "false"):
        raise SettingsError(
            f"CUSTOMER360_{name} is {given[name]!r}; expected true or false."
        )
    return text == "true"


def _names(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a list with `,` between; sorted, since its order means nothing."""
    return tuple(sorted({w.strip() for w in given.get(name, "").split(",")} - {""}))


def _whole_number(
    given: Mapping[str, str], name: str, *, default: int, least: int
) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
        raise SettingsError(
            f"CUSTOMER360_{name} is {text!r}; expected a whole number from {least} on."
        )
    return int(text)
