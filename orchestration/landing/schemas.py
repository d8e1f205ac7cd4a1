"""Tables of a database as Parquet files, for the loader that reads files.

Belongs here: reading DuckDB and Postgres, and which of their types a Parquet file
cannot hold as they are. What a value of a type means is the business of the loader.

Columns of the contract come with their values, others with their names alone: the
loader tells of them, and what nobody reads is not copied. Nothing is installed or
downloaded.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import duckdb

from orchestration.landing.contract import Table
from orchestration.landing.report import LandingChangedError, LandingError
from orchestration.landing.source import COMMAS_AND_QUOTES, read_text
from orchestration.settings.database_address import DUCKDB, DatabaseAddress
from orchestration.text.masking import without_values
from orchestration.text.quoting import quoted_name, quoted_text

# types that Parquet and the loader hold exactly; others become text before they do
_KEPT = re.compile(
    r"(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL\(\d+,\s*\d+\)|FLOAT|DOUBLE"
    r"|VARCHAR|BLOB|DATE|TIMESTAMP( WITH TIME ZONE|_S|_MS|_NS)?)(\[\])?"
)
_NESTED = ("STRUCT", "MAP", "UNION")
_CONNECT_SECONDS = "15"


class Schema(Protocol):
    """A schema that is open for reading, as of one moment."""

    @property
    def tables(self) -> list[str]:
        """Names of its tables and views, as it writes them."""

    def export(self, name: str, table: Table, file: Path) -> int:
        """Write a table as Parquet; return its rows. Raises LandingError."""


@contextmanager
def opened_schema(address: DatabaseAddress, scratch: Path) -> Iterator[Schema]:
    """Open a schema; raise LandingError where that fails, also while it is read."""
    opened = _duckdb_schema if address.kind == DUCKDB else _postgres_schema
    with opened(address, scratch) as schema:
        yield schema


# ------------------------------------------------------------------------------ DuckDB


@contextmanager
def _duckdb_schema(address: DatabaseAddress, scratch: Path) -> Iterator[Schema]:
    path = address.path
    assert path is not None
    if not path.is_file():
        raise LandingError(
            [f"{address}: there is no such file. See CUSTOMER360_LANDING."]
        )
    try:
        with _writer(scratch) as connection:
            connection.execute(f"attach {quoted_text(str(path))} as source (read_only)")
            connection.execute("begin")
            yield _DuckDBSchema(address, connection)
    except duckdb.IOException as error:
        # who writes into it may be done in a while
        raise LandingChangedError([_told(address, error)]) from None
    except duckdb.Error as error:
        raise LandingError([_told(address, error)]) from None


class _DuckDBSchema:
    def __init__(
        self, address: DatabaseAddress, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self._address = address
        self._connection = connection
        rows = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns()"
            " where database_name = 'source' and schema_name = ? and not internal"
            " order by table_name, column_index",
            [address.schema],
        ).fetchall()
        self._columns: dict[str, dict[str, str]] = {}
        for table, column, data_type in rows:
            self._columns.setdefault(table, {})[column] = data_type

    @property
    def tables(self) -> list[str]:
        return list(self._columns)

    def export(self, name: str, table: Table, file: Path) -> int:
        relation = ".".join(map(quoted_name, ("source", self._address.schema, name)))
        columns = {
            column: _plain(self._connection, relation, column, data_type)
            for column, data_type in self._columns[name].items()
            if _is_known(column, table)
        }
        return _written(
            self._connection, relation, columns, list(self._columns[name]), table, file
        )


def _plain(
    connection: duckdb.DuckDBPyConnection, relation: str, column: str, data_type: str
) -> str:
    """Return SQL for a column in a type that a Parquet file holds exactly."""
    named = quoted_name(column)
    if data_type == "JSON":
        return plain_json(connection, relation, named)
    if _KEPT.fullmatch(data_type) or data_type.startswith(_NESTED):
        return named
    if data_type.endswith("]"):
        return plain_json(connection, relation, f"to_json({named})")
    return f"cast({named} as varchar)"


# ---------------------------------------------------------------------------- Postgres


@contextmanager
def _postgres_schema(address: DatabaseAddress, scratch: Path) -> Iterator[Schema]:
    import psycopg2

    try:
        connection = psycopg2.connect(
            **{
                "connect_timeout": _CONNECT_SECONDS,
                "application_name": "customer360",
                **address.parameters,
            }
        )
    except psycopg2.Error as error:
        # it may be up again in a while
        raise LandingChangedError([_told(address, error)]) from None
    try:
        # one moment for all tables
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        connection.set_client_encoding("UTF8")
        with connection.cursor() as cursor, _writer(scratch) as writer:
            cursor.execute("set time zone 'UTC'")
            cursor.execute("set datestyle to 'ISO, YMD'")
            cursor.execute("set extra_float_digits to 1")
            yield _PostgresSchema(address, cursor, writer, scratch)
    except (psycopg2.Error, duckdb.Error) as error:
        raise LandingError([_told(address, error)]) from None
    finally:
        with suppress(psycopg2.Error):
            connection.close()


class _PostgresSchema:
    def __init__(
        self,
        address: DatabaseAddress,
        cursor: Any,
        writer: duckdb.DuckDBPyConnection,
        scratch: Path,
    ) -> None:
        self._address = address
        self._cursor = cursor
        self._writer = writer
        self._scratch = scratch
        cursor.execute(
            """
            select tables.relname, columns.attname,
                case
                    when types.typtype = 'c' then 'composite'
                    when types.typcategory = 'A' then 'array'
                    else format_type(coalesce(nullif(types.typbasetype, 0),
                        types.oid), null)
                end
            from pg_catalog.pg_class as tables
            join pg_catalog.pg_namespace as schemas
                on schemas.oid = tables.relnamespace
            join pg_catalog.pg_attribute as columns on columns.attrelid = tables.oid
            join pg_catalog.pg_type as types on types.oid = columns.atttypid
            where schemas.nspname = %s and tables.relkind in ('r', 'v', 'm', 'p', 'f')
                and columns.attnum > 0 and not columns.attisdropped
                and has_schema_privilege(schemas.oid, 'usage')
            order by tables.relname, columns.attnum
            """,
            [address.schema],
        )
        self._columns: dict[str, dict[str, str]] = {}
        for table, column, data_type in cursor.fetchall():
            self._columns.setdefault(table, {})[column] = data_type

    @property
    def tables(self) -> list[str]:
        return list(self._columns)

    def export(self, name: str, table: Table, file: Path) -> int:
        own = {
            column: data_type
            for column, data_type in self._columns[name].items()
            if _is_known(column, table)
        }
        text = file.with_suffix(".csv")
        longest = self._copied(name, own, text)
        relation = read_text(
            text,
            "\n",
            longest,
            f"columns = {{{', '.join(_struct_field(column) for column in own)}}}",
            "header = false",
            *COMMAS_AND_QUOTES,
        )
        columns = {
            column: self._plain(relation, column, data_type, table)
            for column, data_type in own.items()
        }
        count = _written(
            self._writer, relation, columns, list(self._columns[name]), table, file
        )
        text.unlink()
        return count

    def _copied(self, name: str, own: Mapping[str, str], file: Path) -> int:
        """Stream the columns of a table into a CSV file; return its longest piece."""
        listed = ", ".join(_as_text(column, kind) for column, kind in own.items())
        relation = f"{quoted_name(self._address.schema)}.{quoted_name(name)}"
        with file.open("wb") as handle:
            out = _Measured(handle)
            self._cursor.copy_expert(
                f"copy (select {listed} from {relation}) to stdout"
                " (format csv, force_quote *)",
                out,
            )
        return out.longest

    def _plain(self, relation: str, column: str, data_type: str, table: Table) -> str:
        named = quoted_name(column)
        if data_type in ("double precision", "real"):
            # the loader knows what a floating number cannot hold
            return f"cast({named} as {'double' if data_type[0] == 'd' else 'float'})"
        if data_type in ("numeric", "money"):
            return _plain_numeric(named, column, table)
        if data_type.startswith("timestamp"):
            iso = f"replace({named}, ' ', 'T')"
            zone = f"case when ends_with({named}, '+00') then ':00' else '' end"
            return f"{iso} || {zone}"
        if data_type in ("json", "jsonb", "array", "composite"):
            return plain_json(self._writer, relation, named)
        return named


def _as_text(column: str, data_type: str) -> str:
    named = quoted_name(column)
    if data_type in ("array", "composite"):
        return f"to_json({named})::text"
    if data_type == "money":
        return f"{named}::numeric::text"
    return f"{named}::text"


def _struct_field(column: str) -> str:
    return f"{quoted_text(column)}: 'VARCHAR'"


def _plain_numeric(named: str, column: str, table: Table) -> str:
    """Return SQL for an exact decimal as short text: 1001.0 is 1001."""
    kind = next(c.data_type for c in table.columns if c.name == _plain_name(column))
    no_number = "null" if kind in ("text", "code") else named
    return f"""case
        when {named} = 'NaN' then {no_number}
        when contains({named}, '.') then rtrim(rtrim({named}, '0'), '.')
        else {named}
    end"""


class _Measured:
    """A file that knows the largest piece that was written to it."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.longest = 0

    def write(self, piece: bytes) -> int:
        self.longest = max(self.longest, len(piece))
        written: int = self._handle.write(piece)
        return written


