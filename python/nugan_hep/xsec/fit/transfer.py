"""From the networks of one nucleus to another: the last blocks trained on, the first kept as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch

from nugan_hep.errors import UserError
from nugan_hep.xsec.fit.chi2 import chi_square
from nugan_hep.xsec.fit.config import XsecConfig
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.fit.targets import clones
from nugan_hep.xsec.fit.training import Progress, Training, huber
from nugan_hep.xsec.model.form import Form
from nugan_hep.xsec.model.network import Ensemble
from nugan_hep.xsec.model.values import member_values

FOLDS = 5
LOOKS = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1200)
"""Epochs after which the points left out are looked at."""


class Outcome(NamedTuple):
    """Networks after a transfer, its epochs, and seconds with the choice of the epochs."""

    ensemble: Ensemble
    epochs: int
    seconds: float


def check_last(last: int, blocks: int) -> None:
    """Refuse a number of blocks to train that the network does not have.

    Raises
    ------
    UserError : not 1 to ``blocks``
    """
    if not 1 <= last <= blocks:
        raise UserError(f"--unfreeze-last {last}: expected 1 to {blocks}, the blocks of the network")


def train_last(
    network: Ensemble,
    last: int,
    points: FitPoints,
    form: Form,
    config: XsecConfig,
    epochs: int | None,
    report: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train the output layer and the last blocks of copies of networks on few points.

    Parameters
    ----------
    network : folded networks, as in an archive; random ones make it a training from scratch
    last : blocks that are trained, of those before the output layer
    points : training points of the new nucleus, with the errors added
    form : for the new nucleus, with the scaling of the inputs that the networks are used to
    config : its ``epochs`` is the most that may be chosen
    epochs : of the training; None: those at which points that a network left out were described best, in a
        cross-validation with the same settings (``FOLDS`` parts, of which every network leaves out one; each
        group of ``FOLDS`` networks has its own partition)
    """
    check_last(last, len(network.blocks))
    values = clones(points, config)
    spent = 0.0
    if epochs is None:
        epochs, spent = choose_epochs(network, last, points, form, config, stopped)
    training = _training(network, last, points, form, replace(config, epochs=max(epochs, 1)), values)
    training.run(report, stopped, epochs)
    return Outcome(_joined(network, training.average, last), epochs, spent + training.seconds)


def choose_epochs(
    network: Ensemble,
    last: int,
    points: FitPoints,
    form: Form,
    config: XsecConfig,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[int, float]:
    """Epochs at which the points left out had the least chi2, 0 included; and the seconds that it took.

    A pull beyond ``config.huber`` counts linearly, as in the loss: one odd point must not decide.
    """
    folds = min(FOLDS, len(points), network.members)
    if folds < 2:
        raise UserError("cross-validation needs at least 2 points and 2 networks: give --epochs")
    rng = np.random.default_rng([config.seed, len(points)])
    rounds = [rng.permutation(len(points)) % folds for _ in range(-(-network.members // folds))]
    training = _training(network, last, points, form, config, clones(points, config))
    # an error beyond all measure is a point left out
    out = torch.from_numpy(np.stack([rounds[k // folds] == k % folds for k in range(network.members)]))
    errors = training.targets.errors
    training.targets.errors = torch.where(out, 1e6 * errors.max(), errors)
    found = {}
    for epoch in (look for look in LOOKS if look <= config.epochs):
        training.run(stopped=stopped, epochs=epoch)
        values = member_values(_joined(network, training.average, last), form, points.kinematics)
        predicted = (values * out).sum(dim=0) / out.sum(dim=0)
        left_out = chi_square(predicted, points, config.widths)
        penalty = sum(float((part**2).sum()) for part in left_out.nuisances)
        found[epoch] = float(huber(left_out.pulls, config.huber).sum()) + penalty
        if stopped():
            break
    return min(found, key=lambda epoch: found[epoch]), training.seconds


def _training(
    network: Ensemble, last: int, points: FitPoints, form: Form, config: XsecConfig, values: torch.Tensor
) -> Training:
    """A training of what follows the frozen blocks, whose output it sees as its input."""
    frozen = len(network.blocks) - last
    training = Training(config, points, form, values, network=network.tail(frozen), decay=False)
    with torch.no_grad():
        inputs = training.targets.inputs.expand(network.members, -1, -1)
        training.targets.inputs = network.before(inputs, frozen)
    return training


@torch.no_grad()
def _joined(network: Ensemble, tail: Ensemble, last: int) -> Ensemble:
    """The frozen blocks with trained ones behind them."""
    whole = network.folded()
    frozen = len(network.blocks) - last
    for k, block in enumerate(tail.folded().layers()):
        whole.layers()[frozen + k].load_state_dict(block.state_dict())
    whole.output.load_state_dict(tail.output.state_dict())
    return whole.eval()
