from __future__ import annotations

from pathlib import Path
from typing import Any

import hist as hist_package
import make_model
import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep import Sampler, _core, archive, hist, observables
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output import Run, formats

Columns = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    """A small network with random weights, 0.3 to 10 GeV, whose cross section is 0.7 E."""
    path = make_model.write_model(tmp_path_factory.mktemp("models") / "toy.pt")
    return Sampler(path, threads=1)


@pytest.fixture(scope="module")
def columns(sampler: Sampler) -> Columns:
    events = sampler.sample(uniform=(0.5, 4.0), n=30_000, seed=3)
    return {**events, "wght": 0.5 + np.arange(30_000) % 5}


def write(path: Path, form: str, columns: Columns, **known: Any) -> Path:
    with formats.create(form, path, Run(14, {1000060120: 1.0}, **known)) as writer:
        for first in range(0, len(columns["Ev"]), 7000):
            writer.write({name: values[first : first + 7000] for name, values in columns.items()})
    return path


def test_weights_and_errors_are_those_of_numpy(columns: Columns) -> None:
    h = hist.fill(columns, "Q2", bins=(20, 0, 4))
    wanted, edges = np.histogram(columns["Q2"], 20, (0, 4), weights=columns["wght"])
    squares, _ = np.histogram(columns["Q2"], 20, (0, 4), weights=columns["wght"] ** 2)
    assert isinstance(h, hist_package.Hist)
    np.testing.assert_allclose(h.axes[0].edges, edges)
    np.testing.assert_allclose(h.values(), wanted)
    np.testing.assert_allclose(h.variances(), squares)
    plain = hist.fill(columns, "Q2", bins=(20, 0, 4), weighted=False)
    np.testing.assert_array_equal(plain.values(), np.histogram(columns["Q2"], 20, (0, 4))[0])


@pytest.mark.parametrize("form", list(formats.FORMATS))
def test_files_of_all_formats(tmp_path: Path, columns: Columns, form: str) -> None:
    few = {name: values[:2000] for name, values in columns.items()}
    path = tmp_path / f"a{formats.FORMATS[form].suffixes[0]}"
    write(path, form, few, sigma=1.0, energy=4.0)
    for name in ("p", "cos_theta"):
        found, wanted = (hist.fill(source, name, bins=(9, 0.011, 0.913)) for source in (path, few))
        # formats of particles give back the last digits of float32 only
        np.testing.assert_allclose(found.values(), wanted.values(), atol=0 if form == "gst" else 5)
        assert found.sum(flow=True).value == pytest.approx(few["wght"].sum())


def test_several_observables(columns: Columns) -> None:
    bins = {"p": 30, "cos_theta": [-1, 0, 0.6, 1]}
    h = hist.fill(columns, "p", "cos_theta", bins=bins)
    assert h.axes.name == ("pl", "cthl")
    assert h.shape == (30, 3)
    edges = [axis.edges for axis in h.axes]
    wanted, *_ = np.histogram2d(columns["pl"], columns["cthl"], edges, weights=columns["wght"])
    np.testing.assert_allclose(h.values(), wanted)
    assert hist.fill(columns, "p", "x", bins=4).shape == (4, 4)


OF_LEPTONS = [
    name for name, one in observables.OBSERVABLES.items() if one.ends and one.columns != ("particles",)
]


@pytest.mark.parametrize("name", OF_LEPTONS)
def test_usual_axes(columns: Columns, name: str) -> None:
    """They hold the events, but for what this network of random weights does that no muon does."""
    with_beam = {**columns, "pxv": 0 * columns["Ev"], "pyv": 0 * columns["Ev"], "pzv": columns["Ev"]}
    with_beam["neu"] = np.full(len(columns["Ev"]), 14)
    h = hist.fill(with_beam, name, weighted=False)
    axis = h.axes[0]
    assert axis.name == name
    assert axis.size == 50
    assert axis.label == observables.OBSERVABLES[name].title
    if name not in ("x", "W", "Q2", "pt", "pz"):
        assert h.sum().value > 0.9 * len(columns["Ev"])


