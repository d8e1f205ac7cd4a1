"""The published version and its report as assets, after everything they hold."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import dagster as dg

from orchestration.defs.nightly import OWNER
from orchestration.defs.running import RefreshResource
from orchestration.settings.settings import Settings


def published_version(
    public: Iterable[dg.AssetKey], settings: Settings
) -> dg.AssetsDefinition:
    """Return the assets that publish what the publish door let pass."""
    stale_after = timedelta(hours=settings.stale_after_hours)
    deps = list(public)

    @dg.multi_asset(
        name="published_version",
        specs=[
            dg.AssetSpec(
                "published_version",
                deps=deps,
                description="What readers see from now on: `current` names it.",
                group_name="published",
                kinds={"duckdb", "parquet"},
                owners=[OWNER],
                freshness_policy=dg.FreshnessPolicy.time_window(stale_after),
            ),
            dg.AssetSpec(
                "quality_report",
                deps=deps,
                description="What both doors found, as a page of the version.",
                group_name="published",
                kinds={"html"},
                owners=[OWNER],
            ),
        ],
    )
    def publish(refresh: RefreshResource) -> Iterator[dg.MaterializeResult[None]]:
        version = refresh.publish()
        yield dg.MaterializeResult(
            asset_key="published_version",
            metadata={
                "version": version.id,
                "as_of_date": version.manifest["as_of_date"],
                "is_restated": version.manifest["is_restated"],
                "is_current": version.is_current,
                "path": dg.MetadataValue.path(version.path),
                "dagster/row_count": sum(version.manifest["rows"].values()),
                "rows": dg.MetadataValue.json(dict(version.manifest["rows"])),
                "seconds": dg.MetadataValue.json(dict(version.manifest["seconds"])),
            },
        )
        yield dg.MaterializeResult(
            asset_key="quality_report",
            metadata={
                "page": dg.MetadataValue.path(
                    version.path / version.manifest["report"]
                ),
                "warnings": len(version.manifest["warnings"]),
            },
        )

    return publish
