"""The address of a database schema that is landed; it is never shown in full.

Belongs here: which address means a database, and what it says. Does not belong here:
how a database is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from orchestration.text.printable import shown

DUCKDB, POSTGRES = "duckdb", "postgresql"
SCHEMES = {"duckdb": DUCKDB, "postgresql": POSTGRES, "postgres": POSTGRES}
DEFAULT_SCHEMAS = {DUCKDB: "main", POSTGRES: "public"}


@dataclass(frozen=True)
class DatabaseAddress:
    """Where a schema is read, without being shown: it may hold a password.

    `parameters` are those of libpq for Postgres; `path` is the file for DuckDB.
    """

    kind: str
    schema: str
    told: str
    path: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.told

    def without_secrets(self, message: str) -> str:
        """Return what a driver said, on one line, without the password."""
        line = " ".join(message.split())
        secret = self.parameters.get("password")
        return shown(line.replace(secret, "***") if secret else line)


def is_address(text: str) -> bool:
    """Say whether a landing is named by an address instead of a path."""
    return "://" in text


def parsed_address(text: str) -> DatabaseAddress:
    """Read an address; raise ValueError with what is expected, never with the text."""
    try:
        parts = urlsplit(text)
        kind = SCHEMES.get(parts.scheme.lower())
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        port = parts.port
    except ValueError:
        raise ValueError(_expected()) from None
    path = unquote(parts.path)
    schema = options.pop("schema", "") or DEFAULT_SCHEMAS.get(kind or "", "")
    if kind == DUCKDB and path and not parts.netloc and not options:
        return DatabaseAddress(
            kind, schema, f"duckdb://{path}?schema={schema}", Path(path)
        )
    if kind == POSTGRES and path.strip("/"):
        parameters = {
            "host": parts.hostname,
            "port": str(port) if port else None,
            "user": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "dbname": path.strip("/"),
            **options,
        }
        return DatabaseAddress(
            kind,
            schema,
            _told_postgres(parts, port, schema),
            parameters={name: value for name, value in parameters.items() if value},
        )
    raise ValueError(_expected())


def _told_postgres(parts: SplitResult, port: int | None, schema: str) -> str:
    user = f"{parts.username}@" if parts.username else ""
    host = f"{parts.hostname or ''}{f':{port}' if port else ''}"
    return f"postgresql://{user}{host}{parts.path}?schema={schema}"


def _expected() -> str:
    return (
        "expected a folder, duckdb:///path/to/file.duckdb?schema=shop or "
        "postgresql://user@host/database?schema=shop"
    )
