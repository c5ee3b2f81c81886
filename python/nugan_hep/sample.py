"""``nugan-sample``: draw charged-current events from a model into a ROOT file."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import functools
import importlib.metadata
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nugan_hep import archive, cli
from nugan_hep.cross_section import CrossSection
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, EventWriter, Run, atomic, gst, overlap
from nugan_hep.signals import stop_signals

if TYPE_CHECKING:
    from nugan_hep._core import SamplerCore

PROGRAM = "nugan-sample"
MOST_EVENTS = 2**31 - 1
MOST_PER_CHUNK = 1_000_000

EXAMPLES = """\
examples:
  nugan-sample --out events.root
  nugan-sample -n 5e6 --energy 1.0 --seed 7 --out at_1GeV.root
  nugan-sample --uniform 0.5 3 --device cuda:0 --compression lz4:1

The file holds a TTree "gst" (energies and momenta in GeV, angles in rad, Q2 in GeV^2) and a text
"nugan" (JSON: model, seed, command, cross section in 1e-38 cm2/nucleon, meaning of each branch).
The same seed gives the same events whatever --chunk and --threads. Ctrl-C closes a valid file.
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM)"""


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="Draw charged-current neutrino events from a trained model into a ROOT file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--model",
        default=archive.DEFAULT_MODEL,
        metavar="NAME|PATH",
        help=f"model's name or .pt file (default {archive.DEFAULT_MODEL})",
    )
    add("-n", type=cli.count, default=1_000_000, metavar="N", help="events, 1e6 allowed (default 1e6)")
    energy = parser.add_mutually_exclusive_group()
    energy.add_argument("--energy", type=cli.positive, metavar="E", help="one neutrino energy [GeV]")
    energy.add_argument(
        "--uniform",
        type=cli.positive,
        nargs=2,
        metavar=("LO", "HI"),
        help="energies uniform in [LO, HI] GeV (default: the model's range)",
    )
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--out", type=Path, default=Path("events.root"), metavar="FILE", help="default events.root")
    add("--device", type=cli.device, default="cpu", metavar="cpu|cuda[:k]", help="default cpu")
    add(
        "--backend",
        choices=("auto", "fused", "torch"),
        default="auto",
        help="what runs the network (default auto: the fused kernel where it can be had, else LibTorch)",
    )
    add("--threads", type=cli.threads, default=0, metavar="T", help="CPU threads (default 0: all)")
    add("--chunk", type=cli.count, default=100_000, metavar="C", help="events held at once (default 100000)")
    add(
        "--compression",
        default="zstd:1",
        metavar="A[:LEVEL]",
        help="zstd, lz4, zlib or none (default zstd:1)",
    )
    add("--force", action="store_true", help="replace an existing file")
    add("--quiet", action="store_true", help="no progress bar, no summary")
    add("--list-models", action="store_true", help="show the models that --model knows by name")
    add("--version", action="store_true", help="show versions")
    return parser


def _version() -> str:
    versions = {}
    for name in ("nugan-hep", "torch"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return f"nugan-hep {versions['nugan-hep']} (torch {versions['torch']})"


def _model_table() -> str:
    lines = [f"{'model':<20} {'probe':>5} {'target':>11}  energies [GeV]"]
    for name in archive.list_models():
        try:
            about = archive.read_metadata(archive.find_model(name))
        except UserError as error:
            lines.append(f"{name:<20} unreadable: {error}")
            continue
        low, high = about["enu_range"]
        lines.append(f"{name:<20} {about['probe']:>5} {about['target']:>11}  {low:g} to {high:g}")
    return "\n".join(lines)


def _check_output(options: argparse.Namespace) -> None:
    """Refuse what cannot succeed before any work is done."""
    if options.n > MOST_EVENTS:
        raise UserError(
            f"-n {options.n:,} is above {MOST_EVENTS:,}, the most events that the 32-bit event number counts"
        )
    if options.chunk > MOST_PER_CHUNK:
        raise UserError(f"--chunk {options.chunk:,} is above {MOST_PER_CHUNK:,}")
    atomic.check_target(options.out, options.force)
    need = gst.least_bytes(options.n, options.compression)
    free = shutil.disk_usage(options.out.parent).free
    if need > free:
        raise UserError(
            f"{options.n:,} events take at least {need / 1e9:.3g} GB, "
            f"but {options.out.parent} has {free / 1e9:.3g} GB free"
        )


def _energies(options: argparse.Namespace, core: SamplerCore) -> tuple[float, float]:
    """The range [GeV] to draw from, inside of the model's."""
    if options.energy is not None:
        low = high = options.energy
    else:
        low, high = options.uniform or (core.enu_min, core.enu_max)
    if low > high:
        raise UserError(f"--uniform {low:g} {high:g}: the first energy must not be above the second")
    for value in (low, high):
        if not core.enu_min <= value <= core.enu_max:
            raise UserError(
                f"energy {value:g} GeV is outside of the range of {core.name}, "
                f"{core.enu_min:g} to {core.enu_max:g} GeV"
            )
    return low, high


