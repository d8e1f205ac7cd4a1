"""Where refreshes work and what readers see: candidates, states, versions, `current`.

One refresher works at a time, in a candidate folder that no reader knows. Publishing
renames it into `versions/` and flips the symlink `current`, the only path that readers
know. Whatever dies at whatever moment, `current` names a whole version, and the next
`begin` sweeps what was left. What stands in the databases is not known here.
"""

import contextlib
import errno
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

from orchestration.store import disk
from orchestration.store.access import Access, keep_from_strangers

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
        # what outlives all versions, and only grows
        self.ledgers = path / "ledgers"
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
            # modes are said, never left to the umask of whoever starts it
            if not self.path.exists():
                self.path.mkdir(parents=True)
                self.path.chmod(0o755)
            keep_from_strangers(self.path)
            self.versions_folder.mkdir(exist_ok=True)
            self.versions_folder.chmod(0o755)
            for folder in self._own_folders():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise HomeError(
                f"The home folder {self.path} (CUSTOMER360_HOME) cannot be used: "
                f"{error.strerror}."
            ) from error

    def _own_folders(self) -> tuple[Path, ...]:
        """Folders that nobody but the operator looks into."""
        return (
            self.candidates,
            self.states,
            self.logs,
            self.dagster,
            self.ledgers,
            self.target,
        )

    @property
    def current_id(self) -> str | None:
        """Id of the version that readers see; None before the first one.

        None too where `current` is no link: `fault` tells of it.
        """
        try:
            return self.current.readlink().name
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EINVAL):
                return None
            raise

    def current_version(self) -> Version | None:
        """Return the version that readers see; None before the first one."""
        return next((v for v in self.versions() if v.is_current), None)

    def versions(self) -> list[Version]:
        """Return the published versions whose manifest can be read, oldest first."""
        current = self.current_id
        found = ((folder, _manifest(folder)) for folder in self._published())
        return [
            Version(folder.name, folder, folder.name == current, manifest)
            for folder, manifest in found
            if manifest is not None
        ]

    def broken_ids(self) -> list[str]:
        """Return the ids of versions of which not even the manifest can be read."""
        return [f.name for f in self._published() if _manifest(f) is None]

    def _published(self) -> list[Path]:
        unfinished = self._unfinished_id()
        folders = sorted(self.versions_folder.glob("[!.]*"))
        return [f for f in folders if f.is_dir() and f.name != unfinished]

    def state_of(self, version_id: str) -> Path:
        """Return the path of the state database that belongs to a version."""
        return self.states / version_id / STATE

    def is_sound(self, version: Version, file: Path) -> bool:
        """Say whether a database of a version is there, and as long as it was."""
        sizes = version.manifest.get("bytes", {})
        return file.is_file() and file.stat().st_size == sizes.get(
            file.name, file.stat().st_size
        )

    def is_whole(self, version: Version) -> bool:
        """Say whether all that a version is made of is still there."""
        files = (version.analytics, version.private, self.state_of(version.id))
        parquet = [
            version.path / PARQUET / f"{name.replace('.', '/', 1)}.parquet"
            for name in version.manifest.get("parquet", {})
        ]
        are_sound = all(self.is_sound(version, file) for file in files)
        return are_sound and all(file.is_file() for file in parquet)

    def fault(self) -> str | None:
        """Say what is broken so that a refresh cannot go on from here, and what heals.

        None where it can: also where the published files of the current version are
        gone, as long as its state is there.
        """
        current, versions = self.current_id, self.versions()
        seen = next((v for v in versions if v.is_current), None)
        whole = [v.id for v in versions if not v.is_current and self.is_whole(v)]
        if current is None and self.current.exists():
            what = f"{self.current} is a folder, and must be a link to a version."
            heals = (
                f"`make rollback TO={whole[-1]}` moves it aside and links the newest"
                " version."
                if whole
                else f"Move it away: `mv {self.current} {self.current}.aside`."
            )
            return f"{what} {heals}"
        if current is None and not whole:
            return None
        back = f"`make rollback TO={whole[-1]}` goes on from there." if whole else None
        if current is None:
            return (
                f"{self.current} is gone, and {len(whole)} versions are there. {back}"
            )
        state = self.state_of(current)
        if seen is not None and state.is_file() and not self.is_sound(seen, state):
            return self.told_of_state(state)
        if seen is not None or state.is_file():
            return None
        folder = self.versions_folder / current
        what = (
            f"{folder / MANIFEST} cannot be read"
            if folder.is_dir()
            else f"{self.current} names version {current}, which is not there"
        )
        return f"{what}, and its state is gone too. " + (
            back
            or "Restore a backup. If there is none, "
            f"`rm {self.current}` begins anew, from the landing folder alone."
        )

    def told_of_state(self, state: Path) -> str:
        """Say that the state of the current version was cut or changed, what heals."""
        others = [v for v in self.versions() if not v.is_current and self.is_whole(v)]
        heals = (
            f"`make rollback TO={others[-1].id}` goes on from there."
            if others
            else f"`rm {state}` lets the next refresh make it anew from the landing"
            " folder; it says so if a file is missing."
        )
        return f"{state} was cut or changed, and cannot be read. {heals}"

    def require_no_fault(self) -> None:
        """Raise HomeError where `fault` tells of one."""
        if (fault := self.fault()) is not None:
            raise HomeError(fault)

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
        taken = [folder.name for folder in self._published()]
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
        candidate.path.mkdir()
        candidate.path.chmod(0o700)
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
            # what `current` names may have lost its folder, and is all that is left
            is_current = state.name == self.current_id
            if not is_current and not (self.versions_folder / state.name).exists():
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
        databases = (candidate.state, candidate.analytics, candidate.private)
        sizes = {file.name: file.stat().st_size for file in databases if file.exists()}
        manifest = {**manifest, "bytes": sizes}
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (candidate.path / MANIFEST).write_text(text)
        _require_only_whole_files(candidate)
        self._settle_on_disk(candidate)

        # From here to the flip a killed refresh leaves a version that nobody saw;
        # this note lets the next one tell it from a version that was rolled back.
        _write_durably(self._publishing, candidate.id)
        state = self.state_of(candidate.id)
        state.parent.mkdir()
        state.parent.chmod(0o700)
        candidate.state.rename(state)
        disk.sync(state.parent, self.states)
        candidate.path.chmod(0o755)
        target = self.versions_folder / candidate.id
        candidate.path.rename(target)
        disk.sync(self.versions_folder)
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
        dropped = [
            folder.name
            for folder in self._published()
            if folder.name < (self.current_id or "")
        ]
        for version_id in dropped:
            self._drop(version_id)
        return dropped

    def rollback(self, to: str | None = None) -> Version:
        """Flip `current` back to an older version; the next refresh starts from it.

        A folder that stands in the place of `current` is moved aside. Raises HomeError
        as `rollback_target` does.
        """
        self.sweep()
        version = self.rollback_target(to)
        if self.current.is_dir() and not self.current.is_symlink():
            self.current.rename(_free_name(self.current))
        self._flip(version.id)
        return version

    def rollback_target(self, to: str | None = None) -> Version:
        """Return the version that a rollback leads to; raise HomeError.

        Without `to`, the version from which the current one was made, else the next
        older one.
        """
        versions = {version.id: version for version in self.versions()}
        target = to or self._version_before_current(versions)
        if target is None:
            raise HomeError("There is no older version to go back to.")
        if target not in versions:
            known = ", ".join(versions) or "none"
            why = " whose manifest can be read" if target in self.broken_ids() else ""
            raise HomeError(f"There is no version {target}{why}. Versions: {known}.")
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
            disk.sync(file)
            open_to(file)
        for folder in PUBLIC_FOLDERS:
            self._settle_folder(candidate.path / folder)
        disk.sync(candidate.path)

    def _settle_folder(self, folder: Path) -> None:
        """Open a folder to readers with all it holds, and make it durable."""
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            if path.is_dir():
                self._settle_folder(path)
                continue
            disk.sync(path)
            # one that is open may be the file of an older version too
            if not self.access.is_open_to_readers(path):
                self.access.open_to_readers(path)
        folder.chmod(0o755)
        disk.sync(folder)

    def _flip(self, version_id: str) -> None:
        self._point(self.current, self.versions_folder / version_id)

    def _point(self, link: Path, target: Path) -> None:
        """Let a link of the home name another folder of it, in one step."""
        fresh = link.with_name(f".{link.name}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target.relative_to(self.path))
        fresh.replace(link)
        disk.sync(self.path)

    def newest(self) -> Version | None:
        """Return the newest version that readers saw; None before the first one."""
        seen = [v for v in self.versions() if not v.manifest.get("is_aside")]
        return seen[-1] if seen else None


def _is_alive(holder: str) -> bool:
    """Say whether the process that is noted as the holder of the lock still runs."""
    try:
        os.kill(int(holder.removeprefix("process ")), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        return True
    return True


def _manifest(folder: Path) -> Mapping[str, Any] | None:
    """Return what a version says of itself; None where it cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def _free_name(path: Path) -> Path:
    """Return a name beside a path that nothing has."""
    names = (path.with_name(f"{path.name}.aside-{n}") for n in itertools.count(1))
    return next(name for name in names if not name.exists())


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
    file.chmod(0o600)
    disk.sync(file, file.parent)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
