"""The distribution of the revenue that a customer will realise within a horizon.

A customer is dead, or alive and buys Y times; given Y = n, revenue / (v + total) is
beta-prime(p·n, q + p·x), because nu ~ Gamma(q + p·x, rate v + total). So revenue is a
lump at 0 plus a mixture over n, and but for the scale v + total the mixture depends on
(x, T) alone. It is tabulated once for each of these on a grid of amounts, and read by
interpolation: no random number, and nothing that depends on the order of customers.

Uncertain are: being alive, the rate, the drop-out, the count, the amounts. Uncertainty
about the fitted parameters themselves is left out: it is small for one customer, and
not for the total of many.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from orchestration.models.lifetime.arrays import Floats, Integers
from orchestration.models.lifetime.bg_nbd import BgNbdParameters, probability_alive
from orchestration.models.lifetime.gamma_gamma import GammaGammaParameters
from orchestration.models.lifetime.histories import Histories
from orchestration.models.lifetime.purchases import (
    prospects_of,
    purchase_survival_if_alive,
)

# The grid has all counts up to this one, and some larger ones.
SINGLE_COUNTS = 12
COUNT_STEPS = 48
MOST_COUNT_STEPS = 300

# Step between likely counts, in standard deviations of ln λ.
COUNT_STEP = 0.4

AMOUNT_STEPS = 120
TAIL_PROBABILITY = 1e-4

# Step between T at which a table is computed, in standard deviations of ln λ.
AGE_STEP = 0.08
READ_ROWS = 8_192

# Keeps divisions by the probability of being alive possible.
SMALLEST_ALIVE = 1e-200


@dataclass(frozen=True)
class RevenueTable:
    """Distribution of revenue of the living with one x, in units of v + total.

    `amounts` (g), ascending, 0 first; `probabilities` (m, g): P(revenue <= amount) for
    each T; the first column is P(no purchase).
    """

    amounts: Floats
    probabilities: Floats

    def probability(self, rows: Integers, amounts: Floats) -> Floats:
        """Return P(revenue <= amount) for each pair of a T and an amount."""
        right = np.searchsorted(self.amounts, amounts, side="right")
        right = np.clip(right, 1, len(self.amounts) - 1)
        low, high = self.amounts[right - 1], self.amounts[right]
        share = np.clip((amounts - low) / (high - low), 0.0, 1.0)
        before = self.probabilities[rows, right - 1]
        after = self.probabilities[rows, right]
        return np.asarray(before + share * (after - before))

    def quantile(self, rows: Integers, levels: Floats) -> Floats:
        """Return the amount at each pair of a T and a level; 0 within the lump at 0."""
        quantiles = np.zeros(len(rows))
        beyond = np.flatnonzero(levels > self.probabilities[rows, 0])
        for start in range(0, len(beyond), READ_ROWS):
            part = beyond[start : start + READ_ROWS]
            quantiles[part] = self._positive_quantile(rows[part], levels[part])
        return quantiles

    def _positive_quantile(self, rows: Integers, levels: Floats) -> Floats:
        curves = self.probabilities[rows]
        right = (curves < levels[:, None]).sum(axis=1)
        right = np.clip(right, 1, len(self.amounts) - 1)
        each = np.arange(len(rows))
        before, after = curves[each, right - 1], curves[each, right]
        rise = np.where(after > before, after - before, 1.0)
        share = np.clip((levels - before) / rise, 0.0, 1.0)
        low, high = self.amounts[right - 1], self.amounts[right]
        return np.asarray(low + share * (high - low))


def revenue_table(
    repeat_count: int,
    age_weeks: Floats,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    weeks: float,
) -> RevenueTable:
    """Tabulate for one x and several T (m, ascending), over a horizon in weeks.

    Computed where T are wide apart, linear in between, with an error of probability
    below 0.001.
    """
    spread = AGE_STEP / np.sqrt(purchases.r + repeat_count)
    knots = _knots(np.log(purchases.alpha + age_weeks), spread)
    table = _exact_table(repeat_count, age_weeks[knots], purchases, spending, weeks)
    if len(knots) == len(age_weeks):
        return table
    places = np.interp(age_weeks, age_weeks[knots], np.arange(len(knots)))
    before = np.minimum(places.astype(np.int64), len(knots) - 2)
    share = (places - before)[:, None]
    low, high = table.probabilities[before], table.probabilities[before + 1]
    return RevenueTable(table.amounts, low + share * (high - low))


def _knots(places: Floats, step: float) -> Integers:
    """Choose among ascending places the first and last and about one each step."""
    steps = np.floor((places - places[0]) / step)
    is_first = np.diff(steps, prepend=-1.0) > 0
    is_first[-1] = True
    return np.flatnonzero(is_first)


def _exact_table(
    repeat_count: int,
    age_weeks: Floats,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    weeks: float,
) -> RevenueTable:
    counts = _count_grid(repeat_count, age_weeks, purchases, weeks)
    survival = purchase_survival_if_alive(
        counts, repeat_count, age_weeks, purchases, weeks
    )
    shape = spending.q + spending.p * repeat_count
    amounts = _amount_grid(counts, spending.p, shape)
    below = special.betainc(
        spending.p * counts[:, None], shape, amounts / (1.0 + amounts)
    )
    masses = _masses(survival, np.diff(counts))
    return RevenueTable(amounts, 1.0 - survival[:, :1] + masses @ below)


def _masses(survival: Floats, widths: Floats) -> Floats:
    """Spread the probability of all counts over those of the grid.

    `survival` (m, c): P(at least each count of the grid); `widths` (c - 1): from one
    count of the grid to the next. Exact where both neighbours are on the grid, else for
    what runs linearly between counts of the grid.
    """
    losses = -np.diff(survival, axis=1)
    between = survival[:, :-1] - losses * (widths + 1.0) / (2.0 * widths)
    ends = survival[:, :1], between, np.zeros((len(survival), 1))
    return -np.diff(np.concatenate(ends, axis=1), axis=1)


def _count_grid(
    repeat_count: int, age_weeks: Floats, parameters: BgNbdParameters, weeks: float
) -> Floats:
    """Return counts of purchases from 1, close where few and where most are likely."""
    shape = parameters.r + repeat_count
    spans = weeks / (parameters.alpha + age_weeks)
    means, deviations = shape * spans, np.sqrt(shape * spans * (1.0 + spans))
    low = max(float((means - 5 * deviations).min()), 1.0)
    high = float((means + 5 * deviations + 12 * (1.0 + spans)).max())
    singles = np.arange(1.0, SINGLE_COUNTS + 1.0)
    growing = np.geomspace(SINGLE_COUNTS, max(low, SINGLE_COUNTS), COUNT_STEPS // 2)
    wanted = float(np.log(high / low) * np.sqrt(shape)) / COUNT_STEP
    steps = int(min(max(wanted, COUNT_STEPS), MOST_COUNT_STEPS))
    likely = np.geomspace(low, max(high, low), steps)
    counts = np.unique(np.rint(np.concatenate([singles, growing, likely])))
    return np.asarray(counts[counts <= np.ceil(high)])


def _amount_grid(counts: Floats, p: float, shape: float) -> Floats:
    """Return 0 and amounts over the range that the mixture can reach."""
    ends = np.array([counts[0], counts[-1]])
    tails = np.array([TAIL_PROBABILITY, 1.0 - TAIL_PROBABILITY])
    shares = special.betaincinv(p * ends, shape, tails)
    low, high = shares / np.maximum(1.0 - shares, TAIL_PROBABILITY**2)
    typical = p * counts / max(shape - 1.0, 1.0)
    wide = np.geomspace(low, high, AMOUNT_STEPS)
    near = typical[(typical > low) & (typical < high)]
    return np.unique(np.concatenate([[0.0], wide, near]))


@dataclass(frozen=True)
class _Group:
    """Histories of one x: their rows, the T of each, and the distribution."""

    rows: Integers
    ages: Integers
    table: RevenueTable


def revenue_quantiles(
    histories: Histories,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    weeks: float,
    levels: tuple[float, ...],
) -> Floats:
    """Return quantiles (k, levels) of revenue within `weeks`, in units of v + total.

    Times `gamma_gamma.rate_scales` they are amounts of money of each customer.
    """
    alive = np.maximum(probability_alive(histories, purchases), SMALLEST_ALIVE)
    quantiles = np.zeros((len(histories), len(levels)))
    for group in _groups(histories, purchases, spending, weeks):
        for column, level in enumerate(levels):
            # The level among the living: the dead realise nothing.
            living = 1.0 - (1.0 - level) / alive[group.rows]
            quantiles[group.rows, column] = group.table.quantile(group.ages, living)
    return quantiles


def revenue_probabilities(
    histories: Histories,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    weeks: float,
    ratios: Floats,
) -> tuple[Floats, Floats]:
    """Return P(no purchase) and P(revenue <= amount), both (n), within `weeks`.

    `ratios` (n): amounts of each customer divided by `gamma_gamma.rate_scales`.
    """
    alive = probability_alive(histories, purchases)
    zero, below = np.ones(len(ratios)), np.ones(len(ratios))
    by_history = np.argsort(histories.positions, kind="stable")
    ends = np.cumsum(histories.customer_counts)
    for group in _groups(histories, purchases, spending, weeks):
        first, last = group.rows[0], group.rows[-1]
        customers = by_history[
            ends[first] - histories.customer_counts[first] : ends[last]
        ]
        living = alive[histories.positions[customers]]
        ages = group.ages[histories.positions[customers] - first]
        none = group.table.probabilities[ages, 0]
        up_to = group.table.probability(ages, ratios[customers])
        zero[customers] = 1.0 - living + living * none
        below[customers] = 1.0 - living + living * up_to
    return zero, below


def _groups(
    histories: Histories,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    weeks: float,
) -> Iterator[_Group]:
    """Yield the histories x by x; histories and prospects both ascend by x."""
    prospects = prospects_of(histories)
    for repeat_count in np.unique(prospects.repeat_counts).tolist():
        first, last = _range_of(prospects.repeat_counts, repeat_count)
        start, end = _range_of(histories.repeat_counts, repeat_count)
        age_weeks = prospects.age_weeks[first:last]
        table = revenue_table(repeat_count, age_weeks, purchases, spending, weeks)
        ages = prospects.positions[start:end] - first
        yield _Group(np.arange(start, end), ages, table)


def _range_of(ascending: Integers, value: int) -> tuple[int, int]:
    first, last = np.searchsorted(ascending, [value, value + 1])
    return int(first), int(last)
