"""Texts and names as they stand in SQL.

Belongs here: quoting alone. Does not belong here: what the SQL asks.
"""


def quoted_text(text: str) -> str:
    """Return an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
