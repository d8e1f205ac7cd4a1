"""What the days that landed look like: rows, empty cells, categories, means, delays.

Reads the files that landed since the day before the last landing, so that a night costs
what a night brings; a day is measured once, when it is over. No value of a row is kept:
a category is a value of a public column that many rows share.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pandas as pd

from orchestration.landing.contract import Column, Table
from orchestration.quality.profiles import (
    COMPARED_DAYS,
    KEPT_DAYS,
    LEAST_DAYS,
    Profiles,
    frame_of,
)
from orchestration.store.databases import first_value
from orchestration.text.quoting import quoted_name
from orchestration.text.trimming import filled

DOOR = "landing"
NUMBERS = ("amount", "unit_amount", "quantity", "score", "rate")
CATEGORIES = ("text", "code", "boolean")
# names of columns that tell one thing from another, however few there are so far
NAMING = ("_id", "_ids", "_number", "_name", "_value")
# A column is cut into categories when it has few values with many rows each; what is
# rarer than LEAST_ROWS, long or a mail address counts as OTHER.
MOST_CATEGORIES, ROWS_A_CATEGORY, LEAST_ROWS, LONGEST = 20, 10, 5, 40
OTHER = "(other)"
# a table with rows on so many of its days is a daily one: a day without rows counts
DAILY_SHARE = 0.75
_CATEGORIES = f"""
with cells as (
    unpivot (select event_day, {{cells}} from measured)
    on {{names}} into name column_name value category
),
known as (
    select pair[1] as column_name, pair[2] as category
    from (select unnest(cast(? as varchar[][])) as pair)
),
counted as (
    select column_name, category, count(*) as row_count from cells group by all
),
cut as (
    select column_name from counted
    group by column_name
    having count(*) <= {MOST_CATEGORIES}
        and sum(row_count) >= {ROWS_A_CATEGORY} * count(*)
    union
    select column_name from known
),
common as (
    select column_name, category from counted
    where row_count >= {LEAST_ROWS} and length(category) <= {LONGEST}
        and not contains(category, '@')
    qualify row_number() over (
        partition by column_name order by row_count desc, category
    ) <= {MOST_CATEGORIES}
),
named as (
    select * from common union select * from known
)
select column_name, coalesce(named.category, '{OTHER}'), event_day, count(*),
    sum(count(*)) over (partition by column_name, event_day)::bigint
