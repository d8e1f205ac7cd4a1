"""How the Python of the project is built: its packages, their order and their sizes.

Read from the source; nothing is imported. What stands in a list of exceptions has its
reason beside it, and leaves the list when the reason is gone.
"""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "orchestration"

# A package imports those above it in this list, and none below it.
ORDER = (
    "text",
    "settings",
    "store",
    "landing",
    "dbt",
    "identity",
    "models",
    "synthetic",
    "privacy",
    "quality",
    "refresh",
    "report",
    "alerts",
    "defs",
    "definitions",
    "commands",
)

LONGEST_MODULE, LONGEST_FUNCTION = 400, 60

LONG_MODULES = {
    "orchestration.quality.door_frames": "until the doors ask the tables themselves",
    "orchestration.quality.suites": "until the doors ask the tables themselves",
    "orchestration.refresh.refreshing": "the steps of one refresh, in their order",
    "orchestration.privacy.rewriting": "one file read and written in every format",
    "orchestration.store.versions": "to be carved: the lock, broken homes",
    "orchestration.report.lineage": "a list of what feeds each table: the catalogue's",
    "orchestration.synthetic.dirt": "a list of faults, one function each",
    "orchestration.landing.raw": "the tables of raw, and all that is written there",
}

LONG_FUNCTIONS = {
    "orchestration.quality.door_frames.order_lines": "one statement of SQL",
    "orchestration.quality.suites.landing_suites": "a list of expectations",
    "orchestration.quality.suites.publish_suites": "a list of expectations",
    "orchestration.synthetic.readme._effects": "a list of sentences",
}


def module_of(file: Path) -> str:
    parts = file.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {module_of(file): ast.parse(file.read_text()) for file in PACKAGE.rglob("*.py")}


def package_of(module: str) -> str:
    return module.split(".")[1]


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules of the project that a module imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in TREES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                if inner in TREES or node.module in TREES:
                    yield inner if inner in TREES else str(node.module)


ARROWS = {
    module: {other for other in imported(tree) if other != module}
    for module, tree in TREES.items()
}


def test_packages_are_those_of_the_list() -> None:
    found = {package_of(module) for module in TREES if "." in module}
    assert found == set(ORDER)


def test_packages_import_only_those_before_them() -> None:
    upward = [
        f"{module} imports {other}"
        for module, others in ARROWS.items()
        for other in others
        if "." in module
        and ORDER.index(package_of(other)) > ORDER.index(package_of(module))
    ]
    assert upward == []


def test_modules_import_each_other_in_no_circle() -> None:
    try:
        TopologicalSorter(ARROWS).prepare()
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))


def test_only_settings_touch_the_environment() -> None:
    readers = {
        package_of(module)
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "environb", "getenv", "putenv")
    }
    assert readers == {"settings"}


def test_no_module_changes_the_environment_when_it_is_imported() -> None:
    def at_import(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.FunctionDef | ast.Lambda):
                yield child
                yield from at_import(child)

    changed = [
        module
        for module, tree in TREES.items()
        for node in at_import(tree)
        if "os.environ" in ast.unparse(node)
        or re.match(r"(set_variables|switch_telemetry_off)\(", ast.unparse(node))
    ]
    assert changed == []


def test_only_defs_know_dagster() -> None:
    """Beside the commands that run it in their own process."""
    knowing = {
        package_of(module)
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and re.match(r"(from|import) dagster", ast.unparse(node))
    }
    assert knowing <= {"defs", "definitions", "commands"}


def test_long_modules_have_a_reason() -> None:
    long = {
        module
        for module in TREES
        if len(source_of(module).splitlines()) > LONGEST_MODULE
    }
    assert long == set(LONG_MODULES)


def test_long_functions_have_a_reason() -> None:
    long = {
        f"{module}.{node.name}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert long == set(LONG_FUNCTIONS)


def source_of(module: str) -> str:
    path = PROJECT.joinpath(*module.split("."))
    file = path.with_suffix(".py")
    return (file if file.exists() else path / "__init__.py").read_text()


def test_candidates_run_where_only_their_own_packages_are_installed() -> None:
    """`make candidates` has an environment of its own: requirements-matching.lock."""
    locked = re.findall(
        r"(?m)^([\w-]+)==", (PROJECT / "requirements-matching.lock").read_text()
    )
    reached: set[str] = set()
    todo = ["orchestration.commands.__main__", "orchestration.commands.candidates"]
    while todo:
        module = todo.pop()
        parents = [module.rsplit(".", n)[0] for n in range(module.count(".") + 1)]
        for one in {module, *parents} - reached:
            reached.add(one)
            todo += [other for other in top_level(TREES[one]) if other in TREES]
    outside = {
        name.split(".")[0]
        for module in reached
        for name in top_level(TREES[module])
        if name not in TREES and name.split(".")[0] not in sys.stdlib_module_names
    }
    assert outside <= {name.replace("-", "_") for name in locked}


def top_level(tree: ast.Module) -> Iterator[str]:
    """Yield what a module imports as soon as it is imported."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in TREES else str(node.module)