def test_axes_follow_the_energies_of_the_file(tmp_path: Path, columns: Columns) -> None:
    flux = Flux([0.2, 1.0, 3.5, 9.0], [1.0, 2.0, 0.0])
    path = write(tmp_path / "a.npz", "npz", columns, flux=flux, sigma=1.0)
    assert hist.fill(path, "enu").axes[0].edges[-1] == 3.5
    write(tmp_path / "b.npz", "npz", columns, energy=2.0, sigma=1.0)
    assert hist.fill(tmp_path / "b.npz", "enu").axes[0].edges[-1] == 2.0
    # elastic and backward, on a nucleon of 0.5 GeV: s - M^2 = 2 E (1.064 + 0.5) GeV, (s - M^2)^2/s = 5.49
    assert hist.fill(tmp_path / "b.npz", "Q2").axes[0].edges[-1] == 5.5


@pytest.mark.parametrize("enu", [0.3, 1.0, 2.5, 10.0])
@pytest.mark.parametrize("form", ["gst", "npz", "parquet"])
def test_events_of_one_energy_are_inside(tmp_path: Path, sampler: Sampler, form: str, enu: float) -> None:
    """float32 energies beside the axis' end, 0.3 above and 0.1 below it; their integral is sigma."""
    events = sampler.sample(enu=enu, n=500, seed=2)
    path = tmp_path / f"a{formats.FORMATS[form].suffixes[0]}"
    write(path, form, events, sigma=0.7 * enu, energy=enu)
    for name in ("Ev", "El", "pzv", "omega", "cthl", "thetal", "phil", "y"):
        assert hist.fill(path, name, bins=7).sum().value == 500, name
        h = hist.fill(path, name, cross_section=True)
        assert np.sum(h.values() * h.axes[0].widths) == pytest.approx(0.7 * enu), name
    assert hist.fill(sampler, "enu", n=500, enu=enu).values()[-1] == 500
    assert hist.fill(path, "Ev", "pzv").values()[-1, -1] == 500


def test_a_beam_against_the_axis(sampler: Sampler) -> None:
    """Momenta of minus the energy, rounded to below the axis' first edge."""
    columns = {"pzv": np.full(40, -0.3, np.float32), "Ev": np.full(40, 0.3, np.float32)}
    assert columns["pzv"][0].astype("f8") < -0.3
    h = hist.fill(columns, "pzv", bins=4)  # to 10 GeV, without a run
    assert h.sum().value == 40
    run = write_run(columns["pzv"], 0.3)
    assert run.values()[0] == 40


def write_run(pzv: NDArray[Any], highest: float) -> Any:
    """A histogram over the usual axis of a run of one energy."""
    axis = hist._axis("pzv", None, highest)
    h = hist_package.Hist(axis)
    h.fill(hist._onto(axis, pzv.astype("f8")))
    return h


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint16, np.float32, np.float64, bool])
def test_numbers_of_any_kind(kind: Any) -> None:
    """Whole numbers at both ends of the axis of y, 0 and 1."""
    h = hist.fill({"y": np.array([0, 1, 1, 0, 1]).astype(kind)}, "y")
    assert (h.values()[0], h.values()[-1], h.sum().value) == (2, 3, 5)


def test_what_is_beyond_stays_beyond() -> None:
    """The ends are closed for rounding alone; -999 is no W; bins of the user's are those of hist."""
    w = {"W": np.array([-999.0, 1.0, 1.2, -999.0], np.float32)}
    h = hist.fill(w, "W")
    assert (h.sum().value, h.values(flow=True)[0]) == (2, 2)
    y = {"y": np.array([1.0, 1.00001, -1e-5])}
    h = hist.fill(y, "y")
    assert (h.values()[-1], h.values(flow=True)[0], h.values(flow=True)[-1]) == (1, 1, 1)
    h = hist.fill(y, "y", bins=(50, 0, 1))
    assert (h.sum().value, h.values(flow=True)[-1]) == (0, 2)


@pytest.mark.skipif("numu_C12_inc" not in archive.list_models(), reason="no model numu_C12_inc")
@pytest.mark.parametrize("enu", [0.3, 0.5, 1.0, 3.0, 10.0])
def test_usual_axes_hold_the_events_of_a_model(enu: float) -> None:
    """But for the tail of x, which has no end in a nucleus, and W of events that have none."""
    events = Sampler("numu_C12_inc", threads=1).sample(enu=enu, n=20_000, seed=1)
    sampled = {**events, "pxv": 0 * events["Ev"], "pyv": 0 * events["Ev"], "pzv": events["Ev"], "neu": 14}
    for name in OF_LEPTONS:
        axis = hist._axis(name, None, enu)
        values = hist._onto(axis, observables.values(name, sampled))
        outside = np.mean((values < axis.edges[0]) | (values >= axis.edges[-1]))
        assert outside <= {"x": 0.05, "W": 0.002}.get(name, 0.0), name