from cells
semi join cut using (column_name)
left join named using (column_name, category)
group by column_name, named.category, event_day
order by all
"""
Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class Day:
    """A day of a table as it landed: its rows, and the files that brought them."""

    day: date
    row_count: int
    found_at: str


class Measures:
    """The measures of one table, gathered row by row."""

    def __init__(self, refresh_id: str, table_name: str, *, is_judged: bool) -> None:
        self.rows: Rows = []
        self._identity = (refresh_id, DOOR, table_name)
        self._is_judged = is_judged

    def add(
        self,
        measure: str,
        day: Day,
        value: float,
        basis: int,
        column: str = "",
        category: str = "",
    ) -> None:
        """Add one number; `basis` is how many rows it is of."""
        place = (column, category, measure, day.day, value, basis)
        self.rows.append((*self._identity, *place, self._is_judged, day.found_at))


@dataclass(frozen=True)
class Profiler:
    """Measures landed tables, for one refresh.

    `today` is the day, in the business time zone, on which the refresh began.
    """

    connection: duckdb.DuckDBPyConnection
    profiles: Profiles
    today: date
    time_zone: str

    def days(self, tables: Iterable[Table]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the measures of new days, and the delay of each table today."""
        since = self._since()
        with_new_files = self._with_new_files(since)
        measured: Rows = []
        delays: Rows = []
        for table in tables:
            known = self.profiles.known_days(DOOR, table.name)
            measures = self._measures(table, known)
            new_rows = self._new_rows(table, since)
            landed = self._landed(new_rows) if table.name in with_new_files else []
            delays += self._delay(table, known, landed)
            kept = self._to_measure(table, known, landed)
            if kept:
                for day in (*kept, *_empty_days(known, kept)):
                    measures.add("row_count", day, day.row_count, day.row_count)
                self._keep(new_rows, kept)
                self._measure_cells(measures, table, kept)
                self._measure_categories(measures, table, kept)
            measured += measures.rows
        return frame_of(measured), frame_of(delays)

    def _measures(self, table: Table, known: Sequence[date]) -> Measures:
        refresh_id = self.profiles.refresh_id
        return Measures(refresh_id, table.name, is_judged=bool(known))

    def _since(self) -> str:
        """Return the instant from which files count as new: all on a first load."""
        last = first_value(
            self.connection,
            "select max(landed_at) - interval 1 day from raw.landing_files"
            " where landed_at < (select max(observed_until_at) from raw.landing_clock)",
        )
        return "0001-01-01" if last is None else str(last)

    def _with_new_files(self, since: str) -> set[str]:
        tables = self.connection.execute(
            "select distinct table_name from raw.landing_files"
            f" where is_current and landed_at >= timestamp '{since}'"
        ).fetchall()
        return {name for (name,) in tables}

    def _new_rows(self, table: Table, since: str) -> str:
        """Return SQL for the rows of files that are new, with their day."""
        return f"""
            select {_day_of(table, self.time_zone, self.today)} as event_day, *
            from raw.{quoted_name(table.name)}
            join (
                select landing_file_id, file_path
                from raw.landing_files
                where is_current and landed_at >= timestamp '{since}'
            ) using (landing_file_id)"""

    def _landed(self, new_rows: str) -> list[Day]:
        days = self.connection.execute(
            f"""
            select event_day, count(*), concat(min(file_path), case
                when count(distinct file_path) > 1
                then format(' and {{}} more', count(distinct file_path) - 1) end)
            from ({new_rows})
            where event_day <= date '{self.today}'
            group by event_day order by event_day
            """
        ).fetchall()
        return [Day(*day) for day in days]

    def _delay(
        self, table: Table, known: Sequence[date], landed: Sequence[Day]
    ) -> Rows:
        days = [*known[-1:], *(day.day for day in landed[-1:])]
        if not days or not _times(table):
            return []
        newest = max(days)
        measures = Measures(
            self.profiles.refresh_id,
            table.name,
            is_judged=len(known) >= LEAST_DAYS,
        )
        place = Day(self.today, 0, f"newest {newest}")
        delay = (self.today - newest).days
        columns = ", ".join(_times(table))
        measures.add("delay_days", place, delay, _usual_pause(known), columns)
        return measures.rows

    def _to_measure(
        self, table: Table, known: Sequence[date], landed: Sequence[Day]
    ) -> Sequence[Day]:
        """Return the newest days that are over and not measured yet."""
        has_days = bool(_times(table))
        # what has no day of its own is of the day it landed, and a first load is no
        # usual day
        if not has_days and self.profiles.is_first_load:
            return []
        new = [
            day
            for day in landed
            if (day.day < self.today or not has_days)
            and day.day not in known
            and (not known or day.day >= known[0])
        ]
        return new[-(COMPARED_DAYS if known else KEPT_DAYS) :]

    def _keep(self, new_rows: str, days: Sequence[Day]) -> None:
        """Make the table `measured` of the rows of these days."""
        listed = ", ".join(f"date '{day.day}'" for day in days)
        self.connection.execute(
            "create or replace temp table measured as"
            f" from ({new_rows}) where event_day in ({listed})"
        )

    def _measure_cells(
        self, measures: Measures, table: Table, days: Sequence[Day]
    ) -> None:
        """Measure empty cells of every column, and means of numbers."""
        texts = {name: _filled(name) for name in table.column_names}
        numbers = [c.name for c in table.columns if c.data_type in NUMBERS]
        read = [f"try_cast({texts[name]} as double)" for name in numbers]
        aggregates = [
            *(f"avg(({text} is null)::integer)" for text in texts.values()),
            *(f"avg({number})" for number in read),
            *(f"count({number})" for number in read),
        ]
        places = {day.day: day for day in days}
        for event_day, *values in self.connection.execute(
            f"select event_day, {', '.join(aggregates)} from measured group by 1"
        ).fetchall():
            day = places[event_day]
            shares, rest = values[: len(texts)], values[len(texts) :]
            for name, share in zip(texts, shares, strict=True):
                measures.add("null_share", day, share, day.row_count, name)
            means, counts = rest[: len(numbers)], rest[len(numbers) :]
            for name, mean, count in zip(numbers, means, counts, strict=True):
                if count:
                    measures.add("mean", day, mean, count, name)

    def _measure_categories(
        self, measures: Measures, table: Table, days: Sequence[Day]
    ) -> None:
        """Measure the share of each category among the filled cells of its column."""
        columns = [c.name for c in table.columns if _may_have_categories(c)]
        if not columns:
            return
        places = {day.day: day for day in days}
        for name, category, day, count, of in self.connection.execute(
            _CATEGORIES.format(
                cells=", ".join(
                    f"lower({_filled(n)}) as {quoted_name(n)}" for n in columns
                ),
                names=", ".join(map(quoted_name, columns)),
            ),
            [
                [
                    [name, category]
                    for name in columns
                    for category in known.get(name, ())
                ]
                for known in [self.profiles.categories(table.name)]
            ],
        ).fetchall():
            measures.add("category_share", places[day], count / of, of, name, category)


