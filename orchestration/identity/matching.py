"""Pairs of people who may be one, with a probability: candidates for a person to judge.

The probabilistic step beside the rules: Fellegi and Sunter's model (JASA 64, 1969) as
Splink fits it, on the records in force of one state. It reads the state and changes
nothing; what becomes of a candidate is decided in `merge_lists`. Splink is optional and
imported only where it is used. Same records in, same candidates out.
"""

import csv
import importlib.util
import logging
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.identity.merge_lists import RecordName, RecordPair
from orchestration.store.databases import first_value, records
from orchestration.text.quoting import quoted_text

SEED = 20260101
# a value that more records share tells too little to look for pairs by it
MAX_BLOCK_RECORDS = 60
# pairs looked at while fitting; more take longer and change little
MAX_TRAINING_PAIRS = 2_000_000
# share of the true pairs that the rules are taken to have found already
RULES_RECALL = 0.6
# a column with fewer values cannot be fitted
MIN_VALUES = 20
MIN_TRAINING_PAIRS = 30
PROBABILITY_DIGITS = 4

TRAINING_COLUMNS = ("name_key", "birth_date")
SHOWN_COLUMNS = ("full_name", "birth_date", "email", "phone", "postcode", "city")


class MatchingError(Exception):
    """Candidates cannot be found, told in a sentence for a person."""


@dataclass(frozen=True)
class Level:
    """One way in which two values agree; `frequent` names the column whose frequent
    values count for less.
    """

    meaning: str
    condition: str
    frequent: str | None = None


@dataclass(frozen=True)
class Comparison:
    """What is compared: the first level that holds is taken, and otherwise `differs`.

    `column` must be filled in both records, else the comparison says nothing; nor does
    it where `unless` holds.
    """

    name: str
    column: str
    levels: tuple[Level, ...]
    unless: str = "false"

    def meaning_of(self, number: int) -> str:
        """Tell the number that Splink gives a level: -1 missing, 0 differs."""
        if number < 0:
            return "not compared"
        if number == 0:
            return "differs"
        return self.levels[len(self.levels) - number].meaning


COMPARISONS = (
    Comparison(
        "name",
        "name_key",
        (
            Level(
                "same",
                "name_key_l = name_key_r and length(words_l) > 1",
                frequent="name_key",
            ),
            Level(
                "alike",
                "least(length(words_l), length(words_r)) > 1"
                " and words_alike(words_l, words_r)"
                " = least(length(words_l), length(words_r))",
            ),
            Level(
                "a part alike",
                "least(length(words_l), length(words_r)) = 1"
                " and words_alike(words_l, words_r) = 1",
            ),
            Level(
                "single words that differ",
                "length(words_l) = 1 and length(words_r) = 1",
            ),
            Level("one word alike", "words_alike(words_l, words_r) > 0"),
        ),
    ),
    Comparison(
        "birth_date",
        "birth_date",
        (
            Level("same", "birth_date_l = birth_date_r", frequent="birth_date"),
            Level(
                "one or two digits differ",
                "digits_apart(birth_date_l, birth_date_r) <= 2",
            ),
            Level(
                "three digits differ",
                "digits_apart(birth_date_l, birth_date_r) = 3 and abs("
                "cast(birth_date_l[:4] as int) - cast(birth_date_r[:4] as int)) < 12",
            ),
        ),
    ),
    # a household shares mail, phone and place: together they are one sign, not three
    Comparison(
        "contact",
        "contact",
        (
            Level("same mail", "email_key_l = email_key_r", frequent="email_key"),
            Level("same phone", "phone_key_l = phone_key_r", frequent="phone_key"),
            # ann.lee83 and ann.lee47 are two people of one name, not a typing error
            Level(
                "mail alike",
                "digits_l = digits_r and (mailbox_l = mailbox_r"
                " or damerau_levenshtein(email_key_l, email_key_r) <= 2"
                " or jaro_winkler_similarity(email_key_l, email_key_r) > 0.92)",
            ),
        ),
    ),
    Comparison(
        "place",
        "place",
        (
            Level("same postcode", "postcode_key_l = postcode_key_r"),
            Level("same city", "city_key_l = city_key_r", frequent="city_key"),
            Level(
                "city alike", "jaro_winkler_similarity(city_key_l, city_key_r) > 0.88"
            ),
        ),
        unless="coalesce(email_key_l = email_key_r, false)"
        " or coalesce(phone_key_l = phone_key_r, false)",
    ),
)

