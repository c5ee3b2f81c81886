"""What a file's description says of its events: process and cross section."""

from __future__ import annotations

from typing import Any

import pytest

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import Run

C12, AR40 = 1000060120, 1000180400


def run(sigma: float | None = 0.8, probe: int = 14, **metadata: Any) -> Run:
    return Run(probe, {C12: 1.0}, sigma, metadata=metadata)


def merged(*parts: Run) -> Run:
    return Run(parts[0].probe, {C12: 1.0}, parts=parts)


def test_mean_cross_section_is_per_nucleus() -> None:
    kind = run(0.5, model={"interaction": "CC quasielastic"}).kind(14, C12)
    assert (kind.process.name, kind.sigma) == ("CC quasielastic", 0.5)
    assert kind.cross_section(1.0) == kind.cross_section(9.0) == 12 * 0.5


def test_table_where_there_is_no_mean() -> None:
    kind = run(None, cross_section={"enu": [1, 3], "sigma": [0.6, 1.0]}).kind(14, C12)
    assert kind.sigma is None
    assert kind.cross_section(2.5) == pytest.approx(12 * 0.9)


def test_each_nucleus_of_a_mixture_has_its_own() -> None:
    table = {"enu": [1.0, 3.0], "sigma": [0.2, 0.4]}
    models = [{"target": C12, "sigma": 0.5}, {"target": AR40, "sigma": None, "cross_section": table}]
    mixture = Run(
        14, {C12: 0.5, AR40: 0.5}, 0.7, metadata={"models": models, "cross_section": {"enu": [9.0]}}
    )
    assert mixture.kind(14, C12).cross_section(1.0) == 12 * 0.5
    assert mixture.kind(14, AR40).cross_section(2.0) == pytest.approx(40 * 0.3)


def test_runs_put_together() -> None:
    """Weighted by their events; what one does not know, the whole does not."""
    qe, inclusive = ({"interaction": f"CC {word}"} for word in ("quasielastic", "inclusive"))
    kind = merged(run(0.5, events=300, model=qe), run(0.9, events=100, model=qe)).kind(14, C12)
    assert kind.process.channel == "quasielastic"
    assert kind.sigma == pytest.approx(0.6)
    kind = merged(run(0.5, events=300, model=qe), run(None, events=100, model=inclusive)).kind(14, C12)
    assert (kind.process.channel, kind.sigma, kind.cross_section(1.0)) == ("inclusive", None, 0.0)
    table = {"enu": [1.0, 3.0], "sigma": [0.2, 0.4]}
    two = [run(None, cross_section=table), run(None, cross_section=table | {"unit": "of another text"})]
    assert merged(*two).kind(14, C12).cross_section(2.0) == pytest.approx(12 * 0.3)
    two = [run(None, cross_section=table), run(None, cross_section=table | {"sigma": [0.2, 0.5]})]
    assert merged(*two).kind(14, C12).cross_section(2.0) == 0


@pytest.mark.parametrize(("probe", "target"), [(-14, C12), (12, C12), (14, AR40)])
def test_events_that_no_run_speaks_of(probe: int, target: int) -> None:
    kind = run(0.5, model={"interaction": "NC coherent"}).kind(probe, target)
    assert (kind.process.probe, kind.process.target, kind.process.name) == (probe, target, "CC inclusive")
    assert (kind.sigma, kind.cross_section(1.0)) == (None, 0.0)


def test_words_of_another_process() -> None:
    about = {"interaction": "of my own", "current": "NC", "channel": "coherent"}
    assert run(model=about).kind(14, C12).process.name == "NC coherent"
    with pytest.raises(UserError, match="channel 'elastic': expected one of inclusive"):
        run(model=about | {"channel": "elastic"}).kind(14, C12)


def test_descriptions_are_what_json_has() -> None:
    with pytest.raises(TypeError, match="expected what JSON has"):
        _core.kind_of([{"events": object()}], 14, C12)
