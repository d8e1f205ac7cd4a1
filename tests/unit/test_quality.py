"""The doors: what closes them, what only warns, and what a person is told."""

from collections.abc import Iterable, Iterator

import duckdb
import pytest

from orchestration.landing import IgnoredPath
from orchestration.landing.contract import Column, Table
from orchestration.quality import doors
from orchestration.quality.door_frames import Limits
from orchestration.quality.doors import DoorClosed, QualityResult

LIMITS = Limits(share=0.01, rows=20)
KEYS = {"marts.fct_orders": ["order_id"], "metrics.metrics_retention": ["market"]}


def column(name: str, *, required: bool) -> Column:
    return Column(name=name, data_type="text", required=required, personal=False)


ORDERS = Table(
    name="orders",
    columns=(
        column("source_system", required=False),
        column("order_id", required=True),
    ),
    key=("source_system", "order_id"),
    control_amount=(),
    needs_rows=True,
)
REFUNDS = Table(
    name="refunds",
    columns=(column("refund_id", required=True),),
    key=("refund_id",),
    control_amount=(),
    needs_rows=False,
)


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with 1,000 orders in one file, and no refunds."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema raw;
            create table raw.landing_files (
                landing_file_id varchar, table_name varchar, file_path varchar,
                checksum varchar, landed_row_count bigint,
                unreadable_row_count bigint, unknown_columns varchar,
                is_current boolean, landed_at timestamp);
            create table raw.landing_clock as
                select timestamp '2026-03-05 02:00:00' as observed_until_at;
            create table raw.landing_rejects (
                landing_file_id varchar, table_name varchar, record_number bigint);
            create table raw.orders as
                select null::varchar as source_system, i::varchar as order_id,
                    'a' as landing_file_id, i + 1 as record_number
                from range(1000) as r(i);
            create table raw.refunds (
                refund_id varchar, landing_file_id varchar, record_number bigint);
            insert into raw.landing_files values
                ('a', 'orders', 'orders/a.csv', 'sum-a', 1000, 0, '', true,
                    timestamp '2026-03-04 02:00:00');
            """
        )
        yield connection


def landing(
    connection: duckdb.DuckDBPyConnection,
    before: dict[str, int] | None = None,
    ignored: Iterable[IgnoredPath] = (),
) -> list[QualityResult]:
    return doors.check_landing(
        connection, [ORDERS, REFUNDS], LIMITS, before or {}, ignored
    )


def failed(results: Iterable[QualityResult]) -> dict[tuple[str, str], QualityResult]:
    return {(r.check_name, r.table_name): r for r in results if not r.is_passed}


def test_a_clean_first_load_passes_in_silence(raw: duckdb.DuckDBPyConnection) -> None:
    results = landing(raw)
    assert failed(results) == {}
    assert ("table_has_rows", "orders") in {
        (r.check_name, r.table_name) for r in results
    }
    doors.require_open("landing", results)


def test_orders_must_have_rows_and_others_need_not(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    raw.execute("delete from raw.orders; delete from raw.landing_files")
    assert set(failed(landing(raw))) == {("table_has_rows", "orders")}
    with pytest.raises(DoorClosed, match="table_has_rows: table orders"):
        doors.require_open("landing", landing(raw))


@pytest.mark.parametrize(
    ("unreadable", "of", "is_open"),
    [(20, 1000, True), (21, 1000, False), (21, 2100, True), (22, 2100, False)],
)
def test_unreadable_rows_close_the_door_above_both_limits(
    raw: duckdb.DuckDBPyConnection, unreadable: int, of: int, is_open: bool
) -> None:
    raw.execute(
        "insert into raw.landing_rejects"
        f" select 'a', 'orders', 100 + i from range({unreadable}) as r(i)"
    )
    raw.execute(f"update raw.landing_files set landed_row_count = {of}")
    found = failed(landing(raw))
    assert (not found) == is_open
    if not is_open:
        result = found["unreadable_rows_within_limits", "orders"]
        assert result.is_blocking
        assert result.failed_row_count == unreadable
        assert result.failed_at == f"orders/a.csv ({unreadable} from line 100 on)"


def test_rows_without_key_close_the_door(raw: duckdb.DuckDBPyConnection) -> None:
    raw.execute("update raw.orders set order_id = '  ' where record_number > 950")
    result = failed(landing(raw))["keys_present", "orders"]
    assert result.column_name == "order_id", "a key with a default is never missing"
    assert result.failed_row_count == 50
    assert result.failed_at == "orders/a.csv (50 from record 951 on)"


def test_rows_of_replaced_files_are_not_judged(raw: duckdb.DuckDBPyConnection) -> None:
    raw.execute(
        """
        insert into raw.landing_files values
            ('old', 'orders', 'orders/a.csv', 'x', 100, 100, '', false,
                timestamp '2026-03-03 02:00:00');
        insert into raw.landing_rejects
            select 'old', 'orders', i from range(100) as r(i);
        insert into raw.orders
            select null, null, 'old', i from range(100) as r(i);
        """
    )
    assert failed(landing(raw)) == {}


@pytest.mark.parametrize(
    ("before", "warns"),
    [({}, False), ({"orders": 1100}, False), ({"orders": 1200}, True)],
)
def test_a_shrunken_table_warns_but_not_on_a_first_load(
    raw: duckdb.DuckDBPyConnection, before: dict[str, int], warns: bool
) -> None:
    results = landing(raw, before)
    assert (("volume_like_before", "orders") in failed(results)) == warns
    doors.require_open("landing", results)


def test_oddities_of_files_warn(raw: duckdb.DuckDBPyConnection) -> None:
    raw.execute(
        """
        update raw.landing_files set unknown_columns = 'colour,size';
        insert into raw.landing_files values
            ('b', 'orders', 'orders/b.csv', 'sum-a', 1000, 0, '', true, NIGHT),
            ('c', 'refunds', 'refunds/c.csv', 'sum-c', 0, 0, '', true, NIGHT),
            ('d', 'refunds', 'refunds/d.csv', 'sum-c', 0, 0, '', true, NIGHT);
        """.replace("NIGHT", "timestamp '2026-03-05 02:00:00'")
    )
    results = landing(raw, ignored=[IgnoredPath("old/", "no table is called old")])
    found = failed(results)
    assert set(found) == {
        ("columns_known", "orders"),
        ("content_landed_once", "orders"),
        ("file_has_rows", "refunds"),
        ("path_belongs_to_a_table", ""),
    }
    assert found["columns_known", "orders"].column_name == "colour,size"
    assert "old/ (no table is called old)" in (
        found["path_belongs_to_a_table", ""].failed_at
    )
    doors.require_open("landing", results)

    # of files that were there before nothing is said once more
    raw.execute("update raw.landing_clock set observed_until_at = '2026-03-06 02:00'")
    assert {name for name, _ in failed(landing(raw))} == {"columns_known"}


def test_mail_addresses_in_published_texts_warn(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    raw.execute(
        """
        update raw.orders set order_id = 'ann@example.org' where record_number <= 3;
        update raw.orders set order_id = '@home', source_system = 'a@b'
            where record_number between 4 and 9;
        """
    )
    results = landing(raw)
    result = failed(results)["public_texts_name_nobody", "orders"]
    assert (result.severity, result.failed_row_count) == ("warning", 3)
    assert result.column_name == "order_id"
    assert result.failed_at == "3 rows, first in orders/a.csv record 1"
    assert "ann@" not in result.told()
    doors.require_open("landing", results)


@pytest.fixture
def candidate() -> Iterator[duckdb.DuckDBPyConnection]:
    """A candidate of 1,000 landed orders in which everything ties out."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            attach ':memory:' as analytics;
            create schema intermediate;
            create schema analytics.audit;
            create schema analytics.marts;
            create schema analytics.metrics;
            create table intermediate.int_as_of as
                select date '2025-06-30' as as_of_date;
            create table analytics.audit.landing_reconciliation as
                select 'orders' as table_name, 'orders/a.csv' as file_path,
                    false as is_replaced, 1000 as landed_row_count,
                    980 as accepted_row_count, 10 as superseded_row_count,
                    5 as not_yet_row_count, 5 as quarantined_row_count,
                    5000.00::decimal(38, 6) as landed_amount,
                    4900.00::decimal(38, 6) as accepted_amount,
                    50.00::decimal(38, 6) as superseded_amount,
                    25.00::decimal(38, 6) as not_yet_amount,
                    25.00::decimal(38, 6) as quarantined_amount
                union all by name
                select 'costs' as table_name, 'costs.csv' as file_path,
                    false as is_replaced, 1 as landed_row_count,
                    1 as accepted_row_count, 0 as superseded_row_count,
                    0 as not_yet_row_count, 0 as quarantined_row_count,
                    100 as landed_amount, 100 as accepted_amount;
            create schema raw;
            create table raw.landing_clock as
                select timestamp '2025-07-01' as observed_until_at;
            create table raw.landing_files as
                select 'orders' as table_name, timestamp '2025-07-01' as landed_at,
                    1000 as landed_row_count;
            create table analytics.audit.file_order_decisions (
                table_name varchar, file_path varchar, landed_at timestamp,
                is_meant boolean, decided_key_count bigint, changed_key_count bigint,
                late_key_count bigint, key_count bigint, conflicting_key_count bigint,
                first_record_number bigint, other_file_path varchar,
                other_record_number bigint, conflict_first_record_number bigint,
                conflict_last_record_number bigint);
            create table analytics.audit.quarantine_reasons as
                select 'orders' as table_name, 'orders/a.csv' as file_path,
                    'ordered_at' as column_name, 'bad_timestamp' as reason,
                    5 as row_count, 17 as first_record_number;
            create table analytics.marts.fct_orders as
                select i::varchar as order_id, 5.00::decimal(18, 2)
                    as gross_amount_local, date '2025-06-30' as as_of_date,
                    1.0 as exchange_rate, 5.00 as gross_amount,
                    0.50 as discount_amount, if(i = 0, 2.50, 4.50) as net_amount
                from range(980) as r(i);
            create table analytics.marts.fct_refunds as
                select '0' as order_id, 2.00::decimal(18, 2)
                    as restated_refund_amount, 2.00 as refund_amount_local
                where false;
            insert into analytics.marts.fct_refunds values ('0', 2.00, 2.00);
            insert into analytics.audit.landing_reconciliation by name
                select 'refunds' as table_name, 'refunds.csv' as file_path,
                    false as is_replaced, 1 as landed_row_count,
                    1 as accepted_row_count, 0 as superseded_row_count,
                    0 as not_yet_row_count, 0 as quarantined_row_count,
                    2 as landed_amount, 2 as accepted_amount;
            create table analytics.marts.fct_costs as
                select 'ledger-1' as cost_id, date '2025-06-01' as cost_month,
                    'retention' as purpose, 60.00 as allocated_amount,
                    100.00::decimal(18, 2) as amount,
                    40.00::decimal(18, 2) as unallocated_amount;
            create table analytics.marts.fct_customer_costs as
                select date '2025-06-01' as cost_month, 'retention' as purpose,
                    20.000000::decimal(18, 6) as allocated_amount
                from range(3);
            create table analytics.metrics.metrics_retention as
                select 'DE' as market, 0.8::double as retention_rate,
                    1.2::double as retention_rate_end_less_new,
                    12 as customer_count, -100.0::double as nps_score,
                    null::double as churn_rate;
            """
        )
        yield connection


def judged(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], QualityResult]:
    return failed(doors.check_candidate(connection, KEYS, LIMITS))


def test_a_candidate_that_ties_out_passes(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    assert judged(candidate) == {}


@pytest.mark.parametrize(
    ("damage", "check", "table", "count"),
    [
        (
            "update intermediate.int_as_of set as_of_date = null;"
            " update analytics.marts.fct_orders set as_of_date = null",
            "as_of_day_known",
            "orders",
            1,
        ),
        (
            "update analytics.audit.landing_reconciliation set accepted_row_count = 0,"
            " not_yet_row_count = not_yet_row_count + accepted_row_count"
            " where table_name = 'orders'",
            "some_order_accepted",
            "orders",
            1,
        ),
        (
            "update analytics.audit.landing_reconciliation"
            " set quarantined_row_count = 25, superseded_row_count = -10"
            " where table_name = 'orders'",
            "quarantine_within_limits",
            "orders",
            25,
        ),
        (
            "update analytics.audit.landing_reconciliation set not_yet_row_count = 4"
            " where table_name = 'orders'",
            "landed_rows_add_up",
            "orders",
            1,
        ),
        (
            "update analytics.audit.landing_reconciliation set not_yet_amount = 24.99"
            " where table_name = 'orders'",
            "landed_amounts_add_up",
            "orders",
            1,
        ),
        (
            "update analytics.marts.fct_orders set gross_amount_local = 5.01"
            " where order_id = '7'",
            "marts_tie_to_landing",
            "fct_orders",
            2,  # nor does it tie to the gross amount in the reporting currency
        ),
        (
            "update analytics.marts.fct_customer_costs set allocated_amount = 19.9",
            "costs_tie_to_ledger",
            "fct_customer_costs",
            1,
        ),
        (
            "update analytics.marts.fct_orders set order_id = null"
            " where order_id in ('7', '8')",
            "keys_present",
            "fct_orders",
            2,
        ),
        (
            "update analytics.marts.fct_orders set order_id = '1'"
            " where order_id in ('7', '8', '9')",
            "keys_unique",
            "fct_orders",
            3,
        ),
        (
            "update analytics.marts.fct_orders set as_of_date = date '2025-06-29'"
            " where order_id = '7'",
            "one_as_of_day",
            "fct_orders",
            1,
        ),
        (
            "update analytics.metrics.metrics_retention set churn_rate = 1.5",
            "rates_are_fractions",
            "metrics_retention",
            1,
        ),
        (
            "update analytics.metrics.metrics_retention set nps_score = -101",
            "numbers_in_range",
            "metrics_retention",
            1,
        ),
        (
            "update analytics.metrics.metrics_retention set customer_count = -1",
            "numbers_in_range",
            "metrics_retention",
            1,
        ),
        (
            "update analytics.metrics.metrics_retention"
            " set retention_rate_end_less_new = 'nan'",
            "numbers_in_range",
            "metrics_retention",
            1,
        ),
        (
            "update analytics.marts.fct_refunds set refund_amount_local = 2.01",
            "marts_tie_to_landing",
            "fct_refunds",
            1,
        ),
        (
            "update analytics.marts.fct_refunds set restated_refund_amount = 4",
            "marts_tie_to_landing",
            "fct_orders",
            1,
        ),
        (
            "update analytics.marts.fct_orders set gross_amount = 5.01,"
            " net_amount = net_amount + 0.01 where order_id = '7'",
            "marts_tie_to_landing",
            "fct_orders",
            1,
        ),
        (
            "insert into analytics.marts.fct_costs by name"
            " select 'ledger-2' as cost_id, 0 as amount",
            "marts_tie_to_landing",
            "fct_costs",
            1,
        ),
    ],
)
def test_damage_closes_the_door(
    candidate: duckdb.DuckDBPyConnection,
    damage: str,
    check: str,
    table: str,
    count: int,
) -> None:
    candidate.execute(damage)
    found = judged(candidate)
    assert found[check, table].failed_row_count == count
    assert all(result.is_blocking for result in found.values())


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("select 1", None),
        (
            "update judged_lines set unit_price_amount = 9.99 where line_number = 1",
            None,
        ),
        (
            "update judged_orders set gross_amount = 35.7, tax_amount = 5.7",
            "1 of 1 orders differ from their order_lines (1 by just their tax); first"
            " in orders/a.csv record 3: gross_amount 35.70, lines add up to 30.00",
        ),
        (
            "update judged_orders set gross_amount = 25, discount_amount = 5",
            "1 of 1 orders differ from their order_lines (1 by just their discount);"
            " first in orders/a.csv record 3: gross_amount 25.00, lines add up to"
            " 30.00",
        ),
        (
            "update judged_lines set row_state = 'superseded' where line_number = 2",
            "1 of 1 orders differ from their order_lines; first in orders/a.csv record"
            " 3: gross_amount 30.00, lines add up to 10.00",
        ),
        ("update judged_lines set row_state = 'quarantined'", None),
        ("update judged_orders set row_state = 'quarantined', gross_amount = 1", None),
    ],
)
def test_lines_that_do_not_add_up_to_their_order_warn(
    candidate: duckdb.DuckDBPyConnection, damage: str, told: str | None
) -> None:
    candidate.execute(
        """
        alter table raw.landing_files add column landing_file_id varchar default 'a';
        alter table raw.landing_files
            add column file_path varchar default 'orders/a.csv';
        create table intermediate.int_orders_judged as
            select 'main' as source_system, '1' as order_id, 30.00 as gross_amount,
                null::decimal(20, 6) as tax_amount, 0.00 as shipping_amount,
                null::decimal(20, 6) as discount_amount, 'accepted' as row_state,
                'a' as landing_file_id, 3 as record_number;
        create table intermediate.int_order_lines_judged as
            select 'main' as source_system, '1' as order_id, i as line_number,
                i::decimal(18, 4) as quantity, 10.0 as unit_price_amount,
                'accepted' as row_state
            from range(1, 3) as r(i);
        """
    )
    for short in ("orders", "lines"):
        long = "orders" if short == "orders" else "order_lines"
        damage = damage.replace(f"judged_{short}", f"intermediate.int_{long}_judged")
    candidate.execute(damage)
    found = judged(candidate)
    if told is None:
        assert found == {}
    else:
        assert set(found) == {("lines_add_up_to_their_orders", "orders")}
        result = found["lines_add_up_to_their_orders", "orders"]
        assert (result.severity, result.failed_at) == ("warning", told)


def test_words_that_no_lookup_knows_warn_by_name_and_count(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute(
        """
        create table analytics.audit.unknown_words as
        select 'ticket_statuses' as lookup_name, 'tickets' as table_name,
            'status' as column_name, *
        from (values ('erledigt', 7), ('wartet', 2), ('neu', 1), ('ok', 1200))
            as words(word, row_count)
        """
    )
    found = judged(candidate)
    assert set(found) == {("words_of_lookups_known", "tickets")}
    result = found["words_of_lookups_known", "tickets"]
    assert (result.severity, result.failed_row_count) == ("warning", 1210)
    assert result.failed_at == (
        "seeds/lookups/ticket_statuses.csv does not know ok (1,200 rows);"
        " erledigt (7 rows); wartet (2 rows); and 1 more"
    )
    candidate.execute("delete from analytics.audit.unknown_words")
    assert judged(candidate) == {}


def test_what_a_double_cannot_hold_exactly_is_no_fault(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute(
        "update analytics.metrics.metrics_retention"
        " set churn_rate = 1 + 1e-15, nps_score = -100 - 1e-12"
    )
    assert judged(candidate) == {}


def test_a_join_that_doubles_rows_is_found(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute(
        "insert into analytics.marts.fct_orders"
        " select * from analytics.marts.fct_orders limit 1"
    )
    assert set(judged(candidate)) == {
        ("marts_tie_to_landing", "fct_orders"),
        ("keys_unique", "fct_orders"),
    }


def test_new_files_are_told_what_their_order_decides(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute(
        """
        insert into analytics.audit.file_order_decisions values
            ('orders', 'orders/b.csv', '2025-07-01', false, 4, 4, 3, 900, 21, 2,
                'orders/a.csv', 5, 1, 2),
            ('orders', 'orders/a.csv', '2025-06-30', false, 8, 4, 0, 9, 9, 2,
                'orders/a.csv', 5, 1, 2),
            ('refunds', 'refunds.csv', '2025-07-01', true, 8, 4, 1, 9, 9, 2,
                'refunds.csv', 5, 3, 4)
        """
    )
    found = judged(candidate)
    counts = {key: (r.failed_row_count, r.is_blocking) for key, r in found.items()}
    assert counts == {
        ("versions_say_which_is_newer", "orders"): (7, False),
        ("keys_hardly_used_again", "orders"): (21, False),
        ("keys_hardly_used_again", "refunds"): (9, False),
        # 21 of 900 keys; 9 are within the limits
        ("keys_name_one_thing", "orders"): (21, True),
    }
    told = found["versions_say_which_is_newer", "orders"].told()
    assert "orders/b.csv: 4 keys, such as record 2 before orders/a.csv record 5" in told
    assert "3 keys stay as a file that landed before has them" in told
    assert "updated_at" in told and "CUSTOMER360_NEWEST_FILE_WINS" in told


def test_a_closed_door_says_what_where_and_what_to_do(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute(
        """
        update analytics.audit.landing_reconciliation
            set quarantined_row_count = 105, accepted_row_count = 880
            where table_name = 'orders';
        delete from analytics.marts.fct_orders where order_id::int >= 880;
        update analytics.audit.quarantine_reasons set row_count = 105;
        """
    )
    results = doors.check_candidate(candidate, KEYS, LIMITS)
    with pytest.raises(DoorClosed) as closed:
        doors.require_open("publish", results)
    message = str(closed.value)
    assert "The publish door is closed" in message
    assert "quarantine_within_limits: table orders: 105 failed" in message
    assert (
        "where: 105 x bad_timestamp (ordered_at), first in orders/a.csv record 17"
        in message
    )
    assert "what to do: Correct these rows at their source" in message


def test_results_are_kept_as_a_table(candidate: duckdb.DuckDBPyConnection) -> None:
    results = doors.check_candidate(candidate, KEYS, LIMITS)
    for _ in range(2):
        doors.write_results(candidate, "refresh-1", results)
    rows = candidate.execute(
        "select refresh_id, door, is_passed, count(*)"
        " from analytics.audit.quality_results group by all"
    ).fetchall()
    assert rows == [("refresh-1", "publish", True, len(results))]


def test_limits_are_those_of_dbt() -> None:
    given = {"max_quarantine_share": 0.01, "max_quarantine_rows": 20}
    assert doors.limits_of({**given, "activity_window_days": 90}) == LIMITS
    assert LIMITS.exceeded_by(21, of=2099) and not LIMITS.exceeded_by(21, of=2100)


def test_a_failing_frame_is_no_passed_check(
    candidate: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An expectation that could not run must never look like one that held."""
    from orchestration.quality import door_frames

    broken = door_frames.as_of_day(candidate).drop(columns="is_known")
    monkeypatch.setattr(door_frames, "as_of_day", lambda connection: broken)
    with pytest.raises(RuntimeError, match="as_of_day_known"):
        doors.check_candidate(candidate, KEYS, LIMITS)
