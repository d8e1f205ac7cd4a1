"""The churn model: what it can learn from, whom it scores how, and why it says so."""

import numpy as np
import pandas as pd
import pytest

from orchestration.models.churn import (
    FLAGS,
    NOTHING,
    REASONS,
    ChurnModel,
    fit_churn,
    score_churn,
    signals,
)

MINIMUM = 100


def simulated(count: int, seed: int) -> pd.DataFrame:
    """Simulate active customers, who churn by a logistic rule of what is seen."""
    random = np.random.default_rng(seed)
    silence = random.integers(0, 90, count)
    purchases = 1 + random.poisson(2.0, count)
    customers = pd.DataFrame(
        {
            "days_since_last_order": silence,
            "typical_gap_days": np.where(
                purchases > 1, random.integers(1, 120, count), np.nan
            ),
            "purchase_day_count": purchases,
            "recent_net_amount": random.gamma(2.0, 30.0, count).round(2),
            "earlier_net_amount": random.gamma(2.0, 30.0, count).round(2),
            "probability_alive": random.uniform(0.2, 1.0, count),
            "has_open_complaint": random.random(count) < 0.1,
            "has_low_score": random.random(count) < 0.1,
            "has_lapsing_points": random.random(count) < 0.1,
        }
    )
    log_odds = (
        0.9 * np.log1p(silence)
        - 1.0 * np.log(purchases)
        - 2.0 * customers["probability_alive"]
        + 1.5 * customers["has_open_complaint"]
        + 1.0 * customers["has_low_score"]
        - 1.0
    )
    chance = 1 / (1 + np.exp(-log_odds))
    return customers.assign(has_churned=random.random(count) < chance)


def fitted(known: pd.DataFrame) -> ChurnModel:
    model, status = fit_churn(known, MINIMUM)
    assert status == "fitted"
    assert model is not None
    return model


@pytest.fixture(scope="module")
def model() -> ChurnModel:
    return fitted(simulated(6_000, 1))


@pytest.fixture(scope="module")
def scored(model: ChurnModel) -> pd.DataFrame:
    """Customers the model has not seen, with what it says and what they did."""
    others = simulated(20_000, 2)
    return others.join(score_churn(model, others))


# --- what it can learn from -----------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, MINIMUM - 1])
def test_too_few_customers_fit_nothing(count: int) -> None:
    known = simulated(MINIMUM, 3).head(count)
    assert fit_churn(known, MINIMUM) == (None, "too_few_customers")


@pytest.mark.parametrize("has_churned", [True, False])
def test_one_outcome_alone_fits_nothing(has_churned: bool) -> None:
    known = simulated(MINIMUM, 3).assign(has_churned=has_churned)
    assert fit_churn(known, MINIMUM) == (None, "one_outcome_only")


def test_customers_all_alike_are_scored_with_their_rate() -> None:
    alike = pd.concat([simulated(1, 3)] * 200, ignore_index=True)
    alike = alike.assign(has_churned=[True] * 50 + [False] * 150)
    scores = score_churn(fitted(alike), alike)
    assert scores["churn_score"].to_numpy() == pytest.approx(0.25, abs=1e-3)
    assert scores["baseline_score"].to_numpy() == pytest.approx(0.25, abs=1e-3)


def test_nullable_outcomes_as_a_database_gives_them() -> None:
    known = simulated(300, 3)
    as_object = known.assign(has_churned=known["has_churned"].astype(object))
    assert_same_scores(
        score_churn(fitted(as_object), known), score_churn(fitted(known), known)
    )


def test_what_is_not_known_has_a_usual_value() -> None:
    """No gap: the usual one. No probability: as likely alive as not."""
    known = simulated(300, 4).assign(typical_gap_days=np.nan, probability_alive=np.nan)
    known = known.astype({"probability_alive": "object"})
    model = fitted(known)
    assert model.usual_gap_days == 90
    given = signals(known, model.usual_gap_days)
    assert (given["probability_gone"] == 0.5).all()
    assert given["typical_gap_days"].to_numpy() == pytest.approx(np.log1p(90))
    assert score_churn(model, known)["churn_score"].notna().all()


def test_the_usual_gap_is_the_median_of_those_known() -> None:
    known = simulated(300, 4).assign(
        typical_gap_days=[np.nan] * 100 + [7.0, 21.0] * 100
    )
    assert fitted(known).usual_gap_days == 14


def test_amounts_of_nothing_and_less_are_no_decline() -> None:
    customers = simulated(4, 5).assign(
        earlier_net_amount=[-10.0, 0.0, 50.0, 1e9],
        recent_net_amount=[50.0, -5.0, -1e9, 0.0],
        days_since_last_order=[0, 0, 80, 89],
        typical_gap_days=[0.0, 1.0, 1.0, np.nan],
    )
    given = signals(customers, 90.0)
    assert np.isfinite(given.to_numpy()).all()
    assert given["spend_decline"].tolist() == [0.0, 0.0, 3.0, 3.0]
    assert given["silence_ratio"].tolist() == [0.0, 0.0, 5.0, 89 / 90]


# --- scores ---------------------------------------------------------------------------


