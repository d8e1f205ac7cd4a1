"""The whole project on a tiny landing in seconds: compiled once, run in a warm process.

dbt parses, compiles and seeds once for a set of settings (half a minute, then kept in
`target/warehouses` until models, macros, lookups or tests change). After that every run
lands a folder into fresh databases in memory and executes the compiled statements of
all models and data tests in the order of the graph, without dbt. In a test:

    with Warehouse(business_timezone="Europe/Berlin") as warehouse:
        built = warehouse.run(landing, as_of_date=date(2025, 3, 31))
        assert not built.failures, built.told()
        assert built.query("select count(*) from marts.fct_orders") == [(3,)]

A landing of a few rows is written with `tests.support.landings.write_tables`; the
fixture `warehouse` (tests/conftest.py) is one with default settings for all tests of a
process. In a shell:

    python -m tests.support.compiled LANDING [--as-of DAY] [--set NAME=VALUE]
        [--var NAME=VALUE] [--select MODEL] [--no-tests] [--sql "select …"]

The keywords of `Warehouse` (and `--set`) are fields of `Settings`. The as-of day is no
part of what is compiled: it is put into the statements of a run. As in dbt: contracts
are real tables with types and constraints, Python models run as they are compiled.
Unlike dbt: an incremental model is built as if for the first time, and nobody is
erased.
"""

import argparse
import fcntl
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.dbt.dbt_project import (
    PARSED,
    project_vars,
    public_keys,
)
from orchestration.dbt.keyed import set_key
from orchestration.landing import land
from orchestration.landing.contract import CONTRACT_FILE, read_contract
from orchestration.landing.report import IgnoredPath, LandingReport
from orchestration.quality import doors
from orchestration.quality.doors import QualityResult
from orchestration.settings.environment import exported
from orchestration.settings.settings import Settings
from orchestration.store.checksums import files_checksum
from tests.support.cells import Cells, cells_of
from tests.support.doors import plain_doors
from tests.support.refreshes import DEMO, PROJECT

KEPT_IN = PROJECT / "target" / "warehouses"
KEPT_COUNT = 12
# a day that is in no statement but where the setting puts it
MARKER = "1234-12-21"
SHOWN_ROWS = 5
DATABASES = ("state", "analytics", "private")


@dataclass(frozen=True)
class Node:
    """One model or data test, compiled; `marked_code` is the same with a day set.

    `columns` are name, type and whether null is refused, of an enforced contract; the
    form of a test is its `failure_count`, as dbt counts failing rows.
    """

    name: str
    kind: str
    language: str
    relation: str
    code: str
    marked_code: str | None
    parents: tuple[str, ...]
    columns: tuple[tuple[str, str, bool], ...]
    severity: str
    failure_count: str

    def code_of(self, day: date | None) -> str:
        """The statement for an as-of day, or for the last day of the orders."""
        if day is None or self.marked_code is None:
            return self.code
        return self.marked_code.replace(MARKER, day.isoformat())


@dataclass(frozen=True)
class Compiled:
    """All models in the order of the graph, all data tests, and the seeded lookups."""

    models: tuple[Node, ...]
    tests: tuple[Node, ...]
    keys: Mapping[str, Sequence[str]]
    lookups: Path


@dataclass(frozen=True)
class Failure:
    """A data test that found rows, or a model that could not be built."""

    name: str
    severity: str
    row_count: int
    rows: tuple[Mapping[str, Any], ...]
    code: str = field(repr=False)

    def told(self) -> str:
        """Name it with its first rows."""
        lines = [f"{self.severity} {self.name}: {self.row_count} rows"]
        return "\n  ".join([*lines, *(_told_row(row) for row in self.rows)])


