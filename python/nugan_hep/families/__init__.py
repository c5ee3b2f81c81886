"""The families of networks: the one list of them. Importing it does not load torch."""

from __future__ import annotations

from typing import Any

from nugan_hep.errors import UserError
from nugan_hep.families import flow, gan, nucleon
from nugan_hep.families.common.family import Family
from nugan_hep.families.common.settings import TrainingConfig, not_valid

FAMILIES: dict[str, Family[Any, Any]] = {
    family.name: family for family in (gan.FAMILY, flow.FAMILY, nucleon.FAMILY)
}
"""By the name that is in archives. The first is the family of a model that names none."""

DEFAULT = next(iter(FAMILIES.values()))


def of_config(config: TrainingConfig) -> Family[Any, Any]:
    return FAMILIES[config.family]


def of_preset(preset: str) -> Family[Any, Any]:
    """The family that has a preset.

    Raises
    ------
    UserError : no family has it
    """
    for family in FAMILIES.values():
        if preset in family.config.presets:
            return family
    raise UserError(not_valid("preset", preset, preset_help()))


def of_model(metadata: dict[str, Any]) -> Family[Any, Any]:
    """The family of a model, from the metadata of its archive.

    Raises
    ------
    UserError : a family that is not known
    """
    name = metadata.get("family", DEFAULT.name)
    if name not in FAMILIES:
        raise UserError(f"model {metadata['name']}: unknown family {name!r}; expected {', '.join(FAMILIES)}")
    return FAMILIES[name]


def preset_help() -> str:
    """The help of ``preset``: the presets of every family."""
    return "networks: " + ", ".join(
        f"{', '.join(family.config.presets)} (a {family.title})" for family in FAMILIES.values()
    )
