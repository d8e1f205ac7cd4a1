"""The demo data: same bytes from the same seed, the contract kept, effects there."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest

from orchestration.synthetic import parameters as p
from orchestration.synthetic.__main__ import DEFAULT_OUT, main
from orchestration.synthetic.calendar import DAY_COUNT, EPOCH, birthdays, day_number
from orchestration.synthetic.dirt import DIRT, QUARANTINED
from orchestration.synthetic.files import copy_parquet, write_landing
from orchestration.synthetic.people import people_of
from orchestration.synthetic.purchases import natural_purchases, with_campaigns
from orchestration.synthetic.randomness import streams
from orchestration.synthetic.simulation import company_tables, people_tables

ROOT = Path(__file__).parents[2]
DEMO = ROOT / DEFAULT_OUT
TRUTH = DEMO.parent / "demo_truth"
MAX_DEMO_BYTES = 5_000_000
MAX_QUARANTINED_ROWS = 20
REQUIRED_COLUMNS = {  # RAW.md
    "customers": "customer_id created_at",
    "consents": "customer_id channel purpose recorded_at is_granted",
    "orders": "order_id ordered_at status gross_amount",
    "order_lines": "order_id line_number product_id quantity unit_price_amount",
    "refunds": "refund_id refunded_at amount",
    "survey_responses": "response_id customer_id survey_type",
    "costs": "cost_id category purpose amount period_start_date",
    "contacts": "contact_id customer_id contacted_at channel",
    "tickets": "ticket_id customer_id opened_at",
    "loyalty_entries": "entry_id customer_id entry_type points occurred_at",
    "campaigns": "campaign_id started_at",
    "campaign_members": "campaign_id customer_id arm assigned_at",
    "exchange_rates": "rate_date currency_code rate",
    "erasure_requests": "request_id requested_at",
}
TIME_ZONES = {market.country_code: market.time_zone for market in p.MARKETS}

Row = dict[str, str]


def content(path: Path) -> bytes:
    """Return the bytes of a file, unpacked: packed ones depend on the zlib at hand."""
    return (
        gzip.decompress(path.read_bytes())
        if path.suffix == ".gz"
        else path.read_bytes()
    )


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): content(path) for path in paths}


def files_of(table: str) -> list[Path]:
    return sorted(
        path
        for path in DEMO.rglob("*")
        if path.is_file() and path.relative_to(DEMO).parts[0].split(".")[0] == table
    )


def header_of(path: Path) -> set[str]:
    text = content(path).decode("utf-8-sig")
    if path.suffix == ".jsonl":
        return set(json.loads(text.partition("\n")[0]))
    header = next(csv.reader(io.StringIO(text)))
    return {name.strip().lower() for name in header}


@dataclass(frozen=True)
class Simulated:
    """The clean tables of 20,000 people in DuckDB, and the truth about the people."""

    connection: duckdb.DuckDBPyConnection

    def numbers(self, query: str) -> list[float]:
        """Return the only row of the answer."""
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return list(row)


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scale") / "landing"
    main(["--customers", "20000", "--format", "parquet", "--out", str(out)])
    return out


@pytest.fixture(scope="module")
def simulated(scaled: Path) -> Iterator[Simulated]:
    """Purchases by person (not by record), tickets and members with the person."""
    truth = scaled.parent / "landing_truth" / "*.parquet"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"create view people as from '{truth}'")
        for table in REQUIRED_COLUMNS:
            connection.execute(
                f"create view {table} as from '{scaled}/{table}/*.parquet'"
            )
        connection.execute(
            """
            create table purchases as
            select distinct
                person_id, order_id, cast(ordered_at as timestamp) as bought_at
            from orders join people using (source_system, customer_id)
            """
        )
        connection.execute(
            """
            create table complaints as
            select
                person_id, order_id, cast(opened_at as timestamp) as opened_at,
                coalesce(
                    date_diff('hour', opened_at::timestamp, resolved_at::timestamp)
                        <= 24 * 7,
                    false
                ) as is_solved_well
            from tickets join people using (source_system, customer_id)
            where kind = 'complaint' and opened_at < '2024-12-01'
            """
        )
        yield Simulated(connection)


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_landing(tmp_path / name, tmp_path / f"{name}_truth", 60, 7)
    one = {path.name: path.read_bytes() for path in (tmp_path / "one").rglob("*.*")}
    two = {path.name: path.read_bytes() for path in (tmp_path / "two").rglob("*.*")}
    assert one == two
    assert contents(tmp_path / "one_truth") == contents(tmp_path / "two_truth")


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    for seed in (7, 8):
        write_landing(tmp_path / str(seed), tmp_path / "truth", 60, seed)
    one, two = contents(tmp_path / "7"), contents(tmp_path / "8")
    assert one["customers/main.csv"] != two["customers/main.csv"]


def test_same_seed_gives_the_same_parquet_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        out = str(tmp_path / name)
        main(["--customers", "300", "--format", "parquet", "--out", out])
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_committed_demo_is_what_the_command_writes(tmp_path: Path) -> None:
    main(["--out", str(tmp_path / "demo")])
    assert contents(tmp_path / "demo") == contents(DEMO)
    assert contents(tmp_path / "demo_truth") == contents(TRUTH)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("mine")
    with pytest.raises(SystemExit, match="not empty"):
        main(["--out", str(tmp_path)])
    assert (tmp_path / "orders.csv").read_text() == "mine"


def test_the_demo_is_small() -> None:
    sizes = [path.stat().st_size for path in DEMO.rglob("*") if path.is_file()]
    assert sum(sizes) <= MAX_DEMO_BYTES


def test_the_demo_has_no_file_outside_the_contract() -> None:
    known = {path for table in REQUIRED_COLUMNS for path in files_of(table)}
    others = {path for path in DEMO.rglob("*") if path.is_file()} - known
    assert others == {DEMO / "_README.md"}


@pytest.mark.parametrize("table", REQUIRED_COLUMNS)
def test_every_file_has_the_required_columns(table: str) -> None:
    files = files_of(table)
    assert files
    for path in files:
        assert set(REQUIRED_COLUMNS[table].split()) <= header_of(path), path


@pytest.mark.parametrize("table", REQUIRED_COLUMNS)
def test_dirt_stays_below_the_limit(table: str) -> None:
    quarantined = sum(
        piece.states.get(QUARANTINED, 0)
        for piece in DIRT
        if piece.path.split("/")[0].split(".")[0] == table
    )
    assert quarantined <= MAX_QUARANTINED_ROWS


def test_dirt_has_the_columns_of_its_file() -> None:
    """Only rows that shall be unreadable may have another number of fields."""
    first_lines = {
        path.relative_to(DEMO).as_posix(): next(csv.reader(_text(path)))
        for path in DEMO.rglob("*.csv*")
    }
    for piece in DIRT:
        if piece.reason == "unreadable_row" or not piece.path.endswith((".csv", ".gz")):
            continue
        rows = list(csv.reader(io.StringIO(piece.text, newline="")))
        assert {len(row) for row in rows} == {len(first_lines[piece.path])}, piece.what
        assert len(rows) == max(sum(piece.states.values()), 1), piece.what


def _text(path: Path) -> io.StringIO:
    return io.StringIO(content(path).decode("utf-8-sig"), newline="")


def _rows(table: str) -> list[Row]:
    """Return the readable rows of the demo's files with the full number of fields."""
    rows = []
    for path in files_of(table):
        reader = csv.reader(_text(path))
        header = [name.strip().lower() for name in next(reader)]
        for values in reader:
            row = dict(zip(header, (value.strip() for value in values), strict=False))
            if len(values) == len(header):
                rows.append({"source_system": "main"} | row)
    return rows


