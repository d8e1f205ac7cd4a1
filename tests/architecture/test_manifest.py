"""The house rules of the dbt project, over its manifest: layers, names, documents.

Whether the numbers are right is not asked here; who may read whom is in `test_storeys`.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
PUBLIC = {"core", "marts", "metrics", "audit"}
PREFIXES = {
    "staging": ("stg_",),
    "conformed": ("int_",),
    # who held which tier is what happened; its public name is older than its storey
    "core": ("dim_", "fct_", "mart_loyalty_tier_periods"),
    "behaviour": ("int_",),
    "marts": ("fct_", "mart_"),
    "metrics": ("metrics_",),
}
Node = dict[str, Any]


@pytest.fixture(scope="module")
def models(manifest: Node) -> list[Node]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


def layer(node: Node) -> str:
    return str(node["fqn"][1])


def test_models_are_named_after_their_layer(models: list[Node]) -> None:
    misnamed = [
        m["name"]
        for m in models
        if layer(m) in PREFIXES and not m["name"].startswith(PREFIXES[layer(m)])
    ]
    assert misnamed == []


def test_only_staging_and_the_quarantine_read_raw(models: list[Node]) -> None:
    readers = {
        m["name"]
        for m in models
        if any(d.startswith("source.") for d in m["depends_on"]["nodes"])
    }
    assert readers - {m["name"] for m in models if layer(m) == "staging"} == {
        "quarantined_rows"
    }


def test_staging_never_joins_models(models: list[Node]) -> None:
    joined = [
        m["name"]
        for m in models
        if layer(m) == "staging"
        and any(not d.startswith("source.") for d in m["depends_on"]["nodes"])
    ]
    assert joined == []


def test_no_public_model_reads_staging_except_the_reconciliation(
    manifest: Node, models: list[Node]
) -> None:
    readers = {
        m["name"]
        for m in models
        if layer(m) in {"core", "marts", "metrics"}
        for d in m["depends_on"]["nodes"]
        if ".stg_" in d
    }
    assert readers == set()


def test_every_model_and_public_column_is_described(models: list[Node]) -> None:
    bare = [m["name"] for m in models if not m["description"].strip()]
    bare += [
        f"{m['name']}.{c['name']}"
        for m in models
        if layer(m) in PUBLIC
        for c in m["columns"].values()
        if not c["description"].strip()
    ]
    assert bare == []


def test_public_models_have_a_contract_a_key_and_a_test_of_it(
    manifest: Node, models: list[Node]
) -> None:
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    for model in (m for m in models if layer(m) in PUBLIC):
        assert model["contract"]["enforced"], model["name"]
        key = model["config"]["meta"]["key"]
        tested = [
            t["test_metadata"]["kwargs"].get("columns") or [t["column_name"]]
            for t in tests
            if t.get("attached_node") == model["unique_id"]
            and t["test_metadata"]["name"] in {"unique", "unique_together"}
        ]
        assert key in tested, f"{model['name']}: no test that {key} is unique"
        for column in key:
            constraints = model["columns"][column]["constraints"]
            assert any(c["type"] == "not_null" for c in constraints), model["name"]


def test_public_descriptions_open_with_the_grain(models: list[Node]) -> None:
    vague = [
        m["name"]
        for m in models
        if layer(m) in PUBLIC and not m["description"].startswith("One row per")
    ]
    assert vague == []


def test_public_tables_are_physical(models: list[Node]) -> None:
    assert {m["config"]["materialized"] for m in models if layer(m) in PUBLIC} == {
        "table"
    }


def test_columns_are_named_by_kind(models: list[Node]) -> None:
    kinds = {
        r"_(date|month)$": {"date"},
        r"_at$": {"timestamp"},
        r"_rate$": {"double"},
        r"^(is|has)_": {"boolean"},
        r"_count$": {"bigint"},
    }
    exempt = {"exchange_rate"}  # money to money, exact
    wrong = []
    for model in (m for m in models if layer(m) in PUBLIC):
        for column in model["columns"].values():
            name, data_type = column["name"], column["data_type"]
            for pattern, allowed in kinds.items():
                if (
                    re.search(pattern, name)
                    and data_type not in allowed
                    and name not in exempt
                ):
                    wrong.append(f"{model['name']}.{name} is {data_type}")
            if name.endswith("_amount") and not data_type.startswith("decimal("):
                wrong.append(f"{model['name']}.{name} is {data_type}")
    assert wrong == []


def is_personal(column: Node) -> bool:
    return bool((column["config"].get("meta") or column["meta"]).get("personal"))


@pytest.fixture(scope="module")
def personal_names(manifest: Node) -> set[str]:
    """Names of the personal columns of the input contract."""
    names = {
        c["name"]
        for s in manifest["sources"].values()
        for c in s["columns"].values()
        if is_personal(c)
    }
    assert {"full_name", "email", "phone", "birth_date"} <= names
    return names


def exposed_columns(models: list[Node], personal_names: set[str]) -> list[str]:
    """Personal columns where readers without the right to them would look."""
    return [
        f"{m['name']}.{c['name']}"
        for m in models
        if layer(m) not in {"private", "staging", "conformed", "behaviour"}
        for c in m["columns"].values()
        if is_personal(c) or c["name"] in personal_names
    ]


def untagged_columns(models: list[Node], personal_names: set[str]) -> list[str]:
    """Columns of private models that are personal and do not say so."""
    return [
        f"{m['name']}.{c['name']}"
        for m in models
        if layer(m) == "private"
        for c in m["columns"].values()
        if c["name"] in personal_names and not is_personal(c)
    ]


def with_column(model: Node, name: str, **meta: object) -> Node:
    column = {"name": name, "config": {"meta": meta}, "meta": meta}
    return {**model, "columns": {**model["columns"], name: column}}


def test_no_personal_column_is_public(
    models: list[Node], personal_names: set[str]
) -> None:
    assert exposed_columns(models, personal_names) == []


def test_personal_columns_of_private_models_say_so(
    models: list[Node], personal_names: set[str]
) -> None:
    assert untagged_columns(models, personal_names) == []
    assert {m["name"] for m in models if any(map(is_personal, m["columns"].values()))}


def test_the_search_for_personal_columns_finds_them(
    models: list[Node], personal_names: set[str]
) -> None:
    named = {m["name"]: m for m in models}
    dim, contacts = named["dim_customers"], named["customer_contacts"]
    wrong = [
        with_column(dim, "email"),
        with_column(dim, "nickname", personal=True),
        with_column(contacts, "email"),
    ]
    assert exposed_columns(wrong, personal_names) == [
        "dim_customers.email",
        "dim_customers.nickname",
    ]
    assert untagged_columns(wrong, personal_names) == ["customer_contacts.email"]


@pytest.mark.parametrize("folder", ["models", "macros"])
def test_no_sql_reads_a_clock_or_asks_for_its_target(folder: str) -> None:
    clock = re.compile(
        r"\b(current_date|current_timestamp|now\(\)|getdate\(\)|today\(\)"
        r"|run_started_at|localtimestamp|target\.type)",
        re.I,
    )
    found = [
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for path in sorted((PROJECT / folder).rglob("*.sql"))
        for match in clock.finditer(path.read_text())
    ]
    assert found == []


def test_models_are_short() -> None:
    lengths = sorted(
        len(path.read_text().splitlines())
        for path in (PROJECT / "models").rglob("*.sql")
        # lists the columns of ten tables, and does nothing else
        if path.stem != "mart_customer_360"
    )
    # as sqlfmt lays them out: a line for each column and bracket
    assert lengths[len(lengths) // 2] <= 60
    assert lengths[-1] <= 200


def test_macros_are_named_after_their_file() -> None:
    for path in sorted((PROJECT / "macros").rglob("*.sql")):
        defined = re.findall(r"{%-? macro (\w+)", path.read_text())
        public = [name for name in defined if "__" not in name]
        if path.stem == "settings":
            continue
        assert public == [path.stem], path


def test_every_setting_has_a_range() -> None:
    """A new var of dbt_project.yml needs a line in `setting_ranges` there."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    ranges = project["vars"].pop("setting_ranges")
    assert set(project["vars"]) == set(ranges)
