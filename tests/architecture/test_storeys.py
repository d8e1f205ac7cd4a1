"""One way through the house: who may read whom, how far it is, and what stands alone.

Over the manifest, as dbt-project-evaluator does it, without its package. Names, keys
and documents are in `test_manifest`. Where a rule does not hold yet, its ceiling is
what is there today: it may fall, and never rise. The figures are in docs/house.md.
"""

import re
from typing import Any

import pytest

from benchmarks.house import ASIDE, STOREYS, Graph
from orchestration.report.summary import HEADLINES

LONGEST_CHAIN = 28
# an `int_` with one parent and one child could stand in either of them
SINGLES = {
    "int_answers_known": "versions over time; a feature list of 200 lines reads it",
    "int_complaints_known": "versions over time; a feature list of 200 lines reads it",
    "int_orders_known": "versions over time, of another table than their neighbours'",
    "int_refunds_known": "versions over time, of another table than their neighbours'",
    "int_business_days": "minutes worked are added up once for all tickets",
    "int_campaign_comparisons": "the statistics of two arms, and nothing else",
    "int_consent_decisions": "the one place where words of consent are read",
    "int_identity_never_pairs": "a lookup by hand, in the records' own ids",
    "int_loyalty_walks": "the one step of the ledger that is Python",
    "int_referral_ancestors": "a closure, computed by a recursion of its own",
    "int_survey_invitations": "a recursion over chains of reminders",
}
# a public model that selects the rows of one model as they are: one content twice
TWINS = {
    "mart_customer_lifecycle": "bands and scores stand below it and read the stages",
    "metrics_category_associations": "rates are made in metrics alone",
    "metrics_contact_rhythm": "rates are made in metrics alone",
    "metrics_nps": "one of two surveys; rates are made in metrics alone",
    "metrics_satisfaction": "one of two surveys; rates are made in metrics alone",
    "mart_contact_worklist": "names and dates for people, over private steps",
}
# what is wanted of these is less
MOST_REJOINS = 38
MOST_FAN_OUTS = 8
MOST_MANY_PARENTS = 15
MOST_STEPS_WITHOUT_A_KEY_TEST = 122
MANY_PARENTS = 7
MANY_LEAVES = 3
# they stand on no other model: what is set, and what is written by hand
WITHOUT_MODELS = {"staging"}


@pytest.fixture(scope="module")
def graph(manifest: dict[str, Any]) -> Graph:
    return Graph(manifest)


def test_arrows_go_to_the_right_only(graph: Graph) -> None:
    assert graph.arrows_back() == []


def test_every_model_stands_in_a_storey(graph: Graph) -> None:
    folders = {graph.storey(name) for name in graph.models}
    assert folders == {*STOREYS, *ASIDE}


def test_conformed_and_behaviour_are_by_concept(graph: Graph) -> None:
    """A private model stands in the folder of its concept, never in the root."""
    loose = [
        name
        for name, node in graph.models.items()
        if graph.storey(name) in {"conformed", "behaviour"} and len(node["fqn"]) != 4
    ]
    assert loose == []


def test_the_longest_chain_is_bounded(graph: Graph) -> None:
    chain = graph.longest_chain()
    assert len(chain) <= LONGEST_CHAIN, " <- ".join(reversed(chain))


def test_a_model_of_one_parent_and_one_child_has_a_reason(graph: Graph) -> None:
    singles = {
        name
        for name, parents in graph.parents.items()
        if name.startswith("int_")
        and len(parents) == 1
        and len(graph.children[name]) == 1
    }
    assert singles == set(SINGLES)


def test_a_public_model_that_is_another_one_has_a_reason(graph: Graph) -> None:
    twins = {
        name
        for name, parents in graph.parents.items()
        if graph.storey(name) in {"marts", "metrics"}
        and len(parents) == 1
        and not re.search(r"\b(join|union|group by)\b", node_code(graph, name))
    }
    assert twins == set(TWINS)


def node_code(graph: Graph, name: str) -> str:
    """The SQL of a model without its comments."""
    return re.sub(r"--.*", "", graph.models[name]["raw_code"])


def test_a_private_step_is_read_by_somebody(graph: Graph) -> None:
    """What no model reads is public, or Python reads it (orchestration/privacy)."""
    unread = {
        name
        for name, children in graph.children.items()
        if not children and graph.storey(name) in {"conformed", "behaviour"}
    }
    assert unread == {"int_erased_keys_due", "int_erased_mails_due"}