class ModelFailed(Exception):
    """A model that DuckDB or Python refused; dbt would have stopped here too."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(f"{name}: {error}")
        self.name = name
        self.error = error


@dataclass(frozen=True)
class Built:
    """What one run built; valid until the next run of the same warehouse."""

    connection: duckdb.DuckDBPyConnection
    landing: LandingReport | None
    found: tuple[Failure, ...]
    doors: tuple[QualityResult, ...]
    seconds: Mapping[str, float]

    @property
    def failures(self) -> list[Failure]:
        """Data tests of severity error that found rows."""
        return [f for f in self.found if f.severity == "error"]

    @property
    def warnings(self) -> list[Failure]:
        """Data tests of severity warn that found rows."""
        return [f for f in self.found if f.severity == "warn"]

    @property
    def closed_doors(self) -> list[QualityResult]:
        """Blocking checks that failed; none where the doors were not asked."""
        return [r for r in self.doors if r.is_blocking and not r.is_passed]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on analytics; of the others as `state.staging.stg_orders`."""
        return self.connection.execute(sql).fetchall()

    def records(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query by column name."""
        return _records(self.connection, sql)

    def cells(self, *, trace: bool = False) -> Cells:
        """Every row of marts and metrics, to be compared with `cells.differences`."""
        return cells_of(self.connection, trace=trace)

    def told(self) -> str:
        """All that failed, for a person."""
        return "\n".join(
            [*(f.told() for f in self.found), *(r.told() for r in self.closed_doors)]
        )


class Warehouse:
    """Databases in memory in which landings are built, one after the other.

    `settings` are fields of Settings, `variables` dbt vars, `secret_key` the key of
    pseudonyms. Compiled at the first use of such a set, read from disk after that.
    """

    def __init__(
        self,
        *,
        variables: Mapping[str, Any] | None = None,
        secret_key: str | None = None,
        project: Path = PROJECT,
        **settings: Any,
    ) -> None:
        self.settings = replace(
            Settings(landing=DEMO, home=KEPT_IN, build_dir=KEPT_IN), **settings
        )
        self.variables = dict(variables or {})
        self.project = project
        self.compiled = compiled(project, self.settings, self.variables, secret_key)
        self.contract = read_contract(project / CONTRACT_FILE)
        self._key = secret_key
        self._lookup_tests: dict[str, Failure | None] = {}
        self._typed: set[str] = set()
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute("set enable_progress_bar = false")
        set_key(self.connection, secret_key.encode() if secret_key else None)
        path = str(self.compiled.lookups).replace("'", "''")
        self.connection.execute(f"attach '{path}' as template (read_only)")

    def __enter__(self) -> "Warehouse":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the databases go."""
        self.connection.close()

    def run(
        self,
        landing: Path,
        *,
        as_of_date: date | None = None,
        select: Sequence[str] | None = None,
        tests: bool = True,
        doors: bool = True,
        observed_until_at: datetime | None = None,
    ) -> Built:
        """Land a folder into fresh databases, build and test it.

        `select` names models; they are built with all that they need, and the tests
        whose models are all built are run. `doors` asks the checks at both doors too,
        that of publishing where all is built. Raises LandingError, ModelFailed.
        """
        self.reset()
        report = self.land(landing, observed_until_at)
        return self.build(
            report, as_of_date=as_of_date, select=select, tests=tests, doors=doors
        )

    def reset(self) -> None:
        """Forget all that landed and was built."""
        self.connection.execute("use memory")
        for name in DATABASES:
            self.connection.execute(f"detach database if exists {name}")
            self.connection.execute(f"attach ':memory:' as {name}")
        self.connection.execute("use state")
        self._copy_lookups()

    def land(
        self, landing: Path, observed_until_at: datetime | None = None
    ) -> LandingReport:
        """Land a folder beside what landed since `reset`, as a night does."""
        self.connection.execute("use state")
        return land(
            self.connection,
            landing,
            self.contract,
            observed_until_at or datetime.now(UTC),
        )

    def build(
        self,
        report: LandingReport | None = None,
        *,
        as_of_date: date | None = None,
        select: Sequence[str] | None = None,
        tests: bool = True,
        doors: bool = True,
    ) -> Built:
        """Build what has landed; whatever was built before is dropped."""
        self.connection.execute("use state")
        seconds: dict[str, float] = {}
        checks: list[QualityResult] = []
        if doors:
            with _timed(seconds, "landing door"), plain_doors():
                checks += self._landing_door(report.ignored if report else ())
        wanted = self._with_ancestors(select)
        with _timed(seconds, "models"):
            self._drop_built()
            for node in self.compiled.models:
                if wanted is None or node.name in wanted:
                    self._build(node, as_of_date)
        found = []
        if tests:
            with _timed(seconds, "tests"):
                found = self.failures(wanted)
        if doors and wanted is None:
            with _timed(seconds, "publish door"), plain_doors():
                checks += self._publish_door()
        # queries are asked of what is published
        self.connection.execute("use analytics")
        return Built(self.connection, report, tuple(found), tuple(checks), seconds)

    def take_landed(self, state: Path) -> None:
        """Take over all that landed in the state database of a refresh."""
        path = str(state).replace("'", "''")
        self.connection.execute(f"attach '{path}' as landed (read_only)")
        self.connection.execute("create schema state.raw")
        for name in self._names("landed", "raw"):
            self.connection.execute(
                f"create table state.raw.{name} as from landed.raw.{name}"
            )
        self.connection.execute("detach landed")

    def _copy_lookups(self) -> None:
        self.connection.execute("create schema state.lookups")
        for name in self._names("template", "lookups"):
            self.connection.execute(
                f"create table state.lookups.{name} as from template.lookups.{name}"
            )

    def _names(self, database: str, schema: str) -> list[str]:
        rows = self.connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = ? and schema_name = ? order by all",
            [database, schema],
        ).fetchall()
        return [name for (name,) in rows]

    def _drop_built(self) -> None:
        kept = ("raw", "lookups", "main")
        built = self.connection.execute(
            "select distinct database_name, schema_name from duckdb_tables()"
            " where list_contains(?, database_name)",
            [list(DATABASES)],
        ).fetchall()
        for database, schema in built:
            if schema not in kept:
                self.connection.execute(f"drop schema {database}.{schema} cascade")
        wanted = {node.relation.rpartition(".")[0] for node in self.compiled.models}
        for schema in sorted(wanted):
            self.connection.execute(f"create schema if not exists {schema}")

    def _with_ancestors(self, select: Sequence[str] | None) -> set[str] | None:
        if select is None:
            return None
        known = {node.name: node for node in self.compiled.models}
        unknown = set(select) - known.keys()
        if unknown:
            raise ValueError(f"no such models: {', '.join(sorted(unknown))}")
        wanted: set[str] = set()
        left = list(select)
        while left:
            name = left.pop()
            if name in known and name not in wanted:
                wanted.add(name)
                left += known[name].parents
        return wanted

    def _build(self, node: Node, day: date | None) -> None:
        code = node.code_of(day)
        try:
            if node.language == "python":
                self._run_python(node, code)
            elif node.columns:
                self._fill_contract(node, code)
            else:
                self.connection.execute(f"create table {node.relation} as (\n{code}\n)")
        except Exception as error:
            raise ModelFailed(node.name, error) from error

    def _fill_contract(self, node: Node, code: str) -> None:
        defined = ", ".join(
            f"{name} {kind}{' not null' * is_required}"
            for name, kind, is_required in node.columns
        )
        names = ", ".join(name for name, _, _ in node.columns)
        self.connection.execute(f"create table {node.relation} ({defined})")
        if node.name not in self._typed:
            self._require_types(node, f"select {names} from (\n{code}\n)")
            self._typed.add(node.name)
        self.connection.execute(
            f"insert into {node.relation} ({names}) select {names} from (\n{code}\n)"
        )

    def _require_types(self, node: Node, code: str) -> None:
        """Refuse what dbt refuses: a column of another type than its contract has."""
        wanted, given = (
            {name: kind for name, kind, *_ in self._described(what)}
            for what in (node.relation, f"({code})")
        )
        other = [
            f"{n} is {given[n]}, not {wanted[n]}"
            for n in wanted
            if _kind(given[n]) != _kind(wanted[n])
        ]
        if other:
            raise TypeError("; ".join(other))

    def _described(self, what: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"describe select * from {what}").fetchall()

    def _run_python(self, node: Node, code: str) -> None:
        module: dict[str, Any] = {"__name__": node.name}
        exec(_program(code, node.name), module)
        asked = module["dbtObj"](
            lambda relation: self.connection.query(f"select * from {relation}")
        )
        frame = module["model"](asked, self.connection)
        with _registered(self.connection, frame):
            self.connection.execute(f"create table {node.relation} as from built_frame")

    def failures(self, wanted: set[str] | None) -> list[Failure]:
        """Run the data tests of these models, or all, on what is built."""
        found = []
        for test in self.compiled.tests:
            if not test.parents:
                # lookups alone: they are the same in every run
                if test.name not in self._lookup_tests:
                    self._lookup_tests[test.name] = self._failure(test)
                failure = self._lookup_tests[test.name]
            elif wanted is None or wanted.issuperset(test.parents):
                failure = self._failure(test)
            else:
                continue
            if failure is not None:
                found.append(failure)
        return found

    def _failure(self, test: Node) -> Failure | None:
        row = self.connection.execute(
            f"select {test.failure_count} from (\n{test.code}\n)"
        ).fetchone()
        count = int(row[0] or 0) if row else 0
        if not count:
            return None
        rows = _records(
            self.connection, f"select * from (\n{test.code}\n) limit {SHOWN_ROWS}"
        )
        return Failure(test.name, test.severity, count, tuple(rows), test.code)

    def _landing_door(self, ignored: Sequence[IgnoredPath]) -> list[QualityResult]:
        return doors.check_landing(
            self.connection,
            self.contract.tables,
            doors.limits_of({**project_vars(self.project), **self.variables}),
            {},
            ignored,
        )

    def _publish_door(self) -> list[QualityResult]:
        return doors.check_candidate(
            self.connection,
            self.compiled.keys,
            doors.limits_of({**project_vars(self.project), **self.variables}),
        )


