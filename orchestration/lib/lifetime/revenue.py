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

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from orchestration.lib.lifetime.arrays import Floats, Integers
from orchestration.lib.lifetime.bg_nbd import BgNbdParameters, probability_alive
from orchestration.lib.lifetime.gamma_gamma import GammaGammaParameters
from orchestration.lib.lifetime.histories import Histories
from orchestration.lib.lifetime.purchases import (
    prospects_of,
    purchase_survival_if_alive,
)

# Counts up to this one stand for themselves, larger ones for a range of counts.
SINGLE_COUNTS = 12
COUNT_STEPS = 24
AMOUNT_STEPS = 40
TAIL_PROBABILITY = 1e-4
READ_ROWS = 8_192


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
        curves = self.probabilities[rows]
        right = (curves < levels[:, None]).sum(axis=1)
        right = np.clip(right, 1, len(self.amounts) - 1)
        each = np.arange(len(rows))
        before, after = curves[each, right - 1], curves[each, right]
        rise = np.where(after > before, after - before, 1.0)
        share = np.clip((levels - before) / rise, 0.0, 1.0)
        low, high = self.amounts[right - 1], self.amounts[right]
        return np.where(levels <= curves[:, 0], 0.0, low + share * (high - low))


def revenue_table(
    repeat_count: int,
    age_weeks: Floats,
    purchases: BgNbdParameters,
    spending: GammaGammaParameters,
    weeks: float,
) -> RevenueTable:
    """Tabulate for one x and several T (m), over a horizon in weeks."""
    edges = _count_edges(repeat_count, age_weeks, purchases, weeks)
    survival = purchase_survival_if_alive(
        edges, repeat_count, age_weeks, purchases, weeks
    )
    masses = survival - np.append(
        survival[:, 1:], np.zeros((len(age_weeks), 1)), axis=1
    )
    counts = (edges + np.append(edges[1:] - 1.0, edges[-1])) / 2
    shape = spending.q + spending.p * repeat_count
    amounts = _amount_grid(counts, spending.p, shape)
    below = special.betainc(
        spending.p * counts[:, None], shape, amounts / (1.0 + amounts)
    )
    return RevenueTable(amounts, 1.0 - survival[:, :1] + masses @ below)


def _count_edges(
    repeat_count: int, age_weeks: Floats, parameters: BgNbdParameters, weeks: float
) -> Floats:
    """Return the first counts of ranges, fine where few and where most are likely."""
    shape = parameters.r + repeat_count
    spans = weeks / (parameters.alpha + age_weeks)
    means, deviations = shape * spans, np.sqrt(shape * spans * (1.0 + spans))
    low = max(float((means - 5 * deviations).min()), 1.0)
    high = float((means + 5 * deviations + 12 * (1.0 + spans)).max())
    singles = np.arange(1.0, SINGLE_COUNTS + 1.0)
    growing = np.geomspace(SINGLE_COUNTS, max(high, SINGLE_COUNTS), COUNT_STEPS)
    likely = np.linspace(low, max(high, low), COUNT_STEPS)
    edges = np.unique(np.rint(np.concatenate([singles, growing, likely])))
    return edges[edges <= np.ceil(high)]


def _amount_grid(counts: Floats, p: float, shape: float) -> Floats:
    """Return 0 and amounts over the range that the mixture can reach."""
    ends = np.array([counts[0], counts[-1]])
    tails = np.array([TAIL_PROBABILITY, 1.0 - TAIL_PROBABILITY])
    shares = special.betaincinv(p * ends, shape, tails)
    low, high = shares / np.maximum(1.0 - shares, TAIL_PROBABILITY**2)
    typical = p * counts / max(shape - 1.0, 1.0)
    wide = np.geomspace(low, high, 2 * AMOUNT_STEPS)
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
    alive = probability_alive(histories, purchases)
    quantiles = np.zeros((len(histories), len(levels)))
    for group in _groups(histories, purchases, spending, weeks):
        for column, level in enumerate(levels):
            # The level among the living: the dead realise nothing.
            living = 1.0 - (1.0 - level) / alive[group.rows]
            quantiles[group.rows, column] = _read(
                group.table.quantile, group.ages, living
            )
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


def _read(
    reader: Callable[[Integers, Floats], Floats], rows: Integers, values: Floats
) -> Floats:
    """Read a table in parts, which keeps the curves of all rows out of memory."""
    parts = [
        reader(rows[start : start + READ_ROWS], values[start : start + READ_ROWS])
        for start in range(0, len(rows), READ_ROWS)
    ]
    return np.concatenate(parts)
