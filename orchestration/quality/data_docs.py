"""The results of the doors as a page: one static file beside the published tables.

Great Expectations' own Data Docs load styles, scripts and a tracking image from other
hosts; this page needs nothing but itself and opens without a network. It shows what
stands in `audit.quality_results`, what failed first. Nothing is judged here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from orchestration.quality.doors import QualityResult

# path of the page within a version
PAGE = Path("report/quality/index.html")
DOORS = {
    "landing": "Landing door: what landed, before it is built",
    "publish": "Publish door: what was built, before it is published",
}
STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #c0392b; --odd: #b7791f;
  --good: #2f855a; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.blocking { color: var(--bad); font-weight: 600; } .warning { color: var(--odd);
  font-weight: 600; } .passed { color: var(--good); }
article { border-left: 4px solid var(--line); padding: .1rem 1rem; margin: 1rem 0; }
article.blocking { border-color: var(--bad); font-weight: inherit; color: inherit; }
article.warning { border-color: var(--odd); font-weight: inherit; color: inherit; }
article h3 { font-size: 1rem; margin: .4rem 0; } dt { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem;
  margin: .4rem 0; } dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; margin: .6rem 0; }
"""


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
    failed = sorted(
        (result for result in results if not result.is_passed),
        key=lambda result: (not result.is_blocking, result.door),
    )
    body = [
        "<h1>Data quality</h1>",
        _facts({**facts, "checks": _counted(results)}),
        "<h2>Failed</h2>",
        *(map(_failure, failed) if failed else ["<p>Every check passed.</p>"]),
        *_doors(results),
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>Data quality</title><style>{STYLE}</style></head><body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def _counted(results: Sequence[QualityResult]) -> str:
    failed = [result for result in results if not result.is_passed]
    blocking = sum(result.is_blocking for result in failed)
    return (
        f"{len(results):,}: {len(results) - len(failed):,} passed, "
        f"{len(failed) - blocking:,} warnings, {blocking:,} blocking failures"
    )


def _facts(facts: Mapping[str, Any]) -> str:
    pairs = (f"<dt>{_text(n)}</dt><dd>{_text(v)}</dd>" for n, v in facts.items())
    return f"<dl>{''.join(pairs)}</dl>"


def _failure(result: QualityResult) -> str:
    column = f", column {result.column_name}" if result.column_name else ""
    where = f"{result.table_name or '(no table)'}{column}"
    told = {
        "found": result.observed,
        "expected": result.expected,
        "rows": f"{result.failed_row_count:,}",
        "where": result.failed_at,
        "what to do": result.what_to_do,
    }
    return (
        f'<article class="{result.severity}">'
        f'<h3><span class="{result.severity}">{result.severity}</span> '
        f"{_text(result.check_name)}: {_text(where)}</h3>"
        f"{_facts({name: text for name, text in told.items() if text})}</article>"
    )


def _doors(results: Sequence[QualityResult]) -> Iterator[str]:
    for door, title in DOORS.items():
        of_door = [result for result in results if result.door == door]
        if not of_door:
            continue
        yield f"<h2>{title}</h2>"
        for name in dict.fromkeys(result.check_name for result in of_door):
            yield _check([r for r in of_door if r.check_name == name])


def _check(results: Sequence[QualityResult]) -> str:
    """Return one check over all its tables, folded up where all passed."""
    first = results[0]
    failed = sum(not result.is_passed for result in results)
    said = (
        f'<span class="{first.severity}">{failed:,} of {len(results):,} failed</span>'
        if failed
        else f'<span class="passed">{len(results):,} passed</span>'
    )
    rows = "".join(map(_row, sorted(results, key=lambda result: result.is_passed)))
    return (
        f"<details{' open' if failed else ''}><summary><b>{_text(first.check_name)}</b>"
        f" ({first.severity}): {said}. Expected: {_text(first.expected)}.</summary>"
        "<table><tr><th>Table<th>Column<th>Result<th>Found<th>Rows<th>Where</tr>"
        f"{rows}</table></details>"
    )


def _row(result: QualityResult) -> str:
    said = "passed" if result.is_passed else result.severity
    cells: Iterable[str] = (
        f"<td>{_text(result.table_name)}",
        f"<td>{_text(result.column_name)}",
        f'<td class="{said}">{said}',
        f"<td>{_text(result.observed)}",
        f'<td class="n">{"" if result.is_passed else f"{result.failed_row_count:,}"}',
        f"<td>{_text(result.failed_at)}",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _text(value: object) -> str:
    # names of files come from outside: one that looks like an address is no link here
    return re.sub(r"(?i)\b(https?|ftp):(?=//)", r"\1&#58;", escape(str(value)))
