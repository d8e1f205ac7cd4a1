"""What the models fitted at each snapshot day predict of every customer of that day.

One row per snapshot day and customer; null where nothing can be told.
"""

from typing import Any

import numpy as np
import pandas as pd

from orchestration.models.lifetime.bg_nbd import BgNbdParameters
from orchestration.models.lifetime.gamma_gamma import GammaGammaParameters
from orchestration.models.lifetime.histories import (
    DAYS_PER_WEEK,
    Histories,
    group_histories,
)
from orchestration.models.lifetime.prediction import Outlook, predict_values
from orchestration.models.lifetime.purchases import expected_purchases


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Return the predictions as a frame."""
    outlook = Outlook(
        short_days=90,
        monthly_discount_rate=float(dbt.config.get("monthly_discount_rate")),
    )
    holdout_weeks = int(dbt.config.get("holdout_days")) / DAYS_PER_WEEK
    fits = dbt.ref("int_lifetime_fits").df()
    histories = dbt.ref("int_lifetime_histories").order("snapshot_date, customer_id")
    columns = histories.fetchnumpy()
    days = np.asarray(columns["snapshot_date"])
    frames = [_empty()]
    for day in np.unique(days):
        of_day = days == day
        counts, recency, age, cents = (
            np.asarray(columns[name])[of_day].astype(np.int64)
            for name in ("repeat_count", "recency_days", "age_days", "repeat_net_cents")
        )
        fit = fits[fits["snapshot_date"] == pd.Timestamp(day)]
        grouped = group_histories(counts, recency, age)
        bg_nbd = _parameters(fit, "bg_nbd", BgNbdParameters)
        gamma_gamma = _parameters(fit, "gamma_gamma", GammaGammaParameters)
        predicted = predict_values(grouped, cents, bg_nbd, gamma_gamma, outlook)
        frames.append(
            pd.DataFrame(
                {
                    "snapshot_date": days[of_day].astype("datetime64[us]"),
                    "customer_id": np.asarray(columns["customer_id"])[of_day],
                    "probability_alive": predicted.probability_alive,
                    "purchase_days_90d": predicted.purchase_days_soon,
                    "purchase_days_holdout": _expected(grouped, bg_nbd, holdout_weeks),
                    "purchase_days_12m": predicted.purchase_days,
                    "purchase_day_amount": predicted.purchase_day_amount,
                    "revenue_12m_amount": predicted.revenue_amount,
                    "revenue_12m_low_amount": predicted.revenue_low_amount,
                    "revenue_12m_high_amount": predicted.revenue_high_amount,
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    # what cannot be told is null, not NaN
    return frame.astype({name: "Float64" for name in frame.columns[2:]})


def _expected(histories: Histories, parameters: Any, weeks: float) -> Any:
    """Expected purchase days within some weeks, by customer."""
    if parameters is None:
        return np.full(len(histories.positions), np.nan)
    expected = expected_purchases(histories, parameters, np.array([weeks]))
    return expected[histories.positions].reshape(-1)


def _parameters(fit: pd.DataFrame, name: str, kind: Any) -> Any:
    """The parameters of one fitted model, or None."""
    values = fit[(fit["model"] == name) & fit["is_converged"]]
    by_name = dict(zip(values["parameter"], values["value"], strict=True))
    return kind(*(by_name[field] for field in kind._fields)) if by_name else None


def _empty() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "snapshot_date": pd.Series(dtype="datetime64[us]"),
            "customer_id": pd.Series(dtype="str"),
        }
        | {
            name: pd.Series(dtype="float64")
            for name in (
                "probability_alive",
                "purchase_days_90d",
                "purchase_days_holdout",
                "purchase_days_12m",
                "purchase_day_amount",
                "revenue_12m_amount",
                "revenue_12m_low_amount",
                "revenue_12m_high_amount",
            )
        }
    )
