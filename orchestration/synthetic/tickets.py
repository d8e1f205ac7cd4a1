"""Service tickets: complaints solved well or badly, returns, exchanges, questions."""

from dataclasses import dataclass

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import (
    DAY_COUNT,
    DAY_SECONDS,
    EXPORTED,
    local_moment,
    working_hours,
)
from orchestration.synthetic.columns import (
    MISSING,
    Decimal,
    Identifier,
    Label,
    Moment,
    Number,
    Table,
    constant,
    where,
)
from orchestration.synthetic.orders import GUEST, Orders, in_steps
from orchestration.synthetic.parameters import (
    AUTOMATIC_RESPONSE_SHARE,
    BAD_RESPONSE_HOURS_MEDIAN,
    BADLY_SOLVED_DAYS_MEDIAN,
    BADLY_SOLVED_DAYS_MIN,
    COMPENSATED_SHARE_BAD,
    COMPENSATED_SHARE_WELL,
    COMPENSATION_RATE,
    EXCHANGE_SHARE,
    QUESTIONS_PER_PERSON,
    REOPENED_MEAN_BAD,
    REOPENED_MEAN_WELL,
    RESPONSE_SIGMA,
    SYSTEMS,
    UNRESOLVED_SHARE,
    WELL_RESPONSE_HOURS_MEDIAN,
    WELL_SOLVED_HOURS_MAX,
    WELL_SOLVED_HOURS_MEDIAN,
)
from orchestration.synthetic.people import People, record_on
from orchestration.synthetic.purchases import BADLY_SOLVED, NO_COMPLAINT
from orchestration.synthetic.randomness import (
    Flags,
    Integers,
    Streams,
    happens,
    lognormal_around,
    pick,
    pick_by_row,
)
from orchestration.synthetic.rates import CURRENCIES
from orchestration.synthetic.refunds import Refunds

NO_ORDER = -1
KINDS = ("question", "complaint", "return", "exchange")
QUESTION, COMPLAINT, RETURN, EXCHANGE = range(4)
CATEGORIES = (
    *("damaged", "late_delivery", "wrong_item", "quality", "billing"),
    *("product_advice", "delivery_status", "account"),
)
_CATEGORY_WEIGHTS = np.array(  # by kind
    [
        [0.0, 0.0, 0.0, 0.0, 0.1, 0.4, 0.3, 0.2],
        [0.30, 0.28, 0.14, 0.16, 0.12, 0.0, 0.0, 0.0],
        [0.35, 0.0, 0.30, 0.35, 0.0, 0.0, 0.0, 0.0],
        [0.3, 0.0, 0.4, 0.3, 0.0, 0.0, 0.0, 0.0],
    ]
)
OPENED_BY = ("customer", "agent", "system")
RESPONSE_KINDS = ("human", "automatic")
CHANNELS = ("email", "phone", "chat", "web")
SEVERITIES = ("low", "normal", "high")
TICKET_STATUSES = ("open", "resolved")
AUTOMATIC_RESPONSE_SECONDS = 90
_HOUR = 3_600


@dataclass(frozen=True)
class Openings(Arrays):
    """Tickets as they are opened; `order` is a position in orders, or NO_ORDER."""

    order: Integers
    person: Integers
    system: Integers
    customer: Integers
    kind: Integers
    experience: Integers
    opened_at: Integers


@dataclass(frozen=True)
class Tickets(Openings):
    """Tickets with their answer and resolution; MISSING where there was none yet."""

    first_responded_at: Integers
    is_automatic: Flags
    resolved_at: Integers
    channel: Integers


