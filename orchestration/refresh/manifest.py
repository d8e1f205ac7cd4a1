"""What a version says of itself: `manifest.json`.

Gathers facts from the databases of a candidate and from the project's files; judges
nothing and writes nothing.
"""

import hashlib
import platform
import resource
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.contract import Contract
from orchestration.settings.settings import Settings
from orchestration.store.checksums import files_checksum
from orchestration.store.databases import first_value, public_tables, records
from orchestration.store.journal import RefreshRecord

# What decides the cells of a version, beside its inputs.
CODE = (
    "dbt_project.yml",
    "profiles.yml",
    "requirements.lock",
    "models",
    "macros",
    "seeds/lookups",
    "tests/dbt",
    "orchestration",
)
PACKAGES = (
    "duckdb",
    "dbt-core",
    "dbt-duckdb",
    "dagster",
    "dagster-dbt",
    "great-expectations",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "networkx",
)
ROW_STATES = ("accepted", "superseded", "not_yet", "quarantined")


def code_version(project_dir: Path) -> str:
    """Return a checksum of the project's files: equal code has an equal version."""
    return files_checksum(project_dir, CODE)[:16]


def git_commit(project_dir: Path) -> str | None:
    """Return the commit that is checked out; None without git or before the first."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(project_dir), "rev-parse", "--verify", "-q", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def of_record(record: RefreshRecord) -> dict[str, Any]:
    """Return what a version says of the refresh that made it."""
    return {
        "id": record.refresh_id,
        "as_of_date": str(record.as_of_date),
        "is_restated": record.is_restated,
        "is_forced": record.is_forced,
        "observed_until_at": _utc(record.observed_until_at),
        "started_at": _utc(record.started_at),
        "published_at": _utc(record.ended_at),
        "inputs_checksum": record.inputs_checksum,
        "code_version": record.code_version,
        "settings_checksum": record.settings_checksum,
    }


def of_settings(settings: Settings, project_vars: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a version says of settings and packages."""
    return {
        "settings": {
            "business_timezone": settings.business_timezone,
            "reporting_currency": settings.reporting_currency,
            "as_of_date": str(settings.as_of_date or ""),
            "landing": settings.landing_told,
            "pseudonymise_customers": settings.has_pseudonyms(project_vars),
            "mask_free_texts": settings.mask_free_texts,
            "newest_file_wins": list(settings.newest_file_wins),
            "whole_tables": list(settings.whole_tables),
            "null_words": list(settings.null_words),
            "stand_in_ids": list(settings.stand_in_ids),
            "has_parquet": settings.has_parquet,
            "readers_group": settings.readers_group,
            "private_group": settings.private_group,
            "vars": dict(project_vars),
        },
        "packages": packages(),
    }


def packages() -> dict[str, str]:
    """Return the versions of what cells depend on beside our own code."""
    versions = {name: metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **versions}


def settings_checksum(settings: Settings) -> str:
    """Return a checksum of settings and packages that decide cells, the day aside."""
    deciding = (
        settings.business_timezone,
        settings.reporting_currency,
        settings.pseudonymise_customers,
        settings.mask_free_texts,
        settings.newest_file_wins,
        settings.whole_tables,
        settings.null_words,
        settings.stand_in_ids,
        settings.secret_key_check,
        packages(),
    )
    return hashlib.sha256(repr(deciding).encode()).hexdigest()[:16]


def of_databases(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return what a version says of its inputs and its tables."""
    return {
        "inputs": {"files": input_files(connection)},
        "landed_rows": landed_rows(connection),
        "reconciled_rows": reconciled_rows(connection),
        "quarantine": quarantine_reasons(connection),
        "rows": public_row_counts(connection),
    }


def of_process(seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return what a version says of the time and memory that it took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
        # Linux counts in kilobytes
        "peak_memory_bytes": used.ru_maxrss * 1024,
    }


def input_files(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return every landed file whose content is in force, with its checksum."""
    return records(
        connection,
        "select table_name, file_path, checksum, byte_count, landed_row_count,"
        " unreadable_row_count from raw.landing_files where is_current order by all",
    )


def inputs_checksum(connection: duckdb.DuckDBPyConnection) -> str:
    """Return one checksum of all that ever landed and of what is in force of it."""
    rows = connection.execute(
        "select landing_file_id, is_current from raw.landing_files order by all"
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def settled_until(
    connection: duckdb.DuckDBPyConnection, contract: Contract, now: datetime
) -> str | None:
    """Return the moment from which on the same files may give other cells.

    That is the earliest moment after `now` that a landed row tells of: a row is refused
    as long as it lies in the future. None where no row does.
    """
    instant = now.astimezone(UTC).replace(tzinfo=None)
    staged = connection.execute(
        "select table_name, column_name from duckdb_columns()"
        " where database_name = 'state' and schema_name = 'staging'"
    ).fetchall()
    moments = [
        first_value(
            connection,
            f'select min("{column.name}") from staging.stg_{table.name}'
            f' where "{column.name}" > ?',
            [instant],
        )
        for table in contract.tables
        for column in table.columns
        if column.data_type == "timestamp"
        and (f"stg_{table.name}", column.name) in staged
    ]
    return _utc(min((m for m in moments if m is not None), default=None))


def landed_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the rows of the files in force, readable or not, by table."""
    rows = connection.execute(
        "select table_name, sum(landed_row_count)::bigint from raw.landing_files"
        " where is_current group by all order by all"
    ).fetchall()
    return dict(rows)


def reconciled_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows landed, and what became of them, over all tables."""
    sums = ", ".join(
        f"coalesce(sum({state}_row_count), 0)::bigint as {state}"
        for state in ("landed", *ROW_STATES)
    )
    (row,) = records(
        connection, f"select {sums} from analytics.audit.landing_reconciliation"
    )
    return row


def quarantine_reasons(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return rows in quarantine by table and reason, the most frequent first."""
    return records(
        connection,
        "select table_name, reason, sum(row_count)::bigint as row_count"
        " from analytics.audit.quarantine_reasons group by all"
        " order by row_count desc, table_name, reason",
    )


def public_row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the rows of every public table by `schema.table`."""
    return {
        f"{schema}.{table}": first_value(
            connection, f'select count(*) from analytics.{schema}."{table}"'
        )
        for schema, table in public_tables(connection)
    }


def is_restated(
    refreshes: Iterable[Mapping[str, Any]], as_of_date: object, checksum: str
) -> bool:
    """Say whether this day was published before from other inputs."""
    return any(
        record["outcome"] == "published"
        and str(record["as_of_date"]) == str(as_of_date)
        and record["inputs_checksum"] != checksum
        for record in refreshes
    )


def _utc(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant.isoformat()}Z"
