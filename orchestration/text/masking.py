"""Messages of the engines without the values of rows, fit for a terminal and a log.

DuckDB quotes the value that it could not convert; that value may be a mail address.
What a message says of names (columns, tables, files) stays.
"""

import re

# Raised while SQL is read, before any row is: these quote names only.
ERRORS_ABOUT_NAMES = (
    "Binder Error",
    "Catalog Error",
    "Compilation Error",
    "Parser Error",
    "IO Error",
    "Dependency Error",
    "Permission Error",
    "Out of Memory Error",
)
# The tail of a DuckDB message that shows the statement; statements hold no rows.
STATEMENT = re.compile(r"\n\s*(?:LINE \d+:|\^).*", re.DOTALL)
QUOTED = re.compile(r"'(?:[^']|'(?=\w))*'|\"[^\"]*\"")
NUMBER = re.compile(r"(?<![\w.])[+-]?\d[\d.:/ -]*\d(?![\w])")


def without_values(message: str) -> str:
    """Return a message with every quoted text and long number of a row masked."""
    about = STATEMENT.sub("", message)
    if any(kind in about for kind in ERRORS_ABOUT_NAMES):
        return message.strip()
    return NUMBER.sub("…", QUOTED.sub("'…'", about)).strip()
