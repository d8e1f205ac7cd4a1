"""`make refresh` up to the landing door: what a person is told, and the exit status.

Without Dagster and dbt; whole refreshes are in tests/integration.
"""

import io
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.commands.refresh import refresh_once
from orchestration.dbt.dbt_runner import DbtFailed, DbtRun
from orchestration.quality.doors import DoorClosed
from orchestration.refresh.errors import StepTooEarly
from orchestration.refresh.opening import opened_refresh
from orchestration.refresh.progress import CLEAR_LINE, Progress
from orchestration.refresh.refreshing import Refresh
from orchestration.settings.settings import Settings
from orchestration.store import disk
from orchestration.store.journal import JOURNAL, Journal, RefreshRecord, merged
from orchestration.store.versions import Home, Version
from orchestration.text.masking import without_values
from tests.support.landings import ONE_ORDER, landing_of_one_order
from tests.support.refreshes import land_and_check


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return landing_of_one_order(tmp_path, monkeypatch)


@pytest.fixture
def home(tmp_path: Path, landing: Path) -> Home:
    """A home in which something was published before."""
    home = Home(tmp_path / "home")
    home.create()
    candidate = home.begin(home.next_id(datetime(2026, 1, 1, tzinfo=UTC)))
    for database in (candidate.state, candidate.analytics, candidate.private):
        duckdb.connect(str(database)).close()
    home.publish(candidate, {"landed_rows": {}, "inputs": {"files": []}})
    return home


def refreshed(run: Callable[[Refresh], None] = land_and_check) -> int:
    return refresh_once(Progress(io.StringIO()), run)


def published(home: Home) -> Version:
    version = home.current_version()
    assert version is not None
    return version


def break_header(landing: Path) -> None:
    (landing / "orders" / "a.csv").write_text("order_id,status\n1,paid\n")


def break_parquet(landing: Path) -> None:
    (landing / "costs.parquet").write_bytes(b"no parquet at all")


def break_gzip(landing: Path) -> None:
    (landing / "refunds.csv.gz").write_bytes(b"no gzip at all")


def empty_the_folder(landing: Path) -> None:
    (landing / "orders" / "a.csv").unlink()
    (landing / "orders").rmdir()


def take_the_folder_away(landing: Path) -> None:
    landing.rename(landing.with_name("elsewhere"))


def empty_the_orders(landing: Path) -> None:
    (landing / "orders" / "a.csv").write_text(ONE_ORDER.splitlines()[0] + "\n")


