"""Lifetime values: the literature's numbers, a second library's, and known truth."""

import csv
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special

from orchestration.models.lifetime import fitting
from orchestration.models.lifetime.bg_nbd import (
    BgNbdLikelihood,
    BgNbdParameters,
    fit_bg_nbd,
    probability_alive,
)
from orchestration.models.lifetime.fitting import FitStatus
from orchestration.models.lifetime.gamma_gamma import (
    GammaGammaLikelihood,
    GammaGammaParameters,
    fit_gamma_gamma,
    group_spendings,
    rate_scales,
)
from orchestration.models.lifetime.histories import Histories, group_histories
from orchestration.models.lifetime.prediction import (
    Outlook,
    Predictions,
    Valuation,
    predict_values,
    value_customers,
)
from orchestration.models.lifetime.purchases import (
    Prospects,
    expected_purchases,
    expected_purchases_if_alive,
    purchase_survival_if_alive,
)
from orchestration.models.lifetime.revenue import (
    revenue_probabilities,
    revenue_quantiles,
    revenue_table,
)
from orchestration.models.lifetime.simulation import (
    SimulatedCustomers,
    simulate,
    simulate_futures,
)

CDNOW = Path(__file__).parents[2] / "../shared/data/cdnow/cdnow_sample.csv"
CALIBRATION_END = date(1997, 9, 30)
HOLDOUT_WEEKS = 39.0

# Made by `python -m benchmarks.lifetime --freeze`, see there.
FROZEN = Path(__file__).with_name("lifetimes_predictions.csv")

PURCHASES = BgNbdParameters(0.5, 8.0, 0.8, 2.5)
SPENDING = GammaGammaParameters(6.25, 3.75, 15.5)
OUTLOOK = Outlook()
TWENTY_YEARS = 20 * 365

Integers = npt.NDArray[np.int64]


def integers(*values: int) -> Integers:
    return np.array(values, dtype=np.int64)


def simulated(count: int, seed: int) -> SimulatedCustomers:
    random = np.random.default_rng(seed)
    ages = random.integers(0, 1096, count)
    return simulate(ages, PURCHASES, SPENDING, OUTLOOK.weeks, random)


def grouped(known: SimulatedCustomers) -> Histories:
    return group_histories(known.repeat_counts, known.recency_days, known.age_days)


def valued(known: SimulatedCustomers) -> Valuation:
    return value_customers(
        known.repeat_counts, known.recency_days, known.age_days, known.repeat_day_cents
    )


# CDNOW: 2,357 customers, purchase days to 1997-09-30, T from the first purchase day to
# that day, amounts the sum of dollar_value in cents of each repeat purchase day.


class Cdnow:
    """x, 7·t_x, 7·T and cents in calibration, purchase days in the holdout."""

    def __init__(self, cents_of_days: dict[str, dict[date, int]]) -> None:
        statistics = []
        for days in cents_of_days.values():
            known = sorted(day for day in days if day <= CALIBRATION_END)
            first, last = known[0], known[-1]
            cents = sum(days[day] for day in known[1:])
            age, later = (CALIBRATION_END - first).days, len(days) - len(known)
            statistics.append((len(known) - 1, (last - first).days, age, cents, later))
        columns = np.array(statistics, dtype=np.int64).T
        self.x, self.recency, self.age, self.cents, self.later = columns


@pytest.fixture(scope="module")
def cdnow() -> Cdnow:
    if not CDNOW.exists():
        pytest.skip("the CDNOW sample is not there: ../shared/data/cdnow")
    days: dict[str, dict[date, int]] = {}
    with CDNOW.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            customer = days.setdefault(row["sample_id"], {})
            day = date.fromisoformat(row["date"])
            cents = int(Decimal(row["dollar_value"]) * 100)
            customer[day] = customer.get(day, 0) + cents
    return Cdnow(days)


