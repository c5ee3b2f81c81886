"""Draw what trained discriminators say: ``python -m nugan_hep.discriminator RUN_OR_MODEL ...``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nugan_hep import archive, cli, families
from nugan_hep.errors import UserError
from nugan_hep.kinematics import Kinematics
from nugan_hep.output.figure import check_figure, write_figure
from nugan_hep.training.start import load_start

if TYPE_CHECKING:
    from nugan_hep.evaluation.discriminator_view import Networks

PROGRAM = "python -m nugan_hep.discriminator"
ENERGIES = (0.35, 5.0)
NEAR = 0.05
"""True events are of energies within this fraction of the one that is drawn."""
EPILOG = """\
The probability of being true that the discriminator of a GAN gives to events of its generator, and to
true events of energies within 5 % where --data is given: its distribution, and against W. One that can
tell nothing gives 0.5 to all. arXiv:2508.12987 reports that at low energies it comes to that with the
loss "hce", and not with "heuristic".

examples:
  python -m nugan_hep.discriminator numu_C12_inc_gan --data examples/data/numu_C12_inc_100k.root
  python -m nugan_hep.discriminator run_heuristic run_hce --enu 0.35 5 --out losses.png
exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""


def discriminator(argv: Sequence[str] | None = None) -> int:
    """Write the figure; the exit code."""
    options = _parser().parse_args(argv)
    check_figure(options.out, options.force)
    from nugan_hep.evaluation.discriminator_view import figure_discriminator, view

    networks = [load_networks(name) for name in options.models]
    names = [one.name for one in networks]
    networks = [
        one if names.count(one.name) == 1 else one._replace(name=text)
        for one, text in zip(networks, options.models, strict=True)
    ]
    identities = {
        (
            one.process.probe,
            one.process.target,
            one.config.shift,
            one.config.enu_min,
            one.config.enu_max,
        )
        for one in networks
    }
    events = None
    if options.data:
        if len(identities) > 1:
            raise UserError("--data: the models are not of one probe, target, shift and energy range")
        events = _read(options.data, *identities.pop())
    true = {enu: None if events is None else _near(events, enu) for enu in options.enu}
    views = []
    with cli.progress("energies", options.quiet) as bar:
        task = bar.add_task("judging", total=len(networks) * len(options.enu), note="")
        for k, one in enumerate(networks):
            row = []
            for enu in options.enu:
                row.append(view(one, enu, options.n, (options.seed + k) % 2**64, true[enu]))
                bar.advance(task)
            views.append(row)
    write_figure(figure_discriminator(views), options.out, options.force)
    print(f"wrote {options.out}")
    return 0


def load_networks(name: str) -> Networks:
    """The networks of a run's best epoch or of a model.

    Raises
    ------
    UserError : no such run or model, or one without a discriminator
    """
    from nugan_hep.evaluation.discriminator_view import Networks
    from nugan_hep.families.gan.discriminator import Discriminator
    from nugan_hep.families.gan.generator import Generator
    from nugan_hep.families.gan.settings import GanTrainingConfig, network_config
    from nugan_hep.training.config import from_saved

    state, about = load_start(name)
    config = from_saved(state["config"])
    if not isinstance(config, GanTrainingConfig):
        title = families.of_config(config).title
        raise UserError(f"{about['name']} is a {title}, which has no discriminator: give GANs")
    network = network_config(config)
    generator, discriminator = Generator(network), Discriminator(network)
    generator.load_state_dict(state["generator"])
    discriminator.load_state_dict(state["discriminator"])
    generator.eval()
    discriminator.eval()
    return Networks(about["name"], archive.process_of(about), config, generator, discriminator)


def _read(files: list[str], probe: int, target: int, shift: float, low: float, high: float) -> Kinematics:
    from nugan_hep.data import read_events

    events = read_events(files, probe=probe, target=target, shift=shift, enu_range=(low, high))
    print(f"true events: {events.report}")
    return events.kinematics()


def _near(events: Kinematics, enu: float) -> Kinematics:
    near = np.abs(events.enu - enu) <= NEAR * enu
    if not near.any():
        raise UserError(f"--data: no event within {100 * NEAR:g} % of {enu:g} GeV")
    return Kinematics(*(column[near] for column in events))


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="What the discriminators of GANs say of generated and true events.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("models", nargs="+", metavar="MODEL_OR_RUNDIR", help="model names, archives or run folders")
    add("--data", nargs="+", metavar="FILE", help="true events: ROOT, .npz, Parquet")
    add(
        "--enu",
        nargs="+",
        type=cli.positive,
        default=list(ENERGIES),
        metavar="E",
        help="neutrino energies [GeV] (default 0.35 5)",
    )
    add(
        "--out",
        type=Path,
        default=Path("discriminator.png"),
        metavar="FILE",
        help="figure, .png, .pdf or .svg (default discriminator.png)",
    )
    add("-n", type=cli.count, default=200_000, metavar="N", help="generated events per energy (default 2e5)")
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--force", action="store_true", help="replace an earlier figure")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``python -m nugan_hep.discriminator``."""
    return cli.run(PROGRAM, discriminator, argv)


if __name__ == "__main__":
    sys.exit(main())
