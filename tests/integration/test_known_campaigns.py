"""What the demo data were made to show: campaigns, service, baskets, referrals.

Belongs here: known truths of the simulation against the published tables. How they are
simulated is tested beside the simulation.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import starmap
from math import sqrt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.synthetic import parameters as p
from orchestration.synthetic.__main__ import main
from tests.support.builds import build_anew
from tests.support.refreshes import Published

pytestmark = pytest.mark.slow

MODELS = (
    "metrics_campaigns",
    "metrics_category_associations",
    "metrics_referrals",
    "metrics_service_recovery",
)
SIZES = ("demo", "larger")
TESTED = [c for c in p.CAMPAIGNS if c.treatment_share < 1]
Z = 1.959964

Row = dict[str, Any]


@pytest.fixture(scope="module")
def demo(published_demo: Published) -> Path:
    return published_demo.analytics_path


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same company with five times as many people."""
    folder = tmp_path_factory.mktemp("larger")
    landing = folder / "landing"
    main(["--customers", "6000", "--format", "parquet", "--out", str(landing)])
    return build_anew(landing, folder / "build", select=MODELS)


@contextmanager
def opened(analytics: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(analytics), read_only=True) as connection:
        yield connection


def rows(analytics: Path, query: str) -> list[Row]:
    with opened(analytics) as connection:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def campaign(analytics: Path, campaign_id: str) -> Row:
    query = f"from metrics.metrics_campaigns where dimension_value = '{campaign_id}'"
    (row,) = rows(analytics, query)
    return row


def wilson(successes: int, size: int, z: float) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927)."""
    share = successes / size
    middle = share + z**2 / (2 * size)
    half = z * sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    return (middle - half) / (1 + z**2 / size), (middle + half) / (1 + z**2 / size)


def newcombe(
    treated: tuple[int, int], control: tuple[int, int], z: float = Z
) -> tuple[float, float]:
    """Interval of the difference of two shares (Newcombe 1998, method 10)."""
    (low_1, high_1), (low_2, high_2) = wilson(*treated, z), wilson(*control, z)
    share_1, share_2 = starmap(int.__truediv__, (treated, control))
    below = sqrt((share_1 - low_1) ** 2 + (high_2 - share_2) ** 2)
    above = sqrt((high_1 - share_1) ** 2 + (share_2 - low_2) ** 2)
    return share_1 - share_2 - below, share_1 - share_2 + above


def counts(row: Row, arm: str) -> tuple[int, int]:
    return row[f"{arm}_converted_customer_count"], row[f"{arm}_customer_count"]


def test_the_interval_is_the_one_of_the_paper() -> None:
    assert newcombe((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe((9, 10), (3, 10)) == pytest.approx((0.1705, 0.8090), abs=5e-5)


@pytest.mark.parametrize("known", TESTED, ids=lambda c: c.campaign_id)
def test_the_table_has_the_interval_of_the_paper(demo: Path, known: p.Campaign) -> None:
    row = campaign(demo, known.campaign_id)
    expected = newcombe(counts(row, "treated"), counts(row, "control"))
    assert (row["uplift_low"], row["uplift_high"]) == pytest.approx(expected, abs=1e-9)


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Path:
    """The demo, or the larger company: what the test is parametrised with."""
    built: Path = request.getfixturevalue(request.param)
    return built


@pytest.mark.parametrize("company", SIZES, indirect=True)
@pytest.mark.parametrize("known", TESTED, ids=lambda c: c.campaign_id)
def test_uplift_lies_within_its_interval(company: Path, known: p.Campaign) -> None:
    row = campaign(company, known.campaign_id)
    assert row["is_balanced"] and row["is_reportable"]
    assert row["uplift_low"] < known.uplift < row["uplift_high"]


@pytest.mark.parametrize("known", TESTED, ids=lambda c: c.campaign_id)
def test_uplift_is_found(larger: Path, known: p.Campaign) -> None:
    assert campaign(larger, known.campaign_id)["campaign_status"] == "more_bought"


def test_without_a_control_group_nothing_is_claimed(demo: Path) -> None:
    (known,) = [c for c in p.CAMPAIGNS if c.treatment_share == 1]
    row = campaign(demo, known.campaign_id)
    assert (row["has_control"], row["campaign_status"]) == (False, "no_control")
    assert row["treated_customer_count"] > 0
    assert row["uplift"] is row["return_on_cost"] is None


@pytest.mark.parametrize(("leading", "following", "probability"), p.ASSOCIATIONS)
def test_associations_are_found(
    demo: Path, leading: str, following: str, probability: float
) -> None:
    (row,) = rows(
        demo,
        f"""
        from metrics.metrics_category_associations
        where association_kind = 'led_basket'
            and from_category = '{leading}' and to_category = '{following}'
        """,
    )
    assert row["confidence_rate"] >= probability
    assert row["is_rule"]


@pytest.mark.parametrize("company", SIZES, indirect=True)
@pytest.mark.parametrize(("experience", "known"), p.RETENTION_DIFFERENCE.items())
def test_service_effect_lies_within_its_interval(
    company: Path, experience: str, known: float
) -> None:
    row = recovery(company, experience)
    assert row["retention_low_difference"] < known < row["retention_high_difference"]


@pytest.mark.parametrize("company", SIZES, indirect=True)
def test_only_bad_service_is_found(company: Path) -> None:
    assert recovery(company, "solved_badly")["retention_high_difference"] < 0
    well = recovery(company, "solved_well")
    assert well["retention_low_difference"] < 0 < well["retention_high_difference"]


def recovery(analytics: Path, experience: str) -> Row:
    query = f"""
        from metrics.metrics_service_recovery
        where dimension = 'all' and period_grain = 'year'
            and period_start_date = '2024-01-01' and experience = '{experience}'
    """
    (row,) = rows(analytics, query)
    return row


@pytest.mark.parametrize("company", SIZES, indirect=True)
def test_referral_value_lies_within_its_interval(company: Path) -> None:
    known, low, high = referral_value(company)
    assert low < known < high


def test_referral_value_is_found(larger: Path) -> None:
    _, low, _ = referral_value(larger)
    assert low > 0


def referral_value(analytics: Path) -> tuple[float, float, float]:
    """Known difference of net revenue per referred customer, and the interval found.

    Compared month by month of acquisition, since referred customers come later. The
    simulation knows the difference as a share of what others bring.
    """
    months = rows(
        analytics,
        """
        from metrics.metrics_referrals
        where dimension = 'all' and period_grain = 'month'
            and net_revenue_difference_low_amount is not null
        """,
    )
    total = sum(month["referred_customer_count"] for month in months)
    known = gap = variance = 0.0
    for month in months:
        weight = month["referred_customer_count"] / total
        others = float(month["other_net_revenue_per_customer_amount"])
        difference = float(month["net_revenue_difference_amount"])
        low = float(month["net_revenue_difference_low_amount"])
        known += weight * (p.REFERRED_SPEND_FACTOR - 1) * others
        gap += weight * difference
        variance += (weight * (difference - low) / Z) ** 2
    half = Z * sqrt(variance)
    return known, gap - half, gap + half
