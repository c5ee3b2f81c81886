"""A model of another flavour where there are no events.

Electron and muon neutrinos scatter off a nucleus by the same currents: what differs is the mass of the
lepton, in the phase space and in small terms of the cross section (lepton universality; Day and McFarland,
PRD 86 053003, arXiv:1206.6745). The networks see the lepton in fractions of its phase space, so that a model
of one flavour gives one of the other: with the other mass, and a cross section times the ratio of two known
ones. Hadrons come along: they are drawn for what the lepton leaves. This is no substitute for events of the
process, and the card says so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from nugan_hep import _core, cli
from nugan_hep.archive import TRAINING_FILE, find_model, read_extra, read_metadata
from nugan_hep.cross_section import Array, Channel, CrossSection, from_table
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import check_target
from nugan_hep.targets import nucleus, probe_name

PROGRAM = "python -m nugan_hep.derive"
EPILOG = """\
examples, which make T2K's four flavours on CH complete:
  python -m nugan_hep.derive --from numu_H1_inc --probe nue --ratio nue_C12_inc numu_C12_inc \\
      --out nue_H1_inc.pt
  python -m nugan_hep.derive --from numubar_H1_inc --probe nuebar --ratio nuebar_O16_inc numubar_O16_inc \\
      --out nuebar_H1_inc.pt
  python -m nugan_hep.derive --from numubar_C12_inc --probe nuebar --ratio nuebar_O16_inc numubar_O16_inc \\
      --out nuebar_C12_inc.pt
  NUGAN_MODELS_PATH=. nugan-sample --flavours ...

