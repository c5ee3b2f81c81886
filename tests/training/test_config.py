from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from nugan_hep.errors import UserError
from nugan_hep.families.common.settings import TrainingConfig
from nugan_hep.families.flow.settings import FlowTrainingConfig
from nugan_hep.families.gan.settings import GanTrainingConfig
from nugan_hep.training.config import (
    add_arguments,
    configured,
    from_saved,
    read_toml,
    resolve,
    to_toml,
)


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


def test_preset_of_the_flow() -> None:
    flow = resolved("--preset", "flow")
    assert (flow.family, resolved().family) == ("flow", "gan")
    assert (flow.batch, flow.lr, flow.beta1, flow.beta2, flow.weight_decay) == (2048, 2e-3, 0.9, 0.99, 1e-4)
    assert (flow.warmup, flow.decay_from, flow.clip, flow.choose, flow.shift) == (500, 0, 1.0, "nll", 0.004)
    assert resolved("--preset", "flow", "--choose", "map").choose == "map"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--preset", "flow", "--lr-generator", "1e-4"], "lr_generator is no setting of preset flow"),
        (["--preset", "flow", "--log-energy"], "log_energy is no setting of preset flow, which is a flow"),
        (["--clip", "1"], "clip is no setting of preset inc, which is a gan"),
        (["--choose", "nll"], "choose = 'nll' is not valid"),
    ],
)
def test_settings_of_the_other_family(argv: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        resolved(*argv)


def test_settings_that_count(tmp_path: Path) -> None:
    config = resolved("--preset", "flow", "--steps", "7")
    settings = config.as_dict()
    assert {"lr", "clip", "batch"} <= settings.keys()
    assert not {"lr_generator", "dropout", "loss"} & settings.keys()
    file = tmp_path / "config.toml"
    file.write_text(to_toml(settings))
    assert resolved("--config", str(file)) == config


def test_configurations_of_other_versions() -> None:
    old = {key: value for key, value in GanTrainingConfig(batch=77).as_dict().items() if key != "warmup"}
    assert from_saved(old) == GanTrainingConfig(batch=77)
    with pytest.raises(UserError, match="made by a newer nugan-hep: unknown setting 'quarks'"):
        from_saved({**old, "quarks": 6})


def test_checkpoints_with_the_settings_of_all_families() -> None:
    """As they were once written; those of the other family do not count."""
    old = {**GanTrainingConfig().as_dict(), **FlowTrainingConfig(steps=7, lr=1e-3).as_dict()}
    assert from_saved(old) == FlowTrainingConfig(steps=7, lr=1e-3)
    assert from_saved({**old, "preset": "qe"}) == GanTrainingConfig(preset="qe", steps=7)
    without = {key: value for key, value in old.items() if key != "preset"}
    assert from_saved(without) == GanTrainingConfig(steps=7)
    with pytest.raises(UserError, match="preset = 'huge' is not valid: networks: qe, inc-p1, inc"):
        from_saved({**old, "preset": "huge"})


def test_command_line_over_file_over_preset(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('preset = "qe"\nbatch = 500\nlr_generator = 1\nloss = "heuristic"\n')
    config = resolved("--config", str(file), "--batch", "250")
    assert (config.preset, config.batch, config.lr_generator, config.loss) == ("qe", 250, 1.0, "heuristic")
    assert config.shift == 0.0098


def test_resolved_configuration_reads_back(tmp_path: Path) -> None:
    config = GanTrainingConfig(batch=77, lr_generator=3e-6, loss="ce")
    file = tmp_path / "config.toml"
    file.write_text(to_toml(config.as_dict()))
    assert GanTrainingConfig(**read_toml(file)) == config


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
        {"lr": 0.0},
        {"clip": -1.0},
        {"warmup": -1},
        {"choose": "emd"},
        {"preset": "huge"},
        {"loss": "mse"},
        {"dropout": 1.0},
        {"enu_max": 0.1},
        {"beta1": -0.1},
        {"shift": 0.0},
        {"enu_min": 0.003},
        {"seed": 2**31},
        {"threads": 0},
        {"r1": -1.0},
        {"log_energy_batches": 1.5},
    ],
)
def test_bad_values_are_named(setting: dict[str, object]) -> None:
    name, value = next(iter(setting.items()))
    named = "enu_max" if name == "enu_max" else name
    with pytest.raises(UserError, match=f"{named} = {value!r} is not valid"):
        configured(**{"preset": "flow" if name in ("lr", "clip") else "inc", **setting})  # type: ignore[arg-type]


def test_switches(tmp_path: Path) -> None:
    assert not GanTrainingConfig().log_energy
    assert resolved("--log-energy").log_energy
    file = tmp_path / "run.toml"
    file.write_text("log_energy = true\n")
    assert resolved("--config", str(file)).log_energy
    assert not resolved("--config", str(file), "--no-log-energy").log_energy
    file.write_text("log_energy = 1\n")
    with pytest.raises(UserError, match="log_energy = 1 is not of type bool"):
        read_toml(file)


@pytest.mark.parametrize(("text", "value"), [("1e5", 100_000), ("250", 250), ("2.0", 2)])
def test_whole_numbers_in_any_spelling(text: str, value: int) -> None:
    assert resolved("--steps", text).steps == value