def test_derived_observables(columns: Columns) -> None:
    wanted = {
        "omega": columns["Ev"].astype("f8") - columns["El"],
        "pt": np.hypot(columns["pxl"], columns["pyl"]),
        "pz": columns["pzl"],
        "tl": columns["El"] - 0.1056583755,
        "q3": np.sqrt(
            columns["pxl"].astype("f8") ** 2
            + columns["pyl"].astype("f8") ** 2
            + (columns["Ev"].astype("f8") - columns["pzl"]) ** 2
        ),
    }
    process = _core.Process(14, 1000060120)
    for name, values in wanted.items():
        tolerance = 1e-4 if name == "q3" else 2e-6  # from Q2 in float32
        np.testing.assert_allclose(observables.values(name, columns, process), values, atol=tolerance)


@pytest.mark.parametrize("name", ["dpt", "topology", "n_p", "Eavail"])
def test_observables_of_hadrons_need_particles(columns: Columns, name: str) -> None:
    with pytest.raises(UserError, match="needs particles; the events have iev"):
        hist.fill(columns, name)


def test_selections_need_particles_and_a_name(columns: Columns) -> None:
    with pytest.raises(UserError, match="CC0pi needs particles; the events have"):
        hist.fill(columns, "Q2", selection="CC0pi")
    with pytest.raises(UserError, match="unknown selection 'CC9pi'; there are 0pi0p"):
        hist.fill(columns, "Q2", selection="CC9pi")


def test_kinetic_energy_of_any_lepton(columns: Columns) -> None:
    """By the neutrino and the current of each event, or the process of all."""
    n = len(columns["El"])
    masses = {14: 0.1056583755, -12: 0.00051099895, 16: 1.77693}
    neu = np.resize([*masses], n).astype(np.int32)
    expected = columns["El"] - np.array([masses[one] for one in neu.tolist()])
    np.testing.assert_allclose(observables.values("tl", {**columns, "neu": neu}), expected, atol=1e-6)
    neutral = observables.values("tl", {**columns, "neu": neu, "cc": np.zeros(n, bool)})
    np.testing.assert_allclose(neutral, columns["El"], atol=1e-6)
    electrons = observables.values("tl", columns, _core.Process(12, 1000060120))
    np.testing.assert_allclose(electrons, columns["El"] - masses[-12], atol=1e-6)
    with pytest.raises(UserError, match="tl needs the lepton's mass: expected the column neu"):
        hist.fill(columns, "tl")


@pytest.mark.parametrize("form", ["gst", "parquet"])
def test_cross_section_of_a_file(tmp_path: Path, columns: Columns, form: str) -> None:
    """The integral over all bins, and what is beyond, is the mean cross section."""
    path = write(tmp_path / f"a{formats.FORMATS[form].suffixes[0]}", form, columns, sigma=0.83, energy=4.0)
    h = hist.fill(path, "Q2", bins=[0, 0.1, 0.5, 2.0], cross_section=True)
    view = h.view(flow=True)
    integral = np.sum(h.values() * h.axes[0].widths) + view["value"][0] + view["value"][-1]
    assert integral == pytest.approx(0.83)
    inside = (columns["Q2"] >= 0.1) & (columns["Q2"] < 0.5)
    weights = columns["wght"][inside]
    assert h.values()[1] == pytest.approx(0.83 * weights.sum() / columns["wght"].sum() / 0.4, rel=1e-6)
    assert h.variances()[1] / h.values()[1] ** 2 == pytest.approx(np.sum(weights**2) / weights.sum() ** 2)
    assert "GeV$^2$/nucleon" in h.label


def test_double_differential_cross_section(columns: Columns) -> None:
    h = hist.fill(
        columns, "p", "cos_theta", bins={"p": (8, 0, 20), "cos_theta": 5}, cross_section=True, sigma=2.0
    )
    assert np.sum(h.values() * h.axes.widths[0] * h.axes.widths[1]) == pytest.approx(2.0)


def test_sampler_at_one_energy(sampler: Sampler) -> None:
    h = hist.fill(sampler, "El", n=20_000, seed=5, enu=2.0, cross_section=True)
    assert h.axes[0].edges[-1] == 2.0
    assert np.sum(h.values() * h.axes[0].widths) == pytest.approx(0.7 * 2.0)


