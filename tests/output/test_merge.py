"""Several descriptions become one: what adds up, what is averaged, and what cannot be put together."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from nugan_hep.errors import UserError
from nugan_hep.flux import ARBITRARY, PER_POT, Flux
from nugan_hep.output.merge import merge, notes
from nugan_hep.output.run import Run, from_dict

CARBON, ARGON = 1000060120, 1000180400
EDGES = [0.3, 1.0, 10.0]
FLUX = Flux(EDGES, [3e-11, 1e-12], PER_POT, "near")


def a_run(events: int | None = 100, seed: int = 1, **changes: Any) -> Run:
    known: dict[str, Any] = {"probe": 14, "targets": {CARBON: 1.0}, "sigma": 0.8, "sigma_error": 0.008}
    about = {"seed": seed, "command": f"nugan-sample --seed {seed}", "model": {"name": "a"}}
    return Run(**{**known, **changes}, metadata=about | ({} if events is None else {"events": events}))


def test_one_run_is_itself() -> None:
    run = a_run()
    assert merge([run]) is run


def test_runs_of_one_setting() -> None:
    settings = ((10, 1, 1e19), (30, 2, 3e19), (7, 3, 2e19))
    runs = [a_run(n, seed, flux=FLUX, pot=pot) for n, seed, pot in settings]
    run = merge(runs)
    assert (run.probe, run.targets, run.energy) == (14, {CARBON: 1.0}, None)
    assert (run.sigma, run.sigma_error) == (0.8, 0.008)
    assert run.pot == pytest.approx(6e19)
    assert run.metadata["events"] == 47
    assert run.metadata["model"] == {"name": "a"}
    assert run.flux is FLUX
    assert [part.metadata["seed"] for part in run.parts] == [1, 2, 3]
    assert notes(run) == []


def test_merged_runs_are_put_together_flat() -> None:
    one, two, three = (a_run(seed=seed, energy=1.0) for seed in (1, 2, 3))
    run = merge([merge([one, two]), three])
    assert [part.metadata["seed"] for part in run.parts] == [1, 2, 3]
    assert run.metadata["events"] == 300
    assert run.energy == 1.0


@pytest.mark.parametrize(
    ("events", "sigmas"),
    [((400, 200), (0.867, 0.568)), ((1, 999), (1.2, 0.3)), ((5, 5, 90), (0.5, 1.0, 2.0))],
)
def test_cross_section_is_the_average_over_the_neutrinos(
    events: tuple[int, ...], sigmas: tuple[float, ...]
) -> None:
    """Closed form: L_i = n_i / sigma_i neutrinos per area and nucleon make sum(L sigma) / sum(L)."""
    runs = [
        a_run(n, seed, sigma=s, sigma_error=0.01 * s, energy=1.0 + seed)
        for seed, (n, s) in enumerate(zip(events, sigmas, strict=True))
    ]
    run = merge(runs)
    luminosity = np.array(events) / sigmas
    expected = np.sum(luminosity * sigmas) / np.sum(luminosity)
    assert run.sigma == pytest.approx(expected, rel=1e-12)
    assert run.sigma_error == pytest.approx(0.01 * expected, rel=1e-12)
    assert run.energy is None
    assert run.flux is None


def test_exposures_of_two_neutrinos_give_the_beam_s_average() -> None:
    """Events drawn for one exposure: the flux-weighted mean of the cross sections comes out."""
    beams = [(14, 3e-8, 0.7), (-14, 1e-8, 0.2)]
    runs = [
        a_run(round(1e12 * flux * sigma), probe=probe, sigma=sigma, pot=1e20) for probe, flux, sigma in beams
    ]
    run = merge(runs)
    expected = sum(flux * sigma for _, flux, sigma in beams) / sum(flux for _, flux, _ in beams)
    assert run.sigma == pytest.approx(expected, rel=1e-3)
    assert run.probes == [14, -14]
    assert run.probe == 14
    assert any("right for beams one after the other" in note for note in notes(run))


def test_targets_by_neutrinos() -> None:
    runs = [a_run(300, sigma=0.6), a_run(100, sigma=0.4, targets={ARGON: 0.5, CARBON: 0.5})]
    targets = merge(runs).targets
    assert targets == pytest.approx({CARBON: (500 + 125) / 750, ARGON: 125 / 750})
    assert sum(targets.values()) == pytest.approx(1)


def test_fluxes_over_the_same_bins_are_averaged_by_pot() -> None:
    other = Flux(EDGES, [1e-11, 2e-12], PER_POT, "later")
    run = merge([a_run(flux=FLUX, pot=1e20), a_run(seed=2, flux=other, pot=3e20)])
    assert run.flux is not None
    np.testing.assert_allclose(run.flux.density, [1.5e-11, 1.75e-12])
    assert run.flux.name == "near + later"
    elsewhere = Flux([0.3, 2.0, 10.0], [1e-11, 2e-12], PER_POT)
    assert merge([a_run(flux=FLUX, pot=1e20), a_run(flux=elsewhere, pot=1e20)]).flux is None


def test_different_units_of_flux_are_refused() -> None:
    with pytest.raises(UserError, match="fluxes have the units cm-2 POT-1, arbitrary; expected one unit"):
        merge([a_run(flux=FLUX), a_run(flux=Flux(EDGES, [1.0, 1.0], ARBITRARY))])


def test_unknown_numbers_of_events() -> None:
    assert merge([a_run(None), a_run(None, 2)]).sigma == 0.8
    with pytest.raises(UserError, match="do not say how many events"):
        merge([a_run(None), a_run(None, probe=-14, sigma=0.3)])


def test_missing_exposure_and_repeated_seed_are_said() -> None:
    (note,) = notes(merge([a_run(pot=1e20), a_run(seed=2)]))
    assert "1 of 2 runs have no exposure: POT left out" in note
    (note,) = notes(merge([a_run(100), a_run(100, seed=2), a_run(100)]))
    assert "100 events occur more than once" in note


@pytest.mark.parametrize(
    ("intervals", "twice"),
    [
        ([(0, 100), (100, 50)], 0),
        ([(0, 100), (0, 200)], 100),
        ([(50, 100), (0, 60), (140, 20)], 20),
        ([(0, 300), (100, 50), (120, 100)], 150),
    ],
)
def test_event_numbers_that_overlap_are_said(intervals: list[tuple[int, int]], twice: int) -> None:
    runs = [a_run(events) for _, events in intervals]
    for run, (first, _) in zip(runs, intervals, strict=True):
        run.metadata["first"] = first
    found = notes(merge(runs))
    assert [text.split()[0] for text in found] == [str(twice)] * (twice > 0)


@pytest.mark.parametrize("count", [2, 3, 40])
def test_json_has_it_all_and_is_short(count: int) -> None:
    enu = np.linspace(0.3, 10, 100).tolist()
    table = {"mean": 0.8, "enu": enu, "sigma": [0.8] * 100, "unit": "", "error": 1.0}
    runs = [a_run(10 + seed, seed, flux=FLUX, pot=1e19 * (1 + seed)) for seed in range(count)]
    for run in runs:
        run.metadata["cross_section"] = table
    run = merge(runs)
    text = json.dumps(run.as_dict())
    again = from_dict(json.loads(text))
    assert again.as_dict() == json.loads(text)
    assert [part.as_dict() for part in again.parts] == [part.as_dict() for part in runs]
    assert [one["seed"] for one in json.loads(text)["runs"]] == list(range(count))
    assert len(text) < len(json.dumps(runs[0].as_dict())) + 200 * (count + 1)


def test_parts_that_differ_come_back() -> None:
    """What only some runs say, and a null, are not taken from the whole."""
    one, two = a_run(5, energy=1.0), a_run(6, 2, probe=-14, sigma=None, sigma_error=None)
    two.metadata["beam"] = {"vertex": None}
    run = merge([one, two])
    assert run.sigma is None
    again = from_dict(json.loads(json.dumps(run.as_dict())))
    assert [part.as_dict() for part in again.parts] == [one.as_dict(), two.as_dict()]


def test_mean_without_a_flux_is_that_of_the_events() -> None:
    runs = []
    for n, mean in ((100, 0.5), (300, 0.7)):
        run = a_run(n, n, sigma=None, sigma_error=None)
        run.metadata["cross_section"] = {"mean": mean, "error": 0.1 * mean, "enu": [0.3, 10], "sigma": [0, 1]}
        runs.append(run)
    about = merge(runs).metadata["cross_section"]
    assert about["mean"] == pytest.approx(0.65)
    assert about["error"] == pytest.approx(0.065)
    assert about["sigma"] == [0, 1]
