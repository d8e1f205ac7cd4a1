"""The figures of the house count what they say, on small houses."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks.house import Graph, document, figures, import_circles


def manifest(*arrows: str, macros: dict[str, list[str]] | None = None) -> Graph:
    """A graph of models `folder.name`, from arrows "parent > child"."""
    models: dict[str, dict[str, Any]] = {}
    for arrow in arrows:
        names = arrow.split(" > ")
        for path in names:
            folder, name = path.split(".")
            models.setdefault(
                name,
                {
                    "name": name,
                    "unique_id": f"model.{name}",
                    "resource_type": "model",
                    "fqn": ["customer360", folder, name],
                    "depends_on": {"nodes": [], "macros": (macros or {}).get(name, [])},
                },
            )
        for parent, child in pairwise(names):
            parent, child = parent.split(".")[1], child.split(".")[1]
            models[child]["depends_on"]["nodes"].append(f"model.{parent}")
    called = {m for callers in (macros or {}).values() for m in callers}
    return Graph(
        {
            "nodes": {node["unique_id"]: node for node in models.values()},
            "macros": {
                macro: {"name": macro, "package_name": "customer360"}
                for macro in called
            },
        }
    )


@pytest.mark.parametrize(
    "arrow",
    [
        "behaviour.b > core.a",
        "marts.b > behaviour.a",
        "metrics.b > marts.a",
        "metrics.b > audit.a",
        "metrics.b > private.a",
        "audit.b > core.a",
        "private.b > audit.a",
        "audit.b > private.a",
    ],
)
def test_an_arrow_back_is_told(arrow: str) -> None:
    reader, read = arrow.split(" > ")[1], arrow.split(" > ")[0]
    (told,) = manifest(arrow).arrows_back()
    assert told == f"a ({reader.split('.')[0]}) reads b ({read.split('.')[0]})"


@pytest.mark.parametrize(
    "arrow",
    [
        "staging.a > conformed.b > core.c > behaviour.d > marts.e > metrics.f",
        "staging.a > audit.b > audit.c",
        "marts.a > private.b > private.c",
        "core.a > core.b",
        "staging.a > metrics.b",
    ],
)
def test_an_arrow_to_the_right_is_none(arrow: str) -> None:
    assert manifest(arrow).arrows_back() == []


def test_the_longest_way_counts_models() -> None:
    graph = manifest("core.a > core.b > core.c", "core.a > core.c > core.d")
    assert graph.longest_chain() == ["a", "b", "c", "d"]


def test_a_macro_that_two_models_call_has_more_than_one_caller() -> None:
    graph = manifest("core.a > core.b", macros={"a": ["once", "twice"], "b": ["twice"]})
    assert graph.macros_with_one_caller() == ["once"]


def test_modules_that_import_each_other_are_a_circle(tmp_path: Path) -> None:
    for name, text in {
        "a": "from orchestration.b import x",
        "b": "def late():\n    from orchestration import c",
        "c": "import orchestration.a",
        "d": "if TYPE_CHECKING:\n    from orchestration.e import y",
        "e": "import orchestration.d",
        "__init__": "",
    }.items():
        (tmp_path / "orchestration").mkdir(exist_ok=True)
        (tmp_path / "orchestration" / f"{name}.py").write_text(text)
    assert import_circles(tmp_path) == [
        ["orchestration.a", "orchestration.b", "orchestration.c"]
    ]


def test_the_page_has_every_figure(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1\n" * 121)
    (tmp_path / "models" / "b.yml").write_text("a: 1\n")
    graph = manifest("core.a > core.b")
    now = figures(graph, tmp_path)
    assert list(now.values()) == [2, 1, 0, 2, 121, 1, 1, 0, 0, 0]
    page = document(now, graph, "2026-01-31")
    assert "| models over 120 lines | 25 | 1 |" in page
    assert "| core | 2 |" in page
    assert page.endswith("`a`, `b`.\n")
