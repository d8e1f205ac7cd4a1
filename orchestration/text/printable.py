"""Names that others chose, fit for a terminal and a log.

A file or a column may be called anything, also by characters that a terminal obeys. The
one place where such characters are made visible.
"""

import re

# control characters, those that turn the direction of writing or cannot be seen, line
# and paragraph separators, and halves of characters that no encoding writes
_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff]"
)


def shown(text: str) -> str:
    r"""Return one line in which each such character is written as \x1b or \u202e."""
    return _OBEYED.sub(_escaped, text)


def shown_lines(text: str) -> str:
    """Return a text of several lines, each of them as `shown` writes it."""
    return "\n".join(map(shown, text.split("\n")))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
