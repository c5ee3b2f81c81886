from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import math
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray
from scipy import stats

from nugan_hep import _core, archive, kinematics, sample
from nugan_hep.output import Run, formats

Columns = dict[str, NDArray[Any]]

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[2] / "shared")) / "data"
NUWRO, FLUXES = SHARED / "nuwro" / "numu_C12_inc", SHARED / "flux"
SHIPPED = archive.DEFAULT_MODEL in archive.list_models()
needs_shipped_model = pytest.mark.skipif(not SHIPPED, reason=f"no model {archive.DEFAULT_MODEL}")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with random weights, 0.3 to 10 GeV, whose cross section is 0.7 E."""
    source = Path(__file__).parent / "cpp" / "make_model.py"
    spec = importlib.util.spec_from_file_location("make_model", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path: Path = module.write_model(tmp_path_factory.mktemp("models") / "toy.pt")
    return path


def run(model: Path | None, out: Path, *arguments: str) -> int:
    named = ["--model", str(model)] if model else []
    return sample.main([*named, "--out", str(out), *arguments])


def read(path: Path) -> Columns:
    """The branches of a tree, the particles of all events one after the other."""
    with uproot.open(path) as file:
        found = file["gst"].arrays(library="np")
    return {
        name: np.concatenate(values) if values.dtype == object else values for name, values in found.items()
    }


def metadata(path: Path) -> dict[str, Any]:
    with uproot.open(path) as file:
        return dict(json.loads(str(file["nugan"])))


@pytest.fixture(scope="module")
def flux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4e-9 and 1e-9 neutrinos per cm², POT and GeV from 0.2 to 1 and from 1 to 3 GeV, counted in the bins."""
    path = tmp_path_factory.mktemp("flux") / "flux.txt"
    path.write_text("# low  high  flux [/m2/1e4POT]\n0.2 1 0.32\n1 3 0.2\n")
    return path


@pytest.fixture(scope="module", params=["toy", pytest.param("shipped", marks=needs_shipped_model)])
def events(
    request: pytest.FixtureRequest, toy: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Columns, dict[str, Any]]:
    out = tmp_path_factory.mktemp("events") / "events.root"
    model = toy if request.param == "toy" else None
    assert run(model, out, "-n", "2e4", "--seed", "11", "--quiet") == 0
    return read(out), metadata(out)


