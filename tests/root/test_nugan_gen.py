"""nugan-gen against nugan-sample: the same options, the same events; and what it refuses."""

from __future__ import annotations

import json
import math
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from nugan_hep import flux_readers
from nugan_hep.output import formats
from nugan_hep.output.atomic import new_file
from nugan_hep.output.run import Run

pytestmark = pytest.mark.root
Columns = dict[str, NDArray[Any]]
Gen = Callable[..., subprocess.CompletedProcess[str]]

FORMATS = ("gst", "rootracker", "rntuple")


@pytest.fixture(scope="module")
def fluxes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same flux as text and as histograms, and files that are no fluxes."""
    folder = tmp_path_factory.mktemp("fluxes")
    edges = np.array([0.2, 0.5, 1.0, 3.0])
    contents = np.array([0.1, 0.32, 0.2])
    rows = "\n".join(f"{low} {high} {v}" for low, high, v in zip(edges, edges[1:], contents, strict=False))
    (folder / "flux.txt").write_text(f"# low  high  flux [/m2/1e4POT]\n{rows}\n")
    with uproot.recreate(folder / "flux.root") as file:
        for name, title, values in [
            ("near/numu", "/m^{2}/10^{4}POT", contents),
            ("numubar", "/m^{2}/10^{4}POT", contents),
            ("untitled", "Events", contents),
            ("negative", "/m^{2}/10^{4}POT", -contents),
        ]:
            histogram = uproot.writing.identify.to_TH1x(
                fName=name.split("/")[-1], fTitle="", data=np.r_[0, values, 0].astype("f8"), fEntries=3.0,
                fTsumw=1.0, fTsumw2=1.0, fTsumwx=1.0, fTsumwx2=1.0, fSumw2=None,
                fXaxis=uproot.writing.identify.to_TAxis(
                    fName="xaxis", fTitle="E [GeV]", fNbins=3, fXmin=0.2, fXmax=3.0, fXbins=edges),
                fYaxis=uproot.writing.identify.to_TAxis(
                    fName="yaxis", fTitle=title, fNbins=1, fXmin=0.0, fXmax=1.0),
            )  # fmt: skip
            file[name] = histogram
        file["plane"] = np.histogram2d([1.0], [1.0])
    (folder / "damaged.root").write_bytes((folder / "flux.root").read_bytes()[:200])
    (folder / "words.txt").write_text("nothing but words\n")
    return folder


@pytest.fixture
def nugan_gen(gen: Path, models: Path) -> Gen:
    def call(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [os.fspath(gen), *map(str, arguments)]
        surroundings = {**os.environ, "NUGAN_MODELS_PATH": str(models), **environment}
        return subprocess.run(
            command, capture_output=True, text=True, errors="surrogateescape", check=False, env=surroundings
        )

    return call


def events_of(form: str, path: Path) -> tuple[Run, Columns]:
    with formats.read(form, path) as reader:
        chunks = list(reader.chunks)
        return reader.run, {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


CASES = {
    "plain": "-n 1234",
    "one energy": "-n 2e3 --energy 1.0 --seed 18446744073709551615",
    "range": "-n 2000 --uniform 0.5 3 --chunk 333 --threads 2",
    "text": "-n 2000 --flux {fluxes}/flux.txt --probe numu --target C",
    "weighted": "-n 2000 --flux {fluxes}/flux.root:near/numu --weighted --beam-dir 1,1,-3",
    "unit": "-n 500 --flux {fluxes}/flux.root:untitled --flux-units /cm2/1e21POT/bin --model numu_Ar40_inc",
    "exposure": "--flux {fluxes}/flux.root --exposure 1.1e21,0.04 --time 1e-6",
    "mixture": "-n 5000 --flux {fluxes}/flux.txt --probe 14 --target C12=0.3,Ar40=0.7 --chunk 777 "
    "--vertex -1:1,0:2,3 --time 0:9.6e-6 --beam-dir 0,-0.101,0.995",
    "first": "-n 900 --first 2e6 --chunk 250 --seed 7",
    "first of a mixture": "-n 900 --first 1234 --energy 1 --probe 14 --target C12=0.3,Ar40=0.7 "
    "--beam-dir 0,1,1",
    "first and exposure": "--first 5000 --flux {fluxes}/flux.root --exposure 1.1e21,0.04",
    "torch": "-n 700 --backend torch --energy 2",
}


@pytest.mark.parametrize(
    ("case", "form"),
    [(case, "gst") for case in CASES]
    + [(case, form) for form in FORMATS[1:] for case in ("weighted", "exposure", "mixture")],
)
def test_same_options_same_events(
    tmp_path: Path, nugan_gen: Gen, models: Path, fluxes: Path, case: str, form: str
) -> None:
    """Both programs' files, read by the same reader: all columns bit by bit, and the run."""
    words = [*CASES[case].format(fluxes=fluxes).split(), "--format", form]
    done = nugan_gen(*words, "--out", tmp_path / "gen.root")
    assert (done.returncode, done.stderr) == (0, "")
    command = [sys.executable, "-m", "nugan_hep.sample", *words, "--out", str(tmp_path / "sample.root")]
    environment = {**os.environ, "NUGAN_MODELS_PATH": str(models)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    (ours, columns), (theirs, expected) = (
        events_of(form, tmp_path / name) for name in ("gen.root", "sample.root")
    )
    assert columns.keys() == expected.keys()
    for name, values in expected.items():
        assert columns[name].dtype == values.dtype
        np.testing.assert_array_equal(columns[name], values, err_msg=name)
    # the same code describes the run
    ours_about, theirs_about = ours.as_dict(), theirs.as_dict()
    assert [*ours_about] == [*theirs_about]
    differing = {name for name, value in theirs_about.items() if ours_about[name] != value}
    assert differing <= {"program", "command", "time"}


@pytest.mark.parametrize("form", FORMATS)
def test_file_does_not_depend_on_chunks(tmp_path: Path, nugan_gen: Gen, form: str) -> None:
    tables = []
    for chunk, threads in (("100", "1"), ("99999", "2")):
        out = tmp_path / f"{chunk}.root"
        arguments = ["-n", "12345", "--chunk", chunk, "--threads", threads, "--format", form, "--out", out]
        assert nugan_gen(*arguments).returncode == 0
        tables.append(events_of(form, out)[1])
    for name, values in tables[0].items():
        np.testing.assert_array_equal(values, tables[1][name])


@pytest.mark.parametrize("form", FORMATS)
def test_jobs_of_a_campaign(tmp_path: Path, nugan_gen: Gen, fluxes: Path, form: str) -> None:
    """Jobs of one seed that go on where the other ended hold the events of one long run, bit by bit."""
    words = ["--flux", fluxes / "flux.txt", "--format", form, "--vertex", "0:1,2,3", "--chunk", "170"]
    found = []
    for first, n in ((0, 1000), (0, 300), (300, 699), (999, 1)):
        out = tmp_path / f"{first}-{n}.root"
        assert nugan_gen(*words, "--first", first, "-n", n, "--out", out).returncode == 0
        run, columns = events_of(form, out)
        assert run.metadata["first"] == first
        found.append(columns)
    for name, values in found[0].items():
        np.testing.assert_array_equal(
            np.concatenate([part[name] for part in found[1:]]), values, err_msg=name
        )


@pytest.mark.parametrize("compression", ["zstd:1", "zstd:9", "lz4", "zlib:1", "none"])
def test_compression(tmp_path: Path, nugan_gen: Gen, compression: str) -> None:
    out = tmp_path / "a.root"
    assert nugan_gen("-n", "3000", "--compression", compression, "--out", out).returncode == 0
    with uproot.open(out) as file:
        used = file["gst"]["El"].compression
        assert (used is None) == (compression == "none")
        if used is not None:
            name, _, level = compression.partition(":")
            assert (used.name.lower(), used.level) == (name, int(level or 1))


def test_flux_of_a_histogram_is_that_of_python(tmp_path: Path, nugan_gen: Gen, fluxes: Path) -> None:
    """The histogram in a folder, found by the probe alone."""
    out = tmp_path / "a.root"
    assert nugan_gen("-n", "10", "--flux", fluxes / "flux.root", "--out", out).returncode == 0
    flux = events_of("gst", out)[0].flux
    expected = flux_readers.read_flux(fluxes / "flux.txt").between(0.3, 10)
    assert flux is not None
    assert flux.name == "flux.root:near/numu"
    np.testing.assert_allclose(flux.density, expected.density, rtol=1e-14)


BAD = {
    "-n 0": "argument -n: '0' is not a whole number of at least 1",
    "-n 3e9": "above 2,147,483,647",
    "-n": "expected one argument",
    "--energy 50": "energy 50 GeV is outside of the range",
    "--energy x": "argument --energy: 'x' is not a finite number above 0",
    "--uniform 3 1": "the first energy must not be above the second",
    "--uniform 3": "expected 2 arguments",
    "--uniform 3 nan": "'nan' is not a finite number above 0",
    "--energy 1 --uniform 1 2": "--uniform: not allowed with argument --energy",
    "--seed -1": "argument --seed: '-1' is not a whole number from 0 to 2^64 - 1",
    "--seed 18446744073709551616": "2^64 - 1",
    "--threads -1": "argument --threads",
    "--chunk 1e7": "above 1,000,000",
    "--first -1": "argument --first: '-1' is not a whole number of at least 0",
    "--first 0.5": "argument --first: '0.5' is not a whole number of at least 0",
    "--first 2147483640 -n 9": "-n 9 from --first 2,147,483,640 on: event numbers end at 2,147,483,647",
    "--probe nue --target CH": "no model of nue on hydrogen (H1); there is: nue on Ar40",
    "--probe numu --target C12=90,Ar40=10": "mass fraction 90 of 'C12'; expected fractions above 0",
    "--format hdf5": "format 'hdf5' is not one of gst, rootracker, nuhepmc",
    "--format nuhepmc --out a.hepmc3": "format nuhepmc is written by nugan-sample; nugan-gen has gst,",
    "--out a.npz": "format npz is written by nugan-sample; nugan-gen has gst, rootracker, nuisance, rntuple",
    "--compression brotli": "compression 'brotli' is not one of",
    "--compression zstd:0": "compression 'zstd:0'",
    "--device tpu": "argument --device: 'tpu' is not cpu, cuda or cuda:k",
    "--backend gpu": "argument --backend: 'gpu' is not one of auto, fused, torch",
    "--model nosuch": "no model 'nosuch'; there is: ",
    "--probe numu": "--probe goes with --target",
    "--probe numu --target Xx": "no element 'Xx'",
    "--probe numu --target Ti": "no model of numu on Ti48; there is:",
    "--probe numu --target C --model numu_C12_inc": "give it or --probe and --target, not both",
    "--weighted": "--weighted needs a flux",
    "--exposure 1e20,1": "--exposure needs a flux",
    "--exposure 1e20": "is not POT,MASS",
    "--flux {fluxes}/flux.txt --exposure 1e600,1": "is not POT,MASS",
    "--flux {fluxes}/flux.txt --exposure 1e20,1 --weighted": "not both",
    "--flux {fluxes}/flux.txt --exposure 1e20,1 -n 5": "argument -n: not allowed with argument --exposure",
    "--flux {fluxes}/flux.txt --exposure 1e30,1": "above 2,147,483,647",
    "--flux {fluxes}/flux.txt --exposure 1,1e-9": "this seed gives none",
    "--flux {fluxes}/flux.root:untitled": "has no flux unit",
    "--flux {fluxes}/flux.root:untitled --flux-units /GeV --exposure 1e20,1": "an exposure needs a flux per",
    "--flux {fluxes}/flux.root:negative": "expected a number of at least 0",
    "--flux {fluxes}/flux.root:nosuch": "no histogram nosuch; there is: near/numu",
    "--flux {fluxes}/flux.root:plane": "plane is a TH2D, expected a TH1",
    "--flux {fluxes}/flux.root --flux-units furlong": "flux units 'furlong'",
    "--flux {fluxes}/damaged.root": "cannot read flux",
    "--flux {fluxes}/words.txt": "words.txt, line 1: 'nothing but words' is no row of numbers",
    "--flux {fluxes}/flux.root:near/numu;7": "no cycle '7' of near/numu; there is: near/numu;1",
    "--flux {fluxes}/flux.root --flux-columns low,flux": "it is a ROOT file; --flux-columns (in Python",
    "--flux {fluxes}/flux.txt --flux-columns low,flux": "2 words, but the rows of",
    "--flux {fluxes}/flux.txt:numu": "it is no ROOT file and has no histogram numu",
    "--flux-columns low,flux": "--flux-columns needs a flux",
    "--flux {fluxes}/nosuch.root": "no such file",
    "--vertex 1,2": "--vertex '1,2'",
    "--time 2:1": "--time 2:1",
    "--beam-dir 0,0,0": "beam direction",
    "--colour": "unrecognized arguments: --colour",
    "-q": "unrecognized arguments: -q",
    "--quiet -xq": "unrecognized arguments: -x",
    "stray": "unrecognized arguments: stray",
    "--out nowhere/a.root": "there is no folder",
    "--out a.txt": "a.txt: unknown suffix '.txt', expected one of .root (gst",
}


@pytest.mark.parametrize("arguments", BAD)
def test_bad_input(
    tmp_path: Path, nugan_gen: Gen, fluxes: Path, arguments: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = nugan_gen(*arguments.format(fluxes=fluxes).split())
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert BAD[arguments].lower() in done.stderr.lower()
    assert done.stderr.startswith("nugan-gen: error: ")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--flux", "--flux-units", "--model", "--target", "--out"])
def test_empty_values_are_refused(tmp_path: Path, nugan_gen: Gen, option: str) -> None:
    """Those of a shell's variable that is not set."""
    done = nugan_gen("-n", "10", "--out", tmp_path / "a.root", option, "")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"argument {option}: an empty value" in done.stderr
    assert f"argument {option}: an empty value" in nugan_gen(f"{option}=").stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [b"a?b#c|d", b"caf\xe9", "naïve ν".encode()])
def test_odd_names_of_files(tmp_path: Path, nugan_gen: Gen, fluxes: Path, name: bytes) -> None:
    folder = os.fsencode(tmp_path)
    flux, out = (os.path.join(folder, name + end) for end in (b"_flux.root", b".root"))
    Path(os.fsdecode(flux)).write_bytes((fluxes / "flux.root").read_bytes())
    done = nugan_gen("-n", "10", "--flux", os.fsdecode(flux) + ":near/numu", "--out", os.fsdecode(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(os.listdir(folder)) == sorted([os.path.basename(flux), os.path.basename(out)])
    with open(out, "rb") as stream, uproot.open(stream) as file:
        assert file["gst"].num_entries == 10
        json.loads(str(file["nugan"]))


def test_folders_that_root_does_not_take(tmp_path: Path, nugan_gen: Gen) -> None:
    (tmp_path / "a#b").mkdir()
    done = nugan_gen("-n", "10", "--out", tmp_path / "a#b" / "a.root")
    assert done.returncode == 2
    assert "ROOT takes no folders with ?#| in their names" in done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["a#b"]


@pytest.mark.parametrize("form", FORMATS)
def test_files_that_may_not_grow(tmp_path: Path, nugan_gen: Gen, form: str) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    try:
        done = nugan_gen("-n", "60000", "--format", form, "--out", tmp_path / "a.root")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_command_in_the_background_ignores_ctrl_c(tmp_path: Path, gen: Path, models: Path) -> None:
    out = tmp_path / "a.root"
    process = subprocess.Popen(
        [str(gen), "-n", "400000", "--chunk", "20000", "--threads", "1", "--quiet", "--out", str(out)],
        env={**os.environ, "NUGAN_MODELS_PATH": str(models)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    while not any(tmp_path.glob(".a.root.*.part")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) == 0
    assert len(events_of("gst", out)[1]["Ev"]) == 400_000


def test_a_file_that_is_there_stays(tmp_path: Path, nugan_gen: Gen) -> None:
    out = tmp_path / "a.root"
    out.write_text("precious")
    done = nugan_gen("-n", "10", "--out", out)
    assert done.returncode == 2
    assert "exists; give another name or --force" in done.stderr
    assert out.read_text() == "precious"
    assert nugan_gen("-n", "10", "--out", out, "--force").returncode == 0
    assert len(events_of("gst", out)[1]["Ev"]) == 10
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(("form", "events"), [("gst", 120_000), ("rootracker", 80_000), ("rntuple", 125_000)])
def test_disk_fills_up(small_disk: Path, nugan_gen: Gen, form: str, events: int) -> None:
    done = nugan_gen("-n", "2e9", "--format", form, "--out", small_disk / "a.root")
    assert done.returncode == 2
    assert "2,000,000,000 events take at least" in done.stderr
    done = nugan_gen("-n", events, "--format", form, "--out", small_disk / "a.root")
    assert done.returncode == 2
    assert "no space left on device" in done.stderr.lower()
    assert done.stderr.count("\n") == 1
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("name", ["a.root", "b c.root", "a.b.root"])
def test_name_that_another_run_is_writing_is_refused(
    tmp_path: Path, nugan_gen: Gen, name: str, force: list[str]
) -> None:
    """Whichever of the two programs writes it."""
    with new_file(tmp_path / name) as stream:
        done = nugan_gen("-n", "10", "--out", tmp_path / name, *force)
        stream.write(b"first")
    assert done.returncode == 2
    assert f"is being written by another run (process {os.getpid()})" in done.stderr
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"first"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_run_leaves_a_valid_file(
    tmp_path: Path, gen: Path, models: Path, fluxes: Path, form: str, number: signal.Signals, code: int
) -> None:
    out = tmp_path / "a.root"
    command = [
        gen,
        "--flux",
        fluxes / "flux.txt",
        "--exposure",
        "4e24,1",
        "--threads",
        "1",
        "--chunk",
        "5000",
    ]
    environment = {**os.environ, "NUGAN_MODELS_PATH": str(models)}
    process = subprocess.Popen(
        [*map(str, command), "--format", form, "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not any(part.stat().st_size > 1_000_000 for part in tmp_path.glob(".a.root.*.part")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not out.exists()
    process.send_signal(number)
    try:
        stdout, stderr = process.communicate(timeout=15)
    except subprocess.TimeoutExpired:  # ROOT ignores an interrupt that comes while it writes to the file
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=90)
    assert process.returncode == code, stderr
    assert list(tmp_path.iterdir()) == [out]
    run, columns = events_of(form, out)
    n = len(columns["iev"])
    np.testing.assert_array_equal(columns["iev"], np.arange(n))
    requested = run.metadata["requested"]
    assert 0 < n < requested
    assert n % 5000 == 0
    assert run.metadata["events"] == n
    assert run.pot == pytest.approx(4e24 * n / requested)
    assert stderr == f"nugan-gen: interrupted after {n:,} of {requested:,} events\n"
    assert f"{n:,} events in" in stdout


def test_what_it_says_of_itself(nugan_gen: Gen, tmp_path: Path, models: Path) -> None:
    assert "ROOT 6." in nugan_gen("--version").stdout
    (tmp_path / "damaged.pt").write_bytes(b"not an archive")
    folders = f"{models}:{tmp_path}"
    listed = nugan_gen("--list-models", NUGAN_MODELS_PATH=folders).stdout
    assert listed.splitlines()[0].split()[:4] == ["model", "family", "hadrons", "probe"]
    assert re.search("^damaged: unreadable: ", listed, re.M)
    text = nugan_gen("--help").stdout
    assert all(word in text for word in ("--flux FILE[:HIST]", "GeV", "exit codes"))


def test_a_flux_of_another_neutrino_is_noticed(tmp_path: Path, nugan_gen: Gen, fluxes: Path) -> None:
    out, flux = tmp_path / "a.root", f"{fluxes / 'flux.root'}:numubar"
    done = nugan_gen("-n", "10", "--flux", flux, "--out", out)
    assert done.returncode == 0
    warning = "flux flux.root:numubar is named for numubar, the probe is numu"
    assert done.stderr == f"nugan-gen: warning: {warning}\n"
    run = events_of("gst", out)[0]
    assert run.flux is not None
    assert (run.flux.named_for, run.metadata["flux"]["named_for"]) == (-14, -14)
    assert nugan_gen("-n", "10", "--flux", flux, "--out", out, "--force", "--quiet").stderr == ""


def test_summary_has_the_cross_section(tmp_path: Path, nugan_gen: Gen, fluxes: Path) -> None:
    out = tmp_path / "a.root"
    done = nugan_gen("--flux", fluxes / "flux.txt", "--exposure", "1e20,1", "--out", out)
    with uproot.open(out) as file:
        about = json.loads(str(file["nugan"]))
    assert f"sigma {about['run']['sigma']:.4g} +- " in done.stdout
    assert f"{about['exposure']['expected']:,.6g} events expected" in done.stdout
    n, mean = about["events"], about["exposure"]["expected"]
    assert abs(n - mean) < 5 * math.sqrt(mean)
    assert nugan_gen("-n", "5", "--out", out, "--force", "--quiet").stdout == ""
    # 0.7 E, uniform from 1 to 3 GeV
    assert (
        "sigma 1.4 +- 0.014 x" in nugan_gen("-n", "5", "--uniform", "1", "3", "--out", out, "--force").stdout
    )