def test_cdnow_gives_the_published_parameters(cdnow: Cdnow) -> None:
    valuation = value_customers(cdnow.x, cdnow.recency, cdnow.age, cdnow.cents)
    assert len(cdnow.x) == 2357
    assert valuation.status == FitStatus.FITTED
    bg_nbd, gamma_gamma = valuation.bg_nbd, valuation.gamma_gamma
    assert bg_nbd.parameters == pytest.approx(
        (0.2426, 4.4136, 0.7929, 2.4259), abs=6e-5
    )
    assert bg_nbd.report()["log_likelihood"] == pytest.approx(-9582.429, abs=5e-4)
    assert gamma_gamma.customer_count == 946
    assert gamma_gamma.parameters == pytest.approx((6.2496, 3.7442, 15.4435), abs=6e-5)


def test_cdnow_holdout_is_as_in_the_literature(cdnow: Cdnow) -> None:
    histories = group_histories(cdnow.x, cdnow.recency, cdnow.age)
    parameters = fit_bg_nbd(histories).usable_parameters
    assert parameters is not None
    by_history = expected_purchases(histories, parameters, np.array([HOLDOUT_WEEKS]))
    expected = by_history[histories.positions, 0]
    assert expected.sum() == pytest.approx(1653, abs=0.5)
    assert cdnow.later.sum() == 1882
    deciles = np.array_split(np.argsort(expected, kind="stable"), 10)
    assert (np.diff([expected[decile].sum() for decile in deciles]) > 0).all()
    # Below the median nobody differs by much: the halves and the top must ascend.
    actual = [cdnow.later[decile].sum() for decile in deciles]
    assert sum(actual[:5]) < sum(actual[5:])
    assert actual[7] < actual[8] < actual[9]


def test_customer_of_the_paper_is_expected_to_buy_1_226_times() -> None:
    histories = group_histories(integers(2), integers(213), integers(272))
    published = BgNbdParameters(0.2426, 4.4136, 0.7929, 2.4259)
    expected = expected_purchases(histories, published, np.array([HOLDOUT_WEEKS]))
    assert expected[0, 0] == pytest.approx(1.226, abs=5e-4)


# A second library.


def frozen() -> tuple[dict[str, float], dict[str, npt.NDArray[np.float64]]]:
    with FROZEN.open(encoding="utf-8", newline="") as file:
        comments = [next(file) for _ in range(3)]
        rows = list(csv.DictReader(file))
    pairs = (pair.split("=") for pair in comments[-1].removeprefix("# ").split())
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    return {name: float(value) for name, value in pairs}, columns


def test_predictions_agree_with_lifetimes() -> None:
    given, columns = frozen()
    purchases = BgNbdParameters(*(given[name] for name in BgNbdParameters._fields))
    spending = GammaGammaParameters(*(given[n] for n in GammaGammaParameters._fields))
    x, recency, age, cents = (
        columns[name].astype(np.int64)
        for name in ("repeat_count", "recency_days", "age_days", "repeat_day_cents")
    )
    histories = group_histories(x, recency, age)
    predictions = predict_values(histories, cents, purchases, spending, OUTLOOK)
    for name in ("probability_alive", "purchase_days_soon", "purchase_days"):
        np.testing.assert_allclose(getattr(predictions, name), columns[name], rtol=1e-4)
    amounts = columns["purchase_day_amount"]
    np.testing.assert_allclose(predictions.purchase_day_amount, amounts, rtol=1e-4)


def test_parameters_agree_with_lifetimes() -> None:
    given, columns = frozen()
    x, recency, age, cents = (
        columns[name].astype(np.int64)
        for name in ("repeat_count", "recency_days", "age_days", "repeat_day_cents")
    )
    valuation = value_customers(x, recency, age, cents)
    for fit in (valuation.bg_nbd, valuation.gamma_gamma):
        found = {name: fit.report()[name] for name in fit.report() if name in given}
        assert found == pytest.approx({name: given[name] for name in found}, rel=1e-3)


# Likelihoods.


@pytest.mark.parametrize("parameters", [PURCHASES, (3.0, 40.0, 1.0, 0.4)])
def test_bg_nbd_derivatives_are_those_of_its_value(parameters: Any) -> None:
    likelihood = BgNbdLikelihood(grouped(simulated(300, 1)))
    assert_derivatives(likelihood, np.array(parameters))