# -------------------------------------------------------------------------------- both


def plain_json(connection: duckdb.DuckDBPyConnection, relation: str, json: str) -> str:
    """Return SQL for a JSON value as the loader takes it: a text, or a list of them.

    Where any value of the column is nested deeper, the whole column is: the loader then
    refuses the rows that have a value, by name.
    """
    text = f"cast({json} as json)"
    kinds = {
        kind
        for (kind,) in connection.execute(
            f"""
            select distinct case
                when json_type({text}) = 'OBJECT' then 'nested'
                when json_type({text}) <> 'ARRAY' then 'plain'
                when list_has_any(json_type({text}, '$[*]'), ['ARRAY', 'OBJECT'])
                    then 'nested'
                else 'list'
            end
            from {relation}
            where {json} is not null
            """
        ).fetchall()
    }
    if "nested" in kinds:
        # as one value of a row that stands for all that is in it
        return f"case when {json} is not null then {{'json': {text}::varchar}} end"
    if "list" not in kinds:
        return f"{text} ->> '$'"
    return f"""case
        when json_type({text}) = 'ARRAY' then json_extract_string({text}, '$[*]')
        when {text} ->> '$' is not null then [{text} ->> '$']
    end"""


def _plain_name(column: str) -> str:
    return column.strip().lower()


