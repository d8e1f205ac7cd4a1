"""A database schema lands as one immutable snapshot a table and refresh."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import LandingError, land
from orchestration.landing.contract import read_contract
from orchestration.landing.database import take_snapshots
from orchestration.landing.report import LandingChangedError
from orchestration.settings.database_address import parsed_address
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from tests.support import postgres

CONTRACT = read_contract(Path(__file__).parents[2] / "models/staging/_sources.yml")
NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)
TONIGHT = "20260305T020000.000000Z"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if why := postgres.why_not():
        pytest.skip(why)
    with postgres.server() as started:
        yield started


class Shop:
    """A DuckDB file with a schema `shop`, and the folder in which it lands."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "company.duckdb"
        self.landing = folder / "landing"
        self.run(
            "create schema shop",
            "create table shop.orders (order_id bigint, ordered_at timestamptz,"
            " status varchar, gross_amount decimal(12, 2))",
            "insert into shop.orders"
            " select i, timestamptz '2026-03-01 10:00:00+01', 'paid', i + 0.5"
            " from range(100) as r(i) order by hash(i)",
        )

    @property
    def address(self) -> str:
        return f"duckdb://{self.file}?schema=shop"

    def run(self, *statements: str) -> None:
        with duckdb.connect(str(self.file)) as connection:
            for statement in statements:
                connection.execute(statement)

    def take(self, now: datetime = NOW) -> list[str]:
        return taken(self.address, self.landing, now)


def taken(address: str, landing: Path, now: datetime = NOW) -> list[str]:
    return take_snapshots(parsed_address(address), landing, CONTRACT, now)


def landed(landing: Path, table: str, *columns: str) -> list[tuple[str | None, ...]]:
    """Land a folder; return columns of a table in the order of its rows."""
    with duckdb.connect() as connection:
        land(connection, landing, CONTRACT, NOW)
        return connection.execute(
            f"select {', '.join(columns)} from raw.{table} order by record_number"
        ).fetchall()


def exported(landing: Path, table: str, *columns: str) -> list[tuple[object, ...]]:
    """Return columns of the one snapshot of a table, typed as it is."""
    (file,) = (landing / table).iterdir()
    with duckdb.connect() as connection:
        query = f"select {', '.join(columns)} from read_parquet('{file}')"
        return connection.execute(query).fetchall()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_table_that_has_not_changed_gets_no_new_snapshot(shop: Shop) -> None:
    assert shop.take() == [f"orders/{TONIGHT}.parquet"]
    assert shop.take(NOW + timedelta(days=1)) == []
    # nor where its rows lie otherwise
    shop.run(
        "create table shop.turned as from shop.orders order by order_id desc",
        "drop table shop.orders",
        "alter table shop.turned rename to orders",
    )
    assert shop.take(NOW + timedelta(days=1)) == []


def test_a_later_state_sorts_later_and_the_earlier_stays(shop: Shop) -> None:
    shop.take()
    shop.run("update shop.orders set status = 'cancelled' where order_id = 7")
    assert shop.take(NOW + timedelta(days=1)) == [
        "orders/20260306T020000.000000Z.parquet"
    ]
    shop.run("update shop.orders set status = 'paid' where order_id = 7")
    # also where the clock went back, and where it is as it was before the last one
    (third,) = shop.take(NOW)
    assert third == "orders/20260306T020000.000001Z.parquet"
    assert len(landed(shop.landing, "orders", "order_id")) == 300