# what two records must share to be compared at all
BLOCKS = {
    "block_email": "email_key",
    "block_mailbox": "mailbox",
    "block_phone": "phone_key",
    "block_name": "case when length(words) > 1 then name_key end",
    "block_name_city": "name_key || '|' || city_key",
    "block_birth": "birth_date",
    "block_birth_city": "birth_date || '|' || city_key",
    "block_birth_first": "birth_date || '|' || words[1][:2]",
    "block_birth_last": "birth_date || '|' || words[-1][:2]",
    "block_year_first": "birth_date[:4] || '|' || words[1]",
    "block_year_last": "birth_date[:4] || '|' || words[-1]",
    "block_day_first": "birth_date[5:] || '|' || words[1]",
    "block_day_last": "birth_date[5:] || '|' || words[-1]",
    "block_city_first": "city_key || '|' || words[1]",
    "block_city_last": "city_key || '|' || words[-1]",
}

# Words of one or two letters, or of three that differ, are other names: Jan, Jon.
MACROS = """
    create macro digits_apart(one, other) as
        case when one[:4] = other[:4] and one[6:7] = other[9:10]
                  and one[9:10] = other[6:7] then 1
             else hamming(one, other) end;
    create macro word_alike(one, other) as
        one = other
        or (least(length(one), length(other)) > 2
            and (starts_with(one, other) or starts_with(other, one)))
        or (least(length(one), length(other)) > 3
            and (jaro_winkler_similarity(one, other) > 0.9
                 or damerau_levenshtein(one, other)
                    <= greatest(length(one), length(other)) // 4));
    create macro words_found(wanted, among) as
        length(list_filter(wanted, lambda one:
            length(list_filter(among, lambda other: word_alike(one, other))) > 0));
    create macro words_alike(one, other) as
        least(words_found(one, other), words_found(other, one));
"""

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

# one candidate per two people: the pair of their records that speaks most for it
CANDIDATES_SQL = """
    with pairs as (
        select *, round(match_probability, {digits}) as probability
        from {pairs} as scored
        anti join decided_people
            on least(customer_id_l, customer_id_r) = decided_people.customer_id
            and greatest(customer_id_l, customer_id_r)
                = decided_people.other_customer_id
        where customer_id_l <> customer_id_r
    ),

    ranked as (
        select
            *,
            count(*) over people as record_pair_count,
            row_number() over (
                people order by
                    probability desc,
                    greatest(record_id_l, record_id_r),
                    least(record_id_l, record_id_r)
            ) as pair_rank
        from pairs
        window people as (
            partition by
                least(customer_id_l, customer_id_r),
                greatest(customer_id_l, customer_id_r)
        )
    )

    select
        ranked.probability,
        ranked.record_pair_count,
        {agreements},
        older.source_system as older_source_system,
        older.source_customer_id as older_source_customer_id,
        older.customer_id as older_customer_id,
        {older},
        younger.source_system as younger_source_system,
        younger.source_customer_id as younger_source_customer_id,
        younger.customer_id as younger_customer_id,
        {younger}
    from ranked
    inner join records as older
        on least(ranked.record_id_l, ranked.record_id_r) = older.record_id
    inner join records as younger
        on greatest(ranked.record_id_l, ranked.record_id_r) = younger.record_id
    where ranked.pair_rank = 1 and ranked.probability >= ?
    order by ranked.probability desc, older.record_id, younger.record_id
"""


@dataclass(frozen=True)
class Candidate:
    """Two records of two people who may be one; `probability` that they are.

    `older` was created first. `customer_ids` are the people as the rules have them now,
    in the same order; `details` is what a person who judges wants to see, by column.
    """

    probability: float
    older: RecordName
    younger: RecordName
    customer_ids: tuple[str, str]
    details: dict[str, str]

    @property
    def pair(self) -> RecordPair:
        """The two records."""
        return RecordPair.of(self.older, self.younger)


def is_installed() -> bool:
    """Say whether Splink is there."""
    return importlib.util.find_spec("splink") is not None


def find_candidates(
    state: Path, least_probability: float, decided: Collection[RecordPair] = ()
) -> list[Candidate]:
    """Return the candidates in a state database, the most probable first.

    Left out are people of whom two records stand in `decided`, whatever the decision.
    Raises MatchingError when the state has no identity tables or too few records.
    """
    with _opened(state) as connection:
        _note_decided(connection, decided)
        compared = [c for c in COMPARISONS if _is_filled(connection, c.column)]
        if len(compared) < 2:
            raise MatchingError(
                "There is too little to compare: of names, birth dates, mail addresses,"
                f" phone numbers and places, two must have {MIN_VALUES} values each."
            )
        pairs = _scored_pairs(connection, compared, least_probability)
        return _candidates(connection, compared, pairs, least_probability)


@contextmanager
def _opened(state: Path) -> Iterator[duckdb.DuckDBPyConnection]:
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


