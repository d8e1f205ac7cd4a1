"""Why a refresh may end without a version, and what a person may read of it."""

from orchestration.dbt.dbt_runner import DbtFailed
from orchestration.landing import LandingError
from orchestration.landing.contract import ContractError
from orchestration.quality.doors import DoorClosed, NoOrderAccepted
from orchestration.settings.errors import SettingsError
from orchestration.store.versions import HomeError
from orchestration.text.masking import without_values


class StepTooEarly(Exception):
    """A step was asked for before the step that it needs."""


class DatabaseFailed(Exception):
    """DuckDB failed in a way that nobody foresaw; told without values of rows."""


# what a person can act upon; anything else is a fault of ours
FOR_A_PERSON = (
    SettingsError,
    HomeError,
    ContractError,
    LandingError,
    DoorClosed,
    DbtFailed,
    NoOrderAccepted,
)


def failure_told(error: BaseException) -> str:
    """Return what a person may read of an error: no value of a row."""
    if isinstance(error, FOR_A_PERSON):
        return str(error)
    return f"{type(error).__name__}: {without_values(str(error))}"
