"""No published table, manifest or log outside `private` holds a personal value.

Looked for are the values as they landed, and mail addresses and phone numbers in the
forms that identity resolution compares; in cells, and in the raw bytes of every file.
"""

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.landing.contract import read_contract
from tests.support.refreshes import PROJECT, Published
from tests.support.search import SHORTEST, cells, found

# city and post code are private too, but their values also name regions and amounts
DIRECT_IDENTIFIERS = {"full_name", "email", "phone", "birth_date", "comment"}
# digits of a phone number below which it may be a count or an amount
SHORTEST_NUMBER = 9

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def personal_values(published_demo: Published) -> set[str]:
    """Every landed value of a personal column, and its normalised forms."""
    contract = read_contract(PROJECT / "models" / "staging" / "_sources.yml")
    with duckdb.connect(str(state_of(published_demo)), read_only=True) as connection:
        landed = {
            (column.name, value)
            for table in contract.tables
            for column in table.columns
            if column.personal and column.name in DIRECT_IDENTIFIERS
            for (value,) in connection.execute(
                f"select distinct trim({column.name}) from raw.{table.name}"
                f" where strlen(trim({column.name})) >= {SHORTEST}"
            ).fetchall()
        }
        compared = {
            value
            for (value,) in connection.execute(
                "select distinct key_value from intermediate.int_identity_keys"
                " where match_rule in ('same_email', 'same_phone')"
            ).fetchall()
        }
    values = {value for _, value in landed} | compared
    values |= {
        digits
        for name, value in landed
        if name == "phone"
        and len(digits := re.sub(r"\D", "", value)) >= SHORTEST_NUMBER
    }
    assert any("@" in value for value in compared)
    assert any(re.fullmatch(r"\+\d+", value) for value in compared)
    assert len(values) > 1000
    return values


def state_of(published: Published) -> Path:
    (state,) = published.home.glob("state/*/state.duckdb")
    return state


def private_of(published: Published) -> Path:
    return published.analytics_path.with_name("private.duckdb")


def test_no_public_cell_holds_a_personal_value(
    published_demo: Published, personal_values: set[str]
) -> None:
    assert found(cells(published_demo.analytics_path), personal_values) == []


def test_the_search_finds_what_is_there(
    published_demo: Published, personal_values: set[str]
) -> None:
    assert len(found(cells(private_of(published_demo)), personal_values)) > 1000


def test_no_byte_outside_state_and_private_holds_a_personal_value(
    published_demo: Published, personal_values: set[str]
) -> None:
    """Manifests, logs, Dagster's history, dbt's artifacts, and the database file."""
    home = published_demo.home
    files = [
        path
        for path in sorted(home.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.name != "private.duckdb"
        and path.relative_to(home).parts[0] != "state"
    ]
    names = {path.name for path in files}
    assert {"analytics.duckdb", "manifest.json", "refreshes.jsonl"} <= names
    for path in files:
        assert found(path.read_bytes(), personal_values) == [], path


def test_the_search_of_bytes_finds_what_is_there(
    published_demo: Published, personal_values: set[str], tmp_path: Path
) -> None:
    value = max(personal_values, key=len)
    with duckdb.connect(str(tmp_path / "leak.duckdb")) as connection:
        connection.execute("create table leak as select ? as note", [value.upper()])
    assert value in found((tmp_path / "leak.duckdb").read_bytes(), personal_values)
    # most of a private file is compressed; some of it can be read as it lies there
    assert found(private_of(published_demo).read_bytes(), personal_values)


def test_a_text_is_found_wherever_it_stands() -> None:
    for before in (0, 1, 4_194_300, 4_194_302, 4_194_304, 4_194_305):
        haystack = b"." * before + "Zoë@Example".encode() + b"."
        assert found(haystack, {"zoë@example", "nobody"}) == ["zoë@example"]
    assert found(b"zo", {"zoë@example"}) == []


def test_every_personal_column_that_private_readers_see_is_tagged(
    published_demo: Published,
) -> None:
    contract = read_contract(PROJECT / "models" / "staging" / "_sources.yml")
    personal = {
        c.name for table in contract.tables for c in table.columns if c.personal
    }
    documented = [
        model
        for file in sorted((PROJECT / "models" / "private").glob("*.yml"))
        for model in yaml.safe_load(file.read_text()).get("models", ())
    ]
    tagged = {
        (model["name"], column["name"])
        for model in documented
        for column in model.get("columns", ())
        if column.get("config", {}).get("meta", {}).get("personal")
    }
    with duckdb.connect(str(private_of(published_demo)), read_only=True) as connection:
        built = connection.execute(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name = 'personal'"
        ).fetchall()
    assert {(table, name) for table, name in built if name in personal} <= tagged
    assert tagged <= set(built)
