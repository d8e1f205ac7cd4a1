"""The ranges of settings: complete, kept by the project, and said alike by dbt."""

import re
from pathlib import Path
from typing import Any

import jinja2
import pytest

from orchestration.dbt.dbt_project import project_vars
from orchestration.settings.errors import SettingsError
from orchestration.settings.ranges import setting_faults
from orchestration.settings.settings import Settings
from orchestration.settings.values import PROJECT_DIR

VARS = project_vars(PROJECT_DIR)


def said_by_dbt(values: dict[str, Any]) -> list[str]:
    """Render the macro as dbt does, with these vars."""
    text = Path("macros/setting_faults.sql").read_text()
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    found: list[list[str]] = []
    environment.from_string(text + "{{ setting_faults() }}").render(
        {"var": lambda name, default=None: values.get(name, default)},
        **{"return": found.append},
    )
    return found[0]


def test_the_settings_of_the_project_are_meant() -> None:
    assert setting_faults(VARS) == said_by_dbt(VARS) == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("activity_window_days", 0, "from 1 to 730"),
        ("activity_window_days", 731, "expected a whole number from 1 to 730."),
        ("activity_window_days", 30.5, "expected a whole number"),
        ("activity_window_days", True, "expected a whole number"),
        ("activity_window_days", "90", "expected a whole number"),
        ("activity_window_days", None, "activity_window_days is None"),
        ("default_margin_rate", 3.0, "expected a number from 0 to 1."),
        ("default_margin_rate", float("nan"), "expected a number from 0 to 1."),
        ("clv_monthly_discount_rate", -0.5, "expected a number from 0 to 0.1."),
        ("lapsed_after_days", 1096, "from 91 to 1095"),
        ("churn_high_risk_score", 0.4, "more than churn_medium_risk_score"),
        ("personal_retention_days", 29, "from 30 to 36500 or null."),
        ("max_quarantine_share", 1.01, "from 0 to 1."),
        ("survivorship", {"email": "latest"}, "survivorship.email is latest"),
    ],
)
def test_a_setting_outside_its_range_is_named(
    name: str, value: object, told: str
) -> None:
    (fault,) = setting_faults(VARS | {name: value})
    assert fault.startswith(name)
    assert told in fault
    assert said_by_dbt(VARS | {name: value}) == [fault]
    with pytest.raises(SettingsError, match=re.escape(fault)):
        Settings.from_environment({}).require_vars(VARS | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("activity_window_days", 1),
        ("default_margin_rate", 0),
        ("clv_monthly_discount_rate", 0.1),
        ("personal_retention_days", 30),
        ("personal_retention_days", None),
    ],
)
def test_the_ends_of_a_range_belong_to_it(name: str, value: object) -> None:
    assert setting_faults(VARS | {name: value}) == []
    assert said_by_dbt(VARS | {name: value}) == []