def test_a_step_that_only_its_storey_reads_is_private(graph: Graph) -> None:
    """So that dbt refuses who reaches past it; a test that reads it is no member."""
    tested = {
        node
        for test in graph.manifest["nodes"].values()
        if test["resource_type"] == "test"
        for node in test["depends_on"]["nodes"]
        if node != test.get("attached_node")
    }
    inner = {
        name
        for name, children in graph.children.items()
        if graph.storey(name) in {"conformed", "behaviour"}
        and {graph.storey(child) for child in children} == {graph.storey(name)}
        and graph.models[name]["unique_id"] not in tested
    }
    private = {
        name
        for name, node in graph.models.items()
        if node["config"].get("access") == "private"
    }
    assert private == inner


# --- dbt-project-evaluator ---


def test_only_staging_has_no_model_to_stand_on(graph: Graph) -> None:
    """Root models: everything above staging follows from another model."""
    roots = {name for name, parents in graph.parents.items() if not parents}
    assert {graph.storey(name) for name in roots} == WITHOUT_MODELS
    bare = [name for name in roots if not graph.models[name]["depends_on"]["nodes"]]
    assert bare == []


def test_a_model_reads_a_source_or_models_never_both(graph: Graph) -> None:
    """Direct join to source; the quarantine shows raw rows as they landed."""
    joined = {
        name
        for name, node in graph.models.items()
        if graph.parents[name]
        and any(n.startswith("source.") for n in node["depends_on"]["nodes"])
    }
    assert joined == {"quarantined_rows"}


def test_every_source_is_staged(graph: Graph) -> None:
    read = {
        source
        for name, node in graph.models.items()
        if graph.storey(name) == "staging"
        for source in node["depends_on"]["nodes"]
    }
    assert sorted(set(graph.manifest["sources"]) - read) == []


def test_every_staging_model_has_one_source_table_of_its_own(graph: Graph) -> None:
    """Source fan-out: beside the clock, a table is staged once."""
    staged: dict[str, list[str]] = {}
    for name, node in graph.models.items():
        if graph.storey(name) != "staging":
            continue
        for source in node["depends_on"]["nodes"]:
            staged.setdefault(source, []).append(name)
    twice = {source.split(".")[-1] for source, names in staged.items() if names[1:]}
    assert twice == {"landing_clock"}


def test_no_relation_is_named_without_ref_or_source(graph: Graph) -> None:
    hard_coded = [
        name
        for name, node in graph.models.items()
        if node["language"] == "sql"
        and re.search(
            r"\b(from|join)\s+(\w+\.)?(raw|staging|intermediate|marts|metrics|audit)\.",
            node_code(graph, name),
        )
    ]
    assert hard_coded == []


def test_exposures_name_public_models_only(graph: Graph) -> None:
    hidden = [
        f"{exposure['name']} reads {node.split('.')[-1]}"
        for exposure in graph.manifest["exposures"].values()
        for node in exposure["depends_on"]["nodes"]
        if graph.manifest["nodes"][node]["config"].get("access") != "public"
    ]
    assert hidden == []


def test_the_summary_is_exposed_with_all_that_it_reads(graph: Graph) -> None:
    (summary,) = (
        exposure
        for exposure in graph.manifest["exposures"].values()
        if exposure["name"] == "refresh_summary"
    )
    named = {node.split(".")[-1] for node in summary["depends_on"]["nodes"]}
    assert named == {headline.table for headline in HEADLINES}


def test_rejoins_become_fewer(graph: Graph) -> None:
    """A model reads a parent and that parent's only other reader besides itself."""
    rejoins = [
        (grandparent, parent, name)
        for name, parents in graph.parents.items()
        for parent in parents
        if graph.children[parent] == [name]
        for grandparent in graph.parents[parent]
        if grandparent in parents
    ]
    assert len(rejoins) <= MOST_REJOINS, rejoins


def test_fan_outs_become_fewer(graph: Graph) -> None:
    """Models that many read who are read by nobody."""
    wide = [
        name
        for name, children in graph.children.items()
        if sum(not graph.children[child] for child in children) >= MANY_LEAVES
    ]
    assert len(wide) <= MOST_FAN_OUTS, wide


def test_models_of_many_parents_become_fewer(graph: Graph) -> None:
    many = [n for n, parents in graph.parents.items() if len(parents) >= MANY_PARENTS]
    assert len(many) <= MOST_MANY_PARENTS, many


def test_more_and_more_steps_have_a_key_test(graph: Graph) -> None:
    """Missing primary-key test: public models have all, staging judges row by row."""
    tested = {
        test.get("attached_node")
        for test in graph.manifest["nodes"].values()
        if test["resource_type"] == "test"
        and (test.get("test_metadata") or {}).get("name")
        in {"unique", "unique_together"}
    }
    without = [
        name
        for name, node in graph.models.items()
        if graph.storey(name) != "staging" and node["unique_id"] not in tested
    ]
    assert not {graph.storey(n) for n in without} & {
        "core",
        "marts",
        "metrics",
        "audit",
    }
    assert len(without) <= MOST_STEPS_WITHOUT_A_KEY_TEST, without