def assert_same_scores(left: pd.DataFrame, right: pd.DataFrame) -> None:
    for column in ("churn_score", "baseline_score"):
        assert left[column].to_numpy() == pytest.approx(
            right[column].to_numpy(), rel=0, abs=1e-9
        )
    assert left["risk_reasons"].tolist() == right["risk_reasons"].tolist()


def test_the_same_rows_give_the_same_scores_bit_by_bit() -> None:
    known, customers = simulated(500, 6), simulated(100, 7)
    first, second = (score_churn(fitted(known), customers) for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_the_order_of_rows_does_not_matter() -> None:
    known, customers = simulated(500, 6), simulated(100, 7)
    shuffled = customers.sample(frac=1, random_state=1)
    other = score_churn(fitted(known.sample(frac=1, random_state=2)), shuffled)
    assert_same_scores(
        other.loc[customers.index], score_churn(fitted(known), customers)
    )


def test_scores_keep_the_index_of_the_customers(model: ChurnModel) -> None:
    customers = simulated(5, 8).set_index(pd.Index([9, 4, 7, 1, 3]))
    assert score_churn(model, customers).index.tolist() == [9, 4, 7, 1, 3]


def test_a_score_does_not_depend_on_who_else_is_scored(model: ChurnModel) -> None:
    customers = simulated(50, 8)
    together = score_churn(model, customers)
    alone = pd.concat([score_churn(model, customers.iloc[[i]]) for i in range(50)])
    assert_same_scores(alone, together)


def test_scores_are_calibrated(scored: pd.DataFrame) -> None:
    """In each decile of score, and beside each flag, as many leave as were said to."""
    decile = pd.qcut(scored["churn_score"], 10, labels=False)
    groups = [part for _, part in scored.groupby(decile)]
    groups += [scored[scored[flag]] for flag in FLAGS]
    for group in groups:
        said, happened = group["churn_score"].mean(), group["has_churned"].mean()
        noise = np.sqrt(said * (1 - said) / len(group))
        assert abs(happened - said) < 4 * noise + 0.02, (said, happened, len(group))


def test_the_model_tells_more_than_silence_alone(scored: pd.DataFrame) -> None:
    errors = {
        name: ((scored[name] - scored["has_churned"]) ** 2).mean()
        for name in ("churn_score", "baseline_score")
    }
    assert errors["churn_score"] < 0.9 * errors["baseline_score"]


# --- reasons --------------------------------------------------------------------------


def test_every_customer_has_reasons_and_the_first_is_the_main_one(
    scored: pd.DataFrame,
) -> None:
    reasons = scored["risk_reasons"].str.split(";")
    assert (reasons.str[0] == scored["main_risk_reason"]).all()
    assert set(reasons.explode()) <= set(REASONS.values()) | {NOTHING}
    assert (reasons.map(len) == reasons.map(set).map(len)).all()
    assert not (reasons.map(len).gt(1) & reasons.map(lambda r: NOTHING in r)).any()


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_a_reason_only_where_it_is_up(
    scored: pd.DataFrame, flag: str
) -> None:
    is_named = scored["risk_reasons"].str.contains(REASONS[flag])
    assert not is_named[~scored[flag]].any()
    if flag != "has_lapsing_points":  # which changes nothing here, so may do either
        assert is_named[scored[flag]].all()


def test_a_flag_that_keeps_customers_is_no_reason() -> None:
    known = simulated(3_000, 9)
    known["has_lapsing_points"] = ~known["has_churned"] & (known.index % 2 == 0)
    scores = score_churn(fitted(known), known)
    assert not scores["risk_reasons"].str.contains("points_about_to_lapse").any()


def test_the_safest_customer_has_no_reason_in_particular(model: ChurnModel) -> None:
    """Everything that raises the risk is as low as it was ever seen."""
    seen = signals(simulated(6_000, 1), model.usual_gap_days)
    is_riskier = model.signals[-1].coef_[0] > 0
    given = seen.min().where(is_riskier, seen.max())
    safest = pd.DataFrame(
        {
            "days_since_last_order": [float(np.expm1(given["days_since_last_order"]))],
            "typical_gap_days": [float(np.expm1(given["typical_gap_days"]))],
            "purchase_day_count": [float(np.exp(-given["purchase_days"]))],
            "recent_net_amount": [500.0 if given["spend_decline"] < 0 else 0.0],
            "earlier_net_amount": [1.0 if given["spend_decline"] < 0 else 500.0],
            "probability_alive": [1.0 - given["probability_gone"]],
            **{flag: [False] for flag in FLAGS},
        }
    )
    scores = score_churn(model, safest)
    assert scores["risk_reasons"].tolist() == [NOTHING]
    assert scores["main_risk_reason"].tolist() == [NOTHING]
    assert scores["churn_score"].iloc[0] < 0.05


def test_the_heaviest_reason_comes_first(model: ChurnModel) -> None:
    customer = simulated(1, 11).assign(
        days_since_last_order=89,
        typical_gap_days=200.0,
        purchase_day_count=3,
        probability_alive=0.6,
        **dict.fromkeys(FLAGS, False),
    )
    complaining = customer.assign(
        days_since_last_order=25, has_open_complaint=True, purchase_day_count=5
    )
    both = score_churn(model, pd.concat([customer, complaining], ignore_index=True))
    assert both["main_risk_reason"].tolist() == ["silence", "open_complaint"]
