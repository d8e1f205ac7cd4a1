"""Erasing people from the state database: what is due goes from every table of `raw`.

Belongs here: when something is due, and the file that is written anew after it. Which
rows and cells hold an erased person is known to `scrubbing`; what is due is decided by
the model `int_erasures_due`; how a person is found in a text stands in `person_texts`;
landed files and older versions are the business of `purging`.
"""

from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.landing.contract import Contract
from orchestration.privacy.scrubbing import Erasure, ErasureFailed, Scrub
from orchestration.privacy.scrubbing_sql import DUE
from orchestration.store.databases import first_value, has_table, transaction
from orchestration.text.quoting import quoted_text

# beside `raw`, what no landed file can tell again
KEPT_TABLES = (("intermediate", "int_identity_ledger"),)


def erase_due(
    state: Path, contract: Contract, observed_until_at: datetime
) -> Erasure | None:
    """Erase all that is due from a state database; None where nothing is.

    The file is written anew, so that no freed block keeps what was erased; of what dbt
    built in it only what cannot be built again is kept.
    """
    with duckdb.connect(str(state)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        done = erase_from(connection, contract, observed_until_at)
    if done is not None:
        write_anew(state)
    return done


def erase_from(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    observed_until_at: datetime,
) -> Erasure | None:
    """Erase all that is due from `raw` of an open state; None where nothing is."""
    if not is_due(connection):
        return None
    with transaction(connection):
        return Scrub(connection, contract, observed_until_at).run()


def require_nothing_due(state: Path) -> None:
    """Raise ErasureFailed where something is due after it was erased."""
    with duckdb.connect(str(state), read_only=True) as connection:
        if is_due(connection):
            count = first_value(connection, f"select count(*) from {DUE}")
            raise ErasureFailed(
                f"{count} records are due to be erased again after they were erased. "
                "Nothing was published. Please report this with the log."
            )


def is_due(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether the last build found something to erase."""
    if not has_table(connection, "state", "intermediate", "int_erasures_due"):
        return False
    return bool(first_value(connection, f"select count(*) > 0 from {DUE}"))


def write_anew(state: Path) -> None:
    """Copy what is kept into a new file, and put it in the place of the old one."""
    fresh = state.with_name("fresh.duckdb")
    with duckdb.connect(str(fresh)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        path = quoted_text(str(state))
        connection.execute(f"attach {path} as old (read_only)")
        kept = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where database_name = 'old' order by all"
        ).fetchall()
        for schema, table in kept:
            if schema == "raw" or (schema, table) in KEPT_TABLES:
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(
                    f'create table {schema}."{table}" as from old.{schema}."{table}"'
                )
    fresh.replace(state)
    state.with_name(f"{state.name}.wal").unlink(missing_ok=True)