def _jobs(
    core: SamplerCore, energies: tuple[float, float], options: argparse.Namespace
) -> Iterator[Callable[[], Columns]]:
    for first in range(0, options.n, options.chunk):
        n = min(options.chunk, options.n - first)
        yield functools.partial(core.sample_uniform, *energies, n, options.seed, first)


def _cross_section(core: SamplerCore, energies: tuple[float, float]) -> CrossSection | None:
    """The model's table, if it has one over all of these energies [GeV]."""
    table = CrossSection(core.xsec_enu, core.xsec)
    covered = len(table.enu) and table.enu[0] <= energies[0] and energies[1] <= table.enu[-1]
    return table if covered else None


def _write(
    core: SamplerCore,
    writer: EventWriter,
    options: argparse.Namespace,
    energies: tuple[float, float],
    stopped: Callable[[], bool],
) -> float | None:
    """Draw and write until done or stopped; the events' mean cross section, if the model has a table."""
    sigma, total = _cross_section(core, energies), 0.0
    chunks = overlap.ahead(_jobs(core, energies, options), stopped)
    with cli.progress("events", options.quiet) as bar, contextlib.closing(chunks):
        task = bar.add_task("sampling", total=options.n, note="")
        start = time.monotonic()
        for columns in chunks:
            writer.write(columns)
            if sigma:  # the limits take away what rounding to float32 put beyond the ends
                total += float(sigma(np.clip(columns["Ev"].astype(np.float64), *energies)).sum())
            rate = writer.events / max(time.monotonic() - start, 1e-9)
            bar.update(task, completed=writer.events, note=f"{rate:,.0f} events/s")
    if writer.events == 0:
        raise KeyboardInterrupt  # nothing that a file could hold
    return total / writer.events if sigma else None


def _describe(
    core: SamplerCore, options: argparse.Namespace, energies: tuple[float, float], command: str
) -> dict[str, Any]:
    """What the file says of itself, but for what is known only at the end."""
    return {
        "program": _version(),
        "command": command,
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "model": {
            "name": core.name,
            "sha256": core.sha256,
            "probe": core.probe,
            "target": core.target,
            "interaction": core.interaction,
        },
        "backend": core.backend,
        "seed": options.seed,
        "energy": {"low": energies[0], "high": energies[1], "distribution": "uniform", "unit": "GeV"},
        "requested": options.n,
    }


def sample(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    options = _parser().parse_args(argv)
    if options.version or options.list_models:
        print(_version() if options.version else _model_table())
        return 0
    _check_output(options)
    model = archive.find_model(options.model)

    from nugan_hep import _core

    try:
        core = _core.SamplerCore(str(model), options.device, options.threads, options.backend)
        energies = _energies(options, core)
        run = Run(core.probe, {core.target: 1.0}, energy=options.energy)
        start = time.monotonic()
        with (
            stop_signals() as caught,
            gst.create(options.out, run, options.compression, options.force) as writer,
        ):
            run.metadata.update(_describe(core, options, energies, shlex.join([PROGRAM, *argv])))
            sigma = _write(core, writer, options, energies, lambda: bool(caught))
            run.metadata["events"] = writer.events
            run.metadata["cross_section"] = {
                "mean": sigma,
                "unit": "1e-38 cm2/nucleon",
                "enu": core.xsec_enu.tolist(),
                "sigma": core.xsec.tolist(),
            }
    except _core.Error as error:
        raise UserError(str(error).splitlines()[0]) from error
    seconds = time.monotonic() - start
    if not options.quiet:
        print(
            f"{options.out}: {writer.events:,} events in {seconds:.2f} s "
            f"({writer.events / seconds:,.0f} events/s), {options.out.stat().st_size:,} bytes, "
            + ("sigma unknown" if sigma is None else f"sigma {sigma:.4g} x 1e-38 cm2/nucleon")
        )
    if writer.events < options.n:
        print(f"{PROGRAM}: interrupted after {writer.events:,} of {options.n:,} events", file=sys.stderr)
        return 128 + caught[0]
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``nugan-sample``."""
    return cli.run(PROGRAM, sample, argv)


if __name__ == "__main__":
    sys.exit(main())
