"""Contacts: follow-ups, service, promotions, greetings, care, events, surveys."""

from dataclasses import dataclass

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import (
    DAY_COUNT,
    DAY_SECONDS,
    EXPORTED,
    FIRST_EPOCH_DAY,
    birthdays,
    day_number,
    local_moment,
    working_hours,
)
from orchestration.synthetic.columns import (
    MISSING,
    Identifier,
    Label,
    Moment,
    Table,
    constant,
    where,
)
from orchestration.synthetic.orders import GUEST, STORE, Orders
from orchestration.synthetic.parameters import (
    BIRTHDAY_GREETING_SHARE,
    CAMPAIGNS,
    CARE_SHARE,
    FIRST_DAY,
    FOLLOW_UP_LATE_SHARE,
    FOLLOW_UP_SHARE,
    LAST_DAY,
    SYSTEMS,
)
from orchestration.synthetic.people import CRM, MAIN, People, record_on
from orchestration.synthetic.profiles import Profiles
from orchestration.synthetic.purchases import Members
from orchestration.synthetic.randomness import Integers, Streams, happens, pick
from orchestration.synthetic.relations import CAMPAIGN_IDS
from orchestration.synthetic.surveys import NPS, Invitations
from orchestration.synthetic.tickets import CHANNELS as TICKET_CHANNELS
from orchestration.synthetic.tickets import NO_ORDER, Tickets

NOTHING = -1
CHANNELS = (*TICKET_CHANNELS, "sms", "app", "post", "event")
EMAIL, PHONE = CHANNELS.index("email"), CHANNELS.index("phone")
APP, EVENT = CHANNELS.index("app"), CHANNELS.index("event")
DIRECTIONS = ("inbound", "outbound")
INBOUND, OUTBOUND = 0, 1
PURPOSES = (
    *("follow_up", "care", "greeting", "promotion", "service", "survey", "event"),
)
FOLLOW_UP, CARE, GREETING, PROMOTION, SERVICE, SURVEY, EVENT_PURPOSE = range(7)
OUTCOMES = ("delivered", "opened", "answered", "no_answer", "bounced")
_OUTCOME_WEIGHTS = (0.4, 0.3, 0.15, 0.1, 0.02, 0.03)  # the last one: missing
MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True)
class Contacts(Arrays):
    """Contacts; `order`, `ticket`, `campaign` are positions, or NOTHING."""

    system: Integers
    customer: Integers
    contacted_at: Integers
    channel: Integers
    direction: Integers
    purpose: Integers
    order: Integers
    ticket: Integers
    campaign: Integers


def _contacts(
    record: tuple[Integers, Integers],
    contacted_at: Integers,
    channel: Integers | int,
    purpose: int,
    direction: int = OUTBOUND,
    order: Integers | int = NOTHING,
    ticket: Integers | int = NOTHING,
    campaign: Integers | int = NOTHING,
) -> Contacts:
    """Return contacts with one value, or one each, in every column."""
    shape = contacted_at.shape
    channel, order, ticket, campaign, directions, purposes = (
        np.broadcast_to(np.asarray(value, dtype=np.int64), shape)
        for value in (channel, order, ticket, campaign, direction, purpose)
    )
    return Contacts(
        *record, contacted_at, channel, directions, purposes, order, ticket, campaign
    )


def contacts_of(
    streams: Streams,
    people: People,
    profiles: Profiles,
    orders: Orders,
    tickets: Tickets,
    members: Members,
    invitations: Invitations,
) -> Contacts:
    """Draw all contacts until the export, by time."""
    random = streams("contacts")
    contacts = Contacts.joined(
        [
            _follow_ups(random, orders),
            *_about_tickets(tickets),
            _promotions(random, people, profiles, members),
            *_greetings(random, people, profiles),
            *_care(random, people, orders),
            _survey_mails(invitations),
        ]
    )
    is_landed = contacts.contacted_at <= EXPORTED
    contacts = contacts.take(is_landed & (contacts.customer != MISSING))
    return contacts.take(np.argsort(contacts.contacted_at, kind="stable"))


def _follow_ups(random: np.random.Generator, orders: Orders) -> Contacts:
    """Ask after the delivery whether all is well: soon for most, late for some."""
    at = orders.at
    is_called = orders.is_delivered & (orders.fates.channel != STORE)
    is_called &= happens(random, FOLLOW_UP_SHARE, len(at))
    order = np.flatnonzero(is_called)
    is_late = happens(random, FOLLOW_UP_LATE_SHARE, len(order))
    soon = random.uniform(0.1, 2.5, len(order)) * DAY_SECONDS
    late = random.uniform(8, 20, len(order)) * DAY_SECONDS
    contacted_at = np.where(
        is_late,
        at.ordered_at[order] + late.astype(np.int64),
        orders.fates.delivered_at[order] + soon.astype(np.int64),
    )
    channel = np.where(happens(random, 0.8, len(order)), EMAIL, PHONE)
    record = (at.system[order], at.customer[order])
    return _contacts(record, contacted_at, channel, FOLLOW_UP, order=order)


