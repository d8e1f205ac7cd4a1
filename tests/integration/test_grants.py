"""Who may read: grants for database engines, and groups that a refresh is told of."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.refreshes import DEMO, PROJECT, environment, refresh

pytestmark = pytest.mark.slow


def granted(folder: Path, *arguments: str) -> list[str]:
    """The statements that `grant_roles` prints on DuckDB, which has no roles."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    done = subprocess.run(
        [dbt, "--quiet", "run-operation", "grant_roles", *arguments],
        cwd=PROJECT,
        env={
            **environment(folder / "home", DEMO, BUILD_DIR=folder),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def test_each_role_gets_its_schemas_and_nobody_the_state(tmp_path: Path) -> None:
    assert granted(tmp_path) == [
        statement.format(schema=schema, role=role)
        for statement in (
            'alter default privileges in schema "{schema}"'
            ' grant select on tables to "{role}";',
            'grant select on all tables in schema "{schema}" to "{role}";',
            'grant usage on schema "{schema}" to "{role}";',
        )
        for schema, role in (
            ("audit", "customer360_reader"),
            ("marts", "customer360_reader"),
            ("metrics", "customer360_reader"),
            ("personal", "customer360_private"),
        )
    ]


def test_roles_may_have_other_names(tmp_path: Path) -> None:
    names = "{reader: analysts, private: crm_team}"
    statements = granted(tmp_path, "--args", names)
    assert 'grant usage on schema "marts" to "analysts";' in statements
    assert 'grant usage on schema "personal" to "crm_team";' in statements
    assert not any("customer360" in statement for statement in statements)


def test_a_refresh_for_a_group_that_is_not_there_stops_at_once(tmp_path: Path) -> None:
    outcome = refresh(tmp_path / "home", DEMO, READERS_GROUP="no-such-group")
    assert outcome.returncode == 1
    assert "there is no group of that name" in outcome.stdout
    assert not (tmp_path / "home").exists()