@pytest.mark.parametrize("parameters", [SPENDING, (0.4, 12.0, 90.0)])
def test_gamma_gamma_derivatives_are_those_of_its_value(parameters: Any) -> None:
    known = simulated(300, 1)
    spendings = group_spendings(known.repeat_counts, known.repeat_day_cents)
    assert_derivatives(GammaGammaLikelihood(spendings, 20.0), np.array(parameters))


def assert_derivatives(likelihood: Any, place: npt.NDArray[np.float64]) -> None:
    found = likelihood.evaluate(place)
    for index, step in enumerate(np.diag(1e-5 * place)):
        above, below = (
            likelihood.evaluate(place + step),
            likelihood.evaluate(place - step),
        )
        width = 2 * step[index]
        slope = (above.value - below.value) / width
        assert found.gradient[index] == pytest.approx(slope, rel=1e-5, abs=1e-4)
        curvature = (above.gradient - below.gradient) / width
        np.testing.assert_allclose(
            found.hessian[index], curvature, rtol=1e-5, atol=1e-4
        )


def test_bg_nbd_likelihood_is_the_papers_term_by_term() -> None:
    x, recency, age = 3, 70, 140
    histories = group_histories(integers(x), integers(recency), integers(age))
    r, alpha, a, b = PURCHASES
    one = special.gamma(r + x) * alpha**r / special.gamma(r)
    two = special.beta(a, b + x) / special.beta(a, b)
    three = (alpha + age / 7) ** -(r + x)
    four = a / (b + x - 1) * (alpha + recency / 7) ** -(r + x)
    found = BgNbdLikelihood(histories).evaluate(np.array(PURCHASES)).value
    assert found == pytest.approx(np.log(one * two * (three + four)), rel=1e-12)


def test_equal_customers_weigh_as_often_as_they_are() -> None:
    known = simulated(2_000, 4)
    thrice = SimulatedCustomers(
        *(np.repeat(getattr(known, field.name), 3) for field in fields(known))
    )
    one, three = valued(known), valued(thrice)
    for fit, larger in (
        (one.bg_nbd, three.bg_nbd),
        (one.gamma_gamma, three.gamma_gamma),
    ):
        assert larger.parameters == pytest.approx(fit.parameters, rel=1e-6)
        likelihood = 3 * fit.report()["log_likelihood"]
        assert larger.report()["log_likelihood"] == pytest.approx(likelihood, rel=1e-9)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_simulated_parameters_are_found_again(seed: int) -> None:
    valuation = valued(simulated(10_000, seed))
    for fit, truth in (
        (valuation.bg_nbd, PURCHASES),
        (valuation.gamma_gamma, SPENDING),
    ):
        assert fit.maximum is not None
        off = np.abs(fit.maximum.parameters - np.array(truth))
        assert (off < 3 * fit.maximum.standard_errors).all()


def test_unit_of_money_scales_v_and_amounts_only() -> None:
    known = simulated(3_000, 5)
    spendings = group_spendings(known.repeat_counts, known.repeat_day_cents)
    dearer = group_spendings(known.repeat_counts, known.repeat_day_cents * 10_000)
    one, other = fit_gamma_gamma(spendings), fit_gamma_gamma(dearer)
    assert one.parameters is not None
    p, q, v = one.parameters
    assert other.parameters == pytest.approx((p, q, v * 10_000), rel=1e-6)


# What cannot be fitted.

MANY = 60


def repeats(**changed: Integers) -> dict[str, Integers]:
    known = simulated(MANY * 10, 6)
    buyers = np.flatnonzero(known.repeat_counts > 0)[:MANY]
    given = {
        "repeat_counts": known.repeat_counts[buyers],
        "recency_days": known.recency_days[buyers],
        "age_days": known.age_days[buyers],
        "repeat_day_cents": known.repeat_day_cents[buyers],
    }
    return {**given, **changed}


