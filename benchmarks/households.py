"""A truth set of invented households: what makes people look like one, or like two.

Belongs here: who lives where, and how their records are written. The names are common
ones drawn at random, the mail addresses lie in domains reserved for examples. How well
the records are told apart is measured in `identity_truth`.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

SEED = 3

GIVEN = tuple(
    """
    Adam Alice Amelia Andreas Anna Anton Ben Bruno Carla Carlos Chloe Clara Daniel
    David Diego Elena Emil Erik Eva Felix Finn Frieda Georg Grace Greta Hannah Henry
    Hugo Ida Irene Jakob James Johanna Julia Karl Katharina Laura Lea Leon Louis Lucas
    Marie Marta Max Mia Nina Noah Nora Oliver Oscar Paul Pia Rosa Ruth Samuel Sophie
    Stefan Theo Vera
    """.split()  # noqa: SIM905
)
FAMILY = tuple(
    """
    Adler Albers Baker Barnes Becker Bergmann Brandt Brooks Carter Castillo Clarke
    Cooper Dietrich Duarte Ebert Edwards Engel Fischer Fletcher Foster Franke Garcia
    Gibson Graf Haas Hansen Harris Hoffmann Hughes Jansen Jenkins Keller Klein Koch
    Krause Lang Lehmann Lopez Marshall Meyer Moore Morales Neumann Novak Ortega Otto
    Parker Peters Pohl Porter Reed Richter Rivera Roth Russell Schmidt Schulz Simon
    Stone Vogel Wagner Walker Weber Winkler Wolf Wood Young Ziegler
    """.split()  # noqa: SIM905
)
FAMILY_FIRST = (("佐藤", "蓮"), ("佐藤", "花"), ("佐藤", "翔"), ("佐藤", "葵"))
TWINS = (("Emma", "Ella"), ("Jan", "Jana"), ("Tim", "Tom"), ("Mario", "Maria"))
NICKNAMES = {"Robert": "Rob", "Elizabeth": "Liz", "Thomas": "Tom", "Katherine": "Kate"}
PLACES = (
    ("DE", "Berlin", "10"),
    ("DE", "Hamburg", "20"),
    ("DE", "Köln", "50"),
    ("US", "Boston", "02"),
    ("US", "Chicago", "60"),
    ("GB", "Leeds", "LS"),
)
PREFIXES = {"DE": "+49", "US": "+1", "GB": "+44"}


@dataclass(frozen=True)
class Record:
    """One customer record; `person` is the truth."""

    person: str
    full_name: str = ""
    birth_date: str = ""
    email: str = ""
    phone: str = ""
    country_code: str = ""
    city: str = ""
    postcode: str = ""


@dataclass
class Village:
    """Draws people and places; the same seed gives the same ones."""

    draw: random.Random
    people: int = 0
    households: int = 0
    numbers: set[int] = field(default_factory=set)

    def person(self) -> str:
        """Name a new person."""
        self.people += 1
        return f"person-{self.people}"

    def home(self) -> Record:
        """Return what the records of a new household share, under one family name."""
        self.households += 1
        country, city, prefix = self.draw.choice(PLACES)
        family = self.draw.choice(FAMILY)
        return Record(
            person="",
            full_name=family,
            email=f"{family.lower()}.{self.households}@example.com",
            phone=self.phone(country),
            country_code=country,
            city=city,
            postcode=f"{prefix}{self.draw.randint(100, 999)}",
        )

    def phone(self, country: str) -> str:
        """Return a number nobody has yet, in the international form."""
        while (number := self.draw.randint(201_200_0000, 789_899_9999)) in self.numbers:
            continue
        self.numbers.add(number)
        return f"{PREFIXES[country]} {number}"

    def given(self, count: int = 1) -> list[str]:
        """Draw different given names."""
        return self.draw.sample(GIVEN, count)

    def birth(self, first: int = 1945, last: int = 1999) -> date:
        """Draw a birth date, not the first of a month, which can stand for unknown."""
        start = date(first, 1, 2)
        days = (date(last, 12, 31) - start).days
        return start + timedelta(days=self.draw.randrange(days))

    def own_mail(self, given: str) -> str:
        """Return a mail address nobody has yet."""
        self.households += 1
        return f"{given.lower()}{self.households}@example.net"


def member(home: Record, person: str, given: str, birth: date | None) -> Record:
    """Return a record of somebody who lives there."""
    return replace(
        home,
        person=person,
        full_name=f"{given} {home.full_name}",
        birth_date=birth.isoformat() if birth else "",
    )


def couple(village: Village) -> Iterator[Record]:
    """Two who share mail, phone and address; each has a second record."""
    home = village.home()
    for given in village.given(2):
        record = member(home, village.person(), given, village.birth())
        yield record
        yield replace(record, full_name=f"{home.full_name}, {given}", phone="")


def family(village: Village) -> Iterator[Record]:
    """Parents and children on one mail address; the children have no birth date."""
    home = village.home()
    for number, given in enumerate(village.given(4)):
        birth = village.birth(1960, 1985) if number < 2 else None
        record = member(home, village.person(), given, birth)
        yield record
        yield replace(record, email="" if number < 2 else record.email)


def father_and_son(village: Village) -> Iterator[Record]:
    """The same name, mail, phone and address, a generation apart."""
    home = village.home()
    [given] = village.given()
    births = village.birth(1945, 1960), village.birth(1975, 1995)
    for birth in births:
        record = member(home, village.person(), given, birth)
        yield record
        yield replace(record, phone="")


def twins(village: Village) -> Iterator[Record]:
    """The same birth date, family name, mail and address; alike given names."""
    home, birth = village.home(), village.birth()
    for given in village.draw.choice(TWINS):
        record = member(home, village.person(), given, birth)
        yield record
        yield replace(record, city=home.city.upper())


def typing_errors(village: Village) -> Iterator[Record]:
    """One person, written wrongly in other ways each time, on their own mail."""
    home, birth = village.home(), village.birth()
    [given] = village.given()
    record = member(home, village.person(), given, birth)
    place = village.draw.randrange(1, len(home.full_name) - 1)
    letters = list(home.full_name)
    letters[place], letters[place - 1] = letters[place - 1], letters[place]
    yield record
    yield replace(record, full_name=f"{given} {''.join(letters)}", phone="")
    slip = birth + timedelta(days=village.draw.choice((1, 10, 31)))
    yield replace(record, birth_date=slip.isoformat(), email=record.email.upper())


def new_family_name(village: Village) -> Iterator[Record]:
    """One person before and after a marriage, and with both names."""
    home = village.home()
    [given] = village.given()
    record = member(home, village.person(), given, village.birth())
    other = village.draw.choice([name for name in FAMILY if name != home.full_name])
    yield record
    yield replace(record, full_name=f"{given} {other}", phone="")
    yield replace(record, full_name=f"{given} {home.full_name}-{other}", email="")


def nickname(village: Village) -> Iterator[Record]:
    """One person under a full and a short name."""
    home = village.home()
    given = village.draw.choice(sorted(NICKNAMES))
    record = member(home, village.person(), given, village.birth())
    yield record
    yield replace(record, full_name=f"{NICKNAMES[given]} {home.full_name}")


def office(village: Village) -> Iterator[Record]:
    """Colleagues who give the phone of the office; some have a second record."""
    home = village.home()
    for number, given in enumerate(village.given(6)):
        family_name = village.draw.choice(FAMILY)
        birth = village.birth() if number % 2 else None
        record = member(
            replace(home, full_name=family_name, email=village.own_mail(given)),
            village.person(),
            given,
            birth,
        )
        yield record
        if number < 2:
            yield replace(record, phone="")


def role_mail(village: Village) -> Iterator[Record]:
    """People of one firm who order with its info@ address."""
    home = village.home()
    mail = f"info@firm{village.households}.example.com"
    for given in village.given(3):
        family_name = village.draw.choice(FAMILY)
        shared = replace(home, full_name=family_name, email=mail, phone="")
        yield member(shared, village.person(), given, None)


def recycled_phone(village: Village) -> Iterator[Record]:
    """A number that two strangers had, one after the other."""
    first, second = village.home(), village.home()
    for home in (first, replace(second, phone=first.phone)):
        [given] = village.given()
        record = member(home, village.person(), given, village.birth())
        yield record
        yield replace(record, phone="")


def namesakes(village: Village) -> Iterator[Record]:
    """Strangers of one name in one city."""
    home = village.home()
    [given] = village.given()
    for _ in range(3):
        stranger = replace(home, email=village.own_mail(given), phone="", postcode="")
        yield member(stranger, village.person(), given, village.birth())


def family_name_first(village: Village) -> Iterator[Record]:
    """A family whose family name is written first, on one mail address."""
    home = village.home()
    for name in village.draw.sample(FAMILY_FIRST, 2):
        record = replace(
            home,
            person=village.person(),
            full_name=" ".join(name),
            country_code="JP",
            phone="",
        )
        yield record
        yield record


def phone_only(village: Village) -> Iterator[Record]:
    """One person known by phone, which is written in two ways, with two mails."""
    home = village.home()
    [given] = village.given()
    record = member(home, village.person(), given, None)
    national = home.phone.split(" ")[1]
    trunk = "" if home.country_code == "US" else "0"
    yield record
    yield replace(record, email=village.own_mail(given), phone=f"{trunk}{national}")


def only_a_mail(village: Village) -> Iterator[Record]:
    """One person whose newsletter record has a mail address and nothing else."""
    home = village.home()
    [given] = village.given()
    record = member(home, village.person(), given, village.birth())
    yield record
    yield Record(person=record.person, email=record.email)


def siblings_alike(village: Village) -> Iterator[Record]:
    """Alike given names on one mail, and no birth date to tell them apart."""
    home = village.home()
    for given in village.draw.choice(TWINS):
        yield member(home, village.person(), given, None)


def alone(village: Village) -> Iterator[Record]:
    """People with one record and nothing to share."""
    for _ in range(8):
        home = village.home()
        [given] = village.given()
        yield member(home, village.person(), given, village.birth())


# how many households of each kind
KINDS: dict[Callable[[Village], Iterator[Record]], int] = {
    couple: 60,
    family: 40,
    father_and_son: 15,
    twins: 15,
    typing_errors: 60,
    new_family_name: 30,
    nickname: 20,
    office: 20,
    role_mail: 20,
    recycled_phone: 15,
    namesakes: 15,
    family_name_first: 15,
    phone_only: 40,
    only_a_mail: 30,
    siblings_alike: 6,
    alone: 60,
}


def records(seed: int = SEED) -> list[Record]:
    """Return the records of all households, mixed."""
    village = Village(random.Random(seed))
    found = [
        replace(record, person=f"{kind.__name__} {record.person}")
        for kind, count in KINDS.items()
        for _ in range(count)
        for record in kind(village)
    ]
    village.draw.shuffle(found)
    return found
