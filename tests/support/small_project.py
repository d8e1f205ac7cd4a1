"""A project of few models, whose refresh takes seconds, and landing folders for it.

Belongs here: making the folders. Starting refreshes in them is in `warm_refreshes`.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path

from tests.support.refreshes import PROJECT

MODELS = PROJECT / "tests" / "chaos" / "project" / "models"
REAL = ("orchestration", "macros")
REAL_FILES = (
    "dbt_project.yml",
    "profiles.yml",
    "requirements.lock",
    "models/_groups.yml",
    "models/columns.md",
    "models/staging/_sources.yml",
)
HEADER = "order_id,customer_id,ordered_at,status,gross_amount\n"
FIRST_DAY = date(2025, 1, 1)
BASE_ORDERS = 2000


def small_project(folder: Path) -> Path:
    """Make the project in a folder that is not there yet; return the folder.

    Everything but the models is a copy of the real project, so that what is killed and
    starved is what is used.
    """
    shutil.copytree(MODELS, folder / "models")
    for name in REAL:
        # with their times, so that Python need not compile them anew
        shutil.copytree(PROJECT / name, folder / name)
    for name in REAL_FILES:
        shutil.copy2(PROJECT / name, folder / name)
    return folder


def small_landing(folder: Path, orders: int = BASE_ORDERS) -> Path:
    """Write a landing folder of that many orders; return it."""
    rows = (
        f"base-{n},c{n % 97},{FIRST_DAY + timedelta(days=n % 60)},paid,{n % 100}.50\n"
        for n in range(orders)
    )
    (folder / "orders").mkdir(parents=True)
    (folder / "orders" / "base.csv").write_text(HEADER + "".join(rows))
    return folder


def land_marker(landing: Path, number: int) -> None:
    """Land one more order, so that the next version differs from the last one.

    It comes under its name at once, whole, as the landing contract asks for.
    """
    file = landing / "orders" / f"marker_{number:06}.csv"
    unfinished = file.with_name(f"_{file.name}")
    unfinished.write_text(f"{HEADER}marker-{number},c1,{FIRST_DAY},paid,1.00\n")
    unfinished.replace(file)
