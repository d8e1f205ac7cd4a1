"""Who the people are: names, addresses, birthdays and habits, one entry a person.

What a system's record makes of them, spelling and all, is in `customers.py`.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import EPOCH
from orchestration.synthetic.columns import MISSING, Texts, where
from orchestration.synthetic.names import (
    LOCALES,
    MAIL_DOMAINS,
    OCCUPATIONS,
    ROLE_MAILBOXES,
    Locale,
    Name,
)
from orchestration.synthetic.parameters import (
    ACQUISITION_CHANNELS,
    ACQUISITION_WEIGHTS,
    FAMILY_PHONE_SHARE,
    GENDER_WEIGHTS,
    GENDERS,
    LOYALTY_SHARE,
    MARKETING_CONSENT_SHARE,
    REFERRED_SPEND_FACTOR,
    ROLE_MAILBOX_SHARE,
)
from orchestration.synthetic.people import People
from orchestration.synthetic.randomness import (
    Flags,
    Integers,
    Streams,
    happens,
    pick,
)

NO_MAIL_SHARE = 0.04
NO_PHONE_SHARE = 0.15
NO_BIRTH_DATE_SHARE = 0.2
NO_OCCUPATION_SHARE = 0.3
OLDEST, YOUNGEST = date(1944, 1, 1), date(2007, 1, 1)
REFERRAL = ACQUISITION_CHANNELS.index("referral")
FEMALE, MALE = GENDERS.index("female"), GENDERS.index("male")
PREFERRED_CHANNELS = ("email", "phone", "sms", "app", "post")


@dataclass(frozen=True)
class Profiles(Arrays):
    """What is true of each person; phones are national numbers without a zero."""

    gender: Integers
    given_name: Texts
    family_name: Texts
    given_name_latin: Texts
    family_name_latin: Texts
    mailbox: Texts  # before the @, with one dot
    email: Texts
    phone: Texts
    birth_day: Integers  # since 1970
    place: Integers
    language: Texts
    occupation: Integers
    acquisition_channel: Integers
    referrer: Integers  # a person, or MISSING
    preferred_channel: Integers
    has_consent: Flags
    is_member: Flags  # of the loyalty programme


def profiles_of(streams: Streams, people: People) -> Profiles:
    """Draw the profiles of a chunk of people."""
    random = streams("profiles")
    size = len(people)
    gender = pick(random, GENDER_WEIGHTS, size)
    names = _names(random, people, gender)
    mailbox, email = _mails(random, people, names[2], names[3])
    language = np.full(size, None, dtype=object)
    place = np.zeros(size, dtype=np.int64)
    for market, locale in enumerate(LOCALES):
        here = np.flatnonzero(people.market == market)
        others = len(locale.languages) - 1
        weights = [0.92, *[0.08 / others] * others]
        language[here] = _texts(locale.languages)[pick(random, weights, len(here))]
        place[here] = random.integers(0, len(locale.places), len(here))
    channel = pick(random, ACQUISITION_WEIGHTS, size)
    channel = where(channel < len(ACQUISITION_CHANNELS), channel)
    occupation = random.integers(0, len(OCCUPATIONS), size)
    return Profiles(
        gender=where(gender < len(GENDERS), gender),
        given_name=names[0],
        family_name=names[1],
        given_name_latin=names[2],
        family_name_latin=names[3],
        mailbox=mailbox,
        email=email,
        phone=_phones(random, people),
        birth_day=_birth_days(random, size),
        place=place,
        language=language,
        occupation=where(~happens(random, NO_OCCUPATION_SHARE, size), occupation),
        acquisition_channel=channel,
        referrer=_referrers(random, people, channel == REFERRAL),
        preferred_channel=pick(random, (0.5, 0.12, 0.1, 0.2, 0.08), size),
        has_consent=happens(random, MARKETING_CONSENT_SHARE, size),
        is_member=happens(random, LOYALTY_SHARE, size) & (people.shop_id != MISSING),
    )


def with_referred_spend(people: People, profiles: Profiles) -> People:
    """Let those whom another customer brought spend more with each order."""
    factor = np.where(profiles.referrer == MISSING, 1.0, REFERRED_SPEND_FACTOR)
    return replace(people, spend_scale=people.spend_scale / factor)


def _texts(values: tuple[str, ...]) -> Texts:
    return np.array(values, dtype=object)


def _names(
    random: np.random.Generator, people: People, gender: Integers
) -> tuple[Texts, Texts, Texts, Texts]:
    """Return given and family names as written, then both in Latin letters."""
    size = len(people)
    coin = happens(random, 0.5, size)
    is_woman = (gender == FEMALE) | ((gender != MALE) & coin)
    columns = tuple(np.full(size, None, dtype=object) for _ in range(4))
    given_name, family_name, given_latin, family_latin = columns
    draw = random.random((2, size))

    def fill(rows: Integers, names: tuple[Name, ...], luck: int) -> None:
        position = (draw[luck, rows] * len(names)).astype(np.int64)
        written, latin = (_texts(part) for part in zip(*names, strict=True))
        columns[luck][rows] = written[position]
        columns[luck + 2][rows] = latin[position]

    for market, locale in enumerate(LOCALES):
        is_here = people.market == market
        fill(np.flatnonzero(is_here & is_woman), locale.women, 0)
        fill(np.flatnonzero(is_here & ~is_woman), locale.men, 0)
        fill(np.flatnonzero(is_here), locale.families, 1)
    return given_name, family_name, given_latin, family_latin


def slug(name: str) -> str:
    """Return a name as mail addresses hold it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub("[^a-z]", "", plain.lower())


