"""Closes the links between customer records transitively: who is one person.

One row per record that belongs to a group of two and more, or to one that was too
large to be believed.
"""

from typing import Any

import numpy as np
import pandas as pd

from orchestration.identity.components import resolved_groups
from orchestration.identity.links import Links


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Return the groups as a frame."""
    columns = ("record_id", "matched_record_id", "rule_rank", "is_weak")
    found = dbt.ref("int_identity_links").select(*columns).fetchnumpy()
    apart = dbt.ref("int_identity_never_pairs").fetchnumpy()
    links = Links(**{name: found[name] for name in columns})
    groups = resolved_groups(
        links,
        np.column_stack((apart["record_id"], apart["other_record_id"])),
        max_records=int(dbt.config.get("max_records")),
        bridge_min_records=int(dbt.config.get("bridge_min_records")),
    )
    return pd.DataFrame(
        {
            "record_id": groups.record_id,
            "group_record_id": groups.group_record_id,
            "matched_record_id": groups.matched_record_id,
            "rule_rank": groups.rule_rank,
            # text, even where there is no group to read the type from
            "guard": pd.Series(groups.guard, dtype="string"),
        }
    )