def test_sampler_with_a_flux(sampler: Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hist, "CHUNK", 3000)
    flux = Flux([1.0, 2.0, 4.0], [3.0, 1.0])
    h = hist.fill(sampler, "enu", bins=[1, 2, 4], n=40_000, flux=flux, cross_section=True)
    # integrals of 0.7 E times the flux, over the flux of 3 + 2
    wanted = 0.7 * np.array([3 * 1.5, 6.0]) / 5 / np.array([1, 2])
    np.testing.assert_allclose(h.values(), wanted, rtol=0.03)
    events = sampler.sample(n=40_000, flux=flux)
    counts = hist.fill(sampler, "enu", bins=[1, 2, 4], n=40_000, flux=flux).values()
    np.testing.assert_array_equal(counts, np.histogram(events["Ev"], [1, 2, 4])[0])


def test_bins_may_be_an_axis(columns: Columns) -> None:
    axis = hist_package.axis.Regular(5, 0.1, 10, transform=hist_package.axis.transform.log, name="energy")
    h = hist.fill(columns, "El", bins=axis)
    assert h.axes[0] == axis


def test_it_can_be_plotted(columns: Columns) -> None:
    import matplotlib.pyplot as plt
    import mplhep

    h = hist.fill(columns, "W", cross_section=True, sigma=1.0)
    figure, axes = plt.subplots()
    mplhep.histplot(h, ax=axes)
    figure.canvas.draw()
    assert axes.get_xlabel() == "$W$ [GeV]"
    plt.close(figure)


def test_unknown_observable(columns: Columns) -> None:
    with pytest.raises(UserError, match=r"unknown observable 'Q3'; there are Ev, El, .*cos_theta"):
        hist.fill(columns, "Q3")
    with pytest.raises(UserError, match=r"unknown observable 'p2'"):
        hist.fill(columns, "p", bins={"p2": 3})


@pytest.mark.parametrize("bins", [0, -3, (5, 2, 1), (5, 1), [1], [2, 1, 0], "ten", [0, float("nan")], True])
def test_bad_bins(columns: Columns, bins: Any) -> None:
    with pytest.raises(UserError, match=r"bins of Q2 = .*: expected a number, \(bins, low, high\), rising"):
        hist.fill(columns, "Q2", bins=bins)


def test_bins_of_others(columns: Columns) -> None:
    with pytest.raises(UserError, match="bins of pl: expected some of Q2"):
        hist.fill(columns, "Q2", bins={"p": 3})
    with pytest.raises(UserError, match="bins of several observables"):
        hist.fill(columns, "Q2", "W", bins=(3, 0, 1))


def test_missing_column(columns: Columns) -> None:
    with pytest.raises(UserError, match=r"omega needs El; the events have Ev"):
        hist.fill({"Ev": columns["Ev"]}, "omega")
    with pytest.raises(UserError, match="vtxx has no usual range"):
        hist.fill(columns, "vtxx")


def test_no_cross_section(tmp_path: Path, columns: Columns, sampler: Sampler) -> None:
    path = write(tmp_path / "a.npz", "npz", columns)
    for source, options in ((columns, {}), (path, {}), (sampler, {"n": 10})):
        with pytest.raises(UserError, match="no mean cross section: expected events of a flux"):
            hist.fill(source, "Q2", cross_section=True, **options)
    with pytest.raises(UserError, match="no events with weights above 0"):
        hist.fill({k: v[:0] for k, v in columns.items()}, "Q2", cross_section=True, sigma=1.0)


def test_bad_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such file"):
        hist.fill(tmp_path / "none.root", "Q2")
    (tmp_path / "a.csv").write_text("1")
    with pytest.raises(UserError, match=r"unknown suffix '\.csv'"):
        hist.fill(tmp_path / "a.csv", "Q2")


def test_arguments_that_contradict_each_other(columns: Columns, sampler: Sampler) -> None:
    flux = Flux([1, 2], [1])
    cases: list[tuple[Any, tuple[str, ...], dict[str, Any], str]] = [
        (columns, (), {}, "expected one observable or more"),
        (columns, ("Q2",), {"n": 5}, "go with a sampler"),
        (columns, ("Q2",), {"cross_section": True, "weighted": False}, "needs the weights"),
        (sampler, ("Q2",), {}, "the number of events, is missing"),
        (sampler, ("Q2",), {"n": 5, "enu": 1.0, "flux": flux}, "not both"),
    ]
    for source, names, options, message in cases:
        with pytest.raises(ValueError, match=message):
            hist.fill(source, *names, **options)
