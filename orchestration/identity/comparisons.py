"""What is compared of two customer records, and by what they are brought together.

Belongs here: names, conditions in SQL, and the SQL functions that these use. Does not
belong here: what an agreement is worth, which the model of `matching` learns.
"""

from dataclasses import dataclass


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
