"""The input contract is read as it stands, and refused where it contradicts itself."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from orchestration.landing.contract import Column, ContractError, read_contract

ROOT = Path(__file__).parents[2]
REAL = ROOT / "models" / "staging" / "_sources.yml"

SMALL = """
version: 2
sources:
  - name: elsewhere
    tables: [{name: other, columns: [{name: x, data_type: text}]}]
  - name: raw
    schema: raw
    tables:
      - name: orders
        description: "Orders."
        config:
          meta:
            key: [source_system, order_id]
            event_at: ordered_at
            control_amount: [gross_amount]
            needs_rows: true
        columns:
          - {name: source_system, data_type: text, config: {meta: {default: main}}}
          - {name: order_id, data_type: text, config: {meta: {required: true}}}
          - name: email
            data_type: text
            description: "{{ doc('email') }}"
            config: {meta: {personal: true}}
          - {name: gross_amount, data_type: amount}
      - name: campaigns
        columns: [{name: campaign_id, data_type: text}]
      - name: landing_files
        description: "What the loader notes."
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "_sources.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_real_contract_has_the_tables_of_the_door() -> None:
    contract = read_contract(REAL)
    assert contract.table_names == (
        "customers",
        "consents",
        "orders",
        "order_lines",
        "refunds",
        "survey_responses",
        "costs",
        "contacts",
        "tickets",
        "loyalty_entries",
        "campaigns",
        "campaign_members",
        "exchange_rates",
        "erasure_requests",
    )
    assert [table.name for table in contract.tables if table.needs_rows] == ["orders"]
    assert contract.table("order_lines").control_amount == (
        "quantity",
        "unit_price_amount",
    )
    assert contract.table("orders").required_names == (
        "order_id",
        "ordered_at",
        "status",
        "gross_amount",
    )


def test_every_key_of_the_real_contract_can_be_there() -> None:
    for table in read_contract(REAL).tables:
        assert table.key, table.name
        optional = set(table.key) - set(table.required_names)
        assert optional <= {"source_system"}, table.name


def test_mail_addresses_are_personal_wherever_they_stand() -> None:
    columns = [
        column
        for table in read_contract(REAL).tables
        for column in table.columns
        if column.name in {"email", "phone", "full_name", "birth_date", "comment"}
    ]
    assert columns and all(column.personal for column in columns)


def test_a_table_is_read_with_its_columns_and_meta(tmp_path: Path) -> None:
    contract = read_contract(written(tmp_path, SMALL))
    assert contract.table_names == ("orders", "campaigns")
    orders = contract.table("orders")
    assert orders.key == ("source_system", "order_id")
    assert orders.control_amount == ("gross_amount",)
    assert orders.needs_rows
    assert orders.column_names == ("source_system", "order_id", "email", "gross_amount")
    assert orders.columns[1] == Column("order_id", "text", True, False)
    assert orders.columns[2] == Column("email", "text", False, True)
    campaigns = contract.table("campaigns")
    assert (campaigns.key, campaigns.control_amount, campaigns.needs_rows) == (
        (),
        (),
        False,
    )


def test_the_contract_cannot_be_changed(tmp_path: Path) -> None:
    contract = read_contract(written(tmp_path, SMALL))
    with pytest.raises(FrozenInstanceError):
        contract.tables[0].name = "other"  # type: ignore[misc]


def test_an_unknown_table_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        read_contract(written(tmp_path, SMALL)).table("ordres")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("name: raw\n", "name: raaw\n", "no source named raw"),
        ("sources:", "models:", "the file has no sources"),
        ("- name: orders\n", "- title: orders\n", "a table has no name"),
        ("- name: campaigns", "- name: orders", "table named twice: orders"),
        (
            "{name: gross_amount,",
            "{name: order_id,",
            "column of table orders named twice: order_id",
        ),
        (
            "{name: campaign_id, data_type: text}",
            "{name: campaign_id}",
            "a column of table campaigns has no data_type",
        ),
        (
            "columns: [{name: campaign_id, data_type: text}]",
            "columns: []",
            "table campaigns has no columns",
        ),
        (
            "columns: [{name: campaign_id, data_type: text}]",
            "columns: [campaign_id]",
            "a column of table campaigns is not a mapping",
        ),
        (
            "control_amount: [gross_amount]",
            "control_amount: [grossamount]",
            "table orders: grossamount is named in its meta",
        ),
        (
            "key: [source_system, order_id]",
            "key: order_id",
            "table orders: key is not a list",
        ),
        ("version: 2", "version: [", "is not YAML"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in SMALL
    path = written(tmp_path, SMALL.replace(before, after, 1))
    with pytest.raises(ContractError, match=told) as refusal:
        read_contract(path)
    assert str(path) in str(refusal.value)


def test_a_missing_contract_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"absent\.yml: cannot be read"):
        read_contract(tmp_path / "absent.yml")
