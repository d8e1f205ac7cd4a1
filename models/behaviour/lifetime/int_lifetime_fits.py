"""Fits BG/NBD and Gamma-Gamma on what was known at each snapshot day.

One row per snapshot day, model and parameter; one without a parameter says only how the
fit of a model ended.
"""

from typing import Any

import numpy as np
import pandas as pd

from orchestration.models.lifetime.bg_nbd import fit_bg_nbd
from orchestration.models.lifetime.gamma_gamma import fit_gamma_gamma, group_spendings
from orchestration.models.lifetime.histories import group_histories


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Return the fits as a frame."""
    minimum = int(dbt.config.get("minimum_repeat_buyers"))
    table = dbt.ref("int_lifetime_histories").order("snapshot_date, customer_id")
    columns = table.fetchnumpy()
    days = np.asarray(columns["snapshot_date"])
    rows: list[tuple[Any, ...]] = []
    for day in np.unique(days):
        of_day = days == day
        counts, recency, age, cents = (
            np.asarray(columns[name])[of_day].astype(np.int64)
            for name in ("repeat_count", "recency_days", "age_days", "repeat_net_cents")
        )
        fits = {
            "bg_nbd": fit_bg_nbd(group_histories(counts, recency, age), minimum),
            "gamma_gamma": fit_gamma_gamma(group_spendings(counts, cents), minimum),
        }
        for name, fit in fits.items():
            status = str(fit.status.value)
            is_usable = fit.usable_parameters is not None
            rows.append((day, name, None, None, is_usable, status))
            rows += [
                (day, name, parameter, value, is_usable, status)
                for parameter, value in fit.report().items()
            ]
    frame = pd.DataFrame(
        rows,
        columns=[
            "snapshot_date",
            "model",
            "parameter",
            "value",
            "is_converged",
            "fit_status",
        ],
    )
    return frame.astype(
        {
            "snapshot_date": "datetime64[us]",
            "model": "string",
            "parameter": "string",
            "value": "float64",
            "is_converged": "bool",
            "fit_status": "string",
        }
    )
