"""The C++ core against NumPy, SciPy, PyTorch."""

from __future__ import annotations

import math
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from make_model import write_model
from scipy import stats

from nugan_hep import _core, _sampler, kinematics
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import scripted
from nugan_hep.families.gan.exported import ExportedGenerator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import PRESETS
from nugan_hep.output.columns import BRANCHES

MUON = _core.MUON_MASS


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_model(tmp_path_factory.mktemp("core") / "toy.pt"))


# known answers of Random123 (kat_vectors, philox4x32 of 10 rounds; Salmon et al. 2011)
KNOWN = [
    ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_known_answers(counter: list[int], key: list[int], answer: list[int]) -> None:
    assert list(_core.philox4x32(counter, key)) == answer


def test_latents_are_standard_normal() -> None:
    latents = _core.latents(seed=3, first=0, n=20_000, size=50).astype(np.float64)
    assert stats.kstest(latents.ravel(), "norm").pvalue > 1e-3
    # the chi2 of the covariance matrix: 1225 correlations of an expected size of 1/sqrt(n)
    correlation = np.corrcoef(latents.T)[np.triu_indices(50, 1)]
    assert stats.chi2(correlation.size).sf(20_000 * np.sum(correlation**2)) > 1e-3


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize("first", [0, 2**32 - 5, 2**40])
def test_devices_draw_the_same_latents(device: str, size: int, first: int) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    expected = _core.latents(seed=2**63 + 5, first=first, n=2000, size=size)
    np.testing.assert_allclose(_sampler.latents_on(device, 2**63 + 5, first, 2000, size), expected, atol=2e-6)


def test_uniforms_fill_the_unit_square() -> None:
    u = _core.uniforms(seed=2**64 - 1, first=2**40, n=100_000)
    assert ((u > 0) & (u < 1)).all()
    counts = np.histogram2d(u[:, 0], u[:, 1], bins=20, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(counts.ravel()).pvalue > 1e-3


def test_random_numbers_follow_the_documented_counter() -> None:
    seed, event = 0x0123456789ABCDEF, 2**33 + 5
    key, counter = [0x89ABCDEF, 0x01234567], [5, 2]
    words = np.concatenate([_core.philox4x32([*counter, block, 0], key) for block in range(13)])
    u = (words + 0.5) / 2.0**32
    np.testing.assert_array_equal(_core.uniforms(seed, event, 1)[0], u[:2])
    radius, angle = np.sqrt(-2 * np.log(u[2::2])), 2 * np.pi * u[3::2]
    expected = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()
    np.testing.assert_allclose(_core.latents(seed, event, 1, 50)[0], expected, rtol=1e-5, atol=2e-6)


def test_kinematics_refuse_what_is_outside() -> None:
    with pytest.raises(UserError, match=r"emu = 0\.999 GeV at enu = 1 GeV"):
        _core.to_proxies([1.0], [0.999], [0.1], 0.3, 10.0, 0.004, MUON)
    with pytest.raises(UserError, match="theta = nan"):
        _core.to_proxies([1.0], [0.5], [np.nan], 0.3, 10.0, 0.004, MUON)
    with pytest.raises(UserError, match=r"shape \[N, 3\]"):
        _core.from_proxies([[0.0, 0.0]], 0.3, 10.0, 0.004, MUON)
    with pytest.raises(UserError, match="equal length"):
        _core.to_proxies([1.0, 2.0], [0.5], [0.1], 0.3, 10.0, 0.004, MUON)


def test_events_are_what_pytorch_computes(tmp_path: Path) -> None:
    """The core's columns against the network run by PyTorch on the same random numbers."""
    torch.manual_seed(5)
    module = ExportedGenerator(Generator(PRESETS["inc"]), 0.004, (0.3, 10.0))
    module.lepton_mass = MUON
    attributes = {
        "format_version": 1,
        "name": "untrained",
        "probe": 14,
        "target": 1000060120,
        "interaction": "CC inclusive",
        "latent_size": 50,
    }
    tables = {"xsec_enu": torch.empty(0, dtype=torch.float64), "xsec": torch.empty(0, dtype=torch.float64)}
    path = tmp_path / "untrained.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive = scripted(module, attributes, tables)
        torch.jit.save(archive, str(path), _extra_files={"nugan.json": "{}"})

    core = _sampler.SamplerCore(str(path), threads=2)
    assert core.xsec.shape == (0,)
    events = core.sample_uniform(0.5, 8.0, 3000, 17, 250)
    u = _core.uniforms(17, 250, 3000)
    enu = (0.5 + 7.5 * u[:, 0]).astype(np.float32)
    with torch.no_grad():
        output = module(torch.from_numpy(_core.latents(17, 250, 3000, 50)), torch.from_numpy(enu)).numpy()
    np.testing.assert_array_equal(events["Ev"], enu)
    np.testing.assert_allclose(events["El"], output[:, 0], rtol=1e-5)
    np.testing.assert_allclose(events["thetal"], output[:, 1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(events["phil"], 2 * np.pi * u[:, 1] - np.pi, rtol=1e-6, atol=1e-6)
    emu, theta = events["El"].astype(np.float64), events["thetal"].astype(np.float64)
    np.testing.assert_allclose(events["Q2"], kinematics.q2(enu, emu, theta, kinematics.MUON_MASS), rtol=1e-6)
    np.testing.assert_allclose(events["W"], kinematics.w(enu, emu, theta, kinematics.MUON_MASS), rtol=1e-6)
    np.testing.assert_allclose(events["cthl"], np.cos(theta), rtol=0, atol=1e-15)


def test_same_seed_whatever_chunk_and_threads(toy: str) -> None:
    n = 100_000
    whole = _sampler.SamplerCore(toy, threads=1).sample_uniform(0.3, 10.0, n, 7)
    for threads in (1, 2):
        core = _sampler.SamplerCore(toy, threads=threads)
        for chunk in (1_000, 4_096, 100_000):
            parts = [
                core.sample_uniform(0.3, 10.0, min(chunk, n - first), 7, first)
                for first in range(0, n, chunk)
            ]
            for name, column in whole.items():
                joined = np.concatenate([part[name] for part in parts])
                assert joined.tobytes() == column.tobytes(), (name, threads, chunk)


def test_other_python_threads_run_meanwhile(toy: str) -> None:
    core = _sampler.SamplerCore(toy, threads=1)
    worker = threading.Thread(target=core.sample_uniform, args=(0.3, 10.0, 300_000, 1))
    worker.start()
    turns = 0
    while worker.is_alive():
        time.sleep(0.001)
        turns += 1
    assert turns > 10  # with the lock held, the loop would turn once or twice


def test_torch_keeps_its_number_of_threads(toy: str) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        _sampler.SamplerCore(toy, threads=2).sample_uniform(1.0, 1.0, 2000, 1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.cuda
def test_cuda_gives_the_same_physics(toy: str) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    cpu = _sampler.SamplerCore(toy).sample_uniform(0.3, 10.0, 100_000, 7)
    core = _sampler.SamplerCore(toy, device="cuda:0")
    cuda = core.sample_uniform(0.3, 10.0, 100_000, 7)
    for name in ("Ev", "El", "thetal", "phil"):
        np.testing.assert_allclose(cuda[name], cpu[name], rtol=1e-3, atol=1e-5)
    part = core.sample_uniform(0.3, 10.0, 1_000, 7, 60_000)
    for name, column in part.items():
        assert column.tobytes() == cuda[name][60_000:61_000].tobytes()


@pytest.mark.parametrize("size", [2, 3, 50])
def test_cross_section_between_and_beyond_the_points(size: int) -> None:
    numbers = np.random.default_rng(size)
    enu, sigma = np.sort(numbers.uniform(0.2, 10, size)), numbers.uniform(0, 5, size)
    at = np.concatenate([numbers.uniform(0, 12, (40, 25)), np.resize(enu, (1, 25))])
    found = _core.cross_section_at(enu, sigma, at)
    assert found.shape == at.shape
    np.testing.assert_allclose(found, np.interp(at, enu, sigma), rtol=1e-12)


@pytest.mark.parametrize(("enu", "sigma"), [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([], [])])
def test_cross_section_of_no_table(enu: list[float], sigma: list[float]) -> None:
    with pytest.raises(UserError, match="expected as many of both, two or more"):
        _core.cross_section_at(enu, sigma, 1.0)


def test_least_bytes_are_those_of_the_columns() -> None:
    """Counted from the types: 4 for int and float, 8 for double; a bool is a byte in a tree, a bit else."""
    columns = sum(np.dtype(code).itemsize for code, _ in BRANCHES.values())
    assert _core.least_event_bytes("gst", "none") == columns
    assert _core.least_event_bytes("rntuple", "None") == columns - 1
    no_events = {"Ev": np.zeros(0, "f4")}
    kind = _core.EventKind(_core.Process(14, 1000010010))
    tree = _core.EventTree("rootracker", no_events, 14, 1000010010, lambda *_: kind)
    sizes = {"I": 4, "i": 4, "D": 8}
    leaves = [branch for branch in tree.branches if branch.letter in sizes]
    particles = sum(
        sizes[branch.letter] * math.prod(branch.shape) * (4 if branch.counter else 1)
        + 4 * bool(branch.counter)
        for branch in leaves
    )
    members = (10, 4, 4, 1 + 2, 10)  # of EvtFlags, and EvtCode's TObject
    code = 1 + len("nu:14;tgt:1000010010;proc:Weak[CC],Unknown;")
    offset = 4  # of the string in its basket
    assert _core.least_event_bytes("rootracker", "none:0") <= particles + sum(members) + code + offset
    assert _core.least_event_bytes("rootracker", "none:0") > particles
    assert _core.least_event_bytes("npz", "none") == columns
    with pytest.raises(UserError, match="'csv' is not one of gst, rootracker, nuhepmc"):
        _core.least_event_bytes("csv", "zstd")