def once(age_days: int, count: int = MANY) -> dict[str, Integers]:
    zeros = np.zeros(count, dtype=np.int64)
    return {
        "repeat_counts": zeros,
        "recency_days": zeros,
        "age_days": zeros + age_days,
        "repeat_day_cents": zeros,
    }


def amounts(cents: Callable[[Integers], Integers]) -> dict[str, Integers]:
    given = repeats()
    return repeats(repeat_day_cents=cents(given["repeat_counts"]))


@pytest.mark.parametrize(
    ("given", "bg_nbd", "gamma_gamma"),
    [
        (once(0, count=0), "no_customers", "no_positive_amounts"),
        (once(0), "all_same_day", "no_positive_amounts"),
        (once(0, count=1), "all_same_day", "no_positive_amounts"),
        (once(300), "no_repeat_buyers", "no_positive_amounts"),
        (
            {name: column[:5] for name, column in repeats().items()},
            "too_few_repeat_buyers",
            "too_few_repeat_buyers",
        ),
        (amounts(lambda x: x * 995), "fitted", "equal_amounts"),
        (amounts(lambda x: x * -995), "fitted", "no_positive_amounts"),
        (amounts(lambda x: x * 0), "fitted", "no_positive_amounts"),
        (
            amounts(lambda x: x * np.geomspace(1, 1e9, len(x)).astype(np.int64)),
            "fitted",
            "q_below_one",
        ),
    ],
)
def test_data_that_cannot_be_fitted_get_a_status(
    given: dict[str, Integers], bg_nbd: str, gamma_gamma: str
) -> None:
    valuation = value_customers(
        given["repeat_counts"],
        given["recency_days"],
        given["age_days"],
        given["repeat_day_cents"],
    )
    assert valuation.gamma_gamma.status == gamma_gamma
    if bg_nbd == "fitted":
        assert valuation.bg_nbd.status.is_fitted
        assert valuation.status == gamma_gamma
        assert np.isfinite(valuation.predictions.purchase_days).all()
    else:
        assert valuation.status == valuation.bg_nbd.status == bg_nbd
        assert np.isnan(valuation.predictions.purchase_days).all()
    assert np.isnan(valuation.predictions.revenue_amount).all()
    assert np.isnan(valuation.predictions.revenue_high_amount).all()


def test_climb_that_is_cut_off_is_not_converged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "MAX_ITERATIONS", 1)
    valuation = valued(simulated(500, 7))
    assert valuation.status == FitStatus.NOT_CONVERGED
    assert valuation.bg_nbd.parameters is not None
    assert np.isnan(valuation.predictions.probability_alive).all()


def test_customers_who_never_drop_out_are_fitted_at_the_boundary() -> None:
    random = np.random.default_rng(8)
    age = random.integers(100, 400, 2_000)
    rates = random.gamma(1.0, 0.02, len(age))
    x = random.poisson(rates * age)
    recency = np.where(
        x > 0, age * random.random(len(age)) ** (1 / np.maximum(x, 1)), 0
    )
    fit = fit_bg_nbd(group_histories(x, np.rint(recency).astype(np.int64), age))
    assert fit.status == FitStatus.FITTED_AT_BOUNDARY
    parameters = fit.usable_parameters
    assert parameters is not None
    assert parameters.a / (parameters.a + parameters.b) < 1e-3


@pytest.mark.parametrize(
    ("x", "recency", "age"), [(-1, 0, 5), (1, 9, 5), (0, 3, 5), (1, -1, 5)]
)
def test_impossible_history_is_refused(x: int, recency: int, age: int) -> None:
    with pytest.raises(ValueError, match="history"):
        group_histories(integers(x), integers(recency), integers(age))


# Predictions.


def test_order_of_customers_changes_no_bit() -> None:
    known = simulated(5_000, 9)
    order = np.random.default_rng(0).permutation(5_000)
    shuffled = SimulatedCustomers(
        *(getattr(known, field.name)[order] for field in fields(known))
    )
    one, other = valued(known), valued(shuffled)
    assert one.bg_nbd.parameters == other.bg_nbd.parameters
    assert one.gamma_gamma.parameters == other.gamma_gamma.parameters
    for field in fields(Predictions):
        before = getattr(one.predictions, field.name)[order]
        assert before.tobytes() == getattr(other.predictions, field.name).tobytes()