def test_lines_add_up_to_their_order() -> None:
    orders = {
        (row["source_system"], row["order_id"]): row["gross_amount"]
        for row in _rows("orders")
    }
    sums = dict.fromkeys(orders, 0.0)
    for line in _rows("order_lines"):
        key = (line["source_system"], line["order_id"])
        if line["quantity"] and key in sums:
            sums[key] += float(line["quantity"]) * float(line["unit_price_amount"])
    expected = {key for key in orders if int(key[1] or 800_000) < 800_000}
    expected |= {key for key, amount in sums.items() if amount}
    assert len(expected) > 5_000
    for key in expected:
        assert f"{sums[key]:.2f}" == orders[key], key


def test_the_last_day_with_an_order_is_the_last_day_in_every_market() -> None:
    """The one order after it is the dirty one from China."""
    country_of = {
        (row["source_system"], row["customer_id"]): row["country_code"]
        for row in _rows("customers")
    }
    last_days: dict[str, set[date]] = {country: set() for country in TIME_ZONES}
    for row in _rows("orders"):
        country = country_of.get((row["source_system"], row["customer_id"]))
        if country in TIME_ZONES and int(row["order_id"] or 800_000) < 800_000:
            ordered_at = datetime.fromisoformat(row["ordered_at"])
            assert ordered_at.date() <= p.LAST_DAY
            local = ordered_at.astimezone(ZoneInfo(TIME_ZONES[country]))
            last_days[country].add(local.date())
    assert {max(days) for days in last_days.values()} == {p.LAST_DAY}


