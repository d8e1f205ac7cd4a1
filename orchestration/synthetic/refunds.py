"""Refunds of delivered orders, wholly or in part."""

from dataclasses import dataclass

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import DAY_SECONDS, EXPORTED
from orchestration.synthetic.columns import (
    MISSING,
    Decimal,
    Flag,
    Identifier,
    Label,
    Moment,
    Table,
    constant,
    where,
)
from orchestration.synthetic.orders import Orders, in_steps
from orchestration.synthetic.parameters import (
    FULL_REFUND_SHARE,
    REFUND_DAYS,
    REFUND_SHARE,
    REFUND_WITHOUT_ORDER_SHARE,
    RETURN_SHARE,
    SYSTEMS,
)
from orchestration.synthetic.randomness import (
    Flags,
    Integers,
    Streams,
    happens,
    pick,
)
from orchestration.synthetic.rates import CURRENCIES

REASONS = ("damaged", "wrong item", "changed mind", "late", "goodwill")


@dataclass(frozen=True)
class Refunds(Arrays):
    """Refunds; `order` is the position of the order."""

    order: Integers
    refunded_at: Integers
    amount: Integers
    is_return: Flags


def refunds_of(streams: Streams, orders: Orders) -> Refunds:
    """Draw which delivered orders are paid back, wholly or in part."""
    random = streams("refunds")
    is_refunded = orders.is_delivered & happens(random, REFUND_SHARE, len(orders.at))
    order = np.flatnonzero(is_refunded)
    wait = random.uniform(*REFUND_DAYS, len(order)) * DAY_SECONDS
    refunded_at = orders.fates.delivered_at[order] + wait.astype(np.int64)
    is_full = happens(random, FULL_REFUND_SHARE, len(order))
    is_return = happens(random, RETURN_SHARE, len(order))
    share = np.where(is_full, 1.0, random.uniform(0.2, 0.7, len(order)))
    step = orders.money.step[order]
    goods = orders.money.paid_for_goods()[order]
    amount = in_steps(goods * share, step)
    refunds = Refunds(order, refunded_at, amount, is_return)
    return refunds.take((refunded_at <= EXPORTED) & (amount > 0))


def refunds_table(
    streams: Streams, orders: Orders, refunds: Refunds, first_id: int
) -> Table:
    """Return the landed refunds; some do not know their order, some their customer."""
    random = streams("refund_columns")
    count = len(refunds.order)
    has_order = ~happens(random, REFUND_WITHOUT_ORDER_SHARE, count)
    has_customer = happens(random, 0.7, count) | ~has_order
    reason = pick(random, (0.3, 0.15, 0.3, 0.1, 0.1, 0.05), count)
    is_unexplained = reason == len(REASONS)
    customer = orders.at.customer[refunds.order]
    return {
        "source_system": Label(orders.at.system[refunds.order], SYSTEMS),
        "refund_id": Identifier(np.arange(count) + first_id, "R"),
        "order_id": Identifier(where(has_order, orders.at.number[refunds.order])),
        "customer_id": Identifier(where(has_customer, customer)),
        "refunded_at": Moment(refunds.refunded_at),
        "amount": Decimal(refunds.amount),
        "reason": Label(where(~is_unexplained, reason), REASONS),
        "is_return": Flag(refunds.is_return.astype(np.int64)),
        "currency_code": Label(orders.money.currency[refunds.order], CURRENCIES),
        "updated_at": Moment(constant(MISSING, count)),
    }
