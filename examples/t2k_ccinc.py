r"""T2K's CC-inclusive measurement on carbon against a model, and against NuWro itself.

    python examples/t2k_ccinc.py nd280data-numu-cc-inc-xs-on-c-2018 --out t2k_ccinc.png
    python examples/t2k_ccinc.py nd280data-numu-cc-inc-xs-on-c-2018 --model numu_C12_inc numu_C12_inc_gan \
        --nuwro val.root --xsec xsec.csv --out t2k_ccinc.png

The measurement: flux-averaged d2sigma/dp dcos(theta) of the muon in all of the phase space, 71 bins; T2K,
arXiv:1801.05148, PRD 98 012004. Its data release, a folder with histograms.root, is at
t2k-experiment.org/results/nd280data-numu-cc-inc-xs-on-c-2018, and in NUISANCE under data/T2K/CCinc.

The cross section is per nucleon of the first fine-grained detector (by mass C 86.1 %, O 3.7 %, H 7.4 %,
some Ti and Si); the models are of carbon. A free proton has no neutron to scatter on, so hydrogen lowers the
cross section by some percent: with NuWro events that know their channel ("dyn") this is estimated.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import uproot
from numpy.typing import NDArray

from nugan_hep import Flux, cli
from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS, momentum
from nugan_hep.measurement import Bins, Muons, Prediction, command, flux_weights, inputs
from nugan_hep.measurement.readers import t2k_ccinc_2018
from nugan_hep.measurement.readers.common import CARBON, FGD_HYDROGEN

Array = NDArray[np.float64]

# Free protons relative to the mean nucleon of carbon, by NuWro's channel. RES: the Delta's isospin gives
# nu p : nu n = 3 : 1 (Delta++ and Delta+), so p / mean = 1.5. DIS: nu p : nu n = 1 : 2 from the valence
# quarks, 2/3. QE, coherent and two-body currents need a neutron or a nucleus.
PROTON_OVER_CARBON = {0: 0.0, 2: 1.5, 4: 2 / 3, 6: 0.0, 8: 0.0}


def hydrogen(options: argparse.Namespace, flux: Flux, bins: Bins) -> Array | None:
    """Cross section on the detector over that on carbon [71], if the NuWro events say their channel.

    Raises
    ------
    UserError : a channel that is not in ``PROTON_OVER_CARBON``
    """
    names, kinds = ["enu", "emu", "theta", "dyn"], ("TTree", "ROOT::RNTuple")
    parts = []
    for path in options.nuwro:
        found = []
        if path.suffix == ".root":
            with uproot.open(path) as file:
                trees = [file[name] for name, kind in file.classnames().items() if kind in kinds]
                found = [tree.arrays(names, library="np") for tree in trees if set(names) <= set(tree.keys())]
        if len(found) != 1:
            print(f"hydrogen: not estimated, {path} has no branches {', '.join(names)}")
            return None
        parts.append(found[0])
    enu, emu, theta, channel = (np.concatenate([part[name] for part in parts]) for name in names)
    unknown = np.setdiff1d(channel, [*PROTON_OVER_CARBON])
    if unknown.size:
        files, known = (", ".join(map(str, items)) for items in (options.nuwro, PROTON_OVER_CARBON))
        raise UserError(f"{files}: events of the channel dyn = {unknown[0]}, expected {known}")
    weights = flux_weights(enu, options.xsec, flux)
    proton = sum(value * (channel == number) for number, value in PROTON_OVER_CARBON.items())
    mixed = weights * (1 - FGD_HYDROGEN + FGD_HYDROGEN * np.asarray(proton))
    print(f"hydrogen: the cross section per nucleon is {mixed.sum() / weights.sum():.3f} of carbon's")
    p, cosine = momentum(emu, MUON_MASS), np.cos(theta.astype(np.float64))
    carbon, detector = (bins.fill([Muons(p, cosine, each)]).sums[:-1] for each in (weights, mixed))
    return np.divide(detector, carbon, out=np.ones_like(carbon), where=carbon > 0)


def compare(argv: Sequence[str] | None = None) -> int:
    """Predict, print the table, draw."""
    parser = cli.Parser(
        prog="t2k_ccinc.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", type=Path, help="folder of T2K's data release")
    parser.add_argument("--prior", choices=("neut", "genie"), default="neut", help="of the unfolding")
    parser.add_argument("--flux", metavar="FILE[:HIST]", help="another flux than the release's own")
    command.add_options(parser, "numu_C12_inc", "t2k_ccinc.png")
    options = parser.parse_args(argv)
    command.check_options(options, t2k_ccinc_2018.SLICES)
    if options.flux_units is not None and options.flux is None:
        raise UserError("--flux-units goes with --flux: the release's own flux has its unit")
    if options.flux_columns is not None and options.flux is None:
        raise UserError("--flux-columns goes with --flux: the release's own flux is a histogram")

    measured = t2k_ccinc_2018.read_release(options.release, options.prior)
    flux = inputs.read_flux(
        options.flux or f"{options.release / 'histograms.root'}:hflux",
        options.flux_units,
        options.flux_columns,
    )
    bins, data, covariance = measured.bins, measured.data, measured.covariance
    samplers = inputs.open_models(options.model, CARBON, options.threads)
    nuwro = command.nuwro(options, flux, bins, CARBON)  # before the models, which take long
    factor = hydrogen(options, flux, bins) if nuwro else None
    contents = command.predict(options, samplers, flux, bins) | nuwro
    predictions = {name: bins.divide(content) for name, content in contents.items()}
    exact = np.zeros_like(covariance)
    published = {name: Prediction(values, exact) for name, values in measured.generators.items()}

    areas = bins.areas
    error = np.sqrt(areas @ covariance @ areas)
    sums = ", ".join(f"{name} {values @ areas:.4f}" for name, values in measured.generators.items())
    print(f"data: sum of all bins {data @ areas:.4f} +- {error:.4f} x 1e-38 cm2/nucleon; {sums}")
    print(command.table(data, covariance, {**predictions, **published}))
    if options.nuwro:
        print(command.between(contents, predictions, covariance))
        if factor is not None:
            scale = np.outer(factor, factor)
            mixed = {
                f"{name}, with hydrogen": Prediction(one.values * factor, one.covariance * scale)
                for name, one in predictions.items()
            }
            print(command.table(data, covariance, mixed))
    title = r"T2K $\nu_\mu$ CC inclusive, $10^{-38}$ cm$^2$/GeV/nucleon"
    command.write_figures(options, bins, data, covariance, {**predictions, **published}, title)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    return cli.run("t2k_ccinc.py", compare, argv)


if __name__ == "__main__":
    sys.exit(main())
