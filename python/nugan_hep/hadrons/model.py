"""The density of the hadrons of events whose lepton is given."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from nugan_hep import species
from nugan_hep.hadrons import cube, features
from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.chains import Normalised
from nugan_hep.hadrons.conditions import Left, Lepton
from nugan_hep.hadrons.sampling import HadronSampler


class Stages(NamedTuple):
    """log densities of the stages of each event [N]."""

    topology: Tensor
    remnant: Tensor
    steps: Tensor


class Rows(NamedTuple):
    """One row for each draw of a chain: its event and chain, inputs, coordinates [R, V].

    ``drawn`` [R, V] is false where kinematics leave no choice; ``jacobian`` is log |d units/d momenta|.
    """

    event: Tensor
    chain: Tensor
    inputs: Tensor
    known: Tensor
    units: Tensor
    drawn: Tensor
    jacobian: Tensor


class HadronModel(HadronSampler):
    """The stages: sampling and densities."""

    def topology(self, batch: Batch, lep: Lepton) -> Tensor:
        """log P(mode, word, counts | lepton) [N]."""
        net, x = self.net.topology, features.of_lepton(lep)
        mode, word = batch.mode.long(), batch.word.long()
        spare, hadrons = self.spare(lep), self.word_size[word]
        logits = net.mode_logits(x).masked_fill(~self.modes_allowed(spare), -math.inf)
        total = -nn.functional.cross_entropy(logits, mode, reduction="none")
        hidden = net.hidden(x, mode)
        logits = net.word_logits(hidden).masked_fill(~self.words_allowed(spare), -math.inf)
        total = total - nn.functional.cross_entropy(logits, word, reduction="none")
        left = self.after_word(word, spare)
        for j in range(len(species.COUNTED)):
            logits = net.logits(j, hidden, self.before(word, batch.counts, j))
            logits = logits.masked_fill(~self.allowed(j, *left, hadrons), -math.inf)
            count = batch.counts[:, j].long()
            hadrons = hadrons + count
            total = total - nn.functional.cross_entropy(logits, count, reduction="none")
            left = self.after_count(j, count, *left)
        return total

    # --- remnant ---

    def remnant_rows(self, batch: Batch, lep: Lepton, energy: Tensor, momentum: Tensor) -> Rows:
        """What the remnant's networks see of the events with hadrons, and where these lie in the cube.

        ``energy`` and ``momentum`` [N, 3] are the sums over all hadrons. The measure is dE_miss d³P; of one
        hadron its d³p. A free proton leaves no remnant, and has no row.
        """
        event = torch.zeros(0, dtype=torch.int64) if self.free() else (batch.n > 0).nonzero()[:, 0]
        mode, q = batch.mode[event].long(), lep.q[event]
        energy, momentum = energy[event], momentum[event]
        lep = features.of_rows(lep, event)
        counts, masses, baryons = self.contents(batch.word[event].long(), batch.counts[event])
        available = lep.omega + baryons * species.NUCLEON_MASS
        largest, missing = available - masses, available - energy
        single = batch.n[event] == 1
        size2 = (momentum * momentum).sum(1)
        r = torch.sqrt(momentum[:, 0] ** 2 + momentum[:, 1] ** 2 + (momentum[:, 2] - q) ** 2)
        e = cube.missing_energy_unit(missing, largest, self.centre[mode], self.width[mode])
        most = torch.sqrt(((energy - masses) * (energy + masses)).clamp(min=0.0))
        low, high = cube.missing_momentum_bounds(q, most, single)
        m = cube.missing_momentum_unit(r, low, high)
        lower, upper = cube.square_bounds(q, r, most)
        # P² of one hadron is fixed; its coordinate says nothing
        squared = cube.square_unit(size2, energy, lower, upper)
        square = torch.where(single, 0.0, squared.unit)
        azimuth = torch.atan2(momentum[:, 1], momentum[:, 0]) / (2.0 * math.pi) + 0.5
        known = torch.cat(
            [
                features.of_missing_energy(missing, e.unit),
                features.of_missing_momentum(r, low, energy, lower, upper),
                features.of_square(square, size2),
            ],
            dim=1,
        )
        drawn = torch.ones(len(event), 4, dtype=torch.bool)
        drawn[:, 2] = ~single
        # dE dr dP² dphi: d³P = r/(2 q) dr dP² dphi; of one hadron d³p = E r/q dE dr dphi
        several = squared.log_slope - torch.log((r / (2.0 * q)).clamp(min=1e-9))
        one = -torch.log((energy * r / q).clamp(min=1e-9))
        return Rows(
            event=event,
            chain=mode,
            inputs=features.of_remnant(lep, counts, masses, largest),
            known=known,
            units=torch.stack([e.unit, m.unit, square, azimuth], dim=1).float().clamp(0.0, 1.0),
            drawn=drawn,
            jacobian=e.log_slope + m.log_slope - math.log(2.0 * math.pi) + torch.where(single, one, several),
        )

    # --- emission ---

    def step_rows(self, batch: Batch, lep: Lepton, energies: Tensor, total: Tensor) -> Rows:
        """What the steps' networks see of all hadrons but the last of their events.

        ``energies`` [N] and ``total`` [N, 3] are the sums over all hadrons. The measure is d³p; of the last
        two hadrons what energy and momentum leave of their d³p d³p.
        """
        n = batch.n.long()
        event = torch.repeat_interleave(torch.arange(len(n)), n)
        position = torch.arange(len(event)) - batch.first[event]
        p, mass, kind = batch.momentum.double(), batch.mass, batch.kind.long()
        energy = torch.sqrt((p * p).sum(1) + mass * mass)
        onehot = torch.nn.functional.one_hot(kind, features.CLASSES).double()
        flat = torch.cat([energy.unsqueeze(1), p, mass.unsqueeze(1), onehot], dim=1)
        before = torch.cumsum(flat, 0) - flat
        # sums over this hadron and those after it, in its own event
        sums = torch.zeros(len(n), flat.shape[1], dtype=torch.float64).index_add(0, event, flat)
        left = sums[event] - (before - before[batch.first.clamp(max=max(len(flat) - 1, 0))][event])
        others = n[event] - position - 1
        rows = (others > 0).nonzero()[:, 0]
        event, position, others = event[rows], position[rows], others[rows]
        now, own, m = left[rows], kind[rows], mass[rows]
        previous = (rows - 1).clamp(min=0)
        alike = (position > 0) & (mass[previous] == m) & (kind[previous] == own)
        state = Left(
            energy=now[:, 0],
            momentum=torch.sqrt((now[:, 1:4] ** 2).sum(1)),
            mass=m,
            rest=now[:, 4] - m,
            others=others.double(),
            same=(now[:, 5:].gather(1, own.unsqueeze(1))[:, 0] == others + 1.0) & (own > 0),
            before=torch.where(alike, energy[previous], math.inf),
        )
        last = torch.where((position > 0).unsqueeze(1), p[previous], 0.0)
        earlier = torch.where((position > 1).unsqueeze(1), p[(rows - 2).clamp(min=0)], 0.0)
        own_lepton = features.of_rows(lep, event)
        _, _, baryons = self.contents(batch.word.long(), batch.counts)
        missing = (lep.omega + baryons * species.NUCLEON_MASS - energies)[event]
        axes = cube.local_axes(now[:, 1:4])
        inputs = features.of_step(
            own_lepton,
            missing,
            total[event],
            now[:, 1:4],
            axes,
            state.energy,
            m,
            state.rest,
            torch.stack(cube.kinetic_bounds(state), dim=1),
            batch.mode[event],
            sums[event][:, 5:],
            now[:, 5:],
            own,
            last,
            earlier,
        )
        mine = p[rows]
        size2 = (mine * mine).sum(1)
        size = torch.sqrt(size2)
        t = size2 / (energy[rows] + m)
        along, x, y = ((mine * axes[k]).sum(1) for k in (2, 0, 1))
        # 1 - cos without loss of digits in front
        forward = (x * x + y * y) / (size * (size + along)).clamp(min=cube.TINY)
        opening = torch.where(along > 0, forward, 1.0 - along / size.clamp(min=cube.TINY))
        first, second = cube.kinetic_unit(t, state), cube.opening_unit(opening, t, state)
        pair = others == 1
        angle = torch.where(pair, 0.0, second.unit)
        over = state.energy - m - state.rest - t
        known = torch.cat(
            [
                features.of_kinetic(first.unit, t, m, cube.opening_bound(t, state), over),
                features.of_opening(
                    angle,
                    opening,
                    t,
                    m,
                    state.momentum,
                    features.in_axes(last, axes),
                    torch.where(position > 0, mass[previous], 0.0),
                ),
            ],
            dim=1,
        )
        azimuth = torch.atan2(y, x) / (2.0 * math.pi) + 0.5
        drawn = torch.ones(len(rows), 3, dtype=torch.bool)
        drawn[:, 1] = ~pair
        # d³p = p E dT dy dphi; the last two: d³p delta(E) = E1 E2/P dT dphi
        e1 = energy[rows]
        several = second.log_slope - torch.log((size * e1).clamp(min=1e-9))
        last_two = -torch.log((e1 * (state.energy - e1) / state.momentum.clamp(min=1e-9)).clamp(min=1e-9))
        return Rows(
            event=event,
            chain=self.kind_of_step(own, others),
            inputs=inputs,
            known=known,
            units=torch.stack([first.unit, angle, azimuth], dim=1).float().clamp(0.0, 1.0),
            drawn=drawn,
            jacobian=first.log_slope - math.log(2.0 * math.pi) + torch.where(pair, last_two, several),
        )

    # --- whole events ---

    def lepton(self, batch: Batch) -> Lepton:
        """What is known before the hadrons."""
        return self.of_lepton(batch.enu, batch.emu, batch.cos)

    def rows(self, batch: Batch) -> tuple[Rows, Rows]:
        """Rows of the remnant's and of the steps' networks."""
        lep = self.lepton(batch)
        event = torch.repeat_interleave(torch.arange(len(batch)), batch.n.long())
        p = batch.momentum.double()
        energy = torch.sqrt((p * p).sum(1) + batch.mass**2)
        energies = torch.zeros(len(batch), dtype=torch.float64).index_add(0, event, energy)
        total = torch.zeros(len(batch), 3, dtype=torch.float64).index_add(0, event, p)
        if self.free():  # momenta of a file, rounded, add up only nearly to what the lepton leaves
            masses = self.contents(batch.word.long(), batch.counts)[1]
            energies, total = self.sum_of_free(lep, masses)
        return self.remnant_rows(batch, lep, energies, total), self.step_rows(batch, lep, energies, total)

    def stages(self, batch: Batch) -> Stages:
        """log densities of the stages; their sum is that of the event in Π d³p, counts included."""
        lep = self.lepton(batch)
        sums = []
        for rows, chains in zip(self.rows(batch), (self.net.remnants, self.net.steps), strict=True):
            total = rows.jacobian
            for k, chain in enumerate(chains):
                own = (rows.chain == k).nonzero()[:, 0]
                if len(own):
                    log = chain(rows.inputs[own], rows.known[own], rows.units[own], rows.drawn[own])
                    total = total.index_add(0, own, log.double())
            sums.append(torch.zeros(len(batch), dtype=torch.float64).index_add(0, rows.event, total))
        return Stages(self.topology(batch, lep), *sums)

    @torch.no_grad()
    def fit_inputs(self, batch: Batch) -> None:
        """Fix the normalisation of all inputs by that of a sample."""
        layers = [module for module in self.modules() if isinstance(module, Normalised)]
        for layer in layers:
            layer.fitting = True
        self.stages(batch)
        for layer in layers:
            layer.fitting = False

    def log_prob(self, batch: Batch) -> Tensor:
        """log density [N], float64, of the hadrons of each event in Π d³p [GeV³], given its lepton."""
        stages = self.stages(batch)
        return stages.topology.double() + stages.remnant + stages.steps