def tickets_of(
    streams: Streams, people: People, orders: Orders, refunds: Refunds
) -> Tickets:
    """Draw all tickets that were opened before the export, by time of opening."""
    random = streams("tickets")
    openings = Openings.joined(
        [
            *_about_orders(random, orders, refunds),
            _questions(random, people),
        ]
    )
    is_landed = (openings.opened_at <= EXPORTED) & (openings.customer != MISSING)
    openings = openings.take(is_landed)
    openings = openings.take(np.argsort(openings.opened_at, kind="stable"))
    responded_at, is_automatic = _responses(random, openings)
    return Tickets(
        **vars(openings),
        first_responded_at=responded_at,
        is_automatic=is_automatic,
        resolved_at=_resolutions(random, openings),
        channel=pick(random, (0.45, 0.25, 0.2, 0.1), len(openings)),
    )


def _about_orders(
    random: np.random.Generator, orders: Orders, refunds: Refunds
) -> list[Openings]:
    """Open a ticket for each complaint and return, and for some exchanges."""
    at, fates = orders.at, orders.fates
    wait = (random.uniform(0.2, 5, len(at)) * DAY_SECONDS).astype(np.int64)
    received_at = np.where(orders.is_delivered, fates.delivered_at, fates.changed_at)
    complained = np.flatnonzero(at.experience != NO_COMPLAINT)
    is_exchanged = happens(random, EXCHANGE_SHARE, len(at)) & orders.is_delivered
    exchanged = np.flatnonzero(is_exchanged & (at.experience == NO_COMPLAINT))
    returned = refunds.take(refunds.is_return)
    before = (random.uniform(0.5, 2.5, len(returned)) * DAY_SECONDS).astype(np.int64)
    return [
        _opening(orders, complained, COMPLAINT, (received_at + wait)[complained]),
        _opening(orders, exchanged, EXCHANGE, (received_at + wait)[exchanged]),
        _opening(orders, returned.order, RETURN, returned.refunded_at - before),
    ]


def _opening(
    orders: Orders, order: Integers, kind: int, opened_at: Integers
) -> Openings:
    """Open a ticket of this kind about each of these orders."""
    at = orders.at
    is_complaint = kind == COMPLAINT
    return Openings(
        order=order,
        person=at.person[order],
        system=at.system[order],
        customer=at.customer[order],
        kind=constant(kind, len(order)),
        experience=at.experience[order] * is_complaint,
        opened_at=opened_at,
    )


def _questions(random: np.random.Generator, people: People) -> Openings:
    """Let people ask something that is about no order."""
    count = random.poisson(QUESTIONS_PER_PERSON, len(people)) * people.is_profiled
    person = np.repeat(np.arange(len(people)), count)
    since = people.arrival_day[person]
    day = since + (random.random(len(person)) * (DAY_COUNT - since)).astype(np.int64)
    system, customer = record_on(people, person, day)
    moment = local_moment(people.market[person], day, working_hours(random, len(day)))
    return Openings(
        order=constant(NO_ORDER, len(person)),
        person=person,
        system=system,
        customer=customer,
        kind=constant(QUESTION, len(person)),
        experience=constant(NO_COMPLAINT, len(person)),
        opened_at=moment,
    )


def _responses(
    random: np.random.Generator, openings: Openings
) -> tuple[Integers, Flags]:
    """Draw the first response: by a machine at once, or by a human."""
    is_bad = openings.experience == BADLY_SOLVED
    median = np.where(is_bad, BAD_RESPONSE_HOURS_MEDIAN, WELL_RESPONSE_HOURS_MEDIAN)
    hours = lognormal_around(random, median, RESPONSE_SIGMA, len(openings))
    is_automatic = happens(random, AUTOMATIC_RESPONSE_SHARE, len(openings))
    wait = np.where(is_automatic, AUTOMATIC_RESPONSE_SECONDS, hours * _HOUR)
    responded_at = openings.opened_at + wait.astype(np.int64)
    return where(responded_at <= EXPORTED, responded_at), is_automatic


