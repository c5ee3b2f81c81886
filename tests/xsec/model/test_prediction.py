from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from nugan_hep.errors import UserError
from nugan_hep.xsec.model.archive import read_metadata
from nugan_hep.xsec.model.lookup import find_model, list_models
from nugan_hep.xsec.model.prediction import predict, predict_members


def test_predictions_broadcast_and_vanish_below_threshold(run: Path) -> None:
    mean, std = predict("C12", [[0.7], [0.9]], 40.0, [-0.1, 0.0, 0.015, 0.1, 5.0], model=run)
    assert mean.shape == std.shape == (2, 5)
    assert (mean[:, [0, 1, 2, 4]] == 0).all()
    assert (std[:, [0, 1, 2, 4]] == 0).all()
    assert (mean[:, 3] > 0).all()
    members = predict_members("12C", [[0.7], [0.9]], 40.0, [0.1, 0.2], model=run)
    assert members.shape == (4, 2, 2)
    assert (members > 0).all()
    omega = np.linspace(0.07, 0.35, 2000)
    smooth, _ = predict("12C", 0.8, 40.0, omega, model=run)
    assert np.abs(np.diff(smooth)).max() < 0.02 * smooth.max()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("13C", 0.8, 40, 0.1), "nucleus '13C': expected one of"),
        (("56Fe", 0.8, 40, 0.1), "is a model of 12C, not of 56Fe"),
        (("12C", 800.0, 40, 0.1), "energy = 800: expected above 0 to 100 GeV"),
        (("12C", 0.8, 0.0, 0.1), "theta = 0: expected above 0 to 180 degrees"),
        (("12C", 0.8, 40, float("nan")), "omega has a value that is not finite"),
        (("12C", "x", 40, 0.1), "energy = 'x': expected numbers"),
    ],
)
def test_bad_predictions_are_refused(run: Path, arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(UserError) as caught:
        predict(*arguments, model=run)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_the_spread_grows_outside_of_the_data(run: Path) -> None:
    """Along q beyond the data, at the quasielastic peak, where the closed form knows nothing."""
    energy = np.array([1.3, 2.0, 3.0, 4.5])
    theta = np.full(4, 50.0)
    omega = energy - energy / (1 + energy / 0.939 * (1 - np.cos(np.radians(theta))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mean, std = predict("12C", energy, theta, omega, model=run)
        inner, inner_std = predict("12C", 0.8, 40.0, 0.15, model=run)
    spread = std / mean
    assert (np.diff(spread) > 0).all()
    assert spread[-1] > 3 * inner_std / inner


def test_damaged_archives_are_refused(run: Path, tmp_path: Path) -> None:
    whole = (run / "model.pt").read_bytes()
    broken = tmp_path / "broken.pt"
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="truncated"):
        predict("12C", 0.8, 40.0, 0.1, model=broken)


def test_shipped_models_are_what_they_say() -> None:
    names = list_models()
    if not names:
        pytest.skip("no model is installed")
    for name in names:
        path = find_model(name)
        metadata = read_metadata(path)
        assert metadata["name"] == name == f"e_{metadata['nucleus']}"
        assert path.stat().st_size < 20e6
        low, high = metadata["energies"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            members = predict_members(metadata["nucleus"], np.geomspace(low, high, 50)[:, None], 40.0, 0.15)
        assert torch.isfinite(torch.from_numpy(members)).all()
        assert (members >= 0).all()