def test_revenue_is_months_of_purchases_times_amount_discounted() -> None:
    known = simulated(200, 10)
    histories = grouped(known)
    predictions = predict_values(
        histories, known.repeat_day_cents, PURCHASES, SPENDING, OUTLOOK
    )
    ends = np.arange(13) * 365.25 / 12 / 7
    up_to = expected_purchases(histories, PURCHASES, ends)[histories.positions]
    revenue = sum(
        (up_to[:, month] - up_to[:, month - 1])
        * predictions.purchase_day_amount
        * 1.01**-month
        for month in range(1, 13)
    )
    np.testing.assert_allclose(predictions.revenue_amount, revenue, rtol=1e-9)


def test_one_time_buyer_is_alive_and_expected_to_spend_the_mean() -> None:
    histories = group_histories(integers(0), integers(0), integers(5_000))
    found = predict_values(histories, integers(0), PURCHASES, SPENDING, OUTLOOK)
    assert found.probability_alive[0] == 1.0
    p, q, v = SPENDING
    assert found.purchase_day_amount[0] == pytest.approx(p * v / (q - 1))


@pytest.mark.parametrize(
    ("x", "age_days", "parameters"),
    [
        (0, 0, (0.05, 0.01, 0.05, 0.1)),
        (0, 1, (0.3, 0.001, 1.0, 5.0)),
        (1, 7, (0.3, 0.001, 1.0, 5.0)),
        (5, 350, (0.5, 1.0, 3.3, 0.2)),
        (100, 1400, (20.0, 200.0, 50.5, 900.0)),
        (7000, 7305, (0.2426, 4.4136, 0.7929, 2.4259)),
        (7000, 7305, (0.05, 0.01, 0.05, 0.1)),
    ],
)
def test_expected_purchases_are_the_sum_of_their_probabilities(
    x: int, age_days: int, parameters: Any
) -> None:
    given, weeks = BgNbdParameters(*parameters), 52.18
    age_weeks = np.array([age_days / 7])
    prospects = Prospects(integers(x), age_weeks, integers(0))
    found = expected_purchases_if_alive(prospects, given, np.array([weeks]))[0, 0]
    span = weeks / (given.alpha + age_days / 7)
    counts = np.arange(1.0, (given.r + x) * span + 40 * (1 + span) + 2_000)
    chances = purchase_survival_if_alive(counts, x, age_weeks, given, weeks)
    assert found == pytest.approx(chances.sum(), rel=1e-8)


def test_thousands_of_purchases_in_twenty_years_stay_finite() -> None:
    known = simulated(500, 14)
    x = np.append(known.repeat_counts, [7_000, 7_000, 3_000, 1, 0])
    recency = np.append(known.recency_days, [TWENTY_YEARS, 7_000, 3_000, 0, 0])
    age = np.append(known.age_days, [TWENTY_YEARS] * 5)
    cents = np.append(known.repeat_day_cents, x[-5:] * 2_500)
    valuation = value_customers(x, recency, age, cents)
    assert valuation.status.is_fitted
    for field in fields(Predictions):
        values = getattr(valuation.predictions, field.name)
        assert np.isfinite(values).all() and (values >= 0).all(), field.name
    # Bought nearly each day to the last; stopped 300 days, and 12 years ago.
    assert valuation.predictions.probability_alive[-5] > 0.99
    assert (valuation.predictions.probability_alive[-4:-2] < 1e-6).all()
    assert valuation.predictions.purchase_days[-5] == pytest.approx(350, rel=0.02)


# Intervals.


