"""How a setting is declared, and how a class of them is read from texts.

A class of settings is a pydantic dataclass whose fields are made by `setting`: that
names the variable, and says what it means and what counts where it is not given. Texts
are turned into values by the validators of `values`, which raise ValueError with the
rest of the sentence that begins with the name of the variable.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo

from orchestration.settings.environment import PREFIX
from orchestration.settings.errors import SettingsError

Declared = TypeVar("Declared")


@dataclass(frozen=True)
class Declaration:
    """One setting: field of its class, variable without prefix, meaning, default.

    `default` is what a page shows; a field without a default of its own is read from
    it.
    """

    field: str
    name: str
    meaning: str
    default: str


def setting(
    name: str,
    meaning: str,
    default: object = dataclasses.MISSING,
    *,
    told: str | None = None,
    is_secret: bool = False,
) -> Any:
    """Return the field of a setting.

    `told` is the default as a page shows it, where that is not its own text. One
    without a `default` is read from `told`. Secrets are never shown.
    """
    extra: dict[str, Any] = {
        "name": name,
        "told": _told(default) if told is None else told,
    }
    if default is dataclasses.MISSING:
        return Field(description=meaning, json_schema_extra=extra, repr=not is_secret)
    return Field(
        default=default,
        description=meaning,
        json_schema_extra=extra,
        repr=not is_secret,
    )


def declarations(kind: type) -> Iterator[Declaration]:
    """Yield the settings that a class declares, in its order."""
    fields: Mapping[str, FieldInfo] = kind.__pydantic_fields__  # type: ignore[attr-defined]
    for field, info in fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict):
            yield Declaration(
                field, str(extra["name"]), info.description or "", str(extra["told"])
            )


def read(kind: type[Declared], given: Mapping[str, str], **values: object) -> Declared:
    """Read a class of settings from texts by variable, prefix and blanks gone.

    `values` are those of fields that are known already. Raises SettingsError with a
    sentence for every setting that cannot be meant.
    """
    fields: Mapping[str, FieldInfo] = kind.__pydantic_fields__  # type: ignore[attr-defined]
    names = {said.field: said.name for said in declarations(kind)}
    for said in declarations(kind):
        if said.field in values:
            continue
        if said.name in given:
            values[said.field] = given[said.name]
        elif fields[said.field].is_required():
            values[said.field] = said.default
    try:
        return kind(**values)
    except ValidationError as error:
        faults = [
            f"{PREFIX}{names[str(fault['loc'][0])]} {_reason(fault)}"
            for fault in error.errors()
        ]
    raise SettingsError("\n".join(faults))


def _reason(fault: Any) -> str:
    said = fault.get("ctx", {}).get("error")
    return str(said) if said else f"cannot be used: {fault['msg']}."


def _told(default: object) -> str:
    if default is None or default == ():
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"
