"""Simulated customers who follow BG/NBD and Gamma-Gamma to the letter.

For proofs: does a fit find the parameters again, does an interval hold what it says.
Purchases happen in continuous time; only t_x is rounded to a whole day, so that two
purchases on one day count twice. The only place where random numbers are drawn.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.models.lifetime.arrays import Floats, Integers
from orchestration.models.lifetime.bg_nbd import BgNbdParameters, probability_alive
from orchestration.models.lifetime.gamma_gamma import (
    CENTS,
    GammaGammaParameters,
    rate_scales,
)
from orchestration.models.lifetime.histories import DAYS_PER_WEEK, Histories

SMALLEST_DROP_OUT = 1e-12


@dataclass(frozen=True)
class SimulatedCustomers:
    """n customers: what is known of them at T, and what they then do.

    `repeat_counts` x, `recency_days` 7·t_x, `age_days` 7·T, `repeat_day_cents` the sum
    of the x repeat amounts; `future_counts` and `future_cents` purchases and revenue
    within the horizon after T.
    """

    repeat_counts: Integers
    recency_days: Integers
    age_days: Integers
    repeat_day_cents: Integers
    future_counts: Integers
    future_cents: Integers


def simulate(
    age_days: Integers,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    horizon_weeks: float,
    random: np.random.Generator,
) -> SimulatedCustomers:
    """Simulate one customer for each 7·T of `age_days` (n)."""
    n = len(age_days)
    ages = age_days / DAYS_PER_WEEK
    rates = random.gamma(purchases.r, 1.0 / purchases.alpha, n)
    drop_outs = np.maximum(random.beta(purchases.a, purchases.b, n), SMALLEST_DROP_OUT)
    last_numbers = random.geometric(drop_outs)
    wanted = random.poisson(rates * ages)
    repeat_counts = np.minimum(wanted, last_numbers)
    is_alive = wanted < last_numbers
    recency = ages * _share_of_last(repeat_counts, wanted, random)
    more = np.minimum(random.poisson(rates * horizon_weeks), last_numbers - wanted)
    future_counts = np.where(is_alive, more, 0)
    scales = spending.v / random.gamma(spending.q, 1.0, n)
    return SimulatedCustomers(
        repeat_counts=repeat_counts,
        recency_days=np.rint(recency * DAYS_PER_WEEK).astype(np.int64),
        age_days=np.asarray(age_days, dtype=np.int64),
        repeat_day_cents=_cents(repeat_counts, scales, spending.p, random),
        future_counts=future_counts,
        future_cents=_cents(future_counts, scales, spending.p, random),
    )


def simulate_futures(
    histories: Histories,
    repeat_day_cents: Integers,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    horizon_weeks: float,
    random: np.random.Generator,
) -> tuple[Integers, Integers]:
    """Draw a future for each of n customers, given what is known of them at T.

    Returns purchases and cents (n) within the horizon. Where `revenue` computes the
    distribution of one customer, many draws give that of the total of several.
    """
    each = histories.positions
    x, ages = histories.repeat_counts[each], histories.age_weeks[each]
    is_alive = random.random(len(x)) < probability_alive(histories, purchases)[each]
    rates = random.gamma(purchases.r + x) / (purchases.alpha + ages)
    drop_outs = np.maximum(random.beta(purchases.a, purchases.b + x), SMALLEST_DROP_OUT)
    wanted = random.poisson(rates * horizon_weeks)
    counts = np.where(is_alive, np.minimum(wanted, random.geometric(drop_outs)), 0)
    scales = rate_scales(x, repeat_day_cents, spending)
    scales = scales / random.gamma(spending.q + spending.p * x)
    return counts, _cents(counts, scales, spending.p, random)


def _share_of_last(
    taken: Integers, wanted: Integers, random: np.random.Generator
) -> Floats:
    """Return when, as a share of T, the last taken of `wanted` uniform times was."""
    last = random.beta(np.maximum(taken, 1), np.maximum(wanted - taken, 0) + 1)
    return np.where(taken > 0, last, 0.0)


def _cents(
    counts: Integers, scales: Floats, p: float, random: np.random.Generator
) -> Integers:
    """Draw the sum of `counts` amounts, 0 for none, at least a cent for any."""
    amounts = random.gamma(p * np.maximum(counts, 1)) * scales * CENTS
    cents = np.maximum(np.rint(amounts), 1.0).astype(np.int64)
    return np.where(counts > 0, cents, 0)
