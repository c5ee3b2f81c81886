"""Drawing the hadrons of events whose lepton is given.

Every event has its own row of uniform numbers, and each number its own use (docs/hadrons.md): an event
does not depend on the events beside it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep.families.flow import spline
from nugan_hep.hadrons import cube, eta, features, species
from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.network import Chain, chains_of

MODE, WORD, COUNT, MISSING_ENERGY, MISSING_MOMENTUM, SQUARE, AZIMUTH, STEP = 0, 1, 2, 7, 8, 9, 10, 11
"""Columns of the uniform numbers; from ``STEP`` on three for each hadron, then two for each eta."""


def columns(hadrons: int, etas: int = 0) -> int:
    """Uniform numbers that an event with so many hadrons uses at most."""
    return STEP + 3 * hadrons + 2 * etas


def all_columns(model: HadronModel) -> int:
    """Uniform numbers that any event may use."""
    etas = max(word.count(species.ETA) for word in model.frame.words)
    return columns(most_hadrons(model), etas)


def most_hadrons(model: HadronModel) -> int:
    return int(model.word_size.max()) + sum(model.frame.most)


def draw(logits: Tensor, uniform: Tensor) -> Tensor:
    """The class [N] whose part of the cumulative distribution holds each uniform number [N]."""
    cumulative = torch.softmax(logits.double(), dim=1).cumsum(1)
    chosen = (uniform.unsqueeze(1) >= cumulative / cumulative[:, -1:]).sum(1)
    # the last class may be forbidden, and uniform so near to 1 that the sum passes it by
    allowed = torch.isfinite(logits)
    last = allowed.shape[1] - 1 - allowed.flip(1).long().argmax(1)
    return torch.minimum(chosen, last)


def _topology(model: HadronModel, lep: features.Lepton, uniform: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    net, x = model.net.topology, features.of_lepton(lep)
    mode = draw(net.mode_logits(x), uniform[:, MODE])
    hidden = net.hidden(x, mode)
    logits = net.logits(0, hidden, None).masked_fill(~model._words_allowed(lep.omega), -math.inf)
    word = draw(logits, uniform[:, WORD])
    left = model._after_word(word, lep.omega)
    counts = torch.zeros(len(mode), len(species.COUNTED), dtype=torch.int64)
    for j in range(len(species.COUNTED)):
        logits = net.logits(j + 1, hidden, model._before(word, counts, j + 1))
        counts[:, j] = draw(logits.masked_fill(~model._allowed(j, *left), -math.inf), uniform[:, COUNT + j])
        left = model._after_count(j, counts[:, j], *left)
    return mode, word, counts


class _Drawing:
    """Draws the variables of a chain one after another."""

    def __init__(self, chain: Chain, inputs: Tensor) -> None:
        self.chain, self.hidden = chain, chain.hidden(inputs)
        self.known = torch.zeros(len(inputs), chain.known[-1])
        self.next = self.seen = 0

    def skip(self, found: Tensor) -> None:
        """Take in what is found out after a variable, and pass by the next one."""
        size = found.shape[1]
        part = slice(self.seen, self.seen + size)
        normal = self.chain.normalise_known
        self.known[:, part] = ((found - normal.mean[part]) * normal.scale[part]).clamp(-8.0, 8.0)
        self.seen += size
        self.next += 1

    def __call__(self, uniform: Tensor, found: Tensor | None) -> Tensor:
        """The next variable [N] in [0, 1]; ``found`` [N, F] is what came of the variable before."""
        if found is not None:
            self.skip(found)
        raw = self.chain.parameters_of(self.next, self.hidden, self.known)
        return spline.quantile(raw.double(), uniform)


def _remnant(
    model: HadronModel,
    lep: features.Lepton,
    mode: Tensor,
    word: Tensor,
    counts: Tensor,
    n: Tensor,
    uniform: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """E_miss [N], energy [N] and momentum [N, 3] of all hadrons."""
    contents, masses, baryons = model._contents(word, counts)
    available = lep.omega + baryons * species.NUCLEON_MASS
    largest = available - masses
    inputs = features.of_remnant(lep, contents, masses, largest)
    missing, momentum = torch.zeros_like(lep.q), torch.zeros(len(n), 3, dtype=torch.float64)
    for k, chain in enumerate(chains_of(model.net.remnants)):
        rows = ((mode == k) & (n > 0)).nonzero()[:, 0]
        if len(rows) == 0:
            continue
        u, q, single = uniform[rows], lep.q[rows], n[rows] == 1
        draw_next = _Drawing(chain, inputs[rows])
        unit = draw_next(u[:, MISSING_ENERGY], None)
        e = cube.missing_energy(unit, largest[rows], model.centre[mode[rows]], model.width[mode[rows]])
        energy = available[rows] - e
        most = torch.sqrt(((energy - masses[rows]) * (energy + masses[rows])).clamp(min=0.0))
        low, high = cube.missing_momentum_bounds(q, most, single)
        unit = draw_next(u[:, MISSING_MOMENTUM], features.of_missing_energy(e, unit))
        r = cube.missing_momentum(unit, low, high)
        lower, upper = cube.square_bounds(q, r, most)
        unit = draw_next(u[:, SQUARE], features.of_missing_momentum(r, low, energy, lower, upper))
        square = torch.where(single, most * most, lower + unit * (upper - lower))
        unit = draw_next(u[:, AZIMUTH], features.of_square(torch.where(single, 0.0, unit), square))
        p = cube.hadron_momentum(q, r, square, 2.0 * math.pi * (unit - 0.5))
        missing[rows], momentum[rows] = e, p
    return missing, available - missing, momentum


def _listed(model: HadronModel, word: Tensor, counts: Tensor, n: Tensor) -> tuple[Tensor, Tensor]:
    """Kinds and masses [N, L] in the order of an event; L is the largest number of hadrons."""
    place = torch.arange(max(int(n.max()), 1)).expand(len(n), -1)
    size = model.word_size[word].unsqueeze(1)
    ends = torch.cumsum(torch.cat([size, counts], dim=1), dim=1)
    kind = (place.unsqueeze(2) >= ends.unsqueeze(1)).sum(2)
    longest = model.word_masses.shape[1]
    own = model.word_masses[word].gather(1, place.clamp(max=longest - 1))
    mass = torch.where(kind == 0, own, model.counted[:, 0][(kind - 1).clamp(0, 4)])
    return kind, mass


def _emissions(
    model: HadronModel,
    lep: features.Lepton,
    mode: Tensor,
    word: Tensor,
    counts: Tensor,
    n: Tensor,
    missing: Tensor,
    energy: Tensor,
    total: Tensor,
    uniform: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Momenta [N, L, 3], kinds and masses [N, L] of hadrons that have ``energy`` and ``total`` together."""
    kind, mass = _listed(model, word, counts, n)
    momenta = torch.zeros(len(n), kind.shape[1], 3, dtype=torch.float64)
    contents = model._contents(word, counts)[0]
    left, energy = total.clone(), energy.clone()
    for k in range(kind.shape[1]):
        last = (n == k + 1).nonzero()[:, 0]
        momenta[last, k] = left[last]
        rows = (n > k + 1).nonzero()[:, 0]
        if len(rows) == 0:
            continue
        here, others = left[rows], n[rows] - k - 1
        own, m = kind[rows, k], mass[rows, k]
        rest = torch.where(torch.arange(kind.shape[1]) < n[rows].unsqueeze(1), mass[rows], 0.0)[
            :, k + 1 :
        ].sum(1)
        remaining = torch.zeros(len(rows), features.CLASSES, dtype=torch.float64)
        for c in range(features.CLASSES):
            remaining[:, c] = (
                (kind[rows, k:] == c) & (torch.arange(k, kind.shape[1]) < n[rows].unsqueeze(1))
            ).sum(1)
        before = torch.full_like(m, math.inf)
        previous = earlier = torch.zeros(len(rows), 3, dtype=torch.float64)
        if k > 0:
            previous = momenta[rows, k - 1]
            alike = (kind[rows, k - 1] == own) & (mass[rows, k - 1] == m)
            before = torch.where(alike, torch.sqrt((previous * previous).sum(1) + m * m), before)
        if k > 1:
            earlier = momenta[rows, k - 2]
        state = cube.Left(
            energy[rows],
            torch.sqrt((here * here).sum(1)),
            m,
            rest,
            others.double(),
            (remaining.gather(1, own.unsqueeze(1))[:, 0] == others + 1.0) & (own > 0),
            before,
        )
        axes = cube.local_axes(here)
        inputs = features.of_step(
            features.Lepton(*(column[rows] for column in lep)),
            missing[rows],
            total[rows],
            here,
            axes,
            state.energy,
            m,
            rest,
            torch.stack(cube.kinetic_bounds(state), dim=1),
            mode[rows],
            contents[rows],
            remaining,
            own,
            previous,
            earlier,
        )
        step = model._kind_of_step(own, others)
        t, p = torch.zeros_like(m), torch.zeros_like(here)
        for number, chain in enumerate(chains_of(model.net.steps)):
            some = (step == number).nonzero()[:, 0]
            if len(some) == 0:
                continue
            u = uniform[rows[some], STEP + 3 * k : STEP + 3 * k + 3]
            part = cube.Left(*(column[some] for column in state))
            draw_next = _Drawing(chain, inputs[some])
            unit = draw_next(u[:, 0], None)
            t_some = cube.kinetic(unit, part)
            most = cube.opening_bound(t_some, part)
            over = part.energy - part.mass - part.rest - t_some
            known = features.of_kinetic(unit, t_some, part.mass, most, over)
            if number % 2 == 1:
                draw_next.skip(known)
                unit, y = torch.zeros_like(t_some), cube.pair_opening(t_some, part)
            else:
                unit = draw_next(u[:, 1], known)
                y = cube.opening(unit, t_some, part)
            unit = draw_next(u[:, 2], features.of_opening(unit, y, t_some, part.mass, part.momentum))
            frame = (axes[0][some], axes[1][some], axes[2][some])
            t[some] = t_some
            p[some] = cube.emitted(t_some, y, 2.0 * math.pi * (unit - 0.5), part.mass, frame)
        momenta[rows, k] = p
        left[rows] = here - p
        energy[rows] = energy[rows] - m - t
    return momenta, kind, mass


