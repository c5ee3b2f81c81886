"""What a model is compared with: the reference of its process, and the unchanged carbon sample."""

from __future__ import annotations

import pytest

from nugan_hep.errors import UserError
from nugan_hep.evaluation import reference
from nugan_hep.evaluation.target import Target, process_of, shipped_reference, zero_shot
from nugan_hep.kinematics import SHIFT_P1, SHIFT_P2


def target(process: str, shift: float = SHIFT_P2) -> Target:
    loaded = reference.load(shipped_reference(process), shift)
    return Target(loaded.source, loaded.process, loaded.samples)


@pytest.mark.parametrize(
    ("name", "process"),
    [
        ("numu_C12_inc_gan", "numu_C12_inc"),
        ("numu_Ar40_inc_10k", "numu_Ar40_inc"),
        ("numubar_C12_inc_100k_flow", "numubar_C12_inc"),
        ("numu_C12_alt_flow_10k", "numu_C12_alt"),
    ],
)
def test_models_of_a_process_share_its_reference(name: str, process: str) -> None:
    assert shipped_reference(name).stem == process


@pytest.mark.parametrize("suffix", ["", "_gan", "_flow", "_10k", "_100k", "_10k_flow", "_gan_100k"])
@pytest.mark.parametrize("process", ["numu_C12_inc", "numubar_C12_alt"])
def test_process_of_a_model(process: str, suffix: str) -> None:
    assert process_of(process + suffix) == process


def test_other_names_are_their_own_process() -> None:
    for name in ("mine", "numu_C12_inc_20k", "flow", "numu_flow_inc", ""):
        assert process_of(name) == name


def test_other_names_have_no_reference() -> None:
    with pytest.raises(UserError, match="no shipped reference for model 'numu_C12_inc_20k'"):
        shipped_reference("numu_C12_inc_20k")


@pytest.mark.parametrize(
    ("process", "all_events", "fixed"),
    [
        ("numu_Ar40_inc", (0.16, 1.17, 1.31), [3.26, 2.43, 1.53, 1.31, 1.13]),
        ("numubar_C12_inc", (8.4, 8.3, 10.2), [10.7, 9.8, 10.8, 11.9, 12.7]),
        ("numu_C12_alt", (0.91, 2.61, 2.96), [5.1, 5.4, 4.5, 3.3, 2.3]),
    ],
)
def test_zero_shot_is_carbon_in_place_of_the_target(
    process: str, all_events: tuple[float, ...], fixed: list[float]
) -> None:
    """Measured independently when the NuWro samples were made: EMD, MAP-2D and MAP-3D, MAP by energy."""
    scores = zero_shot(target(process), SHIFT_P2)
    assert list(scores) == ["All", "500 MeV", "1 GeV", "3 GeV", "5 GeV", "9 GeV"]
    total = scores.pop("All")
    assert (total.emd, total.map_2d, total.map_3d) == pytest.approx(all_events, rel=0.02)
    assert [row.map_2d for row in scores.values()] == pytest.approx(fixed, rel=0.02)
    assert all(row.map_3d is None for row in scores.values())


def test_processes_of_their_own_have_no_zero_shot() -> None:
    for process in ("numu_C12_inc", "numu_C12_qe"):
        assert zero_shot(target(process), SHIFT_P2) == {}
    assert zero_shot(target("numu_Ar40_inc")._replace(process=""), SHIFT_P2) == {}


@pytest.mark.heavy
def test_zero_shot_follows_the_shift_of_the_proxies() -> None:
    one = zero_shot(target("numu_Ar40_inc", SHIFT_P1), SHIFT_P1)["All"]
    other = zero_shot(target("numu_Ar40_inc"), SHIFT_P2)["All"]
    assert one != other
    assert one.map_2d == pytest.approx(other.map_2d, rel=0.05)
    assert zero_shot(target("numu_Ar40_inc"), 0.007) == {}
