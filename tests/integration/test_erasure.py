"""A person asks to be forgotten: nothing of them is left, and the figures stay."""

import csv
import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing.contract import read_contract
from orchestration.privacy.erasing import erase_due, is_due
from tests.support.builds import build
from tests.support.cells import Cells, differences, public_cells
from tests.support.refreshes import DEMO, PROJECT, Published, environment, refresh
from tests.support.scanning import found_in, rows_with

pytestmark = pytest.mark.slow

BIRTH_DATE = "1971-08-23"
IDS = ("777001", "crm:777002", "777002", "777003")
VALUES = (
    "Quintessa Vandermolen-Ashby",
    "VANDERMOLEN-ASHBY, Quintessa",
    "Quintessa Vandermolen",
    "ashby quintessa vandermolen",
    "Vandermolen",
    "Quintessa.V@Example.org",
    "quintessa.v+crm@example.org",
    "quintessa.v@example.org",
    "(202) 555-0143",
    "202-555-0143",
    "+12025550143",
    "2025550143",
)
CUSTOMERS = {
    "customer_id": "777001",
    "full_name": "Quintessa Vandermolen-Ashby",
    "email": "Quintessa.V@Example.org",
    "phone": "(202) 555-0143",
    "birth_date": BIRTH_DATE,
    "gender": "female",
    "occupation": "astronomer",
    "country_code": "US",
    "region": "Oregon",
    "city": "Portland",
    "postcode": "97201",
    "language_code": "en-US",
    "interests": "coffee;tea",
    "loyalty_number": "L777001",
    "external_ids": "app:U777001",
    "acquisition_channel": "store",
    "preferred_channel": "phone",
    "has_marketing_consent": "true",
    "created_at": "2024-02-03T10:00:00Z",
    "nickname": "Quintessa Vandermolen-Ashby",
}
IN_CRM = {
    **CUSTOMERS,
    "source_system": "crm",
    "customer_id": "777002",
    "full_name": "VANDERMOLEN-ASHBY, Quintessa",
    "email": "quintessa.v+crm@example.org",
    "phone": "202-555-0143",
    "occupation": "teacher",
    "loyalty_number": "",
    "external_ids": "",
    "created_at": "2024-05-06T10:00:00Z",
    "updated_at": "2024-07-06T10:00:00Z",
}
NAMESAKE = {
    "customer_id": "777009",
    "full_name": "Someone Else",
    "country_code": "US",
    "birth_date": BIRTH_DATE,
    "created_at": "2024-03-03T10:00:00Z",
}
REQUEST = {
    "source_system": "main",
    "request_id": "E1",
    "email": "QUINTESSA.V@example.org",
    "requested_at": "2025-06-20T10:00:00Z",
}
# tables in which the erased person may look another way than before
ABOUT_THE_PERSON = {
    "marts.dim_customers": "has_marketing_consent, occupation, interests, ...",
    "marts.dim_customer_identities": "match_rule: erased_person",
    "marts.mart_customer_360": "what dim_customers says",
    "marts.mart_customer_affinities": "reachable_channel: consent is gone",
    "marts.mart_customer_contacts": "consent by channel is gone",
    "marts.mart_customer_loyalty": "has_loyalty_number",
    "marts.mart_contact_worklist": "nobody erased is contacted",
}
# metrics of what goes: segments by it lose the person, and nobody is greeted any more
SEGMENTS_THAT_GO = {"interest", "occupation"}
GREETINGS = frozenset(
    f"{kind}_{figure}"
    for kind in ("birthday", "holiday")
    for figure in ("due_count", "kept_count", "greeting_rate")
)


@dataclass
class Story:
    """What was seen at each turn of one person's erasure."""

    home: Path
    landing: Path
    before: Cells
    found_before: list[str]
    birth_before: list[str]
    said_at_erasure: str
    erased: Cells
    audit: list[dict[str, Any]]
    listed: str
    rewritten: str
    after: Cells
    files_before: dict[str, bytes]


