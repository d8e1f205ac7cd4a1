"""The customer records of one state as `matching` compares them, in memory.

Makes the tables `records` (a row a record that has something to compare), `refused`
(pairs that the rules keep apart) and `decided_people` (pairs of people about whom a
rule or a person has decided), and counts in them. Needs no Splink.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.identity.comparisons import BLOCKS, MACROS
from orchestration.identity.merge_lists import RecordPair
from orchestration.store.databases import first_value
from orchestration.text.quoting import quoted_text

# a value that more records share tells too little to look for pairs by it
MAX_BLOCK_RECORDS = 60
# share of the true pairs that the rules are taken to have found already
RULES_RECALL = 0.6
# a column with fewer values cannot be fitted
MIN_VALUES = 20
MIN_TRAINING_PAIRS = 30

TRAINING_COLUMNS = ("name_key", "birth_date")

RECORDS_SQL = """
    create table records as
    with known as (
        select
            identity_records.record_id,
            identity_records.source_system,
            identity_records.source_customer_id,
            resolved.customer_id,
            judged.full_name,
            judged.email,
            judged.phone,
            judged.postcode,
            judged.city,
            identity_records.name_key,
            string_split(identity_records.name_key, ' ') as words,
            cast(identity_records.birth_date as varchar) as birth_date,
            identity_records.email_key,
            split_part(identity_records.email_key, '@', 1) as mailbox,
            regexp_replace(identity_records.email_key, '[^0-9]', '', 'g') as digits,
            identity_records.phone_key,
            identity_records.postcode_key,
            identity_records.city_key,
            coalesce(
                identity_records.email_key, identity_records.phone_key
            ) as contact,
            coalesce(
                identity_records.postcode_key, identity_records.city_key
            ) as place

        from state.intermediate.int_identity_records as identity_records
        inner join state.intermediate.int_customers_resolved as resolved
            using (source_system, source_customer_id)
        inner join state.intermediate.int_customers_judged as judged
            on identity_records.source_system = judged.source_system
            and identity_records.source_customer_id = judged.customer_id
            and judged.row_state = 'accepted'
        where coalesce(
            identity_records.name_key, identity_records.email_key,
            identity_records.phone_key, cast(identity_records.birth_date as varchar)
        ) is not null
    ),

    blocked as (
        select *, {blocks}
        from known
    )

    select * exclude ({names}), {capped}
    from blocked
    order by record_id
"""

DECIDED_SQL = """
    create table decided_people as
    select distinct
        least(one.customer_id, other.customer_id) as customer_id,
        greatest(one.customer_id, other.customer_id) as other_customer_id
    from listed
    inner join records as one
        on listed.one = [one.source_system, one.source_customer_id]
    inner join records as other
        on listed.other = [other.source_system, other.source_customer_id]

    union

    select
        least(one.customer_id, other.customer_id),
        greatest(one.customer_id, other.customer_id)
    from refused
    inner join records as one on refused.record_id = one.record_id
    inner join records as other on refused.matched_record_id = other.record_id
"""

# under a value that they share, the rules found them to be two: twins, father and son
REFUSED_SQL = """
    create table refused as
    select distinct record_id, matched_record_id
    from state.intermediate.int_identity_pairs
    where verdict = 'refused'
"""


class MatchingError(Exception):
    """Candidates cannot be found, told in a sentence for a person."""


@contextmanager
def opened_records(state: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Copy the records of a state into memory: Splink works in the database it reads.

    Nothing can be fetched or written from there on.
    """
    with duckdb.connect() as connection:
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute(f"attach {quoted_text(str(state))} as state (read_only)")
        connection.execute(MACROS)
        try:
            connection.execute(_records_sql())
            connection.execute(REFUSED_SQL)
        except duckdb.CatalogException as error:
            raise MatchingError(
                f"{state} has no customer records to compare; build it first."
            ) from error
        connection.execute("detach state")
        connection.execute("set enable_external_access = false")
        yield connection


def _records_sql() -> str:
    capped = (
        f"case when count(*) over (partition by {name}) <= {MAX_BLOCK_RECORDS}"
        f" then {name} end as {name}"
        for name in BLOCKS
    )
    return RECORDS_SQL.format(
        blocks=", ".join(f"{value} as {name}" for name, value in BLOCKS.items()),
        names=", ".join(BLOCKS),
        capped=", ".join(capped),
    )


def note_decided(
    connection: duckdb.DuckDBPyConnection, decided: Collection[RecordPair]
) -> None:
    """Make the table of people about whom a person, or a rule, has decided."""
    connection.execute("create table listed (one varchar[], other varchar[])")
    if decided:
        connection.executemany(
            "insert into listed values (?, ?)",
            [
                [
                    [pair.one.source_system, pair.one.source_customer_id],
                    [pair.other.source_system, pair.other.source_customer_id],
                ]
                for pair in sorted(decided)
            ],
        )
    connection.execute(DECIDED_SQL)


def is_filled(connection: duckdb.DuckDBPyConnection, column: str) -> bool:
    """Say whether a column has values enough to be compared by."""
    query = f"select count(distinct {column}) from records"
    return int(first_value(connection, query)) >= MIN_VALUES


def prior(connection: duckdb.DuckDBPyConnection) -> float:
    """Probability that two records drawn at random are one person."""
    count = int(first_value(connection, "select count(*) from records"))
    found = int(
        first_value(
            connection,
            "select coalesce(sum(n * (n - 1) / 2), 0) from"
            " (select count(*) as n from records group by customer_id)",
        )
    )
    all_pairs = count * (count - 1) / 2
    # where the rules found nothing: one record in a hundred has a second one
    return max(found / RULES_RECALL, count / 100) / all_pairs


def training_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the columns with enough pairs of equal values to fit the others on."""
    chosen = [
        column
        for column in TRAINING_COLUMNS
        if first_value(
            connection,
            "select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n"
            f" from records where {column} is not null group by {column})",
        )
        >= MIN_TRAINING_PAIRS
    ]
    if len(chosen) < 2:
        raise MatchingError(
            "There are too few records with the same name, birth date, mail address or"
            " phone number to learn from; decide by hand."
        )
    return chosen
