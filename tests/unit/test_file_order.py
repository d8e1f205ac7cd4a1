"""What is told of rows whose order only the files know."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.commands.explain import lines_of
from orchestration.quality.file_order import former_ties
from orchestration.report.lineage import Explainer, Source

EARLIER, NOW = datetime(2026, 3, 1, 4), datetime(2026, 3, 2, 4)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A state in which record 2 of new.csv stands before three others."""
    with duckdb.connect(str(tmp_path / "state.duckdb")) as connection:
        connection.execute(f"attach '{tmp_path / 'analytics.duckdb'}' as analytics")
        connection.execute(
            """
            create schema raw;
            create schema intermediate;
            create schema analytics.audit;
            create table raw.orders (
                order_id varchar, landing_file_id varchar, record_number bigint);
            insert into raw.orders values
                ('7', 'old', 1), ('7', 'new', 2), ('7', 'new', 3), ('8', 'new', 4);
            create table raw.landing_files (table_name varchar,
                landing_file_id varchar, file_path varchar, file_order bigint,
                landed_at timestamp);
            create table intermediate.int_row_states (
                landing_file_id varchar, record_number bigint,
                lost_to_file_id varchar, lost_to_record_number bigint,
                is_lost_by_file_order boolean);
            insert into intermediate.int_row_states values
                ('old', 1, 'new', 3, true),
                ('new', 2, 'new', 3, true),
                ('new', 3, null, null, false),
                ('new', 4, null, null, false);
            create table raw.landing_clock (observed_until_at timestamp);
            create table raw.file_order_since (noted_at timestamp);
            create table analytics.audit.file_order_decisions (
                table_name varchar, changed_key_count bigint);
            insert into analytics.audit.file_order_decisions values
                ('orders', 2), ('orders', 3), ('consents', 1);
            """
        )
        connection.execute("insert into raw.landing_clock values (?)", [NOW])
        connection.execute("insert into raw.file_order_since values (?)", [NOW])
        connection.execute(
            "insert into raw.landing_files values"
            " ('orders', 'old', 'orders/old.csv', 1, $earlier),"
            " ('orders', 'new', 'orders/new.csv', 2, $now)",
            {"earlier": EARLIER, "now": NOW},
        )
        yield connection


def _explained(connection: duckdb.DuckDBPyConnection, number: int) -> list[str]:
    explainer = Explainer(connection, {}, 90, 20)
    sources: list[Source] = list(
        explainer._pointed(
            "fct_orders",
            "select * from raw.orders where landing_file_id = 'new'"
            " and record_number = $number",
            {"number": number},
        )
    )
    return [line for source in sources for line in lines_of(source)]


def test_explain_says_which_row_the_file_order_put_behind(
    state: duckdb.DuckDBPyConnection,
) -> None:
    assert _explained(state, 3)[2:] == [
        "    by file order alone before orders/new.csv record 2 and 1 more"
    ]
    assert _explained(state, 2)[2:] == [
        "    by file order alone behind orders/new.csv record 3"
    ]
    assert _explained(state, 4)[2:] == []


def test_explain_knows_the_rule_of_a_table_and_states_without_an_order(
    state: duckdb.DuckDBPyConnection,
) -> None:
    state.execute(
        "update intermediate.int_row_states set is_lost_by_file_order = false"
    )
    assert _explained(state, 2)[2:] == [
        "    by the rule of its table behind orders/new.csv record 3"
    ]
    state.execute(
        "alter table intermediate.int_row_states drop column is_lost_by_file_order"
    )
    assert _explained(state, 2)[2:] == []


def test_the_first_refresh_by_file_order_says_what_it_decides_otherwise(
    state: duckdb.DuckDBPyConnection,
) -> None:
    told = former_ties(state).values.tolist()
    assert told == [["consents", 1], ["orders", 5]]
    # the second one does not
    state.execute("update raw.file_order_since set noted_at = ?", [EARLIER])
    assert former_ties(state).empty
    # nor a home that knows nothing else
    state.execute("update raw.file_order_since set noted_at = ?", [NOW])
    state.execute("update raw.landing_files set landed_at = ?", [NOW])
    assert former_ties(state).empty
