"""The code of docs/cpp.md that does without ROOT: the project, and the rest as one program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import page
import pytest
from building import run
from chain import TEXT_FLUX

import nugan_hep

pytestmark = pytest.mark.skipif(not set(nugan_hep.list_models()) >= page.MODELS, reason="no such models")


@pytest.mark.slow
def test_project(program: Callable[[str], Path]) -> None:
    assert len(page.cmake().splitlines()) <= 10
    flux = ([0.3, 0.5, 0.7, 0.9, 1.2, 2.0], [5.0, 10.0, 6.0, 2.0, 0.8])
    events = nugan_hep.Sampler("numu_C12_inc").sample(flux=flux, n=100_000, seed=7)
    forward = (events["cthl"] > 0.9397).mean()
    assert float(run(program("page_project")).stdout.split()[0]) == pytest.approx(forward, abs=5e-5)


@pytest.mark.slow
def test_fragments(program: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flux.txt").write_text(TEXT_FLUX)
    monkeypatch.chdir(tmp_path)
    done = run(program("page_fragments"))
    assert done.stderr.startswith("no model 'nosuch'")
    q2, expected, sigma, n = map(float, done.stdout.split())

    sampler = nugan_hep.Sampler("numu_C12_inc")
    rate = sampler.rate(tmp_path / "flux.txt", "/cm2/1e21POT/50MeV")
    assert (expected, sigma) == pytest.approx((rate.events(1e20, 1.0), rate.sigma), rel=1e-8)
    columns = [
        sampler.sample(uniform=(0.5, 2.0), n=100_000, seed=7),
        sampler.sample(enu=1.0, n=100_000, seed=7),
    ]
    of_carbon = sum(events["Q2"].sum(dtype=np.float64) for events in columns)
    assert of_carbon < q2 < of_carbon + 1000 * 2 * 1.5  # of 1,000 more events below 1.5 GeV: Q2 < 2 M E
    assert n == 1000
