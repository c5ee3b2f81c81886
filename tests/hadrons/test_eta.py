"""Etas: joined from their photons, and back with energy and momentum."""

from __future__ import annotations

import math

import numpy as np
import torch
from whole_events import from_lists, particle_lists, random_model

from nugan_hep import species
from nugan_hep.hadrons import eta, sampling
from nugan_hep.hadrons.events import vocabulary

N = 2000


def photons(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    momentum = 2.0 * torch.randn(N, 3, generator=random, dtype=torch.float64)
    uniform = torch.rand(N, 2, generator=random, dtype=torch.float64)
    return (momentum, *eta.decay(momentum, uniform))


def test_a_decay_conserves_and_is_of_photons() -> None:
    momentum, first, second = photons(1)
    energy = torch.sqrt((momentum**2).sum(1) + eta.MASS**2)
    both = torch.sqrt((first**2).sum(1)) + torch.sqrt((second**2).sum(1))
    torch.testing.assert_close(both, energy, rtol=0, atol=1e-9)
    torch.testing.assert_close(first + second, momentum)


def test_a_decay_is_isotropic_at_rest() -> None:
    """The energy of a photon is flat between E (1 - beta)/2 and E (1 + beta)/2."""
    momentum, first, _ = photons(2)
    energy = torch.sqrt((momentum**2).sum(1) + eta.MASS**2)
    size = torch.sqrt((momentum**2).sum(1))
    share = (2.0 * torch.sqrt((first**2).sum(1)) - energy) / size
    assert abs(float(share.mean())) < 4.0 / math.sqrt(3.0 * N)
    counts = np.histogram(share.numpy(), 10, (-1.0, 1.0))[0]
    assert counts.sum() == N
    assert ((counts - N / 10) ** 2 / (N / 10)).sum() < 30.0


def test_photons_are_joined_where_their_mass_says_so() -> None:
    momentum, first, second = photons(3)
    owner = np.repeat(np.arange(N), 3)
    pdg = np.tile(np.array([22, 2212, 22], dtype=np.int32), N)
    p = torch.stack([first, momentum, second], dim=1).reshape(-1, 3).numpy()
    owner, pdg, p = eta.joined(owner, pdg, p)
    assert (pdg.reshape(N, 2) == [221, 2212]).all()
    np.testing.assert_allclose(p[0::2], momentum.numpy())
    assert (owner == np.repeat(np.arange(N), 2)).all()


def test_other_photons_stay() -> None:
    events = from_lists(*particle_lists(44, 2, [(22, 22, 2212)]))
    assert (events.pdg == 22).sum() + 2 * (events.pdg == 221).sum() == 88
    assert (events.pdg == 22).sum() > 60


def test_sampled_etas_become_photons_of_their_mass() -> None:
    """Two of one event have numbers of their own, and the others are as they were."""
    events = from_lists(*particle_lists(60, 2, [(221, 221, 2212), (221, 2112)]))
    assert {word for word in vocabulary(events) if word} == {(221, 221), (221,)}
    model = random_model(events)
    columns = sampling.all_columns(model)
    assert columns == 11 + 3 * (2 + sum(model.frame.most)) + 4
    uniform = torch.rand(60, columns, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    lepton = (torch.from_numpy(x) for x in (events.enu, events.emu, events.cos))
    batch = sampling.sample(model, *lepton, uniform)
    lepton = (torch.from_numpy(x) for x in (events.enu, events.emu, events.cos))
    _, n, codes, p = model.sample(*lepton, uniform)
    before = sampling.codes(model, batch)
    etas = before == species.ETA
    assert etas.any()
    assert int(n.sum()) == len(codes) == len(before) + int(etas.sum())
    assert torch.equal(codes[codes != species.PHOTON], before[~etas])
    torch.testing.assert_close(p[codes != species.PHOTON], batch.momentum[~etas])
    pairs = p[codes == species.PHOTON].reshape(-1, 2, 3)
    torch.testing.assert_close(pairs.sum(1), batch.momentum[etas])
    mass = torch.sqrt(torch.sqrt((pairs**2).sum(2)).sum(1) ** 2 - (pairs.sum(1) ** 2).sum(1))
    torch.testing.assert_close(mass, torch.full_like(mass, eta.MASS), rtol=0, atol=1e-6)