def _empty_days(known: Sequence[date], kept: Sequence[Day]) -> list[Day]:
    """Return the days between without any row, if the table has rows on most days."""
    days = sorted({*known[-COMPARED_DAYS:], *(day.day for day in kept)})
    first = days[0]
    length = (days[-1] - first).days + 1
    if len(days) < DAILY_SHARE * length:
        return []
    newest_known = known[-1] if known else first
    between = (first + timedelta(days=n) for n in range(length))
    return [
        Day(day, 0, "no file")
        for day in between
        if day > newest_known and day not in set(days)
    ]


def _usual_pause(days: Sequence[date]) -> int:
    """Return the days without rows that nearly all pauses between days stay within."""
    gaps = sorted((after - before).days for before, after in pairwise(days))
    if not gaps:
        return 0
    usual = gaps[math.ceil(0.95 * len(gaps)) - 1]
    return usual - 1 + (usual > gaps[0])


def _times(table: Table) -> list[str]:
    """Return the columns of which the first that is filled says when a row happened."""
    if table.event_at in table.column_names:
        return [table.event_at]
    return [
        column.name
        for column in table.columns
        if column.data_type == "timestamp" and column.name != "updated_at"
    ]


def _day_of(table: Table, time_zone: str, today: date) -> str:
    """Return SQL for the day of a row; the day of landing where it has no time."""
    times = _times(table)
    if not times:
        return f"date '{today}'"
    text = f"coalesce({', '.join(map(_filled, times))})"
    # without an offset the text is in the business time zone; DuckDB reads an offset
    # only behind seconds
    with_seconds = (
        rf"regexp_replace({text}, '^(.{{10}}[T ]\d{{2}}:\d{{2}})([Z+-].*)$', '\1:00\2')"
    )
    return f"""
        case
            when regexp_matches(substr({text}, 11), '[Z+-]')
            then timezone('{time_zone}', try_cast({with_seconds} as timestamptz))::date
            else try_cast(left({text}, 10) as date)
        end"""


def _filled(column: str) -> str:
    return filled(quoted_name(column))


def _may_have_categories(column: Column) -> bool:
    is_public = not (column.personal or column.erasable)
    return (
        is_public
        and column.data_type in CATEGORIES
        and not column.name.endswith(NAMING)
    )
