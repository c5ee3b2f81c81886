"""The registry, and what the rest of the package may know of the families."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nugan_hep
from nugan_hep import families
from nugan_hep.errors import UserError
from nugan_hep.training.config import configured, options

PACKAGE = Path(nugan_hep.__file__).parent


def test_names() -> None:
    assert list(families.FAMILIES) == ["gan", "flow", "nucleon"]
    assert [family.name for family in families.FAMILIES.values()] == list(families.FAMILIES)
    presets = [preset for family in families.FAMILIES.values() for preset in family.config.presets]
    assert len(set(presets)) == len(presets)
    weights = [name for family in families.FAMILIES.values() for name in family.networks]
    assert len(set(weights)) == len(weights)


@pytest.mark.parametrize("preset", ["qe", "inc-p1", "inc", "flow"])
def test_every_preset_makes_a_network(preset: str) -> None:
    config = configured(preset)
    family = families.of_config(config)
    assert families.of_preset(preset) is family
    assert family.exported(config, family.network(config)).shift == config.shift
    assert hasattr(family.network(config), "log_prob") == family.has_density
    # a setting that binds or is inherited is one of the family
    for names in (config.bound, config.fixed, config.inherited, config.widening, config.transfer):
        assert set(names) <= config.as_dict().keys()


def test_one_option_of_a_name_means_the_same_in_every_family() -> None:
    for name, (item, _) in options().items():
        for family in families.FAMILIES.values():
            own = family.config.__dataclass_fields__.get(name)
            if own is not None and name != "preset":
                assert (own.default, own.metadata) == (item.default, item.metadata), (family.name, name)


def test_models() -> None:
    assert families.of_model({"name": "old"}).name == "gan"
    assert families.of_model({"name": "new", "family": "flow"}).name == "flow"
    with pytest.raises(UserError, match="model x: unknown family 'nosuch'; expected gan, flow, nucleon"):
        families.of_model({"name": "x", "family": "nosuch"})


def test_reading_the_registry_loads_no_torch() -> None:
    code = "import sys, nugan_hep.families, nugan_hep.training.config; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_nobody_else_compares_names_of_families() -> None:
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                named = [part for part in ast.walk(node) if isinstance(part, ast.Constant)]
                if any(part.value in families.FAMILIES for part in named if isinstance(part.value, str)):
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []
