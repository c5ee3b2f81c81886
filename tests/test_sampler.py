"""The Python face of the core: arguments, columns, errors."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from make_model import write_all
from scipy import stats

from nugan_hep.beam import Beam
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.sampler import Sampler

COLUMNS = ["iev", "Ev", "El", "pxl", "pyl", "pzl", "pl", "cthl", "thetal", "phil", "Q2", "W", "x", "y"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sampler models")
    write_all(folder)
    return folder


@pytest.fixture(scope="module")
def sampler(models: Path) -> Sampler:
    return Sampler(models / "toy.pt", threads=2)


def test_columns(sampler: Sampler) -> None:
    events = sampler.sample(n=1000, seed=1, first=30)
    assert list(events) == COLUMNS
    for name, column in events.items():
        expected = {"iev": np.int32, "cthl": np.float64}.get(name, np.float32)
        assert column.dtype == expected
        assert column.shape == (1000,)
        assert np.isfinite(column).all()
        assert column.flags.writeable
    np.testing.assert_array_equal(events["iev"], np.arange(30, 1030))


def test_energy_scalar_array_range_and_default(sampler: Sampler) -> None:
    assert (sampler.sample(enu=1.5, n=10)["Ev"] == 1.5).all()
    energies = np.linspace(0.3, 10.0, 50, dtype=np.float32).astype(np.float64).clip(0.3, 10.0)
    np.testing.assert_array_equal(sampler.sample(energies, seed=2)["Ev"], energies.astype(np.float32))
    assert len(sampler.sample([1, 2, 3], n=3)["Ev"]) == 3
    narrow = sampler.sample(n=5000, uniform=(2.0, 3.0))["Ev"]
    assert 2.0 <= narrow.min() < 2.01
    assert 2.99 < narrow.max() <= 3.0
    full = sampler.sample(n=5000)["Ev"]
    assert full.min() < 0.35
    assert full.max() > 9.95


def test_seeds_and_cuts(sampler: Sampler) -> None:
    events = sampler.sample(n=2000, seed=2**64 - 1)
    again = sampler.sample(n=500, seed=2**64 - 1, first=1300)
    for name in COLUMNS:
        assert again[name].tobytes() == events[name][1300:1800].tobytes()
    assert (sampler.sample(n=2000, seed=1)["El"] != events["El"]).any()


def test_what_it_knows_of_the_model(sampler: Sampler) -> None:
    assert sampler.name == "toy"
    assert sampler.enu_range == (0.3, 10.0)
    assert sampler.metadata["name"] == "toy"
    assert repr(sampler) == "Sampler('toy', device='cpu', backend='torch', threads=2)"


def test_energies_of_a_flux(sampler: Sampler, tmp_path: Path) -> None:
    """The same flux as a function, a pair, an object and a file gives the same events; 0.7 E is sigma."""
    edges, density = np.array([0.5, 1.0, 3.0]), np.array([4.0, 1.0])
    (tmp_path / "flux.txt").write_text("0.5 1 4\n1 3 1\n")
    events = sampler.sample(flux=(edges, density), n=20_000, seed=5)
    assert list(events) == COLUMNS
    for flux, units in [(Flux(edges, density), None), (str(tmp_path / "flux.txt"), "/GeV")]:
        again = sampler.sample(flux=flux, flux_units=units, n=500, seed=5, first=1000)
        for name in COLUMNS:
            assert again[name].tobytes() == events[name][1000:1500].tobytes()
    mean = (4 * (1 - 0.5**3) + (27 - 1)) / (4 * (1 - 0.5**2) + (9 - 1)) * 2 / 3
    assert events["Ev"].mean() == pytest.approx(mean, abs=4 * events["Ev"].std() / np.sqrt(20_000))
    smooth = sampler.sample(flux=lambda enu: 1 / enu, n=20_000, seed=5)["Ev"]  # times E: uniform
    assert stats.kstest(smooth, stats.uniform(0.3, 9.7).cdf).pvalue > 1e-3
    weighted = sampler.sample(flux=(edges, density), n=20_000, seed=5, weighted=True)
    assert set(weighted) == {*COLUMNS, "wght"}
    assert np.average(weighted["Ev"], weights=weighted["wght"]) == pytest.approx(mean, rel=0.02)
    found = sampler.rate((edges, density))
    assert found.sigma == pytest.approx(0.7 * 1.375)
    assert found.sigma_error == pytest.approx(0.007 * 1.375)


def test_events_of_a_beam(sampler: Sampler) -> None:
    beam = Beam(vertex=((0, 1), 2, (3, 4)), time=5, direction=(0, 1, 0))
    events = sampler.sample(enu=1.5, n=300, seed=5, first=20, beam=beam)
    assert set(events) == {*COLUMNS, "pxv", "pyv", "pzv", "vtxx", "vtxy", "vtxz", "vtxt"}
    np.testing.assert_allclose(events["pyl"], events["pl"] * events["cthl"], atol=1e-6)
    np.testing.assert_array_equal(events["pyv"], events["Ev"])
    part = sampler.sample([1.5] * 10, seed=5, first=30, beam=beam)
    for name in events:
        np.testing.assert_array_equal(part[name], events[name][10:20])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "n, the number of events"),
        ({"enu": 1.0}, "n, the number of events"),
        ({"enu": [1.0, 2.0], "n": 3}, "n = 3, but enu holds 2"),
        ({"enu": 1.0, "uniform": (1, 2), "n": 3}, "not both"),
        ({"enu": 1.0, "flux": ([1, 2], [1]), "n": 3}, "give enu or uniform or flux"),
        ({"uniform": (1, 2), "flux": ([1, 2], [1]), "n": 3}, "give enu or uniform or flux"),
        ({"flux": ([1, 2], [1])}, "n, the number of events"),
        ({"flux": 3, "n": 3}, "flux = 3: expected a Flux, a file, a function"),
        ({"n": 3, "weighted": True}, "weighted, flux_units and flux_columns go with a flux"),
        ({"n": 3, "flux_columns": "low,flux"}, "flux_columns go with a flux"),
        ({"n": 3, "flux_units": "/bin"}, "weighted, flux_units and flux_columns go with a flux"),
        ({"enu": [[1.0, 2.0]]}, r"shape \(1, 2\)"),
        ({"n": 3, "seed": -1}, "seed = -1"),
        ({"n": 3, "seed": 2**64}, "seed = "),
        ({"n": 3, "seed": "a"}, "seed = 'a': expected a whole number"),
        ({"n": 1.5}, r"n = 1\.5: expected a whole number"),
        ({"n": 3, "first": None}, "first = None: expected a whole number"),
        ({"n": 3, "uniform": "ab"}, r"uniform = 'ab': expected two energies, \(low, high\) in GeV"),
        ({"n": 3, "uniform": (1, 2, 3)}, r"uniform = \(1, 2, 3\): expected two energies"),
        ({"n": 3, "uniform": 2.0}, r"uniform = 2\.0: expected two energies"),
    ],
)
def test_contradicting_arguments(sampler: Sampler, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        sampler.sample(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"threads": "a"}, ValueError, "threads = 'a': expected a whole number"),
        ({"threads": 1.5}, ValueError, r"threads = 1\.5: expected a whole number"),
        ({"threads": 10**20}, UserError, "threads = 1000"),
        ({"threads": -1}, UserError, "threads = -1"),
        ({"device": 0}, ValueError, "device = 0: expected cpu, cuda or cuda:k"),
    ],
)
def test_bad_options(models: Path, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        Sampler(models / "toy.pt", **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n = 0: expected at least 1"),
        ({"n": -4}, "n = -4"),
        ({"n": 10**12}, "event numbers end at 2147483647"),
        ({"n": 10**30}, "event numbers end at"),
        ({"n": 1, "first": -1}, "first = -1"),
        ({"enu": 0.29, "n": 1}, r"enu = 0\.29 GeV: outside the range of toy, 0\.3 to 10 GeV"),
        ({"enu": 1000.0, "n": 1}, "enu = 1000 GeV"),
        ({"enu": float("nan"), "n": 1}, "enu = nan"),
        ({"enu": [1.0, float("inf")]}, "enu = inf"),
        ({"enu": []}, "n = 0"),
        ({"n": 0, "flux": ([1, 2], [1])}, "n = 0: expected at least 1"),
        ({"n": 1, "flux": ([1, 2], [-1])}, "flux: -1 in the bin from 1 to 2 GeV"),
        ({"n": 1, "flux": ([11, 12], [1])}, r"flux: no flux between 0\.3 and 10 GeV"),
        ({"n": 1, "flux": ([1, 12], [1])}, r"of the rate lies outside .*\(allow_flux_outside=True\)"),
        ({"n": 1, "flux": "none.root:numu"}, r"cannot read flux none\.root"),
        ({"n": 1, "uniform": (3.0, 2.0)}, "3 to 2 GeV: expected low <= high"),
    ],
)
def test_impossible_values(sampler: Sampler, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        sampler.sample(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("n", [200_000_000, 2**31])
def test_more_events_than_memory(models: Path, n: int) -> None:
    """An error before anything is drawn; the limit on the address space shields the machine."""
    script = f"""
