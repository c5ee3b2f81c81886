from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from nugan_hep.errors import UserError
from nugan_hep.training.config import TrainingConfig, add_arguments, read_toml, resolve, to_toml


def resolved(*argv: str) -> TrainingConfig:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return resolve(parser.parse_args(argv))


def test_published_presets() -> None:
    inc, p1, qe = resolved(), resolved("--preset", "inc-p1"), resolved("--preset", "qe")
    assert (inc.batch, inc.lr_discriminator, inc.lr_generator) == (1000, 1e-4, 1e-5)
    assert (inc.beta1, inc.beta2, inc.shift, inc.loss) == (0.5, 0.9, 0.004, "hce")
    assert (p1.batch, p1.shift, p1.loss, p1.generator_noise) == (1000, 0.0098, "ce", 0.0)
    assert (qe.batch, qe.shift, qe.loss, qe.generator_noise) == (10_000, 0.0098, "ce", 1e-4)


def test_command_line_over_file_over_preset(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('preset = "qe"\nbatch = 500\nlr_generator = 1\nloss = "heuristic"\n')
    config = resolved("--config", str(file), "--batch", "250")
    assert (config.preset, config.batch, config.lr_generator, config.loss) == ("qe", 250, 1.0, "heuristic")
    assert config.shift == 0.0098


def test_resolved_configuration_reads_back(tmp_path: Path) -> None:
    config = TrainingConfig(batch=77, lr_generator=3e-6, loss="ce")
    file = tmp_path / "config.toml"
    file.write_text(to_toml(config.as_dict()))
    assert TrainingConfig(**read_toml(file)) == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bach = 3", "unknown key 'bach'"),
        ('batch = "many"', "batch = 'many' is not of type int"),
        ("batch = 1.5", "batch = 1.5 is not of type int"),
        ("batch = ", "cannot read configuration"),
    ],
)
def test_bad_toml(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(UserError, match=message):
        read_toml(file)


@pytest.mark.parametrize(
    "setting",
    [
        {"batch": 0},
        {"preset": "huge"},
        {"loss": "mse"},
        {"dropout": 1.0},
        {"enu_max": 0.1},
        {"beta1": -0.1},
        {"shift": 0.0},
        {"enu_min": 0.1},
        {"seed": 2**31},
        {"threads": 0},
    ],
)
def test_bad_values_are_named(setting: dict[str, object]) -> None:
    name, value = next(iter(setting.items()))
    named = "enu_max" if name == "enu_max" else name
    with pytest.raises(UserError, match=f"{named} = {value!r} is not valid"):
        TrainingConfig(**setting)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "value"), [("1e5", 100_000), ("250", 250), ("2.0", 2)])
def test_whole_numbers_in_any_spelling(text: str, value: int) -> None:
    assert resolved("--steps", text).steps == value
