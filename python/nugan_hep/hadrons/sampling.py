"""Drawing the hadrons of events whose lepton is given.

Every event has its own row of uniform numbers, and each number its own use (docs/hadrons.md): an event
does not depend on the events beside it. The sampler scripts to TorchScript, which C++ runs.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep import species
from nugan_hep.hadrons import cube, eta, features
from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.conditions import Left, Lepton
from nugan_hep.hadrons.contents import Contents

WORD, COUNT, STEP = 1, 2, 11
"""Columns of the uniform numbers; from ``STEP`` on three for each hadron, then two for each eta."""


def draw(logits: Tensor, uniform: Tensor) -> Tensor:
    """The class [N] whose part of the cumulative distribution holds each uniform number [N]."""
    cumulative = torch.softmax(logits.double(), dim=1).cumsum(1)
    chosen = (uniform.unsqueeze(1) >= cumulative / cumulative[:, -1:]).long().sum(1)
    # the last class may be forbidden, and uniform so near to 1 that the sum passes it by
    allowed = torch.isfinite(logits).long()
    last = allowed.size(1) - 1 - allowed.flip(1).argmax(1)
    return torch.minimum(chosen, last)


class HadronSampler(Contents):
    """Topology, remnant and emission, drawn by uniform numbers [N, :func:`all_columns`] in float64."""

    def draw_topology(
        self, lep: Lepton, uniform: Tensor, word_column: int = WORD, count_column: int = COUNT
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Modes [N], entries of the vocabulary [N], counts [N, 5]."""
        # TorchScript knows a method of a module by its whole name alone
        x = features.of_lepton(lep)
        spare = self.spare(lep)
        logits = self.net.topology.mode_logits(x).masked_fill(~self.modes_allowed(spare), -math.inf)
        mode = draw(logits, uniform[:, 0])
        hidden = self.net.topology.hidden(x, mode)
        logits = self.net.topology.word_logits(hidden).masked_fill(~self.words_allowed(spare), -math.inf)
        word = draw(logits, uniform[:, word_column])
        neutrons, protons, energy = self.after_word(word, spare)
        counts = torch.zeros(mode.size(0), 5, dtype=torch.int64)
        for j in range(5):
            logits = self.net.topology.logits(j, hidden, self.before(word, counts, j))
            hadrons = self.word_size[word] + counts.sum(1)
            allowed = self.allowed(j, neutrons, protons, energy, hadrons)
            counts[:, j] = draw(logits.masked_fill(~allowed, -math.inf), uniform[:, count_column + j])
            neutrons, protons, energy = self.after_count(j, counts[:, j], neutrons, protons, energy)
        return mode, word, counts

    def draw_remnant(
        self, lep: Lepton, mode: Tensor, word: Tensor, counts: Tensor, n: Tensor, uniform: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """E_miss [N], energy [N] and momentum [N, 3] of all hadrons."""
        contents, masses, baryons = self.contents(word, counts)
        available = lep.omega + baryons * self.nucleon
        if self.free():
            all_energy, all_momentum = self.sum_of_free(lep, masses)
            return available - all_energy, all_energy, all_momentum
        largest = available - masses
        inputs = features.of_remnant(lep, contents, masses, largest)
        missing = torch.zeros_like(lep.q)
        momentum = torch.zeros(n.size(0), 3, dtype=torch.float64)
        for number, chain in enumerate(self.net.remnants):
            rows = ((mode == number) & (n > 0)).nonzero()[:, 0]
            if rows.size(0) > 0:
                single = n[rows] == 1
                arc = (self.centre[mode[rows]], self.width[mode[rows]])
                e, p = chain.drawn(  # type: ignore[operator]
                    inputs[rows], uniform[rows], lep.q[rows], available[rows], masses[rows], single, arc
                )
                missing[rows], momentum[rows] = e, p
        return missing, available - missing, momentum

    def listed(self, word: Tensor, counts: Tensor, n: Tensor) -> tuple[Tensor, Tensor]:
        """Classes and masses [N, L] in the order of an event; L is the largest number of hadrons."""
        longest = max(int(n.max()), 1)
        place = torch.arange(longest).expand(n.size(0), longest)
        size = self.word_size[word].unsqueeze(1)
        ends = torch.cumsum(torch.cat([size, counts], dim=1), dim=1)
        kind = (place.unsqueeze(2) >= ends.unsqueeze(1)).long().sum(2)
        own = self.word_masses[word].gather(1, place.clamp(max=self.word_masses.size(1) - 1))
        mass = torch.where(kind == 0, own, self.counted[:, 0][(kind - 1).clamp(0, 4)])
        return kind, mass

    def draw_emissions(
        self,
        lep: Lepton,
        mode: Tensor,
        word: Tensor,
        counts: Tensor,
        n: Tensor,
        missing: Tensor,
        energy: Tensor,
        total: Tensor,
        uniform: Tensor,
        column: int = STEP,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Momenta [N, L, 3], classes and masses [N, L] of hadrons that have ``energy`` and ``total``."""
        kind, mass = self.listed(word, counts, n)
        longest = kind.size(1)
        momenta = torch.zeros(n.size(0), longest, 3, dtype=torch.float64)
        contents = self.contents(word, counts)[0]
        remaining = contents.clone()
        left, energy = total.clone(), energy.clone()
        inside = torch.arange(longest) < n.unsqueeze(1)
        rest = torch.where(inside, mass, torch.zeros_like(mass)).flip(1).cumsum(1).flip(1)
        for k in range(longest):
            last = (n == k + 1).nonzero()[:, 0]
            momenta[last, k] = left[last]
            rows = (n > k + 1).nonzero()[:, 0]
            if rows.size(0) > 0:
                here, own, m = left[rows], kind[rows, k], mass[rows, k]
                others = n[rows] - k - 1
                before = torch.full_like(m, math.inf)
                previous = torch.zeros_like(here)
                previous_mass = torch.zeros_like(m)
                earlier = torch.zeros_like(here)
                if k > 0:
                    previous, previous_mass = momenta[rows, k - 1], mass[rows, k - 1]
                    alike = (kind[rows, k - 1] == own) & (previous_mass == m)
                    before = torch.where(alike, torch.sqrt((previous * previous).sum(1) + m * m), before)
                if k > 1:
                    earlier = momenta[rows, k - 2]
                unset = remaining[rows]
                same = (unset.gather(1, own.unsqueeze(1))[:, 0] == others + 1.0) & (own > 0)
                state = Left(
                    energy[rows],
                    torch.sqrt((here * here).sum(1)),
                    m,
                    rest[rows, k] - m,
                    others.double(),
                    same,
                    before,
                )
                axes = cube.local_axes(here)
                low, high = cube.kinetic_bounds(state)
                inputs = features.of_step(
                    features.of_rows(lep, rows), missing[rows], total[rows], here, axes, state.energy, m,
                    state.rest, torch.stack([low, high], dim=1), mode[rows], contents[rows], unset, own,
                    previous, earlier,
                )  # fmt: skip
                first = column + 3 * k
                t, p = self.emission(
                    state,
                    axes,
                    inputs,
                    own,
                    uniform[rows, first : first + 3],
                    features.in_axes(previous, axes),
                    previous_mass,
                )
                momenta[rows, k] = p
                left[rows] = here - p
                energy[rows] = state.energy - m - t
                unset = unset - torch.nn.functional.one_hot(own, 6).double()
                remaining[rows] = unset
        return momenta, kind, mass

    def emission(
        self,
        state: Left,
        axes: tuple[Tensor, Tensor, Tensor],
        inputs: Tensor,
        own: Tensor,
        uniform: Tensor,
        last: Tensor,
        last_mass: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Kinetic energies [N] and momenta [N, 3] of the next hadrons, of classes ``own`` [N].

        ``last`` is the momentum of the hadron before in the local axes, 0 if there is none.
        """
        step = self.kind_of_step(own, state.others.long())
        t, p = torch.zeros_like(state.mass), torch.zeros(own.size(0), 3, dtype=torch.float64)
        for number, chain in enumerate(self.net.steps):
            rows = (step == number).nonzero()[:, 0]
            if rows.size(0) > 0:
                t_some, y, azimuth = chain.drawn(  # type: ignore[operator]
                    inputs[rows],
                    uniform[rows],
                    cube.of_rows(state, rows),
                    number % 2 == 1,
                    last[rows],
                    last_mass[rows],
                )
                t[rows] = t_some
                frame = (axes[0][rows], axes[1][rows], axes[2][rows])
                p[rows] = cube.emitted(t_some, y, azimuth, state.mass[rows], frame)
        return t, p

    def hadrons(
        self, enu: Tensor, emu: Tensor, cos: Tensor, uniform: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Mode, word [N], counts [N, 5], n [N]; classes, masses [H], momenta [H, 3] in the frame of q."""
        lep = self.of_lepton(enu, emu, cos)
        mode, word, counts = self.draw_topology(lep, uniform)
        n = self.word_size[word] + counts.sum(1)
        missing, energy, total = self.draw_remnant(lep, mode, word, counts, n, uniform)
        momenta, kind, mass = self.draw_emissions(lep, mode, word, counts, n, missing, energy, total, uniform)
        inside = torch.arange(kind.size(1)) < n.unsqueeze(1)
        return mode, word, counts, n, kind[inside], mass[inside], momenta[inside]

    def codes(self, word: Tensor, n: Tensor, kind: Tensor) -> Tensor:
        """PDG codes [H] of hadrons by their events' words and their classes."""
        event = torch.repeat_interleave(torch.arange(n.size(0)), n)
        position = torch.arange(event.size(0)) - (torch.cumsum(n, 0) - n)[event]
        other = self.word_codes[word[event], position.clamp(max=self.word_codes.size(1) - 1)]
        return torch.where(kind == 0, other, torch.tensor(self.codes_counted)[(kind - 1).clamp(min=0)])

    def decayed(
        self, n: Tensor, code: Tensor, momentum: Tensor, uniform: Tensor, column: int = STEP
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The same hadrons with every eta as its two photons, in its place."""
        event = torch.repeat_interleave(torch.arange(n.size(0)), n)
        rows = (code == self.eta).nonzero()[:, 0]
        repeats = torch.ones_like(code)
        repeats[rows] = 2
        source = torch.repeat_interleave(torch.arange(code.size(0)), repeats)
        momenta, codes, owner = momentum[source], code[source], event[rows]
        # the number of an eta among those of its event
        order = torch.arange(rows.size(0)) - torch.searchsorted(owner, owner)
        number = column + 3 * n[owner] + 2 * order
        first, second = eta.decay(
            momentum[rows], torch.stack([uniform[owner, number], uniform[owner, number + 1]], dim=1)
        )
        place = (torch.cumsum(repeats, 0) - repeats)[rows]
        momenta[place], momenta[place + 1] = first, second
        codes[place] = self.photon
        codes[place + 1] = self.photon
        return n.index_add(0, owner, torch.ones_like(owner)), codes, momenta

    @torch.jit.export
    def sample(
        self, enu: Tensor, emu: Tensor, cos: Tensor, uniform: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Modes and numbers of hadrons [N], PDG codes [H], momenta [H, 3] in GeV in the frame of q.

        For E_nu, E_mu [GeV] and the cosine of the angle [N], uniform numbers in [0, 1) [N, U]; all float64.
        """
        mode, word, _, n, kind, _, momentum = self.hadrons(enu, emu, cos, uniform)
        n, codes, momentum = self.decayed(n, self.codes(word, n, kind), momentum, uniform)
        return mode, n, codes, momentum


def columns(hadrons: int, etas: int = 0) -> int:
    """Uniform numbers that an event with so many hadrons uses at most."""
    return STEP + 3 * hadrons + 2 * etas


def most_hadrons(model: HadronSampler) -> int:
    return int(model.word_size.max()) + sum(model.frame.most)


def all_columns(model: HadronSampler) -> int:
    """Uniform numbers that any event may use."""
    etas = max(word.count(species.ETA) for word in model.frame.words)
    return columns(most_hadrons(model), etas)


@torch.inference_mode()
def sample(model: HadronSampler, enu: Tensor, emu: Tensor, cos: Tensor, uniform: Tensor) -> Batch:
    """The same as :meth:`HadronSampler.sample`, etas as they are, with what densities need."""
    mode, word, counts, n, kind, mass, momentum = model.hadrons(enu, emu, cos, uniform)
    first = torch.cumsum(n, 0) - n
    small = (mode.to(torch.int8), word.to(torch.int16), counts.to(torch.uint8), n.to(torch.uint8))
    return Batch(enu, emu, cos, *small, first, kind.to(torch.int8), mass, momentum)


def codes(model: HadronSampler, batch: Batch) -> Tensor:
    """PDG codes of the hadrons of a batch, flat."""
    return model.codes(batch.word.long(), batch.n.long(), batch.kind.long())