class TestEvents:
    """What is in the file, recomputed from energy and angles alone."""

    def test_numbers(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, _ = events
        np.testing.assert_array_equal(ev["iev"], np.arange(20_000))
        assert all(np.all(np.isfinite(values)) for values in ev.values())

    def test_phase_space(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, _ = events
        assert ev["El"].min() >= kinematics.MUON_MASS * (1 - 1e-6)
        assert np.all(ev["El"] < ev["Ev"])
        assert ev["thetal"].min() >= 0
        assert ev["thetal"].max() <= np.float32(np.pi)
        assert np.all((ev["y"] > 0) & (ev["y"] < 1))

    def test_derived_columns(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, _ = events
        enu, emu, theta = (ev[name].astype("f8") for name in ("Ev", "El", "thetal"))
        expected = {
            "pl": kinematics.momentum(emu, kinematics.MUON_MASS),
            "pzl": kinematics.pz(emu, theta, kinematics.MUON_MASS),
            "cthl": np.cos(theta),
            "Q2": kinematics.q2(enu, emu, theta, kinematics.MUON_MASS),
            "W": kinematics.w(enu, emu, theta, kinematics.MUON_MASS),
            "x": kinematics.bjorken_x(enu, emu, theta, kinematics.MUON_MASS),
            "y": kinematics.inelasticity(enu, emu),
            "pzv": enu,
        }
        for name, values in expected.items():
            np.testing.assert_allclose(ev[name], values, rtol=3e-7, atol=1e-9, err_msg=name)

    def test_muon_mass_shell(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, _ = events
        px, py, pz, energy = (ev[name].astype("f8") for name in ("pxl", "pyl", "pzl", "El"))
        np.testing.assert_allclose(np.sqrt(px**2 + py**2 + pz**2), ev["pl"], rtol=3e-7, atol=1e-9)
        mass2 = energy**2 - px**2 - py**2 - pz**2
        assert np.all(np.abs(mass2 - kinematics.MUON_MASS**2) < 5e-7 * energy**2)

    def test_angles_are_those_of_the_momentum(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, _ = events
        px, py, pz = (ev[name].astype("f8") for name in ("pxl", "pyl", "pzl"))
        turned = ev["pl"] > 1e-3
        theta = np.arctan2(np.hypot(px, py), pz)
        np.testing.assert_allclose(theta[turned], ev["thetal"][turned], atol=1e-6)
        sideways = turned & (np.sin(theta) > 1e-3)
        phi = np.arctan2(py, px)[sideways] - ev["phil"][sideways]
        assert np.all(np.abs((phi + np.pi) % (2 * np.pi) - np.pi) < 1e-5)

    def test_momentum_transfer_closes(self, events: tuple[Columns, dict[str, Any]]) -> None:
        """Q² = -(k - k')², W² = (M + omega)² - |q|² from the four-momenta of the file."""
        ev, _ = events
        names = ("pxv", "pyv", "pzv", "Ev", "pxl", "pyl", "pzl", "El")
        xv, yv, zv, energy_v, xl, yl, zl, energy_l = (ev[name].astype("f8") for name in names)
        omega = energy_v - energy_l
        q = (xv - xl) ** 2 + (yv - yl) ** 2 + (zv - zl) ** 2
        scale = 1e-6 * energy_v**2
        assert np.all(np.abs(q - omega**2 - ev["Q2"]) < scale)
        w2 = (kinematics.NUCLEON_MASS + omega) ** 2 - q
        defined = ev["W"] > 0
        assert np.all(ev["W"][~defined] == kinematics.W_UNDEFINED)
        assert np.all(np.abs(w2 - ev["W"].astype("f8") ** 2)[defined] < scale[defined] + 1e-6)
        assert np.all(w2[~defined] < scale[~defined] + 1e-6)

    def test_azimuth_and_energy_are_uniform(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, _ = events
        assert stats.kstest(ev["phil"], stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
        assert stats.kstest(ev["Ev"], stats.uniform(0.3, 9.7).cdf).pvalue > 1e-3
        assert abs(stats.pearsonr(ev["phil"], ev["Ev"])[0]) < 4 / math.sqrt(20_000)

    def test_constants(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, _ = events
        expected = {"neu": 14, "tgt": 1000060120, "Z": 6, "A": 12, "cc": True, "wght": 1}
        for name, value in expected.items():
            assert np.all(ev[name] == value), name

    def test_metadata(self, events: tuple[Columns, dict[str, Any]]) -> None:
        ev, about = events
        assert about["seed"] == 11
        assert about["events"] == about["requested"] == 20_000
        assert "--seed 11" in about["command"]
        assert shlex.split(about["command"])[0] == "nugan-sample"
        assert about["model"]["target"] == 1000060120
        assert re.fullmatch("[0-9a-f]{64}", about["model"]["sha256"])
        assert (about["energy"]["low"], about["energy"]["high"]) == (0.3, 10.0)
        assert importlib.metadata.version("torch") in about["program"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", about["time"])
        table = about["cross_section"]
        assert table["unit"] == "1e-38 cm2/nucleon"
        # over uniform energies: that of many small steps, and of the events within their scatter
        enu, sigma = (np.array(table[name]) for name in ("enu", "sigma"))
        steps = np.interp(0.3 + 9.7 * (np.arange(1_000_000) + 0.5) / 1_000_000, enu, sigma)
        assert table["mean"] == pytest.approx(steps.mean(), rel=1e-6)
        of_events = np.interp(ev["Ev"].astype("f8"), enu, sigma)
        assert table["mean"] == pytest.approx(of_events.mean(), abs=5 * of_events.std() / np.sqrt(20_000))


@pytest.mark.parametrize("model", ["toy", pytest.param("shipped", marks=needs_shipped_model)])
def test_same_seed_same_events(tmp_path: Path, toy: Path, model: str) -> None:
    path = toy if model == "toy" else None
    found = []
    for chunk, threads in [(1000, 1), (4096, 2), (100_000, 1), (100_000, 2)]:
        out = tmp_path / f"{chunk}-{threads}.root"
        arguments = (
            "-n",
            "12345",
            "--chunk",
            str(chunk),
            "--threads",
            str(threads),
            "--seed",
            "5",
            "--quiet",
        )
        assert run(path, out, *arguments) == 0
        found.append(read(out))
    for other in found[1:]:
        for name, values in found[0].items():
            np.testing.assert_array_equal(other[name], values, err_msg=name)


def test_events_of_a_flux(tmp_path: Path, toy: Path, flux: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The energies follow flux times 0.7 E; what is outside of the model's range is known to the file."""
    out = tmp_path / "a.root"
    assert run(toy, out, "--flux", str(flux), "-n", "20000") == 0
    enu = read(out)["Ev"].astype("f8")
    total = 4 * (1 - 0.09) + (9 - 1)

    def cdf(e: NDArray[np.float64]) -> NDArray[np.float64]:
        return (4 * (np.clip(e, 0.3, 1) ** 2 - 0.09) + np.clip(e, 1, 3) ** 2 - 1) / total

    assert stats.kstest(enu, cdf).pvalue > 1e-3
    assert np.all(read(out)["wght"] == 1)
    neutrinos, rate = 4 * 0.7 + 2, 0.7 * total / 2
    about = metadata(out)
    given = about["run"]
    assert given["sigma"] == about["cross_section"]["mean"] == pytest.approx(rate / neutrinos, rel=1e-12)
    assert given["sigma_error"] == about["cross_section"]["error"] == pytest.approx(0.01 * given["sigma"])
    assert given["flux"]["unit"] == "cm-2 POT-1"
    assert given["flux"]["edges"] == [0.3, 1, 3]  # what the events follow
    assert given["flux"]["density"] == pytest.approx([4e-9, 1e-9])
    assert given["energy"] is None
    assert given["pot"] is None
    assert about["energy"]["distribution"] == "flux x cross section"
    assert about["flux"]["contents"] == "/m2/10000POT/bin"
    assert about["flux"]["reading"] == "lower and upper edges of bins"
    assert about["flux"]["neutrinos_inside"] == pytest.approx(4.8 / 5.2)
    below = 4 * (0.09 - 0.04)
    assert about["flux"]["rate_below"] == pytest.approx(below / (below + total))
    first, second = capsys.readouterr().out.splitlines()
    assert f"sigma {given['sigma']:.4g} +- {given['sigma_error']:.2g} x 1e-38 cm2/nucleon" in first
    reading = "read as lower and upper edges of bins, taken as /m2/10000POT/bin"
    assert f"flux.txt, {reading}: 92.3% of it lies in 0.3 to 10 GeV" in second


CAMPAIGNS = {
    "uniform": "",
    "one energy": "--energy 1.3",
    "flux": "--flux {flux}",
    "weighted": "--flux {flux} --weighted",
    "beam": "--flux {flux} --vertex -1:2,0,3:4 --time 0:1 --beam-dir 0,1,2",
}


def read_with(form: str, path: Path) -> tuple[Run, Columns]:
    with formats.read(form, path) as reader:
        chunks = list(reader.chunks)
        return reader.run, {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


@pytest.mark.parametrize("campaign", CAMPAIGNS)
@pytest.mark.parametrize("form", ["gst", "npz", "parquet", "rntuple", "rootracker", "nuhepmc"])
def test_jobs_of_a_campaign(tmp_path: Path, toy: Path, flux: Path, campaign: str, form: str) -> None:
    """Jobs of one seed that go on where the other ended hold the events of one long run, bit by bit."""
    words = CAMPAIGNS[campaign].format(flux=flux).split()
    if form == "nuhepmc" and not (words and campaign != "uniform"):
        words = ["--energy", "2"]
    end = formats.FORMATS[form].suffixes[0]
    jobs = {"whole": (0, 900), "a": (0, 400), "b": (400, 499), "c": (899, 1)}
    found = {}
    for name, (first, n) in jobs.items():
        out = tmp_path / f"{name}{end}"
        more = ["--format", form, "--seed", "6", "--first", str(first), "-n", str(n), "--chunk", "130"]
        assert run(toy, out, *words, *more, "--quiet") == 0
        about, found[name] = read_with(form, out)
        assert (about.metadata["first"], about.metadata["events"]) == (first, n)
    for column, values in found["whole"].items():
        parts = np.concatenate([found[name][column] for name in "abc"])
        np.testing.assert_array_equal(parts, values, err_msg=column)
    np.testing.assert_array_equal(found["b"]["iev"], np.arange(400, 899))


def test_exposures_of_a_campaign(tmp_path: Path, toy: Path, flux: Path) -> None:
    """Each job draws its own number of events; the events themselves are those of the stream."""
    stream = tmp_path / "stream.root"
    words = ["--flux", str(flux), "--seed", "4", "--quiet"]
    assert run(toy, stream, *words, "-n", "60000") == 0
    enu = read(stream)["Ev"]
    numbers = []
    for first in (0, 20_000, 40_000):
        out = tmp_path / f"{first}.root"
        assert run(toy, out, *words, "--first", str(first), "--exposure", "1e20,0.01") == 0
        events, n = read(out), metadata(out)["events"]
        np.testing.assert_array_equal(events["iev"], np.arange(first, first + n))
        np.testing.assert_array_equal(events["Ev"], enu[first : first + n])
        numbers.append(n)
    assert len(set(numbers)) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--first -1", "argument --first: '-1' is not a whole number of at least 0"),
        ("--first 1.5", "argument --first: '1.5' is not a whole number of at least 0"),
        ("--first nan", "argument --first: 'nan' is not a whole number of at least 0"),
        ("--first many", "argument --first: 'many' is not a whole number of at least 0"),
        ("--first 2147483640 -n 9", "-n 9 from --first 2,147,483,640 on: event numbers end at 2,147,483,647"),
        ("--first 2147483648 -n 1", "event numbers end at 2,147,483,647"),
        ("--first 1e18 -n 1", "event numbers end at 2,147,483,647"),
        ("--first 2147483640 --flux {flux} --exposure 1e20,0.01", "events from --first 2,147,483,640 on"),
    ],
)
def test_bad_numbers_of_the_first_event(
    tmp_path: Path, toy: Path, flux: Path, capsys: pytest.CaptureFixture[str], words: str, message: str
) -> None:
    assert run(toy, tmp_path / "a.root", *words.format(flux=flux).split()) == 2
    assert message in one_line_error(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("first", ["2147483640", "2.14748364e9"])
def test_the_last_numbers(tmp_path: Path, toy: Path, first: str) -> None:
    assert run(toy, tmp_path / "a.root", "--first", first, "-n", "8", "--chunk", "3") == 0
    np.testing.assert_array_equal(read(tmp_path / "a.root")["iev"], 2**31 - 8 + np.arange(8))


def test_models_are_listed_in_columns(
    tmp_path: Path, toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shortest names first, columns under their titles, a damaged file last."""

    def about(path: Path, **changes: Any) -> None:
        known = archive.read_metadata(toy) | changes
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("a/extra/nugan.json", json.dumps(known))

    about(
        tmp_path / "a_long_name_of_a_model.pt",
        family="flow",
        hadrons={},
        training={"data": {"events": 4_000_280}},
    )
    about(tmp_path / "zz.pt", probe=-14, training={"data": {"events": 7, "replay": {"events": 12_345}}})
    about(tmp_path / "bb.pt", enu_range=[0.25, 120.5])
    (tmp_path / "broken.pt").write_bytes(b"no archive")
    monkeypatch.setattr(archive, "models_dirs", lambda: [tmp_path])
    assert sample.main(["--list-models"]) == 0
    title, *rows, last = capsys.readouterr().out.splitlines()
    assert [row.split() for row in rows] == [
        ["bb", "gan", "-", "14", "1000060120", "-", "0.25", "to", "120.5"],
        ["zz", "gan", "-", "-14", "1000060120", "12,345", "0.3", "to", "10"],
        ["a_long_name_of_a_model", "flow", "yes", "14", "1000060120", "4,000,280", "0.3", "to", "10"],
    ]
    assert last.startswith("broken: unreadable: ")
    starts = [title.index(word) for word in ("model", "family", "energies")]
    for row in rows:
        assert [row[at - 1] for at in starts[1:]] == [" ", " "]
        assert " " not in {row[at] for at in starts}
    ends = [title.index(word) + len(word) - 1 for word in ("hadrons", "probe", "target", "training events")]
    assert all(row[end] != " " and row[end + 1] == " " for row in rows for end in ends)


@pytest.mark.slow
def test_exposure(tmp_path: Path, toy: Path, flux: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers of several seeds scatter about POT x flux x sigma x nucleons as Poisson's do."""
    rate = 1e-9 * 0.7 * (4 * (1 - 0.09) + 8) / 2 * 1e-38  # per POT and nucleon
    expected = 1e20 * rate * 6.02214076e29 * 0.01
    numbers = []
    for seed in range(30):
        out = tmp_path / f"{seed}.root"
        arguments = ("--flux", str(flux), "--exposure", "1e20,0.01", "--seed", str(seed))
        assert run(toy, out, *arguments) == 0
        about = metadata(out)
        assert about["run"]["pot"] == 1e20
        assert about["exposure"]["expected"] == pytest.approx(expected, rel=1e-9)
        assert about["events"] == about["requested"] == about["exposure"]["drawn"] == len(read(out)["iev"])
        numbers.append(about["events"])
    assert stats.poisson.cdf(sum(numbers), 30 * expected) == pytest.approx(0.5, abs=0.499)
    spread = np.var(numbers, ddof=1) / expected * 29
    assert stats.chi2(29).cdf(spread) == pytest.approx(0.5, abs=0.499)
    assert f"1e+20 POT and 0.01 t: {expected:,.6g} events expected" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exposure", "units", "message"),
    [
        ("1e3,1e-9", None, "exposure of 1000 POT and 1e-09 t: "),
        ("1e30,1e3", None, "is above 2,147,483,647"),
        (
            "1e20,1",
            "/bin",
            "an exposure needs a flux per cm2 or m2 and POT (read as /bin); --flux-units (in Python",
        ),
    ],
)
def test_bad_exposure(
    tmp_path: Path,
    toy: Path,
    flux: Path,
    capsys: pytest.CaptureFixture[str],
    exposure: str,
    units: str | None,
    message: str,
) -> None:
    more = ["--flux-units", units] if units else []
    assert run(toy, tmp_path / "a.root", "--flux", str(flux), "--exposure", exposure, *more) == 2
    assert message in one_line_error(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.3 1 -1\n1 3 1\n", "-1 in the bin from 0.3 to 1 GeV; expected a number of at least 0"),
        ("0.3 1 nan\n1 3 1\n", "nan in the bin from 0.3 to 1 GeV"),
        ("10 11 1\n11 13 1\n", "no flux between 0.3 and 10 GeV"),
        ("0.3 1 0\n1 3 0\n", "all bins are zero"),
        (
            "0.5 1\n1 3\n1.5 3\n",
            "Say it with --flux-columns (in Python flux_columns=) low,flux or centre,flux or point,flux",
        ),
        ("0 500 1\n500 1000 3\n", 'are they in MeV? Give --flux-units (in Python units=) "/GeV, E in MeV"'),
        ("0.3 1 1\n1 12 1\n", "of the rate lies outside of 0.3 to 10 GeV, the model's range"),
        ("0.3 1 1\n1 12\n", "line 2: 2 numbers, but 3 in line 1; expected rows of one length"),
    ],
)
def test_bad_flux(
    tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (tmp_path / "flux.txt").write_text(text)
    arguments = ("--flux", str(tmp_path / "flux.txt"), "--flux-units", "/GeV", "-n", "10")
    assert run(toy, tmp_path / "a.root", *arguments) == 2
    assert message in one_line_error(capsys)
    assert not (tmp_path / "a.root").exists()
    if "outside" in message:
        assert run(toy, tmp_path / "a.root", *arguments, "--allow-flux-outside", "--quiet") == 0


@pytest.mark.parametrize(
    ("text", "columns", "edges", "reading"),
    [
        ("0 1\n1 3\n2 3\n", None, [0.3, 1, 2, 3], "lower edges of bins"),
        ("0.5 1\n1 3\n1.5 3\n", "low,flux", [0.5, 1, 1.5, 2], "lower edges of bins"),
        ("1 3 4\n2 3 4\n3 1 0\n", "high,flux,-", [0.3, 1, 2, 3], "upper edges of bins"),
        ("E b numu\n1 9 4\n2 9 4\n", "centre=E,flux=numu", [0.5, 1.5, 2.5], "centres of bins"),
    ],
)
def test_columns_of_a_flux(
    tmp_path: Path,
    toy: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    columns: str | None,
    edges: list[float],
    reading: str,
) -> None:
    (tmp_path / "flux.txt").write_text(text)
    arguments = ["--flux", str(tmp_path / "flux.txt"), "--flux-units", "/GeV", "-n", "10"]
    if columns:
        arguments += ["--flux-columns", columns]
    assert run(toy, tmp_path / "a.root", *arguments) == 0
    assert f", read as {reading}, taken as /GeV" in capsys.readouterr().out
    about = metadata(tmp_path / "a.root")
    assert about["flux"]["reading"] == reading
    np.testing.assert_allclose(about["run"]["flux"]["edges"], edges)


def test_no_bin_of_a_file_is_as_narrow_as_a_rounding(tmp_path: Path, toy: Path) -> None:
    """0.1 + 0.2 is not 0.3, where the model begins: FlatTree_FLUX has the bins of the flux all the same."""
    edges = np.cumsum(np.full(101, 0.1)) - 0.1
    assert edges[3] != 0.3
    with uproot.recreate(tmp_path / "flux.root") as file:
        file["numu"] = (np.ones(100), edges)
    arguments = ("--flux", str(tmp_path / "flux.root"), "--flux-units", "/cm2/POT/GeV", "-n", "5000")
    assert run(toy, tmp_path / "a.root", *arguments, "--format", "nuisance") == 0
    with uproot.open(tmp_path / "a.root") as file:
        values, borders = file["FlatTree_FLUX"].to_numpy()
        rate = file["FlatTree_EVT"].values()
    np.testing.assert_allclose(np.diff(borders), 0.1, rtol=1e-9)
    np.testing.assert_allclose(values, 1)
    assert (borders[0], borders[-1]) == (0.3, 10)
    assert np.sum(rate * np.diff(borders)) == pytest.approx(9.7 * 0.7 * 5.15, rel=1e-6)


def test_flux_without_the_histogram(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with uproot.recreate(tmp_path / "flux.root") as file:
        for name in ("near_numu", "far_numu"):
            file[name] = np.histogram([1.0, 2.0], bins=2)
        file["matrix"] = np.histogram2d([1.0, 2.0], [1.0, 2.0])
    for histogram, message in {
        ":numu": "no histogram numu; there is: near_numu, far_numu",
        "": "2 histograms for the probe 14; name one",
        ":matrix": "matrix is a TH2D, expected a TH1",
        ":near_numu": "has no flux unit; give --flux-units",
    }.items():
        assert run(toy, tmp_path / "a.root", "--flux", f"{tmp_path / 'flux.root'}{histogram}") == 2
        assert message in one_line_error(capsys)
    assert not (tmp_path / "a.root").exists()


def test_beam_and_flux_whatever_the_chunks(tmp_path: Path, toy: Path, flux: Path) -> None:
    arguments = ("-n", "5000", "--flux", str(flux), "--vertex", "-1:2,0.5,-7:-4", "--time", "-1:1")
    arguments += ("--beam-dir", "-0.1,0.2,0.9", "--seed", "5", "--quiet")
    found = []
    for chunk, threads in [(700, 1), (4096, 2), (100_000, 2)]:
        out = tmp_path / f"{chunk}.root"
        assert run(toy, out, *arguments, "--chunk", str(chunk), "--threads", str(threads)) == 0
        found.append(read(out))
    for other in found[1:]:
        for name, values in found[0].items():
            np.testing.assert_array_equal(other[name], values, err_msg=name)
    ev = found[0]
    direction = np.array([-0.1, 0.2, 0.9]) / np.linalg.norm([-0.1, 0.2, 0.9])
    neutrino = np.stack([ev[name] for name in ("pxv", "pyv", "pzv")])
    np.testing.assert_allclose(neutrino, direction[:, None] * ev["Ev"], rtol=1e-6)
    lepton = np.stack([ev[name].astype("f8") for name in ("pxl", "pyl", "pzl")])
    np.testing.assert_allclose(direction @ lepton, ev["pl"] * ev["cthl"], atol=1e-6)
    assert np.all(ev["vtxy"] == 0.5)
    for name, (low, high) in {"vtxx": (-1, 2), "vtxz": (-7, -4), "vtxt": (-1, 1)}.items():
        assert stats.kstest(ev[name], stats.uniform(low, high - low).cdf).pvalue > 1e-3
    about = metadata(tmp_path / "700.root")["beam"]
    assert about["vertex"] == [[-1, 2], [0.5, 0.5], [-7, -4]]
    assert about["direction"] == pytest.approx(direction.tolist())


def test_format_follows_from_the_suffix(
    tmp_path: Path, toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, expected in {
        (): ("gst", "events.root"),
        ("--format", "rootracker"): ("rootracker", "events.root"),
        ("--format", "nuhepmc"): ("nuhepmc", "events.hepmc3"),
        ("--out", "a.npz"): ("npz", "a.npz"),
        ("--out", "a.parquet"): ("parquet", "a.parquet"),
        ("--out", "a.hepmc"): ("nuhepmc", "a.hepmc"),
        ("--out", "a.hepmc3.gz"): ("nuhepmc", "a.hepmc3.gz"),
        ("--out", "a.root"): ("gst", "a.root"),
    }.items():
        found = _core.parse_options("nugan-sample", [word.encode() for word in arguments])
        assert (found.format, str(found.out)) == expected
    assert sample.main(["--model", str(toy), "-n", "10", "--quiet"]) == 0
    assert len(read(Path("events.root"))["iev"]) == 10


@pytest.mark.parametrize("name", ["a.txt", "events.csv", "a.root.gz", "a.hepmc3.bz2", "events", "a.npz.gz"])
def test_unknown_suffix_is_said_with_those_that_there_are(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sample.main(["--out", name]) == 2
    message = one_line_error(capsys)
    end = ".root.gz" if name == "a.root.gz" else ".npz.gz" if name == "a.npz.gz" else Path(name).suffix
    assert f"{name}: unknown suffix {end!r}, expected one of .root (gst, rootracker" in message
    assert ".hepmc3.gz (nuhepmc)" in message
    assert ".parquet (parquet)" in message


def test_suffix_of_another_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert sample.main(["--out", "a.root", "--format", "nuhepmc"]) == 2
    assert "expected a name with .hepmc3 or .hepmc3.gz or .hepmc or .hepmc.gz" in one_line_error(capsys)


@pytest.mark.parametrize("level", [None, "zlib:6"])
def test_packed_hepmc3(tmp_path: Path, toy: Path, level: str | None) -> None:
    import pyhepmc

    out = tmp_path / "a.hepmc3.gz"
    more = [] if level is None else ["--compression", level]
    command = ["--model", str(toy), "-n", "250", "--energy", "1", "--out", str(out), "--quiet", *more]
    assert sample.main(command) == 0
    with pyhepmc.open(out) as file:
        events = list(file)
    assert len(events) == 250
    assert str(events[0].run_info.attributes["NuHepMC.Provenance.NEvents"]) == "250"


@pytest.mark.shared("nuwro/numu_C12_inc", "flux")
@needs_shipped_model
@pytest.mark.parametrize("weighted", [True, False])
def test_cross_section_from_a_file_is_that_of_nuwro(tmp_path: Path, weighted: bool) -> None:
    """d2sigma/dp dcos(theta) over the flux of T2K, from the file alone, against events of NuWro."""
    out = tmp_path / "t2k.root"
    spec = f"{FLUXES / 't2kflux_2016_plus250kA.root'}:enu_nd280_numu"
    more = ["--weighted"] if weighted else []
    assert run(None, out, "--flux", spec, "-n", "3e5", "--seed", "3", "--quiet", "--lepton-only", *more) == 0
    momenta = np.r_[0:1:0.1, 1, 1.25, 1.5, 2, 3, 5, 10]
    cosines = np.array([-1, -0.5, 0, 0.3, 0.6, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 0.99, 1])

    def shares(p: Any, c: Any, w: Any) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Fractions of the weight, their variances and the numbers of events, in bins."""
        number, sum1, sum2 = (
            np.histogram2d(p, c, (momenta, cosines), weights=weights)[0] for weights in (w**0, w, w**2)
        )
        share = sum1 / w.sum()
        return share, (sum2 * (1 - 2 * share) + share**2 * (w**2).sum()) / w.sum() ** 2, number

    ev = read(out)
    about = metadata(out)["run"]
    ours, variance, number = shares(ev["pl"].astype("f8"), ev["cthl"], ev["wght"])

    table = np.genfromtxt(NUWRO / "xsec.csv", delimiter=",", names=True)
    edges, sigma = np.r_[table["E_lo_GeV"], table["E_hi_GeV"][-1]], table["xsec_total"]
    with uproot.open(FLUXES / "t2kflux_2016_plus250kA.root") as file:
        contents, borders = file["enu_nd280_numu"].to_numpy()
    with uproot.open(NUWRO / "val.root") as file:
        val = file["events"].arrays(["enu", "emu", "theta"], library="np")
    bin_of = np.clip(np.searchsorted(edges, val["enu"], side="right") - 1, 0, len(sigma) - 1)
    flux_of = contents[np.searchsorted(borders, val["enu"], side="right") - 1]
    theirs, their_variance, their_number = shares(
        kinematics.momentum(val["emu"], kinematics.MUON_MASS),
        np.cos(val["theta"].astype("f8")),
        flux_of * sigma[bin_of],
    )

    # their mean: the flux in each bin of NuWro's table times its cross section
    steps = np.interp(edges, borders, np.r_[0, np.cumsum(contents * np.diff(borders))])
    mean = np.sum(np.diff(steps) * sigma) / (steps[-1] - steps[0])
    assert about["sigma"] == pytest.approx(mean, rel=2e-3)
    assert abs(about["sigma"] - mean) < about["sigma_error"]

    area = np.outer(np.diff(momenta), np.diff(cosines))
    filled = (number > 30) & (their_number > 30)
    difference = (about["sigma"] * ours - mean * theirs) / area
    error = np.sqrt(about["sigma"] ** 2 * variance + mean**2 * their_variance) / area
    pulls = difference[filled] / error[filled]
    assert filled.sum() > 100
    assert ours[filled].sum() > 0.99
    # 1 and a standard deviation of sqrt(2/n), as of two samples of one law; the network is nearly that
    assert np.mean(pulls**2) < 1 + 5 * math.sqrt(2 / filled.sum())
    assert np.abs(pulls).max() < 5


def test_more_events_begin_with_the_same(tmp_path: Path, toy: Path) -> None:
    assert run(toy, tmp_path / "a.root", "-n", "100", "--quiet") == 0
    assert run(toy, tmp_path / "b.root", "-n", "1234", "--quiet") == 0
    short, long = read(tmp_path / "a.root"), read(tmp_path / "b.root")
    assert all(np.array_equal(long[name][:100], values) for name, values in short.items())


def test_other_seed_other_events(tmp_path: Path, toy: Path) -> None:
    for seed in (1, 2, 2**64 - 1):
        assert run(toy, tmp_path / f"{seed}.root", "-n", "100", "--seed", str(seed), "--quiet") == 0
    a, b, c = (read(tmp_path / f"{seed}.root")["El"] for seed in (1, 2, 2**64 - 1))
    assert len(np.unique(np.concatenate([a, b, c]))) > 290


def test_one_energy(tmp_path: Path, toy: Path) -> None:
    assert run(toy, tmp_path / "a.root", "-n", "500", "--energy", "1.1", "--quiet") == 0
    assert np.all(read(tmp_path / "a.root")["Ev"] == np.float32(1.1))
    about = metadata(tmp_path / "a.root")
    assert (about["energy"]["low"], about["energy"]["high"]) == (1.1, 1.1)
    assert about["cross_section"]["mean"] == pytest.approx(0.7 * 1.1, rel=1e-6)


def test_range_of_energies(tmp_path: Path, toy: Path) -> None:
    assert run(toy, tmp_path / "a.root", "-n", "20000", "--uniform", "2", "4.2", "--quiet") == 0
    enu = read(tmp_path / "a.root")["Ev"]
    assert stats.kstest(enu, stats.uniform(2, 2.2).cdf).pvalue > 1e-3
    # the mean of 0.7 E over the range; 4.5 standard deviations of 20000 events
    mean = metadata(tmp_path / "a.root")["cross_section"]["mean"]
    assert mean == pytest.approx(0.7 * 3.1, abs=4.5 * 0.7 * 2.2 / math.sqrt(12 * 20_000))


def test_edges_of_the_range_are_allowed(tmp_path: Path, toy: Path) -> None:
    for energy in ("0.3", "10"):
        assert run(toy, tmp_path / "a.root", "-n", "10", "--energy", energy, "--quiet", "--force") == 0


def test_summary_is_one_line(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.root"
    assert run(toy, out, "-n", "1e4", "--energy", "2") == 0
    captured = capsys.readouterr()
    size = f"{out.stat().st_size:,}"
    assert re.fullmatch(
        rf"{re.escape(str(out))}: 10,000 events in [\d.]+ s \([\d,]+ events/s\), {size} bytes, "
        r"sigma 1.4 \+- 0.014 x 1e-38 cm2/nucleon\n",
        captured.out,
    )
    assert captured.err == ""


def test_quiet_says_nothing(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(toy, tmp_path / "a.root", "-n", "10", "--quiet") == 0
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def one_line_error(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(r"nugan-sample: error: [^\n]+\n", captured.err)
    return captured.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-n", "0"], "'0' is not a whole number of at least 1"),
        (["-n", "-1"], "'-1' is not a whole number of at least 1"),
        (["-n", "1.5"], "'1.5' is not a whole number"),
        (["-n", "many"], "'many' is not a whole number of at least 1"),
        (["-n", "1e12"], "1,000,000,000,000 is above 2,147,483,647"),
        (["--energy", "20"], "energy 20 GeV is outside of the range of toy, 0.3 to 10 GeV"),
        (["--energy", "0.29"], "energy 0.29 GeV is outside"),
        (["--energy", "nan"], "'nan' is not a finite number"),
        (["--energy", "-1"], "'-1' is not a finite number above 0"),
        (["--uniform", "3", "1"], "3 1: the first energy must not be above the second"),
        (["--uniform", "1", "10.1"], "energy 10.1 GeV is outside"),
        (["--uniform", "1"], "expected 2 arguments"),
        (["--energy", "1", "--uniform", "1", "2"], "not allowed with"),
        (["--seed", "-1"], "'-1' is not a whole number from 0"),
        (["--seed", "18446744073709551616"], "is not a whole number from 0"),
        (["--threads", "-2"], "'-2' is not a whole number"),
        (["--device", "tpu"], "'tpu' is not cpu, cuda or cuda:k"),
        (["--chunk", "0"], "'0' is not a whole number"),
        (["--chunk", "2e6"], "--chunk 2,000,000 is above 1,000,000"),
        (["--compression", "gzip"], "'gzip' is not one of zstd, lz4, zlib"),
        (["--compression", "zstd:99"], "'zstd:99' is not one of"),
        (["--energy", "1", "--flux", "t2k.root"], "--flux: not allowed with argument --energy"),
        (["--uniform", "1", "2", "--flux", "t2k.root"], "--flux: not allowed with argument --uniform"),
        (["--flux", "t2k.root:numu"], "cannot read flux t2k.root: no such file"),
        (["--flux-columns", "low,flux"], "--flux-columns needs a flux: expected --flux"),
        (["--flux-units", "/bin"], "--flux-units needs a flux: expected --flux"),
        (["--weighted"], "--weighted needs a flux"),
        (["--allow-flux-outside"], "--allow-flux-outside needs a flux"),
        (["--exposure", "1e20,1"], "--exposure needs a flux"),
        (["--exposure", "1e20,1", "-n", "5"], "-n: not allowed with argument --exposure"),
        (["--exposure", "0,1", "--flux", "a"], "'0,1' is not POT,MASS: two finite numbers above 0"),
        (["--exposure", "1e20,0", "--flux", "a"], "'1e20,0' is not POT,MASS"),
        (["--exposure", "1e20", "--flux", "a"], "'1e20' is not POT,MASS"),
        (["--exposure", "1e20,1,2", "--flux", "a"], "'1e20,1,2' is not POT,MASS"),
        (["--exposure", "1e20,1", "--flux", "a", "--weighted"], "give it or --weighted, not both"),
        (["--vertex", "1,2"], "--vertex '1,2': expected X,Y,Z"),
        (["--vertex", "-1:-2,0,0"], "--vertex -1:-2: expected finite numbers, low <= high"),
        (["--time", "soon"], "--time 'soon'"),
        (["--beam-dir", "0,0,0"], "beam direction [0, 0, 0]: expected three finite numbers, not all"),
        (["--format", "hepevt"], "format 'hepevt' is not one of gst, rootracker"),
        (["--format", "npz"], "a.root: expected a name with .npz for the format npz"),
    ],
)
def test_bad_arguments(
    tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(toy, tmp_path / "a.root", *arguments) == 2
    assert message in one_line_error(capsys)
    assert list(tmp_path.iterdir()) == []


def test_no_such_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for model in ("numu_C13", str(tmp_path / "none.pt")):
        assert sample.main(["--model", model, "--out", str(tmp_path / "a.root")]) == 2
        message = one_line_error(capsys)
        assert model in message
        assert all(name in message for name in archive.list_models() if "/" not in model)


def test_broken_models(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = toy.read_bytes()
    broken = {"empty": b"", "random": bytes(range(256)) * 40, "truncated": whole[: len(whole) // 2]}
    for name, content in broken.items():
        model = tmp_path / f"{name}.pt"
        model.write_bytes(content)
        assert run(model, tmp_path / "a.root") == 2
        assert f"{name}.pt" in one_line_error(capsys)
    assert not (tmp_path / "a.root").exists()


def test_no_cuda(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    device = f"cuda:{torch.cuda.device_count()}"
    assert run(toy, tmp_path / "a.root", "--device", device) == 2
    assert "cuda" in one_line_error(capsys).lower()


def test_existing_output(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.root"
    out.write_bytes(b"precious")
    assert run(toy, out, "-n", "10") == 2
    assert "exists; give another name or --force" in one_line_error(capsys)
    assert out.read_bytes() == b"precious"
    assert run(toy, out, "-n", "10", "--force", "--quiet") == 0
    assert len(read(out)["iev"]) == 10


def test_missing_folder(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(toy, tmp_path / "nowhere" / "a.root") == 2
    assert "there is no folder" in one_line_error(capsys)


def test_more_than_the_disk_holds(small_disk: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(toy, small_disk / "a.root", "-n", "2e9") == 2
    message = one_line_error(capsys)
    assert "2,000,000,000 events take at least 64 GB" in message
    assert "0.0042 GB free" in message or "0.00419 GB free" in message
    assert list(small_disk.iterdir()) == []


def test_disk_fills_up(small_disk: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(toy, small_disk / "a.root", "-n", "120000") == 2
    assert "a.root: no space left on device" in one_line_error(capsys)
    assert list(small_disk.iterdir()) == []


def test_unwritable_folder(small_disk: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert run(toy, small_disk / "a.root", "-n", "10") == 2
    assert "a.root: read-only file system" in one_line_error(capsys)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_run_leaves_a_valid_file(
    tmp_path: Path, toy: Path, number: signal.Signals, code: int
) -> None:
    out = tmp_path / "a.root"
    command = [sys.executable, "-m", "nugan_hep.sample", "--model", str(toy), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "-n", "1e7", "--threads", "1", "--chunk", "5000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not any(part.stat().st_size > 1_000_000 for part in tmp_path.glob(".a.root.*.part")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not out.exists()
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == code, stderr
    assert list(tmp_path.iterdir()) == [out]
    numbers = read(out)["iev"]
    np.testing.assert_array_equal(numbers, np.arange(len(numbers)))
    assert len(numbers) % 5000 == 0
    assert 0 < len(numbers) < 10**7
    assert metadata(out)["events"] == len(numbers)
    assert f"{len(numbers):,} events in" in stdout
    assert stderr == f"nugan-sample: interrupted after {len(numbers):,} of 10,000,000 events\n"


def without_torch(*arguments: str, **environment: str) -> str:
    """Output of the command in a process that must not import torch."""
    code = "import sys; sys.modules['torch'] = None; from nugan_hep import sample; sys.exit(sample.main())"
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=True,
    )
    return result.stdout


def test_list_models(tmp_path: Path) -> None:
    about = {
        "format_version": 1,
        "name": "numubar_Ar40",
        "probe": -14,
        "target": 1000180400,
        "interaction": "CC inclusive",
        "enu_range": [0.5, 20],
        "latent_size": 50,
        "shift": 0.0098,
    }
    with zipfile.ZipFile(tmp_path / "numubar_Ar40.pt", "w") as file:
        file.writestr("numubar_Ar40/extra/nugan.json", json.dumps(about))
    (tmp_path / "broken.pt").write_bytes(b"no archive")
    lines = without_torch("--list-models", NUGAN_MODELS_PATH=str(tmp_path)).splitlines()
    rows = [line.split() for line in lines]
    assert ["numubar_Ar40", "gan", "-", "-14", "1000180400", "-", "0.5", "to", "20"] in rows
    assert rows[0][:4] == ["model", "family", "hadrons", "probe"]
    assert any(line.startswith("broken: unreadable: ") for line in lines)
    if SHIPPED:
        about = archive.read_metadata(archive.find_model(archive.DEFAULT_MODEL))
        trained = f"{about['training']['data']['events']:,}"
        row = [archive.DEFAULT_MODEL, about["family"], "yes", "14", "1000060120", trained, "0.3", "to", "10"]
        assert row in rows


def test_version() -> None:
    versions = [importlib.metadata.version(name) for name in ("nugan-hep", "torch")]
    assert without_torch("--version") == "nugan-hep {} (torch {})\n".format(*versions)


def test_help_has_units_and_examples() -> None:
    text = without_torch("--help")
    for part in ("GeV", "rad", "1e-38 cm2/nucleon", "nugan-sample -n 5e6", "exit codes", "--flux", "5 %"):
        assert part in text


def test_vertices_need_a_format_that_holds_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.root"
    assert sample.main(["--format", "nuisance", "--energy", "1", "--vertex", "0,0,1", "--out", str(out)]) == 2
    assert "no place for vertices" in capsys.readouterr().err
    assert not out.exists()


def test_a_flux_named_for_another_neutrino(
    tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be meant: a warning, and the file knows."""
    with uproot.recreate(tmp_path / "flux.root") as file:
        for name in ("numubar", "numu"):
            file[name] = np.histogram([1.0, 2.0], bins=2)
    arguments = ("--flux-units", "/bin", "-n", "10", "--force")
    for name, pdg in (("numubar", -14), ("numu", 14)):
        out = tmp_path / f"{name}.root"
        assert run(toy, out, "--flux", f"{tmp_path / 'flux.root'}:{name}", *arguments) == 0
        warning = "" if pdg == 14 else "flux flux.root:numubar is named for numubar, the probe is numu\n"
        assert capsys.readouterr().err == (warning and f"nugan-sample: warning: {warning}")
        assert metadata(out)["flux"]["named_for"] == pdg
        assert run(toy, out, "--flux", f"{tmp_path / 'flux.root'}:{name}", *arguments, "--quiet") == 0
        assert capsys.readouterr().err == ""
