"""How the results of a door become Dagster's asset checks.

Two checks an asset: a blocking one, and one for what only warns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from orchestration.quality.doors import QualityResult


def door_specs(door: str, keys: Iterable[dg.AssetKey]) -> list[dg.AssetCheckSpec]:
    """Return the specs of a door for these assets."""
    return [
        spec
        for key in keys
        for spec in (
            dg.AssetCheckSpec(door, asset=key, blocking=True),
            dg.AssetCheckSpec(_warnings(door), asset=key),
        )
    ]


def door_verdicts(
    door: str,
    keys: Mapping[str, dg.AssetKey],
    results: Sequence[QualityResult],
    elsewhere: dg.AssetKey,
) -> Iterator[dg.AssetCheckResult]:
    """Yield two check results an asset; a table that is no asset counts `elsewhere`."""
    by_key: dict[dg.AssetKey, list[QualityResult]] = {key: [] for key in keys.values()}
    for result in results:
        by_key[keys.get(result.table_name, elsewhere)].append(result)
    for key, of_asset in by_key.items():
        blocking = [result for result in of_asset if result.is_blocking]
        warnings = [result for result in of_asset if not result.is_blocking]
        yield _verdict(key, door, blocking, dg.AssetCheckSeverity.ERROR)
        yield _verdict(key, _warnings(door), warnings, dg.AssetCheckSeverity.WARN)


def _verdict(
    key: dg.AssetKey,
    name: str,
    results: Sequence[QualityResult],
    severity: dg.AssetCheckSeverity,
) -> dg.AssetCheckResult:
    failed = [result for result in results if not result.is_passed]
    records = [
        dg.TableRecord(
            {
                "check": result.check_name,
                "column": result.column_name,
                "failed_row_count": result.failed_row_count,
                "observed": result.observed,
                "expected": result.expected,
                "where": result.failed_at,
                "what_to_do": result.what_to_do,
            }
        )
        for result in failed
    ]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not failed,
        severity=severity,
        metadata={
            "checks": len(results),
            **({"failed": dg.MetadataValue.table(records)} if records else {}),
        },
    )


def _warnings(door: str) -> str:
    return f"{door}_warnings"
