"""A small project that was published once, to be disturbed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chaos import Stage, copied_stage
from tests.support.small_project import small_landing, small_project
from tests.support.warm_refreshes import WarmRefreshes, warm_refreshes


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of few models; who changes a file of it puts it back."""
    return small_project(tmp_path_factory.mktemp("small") / "project")


@pytest.fixture(scope="session")
def refreshes(
    small: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WarmRefreshes]:
    with warm_refreshes(small, tmp_path_factory.mktemp("warm")) as warm:
        yield warm


@pytest.fixture(scope="session")
def published_small(
    refreshes: WarmRefreshes, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with `home` and `landing`, published once: do not change it."""
    folder = tmp_path_factory.mktemp("published_small")
    landing = small_landing(folder / "landing")
    Stage.warm(refreshes, folder / "home", landing).publish()
    return folder


@pytest.fixture
def stage(refreshes: WarmRefreshes, published_small: Path, tmp_path: Path) -> Stage:
    """A copy of it, to be disturbed."""
    return copied_stage(tmp_path, refreshes, published_small)
