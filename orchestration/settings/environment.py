"""The environment of this process: the only module that reads or changes it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PREFIX = "CUSTOMER360_"
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
}


def given_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the settings that are given, by name without the prefix, trimmed.

    Blank ones are not given. Without an argument that of this process is read.
    """
    source = os.environ if environment is None else environment
    return {
        name.removeprefix(PREFIX): value.strip()
        for name, value in source.items()
        if name.startswith(PREFIX) and value.strip()
    }


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


def set_variables(variables: Mapping[str, str]) -> None:
    """Set variables for the rest of this process and for those that it starts."""
    os.environ.update(variables)


def switch_telemetry_off() -> None:
    """Keep dbt and Great Expectations from calling out; Dagster reads dagster.yaml.

    To be called before either is imported.
    """
    set_variables(TELEMETRY_OFF)
