"""What a refresh knows of earlier landings: whose files those are, and what is new."""

from contextlib import suppress
from pathlib import Path

import duckdb

from orchestration.landing import raw
from orchestration.landing.report import LandingError, LandingReport
from orchestration.settings.settings import Settings
from orchestration.store import disk
from orchestration.store.versions import Version

SHOWN_FILES = 10


def refuse_other_files(
    settings: Settings, before: Version | None, landing: LandingReport
) -> None:
    """Raise LandingError where the folder is another one, with nothing known in it.

    What landed before stays in force, so the two would be published as one.
    """
    earlier_settings = before.manifest.get("settings", {}) if before else {}
    told = settings.landing_told
    earlier = earlier_settings.get("landing", told)
    is_known = landing.known_file_count or landing.replaced or landing.returned
    if earlier == told or is_known:
        return
    raise LandingError(
        [
            f"{settings.home} holds what landed from {earlier}, and no file of"
            f" it is in {told}: both would be published as one."
            " Give the new data a CUSTOMER360_HOME of its own. If the folder has"
            " moved, leave a file that landed before in it."
        ]
    )


def lost_files(
    settings: Settings,
    versions: tuple[Version | None, ...],
    connection: duckdb.DuckDBPyConnection,
) -> str | None:
    """Tell of files that versions stood on and that are nowhere any more.

    It is built from less then: after a rollback, or without the state that knew. Raises
    LandingError where nobody said that they are meant to be gone.
    """
    stood_on = {
        file["file_path"]
        for version in versions
        if version is not None
        for file in version.manifest.get("inputs", {}).get("files", ())
    }
    lost = sorted(stood_on - {f.file_path for f in raw.known_files(connection)})
    if not lost:
        return None
    named = ", ".join(lost[:SHOWN_FILES])
    more = f" and {len(lost) - SHOWN_FILES} more" if lost[SHOWN_FILES:] else ""
    told = f"{len(lost)} landed files that were published are gone: {named}{more}."
    if settings.accept_lost_files:
        return told
    raise LandingError(
        [
            f"{told} They are neither in {settings.landing} nor in the state"
            " that this refresh goes on from, and less would be published than"
            " before. Put them back; or, if they are meant to be gone,"
            " `CUSTOMER360_ACCEPT_LOST_FILES=true make refresh`, once."
        ]
    )


def new_landing_bytes(landing: Path, before: Version | None) -> int:
    """Return about how much text landing will read, by the sizes of files."""
    inputs = before.manifest.get("inputs", {}) if before else {}
    known = {(f["file_path"], f["byte_count"]) for f in inputs.get("files", ())}
    new = 0
    for file in landing.rglob("*"):
        # what cannot be read, or went meanwhile, is told by landing itself
        with suppress(OSError):
            size = file.stat().st_size if file.is_file() else 0
            name = file.relative_to(landing).as_posix()
            new += disk.text_bytes(file, size) * ((name, size) not in known)
    return new
