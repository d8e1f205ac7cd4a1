"""Where refreshes work and what readers see: candidates, states, versions, `current`.

One refresher works at a time, in a candidate folder that no reader knows. Publishing
renames it into `versions/` and flips the symlink `current`, the only path that readers
know. Whatever dies at whatever moment, `current` names a whole version, and the next
`begin` sweeps what was left. What stands in the databases is not known here.
"""

import contextlib
import fcntl
import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.lib import disk
from orchestration.lib.access import Access

STATE, ANALYTICS, PRIVATE = "state.duckdb", "analytics.duckdb", "private.duckdb"
MANIFEST = "manifest.json"
PARQUET = "parquet"
REPORT = "report"
# folders that a version may have beside its databases, for all its readers
PUBLIC_FOLDERS = (PARQUET, REPORT)
# seconds for which the children of a killed refresh may still hold its lock
DYING = 5
ID_FORMAT = "%Y%m%dT%H%M%S.%fZ"
_ROOM = (
    "Free some space there, keep fewer versions (CUSTOMER360_KEEP_VERSIONS), or move "
    "the home to a larger disk (CUSTOMER360_HOME)."
)
# From linux/fs.h: share the blocks of a file instead of copying them.
FICLONE = 0x40049409


class HomeError(Exception):
    """The home folder cannot be used as asked, told in a sentence for a person."""


class DiskFull(HomeError):
    """The disk is too small, or was full before the work was done."""


class AnotherRefreshRuns(HomeError):
    """Somebody else holds the lock."""


@dataclass(frozen=True)
class Candidate:
    """The folder in which one refresh builds what it may publish."""

    id: str
    path: Path

    @property
    def state(self) -> Path:
        """Database of raw, staging and intermediate."""
        return self.path / STATE

    @property
    def analytics(self) -> Path:
        """Database of marts, metrics and audit."""
        return self.path / ANALYTICS

    @property
    def private(self) -> Path:
        """Database of what holds personal data."""
        return self.path / PRIVATE


@dataclass(frozen=True)
class Version:
    """A published version as it lies on disk, with its manifest."""

    id: str
    path: Path
    is_current: bool
    manifest: Mapping[str, Any]

    @property
    def analytics(self) -> Path:
        """Database of marts, metrics and audit."""
        return self.path / ANALYTICS

    @property
    def private(self) -> Path:
        """Database of what holds personal data."""
        return self.path / PRIVATE