@torch.inference_mode()
def sample(model: HadronModel, enu: Tensor, emu: Tensor, cos: Tensor, uniform: Tensor) -> Batch:
    """Hadrons of leptons [N] (GeV, cosine) for uniform numbers [N, at least :func:`columns`], float64."""
    lep = features.lepton(enu, emu, cos, model.frame.lepton_mass)
    mode, word, counts = _topology(model, lep, uniform)
    n = model.word_size[word] + counts.sum(1)
    missing, energy, total = _remnant(model, lep, mode, word, counts, n, uniform)
    momenta, kind, mass = _emissions(model, lep, mode, word, counts, n, missing, energy, total, uniform)
    inside = torch.arange(kind.shape[1]) < n.unsqueeze(1)
    return Batch(
        enu,
        emu,
        cos,
        mode.to(torch.int8),
        word.to(torch.int16),
        counts.to(torch.uint8),
        n.to(torch.uint8),
        torch.cumsum(n, 0) - n,
        kind[inside].to(torch.int8),
        mass[inside],
        momenta[inside],
    )


def codes(model: HadronModel, batch: Batch) -> Tensor:
    """PDG codes of the hadrons of a batch, flat."""
    event = torch.repeat_interleave(torch.arange(len(batch)), batch.n.long())
    position = torch.arange(len(event)) - batch.first[event]
    longest = model.word_codes.shape[1]
    other = model.word_codes[batch.word.long()[event], position.clamp(max=longest - 1)]
    kind = batch.kind.long()
    return torch.where(kind == 0, other, torch.tensor(species.COUNTED)[(kind - 1).clamp(min=0)])


@torch.inference_mode()
def particles(model: HadronModel, batch: Batch, uniform: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Hadrons per event [N], PDG codes [H] and momenta [H, 3] with every eta as its two photons."""
    code, n = codes(model, batch), batch.n.long()
    event = torch.repeat_interleave(torch.arange(len(n)), n)
    rows = (code == species.ETA).nonzero()[:, 0]
    repeats = torch.ones_like(code)
    repeats[rows] = 2
    source = torch.repeat_interleave(torch.arange(len(code)), repeats)
    momentum, new = batch.momentum.double()[source], code[source]
    owner = event[rows]
    # the number of an eta among those of its event
    order = torch.arange(len(rows)) - torch.searchsorted(owner, owner)
    column = STEP + 3 * n[owner] + 2 * order
    drawn = torch.stack([uniform[owner, column], uniform[owner, column + 1]], dim=1)
    first, second = eta.decay(batch.momentum.double()[rows], drawn)
    place = torch.cumsum(repeats, 0) - repeats
    momentum[place[rows]], momentum[place[rows] + 1] = first, second
    new[place[rows]] = new[place[rows] + 1] = species.PHOTON
    count = n.index_add(0, owner, torch.ones_like(owner))
    return count, new, momentum
