"""What candidates for one person stand on without Splink: records, blocks, ranks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.identity.candidates import candidates_of
from orchestration.identity.compared_records import (
    MAX_BLOCK_RECORDS,
    MIN_VALUES,
    RULES_RECALL,
    MatchingError,
    is_filled,
    note_decided,
    opened_records,
    prior,
    training_columns,
)
from orchestration.identity.comparisons import COMPARISONS, MACROS
from orchestration.identity.merge_lists import RecordName, RecordPair

SCHEMA = """
    create schema intermediate;
    create table intermediate.int_identity_records (
        record_id bigint, source_system varchar, source_customer_id varchar,
        name_key varchar, birth_date date, email_key varchar, phone_key varchar,
        postcode_key varchar, city_key varchar
    );
    create table intermediate.int_customers_resolved (
        source_system varchar, source_customer_id varchar, customer_id varchar
    );
    create table intermediate.int_customers_judged (
        source_system varchar, customer_id varchar, full_name varchar, email varchar,
        phone varchar, postcode varchar, city varchar, row_state varchar
    );
    create table intermediate.int_identity_pairs (
        record_id bigint, matched_record_id bigint, verdict varchar
    );
"""


def record(number: int, person: str | None = None, **values: Any) -> dict[str, Any]:
    """One record of the shop; a person of its own unless said."""
    return {"record_id": number, "person": person or str(number), **values}


def state_of(
    tmp_path: Path,
    *records: dict[str, Any],
    refused: tuple[tuple[int, int], ...] = (),
    row_state: str = "accepted",
) -> Path:
    state = tmp_path / "state.duckdb"
    keys = ("name_key", "birth_date", "email_key", "phone_key", "postcode_key")
    with duckdb.connect(str(state)) as connection:
        connection.execute(SCHEMA)
        for one in records:
            name = str(one["record_id"])
            values = [one.get(key) for key in (*keys, "city_key")]
            connection.execute(
                "insert into intermediate.int_identity_records"
                " values (?, 'main', ?, ?, ?, ?, ?, ?, ?)",
                [one["record_id"], name, *values],
            )
            connection.execute(
                "insert into intermediate.int_customers_resolved values ('main', ?, ?)",
                [name, one["person"]],
            )
            connection.execute(
                "insert into intermediate.int_customers_judged"
                " values ('main', ?, ?, null, null, null, null, ?)",
                [name, f"Name {name}", row_state],
            )
        for pair in refused:
            connection.execute(
                "insert into intermediate.int_identity_pairs values (?, ?, 'refused')",
                list(pair),
            )
    return state


@pytest.fixture(scope="module")
def functions() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        yield connection


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("anna", "anna", True),
        ("jan", "jon", False),  # three letters that differ: another name
        ("jo", "joanna", False),
        ("joh", "johanna", True),  # a shortened one
        ("katherine", "catherine", True),
        ("meier", "maier", True),
        ("smith", "smyth", True),
        ("smith", "jones", False),
    ],
)
def test_words_that_are_alike(
    functions: duckdb.DuckDBPyConnection, one: str, other: str, is_alike: bool
) -> None:
    for pair in ([one, other], [other, one]):
        row = functions.execute("select word_alike(?, ?)", pair).fetchone()
        assert row == (is_alike,)


def test_words_alike_counts_each_word_of_the_shorter_name_once(
    functions: duckdb.DuckDBPyConnection,
) -> None:
    asked = "select words_alike(?, ?)"
    names = [["anna", "maria", "meier"], ["maria", "maier"]]
    assert functions.execute(asked, names).fetchone() == (2,)
    # one word twice is no second agreement
    names = [["anna", "anna"], ["anna", "lee"]]
    assert functions.execute(asked, names).fetchone() == (1,)


@pytest.mark.parametrize(
    ("one", "other", "digits"),
    [
        ("1980-03-04", "1980-03-04", 0),
        ("1980-03-04", "1980-04-03", 1),  # day and month changed places
        ("1980-03-04", "1981-03-04", 1),
        ("1980-03-04", "1981-04-03", 3),
    ],
)
def test_digits_apart(
    functions: duckdb.DuckDBPyConnection, one: str, other: str, digits: int
) -> None:
    row = functions.execute("select digits_apart(?, ?)", [one, other]).fetchone()
    assert row == (digits,)


def test_every_condition_can_be_asked_of_two_records(tmp_path: Path) -> None:
    """Splink asks them; a name that is gone would be found there alone."""
    state = state_of(tmp_path, record(1, name_key="ann lee"), record(2, name_key="lee"))
    with opened_records(state) as connection:
        names = [row[0] for row in connection.execute("describe records").fetchall()]
        sides = ", ".join(f"{s}.{n} as {n}_{s}" for n in names for s in ("l", "r"))
        conditions = [
            *(comparison.unless for comparison in COMPARISONS),
            *(level.condition for c in COMPARISONS for level in c.levels),
            *(f"{comparison.column}_l is null" for comparison in COMPARISONS),
        ]
        connection.execute(
            f"select {', '.join(f'({condition})' for condition in conditions)}"
            f" from (select {sides} from records as l cross join records as r)"
        )


def test_records_that_say_nothing_or_are_not_in_force_are_not_compared(
    tmp_path: Path,
) -> None:
    asked = "select record_id from records"
    state = state_of(tmp_path, record(1, name_key="ann lee"), record(2, city_key="x"))
    with opened_records(state) as connection:
        assert connection.execute(asked).fetchall() == [(1,)]
    (tmp_path / "other").mkdir()
    gone = state_of(
        tmp_path / "other", record(1, name_key="ann lee"), row_state="superseded"
    )
    with opened_records(gone) as connection:
        assert connection.execute(asked).fetchall() == []


def test_a_value_that_many_share_brings_nobody_together(tmp_path: Path) -> None:
    def blocks(count: int, folder: Path) -> set[str | None]:
        folder.mkdir()
        shared = [record(n, email_key="info@x", phone_key=str(n)) for n in range(count)]
        with opened_records(state_of(folder, *shared)) as connection:
            found = connection.execute("select block_email from records").fetchall()
        return {value for (value,) in found}

    assert blocks(MAX_BLOCK_RECORDS, tmp_path / "few") == {"info@x"}
    assert blocks(MAX_BLOCK_RECORDS + 1, tmp_path / "many") == {None}


def test_a_single_word_is_no_name_to_look_for_pairs_by(tmp_path: Path) -> None:
    state = state_of(tmp_path, record(1, name_key="lee"), record(2, name_key="ann lee"))
    with opened_records(state) as connection:
        found = connection.execute("select record_id, block_name from records")
        assert found.fetchall() == [(1, None), (2, "ann lee")]


def test_a_state_without_customers_is_told(tmp_path: Path) -> None:
    state = tmp_path / "empty.duckdb"
    duckdb.connect(str(state)).close()
    with (
        pytest.raises(MatchingError, match="no customer records to compare"),
        opened_records(state),
    ):
        pass


def test_nothing_outside_can_be_read_while_records_are_compared(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    asked = f"select * from '{tmp_path / 'secret.csv'}'"
    with (
        opened_records(state_of(tmp_path)) as connection,
        pytest.raises(duckdb.PermissionException),
    ):
        connection.execute(asked)


def test_who_was_decided_about_is_known_by_people_not_by_records(
    tmp_path: Path,
) -> None:
    state = state_of(
        tmp_path,
        record(1, "a", name_key="ann lee"),
        record(2, "a", name_key="anne lee"),
        record(3, "b", name_key="ann li"),
        record(4, "c", name_key="bo li"),
        refused=((4, 3),),
    )
    listed = RecordPair.of(RecordName("main", "3"), RecordName("main", "2"))
    unknown = RecordPair.of(RecordName("main", "9"), RecordName("main", "1"))
    with opened_records(state) as connection:
        note_decided(connection, [listed, unknown])
        found = connection.execute("select * from decided_people order by all")
        assert found.fetchall() == [("a", "b"), ("b", "c")]


def test_prior_goes_by_what_the_rules_found(tmp_path: Path) -> None:
    people = ["a", "a", "a", *map(str, range(7))]
    records = [record(n, who, phone_key=str(n)) for n, who in enumerate(people)]
    with opened_records(state_of(tmp_path, *records)) as connection:
        # three pairs of ten records, of forty-five that there could be
        assert prior(connection) == pytest.approx(3 / RULES_RECALL / 45)
    (tmp_path / "alone").mkdir()
    alone = [record(n, phone_key=str(n)) for n in range(10)]
    with opened_records(state_of(tmp_path / "alone", *alone)) as connection:
        assert prior(connection) == pytest.approx(0.1 / 45)


def test_columns_need_values_to_be_compared_and_pairs_to_be_learned_from(
    tmp_path: Path,
) -> None:
    births = [f"19{60 + n % 20}-01-01" for n in range(2 * MIN_VALUES)]
    records = [
        record(n, name_key=f"name {n // 10}", birth_date=day)
        for n, day in enumerate(births)
    ]
    with opened_records(state_of(tmp_path, *records)) as connection:
        assert is_filled(connection, "birth_date")
        assert not is_filled(connection, "name_key")
        # four names of ten records are 180 pairs, twenty days of two are 20
        with pytest.raises(MatchingError, match="too few records"):
            training_columns(connection)
    (tmp_path / "more").mkdir()
    again = [{**one, "record_id": one["record_id"] + 100} for one in records]
    with opened_records(state_of(tmp_path / "more", *records, *again)) as connection:
        assert training_columns(connection) == ["name_key", "birth_date"]


def test_two_people_are_one_candidate_by_the_pair_that_speaks_most_for_it(
    tmp_path: Path,
) -> None:
    state = state_of(
        tmp_path,
        record(1, "a", name_key="ann lee"),
        record(2, "a", name_key="anne lee"),
        record(3, "b", name_key="ann li"),
        record(4, "c", name_key="bo li"),
        record(5, "d", name_key="bo ly"),
    )
    decided = RecordPair.of(RecordName("main", "1"), RecordName("main", "5"))
    with opened_records(state) as connection:
        note_decided(connection, [decided])
        connection.execute(
            """
            create table scored as
            select
                one.record_id as record_id_l, one.customer_id as customer_id_l,
                other.record_id as record_id_r, other.customer_id as customer_id_r,
                cast(probability as double) as match_probability,
                5 as gamma_name, -1 as gamma_place
            from (values
                (3, 1, 0.91), (2, 3, 0.97), (1, 2, 0.99), (4, 3, 0.97000004),
                (1, 5, 0.99), (5, 4, 0.4)
            ) as pairs (one_id, other_id, probability)
            inner join records as one on one_id = one.record_id
            inner join records as other on other_id = other.record_id
            """
        )
        compared = [c for c in COMPARISONS if c.name in ("name", "place")]
        found = candidates_of(connection, compared, "scored", 0.5)
    # equal when rounded: the older record first; one person and the decided are none
    assert [(c.older, c.younger, c.probability) for c in found] == [
        (RecordName("main", "2"), RecordName("main", "3"), 0.97),
        (RecordName("main", "3"), RecordName("main", "4"), 0.97),
    ]
    assert found[0].customer_ids == ("a", "b")
    assert found[0].details["record_pair_count"] == "2"
    assert found[0].details["name_agreement"] == "same"
    assert found[0].details["place_agreement"] == "not compared"
    assert found[0].details["birth_date_agreement"] == "not compared"
    assert found[0].details["older_full_name"] == "Name 2"
