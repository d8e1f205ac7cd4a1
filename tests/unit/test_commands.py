"""What commands take and leave: numbers that make no sense, and files of others."""

import os
import stat
from pathlib import Path

import pytest
import yaml

from orchestration.commands.app import main
from tests.support.landings import write_tables
from tests.support.refreshes import PROJECT

ORDER = {
    "order_id": 1,
    "ordered_at": "2025-01-01",
    "status": "paid",
    "gross_amount": 1,
}


@pytest.mark.parametrize("limit", ["-1", "0", "many", "1.5", "²", "9" * 30])
def test_explain_wants_a_number_of_rows(
    capsys: pytest.CaptureFixture[str], limit: str
) -> None:
    assert main(["explain", f"--limit={limit}", "--", "marts.fct_orders", "1"]) == 2
    told = capsys.readouterr().err
    assert f"LIMIT is {limit!r}; expected a whole number from 1 on" in told


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_what_landed_for_development_is_read_by_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    landing = write_tables(tmp_path / "landing", orders=[ORDER])
    fresh, old = tmp_path / "fresh" / "deeper", tmp_path / "old"
    old.mkdir(mode=0o755)
    (old / "private.duckdb").touch(0o644)
    monkeypatch.setenv("CUSTOMER360_LANDING", str(landing))
    before = os.umask(umask)
    try:
        for folder in (fresh, old):
            monkeypatch.setenv("CUSTOMER360_BUILD_DIR", str(folder))
            assert main(["land"]) == 0
            os.umask(umask)
    finally:
        os.umask(before)
    for folder in (fresh, old):
        assert stat.S_IMODE((folder / "state.duckdb").stat().st_mode) == 0o600
    assert stat.S_IMODE((old / "private.duckdb").stat().st_mode) == 0o600
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o700


def test_every_service_of_the_container_is_looked_at() -> None:
    file = PROJECT / "deploy" / "container" / "compose.yaml"
    services = yaml.safe_load(file.read_text())["services"]
    for name, service in services.items():
        check = service["healthcheck"]
        assert check == {"disable": True} or check["test"][0] == "CMD", name
        assert ("restart" in service) == ("test" in check), name