def test_records_of_the_ledger_and_the_requests_exist() -> None:
    customers = {
        (row["source_system"], row["customer_id"]) for row in _rows("customers")
    }
    for row in _rows("costs"):
        if row["scope"] == "customer":
            system, _, customer = row["scope_value"].rpartition(":")
            assert (system or "main", customer) in customers
    asked = {row["customer_id"] for row in _rows("erasure_requests")} - {""}
    assert asked and {("main", customer) for customer in asked} <= customers


def test_the_truth_names_every_record_once() -> None:
    reader = csv.DictReader(_text(TRUTH / "people.csv"))
    truth = [(row["source_system"], row["customer_id"]) for row in reader]
    readable = {
        (row["source_system"], row["customer_id"])
        for row in _rows("customers")
        if row["customer_id"] not in ("900006", "900007")  # quarantined
    }
    assert len(truth) == len(set(truth))
    assert set(truth) == readable


def test_both_writers_give_the_same_text(tmp_path: Path) -> None:
    tables = company_tables(60, 7) | next(people_tables(60, 7))
    with duckdb.connect() as connection:
        for name, table in tables.items():
            path = tmp_path / f"{name}.parquet"
            copy_parquet(connection, path, table)
            landed = {k: v for k, v in table.items() if not k.startswith("_")}
            texts = [column.texts().tolist() for column in landed.values()]
            rows = connection.execute(f"from '{path}'").fetchall()
            assert rows == list(zip(*texts, strict=True)), name


def test_birthdays_are_those_of_the_calendar() -> None:
    born = [date(1944, 2, 29), date(1969, 12, 31), date(1970, 1, 1), date(2000, 3, 1)]
    days = np.array([(day - EPOCH).days for day in born])
    for year, leap_day in ((2023, date(2023, 2, 28)), (2024, date(2024, 2, 29))):
        expected = [leap_day, *(day.replace(year=year) for day in born[1:])]
        found = [EPOCH + timedelta(days=day) for day in birthdays(days, year).tolist()]
        assert found == expected


