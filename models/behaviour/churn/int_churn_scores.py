"""Scores of the churn model: tonight's, and the back-test's.

Tonight's learns from all past snapshots and scores the customers of the as-of day; the
back-test's learns from all but the last past snapshot, and scores that one.
"""

from typing import Any

import pandas as pd

from orchestration.models.churn import fit_churn, score_churn

COLUMNS = {
    "fit_name": "string",
    "snapshot_date": "datetime64[us]",
    "customer_id": "string",
    "churn_score": "Float64",
    "baseline_score": "Float64",
    "main_risk_reason": "string",
    "risk_reasons": "string",
    "fit_status": "string",
}


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Return the scores as a frame."""
    horizon = int(dbt.config.get("horizon_days"))
    minimum = int(dbt.config.get("minimum_customers"))
    table = dbt.ref("int_churn_features").order("snapshot_date, customer_id")
    features = table.df()
    runs = [
        _scored("tonight", features, 0, features["day_offset"] >= horizon, minimum),
        _scored(
            "backtest", features, horizon, features["day_offset"] > horizon, minimum
        ),
    ]
    return pd.concat(runs, ignore_index=True)[list(COLUMNS)].astype(COLUMNS)


def _scored(
    name: str, features: pd.DataFrame, offset: int, is_known: Any, minimum: int
) -> pd.DataFrame:
    """Fit on what is known, score the customers of the snapshot at the offset."""
    customers = features[features["day_offset"] == offset]
    fitted, status = fit_churn(features[is_known], minimum)
    scored = customers[["snapshot_date", "customer_id"]].assign(
        fit_name=name, fit_status=status
    )
    if fitted is None or customers.empty:
        return scored.reindex(columns=list(COLUMNS))
    return scored.join(score_churn(fitted, customers))
