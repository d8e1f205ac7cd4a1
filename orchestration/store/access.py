"""Who may read the files of a version: modes, and the groups that settings name.

Readers get analytics.duckdb and the manifest, private readers private.duckdb, nobody
but the operator the state. What roles there are is told in docs/access.md; the grants
of database engines are written by macros/grants.sql.
"""

import grp
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from orchestration.settings.errors import SettingsError

EVERYBODY_READS, GROUP_READS, OWNER_WORKS = 0o444, 0o440, 0o600


@dataclass(frozen=True)
class Access:
    """Numbers of the two groups; None where the settings name no group."""

    readers: int | None = None
    private: int | None = None

    @classmethod
    def of_groups(cls, readers: str | None, private: str | None) -> "Access":
        """Look up groups by name; raise SettingsError where there is none such."""
        return cls(
            readers=_group("CUSTOMER360_READERS_GROUP", readers),
            private=_group("CUSTOMER360_PRIVATE_GROUP", private),
        )

    def open_to_readers(self, file: Path) -> None:
        """Let readers read a file: their group, or everybody where there is none."""
        mode = EVERYBODY_READS if self.readers is None else GROUP_READS
        _give(file, self.readers, mode)

    def is_open_to_readers(self, file: Path) -> bool:
        """Say whether a file is already as `open_to_readers` would make it."""
        status = file.stat()
        mode = EVERYBODY_READS if self.readers is None else GROUP_READS
        is_theirs = self.readers in (None, status.st_gid)
        return is_theirs and stat.S_IMODE(status.st_mode) == mode

    def open_to_private_readers(self, file: Path) -> None:
        """Let only the group of private readers read a file, or that it is born in."""
        _give(file, self.private, GROUP_READS)

    def keep_to_owner(self, file: Path) -> None:
        """Let nobody but the operator read a file."""
        _give(file, None, OWNER_WORKS)

    def require(self, folder: Path) -> None:
        """Raise SettingsError if files in a folder may not be given to the groups.

        Asked before the work begins: it would fail at its very end otherwise.
        """
        names = {
            "CUSTOMER360_READERS_GROUP": self.readers,
            "CUSTOMER360_PRIVATE_GROUP": self.private,
        }
        probe = folder / ".group"
        for setting, group in names.items():
            if group is None:
                continue
            probe.touch()
            try:
                os.chown(probe, -1, group)
            except OSError as error:
                raise SettingsError(
                    f"{setting} names the group {grp.getgrgid(group).gr_name}, and "
                    f"files may not be given to it ({error.strerror}). The user that "
                    "refreshes must be a member of it."
                ) from error
            finally:
                probe.unlink()


def keep_from_strangers(folder: Path) -> None:
    """Let nobody but owner and group change what a folder holds, if anybody could.

    Who may write a folder may put another file in the place of any of its own.
    """
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        folder.chmod(mode & ~stat.S_IWOTH)


def _group(setting: str, name: str | None) -> int | None:
    if name is None:
        return None
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise SettingsError(
            f"{setting} is {name!r}, and there is no group of that name. "
            f"Make one (`groupadd {name}`), or leave the setting empty."
        ) from None


def _give(file: Path, group: int | None, mode: int) -> None:
    # the group first: no moment at which the wrong one may read
    if group is not None:
        os.chown(file, -1, group)
    file.chmod(mode)