@pytest.fixture(scope="module")
def story(published_demo: Published, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("erasure")
    home, landing = folder / "home", folder / "landing"
    shutil.copytree(published_demo.home, home, symlinks=True)
    shutil.copytree(DEMO, landing)
    add_person(landing)
    settle(home, landing)
    before = cells(home)
    found_before = found_in(home, VALUES)
    birth_before = rows_with(home, IDS, BIRTH_DATE)
    files_before = contents(landing)

    write_csv(landing / "erasure_requests" / "new.csv", [REQUEST])
    said = settle(home, landing)
    erased, audit = cells(home), erasures(home)
    listed = purge(home, landing)
    rewritten = purge(home, landing, "--rewrite")
    settle(home, landing)
    return Story(
        home=home,
        landing=landing,
        before=before,
        found_before=found_before,
        birth_before=birth_before,
        said_at_erasure=said,
        erased=erased,
        audit=audit,
        listed=listed,
        rewritten=rewritten,
        after=cells(home),
        files_before=files_before,
    )


def add_person(landing: Path) -> None:
    """Put a person into the landing folder, at every place where one can be."""
    customers = landing / "customers"
    newer = {**CUSTOMERS, "city": "Salem", "updated_at": "2024-09-01T00:00:00Z"}
    tied = {**newer, "full_name": "Quintessa Vandermolen-Ashby ", "region": "Idaho"}
    write_csv(customers / "new.csv", [CUSTOMERS, newer, tied, NAMESAKE])
    write_jsonl(
        customers / "new.jsonl", [IN_CRM, {**NAMESAKE, "customer_id": "777010"}]
    )
    without_id = {**CUSTOMERS, "customer_id": "", "email": ""}
    badly_born = {**CUSTOMERS, "customer_id": "777003", "birth_date": "23.08.1971"}
    write_csv(customers / "bad.csv.gz", [without_id, badly_born])
    with (customers / "broken.csv").open("w") as file:
        file.write("customer_id,full_name,email,created_at\n")
        file.write('777001,"Vandermolen-Ashby, Quintessa",x,2024-01-01,1,2\n')
        file.write("777020,No Body,nobody@example.org,2024-01-01T00:00:00Z\n")
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select * replace (cast(birth_date as date) as birth_date)
                from (values
                    ('777001', 'Quintessa Vandermolen-Ashby', '{BIRTH_DATE}',
                        timestamp '2024-02-03 10:00:00', timestamp '2024-02-04'),
                    ('777011', 'No One', '1980-01-01',
                        timestamp '2024-02-03 10:00:00', null)
                ) as rows(customer_id, full_name, birth_date, created_at, updated_at)
            ) to '{customers}/new.parquet' (format parquet)
            """
        )
    orders = [
        {
            "order_id": f"777{number}",
            "customer_id": "777001",
            "ordered_at": f"2025-0{number}-01T10:00:00Z",
            "status": "completed",
            "gross_amount": "40.00",
            "currency_code": "EUR",
            "ship_to": "Quintessa Vandermolen-Ashby",
        }
        for number in range(1, 5)
    ]
    write_csv(landing / "orders" / "new.csv", orders)
    own = {"response_id": "Q1", "customer_id": "777001", "survey_type": "nps"}
    own |= {"score": "9", "responded_at": "2025-03-01T10:00:00Z"}
    other = {**own, "response_id": "Q2", "customer_id": "10004"}
    write_jsonl(
        landing / "survey_responses" / "new.jsonl",
        [
            {**own, "comment": "Call me: +1 202 555 0143"},
            {**other, "comment": "I know Quintessa  Vandermolen-Ashby, she is fine."},
            {
                **other,
                "response_id": "Q3",
                "comment": "Write to quintessa.v@example.org!",
            },
        ],
    )


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_jsonl(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def settle(home: Path, landing: Path) -> str:
    outcome = refresh(home, landing)
    assert outcome.returncode == 0, outcome.stdout
    return outcome.stdout


def purge(home: Path, landing: Path, *flags: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.commands", "purge", *flags],
        cwd=PROJECT,
        env=environment(home, landing),
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def cells(home: Path) -> Cells:
    analytics = home / "current" / "analytics.duckdb"
    return public_cells(analytics, trace=False, without=GREETINGS)


def erasures(home: Path) -> list[dict[str, Any]]:
    path = str(home / "current" / "analytics.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        frame = connection.execute("select * from audit.erasures").df()
        return [dict(row) for row in frame.to_dict("records")]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def of_others(story_cells: Cells) -> Cells:
    """The cells without the person's rows in the tables named above, and segments."""

    def is_kept(name: str, row: tuple[object, ...]) -> bool:
        if name == "metrics.metrics_segments":
            return row[0] not in SEGMENTS_THAT_GO
        names_the_person = set(map(str, row)) & {"777001", "crm:777002"}
        return name not in ABOUT_THE_PERSON or not names_the_person

    return {
        name: [row for row in rows if is_kept(name, row)]
        for name, rows in story_cells.items()
    }


def test_the_search_finds_the_person_before(story: Story) -> None:
    places = " ".join(story.found_before)
    for place in ("raw.customers", "raw.landing_rejects", "raw.survey_responses"):
        assert place in places
    assert "personal.customer_contacts" in places
    assert "personal.quarantined_rows" in places
    assert story.birth_before
    for value in VALUES:
        assert any(value in place for place in story.found_before), value


def test_nothing_is_left_after_erasure_and_purge(story: Story) -> None:
    assert found_in(story.home, VALUES) == []
    assert found_in(story.landing, VALUES) == []
    assert rows_with(story.home, IDS, BIRTH_DATE) == []


def test_figures_stay_but_for_tables_about_the_person(story: Story) -> None:
    assert differences(of_others(story.before), of_others(story.erased)) == []
    assert differences(of_others(story.before), of_others(story.after)) == []


def test_one_person_stays_one_person(story: Story) -> None:
    def identities(seen: Cells) -> list[tuple[object, ...]]:
        return [row for row in seen["marts.dim_customer_identities"] if "777001" in row]

    assert len(identities(story.before)) == 2
    assert len(identities(story.erased)) == 2


