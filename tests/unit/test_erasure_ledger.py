"""Who was erased stays so: after a rollback, without a state, in a restored home."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.commands.app import main
from orchestration.landing import raw
from orchestration.landing.contract import Contract, read_contract
from orchestration.privacy.erasure_ledger import ErasureLedger, begin_ledger, held_by
from orchestration.store.versions import Home, HomeError, Version
from tests.support.refreshes import PROJECT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANT = datetime(2026, 3, 1, 9, 30)
MANIFEST = {
    "as_of_date": "2026-02-28",
    "is_restated": False,
    "rows": {},
    "seconds": {},
    "reconciled_rows": {"landed": 0},
    "observed_until_at": "2026-03-01T09:30:00Z",
}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return read_contract(PROJECT / "models" / "staging" / "_sources.yml")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / "landing").mkdir()
    monkeypatch.setenv("CUSTOMER360_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTOMER360_LANDING", str(tmp_path / "landing"))
    home = Home(tmp_path / "home")
    home.create()
    return home


def publish(
    home: Home, contract: Contract, erased: Iterable[str] = (), *, noting: bool = True
) -> Version:
    """Publish a version whose state says that these ids were erased, one each."""
    later = NOON + timedelta(hours=len(home.versions()))
    candidate = home.begin(home.next_id(later))
    for database in (candidate.analytics, candidate.private):
        duckdb.connect(str(database)).close()
    with duckdb.connect(str(candidate.state)) as connection:
        raw.ensure_tables(connection, contract)
        for customer in erased:
            connection.execute(
                "insert into raw.erased_records values"
                " ('main', $1, $1, 'main', 'R' || $1, $2, 'request', 1971, $2)",
                [customer, INSTANT],
            )
            connection.execute(
                "insert into raw.erased_identity_keys values"
                " ('main', $1, 'same_email', 'hash of ' || $1)",
                [customer],
            )
            connection.execute(
                "insert into raw.erasure_log values"
                " ('main', 'R' || $1, 'raw.customers', 1, 1, 'record', $2)",
                [customer, INSTANT],
            )
        if noting:
            ErasureLedger.of(home).keep(connection, candidate.id)
    previous = {"previous_version": home.current_id}
    return home.publish(candidate, {**MANIFEST, **previous})


def test_what_was_erased_is_given_to_a_state_that_does_not_know(
    home: Home, contract: Contract, tmp_path: Path
) -> None:
    publish(home, contract, ["1"])
    publish(home, contract, ["2"])
    ledger = ErasureLedger.of(home)
    with duckdb.connect(str(tmp_path / "old.duckdb")) as old:
        raw.ensure_tables(old, contract)
        assert ledger.missing_from(old) == 2
        for _ in range(2):
            ledger.give(old)
            assert ledger.missing_from(old) == 0
            for table, columns in (
                ("erased_records", "customer_id, requested_at, birth_year"),
                ("erased_identity_keys", "customer_id, keyed_value"),
                ("erasure_log", "request_id, erased_row_count, erased_at"),
            ):
                rows = old.execute(f"select {columns} from raw.{table} order by all")
                assert len(rows.fetchall()) == 2
        assert old.execute(
            "select requested_at, birth_year from raw.erased_records limit 1"
        ).fetchall() == [(INSTANT, 1971)]


def test_the_ledger_only_grows_and_nobody_else_reads_it(
    home: Home, contract: Contract
) -> None:
    publish(home, contract, ["1"])
    ledger = ErasureLedger.of(home)
    first = ledger.file.read_bytes()
    publish(home, contract)
    assert ledger.file.read_bytes() == first
    publish(home, contract, ["2"])
    assert ledger.file.read_bytes().startswith(first)
    assert ledger.file.stat().st_mode & 0o777 == 0o600
    assert ledger.file.parent.stat().st_mode & 0o777 == 0o700


def test_a_line_that_a_kill_cut_is_no_line(home: Home, contract: Contract) -> None:
    publish(home, contract, ["1"])
    ledger = ErasureLedger.of(home)
    whole = ledger.file.read_bytes()
    ledger.file.write_bytes(whole + b'{"version": "2026')
    assert len(ledger.rows()) == 3
    publish(home, contract, ["2"])
    assert len(ledger.rows()) == 6


def test_a_line_that_is_broken_is_named(home: Home, contract: Contract) -> None:
    publish(home, contract, ["1"])
    ledger = ErasureLedger.of(home)
    ledger.file.write_bytes(b"{}\n" + ledger.file.read_bytes())
    with pytest.raises(
        HomeError, match=r"erasures\.jsonl, line 1 cannot be read.* 1d "
    ):
        ledger.rows()


def test_a_home_from_before_there_was_a_ledger_gets_one(
    home: Home, contract: Contract
) -> None:
    before = publish(home, contract, noting=False)
    publish(home, contract, ["1"], noting=False)
    home.rollback()
    assert len(begin_ledger(home).rows()) == 3
    assert held_by(home, before) == 1


def test_no_rollback_past_an_erasure(
    home: Home, contract: Contract, capsys: pytest.CaptureFixture[str]
) -> None:
    before = publish(home, contract)
    erased = publish(home, contract, ["1", "2"])
    latest = publish(home, contract, ["1", "2"])
    assert main(["rollback", "--to", before.id]) == 1
    told = capsys.readouterr().err
    assert f"{before.id} was made before 2 people were erased" in told
    assert "Not rolled back" in told and erased.id in told and latest.id in told
    assert home.current_id == latest.id
    assert main(["rollback"]) == 0
    assert home.current_id == erased.id


def test_purge_says_what_current_holds(
    home: Home, contract: Contract, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it may be where an older `make rollback` went past an erasure."""
    before = publish(home, contract)
    publish(home, contract, ["1"])
    home.rollback()
    assert main(["purge"]) == 1
    told = "".join(capsys.readouterr())
    assert f"Readers see version {before.id}" in told and "1 people" in told
    assert "`make refresh` erases them again" in told
    assert "No landed file holds" not in told


def test_a_restored_home_holds_who_was_erased_since(
    home: Home, contract: Contract, tmp_path: Path
) -> None:
    publish(home, contract)
    copy = tmp_path / "copy"
    shutil.copytree(home.path, copy, symlinks=True)
    publish(home, contract, ["1"])
    ledger = ErasureLedger.of(home).file.read_bytes()
    shutil.rmtree(home.path)
    shutil.copytree(copy, home.path, symlinks=True)
    ErasureLedger.of(home).file.write_bytes(ledger)
    restored = home.current_version()
    assert restored is not None
    assert held_by(home, restored) == 1
    # without its state the ledger alone tells
    shutil.rmtree(home.states / restored.id)
    assert held_by(home, restored) == 1