def test_greetings_come_on_the_birthday() -> None:
    """On the day in the customer's market, to the young and to the old."""
    born = {
        (row["source_system"], row["customer_id"]): row
        for row in _rows("customers")
        if row["birth_date"] and row["country_code"] in TIME_ZONES
    }
    greeted = set()
    for row in _rows("contacts"):
        whose = born.get((row["source_system"], row["customer_id"]))
        if row["purpose"] == "greeting" and whose:
            zone = ZoneInfo(TIME_ZONES[whose["country_code"]])
            local = datetime.fromisoformat(row["contacted_at"]).astimezone(zone)
            birth_date = date.fromisoformat(whose["birth_date"])
            is_leap_day = (birth_date.month, birth_date.day) == (2, 29)
            if not is_leap_day:
                assert local.date() == birth_date.replace(year=local.year)
            greeted.add(birth_date.year)
    assert min(greeted) < 1970 < max(greeted)


def test_people_do_not_depend_on_how_many_come_after_their_chunk() -> None:
    alone, followed = (
        next(people_tables(people, 3))["customers"]["email"].values
        for people in (p.CHUNK_PEOPLE, p.CHUNK_PEOPLE + 1)
    )
    assert np.array_equal(alone, followed)


def test_ids_are_unique_over_chunks() -> None:
    earlier, later = people_tables(p.CHUNK_PEOPLE + 2_000, 3)
    for table, key in (
        ("people", "customer_id"),
        ("orders", "order_id"),
        ("refunds", "refund_id"),
        ("tickets", "ticket_id"),
        ("contacts", "contact_id"),
        ("survey_responses", "response_id"),
        ("loyalty_entries", "entry_id"),
    ):
        assert earlier[table][key].values.max() < later[table][key].values.min(), table


# --- scale, and the known effects measured in 20,000 people ---------------------------


@pytest.mark.parametrize("table", REQUIRED_COLUMNS)
def test_parquet_has_rows_of_every_table(scaled: Path, table: str) -> None:
    with duckdb.connect() as connection:
        found = connection.sql(f"from '{scaled}/{table}/*.parquet'")
        assert set(REQUIRED_COLUMNS[table].split()) <= set(found.columns)
        assert len(found.limit(1).fetchall()) == 1


def test_gaps_follow_the_purchase_process() -> None:
    """Nobody leaves after a first purchase without complaint: BG/NBD at x = 0."""
    weeks = 8
    people = people_of(streams(5), 0, p.CHUNK_PEOPLE)
    purchases = natural_purchases(streams(5), people)
    by_person = np.lexsort((purchases.day, purchases.person))
    bought = purchases.take(by_person)
    is_first = np.diff(bought.person, prepend=-1) != 0
    gap = np.append(np.diff(bought.day), 0)
    has_next = np.append(~is_first[1:], False)
    is_observed = is_first & (bought.experience == 0)
    is_observed &= bought.day < DAY_COUNT - weeks * 7 - 1
    is_silent = ~has_next | (gap > weeks * 7)
    expected = (p.BGNBD_ALPHA / (p.BGNBD_ALPHA + weeks)) ** p.BGNBD_R
    assert is_silent[is_observed].mean() == pytest.approx(expected, abs=0.015)


def test_referred_customers_spend_their_factor_more(simulated: Simulated) -> None:
    referred, others = simulated.numbers(
        """
        with referred as (
            select distinct person_id
            from customers join people using (source_system, customer_id)
            where referred_by_customer_id is not null
        ), spends as (
            select
                person_id in (from referred) as is_referred,
                avg(gross_amount::double) as spend
            from orders join people using (source_system, customer_id)
            where country_code in ('DE', 'FR')
                and coalesce(currency_code, 'EUR') = 'EUR'
            group by person_id
        )
        select
            avg(spend) filter (is_referred), avg(spend) filter (not is_referred)
        from spends
        """
    )
    assert referred / others == pytest.approx(p.REFERRED_SPEND_FACTOR, abs=0.08)


