"""The parsed project: kept between refreshes, and never that of another folder."""

import shutil
from pathlib import Path

from orchestration.dbt.dbt_project import current_manifest
from orchestration.dbt.dbt_runner import run_dbt
from orchestration.settings.environment import exported

FILES = {
    "dbt_project.yml": """
name: tiny
version: "1.0.0"
profile: tiny
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": """
tiny:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('CUSTOMER360_BUILD_DIR') }}/state.duckdb"}
""",
    "seeds/sizes.csv": "size\nsmall\n",
}


def test_a_project_that_has_moved_is_parsed_anew(tmp_path: Path) -> None:
    earlier, later, target = (tmp_path / name for name in ("one", "two", "target"))
    for name, text in FILES.items():
        (earlier / name).parent.mkdir(parents=True, exist_ok=True)
        (earlier / name).write_text(text)
    with exported(
        {"CUSTOMER360_BUILD_DIR": str(tmp_path), "DBT_TARGET_PATH": str(target)}
    ):
        made = current_manifest(earlier, target).stat().st_mtime_ns
        assert current_manifest(earlier, target).stat().st_mtime_ns == made
        shutil.move(earlier, later)
        current_manifest(later, target)
        assert run_dbt(["build"], later, target).count("seed") == 1