def _about_tickets(tickets: Tickets) -> list[Contacts]:
    """Return the customer's call that opens a ticket, and the first human answer."""
    position = np.arange(len(tickets))
    is_answered = (tickets.first_responded_at != MISSING) & ~tickets.is_automatic
    answered = tickets.take(is_answered)
    return [
        _contacts(
            (tickets.system, tickets.customer),
            tickets.opened_at,
            tickets.channel,
            SERVICE,
            INBOUND,
            order=tickets.order,
            ticket=position,
        ),
        _contacts(
            (answered.system, answered.customer),
            answered.first_responded_at,
            answered.channel,
            SERVICE,
            order=answered.order,
            ticket=position[is_answered],
        ),
    ]


def _promotions(
    random: np.random.Generator, people: People, profiles: Profiles, members: Members
) -> Contacts:
    """Write to the treated of each campaign who once agreed to it."""
    reached = members.take(members.is_treated & profiles.has_consent[members.person])
    channels = np.array(
        [APP if campaign.channel == "app" else EMAIL for campaign in CAMPAIGNS]
    )
    starts = np.array([day_number(campaign.start) for campaign in CAMPAIGNS])
    contacted_at = local_moment(
        people.market[reached.person],
        starts[reached.campaign],
        working_hours(random, len(reached)),
    )
    return _contacts(
        (constant(MAIN, len(reached)), people.shop_id[reached.person]),
        contacted_at,
        channels[reached.campaign],
        PROMOTION,
        campaign=reached.campaign,
    )


def _greetings(
    random: np.random.Generator, people: People, profiles: Profiles
) -> list[Contacts]:
    """Wish a part of the customers a happy birthday, year by year."""
    greetings = []
    has_birthday = profiles.birth_day != MISSING
    born = np.where(has_birthday, profiles.birth_day, 0)
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        day = birthdays(born, year) - FIRST_EPOCH_DAY
        is_greeted = happens(random, BIRTHDAY_GREETING_SHARE, len(people))
        is_greeted &= has_birthday & profiles.has_consent
        is_greeted &= people.is_profiled & (day > people.arrival_day)
        person = np.flatnonzero(is_greeted & (day < DAY_COUNT))
        moment = local_moment(
            people.market[person], day[person], working_hours(random, len(person))
        )
        record = record_on(people, person, day[person])
        greetings.append(_contacts(record, moment, EMAIL, GREETING))
    return greetings


def _care(
    random: np.random.Generator, people: People, orders: Orders
) -> list[Contacts]:
    """Call a part of the crm's active people each month; some come to an event."""
    calls = []
    last_day = constant(-DAY_COUNT, len(people))
    known = orders.at.take(orders.at.person != GUEST)
    for month in range(1, int(DAY_COUNT / MONTH_DAYS)):
        begin = int(month * MONTH_DAYS)
        is_before = known.day < begin
        np.maximum.at(last_day, known.person[is_before], known.day[is_before])
        is_active = (last_day >= begin - 180) & (people.crm_day < begin)
        is_called = is_active & happens(random, CARE_SHARE, len(people))
        person = np.flatnonzero(is_called)
        day = begin + random.integers(0, 28, len(person))
        moment = local_moment(
            people.market[person], day, working_hours(random, len(person))
        )
        is_event = month % 12 == 9
        record = (constant(CRM, len(person)), people.crm_id[person])
        channel = EVENT if is_event else PHONE
        purpose = EVENT_PURPOSE if is_event else CARE
        calls.append(_contacts(record, moment, channel, purpose))
    return calls


def _survey_mails(invitations: Invitations) -> Contacts:
    """Return the mails of the NPS invitations."""
    sent = invitations.take(invitations.survey_type == NPS)
    return _contacts((sent.system, sent.customer), sent.invited_at, EMAIL, SURVEY)


def contacts_table(
    streams: Streams,
    contacts: Contacts,
    order_number: Integers,
    first_ticket_id: int,
    first_id: int,
) -> Table:
    """Return the landed contacts."""
    random = streams("contact_columns")
    size = len(contacts)
    outcome = pick(random, _OUTCOME_WEIGHTS, size)
    has_ticket = contacts.ticket != NOTHING
    ticket_number = where(has_ticket, contacts.ticket + first_ticket_id)
    return {
        "source_system": Label(contacts.system, SYSTEMS),
        "contact_id": Identifier(np.arange(size) + first_id, "K"),
        "customer_id": Identifier(contacts.customer),
        "contacted_at": Moment(contacts.contacted_at),
        "channel": Label(contacts.channel, CHANNELS),
        "direction": Label(contacts.direction, DIRECTIONS),
        "purpose": Label(contacts.purpose, PURPOSES),
        "order_id": Identifier(
            where(contacts.order != NO_ORDER, order_number[contacts.order])
        ),
        "ticket_id": Identifier(ticket_number, "T"),
        "campaign_id": Label(
            where(contacts.campaign != NOTHING, contacts.campaign), CAMPAIGN_IDS
        ),
        "outcome": Label(where(outcome < len(OUTCOMES), outcome), OUTCOMES),
    }
