"""Which columns may hold an erased person, and what stands there after."""

from collections.abc import Iterator

from orchestration.landing.contract import Column, Table
from orchestration.privacy.person_texts import ERASED

# what stands in them can always be read
NO_NUMBER = ("text", "code")
# what a customer record says of its own person: another person's may be equal
IDENTITY = ("full_name", "email", "phone", "loyalty_number", "external_ids")


def text_after(column: Column) -> str:
    """Return SQL for what stands in a cell once the person is gone."""
    if column.data_type in NO_NUMBER:
        return "null"
    # the reason must stay, or what was refused would be accepted
    return (
        f"case when contains(concat(';', staged.refusals), ';{column.name}:bad_')"
        f" then '{ERASED}' end"
    )


def searched_columns(table: Table) -> Iterator[tuple[Column, bool]]:
    """Yield the columns in which a person may be named, in rows of whomever.

    True where only refused rows are looked through: what is no text, or an id, is one
    in a row whose values have slipped.
    """
    for column in table.columns:
        if table.name == "customers" and column.name in IDENTITY:
            continue
        is_id = column.name == "source_system" or column.name.endswith("_id")
        yield column, is_id or column.data_type not in NO_NUMBER


def rows_searched(table: Table, column: Column, is_refused_only: bool) -> str:
    """Return which rows are looked through: all but such as lose the cell anyway."""
    others = "true"
    if column in table.erased_columns:
        others = (
            "(landed.landing_file_id, landed.record_number) not in ("
            "select (landing_file_id, record_number) from own_rows"
            f" where table_name = '{table.name}' and is_holding)"
        )
    if not is_refused_only:
        return others
    return (
        f"{others} and (landed.landing_file_id, landed.record_number) in ("
        "select (landing_file_id, record_number)"
        f" from staging.stg_{table.name} where refusals <> '')"
    )
