"""Customers published under pseudonyms: the same figures, and no id of a customer."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.contract import read_contract
from orchestration.report.lineage import Explainer
from orchestration.store.databases import opened
from tests.support.refreshes import DEMO, PROJECT, Published, environment, refresh
from tests.support.search import found

KEY = "not a secret: the key of this test"
PSEUDONYM = "[0-9a-f]{64}"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a plain `dbt build` with pseudonyms, with all its data tests."""
    folder = tmp_path_factory.mktemp("pseudonyms")
    settings = {
        **environment(folder / "home", DEMO, BUILD_DIR=folder, SECRET_KEY=KEY),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = str(Path(sys.executable).with_name("dbt"))
    variables = json.dumps({"pseudonymise_customers": True})
    for command in (
        [sys.executable, "-m", "orchestration.commands", "land"],
        [dbt, "build", "--vars", variables, "--exclude-resource-type", "unit_test"],
    ):
        done = subprocess.run(
            command, cwd=PROJECT, env=settings, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    return folder


@pytest.fixture
def databases(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    files = [built / f"{name}.duckdb" for name in ("state", "analytics", "private")]
    with opened(*files, read_only=True) as connection:
        yield connection


def test_all_models_and_tests_pass_with_pseudonyms(built: Path) -> None:
    results = json.loads((built / "target" / "run_results.json").read_text())["results"]
    kinds = Counter(result["unique_id"].split(".")[0] for result in results)
    assert kinds["model"] > 200 and kinds["test"] > 300
    # of what reads the warehouse nothing is built
    assert {result["status"] for result in results} == {"success", "pass", "no-op"}
    assert kinds["exposure"] == Counter(r["status"] for r in results)["no-op"]


def test_no_public_cell_is_the_id_of_a_customer(
    databases: duckdb.DuckDBPyConnection,
) -> None:
    assert plain_ids_in(databases, "analytics") == {}


def test_the_search_for_ids_finds_them_where_they_are(
    databases: duckdb.DuckDBPyConnection,
) -> None:
    found_in = plain_ids_in(databases, "private")
    assert found_in["personal.customer_identities.source_customer_id"] > 1000
    assert found_in["personal.customer_identities.record_key"] > 1000


def plain_ids_in(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[str, int]:
    """How many cells of each text column are an id of a customer, in either form.

    Ids are short, so a cell is compared whole, and so is each of its parts by `|`.
    """
    contract = read_contract(PROJECT / "models" / "staging" / "_sources.yml")
    landed = " union ".join(
        "select coalesce(nullif(trim(source_system), ''), 'main') as source_system,"
        f" trim({column}) as id from raw.{table.name}"
        for table in contract.tables
        for column in ("customer_id", "referred_by_customer_id")
        if column in {c.name for c in table.columns}
    )
    connection.execute(
        "create or replace temp table ids as"
        f" with landed as ({landed})"
        " select id from landed where id <> '' union"
        " select source_system || ':' || id from landed where id <> ''"
    )
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name = ? and data_type = 'VARCHAR'",
        [database],
    ).fetchall()
    counts = {
        f"{schema}.{table}.{column}": connection.execute(
            f"with parts as (select unnest(string_split({column}, '|')) as part"
            f" from {database}.{schema}.{table}) select count(*) from parts"
            " semi join ids on parts.part = ids.id"
        ).fetchall()[0][0]
        for schema, table, column in columns
    }
    return {column: count for column, count in counts.items() if count}


def test_every_customer_is_a_pseudonym_or_a_guest(
    databases: duckdb.DuckDBPyConnection,
) -> None:
    columns = databases.execute(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name = 'analytics' and (column_name = 'identity_key'"
        " or column_name like '%customer_id')"
    ).fetchall()
    assert len(columns) > 15
    for schema, table, column in columns:
        odd = databases.execute(
            f"select count(*) from analytics.{schema}.{table} where {column} <> 'guest'"
            f" and not regexp_full_match({column}, '{PSEUDONYM}')"
        ).fetchall()
        assert odd == [(0,)], f"{schema}.{table}.{column}"


def test_figures_are_those_without_pseudonyms(
    databases: duckdb.DuckDBPyConnection, published_demo: Published
) -> None:
    """The millionth that is left over when costs are shared goes by customer_id."""
    with duckdb.connect(str(published_demo.analytics_path), read_only=True) as plain:
        expected = figures(plain, "")
    assert expected.keys() == (seen := figures(databases, "analytics.")).keys()
    for table, numbers in expected.items():
        assert seen[table] == pytest.approx(numbers, rel=1e-6, abs=0.01), table


def figures(
    connection: duckdb.DuckDBPyConnection, prefix: str
) -> dict[str, dict[str, float]]:
    """Rows, sums of numbers and numbers of distinct values, by public table.

    Two systems may number two people alike; their pseudonyms differ.
    """
    columns = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type"
        " from duckdb_columns() where schema_name in ('marts', 'metrics')"
        " and column_name <> 'source_customer_id' order by all"
    ).fetchall()
    wanted: dict[str, dict[str, str]] = {}
    for table, column, kind in columns:
        is_number = kind.startswith(("DECIMAL", "DOUBLE", "INTEGER", "BIGINT"))
        wanted.setdefault(table, {"rows": "count(*)"})[column] = (
            f'coalesce(sum("{column}"), 0)::double'
            if is_number
            else f'count(distinct "{column}")'
        )
    return {
        table: dict(
            zip(
                expressions,
                connection.execute(
                    f"select {', '.join(expressions.values())} from {prefix}{table}"
                ).fetchall()[0],
                strict=True,
            )
        )
        for table, expressions in wanted.items()
    }


def test_a_private_reader_finds_the_record_of_a_pseudonym(
    databases: duckdb.DuckDBPyConnection,
) -> None:
    unknown = databases.execute(
        "select count(*) from analytics.marts.dim_customer_identities"
        " anti join private.personal.customer_identities"
        " using (identity_key, customer_id)"
    ).fetchall()
    assert unknown == [(0,)]


def test_a_customer_is_explained_by_the_pseudonym(
    databases: duckdb.DuckDBPyConnection,
) -> None:
    pseudonym, source_id = databases.execute(
        "select customer_id, source_customer_id"
        " from private.personal.customer_identities"
        " join analytics.marts.fct_orders using (customer_id) order by all limit 1"
    ).fetchall()[0]
    keys = {"marts.dim_customers": ["customer_id"]}
    explainer = Explainer(databases, keys, 90, 1000)
    row = explainer.published_row("marts.dim_customers", pseudonym)
    sources = {s.title: s for s in explainer.sources("marts.dim_customers", row)}
    records = sources["customer records, landed as customers"].rows
    assert source_id in {record.values["customer_id"] for record in records}
    assert sources["fct_orders, landed as orders"].row_count > 0


def test_nothing_that_is_written_holds_the_key(built: Path) -> None:
    pads = [bytes(ord(c) ^ pad for c in KEY).hex() for pad in (0x36, 0x5C)]
    files = [path for path in built.rglob("*") if path.is_file()]
    assert len(files) > 100
    for path in files:
        content = path.read_bytes()
        assert found(content, [KEY, *pads]) == [], path
        assert not any(bytes.fromhex(pad) in content for pad in pads), path


def test_a_refresh_without_a_key_stops_at_once(tmp_path: Path) -> None:
    outcome = refresh(tmp_path / "home", DEMO, PSEUDONYMISE_CUSTOMERS="true")
    assert outcome.returncode == 1
    assert "Set CUSTOMER360_SECRET_KEY" in outcome.stdout
    assert not (tmp_path / "home").exists()


def test_plain_dbt_without_a_key_stops_at_once(tmp_path: Path) -> None:
    settings = {
        **environment(tmp_path / "home", DEMO, BUILD_DIR=tmp_path),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "CUSTOMER360_PSEUDONYMISE_CUSTOMERS": "true",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "build"],
        cwd=PROJECT,
        env=settings,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "Set CUSTOMER360_SECRET_KEY" in done.stdout
