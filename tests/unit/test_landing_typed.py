"""Typed values become plain text, and what nobody can trust is refused by name."""

import struct
from pathlib import Path

import pytest

from tests.support.raw_landings import ONE_ORDER, Landing

ORDER = "'1' as order_id, '2026-01-01' as ordered_at, 'paid' as status"
JSON_ORDER = '"order_id": 1, "ordered_at": "2026-01-01", "status": "paid"'


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def test_typed_ids_are_the_text_that_people_write(landing: Landing) -> None:
    for number, value in enumerate(
        ("1001::double", "1001::float", "1001::decimal(38, 10)", "1001", "'1001'")
    ):
        landing.put_parquet(
            f"orders/{number}.parquet",
            f"select {ORDER}, {value} as customer_id, 10::double as gross_amount",
        )
    landing.put(
        "orders/9.jsonl",
        f'{{{JSON_ORDER}, "customer_id": 1001.0, "gross_amount": 1e1}}\n'
        f'{{{JSON_ORDER}, "customer_id": 1.001e3, "gross_amount": "10"}}\n',
    )
    landing.land()
    assert set(landing.rows("orders", "customer_id", "gross_amount")) == {
        ("1001", "10")
    }


def test_no_number_is_no_id_and_no_amount(landing: Landing) -> None:
    landing.put_parquet(
        "orders/a.parquet",
        f"select {ORDER}, 'nan'::double as customer_id, 'nan'::float as gross_amount",
    )
    landing.put(
        "orders/b.jsonl",
        f'{{{JSON_ORDER}, "customer_id": NaN, "gross_amount": NaN}}\n',
    )
    landing.land()
    assert landing.rows("orders", "customer_id", "gross_amount") == [(None, "NaN")] * 2


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("gross_amount", "'inf'::double", "gross_amount holds infinity in record 1"),
        ("tax_amount", "'-inf'::double", "tax_amount holds infinity in record 1"),
        ("customer_id", "9007199254740992::double", "9007199254740992 in record 1"),
        ("gross_amount", "-9007199254740992::double", "gross_amount holds -900719925"),
        ("customer_id", "16777216::float", "customer_id holds 16777216 in record 1"),
        ("gross_amount", "1e16::float", "gross_amount holds 1000000027"),
    ],
)
def test_floating_numbers_that_may_have_lost_digits_are_refused(
    landing: Landing, column: str, value: str, told: str
) -> None:
    others = {"gross_amount": "1::double as gross_amount", column: f"x as {column}"}
    listed = ", ".join(others.values())
    rows = f"(values ({value}), (null)) as rows (x)"
    landing.put_parquet("orders.parquet", f"select {ORDER}, {listed} from {rows}")
    said = landing.refused()
    assert said.startswith("orders.parquet: column ")
    assert told in said
    assert "Write the column as text, as whole numbers or as decimals" in said


def test_an_amount_may_be_a_float_of_any_cents(landing: Landing) -> None:
    landing.put_parquet(
        "orders.parquet", f"select {ORDER}, 99999999.99::double as gross_amount"
    )
    landing.land()
    assert landing.column("orders", "gross_amount") == ["99999999.99"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("9007199254740993.0", "customer_id holds 9007199254740992 in record 2"),
        ("Infinity", "customer_id holds infinity in record 2"),
        ("-1e400", "customer_id holds infinity in record 2"),
    ],
)
def test_json_numbers_that_may_have_lost_digits_are_refused(
    landing: Landing, value: str, told: str
) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.put(
        "tickets.jsonl",
        "".join(
            f'{{"ticket_id": {n}, "opened_at": "2026-01-01", "customer_id": {v}}}\n'
            for n, v in ((1, "1"), (2, value))
        ),
    )
    assert told in landing.refused()


def test_whole_numbers_keep_all_their_digits(landing: Landing) -> None:
    landing.put_parquet(
        "orders/a.parquet",
        f"select {ORDER}, 9007199254740993 as customer_id, 1 as gross_amount",
    )
    landing.put(
        "orders/b.jsonl",
        f'{{{JSON_ORDER}, "customer_id": 12345678901234567890123, "gross_amount": 1}}',
    )
    landing.land()
    assert landing.column("orders", "customer_id") == [
        "9007199254740993",
        "12345678901234567890123",
    ]


def test_personal_numbers_are_not_shown(landing: Landing) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.put_parquet(
        "customers.parquet",
        "select 1 as customer_id, '2026-01-01' as created_at,"
        " 9999999999999998::double as loyalty_number",
    )
    said = landing.refused()
    assert "column loyalty_number holds a whole number in record 1" in said
    assert "9999" not in said


