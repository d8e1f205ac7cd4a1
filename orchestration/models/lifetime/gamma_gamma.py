"""Gamma-Gamma: what a customer spends on a purchase day.

Amounts of a customer are Gamma(p, rate nu) and nu ~ Gamma(q, rate v) differs between
customers, independently of how often they buy (Fader & Hardie 2013). Fitted on repeat
purchase days of customers whose average is positive. How often somebody buys is not
known here.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
from scipy import special

from orchestration.models.lifetime.arrays import (
    Floats,
    Integers,
    distinct_rows,
    systematic_counts,
)
from orchestration.models.lifetime.fitting import Evaluation, Fit, FitStatus, maximise

MINIMUM_REPEAT_BUYERS = 30
CENTS = 100

# Shapes p and q, with v such that the mean amount p·v / (q - 1) is the observed one.
STARTS = [
    (p, q, (q - 1.0) / p) for p, q in ((1.0, 2.0), (6.0, 4.0), (2.0, 12.0), (30.0, 2.0))
]


class GammaGammaParameters(NamedTuple):
    """Shapes p and q, and v in units of money."""

    p: float
    q: float
    v: float


GammaGammaFit = Fit[GammaGammaParameters]


@dataclass(frozen=True)
class Spendings:
    """The k distinct (x, total cents of repeat days) with positive total, ascending.

    The average of the paper is total / x: nothing is lost or rounded by the total.
    """

    repeat_counts: Integers
    total_cents: Integers
    customer_counts: Integers

    @property
    def customer_count(self) -> int:
        """Number of customers."""
        return int(self.customer_counts.sum())

    @property
    def are_equal(self) -> bool:
        """Whether all averages are the same."""
        averages = self.total_cents / self.repeat_counts
        return bool(averages.min() == averages.max())

    def sampled(self, size: int) -> "Spendings":
        """Return an evenly spaced sample of customers; all if there are no more."""
        if self.customer_count <= size:
            return self
        counts = systematic_counts(self.customer_counts, size)
        kept = counts > 0
        return Spendings(self.repeat_counts[kept], self.total_cents[kept], counts[kept])


def group_spendings(repeat_counts: Integers, repeat_day_cents: Integers) -> Spendings:
    """Group n customers by x and the sum of net cents of their repeat purchase days."""
    x = np.asarray(repeat_counts, dtype=np.int64)
    cents = np.asarray(repeat_day_cents, dtype=np.int64)
    spends = (x > 0) & (cents > 0)
    rows = distinct_rows((x[spends], cents[spends]))
    x, cents = rows.columns
    return Spendings(x, cents, rows.counts)


def fit_gamma_gamma(
    spendings: Spendings, minimum_repeat_buyers: int = MINIMUM_REPEAT_BUYERS
) -> GammaGammaFit:
    """Fit by maximum likelihood; no data make it raise, see the status instead.

    With q <= 1 the expected amount is infinite: parameters are reported, not usable.
    """
    count = spendings.customer_count
    obstacle = _obstacle(spendings, minimum_repeat_buyers)
    if obstacle is not None:
        return Fit(obstacle, count)
    unit = mean_amount(spendings)
    scaled = maximise(GammaGammaLikelihood(spendings, unit), STARTS)
    maximum = replace(scaled, parameters=scaled.parameters * [1.0, 1.0, unit])
    parameters = GammaGammaParameters(*maximum.parameters.tolist())
    status = maximum.status
    if status.is_fitted and parameters.q <= 1.0:
        status = FitStatus.Q_BELOW_ONE
    return Fit(status, count, parameters, maximum)


def _obstacle(spendings: Spendings, minimum_repeat_buyers: int) -> FitStatus | None:
    if spendings.customer_count == 0:
        return FitStatus.NO_POSITIVE_AMOUNTS
    if spendings.customer_count < minimum_repeat_buyers:
        return FitStatus.TOO_FEW_REPEAT_BUYERS
    if spendings.are_equal:
        return FitStatus.EQUAL_AMOUNTS
    return None


def mean_amount(spendings: Spendings) -> float:
    """Return the mean amount of a repeat purchase day, in units of money."""
    weights = spendings.customer_counts
    total = float((weights * (spendings.total_cents / CENTS)).sum())
    return total / float((weights * spendings.repeat_counts).sum())


class GammaGammaLikelihood:
    """Log-likelihood of average amounts (eq. 1a of Fader & Hardie 2013).

    v is taken as a multiple of `unit` (units of money), the density as one of money.
    """

    def __init__(self, spendings: Spendings, unit: float = 1.0) -> None:
        self.spendings = spendings
        self.unit = unit
        self._total = spendings.total_cents / CENTS / unit
        self._x = spendings.repeat_counts.astype(float)
        self._weights = spendings.customer_counts.astype(float)
        self._counts, ranks = np.unique(self._x, return_inverse=True)
        self._customers = np.bincount(ranks, self._weights)
        self._log_totals = np.bincount(ranks, self._weights * np.log(self._total))
        log_averages = np.log(self._total * unit) - np.log(self._x)
        self._log_averages = float((self._weights * log_averages).sum())

    @property
    def customer_count(self) -> int:
        """Number of customers in the sum."""
        return self.spendings.customer_count

    def sampled(self, size: int) -> Self:
        """Return the likelihood of an evenly spaced sample of customers."""
        return type(self)(self.spendings.sampled(size), self.unit)

    def evaluate(self, parameters: Floats) -> Evaluation:
        """Evaluate at (p, q, v)."""
        p, q, v = parameters.tolist()
        by_count, by_total = self._count_terms(p, q), self._total_terms(p, q, v)
        return Evaluation(
            by_count.value + by_total.value,
            by_count.gradient + by_total.gradient,
            by_count.hessian + by_total.hessian,
        )

    def _count_terms(self, p: float, q: float) -> Evaluation:
        """Sum what depends on x alone, and on the logs of amounts."""
        x, w = self._counts, self._customers
        size = float(w.sum())
        value = special.gammaln(p * x + q) - special.gammaln(p * x)
        first, second = special.digamma(p * x + q), special.polygamma(1, p * x + q)
        by_p = x * (first - special.digamma(p * x))
        by_pp = x**2 * (second - special.polygamma(1, p * x))
        totals = float(x @ self._log_totals)
        gradient = [float(w @ by_p) + totals, float(w @ first)]
        hessian = np.zeros((3, 3))
        hessian[0, 0] = float(w @ by_pp)
        hessian[0, 1] = hessian[1, 0] = float((w * x) @ second)
        hessian[1, 1] = float(w @ second) - size * float(special.polygamma(1, q))
        gradient[1] -= size * float(special.digamma(q))
        return Evaluation(
            float(w @ value)
            - size * float(special.gammaln(q))
            + p * totals
            - self._log_averages,
            np.array([*gradient, 0.0]),
            hessian,
        )

    def _total_terms(self, p: float, q: float, v: float) -> Evaluation:
        """Sum q ln v - (p·x+q) ln(v + total), with derivatives."""
        inverse = 1.0 / (v + self._total)
        size, log_v = float(self._weights.sum()), float(np.log(v))
        log_sum, log_sum_x = self._sums(np.log(v + self._total))
        inverse_sum, inverse_sum_x = self._sums(inverse)
        squares, squares_x = self._sums(inverse**2)
        square_sum = p * squares_x + q * squares
        by_v = size * q / v - p * inverse_sum_x - q * inverse_sum
        by_qv = size / v - inverse_sum
        by_vv = square_sum - size * q / v**2
        return Evaluation(
            size * q * log_v - p * log_sum_x - q * log_sum,
            np.array([-log_sum_x, size * log_v - log_sum, by_v]),
            np.array(
                [
                    [0.0, 0.0, -inverse_sum_x],
                    [0.0, 0.0, by_qv],
                    [-inverse_sum_x, by_qv, by_vv],
                ]
            ),
        )

    def _sums(self, values: Floats) -> tuple[float, float]:
        """Sum over customers, and weighted by x; no BLAS, as its threads would show."""
        weighted = self._weights * values
        return float(weighted.sum()), float((weighted * self._x).sum())


def expected_amounts(
    repeat_counts: Integers,
    repeat_day_cents: Integers,
    parameters: GammaGammaParameters,
) -> Floats:
    """Return the expected amount (n) of a customer's future purchase day.

    p·(v + total) / (p·x + q - 1), eq. 5 of Fader & Hardie (2013): the mean of all
    customers where x = 0. A total below 0, which the model does not know, counts as 0.
    Needs q > 1.
    """
    p, q, _ = parameters
    return (
        p
        * rate_scales(repeat_counts, repeat_day_cents, parameters)
        / (p * repeat_counts + q - 1.0)
    )


def rate_scales(
    repeat_counts: Integers,
    repeat_day_cents: Integers,
    parameters: GammaGammaParameters,
) -> Floats:
    """Return v + total (n): nu of a customer is Gamma(q + p·x, rate v + total)."""
    totals = np.where(repeat_counts > 0, np.maximum(repeat_day_cents, 0), 0) / CENTS
    return np.asarray(parameters.v + totals)