class Home:
    """The folder of one installation; every change to it needs `lock` held.

    `access` says which groups may read what is published from now on.
    """

    def __init__(self, path: Path, access: Access | None = None) -> None:
        self.path = path
        self.access = access or Access()
        self.candidates = path / "candidates"
        self.states = path / "state"
        self.versions_folder = path / "versions"
        self.logs = path / "logs"
        self.reviews = path / "review"
        self.dagster = path / "dagster"
        self.target = path / "target"
        self.current = path / "current"
        # one path for every candidate, so that dbt need not parse anew each night
        self.building = path / "building"
        self._publishing = path / "publishing"
        self.space: disk.Space | None = None

    def create(self) -> None:
        """Make the folders that are missing; raise HomeError where that fails."""
        try:
            for folder in (self.path, self.versions_folder):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in (self.candidates, self.states, self.logs, self.dagster):
                folder.mkdir(exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise HomeError(
                f"The home folder {self.path} (CUSTOMER360_HOME) cannot be used: "
                f"{error.strerror}."
            ) from error

    @property
    def current_id(self) -> str | None:
        """Id of the version that readers see; None before the first one."""
        try:
            return self.current.readlink().name
        except FileNotFoundError:
            return None

    def current_version(self) -> Version | None:
        """Return the version that readers see; None before the first one."""
        return next((v for v in self.versions() if v.is_current), None)

    def versions(self) -> list[Version]:
        """Return the published versions, oldest first."""
        current, unfinished = self.current_id, self._unfinished_id()
        manifests = sorted(self.versions_folder.glob(f"[!.]*/{MANIFEST}"))
        return [
            Version(
                id=manifest.parent.name,
                path=manifest.parent,
                is_current=manifest.parent.name == current,
                manifest=json.loads(manifest.read_text()),
            )
            for manifest in manifests
            if manifest.parent.name != unfinished
        ]

    def state_of(self, version_id: str) -> Path:
        """Return the path of the state database that belongs to a version."""
        return self.states / version_id / STATE

    def is_whole(self, version: Version) -> bool:
        """Say whether all that a version is made of is still there."""
        files = (version.analytics, version.private, self.state_of(version.id))
        parquet = [
            version.path / PARQUET / f"{name.replace('.', '/', 1)}.parquet"
            for name in version.manifest.get("parquet", {})
        ]
        return all(file.is_file() for file in (*files, *parquet))

    def usage_of(self, version_id: str) -> disk.Usage:
        """Return what a version takes on disk, with its state."""
        return disk.usage_of(
            self.versions_folder / version_id, self.states / version_id
        )

    @contextlib.contextmanager
    def lock(
        self,
        wait_seconds: float = 0,
        on_wait: Callable[[str], None] = lambda holder: None,
    ) -> Iterator[None]:
        """Be the only refresher; raise AnotherRefreshRuns when waiting did not help.

        The kernel frees the lock when its holder dies, however it dies. `on_wait` is
        told once who holds it.
        """
        self.create()
        handle = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            self._acquire(handle, wait_seconds, on_wait)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()}".encode(), 0)
            yield
        finally:
            os.close(handle)

    def _acquire(
        self, handle: int, wait_seconds: float, on_wait: Callable[[str], None]
    ) -> None:
        began = time.monotonic()
        has_told = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                holder = os.pread(handle, 100, 0).decode() or "another process"
            # who was killed just now may take a moment until it is gone for good
            patience = wait_seconds if _is_alive(holder) else max(wait_seconds, DYING)
            if time.monotonic() - began >= patience:
                waited = f" Waited {wait_seconds:.0f} s." if wait_seconds else ""
                raise AnotherRefreshRuns(
                    f"Another refresh ({holder}) is at work in {self.path}.{waited} "
                    "Nothing was done. CUSTOMER360_LOCK_WAIT_SECONDS says how long "
                    "to wait for it."
                )
            if not has_told:
                on_wait(holder)
                has_told = True
            time.sleep(0.2)

    def next_id(self, now: datetime) -> str:
        """Return an id for the next version; ids rise even when the clock went back."""
        taken = [version.id for version in self.versions()]
        named = now.astimezone(UTC).strftime(ID_FORMAT)
        if not taken or named > taken[-1]:
            return named
        latest = datetime.strptime(taken[-1], ID_FORMAT)
        return (latest + timedelta(microseconds=1)).strftime(ID_FORMAT)

    def begin(self, candidate_id: str, new_landing_bytes: int = 0) -> Candidate:
        """Sweep what a killed refresh left; return a candidate with the state so far.

        `new_landing_bytes` is the text in the files that landing may have to read.
        Raises HomeError when the disk is too small, SettingsError when files may not
        be given to the groups.
        """
        self.sweep()
        self._require_space(new_landing_bytes)
        candidate = Candidate(candidate_id, self.candidates / candidate_id)
        candidate.path.mkdir(mode=0o700)
        self.access.require(candidate.path)
        self._point(self.building, candidate.path)
        state = self.state_of(self.current_id) if self.current_id else None
        if state is not None and state.exists():
            copy_or_clone(state, candidate.state)
        return candidate

    def sweep(self) -> None:
        """Remove candidates, half-published and half-removed versions."""
        unfinished = self._unfinished_id()
        if unfinished is not None:
            _remove(self.versions_folder / unfinished)
        self._publishing.unlink(missing_ok=True)
        for leftover in self.candidates.iterdir():
            _remove(leftover)
        for leftover in self.versions_folder.glob(".trash-*"):
            _remove(leftover)
        for state in self.states.iterdir():
            if not (self.versions_folder / state.name).exists():
                _remove(state)

    def publish(
        self,
        candidate: Candidate,
        manifest: Mapping[str, Any],
        *,
        is_current: bool = True,
    ) -> Version:
        """Make the candidate the version that readers see from their next look on.

        With `is_current` false it lies beside the current one, for who names it.
        """
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (candidate.path / MANIFEST).write_text(text)
        _require_only_whole_files(candidate)
        self._settle_on_disk(candidate)

        # From here to the flip a killed refresh leaves a version that nobody saw;
        # this note lets the next one tell it from a version that was rolled back.
        _write_durably(self._publishing, candidate.id)
        state = self.state_of(candidate.id)
        state.parent.mkdir(mode=0o700)
        candidate.state.rename(state)
        _sync(state.parent, self.states)
        candidate.path.chmod(0o755)
        target = self.versions_folder / candidate.id
        candidate.path.rename(target)
        _sync(self.versions_folder)
        if is_current:
            self._flip(candidate.id)
        self._publishing.unlink()
        self.building.unlink(missing_ok=True)
        return Version(candidate.id, target, is_current, manifest)

    def drop_old(
        self, keep: int, grace: timedelta, now: datetime, keep_aside: int = 1
    ) -> list[str]:
        """Remove versions beyond the newest `keep`; return their ids.

        Those that lay aside count by themselves: past days must neither push out what
        could be rolled back to, nor go with the next night. The current version
        and the one to which it would be rolled back always stay, and so does whatever
        stopped being current less than `grace` ago.
        """
        versions = self.versions()
        current = self.current_version()
        aside = [v.id for v in versions if v.manifest.get("is_aside")]
        seen = [v.id for v in versions if not v.manifest.get("is_aside")]
        kept: set[str | None] = {*seen[-keep:], *aside[-keep_aside:]}
        if current is not None:
            kept |= {current.id, current.manifest.get("previous_version")}
        dropped = []
        for version, successor in itertools.pairwise(versions):
            # what lies aside leaves the version before it where readers see it
            later = (v for v in versions if v.id > version.id and v.id not in aside)
            retired_by = successor if version.id in aside else next(later, None)
            if version.id in kept or retired_by is None:
                continue
            retired_at = (retired_by.path / MANIFEST).stat().st_mtime
            if now.timestamp() - retired_at < grace.total_seconds():
                continue
            self._drop(version.id)
            dropped.append(version.id)
        return dropped

    def _drop(self, version_id: str) -> None:
        trash = self.versions_folder / f".trash-{version_id}"
        (self.versions_folder / version_id).rename(trash)
        _remove(trash)
        _remove(self.states / version_id)

    def drop_older_than_current(self) -> list[str]:
        """Remove all versions before the current one; return their ids.

        No grace: a reader that has a file open keeps it, others look anew.
        """
        dropped = [v.id for v in self.versions() if v.id < (self.current_id or "")]
        for version_id in dropped:
            self._drop(version_id)
        return dropped

    def rollback(self, to: str | None = None) -> Version:
        """Flip `current` back to an older version; the next refresh starts from it.

        Without `to`, the version from which the current one was made, else the next
        older one. Raises HomeError when there is no such version.
        """
        self.sweep()
        versions = {version.id: version for version in self.versions()}
        target = to or self._version_before_current(versions)
        if target is None:
            raise HomeError("There is no older version to go back to.")
        if target not in versions:
            known = ", ".join(versions) or "none"
            raise HomeError(f"There is no version {target}. Versions: {known}.")
        self._flip(target)
        return versions[target]

    def _version_before_current(self, versions: Mapping[str, Version]) -> str | None:
        current = self.current_id
        if current is None or current not in versions:
            return None
        previous = versions[current].manifest.get("previous_version")
        if previous in versions:
            return str(previous)
        seen = (id for id, v in versions.items() if not v.manifest.get("is_aside"))
        return max((id for id in seen if id < current), default=None)

    def _unfinished_id(self) -> str | None:
        """Id of a version that was renamed but never became current."""
        try:
            noted = self._publishing.read_text()
        except FileNotFoundError:
            return None
        return noted if noted and noted != self.current_id else None

    def _require_space(self, new_landing_bytes: int) -> None:
        """Note what is needed and free; raise DiskFull where it is too little."""
        current = self.current_version()
        published = disk.Occupied()
        if current is not None:
            published = disk.Occupied(
                state=disk.size_of(self.state_of(current.id)),
                databases=disk.size_of(current.analytics, current.private),
                parquet=disk.size_of(current.path / PARQUET),
            )
        needed = disk.needed_bytes(published, new_landing_bytes)
        self.space = disk.Space(needed, disk.free_bytes(self.path))
        if self.space.free < needed:
            raise DiskFull(
                f"The disk of {self.path} (mounted at {disk.mount_of(self.path)}) has"
                f" {disk.in_megabytes(self.space.free)} free, and this refresh may need"
                f" {disk.in_megabytes(needed)}. {_ROOM} Nothing was begun."
            )

    def full_disk(self, *, is_published: bool) -> DiskFull:
        """Sweep what a refresh wrote until its disk was full; say what was needed."""
        free = disk.free_bytes(self.path)
        used = disk.usage_of(self.candidates).total
        was_needed = (
            f" When the refresh began {disk.in_megabytes(self.space.free)} were free,"
            f" and it was expected to need up to {disk.in_megabytes(self.space.needed)}"
            f"; it had written {disk.in_megabytes(used)}."
            if self.space
            else ""
        )
        self.sweep()
        what_is_left = (
            "The version had been published before that, and is whole."
            if is_published
            else "Nothing was published; what the refresh had written was removed."
        )
        return DiskFull(
            f"The disk of {self.path} (mounted at {disk.mount_of(self.path)}) is full: "
            f"{disk.in_megabytes(free)} free.{was_needed} {_ROOM} {what_is_left}"
        )

    def _settle_on_disk(self, candidate: Candidate) -> None:
        opened = {
            STATE: self.access.keep_to_owner,
            ANALYTICS: self.access.open_to_readers,
            PRIVATE: self.access.open_to_private_readers,
            MANIFEST: self.access.open_to_readers,
        }
        for name, open_to in opened.items():
            file = candidate.path / name
            _sync(file)
            open_to(file)
        for folder in PUBLIC_FOLDERS:
            self._settle_folder(candidate.path / folder)
        _sync(candidate.path)

    def _settle_folder(self, folder: Path) -> None:
        """Open a folder to readers with all it holds, and make it durable."""
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            if path.is_dir():
                self._settle_folder(path)
                continue
            _sync(path)
            # one that is open may be the file of an older version too
            if not self.access.is_open_to_readers(path):
                self.access.open_to_readers(path)
        folder.chmod(0o755)
        _sync(folder)

    def _flip(self, version_id: str) -> None:
        self._point(self.current, self.versions_folder / version_id)

    def _point(self, link: Path, target: Path) -> None:
        """Let a link of the home name another folder of it, in one step."""
        fresh = link.with_name(f".{link.name}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target.relative_to(self.path))
        fresh.replace(link)
        _sync(self.path)


def _is_alive(holder: str) -> bool:
    """Say whether the process that is noted as the holder of the lock still runs."""
    try:
        os.kill(int(holder.removeprefix("process ")), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        return True
    return True


def copy_or_clone(source: Path, target: Path) -> None:
    """Copy a file; where the file system can, let both share their blocks."""
    with source.open("rb") as old, target.open("xb") as new:
        try:
            fcntl.ioctl(new.fileno(), FICLONE, old.fileno())
        except OSError:
            shutil.copyfile(source, target)


def _require_only_whole_files(candidate: Candidate) -> None:
    expected = {STATE, ANALYTICS, PRIVATE, MANIFEST}
    for spilled in candidate.path.glob("*.tmp"):
        _remove(spilled)
    found = {file.name for file in candidate.path.iterdir()} - {*PUBLIC_FOLDERS}
    if found != expected:
        odd = ", ".join(sorted(found ^ expected))
        raise HomeError(
            f"The candidate {candidate.path} is not complete, or something still "
            f"writes to it: {odd}. Nothing was published."
        )


def _write_durably(file: Path, text: str) -> None:
    file.write_text(text)
    _sync(file, file.parent)


def _sync(*paths: Path) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
