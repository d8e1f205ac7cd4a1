"""Survey responses: NPS in waves, CSAT after deliveries and tickets, CES after tickets.

What people answer depends on how their complaints were solved.
"""

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
    Identifier,
    Label,
    Moment,
    Number,
    Table,
    constant,
    where,
)
from orchestration.synthetic.orders import GUEST, Orders
from orchestration.synthetic.parameters import (
    CES_MEAN,
    CES_SIGMA,
    CSAT_MEAN,
    CSAT_SIGMA,
    DELIVERY_SURVEY_SHARE,
    NPS_INVITED_SHARE,
    NPS_MEAN,
    NPS_SIGMA,
    NPS_WAVE_DAYS,
    RESPONSE_SHARE,
    SYSTEMS,
    TEN_POINT_SHARE,
    TICKET_CES_SHARE,
    TICKET_CSAT_SHARE,
    UNINVITED_SHARE,
)
from orchestration.synthetic.people import People, record_on
from orchestration.synthetic.purchases import EXPERIENCES
from orchestration.synthetic.randomness import (
    Flags,
    Floats,
    Integers,
    Streams,
    happens,
    pick_by_row,
)
from orchestration.synthetic.tickets import (
    Tickets,
    worst_experience_before,
)

SURVEY_TYPES = ("nps", "csat", "ces")
NPS, CSAT, CES = range(3)
TOUCHPOINTS = ("relationship", "delivery", "service")
RELATIONSHIP, DELIVERY, SERVICE = range(3)
NOTHING = -1
_MEANS = np.array(
    [[mean[name] for name in EXPERIENCES] for mean in (NPS_MEAN, CSAT_MEAN, CES_MEAN)]
)
_SIGMAS = np.array([NPS_SIGMA, CSAT_SIGMA, CES_SIGMA])
_LOWEST = np.array([0, 1, 1])
_HIGHEST = np.array([10, 5, 7])
COMMENTS = (
    "Very happy, thank you!",
    'Fast delivery, "as always".',
    "Great coffee, will order again",
    "It is fine.",
    "Delivery took too long, box was dented",
    "Nobody answered my mail; I had to call twice.\nNot again.",
    "Too expensive for what it is",
    "很满意, 谢谢",
    "配達が遅い",
)
_COMMENT_WEIGHTS = np.array(  # by bad, middling, good; the last one: no comment
    [
        [0, 0, 0, 0, 0.12, 0.12, 0.08, 0, 0.02, 0.66],
        [0, 0, 0, 0.15, 0.04, 0.0, 0.06, 0, 0.0, 0.75],
        [0.1, 0.06, 0.06, 0, 0, 0, 0, 0.02, 0, 0.76],
    ]
)


@dataclass(frozen=True)
class Invitations(Arrays):
    """Invitations; `order` and `ticket` are positions, or NOTHING."""

    survey_type: Integers
    touchpoint: Integers
    system: Integers
    customer: Integers
    experience: Integers
    invited_at: Integers
    order: Integers
    ticket: Integers


def invitations_of(
    streams: Streams, people: People, orders: Orders, tickets: Tickets
) -> Invitations:
    """Draw all invitations until the export, by time."""
    random = streams("survey_invitations")
    invitations = Invitations.joined(
        [
            *_nps_waves(random, people, orders, tickets),
            _after_delivery(random, orders),
            _after_ticket(random, tickets, CSAT, TICKET_CSAT_SHARE),
            _after_ticket(random, tickets, CES, TICKET_CES_SHARE),
        ]
    )
    is_landed = invitations.invited_at <= EXPORTED
    is_landed &= invitations.customer != MISSING
    invitations = invitations.take(is_landed)
    return invitations.take(np.argsort(invitations.invited_at, kind="stable"))


def _nps_waves(
    random: np.random.Generator, people: People, orders: Orders, tickets: Tickets
) -> list[Invitations]:
    """Ask a part of those who bought within a year, wave by wave."""
    waves = []
    for day in range(NPS_WAVE_DAYS, DAY_COUNT, NPS_WAVE_DAYS):
        is_recent = (orders.at.day < day) & (orders.at.day >= day - 365)
        is_recent &= orders.at.person != GUEST
        has_bought = np.zeros(len(people), dtype=bool)
        has_bought[orders.at.person[is_recent]] = True
        is_invited = happens(random, NPS_INVITED_SHARE, len(people))
        person = np.flatnonzero(has_bought & is_invited & people.is_profiled)
        days = constant(day, len(person))
        invited_at = local_moment(
            people.market[person], days, working_hours(random, len(person))
        )
        wave_begins = int(local_moment(*map(np.array, (0, day, 0))))
        experience = worst_experience_before(tickets, len(people), wave_begins, 365)
        system, customer = record_on(people, person, days)
        waves.append(
            Invitations(
                survey_type=constant(NPS, len(person)),
                touchpoint=constant(RELATIONSHIP, len(person)),
                system=system,
                customer=customer,
                experience=experience[person],
                invited_at=invited_at,
                order=constant(NOTHING, len(person)),
                ticket=constant(NOTHING, len(person)),
            )
        )
    return waves


