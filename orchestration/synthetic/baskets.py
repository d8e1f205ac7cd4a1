"""What lies in a basket: products, quantities and prices that add up to the cent.

The spend of an order is given; the basket is drawn so that it costs about that at list
prices, and then the prices are moved so that it costs exactly that.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.parameters import (
    ADD_ON_WEIGHTS,
    ASSOCIATIONS,
    CAPSULE_QUANTITIES,
    CATEGORIES,
    FAVOURITE_BOOST,
    LINE_COUNT_WEIGHTS,
    PRICE_KERNEL_SIGMA,
    PRODUCTS,
)
from orchestration.synthetic.randomness import (
    Floats,
    Integers,
    Streams,
    happens,
    pick,
    pick_by_row,
)

_CATEGORY = np.array([CATEGORIES.index(category) for _, category, _ in PRODUCTS])
_IS_CAPSULE = np.array([category == "coffee_capsules" for _, category, _ in PRODUCTS])
_LIST_PRICE = np.array([price for _, _, price in PRODUCTS])
_USUAL_QUANTITY = np.where(_IS_CAPSULE, 50, 1)
_SPEND_STEPS = np.geomspace(5.0, 800.0, 16)  # EUR; the buckets of spend
_MAIN_PRODUCT_SHARE = 0.8  # of the spend, the rest is for smaller things
UNIT_PRICE_PLACES = 4


@dataclass(frozen=True)
class Baskets(Arrays):
    """Lines, ordered by order and line number.

    `order` is the position of the order; amounts are minor units of its currency,
    unit prices hundredths of a minor unit.
    """

    order: Integers
    line_number: Integers
    product: Integers
    quantity: Integers
    unit_price: Integers
    amount: Integers


@cache
def _main_product_weights() -> Floats:
    """Return product weights by (spend bucket x favourite category)."""
    usual_price = _LIST_PRICE * _USUAL_QUANTITY
    spend = _SPEND_STEPS[:, None, None] * _MAIN_PRODUCT_SHARE
    distance = np.log(usual_price[None, None, :] / spend) / PRICE_KERNEL_SIGMA
    nearness = np.exp(-0.5 * distance**2)
    return (nearness * _favourite_boost()[None, :, :]).reshape(-1, len(PRODUCTS))


def _favourite_boost() -> Floats:
    """Return the boost of each product by favourite category."""
    is_favourite = np.arange(len(CATEGORIES))[:, None] == _CATEGORY[None, :]
    return np.where(is_favourite, FAVOURITE_BOOST, 1.0)


@cache
def _add_on_weights() -> Floats:
    """Return product weights of the smaller things by favourite category."""
    in_category = np.bincount(_CATEGORY, minlength=len(CATEGORIES))
    weights = np.array(ADD_ON_WEIGHTS)[_CATEGORY] / in_category[_CATEGORY]
    is_small = _LIST_PRICE * _USUAL_QUANTITY < 60
    return np.asarray(weights * is_small * _favourite_boost())


@cache
def _category_weights() -> Floats:
    """Return product weights by category: the cheap ones of that category."""
    is_inside = np.arange(len(CATEGORIES))[:, None] == _CATEGORY[None, :]
    return np.asarray(is_inside / (_LIST_PRICE * _USUAL_QUANTITY))


def baskets_of(
    streams: Streams,
    favourite: Integers,
    spend_eur: Floats,
    unit_eur: Floats,
    step: Integers,
) -> Baskets:
    """Draw the basket of every order.

    `unit_eur` is the value of one unit of the order's currency in EUR, `step` the
    smallest amount that can be paid, in minor units (100 where there are no cents).
    """
    random = streams("order_lines")
    product, line_count = _products(random, favourite, spend_eur)
    orders, width = product.shape
    is_line = np.arange(width)[None, :] < line_count[:, None]
    order, position = np.nonzero(is_line)
    product = product[is_line]
    quantity = _quantities(random, product)

    list_amount = _LIST_PRICE[product] * quantity
    total = np.bincount(order, weights=list_amount, minlength=orders)
    wanted = spend_eur[order] / unit_eur[order] * 100 * list_amount / total[order]
    unit_price, amount = _prices(product, quantity, wanted, step[order])
    return Baskets(order, position + 1, product, quantity, unit_price, amount)


def _products(
    random: np.random.Generator, favourite: Integers, spend_eur: Floats
) -> tuple[Integers, Integers]:
    """Return four products an order, and how many of them count."""
    orders = len(favourite)
    bucket = np.searchsorted(_SPEND_STEPS, spend_eur).clip(0, len(_SPEND_STEPS) - 1)
    main = pick_by_row(
        random, _main_product_weights(), bucket * len(CATEGORIES) + favourite
    )
    product = np.empty((orders, len(LINE_COUNT_WEIGHTS)), dtype=np.int64)
    product[:, 0] = main
    for position in range(1, product.shape[1]):
        product[:, position] = pick_by_row(random, _add_on_weights(), favourite)
    line_count = pick(random, LINE_COUNT_WEIGHTS, orders) + 1
    for leading, following, probability in ASSOCIATIONS:
        is_leading = _CATEGORY[main] == CATEGORIES.index(leading)
        is_followed = is_leading & happens(random, probability, orders)
        category = np.full(orders, CATEGORIES.index(following))
        companion = pick_by_row(random, _category_weights(), category)
        product[:, 1] = np.where(is_followed, companion, product[:, 1])
        line_count = np.where(is_followed, np.maximum(line_count, 2), line_count)
    return product, line_count


def _quantities(random: np.random.Generator, product: Integers) -> Integers:
    """Draw quantities: capsules by the box, others mostly one."""
    pieces = 1 + pick(random, (0.8, 0.15, 0.05), len(product))
    box = np.array(CAPSULE_QUANTITIES)[pick(random, (0.3, 0.5, 0.2), len(product))]
    return np.where(_IS_CAPSULE[product], box, pieces)


def _prices(
    product: Integers, quantity: Integers, wanted: Floats, step: Integers
) -> tuple[Integers, Integers]:
    """Return unit price and amount of lines that shall cost about `wanted`.

    A box of capsules has a round amount, all else a round unit price. The quantities
    of capsules divide 100, so that four decimals hold their unit price exactly.
    """
    is_box = _IS_CAPSULE[product]
    divisor = np.where(is_box, 1, quantity)
    rounded = np.maximum(np.rint(wanted / divisor / step), 1).astype(np.int64) * step
    amount = rounded * divisor
    return amount * 100 // quantity, amount