def leave_out_the_keys(landing: Path) -> None:
    rows = "\n".join(f",2025-01-01,paid,{n}" for n in range(30))
    (landing / "orders" / "a.csv").write_text(f"{ONE_ORDER}{rows}\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (break_header, ["orders/a.csv", "ordered_at"]),
        (break_parquet, ["costs.parquet"]),
        (break_gzip, ["refunds.csv.gz"]),
        (empty_the_folder, ["landing", "is empty"]),
        (take_the_folder_away, ["landing", "does not exist", "CUSTOMER360_LANDING"]),
        (empty_the_orders, ["orders has no readable row"]),
        (leave_out_the_keys, ["keys_present", "orders/a.csv (30 from record 2 on)"]),
    ],
)
def test_bad_input_is_told_and_what_was_published_stays(
    home: Home,
    landing: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], None],
    said: list[str],
) -> None:
    before = published(home)
    damage(landing)
    assert refreshed() == 1
    told = capsys.readouterr().err
    assert "Not refreshed." in told
    for words in said:
        assert words in told
    assert f"Readers see version {before.id}." in told
    assert "Traceback" not in told
    assert published(home) == before


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CUSTOMER360_AS_OF_DATE", "2999-01-01", "a day that has not come"),
        ("CUSTOMER360_AS_OF_DATE", "yesterday", "expected a day as 2026-01-31"),
        ("CUSTOMER360_BUSINESS_TIMEZONE", "Mars", "no known time zone"),
        ("CUSTOMER360_HOME", "/dev/null/home", "CUSTOMER360_HOME"),
    ],
)
def test_bad_settings_are_told(
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert refreshed() == 1
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_a_second_refresh_says_who_is_at_work(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with home.lock():
        assert refreshed() == 1
    told = capsys.readouterr().err
    assert f"Another refresh (process {os.getpid()}) is at work" in told
    assert "CUSTOMER360_LOCK_WAIT_SECONDS" in told


def test_no_value_of_a_row_reaches_terminal_or_log(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "@".join(["anna", "example.org"])

    def fail(refresh: Refresh) -> None:
        refresh.begin()
        with duckdb.connect() as connection, refresh._step("landing"):
            connection.execute(f"select cast('{address}' as integer)")

    assert refreshed(fail) == 1
    told = capsys.readouterr().err
    (log,) = home.logs.glob("2*.log")
    assert "DatabaseFailed: Conversion Error: Could not convert" in told
    assert "Traceback" not in told
    assert "ConversionException" in log.read_text()
    assert "test_refresh_cli.py" in log.read_text(), "the log says where it happened"
    for text in (told, log.read_text()):
        assert "anna" not in text
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "step", ["land", "check_landing", "build", "check_candidate", "publish"]
)
def test_a_step_refuses_to_come_too_early(home: Home, step: str) -> None:
    refused: list[StepTooEarly] = []

    def run(refresh: Refresh) -> None:
        if step != "land":
            refresh.begin()
        with pytest.raises(StepTooEarly) as error:
            getattr(refresh, step)()
        refused.append(error.value)
        raise error.value

    before = published(home)
    assert refreshed(run) == 1
    assert len(refused) == 1
    assert published(home) == before


def test_nothing_is_built_behind_a_closed_door(home: Home, landing: Path) -> None:
    """Should Dagster ever call the next step all the same."""
    leave_out_the_keys(landing)

    def run(refresh: Refresh) -> None:
        with pytest.raises(DoorClosed):
            land_and_check(refresh)
        refresh.build()

    before = published(home)
    assert refreshed(run) == 1
    (record,) = Journal(home.logs / "refreshes.jsonl").records()
    assert record["failed_step"] == "dbt"
    assert published(home) == before


def test_every_end_is_noted(home: Home, landing: Path) -> None:
    break_header(landing)
    refreshed()
    journal = Journal(home.logs / "refreshes.jsonl")
    (record,) = journal.records()
    assert (record["outcome"], record["failed_step"]) == ("failed", "landing")
    assert record["ended_at"] > record["started_at"]


AT = datetime(2026, 1, 1)


def test_a_refresh_without_an_end_was_killed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "refreshes.jsonl")
    journal.note(RefreshRecord("1", AT, AT))
    journal.note(RefreshRecord("2", AT, AT))
    journal.note(RefreshRecord("2", AT, AT, outcome="failed", failed_step="dbt"))
    with (tmp_path / "refreshes.jsonl").open("a") as file:
        file.write('{"refresh_id": "3", "star')
    assert [(r["refresh_id"], r["outcome"]) for r in journal.records()] == [
        ("1", "killed"),
        ("2", "failed"),
    ]


def test_a_published_version_knows_better_than_the_journal() -> None:
    carried = [{"refresh_id": "1", "outcome": "published"}]
    journal = [
        {"refresh_id": "1", "outcome": "killed"},
        {"refresh_id": "2", "outcome": "failed"},
    ]
    rows = merged(carried, journal)
    assert [(row["refresh_id"], row["outcome"]) for row in rows] == [
        ("1", "published"),
        ("2", "failed"),
    ]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def told_by(stream: io.StringIO) -> str:
    times = iter([0.0, 0.0, 0.0, 1.5, 2.5, 2.5, 2.5])
    progress = Progress(stream, clock=lambda: next(times))
    with progress.step("dbt", "4/6 dbt build"):
        progress.update("fct_orders", 3, 9)
        progress.note("9 models")
    assert progress.seconds == {"dbt": 2.5}
    return stream.getvalue()


def test_progress_is_one_plain_line_a_step_without_a_terminal() -> None:
    times = iter([0.0, 1.0, 3.5])
    stream = io.StringIO()
    progress = Progress(stream, clock=lambda: next(times))
    with progress.step("dbt", "4/6 dbt build"):
        progress.update("fct_orders", 3, 9)
        progress.note("9 models")
    assert stream.getvalue() == "4/6 dbt build         2.5 s  9 models\n"
    assert progress.seconds == {"dbt": 2.5}


def test_progress_rewrites_its_line_on_a_terminal() -> None:
    told = told_by(Terminal())
    lines = told.split(CLEAR_LINE)
    assert "3 of 9  fct_orders" in told
    assert lines[-1] == "4/6 dbt build         2.5 s  9 models\n"
    assert told.count("\n") == 1


def test_a_step_that_fails_says_so() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    with pytest.raises(ValueError, match="broken"), progress.step("dbt", "4/6 dbt"):
        raise ValueError("broken")
    assert "failed after 0.0 s" in stream.getvalue()


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        (
            "Conversion Error: Could not convert string 'anna@example.org' to INT32 "
            "when casting from source column email\n\nLINE 10: select x",
            "Conversion Error: Could not convert string '…' to INT32 "
            "when casting from source column email",
        ),
        (
            'Conversion Error: invalid date field format: "1980-02-30", expected '
            "format is (YYYY-MM-DD)",
            "Conversion Error: invalid date field format: '…', expected "
            "format is (YYYY-MM-DD)",
        ),
        (
            "Invalid Input Error: Type INT64 with value 447911123456 can't be cast",
            "Invalid Input Error: Type INT64 with value … can't be cast",
        ),
        (
            "Constraint Error: NOT NULL constraint failed: fct_orders.order_id",
            "Constraint Error: NOT NULL constraint failed: fct_orders.order_id",
        ),
        (
            'Binder Error: Referenced column "emial" not found\nLINE 1: select emial',
            'Binder Error: Referenced column "emial" not found\nLINE 1: select emial',
        ),
        (
            'Constraint Error: Duplicate key "name: O\'Hara" violates',
            "Constraint Error: Duplicate key '…' violates",
        ),
        (
            "Conversion Error: Could not convert string 'Anna O'Hara' to BOOL",
            "Conversion Error: Could not convert string '…' to BOOL",
        ),
    ],
)
def test_messages_lose_values_and_keep_names(message: str, masked: str) -> None:
    assert without_values(message) == masked


