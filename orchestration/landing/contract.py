"""The input contract as data: what may land, read from the dbt sources.

Belongs here: reading `models/staging/_sources.yml` into immutable values. Does not
belong here: judging rows (staging does) and reading landed files (`landing` does).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# where the input contract stands within the project
CONTRACT_FILE = Path("models/staging/_sources.yml")

SOURCE_NAME = "raw"
SOURCE_SYSTEM = "source_system"
# what the loader writes about landing itself stands in the same schema, but never lands
BOOKKEEPING_TABLES = (
    "landing_files",
    "landing_rejects",
    "landing_clock",
    "erased_records",
    "erased_identity_keys",
    "erasure_log",
)


class ContractError(Exception):
    """The contract file is missing or does not have the form of dbt sources."""


@dataclass(frozen=True)
class Column:
    """One column that a landed table may have.

    `personal` never leaves `private`; `erasable` may, but goes with an erased person.
    `references` is the table in which a record of this id is looked for. `has_codes`
    marks a column that only takes a few words of the contract.
    `decisive` marks an optional column that changes what a row means; `is_list` one
    that holds several values with `;` between.
    """

    name: str
    data_type: str
    required: bool
    personal: bool
    erasable: bool = False
    references: str | None = None
    has_codes: bool = False
    decisive: bool = False
    is_list: bool = False


@dataclass(frozen=True)
class Table:
    """One table that may land.

    `control_amount` names the columns whose product is the money of a row; it is empty
    for a table without money. `needs_rows` marks a table without which nothing works.
    `event_at` is the column that says when a row happened, None where no one does.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    control_amount: tuple[str, ...]
    needs_rows: bool
    event_at: str | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """All columns, in the order of the contract."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError where the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required_names(self) -> tuple[str, ...]:
        """The columns without which a file is refused."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def erased_columns(self) -> tuple[Column, ...]:
        """The columns that an erased person loses."""
        return tuple(c for c in self.columns if c.personal or c.erasable)


@dataclass(frozen=True)
class Contract:
    """All tables that may land, in the order of the file."""

    tables: tuple[Table, ...]

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of all tables."""
        return tuple(table.name for table in self.tables)

    def table(self, name: str) -> Table:
        """Return the table of that name; KeyError where the contract has none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def key_of(self, table_name: str) -> tuple[str, bool]:
        """Return the column by which records of a table are named, and whether ids
        are those of a source system.
        """
        key = self.table(table_name).key
        (named,) = (name for name in key if name != SOURCE_SYSTEM)
        return named, SOURCE_SYSTEM in key


def read_contract(path: Path) -> Contract:
    """Read the contract from a dbt sources file.

    Raises ContractError, naming the file and the table at fault, where the file is
    missing, is not YAML, has no source `raw`, or contradicts itself.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContractError(
            f"{path}: cannot be read ({error.strerror or error})"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: is not YAML: {error}") from error
    try:
        tables = tuple(_table(entry) for entry in _raw_tables(document))
        _refuse_repeated("table", [table.name for table in tables])
        _require_referenced(tables)
    except ContractError as error:
        raise ContractError(f"{path}: {error}") from error
    return Contract(tables)


def _raw_tables(document: Any) -> Sequence[Any]:
    for source in _list(_mapping(document, "the file"), "sources", "the file"):
        entry = _mapping(source, "a source")
        if entry.get("name") == SOURCE_NAME:
            return [
                table
                for table in _list(entry, "tables", f"source {SOURCE_NAME}")
                if _text(table, "name", "a table") not in BOOKKEEPING_TABLES
            ]
    raise ContractError(f"has no source named {SOURCE_NAME}")


def _table(entry: Any) -> Table:
    name = _text(entry, "name", "a table")
    meta = _meta(entry)
    columns = tuple(
        _column(column, name) for column in _list(entry, "columns", f"table {name}")
    )
    names = [column.name for column in columns]
    _refuse_repeated(f"column of table {name}", names)
    table = Table(
        name=name,
        columns=columns,
        key=_names(meta, "key", name),
        control_amount=_names(meta, "control_amount", name),
        needs_rows=meta.get("needs_rows") is True,
        event_at=meta.get("event_at"),
    )
    for used in (*table.key, *table.control_amount):
        if used not in names:
            raise ContractError(
                f"table {name}: {used} is named in its meta, but is no column of it"
            )
    return table


def _require_referenced(tables: Sequence[Table]) -> None:
    """Refuse a reference to what is no table, or has no single column of ids."""
    ids = {t.name: [n for n in t.key if n != SOURCE_SYSTEM] for t in tables}
    for table in tables:
        for column in table.columns:
            if column.references and len(ids.get(column.references, ())) != 1:
                raise ContractError(
                    f"table {table.name}: {column.name} references "
                    f"{column.references}, which is no table with one column of ids"
                )


def _column(entry: Any, table_name: str) -> Column:
    where = f"a column of table {table_name}"
    meta = _meta(_mapping(entry, where))
    return Column(
        name=_text(entry, "name", where),
        data_type=_text(entry, "data_type", where),
        required=meta.get("required") is True,
        personal=meta.get("personal") is True,
        erasable=meta.get("erasable") is True,
        references=meta.get("references"),
        has_codes="accepted" in meta,
        decisive=meta.get("decisive") is True,
        is_list=meta.get("list") is True,
    )


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    config = entry.get("config") or {}
    return config.get("meta") or {} if isinstance(config, Mapping) else {}


def _names(meta: Mapping[str, Any], field: str, table_name: str) -> tuple[str, ...]:
    names = meta.get(field) or []
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise ContractError(f"table {table_name}: {field} is not a list of columns")
    return tuple(names)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ContractError(f"{where} is not a mapping")
    return value


def _list(entry: Any, field: str, where: str) -> Sequence[Any]:
    values = _mapping(entry, where).get(field)
    if not isinstance(values, list) or not values:
        raise ContractError(f"{where} has no {field}")
    return values


def _text(entry: Any, field: str, where: str) -> str:
    value = _mapping(entry, where).get(field)
    if not isinstance(value, str) or not value:
        raise ContractError(f"{where} has no {field}")
    return value


def _refuse_repeated(what: str, names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ContractError(f"{what} named twice: {', '.join(repeated)}")
