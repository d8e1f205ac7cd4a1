"""Dagster's own settings: the instance in the home, and where its history is kept."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from orchestration.settings.environment import set_variables
from orchestration.settings.errors import SettingsError
from orchestration.settings.secrets import secrets

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


def prepare_dagster(folder: Path, environment: Mapping[str, str] | None = None) -> None:
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
    set_variables({"DAGSTER_HOME": str(folder)})


def _dagster_storage(folder: Path, environment: Mapping[str, str] | None) -> str:
    address = secrets(environment).dagster_postgres_url
    if address is None:
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