def exact_probability(
    x: int, age_weeks: float, ratio: float, parameters: BgNbdParameters
) -> float:
    """Sum over each number of purchases, for the living."""
    counts = np.arange(1.0, 2_000.0)
    survival = purchase_survival_if_alive(
        counts, x, np.array([age_weeks]), parameters, OUTLOOK.weeks
    )[0]
    masses = survival - np.append(survival[1:], 0.0)
    p, q, _ = SPENDING
    below = special.betainc(p * counts, q + p * x, ratio / (1 + ratio))
    return float(1.0 - survival[0] + masses @ below)


@pytest.mark.parametrize("x", [0, 1, 4, 30, 400, 3_000])
def test_revenue_table_is_the_exact_mixture(x: int) -> None:
    ages = np.arange(x, x + 1_000) / 7
    table = revenue_table(x, ages, PURCHASES, SPENDING, OUTLOOK.weeks)
    rows = integers(0, len(ages) // 3, len(ages) - 1)
    for level in (0.1, 0.5, 0.9, 0.97):
        found = table.quantile(rows, np.full(3, level))
        for age, ratio in zip(ages[rows], found, strict=True):
            exact = exact_probability(x, age, ratio, PURCHASES)
            if ratio == 0:
                assert exact >= level - 1e-3
            else:
                assert exact == pytest.approx(level, abs=4e-3)


def test_interval_ends_are_quantiles_of_simulated_futures() -> None:
    copies = 40_000
    history = [np.repeat(integers(value), copies) for value in (3, 300, 420)]
    histories = group_histories(*history)
    cents = np.full(copies, 9_000)
    _, futures = simulate_futures(
        histories, cents, PURCHASES, SPENDING, OUTLOOK.weeks, np.random.default_rng(1)
    )
    found = predict_values(histories, cents, PURCHASES, SPENDING, OUTLOOK)
    for end, level in (
        (found.revenue_low_amount[0], 0.1),
        (found.revenue_high_amount[0], 0.9),
    ):
        below = (futures < end * 100).mean(), (futures <= end * 100).mean()
        assert below[0] - 0.006 <= level <= below[1] + 0.006


def test_no_purchase_probability_is_the_closed_form() -> None:
    histories = group_histories(integers(0, 2), integers(0, 200), integers(300, 300))
    r, alpha, _, _ = PURCHASES
    alive = probability_alive(histories, PURCHASES)
    shapes = r + np.array([0, 2])
    none = (1 + OUTLOOK.weeks / (alpha + 300 / 7)) ** -shapes
    zero, below = revenue_probabilities(
        histories, PURCHASES, SPENDING, OUTLOOK.weeks, np.array([0.0, 1e9])
    )
    np.testing.assert_allclose(zero, 1 - alive + alive * none, rtol=1e-9)
    assert below == pytest.approx([zero[0], 1.0], abs=1e-6)


def test_intervals_hold_what_they_say() -> None:
    known = simulated(20_000, 15)
    histories, valuation = grouped(known), valued(known)
    spending = valuation.gamma_gamma.usable_parameters
    purchases = valuation.bg_nbd.usable_parameters
    assert purchases is not None and spending is not None
    scales = rate_scales(known.repeat_counts, known.repeat_day_cents, spending)
    zero, below = revenue_probabilities(
        histories, purchases, spending, OUTLOOK.weeks, known.future_cents / 100 / scales
    )
    random = np.random.default_rng(16).random(len(zero))
    ranks = np.where(known.future_cents == 0, random * zero, below)
    inside = (ranks >= 0.1) & (ranks <= 0.9)
    assert inside.mean() == pytest.approx(0.8, abs=0.015)
    order = np.argsort(valuation.predictions.revenue_amount, kind="stable")
    shares = [inside[decile].mean() for decile in np.array_split(order, 10)]
    assert 0.75 <= min(shares) <= max(shares) <= 0.85


def test_quantiles_ascend_with_their_level() -> None:
    histories = grouped(simulated(2_000, 17))
    levels = (0.05, 0.1, 0.5, 0.9, 0.95)
    found = revenue_quantiles(histories, PURCHASES, SPENDING, OUTLOOK.weeks, levels)
    assert (np.diff(found, axis=1) >= 0).all()