def test_values_land_as_the_contract_has_them(shop: Shop) -> None:
    shop.run(
        """
        create table shop."Customers" as select
            1001.0::decimal(38, 10) as "Customer_ID", 'Zoë; "F", ' as full_name,
            date '1990-02-28' as birth_date, timestamp '2026-03-01 10:00:00.5'
                as created_at,
            ['tea', 'books'] as interests, true as has_marketing_consent,
            'nan'::double as region, 170141183460469231731687303715884105727::hugeint
                as loyalty_number, 'unseen' as password_hash
        """
    )
    shop.take()
    columns = ("customer_id", "full_name", "birth_date", "created_at", "interests")
    columns += ("has_marketing_consent", "isnan(region)", "loyalty_number")
    assert exported(shop.landing, "customers", *columns) == [
        (
            Decimal("1001"),
            'Zoë; "F", ',
            date(1990, 2, 28),
            datetime(2026, 3, 1, 10, 0, 0, 500_000),
            ["tea", "books"],
            True,
            True,
            "170141183460469231731687303715884105727",
        )
    ]
    columns = ("ordered_at at time zone 'UTC'", "gross_amount")
    assert exported(shop.landing, "orders", *columns)[0] == (
        datetime(2026, 3, 1, 9),
        Decimal("0.50"),
    )
    (file,) = (shop.landing / "customers").iterdir()
    assert b"unseen" not in file.read_bytes(), "what nobody reads is not copied"
    assert b"password_hash" in file.read_bytes(), "but told of by name"


def test_rows_are_in_the_order_of_their_key(shop: Shop) -> None:
    shop.take()
    ids = [row[0] for row in landed(shop.landing, "orders", "order_id")]
    assert ids == [str(i) for i in range(100)]


def test_snapshots_are_for_the_operator_alone(shop: Shop) -> None:
    before = os.umask(0)
    try:
        (file,) = shop.take()
    finally:
        os.umask(before)
    modes = [(shop.landing / part).stat().st_mode & 0o777 for part in (".", "orders")]
    assert modes == [0o700, 0o700]
    assert (shop.landing / file).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in shop.landing.iterdir()] == ["orders"]


def test_an_empty_table_lands_once_it_had_rows(shop: Shop) -> None:
    shop.run(
        "create table shop.refunds (refund_id varchar, refunded_at date,"
        " amount decimal(9, 2))"
    )
    shop.take()
    assert not (shop.landing / "refunds").exists()
    shop.run("insert into shop.refunds values ('r', '2026-03-01', 1)")
    shop.take()
    shop.run("delete from shop.refunds")
    assert len(shop.take()) == 1


def test_a_schema_without_tables_of_the_contract_is_told(shop: Shop) -> None:
    with pytest.raises(LandingError, match="no table of the contract") as told:
        taken(f"duckdb://{shop.file}?schema=main", shop.landing)
    assert "found no table at all" in str(told.value)


def test_a_file_that_is_missing_or_in_use_is_told(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="there is no such file"):
        taken(f"duckdb://{tmp_path}/other.duckdb", shop.landing)
    (tmp_path / "text.duckdb").write_text("order_id,status\n" * 1000)
    with pytest.raises(LandingError, match=r"text\.duckdb.* cannot be read"):
        taken(f"duckdb://{tmp_path}/text.duckdb", shop.landing)
    assert not list(shop.landing.iterdir())


@pytest.mark.parametrize(
    "address",
    [
        "mysql://u:hidden@h/d",
        "postgresql://u:hidden@h",
        "postgresql://u:hidden@h:port/d",
        "duckdb://host/file?schema=s",
        "duckdb:///file?password=hidden",
    ],
)
def test_what_is_no_address_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(SettingsError, match="postgresql://user@host/database") as told:
        Settings.from_environment({"CUSTOMER360_LANDING": address})
    assert "hidden" not in str(told.value)


def test_settings_of_a_database_show_no_password(tmp_path: Path) -> None:
    address = (
        "postgres://ann:hid%2Fden@db.example.org:6000/shop?schema=s&sslmode=require"
    )
    settings = Settings.from_environment(
        {"CUSTOMER360_LANDING": address, "CUSTOMER360_HOME": str(tmp_path)}
    )
    assert settings.landing == tmp_path / "landing"
    assert settings.landing_told == (
        "postgresql://ann@db.example.org:6000/shop?schema=s"
    )
    database = settings.landing_database
    assert database is not None
    assert database.parameters["password"] == "hid/den"
    assert database.parameters["sslmode"] == "require"
    for text in (repr(settings), repr(database), str(database)):
        assert "hid" not in text


