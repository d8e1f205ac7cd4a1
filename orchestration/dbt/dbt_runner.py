"""dbt in this process: run a command, tell how far it is, name what failed.

Needs the environment that the project reads to be set by the caller. dbt's own log and
result files stay unwritten: they quote rows. What is written goes through `masking`.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.settings.environment import switch_telemetry_off
from orchestration.text.masking import without_values

FAILED = ("error", "fail", "runtime error")
SHOWN_FAILURES = 5


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or test.

    `status` as dbt names it: success, pass, warn, error, fail or skipped. Tests have a
    `failed_row_count` and a `query_file`, their compiled SQL. No row value anywhere.
    """

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    failed_row_count: int
    message: str
    defined_in: str
    query_file: str | None

    def told(self) -> str:
        """Say in a line or two what failed and where to look."""
        what = f"{self.resource_type} {self.name} ({self.defined_in})"
        if self.resource_type != "test" or self.status != "fail":
            return f"{what}\n{self.message}"
        return (
            f"{what} found {self.failed_row_count:,} rows that break it; "
            f"its query: {self.query_file}"
        )


@dataclass(frozen=True)
class DbtRun:
    """The results of one dbt invocation, in the order in which nodes ended."""

    results: tuple[NodeResult, ...]
    seconds: float

    def count(self, *resource_types: str) -> int:
        """Return how many nodes of these types ran."""
        return sum(
            result.resource_type in resource_types and result.status != "skipped"
            for result in self.results
        )


class DbtFailed(Exception):
    """dbt did not build everything; `run` is what it did, empty when it never began."""

    def __init__(self, message: str, run: DbtRun) -> None:
        super().__init__(message)
        self.run = run


def run_dbt(
    arguments: Sequence[str],
    project_dir: Path,
    target_dir: Path,
    on_node: Callable[[str, int, int], None] = lambda name, index, total: None,
    on_result: Callable[[str], None] = lambda line: None,
) -> DbtRun:
    """Run a dbt command; raise DbtFailed when it did not succeed.

    `on_node` hears the name, number and total when a node starts (from a thread of
    dbt), `on_result` a line for the log when it ended. dbt makes a folder for its log
    even when it writes none: `target_dir`. Databases are closed on return.
    """
    switch_telemetry_off()
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    def hear(event: Any) -> None:
        if event.info.name == "LogStartLine":
            node = event.data.node_info
            on_node(node.node_name, event.data.index, event.data.total)
        elif event.info.name == "NodeFinished":
            node = event.data.node_info
            on_result(f"{node.node_status} {node.resource_type} {node.node_name}")
        elif event.info.level in ("warn", "error"):
            on_result(f"{event.info.level} {without_values(event.info.msg)}")

    started = time.monotonic()
    # options of dbt itself, which come before the command
    quiet = ["--quiet", "--no-print", "--no-use-colors", "--no-version-check"]
    logs = ["--log-level", "none", "--log-level-file", "none", "--log-path", target_dir]
    where = ["--project-dir", project_dir, "--profiles-dir", project_dir]
    try:
        outcome = dbtRunner(callbacks=[hear]).invoke(
            [str(word) for word in (*quiet, *logs, *arguments, *where)]
        )
    finally:
        # else this process would keep the databases locked
        DuckDBConnectionManager.close_all_connections()
    # `parse` gives a manifest, which has no results
    results = getattr(outcome.result, "results", None) or ()
    run = DbtRun(
        results=tuple(_node_result(result) for result in results),
        seconds=time.monotonic() - started,
    )
    if not outcome.success:
        raise DbtFailed(_failure(run, outcome.exception), run)
    return run


def _node_result(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(result.status),
        seconds=result.execution_time,
        failed_row_count=result.failures or 0,
        message=without_values(result.message or ""),
        defined_in=node.original_file_path,
        query_file=getattr(node, "compiled_path", None),
    )


def _failure(run: DbtRun, exception: BaseException | None) -> str:
    failures = [result for result in run.results if result.status in FAILED]
    if not failures:
        return f"dbt could not start: {without_values(str(exception))}"
    lines = [f"dbt: {len(failures)} of {len(run.results)} nodes failed."]
    lines += [f"- {result.told()}" for result in failures[:SHOWN_FAILURES]]
    if len(failures) > SHOWN_FAILURES:
        lines.append(f"- and {len(failures) - SHOWN_FAILURES} more, in the log")
    return "\n".join(lines)
