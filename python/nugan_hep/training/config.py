"""The configuration of a training from presets, TOML and the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import Field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from nugan_hep import cli, families
from nugan_hep.errors import UserError
from nugan_hep.families.common.settings import TrainingConfig
from nugan_hep.toml_file import load_toml

Options = Mapping[str, tuple[Field[Any], type]]
"""By name, settings and their types."""


def options() -> dict[str, tuple[Field[Any], type]]:
    """By name, the settings of all families and their types."""
    found: dict[str, tuple[Field[Any], type]] = {}
    for family in families.FAMILIES.values():
        types = get_type_hints(family.config)
        for item in fields(family.config):
            found.setdefault(item.name, (item, types[item.name]))
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option per setting of any family, and ``--config FILE.toml``."""
    setting_arguments(parser, options(), {"preset": f"{families.preset_help()}; hadrons (of whole events)"})


def with_lepton(config: TrainingConfig, lepton: int) -> TrainingConfig:
    """The settings for a charged lepton (PDG), where a family has that among them."""
    return replace(config, lepton=lepton) if hasattr(config, "lepton") else config  # type: ignore[call-arg]


def settings_of(config: type[Any]) -> dict[str, tuple[Field[Any], type]]:
    """By name, the settings of a class of them and their types."""
    types = get_type_hints(config)
    return {item.name: (item, types[item.name]) for item in fields(config)}


def setting_arguments(
    parser: argparse.ArgumentParser, settings: Options, helps: Mapping[str, str] = MappingProxyType({})
) -> None:
    """One option per setting, and ``--config FILE.toml``; ``helps`` replaces the help of some."""
    group = parser.add_argument_group("configuration (command line over --config over preset)")
    group.add_argument("--config", type=Path, metavar="TOML", help="file with any of the keys below")
    for name, (item, kind) in settings.items():
        option, text = "--" + name.replace("_", "-"), helps.get(name, item.metadata["help"])
        if kind is bool:
            text = f"{text} (default no)"
            group.add_argument(option, action=argparse.BooleanOptionalAction, default=None, help=text)
            continue
        group.add_argument(
            option,
            type=cli.whole if kind is int else kind,
            default=None,
            metavar=kind.__name__.upper(),
            help=f"{text} (default {item.default})",
        )


def read_toml(path: Path, settings: Options | None = None) -> dict[str, Any]:
    """Keys of a TOML file, checked against settings and their types: by default those of all families."""
    values = load_toml(path)
    types = {name: kind for name, (_, kind) in (settings or options()).items()}
    for key, value in values.items():
        if key not in types:
            raise UserError(f"{path}: unknown key {key!r}; known: {', '.join(types)}")
        if types[key] is float and type(value) is int:
            values[key] = float(value)
        elif type(value) is not types[key]:
            raise UserError(f"{path}: {key} = {value!r} is not of type {types[key].__name__}")
    return values


def to_toml(values: Mapping[str, Any]) -> str:
    """Flat settings as TOML that :func:`read_toml` takes back."""
    # JSON's strings, numbers and booleans are TOML's
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())


def resolve(arguments: argparse.Namespace, base: Mapping[str, Any] | None = None) -> TrainingConfig:
    """Defaults < preset < ``base`` < TOML < command line.

    Raises
    ------
    UserError : a value that is not valid, or a setting of another family of networks
    """
    from_file = read_toml(arguments.config) if arguments.config else {}
    given = {name: getattr(arguments, name) for name in options()}
    given = {name: value for name, value in given.items() if value is not None}
    chosen = {**(base or {}), **from_file, **given}
    preset = chosen.get("preset", families.DEFAULT.config().preset)
    config = configured(**{**chosen, "preset": preset})
    for name in (*from_file, *given):
        if name not in config.as_dict():
            raise UserError(f"{name} is no setting of preset {preset}, which is a {config.family}")
    return config


def configured(preset: str, **settings: Any) -> TrainingConfig:
    """Defaults < preset < ``settings``; of these, the ones of other families do not count.

    Raises
    ------
    UserError : no such preset, or a value that is not valid
    """
    config: type[TrainingConfig] = families.of_preset(preset).config
    return config(**_own(config, {**config.presets[preset], **settings, "preset": preset}))


def from_saved(values: Mapping[str, Any]) -> TrainingConfig:
    """The configuration in a checkpoint or model; of one older than a setting, the default is meant.

    Raises
    ------
    UserError : it was made by a newer version
    """
    if unknown := values.keys() - options().keys():
        raise UserError(f"made by a newer nugan-hep: unknown setting {min(unknown)!r}")
    preset = values.get("preset", families.DEFAULT.config().preset)
    config: type[TrainingConfig] = families.of_preset(preset).config
    return config(**_own(config, values))


def _own(config: type[TrainingConfig], values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a family among those of all: older checkpoints have them all."""
    names = {item.name for item in fields(config)}
    return {name: value for name, value in values.items() if name in names}
