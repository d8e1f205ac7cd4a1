"""Orders: purchases and guests with time, money and status; their lines."""

from dataclasses import dataclass, replace

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.baskets import UNIT_PRICE_PLACES, Baskets, baskets_of
from orchestration.synthetic.calendar import (
    DAY_COUNT,
    DAY_SECONDS,
    EXPORTED,
    arrival_weights,
    day_of,
    daytime,
    local_moment,
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
    stack,
    take,
    where,
)
from orchestration.synthetic.parameters import (
    ABROAD_SHARE,
    CANCELLED_SHARE,
    CATEGORIES,
    CHUNK_PEOPLE,
    COMPLETED_AFTER_DAYS,
    COST_MISSING_SHARE,
    COST_RATE,
    CRM_ORDER_SHARE,
    CURRENCY_MISSING_SHARE,
    DELIVERY_DAYS_MEDIAN,
    DELIVERY_DAYS_SIGMA,
    DISCOUNT_RATE,
    DISCOUNT_SHARE,
    FREE_SHIPPING_FROM_EUR,
    GUEST_ORDER_SHARE,
    MARKETS,
    ORDER_CHANNEL_WEIGHTS,
    ORDER_CHANNELS,
    PRODUCTS,
    SHIPPING_EUR,
    SPEND_FLOOR_EUR,
    SPEND_P,
    SPEND_Q,
    SPEND_V,
    SYSTEMS,
    TWO_VERSION_SHARE,
)
from orchestration.synthetic.people import CRM, MAIN, People
from orchestration.synthetic.purchases import NO_COMPLAINT, Purchases
from orchestration.synthetic.randomness import (
    Flags,
    Floats,
    Integers,
    Streams,
    happens,
    lognormal_around,
    pick,
)
from orchestration.synthetic.rates import CURRENCIES, REPORTING, rate_on

GUEST = -1
EARLIER_ON_THE_LAST_DAY = 4 * 3_600  # seconds
FIRST_ORDER_NUMBER = 100_001  # in both systems
ORDER_NUMBERS_PER_CHUNK = 100 * CHUNK_PEOPLE
STATUSES = ("placed", "paid", "shipped", "delivered", "completed", "cancelled")
PLACED, PAID, SHIPPED, DELIVERED, COMPLETED, CANCELLED = range(6)
STORE, PHONE = ORDER_CHANNELS.index("store"), ORDER_CHANNELS.index("phone")
COUNTRIES = tuple(market.country_code for market in MARKETS)
_CURRENCY = np.array([CURRENCIES.index(market.currency_code) for market in MARKETS])
_STEP = np.array([1 if market.has_cents else 100 for market in MARKETS])
_TAX_RATE = np.array([market.tax_rate for market in MARKETS])


@dataclass(frozen=True)
class Placements(Arrays):
    """Orders: who, where, when; sorted by time."""

    person: Integers  # GUEST where nobody is known
    market: Integers
    favourite: Integers
    day: Integers  # in the market
    ordered_at: Integers
    experience: Integers
    spend_eur: Floats
    system: Integers
    customer: Integers
    number: Integers


@dataclass(frozen=True)
class Fates(Arrays):
    """Channel of each order, and what became of it until the export."""

    channel: Integers
    status: Integers
    changed_at: Integers  # when it reached the status
    delivered_at: Integers  # MISSING where it has not been


@dataclass(frozen=True)
class Money(Arrays):
    """Money of each order in minor units of its currency."""

    currency: Integers
    unit_eur: Floats
    step: Integers
    gross: Integers
    discount: Integers  # MISSING where none

    def paid_for_goods(self) -> Integers:
        """Return gross less discount."""
        return self.gross - np.where(self.discount == MISSING, 0, self.discount)


@dataclass(frozen=True)
class Orders:
    """All that the other tables need to know about the orders of a chunk."""

    at: Placements
    fates: Fates
    money: Money
    baskets: Baskets

    @property
    def is_delivered(self) -> Flags:
        """Say which orders reached the customer."""
        return np.asarray(self.fates.delivered_at != MISSING)


def orders_of(
    streams: Streams, people: People, purchases: Purchases, rates: Integers, chunk: int
) -> Orders:
    """Turn purchases into orders, and add those of guests."""
    at = _placements(streams, people, purchases, chunk)
    fates = _fates(streams, at)
    currency = _CURRENCY[at.market]
    unit_eur = rate_on(rates, currency, at.day)
    step = _STEP[at.market]
    baskets = baskets_of(streams, at.favourite, at.spend_eur, unit_eur, step)
    gross = np.bincount(baskets.order, weights=baskets.amount, minlength=len(at))
    money = _money(streams, currency, unit_eur, step, gross.astype(np.int64))
    return Orders(at, fates, money, baskets)


