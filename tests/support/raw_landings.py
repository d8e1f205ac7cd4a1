"""Small landing folders, landed into a database of their own by the real contract.

For tests of how files are read; whole landings that publish are in `landings`.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import LandingError, LandingReport, land
from orchestration.landing.contract import Contract, read_contract
from orchestration.settings.reading_rules import ReadingRules

NOW = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
PROJECT = Path(__file__).resolve().parents[2]
ORDERS = "order_id,customer_id,ordered_at,status,gross_amount"
ONE_ORDER = f"{ORDERS}\n1,7,2026-01-01,paid,10.50\n"


class Landing:
    """A landing folder and the state that it lands into."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "landing"
        self.folder.mkdir()
        self.connection = duckdb.connect(str(tmp_path / "state.duckdb"))
        self.contract: Contract = read_contract(PROJECT / "models/staging/_sources.yml")

    def put(self, name: str, content: bytes | str) -> Path:
        """Write a file below the landing folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def put_parquet(self, name: str, query: str) -> Path:
        """Write the rows of a query as Parquet."""
        path = self.put(name, "")
        plain = self.folder.parent / "plain.parquet"
        duckdb.execute(f"copy ({query}) to '{plain}' (format parquet)")
        return plain.rename(path)

    def land(self, rules: ReadingRules = ReadingRules()) -> LandingReport:  # noqa: B008
        """Land all that is new."""
        return land(self.connection, self.folder, self.contract, NOW, None, rules)

    def refused(self, rules: ReadingRules = ReadingRules()) -> str:  # noqa: B008
        """Land, and return why it was refused; nothing may have been loaded."""
        with pytest.raises(LandingError) as refusal:
            self.land(rules)
        return str(refusal.value)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Return rows of a raw table that are current, in the order of files."""
        return self.connection.execute(
            f"select {', '.join(columns)} from raw.{table} as landed"
            " join raw.landing_files as files using (landing_file_id)"
            " where is_current order by file_path, record_number"
        ).fetchall()

    def column(self, table: str, column: str) -> list[Any]:
        """Return one column as `rows` does."""
        return [value for (value,) in self.rows(table, column)]

    def rejects(self) -> list[tuple[Any, ...]]:
        """Return number and error of unreadable rows."""
        return self.connection.execute(
            "select record_number, error from raw.landing_rejects order by all"
        ).fetchall()

    def files(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return what is noted of files."""
        return self.connection.execute(
            f"select {', '.join(columns)} from raw.landing_files order by file_path"
        ).fetchall()
