"""From fitted models to what is published of each customer: `predict_values`.

Every number is NaN where it cannot be told; the statuses of the fits say why.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.models.lifetime.arrays import Floats, Integers
from orchestration.models.lifetime.bg_nbd import (
    MINIMUM_REPEAT_BUYERS,
    BgNbdFit,
    BgNbdParameters,
    fit_bg_nbd,
    probability_alive,
)
from orchestration.models.lifetime.fitting import FitStatus
from orchestration.models.lifetime.gamma_gamma import (
    GammaGammaFit,
    GammaGammaParameters,
    expected_amounts,
    fit_gamma_gamma,
    group_spendings,
    rate_scales,
)
from orchestration.models.lifetime.histories import (
    DAYS_PER_WEEK,
    Histories,
    group_histories,
)
from orchestration.models.lifetime.purchases import expected_purchases
from orchestration.models.lifetime.revenue import revenue_quantiles

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Outlook:
    """How far, and how, predictions look ahead.

    `short_days`: horizon of the purchase days soon; `months`: horizon of purchase days,
    revenue and its interval; `monthly_discount_rate`: of the predicted revenue, and not
    of the interval of what will be realised; `interval_probability`: of the interval.
    """

    short_days: int = 90
    months: int = 12
    monthly_discount_rate: float = 0.01
    interval_probability: float = 0.8

    @property
    def weeks(self) -> float:
        """The horizon in weeks."""
        return self.months * DAYS_PER_MONTH / DAYS_PER_WEEK

    @property
    def month_ends(self) -> Floats:
        """Ends of the months ahead, in weeks (length `months`)."""
        months = np.arange(1.0, self.months + 1)
        return np.asarray(months * (DAYS_PER_MONTH / DAYS_PER_WEEK))

    @property
    def discounts(self) -> Floats:
        """What an amount of each month ahead is worth now (length `months`)."""
        months = np.arange(1.0, self.months + 1)
        return np.asarray((1.0 + self.monthly_discount_rate) ** -months)

    @property
    def levels(self) -> tuple[float, float]:
        """Levels of the low and the high end of the interval."""
        outside = (1.0 - self.interval_probability) / 2
        return outside, 1.0 - outside


@dataclass(frozen=True)
class Predictions:
    """What is predicted of n customers, in the order in which they were given.

    Probabilities, expected purchase days within `short_days` and within `months`,
    expected amount of a purchase day, predicted revenue (discounted), ends of the
    interval of the revenue realised (not discounted).
    """

    probability_alive: Floats
    purchase_days_soon: Floats
    purchase_days: Floats
    purchase_day_amount: Floats
    revenue_amount: Floats
    revenue_low_amount: Floats
    revenue_high_amount: Floats


@dataclass(frozen=True)
class Valuation:
    """Both fits, and what they predict."""

    bg_nbd: BgNbdFit
    gamma_gamma: GammaGammaFit
    predictions: Predictions

    @property
    def status(self) -> FitStatus:
        """The status of the model that failed first, else of purchase counts."""
        if not self.bg_nbd.status.is_fitted:
            return self.bg_nbd.status
        if not self.gamma_gamma.status.is_fitted:
            return self.gamma_gamma.status
        return self.bg_nbd.status


def value_customers(
    repeat_counts: Integers,
    recency_days: Integers,
    age_days: Integers,
    repeat_day_cents: Integers,
    *,
    outlook: Outlook | None = None,
    minimum_repeat_buyers: int = MINIMUM_REPEAT_BUYERS,
) -> Valuation:
    """Fit both models on n customers and predict for all of them.

    Whole numbers of length n: x, 7·t_x, 7·T, and the sum of net cents of the x repeat
    purchase days. Raises ValueError for histories that cannot be (`group_histories`).
    """
    histories = group_histories(repeat_counts, recency_days, age_days)
    spendings = group_spendings(repeat_counts, repeat_day_cents)
    bg_nbd = fit_bg_nbd(histories, minimum_repeat_buyers)
    gamma_gamma = fit_gamma_gamma(spendings, minimum_repeat_buyers)
    predictions = predict_values(
        histories,
        repeat_day_cents,
        bg_nbd.usable_parameters,
        gamma_gamma.usable_parameters,
        outlook or Outlook(),
    )
    return Valuation(bg_nbd, gamma_gamma, predictions)


def predict_values(
    histories: Histories,
    repeat_day_cents: Integers,
    purchases: BgNbdParameters | None,
    spending: GammaGammaParameters | None,
    outlook: Outlook,
) -> Predictions:
    """Predict for the n customers of `histories`; NaN where a model is missing."""
    unknown = np.full(len(histories.positions), np.nan)
    alive = soon = days = amount = revenue = low = high = unknown
    repeat_counts = histories.repeat_counts[histories.positions]
    if purchases is not None:
        each = histories.positions
        ahead = _purchases_ahead(histories, purchases, outlook)
        alive = probability_alive(histories, purchases)[each]
        soon, days = ahead.soon[each], ahead.in_all[each]
    if spending is not None:
        amount = expected_amounts(repeat_counts, repeat_day_cents, spending)
    if purchases is not None and spending is not None:
        revenue = ahead.discounted[each] * amount
        scales = rate_scales(repeat_counts, repeat_day_cents, spending)
        ends = revenue_quantiles(
            histories, purchases, spending, outlook.weeks, outlook.levels
        )
        low, high = ends[each, 0] * scales, ends[each, 1] * scales
    return Predictions(alive, soon, days, amount, revenue, low, high)


@dataclass(frozen=True)
class _PurchasesAhead:
    """Expected purchase days (k): soon, in all months, and each month discounted."""

    soon: Floats
    in_all: Floats
    discounted: Floats


def _purchases_ahead(
    histories: Histories, parameters: BgNbdParameters, outlook: Outlook
) -> _PurchasesAhead:
    soon = outlook.short_days / DAYS_PER_WEEK
    horizons = np.append(outlook.month_ends, soon)
    expected = expected_purchases(histories, parameters, horizons)
    by_month = np.diff(expected[:, :-1], axis=1, prepend=0.0)
    discounted = (by_month * outlook.discounts).sum(axis=1)
    return _PurchasesAhead(expected[:, -1], expected[:, -2], discounted)
