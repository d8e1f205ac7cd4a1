"""BG/NBD: how many purchase days a customer will have, and whether more will come.

While alive a customer buys at a rate of λ a week, and drops out after any purchase with
probability p; λ ~ Gamma(r, rate alpha) and p ~ Beta(a, b) differ between customers
(Fader, Hardie & Lee 2005). A customer who never bought again is alive by construction:
drop-out follows a repeat purchase only. What is to be expected of the future stands in
`purchases`; money is not known here.
"""

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
from scipy import special

from orchestration.models.lifetime.arrays import Floats, Integers
from orchestration.models.lifetime.fitting import Evaluation, Fit, FitStatus, maximise
from orchestration.models.lifetime.histories import Histories

# Rows evaluated at once: the temporaries of a chunk stay in the processor's cache, and
# its sums are small enough that BLAS does not split them over threads, whose number
# would then show in the last digits.
CHUNK_ROWS = 4_096

MINIMUM_REPEAT_BUYERS = 30


class BgNbdParameters(NamedTuple):
    """r and alpha (weeks) of the purchase rate, a and b of the drop-out probability."""

    r: float
    alpha: float
    a: float
    b: float


BgNbdFit = Fit[BgNbdParameters]


def fit_bg_nbd(
    histories: Histories, minimum_repeat_buyers: int = MINIMUM_REPEAT_BUYERS
) -> BgNbdFit:
    """Fit by maximum likelihood; no data make it raise, see the status instead."""
    count = histories.customer_count
    obstacle = _obstacle(histories, minimum_repeat_buyers)
    if obstacle is not None:
        return Fit(obstacle, count)
    maximum = maximise(BgNbdLikelihood(histories), _starts(histories))
    parameters = BgNbdParameters(*maximum.parameters.tolist())
    return Fit(maximum.status, count, parameters, maximum)


def _obstacle(histories: Histories, minimum_repeat_buyers: int) -> FitStatus | None:
    if histories.customer_count == 0:
        return FitStatus.NO_CUSTOMERS
    if histories.age_days.max() == 0:
        return FitStatus.ALL_SAME_DAY
    if histories.repeat_buyer_count == 0:
        return FitStatus.NO_REPEAT_BUYERS
    if histories.repeat_buyer_count < minimum_repeat_buyers:
        return FitStatus.TOO_FEW_REPEAT_BUYERS
    return None


def _starts(histories: Histories) -> list[tuple[float, float, float, float]]:
    """Spread the starts over shapes of both mixtures, at the observed purchase rate."""
    weights = histories.customer_counts
    weeks = float((weights * histories.age_weeks).sum())
    rate = float((weights * histories.repeat_counts).sum()) / weeks
    shapes = [(0.3, 0.8, 2.5), (0.3, 0.2, 4.0), (1.0, 2.0, 2.0), (3.0, 0.5, 10.0)]
    return [(r, r / rate, a, b) for r, a, b in shapes]


class BgNbdLikelihood:
    """Log-likelihood of histories (eq. 6 of Fader, Hardie & Lee 2005).

    Written as A1·A2·A3 (all alive at T) times 1 + A4/A3 (or dropped out at t_x). The
    first depends on x and T apart and is summed over their few distinct values, the
    second is summed over the distinct histories with x > 0.
    """

    def __init__(self, histories: Histories) -> None:
        self.histories = histories
        self._counts = _totals_by_count(histories)
        self._ages = _totals_by_age(histories)
        self._repeats = _repeat_histories(histories)

    @property
    def customer_count(self) -> int:
        """Number of customers in the sum."""
        return self.histories.customer_count

    def sampled(self, size: int) -> Self:
        """Return the likelihood of an evenly spaced sample of customers."""
        return type(self)(self.histories.sampled(size))

    def evaluate(self, parameters: Floats) -> Evaluation:
        """Evaluate at (r, alpha, a, b)."""
        r, alpha, a, b = parameters.tolist()
        parts = [
            _count_terms(self._counts, r, a, b),
            _age_terms(self._ages, r, alpha),
            *(
                _drop_out_terms(chunk, r, alpha, a, b)
                for chunk in _chunks(self._repeats)
            ),
        ]
        return Evaluation(
            float(sum(part.value for part in parts)),
            np.sum([part.gradient for part in parts], axis=0),
            np.sum([part.hessian for part in parts], axis=0),
        )


class _Counts(NamedTuple):
    """Distinct x and the customers having each."""

    x: Floats
    customers: Floats


class _Ages(NamedTuple):
    """Distinct T in weeks, the customers of each, and the sum of their x."""

    weeks: Floats
    customers: Floats
    purchases: Floats


class _Repeats(NamedTuple):
    """Histories with x > 0: x, t_x and T in weeks, customers."""

    x: Floats
    recency: Floats
    age: Floats
    customers: Floats


def _totals_by_count(histories: Histories) -> _Counts:
    x, ranks = np.unique(histories.repeat_counts, return_inverse=True)
    return _Counts(x.astype(float), _sums(ranks, histories.customer_counts))


def _totals_by_age(histories: Histories) -> _Ages:
    weeks, ranks = np.unique(histories.age_weeks, return_inverse=True)
    customers = histories.customer_counts
    purchases = customers * histories.repeat_counts
    return _Ages(weeks, _sums(ranks, customers), _sums(ranks, purchases))


