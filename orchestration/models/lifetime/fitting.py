"""Maximum likelihood in log parameters: what a fit reports, and how it is climbed to.

Knows no model: a model brings its likelihood with first and second derivatives.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from scipy import optimize

from orchestration.models.lifetime.arrays import Floats

# The race between starts sees a sample of this many customers; the winner sees all.
RACE_CUSTOMERS = 10_000

# Log parameters beyond the fence cost likelihood, so that a likelihood that rises for
# ever (no drop-out at all, customers all alike) still has its top at a finite place.
FENCE = 12.0

# What the optimiser aims at, per customer, by relative change of a parameter. Rounding
# can keep it from there, so what counts is how much log-likelihood (of all customers)
# is left to gain; towards a limit, where that cannot be told, a gradient near 0.
GRADIENT_AIM = 1e-9
REMAINING_GAIN_TOLERANCE = 1e-4
BOUNDARY_GRADIENT_TOLERANCE = 1e-5

# Curvature per customer, against the largest, that rounding cannot tell from none.
FLAT_CURVATURE = 1e-6

MAX_ITERATIONS = 200


class FitStatus(StrEnum):
    """How a fit ended; every value but the first two means: no prediction."""

    FITTED = "fitted"
    # The likelihood rises towards a limit (no drop-out, customers all alike); the
    # predictions are those of the limit, standard errors of its parameters mean little.
    FITTED_AT_BOUNDARY = "fitted_at_boundary"
    NO_CUSTOMERS = "no_customers"
    ALL_SAME_DAY = "all_same_day"
    NO_REPEAT_BUYERS = "no_repeat_buyers"
    TOO_FEW_REPEAT_BUYERS = "too_few_repeat_buyers"
    NO_POSITIVE_AMOUNTS = "no_positive_amounts"
    EQUAL_AMOUNTS = "equal_amounts"
    Q_BELOW_ONE = "q_below_one"
    NOT_CONVERGED = "not_converged"

    @property
    def is_fitted(self) -> bool:
        """Whether predictions may be made."""
        return self in (FitStatus.FITTED, FitStatus.FITTED_AT_BOUNDARY)


@dataclass(frozen=True)
class Evaluation:
    """Log-likelihood of all customers at k parameters, gradient (k), Hessian (k, k)."""

    value: float
    gradient: Floats
    hessian: Floats


class Likelihood(Protocol):
    """What a model brings to be fitted."""

    @property
    def customer_count(self) -> int:
        """Number of customers in the sum."""
        ...

    def evaluate(self, parameters: Floats) -> Evaluation:
        """Evaluate at k positive parameters, derivatives by the parameters."""
        ...

    def sampled(self, size: int) -> Self:
        """Return the likelihood of an evenly spaced sample of customers."""
        ...


@dataclass(frozen=True)
class Maximum:
    """Where a climb ended.

    `parameters` (k); `log_likelihood` of all customers; `gradient_norm`: largest
    derivative per customer by log parameters; `remaining_gain`: log-likelihood that a
    Newton step would still add (infinite where the top is not curved downwards);
    `log_covariance` (k, k): inverse information in log parameters, NaN where it is
    singular; `is_at_boundary`: a parameter left for a limit, so that the likelihood is
    flat there; `message`: the optimiser's.
    """

    parameters: Floats
    log_likelihood: float
    gradient_norm: float
    remaining_gain: float
    log_covariance: Floats
    is_at_boundary: bool
    iteration_count: int
    message: str

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the parameters (k) by the delta method; NaN if unknown."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.parameters * np.sqrt(np.diag(self.log_covariance)))

    @property
    def is_converged(self) -> bool:
        """Whether nothing worth having is left to climb."""
        is_level = self.gradient_norm <= BOUNDARY_GRADIENT_TOLERANCE
        has_no_gain = self.remaining_gain <= REMAINING_GAIN_TOLERANCE
        return has_no_gain or (is_level and self.is_at_boundary)

    @property
    def status(self) -> FitStatus:
        """The outcome in a word."""
        if not self.is_converged:
            return FitStatus.NOT_CONVERGED
        if self.is_at_boundary:
            return FitStatus.FITTED_AT_BOUNDARY
        return FitStatus.FITTED


Parameters = TypeVar("Parameters", bound=tuple[float, ...])


@dataclass(frozen=True)
class Fit(Generic[Parameters]):
    """A fitted model, or the reason why there is none.

    `parameters` is None only where nothing could be fitted; whether they may be used
    says `status.is_fitted`. `customer_count`: customers in the likelihood.
    """

    status: FitStatus
    customer_count: int
    parameters: Parameters | None = None
    maximum: Maximum | None = None

    @property
    def usable_parameters(self) -> Parameters | None:
        """The parameters if predictions may be made from them."""
        return self.parameters if self.status.is_fitted else None

    def report(self) -> dict[str, float]:
        """Return names and values worth publishing; empty where nothing was fitted."""
        if self.parameters is None or self.maximum is None:
            return {}
        names: tuple[str, ...] = getattr(self.parameters, "_fields", ())
        errors = self.maximum.standard_errors.tolist()
        return {
            **dict(zip(names, self.parameters, strict=True)),
            **{f"{n}_standard_error": e for n, e in zip(names, errors, strict=True)},
            "log_likelihood": self.maximum.log_likelihood,
            "gradient_norm": self.maximum.gradient_norm,
            "iteration_count": float(self.maximum.iteration_count),
            "customer_count": float(self.customer_count),
        }


def maximise(likelihood: Likelihood, starts: Sequence[Sequence[float]]) -> Maximum:
    """Climb from each start on a sample, then from the best place on all customers."""
    sample = likelihood.sampled(RACE_CUSTOMERS)
    racers = [climb(sample, np.asarray(start)) for start in starts]
    winner = max(racers, key=lambda racer: racer.log_likelihood)
    maximum = climb(likelihood, winner.parameters)
    taken = winner.iteration_count + maximum.iteration_count
    return replace(maximum, iteration_count=taken)


def climb(likelihood: Likelihood, start: Floats) -> Maximum:
    """Climb from `start` (k positive parameters) by Newton steps in a trust region."""
    surface = _Surface(likelihood)
    outcome = optimize.minimize(
        surface.value,
        np.log(start),
        method="trust-exact",
        jac=surface.gradient,
        hess=surface.hessian,
        options={
            "gtol": GRADIENT_AIM,
            "maxiter": MAX_ITERATIONS,
            "initial_trust_radius": 1.0,
            "max_trust_radius": 4.0,
        },
    )
    place = np.asarray(outcome.x, dtype=np.float64)
    return _described(surface, place, int(outcome.nit), str(outcome.message))


class _Surface:
    """Negative log-likelihood per customer over log parameters, fenced.

    Value, gradient and Hessian come of one pass over the data; the optimiser asks for
    them one by one, so the last place is remembered.
    """

    def __init__(self, likelihood: Likelihood) -> None:
        self.likelihood = likelihood
        self._place = np.empty(0)
        self._seen = Evaluation(np.nan, np.empty(0), np.empty((0, 0)))

    def value(self, place: Floats) -> float:
        return self.at(place).value

    def gradient(self, place: Floats) -> Floats:
        return self.at(place).gradient

    def hessian(self, place: Floats) -> Floats:
        return self.at(place).hessian

    def at(self, place: Floats) -> Evaluation:
        if not np.array_equal(place, self._place):
            natural = self.likelihood.evaluate(np.exp(place))
            logs = _by_log_parameters(natural, np.exp(place))
            self._seen = _fenced(logs, place, self.likelihood.customer_count)
            self._place = place.copy()
        return self._seen


def _by_log_parameters(natural: Evaluation, parameters: Floats) -> Evaluation:
    gradient = natural.gradient * parameters
    hessian = natural.hessian * np.outer(parameters, parameters) + np.diag(gradient)
    return Evaluation(natural.value, gradient, hessian)


def _fenced(logs: Evaluation, place: Floats, customer_count: int) -> Evaluation:
    """Turn into a cost per customer, with the cube of what is beyond the fence."""
    beyond = np.maximum(np.abs(place) - FENCE, 0.0)
    return Evaluation(
        -logs.value / customer_count + float((beyond**3).sum()),
        -logs.gradient / customer_count + 3 * beyond**2 * np.sign(place),
        -logs.hessian / customer_count + np.diag(6 * beyond),
    )


def _described(
    surface: _Surface, place: Floats, iteration_count: int, message: str
) -> Maximum:
    cost = surface.at(place)
    count = surface.likelihood.customer_count
    parameters = np.exp(place)
    curvatures = np.linalg.eigvalsh(cost.hessian)
    is_flat = -FLAT_CURVATURE * curvatures[-1] <= curvatures[0] <= 0
    covariance, remaining_gain = np.full(cost.hessian.shape, np.nan), np.inf
    if curvatures[0] > 0:
        covariance = np.linalg.inv(cost.hessian) / count
        remaining_gain = (
            float(cost.gradient @ covariance @ cost.gradient) * count**2 / 2
        )
    return Maximum(
        parameters=parameters,
        log_likelihood=surface.likelihood.evaluate(parameters).value,
        gradient_norm=float(np.abs(cost.gradient).max()),
        remaining_gain=remaining_gain,
        log_covariance=covariance,
        is_at_boundary=bool(is_flat or (np.abs(place) >= FENCE).any()),
        iteration_count=iteration_count,
        message=message,
    )