def test_spend_follows_gamma_gamma(simulated: Simulated) -> None:
    mean, customers = simulated.numbers(
        """
        select avg(spend), count(*) from (
            select person_id, avg(gross_amount::double) as spend
            from orders join people using (source_system, customer_id)
            where country_code in ('DE', 'FR')
                and coalesce(currency_code, 'EUR') = 'EUR'
            group by person_id
        )
        """
    )
    assert customers > 5_000
    assert mean == pytest.approx(p.SPEND_P * p.SPEND_V / (p.SPEND_Q - 1), rel=0.05)


@pytest.mark.parametrize(
    "campaign", [c for c in p.CAMPAIGNS if c.treatment_share < 1], ids=lambda c: c.name
)
def test_treatment_brings_its_uplift(
    simulated: Simulated, campaign: p.Campaign
) -> None:
    treated, control = simulated.numbers(
        f"""
        with answers as (
            select arm, exists (
                select 1 from purchases
                where purchases.person_id = people.person_id
                    and bought_at >= timestamp '{campaign.start}'
                    and bought_at < timestamp '{campaign.start}'
                        + interval {p.UPLIFT_WITHIN_DAYS} day
            ) as has_bought
            from campaign_members join people using (source_system, customer_id)
            where campaign_id = '{campaign.campaign_id}'
        )
        select
            avg(has_bought::int) filter (arm = 'treatment'),
            avg(has_bought::int) filter (arm = 'control')
        from answers
        """
    )
    assert treated - control == pytest.approx(campaign.uplift, abs=0.03)


@pytest.mark.parametrize(
    "campaign", [c for c in p.CAMPAIGNS if c.treatment_share < 1], ids=lambda c: c.name
)
def test_arms_bought_alike_before(campaign: p.Campaign) -> None:
    """Of two who bought as often and as lately, the lot treats one."""
    index = p.CAMPAIGNS.index(campaign)
    people = people_of(streams(3), 0, 1_000)
    purchases, members = with_campaigns(
        streams(3), people, natural_purchases(streams(3), people)
    )
    before = purchases.take(purchases.day < day_number(campaign.start))
    count = np.bincount(before.person, minlength=len(people))
    ours = members.take(members.campaign == index)
    control, treated = (
        np.sort(count[ours.person[ours.is_treated == arm]]) for arm in (False, True)
    )
    assert len(control) - len(treated) in (0, 1)
    pairs = np.stack([control[: len(treated)], treated])
    assert (pairs.max(axis=0)[:-1] <= pairs.min(axis=0)[1:]).all()


def test_one_campaign_has_no_control_group(simulated: Simulated) -> None:
    assert simulated.numbers(
        """
        select count(*) from (
            select campaign_id from campaign_members
            group by campaign_id having count(distinct arm) = 1
        )
        """
    ) == [1]


def test_bad_service_drives_customers_away(simulated: Simulated) -> None:
    well, badly = simulated.numbers(
        """
        with followed as (
            select is_solved_well, exists (
                select 1 from purchases
                where purchases.person_id = complaints.person_id
                    and bought_at > opened_at
            ) as has_come_back
            from complaints
        )
        select
            avg(has_come_back::int) filter (is_solved_well),
            avg(has_come_back::int) filter (not is_solved_well)
        from followed
        """
    )
    ratio = (1 - p.LEAVE_AFTER_BADLY_SOLVED) / (1 - p.LEAVE_AFTER_WELL_SOLVED)
    assert badly / well == pytest.approx(ratio, abs=0.06)


