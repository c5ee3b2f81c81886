"""Where a transfer begins: the networks of a model, and the settings that go with them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nugan_hep.errors import UserError
from nugan_hep.xsec.config import TRANSFER_DEFAULTS, TRANSFER_SETTINGS, XsecConfig, from_saved
from nugan_hep.xsec.export import load_ensemble
from nugan_hep.xsec.form import Form
from nugan_hep.xsec.network import Ensemble
from nugan_hep.xsec.nuclei import Nucleus
from nugan_hep.xsec.prediction import find_model
from nugan_hep.xsec.run import Sample, read_sample
from nugan_hep.xsec.training import make_network


@dataclass(frozen=True)
class Start:
    """A model to begin from; ``config`` has the settings of the transfer."""

    name: str
    nucleus: str
    ensemble: Ensemble
    form: Form
    config: XsecConfig

    @property
    def blocks(self) -> int:
        return len(self.ensemble.blocks)

    def form_for(self, nucleus: Nucleus) -> Form:
        """The form of a nucleus, with the model's scaling of the inputs."""
        kind = "response" if self.form.response else "mott"
        return Form(kind, nucleus, self.form.mean, self.form.scale)

    def random(self, sample: Sample, form: Form) -> Ensemble:
        """Networks of the same shape at random weights, normalised on the training points."""
        torch.manual_seed(self.config.seed)
        network = make_network(self.config)
        inputs = form.inputs(torch.from_numpy(sample.train.kinematics))
        network.settle(inputs.expand(network.members, -1, -1))
        return network.folded()

    def sample(self, path: Path, arguments: argparse.Namespace) -> Sample:
        """The points of a new nucleus, of which ``--train-fraction`` train."""
        return read_sample(
            path,
            self.config,
            test_points=1.0 - arguments.train_fraction,
            test_spectra=0.0,
            seed=self.config.seed,
            exclude=arguments.exclude,
            drop_negative=arguments.drop_negative,
        )


def open_start(arguments: argparse.Namespace, given: dict[str, Any]) -> Start:
    """Read the model of ``--from`` and settle the transfer's settings.

    Raises
    ------
    UserError : no such model, fewer networks than ``--members``, no point to train on
    """
    if arguments.train_fraction == 0:
        raise UserError("--train-fraction 0: expected above 0")
    ensemble, form, metadata = load_ensemble(find_model(arguments.start))
    members = arguments.members or ensemble.members
    if members > ensemble.members:
        raise UserError(f"--members {members}: {metadata['name']} has {ensemble.members} networks")
    if members < ensemble.members:
        ensemble = ensemble.first(members)
    own = {name: value for name, value in given.items() if name in TRANSFER_SETTINGS}
    config = replace(
        from_saved(metadata["configuration"]),
        **{**TRANSFER_DEFAULTS, "epochs": arguments.max_epochs, **own, "members": members},
        # draws are networks like any other, to be trained one by one
        method="bootstrap",
        dropout=0.0,
    )
    return Start(metadata["name"], metadata["nucleus"], ensemble, form, config)
