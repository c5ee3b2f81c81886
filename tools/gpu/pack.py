"""Events of muon neutrinos on carbon in 3 bytes each, and back: for a machine that has no data.

    python tools/gpu/pack.py DATA/numu_C12_inc/train.root .gpu/train.packed.npz
    python tools/gpu/pack.py --unpack .gpu/train.packed.npz train.npz

The proxies (E_nu', E_mu', theta') become numbers of cells, 16,450 over [-1, 1]. Both the 50 and the 14 bins
of the histograms that models are judged by are whole numbers of cells, so these histograms stay as they are,
event by event. Within a cell an event moves to the middle, by at most 6.1e-5 (0.3 MeV of E_nu): a sixteenth
of the noise that the discriminator adds. Packed events are sorted, so that the energies are a count for each
cell and E_mu' the difference to the event before; unpacked ones are shuffled, always in the same way.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep import cli
from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS, Kinematics, from_proxies, to_proxies
from nugan_hep.output.atomic import new_file

CELLS = 16_450
"""A multiple of 50 and of 14 that fits into 14 bits."""

Cells = NDArray[np.uint16]


def cells_of(events: Kinematics) -> Cells:
    """Cells [N, 3] of E_nu', E_mu' and theta'."""
    proxies = np.stack(to_proxies(*events, mass=MUON_MASS), axis=1)
    return np.minimum(0.5 * (proxies + 1.0) * CELLS, CELLS - 1).astype(np.uint16)


def events_of(cells: Cells) -> Kinematics:
    """The middles of cells [N, 3]: energies [GeV] and angle [rad], float64 [N]."""
    return from_proxies(*((2.0 * cells.astype(np.float64) + 1.0) / CELLS - 1.0).T, mass=MUON_MASS)


def pack(cells: Cells) -> dict[str, NDArray[np.generic]]:
    """Sorted by E_nu' and E_mu': counts by energy, and high and low bytes [2, N] of the others."""
    enu, emu, theta = cells[np.lexsort((cells[:, 1], cells[:, 0]))].T
    # differences of 16 bits wrap where the next energy begins, and their sum wraps back
    steps = np.diff(emu, prepend=np.uint16(0))
    return {"enu": np.bincount(enu, minlength=CELLS), "emu": _bytes(steps), "theta": _bytes(theta)}


def unpack(packed: dict[str, NDArray[np.generic]]) -> Cells:
    """The cells [N, 3] of :func:`pack`, shuffled."""
    enu = np.repeat(np.arange(CELLS, dtype=np.uint16), packed["enu"])
    emu = np.cumsum(_whole(packed["emu"]), dtype=np.uint16)
    cells = np.stack([enu, emu, _whole(packed["theta"])], axis=1)
    # the old generator: its stream is the same in every version of NumPy, and a checkpoint knows its events
    return cells[np.random.RandomState(1).permutation(len(cells))]


def _bytes(numbers: Cells) -> NDArray[np.uint8]:
    """High and low bytes apart, for the low ones are noise that nothing compresses."""
    return np.stack([numbers >> 8, numbers & 255]).astype(np.uint8)


def _whole(parts: NDArray[np.generic]) -> Cells:
    high, low = parts.astype(np.uint16)
    return (high << 8) | low


def read_packed(path: Path) -> dict[str, NDArray[np.generic]]:
    """What :func:`pack` made.

    Raises
    ------
    UserError : missing, damaged, or not a file of packed events
    """
    try:
        # NumPy leaves a file open that it cannot read
        with path.open("rb") as stream, np.load(stream) as file:
            packed = {name: file[name] for name in ("enu", "emu", "theta")}
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise UserError(f"{path}: not a whole file of packed events") from None
    n = int(packed["enu"].sum())
    if packed["enu"].shape != (CELLS,) or any(packed[name].shape != (2, n) for name in ("emu", "theta")):
        raise UserError(f"{path}: not a whole file of packed events")
    return packed


def command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog="pack.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--unpack", action="store_true", help="packed events to columns")
    parser.add_argument("events", type=Path, help="ROOT, .npz, Parquet; with --unpack, packed events")
    parser.add_argument("out", type=Path, help="an .npz: packed, or columns enu, emu [GeV] and theta [rad]")
    arguments = parser.parse_args(argv)
    if arguments.out.suffix != ".npz":
        raise UserError(f"cannot write {arguments.out}: expected the suffix .npz")
    if arguments.unpack:
        events = events_of(unpack(read_packed(arguments.events)))
        with new_file(arguments.out, force=True) as file:
            np.savez(file, **{k: v.astype(np.float32) for k, v in events._asdict().items()})
        said = f"{len(events.enu):,} events"
    else:
        found = read_events(arguments.events)
        with new_file(arguments.out, force=True) as file:
            np.savez_compressed(file, **pack(cells_of(found.kinematics())))  # type: ignore[arg-type]
        said = f"{len(found):,} events, {arguments.out.stat().st_size / len(found):.2f} bytes each"
    print(f"wrote {arguments.out}: {said}")
    return 0


if __name__ == "__main__":
    sys.exit(cli.run("pack.py", command))