def test_retention_after_complaints_is_as_stated(simulated: Simulated) -> None:
    """Month by month as `metrics_service_recovery` follows people, in 2024."""
    none, well, badly = simulated.numbers(
        """
        with months as (
            select
                person_id, opened_at as since,
                if(is_solved_well, 'well', 'badly') as experience
            from complaints
            qualify row_number() over (
                partition by person_id, date_trunc('month', since) order by since
            ) = 1
            union all
            select person_id, min(bought_at) as since, 'none' as experience
            from purchases
            where not exists (
                select 1 from complaints
                where complaints.person_id = purchases.person_id
                    and date_trunc('month', opened_at) = date_trunc('month', bought_at)
            )
            group by person_id, date_trunc('month', bought_at)
        ), followed as (
            select experience, exists (
                select 1 from purchases
                where purchases.person_id = months.person_id
                    and bought_at::date > since::date
                    and bought_at::date <= since::date + 90
            ) as is_retained
            from months
            where since >= '2024-01-01' and since < '2024-12-01'
        )
        select
            avg(is_retained::int) filter (experience = 'none'),
            avg(is_retained::int) filter (experience = 'well'),
            avg(is_retained::int) filter (experience = 'badly')
        from followed
        """
    )
    known = p.RETENTION_DIFFERENCE
    assert well - none == pytest.approx(known["solved_well"], abs=0.03)
    assert badly - none == pytest.approx(known["solved_badly"], abs=0.03)


def test_scores_depend_on_the_service(simulated: Simulated) -> None:
    well, badly = simulated.numbers(
        """
        with rated as (
            select score::int as score, is_solved_well
            from survey_responses
            join tickets using (source_system, ticket_id)
            join people
                on people.source_system = tickets.source_system
                and people.customer_id = tickets.customer_id
            join complaints
                on complaints.person_id = people.person_id
                and complaints.order_id = tickets.order_id
            where survey_type = 'ces' and score is not null
        )
        select
            avg(score) filter (is_solved_well),
            avg(score) filter (not is_solved_well)
        from rated
        """
    )
    assert well == pytest.approx(p.CES_MEAN["well"], abs=0.3)
    assert badly == pytest.approx(p.CES_MEAN["badly"], abs=0.4)


def test_about_a_third_of_the_invited_answer(simulated: Simulated) -> None:
    (rate,) = simulated.numbers(
        "select count(responded_at) / count(*) from survey_responses"
    )
    assert rate == pytest.approx(p.RESPONSE_SHARE, abs=0.02)


@pytest.mark.parametrize(("leading", "following", "probability"), p.ASSOCIATIONS)
def test_baskets_hold_their_associations(
    simulated: Simulated, leading: str, following: str, probability: float
) -> None:
    confidence, base = simulated.numbers(
        f"""
        with baskets as (
            select
                bool_or(category = '{leading}' and line_number = '1') as is_led,
                bool_or(category = '{following}') as has_companion,
                bool_or(category = '{following}' and line_number = '1') as is_main
            from order_lines group by source_system, order_id
        )
        select
            avg(has_companion::int) filter (is_led),
            avg(has_companion::int) filter (not is_led and not is_main)
        from baskets
        """
    )
    assert confidence >= probability
    assert confidence > 2 * base


def test_most_deliveries_are_followed_up(simulated: Simulated) -> None:
    (rate,) = simulated.numbers(
        """
        select count(contact_id) / count(*) from orders
        left join (from contacts where purpose = 'follow_up')
            as calls using (source_system, order_id)
        where orders.channel != 'store' and delivered_at < '2025-06-01'
            and orders.customer_id is not null
        """
    )
    assert rate == pytest.approx(p.FOLLOW_UP_SHARE, abs=0.01)


def test_shares_of_orders(simulated: Simulated) -> None:
    guests, cancelled, refunded = simulated.numbers(
        """
        select
            avg((customer_id is null)::int), avg((status = 'cancelled')::int),
            (select count(*) from refunds) / count(delivered_at)
        from (
            from orders
            qualify row_number() over (
                partition by source_system, order_id order by updated_at desc nulls last
            ) = 1
        )
        """
    )
    assert guests == pytest.approx(p.GUEST_ORDER_SHARE, abs=0.005)
    assert cancelled == pytest.approx(p.CANCELLED_SHARE, abs=0.01)
    assert refunded == pytest.approx(p.REFUND_SHARE, abs=0.01)
