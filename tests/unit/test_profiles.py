"""Days against the days before: what warns, what is silent, and what it costs."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.landing.contract import Column, Table, read_contract
from orchestration.quality import doors
from orchestration.quality.door_frames import Limits
from orchestration.quality.doors import QualityResult
from orchestration.quality.landing_profiles import Profiler
from orchestration.quality.profiles import LEAST_DAYS, Profiles

CONTRACT = Path(__file__).parents[2] / "models" / "staging" / "_sources.yml"
LIMITS = Limits(share=0.01, rows=20)
FIRST_DAY = date(2025, 1, 6)
ROWS_A_DAY = 200
COLUMNS = {
    "order_id": "text",
    "ordered_at": "timestamp",
    "channel": "text",
    "gross_amount": "amount",
    "coupon": "text",
}
ORDERS = Table(
    name="orders",
    columns=tuple(
        Column(name, kind, required=name == "order_id", personal=False)
        for name, kind in COLUMNS.items()
    ),
    key=("order_id",),
    control_amount=(),
    needs_rows=True,
    event_at="ordered_at",
)
# one row of a day: i is its number, r varies by day
GOOD = {
    "order_id": "concat(day, '-', i)",
    "ordered_at": "concat(day, 'T10:', lpad((i % 60)::varchar, 2, '0'), ':00')",
    "channel": "case when i % 4 = 0 then 'shop' else 'web' end",
    "gross_amount": "(50 + (i * 7919 + r) % 101)::varchar",
    "coupon": "case when i % 10 = 0 then 'x' || i end",
}


class Shop:
    """A shop that lands one file a night, judged at the landing door."""

    def __init__(self, folder: Path) -> None:
        self.connection = duckdb.connect(str(folder / "state.duckdb"))
        self.connection.execute(
            """
            create schema raw;
            create table raw.landing_clock (observed_until_at timestamp);
            create table raw.landing_files (
                landing_file_id varchar, table_name varchar, file_path varchar,
                checksum varchar, landed_row_count bigint,
                unreadable_row_count bigint, unknown_columns varchar,
                is_current boolean, landed_at timestamp);
            create table raw.landing_rejects (
                landing_file_id varchar, table_name varchar, record_number bigint);
            create table raw.orders (order_id varchar, ordered_at varchar,
                channel varchar, gross_amount varchar, coupon varchar,
                landing_file_id varchar, record_number bigint);
            """
        )
        self.published: Path | None = None
        self.folder = folder
        self.fed: list[int] = []

    def land(self, day: date, rows: int = ROWS_A_DAY, **columns: str) -> None:
        """Bring a file with a day of orders; `columns` are SQL over i, r and day."""
        texts = {**GOOD, **columns}
        listed = ", ".join(f"{text} as {name}" for name, text in texts.items())
        path = f"orders/{day}.csv"
        self.connection.execute(
            f"insert into raw.orders by name select {listed},"
            f" '{path}' as landing_file_id, i as record_number"
            f" from range({rows}) as numbers(i),"
            f" (select '{day}' as day, {day.toordinal() * 13 % 97} as r)"
        )
        self.connection.execute(
            "insert into raw.landing_files values"
            " (?, 'orders', ?, ?, ?, 0, '', true, ?)",
            [path, path, path, rows, None],
        )

    def refresh(self, today: date, *, accept: bool = True) -> list[QualityResult]:
        """Judge what landed on the morning of `today`; give the warnings."""
        clock = datetime(today.year, today.month, today.day, 2)
        self.connection.execute("delete from raw.landing_clock")
        self.connection.execute("insert into raw.landing_clock values (?)", [clock])
        self.connection.execute(
            "update raw.landing_files set landed_at = ? where landed_at is null",
            [clock],
        )
        profiles = Profiles(str(today), self.published)
        profiler = Profiler(self.connection, profiles, today, "UTC")
        results = doors.check_landing(
            self.connection, [ORDERS], LIMITS, {}, profiler=profiler
        )
        if accept:
            self.published = self.folder / f"{today}.duckdb"
            self.connection.execute(f"attach '{self.published}' as analytics")
            profiles.write(self.connection)
            self.connection.execute("detach analytics")
        return [result for result in results if not result.is_passed]

    def history(self, days: int) -> date:
        """Land days at once as a first load; give the next morning."""
        for n in range(days):
            day = FIRST_DAY + timedelta(days=n)
            # noise, as there always is
            self.land(day, ROWS_A_DAY - 10 + day.toordinal() * 7 % 21)
        today = FIRST_DAY + timedelta(days=days)
        assert self.refresh(today) == []
        return today

    def next_night(self, today: date, rows: int, **columns: str) -> list[QualityResult]:
        """Land the day that begins now, and judge it the morning after."""
        self.land(today, rows, **columns)
        return self.refresh(today + timedelta(days=1))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.connection.close()


def test_even_days_are_silent(shop: Shop) -> None:
    today = shop.history(30)
    for n in range(8):
        day = today + timedelta(days=n)
        assert shop.next_night(day, ROWS_A_DAY + n) == []


@pytest.mark.parametrize(
    ("rows", "columns", "check", "column"),
    [
        (40, {}, "rows_like_before", ""),
        (900, {}, "rows_like_before", ""),
        (ROWS_A_DAY, {"coupon": "null"}, "empty_cells_like_before", "coupon"),
        (ROWS_A_DAY, {"channel": "'app'"}, "categories_like_before", "channel"),
        (ROWS_A_DAY, {"gross_amount": "'10000'"}, "means_like_before", "gross_amount"),
    ],
)
def test_an_odd_day_warns_and_is_told(
    shop: Shop, rows: int, columns: dict[str, str], check: str, column: str
) -> None:
    today = shop.history(30)
    (result,) = shop.next_night(today, rows, **columns)
    assert (result.check_name, result.severity) == (check, "warning")
    assert (result.table_name, result.column_name) == ("orders", column)
    assert result.failed_row_count > 0
    said = result.told()
    assert f"{today}: " in said and "usually" in said, said
    assert f"orders/{today}.csv" in said and "what to do: " in said
    doors.require_open("landing", [result])


def test_a_first_load_is_silent_however_odd_its_days(shop: Shop) -> None:
    for n in range(40):
        shop.land(FIRST_DAY + timedelta(days=n), 1 if n % 9 == 8 else ROWS_A_DAY)
    assert shop.refresh(FIRST_DAY + timedelta(days=40)) == []


@pytest.mark.parametrize(("days", "warns"), [(LEAST_DAYS - 1, 0), (LEAST_DAYS, 1)])
def test_too_short_a_past_is_silent(shop: Shop, days: int, warns: int) -> None:
    assert len(shop.next_night(shop.history(days), 20)) == warns


def test_what_was_refused_is_no_past(shop: Shop) -> None:
    today = shop.history(30)
    shop.land(today, 20)
    tomorrow = today + timedelta(days=1)
    (first,) = shop.refresh(tomorrow, accept=False)
    (again,) = shop.refresh(tomorrow, accept=False)
    assert first == again


def test_a_lasting_change_becomes_usual(shop: Shop) -> None:
    today = shop.history(30)
    warned = [
        len(shop.next_night(today + timedelta(days=n), 4 * ROWS_A_DAY))
        for n in range(20)
    ]
    assert warned[0] == 1 and warned[-1] == 0


def test_a_day_is_judged_once_it_is_over(shop: Shop) -> None:
    today = shop.history(30)
    shop.land(today, 20)
    assert shop.refresh(today) == []
    (result,) = shop.refresh(today + timedelta(days=1))
    assert result.failed_at.startswith(f"{today}: 20, usually")


def test_a_quiet_weekday_is_like_other_such_days(shop: Shop) -> None:
    """FIRST_DAY is a Monday; nobody buys on Sundays, but few."""
    for n in range(35):
        day = FIRST_DAY + timedelta(days=n)
        shop.land(day, 12 if day.isoweekday() == 7 else ROWS_A_DAY + n)
    today = FIRST_DAY + timedelta(days=35)
    assert shop.refresh(today) == []
    for n in range(7):
        day = today + timedelta(days=n)
        rows = 10 if day.isoweekday() == 7 else ROWS_A_DAY
        assert shop.next_night(day, rows) == [], day
    monday = today + timedelta(days=7)
    assert shop.next_night(monday, 12), "a Monday like a Sunday is odd"


def test_a_day_left_out_is_told(shop: Shop) -> None:
    today = shop.history(30)
    shop.land(today + timedelta(days=1), ROWS_A_DAY)
    (result,) = shop.refresh(today + timedelta(days=2))
    assert result.failed_at.startswith(f"{today}: 0, usually")


def test_a_feed_that_stopped_is_late(shop: Shop) -> None:
    today = shop.history(30)
    for n in range(LEAST_DAYS):
        assert shop.next_night(today + timedelta(days=n), ROWS_A_DAY) == []
    late = today + timedelta(days=LEAST_DAYS + 1)
    (result,) = shop.refresh(late)
    assert (result.check_name, result.severity) == ("as_fresh_as_before", "warning")
    newest = late - timedelta(days=2)
    assert result.failed_at == (
        f"newest {newest}, 2 days before {late}; usually at most 1"
    )


def test_values_of_few_rows_and_addresses_are_no_categories(shop: Shop) -> None:
    today = shop.history(30)
    spoiled = (
        "case when i = 1 then 'told once' when i < 20 then 'ann@example.org'"
        f" else {GOOD['channel']} end"
    )
    shop.next_night(today, ROWS_A_DAY, channel=spoiled)
    with duckdb.connect(str(shop.published), read_only=True) as connection:
        kept = connection.execute(
            "select distinct column_name, category from audit.quality_profiles"
            " where category <> '' order by all"
        ).fetchall()
    assert kept == [("channel", "(other)"), ("channel", "shop"), ("channel", "web")]


def cells_fed(
    monkeypatch: pytest.MonkeyPatch, judge: Callable[[], object]
) -> dict[str, int]:
    """The cells of every frame that Great Expectations is fed."""
    fed: dict[str, int] = {}
    validated = doors._validated

    def counted(
        door: str, wanted: dict[str, list[object]], frames: dict[str, pd.DataFrame]
    ) -> list[QualityResult]:
        fed.update({name: frame.size for name, frame in frames.items()})
        return validated(door, wanted, frames)

    monkeypatch.setattr(doors, "_validated", counted)
    judge()
    return fed


def test_ten_times_the_rows_feed_no_cell_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed = []
    for times in (1, 10):
        folder = tmp_path / str(times)
        folder.mkdir()
        shop = Shop(folder)
        for n in range(30):
            shop.land(FIRST_DAY + timedelta(days=n), times * (ROWS_A_DAY + n))
        today = FIRST_DAY + timedelta(days=30)
        shop.refresh(today)
        shop.land(today, times * ROWS_A_DAY)
        tomorrow = today + timedelta(days=1)
        with monkeypatch.context() as patched:
            fed.append(cells_fed(patched, lambda s=shop, t=tomorrow: s.refresh(t)))
        shop.connection.close()
    assert fed[0] == fed[1]
    assert fed[0]["landed_days_null_share"] > 0


def test_more_files_feed_no_cell_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed = []
    for days in (60, 120):
        folder = tmp_path / str(days)
        folder.mkdir()
        shop = Shop(folder)
        today = shop.history(days)
        shop.land(today)
        tomorrow = today + timedelta(days=1)
        with monkeypatch.context() as patched:
            fed.append(cells_fed(patched, lambda s=shop, t=tomorrow: s.refresh(t)))
        shop.connection.close()
    assert fed[0] == fed[1]


@pytest.fixture
def candidate() -> Iterator[duckdb.DuckDBPyConnection]:
    """A published metrics table of a family that nobody has heard of, and a mart."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.int_as_of (as_of_date date);
            """
        )
        yield connection


def published_versions(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    days: int,
    last: dict[str, str],
    last_day: date | None = None,
) -> dict[tuple[str, str], str]:
    """Publish a version a day, the last one with other figures; give its warnings.

    The last one is of the next day, or of any other.
    """
    before: Path | None = None
    judged: dict[str, pd.DataFrame] = {}
    for n in range(days):
        figures = {"rows": "300", "mean": "i % 7", "newest": "0"}
        figures |= last if n == days - 1 else {}
        day = FIRST_DAY + timedelta(days=n)
        if last_day is not None and n == days - 1:
            day = last_day
        file = folder / f"{n}.duckdb"
        connection.execute(f"attach '{file}' as analytics")
        connection.execute(
            f"""
            create schema analytics.metrics;
            delete from intermediate.int_as_of;
            insert into intermediate.int_as_of values ('{day}');
            create table analytics.metrics.metrics_unheard_of as
                select 'week' as period_grain, true as is_complete,
                    date_trunc('week', date '{day}')::date - 7 - {figures["newest"]}
                        as period_start_date,
                    ({figures["mean"]})::double as wonder_count
                from range({figures["rows"]}) as numbers(i);
            """
        )
        profiles = Profiles(str(day), before)
        judged = doors._families(connection, profiles)
        profiles.write(connection)
        connection.execute("detach analytics")
        before = file
    results = doors._validated("publish", doors.suites.publish_suites(), judged)
    return {
        (r.check_name, r.column_name): r.failed_at for r in results if not r.is_passed
    }


@pytest.mark.parametrize(
    ("last", "check", "column"),
    [
        ({}, None, ""),
        ({"rows": "30"}, "rows_like_before", ""),
        ({"mean": "10 * i"}, "means_like_before", "wonder_count"),
        ({"mean": "nullif(i % 2, 0)"}, "empty_cells_like_before", "wonder_count"),
        ({"newest": "14"}, "as_fresh_as_before", "period_start_date"),
    ],
)
def test_a_new_family_is_compared_with_its_versions_before(
    candidate: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    last: dict[str, str],
    check: str | None,
    column: str,
) -> None:
    warned = published_versions(candidate, tmp_path, 12, last)
    if check is None:
        assert warned == {}
    else:
        assert (check, column) in warned


def test_a_past_day_is_not_compared_with_later_ones(
    candidate: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    long_ago = FIRST_DAY - timedelta(days=100)
    last = {"rows": "30", "mean": "10 * i"}
    assert published_versions(candidate, tmp_path, 12, last, long_ago) == {}


def test_few_versions_are_silent(
    candidate: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert published_versions(candidate, tmp_path, LEAST_DAYS, {"rows": "3"}) == {}


def test_every_event_column_of_the_contract_is_a_column() -> None:
    tables = read_contract(CONTRACT).tables
    named = [table for table in tables if table.event_at is not None]
    assert len(named) > 10
    assert all(table.event_at in table.column_names for table in named)