def _after_delivery(random: np.random.Generator, orders: Orders) -> Invitations:
    """Ask a part of the customers a week after the delivery."""
    is_invited = happens(random, DELIVERY_SURVEY_SHARE, len(orders.at))
    order = np.flatnonzero(is_invited & orders.is_delivered)
    wait = random.integers(5 * DAY_SECONDS, 8 * DAY_SECONDS, len(order))
    return Invitations(
        survey_type=constant(CSAT, len(order)),
        touchpoint=constant(DELIVERY, len(order)),
        system=orders.at.system[order],
        customer=orders.at.customer[order],
        experience=orders.at.experience[order],
        invited_at=orders.fates.delivered_at[order] + wait,
        order=order,
        ticket=constant(NOTHING, len(order)),
    )


def _after_ticket(
    random: np.random.Generator, tickets: Tickets, survey_type: int, share: float
) -> Invitations:
    """Ask a part of the customers an hour after their ticket was solved."""
    is_invited = happens(random, share, len(tickets))
    ticket = np.flatnonzero(is_invited & (tickets.resolved_at != MISSING))
    return Invitations(
        survey_type=constant(survey_type, len(ticket)),
        touchpoint=constant(SERVICE, len(ticket)),
        system=tickets.system[ticket],
        customer=tickets.customer[ticket],
        experience=tickets.experience[ticket],
        invited_at=tickets.resolved_at[ticket] + 3_600,
        order=constant(NOTHING, len(ticket)),
        ticket=ticket,
    )


def survey_responses_table(
    streams: Streams,
    invitations: Invitations,
    order_number: Integers,
    first_ticket_id: int,
    first_id: int,
) -> Table:
    """Return the landed responses; invitations without one have no score."""
    random = streams("survey_responses")
    size = len(invitations)
    wait = (random.exponential(2.0, size) * DAY_SECONDS).astype(np.int64) + 600
    responded_at = invitations.invited_at + wait
    has_response = happens(random, RESPONSE_SHARE, size) & (responded_at <= EXPORTED)
    is_uninvited = happens(random, UNINVITED_SHARE, size) & has_response
    score = _scores(random, invitations)
    low, high = _LOWEST[invitations.survey_type], _HIGHEST[invitations.survey_type]
    rank = np.clip(((score - low) * 3) // (high - low), 0, 2)
    comment = pick_by_row(random, _COMMENT_WEIGHTS, rank)
    score, low, high, has_scale = _on_ten_points(random, invitations, score, low, high)
    has_comment = has_response & (comment < len(COMMENTS))
    order, ticket = invitations.order, invitations.ticket
    ticket_number = where(ticket != NOTHING, ticket + first_ticket_id)
    return {
        "source_system": Label(invitations.system, SYSTEMS),
        "response_id": Identifier(np.arange(size) + first_id, "S"),
        "customer_id": Identifier(invitations.customer),
        "survey_type": Label(invitations.survey_type, SURVEY_TYPES),
        "score": Number(where(has_response, score)),
        "scale_min": Number(where(has_scale, low)),
        "scale_max": Number(where(has_scale, high)),
        "invited_at": Moment(where(~is_uninvited, invitations.invited_at)),
        "responded_at": Moment(where(has_response, responded_at)),
        "touchpoint": Label(invitations.touchpoint, TOUCHPOINTS),
        "order_id": Identifier(where(order != NOTHING, order_number[order])),
        "ticket_id": Identifier(ticket_number, "T"),
        "comment": Label(where(has_comment, comment), COMMENTS),
        "updated_at": Moment(constant(MISSING, size)),
    }


def _scores(random: np.random.Generator, invitations: Invitations) -> Integers:
    """Draw the score that each invitation would get."""
    survey_type = invitations.survey_type
    mean: Floats = _MEANS[survey_type, invitations.experience]
    drawn = mean + _SIGMAS[survey_type] * random.standard_normal(len(invitations))
    whole = np.rint(drawn).astype(np.int64)
    return np.clip(whole, _LOWEST[survey_type], _HIGHEST[survey_type])


def _on_ten_points(
    random: np.random.Generator,
    invitations: Invitations,
    score: Integers,
    low: Integers,
    high: Integers,
) -> tuple[Integers, Integers, Integers, Flags]:
    """Stretch a part of the csat scores to 1..10; only these name their scale."""
    is_csat = invitations.survey_type == CSAT
    is_ten = is_csat & happens(random, TEN_POINT_SHARE, len(score))
    stretched = score * 2 - random.integers(0, 2, len(score))
    return (
        np.where(is_ten, stretched, score),
        low,
        np.where(is_ten, 10, high),
        is_ten,
    )
