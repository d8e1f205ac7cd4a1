"""Groups and modes of published files, and what is said where they cannot be had."""

import grp
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.settings.errors import SettingsError
from orchestration.store.access import Access
from orchestration.store.versions import Home, Version

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OTHERS_READ = 0o004


def may_give() -> list[int]:
    """Groups to which this user may give files."""
    if os.geteuid() == 0:
        return [group.gr_gid for group in grp.getgrall()]
    return sorted({os.getegid(), *os.getgroups()})


def publish(home: Home) -> Version:
    home.create()
    candidate = home.begin(home.next_id(NOON))
    for file in (candidate.state, candidate.analytics, candidate.private):
        file.write_text("a database")
    return home.publish(candidate, {"previous_version": None})


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_without_groups_everybody_reads_figures_and_nobody_people(
    tmp_path: Path,
) -> None:
    version = publish(Home(tmp_path / "home"))
    assert mode(version.analytics) == 0o444
    assert not mode(version.private) & OTHERS_READ


def test_each_file_goes_to_its_group(tmp_path: Path) -> None:
    readers, private = may_give()[0], may_give()[-1]
    home = Home(tmp_path / "home", Access(readers, private))
    version = publish(home)
    for file in (version.analytics, version.path / "manifest.json"):
        assert (file.stat().st_gid, mode(file)) == (readers, 0o440)
    assert (version.private.stat().st_gid, mode(version.private)) == (private, 0o440)
    state = home.state_of(version.id)
    assert mode(state) == 0o600 and mode(home.states) == 0o700


def test_groups_are_found_by_name() -> None:
    group = grp.getgrgid(may_give()[0])
    assert Access.of_groups(group.gr_name, None) == Access(readers=group.gr_gid)


def test_a_group_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="CUSTOMER360_PRIVATE_GROUP is 'no-such"):
        Access.of_groups(None, "no-such-group")


def test_a_group_that_may_not_be_given_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, user: int, group: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    home = Home(tmp_path / "home", Access(private=may_give()[0]))
    home.create()
    with pytest.raises(SettingsError, match="must be a member of it") as refused:
        home.begin(home.next_id(NOON))
    assert "CUSTOMER360_PRIVATE_GROUP" in str(refused.value)