def _mails(
    random: np.random.Generator, people: People, given: Texts, family: Texts
) -> tuple[Texts, Texts]:
    """Return mailboxes and addresses: one's own, a shared role mailbox, or none."""
    size = len(people)
    slugs = {name: slug(name) for name in {*given.tolist(), *family.tolist()}}
    mailbox = _texts(
        tuple(
            f"{slugs[first]}.{slugs[last]}{number}"
            for first, last, number in zip(
                given.tolist(),
                family.tolist(),
                (people.number + 1).tolist(),
                strict=True,
            )
        )
    )
    domain = _texts(MAIL_DOMAINS)[random.integers(0, len(MAIL_DOMAINS), size)]
    email = mailbox + "@" + domain
    role = _texts(ROLE_MAILBOXES)[random.integers(0, len(ROLE_MAILBOXES), size)]
    email[happens(random, NO_MAIL_SHARE, size)] = None
    is_role = happens(random, ROLE_MAILBOX_SHARE, size)
    email[is_role] = role[is_role]
    return mailbox, email


def _phones(random: np.random.Generator, people: People) -> Texts:
    """Return national numbers; a family shares the number of one of them."""
    phone = np.full(len(people), None, dtype=object)
    for row, (market, number) in enumerate(
        zip(people.market.tolist(), people.number.tolist(), strict=True)
    ):
        phone[row] = _phone(LOCALES[market], number)
    phone[happens(random, NO_PHONE_SHARE, len(people))] = None
    by_market = np.argsort(people.market, kind="stable")
    is_family = happens(random, FAMILY_PHONE_SHARE, len(people) - 1)
    is_family &= np.diff(people.market[by_market]) == 0
    phone[by_market[1:][is_family]] = phone[by_market[:-1][is_family]]
    return phone


def _phone(locale: Locale, number: int) -> str | None:
    """Return the number-th phone of the market's ranges, if they hold so many."""
    running, block = divmod(number, len(locale.phone_blocks))
    begin, _, _ = locale.phone_blocks[block].partition("#")
    digits = len(locale.phone_blocks[block]) - len(begin)
    return f"{begin}{running:0{digits}d}" if running < 10**digits else None


def _birth_days(random: np.random.Generator, size: int) -> Integers:
    """Draw birthdays; missing for some."""
    low, high = (OLDEST - EPOCH).days, (YOUNGEST - EPOCH).days
    day = (low + (high - low) * random.beta(2.2, 1.6, size)).astype(np.int64)
    return where(~happens(random, NO_BIRTH_DATE_SHARE, size), day)


def _referrers(
    random: np.random.Generator, people: People, is_referred: Flags
) -> Integers:
    """Draw who brought whom: both are profiled in the shop, one bought there before."""
    luck = random.random(len(people))
    referrer = (luck * np.arange(len(people))).astype(np.int64)
    is_recorded = people.is_profiled & (people.shop_id != MISSING)
    can_refer = people.is_buyer & is_recorded
    is_earlier = people.arrival_day[referrer] < people.arrival_day
    is_referred = is_referred & is_recorded & can_refer[referrer] & is_earlier
    return where(is_referred, referrer)