def compiled(
    project: Path,
    settings: Settings,
    variables: Mapping[str, Any],
    secret_key: str | None = None,
) -> Compiled:
    """Return the compiled project for these settings, from disk where it is known."""
    told = settings.dbt_variables(Path("-"), Path("-"))
    told |= {"vars": json.dumps(dict(variables), sort_keys=True, default=str)}
    told |= {"has_key": str(bool(secret_key))}
    checksum = files_checksum(project, PARSED) + files_checksum(
        project, ("tests/support/compiled.py",)
    )
    text = json.dumps([checksum, told, str(project)], sort_keys=True)
    folder = KEPT_IN / sha256(text.encode()).hexdigest()[:16]
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    with (KEPT_IN / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "compiled.json").exists():
            _compile(project, settings, variables, secret_key, folder)
            _forget_oldest(folder)
    (folder / "compiled.json").touch()
    content = json.loads((folder / "compiled.json").read_text())
    return Compiled(
        models=tuple(map(_node, content["models"])),
        tests=tuple(map(_node, content["tests"])),
        keys=content["keys"],
        lookups=folder / "state.duckdb",
    )


def _compile(
    project: Path,
    settings: Settings,
    variables: Mapping[str, Any],
    secret_key: str | None,
    folder: Path,
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # what dbt parsed is kept beside: another set of settings compiles in seconds
    parsed = KEPT_IN / "parsed"
    unmarked = replace(settings, as_of_date=None)
    marked = replace(settings, as_of_date=date.fromisoformat(MARKER))
    told = ("--vars", json.dumps(dict(variables), default=str))
    key = {"CUSTOMER360_SECRET_KEY": secret_key or ""}
    with exported({**unmarked.dbt_variables(folder, parsed), **key}):
        manifest = _dbt(project, parsed, "parse", *told)
        _dbt(project, parsed, "seed", *told, manifest=manifest)
        plain = _codes(_dbt(project, parsed, "compile", *told, manifest=manifest))
    dated = _nodes_with_a_day(manifest)
    select = [word for name in dated for word in ("--select", name)]
    with exported({**marked.dbt_variables(folder, parsed), **key}):
        marks = _codes(
            _dbt(project, parsed, "compile", *told, *select, manifest=manifest)
        )
    nodes = [_of_manifest(manifest.nodes[name], plain, marks) for name in plain]
    order = _in_order({node.name: node for node in nodes if node.kind == "model"})
    tests = sorted((n for n in nodes if n.kind == "test"), key=lambda n: n.name)
    content = {
        "models": [asdict(node) for node in order],
        "tests": [asdict(node) for node in tests],
        "keys": public_keys(manifest.to_dict(omit_none=False)),
    }
    for name in ("analytics.duckdb", "private.duckdb"):
        (folder / name).unlink(missing_ok=True)
    fresh = folder / "compiled.json.fresh"
    fresh.write_text(json.dumps(content))
    fresh.replace(folder / "compiled.json")


def _dbt(project: Path, target: Path, *words: str, manifest: Any = None) -> Any:
    """Run a command of dbt here; return its result, or raise what it said."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    quiet = ["--quiet", "--no-print", "--no-use-colors", "--no-version-check"]
    logs = ["--log-level", "none", "--log-level-file", "none", "--log-path", target]
    where = ["--project-dir", project, "--profiles-dir", project]
    try:
        outcome = dbtRunner(manifest=manifest).invoke(
            [str(word) for word in (*quiet, *logs, *words, *where)]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
        # dbt turns warnings of other libraries on
        logging.captureWarnings(False)
    if not outcome.success:
        failed = getattr(outcome.result, "results", None) or ()
        said = [f"{r.node.name}: {r.message}" for r in failed if r.message]
        raise RuntimeError("\n".join([f"dbt {words[0]}: {outcome.exception}", *said]))
    return outcome.result


def _codes(result: Any) -> dict[str, str]:
    """Compiled code by unique id of models and data tests."""
    return {
        one.node.unique_id: one.node.compiled_code
        for one in result.results
        if str(one.node.resource_type) in ("model", "test")
    }


def _nodes_with_a_day(manifest: Any) -> list[str]:
    """Names of models and tests whose SQL asks for the as-of date of the settings."""
    asking = {"macro.customer360.as_of_date_setting"}
    grown = True
    while grown:
        more = {
            name
            for name, macro in manifest.macros.items()
            if asking.intersection(macro.depends_on.macros)
        }
        grown = not more <= asking
        asking |= more
    return [
        node.name
        for node in manifest.nodes.values()
        if str(node.resource_type) in ("model", "test")
        and asking.intersection(node.depends_on.macros)
    ]


def _of_manifest(node: Any, plain: Mapping[str, str], marks: Mapping[str, str]) -> Node:
    is_model = str(node.resource_type) == "model"
    is_contract = is_model and node.config.contract.enforced
    columns = tuple(
        (c.name, c.data_type, any(str(k.type) == "not_null" for k in c.constraints))
        for c in node.columns.values()
    )
    return Node(
        name=node.name,
        kind=str(node.resource_type),
        language=str(node.language),
        relation=node.relation_name or "",
        code=plain[node.unique_id],
        marked_code=marks.get(node.unique_id),
        parents=tuple(
            parent.split(".")[2]
            for parent in node.depends_on.nodes
            if parent.startswith("model.")
        ),
        columns=columns if is_contract else (),
        severity="" if is_model else str(node.config.severity).lower(),
        failure_count="" if is_model else node.config.fail_calc,
    )


def _in_order(models: Mapping[str, Node]) -> list[Node]:
    """Models after all that they read; by name where nothing else decides."""
    placed: dict[str, Node] = {}

    def place(name: str) -> None:
        if name not in placed:
            for parent in sorted(models[name].parents):
                place(parent)
            placed[name] = models[name]

    for name in sorted(models):
        place(name)
    return list(placed.values())


def _node(content: dict[str, Any]) -> Node:
    columns = tuple((name, kind, needed) for name, kind, needed in content["columns"])
    return Node(**{**content, "parents": tuple(content["parents"]), "columns": columns})


def _forget_oldest(newest: Path) -> None:
    kept = sorted(
        KEPT_IN.glob("*/compiled.json"), key=lambda file: file.stat().st_mtime
    )
    for file in kept[:-KEPT_COUNT]:
        if file.parent != newest:
            shutil.rmtree(file.parent, ignore_errors=True)


_programs: dict[str, Any] = {}


def _program(code: str, name: str) -> Any:
    if code not in _programs:
        _programs[code] = compile(code, f"{name}.py", "exec")
    return _programs[code]


def _records(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    connection.execute(sql)
    names = [column[0] for column in connection.description or ()]
    return [dict(zip(names, row, strict=True)) for row in connection.fetchall()]


def _kind(data_type: str) -> str:
    return data_type.partition("(")[0]


def _told_row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, frame: Any) -> Iterator[None]:
    connection.register("built_frame", frame)
    try:
        yield
    finally:
        connection.unregister("built_frame")


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[name] = round(time.monotonic() - started, 2)


def main(words: Sequence[str] | None = None) -> int:
    """Run one landing and print what failed; 1 where anything did."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.compiled")
    parser.add_argument("landing", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--select", action="append", metavar="MODEL")
    parser.add_argument("--no-tests", action="store_true")
    parser.add_argument("--sql", action="append", default=[])
    given = parser.parse_args(words)
    settings = {
        name: tuple(value.split(",")) if isinstance(_default(name), tuple) else value
        for name, value in (word.split("=", 1) for word in given.set)
    }
    variables = {
        name: yaml.safe_load(value)
        for name, value in (word.split("=", 1) for word in given.var)
    }
    started = time.monotonic()
    with Warehouse(
        variables=variables,
        secret_key=os.environ.get("CUSTOMER360_SECRET_KEY"),
        **settings,
    ) as warehouse:
        ready = time.monotonic()
        built = warehouse.run(
            given.landing,
            as_of_date=given.as_of,
            select=given.select,
            tests=not given.no_tests,
            doors=not given.no_tests,
        )
        ended = time.monotonic()
        print(built.told() or "nothing failed")
        for sql in given.sql:
            print(f"-- {sql}")
            print(built.connection.query(sql))
        steps = ", ".join(f"{name} {took}" for name, took in built.seconds.items())
        print(
            f"ready after {ready - started:.1f} s, run {ended - ready:.1f} s ({steps})",
            file=sys.stderr,
        )
    return 1 if built.failures or built.closed_doors else 0


def _default(name: str) -> Any:
    with suppress(AttributeError):
        return getattr(Settings, name)
    raise SystemExit(f"no such setting: {name}")


if __name__ == "__main__":
    sys.exit(main())
