"""Keyed values: HMAC-SHA256 as Python computes it, and null without a key."""

import hashlib
import hmac
import re
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt.keyed import hmac_pads, set_key
from orchestration.settings.errors import SettingsError
from orchestration.settings.secrets import secret_key

MACRO = Path("macros/dialect/keyed.sql")
TEXTS = [
    "",
    "100023",
    "crm:7|x",
    "Zoë Ångström",
    "张伟",
    "👩‍👩‍👧 family",
    "'; drop table x; --",
    "a\x00b",
    "tab\tand\nline",
    "x" * 10_000,
    *(str(number) for number in range(500)),
]
KEYS = [
    b"0123456789abcdef",
    b"k" * 63,
    b"k" * 64,
    b"k" * 65,
    "clé à molette, 密钥 🔑 and more of it".encode() * 3,
    bytes(range(1, 256)),
]


def keyed_in_sql(key: bytes | None, texts: list[str | None]) -> list[str | None]:
    """What the macro's own expression says of each text."""
    body = re.search(
        r"duckdb__keyed\(text\) -%\}(.*?)\{%- endmacro", MACRO.read_text(), re.DOTALL
    )
    assert body is not None
    expression = body[1].replace("{{ text }}", "text")
    with duckdb.connect() as connection:
        set_key(connection, key)
        rows = connection.execute(
            f"select {expression} from (select unnest(?::varchar[]) as text)", [texts]
        ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("key", KEYS, ids=len)
def test_keyed_is_hmac_sha256(key: bytes) -> None:
    expected = [
        hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for text in TEXTS
    ]
    assert keyed_in_sql(key, [*TEXTS, None]) == [*expected, None]


def test_another_key_gives_other_values() -> None:
    one, other = (keyed_in_sql(key, [*TEXTS]) for key in KEYS[:2])
    assert not set(one) & set(other)


def test_without_a_key_everything_is_null() -> None:
    assert keyed_in_sql(None, ["100023", "", None]) == [None, None, None]


def test_pads_without_a_key_are_null() -> None:
    assert set(hmac_pads(None).values()) == {None}


def test_the_key_comes_from_the_environment_without_the_space_around_it() -> None:
    given = {"CUSTOMER360_SECRET_KEY": " 0123456789abcdef\n"}
    assert secret_key(given) == b"0123456789abcdef"


@pytest.mark.parametrize("given", [{}, {"CUSTOMER360_SECRET_KEY": "  "}])
def test_an_empty_key_is_none(given: dict[str, str]) -> None:
    assert secret_key(given) is None


def test_a_key_that_can_be_guessed_is_refused_without_being_told() -> None:
    with pytest.raises(SettingsError, match="shorter than 16") as refusal:
        secret_key({"CUSTOMER360_SECRET_KEY": "swordfish"})
    assert "swordfish" not in str(refusal.value)