def test_a_run_of_some_steps_is_unfinished(home: Home) -> None:
    settings, progress = Settings.from_environment(), Progress(io.StringIO())
    with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
        refresh.begin()
    (record,) = Journal(home.logs / "refreshes.jsonl").records()
    assert record["outcome"] == "unfinished"


def fill_the_disk(*arguments: object, **options: object) -> None:
    raise duckdb.IOException("Could not write file: No space left on device")


@pytest.mark.parametrize("step", ["landing", "landing_checks"])
def test_a_full_disk_is_named_and_what_was_written_goes(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: str,
) -> None:
    before = published(home)
    name = {"landing": "land", "landing_checks": "doors.check_landing"}[step]
    monkeypatch.setattr(f"orchestration.refresh.refreshing.{name}", fill_the_disk)
    assert refreshed() == 1
    told = capsys.readouterr().err
    assert f"The disk of {home.path} (mounted at /" in told
    assert "is full" in told and "was expected to need up to" in told
    assert "CUSTOMER360_HOME" in told and f"see version {before.id}" in told
    assert published(home) == before
    assert list(home.candidates.iterdir()) == []
    (record,) = Journal(home.logs / JOURNAL).records()
    assert (record["outcome"], record["failed_step"]) == ("failed", step)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("(sqlite3.OperationalError) disk I/O error"),
        RuntimeError("an engine that says nothing of it"),
        DbtFailed("1 of 3 nodes failed", DbtRun(results=(), seconds=0.0)),
    ],
)
def test_whatever_fails_the_disk_is_asked(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    """Before anything else notices, Dagster may have no room to note an event."""

    def run(refresh: Refresh) -> None:
        refresh.begin()
        free = disk.free_bytes
        monkeypatch.setattr(disk, "free_bytes", lambda folder: 4096)
        time.sleep(0.5)
        # what failed gives back what it had written
        monkeypatch.setattr(disk, "free_bytes", free)
        raise error

    assert refreshed(run) == 1
    assert f"The disk of {home.path}" in capsys.readouterr().err
    assert list(home.candidates.iterdir()) == []


def test_what_fails_beside_a_disk_with_room_keeps_its_cause(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(refresh: Refresh) -> None:
        refresh.begin()
        raise RuntimeError("(sqlite3.OperationalError) disk I/O error")

    assert refreshed(run) == 1
    assert "The disk of" not in capsys.readouterr().err


def test_a_stop_after_the_flip_is_an_end_that_published(home: Home) -> None:
    settings, progress = Settings.from_environment(), Progress(io.StringIO())
    with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
        refresh.begin()
        for file in (refresh.candidate.analytics, refresh.candidate.private):
            duckdb.connect(str(file)).close()
        home.publish(refresh.candidate, {})
        refresh.end("stopped")
    (record,) = Journal(home.logs / JOURNAL).records()
    assert record["outcome"] == "published"


def test_what_fails_after_the_flip_is_told_and_no_failure(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, progress = Settings.from_environment(), Progress(io.StringIO())
    with opened_refresh(settings, progress, datetime.now(UTC)) as refresh:
        refresh.begin()

        def refuse(*arguments: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(Journal, "note", refuse)
            assert "could not tidy up (No space left" in refresh._tidy_up()
