"""Fixtures that several tests share."""

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.compiled import Warehouse
from tests.support.refreshed import RefreshedWarehouse, Runs
from tests.support.refreshes import DEMO, Published, refresh


@pytest.fixture(scope="session")
def published_demo(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Published:
    """The demo, refreshed once for all tests and test processes: do not change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    home, said = shared / "published_demo", shared / "published_demo.txt"
    with (shared / "published_demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            outcome = refresh(home, DEMO)
            assert outcome.returncode == 0, outcome.stdout
            said.write_text(outcome.stdout)
    return Published(home=home, landing=DEMO, output=said.read_text())


@pytest.fixture
def demo_copy(published_demo: Published, tmp_path: Path) -> Iterator[Published]:
    """A home and a landing folder like `published_demo`, to be changed."""
    home, landing = tmp_path / "home", tmp_path / "landing"
    shutil.copytree(published_demo.home, home, symlinks=True)
    shutil.copytree(published_demo.landing, landing)
    yield Published(home=home, landing=landing, output=published_demo.output)


@pytest.fixture(scope="session")
def warehouse() -> Iterator[Warehouse]:
    """Databases in memory in which tiny landings are built, with default settings."""
    with Warehouse() as opened:
        yield opened


@pytest.fixture(
    scope="module",
    params=["warm", pytest.param("refreshed", marks=pytest.mark.long)],
)
def each_way(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Runs:
    """The warm process, and by `make test-long` whole refreshes of the same."""
    if request.param == "refreshed":
        return RefreshedWarehouse(tmp_path_factory.mktemp("refreshed"))
    warm: Warehouse = request.getfixturevalue("warehouse")
    return warm
