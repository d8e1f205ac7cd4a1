"""The settings of an installation, each once: its type, what it means, its default.

Everything else is handed a `Settings` or a plain value. docs/settings.md is written
from this (`settings.page`). No clock is read here.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from pydantic.dataclasses import dataclass

from orchestration.settings.database_address import (
    DatabaseAddress,
    is_address,
    parsed_address,
)
from orchestration.settings.declared import read, setting
from orchestration.settings.environment import given_settings
from orchestration.settings.errors import SettingsError
from orchestration.settings.ranges import setting_faults
from orchestration.settings.reading_rules import ReadingRules
from orchestration.settings.secrets import secret_key
from orchestration.settings.values import (
    PROJECT_DIR,
    Currency,
    Day,
    Folder,
    FromOne,
    FromZero,
    Names,
    PlainFolder,
    TimeOfDay,
    TimeZone,
    YesOrNo,
)

# A day has begun somewhere on earth up to 14 hours before it begins in UTC.
EARLIEST_ZONE = timedelta(hours=14)

# how long a refresh that nobody watches waits for another one; waiting costs nothing
LOCK_WAIT_SECONDS = 3600

# folder of the home in which snapshots of a database land
SNAPSHOTS = "landing"


@dataclass(frozen=True)
class Settings:
    """What one installation is told from outside, and what follows from its secrets.

    Raises pydantic's ValidationError where a value has not the type of its field;
    `from_environment` tells a person instead.

    `as_of_date` None means the data's own last day. The two groups None leave published
    files to the group they are born in. Where `landing_database` is given, `landing` is
    the folder of its snapshots. `secret_key_check` is equal for equal keys and tells
    nothing else of them. Under `never_back` a version of an earlier day than readers
    see lies aside: only who asks for a day by CUSTOMER360_AS_OF_DATE leads them back.
    """

    landing: Folder = setting(
        "LANDING",
        "folder with the landed files, or the address of a database schema"
        " ([landing_database.md](landing_database.md))",
        told="seeds/demo",
    )
    home: PlainFolder = setting(
        "HOME",
        "folder of the warehouse, on a local disk; none of `[ ] * ? % #` in its path",
        told="warehouse",
    )
    build_dir: PlainFolder = setting(
        "BUILD_DIR",
        "where `make land` and plain `make build` work",
        told="warehouse/dev",
    )
    as_of_date: Day | None = setting(
        "AS_OF_DATE",
        "the day that bounds everything",
        None,
        told="last day with an accepted order; `make nightly` and Dagster: the day"
        " before",
    )
    business_timezone: TimeZone = setting(
        "BUSINESS_TIMEZONE",
        "zone of timestamps without an offset, of days without a market, and of the"
        " nightly schedule",
        "UTC",
    )
    reporting_currency: Currency = setting(
        "REPORTING_CURRENCY", "currency of all amounts", "EUR"
    )
    keep_versions: FromOne = setting(
        "KEEP_VERSIONS", "published versions that are kept, the current one included", 3
    )
    keep_minutes: FromZero = setting(
        "KEEP_MINUTES",
        "how long a version that is no longer current stays at least, for readers that"
        " hold it",
        10,
    )
    lock_wait_seconds: FromZero = setting(
        "LOCK_WAIT_SECONDS", "how long a refresh waits for another one", 0
    )
    pseudonymise_customers: YesOrNo = setting(
        "PSEUDONYMISE_CUSTOMERS",
        "customers are published under pseudonyms ([access.md](access.md)); needs"
        " `CUSTOMER360_SECRET_KEY`",
        False,
    )
    mask_free_texts: YesOrNo = setting(
        "MASK_FREE_TEXTS",
        "mail addresses and phone numbers go from published free texts"
        " ([access.md](access.md))",
        False,
    )
    readers_group: str | None = setting(
        "READERS_GROUP",
        "group that may read what is published ([access.md](access.md))",
        None,
    )
    private_group: str | None = setting(
        "PRIVATE_GROUP",
        "group that may read the private database ([access.md](access.md))",
        None,
    )
    has_parquet: YesOrNo = setting(
        "PARQUET",
        "publish every public table as `current/parquet/<schema>/<table>.parquet` too",
        True,
    )
    is_forced: YesOrNo = setting(
        "FORCE",
        "build though inputs, day, code and settings are those of the published"
        " version",
        False,
    )
    nightly_at: TimeOfDay = setting(
        "NIGHTLY_AT",
        "time of day of Dagster's schedule, in the business time zone",
        time(2, 0),
        told="`02:00`",
    )
    first_day: Day = setting(
        "FIRST_DAY", "first day that Dagster offers", date(2020, 1, 1)
    )
    stale_after_hours: FromOne = setting(
        "STALE_AFTER_HOURS", "age from which what is published is stale", 30
    )
    keep_backfilled: FromOne = setting(
        "KEEP_BACKFILLED",
        "versions of past days that backfills keep beside the others",
        31,
    )
    refresh_on_landing: YesOrNo = setting(
        "REFRESH_ON_LANDING",
        "start a refresh when new files have stopped growing (Dagster's daemon)",
        False,
    )
    newest_file_wins: Names = setting(
        "NEWEST_FILE_WINS",
        "tables of which the newest file is meant where rows do not say which is newer"
        " ([quality.md](quality.md))",
        (),
    )
    whole_tables: Names = setting(
        "WHOLE_TABLES",
        "tables of which each file is the whole: what the newest lacks is gone"
        " ([quality.md](quality.md))",
        (),
    )
    null_words: Names = setting(
        "NULL_WORDS",
        "words that mean nothing, as written ([judging.md](judging.md))",
        (),
    )
    stand_in_ids: Names = setting(
        "STAND_IN_IDS",
        "customer ids that stand for nobody ([judging.md](judging.md))",
        (),
    )
    accepted_unknown_columns: Names = setting(
        "ACCEPTED_UNKNOWN_COLUMNS",
        "columns (`table.column`, or a bare name for all tables) that are meant to be"
        " left out though one of the contract is nearly called so"
        " ([landing.md](landing.md))",
        (),
    )
    accept_lost_files: YesOrNo = setting(
        "ACCEPT_LOST_FILES",
        "files that were published and are nowhere any more are meant to be gone; for"
        " one refresh",
        False,
    )
    follow_folder_links: YesOrNo = setting(
        "FOLLOW_FOLDER_LINKS",
        "links to folders outside the landing folder are followed",
        False,
    )

    # what is no setting of its own
    has_secret_key: bool = False
    secret_key_check: str | None = field(default=None, repr=False)
    landing_database: DatabaseAddress | None = field(default=None, repr=False)
    never_back: bool = False
    project_dir: Path = PROJECT_DIR

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None
    ) -> "Settings":
        """Read and judge the CUSTOMER360_ variables; raise SettingsError."""
        given = given_settings(environment)
        key = secret_key(environment)
        values: dict[str, object] = {
            "has_secret_key": key is not None,
            "secret_key_check": _check_of(key),
        }
        database = _database(given.get("LANDING", ""))
        if database is None:
            return read(cls, given, **values)
        settings = read(cls, {**given, "LANDING": SNAPSHOTS}, **values)
        return replace(
            settings, landing=settings.home / SNAPSHOTS, landing_database=database
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


def _check_of(key: bytes | None) -> str | None:
    if key is None:
        return None
    return hmac.new(key, b"customer360: the same key?", hashlib.sha256).hexdigest()
