"""The dbt-duckdb plugin that hands the secret key to SQL, without writing it anywhere.

Every cursor gets two session variables, from which `macros/dialect/keyed.sql` builds
HMAC-SHA256; without a key they are null, and so is every keyed value. The key goes in
as a bound value: no SQL text, compiled model or log holds it. dbt loads this module by
its name from profiles.yml, and so it fetches the key itself (from `settings`) where
other modules are handed their settings: a plain `dbt build` has nobody to hand it on.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from orchestration.settings.secrets import secret_key

SHA256_BLOCK_BYTES = 64


def hmac_pads(key: bytes | None) -> Mapping[str, bytes | None]:
    """Return the inner and outer pad of HMAC-SHA256 (RFC 2104), 64 bytes each.

    HMAC is sha256(outer pad + sha256(inner pad + text)). Null without a key.
    """
    if not key:
        return {"hmac_inner": None, "hmac_outer": None}
    if len(key) > SHA256_BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    block = key.ljust(SHA256_BLOCK_BYTES, b"\0")
    return {
        "hmac_inner": bytes(byte ^ 0x36 for byte in block),
        "hmac_outer": bytes(byte ^ 0x5C for byte in block),
    }


def set_key(cursor: DuckDBPyConnection, key: bytes | None) -> None:
    """Set the session variables that `keyed` reads, on one cursor."""
    for name, pad in hmac_pads(key).items():
        cursor.execute(f"set variable {name} = ?", [pad])


class Plugin(BasePlugin):  # type: ignore[misc]
    """What dbt-duckdb looks for in this module. Raises SettingsError at the start."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Read the key once, when dbt opens the adapter."""
        self._key = secret_key()

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Give one cursor its variables: they are not shared between cursors."""
        set_key(cursor, self._key)
