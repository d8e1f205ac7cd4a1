"""The expectations at the two doors, as Great Expectations suites in code.

One suite a frame of `door_frames` and its like. An expectation is blocking (`critical`:
the refresh stops) or a `warning`; its `meta` says what it is called, what is expected
in words, which column of the frame counts the rows meant, which tells where they are,
which says what was seen where a number alone does not, and what a person is to do.
Great Expectations takes seconds to import: nothing is imported before a suite is asked
for.
"""

from collections.abc import Mapping
from typing import Any

from orchestration.settings.environment import switch_telemetry_off

Suite = list[Any]

LANDING_DOOR, PUBLISH_DOOR = "landing", "publish"
# how far from the median of the days before is odd: chance alone goes so far in one of
# some million measures of an even feed
MOST_SPREADS = 5
_LEAVE_OUT = (
    "Ask the sender to leave them out, or mark the column `personal` in "
    "models/staging/_sources.yml and take it out of the marts. Mail addresses and "
    "phone numbers in free texts are masked with CUSTOMER360_MASK_FREE_TEXTS=true "
    "(docs/access.md)."
)
# measure -> what the check of it is called
LIKE_BEFORE = {
    "row_count": "rows",
    "null_share": "empty_cells",
    "category_share": "categories",
    "mean": "means",
}


