"""What an event may hold: tables of species, features of counts, and what conservation allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nugan_hep import species
from nugan_hep.hadrons import features, free_proton
from nugan_hep.hadrons.conditions import Lepton
from nugan_hep.hadrons.events import MODES, Vocabulary
from nugan_hep.hadrons.network import Hadrons, Sizes

COHERENT = MODES.index(6)


@dataclass(frozen=True)
class Frame:
    """What a model is bound to beside its networks: nucleus, vocabulary, largest counts.

    ``charge`` and ``baryons`` are those of nucleus and neutrino less the charged lepton; ``least`` [GeV] is
    the smallest upper bound of E_miss that a topology may have, of a free proton the smallest energy for
    motion.
    """

    charge: int
    baryons: int
    words: Vocabulary
    most: tuple[int, ...]
    least: float
    lepton_mass: float


def _word_table(words: Vocabulary) -> Tensor:
    rows = []
    for codes in words:
        known = [species.PARTICLES[code] for code in codes]
        n = len(codes)
        rows.append(
            [
                n / (n + 1.5),
                sum(x[1] for x in known),
                sum(x[2] for x in known),
                sum(x[0] for x in known),
                float(22 in codes or species.ETA in codes),
                float(any(abs(c) in (311, 321) for c in codes)),
                float(any(3000 < abs(c) < 4000 for c in codes)),
                float(n == 0),
            ]
        )
    return torch.tensor(rows, dtype=torch.float64)


class Contents(nn.Module):
    """The networks, the tables of what an event may hold, and what conservation allows.

    Its methods script to TorchScript.
    """

    if TYPE_CHECKING:  # TorchScript cannot read these
        words: Tensor
        word_size: Tensor
        word_masses: Tensor
        word_codes: Tensor
        centre: Tensor
        width: Tensor
        counted: Tensor

    def __init__(self, frame: Frame, sizes: Sizes | None = None) -> None:
        super().__init__()
        self.frame = frame
        self.charge, self.baryons, self.least = float(frame.charge), float(frame.baryons), frame.least
        self.most = list(frame.most)
        self.lepton_mass = frame.lepton_mass
        self.nucleon, self.proton_mass = species.NUCLEON_MASS, species.PARTICLES[2212][0]
        self.charged_pion, self.neutral_pion = species.PARTICLES[211][0], species.PARTICLES[111][0]
        self.least_motion = free_proton.LEAST_MOTION
        self.positive, self.negative = (species.COUNTED.index(code) for code in (211, -211))
        self.eta, self.photon = species.ETA, species.PHOTON
        self.neutron, self.proton = (species.COUNTED.index(code) for code in (2112, 2212))
        self.sizes = sizes or Sizes()
        self.net = Hadrons(self.sizes, len(frame.words), frame.most)
        self.register_buffer("words", _word_table(frame.words))
        self.register_buffer("word_size", torch.tensor([len(w) for w in frame.words]))
        longest = max(len(w) for w in frame.words)
        masses = torch.zeros(len(frame.words), max(longest, 1), dtype=torch.float64)
        for k, word in enumerate(frame.words):
            for j, code in enumerate(word):
                masses[k, j] = species.PARTICLES[code][0]
        self.register_buffer("word_masses", masses)
        codes = torch.zeros(len(frame.words), max(longest, 1), dtype=torch.int64)
        for k, word in enumerate(frame.words):
            codes[k, : len(word)] = torch.tensor(word, dtype=torch.int64)
        self.register_buffer("word_codes", codes)
        centre, width = torch.full((features.MODES,), 0.045), torch.full((features.MODES,), 0.030)
        centre[COHERENT], width[COHERENT] = -0.0004, 0.001
        self.register_buffer("centre", centre.double())
        self.register_buffer("width", width.double())
        table = [species.PARTICLES[code] for code in species.COUNTED]
        self.register_buffer("counted", torch.tensor(table, dtype=torch.float64))
        self.codes_counted = list(species.COUNTED)

    def free(self) -> bool:
        """Whether the target is a proton, of which nothing can be left."""
        return self.baryons == 1.0

    # --- topology ---

    def invariant_mass(self, lep: Lepton) -> Tensor:
        """Of what the lepton leaves of a proton at rest [N], GeV."""
        return free_proton.invariant_mass(lep.omega, lep.q, self.proton_mass)

    def spare(self, lep: Lepton) -> Tensor:
        """Energy [N] for the masses of hadrons beyond M_N for each baryon."""
        return self.invariant_mass(lep) - self.nucleon if self.free() else lep.omega

    def modes_allowed(self, spare: Tensor) -> Tensor:
        """Interaction modes that the energy of :meth:`spare` allows [N, M]."""
        modes = self.centre.size(0)
        if self.free():
            return free_proton.modes_allowed(spare, self.charge, modes, self.neutral_pion, self.least)
        return torch.ones(spare.size(0), modes, dtype=torch.bool)

    def before(self, word: Tensor, counts: Tensor, j: int) -> Tensor:
        """Features of what was drawn before count j: 8 of the word, 3 of each count."""
        n = counts[:, :j].double()
        parts = [self.words[word], n / (n + 1.5), (n == 1).double(), (n > 1).double()]
        return torch.cat(parts, dim=1).float()

    def allowed(self, j: int, neutrons: Tensor, protons: Tensor, energy: Tensor, hadrons: Tensor) -> Tensor:
        """Counts of species j that conservation and the energy allow [N, most + 1].

        ``hadrons`` [N] are there before it.
        """
        mass, baryon = self.counted[j, 0], self.counted[j, 2]
        cost = mass - baryon * self.nucleon
        if self.free():
            return free_proton.counts_allowed(
                j, neutrons, protons, energy, hadrons, self.most, cost, self.charged_pion, self.least
            )
        k = torch.arange(self.most[j] + 1)
        left = energy.unsqueeze(1) - k * cost
        good = (left >= self.least) | (k == 0)
        n, p = neutrons.unsqueeze(1), protons.unsqueeze(1)
        charge = torch.ones_like(good)
        if j == self.positive:
            # pi- may take back what is too much
            charge = (n + k >= 0) & (p - k >= -self.most[self.negative])
        elif j == self.negative:
            charge = (n - k >= 0) & (p + k >= 0)
        elif j == self.neutron:
            charge = k <= n
        elif j == self.proton:
            charge = k <= p
        good = good & charge
        # where nothing is left the charge decides, and last the smallest count
        good = torch.where(good.any(1, keepdim=True), good, charge)
        return torch.where(good.any(1, keepdim=True), good, k == 0)

    def words_allowed(self, energy: Tensor) -> Tensor:
        """Entries of the vocabulary that conservation and the energy of :meth:`spare` allow [N, W]."""
        mass = self.words[:, 3] - self.words[:, 2] * self.nucleon
        protons = self.charge - self.words[:, 1]
        neutrons = self.baryons - self.words[:, 2] - protons
        if self.free():
            return free_proton.words_allowed(
                energy,
                neutrons,
                protons,
                mass,
                self.word_size,
                self.most,
                self.charged_pion,
                self.neutral_pion,
                self.least,
            )
        good = (energy.unsqueeze(1) - mass >= self.least) | (mass <= 0.0)
        # pions can still balance the charge
        least = (-neutrons).clamp(min=0.0)
        most = (protons + self.most[self.negative]).clamp(max=self.most[self.positive])
        return good & (self.words[:, 2] <= self.baryons) & (least <= most)

    def after_word(self, word: Tensor, energy: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Neutrons, protons and energy [N] that an entry leaves of the energy of :meth:`spare`."""
        charge, baryon, mass = self.words[word, 1], self.words[word, 2], self.words[word, 3]
        protons = self.charge - charge
        neutrons = self.baryons - baryon - protons
        return neutrons, protons, energy - mass + baryon * self.nucleon

    def after_count(
        self, j: int, k: Tensor, neutrons: Tensor, protons: Tensor, energy: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        mass, charge, baryon = self.counted[j, 0], self.counted[j, 1], self.counted[j, 2]
        k = k.double()
        left = neutrons - k * (baryon - charge), protons - k * charge
        return left[0], left[1], energy - k * (mass - baryon * self.nucleon)

    def contents(self, word: Tensor, counts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Counts [N, 6] with the others', sum of masses [GeV] and baryon number."""
        counts = counts.double()
        masses = self.words[word, 3] + counts @ self.counted[:, 0]
        baryons = self.words[word, 2] + counts @ self.counted[:, 2]
        return torch.cat([self.word_size[word].double().unsqueeze(1), counts], dim=1), masses, baryons

    # --- what hadrons of a free proton have together ---

    def sum_of_free(self, lep: Lepton, masses: Tensor) -> tuple[Tensor, Tensor]:
        """Energy [N] and momentum [N, 3] that a lepton leaves to hadrons with a sum of masses [N].

        Where it leaves less than these masses, which no lepton of a generator does, they have what they need.
        """
        mass = torch.maximum(self.invariant_mass(lep), masses + self.least_motion)
        momentum = torch.zeros(masses.size(0), 3, dtype=torch.float64)
        momentum[:, 2] = lep.q
        return torch.sqrt(lep.q * lep.q + mass * mass), momentum

    def kind_of_step(self, kind: Tensor, others: Tensor) -> Tensor:
        """Number of the chain [N] of a hadron's class and the number of hadrons after it."""
        group = torch.where(kind == 0, 0, torch.where(kind <= 3, 1, 2))
        return 2 * group + (others == 1).long()

    def of_lepton(self, enu: Tensor, emu: Tensor, cos: Tensor) -> Lepton:
        """What is known before the hadrons, from E_nu, E_mu [GeV] and the cosine of the angle."""
        return features.lepton(enu, emu, cos, self.lepton_mass)
