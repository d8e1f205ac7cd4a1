"""What a day looked like, kept from version to version, and what is unlike it.

A measure is one number of a table, column and day: rows, the share of empty cells, the
share of a category, a mean, a delay. Published versions carry the measures of the last
days in `audit.quality_profiles`; a refused refresh leaves none, so what is compared
with is what was accepted. Here is kept and compared; what is measured stands in
`landing_profiles` and `family_profiles`, what is allowed in `suites`.

A day as it was first seen is what counts: rows that come late change no measure.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

# days of a table that are kept, days compared with, and days below which all is silent
KEPT_DAYS, COMPARED_DAYS, LEAST_DAYS = 56, 28, 7
# the same weekdays among the kept days: a quiet Sunday is like other Sundays
LEAST_WEEKDAYS = 4
# a range of so many spreads around the median is told as usual
SHOWN_SPREADS = 5
COLUMNS = {
    "refresh_id": "varchar",
    "door": "varchar",
    "table_name": "varchar",
    "column_name": "varchar",
    "category": "varchar",
    "measure": "varchar",
    "profile_date": "date",
    "profile_value": "double",
    "row_count": "bigint",
}
# what is measured anew says too whether it is to be judged, and where it is
FRESH_COLUMNS = {**COLUMNS, "is_judged": "boolean", "found_at": "varchar"}
KEY = "door, table_name, column_name, category, measure"

# Counts, shares and means are compared on scales on which their noise is even: a root
# for counts and an arc sine for shares (Anscombe 1948), about a logarithm for means,
# unless some are negative.
_SCALED = """
create or replace temp macro scaled(measure, value, basis, is_signed) as
    case measure
        when 'row_count' then 2 * sqrt(value + 0.375)
        when 'mean' then if(is_signed, value, asinh(value))
        else 2 * asin(sqrt((value * basis + 0.375) / (basis + 0.75)))
    end
"""
_UNSCALED = """
create or replace temp macro unscaled(measure, value, is_signed) as
    case measure
        when 'row_count' then greatest(sign(value) * (value / 2) ** 2 - 0.375, 0)
        when 'mean' then if(is_signed, value, greatest(sinh(value), 0))
        else sin(least(greatest(value, 0), pi()) / 2) ** 2
    end
"""
# What chance alone does at so many rows, and the least change worth a word.
_NOISE = """
create or replace temp macro noise(measure, basis, centre, is_signed) as
    case measure
        when 'row_count' then greatest(1, 0.025 * centre)
        when 'mean' then 0.03 * if(is_signed, abs(centre), 1)
        else greatest(1 / sqrt(basis + 0.5), 0.03)
    end
"""
_SHOWN = """
create or replace temp macro shown(measure, value) as
    case measure
        when 'row_count' then format('{:,}', round(value)::bigint)
        when 'mean' then format('{:.6g}', value)
        else format('{:.1f} %', 100 * value)
    end
"""


class Profiles:
    """The measures of the last accepted days, and those of this refresh.

    `published` is analytics.duckdb of the version published before, None where there is
    none; a version older than this table has no measures either.
    """

    def __init__(self, refresh_id: str, published: Path | None = None) -> None:
        self.refresh_id = refresh_id
        self.is_first_load = published is None
        self.past = _past(published)
        self._fresh: list[pd.DataFrame] = []
        self._days = _known_days(self.past)
        self._categories = _known_categories(self.past)

    def known_days(self, door: str, table: str) -> Sequence[date]:
        """Return the days on which a table had rows, oldest first."""
        return self._days.get((door, table), ())

    def categories(self, table: str) -> Mapping[str, set[str]]:
        """Return the known categories by column of a landed table."""
        return self._categories.get(table, {})

    def judge(
        self, connection: duckdb.DuckDBPyConnection, fresh: pd.DataFrame
    ) -> pd.DataFrame:
        """Keep what was measured; return one row for each measure that is judged.

        `deviation` is the distance from the median in spreads, signed; `told` says day,
        value and what is usual. Measures with too short a past are not in it.
        """
        self._fresh.append(fresh)
        return _compared(connection, self.past, fresh)

    def judge_delays(
        self, connection: duckdb.DuckDBPyConnection, fresh: pd.DataFrame
    ) -> pd.DataFrame:
        """Keep the delays; return one row for each that has a past to compare with.

        `excess_days` is how far a delay exceeds what it was on nearly all days before
        (a day more where it varied) and what `row_count` grants beside: the days that a
        feed pauses, behind the least delay; of a category (a grain), the whole delay.
        """
        self._fresh.append(fresh)
        return _late(connection, self.past, fresh)

    def forget(self, is_named: Callable[[str], bool]) -> None:
        """Drop measures of categories that name somebody who was erased."""
        frames = [self.past, *self._fresh]
        kept = [f[~f["category"].map(is_named).astype(bool)] for f in frames]
        self.past, *self._fresh = kept

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write `analytics.audit.quality_profiles` anew: the past, and this refresh.

        A day that is already known stays as it was first seen; delays are of today.
        """
        fresh = [frame[list(COLUMNS)] for frame in self._fresh if not frame.empty]
        columns = ", ".join(
            f"{name}::{kind} as {name}" for name, kind in COLUMNS.items()
        )
        with _registered(connection, all_days=pd.concat([self.past, *fresh])):
            connection.execute("create schema if not exists analytics.audit")
            connection.execute(
                f"""
                create or replace table analytics.audit.quality_profiles as
                select {columns}
                from all_days
                qualify dense_rank() over (
                    partition by door, table_name, measure = 'delay_days'
                    order by profile_date desc
                ) <= {KEPT_DAYS}
                and row_number() over (
                    partition by {KEY}, profile_date
                    order by if(measure = 'delay_days', refresh_id, '') desc, refresh_id
                ) = 1
                order by all
                """
            )


