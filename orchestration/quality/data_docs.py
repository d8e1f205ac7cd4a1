"""The results of the doors as a page: one static file beside the published tables.

Great Expectations' own Data Docs load styles, scripts and a tracking image from other
hosts; this page needs nothing but itself and opens without a network. It shows what
stands in `audit.quality_results`, what failed first. Nothing is judged here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from orchestration.quality.doors import QualityResult

# path of the page within a version
PAGE = Path("report/quality/index.html")
TEMPLATE = "data_docs.html"
DOORS = {
    "landing": "Landing door: what landed, before it is built",
    "publish": "Publish door: what was built, before it is published",
}


@dataclass(frozen=True)
class Check:
    """One check over all its tables, those that failed first."""

    results: Sequence[QualityResult]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.results[0].check_name

    @property
    def severity(self) -> str:
        """What a failure of it means."""
        return self.results[0].severity

    @property
    def expected(self) -> str:
        """What it expects, in words."""
        return self.results[0].expected

    @property
    def failed_count(self) -> int:
        """How many of its results failed."""
        return sum(not result.is_passed for result in self.results)


def write_page(
    folder: Path, facts: Mapping[str, Any], results: Sequence[QualityResult]
) -> Path:
    """Write the page into the folder of a version; return its path within it.

    `facts` are shown at the top, in their order.
    """
    file = folder / PAGE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(facts, results), encoding="utf-8")
    return PAGE


def page(facts: Mapping[str, Any], results: Sequence[QualityResult]) -> str:
    """Return the page as HTML; it refers to nothing outside itself."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(plain=_plain, counted="{:,}".format)
    return environment.get_template(TEMPLATE).render(
        about={**facts, "checks": _counted(results)},
        failed=sorted(
            (result for result in results if not result.is_passed),
            key=lambda result: (not result.is_blocking, result.door),
        ),
        told=_told,
        doors={
            title: list(_checks([r for r in results if r.door == door]))
            for door, title in DOORS.items()
            if any(result.door == door for result in results)
        },
    )


def _counted(results: Sequence[QualityResult]) -> str:
    failed = [result for result in results if not result.is_passed]
    blocking = sum(result.is_blocking for result in failed)
    return (
        f"{len(results):,}: {len(results) - len(failed):,} passed, "
        f"{len(failed) - blocking:,} warnings, {blocking:,} blocking failures"
    )


def _told(result: QualityResult) -> dict[str, str]:
    """Return what is told of a failure, by its heading."""
    told = {
        "found": result.observed,
        "expected": result.expected,
        "rows": f"{result.failed_row_count:,}",
        "where": result.failed_at,
        "what to do": result.what_to_do,
    }
    return {name: text for name, text in told.items() if text}


def _checks(results: Sequence[QualityResult]) -> Iterator[Check]:
    for name in dict.fromkeys(result.check_name for result in results):
        of_check = [result for result in results if result.check_name == name]
        yield Check(sorted(of_check, key=lambda result: result.is_passed))


def _plain(value: object) -> Markup:
    # names of files come from outside: one that looks like an address is no link here
    told = re.sub(r"(?i)\b(https?|ftp):(?=//)", r"\1&#58;", str(escape(str(value))))
    return Markup(told)
