"""The two doors: what landed before dbt, and what is about to be published.

Runs the suites of `suites` over the frames of `door_frames` with Great Expectations and
turns what it says into plain results. Only `require_open` decides that a refresh stops.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import pandas as pd

from orchestration.landing.contract import Contract, Table
from orchestration.landing.report import IgnoredPath
from orchestration.quality import door_frames, file_order, suites
from orchestration.quality.door_frames import Limits
from orchestration.quality.family_profiles import measured_delays, measured_tables
from orchestration.quality.landing_order import file_names
from orchestration.quality.landing_profiles import Profiler
from orchestration.quality.landing_references import references
from orchestration.quality.landing_texts import Settled, landed_texts
from orchestration.quality.profiles import Profiles
from orchestration.settings.environment import switch_telemetry_off
from orchestration.store.databases import AS_OF, first_value
from orchestration.store.journal import write_table

SHOWN_FAILURES = 5
NOTHING_SETTLED = Settled()
# column of audit.quality_results -> type
COLUMNS = {
    "refresh_id": "varchar",
    "door": "varchar",
    "suite": "varchar",
    "check_name": "varchar",
    "table_name": "varchar",
    "column_name": "varchar",
    "severity": "varchar",
    "is_passed": "boolean",
    "observed": "varchar",
    "expected": "varchar",
    "failed_row_count": "bigint",
    "failed_at": "varchar",
    "what_to_do": "varchar",
}


@dataclass(frozen=True)
class QualityResult:
    """What one check found for one table (and column).

    `severity` is blocking or warning. `failed_row_count` counts rows of the table, or
    the things judged (files, months) where rows make no sense; `failed_at` says where
    they are. No value of a row is in any of these.
    """

    door: str
    suite: str
    check_name: str
    table_name: str
    column_name: str
    severity: str
    is_passed: bool
    observed: str
    expected: str
    failed_row_count: int
    failed_at: str
    what_to_do: str

    @property
    def is_blocking(self) -> bool:
        """Whether a failure of this check stops the refresh."""
        return self.severity == "blocking"

    def told(self) -> str:
        """Say in a few lines what failed, where, and what to do."""
        column = f", column {self.column_name}" if self.column_name else ""
        lines = [
            f"{self.check_name}: table {self.table_name or '(none)'}{column}: "
            f"{self.failed_row_count:,} failed; expected {self.expected}, "
            f"found {self.observed}."
        ]
        if self.failed_at:
            lines.append(f"  where: {self.failed_at}")
        lines.append(f"  what to do: {self.what_to_do}")
        return "\n".join(lines)


class DoorClosed(Exception):
    """A blocking check failed: nothing passes, what was published stays."""

    def __init__(self, door: str, failures: Sequence[QualityResult]) -> None:
        lines = [f"The {door} door is closed: {len(failures)} blocking checks failed."]
        lines += [f"- {failure.told()}" for failure in failures[:SHOWN_FAILURES]]
        if len(failures) > SHOWN_FAILURES:
            lines.append(f"- and {len(failures) - SHOWN_FAILURES} more, in the log")
        super().__init__("\n".join(lines))
        self.failures = tuple(failures)


class NoOrderAccepted(Exception):
    """No order can be used, so there is nothing to publish; told with the way out."""


def limits_of(project_vars: Mapping[str, Any]) -> Limits:
    """Return the limits of quarantine that the vars of the dbt project set."""
    return Limits(
        share=float(project_vars["max_quarantine_share"]),
        rows=int(project_vars["max_quarantine_rows"]),
    )


def check_landing(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    limits: Limits,
    rows_before: Mapping[str, int],
    ignored: Iterable[IgnoredPath] = (),
    profiler: Profiler | None = None,
    settled: Settled = NOTHING_SETTLED,
) -> list[QualityResult]:
    """Judge what landed in schema `raw`; `rows_before` is {} on a first load.

    `profiler` compares with the days before; without one nothing is compared. `settled`
    are words and ids that settings have made null.
    """
    texts = landed_texts(connection, tables, settled)
    landed = door_frames.landed_tables(connection, tables, limits, rows_before)
    frames = {
        "needed_tables": landed[landed["needs_rows"]].assign(column_name=""),
        "landed_tables": landed,
        "landed_files": door_frames.landed_files(connection),
        "file_names": file_names(connection),
        "references": references(
            connection, Contract(tuple(tables)), settled.meaningless
        ),
        "landed_words": texts,
        "public_texts": texts,
        "ignored_paths": door_frames.ignored_paths(ignored),
        **(_landed_days(profiler, tables) if profiler else {}),
    }
    return _validated(suites.LANDING_DOOR, suites.landing_suites(), frames)


def check_candidate(
    connection: duckdb.DuckDBPyConnection,
    keys: Mapping[str, Sequence[str]],
    limits: Limits,
    profiles: Profiles | None = None,
) -> list[QualityResult]:
    """Judge what dbt built; `keys` are key columns by `schema.table`.

    `profiles` compare with the versions before; without them nothing is compared.
    """
    frames = {
        "as_of_day": door_frames.as_of_day(connection),
        "judged_tables": door_frames.judged_tables(connection, limits),
        "reconciled_files": door_frames.reconciled_files(connection),
        "file_order": file_order.decisions(connection),
        "keys_within_files": file_order.keys_within_files(connection, limits),
        "former_ties": file_order.former_ties(connection),
        "control_totals": door_frames.control_totals(connection),
        "cost_months": door_frames.cost_months(connection),
        "order_lines": door_frames.order_lines(connection),
        "unknown_words": door_frames.unknown_words(connection),
        "value_findings": door_frames.value_findings(connection),
        "published_tables": door_frames.published_tables(connection, keys),
        "published_rates": door_frames.published_rates(connection),
        "published_numbers": door_frames.published_numbers(connection),
        **(_families(connection, profiles) if profiles else {}),
    }
    return _validated(suites.PUBLISH_DOOR, suites.publish_suites(), frames)


def _landed_days(
    profiler: Profiler, tables: Sequence[Table]
) -> dict[str, pd.DataFrame]:
    measured, delays = profiler.days(tables)
    connection, profiles = profiler.connection, profiler.profiles
    judged = profiles.judge(connection, measured)
    late = profiles.judge_delays(connection, delays)
    return _by_measure("landed_days", judged, late)


def _families(
    connection: duckdb.DuckDBPyConnection, profiles: Profiles
) -> dict[str, pd.DataFrame]:
    as_of_date = first_value(connection, AS_OF)
    if as_of_date is None:
        return {}
    place = (connection, door_frames.public_columns(connection), profiles, as_of_date)
    judged = profiles.judge(connection, measured_tables(*place))
    late = profiles.judge_delays(connection, measured_delays(*place))
    return _by_measure("families", judged, late)


def _by_measure(
    name: str, judged: pd.DataFrame, late: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return a frame a measure, so that each is judged by a suite of its own."""
    by_measure = {
        f"{name}_{measure}": rows.copy() for measure, rows in judged.groupby("measure")
    }
    return {**by_measure, f"{name}_delay_days": late}