def landing_suites() -> dict[str, Suite]:
    """Return the suites for what landed, by frame."""
    return {
        "needed_tables": [
            _between(
                "table_has_rows",
                "row_count",
                low=1,
                expected="at least one row",
                what_to_do="Put a file for this table into the landing folder.",
            )
        ],
        "landed_tables": [
            _between(
                "unreadable_rows_within_limits",
                "unreadable_excess_count",
                high=0,
                expected="not more unreadable rows than both limits allow",
                counted_in="unreadable_row_count",
                located_in="unreadable_at",
                what_to_do="Ask for these files again; a broken quote or a wrong "
                "number of columns spoils a row.",
            ),
            _between(
                "keys_present",
                "keyless_excess_count",
                high=0,
                expected="not more rows without a key than both limits allow",
                counted_in="keyless_row_count",
                located_in="keyless_at",
                what_to_do="Ask for these files again; the key columns are empty.",
            ),
            _between(
                "volume_like_before",
                "growth_ratio",
                low=0.9,
                high=3,
                severity="warning",
                expected="0.9 to 3 times the rows of the version before",
                located_in="row_count_before",
                what_to_do="See whether a file was replaced by a shorter one, or sent "
                "twice under two names.",
            ),
        ],
        "landed_files": [
            _between(
                "columns_known",
                "unknown_column_count",
                high=0,
                severity="warning",
                expected="no column that the input contract does not know",
                counted_in="file_count",
                located_in="files_at",
                what_to_do="Rename the column if it is a misspelled one; else it is "
                "left out and nothing is lost.",
            ),
            _between(
                "file_has_rows",
                "empty_file_count",
                high=0,
                severity="warning",
                expected="no file without a row",
                counted_in="empty_file_count",
                located_in="empty_at",
                what_to_do="See whether the sender had nothing to send that day.",
            ),
            _between(
                "content_landed_once",
                "twin_file_count",
                high=0,
                severity="warning",
                expected="no two files with the same bytes",
                counted_in="twin_file_count",
                located_in="twins_at",
                what_to_do="Remove all but one; their rows count once anyway.",
            ),
        ],
        "file_names": [
            _between(
                "new_files_sort_last",
                "early_file_count",
                high=0,
                severity="warning",
                expected="no new file that sorts before known ones of its table",
                counted_in="early_file_count",
                located_in="early_at",
                what_to_do="Name files so that later ones sort last (2026-03-05.csv): "
                "where rows of one key have no updated_at, the last file in natural "
                "order is in force, and these files change nothing.",
            ),
            _between(
                "names_show_an_order",
                "unordered_file_count",
                high=0,
                severity="warning",
                expected="names of which the later sorts last",
                counted_in="unordered_file_count",
                located_in="unordered_at",
                what_to_do="Name files by the day with its year first (2026-03-05.csv) "
                "or by a number: days written 05032026, months in words and random "
                "names leave to chance which row of a key without updated_at is in "
                "force.",
            ),
        ],
        "references": [
            _between(
                "references_find_their_record",
                "missed_row_count",
                high=0,
                severity="warning",
                expected="ids that find their record as they are written",
                counted_in="missed_row_count",
                located_in="told",
                observed_in="told",
                what_to_do="Have the sender write these ids as the table that is named "
                "writes them (no `.0`, zeros and case as there, the same "
                "source_system), or land the records that are missing; until then "
                "these rows belong to nobody known.",
            )
        ],
        "landed_words": [
            _between(
                "no_words_for_nothing",
                "null_word_row_count",
                high=0,
                severity="warning",
                expected="empty cells where there is no value",
                counted_in="null_word_row_count",
                located_in="null_word_at",
                what_to_do="If the word means that there is no value, name it in the "
                "setting null_words (CUSTOMER360_NULL_WORDS=NULL,N/A); else it is "
                "taken for a value.",
            ),
            _between(
                "no_ids_that_stand_for_nobody",
                "stand_in_row_count",
                high=0,
                severity="warning",
                expected="no id of a customer under which guests are booked",
                counted_in="stand_in_row_count",
                located_in="stand_in_at",
                what_to_do="If the id stands for nobody (guests), name it in the "
                "setting stand_in_ids (CUSTOMER360_STAND_IN_IDS=0,-1); else it counts "
                "as one customer who holds all these rows.",
            ),
            _between(
                "numbers_not_cut",
                "cut_row_count",
                high=0,
                severity="warning",
                expected="no number that a spreadsheet has cut (5.12346E+12)",
                counted_in="cut_row_count",
                located_in="cut_at",
                what_to_do="Ask for this file again, exported with this column as "
                "text; cut numbers are no evidence of who a person is.",
            ),
        ],
        "public_texts": [
            _between(
                "public_texts_name_nobody",
                "mail_row_count",
                high=0,
                severity="warning",
                expected="no mail address in a column that is published as it comes",
                counted_in="mail_row_count",
                located_in="mail_at",
                what_to_do="Where customer ids are mail addresses, publish pseudonyms "
                "(CUSTOMER360_PSEUDONYMISE_CUSTOMERS, docs/access.md). " + _LEAVE_OUT,
            ),
            _between(
                "public_texts_hold_no_phone",
                "phone_row_count",
                high=0,
                severity="warning",
                expected="no phone number in a column that is published as it comes",
                counted_in="phone_row_count",
                located_in="phone_at",
                what_to_do=_LEAVE_OUT,
            ),
            _between(
                "public_texts_hold_no_name",
                "name_row_count",
                high=0,
                severity="warning",
                expected="no customer's full name in a column that is published as it "
                "comes",
                counted_in="name_row_count",
                located_in="name_at",
                what_to_do=_LEAVE_OUT,
            ),
        ],
        "ignored_paths": [
            _between(
                "path_belongs_to_a_table",
                "is_known",
                low=1,
                severity="warning",
                expected="a folder or file name of the input contract",
                located_in="file_path",
                what_to_do="Move the file into the folder of its table, or away.",
            )
        ],
        **_like_before(
            "landed_days",
            {
                "row_count": "See whether files of this day are missing, cut short or "
                "sent twice; if business was so, nothing is to be done.",
                "null_share": "Ask the sender whether this column is still filled in.",
                "category_share": "Ask the sender whether codes of this column were "
                "renamed, or an origin of rows is missing.",
                "mean": "Look at the rows of this day: a unit, a currency or a decimal "
                "point may have changed.",
            },
            "Ask the sender for the files of the days since; what is published goes on "
            "without them.",
        ),
    }


