"""What Dagster loads: assets, checks, the nightly job and who watches it, wired.

Needs no home and no database: the dbt project is parsed when its files changed.
"""

import dagster as dg

from orchestration.dbt.dbt_project import current_manifest, read_manifest
from orchestration.defs.landing import landing_assets, landing_door
from orchestration.defs.models import dbt_models, public_assets, publish_door
from orchestration.defs.nightly import NIGHTLY_REFRESH, nightly_job, nightly_schedule
from orchestration.defs.publishing import published_version
from orchestration.defs.running import refresh_of_environment
from orchestration.defs.watching import (
    failure_sensor,
    landing_sensor,
    staleness_sensor,
)
from orchestration.landing.contract import CONTRACT_FILE, read_contract
from orchestration.settings.environment import exported
from orchestration.settings.settings import Settings
from orchestration.store.versions import Home

__all__ = ["NIGHTLY_REFRESH", "build_definitions", "defs"]


def build_definitions(settings: Settings) -> dg.Definitions:
    """Return the definitions of the project; raise DbtFailed when it has errors."""
    contract = read_contract(settings.project_dir / CONTRACT_FILE)
    home = Home(settings.home)
    with exported(settings.dbt_variables(home.building, home.target)):
        manifest_path = current_manifest(settings.project_dir, home.target)
    manifest = read_manifest(manifest_path)
    job = nightly_job(settings)
    return dg.Definitions(
        assets=[
            landing_assets(contract, manifest, settings),
            dbt_models(manifest_path),
            published_version(public_assets(manifest).values(), settings),
        ],
        asset_checks=[landing_door(contract), publish_door(manifest)],
        jobs=[job],
        schedules=[nightly_schedule(settings, job)],
        sensors=[
            landing_sensor(settings, contract, job),
            staleness_sensor(settings),
            failure_sensor(),
        ],
        resources={"refresh": refresh_of_environment},
        # the databases have one writer: this process
        executor=dg.in_process_executor,
    )


defs = build_definitions(Settings.from_environment())
