"""The figures of the house, from dbt's manifest and the files: `make house`.

Says how many models and arrows there are, which arrows run back, how long the longest
chain is, and how much there is to read, and writes it beside what it was before the
rebuild into docs/house.md. The tests of the architecture ask the same graph.
"""

import ast
import fcntl
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx

from orchestration.dbt.dbt_project import current_manifest, read_manifest

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "docs" / "house.md"
# an arrow may go to the right only
STOREYS = ("staging", "conformed", "core", "behaviour", "marts", "metrics")
# beside the house: they read all but metrics and private, and nobody else reads them
ASIDE = ("audit", "private")
LONG_MODEL_LINES = 120
# before the rebuild, counted in the same way
BEFORE = {
    "models": 223,
    "arrows": 655,
    "arrows back": 74,
    "longest chain": 34,
    "lines of SQL and Python in models": 13_894,
    "lines of YAML in models": 14_361,
    "models over 120 lines": 25,
    "macros with one caller": 18,
    "Python modules": 116,
    "import circles": 1,
}


@dataclass(frozen=True)
class Graph:
    """The models of a manifest and who reads whom.

    An arrow goes from the model that is read (a parent) to its reader (a child).
    """

    manifest: Mapping[str, Any]

    @cached_property
    def models(self) -> dict[str, dict[str, Any]]:
        """Return the nodes of all models by name."""
        return {
            node["name"]: node
            for node in self.manifest["nodes"].values()
            if node["resource_type"] == "model"
        }

    @cached_property
    def parents(self) -> dict[str, list[str]]:
        """Return the models that each model reads."""
        names = {node["unique_id"]: name for name, node in self.models.items()}
        return {
            name: [names[i] for i in node["depends_on"]["nodes"] if i in names]
            for name, node in self.models.items()
        }

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Return the models that read each model."""
        children: dict[str, list[str]] = {name: [] for name in self.models}
        for name, parents in self.parents.items():
            for parent in parents:
                children[parent].append(name)
        return children

    def storey(self, name: str) -> str:
        """Return the folder of a model, right below `models/`."""
        return str(self.models[name]["fqn"][1])

    def arrows_back(self) -> list[str]:
        """Return the arrows that go to the left, up or out of a side room."""
        order = {storey: number for number, storey in enumerate(STOREYS)}
        back = []
        for name, parents in self.parents.items():
            reader = self.storey(name)
            for parent in parents:
                read = self.storey(parent)
                if reader in order and read in order:
                    wrong = order[read] > order[reader]
                else:
                    wrong = read != reader and read not in STOREYS[:-1]
                if wrong:
                    back.append(f"{name} ({reader}) reads {parent} ({read})")
        return sorted(back)

    def longest_chain(self) -> list[str]:
        """Return the models of the longest way through, the first one first."""
        arrows = nx.DiGraph(
            (parent, name)
            for name, parents in self.parents.items()
            for parent in parents
        )
        arrows.add_nodes_from(self.models)
        return list(nx.dag_longest_path(arrows))

    def macros_with_one_caller(self) -> list[str]:
        """Return the macros of the project that one model calls, and no other."""
        callers: dict[str, int] = defaultdict(int)
        for node in self.models.values():
            for macro in node["depends_on"]["macros"]:
                callers[macro] += 1
        return sorted(
            macro["name"]
            for name, macro in self.manifest["macros"].items()
            if macro["package_name"] == "customer360"
            and "__" not in macro["name"]
            and callers[name] == 1
        )


def parsed_manifest(project: Path = PROJECT) -> dict[str, Any]:
    """Return the project's manifest, parsed anew only when the project changed."""
    folder = project / "target" / "house"
    folder.mkdir(parents=True, exist_ok=True)
    before = os.environ.get("DBT_TARGET_PATH")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # dbt knows where to write from here alone
        os.environ["DBT_TARGET_PATH"] = str(folder)
        try:
            return read_manifest(current_manifest(project, folder))
        finally:
            if before is None:
                del os.environ["DBT_TARGET_PATH"]
            else:
                os.environ["DBT_TARGET_PATH"] = before


def figures(graph: Graph, project: Path = PROJECT) -> dict[str, int]:
    """Return the figures of now, named and ordered as those of before."""
    texts = [
        path for ending in ("sql", "py") for path in _files(project / "models", ending)
    ]
    lengths = [_line_count(path) for path in texts]
    return {
        "models": len(graph.models),
        "arrows": sum(map(len, graph.parents.values())),
        "arrows back": len(graph.arrows_back()),
        "longest chain": len(graph.longest_chain()),
        "lines of SQL and Python in models": sum(lengths),
        "lines of YAML in models": sum(
            _line_count(path) for path in _files(project / "models", "yml")
        ),
        "models over 120 lines": sum(length > LONG_MODEL_LINES for length in lengths),
        "macros with one caller": len(graph.macros_with_one_caller()),
        "Python modules": len(list(_files(project / "orchestration", "py"))),
        "import circles": len(import_circles(project)),
    }


def import_circles(project: Path = PROJECT) -> list[list[str]]:
    """Return the groups of our modules that import each other, each in order.

    Imports inside functions count, those for type checking alone do not.
    """
    modules = {
        ".".join(path.relative_to(project).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in _files(project / "orchestration", "py")
    }
    arrows = nx.DiGraph(
        (name, imported)
        for name, path in modules.items()
        for imported in _imported(ast.parse(path.read_text()), set(modules))
        if imported != name
    )
    return sorted(
        sorted(group)
        for group in nx.strongly_connected_components(arrows)
        if len(group) > 1
    )


def _imported(node: ast.AST, modules: set[str]) -> Iterator[str]:
    """Yield those of the modules that a piece of code imports, or names from."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        return
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        whole = [f"{node.module}.{alias.name}" for alias in node.names]
        names = [name if name in modules else node.module for name in whole]
    yield from (name for name in names if name in modules)
    for child in ast.iter_child_nodes(node):
        yield from _imported(child, modules)


def document(now: Mapping[str, int], graph: Graph, written: str) -> str:
    """Return the page that shows the figures."""
    rows = "\n".join(
        f"| {name} | {BEFORE[name]:,} | {value:,} |" for name, value in now.items()
    )
    storeys = "\n".join(
        f"| {storey} | {sum(graph.storey(n) == storey for n in graph.models)} |"
        for storey in (*STOREYS, *ASIDE)
    )
    return f"""\
# The house in figures

Written by `make house` on {written}; the limits that tests hold are in
`tests/architecture/test_storeys.py`.

| | before the rebuild | now |
|---|---|---|
{rows}

An arrow is one model that another reads. It goes from staging over conformed, core,
behaviour and marts to metrics; one that goes back is a fault. Audit and private read
all but metrics.

| storey | models |
|---|---|
{storeys}

The longest chain: {", ".join(f"`{name}`" for name in graph.longest_chain())}.
"""


def _files(folder: Path, ending: str) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob(f"*.{ending}")) if path.is_file())


def _line_count(path: Path) -> int:
    return len(path.read_text().splitlines())


def main() -> int:
    """Write the page as a command, and say the figures."""
    graph = Graph(parsed_manifest())
    now = figures(graph)
    DOCUMENT.write_text(document(now, graph, f"{datetime.now(UTC):%Y-%m-%d}"))
    for name, value in now.items():
        print(f"{name}: {BEFORE[name]:,} -> {value:,}")
    for line in graph.arrows_back():
        print(f"  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
