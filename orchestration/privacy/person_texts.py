"""Finding a person in a text, by full name, mail address or phone number.

Belongs here: texts in, texts out. Does not belong here: where texts come from. Case,
accents, the order of names and how a number is grouped do not matter. A name of one
Latin word alone is not looked for: it is a word that others may mean otherwise.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

ERASED = "(erased)"
SHORTEST_PHONE = 7
SHORTEST_PART_OF_PHONE = 8
# What looks like a mail address or a phone number in any text, for SQL engines: no name
# is needed to see it. A phone number has a `+`, or separators between its digits; days
# and plain numbers are none.
MAIL_ADDRESS = r"[^@\s;,<>]+@[^@\s;,<>]+\.[A-Za-z]{2,}"
PHONE_NUMBER = (
    r"[+][(]?[0-9]([ ./()-]{0,2}[0-9]){6,14}"
    r"|\b0[0-9]{2,4}[ ./-]{1,3}[0-9]{2,4}([ ./-]?[0-9]{2,4}){2,}"
    r"|[(]0[0-9]{1,5}[)][ ./-]{0,2}[0-9]{2,}([ ./-]?[0-9]{2,})+"
    r"|([(]\b[0-9]{3}[)][ .-]{0,2}|\b[0-9]{3}[ .-])[0-9]{3,4}[ .-][0-9]{4}\b"
)

_MAIL = re.compile(r"[^\s@,;:<>()\[\]\"'|]+@[^\s@,;:<>()\[\]\"'|]+\w")
_PHONE = re.compile(r"\+?\(?\d(?:[ \t./()\u00a0-]{0,3}\d){5,}")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Person:
    """What one person is known by, each value as it landed; empty ones do not count."""

    names: frozenset[str]
    mails: frozenset[str]
    phones: frozenset[str]

    def is_in(self, text: str) -> bool:
        """Say whether a text holds the person."""
        return next(self._spans(text), None) is not None

    def erased_from(self, text: str) -> str:
        """Return a text with `(erased)` where it held the person."""
        merged: list[tuple[int, int]] = []
        for begin, end in sorted(self._spans(text)):
            if merged and begin < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((begin, end))
        for begin, end in reversed(merged):
            text = text[:begin] + ERASED + text[end:]
        return text

    @cached_property
    def words(self) -> frozenset[str]:
        """A word of each name, folded: a text without any of them holds no name."""
        return frozenset(
            max(words_of(name), key=len) for name in self.names if is_telling(name)
        )

    @cached_property
    def mailboxes(self) -> frozenset[str]:
        """The mail addresses, lower case, without what stands behind a plus."""
        return frozenset(mailbox(mail) for mail in self.mails if "@" in mail)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The digits of the phone numbers, without zeros in front."""
        digits = (significant_digits(phone) for phone in self.phones)
        return frozenset(d for d in digits if len(d) >= SHORTEST_PHONE)

    @cached_property
    def _name_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_name_pattern(name) for name in self.names if is_telling(name))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        yield from self._spans_of_mails(text)
        yield from self._spans_of_phones(text)
        yield from self._spans_of_names(text)

    def _spans_of_mails(self, text: str) -> Iterator[tuple[int, int]]:
        for found in _MAIL.finditer(text):
            if mailbox(found[0]) in self.mailboxes:
                yield found.span()

    def _spans_of_phones(self, text: str) -> Iterator[tuple[int, int]]:
        for found in _PHONE.finditer(text):
            digits = significant_digits(found[0])
            if any(_is_same_number(digits, number) for number in self.numbers):
                yield found.span()

    def _spans_of_names(self, text: str) -> Iterator[tuple[int, int]]:
        if not self._name_patterns:
            return
        plain, places = _folded_with_places(text)
        for pattern in self._name_patterns:
            for found in pattern.finditer(plain):
                yield places[found.start()], places[found.end() - 1] + 1


def folded(text: str) -> str:
    """Return a text in lower case without accents."""
    return _folded_with_places(text)[0]


def words_of(name: str) -> list[str]:
    """Return the words of a name, folded."""
    return _WORDS.findall(folded(name))


def is_telling(name: str) -> bool:
    """Say whether a name alone tells a person: two words, or one of another script."""
    words = words_of(name)
    return len(words) > 1 or any(len(w) > 1 and not w.isascii() for w in words)


def mailbox(mail: str) -> str:
    """Return a mail address in lower case, without what stands behind a plus."""
    box, _, domain = mail.strip().lower().partition("@")
    return f"{box.partition('+')[0]}@{domain}"


def significant_digits(phone: str) -> str:
    """Return the digits of a phone number without zeros in front."""
    return "".join(c for c in phone.replace("(0)", "") if c in "0123456789").lstrip("0")


def person_of(
    names: Iterable[str | None],
    mails: Iterable[str | None],
    phones: Iterable[str | None],
) -> Person:
    """Return a person without empty values."""
    given = (
        [v.strip() for v in kind if v and v.strip()] for kind in (names, mails, phones)
    )
    return Person(*map(frozenset, given))


def _is_same_number(found: str, number: str) -> bool:
    if found == number:
        return True
    short, long = sorted((found, number), key=len)
    return len(short) >= SHORTEST_PART_OF_PHONE and long.endswith(short)


def _name_pattern(name: str) -> re.Pattern[str]:
    """Match the words in their order and the other way round, whatever is between."""
    words = words_of(name)
    turned = [words[-1:] + words[:-1], words[1:] + words[:1], words[::-1]]
    orders = dict.fromkeys(
        r"[\W_]*".join(map(re.escape, order)) for order in (words, *turned)
    )
    either = f"(?:{'|'.join(orders)})"
    # other scripts may not set words apart
    bounded = rf"(?<![^\W_]){either}(?![^\W_])"
    return re.compile(bounded if "".join(words).isascii() else either)


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and the place that each of its characters has in it."""
    characters, places = [], []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFD", character.lower()):
            if not unicodedata.combining(part):
                characters.append(part)
                places.append(place)
    return "".join(characters), places
