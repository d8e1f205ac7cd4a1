"""Consents, loyalty points and campaign members of a chunk of people."""

from dataclasses import dataclass

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import (
    DAY_SECONDS,
    EXPORTED,
    day_number,
    epoch_day,
)
from orchestration.synthetic.columns import (
    MISSING,
    Flag,
    Identifier,
    Label,
    Moment,
    Number,
    Table,
    constant,
    row_count,
    stack,
    take,
)
from orchestration.synthetic.customers import Records
from orchestration.synthetic.orders import Orders
from orchestration.synthetic.parameters import (
    ADJUSTED_SHARE,
    CAMPAIGNS,
    CONSENT_GIVEN_AGAIN_SHARE,
    CONSENT_WITHDRAWN_SHARE,
    EXPIRE_ROW_SHARE,
    MARKETING_CONSENT_SHARE,
    POINTS_PER_EUR,
    POINTS_VALID_DAYS,
    SYSTEMS,
    VOUCHER_EVERY_POINTS,
    VOUCHER_POINTS,
    VOUCHER_USER_SHARE,
)
from orchestration.synthetic.people import MAIN, People
from orchestration.synthetic.profiles import Profiles
from orchestration.synthetic.purchases import Members
from orchestration.synthetic.randomness import Flags, Integers, Streams, happens
from orchestration.synthetic.refunds import Refunds

CONSENT_CHANNELS = ("email", "phone", "sms", "post")
CONSENT_PURPOSES = ("marketing", "survey")
# channel, purpose, share of the records that were asked
_CONSENTS_ASKED = ((0, 0, 0.9), (1, 0, 0.3), (2, 0, 0.15), (0, 1, 0.5))
ENTRY_TYPES = ("earn", "spend", "expire", "adjust", "reverse")
EARN, SPEND, EXPIRE, ADJUST, REVERSE = range(5)
ARMS = ("control", "treatment")
CAMPAIGN_IDS = tuple(campaign.campaign_id for campaign in CAMPAIGNS)


def consents_table(streams: Streams, profiles: Profiles, records: Records) -> Table:
    """Return the landed consents: at registration, some withdrawn, some given again."""
    random = streams("consents")
    given = profiles.has_consent[records.person]
    parts = []
    for channel, purpose, asked in _CONSENTS_ASKED:
        rows = np.flatnonzero(happens(random, asked, len(records)))
        agrees = happens(random, MARKETING_CONSENT_SHARE, len(rows))
        is_granted = given[rows] if (channel, purpose) == (0, 0) else agrees
        recorded_at = records.created_at[rows] + random.integers(5, 60, len(rows))
        withdraws = is_granted & happens(random, CONSENT_WITHDRAWN_SHARE, len(rows))
        withdrawn_at = recorded_at + _wait(random, len(rows))
        regrets = withdraws & happens(random, CONSENT_GIVEN_AGAIN_SHARE, len(rows))
        given_again_at = withdrawn_at + _wait(random, len(rows))
        for chosen, moment, answer in (
            (np.ones(len(rows), dtype=bool), recorded_at, is_granted),
            (withdraws, withdrawn_at, ~withdraws),
            (regrets, given_again_at, regrets),
        ):
            kept = chosen & (moment <= EXPORTED)
            parts.append(
                {
                    "source_system": Label(records.system[rows][kept], SYSTEMS),
                    "customer_id": Identifier(records.customer[rows][kept]),
                    "channel": Label(constant(channel, kept.sum()), CONSENT_CHANNELS),
                    "purpose": Label(constant(purpose, kept.sum()), CONSENT_PURPOSES),
                    "recorded_at": Moment(moment[kept]),
                    "is_granted": Flag(answer[kept].astype(np.int64)),
                }
            )
    table = stack(parts)
    return take(table, np.argsort(table["recorded_at"].values, kind="stable"))


def _wait(random: np.random.Generator, size: int) -> Integers:
    return np.asarray(random.integers(10 * DAY_SECONDS, 500 * DAY_SECONDS, size))


def campaign_members_table(people: People, members: Members) -> Table:
    """Return the landed members of all campaigns, assigned on the first morning."""
    starts = np.array([day_number(campaign.start) for campaign in CAMPAIGNS])
    assigned_at = epoch_day(starts[members.campaign]) * DAY_SECONDS + 6 * 3_600
    return {
        "source_system": Label(constant(MAIN, len(members)), SYSTEMS),
        "campaign_id": Label(members.campaign, CAMPAIGN_IDS),
        "customer_id": Identifier(people.shop_id[members.person]),
        "arm": Label(members.is_treated.astype(np.int64), ARMS),
        "assigned_at": Moment(assigned_at),
    }


@dataclass(frozen=True)
class Lots(Arrays):
    """Points earned with an order, by time; the n-th lot is the n-th entry."""

    order: Integers
    person: Integers
    customer: Integers
    order_number: Integers
    points: Integers
    earned_at: Integers
    entry: Integers