def _sums(ranks: Integers, values: Integers) -> Floats:
    return np.asarray(np.bincount(ranks, values), dtype=np.float64)


def _repeat_histories(histories: Histories) -> _Repeats:
    has_repeat = histories.repeat_counts > 0
    return _Repeats(
        histories.repeat_counts[has_repeat].astype(float),
        histories.recency_weeks[has_repeat],
        histories.age_weeks[has_repeat],
        histories.customer_counts[has_repeat].astype(float),
    )


def _chunks(rows: _Repeats) -> Iterator[_Repeats]:
    for start in range(0, len(rows.x), CHUNK_ROWS):
        yield _Repeats(*(column[start : start + CHUNK_ROWS] for column in rows))


def _count_terms(counts: _Counts, r: float, a: float, b: float) -> Evaluation:
    """Sum ln Γ(r+x)/Γ(r) + ln B(a, b+x)/B(a, b), with derivatives."""
    x, w = counts
    value = special.gammaln(r + x) - special.gammaln(r)
    value += special.gammaln(a + b) - special.gammaln(a + b + x)
    value += special.gammaln(b + x) - special.gammaln(b)
    by_r, by_rr = _digamma_steps(r, x, w)
    by_b, by_bb = _digamma_steps(b, x, w)
    by_ab, by_abab = _digamma_steps(a + b, x, w)
    gradient = np.array([by_r, 0.0, -by_ab, by_b - by_ab])
    hessian = np.zeros((4, 4))
    hessian[0, 0] = by_rr
    hessian[2:, 2:] = -by_abab
    hessian[3, 3] += by_bb
    return Evaluation(float(w @ value), gradient, hessian)


def _digamma_steps(c: float, x: Floats, w: Floats) -> tuple[float, float]:
    """Sum the first two derivatives of ln Γ(c+x)/Γ(c) by c."""
    first = special.digamma(c + x) - special.digamma(c)
    second = special.polygamma(1, c + x) - special.polygamma(1, c)
    return float(w @ first), float(w @ second)


def _age_terms(ages: _Ages, r: float, alpha: float) -> Evaluation:
    """Sum r ln alpha - (r+x) ln(alpha+T), with derivatives."""
    weeks, customers, purchases = ages
    events = r * customers + purchases
    shrinkage = -np.log1p(weeks / alpha)
    inverse = 1.0 / (alpha + weeks)
    value = r * float(customers @ shrinkage) - float(purchases @ np.log(alpha + weeks))
    by_alpha = r * customers.sum() / alpha - float(events @ inverse)
    by_r_alpha = float(customers @ (1.0 / alpha - inverse))
    by_alpha_alpha = float(events @ inverse**2) - r * customers.sum() / alpha**2
    hessian = np.zeros((4, 4))
    hessian[:2, :2] = [[0.0, by_r_alpha], [by_r_alpha, by_alpha_alpha]]
    gradient = np.array([float(customers @ shrinkage), by_alpha, 0.0, 0.0])
    return Evaluation(value, gradient, hessian)


def _drop_out_terms(
    rows: _Repeats, r: float, alpha: float, a: float, b: float
) -> Evaluation:
    """Sum ln(1 + A4/A3) = ln(1 + e^z), with derivatives through those of z."""
    x, recency, age, w = rows
    inverse_age, inverse_recency = 1.0 / (alpha + age), 1.0 / (alpha + recency)
    silence = np.log1p((age - recency) * inverse_recency)
    slope = inverse_age - inverse_recency
    left = 1.0 / (b + x - 1.0)
    z = np.log(a * left) + (r + x) * silence
    decay = np.exp(-np.abs(z))
    value = np.maximum(z, 0.0) + np.log1p(decay)
    dead = np.where(z > 0.0, 1.0, decay) / (1.0 + decay)

    weighted = w * dead
    z_by = np.stack([silence, (r + x) * slope, np.full_like(z, 1.0 / a), -left])
    hessian = (z_by * (weighted * (1.0 - dead))) @ z_by.T
    by_r_alpha = float(weighted @ slope)
    hessian[0, 1] += by_r_alpha
    hessian[1, 0] += by_r_alpha
    hessian[1, 1] -= float((weighted * (r + x)) @ (inverse_age**2 - inverse_recency**2))
    hessian[2, 2] -= float(weighted.sum()) / a**2
    hessian[3, 3] += float(weighted @ left**2)
    return Evaluation(float(w @ value), z_by @ weighted, hessian)


def probability_alive(histories: Histories, parameters: BgNbdParameters) -> Floats:
    """Return the probability (k) that a customer of each history has not dropped out.

    1 / (1 + A4/A3); 1 for everybody with x = 0.
    """
    r, alpha, a, b = parameters
    x = histories.repeat_counts
    has_repeat = x > 0
    recency, age = histories.recency_weeks, histories.age_weeks
    silence = np.log1p((age - recency) / (alpha + recency))
    left = np.where(has_repeat, b + x - 1.0, 1.0)
    alive = special.expit(-(np.log(a / left) + (r + x) * silence))
    return np.where(has_repeat, alive, 1.0)
