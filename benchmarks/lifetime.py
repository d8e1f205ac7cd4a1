"""Our lifetime value library against PyPI `lifetimes`, and against known truth.

From the root of the project, with the Python of an environment that has both:

    python -m venv <folder>
    <folder>/bin/pip install lifetimes==0.11.3 "numpy>=2.4,<2.5" scipy==1.17.1
    <folder>/bin/python -m benchmarks.lifetime

prints one table: times and results of both libraries on the same simulated customers
(each library alone in a process of its own, one after the other), our library on ten
times as many, how often simulated parameters are found again, and how often intervals
hold. `--parts` chooses among these. `--freeze <file>` writes the predictions of
`lifetimes` for simulated customers that tests/unit/test_lifetime.py compares with.
"""

import argparse
import csv
import importlib
import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from orchestration.models.lifetime.arrays import Floats
from orchestration.models.lifetime.bg_nbd import (
    BgNbdLikelihood,
    BgNbdParameters,
    fit_bg_nbd,
)
from orchestration.models.lifetime.fitting import Fit
from orchestration.models.lifetime.gamma_gamma import (
    CENTS,
    GammaGammaLikelihood,
    GammaGammaParameters,
    fit_gamma_gamma,
    group_spendings,
    rate_scales,
)
from orchestration.models.lifetime.histories import DAYS_PER_WEEK, group_histories
from orchestration.models.lifetime.prediction import (
    Outlook,
    predict_values,
    value_customers,
)
from orchestration.models.lifetime.revenue import revenue_probabilities
from orchestration.models.lifetime.simulation import (
    SimulatedCustomers,
    simulate,
    simulate_futures,
)

PURCHASES = BgNbdParameters(0.5, 8.0, 0.8, 2.5)
SPENDING = GammaGammaParameters(6.25, 3.75, 15.5)
OUTLOOK = Outlook()
OLDEST_DAYS = 3 * 365
MEGABYTE = 1024

RECOVERY_CUSTOMERS = 10_000
TOTALS_CUSTOMERS = 4_000
TOTALS_DATA_SETS = 40
TOTALS_DRAWS = 200
FROZEN_CUSTOMERS = 600

Figures = dict[str, Any]


def customers(count: int, seed: int) -> SimulatedCustomers:
    """Simulate customers acquired evenly over the last years."""
    random = np.random.default_rng(seed)
    ages = random.integers(0, OLDEST_DAYS + 1, count)
    return simulate(ages, PURCHASES, SPENDING, OUTLOOK.weeks, random)


