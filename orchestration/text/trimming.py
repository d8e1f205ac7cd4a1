"""What is trimmed from the ends of a landed text: all that cannot be seen.

Belongs here: the list and the two ways to apply it outside dbt. Inside dbt the macro
`trimmed` does the same job by the same list (macros/staging/invisible_characters.sql).
"""

# Unicode White_Space, Cc (control) and Cf (format), frozen at Unicode 15.0: a list that
# moved with Python would trim yesterday's key to another one today
INVISIBLE: tuple[tuple[int, int], ...] = (
    (0x0, 0x20),
    (0x7F, 0xA0),
    (0xAD, 0xAD),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x1680, 0x1680),
    (0x180E, 0x180E),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x2064),
    (0x2066, 0x206F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0001, 0xE0001),
    (0xE0020, 0xE007F),
)
_CHARACTERS = "".join(
    chr(code) for first, last in INVISIBLE for code in range(first, last + 1)
)
_CLASS = (
    "[" + "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in INVISIBLE) + "]"
)


def stripped(text: str) -> str:
    """Return the text without what cannot be seen at its ends."""
    return text.strip(_CHARACTERS)


def trimmed(expression: str) -> str:
    """Return DuckDB SQL that does to a text what `stripped` does; null stays null."""
    return f"regexp_replace({expression}, '^{_CLASS}+|{_CLASS}+$', '', 'g')"


def filled(expression: str) -> str:
    """Return DuckDB SQL for the trimmed text, null where nothing is left of it."""
    return f"nullif({trimmed(expression)}, '')"