def frame_of(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return measures, in the order of FRESH_COLUMNS, as a frame; it may be empty."""
    frame = pd.DataFrame(rows, columns=list(FRESH_COLUMNS))
    frame["profile_date"] = pd.to_datetime(frame["profile_date"])
    return frame


def _past(published: Path | None) -> pd.DataFrame:
    if published is not None and published.exists():
        with duckdb.connect(str(published), read_only=True) as connection:
            known = connection.execute(
                "select count(*) from duckdb_tables() where schema_name = 'audit'"
                " and table_name = 'quality_profiles'"
            ).fetchone()
            if known == (1,):
                return connection.execute(
                    f"select {', '.join(COLUMNS)} from audit.quality_profiles"
                ).df()
    return frame_of([])[list(COLUMNS)]


def _known_days(past: pd.DataFrame) -> dict[tuple[str, str], list[date]]:
    counted = past[(past["measure"] == "row_count") & (past["profile_value"] > 0)]
    dated = counted.sort_values("profile_date")
    days: dict[tuple[str, str], list[date]] = {}
    for door, table, day in zip(
        dated["door"], dated["table_name"], dated["profile_date"].dt.date, strict=True
    ):
        days.setdefault((door, table), []).append(day)
    return days


def _known_categories(past: pd.DataFrame) -> dict[str, dict[str, set[str]]]:
    shares = past[past["measure"] == "category_share"]
    columns = shares["table_name"], shares["column_name"], shares["category"]
    known: dict[str, dict[str, set[str]]] = {}
    for table, column, category in set(zip(*columns, strict=True)):
        known.setdefault(table, {}).setdefault(column, set()).add(category)
    return known


def _compared(
    connection: duckdb.DuckDBPyConnection, past: pd.DataFrame, fresh: pd.DataFrame
) -> pd.DataFrame:
    for macro in (_SCALED, _UNSCALED, _NOISE, _SHOWN):
        connection.execute(macro)
    with _registered(connection, past_days=past, fresh_days=fresh):
        return connection.execute(_COMPARED).df()


# `dense` puts a 0 where a known category, or a daily table, had nothing on a day; a
# category counts only against days on which its column was cut into categories.
_COMPARED = f"""
with past as (
    select * from past_days where measure <> 'delay_days'
),
judged as (
    select * from fresh_days where is_judged
),
category_days as (
    select door, table_name, column_name, profile_date, max(row_count) as row_count,
        false as is_judged, '' as found_at
    from past where measure = 'category_share' group by all
    union all
    select door, table_name, column_name, profile_date, max(row_count), true,
        max(found_at)
    from judged where measure = 'category_share' group by all
),
categories as (
    select distinct door, table_name, column_name, category
    from (select * from past union all by name select * exclude (is_judged, found_at)
        from judged)
    where measure = 'category_share'
),
shares as (
    select {KEY}, profile_date, 0.0 as profile_value, row_count, is_judged, found_at
    from category_days
    join categories using (door, table_name, column_name)
    cross join (select 'category_share' as measure)
),
all_days as (
    select {KEY}, profile_date, profile_value, row_count, false as is_judged,
        '' as found_at
    from past
    union all
    select {KEY}, profile_date, profile_value, row_count, true, found_at from judged
    union all
    select * from shares
),
dense as (
    select {KEY}, profile_date, max(profile_value) as profile_value,
        max(row_count) as row_count, is_judged, max(found_at) as found_at
    from all_days
    group by all
),
placed as (
    select *,
        min(profile_value) over (partition by {KEY}) < 0 as is_signed,
        scaled(measure, profile_value, row_count, is_signed) as place
    from dense
),
ranked as (
    select *,
        row_number() over (partition by {KEY} order by profile_date desc) as day_rank
    from placed
    where not is_judged
    -- a past day is built after later ones: those are not what it can be like
    and (
        door <> 'publish'
        or profile_date < (select min(profile_date) from judged where door = 'publish')
    )
),
centred as (
    select {KEY},
        count(*) filter (day_rank <= {COMPARED_DAYS}) as day_count,
        median(place) filter (day_rank <= {COMPARED_DAYS}) as centre,
        mad(place) filter (day_rank <= {COMPARED_DAYS}) as distance,
        median(row_count) filter (day_rank <= {COMPARED_DAYS}) as basis
    from ranked group by all
    having day_count >= {LEAST_DAYS}
),
centred_by_weekday as (
    select {KEY}, isodow(profile_date) as weekday, median(place) as weekday_centre,
        mad(place) as weekday_distance
    from ranked group by all
    having count(*) >= {LEAST_WEEKDAYS}
),
spread as (
    select placed.* exclude (is_judged), day_count, centre, weekday_centre,
        -- a mean of few rows strays more than one of many
        if(measure = 'mean', sqrt(greatest(1, basis / greatest(row_count, 1))), 1)
            as thinness,
        thinness * greatest(
            1.4826 * distance,
            noise(measure, least(row_count, basis), centre, is_signed)
        ) as reach,
        thinness * greatest(
            1.4826 * weekday_distance,
            noise(measure, least(row_count, basis), weekday_centre, is_signed)
        ) as weekday_reach
    from placed
    join centred using ({KEY})
    left join centred_by_weekday on
        placed.door = centred_by_weekday.door
        and placed.table_name = centred_by_weekday.table_name
        and placed.column_name = centred_by_weekday.column_name
        and placed.category = centred_by_weekday.category
        and placed.measure = centred_by_weekday.measure
        and isodow(placed.profile_date) = centred_by_weekday.weekday
    where is_judged
),
deviating as (
    select *,
        (place - centre) / reach as from_all,
        (place - weekday_centre) / weekday_reach as from_weekday,
        unscaled(measure, centre, is_signed) as usual,
        unscaled(measure, centre - {SHOWN_SPREADS} * reach, is_signed) as usual_low,
        unscaled(measure, centre + {SHOWN_SPREADS} * reach, is_signed) as usual_high
    from spread
)
select door, measure, table_name, column_name, category, profile_date, row_count,
    if(abs(from_weekday) < abs(from_all), from_weekday, from_all) as deviation,
    greatest(1, round(case measure
        when 'row_count' then abs(profile_value - usual)
        when 'mean' then row_count
        else abs(profile_value - usual) * row_count
    end))::bigint as concerned_row_count,
    concat(
        if(category = '', '', concat('''', category, ''' ')),
        strftime(profile_date, '%Y-%m-%d'), ': ', shown(measure, profile_value),
        ', usually ', shown(measure, usual_low),
        ' to ', shown(measure, usual_high),
        ' (', day_count, ' days)', if(found_at = '', '', concat(', in ', found_at))
    ) as told
from deviating
order by all
"""


def _late(
    connection: duckdb.DuckDBPyConnection, past: pd.DataFrame, fresh: pd.DataFrame
) -> pd.DataFrame:
    with _registered(connection, past_days=past, fresh_days=fresh):
        return connection.execute(
            f"""
            with before as (
                select past_days.*,
                    row_number() over (
                        partition by {KEY} order by past_days.profile_date desc
                    ) as day_rank
                from past_days
                semi join fresh_days on past_days.profile_date < fresh_days.profile_date
                where measure = 'delay_days'
            ),
            usual as (
                select {KEY}, min(profile_value) as least_days,
                    quantile_cont(profile_value, 0.95)
                    + if(least_days = max(profile_value), 0, 1) as most_days
                from before where day_rank <= {COMPARED_DAYS}
                group by all having count(*) >= {LEAST_DAYS}
            ),
            judged as (
                select *, greatest(
                    most_days, row_count + if(category = '', least_days, 0)
                ) as usual_days
                from fresh_days join usual using ({KEY})
                where is_judged
            )
            select door, table_name, column_name, category,
                profile_value as delay_days, usual_days,
                profile_value - usual_days as excess_days,
                concat(
                    if(category = '', '', concat(category, ': ')), found_at, ', ',
                    profile_value::bigint, ' days before ',
                    strftime(profile_date, '%Y-%m-%d'), '; usually at most ',
                    floor(usual_days)::bigint
                ) as told
            from judged
            order by all
            """
        ).df()


class _registered:
    """Frames as tables of a connection, as long as a `with` lasts."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, **frames: pd.DataFrame
    ) -> None:
        self._connection, self._frames = connection, frames

    def __enter__(self) -> None:
        for name, frame in self._frames.items():
            self._connection.register(name, frame)

    def __exit__(self, *error: object) -> None:
        for name in self._frames:
            self._connection.unregister(name)
