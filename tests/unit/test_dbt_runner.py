"""dbt in this process: what is told of a failure, and that no value of a row is."""

from pathlib import Path

import duckdb
import pytest

from orchestration.dbt.dbt_runner import DbtFailed, run_dbt
from orchestration.settings.environment import exported

PROJECT = """
name: tiny
version: "1.0.0"
profile: tiny
flags: {send_anonymous_usage_stats: false}
models: {tiny: {+materialized: table}}
"""
PROFILES = """
tiny:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('CUSTOMER360_BUILD_DIR') }}/state.duckdb"}
"""
MODELS = {
    "people.sql": "select 'anna@example.org' as email, i as id from range(3) r(i)",
    "broken.sql": "select cast(email as integer) as n from {{ ref('people') }}",
    "misspelled.sql": "select emial from {{ ref('people') }}",
    "schema.yml": """
models:
  - name: people
    columns:
      - name: email
        data_tests: [unique]
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILES)
    for name, text in MODELS.items():
        (folder / "models" / name).write_text(text)
    return folder


def test_failures_are_told_without_values(project: Path, tmp_path: Path) -> None:
    nodes: list[tuple[str, int, int]] = []
    lines: list[str] = []
    target = tmp_path / "target"
    variables = {
        "CUSTOMER360_BUILD_DIR": str(tmp_path),
        "DBT_TARGET_PATH": str(target),
    }
    with exported(variables), pytest.raises(DbtFailed) as failed:
        run_dbt(
            ["build", "--no-write-json", "--no-fail-fast"],
            project,
            target,
            on_node=lambda *told: nodes.append(told),
            on_result=lines.append,
        )

    # a test that fails keeps what depends on its model from being built
    message = str(failed.value)
    assert message.startswith("dbt: 1 of 4 nodes failed.")
    assert "test unique_people_email (models/schema.yml) found 1 rows" in message
    query = target / "compiled/tiny/models/schema.yml/unique_people_email.sql"
    assert str(query) in message
    assert query.exists()
    assert nodes[0] == ("people", 1, 4)
    assert "success model people" in lines
    assert "fail test unique_people_email" in lines

    with exported(variables), pytest.raises(DbtFailed) as failed:
        run_dbt(["run", "--no-write-json"], project, target)
    message = str(failed.value)
    assert "model broken (models/broken.sql)" in message
    assert "casting from source column email" in message
    assert 'Referenced column "emial" not found' in message

    written = [
        f for f in tmp_path.rglob("*") if f.suffix in (".json", ".log", ".msgpack")
    ]
    for told in (message, "\n".join(lines), *(f.read_text("latin-1") for f in written)):
        assert "anna" not in told.replace(MODELS["people.sql"], "")
    # nobody keeps the database locked
    duckdb.connect(str(tmp_path / "state.duckdb")).close()


def test_a_project_with_errors_is_told(project: Path, tmp_path: Path) -> None:
    (project / "models" / "lost.sql").write_text("select * from {{ ref('nowhere') }}")
    variables = {
        "CUSTOMER360_BUILD_DIR": str(tmp_path),
        "DBT_TARGET_PATH": str(tmp_path),
    }
    with exported(variables), pytest.raises(DbtFailed, match="nowhere"):
        run_dbt(["parse"], project, tmp_path)
