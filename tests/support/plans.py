"""Reads DuckDB's plans for joins that grow with the product of their sides.

A side is bounded where it reads only relations that do not grow with customers or
orders (lookups, the calendar, the one day), or is one row by construction (an aggregate
without groups, a limit). A hash join is never a fault: it grows with the sum.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

PRODUCT_JOINS = {
    "NESTED_LOOP_JOIN",
    "BLOCKWISE_NL_JOIN",
    "CROSS_PRODUCT",
    "PIECEWISE_MERGE_JOIN",
    "IE_JOIN",
    "POSITIONAL_JOIN",
}
ONE_ROW = {"UNGROUPED_AGGREGATE", "LIMIT", "STREAMING_LIMIT", "TOP_N", "DUMMY_SCAN"}
CONSTANT = {"COLUMN_DATA_SCAN", "EMPTY_RESULT", "DELIM_SCAN", "EXPRESSION_SCAN"}

Node = Mapping[str, Any]


@dataclass(frozen=True)
class ProductJoin:
    """A join whose two sides both grow, and the growing relations on either side."""

    operator: str
    conditions: str
    sides: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        """Tell it in a line."""
        sides = " x ".join(", ".join(side) for side in self.sides)
        return f"{self.operator} of {sides} on {self.conditions}"


@dataclass
class _Plan:
    """One plan; `ctes` are the subtrees that a CTE_SCAN stands for."""

    bounded: frozenset[str]
    ctes: dict[str, Node] = field(default_factory=dict)

    def growing(self, node: Node) -> set[str]:
        """Return the relations below a node that make its rows grow."""
        name, told = node["name"], node.get("extra_info", {})
        if name in ONE_ROW | CONSTANT:
            return set()
        if name == "CTE_SCAN":
            cte = self.ctes.get(str(told.get("CTE Index")))
            return self.growing(cte) if cte is not None else {"a CTE"}
        if "SCAN" in name:
            relation = str(told.get("Table", told.get("Function", name)))
            relation = relation.rsplit(".", 1)[-1].strip('"')
            return set() if relation in self.bounded else {relation}
        children = node.get("children", [])
        if name == "CTE":
            children = children[1:]
        return {found for child in children for found in self.growing(child)}


def product_joins(
    connection: duckdb.DuckDBPyConnection, sql: str, bounded: Iterable[str]
) -> list[ProductJoin]:
    """Explain a statement; return its joins of two sides that both grow."""
    explained = connection.execute(f"explain (format json) {sql}").fetchall()
    roots = json.loads(explained[0][1])
    plan = _Plan(frozenset(bounded))
    for node in _nodes(roots):
        if node["name"] == "CTE":
            index = str(node.get("extra_info", {}).get("Table Index"))
            plan.ctes[index] = node["children"][0]
    found = []
    for node in _nodes(roots):
        if node["name"] not in PRODUCT_JOINS:
            continue
        sides = tuple(tuple(sorted(plan.growing(c))) for c in node["children"])
        if sum(bool(side) for side in sides) > 1:
            conditions = node.get("extra_info", {}).get("Conditions", "nothing")
            found.append(ProductJoin(node["name"], str(conditions), sides))
    return found


def _nodes(roots: Iterable[Node]) -> Iterator[Node]:
    for node in roots:
        yield node
        yield from _nodes(node.get("children", []))
