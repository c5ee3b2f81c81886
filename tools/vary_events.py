"""Samples of other interaction models, made of one by weights: what a joint network may learn to vary.

python tools/vary_events.py DATA/nuwro/numu_C12_inc/train.root FOLDER --events 150000

A variation multiplies the cross section of one channel by a factor that depends on Q2 or W, as reweighting
tools of experiments do; rejection makes events without weights of it. FOLDER/NAME.npz has enu, emu, theta.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import uproot

from nugan_hep import _core, kinematics
from nugan_hep.hadrons.events import MODE_NAMES, MODES
from nugan_hep.output.atomic import new_file

Array = np.ndarray


def scaled(factor: float) -> Callable[[Array, Array], Array]:
    """The channel's cross section times a factor."""
    return lambda q2, w: np.full(q2.shape, factor)


def axial_mass(old: float, new: float) -> Callable[[Array, Array], Array]:
    """A dipole axial form factor, squared, with another mass [GeV]."""
    return lambda q2, w: ((1 + q2 / old**2) / (1 + q2 / new**2)) ** 4


def low_q2(depth: float, scale: float) -> Callable[[Array, Array], Array]:
    """A suppression at low Q2 [GeV²] as long-range correlations make it."""
    return lambda q2, w: 1 - depth * np.exp(-q2 / scale)


def in_w(power: float) -> Callable[[Array, Array], Array]:
    """A tilt in the invariant mass, 1 at the Delta(1232)."""
    return lambda q2, w: np.clip(w / 1.232, 0.7, 1.6) ** power


VARIATIONS = {
    "qel_scaled": ("qel", scaled(1.5)),
    "qel_axial_mass": ("qel", axial_mass(1.03, 1.35)),
    "qel_low_q2": ("qel", low_q2(0.6, 0.15)),
    "mec_scaled": ("mec", scaled(2.0)),
    "res_scaled": ("res", scaled(1.5)),
    "res_axial_mass": ("res", axial_mass(0.94, 1.2)),
    "res_low_q2": ("res", low_q2(0.6, 0.15)),
    "res_in_w": ("res", in_w(3.0)),
    "dis_scaled": ("dis", scaled(1.5)),
}
"""Channel and weight. The quasielastic axial mass is that of numu_C12_alt, whose RPA low_q2 resembles: a fit
to its events is no blind test."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", metavar="ROOT", help="tree `events`: enu, emu, theta, dyn")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--events", type=int, default=150_000, help="of a sample, at most")
    arguments = parser.parse_args()
    columns = uproot.open(arguments.data)["events"].arrays(library="np")
    enu, emu, theta, dyn = (columns[name] for name in ("enu", "emu", "theta", "dyn"))
    mass = _core.lepton_mass(13)
    wide = [column.astype(np.float64) for column in (enu, emu, theta)]
    q2, w = kinematics.q2(*wide, mass), kinematics.w(*wide, mass)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for k, (name, (channel, weight)) in enumerate(VARIATIONS.items()):
        of_channel = dyn == MODES[MODE_NAMES.index(channel)]
        weights = np.where(of_channel, weight(q2, w), 1.0)
        # the few largest weights count as the 99.9 % quantile, so that most events are kept
        most = max(float(np.quantile(weights, 0.999)), 1.0)
        kept = np.flatnonzero(np.random.default_rng(k).random(len(enu)) * most < weights)[: arguments.events]
        with new_file(arguments.folder / f"{name}.npz", force=True) as file:
            np.savez(file, enu=enu[kept], emu=emu[kept], theta=theta[kept])
        print(f"{name}: {len(kept):,} events, mean weight {weights.mean():.3f}, largest {most:.2f}")


if __name__ == "__main__":
    main()
