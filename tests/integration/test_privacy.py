"""No published table, manifest or log outside `private` holds a personal value."""

from pathlib import Path

import duckdb
import pytest

from orchestration.lib.contract import read_contract
from tests.support.refreshes import PROJECT, Published

# city and post code are private too, but their values also name regions and amounts
DIRECT_IDENTIFIERS = {"full_name", "email", "phone", "birth_date", "comment"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def personal_values(published_demo: Published) -> set[str]:
    """Every landed value of a personal column, and birth dates, from the state."""
    contract = read_contract(PROJECT / "models" / "staging" / "_sources.yml")
    (state,) = published_demo.home.glob("state/*/state.duckdb")
    with duckdb.connect(str(state), read_only=True) as connection:
        values = {
            value
            for table in contract.tables
            for column in table.columns
            if column.personal and column.name in DIRECT_IDENTIFIERS
            for (value,) in connection.execute(
                f"select distinct trim({column.name}) from raw.{table.name}"
                f" where length(trim({column.name})) >= 6"
            ).fetchall()
        }
    assert any("@" in value for value in values)
    assert len(values) > 1000
    return values


def test_no_public_cell_holds_a_personal_value(
    published_demo: Published, personal_values: set[str]
) -> None:
    assert _found(_text_of(published_demo.analytics_path), personal_values) == []


def test_the_search_finds_what_is_there(
    published_demo: Published, personal_values: set[str]
) -> None:
    private = published_demo.analytics_path.with_name("private.duckdb")
    assert len(_found(_text_of(private), personal_values)) > 1000


def test_no_log_or_manifest_holds_a_personal_value(
    published_demo: Published, personal_values: set[str]
) -> None:
    home = published_demo.home
    files = [
        path
        for path in home.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and path.suffix in {".json", ".jsonl", ".log", ".txt", ".sql", ".md"}
    ]
    assert files
    for path in files:
        text = path.read_text("utf-8", errors="replace")
        assert _found(text, personal_values) == [], path


def _text_of(database: Path) -> str:
    """All distinct texts and dates in the text columns of a database, a line each."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        return "\n".join(
            value
            for schema, table, column in columns
            for (value,) in connection.execute(
                f'select distinct "{column}" from {schema}.{table}'
                f' where "{column}" is not null'
            ).fetchall()
        )


def _found(text: str, values: set[str]) -> list[str]:
    return [value for value in sorted(values) if value in text]
