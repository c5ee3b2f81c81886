"""Fluxes and models that do not fit a measurement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import uproot
from make_model import write_model

from nugan_hep.errors import UserError
from nugan_hep.measurement import inputs


@pytest.mark.parametrize(
    ("name", "models", "message"),
    [
        ("numu on argon", {"target": 1000180400}, "toy: a model of Ar40, the measurement is on C12"),
        ("numubar", {"probe": -14}, "toy: a model of the probe -14, expected 14"),
        ("twice", {}, "--model: toy is there 2 times, expected models of different names"),
    ],
)
def test_models_that_do_not_fit(tmp_path: Path, name: str, models: dict[str, int], message: str) -> None:
    first, second = (write_model(tmp_path / name, **models) for name in ("a.pt", "b.pt"))
    with pytest.raises(UserError, match=message):
        inputs.open_models([str(first), str(second)], 1000060120, threads=1)


def test_flux_of_a_shape(tmp_path: Path) -> None:
    """Without a unit, bins of equal width only: there it does not matter which."""
    (tmp_path / "even.txt").write_text("0 0.5 1\n0.5 1 3\n1 1.5 2\n")
    (tmp_path / "odd.txt").write_text("0 0.5 1\n0.5 1 3\n1 3 2\n")
    even = inputs.read_flux(str(tmp_path / "even.txt"))
    np.testing.assert_allclose(even.density / even.integral(), np.array([1, 3, 2]) / 3)
    odd = str(tmp_path / "odd.txt")
    with pytest.raises(
        UserError, match=r"odd\.txt: it names no unit and its bins have different widths; give"
    ):
        inputs.read_flux(odd)
    assert inputs.read_flux(odd, "/bin").integral() == pytest.approx(6)
    assert inputs.read_flux(odd, "/GeV").integral() == pytest.approx(6)
    assert inputs.read_flux(odd, "/bin").integral(1, 3) == pytest.approx(2)
    assert inputs.read_flux(odd, "/GeV").integral(1, 3) == pytest.approx(4)
    with uproot.recreate(tmp_path / "flux.root") as file:
        file["flux_nue"] = np.histogram([1.0, 2.0], bins=2)
    with pytest.raises(UserError, match=r"flux\.root:flux_nue is named for nue, the probe is numu$"):
        inputs.read_flux(f"{tmp_path / 'flux.root'}:flux_nue")