import resource
from nugan_hep import Sampler
from nugan_hep.errors import UserError
sampler = Sampler({str(models / "toy.pt")!r}, threads=1)
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
try:
    sampler.sample(n={n})
except UserError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"n = {n}" in done.stdout
    assert "memory" in done.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("truncated.pt", "archive"),
        ("noise.pt", "archive"),
        ("empty.pt", "archive"),
        ("bare.pt", "nugan.json"),
        ("flipped.pt", "weights do not match their SHA-256; the file is corrupt"),
        ("sha256.pt", "attribute 'sha256': expected it to be there"),
        ("folder.pt", "folder"),
        ("missing.pt", "no "),
    ],
)
def test_files_that_are_no_models(models: Path, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        Sampler(models / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_name_lists_the_models(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUGAN_MODELS_PATH", str(models))
    assert Sampler("toy").name == "toy"
    with pytest.raises(UserError, match=r"'nosuch'.*toy"):
        Sampler("nosuch")


@pytest.mark.parametrize("fault", ["nan", "energy", "shape", "raise"])
def test_broken_network(models: Path, fault: str) -> None:
    with pytest.raises(UserError, match=rf"{fault}\.pt: "):
        Sampler(models / f"{fault}.pt").sample(n=100)


@pytest.mark.parametrize("device", ["gpu", "cuda:", "cuda:9999"])
def test_no_such_device(models: Path, device: str) -> None:
    with pytest.raises(UserError, match=f"device '{device}'"):
        Sampler(models / "toy.pt", device=device)


def test_cuda_where_there_is_none(models: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(UserError, match="no CUDA device"):
        Sampler(models / "toy.pt", device="cuda")


@pytest.mark.parametrize("order", ["before", "after", "never"])
def test_lives_with_torch_in_one_process(models: Path, order: str) -> None:
    """LibTorch is found without PyTorch's help, and is the same as PyTorch's."""
    script = f"""
import sys
if {order!r} == "before": import torch
from nugan_hep import Sampler
events = Sampler({str(models / "toy.pt")!r}).sample(enu=1.0, n=600, seed=4)
if {order!r} == "never": assert "torch" not in sys.modules
if {order!r} == "after": import torch
if {order!r} != "never": assert torch.linspace(0, 1, 3).sum() == 1.5
print(events["El"].tobytes().hex())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = Sampler(models / "toy.pt").sample(enu=1.0, n=600, seed=4)["El"]
    assert done.stdout.strip() == expected.tobytes().hex()


def test_lives_on_in_forked_processes(models: Path) -> None:
    """Children of a fork (multiprocessing) sample the same events with a sampler opened before it."""
    script = f"""
import os
from nugan_hep import Sampler
sampler = Sampler({str(models / "toy.pt")!r}, threads=2)
expected = sampler.sample(n=2000, seed=6)["El"].tobytes()
children = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        os._exit(0 if sampler.sample(n=2000, seed=6)["El"].tobytes() == expected else 1)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children] == 20 * [0])
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.strip() == "True", done.stderr


def draw(sampler: Sampler) -> Any:
    """For another process."""
    return sampler.sample(enu=1.5, n=300, seed=9)["El"], repr(sampler)


@pytest.mark.parametrize("options", [{}, {"threads": 3}, {"backend": "torch", "threads": 1}])
def test_pickled(models: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    """Copies and pickles open the same model in the same way, wherever the process is then."""
    monkeypatch.chdir(models)
    one = Sampler("./toy.pt", **options)
    monkeypatch.chdir("/")
    expected, shown = draw(one)
    for other in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy({"a": [one]})["a"][0]):
        assert other is not one
        found, also = draw(other)
        assert (found.tobytes(), also) == (expected.tobytes(), shown)
    assert len(pickle.dumps(one)) < 1000


@pytest.mark.slow
def test_in_spawned_processes(models: Path) -> None:
    sampler = Sampler(models / "toy.pt", threads=1)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (found, shown) = pool.apply(draw, (sampler,))
    expected, here = draw(sampler)
    assert (found.tobytes(), shown) == (expected.tobytes(), here)


def test_of_a_subclass(models: Path) -> None:
    assert type(pickle.loads(pickle.dumps(Mine(models / "toy.pt", threads=1)))) is Mine


class Mine(Sampler):
    """Somebody's own."""


def test_pickles_of_models_that_changed(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.pt"
    path.write_bytes((models / "toy.pt").read_bytes())
    kept = pickle.dumps(Sampler(path, threads=1))
    path.write_bytes((models / "odd.pt").read_bytes())
    with pytest.raises(UserError, match=r"mine\.pt: another model than the one that was pickled"):
        pickle.loads(kept)
    path.unlink()
    with pytest.raises(UserError, match=r"no model file .*mine\.pt"):
        pickle.loads(kept)


def test_a_flux_named_for_another_neutrino(sampler: Sampler) -> None:
    edges = np.array([0.5, 1.0, 3.0])
    named = Flux(edges, np.ones(2), name="a.root:numubar", named_for=-14)
    for call in (lambda: sampler.rate(named), lambda: sampler.sample(flux=named, n=10)):
        with pytest.warns(
            UserWarning, match=r"flux a\.root:numubar is named for numubar, the probe is numu"
        ) as w:
            call()
        assert w[0].filename == __file__
    sampler.rate(Flux(edges, np.ones(2), named_for=14))