def test_a_postgres_schema_lands_as_its_types_mean(
    server: postgres.Server, tmp_path: Path
) -> None:
    server.run(
        "create schema typed",
        """
        create table typed.orders (order_id numeric, customer_id double precision,
            ordered_at timestamptz, delivered_at timestamp, status text,
            gross_amount numeric(12, 2), tax_amount numeric, is_seen boolean)
        """,
        """
        insert into typed.orders values
            (1001.0, 7.0, '2026-03-01 10:00:00+01', '2026-03-02 08:30:00.25', 'paid',
                19.90, 'NaN', true),
            (12345678901234567890123456789012345678901234567890.50, 'NaN',
                '2026-03-01 23:59:59.123456-05', null, E'pa"id,\n\\\\x', 0, null, false)
        """,
        """
        create table typed."CUSTOMERS" (" customer_id " bigint, interests text[],
            region jsonb, birth_date date, created_at timestamptz, full_name text)
        """,
        """
        insert into typed."CUSTOMERS" values
            (2, '{tea,"a;b",null}', '"north"', '0044-03-15 BC', 'infinity', 'Zoë'),
            (1, '{}', '["x", 2]', '1990-02-28', '2026-01-01 00:00+00', '')
        """,
        "create view typed.refunds as select 'r'::char(3) as refund_id,"
        " date '2026-03-01' as refunded_at, 1.10::money as amount",
        "create table typed.invoices (id int)",
    )
    assert taken(server.address("typed"), tmp_path / "landing") == [
        f"{table}/{TONIGHT}.parquet" for table in ("customers", "orders", "refunds")
    ]
    assert taken(server.address("typed"), tmp_path / "landing") == []
    long = "12345678901234567890123456789012345678901234567890.5"
    columns = ("order_id", "customer_id", "ordered_at", "delivered_at", "status")
    assert exported(tmp_path / "landing", "orders", *columns, "tax_amount") == [
        (
            "1001",
            7.0,
            "2026-03-01T09:00:00+00:00",
            "2026-03-02T08:30:00.25",
            "paid",
            "NaN",
        ),
        (
            long,
            pytest.approx(float("nan"), nan_ok=True),
            "2026-03-02T04:59:59.123456+00:00",
            None,
            'pa"id,\n\\x',
            None,
        ),
    ]
    columns = ("customer_id", "interests", "region", "birth_date", "created_at")
    columns = ('" customer_id "', *columns[1:])
    assert exported(tmp_path / "landing", "customers", *columns) == [
        ("1", [], ["x", "2"], "1990-02-28", "2026-01-01T00:00:00+00:00"),
        ("2", ["tea", "a;b", None], ["north"], "0044-03-15 BC", "infinity"),
    ]
    (refund,) = exported(tmp_path / "landing", "refunds", "refund_id", "amount")
    assert (str(refund[0]).strip(), refund[1]) == ("r", "1.1")


def test_nested_values_refuse_their_rows(
    server: postgres.Server, tmp_path: Path
) -> None:
    server.run(
        "create schema nested",
        "create table nested.orders (order_id int, ordered_at date, status text,"
        " gross_amount int, channel jsonb)",
        "insert into nested.orders values (1, '2026-03-01', 'paid', 1, null),"
        """ (2, '2026-03-01', 'paid', 1, '{"name": "web"}')""",
    )
    taken(server.address("nested"), tmp_path / "landing")
    # what the loader refuses, wherever it comes from
    assert exported(tmp_path / "landing", "orders", "order_id", "channel") == [
        ("1", None),
        ("2", {"json": '{"name": "web"}'}),
    ]


def test_a_wrong_password_is_told_without_it(
    server: postgres.Server, tmp_path: Path
) -> None:
    with pytest.raises(LandingChangedError, match="cannot be read") as told:
        taken(server.address("typed", "wr0ng"), tmp_path / "landing")
    assert "wr0ng" not in str(told.value)
    assert "reader@127.0.0.1" in str(told.value)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    address = "postgresql://ann:hidden@127.0.0.1:1/shop"
    with pytest.raises(LandingChangedError, match="cannot be read") as told:
        taken(address, tmp_path / "landing")
    assert "hidden" not in str(told.value)
