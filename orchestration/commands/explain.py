"""`make explain TABLE=marts.fct_orders KEY=…`: the landed rows behind a published row.

Reads the current version and its state; needs the right to read the state folder.
"""

import json
import sys
from collections.abc import Iterator

import duckdb

from orchestration.report.lineage import Explainer, NothingToExplain, Source
from orchestration.settings.errors import SettingsError
from orchestration.settings.settings import Settings
from orchestration.store.databases import opened
from orchestration.store.versions import Home, HomeError, Version
from orchestration.text.printable import shown, shown_lines


def main(table: str, key: str, limit: int) -> int:
    """Print the explanation; return the exit status."""
    try:
        home = Home(Settings.from_environment().home)
        for line in explanation(home, table, key, limit):
            print(shown_lines(line))
    except (SettingsError, HomeError, NothingToExplain, duckdb.IOException) as error:
        print(shown_lines(str(error)), file=sys.stderr)
        return 1
    return 0


def explanation(home: Home, table: str, key: str, limit: int) -> Iterator[str]:
    """Yield the lines that tell a published row and the landed rows behind it.

    Raises NothingToExplain when there is no version, table or row.
    """
    home.require_no_fault()
    version = home.current_version()
    if version is None:
        raise NothingToExplain(f"Nothing is published in {home.path} yet.")
    state = home.state_of(version.id)
    with opened(state, version.analytics, version.private) as connection:
        settings = version.manifest["settings"]
        explainer = Explainer(
            connection,
            version.manifest["keys"],
            settings["vars"]["activity_window_days"],
            limit,
        )
        row = explainer.published_row(table, key)
        yield f"{table} in version {version.id}, as of {as_of(version)}:"
        yield from (f"  {name}: {value}" for name, value in row.items())
        for source in explainer.sources(table, row):
            yield ""
            yield from lines_of(source)


def lines_of(source: Source) -> Iterator[str]:
    """Yield the lines for the landed rows of one kind."""
    yield f"{source.title}: {source.row_count:,} rows"
    for row in source.rows:
        values = json.dumps(row.values, ensure_ascii=False)
        yield f"  {shown(row.file_path)} record {row.record_number}: {values}"
        yield from (f"    {shown(note)}" for note in row.order_notes)
    hidden = source.row_count - len(source.rows)
    if hidden:
        yield f"  and {hidden:,} more (LIMIT={source.row_count} shows all)"


def as_of(version: Version) -> str:
    """Return the day of a version."""
    return str(version.manifest["as_of_date"])
