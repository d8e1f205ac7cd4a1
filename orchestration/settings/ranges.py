"""What the vars of the dbt project may be, judged before a refresh begins.

The ranges stand in one place, `setting_ranges` in dbt_project.yml. Plain dbt judges by
them too, before it builds anything (macro `require_settings`).
"""

from collections.abc import Iterator, Mapping
from typing import Any


def setting_faults(project_vars: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the vars, a sentence each that names var and range."""
    ranges: Mapping[str, Mapping[str, Any]] = project_vars["setting_ranges"]
    outside = [
        fault
        for name, allowed in ranges.items()
        for fault in _outside(name, allowed, project_vars.get(name))
    ]
    # only what is a number can be held against another one
    return outside or [
        f"{name} is {project_vars[name]}; expected more than {allowed['above']}, which "
        f"is {project_vars[allowed['above']]}."
        for name, allowed in ranges.items()
        if "above" in allowed and project_vars[name] <= project_vars[allowed["above"]]
    ]


def _outside(name: str, allowed: Mapping[str, Any], value: Any) -> Iterator[str]:
    if words := allowed.get("words"):
        for part, word in (value or {}).items():
            if word not in words:
                yield f"{name}.{part} is {word}; expected one of {', '.join(words)}."
        return
    or_null = allowed.get("or_null", False)
    if value is None and or_null:
        return
    kinds = (int,) if "whole" in allowed else (int, float)
    least, most = allowed.get("whole") or allowed["number"]
    is_number = isinstance(value, kinds) and not isinstance(value, bool)
    if value is None or not is_number or not least <= value <= most:
        whole, end = "whole " * ("whole" in allowed), " or null" * or_null
        yield (
            f"{name} is {value}; expected a {whole}number from {least} to {most}{end}."
        )