def _resolutions(random: np.random.Generator, openings: Openings) -> Integers:
    """Draw when tickets are solved: within days, or after weeks or never."""
    size = len(openings)
    is_bad = openings.experience == BADLY_SOLVED
    well = lognormal_around(random, WELL_SOLVED_HOURS_MEDIAN, 0.5, size)
    well = np.clip(well, 3, WELL_SOLVED_HOURS_MAX) * _HOUR
    bad = lognormal_around(random, BADLY_SOLVED_DAYS_MEDIAN, 0.4, size)
    bad = np.maximum(bad, BADLY_SOLVED_DAYS_MIN) * DAY_SECONDS
    wait = np.where(is_bad, bad, well).astype(np.int64)
    resolved_at = openings.opened_at + wait
    is_unresolved = is_bad & happens(random, UNRESOLVED_SHARE, size)
    return where(~is_unresolved & (resolved_at <= EXPORTED), resolved_at)


def tickets_table(
    streams: Streams, orders: Orders, tickets: Tickets, first_id: int
) -> Table:
    """Return the landed tickets."""
    random = streams("ticket_columns")
    size = len(tickets)
    is_resolved = tickets.resolved_at != MISSING
    is_bad = tickets.experience == BADLY_SOLVED
    reopened_mean = np.where(is_bad, REOPENED_MEAN_BAD, REOPENED_MEAN_WELL)
    compensation, currency = _compensations(random, orders, tickets)
    order_number = orders.at.number[tickets.order]
    has_response = tickets.first_responded_at != MISSING
    return {
        "source_system": Label(tickets.system, SYSTEMS),
        "ticket_id": Identifier(np.arange(size) + first_id, "T"),
        "customer_id": Identifier(tickets.customer),
        "order_id": Identifier(where(tickets.order != NO_ORDER, order_number)),
        "opened_at": Moment(tickets.opened_at),
        "opened_by": Label(pick(random, (0.85, 0.1, 0.05), size), OPENED_BY),
        "first_responded_at": Moment(tickets.first_responded_at),
        "first_response_kind": Label(
            where(has_response, tickets.is_automatic.astype(np.int64)), RESPONSE_KINDS
        ),
        "resolved_at": Moment(tickets.resolved_at),
        "reopened_count": Number(
            np.where(is_resolved, random.poisson(reopened_mean), 0)
        ),
        "category": Label(
            pick_by_row(random, _CATEGORY_WEIGHTS, tickets.kind), CATEGORIES
        ),
        "kind": Label(tickets.kind, KINDS),
        "channel": Label(tickets.channel, CHANNELS),
        "severity": Label(pick(random, (0.3, 0.5, 0.2), size), SEVERITIES),
        "status": Label(is_resolved.astype(np.int64), TICKET_STATUSES),
        "compensation_amount": Decimal(compensation),
        "currency_code": Label(currency, CURRENCIES),
        "updated_at": Moment(constant(MISSING, size)),
    }


def _compensations(
    random: np.random.Generator, orders: Orders, tickets: Tickets
) -> tuple[Integers, Integers]:
    """Draw what is paid to make up for a complaint, in the order's currency."""
    size = len(tickets)
    is_bad = tickets.experience == BADLY_SOLVED
    share = np.where(is_bad, COMPENSATED_SHARE_BAD, COMPENSATED_SHARE_WELL)
    is_paid = happens(random, share, size) & (tickets.kind == COMPLAINT)
    is_paid &= tickets.resolved_at != MISSING
    goods = orders.money.paid_for_goods()[tickets.order]
    rate = random.uniform(*COMPENSATION_RATE, size)
    amount = in_steps(goods * rate, orders.money.step[tickets.order])
    is_paid &= amount > 0
    return where(is_paid, amount), where(is_paid, orders.money.currency[tickets.order])


def worst_experience_before(
    tickets: Tickets, people_count: int, moment: int, within_days: int
) -> Integers:
    """Return each person's worst complaint experience in the days before a moment."""
    since = moment - within_days * DAY_SECONDS
    is_recent = (tickets.opened_at < moment) & (tickets.opened_at >= since)
    is_recent &= tickets.person != GUEST
    worst = constant(NO_COMPLAINT, people_count)
    np.maximum.at(worst, tickets.person[is_recent], tickets.experience[is_recent])
    return worst
