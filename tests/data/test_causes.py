"""Rows that no event can be: the likely mistake is named, and nothing is trained on the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nugan_hep import finetune, replay, train
from nugan_hep.data import read_events
from nugan_hep.data.checks import IMPOSSIBLE_ALLOWED
from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS

Columns = dict[str, Any]
ELECTRON_MASS = 0.000511


def kinetic(c: Columns) -> Columns:
    return c | {"emu": c["emu"] - MUON_MASS}


def momentum(c: Columns) -> Columns:
    return c | {"emu": np.sqrt(c["emu"] ** 2 - MUON_MASS**2)}


def electrons(c: Columns) -> Columns:
    """As much kinetic energy on average, with the mass of an electron."""
    scale = (c["enu"] - 0.004 - ELECTRON_MASS) / (c["enu"] - 0.004 - MUON_MASS)
    return c | {"emu": (c["emu"] - MUON_MASS) * scale + ELECTRON_MASS}


def degrees(c: Columns) -> Columns:
    return c | {"theta": np.degrees(c["theta"])}


def cosine(c: Columns) -> Columns:
    return c | {"theta": np.cos(c["theta"])}


def signed(c: Columns) -> Columns:
    return c | {"theta": c["theta"] * (-1.0) ** np.arange(c["theta"].size)}


def muon_in_mev(c: Columns) -> Columns:
    return c | {"emu": 1000 * c["emu"]}


def swapped(c: Columns) -> Columns:
    return c | {"enu": c["emu"], "emu": c["enu"]}


def shuffled(c: Columns) -> Columns:
    return c | {"emu": c["theta"], "theta": c["emu"]}


CAUSES: list[tuple[Callable[[Columns], Columns], str]] = [
    (kinetic, "emu below the muon's mass, 0.1057 GeV (a kinetic energy? expected the total energy)"),
    (momentum, "(a momentum, or the energy of another lepton? expected a muon's total energy)"),
    (electrons, "(a momentum, or the energy of another lepton? expected a muon's total energy)"),
    (degrees, "(in degrees? expected rad)"),
    (cosine, "with theta below 0, down to -0.99"),
    (cosine, "(cos theta? expected the angle in rad)"),
    (signed, "(signed angles? expected 0 to pi)"),
    (muon_in_mev, "emu above enu (in MeV? expected GeV)"),
    (swapped, "emu above enu (are enu and emu swapped?)"),
    (shuffled, "(are columns swapped or in other units?)"),
]


def sample(files: SimpleNamespace, n: int, seed: int = 1, slow: float = 1.0) -> Columns:
    """Events of a spectrum of muons that falls towards the neutrino's energy."""
    truth = files.truth(n, seed)
    share = np.random.default_rng(seed).uniform(0, 1, n) ** slow
    columns: Columns = files.ours(truth)
    return columns | {"emu": MUON_MASS + 1e-6 + share * (truth.enu - 0.005 - MUON_MASS)}


def message(paths: Any, **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        read_events(paths, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".npz", ".root", ".parquet"])
@pytest.mark.parametrize(("mistake", "cause"), CAUSES)
def test_mistakes_are_named(
    tmp_path: Path,
    files: SimpleNamespace,
    mistake: Callable[[Columns], Columns],
    cause: str,
    suffix: str,
) -> None:
    path = files.write(tmp_path / f"e{suffix}", mistake(sample(files, 2000)))
    for step in (333, 10_000):
        text = message(path, step=step)
        assert cause in text
        assert text.startswith(f"{path}: of ")
        assert "pass --allow-unphysical to drop more than 1 %" in text


