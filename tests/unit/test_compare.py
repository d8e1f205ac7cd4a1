"""Two homes are compared to the cell: what differs is told, what is equal is not."""

from pathlib import Path

import duckdb
import pytest

from benchmarks.compare import analytics_of, compare, keys, main

KEYS = {"fct_orders": ["order_id"]}
ROWS = "(1, 'a', 2.5), (2, null, null), (2, null, null)"
TABLE = "marts.fct_orders (order_id integer, status text, amount double)"


def database(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema audit")
        for statement in statements:
            connection.execute(statement)
    return path


def orders(path: Path, rows: str = ROWS, table: str = TABLE) -> Path:
    return database(
        path, f"create table {table}", f"insert into marts.fct_orders values {rows}"
    )


def told(tmp_path: Path, rows: str, table: str = TABLE) -> list[str]:
    other = orders(tmp_path / "b", rows, table)
    _, found = compare(orders(tmp_path / "a"), other, keys=KEYS)
    return [line for difference in found for line in difference.lines]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(ROWS, id="the same"),
        pytest.param(
            "(2, null, null), (1, 'a', 2.5), (2, null, null)", id="another order"
        ),
    ],
)
def test_equal_cells_are_equal(tmp_path: Path, rows: str) -> None:
    assert told(tmp_path, rows) == []


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param(
            "(1, 'b', null), (2, null, null), (2, null, null)",
            [
                "rows: 3 in A, 3 in B; 1 of A are not in B, 1 of B not in A",
                "status: 1 rows differ: order_id=1: a / b",
                "amount: 1 rows differ: order_id=1: 2.5 / None",
            ],
            id="another value, and null for a value",
        ),
        pytest.param(
            "(1, 'a', 2.5), (2, null, null)",
            [
                "rows: 3 in A, 2 in B; 1 of A are not in B, 0 of B not in A",
                "1 keys are in A only: order_id=2",
            ],
            id="a row that comes twice",
        ),
        pytest.param(
            "(1, 'a', 2.5), (2, null, null), (2, null, null), (3, 'c', 0)",
            [
                "rows: 3 in A, 4 in B; 0 of A are not in B, 1 of B not in A",
                "1 keys are in B only: order_id=3",
            ],
            id="a row more",
        ),
    ],
)
def test_what_differs_is_told(tmp_path: Path, rows: str, lines: list[str]) -> None:
    assert told(tmp_path, rows) == lines


def test_columns_and_types_are_compared(tmp_path: Path) -> None:
    wide = "marts.fct_orders (order_id bigint, status text, total double)"
    assert told(tmp_path, ROWS, wide) == [
        "column amount is in A only",
        "column order_id is INTEGER in A, BIGINT in B",
        "column total is in B only",
    ]


def test_without_a_key_the_rows_are_told(tmp_path: Path) -> None:
    other = orders(tmp_path / "b", "(1, 'a', 2.5)")
    _, found = compare(orders(tmp_path / "a"), other)
    assert found[0].lines[1:] == [
        "in A only: order_id=2, status=None, amount=None",
        "in A only: order_id=2, status=None, amount=None",
    ]


def test_the_command_ends_with_one_where_anything_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    (home / "current").mkdir(parents=True)
    published = orders(analytics_of(home))
    other = database(
        tmp_path / "other",
        f"create table {TABLE}",
        f"insert into marts.fct_orders values {ROWS}",
        "create table audit.left_over (landed_at timestamp)",
        "create schema inner_life; create table inner_life.hidden (a integer)",
    )
    assert main([str(home), str(published)]) == 0
    assert main([str(home), str(other)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "0 of 1 tables differ",
        "audit.left_over",
        "  is in B only",
        "1 of 2 tables differ",
    ]
    assert main([str(home), str(tmp_path / "nowhere")]) == 2


def test_columns_can_be_left_out(tmp_path: Path) -> None:
    other = orders(tmp_path / "b", ROWS.replace("2.5", "9.5"))
    first = orders(tmp_path / "a")
    assert compare(first, other, without=["amount"]) == (1, [])


def test_a_column_may_be_called_as_ours_are(tmp_path: Path) -> None:
    """metrics_clv_backtest has a column `bucket`."""
    table = "marts.fct_orders (bucket integer, row_count integer, hash_sum integer)"
    other = orders(tmp_path / "b", "(1, 2, 4)", table)
    _, found = compare(orders(tmp_path / "a", "(1, 2, 3)", table), other)
    assert found[0].lines[1:] == [
        "in A only: bucket=1, row_count=2, hash_sum=3",
        "in B only: bucket=1, row_count=2, hash_sum=4",
    ]


def test_every_public_model_has_a_key_to_match_by() -> None:
    assert keys()["mart_customer_360"] == ["customer_id"]
