"""The project's manifest, parsed once and kept until the project changes."""

from typing import Any

import pytest

from benchmarks.house import parsed_manifest


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    return parsed_manifest()