def publish_suites() -> dict[str, Suite]:
    """Return the suites for what is about to be published, by frame."""
    return {
        "as_of_day": [
            _between(
                "as_of_day_known",
                "is_known",
                low=1,
                expected="at least one accepted order, whose day bounds everything",
                what_to_do="See the reasons why all orders are in quarantine.",
            ),
            _between(
                "some_order_accepted",
                "accepted_order_count",
                low=1,
                expected="at least one order that was known on the as-of day",
                what_to_do="All orders happened, or became known (updated_at), after "
                "the as-of day: set CUSTOMER360_AS_OF_DATE to the day up to which they "
                "are known.",
            ),
        ],
        "judged_tables": [
            _between(
                "quarantine_within_limits",
                "quarantined_excess_count",
                high=0,
                expected="not more rows in quarantine than both limits allow",
                counted_in="quarantined_row_count",
                located_in="quarantined_at",
                what_to_do="Correct these rows at their source and land them again, or "
                "raise max_quarantine_share and max_quarantine_rows in "
                "dbt_project.yml if they are as they should be.",
            )
        ],
        "reconciled_files": [
            _between(
                "landed_rows_add_up",
                "row_gap",
                low=0,
                high=0,
                expected="accepted + superseded + not yet + quarantined = landed",
                counted_in="row_gap",
                located_in="rows_missing_at",
                what_to_do="A staging model loses or doubles rows of these files.",
            ),
            _between(
                "landed_amounts_add_up",
                "amount_gap",
                low=-0.005,
                high=0.005,
                expected="the amounts of the four add up to the landed amount",
                counted_in="amount_gap_file_count",
                located_in="amounts_missing_at",
                what_to_do="A staging model changes amounts of these files.",
            ),
        ],
        "file_order": [
            _between(
                "versions_say_which_is_newer",
                "decided_key_count",
                high=0,
                severity="warning",
                expected="no rows of one key that differ and of which only the file "
                "order says which is newer",
                counted_in="decided_key_count",
                located_in="decided_at",
                what_to_do="Deliver updated_at, or, where the newest file is meant, "
                "name the table in CUSTOMER360_NEWEST_FILE_WINS. `make explain` says "
                "of a row which other it was put before.",
            )
        ],
        "keys_within_files": [
            _between(
                "keys_name_one_thing",
                "conflicting_excess_count",
                high=0,
                expected="not more keys in one new file whose rows differ in their "
                "customer or in the day of their event than both limits allow",
                counted_in="conflicting_key_count",
                located_in="conflicting_at",
                what_to_do="Such rows are hardly versions of one thing: see whether "
                "the key was cut (by a spreadsheet, to a length) or used again, and "
                "land the file with whole keys. If they are as they should be, raise "
                "max_quarantine_share and max_quarantine_rows in dbt_project.yml.",
            ),
            _between(
                "keys_hardly_used_again",
                "conflicting_key_count",
                high=0,
                severity="warning",
                expected="no key in a new file whose rows differ in their customer or "
                "in the day of their event",
                counted_in="conflicting_key_count",
                located_in="conflicting_at",
                what_to_do="See whether the key was cut (by a spreadsheet, to a "
                "length) or used again; one of its rows is in force, the others are "
                "superseded.",
            ),
        ],
        "former_ties": [
            _between(
                "ties_decided_as_before",
                "changed_key_count",
                high=0,
                severity="warning",
                expected="no key with another version in force than before this "
                "release, which took the greatest text where nothing said which is "
                "newer",
                counted_in="changed_key_count",
                what_to_do="Nothing, if the newest file is meant (and the safe answer "
                "for consents): told once. audit.file_order_decisions counts them by "
                "file (CHANGELOG.md).",
            )
        ],
        "control_totals": [
            _between(
                "marts_tie_to_landing",
                "gap",
                low=-0.005,
                high=0.005,
                expected="the same total on both sides",
                located_in="total_name",
                what_to_do="A join on the way to this table loses or doubles rows, or "
                "money is converted twice.",
            )
        ],
        "cost_months": [
            _between(
                "costs_tie_to_ledger",
                "amount_gap",
                low=-0.005,
                high=0.005,
                expected="allocated + unallocated = ledger, to the cent",
                located_in="month_and_purpose",
                what_to_do="The allocation of these months loses or doubles money.",
            )
        ],
        "order_lines": [
            _between(
                "lines_add_up_to_their_orders",
                "odd_order_count",
                high=0,
                severity="warning",
                expected="quantity x unit_price_amount of its lines adds up to "
                "gross_amount of an order, to a cent a line",
                counted_in="odd_order_count",
                located_in="told",
                what_to_do="gross_amount is goods before discount, without tax and "
                "shipping, and all lines of an order are to land: ask the sender which "
                "of the two tables says otherwise. Revenue comes from the orders.",
            )
        ],
        "unknown_words": [
            _between(
                "words_of_lookups_known",
                "word_count",
                high=0,
                severity="warning",
                expected="only words that the lookup of the column sorts",
                counted_in="row_count",
                located_in="told",
                what_to_do="Add the words to the lookup, with what they mean "
                "(audit.unknown_words lists them all). Until then a ticket goes by "
                "resolved_at, a contact has reached, a withdrawal counts everywhere "
                "and a grant nowhere.",
            )
        ],
        "value_findings": [
            _between(
                "days_are_no_placeholders",
                "left_out_row_count",
                high=0,
                severity="warning",
                expected="no day that systems fill in where nothing is known",
                counted_in="left_out_row_count",
                located_in="left_out_at",
                what_to_do="Nothing, if nobody knows these days: they count as missing "
                "(docs/judging.md). Else ask the sender to fill them in.",
            ),
            _between(
                "ids_show_what_they_are",
                "invisible_row_count",
                high=0,
                severity="warning",
                expected="no id with a character inside that cannot be seen",
                counted_in="invisible_row_count",
                located_in="invisible_at",
                what_to_do="Ask the sender for clean ids: two that look alike on every "
                "screen are two things here.",
            ),
        ],
        "published_tables": [
            _between(
                "keys_present",
                "keyless_row_count",
                high=0,
                expected="no row without its key",
                counted_in="keyless_row_count",
                what_to_do="See the model of this table.",
            ),
            _between(
                "keys_unique",
                "repeated_key_count",
                high=0,
                expected="one row for each key",
                counted_in="repeated_key_count",
                what_to_do="A join in the model of this table doubles rows.",
            ),
            _between(
                "one_as_of_day",
                "other_day_row_count",
                high=0,
                expected="the as-of date of this refresh in every row",
                counted_in="other_day_row_count",
                what_to_do="See the model of this table: it kept rows of another run.",
            ),
        ],
        "published_rates": [
            _between(
                "rates_are_fractions",
                "outside_row_count",
                high=0,
                expected="0 to 1 in every row",
                counted_in="outside_row_count",
                what_to_do="See the numerator and denominator beside this rate.",
            )
        ],
        "published_numbers": [
            _between(
                "numbers_in_range",
                "outside_row_count",
                high=0,
                expected="counts and durations from 0 on, shares 0 to 1, a net "
                "promoter score -100 to 100, every number finite",
                counted_in="outside_row_count",
                located_in="outside_at",
                what_to_do="See the model of this table; a division by 0 or a "
                "difference of the wrong sign is behind most.",
            )
        ],
        **_like_before(
            "families",
            {
                "row_count": "See which model lost or doubled rows, and whether the "
                "files that landed are all there.",
                "null_share": "See which input of this column is missing since then.",
                "mean": "Compare with the version before; if a definition was changed, "
                "it takes a week of versions until this is usual.",
            },
            "See why this table has no newer period: its facts or its days end early.",
        ),
    }