def test_the_erasure_is_told_in_numbers_only(story: Story) -> None:
    assert "1 person erased" in story.said_at_erasure
    told = [row for row in story.audit if row["request_id"] == "E1"]
    assert {row["status"] for row in told} == {"done"}
    assert {row["customer_id"] for row in told} == {"777001"}
    places = {(row["place"], row["searched_by"]) for row in told}
    assert places >= {
        ("raw.customers", "record"),
        ("raw.customers", "sight"),
        ("raw.survey_responses", "record"),
        ("raw.survey_responses", "text"),
        ("raw.landing_rejects", "text"),
        ("raw.erasure_requests", "request"),
    }
    assert all(row["found_row_count"] == row["erased_row_count"] for row in told)


def test_requests_after_the_day_wait(story: Story) -> None:
    waiting = {r["request_id"] for r in story.audit if r["status"] == "waiting"}
    assert waiting == {"D1", "D2"}


def test_what_is_kept_of_the_person(story: Story) -> None:
    path = str(story.home / "current" / "analytics.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        row = connection.execute(
            "select is_erased, birth_year, has_marketing_consent, gender,"
            " language_code, acquisition_channel, occupation from marts.dim_customers"
            " where customer_id = '777001'"
        ).fetchone()
    assert row == (True, 1971, False, "female", "en-US", "store", "unknown")


def test_purge_lists_and_rewrites(story: Story) -> None:
    assert "still hold erased people" in story.listed
    assert "customers/new.jsonl: 1 rows" in story.listed
    assert "were rewritten" in story.rewritten
    now = contents(story.landing)
    assert now.keys() == {*story.files_before, "erasure_requests/new.csv"}
    changed = {name for name, was in story.files_before.items() if now[name] != was}
    assert changed == {
        "customers/new.csv",
        "customers/new.jsonl",
        "customers/new.parquet",
        "customers/bad.csv.gz",
        "customers/broken.csv",
        "orders/new.csv",
        "survey_responses/new.jsonl",
    }
    for name in ("customers/new.csv", "customers/new.jsonl", "customers/broken.csv"):
        assert now[name].splitlines()[-1] == story.files_before[name].splitlines()[-1]


def test_an_erasure_writes_every_parquet_file_anew(story: Story) -> None:
    assert "Parquet files (0 unchanged)" in story.said_at_erasure
    assert list(story.home.glob("versions/*/parquet/marts/dim_customers.parquet"))


def test_the_report_proves_it(story: Story) -> None:
    reports = sorted((story.home / "erasure_reports").glob("*.json"))
    assert reports
    report = json.loads(reports[-1].read_text())
    assert {row["request_id"] for row in report["erasures"]} == {"D1", "D2", "E1"}
    assert all(file["is_rewritten"] for file in report["landed_files"])


@pytest.mark.long
def test_what_lands_again_is_erased_again(story: Story, tmp_path: Path) -> None:
    home, landing = tmp_path / "home", tmp_path / "landing"
    shutil.copytree(story.home, home, symlinks=True)
    shutil.copytree(story.landing, landing)
    # known content comes back: `raw` has it without the person already
    for name, was in story.files_before.items():
        (landing / name).write_bytes(was)
    # the same dump once more is new
    for name in ("new.csv", "new.jsonl", "bad.csv.gz"):
        again = landing / "customers" / f"again_{name}"
        again.write_bytes(story.files_before[f"customers/{name}"])
    write_csv(landing / "erasure_requests" / "again.csv", [REQUEST])
    said = settle(home, landing)
    assert "1 person erased" in said
    purge(home, landing, "--rewrite")
    settle(home, landing)
    assert found_in(home, VALUES) == []
    assert found_in(landing, VALUES) == []
    assert differences(of_others(story.before), of_others(cells(home))) == []


@pytest.fixture(scope="module")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("retention")
    build(DEMO, folder, variables={"personal_retention_days": 400})
    yield folder


@pytest.mark.long
def test_the_retention_period_erases_whom_nobody_saw(small_build: Path) -> None:
    state = small_build / "state.duckdb"
    contract = read_contract(PROJECT / "models" / "staging" / "_sources.yml")
    with duckdb.connect(str(state), read_only=True) as connection:
        people = connection.execute(
            "select reason, count(distinct person_key)"
            " from intermediate.int_erasures_due group by all"
        ).fetchall()
        active = connection.execute(
            "select count(*) from intermediate.int_erasures_due as due"
            " inner join staging.stg_orders as orders"
            " on due.source_system = orders.source_system"
            " and due.source_customer_id = orders.customer_id"
            " where orders.ordered_at >= timestamp '2025-01-01' and refusals = ''"
        ).fetchone()
    ((reason, count),) = people
    assert reason == "retention"
    assert count > 10
    assert active == (0,)
    done = erase_due(state, contract, datetime(2025, 7, 3, 6, tzinfo=UTC))
    assert done is not None
    assert done.person_count == count
    build(DEMO, small_build, variables={"personal_retention_days": 400})
    with duckdb.connect(str(state), read_only=True) as connection:
        assert not is_due(connection)
