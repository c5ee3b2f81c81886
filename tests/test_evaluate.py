"""The evaluate command, with a sampler that draws from the reference itself: a perfect model."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep import archive, evaluate, kinematics
from nugan_hep.evaluation import generated, reference

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "models" / "reference" / "numu_C12_inc.npz"
ABOUT = {
    "format_version": 1,
    "name": "numu_C12_inc",
    "probe": 14,
    "target": 1000060120,
    "interaction": "CC inclusive",
    "enu_range": [0.3, 10.0],
    "latent_size": 50,
    "shift": 0.004,
}


class PerfectSampler:
    """Muons from the (emu', theta') histogram of the reference; at mixed energies from that of all."""

    def __init__(
        self, model: Path, *, device: str = "cpu", threads: int = 0, lepton_only: bool = False
    ) -> None:
        self.counts = {sample.enu: sample.counts_2d for sample in reference.load(SHIPPED).samples}
        self.seeds: list[int] = []
        self.energies: list[NDArray[np.float64]] = []

    def sample(self, enu: NDArray[np.float64], seed: int) -> dict[str, NDArray[np.float32]]:
        self.seeds.append(seed)
        self.energies.append(enu)
        rng = np.random.default_rng(seed)
        fixed = float(enu[0]) if np.ptp(enu) == 0 else None
        counts = self.counts.get(fixed, self.counts[None])
        cell = rng.choice(counts.size, len(enu), p=counts.ravel() / counts.sum())
        emu, theta = (2 * (i + rng.uniform(0, 1, len(enu))) / 50 - 1 for i in np.divmod(cell, 50))
        events = kinematics.from_proxies(2 * (enu - 0.3) / 9.7 - 1, emu, theta, mass=kinematics.MUON_MASS)
        return dict(zip(("Ev", "El", "thetal"), (c.astype(np.float32) for c in events), strict=True))


@pytest.fixture
def sampler(monkeypatch: pytest.MonkeyPatch) -> list[PerfectSampler]:
    made: list[PerfectSampler] = []

    def make(*args: Any, **kwargs: Any) -> PerfectSampler:
        made.append(PerfectSampler(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr("nugan_hep.sampler.Sampler", make)
    monkeypatch.setattr("nugan_hep.evaluation.report.FLOOR_PAIRS", 1)  # most of the time goes into them
    return made


def model(folder: Path, **changes: Any) -> str:
    """A file with the metadata of a model and nothing else."""
    path = folder / "model.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/extra/nugan.json", json.dumps(ABOUT | changes))
    return str(path)


def events_file(path: Path, enu: NDArray[np.float64]) -> str:
    rng = np.random.default_rng(5)
    proxies = rng.uniform(-0.9, 0.9, (2, len(enu)))
    events = kinematics.from_proxies(2 * (enu - 0.3) / 9.7 - 1, *proxies, mass=kinematics.MUON_MASS)
    np.savez(path, enu=events.enu, emu=events.emu, theta=events.theta)
    return str(path)


def test_a_perfect_model_reaches_the_floor(
    tmp_path: Path,
    sampler: list[PerfectSampler],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("nugan_hep.evaluation.report.FLOOR_PAIRS", 2)
    # the truth is the reference itself, so only the model fluctuates, in 0.1M against 1M events
    expected = np.sqrt(2 / np.pi) * np.sqrt(1 / 1.1)
    out = tmp_path / "evaluation"
    assert evaluate.main(["--model", model(tmp_path), "-n", "1e5", "--no-figures", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""  # no bar where there is no terminal
    for label in ("All", "500 MeV", "1 GeV", "3 GeV", "5 GeV", "9 GeV", "paper", "All 3D"):
        assert label in printed.out
    document = json.loads((out / "metrics.json").read_text())
    assert document["n"] == 100_000
    for label, row in document["samples"].items():
        assert row["n_model"] == 100_000
        assert row["model"]["map_2d"] == pytest.approx(expected, abs=0.04), label
        assert row["model"]["emd"] == pytest.approx(row["floor"]["emd"], abs=0.03), label
    # the muons know nothing of the energy, which only the third dimension can tell
    assert document["samples"]["All"]["model"]["map_3d"] > 5
    assert document["samples"]["All"]["published"]["map_2d"] == 0.88
    assert [table["source"].split(", ")[1] for table in document["published"]] == ["Table 1", "Table II"]


@pytest.mark.heavy
def test_figures_and_page(tmp_path: Path, sampler: list[PerfectSampler]) -> None:
    out = tmp_path / "evaluation"
    assert evaluate.main(["--model", model(tmp_path), "-n", "1e4", "--out", str(out)]) == 0
    document = json.loads((out / "metrics.json").read_text())
    names = {file.name for file in out.iterdir()}
    assert len(names) == 15
    assert {
        "metrics.json",
        "report.html",
        "summary.png",
        "maps_uniform.png",
        "spectra_fixed_1GeV.png",
    } <= names
    assert not any(name.startswith(".") for name in names)
    html = (out / "report.html").read_text()
    assert html.count("<img ") == 13
    # the page shows what the figures' files hold, and the numbers of the table
    assert base64.b64encode((out / "summary.png").read_bytes()).decode() in html
    assert f"<td>{document['samples']['1 GeV']['floor']['emd']:.3f}</td>" in html


def test_seed_decides_and_chunks_differ(
    tmp_path: Path, sampler: list[PerfectSampler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generated, "CHUNK", 10_000)
    files = [events_file(tmp_path / f"{enu}.npz", np.full(500, enu)) for enu in (1.0, 3.0)]
    documents = []
    for seed, name in ((3, "a"), (3, "a"), (4, "b")):
        argv = ["--model", model(tmp_path), "-n", "10100", "--seed", str(seed), "--no-figures", "--force"]
        argv += ["--classifier", "0", "--reference", *files]
        assert evaluate.main([*argv, "--out", str(tmp_path / name)]) == 0
        documents.append(json.loads((tmp_path / name / "metrics.json").read_text())["samples"])
    assert documents[0] == documents[1] != documents[2]
    assert len(set(sampler[0].seeds)) == len(sampler[0].seeds) == 4
    assert {file.name for file in (tmp_path / "a").iterdir()} == {"metrics.json"}


@pytest.mark.slow
def test_energies_are_uniform_against_histograms(tmp_path: Path, sampler: list[PerfectSampler]) -> None:
    argv = ["--model", model(tmp_path), "-n", "1e5", "--no-figures", "--out", str(tmp_path / "out")]
    assert evaluate.main(argv) == 0
    enu = sampler[0].energies[0]
    counts, _ = np.histogram(enu, 97, (0.3, 10.0))
    assert np.abs(counts - counts.mean()).max() < 6 * np.sqrt(counts.mean())
    assert [float(e[0]) for e in sampler[0].energies[1:]] == [0.5, 1, 3, 5, 9]


def test_energies_follow_events(
    tmp_path: Path, sampler: list[PerfectSampler], capsys: pytest.CaptureFixture[str]
) -> None:
    enu = np.concatenate([np.linspace(0.4, 0.6, 3_000), np.linspace(4, 5, 1_000)])
    spread = events_file(tmp_path / "spread.npz", enu)
    fixed = events_file(tmp_path / "fixed.npz", np.full(500, 3.0))
    out = tmp_path / "out"
    argv = ["--model", model(tmp_path), "--reference", spread, fixed, "-n", "40000", "--out", str(out)]
    argv.append("--no-figures")
    assert evaluate.main(argv) == 0
    assert "kept 4,000" in capsys.readouterr().out
    drawn = sampler[0].energies[0]
    assert np.mean(drawn < 1) == pytest.approx(0.75, abs=0.02)
    assert np.all(np.isin(drawn, enu.astype(np.float32).astype(float)))
    document = json.loads((out / "metrics.json").read_text())
    assert list(document["samples"]) == ["All", "3 GeV"]
    assert document["samples"]["3 GeV"]["n_reference"] == 500


def test_files_of_the_same_energy_are_one_sample(tmp_path: Path, sampler: list[PerfectSampler]) -> None:
    files = [events_file(tmp_path / f"{k}.npz", np.full(700, 1.0)) for k in range(2)]
    argv = ["--model", model(tmp_path), "--reference", *files, "-n", "2000", "--no-figures"]
    assert evaluate.main([*argv, "--out", str(tmp_path / "out")]) == 0
    document = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert document["samples"]["1 GeV"]["n_reference"] == 1_400


def published(folder: Path) -> list[object]:
    document = json.loads((folder / "metrics.json").read_text())
    return [row["published"] for row in document["samples"].values()]


@pytest.mark.slow
def test_published_values_belong_to_the_references_process(
    tmp_path: Path, sampler: list[PerfectSampler]
) -> None:
    argv = ["-n", "2000", "--no-figures"]
    other = [*argv, "--model", model(tmp_path, name="other"), "--reference", str(SHIPPED)]
    assert evaluate.main([*other, "--out", str(tmp_path / "a")]) == 0
    assert all(published(tmp_path / "a"))
    # whose physics events show is not known, whatever the model is called
    events = events_file(tmp_path / "events.npz", np.full(500, 2.0))
    named = [*argv, "--model", model(tmp_path), "--reference"]
    assert evaluate.main([*named, events, "--out", str(tmp_path / "b")]) == 0
    assert evaluate.main([*named, str(SHIPPED), events, "--out", str(tmp_path / "c")]) == 0
    assert published(tmp_path / "b") == [None]
    assert published(tmp_path / "c") == [None] * 7


@pytest.mark.parametrize(
    ("name", "training", "map_2d", "table"),
    [
        ("numubar_C12_inc_10k_flow", {}, 1.26, "Table 3, transfer from 10k"),
        pytest.param("numubar_C12_inc", {}, 0.94, "Table 3, transfer from 100k", marks=pytest.mark.heavy),
        pytest.param(
            "numu_C12_alt",
            {"data": {"events": 10_000}},
            1.23,
            "Table 4, transfer from 10k",
            marks=pytest.mark.heavy,
        ),
        ("numu_C12_qe_gan", {}, 0.90, "Table I"),
    ],
)
def test_the_papers_row_fits_the_process_and_the_training_sample(
    tmp_path: Path,
    sampler: list[PerfectSampler],
    capsys: pytest.CaptureFixture[str],
    name: str,
    training: dict[str, Any],
    map_2d: float,
    table: str,
) -> None:
    argv = ["--model", model(tmp_path, name=name, training=training), "-n", "2000", "--no-figures"]
    assert evaluate.main([*argv, "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    document = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert document["samples"]["All"]["published"]["map_2d"] == map_2d
    assert f", {table}.\n" in printed
    assert "other than the papers' 1,000,000 against 1,000,000 (all rows)" in printed
    assert ("zero-shot" in printed) == (name != "numu_C12_qe_gan")


@pytest.mark.slow
def test_zero_shot_stands_beside_a_transfer(tmp_path: Path, sampler: list[PerfectSampler]) -> None:
    """The sampler that knows carbon alone is the zero-shot model, but for its statistics."""
    out = tmp_path / "out"
    argv = ["--model", model(tmp_path, name="numubar_C12_inc_10k"), "-n", "1e6", "--no-figures"]
    assert evaluate.main([*argv, "--out", str(out)]) == 0
    rows = json.loads((out / "metrics.json").read_text())["samples"]
    for row in rows.values():
        assert row["model"]["map_2d"] == pytest.approx(row["zero_shot"]["map_2d"], rel=0.02)
        assert row["model"]["emd"] == pytest.approx(row["zero_shot"]["emd"], rel=0.02)


@pytest.mark.slow
def test_the_classifier_knows_a_model_from_events(
    tmp_path: Path, sampler: list[PerfectSampler], capsys: pytest.CaptureFixture[str]
) -> None:
    """Once with events that are spread evenly over the proxies, once with the sampler's own."""
    enu = np.full(4_000, 1.0)
    even = events_file(tmp_path / "even.npz", enu)
    own = PerfectSampler(SHIPPED).sample(enu, seed=99)
    np.savez(tmp_path / "own.npz", enu=own["Ev"], emu=own["El"], theta=own["thetal"])
    argv = ["--model", model(tmp_path), "-n", "2000", "--no-figures", "--reference"]
    results = []
    for k, file in enumerate([even, str(tmp_path / "own.npz"), str(tmp_path / "own.npz")]):
        assert evaluate.main([*argv, file, "--out", str(tmp_path / str(k))]) == 0
        results.append(json.loads((tmp_path / str(k) / "metrics.json").read_text())["classifier"])
    assert results[0]["1 GeV"]["auc"] > 0.8
    assert results[0]["1 GeV"]["ess_fraction"] < 0.7
    assert results[1]["1 GeV"]["auc"] == pytest.approx(0.5, abs=4 * results[1]["1 GeV"]["auc_error"])
    assert results[1]["1 GeV"]["events"] == 2_000
    assert results[1] == results[2]
    assert "classifier, 1 GeV: AUC 0." in capsys.readouterr().out
    # fewer events than a network can learn from, or none wanted
    for number, said in (("999", True), ("0", False)):
        assert (
            evaluate.main([*argv, even, "--classifier", number, "--out", str(tmp_path / f"few{number}")]) == 0
        )
        assert json.loads((tmp_path / f"few{number}" / "metrics.json").read_text())["classifier"] == {}
        assert ("classifier, 1 GeV: too few events" in capsys.readouterr().out) is said


