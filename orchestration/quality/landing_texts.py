"""What landed texts hold that they should not: words for nothing, numbers, people.

Counts per table and column over `raw`, one scan a table; a place is one file and record
number, and no value of a row is told but a word of the lists below. People are looked
for in the columns that are published as they come: by mail address and phone number as
a pattern, and by the names and numbers of the customers that landed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from orchestration.landing.contract import Column, Table
from orchestration.privacy.person_texts import MAIL_ADDRESS, PHONE_NUMBER
from orchestration.quality.raw_rows import IN_FORCE, filled, listed
from orchestration.text.quoting import quoted_name
from orchestration.text.trimming import trimmed

# what exports write for "no value", as they write it: `none` in small letters is a word
NULL_WORDS = (
    "NULL",
    "null",
    "\\N",
    "None",
    "nan",
    "NaN",
    "N/A",
    "n/a",
    "#N/A",
    "<NA>",
    "NaT",
)
# ids under which shops book those who have none
STAND_IN_IDS = ("0", "-1", "0.0", "-1.0")
CUSTOMERS = "customers"
# columns of evidence for identity that a spreadsheet may have cut to 5.12346E+12
NUMBERS_OF_PEOPLE = ("phone", "loyalty_number", "external_ids")
_CUT = "[0-9][.,][0-9]+[eE][+][0-9]+"
_LONGEST_WORD, _SHORTEST_PHONE = 8, 9
# how many words of a text are looked at together: names are hardly longer
_LONGEST_NAME = 4
_FOLDED = "strip_accents(lower({text}))"
_WORDS = "regexp_extract_all(" + _FOLDED + ", '[\\pL\\pM\\pN]+')"
KINDS = ("null_word", "stand_in", "cut", "mail", "phone", "name")


@dataclass(frozen=True)
class Settled:
    """What settings have said already: these words and ids are null in staging."""

    null_words: Sequence[str] = ()
    stand_in_ids: Sequence[str] = ()

    @property
    def meaningless(self) -> tuple[str, ...]:
        """All ids that name nobody, settled or not."""
        given = (*self.null_words, *self.stand_in_ids)
        return tuple(dict.fromkeys((*given, *NULL_WORDS, *STAND_IN_IDS)))


def landed_texts(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], settled: Settled
) -> pd.DataFrame:
    """Return one row a table and column in which something odd was found.

    Columns `<kind>_row_count` and `<kind>_at` for each of KINDS; a table in which there
    is nothing has one row without a column.
    """
    people = _People(connection, tables)
    rows = []
    for table in tables:
        found = _found_in(connection, table, settled)
        people.add_to(found, table)
        rows += [_row(table, name, kinds) for name, kinds in found.items()]
        if not found:
            rows.append(_row(table, "", {}))
    return pd.DataFrame(rows)


Found = dict[str, dict[str, tuple[int, str]]]


def _row(
    table: Table, column: str, kinds: Mapping[str, tuple[int, str]]
) -> dict[str, object]:
    row: dict[str, object] = {"table_name": table.name, "column_name": column}
    for kind in KINDS:
        row[f"{kind}_row_count"], row[f"{kind}_at"] = kinds.get(kind, (0, ""))
    return row


def published_texts(table: Table) -> list[Column]:
    """Return the columns of a table whose texts are published as they come."""
    return [c for c in table.columns if c.data_type == "text" and not c.personal]


def free_texts(table: Table) -> list[Column]:
    """Return those of them that people write: no ids and no words of the contract."""
    return [
        column
        for column in published_texts(table)
        if not column.name.endswith(("_id", "_ids"))
        and column.name != "source_system"
        and not column.has_codes
        and column.name not in table.key
    ]


def _found_in(
    connection: duckdb.DuckDBPyConnection, table: Table, settled: Settled
) -> Found:
    looks = list(_looks(table, settled))
    if not looks:
        return {}
    counts = ", ".join(f"count(*) filter (where {holds})" for _, _, holds in looks)
    row = connection.execute(f"select {counts} from {_rows(table)}").fetchone()
    assert row is not None  # an aggregate always has a row
    found: Found = {}
    for (column, kind, holds), count in zip(looks, row, strict=True):
        if count:
            told = _places(connection, table, column, holds, is_word=kind in _TOLD)
            found.setdefault(column, {})[kind] = count, told
    return found


# kinds whose words are told: they stand in the lists above
_TOLD = ("null_word", "stand_in")


def _looks(table: Table, settled: Settled) -> Iterator[tuple[str, str, str]]:
    """Yield column, kind and what is looked for; cheap conditions come first."""
    words = tuple(word for word in NULL_WORDS if word not in settled.null_words)
    nobody = tuple(word for word in STAND_IN_IDS if word not in settled.stand_in_ids)
    public = {column.name for column in published_texts(table)}
    for column in table.columns:
        name, text = column.name, quoted_name(column.name)
        is_short = f"strlen({text}) <= {_LONGEST_WORD}"
        has_n = f"contains({text}, 'N') or contains({text}, 'n')"
        is_word = f"{trimmed(text)} in ({listed(words)})"
        yield name, "null_word", _all_of(is_short, has_n, is_word)
        if _names_a_customer(table, column):
            has_digit = f"contains({text}, '0') or contains({text}, '-1')"
            is_nobody = f"{trimmed(text)} in ({listed(nobody)})"
            yield name, "stand_in", _all_of(is_short, has_digit, is_nobody)
        if name in NUMBERS_OF_PEOPLE:
            has_sign = f"contains({text}, 'E+') or contains({text}, 'e+')"
            is_cut = f"regexp_matches({text}, '{_CUT}')"
            yield name, "cut", _all_of(has_sign, is_cut)
        if name in public:
            is_mail = f"regexp_matches({text}, '{MAIL_ADDRESS}')"
            yield name, "mail", _all_of(f"contains({text}, '@')", is_mail)


def _all_of(first: str, *others: str) -> str:
    """Return SQL for conditions of which a later one is only asked where it matters.

    An aggregate asks all conditions of an `and` of every row, and patterns are dear.
    """
    if not others:
        return f"coalesce({first}, false)"
    return f"case when {first} then {_all_of(*others)} else false end"


def _names_a_customer(table: Table, column: Column) -> bool:
    is_own = table.name == CUSTOMERS and column.name == "customer_id"
    return is_own or column.references == CUSTOMERS


def _rows(table: Table) -> str:
    return f"raw.{table.name} join {IN_FORCE} using (landing_file_id)"


def _places(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    column: str,
    holds: str,
    *,
    is_word: bool,
) -> str:
    """Tell how many rows of which words there are, and one of them."""
    word = filled(column) if is_word else "''"
    rows = connection.execute(
        f"""
        select {word}, count(*), min((file_path, record_number))
        from {_rows(table)}
        where {holds}
        group by all
        order by count(*) desc, 1
        """
    ).fetchall()
    return "; ".join(
        _place(f"`{word}` " if word else "", count, *first)
        for word, count, first in rows
    )


def _place(what: str, count: int, file: str, record: int) -> str:
    return f"{what}{count:,} rows, first in {file} record {record}"


class _People:
    """The customers that landed, and the free texts in which they are named."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]
    ) -> None:
        self._connection = connection
        customers = next((t for t in tables if t.name == CUSTOMERS), None)
        names = customers.column_names if customers else ()
        self._has_names = "full_name" in names
        self._has_phones = "phone" in names
        self._is_made = False

    def add_to(self, found: Found, table: Table) -> None:
        """Add to what was found in a table whom its free texts name."""
        for column in free_texts(table):
            self._connection.execute(
                f"create or replace temp table door_texts as {_texts(table, column)}"
            )
            looked = [("phone", self._phones())]
            looked += [("name", self._names())] if self._has_names else []
            for kind, look in looked:
                count, told = self._place_of(table, column, look)
                if count:
                    found.setdefault(column.name, {})[kind] = count, told

    def _place_of(self, table: Table, column: Column, query: str) -> tuple[int, str]:
        self._make()
        self._connection.execute(f"create or replace temp table door_found as {query}")
        row = self._connection.execute(
            "select sum(row_count)::bigint from door_found"
        ).fetchone()
        if row is None or not row[0]:
            return 0, ""
        text = quoted_name(column.name)
        place = self._connection.execute(
            f"select min((file_path, record_number)) from {_rows(table)}"
            f" semi join door_found on door_found.text = {text}"
        ).fetchone()
        assert place is not None  # an aggregate always has a row
        return row[0], _place("", row[0], *place[0])

    def _names(self) -> str:
        """Return SQL for texts with a customer's full name, words in either order."""
        # words that stand together; of other scripts, characters that do
        return f"""
            with
                texts as materialized (
                    select *, {_WORDS.format(text="text")} as words
                    from door_texts
                    where contains(trim(text), ' ') or strlen(text) > length(text)
                ),
                numbered as (
                    select text, words, unnest(range(1, len(words) + 1)) as begins
                    from texts
                ),
                cut as (
                    select text, words[begins : begins + size - 1] as part
                    from numbered, range(2, {_LONGEST_NAME} + 1) as sizes(size)
                    where begins + size - 1 <= len(words)
                ),
                spelled as (
                    select text, unnest(words) as word from texts
                    where strlen(text) > length(text)
                ),
                runs as (
                    select text, word, unnest(range(1, length(word) + 1)) as begins
                    from spelled where strlen(word) >= 2 * length(word)
                ),
                parts as (
                    select text, array_to_string(part, ' ') as name from cut
                    union all
                    select text, word[begins : begins + size - 1] as name
                    from runs, range(2, {_LONGEST_NAME} + 1) as sizes(size)
                    where begins + size - 1 <= length(word)
                )
            select text, row_count from texts
            semi join (
                select text from parts
                semi join door_names using (name)
            ) using (text)
            """

    def _phones(self) -> str:
        """Return SQL for texts with what looks like a number, or is a customer's."""
        likely = f"strlen(text) >= {_SHORTEST_PHONE}"
        likely += f" and regexp_matches(text, '{PHONE_NUMBER}')"
        if not self._has_phones:
            return f"select text, row_count from door_texts where {likely}"
        return f"""
            select text, row_count from door_texts where {likely}
            union all
            (
            with
                texts as materialized (
                    select * from door_texts
                    where strlen(text) >= 7 and regexp_matches(text, '[0-9]')
                        and not ({likely})
                ),
                numbers as (
                    select text, {_digits("number")} as digits
                    from (
                        select text, unnest(regexp_extract_all(
                            text, '[+]?[(]?[0-9]([ ./()-]{{0,3}}[0-9]){{6,}}'
                        )) as number
                        from texts
                    )
                )
            select text, row_count from texts
            semi join (
                select text from numbers
                join door_phones
                    on right(numbers.digits, 8) = door_phones.ending
                where length(numbers.digits) >= 7 and (
                    ends_with(numbers.digits, door_phones.digits)
                    or ends_with(door_phones.digits, numbers.digits)
                )
            ) using (text)
            )
            """

    def _make(self) -> None:
        """Note the names and numbers of all customers in force, once."""
        if self._is_made:
            return
        self._is_made = True
        rows = f"raw.{CUSTOMERS} semi join {IN_FORCE} using (landing_file_id)"
        if self._has_names:
            # a name of one Latin word alone may be a word that others mean otherwise
            self._connection.execute(
                f"""
                create or replace temp table door_names as
                with named as (
                    select distinct {_WORDS.format(text="full_name")} as words
                    from {rows}
                )
                select array_to_string(words, ' ') as name from named
                where len(words) between 2 and {_LONGEST_NAME}
                union
                select array_to_string(words[2:] || words[:1], ' ') from named
                where len(words) between 2 and {_LONGEST_NAME}
                union
                select array_to_string(words[-1:] || words[:-2], ' ') from named
                where len(words) between 2 and {_LONGEST_NAME}
                union
                select words[1] from named
                where len(words) = 1 and length(words[1]) > 1
                    and strlen(words[1]) >= 2 * length(words[1])
                """
            )
        if self._has_phones:
            self._connection.execute(
                f"""
                create or replace temp table door_phones as
                select distinct digits, right(digits, 8) as ending
                from (select {_digits("phone")} as digits from {rows})
                where length(digits) >= 7
                """
            )


def _texts(table: Table, column: Column) -> str:
    """Return SQL for the different texts of a column."""
    text = quoted_name(column.name)
    return f"""
        select {text} as text, count(*) as row_count
        from {_rows(table)}
        where strlen({text}) >= {_LONGEST_NAME}
        group by {text}
    """


def _digits(number: str) -> str:
    """Return SQL for the digits of a phone number, without zeros in front."""
    plain = f"replace({number}, '(0)', '')"
    return f"ltrim(regexp_replace({plain}, '[^0-9]', '', 'g'), '0')"