def _lots(people: People, profiles: Profiles, orders: Orders, first_id: int) -> Lots:
    """Return what members earned with delivered orders under their first account."""
    at = orders.at
    person = np.maximum(at.person, 0)  # of guests any: they have no customer id
    is_earning = orders.is_delivered & (at.system == MAIN) & (at.customer != MISSING)
    is_earning &= profiles.is_member[person] & people.is_profiled[person]
    is_earning &= at.customer == people.shop_id[person]
    goods_eur = orders.money.paid_for_goods() / 100 * orders.money.unit_eur
    points = (goods_eur * POINTS_PER_EUR).astype(np.int64)
    order = np.flatnonzero(is_earning & (points > 0))
    delivered_at = orders.fates.delivered_at
    order = order[np.argsort(delivered_at[order], kind="stable")]
    return Lots(
        order=order,
        person=at.person[order],
        customer=at.customer[order],
        order_number=at.number[order],
        points=points[order],
        earned_at=delivered_at[order],
        entry=np.arange(len(order)) + first_id,
    )


def loyalty_entries_table(
    streams: Streams,
    people: People,
    profiles: Profiles,
    orders: Orders,
    refunds: Refunds,
    first_id: int,
) -> Table:
    """Return the landed points: earned with orders, spent, expired, put right.

    Points that expire without an `expire` row are left to the warehouse: only members
    who never spend get one.
    """
    random = streams("loyalty_entries")
    lots = _lots(people, profiles, orders, first_id)
    size = len(lots)
    expires_at = lots.earned_at + POINTS_VALID_DAYS * DAY_SECONDS
    is_spender = happens(random, VOUCHER_USER_SHARE, len(people))[lots.person]
    vouchers = _vouchers(lots.person, lots.points) * is_spender
    returned = refunds.take(refunds.is_return)
    refunded_at = constant(MISSING, len(orders.at))
    refunded_at[returned.order] = returned.refunded_at
    reversed_at = refunded_at[lots.order]
    is_expired = ~is_spender & (reversed_at == MISSING)
    is_expired &= happens(random, EXPIRE_ROW_SHARE, size)
    is_adjusted = happens(random, ADJUSTED_SHARE, size)
    table = stack(
        [
            _entries(EARN, lots, lots.points, lots.earned_at, expires_at=expires_at),
            _entries(SPEND, lots, -vouchers, lots.earned_at + 3_600, vouchers > 0),
            _entries(EXPIRE, lots, -lots.points, expires_at, is_expired),
            _entries(
                *(ADJUST, lots, random.integers(-20, 60, size)),
                *(lots.earned_at + DAY_SECONDS, is_adjusted),
            ),
            _entries(
                *(REVERSE, lots, -lots.points, reversed_at, reversed_at != MISSING),
            ),
        ]
    )
    # lots come first, so that a reversal can name the lot's entry
    table["entry_id"] = Identifier(np.arange(row_count(table)) + first_id, "E")
    return take(table, np.argsort(table["occurred_at"].values, kind="stable"))


def _entries(
    kind: int,
    lots: Lots,
    points: Integers,
    occurred_at: Integers,
    is_chosen: Flags | None = None,
    expires_at: Integers | None = None,
) -> Table:
    """Return the entries of one kind about the chosen lots, until the export."""
    is_landed = occurred_at <= EXPORTED
    if is_chosen is not None:
        is_landed &= is_chosen
    kept = lots.take(is_landed)
    size = len(kept)
    nothing = constant(MISSING, size)
    is_about_order = kind in (EARN, EXPIRE, REVERSE)
    return {
        "source_system": Label(constant(MAIN, size), SYSTEMS),
        "entry_id": Identifier(nothing, "E"),
        "customer_id": Identifier(kept.customer),
        "entry_type": Label(constant(kind, size), ENTRY_TYPES),
        "points": Number(points[is_landed]),
        "occurred_at": Moment(occurred_at[is_landed]),
        "expires_at": Moment(nothing if expires_at is None else expires_at[is_landed]),
        "order_id": Identifier(kept.order_number if is_about_order else nothing),
        "reverses_entry_id": Identifier(
            kept.entry if kind == REVERSE else nothing, "E"
        ),
    }


def _vouchers(person: Integers, earned: Integers) -> Integers:
    """Return the points spent after each lot: a voucher at each multiple reached."""
    by_person = np.argsort(person, kind="stable")
    running = np.cumsum(earned[by_person])
    is_first = np.diff(person[by_person], prepend=-1) != 0
    before = np.where(is_first, running - earned[by_person], 0)
    running -= np.maximum.accumulate(before)
    reached = running // VOUCHER_EVERY_POINTS
    already = (running - earned[by_person]) // VOUCHER_EVERY_POINTS
    spent = np.empty(len(person), dtype=np.int64)
    spent[by_person] = (reached - already) * VOUCHER_POINTS
    return spent
