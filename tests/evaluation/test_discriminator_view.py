"""What a discriminator says is drawn as it says it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from nugan_hep import _core, archive, families, kinematics
from nugan_hep.discriminator import load_networks
from nugan_hep.errors import UserError
from nugan_hep.evaluation import discriminator_view as views
from nugan_hep.families.gan.discriminator import Discriminator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import GanTrainingConfig, network_config
from nugan_hep.kinematics import Kinematics


class Angle(Discriminator):
    """Its logit is theta' plus an offset, whatever its weights."""

    offset = 0.0

    def forward(self, muon_proxy: torch.Tensor, enu_proxy: torch.Tensor) -> torch.Tensor:
        return muon_proxy[:, 1] + 0.01 * enu_proxy[:, 0] + self.offset


def networks(loss: str = "hce", offset: float = 0.0) -> views.Networks:
    config = GanTrainingConfig(loss=loss, dropout=0.0)
    torch.manual_seed(1)
    generator, discriminator = (kind(network_config(config)).eval() for kind in (Generator, Angle))
    discriminator.offset = offset
    return views.Networks("toy", _core.Process(14, 1000060120), config, generator, discriminator)


def true_events(n: int) -> Kinematics:
    rng = np.random.default_rng(4)
    return kinematics.from_proxies(
        np.full(n, -0.1), *rng.uniform(-0.9, 0.9, (2, n)), shift=0.004, mass=kinematics.MUON_MASS
    )


def test_probabilities_are_those_of_the_logits() -> None:
    events = true_events(3000)
    shown = views.view(networks(), 2.0, 20_000, 7, events)
    assert shown.label == r"toy, $L_\mathrm{HCE}$"
    assert shown.true is not None
    theta_proxy = 2 * np.sqrt(events.theta / np.pi) - 1
    expected = 1 / (1 + np.exp(-theta_proxy - 0.01 * -0.1))
    np.testing.assert_allclose(shown.true.probability, expected, atol=1e-6)
    np.testing.assert_array_equal(shown.true.w, kinematics.w(*events, kinematics.MUON_MASS))
    assert shown.generated.probability.shape == shown.generated.w.shape == (20_000,)
    # W and probability belong to the same events: at a fixed energy W falls with the angle
    np.testing.assert_array_less(shown.generated.w, np.sqrt(0.939**2 + 2 * 0.939 * 2.0))
    again = views.view(networks(), 2.0, 20_000, 7)
    np.testing.assert_array_equal(again.generated.probability, shown.generated.probability)
    assert again.true is None


def test_a_relativistic_discriminator_has_no_zero() -> None:
    one, other = (views.view(networks("relativistic", offset), 2.0, 5000, 7) for offset in (0.0, 3.0))
    np.testing.assert_allclose(one.generated.probability, other.generated.probability, atol=1e-6)
    logits = np.log(one.generated.probability / (1 - one.generated.probability))
    assert logits.mean() == pytest.approx(0.0, abs=1e-5)


def test_an_energy_that_the_networks_do_not_know() -> None:
    with pytest.raises(UserError, match=r"energy 11 GeV: outside of toy's range 0\.3 to 10 GeV"):
        views.view(networks(), 11.0, 10)


def drawn(rows: list[list[views.View]]) -> Figure:
    figure = views.figure_discriminator(rows)
    figure.savefig(io.BytesIO(), format="png")
    return figure


@pytest.mark.slow
def test_figure_has_a_column_for_each_energy_and_a_row_for_each_network() -> None:
    events = true_events(2000)
    rows = [
        [views.view(networks(loss), enu, 5000, 1, events) for enu in (0.35, 5.0)]
        for loss in ("heuristic", "hce")
    ]
    figure = drawn(rows)
    maps = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in maps] == [
        rf"toy, $L_\mathrm{{{loss}}}$, $E_\nu$ = {energy}"
        for loss in ("H", "HCE")
        for energy in ("350 MeV", "5 GeV")
    ]
    # columns share their axes
    assert maps[0].get_xlim() == maps[2].get_xlim()
    assert maps[1].get_ylim() == maps[3].get_ylim()
    assert figure.axes[0].get_title() == r"$E_\nu$ = 350 MeV"
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert len(labels) == 4
    assert labels[0].endswith("true")
    counts = np.ma.filled(maps[1].images[0].get_array().astype(float), np.nan)
    w = rows[0][1].generated.w
    inside = np.count_nonzero((w >= maps[1].get_xlim()[0]) & (w <= maps[1].get_xlim()[1]))
    assert 0.99 * inside < np.nansum(counts) <= inside
    assert inside > 100


def test_median_is_that_of_the_events_in_a_bin() -> None:
    """At a probability that rises with W as 0.4 + W/10, medians lie on that line."""
    w = np.linspace(0.8, 2.8, 50_001)
    judged = views.Judged(0.4 + 0.1 * w, w)
    x, y = views._medians(judged, np.linspace(0.8, 2.8, views.BINS + 1))
    np.testing.assert_allclose(y, 0.4 + 0.1 * x, atol=1e-4)
    few = views.Judged(judged.probability[:5], judged.w[:5])
    assert np.isnan(views._medians(few, np.linspace(0.8, 2.8, views.BINS + 1))[1]).all()


def test_a_blind_discriminator_and_undefined_masses_are_drawn() -> None:
    blind = views.Judged(np.full(100, 0.5), np.full(100, kinematics.W_UNDEFINED))
    figure = drawn([[views.View("blind", 1.0, blind, blind)]])
    low, high = figure.axes[0].get_xlim()
    assert low < 0.5 < high


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "models").glob("*.pt")), ids=lambda p: p.stem
)
def test_networks_of_the_shipped_models(path: Path) -> None:
    """A GAN's discriminator hardly tells its generator's events at 5 GeV from true ones."""
    if families.of_model(archive.read_metadata(path)).has_density:
        with pytest.raises(UserError, match=r"is a (flow|free nucleon), which has no discriminator"):
            load_networks(str(path))
        return
    probability = views.view(load_networks(str(path)), 5.0, 5000).generated.probability
    assert np.median(probability) == pytest.approx(0.5, abs=0.05)
