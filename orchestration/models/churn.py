"""The churn model: who will not order within the horizon, and what speaks for it.

A logistic regression on what was known of active customers at past days. Belongs here:
the signals it uses, fitting, scoring, reasons. Does not belong here: how the signals
are taken from the data (models/behaviour/churn), and how good the scores are
(metrics_churn_backtest).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]

# the reason that a signal speaks for; two signals of one reason are weighed together
REASONS = {
    "days_since_last_order": "silence",
    "silence_ratio": "silence",
    "purchase_days": "few_purchases",
    "is_only_purchase": "few_purchases",
    "probability_gone": "probably_gone",
    "typical_gap_days": "slow_rhythm",
    "spend_decline": "falling_spend",
    "has_open_complaint": "open_complaint",
    "has_low_score": "low_score",
    "has_lapsing_points": "points_about_to_lapse",
}
FLAGS = ("has_open_complaint", "has_low_score", "has_lapsing_points")
NOTHING = "nothing_in_particular"
LONGEST_SILENCE = 5.0  # typical gaps; longer silence says no more
STEEPEST_DECLINE = 3.0  # natural log of the ratio of spendings


@dataclass(frozen=True)
class ChurnModel:
    """A fitted model, the model of the baseline, and the gap of who has none yet."""

    signals: Pipeline
    baseline: Pipeline
    usual_gap_days: float


def fit_churn(
    known: pd.DataFrame, minimum_customers: int
) -> tuple[ChurnModel | None, str]:
    """Fit on customers of past days (a row each, `has_churned` known).

    Returns the model and `fitted`, or None and the reason why nothing was fitted:
    `too_few_customers`, `one_outcome_only`.
    """
    if len(known) < minimum_customers:
        return None, "too_few_customers"
    outcome = known["has_churned"].astype(bool).to_numpy()
    if outcome.all() or not outcome.any():
        return None, "one_outcome_only"
    gaps = known["typical_gap_days"].dropna()
    usual_gap = float(gaps.median()) if len(gaps) else 90.0
    return (
        ChurnModel(
            signals=_regression().fit(signals(known, usual_gap), outcome),
            baseline=_regression().fit(known[["days_since_last_order"]], outcome),
            usual_gap_days=usual_gap,
        ),
        "fitted",
    )


def signals(customers: pd.DataFrame, usual_gap_days: float) -> pd.DataFrame:
    """The signals of each customer, a column each, in the order of REASONS."""
    silent = customers["days_since_last_order"].astype(float)
    purchases = customers["purchase_day_count"].astype(float)
    gap = customers["typical_gap_days"].astype(float).fillna(usual_gap_days)
    earlier = customers["earlier_net_amount"].astype(float).clip(lower=0)
    recent = customers["recent_net_amount"].astype(float).clip(lower=0)
    decline = pd.Series(np.log((earlier + 1) / (recent + 1)), index=customers.index)
    alive = customers["probability_alive"].astype(float).fillna(0.5)
    return pd.DataFrame(
        {
            "days_since_last_order": np.log1p(silent),
            "silence_ratio": (silent / gap.clip(lower=1)).clip(upper=LONGEST_SILENCE),
            "purchase_days": -np.log(purchases),
            "is_only_purchase": (purchases == 1).astype(float),
            "probability_gone": 1 - alive,
            "typical_gap_days": np.log1p(gap),
            "spend_decline": decline.where(earlier > 0, 0).clip(
                -STEEPEST_DECLINE, STEEPEST_DECLINE
            ),
            **{flag: customers[flag].astype(float) for flag in FLAGS},
        }
    )[list(REASONS)]


def score_churn(model: ChurnModel, customers: pd.DataFrame) -> pd.DataFrame:
    """Scores of the model and of the baseline, and reasons, a row per customer."""
    given = signals(customers, model.usual_gap_days)
    weights = _weights(model.signals, given)
    reasons = [
        _reasons(row, flags)
        for row, flags in zip(weights, given[list(FLAGS)].to_numpy() > 0, strict=True)
    ]
    return pd.DataFrame(
        {
            "churn_score": _probabilities(model.signals, given),
            "baseline_score": _probabilities(
                model.baseline, customers[["days_since_last_order"]]
            ),
            "main_risk_reason": [named[0] for named in reasons],
            "risk_reasons": [";".join(named) for named in reasons],
        },
        index=customers.index,
    )


def _regression() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def _probabilities(regression: Pipeline, given: pd.DataFrame) -> Floats:
    return np.asarray(regression.predict_proba(given)[:, 1])


def _weights(regression: Pipeline, given: pd.DataFrame) -> Floats:
    """What each signal adds to the log-odds of a customer, against the average one."""
    scaled = regression[:-1].transform(given)
    coefficients: Any = regression[-1].coef_[0]
    return np.asarray(scaled * coefficients)


def _reasons(weights: Floats, flags: NDArray[np.bool_]) -> list[str]:
    """Reasons that raise the risk, the heaviest first; a flag counts where it is up."""
    is_up = dict(zip(FLAGS, flags, strict=True))
    by_reason: dict[str, float] = {}
    for (signal, reason), weight in zip(REASONS.items(), weights, strict=True):
        if is_up.get(signal, True):
            by_reason[reason] = by_reason.get(reason, 0.0) + float(weight)
    raising = sorted(
        (-round(weight, 9), reason)
        for reason, weight in by_reason.items()
        if weight > 0
    )
    return [reason for _, reason in raising] or [NOTHING]
