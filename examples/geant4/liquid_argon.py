r"""Whole events in a box of liquid argon: Geant4 follows their particles, a figure shows what they deposit.

    nugan-sample --flux flux.root:numu --target Ar -n 10 --format rootracker --out events.root
    python liquid_argon.py events.root --out liquid_argon.png

Needs geant4-pybind, matplotlib, and uproot (gRooTracker) or pyhepmc (NuHepMC), but nothing of nugan. The
physics are a list of Geant4's, such as FTFP_BERT, for which geant4-pybind offers to download the data sets,
or a library made of physics_without_data.cc, which needs none.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

DATA_SETS = (
    *(
        "G4NEUTRONHPDATA",
        "G4LEDATA",
        "G4LEVELGAMMADATA",
        "G4RADIOACTIVEDATA",
        "G4PARTICLEXSDATA",
        "G4PIIDATA",
    ),
    *(
        "G4REALSURFACEDATA",
        "G4SAIDXSDATA",
        "G4ABLADATA",
        "G4INCLDATA",
        "G4ENSDFSTATEDATA",
        "G4CHANNELINGDATA",
    ),
)
SIZE = 4.0, 4.0, 10.0
"""Of the box [m], the beam along z; vertices are moved to its axis, 1 m from the front."""
VERTEX = -0.5 * SIZE[2] + 1.0
NUCLEUS = 1_000_000_000
"""From here on PDG numbers are those of nuclei."""
COLOURS = {13: "#56b4e9", 2212: "#c1272d", 211: "#009e73", -211: "#e69f00", 111: "#9467bd", 2112: "0.6"}
NAMES = {13: r"$\mu^-$", 2212: "p", 211: r"$\pi^+$", -211: r"$\pi^-$", 111: r"$\pi^0$", 2112: "n"}


class Event(NamedTuple):
    """Energy of the neutrino, and PDG numbers [N] and momenta [N, 3] of what leaves the nucleus, in GeV."""

    enu: float
    pdg: NDArray[np.int64]
    momentum: NDArray[np.float64]


class Seen(NamedTuple):
    """What Geant4 made of an event, by the primary (its place) that all comes from, in GeV and m.

    ``deposits`` are z and x of both ends of a step, its length and its energy, ``lengths`` those of the
    primaries' own tracks.
    """

    deposits: dict[int, list[tuple[float, ...]]]
    lengths: dict[int, float]


def read(path: Path, n: int) -> list[Event]:
    """The first ``n`` events of a file of nugan's, with the particles of status 1 but the nucleus left."""
    found = []
    if path.suffix == ".root":
        import uproot

        with uproot.open(path) as file:
            tree = file["gRooTracker"]
            names = "StdHepPdg", "StdHepStatus", "StdHepP4"
            pdg, status, p4 = (tree[name].array(entry_stop=n) for name in names)
        for codes, states, momenta in zip(pdg, status, p4, strict=True):
            out = (np.asarray(states) == 1) & (np.asarray(codes) < NUCLEUS)
            momentum = np.asarray(momenta)
            found.append(Event(momentum[0, 3], np.asarray(codes)[out], momentum[out, :3]))
    else:
        import pyhepmc

        with pyhepmc.open(path) as file:
            for event in itertools.islice(file, n):
                beam = next(one for one in event.particles if one.status == 4)
                out = [one for one in event.particles if one.status == 1 and one.pid < NUCLEUS]
                momentum = np.array([[one.momentum[k] for k in range(3)] for one in out])
                scale = 1e-3 if event.momentum_unit == pyhepmc.Units.MEV else 1.0
                codes = np.array([one.pid for one in out])
                found.append(Event(scale * beam.momentum.e, codes, scale * momentum))
    return found


def without_data_sets() -> None:
    """Say that there are no data sets, not to be asked for them, and no excited states of nuclei."""
    folder = tempfile.mkdtemp()
    (Path(folder) / "ENSDFSTATE.dat").touch()
    for name in ("GEANT4_DATA_DIR", *DATA_SETS):
        os.environ[name] = folder


