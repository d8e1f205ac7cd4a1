"""What the dbt project says of itself, from its parsed manifest.

The manifest is made by `dbt parse` when it is missing or belongs to other files; no
database is needed for that.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.dbt.dbt_runner import run_dbt
from orchestration.store.checksums import files_checksum

PARSED = (
    "dbt_project.yml",
    "profiles.yml",
    "models",
    "macros",
    "seeds/lookups",
    "tests/dbt",
)
# dbt's own name for what it keeps between parses
PARTIAL_PARSE_FILE_NAME = "partial_parse.msgpack"
PUBLIC_SCHEMAS = ("marts", "metrics")


def current_manifest(project_dir: Path, target_dir: Path) -> Path:
    """Return the path of a manifest that belongs to the project's files of now.

    Raises DbtFailed when the project cannot be parsed.
    """
    manifest = target_dir / "manifest.json"
    belongs_to = target_dir / "manifest.checksum"
    folder, checksum = str(project_dir.resolve()), files_checksum(project_dir, PARSED)
    known = belongs_to.read_text().splitlines() if belongs_to.exists() else []
    if manifest.exists() and known == [folder, checksum]:
        return manifest
    belongs_to.unlink(missing_ok=True)
    if known[:1] != [folder]:
        # dbt would look for seeds in the folder where it parsed them
        (target_dir / PARTIAL_PARSE_FILE_NAME).unlink(missing_ok=True)
    target_dir.mkdir(parents=True, exist_ok=True)
    run_dbt(["parse"], project_dir, target_dir)
    belongs_to.write_text(f"{folder}\n{checksum}\n")
    return manifest


def public_keys(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the key columns of every public table by `schema.table`."""
    return {
        f"{node['schema']}.{node['alias']}": list(node["config"]["meta"]["key"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] in PUBLIC_SCHEMAS
        and node["config"].get("meta", {}).get("key")
    }


def project_vars(project_dir: Path) -> dict[str, Any]:
    """Return the vars that dbt_project.yml sets for the whole project."""
    project = yaml.safe_load((project_dir / "dbt_project.yml").read_text())
    values: dict[str, Any] = project.get("vars", {})
    return values


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest."""
    manifest: dict[str, Any] = json.loads(path.read_text())
    return manifest
