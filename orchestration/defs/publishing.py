"""The published version as an asset: it comes after everything it holds."""

from collections.abc import Iterable

import dagster as dg

from orchestration.defs.running import RefreshResource


def published_version(public: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that publishes what the publish door let pass."""

    @dg.asset(name="published_version", deps=list(public), group_name="published")
    def publish(refresh: RefreshResource) -> dg.MaterializeResult[None]:
        version = refresh.publish()
        return dg.MaterializeResult(
            metadata={
                "version": version.id,
                "as_of_date": version.manifest["as_of_date"],
                "is_restated": version.manifest["is_restated"],
                "path": dg.MetadataValue.path(version.path),
                "rows": dg.MetadataValue.json(dict(version.manifest["rows"])),
            }
        )

    return publish