def _is_known(column: str, table: Table) -> bool:
    return _plain_name(column) in table.column_names


@contextmanager
def _writer(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection whose files are the same for the same rows."""
    settings = {
        "temp_directory": str(scratch),
        "TimeZone": "UTC",
        "default_null_order": "nulls_last",
        # row groups that several threads fill are cut differently each time
        "threads": "1",
        "autoinstall_known_extensions": "false",
    }
    with duckdb.connect() as connection:
        for name, value in settings.items():
            connection.execute(f"set {name} = {quoted_text(value)}")
        yield connection


def _written(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Mapping[str, str],
    all_columns: Sequence[str],
    table: Table,
    file: Path,
) -> int:
    """Write rows in a total order that begins with their key; return their number."""
    place = {name: number for number, name in enumerate(table.column_names)}
    key = [name for name in columns if _plain_name(name) in table.key]
    others = sorted(
        (name for name in columns if name not in key),
        key=lambda name: place[_plain_name(name)],
    )
    key.sort(key=lambda name: table.key.index(_plain_name(name)))
    unknown = sorted(name for name in all_columns if name not in columns)
    values = [f"{columns[name]} as {quoted_name(name)}" for name in (*key, *others)]
    empty = [f"null::varchar as {quoted_name(name)}" for name in unknown]
    order = ", ".join(map(quoted_name, (*key, *others)))
    row = connection.execute(
        f"copy (select {', '.join((*values, *empty))} from {relation}"
        f"{f' order by {order}' if order else ''})"
        f" to {quoted_text(str(file))} (format parquet, compression zstd)"
    ).fetchone()
    return int(row[0]) if row else 0


def _told(address: DatabaseAddress, error: Exception) -> str:
    is_ours = isinstance(error, duckdb.Error)
    message = without_values(str(error)) if is_ours else str(error)
    what = address.without_secrets(message) or type(error).__name__
    return (
        f"{address} cannot be read: {what}. See whether it is there, whether another "
        "program holds it, and what the user may read; what was published stays."
    )
