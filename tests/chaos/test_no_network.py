"""A whole refresh opens no socket but to loopback, and needs no network at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.refreshes import environment
from tests.support.small_project import small_landing, small_project

pytestmark = pytest.mark.slow

GUARD = Path(__file__).parents[1] / "support" / "socket_guard"
# TEST-NET-1 and a name that cannot exist: neither leads anywhere
OUTSIDE = """
import socket, sys
try:
    if sys.argv[1] == "name":
        socket.getaddrinfo("nowhere.invalid", 443)
    else:
        socket.create_connection(("192.0.2.1", 443), timeout=1)
except PermissionError as error:
    print(error)
"""


def guarded(log: Path, *paths: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": os.pathsep.join(map(str, (GUARD, *paths))),
        "SOCKET_GUARD_LOG": str(log),
    }


def without_network() -> list[str]:
    """The words before a command that take its network away; none if not permitted."""
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        try:
            tried = subprocess.run([*words, "true"], capture_output=True)
        except OSError:
            return []
        if tried.returncode == 0:
            return words
    return []


@pytest.mark.parametrize("what", ["address", "name"])
def test_the_guard_sees_what_it_looks_for(tmp_path: Path, what: str) -> None:
    log = tmp_path / "refused"
    # in a child of a child, as a library would
    command = [sys.executable, "-c", OUTSIDE, what]
    nested = f"import subprocess; subprocess.run({command!r})"
    outcome = subprocess.run(
        [sys.executable, "-c", nested],
        env={**os.environ, **guarded(log)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "only loopback is allowed here" in outcome.stdout
    assert len(log.read_text().splitlines()) == 1


def test_a_refresh_needs_no_network(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    landing = small_landing(tmp_path / "landing")
    log = tmp_path / "refused"
    telling = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    outcome = subprocess.run(
        [*without_network(), sys.executable, "-m", "orchestration.commands", "refresh"],
        cwd=project,
        env={
            **{
                name: value
                for name, value in environment(tmp_path / "home", landing).items()
                if name.upper() not in telling
            },
            **guarded(log, project),
        },
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert not log.exists(), log.read_text()
