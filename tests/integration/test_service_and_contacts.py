"""Tickets, contacts, surveys and campaigns as systems really send them, end to end."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.compiled import Built
from tests.support.landings import write_tables
from tests.support.refreshed import Runs

DAY = date(2024, 9, 30)


def _customer(name: str, country: str, **more: str) -> dict[str, str]:
    return {
        "customer_id": name,
        "email": f"{name}@example.org",
        "phone": f"+49 30 1000 {sum(name.encode()):04d}",
        "country_code": country,
        "created_at": "2024-08-01T00:00:00Z",
        "has_marketing_consent": "true",
        **more,
    }


def _order(name: str, customer: str, **more: str) -> dict[str, str]:
    return {
        "order_id": name,
        "customer_id": customer,
        "ordered_at": "2024-09-10T10:00:00Z",
        "status": "completed",
        "gross_amount": "20",
        "channel": "web",
        **more,
    }


def _ticket(name: str, customer: str, **more: str) -> dict[str, str]:
    return {
        "ticket_id": name,
        "customer_id": customer,
        "opened_at": "2024-09-02T09:00:00Z",
        "opened_by": "customer",
        "kind": "complaint",
        "category": "broken",
        **more,
    }


def _contact(name: str, customer: str, **more: str) -> dict[str, str]:
    return {
        "contact_id": name,
        "customer_id": customer,
        "contacted_at": "2024-09-17T09:00:00Z",
        "channel": "email",
        "direction": "outbound",
        "purpose": "follow_up",
        **more,
    }


DELIVERED = {"delivered_at": "2024-09-15T10:00:00Z"}
TABLES: dict[str, list[dict[str, Any]]] = {
    "customers": [
        _customer("unreached", "PL"),
        _customer("unheard", "PL"),
        _customer("reached", "PL"),
        _customer("over_the_counter", "PT"),
        _customer("asked_twice", "SE"),
        _customer("days_only", "DK"),
        _customer("skewed", "NO"),
        _customer("waits_again", "FI"),
        _customer("done", "FI"),
        _customer("merged", "FI"),
        _customer("vague", "FI"),
        _customer("treated", "IE"),
        _customer("spared", "IE"),
        _customer("not_spared", "IE"),
    ],
    "orders": [
        _order("u1", "unreached", **DELIVERED),
        _order("h1", "unheard", **DELIVERED),
        _order("r1", "reached", **DELIVERED),
        _order("s1", "over_the_counter", ordered_at="2024-09-20", channel="Store"),
        _order("w1", "over_the_counter", ordered_at="2024-09-19"),
        *(
            _order(f"o_{name}", name)
            for name in ("asked_twice", "days_only", "skewed", "waits_again", "done")
        ),
        *(_order(f"o_{name}", name) for name in ("treated", "spared", "not_spared")),
    ],
    "contacts": [
        _contact("k1", "unreached", order_id="u1", outcome="Failed"),
        _contact("k2", "unheard", order_id="h1", outcome="no_answer", channel="phone"),
        _contact("k3", "reached", order_id="r1", outcome="never heard of"),
        _contact("k4", "not_spared", purpose="promotion", campaign_id="autumn"),
        _contact(
            "k5",
            "spared",
            purpose="promotion",
            campaign_id="autumn",
            outcome="bounced",
        ),
    ],
    "survey_responses": [
        {
            "response_id": "q1",
            "customer_id": "asked_twice",
            "survey_type": "nps",
            "invited_at": "2024-09-01T08:00:00Z",
        },
        {
            "response_id": "q2",
            "customer_id": "asked_twice",
            "survey_type": "nps",
            "invited_at": "2024-09-08T08:00:00Z",
            "responded_at": "2024-09-09T08:00:00Z",
            "score": "10",
        },
    ],
    "tickets": [
        _ticket(
            "d1",
            "days_only",
            opened_at="2024-09-02",
            first_responded_at="2024-09-02T13:15:00Z",
            first_response_kind="human",
            resolved_at="2024-09-03T13:15:00Z",
            status="solved",
        ),
        _ticket(
            "n1",
            "skewed",
            first_responded_at="2024-09-02T08:56:00Z",
            first_response_kind="human",
        ),
        _ticket("a1", "waits_again", resolved_at="2024-09-03", status="Reopened"),
        _ticket("c1", "done", status="closed"),
        _ticket("m1", "merged", status="merged", compensation_amount="9"),
        _ticket("v1", "vague", resolved_at="2024-09-04", status="erledigt"),
    ],
    "campaigns": [
        {"campaign_id": "autumn", "started_at": "2024-08-15T00:00:00Z"},
    ],
    "campaign_members": [
        {
            "campaign_id": "autumn",
            "customer_id": name,
            "arm": arm,
            "assigned_at": "2024-08-15T00:00:00Z",
        }
        for name, arm in [
            ("treated", "treatment"),
            ("spared", "control"),
            ("not_spared", "control"),
        ]
    ],
}


@pytest.fixture(scope="module")
def built(each_way: Runs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """All of it landed and built, with no rule of the project broken."""
    landing = write_tables(tmp_path_factory.mktemp("landing"), **TABLES)
    built = each_way.run(landing, as_of_date=DAY, doors=False)
    assert not built.failures, built.told()
    yield built


def test_what_did_not_reach_follows_nothing_up(built: Built) -> None:
    rows = built.query(
        "select customer_id, follow_up_due_count, follow_up_kept_count,"
        " contacts_30d_count from marts.mart_customer_contacts"
        " where customer_id in ('unreached', 'unheard', 'reached') order by 1"
    )
    assert rows == [("reached", 1, 1, 1), ("unheard", 1, 0, 1), ("unreached", 1, 0, 0)]
    assert built.query(
        "select contacted_customer_count, approached_customer_count,"
        " outbound_contact_count from metrics.metrics_contact_rhythm"
        " where dimension = 'market' and dimension_value = 'PL'"
        " and period_grain = 'month' and period_start_date = '2024-09-01'"
    ) == [(1, 2, 3)]


def test_a_channel_that_bounced_gives_way(built: Built) -> None:
    assert built.query(
        "select customer_id, channel from marts.mart_contact_worklist"
        " where contact_reason = 'follow_up' and customer_id like 'un%' order by 1"
    ) == [("unheard", "phone"), ("unreached", "phone")]


def test_a_purchase_in_the_store_is_followed_up(built: Built) -> None:
    assert built.query(
        "select contact_reason, reference, event_date, due_date"
        " from marts.mart_contact_worklist where customer_id = 'over_the_counter'"
    ) == [("follow_up", "s1", date(2024, 9, 20), date(2024, 9, 27))]


def test_a_reminder_is_no_second_invitation(built: Built) -> None:
    assert built.query(
        "select invited_count, answered_invitation_count, response_rate"
        " from metrics.metrics_nps where dimension = 'market'"
        " and dimension_value = 'SE' and period_grain = 'month'"
        " and period_start_date = '2024-09-01'"
    ) == [(1, 1, 1.0)]


def test_days_make_no_minutes_and_clocks_may_differ(built: Built) -> None:
    assert built.query(
        "select dimension_value, answered_ticket_count, resolved_ticket_count,"
        " median_response_minutes, median_response_business_minutes,"
        " median_resolution_minutes, well_solved_complaint_count"
        " from metrics.metrics_service where dimension = 'market'"
        " and dimension_value in ('DK', 'NO') and period_grain = 'month'"
        " and period_start_date = '2024-09-01' order by 1"
    ) == [("DK", 1, 1, None, None, None, 1), ("NO", 1, 0, 0, 0, None, 0)]


def test_the_status_says_who_waits(built: Built) -> None:
    assert built.query(
        "select customer_id, ticket_count, void_ticket_count, open_ticket_count,"
        " has_open_complaint, compensation_amount from marts.mart_customer_service"
        " where customer_id in ('waits_again', 'done', 'merged', 'vague') order by 1"
    ) == [
        ("done", 1, 0, 0, False, 0),
        ("merged", 0, 1, 0, False, 0),
        ("vague", 1, 0, 0, False, 0),
        ("waits_again", 1, 0, 1, True, 0),
    ]
    assert built.query(
        "select customer_id from marts.mart_contact_worklist"
        " where contact_reason = 'open_complaint' order by 1"
    ) == [("skewed",), ("waits_again",)]


def test_words_that_nobody_sorted_are_reported(built: Built) -> None:
    assert built.query(
        "select lookup_name, word, row_count from audit.unknown_words order by 1"
    ) == [("contact_outcomes", "never heard of", 1), ("ticket_statuses", "erledigt", 1)]


def test_who_was_reached_all_the_same_stays_in_the_control(built: Built) -> None:
    assert built.query(
        "select control_customer_count, contaminated_customer_count"
        " from metrics.metrics_campaigns where dimension_value = 'autumn'"
    ) == [(2, 1)]


def test_before_it_was_resolved_a_ticket_was_open(
    each_way: Runs, tmp_path: Path
) -> None:
    landing = write_tables(tmp_path, **TABLES)
    early = each_way.run(landing, as_of_date=date(2024, 9, 2), doors=False)
    assert not early.failures, early.told()
    assert early.query(
        "select ticket_id, ticket_state from marts.fct_tickets order by 1"
    ) == [
        ("a1", "open"),
        ("c1", "closed"),
        ("d1", "open"),
        ("m1", "void"),
        ("n1", "open"),
        ("v1", "open"),
    ]
