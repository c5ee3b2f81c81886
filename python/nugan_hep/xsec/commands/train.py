"""Learn the inclusive electron cross section of a nucleus from data: ``python -m nugan_hep.xsec train``."""

from __future__ import annotations

import argparse
import csv
import io

import torch

from nugan_hep.output.atomic import write_text
from nugan_hep.training.run_files import HISTORY_FILE
from nugan_hep.xsec.commands.arguments import add_data_arguments, add_run_arguments, fraction
from nugan_hep.xsec.fit import config as settings
from nugan_hep.xsec.fit import session
from nugan_hep.xsec.fit.sample import read_sample
from nugan_hep.xsec.fit.targets import clones
from nugan_hep.xsec.fit.training import Training
from nugan_hep.xsec.model.form import Form, input_scaling

EPILOG = """\
The data are those of the archive of Benhar, Day and Sick, http://faculty.virginia.edu/qes-archive/: its own
text file of a nucleus, or a CSV with the columns Z, A, energy_GeV, theta_deg, omega_GeV, xsec_nb_per_sr_GeV,
xsec_err_nb_per_sr_GeV, source. A tenth of the (E, theta) spectra is held out as a whole, and a tenth of the
points of the others. RUNDIR gets config.toml, run.json, history.csv, checkpoints, and the ensemble as
model.pt with its card model.md.

examples:
  python -m nugan_hep.xsec train --data 12C.csv --out run
  python -m nugan_hep.xsec train --data 12C.csv --out dropout --method dropout
  python -m nugan_hep.xsec train --data 12C.csv --out published --preset published --members 5
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM); continue with --resume"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    parser.add_argument(
        "--test-points", type=fraction, default=0.1, metavar="F", help="points held out (default 0.1)"
    )
    parser.add_argument(
        "--test-spectra",
        type=fraction,
        default=0.1,
        metavar="F",
        help="spectra held out as a whole (default 0.1)",
    )
    add_run_arguments(parser)
    settings.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    resumed = session.resumable(arguments)
    if resumed is not None:
        config = settings.from_saved({**resumed["config"], **settings.given(arguments)})
    else:
        config = settings.resolve(arguments)
    torch.set_num_threads(config.threads)
    sample = read_sample(
        arguments.data,
        config,
        test_points=arguments.test_points,
        test_spectra=arguments.test_spectra,
        seed=config.seed,
        exclude=arguments.exclude,
        drop_negative=arguments.drop_negative,
    )
    nucleus = sample.points.nucleus
    print(f"{nucleus.name}: {sample.text}")
    train = sample.train
    scaling = input_scaling(config.form, nucleus, torch.from_numpy(train.kinematics))
    form = Form(config.form, nucleus, *scaling)
    training = Training(config, train, form, clones(train, config), arguments.out)
    if resumed is not None:
        training.restore(resumed)
    about = {"name": arguments.name or f"e_{nucleus.name}", "start": None}
    code = session.run_training(training, arguments, {**about, "data": sample.about})
    if code:
        return code
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("epoch", "loss"), *enumerate(training.history, 1)])
    write_text(arguments.out / HISTORY_FILE, text.getvalue())
    ensemble = session.drawn(training.average, form, sample, config)
    about |= {"epoch": training.epoch, "seconds": training.seconds}
    session.finish(ensemble, form, sample, config, arguments.out, about)
    return 0
