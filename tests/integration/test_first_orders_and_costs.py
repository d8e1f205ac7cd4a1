"""What comes before the first order, and what winning a customer costs, end to end.

Each landing must publish with every blocking check passed; each query states what a
reader of the tables would work out by hand.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.compiled import Built
from tests.support.landings import write_tables
from tests.support.refreshed import Runs

Rows = list[dict[str, str]]
BANDS = ("lifecycle_stage", "value_band", "loyalty_tier", "rfm_segment")


def _customer(name: str, created: str, **more: str) -> dict[str, str]:
    return {"customer_id": name, "created_at": created, "country_code": "PT", **more}


def _order(name: str, customer: str, ordered: str, **more: str) -> dict[str, str]:
    return {
        "order_id": name,
        "customer_id": customer,
        "ordered_at": ordered,
        "status": "completed",
        "gross_amount": "80",
        **more,
    }


def _cost(name: str, amount: str, first: str, **more: str) -> dict[str, str]:
    return {
        "cost_id": name,
        "category": "adverts",
        "purpose": "acquisition",
        "amount": amount,
        "period_start_date": first,
        **more,
    }


def _built(each_way: Runs, folder: Path, **tables: Rows) -> Built:
    built = each_way.run(write_tables(folder, **tables))
    assert not built.failures, built.told()
    return built


def test_what_happens_before_any_order_stands_in_every_cut_and_grain(
    each_way: Runs, tmp_path: Path
) -> None:
    """Known since May, active as a member in June, the first order in August."""
    built = _built(
        each_way,
        tmp_path / "landing",
        customers=[_customer("early", "2024-05-20"), _customer("late", "2024-08-02")],
        orders=[_order("1", "late", "2024-08-03"), _order("2", "early", "2025-01-04")],
        loyalty_entries=[
            {
                "entry_id": "welcome",
                "customer_id": "early",
                "entry_type": "earn",
                "points": "70",
                "occurred_at": "2024-06-05",
            }
        ],
        tickets=[
            {
                "ticket_id": "t",
                "customer_id": "early",
                "opened_at": "2024-06-06T08:00:00Z",
                "kind": "question",
            }
        ],
        contacts=[
            {
                "contact_id": "c",
                "customer_id": "early",
                "contacted_at": "2024-06-07T08:00:00Z",
                "channel": "email",
                "direction": "outbound",
            }
        ],
        survey_responses=[
            {
                "response_id": "r",
                "customer_id": "early",
                "survey_type": "nps",
                "score": "9",
                "responded_at": "2024-06-08T08:00:00Z",
            }
        ],
        costs=[
            _cost("k", "4", "2024-06-01", purpose="service", scope="customer")
            | {"scope_value": "early"}
        ],
    )

    for table, measure, want in (
        ("metrics_loyalty", "points_earned", 70),
        ("metrics_service", "ticket_count", 1),
        ("metrics_contact_rhythm", "outbound_contact_count", 1),
        ("metrics_nps", "response_count", 1),
        ("metrics_cost_per_customer", "direct_cost_amount", 4),
    ):
        found = built.query(
            f"""
            select dimension, period_grain, sum({measure})
            from metrics.{table}
            where dimension not like 'ticket_%' and dimension <> 'touchpoint'
            group by all
            """
        )
        assert {total for _, _, total in found} == {want}, (table, found)
        grains = {(dimension, grain) for dimension, grain, _ in found}
        assert grains >= {
            (dimension, grain)
            for dimension in ("all", "market", *BANDS)
            for grain in ("month", "quarter", "year")
        }, table


@pytest.mark.parametrize(
    ("created", "ordered", "stages"),
    [
        # registered in the month of the first order, an earlier one of the quarter, of
        # the year, and in an earlier year
        ("2024-08-01", "2024-08-31", ["none", "none", "none"]),
        ("2024-07-31", "2024-08-31", ["prospect", "none", "none"]),
        ("2024-06-30", "2024-08-31", ["prospect", "prospect", "none"]),
        ("2023-12-31", "2024-08-31", ["prospect", "prospect", "prospect"]),
    ],
)
def test_a_customer_known_before_the_first_order_publishes(
    each_way: Runs, tmp_path: Path, created: str, ordered: str, stages: list[str]
) -> None:
    built = _built(
        each_way,
        tmp_path / "landing",
        customers=[_customer("only", created)],
        orders=[_order("1", "only", ordered)],
    )

    won = built.query(
        """
        select dimension_value
        from metrics.metrics_retention
        where dimension = 'lifecycle_stage' and acquired_customer_count = 1
        order by case period_grain when 'month' then 1 when 'quarter' then 2 else 3 end
        """
    )
    assert [stage for (stage,) in won] == stages
    assert built.query(
        """
        select count(*)
        from metrics.metrics_retention
        where dimension = 'lifecycle_stage' and dimension_value = 'none'
        """
    ) == [(stages.count("none"),)]


def test_money_spent_in_vain_stays_with_its_channel(
    each_way: Runs, tmp_path: Path
) -> None:
    """Radio wins nobody, the web nobody in November; a fair names no channel."""
    built = _built(
        each_way,
        tmp_path / "landing",
        customers=[
            _customer("a", "2024-10-02", acquisition_channel="web"),
            _customer("b", "2024-12-02", acquisition_channel="web"),
            _customer("c", "2024-12-03", acquisition_channel="shop"),
        ],
        orders=[
            _order("1", "a", "2024-10-02"),
            _order("2", "b", "2024-12-02"),
            _order("3", "c", "2024-12-31"),
        ],
        costs=[
            _cost("1", "30", "2024-10-01", scope="channel", scope_value="web"),
            _cost("2", "500", "2024-11-01", scope="channel", scope_value="web"),
            _cost("3", "250", "2024-09-15", scope="channel", scope_value="radio"),
            _cost("4", "9", "2024-11-15"),
            _cost("5", "10", "2024-12-24", scope="market", scope_value="iberia"),
            _cost("6", "-100", "2024-12-24", scope="channel", scope_value="shop"),
        ],
    )

    assert built.query(
        """
        select dimension_value, period_grain, cast(period_start_date as text),
            acquired_customer_count, acquisition_cost_amount, unallocated_cost_amount,
            cac_amount, payback_month_number
        from metrics.metrics_unit_economics
        where acquisition_cost_amount <> 0 and period_grain <> 'year'
        order by dimension, dimension_value, period_grain, period_start_date
        """.replace(
            ", period_start_date, acq", ", cast(period_start_date as text), acq"
        )
    ) == [
        ("radio", "month", "2024-09-01", 0, 250, 0, None, None),
        ("radio", "quarter", "2024-07-01", 0, 250, 0, None, None),
        ("shop", "month", "2024-12-01", 1, -95, 0, None, None),
        ("shop", "quarter", "2024-10-01", 1, -95, 0, None, None),
        ("web", "month", "2024-10-01", 1, 30, 0, 30, 0),
        ("web", "month", "2024-11-01", 0, 500, 0, None, None),
        ("web", "month", "2024-12-01", 1, 5, 0, 5, 0),
        ("web", "quarter", "2024-10-01", 2, 535, 0, 267.5, None),
        ("all", "month", "2024-09-01", 0, 250, 0, None, None),
        ("all", "month", "2024-10-01", 1, 30, 0, 30, 0),
        ("all", "month", "2024-11-01", 0, 509, 9, None, None),
        ("all", "month", "2024-12-01", 2, -90, 0, None, None),
        ("all", "quarter", "2024-07-01", 0, 250, 0, None, None),
        ("all", "quarter", "2024-10-01", 3, 449, 9, Decimal("149.666667"), None),
    ]


def test_referrals_that_are_none_are_counted(each_way: Runs, tmp_path: Path) -> None:
    """Two records of one person; one who came later; and two regions of one name."""
    person = {
        "full_name": "Quim Abade",
        "email": "quim@example.org",
        "region": "Centro",
    }
    built = _built(
        each_way,
        tmp_path / "landing",
        customers=[
            _customer("one", "2024-01-01", **person),
            _customer("two", "2024-01-02", referred_by_customer_id="one", **person),
            _customer("host", "2024-01-03", referred_by_customer_id="after"),
            _customer("guest_of", "2024-01-04", referred_by_customer_id="host"),
            _customer("after", "2024-01-20", region="Centro") | {"country_code": "ES"},
        ],
        orders=[
            _order("1", "two", "2024-01-05"),
            _order("2", "host", "2024-01-06"),
            _order("3", "guest_of", "2024-01-07"),
            _order("4", "after", "2024-01-21"),
        ],
    )

    assert built.query(
        """
        select acquired_customer_count, referred_customer_count, other_customer_count,
            self_referral_customer_count, late_referrer_customer_count
        from metrics.metrics_referrals
        where dimension = 'all' and period_grain = 'month'
        """
    ) == [(4, 1, 3, 1, 1)]
    assert built.query(
        """
        select dimension_value, acquired_customer_count
        from metrics.metrics_retention
        where dimension = 'region' and period_grain = 'month'
        order by dimension_value
        """
    ) == [("ES/Centro", 1), ("PT/Centro", 1), ("unknown", 2)]
