"""What must be refused is refused, by name, and nothing else is lost with it.

The lists of faults are held to the project's code: a reason that can be given and is
not drawn here fails.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest

from orchestration.landing import LandingError, LandingReport, land
from orchestration.landing.texts import UnreadableFileError
from tests.support.broken_files import (
    BrokenFile,
    BrokenRecord,
    broken_files,
    broken_records,
    sound_folder,
)
from tests.support.broken_rows import (
    broken_copy,
    broken_rows,
    given_reasons,
    sound_company,
)
from tests.support.compiled import Warehouse
from tests.support.drawing import CONTRACT, OBSERVED_UNTIL_AT
from tests.support.landings import write_tables
from tests.support.refreshes import PROJECT
from tests.unit.test_reasons import documented

LOADER = PROJECT / "orchestration/landing"
# read by way of a database: tests/unit/test_landing_database.py
OF_DATABASES = ("database.py", "schemas.py")
# what no content of a folder brings about
OTHERWISE = {
    "changed(file)": "a file that does not hold still",
    "LandingChangedError(passing)": "the same",
    "there is no permission": "the rights of a file",
    "cannot be read ({error.strerror}": "the rights of a folder",
    "the file cannot be read ({error.strerror": "a broken disk",
    "{reason(error)}": "DuckDB fails where it read the file before",
    "records were counted": "the two readers of a file do not agree: a fault of ours",
    "more than {MOST_DIGITS} digits": "Parquet that DuckDB does not write",
    "a line is longer than": "64 MiB in a line",
}
# where it is said what is wrong with a record
OF_RECORDS = {
    "records.py": (
        "CsvSplitter",
        "_plain_csv_record",
        "_plain_json_line",
        "_error_of_bytes",
    ),
    "json_source.py": ("_error", "_faults"),
    "parquet_source.py": ("_faults",),
    "xlsx_source.py": ("_plain_text", "_fault"),
}
# what stands there too, and is SQL
SQL = re.compile(r"[()_]|null|landed_|^ in $|case")


@pytest.fixture(scope="module")
def rows_refused(
    warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, int], tuple[str, str]]:
    """What quarantine holds where every row of `broken_rows` lands, by its place."""
    company = sound_company()
    tables = {name: list(rows) for name, rows in company.tables.items()}
    for number, broken in enumerate(broken_rows()):
        tables[broken.table].append(broken_copy(company, broken, number))
    folder = write_tables(tmp_path_factory.mktemp("rows") / "landing", **tables)
    done = warehouse.run(
        folder,
        select=["quarantined_rows", "landing_reconciliation"],
        tests=False,
        doors=False,
        observed_until_at=OBSERVED_UNTIL_AT,
    )
    for name, landed, placed in done.query(
        "select table_name, sum(landed_row_count), sum(accepted_row_count"
        " + superseded_row_count + not_yet_row_count + quarantined_row_count)"
        " from audit.landing_reconciliation group by all"
    ):
        assert landed == placed == len(tables[name]), name
    return {
        (table, record): (reasons, text)
        for table, record, reasons, text in done.query(
            "select table_name, record_number, reasons, row_text"
            " from private.personal.quarantined_rows"
        )
    }


def test_every_reason_of_the_models_is_drawn(warehouse: Warehouse) -> None:
    drawn = {broken.given for broken in broken_rows()}
    assert drawn == given_reasons(warehouse.compiled)


def test_every_documented_reason_is_drawn() -> None:
    by_column = {f"{word}_<column>" for word in ("missing", "unknown", "negative")}
    plain = {broken.reason for broken in broken_rows()}
    documented_plain = documented() - by_column - {"unreadable_row"}
    assert documented_plain <= plain
    others = {reason for reason in plain if reason not in documented_plain}
    assert all(
        reason.startswith(("missing_", "unknown_", "negative_")) for reason in others
    )


def test_a_broken_row_is_refused_for_its_reason_alone(
    rows_refused: dict[tuple[str, int], tuple[str, str]],
) -> None:
    company = sound_company()
    counts = {name: len(rows) for name, rows in company.tables.items()}
    expected = {}
    for broken in broken_rows():
        counts[broken.table] += 1
        expected[(broken.table, counts[broken.table])] = broken.told
    assert {place: told for place, (told, _) in rows_refused.items()} == expected


def test_a_refused_row_is_kept_as_it_came(
    rows_refused: dict[tuple[str, int], tuple[str, str]],
) -> None:
    company = sound_company()
    counts = {name: len(rows) for name, rows in company.tables.items()}
    for number, broken in enumerate(broken_rows()):
        counts[broken.table] += 1
        _, text = rows_refused[(broken.table, counts[broken.table])]
        row = broken_copy(company, broken, number)
        kept = json.loads(text)
        assert {name: kept[name] for name in row} == row


Place = tuple[str, int]


@pytest.fixture(scope="module")
def files_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, str], set[Place]]:
    """What is said of each of `broken_files`, and where the loader gave up.

    Each comes after a sound landing, of which nothing may be lost.
    """
    said: dict[str, str] = {}
    places: set[Place] = set()

    def noted(error: Exception, *given: object) -> None:
        code, line = sys._getframe(1).f_code, sys._getframe(1).f_lineno
        places.add((Path(code.co_filename).name, line))
        plain[type(error)](error, *given)

    plain = {kind: kind.__init__ for kind in (UnreadableFileError, LandingError)}
    with (
        duckdb.connect() as connection,
        duckdb.connect() as fresh,
        patch.object(UnreadableFileError, "__init__", noted),
        patch.object(LandingError, "__init__", noted),
    ):
        base = tmp_path_factory.mktemp("files")
        landed(connection, sound_folder(base / "sound"))
        before = contents(connection)
        for number, broken in enumerate(broken_files()):
            folder = sound_folder(base / str(number))
            broken.change(folder)
            try:
                landed(fresh if broken.is_first else connection, folder)
            except LandingError as refusal:
                said[broken.name] = str(refusal)
            assert contents(connection) == before, broken.name
    return said, places


def landed(connection: duckdb.DuckDBPyConnection, folder: Path) -> LandingReport:
    return land(connection, folder, CONTRACT, OBSERVED_UNTIL_AT)


def contents(connection: duckdb.DuckDBPyConnection) -> list[object]:
    return [
        connection.execute(f"select * from raw.{name} order by all").fetchall()
        for name in ("landing_files", "landing_rejects", "orders", "customers")
    ]


@pytest.mark.parametrize("broken", broken_files(), ids=lambda broken: broken.name)
def test_a_broken_file_is_refused_by_name(
    broken: BrokenFile, files_refused: tuple[dict[str, str], set[Place]]
) -> None:
    message = files_refused[0].get(broken.name, "it landed")
    assert [w for w in (broken.file, *broken.says) if w not in message] == [], message


def test_every_refusal_of_the_loader_is_drawn(
    files_refused: tuple[dict[str, str], set[Place]],
) -> None:
    """Each place in which the loader gives up is reached by a fault of the list."""
    reached = files_refused[1]
    left = {
        source
        for name, lines, source in places_of_refusals()
        if not any(name == other and line in lines for other, line in reached)
    }
    excused = {source for source in left for words in OTHERWISE if words in source}
    assert left == excused
    assert all(any(words in source for source in left) for words in OTHERWISE)


def places_of_refusals() -> Iterator[tuple[str, range, str]]:
    for path in sorted(LOADER.glob("*.py")):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and re.fullmatch(r"Unreadable\w+|Landing\w*Error", node.func.id)
                and path.name not in OF_DATABASES
            ):
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                yield path.name, lines, ast.unparse(node)


@pytest.fixture(scope="module")
def records_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[LandingReport, list[tuple[int, str]]]]:
    """What became of each of `broken_records`: the report, and what is unreadable."""
    found = {}
    base = tmp_path_factory.mktemp("records")
    for number, broken in enumerate(broken_records()):
        folder = sound_folder(base / str(number))
        broken.change(folder)
        with duckdb.connect() as connection:
            report = landed(connection, folder)
            rejects = connection.execute(
                "select record_number, error from raw.landing_rejects order by all"
            ).fetchall()
        found[broken.name] = (report, rejects)
    return found


@pytest.mark.parametrize("broken", broken_records(), ids=lambda broken: broken.name)
def test_a_broken_record_is_unreadable_alone(
    broken: BrokenRecord,
    records_refused: dict[str, tuple[LandingReport, list[tuple[int, str]]]],
) -> None:
    report, rejects = records_refused[broken.name]
    assert [number for number, _ in rejects] == list(broken.numbers)
    assert all(broken.says in error for _, error in rejects)
    (file,) = (file for file in report.loaded if file.unreadable_row_count)
    assert file.landed_row_count == 2 + len(rejects)


def test_every_fault_of_a_record_is_drawn(
    records_refused: dict[str, tuple[LandingReport, list[tuple[int, str]]]],
) -> None:
    told = " ".join(
        error for _, rejects in records_refused.values() for _, error in rejects
    )
    assert [words for words in words_of_records() if words not in told] == []


def test_faults_have_names_of_their_own() -> None:
    names = [broken.name for broken in (*broken_files(), *broken_records())]
    assert len(set(names)) == len(names)


def words_of_records() -> Iterator[str]:
    for name, wanted in OF_RECORDS.items():
        tree = ast.parse((LOADER / name).read_text("utf-8"))
        for node in tree.body:
            if getattr(node, "name", "") in wanted:
                yield from words_within(node)


def words_within(node: ast.AST) -> Iterator[str]:
    documents = {
        id(inner.body[0].value)
        for inner in ast.walk(node)
        if isinstance(inner, ast.FunctionDef | ast.ClassDef)
        and isinstance(inner.body[0], ast.Expr)
    }
    for inner in ast.walk(node):
        is_text = isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        if is_text and id(inner) not in documents:
            for text in re.findall(r"then '(\w[^']+)'", inner.value) or [inner.value]:
                if " " in text.strip() and not SQL.search(text):
                    yield text
