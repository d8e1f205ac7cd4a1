"""All tables of the simulated company, chunk of people by chunk.

The tables of a chunk refer to each other and to no other chunk, so that any number of
people fits into the memory that one chunk needs.
"""

from collections.abc import Iterator

from orchestration.synthetic.columns import Table
from orchestration.synthetic.contacts import contacts_of, contacts_table
from orchestration.synthetic.customers import (
    customers_table,
    people_table,
    records_of,
)
from orchestration.synthetic.ledger import (
    campaigns_table,
    costs_table,
    erasure_requests_table,
)
from orchestration.synthetic.orders import (
    order_lines_table,
    orders_of,
    orders_table,
)
from orchestration.synthetic.parameters import CHUNK_PEOPLE
from orchestration.synthetic.people import people_of
from orchestration.synthetic.profiles import profiles_of, with_referred_spend
from orchestration.synthetic.purchases import natural_purchases, with_campaigns
from orchestration.synthetic.randomness import Integers, streams
from orchestration.synthetic.rates import daily_rates, exchange_rates
from orchestration.synthetic.refunds import refunds_of, refunds_table
from orchestration.synthetic.relations import (
    campaign_members_table,
    consents_table,
    loyalty_entries_table,
)
from orchestration.synthetic.surveys import (
    invitations_of,
    survey_responses_table,
)
from orchestration.synthetic.tickets import tickets_of, tickets_table

IDS_PER_CHUNK = 100 * CHUNK_PEOPLE
TRUTH = "people"  # no landed table: which record is which person


def company_tables(people: int, seed: int) -> dict[str, Table]:
    """Return the tables that do not belong to single people."""
    rates = daily_rates(streams(seed))
    return {
        "costs": costs_table(streams(seed), people),
        "campaigns": campaigns_table(),
        "exchange_rates": exchange_rates(rates),
        "erasure_requests": erasure_requests_table(),
    }


def people_tables(people: int, seed: int) -> Iterator[dict[str, Table]]:
    """Return the other tables and the truth, a chunk of people at a time."""
    rates = daily_rates(streams(seed))
    for chunk, first in enumerate(range(0, people, CHUNK_PEOPLE)):
        size = min(CHUNK_PEOPLE, people - first)
        yield _chunk_tables(seed, chunk, size, rates)


def _chunk_tables(
    seed: int, chunk: int, size: int, rates: Integers
) -> dict[str, Table]:
    chunk_streams = streams(seed, chunk)
    first_id = chunk * IDS_PER_CHUNK + 1
    people = people_of(chunk_streams, chunk, size)
    purchases, members = with_campaigns(
        chunk_streams, people, natural_purchases(chunk_streams, people)
    )
    profiles = profiles_of(chunk_streams, people)
    people = with_referred_spend(people, profiles)
    orders = orders_of(chunk_streams, people, purchases, rates, chunk)
    refunds = refunds_of(chunk_streams, orders)
    tickets = tickets_of(chunk_streams, people, orders, refunds)
    invitations = invitations_of(chunk_streams, people, orders, tickets)
    records = records_of(chunk_streams, people, orders)
    contacts = contacts_of(
        chunk_streams, people, profiles, orders, tickets, members, invitations
    )
    numbers = orders.at.number
    return {
        "customers": customers_table(chunk_streams, people, profiles, records),
        "consents": consents_table(chunk_streams, profiles, records),
        "orders": orders_table(chunk_streams, orders),
        "order_lines": order_lines_table(orders),
        "refunds": refunds_table(chunk_streams, orders, refunds, first_id),
        "survey_responses": survey_responses_table(
            chunk_streams, invitations, numbers, first_id, first_id
        ),
        "contacts": contacts_table(
            chunk_streams, contacts, numbers, first_id, first_id
        ),
        "tickets": tickets_table(chunk_streams, orders, tickets, first_id),
        "loyalty_entries": loyalty_entries_table(
            chunk_streams, people, profiles, orders, refunds, first_id
        ),
        "campaign_members": campaign_members_table(people, members),
        TRUTH: people_table(people, records),
    }
