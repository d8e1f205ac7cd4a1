"""The demo's figures, as they were last reviewed: a number that moves is a diff.

`make golden` writes them anew; the difference belongs into the review.
"""

import csv
import io
import os
from pathlib import Path

import duckdb
import pytest

from tests.support.refreshes import Published

FIGURES = sorted((Path(__file__).parent / "figures").glob("*.sql"))


@pytest.mark.slow
@pytest.mark.parametrize("query", FIGURES, ids=lambda path: path.stem)
def test_the_figures_are_those_reviewed(query: Path, published_demo: Published) -> None:
    found = _as_csv(query, published_demo.analytics_path)
    reviewed = query.with_suffix(".csv")
    if os.environ.get("WRITE_GOLDEN"):
        reviewed.write_text(found, encoding="utf-8")
    assert found.splitlines() == reviewed.read_text("utf-8").splitlines()


def _as_csv(query: Path, analytics: Path) -> str:
    with duckdb.connect(str(analytics), read_only=True) as connection:
        result = connection.execute(query.read_text("utf-8"))
        header = [column[0] for column in result.description]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(result.fetchall())
    return text.getvalue()