def _like_before(
    frame: str, what_to_do: Mapping[str, str], when_late: str
) -> dict[str, Suite]:
    """Return the suites that compare a day with the days before, by measure."""
    compared = {
        f"{frame}_{measure}": [
            _between(
                f"{LIKE_BEFORE[measure]}_like_before",
                "deviation",
                low=-MOST_SPREADS,
                high=MOST_SPREADS,
                severity="warning",
                expected=f"at most {MOST_SPREADS} spreads from the median of the days "
                "before",
                counted_in="concerned_row_count",
                located_in="told",
                what_to_do=told,
            )
        ]
        for measure, told in what_to_do.items()
    }
    late = _between(
        "as_fresh_as_before",
        "excess_days",
        high=0.5,
        severity="warning",
        expected="not later than on nearly all days before (days more)",
        located_in="told",
        what_to_do=when_late,
    )
    return {**compared, f"{frame}_delay_days": [late]}


def _between(
    name: str,
    column: str,
    *,
    expected: str,
    what_to_do: str,
    low: float | None = None,
    high: float | None = None,
    severity: str = "critical",
    counted_in: str | None = None,
    located_in: str | None = None,
    observed_in: str | None = None,
) -> Any:
    switch_telemetry_off()
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=low,
        max_value=high,
        severity=severity,
        meta={
            "name": name,
            "expected": expected,
            "what_to_do": what_to_do,
            "counted_in": counted_in,
            "located_in": located_in,
            "observed_in": observed_in,
        },
    )