def alone(work: Callable[..., Figures], *arguments: Any) -> Figures:
    """Run in a process of its own; add its peak memory, with that of simulating."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_memory, (work, *arguments))


def _with_memory(work: Callable[..., Figures], *arguments: Any) -> Figures:
    figures = work(*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    return {**figures, "peak_megabytes": peak}


def run_ours(count: int, seed: int) -> Figures:
    """Fit and predict with our library; seconds of each step."""
    known = customers(count, seed)
    started = time.perf_counter()
    histories = group_histories(known.repeat_counts, known.recency_days, known.age_days)
    spendings = group_spendings(known.repeat_counts, known.repeat_day_cents)
    bg_nbd, gamma_gamma = fit_bg_nbd(histories), fit_gamma_gamma(spendings)
    fitted = time.perf_counter()
    predictions = predict_values(
        histories,
        known.repeat_day_cents,
        bg_nbd.usable_parameters,
        gamma_gamma.usable_parameters,
        OUTLOOK,
    )
    done = time.perf_counter()
    return {
        "fit_seconds": fitted - started,
        "predict_seconds": done - fitted,
        "bg_nbd": bg_nbd.parameters,
        "gamma_gamma": gamma_gamma.parameters,
        "predictions": _by_name(predictions) if count <= 1_000_000 else {},
    }


def _by_name(predictions: Any) -> dict[str, Floats]:
    return {
        "probability_alive": predictions.probability_alive,
        "purchase_days_soon": predictions.purchase_days_soon,
        "purchase_days": predictions.purchase_days,
        "purchase_day_amount": predictions.purchase_day_amount,
    }


def run_lifetimes(count: int, seed: int) -> Figures:
    """Fit and predict with `lifetimes`; it has neither months of ours nor intervals."""
    lifetimes = importlib.import_module("lifetimes")
    known = customers(count, seed)
    started = time.perf_counter()
    x = known.repeat_counts.astype(float)
    recency = known.recency_days / DAYS_PER_WEEK
    age = known.age_days / DAYS_PER_WEEK
    mean = known.repeat_day_cents / CENTS / np.maximum(x, 1.0)
    spends = x > 0
    bg_nbd = lifetimes.BetaGeoFitter().fit(x, recency, age)
    gamma_gamma = lifetimes.GammaGammaFitter().fit(x[spends], mean[spends])
    fitted = time.perf_counter()
    ahead = bg_nbd.conditional_expected_number_of_purchases_up_to_time
    soon = OUTLOOK.short_days / DAYS_PER_WEEK
    predictions = {
        "probability_alive": bg_nbd.conditional_probability_alive(x, recency, age),
        "purchase_days_soon": ahead(soon, x, recency, age),
        "purchase_days": ahead(OUTLOOK.weeks, x, recency, age),
        "purchase_day_amount": gamma_gamma.conditional_expected_average_profit(x, mean),
    }
    return {
        "fit_seconds": fitted - started,
        "predict_seconds": time.perf_counter() - fitted,
        "bg_nbd": BgNbdParameters(
            *(float(bg_nbd.params_[n]) for n in ("r", "alpha")),
            *(float(bg_nbd.params_[n]) for n in ("a", "b")),
        ),
        "gamma_gamma": GammaGammaParameters(
            *(float(gamma_gamma.params_[name]) for name in ("p", "q", "v"))
        ),
        "predictions": {name: np.asarray(v) for name, v in predictions.items()},
    }


def compare(count: int, seed: int) -> None:
    """Print both libraries side by side."""
    ours, theirs = alone(run_ours, count, seed), alone(run_lifetimes, count, seed)
    known = customers(count, seed)
    print(f"\n{count:,} customers                  ours   lifetimes   ratio")
    for name in ("fit_seconds", "predict_seconds", "peak_megabytes"):
        ratio = theirs[name] / ours[name]
        print(f"{name:26s} {ours[name]:9.2f}   {theirs[name]:9.2f}   {ratio:5.1f}")
    both = [side["fit_seconds"] + side["predict_seconds"] for side in (ours, theirs)]
    ratio = both[1] / both[0]
    print(
        f"{'fit_and_predict_seconds':26s} {both[0]:9.2f}   {both[1]:9.2f}"
        f"   {ratio:5.1f}"
    )
    for model, likelihood in _likelihoods(known).items():
        values = [likelihood(side[model]) for side in (ours, theirs)]
        difference = (values[0] - values[1]) / abs(values[1])
        line = f"{model} log-likelihood"
        print(f"{line:26s} {values[0]:.3f} {values[1]:.3f} relative {difference:+.1e}")
        print(f"  ours      {_digits(ours[model])}")
        print(f"  lifetimes {_digits(theirs[model])}")
    print("predictions of lifetimes, of ours, at the parameters of lifetimes:")
    _compare_predictions(known, theirs)


def _likelihoods(known: SimulatedCustomers) -> dict[str, Callable[[Any], float]]:
    histories = group_histories(known.repeat_counts, known.recency_days, known.age_days)
    spendings = group_spendings(known.repeat_counts, known.repeat_day_cents)
    bg_nbd, gamma_gamma = BgNbdLikelihood(histories), GammaGammaLikelihood(spendings)
    return {
        "bg_nbd": lambda p: bg_nbd.evaluate(np.array(p)).value,
        "gamma_gamma": lambda p: gamma_gamma.evaluate(np.array(p)).value,
    }


def _compare_predictions(known: SimulatedCustomers, theirs: Figures) -> None:
    histories = group_histories(known.repeat_counts, known.recency_days, known.age_days)
    ours = _by_name(
        predict_values(
            histories,
            known.repeat_day_cents,
            theirs["bg_nbd"],
            theirs["gamma_gamma"],
            OUTLOOK,
        )
    )
    for name, expected in theirs["predictions"].items():
        is_finite = np.isfinite(expected) & (expected != 0)
        off = np.abs(ours[name][is_finite] / expected[is_finite] - 1.0)
        print(
            f"  {name:24s} largest relative difference {off.max():.1e},"
            f" above 1e-4: {(off > 1e-4).sum()}, not finite there: {(~is_finite).sum()}"
        )


def _digits(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.6f}" for value in values)


def report_large(count: int, seed: int) -> None:
    """Print time and memory of our library on many customers."""
    ours = alone(run_ours, count, seed)
    print(
        f"\n{count:,} customers: fit {ours['fit_seconds']:.1f} s,"
        f" predict {ours['predict_seconds']:.1f} s,"
        f" peak {ours['peak_megabytes']:.0f} MB, {_digits(ours['bg_nbd'])}"
    )


def report_recovery(seeds: int) -> None:
    """Print in how many seeds all parameters lie within 3 standard errors."""
    within = np.array([_errors(seed) for seed in range(seeds)])
    hits = (np.abs(within) < 3).all(axis=1).sum()
    print(f"\nrecovery, {RECOVERY_CUSTOMERS:,} customers: {hits} of {seeds} seeds with")
    print("all 7 parameters within 3 standard errors; mean and deviation of errors:")
    for name, column in zip(
        (*PURCHASES._fields, *SPENDING._fields), within.T, strict=True
    ):
        print(f"  {name:5s} {column.mean():+.2f} {column.std():.2f}")


def _errors(seed: int) -> Floats:
    """Return the errors of all parameters in standard errors."""
    known = customers(RECOVERY_CUSTOMERS, 1_000 + seed)
    valuation = value_customers(
        known.repeat_counts, known.recency_days, known.age_days, known.repeat_day_cents
    )
    return np.concatenate(
        [
            _standardised(valuation.bg_nbd, PURCHASES),
            _standardised(valuation.gamma_gamma, SPENDING),
        ]
    )


def _standardised(fit: Fit[Any], truth: tuple[float, ...]) -> Floats:
    if fit.maximum is None:
        return np.full(len(truth), np.inf)
    off = fit.maximum.parameters - np.array(truth)
    return np.asarray(off / fit.maximum.standard_errors)


def report_intervals(count: int) -> None:
    """Print how often the revenue of one customer lies in its 80 % interval."""
    known, random = customers(count, 7), np.random.default_rng(8)
    histories = group_histories(known.repeat_counts, known.recency_days, known.age_days)
    valuation = value_customers(
        known.repeat_counts, known.recency_days, known.age_days, known.repeat_day_cents
    )
    purchases = valuation.bg_nbd.usable_parameters
    spending = valuation.gamma_gamma.usable_parameters
    if purchases is None or spending is None:
        raise RuntimeError("simulated customers could not be fitted")
    realised = known.future_cents / CENTS
    ratios = realised / rate_scales(
        known.repeat_counts, known.repeat_day_cents, spending
    )
    nothing, below = revenue_probabilities(
        histories, purchases, spending, OUTLOOK.weeks, ratios
    )
    ranks = np.where(realised == 0, random.random(count) * nothing, below)
    inside = (ranks >= 0.1) & (ranks <= 0.9)
    predicted = valuation.predictions
    covered = (realised >= predicted.revenue_low_amount) & (
        realised <= predicted.revenue_high_amount
    )
    order = np.argsort(predicted.revenue_amount, kind="stable")
    deciles = [inside[part].mean() for part in np.array_split(order, 10)]
    print(f"\nintervals of {count:,} customers, parameters fitted on them:")
    print(f"  share of randomised PIT in 0.1..0.9: {inside.mean():.4f};")
    print(f"  by decile of prediction: {min(deciles):.4f}..{max(deciles):.4f};")
    print(
        f"  share within low..high (the lump at 0 counts whole): {covered.mean():.4f}"
    )


def report_totals() -> None:
    """Print how often totals of deciles lie in 80 % intervals.

    Totals share the error of the fitted parameters, so each draw takes parameters of
    its own from their normal approximation.
    """
    hits = np.array([_totals_inside(seed) for seed in range(TOTALS_DATA_SETS)])
    print(
        f"\ntotals of deciles, {TOTALS_DATA_SETS} data sets of {TOTALS_CUSTOMERS:,}:"
        f" {hits.mean():.3f} inside; by decile "
        + " ".join(f"{share:.2f}" for share in hits.mean(axis=0))
    )


def _totals_inside(seed: int) -> Floats:
    known, random = (
        customers(TOTALS_CUSTOMERS, 5_000 + seed),
        np.random.default_rng(seed),
    )
    histories = group_histories(known.repeat_counts, known.recency_days, known.age_days)
    valuation = value_customers(
        known.repeat_counts, known.recency_days, known.age_days, known.repeat_day_cents
    )
    order = np.argsort(valuation.predictions.revenue_amount, kind="stable")
    deciles = np.empty(TOTALS_CUSTOMERS, dtype=np.int64)
    deciles[order] = np.arange(TOTALS_CUSTOMERS) * 10 // TOTALS_CUSTOMERS
    totals = np.empty((TOTALS_DRAWS, 10))
    for draw in range(TOTALS_DRAWS):
        purchases = BgNbdParameters(*_drawn(valuation.bg_nbd, random))
        spending = GammaGammaParameters(*_drawn(valuation.gamma_gamma, random))
        _, cents = simulate_futures(
            histories,
            known.repeat_day_cents,
            purchases,
            spending,
            OUTLOOK.weeks,
            random,
        )
        totals[draw] = np.bincount(deciles, cents, minlength=10)
    low, high = np.quantile(totals, OUTLOOK.levels, axis=0)
    actual = np.bincount(deciles, known.future_cents, minlength=10)
    return np.asarray((actual >= low) & (actual <= high), dtype=np.float64)


def _drawn(fit: Fit[Any], random: np.random.Generator) -> list[float]:
    if fit.maximum is None:
        raise RuntimeError("simulated customers could not be fitted")
    logs = random.multivariate_normal(
        np.log(fit.maximum.parameters), fit.maximum.log_covariance
    )
    return [float(value) for value in np.exp(logs)]


def freeze(path: Path) -> None:
    """Write what `lifetimes` predicts for a few simulated customers."""
    known, theirs = (
        customers(FROZEN_CUSTOMERS, 3),
        run_lifetimes(FROZEN_CUSTOMERS, 3),
    )
    columns = {
        "repeat_count": known.repeat_counts,
        "recency_days": known.recency_days,
        "age_days": known.age_days,
        "repeat_day_cents": known.repeat_day_cents,
        **theirs["predictions"],
    }
    parameters = {**theirs["bg_nbd"]._asdict(), **theirs["gamma_gamma"]._asdict()}
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# Simulated customers, predictions of PyPI lifetimes 0.11.3;\n")
        file.write("# written by: python -m benchmarks.lifetime --freeze <file>\n")
        file.write(f"# {' '.join(f'{k}={v!r}' for k, v in parameters.items())}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow([f"{value:.10g}" for value in row])


def main() -> None:
    """Run the chosen parts."""
    parser = argparse.ArgumentParser(description="Lifetime value: speed and truth")
    parser.add_argument("--parts", default="compare,large,recovery,intervals,totals")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=10_000_000)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--freeze", type=Path)
    chosen = parser.parse_args()
    if chosen.freeze:
        freeze(chosen.freeze)
        return
    parts: dict[str, Callable[[], None]] = {
        "compare": lambda: compare(chosen.customers, 1),
        "large": lambda: report_large(chosen.large, 2),
        "recovery": lambda: report_recovery(chosen.seeds),
        "intervals": lambda: report_intervals(min(chosen.customers, 200_000)),
        "totals": report_totals,
    }
    for name in chosen.parts.split(","):
        parts[name]()


if __name__ == "__main__":
    main()
