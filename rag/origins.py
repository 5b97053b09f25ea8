"""Where each setting in force comes from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import SecretStr
from pydantic_settings import TomlConfigSettingsSource

from index.errors import SettingsError
from rag.settings import PREFIX, Settings, settings_file

_HIDDEN = "[…]"


class Origin(StrEnum):
    """Where a value comes from."""

    ARGUMENT = "argument"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInForce:
    """One setting.

    Args:
        variable: the environment variable that sets it.
        value, default: as JSON has them; ``[…]`` in place of a secret.
    """

    name: str
    variable: str
    value: Any
    default: Any
    origin: Origin
    description: str


def settings_in_force(settings: Settings) -> list[SettingInForce]:
    """Every setting, in the order of :class:`~rag.settings.Settings`.

    Raises:
        SettingsError: the settings' file can't be read any more.
    """
    fields = type(settings).model_fields
    try:
        written = TomlConfigSettingsSource(type(settings), settings_file())()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{settings_file()} 读不了：{error}。") from error
    variables = {name.upper() for name in os.environ}
    defaults = type(settings).model_construct(
        **{name: field.get_default(call_default_factory=True) for name, field in fields.items()}
    )
    values, plain = settings.model_dump(mode="json"), defaults.model_dump(mode="json")
    told = []
    for name, field in fields.items():
        variable = f"{PREFIX}{name}".upper()
        secret = isinstance(getattr(settings, name), SecretStr)
        told.append(
            SettingInForce(
                name=name,
                variable=variable,
                value=_HIDDEN if secret else values[name],
                default=_HIDDEN if secret else plain[name],
                origin=_origin(name, settings, in_environment=variable in variables, in_file=name in written),
                description=field.description or "",
            )
        )
    return told


def _origin(name: str, settings: Settings, *, in_environment: bool, in_file: bool) -> Origin:
    if name not in settings.model_fields_set:  # whatever has been written since they were read
        return Origin.DEFAULT
    if name in settings.arguments:
        return Origin.ARGUMENT
    if in_environment:
        return Origin.ENVIRONMENT
    return Origin.FILE if in_file else Origin.ARGUMENT
