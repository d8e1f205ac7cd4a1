"""Customer records of both systems, with what each makes of the person's details.

The shop's record is as the person typed it. A second account and the crm's copy vary
mail, phone and name, so that finding the person again takes some thought; the truth
is known and goes to a file of its own.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import (
    DAY_SECONDS,
    daytime,
    local_moment,
    working_hours,
)
from orchestration.synthetic.columns import (
    MISSING,
    Day,
    Flag,
    Identifier,
    Label,
    Moment,
    Table,
    Text,
    Texts,
    constant,
    stack,
    take,
    where,
)
from orchestration.synthetic.names import LOCALES, MAIL_DOMAINS, OCCUPATIONS
from orchestration.synthetic.orders import COUNTRIES, GUEST, Orders
from orchestration.synthetic.parameters import (
    ACQUISITION_CHANNELS,
    CATEGORIES,
    GENDERS,
    SYSTEMS,
)
from orchestration.synthetic.people import CRM, MAIN, People
from orchestration.synthetic.profiles import PREFERRED_CHANNELS, Profiles
from orchestration.synthetic.randomness import (
    Flags,
    Integers,
    Streams,
    happens,
    pick,
)

SCRIPT_SHARE = 0.75  # of the names in China and Japan, the others in Latin letters
MOVED_SHARE = 0.03  # of the shop's records: two versions, before and after a move
SAME_BIRTH_DATE_SHARE = 0.85  # of the crm's copies
APP_SHARE = 0.4  # of the people have an app id, known to the shop
CRM_EXTERNAL_ID_SHARE = 0.3  # of the crm's copies know the app id
CRM_LOYALTY_NUMBER_SHARE = 0.3
CRM_SECONDARY_SHARE = 0.3  # of the crm's copies hold channel, consent and the like
# how the crm and second accounts vary: weights of the functions below
NAME_VARIATION_WEIGHTS = (0.45, 0.2, 0.15, 0.1, 0.1)
MAIL_VARIATION_WEIGHTS = (0.35, 0.15, 0.1, 0.12, 0.13, 0.15)
PHONE_VARIATION_WEIGHTS = (0.3, 0.25, 0.2, 0.15, 0.1)
_SHOP, _SECOND, _COPY = range(3)


@dataclass(frozen=True)
class Records(Arrays):
    """Customer records: whose, where, under which id, since when."""

    person: Integers
    system: Integers
    customer: Integers
    kind: Integers
    created_at: Integers


def records_of(streams: Streams, people: People, orders: Orders) -> Records:
    """Return the records of all profiled people, by system and id."""
    random = streams("customer_records")
    size = len(people)
    registered_at = _registrations(random, people, orders)
    second_at = local_moment(people.market, people.second_day, daytime(random, size))
    crm_at = local_moment(people.market, people.crm_day, working_hours(random, size))
    crm_at = np.where(people.shop_id == MISSING, registered_at, crm_at)
    person = np.arange(size)
    records = Records.joined(
        [
            Records(person, constant(system, size), ids, constant(kind, size), at)
            for system, ids, kind, at in (
                (MAIN, people.shop_id, _SHOP, registered_at),
                (MAIN, people.second_shop_id, _SECOND, second_at),
                (CRM, people.crm_id, _COPY, crm_at),
            )
        ]
    )
    is_held = (records.customer != MISSING) & people.is_profiled[records.person]
    records = records.take(is_held)
    return records.take(np.lexsort((records.customer, records.system)))


def _registrations(
    random: np.random.Generator, people: People, orders: Orders
) -> Integers:
    """Return when people registered: shortly before their first order."""
    size = len(people)
    visited_at = local_moment(people.market, people.arrival_day, daytime(random, size))
    first_order_at = constant(-MISSING, size)
    is_known = orders.at.person != GUEST
    np.minimum.at(
        first_order_at, orders.at.person[is_known], orders.at.ordered_at[is_known]
    )
    is_in_one_go = happens(random, 0.6, size)
    minutes = random.integers(120, 1_800, size)
    days = (random.exponential(4 * DAY_SECONDS, size)).astype(np.int64) + 1_800
    before = first_order_at - np.where(is_in_one_go, minutes, days)
    return np.where(first_order_at == -MISSING, visited_at, before)


def customers_table(
    streams: Streams, people: People, profiles: Profiles, records: Records
) -> Table:
    """Return the landed customers; a few of the shop in two versions."""
    random = streams("customers")
    size = len(records)
    whose = profiles.take(records.person)
    number = people.number[records.person]
    is_shop, is_copy = records.kind == _SHOP, records.kind == _COPY
    is_full = ~is_copy | happens(random, CRM_SECONDARY_SHARE, size)
    has_app = (number % 100 < APP_SHARE * 100) & (
        is_shop | (is_copy & happens(random, CRM_EXTERNAL_ID_SHARE, size))
    )
    has_loyalty = whose.is_member & (
        is_shop | (is_copy & happens(random, CRM_LOYALTY_NUMBER_SHARE, size))
    )
    keeps_birth_date = ~is_copy | happens(random, SAME_BIRTH_DATE_SHARE, size)
    referrer_id = people.shop_id[np.maximum(whose.referrer, 0)]
    market = people.market[records.person]
    favourite = people.favourite[records.person]
    table: Table = {
        "source_system": Label(records.system, SYSTEMS),
        "customer_id": Identifier(records.customer),
        "full_name": Text(_full_names(random, market, whose, records.kind)),
        "email": Text(_emails(random, whose, records.kind)),
        "phone": Text(_phones(random, market, whose, records.kind)),
        "birth_date": Day(where(keeps_birth_date, whose.birth_day)),
        "gender": Label(whose.gender, GENDERS),
        "occupation": Label(where(is_full, whose.occupation), OCCUPATIONS),
        "country_code": Label(market, COUNTRIES),
        **_addresses(random, market, whose.place),
        "language_code": Text(whose.language),
        "interests": Text(_interests(random, favourite, is_full)),
        "loyalty_number": Identifier(where(has_loyalty, number + 700_001), "L"),
        "external_ids": Text(_external_ids(number, has_app)),
        "acquisition_channel": Label(
            where(is_full, whose.acquisition_channel), ACQUISITION_CHANNELS
        ),
        "referred_by_customer_id": Identifier(
            where(is_shop & (whose.referrer != MISSING), referrer_id)
        ),
        "preferred_channel": Label(
            where(is_full, whose.preferred_channel), PREFERRED_CHANNELS
        ),
        "has_marketing_consent": Flag(
            where(is_full, whose.has_consent.astype(np.int64))
        ),
        "created_at": Moment(records.created_at),
        "updated_at": Moment(constant(MISSING, size)),
    }
    return _with_moves(random, table, market, records, is_shop)


def _with_moves(
    random: np.random.Generator,
    table: Table,
    market: Integers,
    records: Records,
    is_shop: Flags,
) -> Table:
    """Let a few people of the shop move: the old address is an older version."""
    moves = np.flatnonzero(is_shop & happens(random, MOVED_SHARE, len(records)))
    before = take(table, moves)
    old_place = random.integers(0, 3, len(moves))
    before |= _addresses(random, market[moves], old_place)
    before["updated_at"] = Moment(records.created_at[moves])
    wait = random.integers(20 * DAY_SECONDS, 120 * DAY_SECONDS, len(moves))
    updated_at = constant(MISSING, len(records))
    updated_at[moves] = records.created_at[moves] + wait
    return stack([table | {"updated_at": Moment(updated_at)}, before])


def _addresses(random: np.random.Generator, market: Integers, place: Integers) -> Table:
    """Return region, city and postcode; each is missing here and there."""
    size = len(market)
    digits = random.integers(0, 10, (size, 3)).tolist()
    kept = (random.random((3, size)) > 0.04).tolist()
    columns: dict[str, list[str | None]] = {"region": [], "city": [], "postcode": []}
    for row, (where_from, index) in enumerate(
        zip(market.tolist(), place.tolist(), strict=True)
    ):
        found = LOCALES[where_from].places[index]
        postcode = found.postcode
        for digit in digits[row]:
            postcode = postcode.replace("#", str(digit), 1)
        columns["region"].append(found.region if kept[0][row] else None)
        columns["city"].append(found.city if kept[1][row] else None)
        columns["postcode"].append(postcode if kept[2][row] else None)
    return {name: Text(np.array(c, dtype=object)) for name, c in columns.items()}


def _external_ids(number: Integers, has_app: Flags) -> Texts:
    """Return the app id; for every third person also the one of the newsletter."""
    ids = np.array(
        [
            f"app:U{n}" if n % 3 else f"app:U{n};newsletter:{n}"
            for n in (number + 50_001).tolist()
        ],
        dtype=object,
    )
    ids[~has_app] = None
    return ids


def _interests(
    random: np.random.Generator, favourite: Integers, is_known: Flags
) -> Texts:
    """Return the favourite category and often another one; missing for many."""
    names = np.array(CATEGORIES, dtype=object)
    other = random.integers(0, len(CATEGORIES), len(favourite))
    has_other = happens(random, 0.5, len(favourite)) & (other != favourite)
    both = names[favourite] + ";" + names[other]
    interests = np.where(has_other, both, names[favourite])
    interests[~is_known | happens(random, 0.35, len(favourite))] = None
    return interests


def _full_names(
    random: np.random.Generator, market: Integers, whose: Profiles, kind: Integers
) -> Texts:
    """Return names as the records spell them."""
    has_script = np.array([locale.family_name_first for locale in LOCALES])[market]
    in_script = has_script & happens(random, SCRIPT_SHARE, len(market))
    variation = pick(random, NAME_VARIATION_WEIGHTS, len(market))
    variation = np.where(kind == _SHOP, 0, variation)
    joint = np.array(["", "", "", "", "", " "], dtype=object)[market]  # 王芳, 佐藤 花子
    written = np.where(
        in_script,
        whose.family_name + joint + whose.given_name,
        np.where(
            has_script,
            whose.given_name_latin + " " + whose.family_name_latin,
            whose.given_name + " " + whose.family_name,
        ),
    )
    latin = zip(
        whose.given_name_latin.tolist(), whose.family_name_latin.tolist(), strict=True
    )
    names = [
        name if how == 0 else _varied_name(name, given, family, how)
        for name, how, (given, family) in zip(
            written.tolist(), variation.tolist(), latin, strict=True
        )
    ]
    return np.array(names, dtype=object)


def _varied_name(name: str, given: str, family: str, how: int) -> str:
    """Return the name without accents, turned round, shortened, or with a slip."""
    if how == 1:
        return f"{given} {family}"
    if how == 2:
        return f"{family}, {given}"
    if how == 3:
        return f"{given[0]}. {family}"
    middle = len(family) // 2
    return f"{given} {family[:middle]}{family[middle + 1 :]}"


def _emails(random: np.random.Generator, whose: Profiles, kind: Integers) -> Texts:
    """Return mail addresses as the records hold them."""
    size = len(kind)
    variation = pick(random, MAIL_VARIATION_WEIGHTS, size)
    variation = np.where(kind == _SHOP, 0, np.where(kind == _SECOND, 4, variation))
    domain = random.integers(0, len(MAIL_DOMAINS), size)
    mails = [
        mail if how == 0 or mail is None else _varied_mail(mail, mailbox, how, other)
        for mail, mailbox, how, other in zip(
            *(whose.email.tolist(), whose.mailbox.tolist()),
            *(variation.tolist(), domain.tolist()),
            strict=True,
        )
    ]
    return np.array(mails, dtype=object)


def _varied_mail(mail: str, mailbox: str, how: int, domain: int) -> str | None:
    """Return the address in capitals, dotless, tagged, another one, or none."""
    box, _, host = mail.partition("@")
    if how == 1:
        return f"{box.title()}@{host.upper()}"
    if how == 2:
        return f"{box.replace('.', '')}@{host}"
    if how == 3:
        return f"{box}+orders@{host}"
    if how == 4:
        return f"{mailbox.replace('.', '-')}.private@{MAIL_DOMAINS[domain]}"
    return None


def _phones(
    random: np.random.Generator, market: Integers, whose: Profiles, kind: Integers
) -> Texts:
    """Return phone numbers as the records format them; the crm lacks some."""
    variation = pick(random, PHONE_VARIATION_WEIGHTS, len(market))
    is_lost = (kind == _COPY) & (variation == 4)
    phones = [
        None if number is None else _formatted_phone(number, index, how)
        for number, index, how in zip(
            whose.phone.tolist(), market.tolist(), variation.tolist(), strict=True
        )
    ]
    result = np.array(phones, dtype=object)
    result[is_lost] = None
    return result


def _formatted_phone(number: str, market: int, how: int) -> str:
    """Return the number in one of five ways of writing it."""
    code = LOCALES[market].country_calling_code
    trunk = "" if COUNTRIES[market] in ("US", "CN") else "0"
    begin, middle, end = number[:-7], number[-7:-4], number[-4:]
    if how == 0:
        return f"+{code}{number}"
    if how == 1:
        return f"+{code} {begin} {middle} {end}"
    if how == 2:
        return f"{trunk}{begin}/{middle}{end}"
    if how == 3:
        return f"00{code} {begin} {middle}-{end}"
    return f"({trunk}{begin}) {middle} {end}"


def people_table(people: People, records: Records) -> Table:
    """Return the truth: which record belongs to which person."""
    return {
        "source_system": Label(records.system, SYSTEMS),
        "customer_id": Identifier(records.customer),
        "person_id": Identifier(people.number[records.person] + 1, "person-"),
    }