def _placements(
    streams: Streams, people: People, purchases: Purchases, chunk: int
) -> Placements:
    """Give purchases of people and guests a time, a spend, a system and a number."""
    random = streams("orders")
    guests = round(len(purchases) * GUEST_ORDER_SHARE / (1 - GUEST_ORDER_SHARE))
    at = Placements.joined(
        [
            _known_placements(random, people, purchases),
            _guest_placements(random, guests),
        ]
    )
    # an evening in New York may be tomorrow in UTC: on the last day they buy earlier
    is_late = day_of(at.ordered_at) >= DAY_COUNT
    at = replace(at, ordered_at=at.ordered_at - is_late * EARLIER_ON_THE_LAST_DAY)
    at = at.take(np.argsort(at.ordered_at, kind="stable"))
    is_crm = at.system == CRM
    rank = np.where(is_crm, np.cumsum(is_crm), np.cumsum(~is_crm)) - 1
    first = FIRST_ORDER_NUMBER + chunk * ORDER_NUMBERS_PER_CHUNK
    return replace(at, number=rank + first)


def _known_placements(
    random: np.random.Generator, people: People, purchases: Purchases
) -> Placements:
    """Return the orders of people, not yet numbered."""
    size = len(purchases)
    person, day = purchases.person, purchases.day
    market = people.market[person]
    system, customer = _records(random, people, purchases)
    return Placements(
        person=person,
        market=market,
        favourite=people.favourite[person],
        day=day,
        ordered_at=local_moment(market, day, daytime(random, size)),
        experience=purchases.experience,
        spend_eur=_spend(random, people.spend_scale[person]),
        system=system,
        customer=customer,
        number=constant(MISSING, size),
    )


def _guest_placements(random: np.random.Generator, size: int) -> Placements:
    """Return orders of people who leave no name, not yet numbered."""
    market = pick(random, [market.weight for market in MARKETS], size)
    day = pick(random, arrival_weights(), size)
    return Placements(
        person=constant(GUEST, size),
        market=market,
        favourite=random.integers(0, len(CATEGORIES), size),
        day=day,
        ordered_at=local_moment(market, day, daytime(random, size)),
        experience=constant(NO_COMPLAINT, size),
        spend_eur=_spend(random, random.gamma(SPEND_Q, 1 / SPEND_V, size)),
        system=constant(MAIN, size),
        customer=constant(MISSING, size),
        number=constant(MISSING, size),
    )


def _spend(random: np.random.Generator, scale: Floats) -> Floats:
    """Draw what each order costs in EUR, given its customer's scale."""
    spend = random.gamma(SPEND_P, 1, len(scale)) / scale
    return np.asarray(np.maximum(spend, SPEND_FLOOR_EUR))


def _records(
    random: np.random.Generator, people: People, purchases: Purchases
) -> tuple[Integers, Integers]:
    """Return system and customer id under which each purchase is made."""
    person, day = purchases.person, purchases.day
    is_only_in_crm = people.shop_id[person] == MISSING
    by_phone = happens(random, CRM_ORDER_SHARE, len(person))
    is_crm = is_only_in_crm | (by_phone & (people.crm_day[person] < day))
    other_account = happens(random, 0.5, len(person))
    is_second = other_account & (people.second_day[person] < day)
    customer = np.where(
        is_second, people.second_shop_id[person], people.shop_id[person]
    )
    return (
        np.where(is_crm, CRM, MAIN),
        np.where(is_crm, people.crm_id[person], customer),
    )


def _fates(streams: Streams, at: Placements) -> Fates:
    """Draw channel and status path; the last step before the export is the status."""
    random = streams("order_status")
    count = len(at)
    channel = pick(random, ORDER_CHANNEL_WEIGHTS, count)
    channel = np.where(at.system == CRM, PHONE, channel)
    is_store = channel == STORE

    delivery = lognormal_around(
        random, DELIVERY_DAYS_MEDIAN, DELIVERY_DAYS_SIGMA, count
    )
    delivery_seconds = np.where(is_store, 0, delivery * DAY_SECONDS)
    paid_share, shipped_share = 0.08, 0.4  # of the time to the delivery
    after = np.stack(
        [
            np.zeros(count),
            delivery_seconds * paid_share,
            delivery_seconds * shipped_share,
            delivery_seconds,
            np.where(
                is_store, 0, delivery_seconds + COMPLETED_AFTER_DAYS * DAY_SECONDS
            ),
        ]
    )
    steps = at.ordered_at + after.astype(np.int64)
    status = (steps <= EXPORTED).sum(axis=0) - 1

    is_cancelled = happens(random, CANCELLED_SHARE, count) & ~is_store
    is_cancelled &= at.experience == NO_COMPLAINT
    cancelled_at = at.ordered_at + random.integers(3_600, 30 * 3_600, count)
    is_cancelled &= cancelled_at <= EXPORTED
    status = np.where(is_cancelled, CANCELLED, status)
    changed_at = steps[np.minimum(status, COMPLETED), np.arange(count)]
    is_delivered = (status == DELIVERED) | (status == COMPLETED)
    return Fates(
        channel=channel,
        status=status,
        changed_at=np.where(is_cancelled, cancelled_at, changed_at),
        delivered_at=where(is_delivered, steps[DELIVERED]),
    )