@pytest.mark.slow
def test_an_earlier_evaluation_is_replaced_by_force_only(
    tmp_path: Path, sampler: list[PerfectSampler], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    argv = ["--model", model(tmp_path), "--out", str(out), "-n", "2000"]
    for energy in (1.0, 3.0):
        events_file(tmp_path / f"{energy:g}.npz", np.full(500, energy))
    assert evaluate.main([*argv, "--reference", str(tmp_path / "1.npz")]) == 0
    figures = {"report.html", "summary.png", "maps_fixed_1GeV.png", "spectra_fixed_1GeV.png"}
    assert {file.name for file in out.iterdir()} == {"metrics.json", *figures}
    (out / "maps_of_mine.png").write_bytes(b"mine")
    before = (out / "metrics.json").read_bytes()
    capsys.readouterr()
    argv += ["--reference", str(tmp_path / "3.npz")]
    assert "holds metrics.json; give another --out or --force" in one_line_error(capsys, argv)
    assert (out / "metrics.json").read_bytes() == before
    assert evaluate.main([*argv, "--force"]) == 0
    figures = {"report.html", "summary.png", "maps_fixed_3GeV.png", "spectra_fixed_3GeV.png"}
    assert {file.name for file in out.iterdir()} == {"metrics.json", "maps_of_mine.png", *figures}
    assert evaluate.main([*argv, "--force", "--no-figures"]) == 0
    assert {file.name for file in out.iterdir()} == {"metrics.json", "maps_of_mine.png"}


def test_one_generated_event_is_no_crash(tmp_path: Path, sampler: list[PerfectSampler]) -> None:
    out = tmp_path / "out"
    assert evaluate.main(["--model", model(tmp_path), "-n", "1", "--no-figures", "--out", str(out)]) == 0
    row = json.loads((out / "metrics.json").read_text())["samples"]["All"]["model"]
    assert row["map_2d_no_tails"] is None
    assert row["emd"] > 1


def test_interruption_leaves_nothing(
    tmp_path: Path,
    sampler: list[PerfectSampler],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(self: PerfectSampler, enu: object, seed: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PerfectSampler, "sample", stop)
    out = tmp_path / "out"
    assert evaluate.main(["--model", model(tmp_path), "--out", str(out)]) == 130
    assert not out.exists()
    assert "interrupted" in capsys.readouterr().err


def one_line_error(capsys: pytest.CaptureFixture[str], argv: list[str]) -> str:
    assert evaluate.main(argv) == 2
    error = capsys.readouterr().err
    assert error.startswith("python -m nugan_hep.evaluate: error: ")
    assert error.count("\n") == 1
    return error


def test_unknown_model_and_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is" in one_line_error(capsys, ["--model", "no_such_model"])
    argv = ["--model", model(tmp_path, name="mine"), "--out", str(tmp_path / "out")]
    assert "numu_C12_inc" in one_line_error(capsys, argv)
    assert "missing.root" in one_line_error(capsys, [*argv, "--reference", "missing.root"])
    (tmp_path / "empty.npz").write_bytes(b"")
    assert "empty" in one_line_error(capsys, [*argv, "--reference", str(tmp_path / "empty.npz")])
    assert not (tmp_path / "out").exists()


def test_energies_outside_of_the_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["--model", model(tmp_path, enu_range=[0.5, 5.0])]
    assert "0.5 to 5 GeV" in one_line_error(capsys, argv)


def test_references_that_do_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["--model", model(tmp_path, shift=0.007)]
    assert "h2_s7" in one_line_error(capsys, argv)
    spread = events_file(tmp_path / "spread.npz", np.linspace(0.4, 9, 1_000))
    argv = ["--model", model(tmp_path), "--reference", spread, str(SHIPPED)]
    assert "do not fit together" in one_line_error(capsys, argv)


def test_output_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    for out in (file, file / "below"):
        one_line_error(capsys, ["--model", model(tmp_path), "--out", str(out)])
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "option", [["-n", "0"], ["-n", "many"], ["--seed", "-1"], ["--classifier", "-1"], ["--nonsense"]]
)
def test_bad_options(tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str]) -> None:
    one_line_error(capsys, ["--model", model(tmp_path), *option])


@pytest.mark.slow
def test_the_real_sampler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nugan_hep._core")
    monkeypatch.setattr("nugan_hep.evaluation.report.FLOOR_PAIRS", 1)
    argv = ["--model", archive.DEFAULT_MODEL, "-n", "20000", "--no-figures", "--out", str(tmp_path)]
    assert evaluate.main(argv) == 0
    rows = json.loads((tmp_path / "metrics.json").read_text())["samples"]
    assert len(rows) == 6
    for row in rows.values():
        assert row["floor"]["map_2d"] * 0.9 < row["model"]["map_2d"] < 2
