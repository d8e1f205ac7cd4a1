"""What is warned of in the names of files that land night by night."""

import pytest

from orchestration.landing.discover import natural_key
from orchestration.quality.landing_order import (
    Path,
    early_files,
    unordered_files,
)


def paths(*names: str, known: tuple[str, ...] = ()) -> list[Path]:
    return [*(Path(n, False) for n in known), *(Path(n, True) for n in names)]


def test_numbers_sort_as_numbers() -> None:
    given = ["orders/orders_10.csv", "orders/orders_2.csv", "orders/orders_2b.csv"]
    assert sorted(given, key=natural_key) == [
        "orders/orders_2.csv",
        "orders/orders_2b.csv",
        "orders/orders_10.csv",
    ]


@pytest.mark.parametrize(
    ("known", "new", "early"),
    [
        ("orders/2026-03-05.csv", "orders/2026-03-06.csv", False),
        ("orders/2026-03-05.csv", "orders/2026-03-04.csv", True),
        ("orders/orders_9.csv", "orders/orders_10.csv", False),
        ("orders/orders_10.csv", "orders/orders_9.csv", True),
        # a folder beside the file of the first night
        ("orders/2026-03-05.csv", "orders.csv", True),
    ],
)
def test_a_new_file_before_known_ones_is_found(
    known: str, new: str, early: bool
) -> None:
    assert bool(early_files(paths(new, known=(known,)))) == early


def test_a_first_load_has_no_early_file() -> None:
    assert early_files(paths("orders/2.csv", "orders/1.csv")) == []


@pytest.mark.parametrize(
    "names",
    [
        ("orders/05032026.csv", "orders/06032026.csv"),
        ("orders/05-03-2026.csv", "orders/06-03-2026.csv"),
        ("orders/orders_5.3.2026.csv", "orders/orders_6.3.2026.csv"),
        ("orders/12-31-2025.csv", "orders/01-31-2026.csv"),
        ("orders/apr_2026.csv", "orders/may_2026.csv"),
        ("orders/2f3a9c1e7b.csv", "orders/9d81e0aa4c.csv"),
        (
            "orders/1b4e28ba-2fa1-41d2-883f-0016d3cca427.csv",
            "orders/6fa459ea-ee8a-4ca4-894e-db77e160355e.csv",
        ),
    ],
)
def test_names_without_an_order_are_found(names: tuple[str, str]) -> None:
    assert unordered_files(paths(*names)) == sorted(names)
    # of files that lay there before nothing is said again
    assert unordered_files(paths(known=names)) == []


@pytest.mark.parametrize(
    "names",
    [
        ("orders/20260305.csv", "orders/20260306.csv"),
        ("orders/2026-03-05.csv", "orders/2026-03-06.csv"),
        ("orders/20101112.csv", "orders/20101113.csv"),
        ("orders/orders_20260305T0200Z.csv", "orders/orders_20260306T0200Z.csv"),
        ("orders/20260305t020000z.csv", "orders/20260306t020000z.csv"),
        ("orders/north.csv", "orders/south.csv"),
        ("orders/marketplace.csv", "orders/maple.csv"),
        ("orders/orders_1.csv", "orders/orders_2.csv"),
        ("orders/20260305_a1b2c3d4.csv", "orders/20260306_9f8e7d6c.csv"),
        (
            "orders/part-00000-1b4e28ba-2fa1-41d2-883f-0016d3cca427.parquet",
            "orders/part-00001-1b4e28ba-2fa1-41d2-883f-0016d3cca427.parquet",
        ),
        ("orders/2026/03/05/orders.csv", "orders/2026/03/06/orders.csv"),
    ],
)
def test_names_with_an_order_are_none(names: tuple[str, str]) -> None:
    assert unordered_files(paths(*names)) == []
