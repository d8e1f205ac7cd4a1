"""The dbt-duckdb plugin that asks whether lookups make sense, before dbt builds.

dbt loads it by its name from profiles.yml, so that a plain `dbt build` asks too.
"""

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.dbt.lookups import require_sense
from orchestration.settings.values import PROJECT_DIR


class Plugin(BasePlugin):  # type: ignore[misc]
    """What dbt-duckdb looks for in this module."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Raise LookupsMakeNoSense, once, when dbt opens the adapter."""
        require_sense(PROJECT_DIR)
