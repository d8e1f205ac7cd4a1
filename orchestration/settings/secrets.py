"""Secrets of an installation: no fields of `Settings`, which are shown and compared."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import SkipValidation
from pydantic.dataclasses import dataclass

from orchestration.settings.declared import read, setting
from orchestration.settings.environment import given_settings
from orchestration.settings.errors import SettingsError

SHORTEST_KEY = 16


@dataclass(frozen=True)
class Secrets:
    """What is asked for where it is used, and handed to nobody."""

    secret_key: Annotated[str | None, SkipValidation] = setting(
        "SECRET_KEY",
        "makes pseudonyms, and lets erased persons be recognised"
        " ([access.md](access.md)); from 16 characters on",
        None,
        is_secret=True,
    )
    dagster_postgres_url: Annotated[str | None, SkipValidation] = setting(
        "DAGSTER_POSTGRES_URL",
        "keep Dagster's history in Postgres"
        " (`postgresql+psycopg2://user:password@host/database`)",
        None,
        told="none: SQLite",
        is_secret=True,
    )


def secrets(environment: Mapping[str, str] | None = None) -> Secrets:
    """Return the secrets that are given."""
    return read(Secrets, given_settings(environment))


def secret_key(environment: Mapping[str, str] | None = None) -> bytes | None:
    """Return CUSTOMER360_SECRET_KEY, None where it is not set; raise SettingsError."""
    key = secrets(environment).secret_key
    if key is None:
        return None
    if len(key) < SHORTEST_KEY:
        raise SettingsError(
            f"CUSTOMER360_SECRET_KEY is shorter than {SHORTEST_KEY} characters: such a "
            "key can be guessed. `openssl rand -hex 32` makes a good one."
        )
    return key.encode("utf-8", "surrogateescape")