def test_decimals_that_the_reader_does_not_hand_out_are_refused(
    landing: Landing,
) -> None:
    path = landing.put_parquet(
        "refunds.parquet",
        "select 1 as refund_id, '2026-01-01' as refunded_at,"
        " 1.5::decimal(38, 2) as amount",
    )
    landing.put("orders.csv", ONE_ORDER)
    landing.land()
    path.write_bytes(with_wider_decimals(path.read_bytes()))
    landing.connection.execute("drop schema raw cascade")
    said = landing.refused()
    assert said.startswith("refunds.parquet: amount (decimals of 40 digits): more than")


def with_wider_decimals(content: bytes) -> bytes:
    """Return a Parquet file that says 40 where it said that decimals have 38 digits."""
    begin = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
    footer = content[begin:]
    # 38 and 40 as thrift writes them, once in each of two places
    assert footer.count(b"\x15\x4c") == 2
    return content[:begin] + footer.replace(b"\x15\x4c", b"\x15\x50")


def test_bytes_that_are_no_text_make_their_row_unreadable(landing: Landing) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.put_parquet(
        "customers.parquet",
        r"""
        select * from (values
            (1, '2026-01-01', encode('Zoë')), (2, '2026-01-01', '\xFCx'::blob),
            (3, '2026-01-01', null)
        ) as rows (customer_id, created_at, full_name)
        """,
    )
    landing.land()
    assert landing.rows("customers", "customer_id", "full_name", "record_number") == [
        ("1", "Zoë", 1),
        ("3", None, 3),
    ]
    assert landing.rejects() == [(2, "full_name is not UTF-8")]
    assert landing.files("table_name", "landed_row_count", "unreadable_row_count") == [
        ("customers", 3, 1),
        ("orders", 1, 0),
    ]


def test_lists_of_plain_values_are_joined(landing: Landing) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.put_parquet(
        "customers/a.parquet",
        "select 1 as customer_id, '2026-01-01' as created_at,"
        " ['a b', null, 'c'] as interests, [1.0::double, 2.5] as external_ids",
    )
    row = '"created_at": "2026-01-01"'
    landing.put(
        "customers/b.jsonl",
        f'{{"customer_id": 2, {row}, "interests": ["a", null, 1.0, true]}}\n'
        f'{{"customer_id": 3, {row}, "interests": "x;y"}}\n'
        f'{{"customer_id": 4, {row}, "interests": []}}\n'
        f'{{"customer_id": 5, {row}, "interests": null}}\n',
    )
    landing.land()
    assert landing.rows("customers", "customer_id", "interests", "external_ids") == [
        ("1", "a b;c", "1;2.5"),
        ("2", "a;1;true", None),
        ("3", "x;y", None),
        ("4", "", None),
        ("5", None, None),
    ]


def test_any_other_nested_value_makes_its_row_unreadable(landing: Landing) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.put_parquet(
        "customers/a.parquet",
        """
        select * from (values
            (1, '2026-01-01', {'street': 'x'}, ['a;b'], 'kept'),
            (2, '2026-01-01', null, ['a', 'b'], 'kept')
        ) as rows (customer_id, created_at, city, interests, region)
        """,
    )
    row = '"created_at": "2026-01-01"'
    landing.put(
        "customers/b.jsonl",
        f'{{"customer_id": 3, {row}, "city": {{"x": 1}}}}\n'
        f'{{"customer_id": 4, {row}, "interests": [["x"]]}}\n'
        f'{{"customer_id": 5, {row}, "interests": ["a;b"]}}\n'
        f'{{"customer_id": 6, {row}, "region": ["a"]}}\n'
        f'{{"customer_id": 7, {row}, "notes": {{"any": "thing"}}}}\n',
    )
    landing.land()
    assert landing.column("customers", "customer_id") == ["2", "7"]
    assert landing.rejects() == [
        (1, "city is nested"),
        (
            1,
            "city is nested (STRUCT(street VARCHAR)); "
            "a value in the list interests holds a ;",
        ),
        (2, "the list interests holds nested values"),
        (3, "a value in the list interests holds a ;"),
        (4, "region is nested"),
    ]
    texts = landing.connection.execute(
        "select row_text from raw.landing_rejects where record_number = 1 order by all"
    ).fetchall()
    assert '"street":"x"' in texts[1][0] and '"region":"kept"' in texts[1][0]
