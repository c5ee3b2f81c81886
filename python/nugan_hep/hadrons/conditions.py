"""What is known at two points of an event; TorchScript reads no annotations that are put off to later."""

from typing import NamedTuple

from torch import Tensor


class Lepton(NamedTuple):
    """What is known before the hadrons, each [N]: GeV; ``transverse`` is the leptons' momentum across q."""

    enu: Tensor
    omega: Tensor
    q: Tensor
    transverse: Tensor


class Left(NamedTuple):
    """What is left before a hadron is emitted, each [N].

    ``energy`` and ``momentum`` [GeV] of all hadrons not yet emitted, ``mass`` of the next one, ``rest``
    the sum of the masses after it, ``others`` their number; ``same`` whether all after it are of its own
    species; ``before`` the energy [GeV] of the hadron before if of the same species, else infinite.
    """

    energy: Tensor
    momentum: Tensor
    mass: Tensor
    rest: Tensor
    others: Tensor
    same: Tensor
    before: Tensor
