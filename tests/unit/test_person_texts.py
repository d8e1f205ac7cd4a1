"""A person is found in a text however name, mail and number are written there."""

from pathlib import Path

import pytest

from orchestration.privacy.person_texts import (
    MAIL_ADDRESS,
    PHONE_NUMBER,
    Person,
    person_of,
)

ZOE = person_of(
    ["Zoë Quill-Müller", None, " "],
    ["Zoe.Quill@example.com"],
    ["0700/0000001", "+81 700 0000001"],
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I met zoe quill muller today", "I met (erased) today"),
        ("QUILL-MÜLLER, Zoë called", "(erased) called"),
        ("mail zoe.quill+news@EXAMPLE.com.", "mail (erased)."),
        ("call 0081 700-000-0001 now", "call (erased) now"),
        ("Zoë Quill-Müller, 0700 0000001", "(erased), (erased)"),
    ],
)
def test_what_names_the_person_goes(text: str, left: str) -> None:
    assert ZOE.is_in(text)
    assert ZOE.erased_from(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Zoe is a common name, so is Quill",
        "azoe quill mullers",
        "xzoe.quill@example.com",
        "order 12345, 0700/0000002",
    ],
)
def test_what_names_others_stays(text: str) -> None:
    assert not ZOE.is_in(text)
    assert ZOE.erased_from(text) == text


def test_scripts_without_blanks() -> None:
    person = person_of(["佐藤 蓮"], [], [])
    assert person.erased_from("佐藤蓮さんと話した") == "(erased)さんと話した"


def test_one_latin_word_alone_is_no_name() -> None:
    assert not person_of(["Rose"], [], []).is_in("Rose tea")


def test_nobody_is_nowhere() -> None:
    assert not Person(frozenset(), frozenset(), frozenset()).is_in("anything at all")


def test_the_macro_masks_by_the_same_patterns() -> None:
    macro = Path(__file__).parents[2] / "macros" / "dialect" / "without_people.sql"
    text = macro.read_text()
    assert f"{{%- set mail -%}}\n        {MAIL_ADDRESS}\n" in text
    assert f"{{%- set phones -%}}\n        {PHONE_NUMBER}\n" in text
