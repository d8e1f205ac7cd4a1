"""Typed values (Parquet, JSON) as plain text, and those that nobody can trust.

Belongs here: SQL over numbers, and what of them is refused. Does not belong here: where
they come from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.landing.contract import Column
from orchestration.landing.formats import NUMBERS
from orchestration.landing.source import rows_of
from orchestration.landing.texts import UnreadableFileError
from orchestration.text.printable import shown

# from here on not every whole number exists in a floating column
DOUBLE_LIMIT = 2**53
FLOAT_LIMIT = 2**24


@dataclass(frozen=True)
class Floating:
    """A floating column of a file: its name there, its value as SQL, and its limit."""

    name: str
    value: str
    limit: int
    is_personal: bool


def floating(name: str, value: str, column: Column, data_type: str) -> Floating:
    """Return a floating column; in a text an id of a FLOAT is inexact much earlier."""
    is_narrow = data_type == "FLOAT" and column.data_type not in NUMBERS
    limit = FLOAT_LIMIT if is_narrow else DOUBLE_LIMIT
    return Floating(name, value, limit, column.personal)


def plain_number(text: str) -> str:
    """Return SQL for the shortest plain form of a number: 1001.0 is 1001, 3.6e-05 is
    0.000036, -0.0 is 0."""
    mantissa, exponent = f"split_part({text}, 'e-', 1)", f"split_part({text}, 'e-', 2)"
    digits = f"replace(ltrim({mantissa}, '-'), '.', '')"
    sign = f"case when starts_with({text}, '-') then '-' else '' end"
    zeros = f"repeat('0', cast({exponent} as integer) - 1)"
    small = f"{sign} || '0.' || {zeros} || {digits}"
    return f"""case
        when contains({text}, 'e-') then rtrim({small}, '0')
        when contains({text}, 'e') or not contains({text}, '.') then {text}
        when trim({text}, '-0.') = '' then '0'
        else rtrim(rtrim({text}, '0'), '.')
    end"""


def plain_floating(text: str, column: Column) -> str:
    """Return SQL for a floating value by its text; what is no number is no text."""
    no_number = "'NaN'" if column.data_type in NUMBERS else "null"
    is_no_number = f"lower(ltrim({text}, '-+')) = 'nan'"
    return f"case when {is_no_number} then {no_number} else {plain_number(text)} end"


def refuse_what_is_not_exact(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    floatings: Sequence[Floating],
    record: str,
) -> None:
    """Raise UnreadableFileError where a floating column holds what cannot be meant.

    That are infinities, and whole numbers of which their neighbours do not exist:
    digits may have been lost before the file was written. `record` is SQL for the
    number by which a row is found again.
    """
    if not floatings:
        return
    doubts = [_doubt(one) for one in floatings]
    asked = ", ".join(f"coalesce(bool_or({doubt}), false)" for doubt in doubts)
    [answers] = rows_of(connection, f"select {asked} from {relation}")
    problems = []
    for one, doubt, is_in_doubt in zip(floatings, doubts, answers, strict=True):
        if is_in_doubt:
            [(count, first, value)] = rows_of(
                connection,
                f"""
                select count(*), min(record), arg_min(value, record)
                from (
                    select {record} as record, {one.value} as value, {doubt} as is_found
                    from {relation}
                )
                where is_found
                """,
            )
            problems.append(_problem(one, count, first, value))
    if problems:
        raise UnreadableFileError(" ".join(problems))


def _doubt(one: Floating) -> str:
    is_far = f"abs({one.value}) >= {one.limit}"
    return f"(not isnan({one.value}) and {is_far})"


def _problem(one: Floating, count: int, first: int, value: float) -> str:
    is_infinite = math.isinf(value)
    number = "a whole number" if one.is_personal else f"{value:.0f}"
    what = "infinity" if is_infinite else number
    why = (
        "which is no number to count with"
        if is_infinite
        else f"and from {one.limit:,} on a floating column does not hold every whole"
        " number: digits may be lost"
    )
    return (
        f"column {shown(one.name)} holds {what} in record {first} ({count:,} such "
        f"values), {why}. Write the column as text, as whole numbers or as decimals."
    )