def simulate(events: list[Event], physics: str) -> list[Seen]:
    """Follow the events through the box."""
    if physics.endswith(".so"):
        without_data_sets()
        sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)  # the library finds Geant4 in the Python package
    import geant4_pybind as g4

    seen = [Seen(defaultdict(list), defaultdict(float)) for _ in events]
    owner: dict[int, int] = {}

    class Box(g4.G4VUserDetectorConstruction):  # type: ignore[misc]
        def Construct(self) -> Any:
            argon = g4.G4NistManager.Instance().FindOrBuildMaterial("G4_lAr")
            self.solid = g4.G4Box("box", *(0.5 * length * g4.m for length in SIZE))
            self.logical = g4.G4LogicalVolume(self.solid, argon, "box")
            return g4.G4PVPlacement(None, g4.G4ThreeVector(), self.logical, "box", None, False, 0)

    class Generator(g4.G4VUserPrimaryGeneratorAction):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.gun = g4.G4ParticleGun(1)

        def GeneratePrimaries(self, event: Any) -> None:
            owner.clear()
            one, table = events[event.GetEventID()], g4.G4ParticleTable.GetParticleTable()
            self.gun.SetParticlePosition(g4.G4ThreeVector(0, 0, VERTEX * g4.m))
            for pdg, momentum in zip(one.pdg, one.momentum, strict=True):
                particle = table.FindParticle(int(pdg))
                size, mass = float(np.linalg.norm(momentum)) * g4.GeV, particle.GetPDGMass()
                self.gun.SetParticleDefinition(particle)
                self.gun.SetParticleMomentumDirection(g4.G4ThreeVector(*(float(p) for p in momentum)))
                self.gun.SetParticleEnergy(float(np.hypot(size, mass)) - mass)
                self.gun.GeneratePrimaryVertex(event)

    class Tracking(g4.G4UserTrackingAction):  # type: ignore[misc]
        def PreUserTrackingAction(self, track: Any) -> None:
            number, parent = track.GetTrackID(), track.GetParentID()
            owner[number] = owner[parent] if parent else number - 1

    class Stepping(g4.G4UserSteppingAction):  # type: ignore[misc]
        def UserSteppingAction(self, step: Any) -> None:
            track = step.GetTrack()
            one = seen[g4.G4RunManager.GetRunManager().GetCurrentEvent().GetEventID()]
            primary = owner[track.GetTrackID()]
            if not track.GetParentID():
                one.lengths[primary] += step.GetStepLength() / g4.m
            if energy := step.GetTotalEnergyDeposit():
                ends = (point.GetPosition() for point in (step.GetPreStepPoint(), step.GetPostStepPoint()))
                places = [(end.z / g4.m - VERTEX, end.x / g4.m) for end in ends]
                length = step.GetStepLength() / g4.m
                one.deposits[primary].append((*places[0], *places[1], length, energy / g4.GeV))

    class Actions(g4.G4VUserActionInitialization):  # type: ignore[misc]
        def Build(self) -> None:
            for action in (Generator(), Tracking(), Stepping()):
                self.SetUserAction(action)

    manager = g4.G4RunManagerFactory.CreateRunManager(g4.G4RunManagerType.Serial)
    manager.SetUserInitialization(Box())
    if physics.endswith(".so"):
        ctypes.CDLL(os.path.abspath(physics)).use_physics_without_data()
    else:
        manager.SetUserInitialization(getattr(g4, physics)())
    manager.SetUserInitialization(Actions())
    manager.Initialize()
    manager.BeamOn(len(events))
    return seen


def draw(events: list[Event], seen: list[Seen], physics: str, out: Path) -> None:
    """Deposits from the side, a panel for each event, and track lengths against kinetic energies below."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.collections import LineCollection

    rows = -(-len(events) // 5)
    figure = plt.figure(figsize=(15, 2.7 * rows + 3.2), layout="constrained")
    grid = figure.add_gridspec(rows + 1, 5)
    for place, (event, one) in enumerate(zip(events, seen, strict=True)):
        axes = figure.add_subplot(grid[place // 5, place % 5])
        for primary, deposits in one.deposits.items():
            z0, x0, z1, x1, length, energy = np.array(deposits).T
            density = 10 * energy / np.maximum(length, 1e-3)  # MeV/cm
            lines = 100 * np.stack([np.stack([z0, x0], 1), np.stack([z1, x1], 1)], axis=1)
            widths = 0.7 + 0.12 * np.clip(density, 0, 30)
            colour = COLOURS.get(int(event.pdg[primary]), "black")
            axes.add_collection(LineCollection(lines, linewidths=widths, colors=colour, capstyle="round"))
        axes.set_title(rf"$E_\nu$ = {event.enu:.2f} GeV, {total(one):.2f} GeV deposited", fontsize=9)
        axes.set(xlim=(-60, 180), ylim=(-100, 100), xlabel="z [cm]", ylabel="x [cm]")
    lower = figure.add_subplot(grid[rows, :])
    for pdg, name in NAMES.items():
        points = [
            (kinetic(pdg, event.momentum[k]), length, sum(deposit[-1] for deposit in one.deposits.get(k, ())))
            for event, one in zip(events, seen, strict=True)
            for k, length in one.lengths.items()
            if event.pdg[k] == pdg
        ]
        if points:
            energy, length, deposited = np.array(points).T
            text = f"{name}: {len(points)}, {deposited.sum():.2f} of {energy.sum():.2f} GeV deposited"
            lower.scatter(1000 * energy, 100 * length, 22, color=COLOURS[pdg], label=text)
    lower.set(xscale="log", yscale="log", xlabel="kinetic energy [MeV]", ylabel="length of the track [cm]")
    lower.set_ylim(0.05, 3000)
    lower.legend(fontsize=9, loc="lower right")
    name = "physics without data sets" if physics.endswith(".so") else physics
    figure.suptitle(f"Energy deposits in liquid argon, Geant4 with {name}; colours as below", fontsize=11)
    figure.savefig(out, dpi=90)


def total(one: Seen) -> float:
    """Energy that an event deposited [GeV]."""
    return sum(deposit[-1] for deposits in one.deposits.values() for deposit in deposits)


def kinetic(pdg: int, momentum: NDArray[np.float64]) -> float:
    """Kinetic energy [GeV]."""
    mass = {13: 0.10566, 2212: 0.93827, 2112: 0.93957, 211: 0.13957, -211: 0.13957, 111: 0.13498}[pdg]
    return float(np.sqrt(momentum @ momentum + mass**2) - mass)


def main() -> None:
    """Read, simulate, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("events", type=Path, help="gRooTracker (.root) or NuHepMC")
    parser.add_argument("-n", type=int, default=10, help="events (default 10)")
    parser.add_argument("--physics", default="FTFP_BERT", help="list of Geant4, or a library (.so)")
    parser.add_argument("--out", type=Path, default=Path("liquid_argon.png"), help="figure")
    options = parser.parse_args()
    events = read(options.events, options.n)
    seen = simulate(events, options.physics)
    draw(events, seen, options.physics, options.out)
    for event, one in zip(events, seen, strict=True):
        print(f"E_nu {event.enu:.3f} GeV, {event.pdg.size} particles, {total(one):.3f} GeV deposited")


if __name__ == "__main__":
    main()