def _money(
    streams: Streams,
    currency: Integers,
    unit_eur: Floats,
    step: Integers,
    gross: Integers,
) -> Money:
    """Draw the discounts."""
    random = streams("order_discounts")
    rate = random.uniform(*DISCOUNT_RATE, len(gross))
    has_discount = happens(random, DISCOUNT_SHARE, len(gross))
    discount = where(has_discount, in_steps(gross * rate, step))
    return Money(currency, unit_eur, step, gross, discount)


def in_steps(amount: Floats | Integers, step: Integers) -> Integers:
    """Round to what can be paid in the currency."""
    return np.asarray(np.rint(amount / step).astype(np.int64) * step)


def orders_table(streams: Streams, orders: Orders) -> Table:
    """Return the landed orders; some in two versions, as placed and as they ended."""
    random = streams("order_columns")
    at, fates, money = orders.at, orders.fates, orders.money
    count = len(at)
    goods = money.paid_for_goods()
    is_abroad = happens(random, ABROAD_SHARE, count)
    elsewhere = random.integers(0, len(MARKETS), count)
    has_currency = ~(
        happens(random, CURRENCY_MISSING_SHARE, count) & (money.currency == REPORTING)
    )
    is_free = goods / 100 * money.unit_eur >= FREE_SHIPPING_FROM_EUR
    is_free |= fates.channel == STORE
    shipping = np.where(is_free, 0.0, SHIPPING_EUR * 100 / money.unit_eur)
    cost = money.gross * random.uniform(*COST_RATE, count)
    has_cost = ~happens(random, COST_MISSING_SHARE, count)
    table: Table = {
        "source_system": Label(at.system, SYSTEMS),
        "order_id": Identifier(at.number),
        "customer_id": Identifier(at.customer),
        "ordered_at": Moment(at.ordered_at),
        "status": Label(fates.status, STATUSES),
        "gross_amount": Decimal(money.gross),
        "discount_amount": Decimal(money.discount),
        "tax_amount": Decimal(in_steps(goods * _TAX_RATE[at.market], money.step)),
        "shipping_amount": Decimal(in_steps(shipping, money.step)),
        "cost_amount": Decimal(where(has_cost, in_steps(cost, money.step))),
        "currency_code": Label(where(has_currency, money.currency), CURRENCIES),
        "channel": Label(fates.channel, ORDER_CHANNELS),
        "country_code": Label(np.where(is_abroad, elsewhere, at.market), COUNTRIES),
        "delivered_at": Moment(fates.delivered_at),
        "updated_at": Moment(constant(MISSING, count)),
    }
    has_two = happens(random, TWO_VERSION_SHARE, count)
    has_two &= fates.changed_at > at.ordered_at
    as_placed = take(table, has_two)
    versions = int(has_two.sum())
    as_placed["status"] = Label(constant(PLACED, versions), STATUSES)
    as_placed["delivered_at"] = Moment(constant(MISSING, versions))
    as_placed["updated_at"] = Moment(at.ordered_at[has_two])
    table["updated_at"] = Moment(where(has_two, fates.changed_at))
    return stack([table, as_placed])


def order_lines_table(orders: Orders) -> Table:
    """Return the landed lines; an order's discount is spread over its lines."""
    baskets, at, money = orders.baskets, orders.at, orders.money
    discount = money.discount[baskets.order]
    gross = money.gross[baskets.order]
    share = np.where(discount == MISSING, 0, discount) * baskets.amount // gross
    spread = np.bincount(baskets.order, weights=share, minlength=len(at))
    rest = np.where(money.discount == MISSING, 0, money.discount) - spread
    is_first = baskets.line_number == 1
    share = share + np.where(is_first, rest.astype(np.int64)[baskets.order], 0)
    names = tuple(name for name, _, _ in PRODUCTS)
    categories = tuple(category for _, category, _ in PRODUCTS)
    return {
        "source_system": Label(at.system[baskets.order], SYSTEMS),
        "order_id": Identifier(at.number[baskets.order]),
        "line_number": Number(baskets.line_number),
        "product_id": Identifier(baskets.product + 1, "P"),
        "product_name": Label(baskets.product, names),
        "category": Label(baskets.product, categories),
        "quantity": Number(baskets.quantity),
        "unit_price_amount": Decimal(baskets.unit_price, UNIT_PRICE_PLACES),
        "discount_amount": Decimal(where(discount != MISSING, share)),
        "updated_at": Moment(constant(MISSING, len(baskets.order))),
        "_ordered_at": Moment(at.ordered_at[baskets.order]),
    }