exit codes: 0 done, 2 bad input"""
ERROR = 0.05
"""Relative uncertainty of the cross section, unless another is given."""


def sigma_of(name: str) -> tuple[CrossSection, dict[str, Any]]:
    """The cross section of a model, and its metadata.

    Raises
    ------
    UserError : no such model, or one without a cross section
    """
    about = read_metadata(find_model(name))
    sigma = from_table(about["cross_section"])
    if sigma is None:
        raise UserError(f"model {name} has no cross section")
    return sigma, about


def derived_sigma(start: str, probe: int, above: str, below: str, error: float) -> CrossSection:
    """sigma of ``start`` times that of ``above`` over that of ``below``, where all three are known.

    Where all of them have their channels, it is the sum of the channels times their ratios: a free proton has
    no quasielastic scattering off neutrinos, and the thresholds of the other channels are its own.

    Raises
    ------
    UserError : a ratio of other neutrinos, of two nuclei or two kinds of scattering; no cross section
    """
    (own, origin), (one, about), (other, beside) = map(sigma_of, (start, above, below))
    what = f"--ratio {above} {below}"
    if about["target"] != beside["target"]:
        raise UserError(f"{what}: models of two nuclei, expected one")
    if (about["probe"], beside["probe"]) != (probe, origin["probe"]):
        raise UserError(
            f"{what}: models of {probe_name(about['probe'])} and {probe_name(beside['probe'])}, expected "
            f"{probe_name(probe)} and {probe_name(origin['probe'])}"
        )
    if about["interaction"] != beside["interaction"]:
        raise UserError(f"{what}: {about['interaction']} and {beside['interaction']}, expected one of both")
    low = max(table.enu[0] for table in (own, one, other))
    high = min(table.enu[-1] for table in (own, one, other))
    enu = own.enu[(own.enu >= low) & (own.enu <= high)]

    def product(*sigmas: Array) -> Array:
        first, top, bottom = (
            np.interp(enu, table.enu, sigma) for table, sigma in zip((own, one, other), sigmas, strict=True)
        )
        return np.asarray(np.divide(first * top, bottom, out=np.zeros_like(enu), where=bottom > 0))

    parts = [table.channels for table in (own, one, other)]
    if not all(parts):
        return CrossSection(enu, product(own.sigma, one.sigma, other.sigma), error)
    channels = {
        name: Channel(sigma, np.zeros_like(sigma))
        for name in own.channels
        if np.any((sigma := product(*(part[name].sigma for part in parts))) > 0)
    }
    total = np.sum([part.sigma for part in channels.values()], axis=0)
    return CrossSection(enu, total, error, channels=channels)


def derive(start: str, probe: int, ratio: tuple[str, str], out: Path, error: float) -> dict[str, Any]:
    """Write ``out`` and its card; returns the metadata.

    Raises
    ------
    UserError : another sign of the lepton, models that cannot be used, or ``out`` cannot be written
    """
    from nugan_hep.hadrons.export import attach, of_flavour
    from nugan_hep.training import checkpoint
    from nugan_hep.training.config import from_saved, with_lepton
    from nugan_hep.training.exporting import Identity, write_archive
    from nugan_hep.training.model_card import write_card

    path = find_model(start)
    about = read_metadata(path)
    if (about["probe"] > 0) != (probe > 0) or about["probe"] == probe:
        raise UserError(
            f"--probe {probe_name(probe)}: expected another flavour of {probe_name(about['probe'])}, the "
            f"{'neutrino' if about['probe'] > 0 else 'antineutrino'} of {start}"
        )
    process = _core.Process(probe, about["target"], about["interaction"])
    if about["enu_range"][0] <= process.lepton_mass + about["shift"]:
        raise UserError(
            f"--probe {probe_name(probe)}: its lepton, {process.lepton_mass:g} GeV, is heavier than the "
            f"energies of {start}, from {about['enu_range'][0]:g} GeV"
        )
    sigma = derived_sigma(start, probe, *ratio, error)
    state = checkpoint.parse(read_extra(path, TRAINING_FILE), path, checkpoint.START_KEYS)
    config = with_lepton(from_saved(state["config"]), process.lepton)
    training = about["training"]
    best = {
        **state,
        "config": config.as_dict(),
        "stages": [],
        **{key: training[key] for key in ("freeze", "step", "seconds", "weights")},
        "validation_events": 0,
        "scores": {},
    }
    derived = f"{start}, cross section times that of {ratio[0]} over {ratio[1]}"
    data = {"files": [], "events": 0, "start": start, "derived": derived}
    identity = Identity(out.stem, probe, about["target"], about["interaction"], sigma)
    if about.get("hadrons"):
        with TemporaryDirectory() as folder:
            lepton = Path(folder) / out.name
            write_archive(lepton, best, identity, data)
            metadata = attach(of_flavour(path, probe), str(lepton), out)
    else:
        metadata = write_archive(out, best, identity, data)
    write_card(out, metadata)
    return metadata


def _command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog=PROGRAM,
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--from", dest="start", required=True, metavar="MODEL", help="of the other flavour")
    parser.add_argument(
        "--probe", type=cli.probe, required=True, metavar="P", help="the neutrino: nue, nuebar"
    )
    parser.add_argument(
        "--ratio",
        nargs=2,
        required=True,
        metavar=("MODEL", "MODEL"),
        help="models of both flavours on one nucleus, whose cross sections' ratio is taken",
    )
    parser.add_argument(
        "--error", type=cli.positive, default=ERROR, help=f"of the cross section (default {ERROR})"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="PT", help="archive to write; the card is beside it"
    )
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    arguments = parser.parse_args(argv)
    if arguments.out.suffix != ".pt":
        parser.error(f"--out {arguments.out}: expected the suffix .pt")
    check_target(arguments.out, arguments.force)
    metadata = derive(
        arguments.start, arguments.probe, tuple(arguments.ratio), arguments.out, arguments.error
    )
    what = f"{probe_name(metadata['probe'])} on {nucleus(metadata['target'])}"
    print(f"wrote {arguments.out}: {what}, without events of its own")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run(PROGRAM, _command, argv)


if __name__ == "__main__":
    sys.exit(main())
