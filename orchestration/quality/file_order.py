"""What the publish door looks at of rows that share a key: one row a table.

Counts, files and record numbers, from `audit.file_order_decisions`; no value of a row.
What is allowed stands in `suites`.
"""

import duckdb
import pandas as pd

from orchestration.quality.door_frames import Limits
from orchestration.store.databases import LANDED_NOW, has_table

SHOWN_FILES = 3
_DECISIONS = "analytics.audit.file_order_decisions"
_IS_NEW = f"landed_at = {LANDED_NOW}"


def decisions(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a table: keys that a new file decided, or lost, by its place.

    Only tables of which nobody said that the newest file is meant.
    """
    return _by_table(
        connection,
        "decided_key_count + late_key_count",
        """
        concat(
            file_path,
            case when decided_key_count > 0 then format(
                ': {:,} keys, such as record {} before {} record {}', decided_key_count,
                first_record_number, other_file_path, other_record_number) end,
            case when late_key_count > 0 then
                format(': {:,} keys stay as a file that landed before has them',
                    late_key_count) end
        )
        """,
        "decided",
        "not is_meant",
    )


def keys_within_files(
    connection: duckdb.DuckDBPyConnection, limits: Limits
) -> pd.DataFrame:
    """Return one row a table: keys of new files that hardly name one thing.

    They exceed the limits where those of one file do, or those of all new files of the
    table, of which the rows are taken for keys.
    """
    tables = _by_table(
        connection,
        "conflicting_key_count",
        """
        format('{}: {:,} of {:,} keys, such as that of records {} and {}', file_path,
            conflicting_key_count, key_count, conflict_first_record_number,
            conflict_last_record_number)
        """,
        "conflicting",
        "true",
    )
    if tables.empty:
        return tables
    counted = connection.execute(
        f"""
        select table_name, conflicting_key_count, key_count from {_DECISIONS}
        where {_IS_NEW}
        union all
        select
            table_name,
            sum(conflicting_key_count)::bigint,
            (select sum(landed_row_count)::bigint from raw.landing_files as landed
                where landed.table_name = decisions.table_name
                    and landed.{_IS_NEW})
        from {_DECISIONS} as decisions
        where {_IS_NEW}
        group by table_name
        """
    ).fetchall()
    exceeding = {
        table: conflicting
        for table, conflicting, keys in counted
        if limits.exceeded_by(conflicting, keys or 0)
    }
    tables["conflicting_excess_count"] = [
        exceeding.get(table, 0) for table in tables["table_name"]
    ]
    return tables


def former_ties(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row a table: keys that are decided otherwise than up to release 0.x.

    Empty but in the first refresh of a home that landed files before there was an
    order of files.
    """
    has_order = has_table(connection, "state", "raw", "file_order_since")
    if not has_order or not _has_decisions(connection):
        return pd.DataFrame()
    return connection.execute(
        f"""
        select table_name, sum(changed_key_count)::bigint as changed_key_count
        from {_DECISIONS}
        where (select max(noted_at) = max(observed_until_at)
                and max(noted_at) > min(landed_at)
            from raw.file_order_since, raw.landing_clock, raw.landing_files)
        group by table_name
        order by table_name
        """
    ).df()


def _by_table(
    connection: duckdb.DuckDBPyConnection,
    count: str,
    told: str,
    name: str,
    condition: str,
) -> pd.DataFrame:
    """Return how many keys of new files are concerned, and the first such files."""
    if not _has_decisions(connection):
        return pd.DataFrame()
    return connection.execute(
        f"""
        with files as (
            select table_name, file_path, {count} as key_count_found, {told} as told
            from {_DECISIONS}
            where {_IS_NEW} and {condition} and {count} > 0
        )
        select
            table_name,
            sum(key_count_found)::bigint as {name}_key_count,
            array_to_string(
                list(told order by file_path)[:{SHOWN_FILES}], '; '
            ) || case
                when count(*) > {SHOWN_FILES}
                then format('; and {{}} more files', count(*) - {SHOWN_FILES})
                else ''
            end as {name}_at
        from files
        group by table_name
        order by table_name
        """
    ).df()


def _has_decisions(connection: duckdb.DuckDBPyConnection) -> bool:
    return has_table(connection, "analytics", "audit", "file_order_decisions")
