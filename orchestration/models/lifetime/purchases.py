"""Future purchase days under BG/NBD: their mean, and their distribution.

What the future of a living customer brings depends on (x, T) alone, never on t_x: of
who is alive at T, λ ~ Gamma(r+x, rate alpha+T) and p ~ Beta(a, b+x), independently. A
mean or probability named `_if_alive` is one of the living; times the probability of
being alive it is one of the customer.
"""

from typing import NamedTuple

import numpy as np
from scipy import special

from orchestration.models.lifetime.arrays import Floats, Integers, distinct_rows
from orchestration.models.lifetime.bg_nbd import BgNbdParameters, probability_alive
from orchestration.models.lifetime.histories import DAYS_PER_WEEK, Histories
from orchestration.models.lifetime.quadrature import gauss_rule, tail_rule

# Beyond this horizon / (alpha+T), purchases depend on p too steeply for Gauss-Jacobi.
WIDEST_GAUSS_SPAN = 5.0

QUADRATURE_ROWS = 2_048


class Prospects(NamedTuple):
    """The m distinct (x, T) of k histories, in ascending order.

    `repeat_counts` is x, `age_weeks` T (length m); `positions` (length k) is the
    prospect of each history.
    """

    repeat_counts: Integers
    age_weeks: Floats
    positions: Integers


def prospects_of(histories: Histories) -> Prospects:
    """Group histories by (x, T)."""
    rows = distinct_rows((histories.repeat_counts, histories.age_days))
    repeat_counts, age_days = rows.columns
    return Prospects(repeat_counts, age_days / DAYS_PER_WEEK, rows.positions)


def expected_purchases(
    histories: Histories, parameters: BgNbdParameters, horizons: Floats
) -> Floats:
    """Return expected purchase days (k, h) after T within h horizons (weeks).

    Eq. 10 of Fader, Hardie & Lee (2005).
    """
    prospects = prospects_of(histories)
    if_alive = expected_purchases_if_alive(prospects, parameters, horizons)
    alive = probability_alive(histories, parameters)
    return np.asarray(alive[:, None] * if_alive[prospects.positions])


def expected_purchases_if_alive(
    prospects: Prospects, parameters: BgNbdParameters, horizons: Floats
) -> Floats:
    """Return expected purchase days (m, h) of the living within h horizons (weeks).

    The paper's 2F1 overflows for large x and is 0/0 at a = 1. It is the mean over
    p ~ Beta(a, b+x) of what is to be expected at a given p,

        (1 - (1 + p·t / (alpha+T))^-(r+x)) / p,

    and is taken as such, by quadrature: a sum of positive terms.
    """
    expected: Floats = np.empty((len(prospects.repeat_counts), len(horizons)))
    spans: Floats = np.reciprocal(parameters.alpha + prospects.age_weeks)
    is_wide = spans * horizons.max(initial=0.0) > WIDEST_GAUSS_SPAN
    for rule, chosen in ((gauss_rule, ~is_wide), (tail_rule, is_wide)):
        rows = np.flatnonzero(chosen)
        counts, ranks = np.unique(prospects.repeat_counts[rows], return_inverse=True)
        points, weights = rule(parameters.a, np.add(parameters.b, counts))
        for start in range(0, len(rows), QUADRATURE_ROWS):
            part = slice(start, start + QUADRATURE_ROWS)
            expected[rows[part]] = _mean_purchases(
                np.add(parameters.r, counts[ranks[part]]),
                spans[rows[part]],
                points[ranks[part]],
                weights[ranks[part]],
                horizons,
            )
    return expected


def _mean_purchases(
    shapes: Floats, spans: Floats, points: Floats, weights: Floats, horizons: Floats
) -> Floats:
    """Average over the points (rows, points) of p, for each horizon."""
    pace = points * spans[:, None]
    weights = weights / points
    columns = [
        -(weights * np.expm1(-shapes[:, None] * np.log1p(pace * weeks))).sum(axis=1)
        for weeks in horizons.tolist()
    ]
    return np.column_stack(columns)


def purchase_survival_if_alive(
    counts: Floats,
    repeat_count: int,
    age_weeks: Floats,
    parameters: BgNbdParameters,
    weeks: float,
) -> Floats:
    """Return P(at least n purchase days within `weeks`), for the living with one x.

    Shape (len(age_weeks), len(counts)), n of `counts` >= 1. The nth purchase happens if
    the first n - 1 were followed by no drop-out and the clock of rate λ rings n times:
    B(a, b+x+n-1) / B(a, b+x) times the tail of a negative binomial distribution.
    """
    r, alpha, a, b = parameters
    stayed = np.exp(
        special.betaln(a, b + repeat_count + counts - 1.0)
        - special.betaln(a, b + repeat_count)
    )
    share = weeks / (alpha + age_weeks + weeks)
    rung = special.betainc(counts, r + repeat_count, share[:, None])
    return np.asarray(stayed * rung)
