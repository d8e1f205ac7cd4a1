"""Looking for values in every file of a folder, whatever form they have there.

Raw and unpacked bytes (plain, UTF-16, base64, hex, percent-encoded) and every text of
every DuckDB and Parquet file. Says where and what for; what it means is for the test.
"""

import base64
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb

TEXTS = ("VARCHAR", "JSON", "BLOB")


def found_in(folder: Path, values: Iterable[str]) -> list[str]:
    """One line per file (and column) and value that is there in some form."""
    forms = {form: value for value in values for form in _forms(value)}
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(folder)
            found += [f"{name}: {value}" for value in _found(path.read_bytes(), forms)]
            found += [f"{name}, {place}" for place in _found_in_cells(path, forms)]
    return sorted(set(found))


def rows_with(folder: Path, ids: Iterable[str], value: str) -> list[str]:
    """Tables of DuckDB files that have a row with one of the ids and the value."""
    found = []
    for path in sorted(folder.rglob("*.duckdb")):
        if path.is_symlink():
            continue
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, table, columns in _columns(connection, None):
                texts = [f'cast("{column}" as varchar)' for column in columns]
                of_person = " or ".join(f"list_contains($ids, {t})" for t in texts)
                with_value = " or ".join(f"contains({t}, $value)" for t in texts)
                count = connection.execute(
                    f'select count(*) from {schema}."{table}"'
                    f" where ({of_person}) and ({with_value})",
                    {"ids": list(ids), "value": value},
                ).fetchone()
                if count != (0,):
                    found.append(f"{path.relative_to(folder)}: {schema}.{table}")
    return found


def _forms(value: str) -> set[bytes]:
    forms = set()
    for text in {value, value.lower(), value.upper()}:
        plain = text.encode()
        wide = [text.encode("utf-16-le"), text.encode("utf-16-be")]
        hexed = [plain.hex().encode(), plain.hex().upper().encode()]
        escaped = [quote(text, safe="").encode(), quote(text).encode()]
        escaped += [text.encode("ascii", "backslashreplace"), quote(text, "+").encode()]
        forms |= {plain, *wide, *hexed, *escaped, *_base64_forms(plain)}
    return forms


def _base64_forms(plain: bytes) -> Iterator[bytes]:
    """What stands in base64 wherever a text begins in it."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain)
        begin = -(-shift * 4 // 3)
        whole = (shift + len(plain)) // 3 * 4
        yield encoded[begin:whole]


def _found(content: bytes, forms: dict[bytes, str]) -> set[str]:
    contents = [content]
    if content[:2] == b"\x1f\x8b":
        contents.append(gzip.decompress(content))
    return {v for form, v in forms.items() if any(form in c for c in contents)}


def _found_in_cells(path: Path, forms: dict[bytes, str]) -> Iterator[str]:
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            connection.execute(f"create table rows as from read_parquet('{path}')")
            yield from _found_in_tables(connection, forms)
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            yield from _found_in_tables(connection, forms)


def _found_in_tables(
    connection: duckdb.DuckDBPyConnection, forms: dict[bytes, str]
) -> Iterator[str]:
    for schema, table, columns in _columns(connection, TEXTS):
        for column in columns:
            cells = connection.execute(
                f'select distinct cast("{column}" as varchar) from {schema}."{table}"'
                f' where "{column}" is not null'
            ).fetchall()
            content = "\n".join(cell for (cell,) in cells).encode()
            for value in _found(content, forms):
                yield f"{schema}.{table}.{column}: {value}"


def _columns(
    connection: duckdb.DuckDBPyConnection, types: tuple[str, ...] | None
) -> list[tuple[str, str, list[str]]]:
    return connection.execute(
        "select schema_name, table_name, list(column_name order by column_index)"
        " from duckdb_columns() where not internal"
        " and ($types is null or list_contains($types, split_part(data_type, '[', 1)))"
        " group by all order by all",
        {"types": None if types is None else list(types)},
    ).fetchall()
