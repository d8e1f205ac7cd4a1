"""The published version as an asset: it comes after everything it holds."""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

from orchestration.defs.nightly import OWNER
from orchestration.defs.running import RefreshResource
from orchestration.resources import Settings


def published_version(
    public: Iterable[dg.AssetKey], settings: Settings
) -> dg.AssetsDefinition:
    """Return the asset that publishes what the publish door let pass."""
    stale_after = timedelta(hours=settings.stale_after_hours)

    @dg.asset(
        name="published_version",
        deps=list(public),
        description="What readers see from now on: the link `current` names it.",
        group_name="published",
        kinds={"duckdb"},
        owners=[OWNER],
        freshness_policy=dg.FreshnessPolicy.time_window(stale_after),
    )
    def publish(refresh: RefreshResource) -> dg.MaterializeResult[None]:
        version = refresh.publish()
        return dg.MaterializeResult(
            metadata={
                "version": version.id,
                "as_of_date": version.manifest["as_of_date"],
                "is_restated": version.manifest["is_restated"],
                "is_current": version.is_current,
                "path": dg.MetadataValue.path(version.path),
                "dagster/row_count": sum(version.manifest["rows"].values()),
                "rows": dg.MetadataValue.json(dict(version.manifest["rows"])),
                "seconds": dg.MetadataValue.json(dict(version.manifest["seconds"])),
            }
        )

    return publish