@pytest.mark.parametrize("slow", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("mistake", [kinetic, momentum, degrees, cosine])
def test_whatever_the_spectrum(
    tmp_path: Path, files: SimpleNamespace, mistake: Callable[[Columns], Columns], slow: float
) -> None:
    """Fast muons or slow ones: the cause is the same, or too few rows are impossible to tell."""
    columns = mistake(sample(files, 20_000, slow=slow))
    light = np.mean((columns["emu"] < MUON_MASS) | (columns["theta"] < 0) | (columns["theta"] > np.pi))
    path = files.write(tmp_path / "e.npz", columns)
    if light < IMPOSSIBLE_ALLOWED:
        assert read_events(path).report.dropped["unphysical"] == pytest.approx(20_000 * light, abs=1)
        return
    cause = next(text for one, text in CAUSES if one is mistake).rpartition("(")[2]
    assert (cause if mistake is not cosine else "cos theta?") in message(path)


def test_names_are_those_of_the_file(tmp_path: Path, files: SimpleNamespace) -> None:
    columns = files.gst(files.truth(3000))
    assert "with El below the muon's mass" in message(
        files.write(tmp_path / "kinetic.root", columns | {"El": columns["El"] - MUON_MASS})
    )
    assert "with cthl beyond -1 or 1 (an angle? expected its cosine)" in message(
        files.write(tmp_path / "angle.root", columns | {"cthl": np.arccos(columns["cthl"])})
    )
    other = files.nuisance(files.truth(3000))
    assert "with ELep above Enu_true (in MeV? expected GeV)" in message(
        files.write(tmp_path / "mev.root", other | {"ELep": 1000 * other["ELep"]})
    )


def test_other_events_do_not_count(tmp_path: Path, files: SimpleNamespace) -> None:
    columns = files.gst(files.truth(1000))
    columns["neu"][:500] = -14
    columns["El"][:500] = 0.01
    assert len(read_events(files.write(tmp_path / "half.npz", columns))) == 500


@pytest.mark.parametrize("rows", [10, 1000, 100_000])
def test_a_few_damaged_rows(tmp_path: Path, files: SimpleNamespace, rows: int) -> None:
    """Three in any file, or one in a hundred."""
    allowed = max(3, rows // 100)
    columns = files.ours(files.truth(rows))
    columns["emu"][:allowed] = np.nan
    path = files.write(tmp_path / "few.npz", columns)
    assert len(read_events(path)) == rows - allowed
    columns["theta"][allowed] = 4.0
    columns["emu"][allowed + 1] = np.inf
    text = message(files.write(path, columns))
    assert (
        f"of {rows:,} events of the wanted kind, 1 are impossible and {allowed + 1:,} are not finite" in text
    )


def test_a_few_rows_of_each_of_many_files(tmp_path: Path, files: SimpleNamespace) -> None:
    paths = []
    for k in range(5):
        columns = files.ours(files.truth(20, seed=k))
        columns["emu"][:2] -= columns["emu"][:2] - 0.05
        paths.append(files.write(tmp_path / f"{k}.npz", columns))
    assert len(read_events(paths[0])) == 18
    text = message(paths)
    assert text.startswith(
        f"{paths[0]} and 4 more files: of 100 events of the wanted kind, 10 are impossible"
    )


def test_energy_transfers_below_the_shift(tmp_path: Path, files: SimpleNamespace) -> None:
    """Real events that the model has no place for: dropped, unless they are most of them."""
    columns = files.ours(files.truth(100))
    columns["emu"][:40] = columns["enu"][:40] - 0.002
    path = files.write(tmp_path / "e.npz", columns)
    assert read_events(path).report.dropped == {"unphysical": 40}
    assert len(read_events(path, shift=0.001)) == 100
    columns["emu"][:60] = columns["enu"][:60] - 0.002
    assert "60 have an energy transfer below 0.004 GeV" in message(files.write(path, columns))


@pytest.mark.slow
def test_whoever_insists(tmp_path: Path, files: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    columns = kinetic(sample(files, 3000, slow=2.0))
    path = files.write(tmp_path / "e.npz", columns)
    light = int(np.count_nonzero(columns["emu"].astype("f4") < np.float32(MUON_MASS)))
    events = read_events(path, allow_unphysical=True)
    assert len(events) == pytest.approx(3000 - light, abs=1)
    words = ["--data", str(path), "--out", str(tmp_path / "run"), "--quiet"]
    start = ["--from", "numu_C12_inc"]
    for command, more in (
        (train, ["--preset", "flow", "--steps", "2"]),
        (finetune, [*start, "--steps", "2"]),
        (replay, [*start, "--out", str(tmp_path / "replay.npz")]),
    ):
        assert command.main([*words, *more]) == 2
        assert "a kinetic energy? expected the total energy" in capsys.readouterr().err
    assert (
        train.main([*words, "--preset", "flow", "--steps", "2", "--batch", "64", "--allow-unphysical"]) == 0
    )
    assert f"dropped {3000 - len(events)}: {3000 - len(events)} unphysical" in capsys.readouterr().out