def require_valued_orders(
    connection: duckdb.DuckDBPyConnection, reporting_currency: str
) -> None:
    """Raise NoOrderAccepted when no landed order is in a currency with a rate."""
    currencies = door_frames.unvalued_currencies(connection, reporting_currency)
    if not currencies:
        return
    named = ", ".join(currencies)
    way_out = (
        f"Set CUSTOMER360_REPORTING_CURRENCY={named} if the figures are to be in "
        f"{named}, or land exchange_rates."
        if len(currencies) == 1
        else "Land exchange_rates for them."
    )
    raise NoOrderAccepted(
        f"All orders are in {named}, and no exchange rate turns that into the "
        f"reporting currency {reporting_currency}: every one of them would be "
        f"quarantined (no_exchange_rate). {way_out}"
    )


def require_day(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise NoOrderAccepted when dbt found no accepted order, so no as-of date."""
    reasons = door_frames.refusals_without_day(connection)
    if reasons is not None:
        raise NoOrderAccepted(
            "No order can be accepted, so there is no day to publish. Reasons: "
            f"{reasons or 'no exchange rate near the days of the orders'}."
        )


def require_open(door: str, results: Iterable[QualityResult]) -> None:
    """Raise DoorClosed if a blocking check failed."""
    failures = [r for r in results if r.is_blocking and not r.is_passed]
    if failures:
        raise DoorClosed(door, failures)


def write_results(
    connection: duckdb.DuckDBPyConnection,
    refresh_id: str,
    results: Iterable[QualityResult],
) -> None:
    """Write `analytics.audit.quality_results` anew."""
    rows = [{"refresh_id": refresh_id, **asdict(result)} for result in results]
    write_table(connection, "quality_results", COLUMNS, rows)


def _validated(
    door: str, wanted: Mapping[str, suites.Suite], frames: Mapping[str, pd.DataFrame]
) -> list[QualityResult]:
    """Run each suite over its frame; an empty frame has nothing to fail."""
    switch_telemetry_off()
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("frames")
    results: list[QualityResult] = []
    for name, expectations in wanted.items():
        frame = frames.get(name, pd.DataFrame()).reset_index(drop=True)
        if frame.empty:
            continue
        frame["frame_row"] = frame.index
        batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(
            "whole"
        )
        validation = gx.ValidationDefinition(
            name=name,
            data=batch,
            suite=context.suites.add(
                gx.ExpectationSuite(name, expectations=expectations)
            ),
        )
        outcome = context.validation_definitions.add(validation).run(
            batch_parameters={"dataframe": frame},
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": ["frame_row"],
            },
        )
        for result in outcome.results:
            results += _results_by_table(door, name, frame, result)
    return results


def _results_by_table(
    door: str, suite: str, frame: pd.DataFrame, result: Any
) -> list[QualityResult]:
    """Split what Great Expectations says of a frame by table and column."""
    configuration = result.expectation_config
    unexpected = result.result.get("unexpected_index_list") or []
    if not result.success and not unexpected:
        # it could not run; that must never look like a check that held
        raise RuntimeError(
            f"{suite}, {configuration.meta['name']}: {result.exception_info}"
        )
    failed = {int(row["frame_row"]) for row in unexpected}
    by = ["table_name"] + ["column_name"] * ("column_name" in frame)
    return [
        _result(door, suite, rows, failed, configuration)
        for _, rows in frame.groupby(by, dropna=False, sort=False)
    ]


def _result(
    door: str, suite: str, rows: pd.DataFrame, failed: set[int], configuration: Any
) -> QualityResult:
    meta, measured = configuration.meta, configuration.kwargs["column"]
    bad = rows[rows["frame_row"].isin(failed)]
    seen = (rows if bad.empty else bad)[measured].dropna()
    counted = bad[meta["counted_in"]].abs().sum() if meta["counted_in"] else len(bad)
    observed = meta["observed_in"]
    located = bad[meta["located_in"]] if meta["located_in"] else []
    told = rows[observed] if observed and bad.empty else None
    first = rows.iloc[0]
    return QualityResult(
        door=door,
        suite=suite,
        check_name=meta["name"],
        table_name=_text(first["table_name"]),
        column_name=_text(first.get("column_name")),
        severity="blocking" if configuration.severity == "critical" else "warning",
        is_passed=bad.empty,
        observed=_listed(told) if told is not None else _range(seen),
        expected=meta["expected"],
        failed_row_count=int(counted),
        failed_at=_listed(located),
        what_to_do=meta["what_to_do"],
    )


def _range(values: "pd.Series[Any]") -> str:
    if values.empty:
        return "nothing to compare with"
    low, high = f"{values.min():.6g}", f"{values.max():.6g}"
    return low if low == high else f"{low} to {high}"


def _listed(places: Iterable[Any]) -> str:
    told = [_text(place) for place in places]
    rest = [f"and {len(told) - 3} more"] if len(told) > 3 else []
    return "; ".join([*told[:3], *rest])


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