def _note_decided(
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


def _is_filled(connection: duckdb.DuckDBPyConnection, column: str) -> bool:
    query = f"select count(distinct {column}) from records"
    return int(first_value(connection, query)) >= MIN_VALUES


def _scored_pairs(
    connection: duckdb.DuckDBPyConnection,
    compared: Sequence[Comparison],
    least_probability: float,
) -> str:
    """Fit the model and score the pairs; return the name of the table with them."""
    import splink

    api = splink.DuckDBAPI(connection)
    source = api.register("records", dataset_display_name="customer_records")
    settings = _settings(compared, _prior(connection))
    linker = splink.Linker(source, settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=MAX_TRAINING_PAIRS, seed=SEED
    )
    for column in _training_columns(connection):
        linker.training.estimate_parameters_using_expectation_maximisation(
            splink.block_on(column), max_pairs=MAX_TRAINING_PAIRS
        )
    half_a_digit = 0.5 * 10**-PROBABILITY_DIGITS
    predictions = linker.inference.predict(
        threshold_match_probability=max(0.0, least_probability - half_a_digit),
        warning_mode="never",
    )
    return str(predictions.physical_name)


def _prior(connection: duckdb.DuckDBPyConnection) -> float:
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


def _settings(compared: Sequence[Comparison], prior: float) -> Any:
    import splink

    return splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[_splink_comparison(comparison) for comparison in compared],
        blocking_rules_to_generate_predictions=[
            splink.block_on(block) for block in BLOCKS
        ],
        probability_two_random_records_match=prior,
        additional_columns_to_retain=["customer_id"],
        retain_matching_columns=True,
        max_iterations=50,
    )


def _splink_comparison(comparison: Comparison) -> Any:
    from splink import comparison_level_library as levels
    from splink import comparison_library

    return comparison_library.CustomComparison(
        output_column_name=comparison.name,
        comparison_levels=[
            levels.CustomLevel(
                f"{comparison.column}_l is null or {comparison.column}_r is null"
                f" or {comparison.unless}",
                "not compared",
            ).configure(is_null_level=True),
            *(
                levels.CustomLevel(level.condition, level.meaning).configure(
                    tf_adjustment_column=level.frequent,
                    disable_tf_exact_match_detection=True,
                )
                if level.frequent
                else levels.CustomLevel(level.condition, level.meaning)
                for level in comparison.levels
            ),
            levels.ElseLevel(),
        ],
    )


def _training_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
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


def _candidates(
    connection: duckdb.DuckDBPyConnection,
    compared: Sequence[Comparison],
    pairs: str,
    least_probability: float,
) -> list[Candidate]:
    query = CANDIDATES_SQL.format(
        pairs=pairs,
        digits=PROBABILITY_DIGITS,
        agreements=", ".join(f"ranked.gamma_{c.name}" for c in compared),
        older=_prefixed("older"),
        younger=_prefixed("younger"),
    )
    return [
        _candidate(row, compared)
        for row in records(connection, query, [least_probability])
    ]


def _prefixed(side: str) -> str:
    return ", ".join(f"{side}.{name} as {side}_{name}" for name in SHOWN_COLUMNS)


def _candidate(row: dict[str, Any], compared: Sequence[Comparison]) -> Candidate:
    number_of = {c.name: row.get(f"gamma_{c.name}", -1) for c in COMPARISONS}
    meanings = {
        f"{c.name}_agreement": c.meaning_of(number_of[c.name]) for c in COMPARISONS
    }
    shown = {
        f"{side}_{name}": row[f"{side}_{name}"] or ""
        for name in SHOWN_COLUMNS
        for side in ("older", "younger")
    }
    return Candidate(
        probability=row["probability"],
        older=_name_of(row, "older"),
        younger=_name_of(row, "younger"),
        customer_ids=(row["older_customer_id"], row["younger_customer_id"]),
        details={
            "record_pair_count": str(row["record_pair_count"]),
            **meanings,
            **shown,
        },
    )


def _name_of(row: dict[str, Any], side: str) -> RecordName:
    return RecordName(row[f"{side}_source_system"], row[f"{side}_source_customer_id"])


def write_candidates(file: Path, candidates: Sequence[Candidate]) -> None:
    """Write the candidates as CSV that only the owner can read, in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    unfinished = file.with_name(f".{file.name}")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_header(candidates))
        writer.writerows(_cells(candidate) for candidate in candidates)
    unfinished.replace(file)


def _header(candidates: Sequence[Candidate]) -> list[str]:
    details = list(candidates[0].details) if candidates else []
    return [
        "probability",
        *_NAMES,
        "older_customer_id",
        "younger_customer_id",
        *details,
    ]


_NAMES = (
    "older_source_system",
    "older_source_customer_id",
    "younger_source_system",
    "younger_source_customer_id",
)


def _cells(candidate: Candidate) -> list[str]:
    return [
        f"{candidate.probability:.{PROBABILITY_DIGITS}f}",
        candidate.older.source_system,
        candidate.older.source_customer_id,
        candidate.younger.source_system,
        candidate.younger.source_customer_id,
        *candidate.customer_ids,
        *candidate.details.values(),
    ]
