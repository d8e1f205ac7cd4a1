"""Points and weights for means over Beta distributions, one distribution a row.

Two rules: Gauss-Jacobi for functions that are smooth on 0..1, and a trapezoidal rule on
the log odds for those that change steeply near 0.
"""

import numpy as np
from scipy import special

from orchestration.models.lifetime.arrays import Floats

GAUSS_POINTS = 24
TAIL_POINTS = 400

# Keeps divisions by a point possible.
SMALLEST_POINT = 1e-200


def gauss_rule(a: float, b: Floats) -> tuple[Floats, Floats]:
    """Return points and weights (m, GAUSS_POINTS) of Beta(a, b), b of length m.

    Golub & Welsch (1969): points are the eigenvalues of the Jacobi matrix of the
    orthogonal polynomials, weights the squared first entries of its eigenvectors.
    """
    matrices = np.zeros((len(b), GAUSS_POINTS, GAUSS_POINTS))
    steps = np.arange(GAUSS_POINTS)
    k = steps.astype(float)
    matrices[:, steps, steps] = _diagonal(a, b[:, None], k)
    beside = np.sqrt(_squares_beside(a, b[:, None], k[1:]))
    matrices[:, steps[1:], steps[:-1]] = beside
    points, vectors = np.linalg.eigh(matrices, UPLO="L")
    return np.clip(points, SMALLEST_POINT, 1.0), vectors[:, 0, :] ** 2


def _diagonal(a: float, b: Floats, k: Floats) -> Floats:
    """Return the diagonal of the Jacobi matrix, moved from -1..1 to 0..1."""
    s = 2.0 * k + a + b
    first = a / (a + b)
    # s - 2 may be 0 at k = 0, where `first` is used.
    later = 0.5 + 0.5 * (a - b) * (a + b - 2.0) / np.where(k == 0, 1.0, (s - 2.0) * s)
    return np.where(k == 0, first, later)


def _squares_beside(a: float, b: Floats, k: Floats) -> Floats:
    """Return the squares beside the diagonal, for k = 1, 2, …"""
    s = 2.0 * k + a + b - 2.0
    # The factor (k+a+b-2)/(s-1) is 1 at k = 1, also where it reads 0/0.
    ratio = np.where(k == 1, 1.0, (k + a + b - 2.0) / np.where(k == 1, 1.0, s - 1.0))
    return np.asarray(k * (k + a - 1.0) * (k + b - 1.0) * ratio / (s**2 * (s + 1.0)))


def tail_rule(a: float, b: Floats) -> tuple[Floats, Floats]:
    """Return points and weights (m, TAIL_POINTS) of Beta(a, b), b of length m.

    Trapezoidal rule after y = centre + width·sinh(u), y the log odds of the point: both
    tails then fall double-exponentially, whatever a and b (Takahasi & Mori 1974).
    """
    column = b[:, None]
    width = 1.0 / np.sqrt(1.0 + a * column / (a + column))
    reach = np.arcsinh(40.0 * (1.0 + 1.0 / np.minimum(a, column)) / width)
    u = reach * np.linspace(-1.0, 1.0, TAIL_POINTS)
    odds = np.log(a / column) + width * np.sinh(u)
    logs = a * special.log_expit(odds) + column * special.log_expit(-odds)
    logs += np.log(np.cosh(u))
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return np.clip(special.expit(odds), SMALLEST_POINT, 1.0), weights
