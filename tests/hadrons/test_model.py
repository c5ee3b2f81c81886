"""Density and sampling: they agree, conserve, and integrate to volumes known in closed form."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from torch import Tensor
from whole_events import CONTENTS, from_lists, particle_lists, random_model

from nugan_hep import species
from nugan_hep.families.flow import spline
from nugan_hep.hadrons import cube, dataset, features, sampling
from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.events import Whole
from nugan_hep.hadrons.model import HadronModel


def numbers(model: HadronModel, count: int, seed: int = 3) -> Tensor:
    columns = sampling.all_columns(model)
    random = torch.Generator().manual_seed(seed)
    return torch.rand(count, columns, generator=random, dtype=torch.float64)


def sampled(model: HadronModel, events: Whole, uniform: Tensor) -> Batch:
    return sampling.sample(
        model, *(torch.from_numpy(x) for x in (events.enu, events.emu, events.cos)), uniform
    )


def per_event(batch: Batch, values: Tensor) -> Tensor:
    """Sums over the hadrons of each event."""
    event = torch.repeat_interleave(torch.arange(len(batch)), batch.n.long())
    return torch.zeros(len(batch), *values.shape[1:], dtype=torch.float64).index_add(
        0, event, values.double()
    )


def test_energy_momentum_charge_and_baryons_are_conserved(model: HadronModel, events: Whole) -> None:
    """What the remnant gets follows from E_miss and p_miss as drawn, to 1e-9 GeV."""
    uniform = numbers(model, len(events))
    batch = sampled(model, events, uniform)
    lep = model.lepton(batch)
    drawn = model.draw_topology(lep, uniform)
    missing, _, total = model.draw_remnant(lep, *drawn, batch.n.long(), uniform)
    energy = per_event(batch, torch.sqrt((batch.momentum**2).sum(1) + batch.mass**2))
    _, _, baryons = model.contents(batch.word.long(), batch.counts)
    some = batch.n > 0
    left = lep.omega + baryons * species.NUCLEON_MASS - energy
    torch.testing.assert_close(left[some], missing[some], rtol=0, atol=1e-9)
    torch.testing.assert_close(per_event(batch, batch.momentum)[some], total[some], rtol=0, atol=1e-9)
    charge = model.words[batch.word.long(), 1] + batch.counts.double() @ model.counted[:, 1]
    z, a = model.charge - charge, model.baryons - baryons
    assert ((z >= 0) & (z <= a)).all()


def test_the_density_is_finite_and_knows_the_uniform_numbers(model: HadronModel, events: Whole) -> None:
    """The cumulative distributions at the sampled events give back the numbers that they came from."""
    uniform = numbers(model, len(events))
    batch = sampled(model, events, uniform)
    assert torch.isfinite(model.log_prob(batch)).all()
    drawn = model.draw_topology(model.lepton(batch), uniform)
    missing, _, _ = model.draw_remnant(model.lepton(batch), *drawn, batch.n.long(), uniform)
    for rows, chains, first in zip(
        model.rows(batch), (model.net.remnants, model.net.steps), (7, 11), strict=True
    ):
        repeats = torch.arange(len(rows.event)) - torch.searchsorted(rows.event, rows.event)
        wrong = []
        for k, chain in enumerate(chains):
            own = (rows.chain == k).nonzero()[:, 0]
            hidden, known = chain.hidden(rows.inputs[own]), chain.normalise_known(rows.known[own])
            for j in range(rows.units.shape[1]):
                raw = chain.parameters_of(j, hidden, known).double()
                found, _ = spline.cdf(raw, rows.units[own, j].double())
                column = first + 3 * repeats[own] + j
                given = uniform[rows.event[own]].gather(1, column.unsqueeze(1))[:, 0]
                use = rows.drawn[own, j]
                if first == 7:  # one number is all that are below the least E_miss
                    use = use & (missing[rows.event[own]] > cube.LEAST_MISSING + 1e-9)
                wrong.append((found - given).abs()[use])
        differences = torch.cat(wrong)
        # float32 coordinates; systems at their very threshold have no digits left
        assert differences.median() < 1e-6
        assert (differences > 1e-3).double().mean() < (0.001 if first == 7 else 0.1)


def test_an_event_does_not_depend_on_its_neighbours(model: HadronModel, events: Whole) -> None:
    uniform = numbers(model, len(events))
    whole = sampled(model, events, uniform)
    some = np.array([3, 77, 130, 599])
    few = sampled(model, events.take(some), uniform[some])
    part = whole.take(torch.from_numpy(some))
    assert torch.equal(few.n, part.n)
    torch.testing.assert_close(few.momentum, part.momentum, rtol=1e-5, atol=1e-5)


def test_real_events_lie_in_the_cube(model: HadronModel, events: Whole) -> None:
    batch, report = dataset.encoded(events, model)
    assert (report.read, report.rare, report.unbalanced) == (600, 0, 0)
    for rows in model.rows(batch):
        assert ((rows.units >= 0.0) & (rows.units <= 1.0)).all()
        assert torch.isfinite(rows.jacobian).all()
    assert torch.isfinite(model.log_prob(batch)).all()


@pytest.mark.parametrize("codes", [c for c in CONTENTS if c])
def test_sampled_hadrons_are_those_of_the_topology(codes: tuple[int, ...]) -> None:
    """A topology that is the only one seen is the only one drawn, where energy allows it."""
    events = from_lists(*particle_lists(50, 2, [codes]))
    model = random_model(events, spread=0.0)
    batch = sampled(model, events, numbers(model, 50))
    lep = model.lepton(batch)
    wanted = torch.tensor([codes.count(code) for code in species.COUNTED])
    most = torch.tensor(model.frame.most)
    assert (batch.counts <= most).all()
    assert (wanted == most).all()
    assert torch.isfinite(lep.q).all()


def phase_space(mass: float, parts: tuple[float, ...]) -> float:
    """∫ Π d³p/(2E) δ⁴ of two or three particles: π p*/M, and its integral over the mass of the rest."""
    if len(parts) == 2:
        a, b = parts
        square = (mass**2 - (a + b) ** 2) * (mass**2 - (a - b) ** 2)
        return math.pi * math.sqrt(max(square, 0.0)) / (2.0 * mass**2)
    first, rest = parts[0], parts[1:]
    low, high = sum(rest), mass - first

    def slice_of(m: float) -> float:
        return 2.0 * m * phase_space(mass, (first, m)) * phase_space(m, rest)

    return float(quad(slice_of, low, high)[0])


CASES = {
    "pi p": (211, 2212),
    "n p": (2112, 2212),
    "p p": (2212, 2212),
    "pi n p": (211, 2112, 2212),
    "p p p": (2212, 2212, 2212),
    "pi pi p": (211, 211, 2212),
    "gamma gamma p": (22, 22, 2212),
}


@pytest.mark.parametrize("name", CASES)
def test_flat_networks_fill_phase_space_of_the_closed_form(name: str) -> None:
    """The mean of 1/density over sampled events is the volume; listed in order it is that over n!."""
    codes, count = CASES[name], 40_000
    events = from_lists(*particle_lists(60, 5, [codes]))
    one = events.take(np.array([7]))
    model = random_model(events, spread=0.0)
    batch, _ = dataset.encoded(one, model)
    p, m = batch.momentum.double(), batch.mass
    energy, momentum = torch.sqrt((p * p).sum(1) + m * m).sum(), p.sum(0)
    mass = float(torch.sqrt(energy**2 - (momentum**2).sum()))
    # the steps alone, at given energy and momentum of the hadrons
    many = batch.take(torch.zeros(count, dtype=torch.int64))
    lep = model.lepton(many)
    uniform = numbers(model, count)
    word, counts, n = many.word.long(), many.counts.long(), many.n.long()
    lists = model.draw_emissions(
        lep,
        many.mode.long(),
        word,
        counts,
        n,
        torch.zeros(count, dtype=torch.float64),
        energy.expand(count).clone(),
        momentum.expand(count, 3).clone(),
        uniform,
    )
    new = replace(many, momentum=lists[0].reshape(-1, 3))
    energies = torch.full((count,), float(energy), dtype=torch.float64)
    rows = model.step_rows(new, lep, energies, momentum.expand(count, 3))
    density = torch.zeros(count, dtype=torch.float64).index_add(0, rows.event, rows.jacobian)
    twice = 2.0 * torch.sqrt((new.momentum**2).sum(1) + new.mass**2).reshape(count, -1)
    weight = torch.exp(-density) / twice.prod(1)
    volume, error = float(weight.mean()), float(weight.std() / math.sqrt(count))
    masses = tuple(float(x) for x in m)
    orders = math.prod(math.factorial(codes.count(code)) for code in set(codes))
    # pions and photons before others: an order that the bounds do not fill exactly is not cut
    expected = phase_space(mass, masses) / (orders if name in ("p p", "p p p") else 1)
    if name in ("pi pi p", "gamma gamma p"):
        ordered = lists[0].pow(2).sum(2)
        assert (ordered[:, 0] >= ordered[:, 1] - 1e-12).double().mean() > 0.7
        assert phase_space(mass, masses) / orders * 0.97 < volume < phase_space(mass, masses)
    else:
        assert error < 0.02 * expected
        assert volume == pytest.approx(expected, abs=4.0 * error)


@pytest.mark.parametrize("target", [1000010010, 1000060120, 1000180400])
@pytest.mark.parametrize("probe", [14, -14])
def test_no_remnant_is_negative_at_any_energy(probe: int, target: int) -> None:
    """From 300 MeV on, where most topologies are forbidden: nothing is not a number, all balances."""
    model = random_model(from_lists(*particle_lists(600, 1)), spread=1.0)
    charge, baryons = target // 10_000 % 1000 + (1 if probe > 0 else -1), target // 10 % 1000
    model.charge, model.baryons = float(charge), float(baryons)
    count = 4000
    enu = 0.3 + 0.7 * torch.rand(count, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    share = torch.rand(count, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    emu = model.frame.lepton_mass + share * (enu - 0.005 - model.frame.lepton_mass)
    cos = 2.0 * torch.rand(count, generator=torch.Generator().manual_seed(4), dtype=torch.float64) - 1.0
    batch = sampling.sample(model, enu, emu, cos, numbers(model, count))
    assert torch.isfinite(batch.momentum).all()
    charge = model.words[batch.word.long(), 1] + batch.counts.double() @ model.counted[:, 1]
    _, masses, baryons = model.contents(batch.word.long(), batch.counts)
    z, a = model.charge - charge, model.baryons - baryons
    assert (a >= 0).all()
    assert ((z >= 0) & (z <= a)).double().mean() > 0.999
    energy = per_event(batch, torch.sqrt((batch.momentum**2).sum(1) + batch.mass**2))
    assert (energy >= masses - 1e-9).all()
    assert torch.isfinite(model.log_prob(batch)).double().mean() > 0.999


def test_lepton_kinematics_in_closed_form() -> None:
    enu, emu, cos = (torch.tensor([x], dtype=torch.float64) for x in (3.0, 2.0, 0.9))
    mass = 0.1056583755
    lep = features.lepton(enu, emu, cos, mass)
    p = math.sqrt(4.0 - mass**2)
    q = np.array([-p * math.sqrt(1.0 - 0.81), 0.0, 3.0 - p * 0.9])
    assert float(lep.omega) == pytest.approx(1.0)
    assert float(lep.q) == pytest.approx(float(np.linalg.norm(q)))
    across = np.array([0.0, 0.0, 3.0]) - 3.0 * q[2] / (q @ q) * q
    assert float(lep.transverse) == pytest.approx(float(np.linalg.norm(across)))


def test_mirrored_events_have_mirrored_coordinates(model: HadronModel, events: Whole) -> None:
    batch, _ = dataset.encoded(events, model)
    there, back = model.rows(batch), model.rows(batch.reflected(torch.ones(len(batch), dtype=torch.bool)))
    for one, other in zip(there, back, strict=True):
        torch.testing.assert_close(one.units[:, :-1], other.units[:, :-1], rtol=0, atol=1e-6)
        inner = (one.units[:, -1] > 1e-3) & (one.units[:, -1] < 0.999)
        torch.testing.assert_close(one.units[inner, -1], 1.0 - other.units[inner, -1], rtol=0, atol=1e-5)
        torch.testing.assert_close(one.jacobian, other.jacobian)
