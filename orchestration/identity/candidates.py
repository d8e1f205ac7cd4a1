"""Pairs of people that a model scored, as a person judges them: one row a pair.

Belongs here: which pair of records speaks for two people, and the file of candidates.
"""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.identity.comparisons import COMPARISONS, Comparison
from orchestration.identity.merge_lists import RecordName, RecordPair
from orchestration.store.databases import records

PROBABILITY_DIGITS = 4
SHOWN_COLUMNS = ("full_name", "birth_date", "email", "phone", "postcode", "city")

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


def candidates_of(
    connection: duckdb.DuckDBPyConnection,
    compared: Sequence[Comparison],
    pairs: str,
    least_probability: float,
) -> list[Candidate]:
    """Return the candidates among scored pairs, the most probable first.

    `pairs` names a table with `match_probability`, and `record_id`, `customer_id` of
    both sides (`_l`, `_r`), and a level `gamma_<name>` for each of `compared`.
    """
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
