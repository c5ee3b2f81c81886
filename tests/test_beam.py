"""Vertices, times and the beam's direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from make_model import write_model
from numpy.typing import NDArray
from scipy import stats

from nugan_hep import _core, kinematics, streams
from nugan_hep.beam import Beam
from nugan_hep.errors import UserError
from nugan_hep.sampler import Sampler

Columns = dict[str, NDArray[Any]]
DIRECTIONS = [(0, 0, 1), (0, 0, -1), (1, 0, 0), (0, -3, 0), (0, -0.101, 0.995), (1e-9, 2e-9, -1), (1, 2, -3)]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Columns:
    return Sampler(write_model(tmp_path_factory.mktemp("beam") / "toy.pt"), threads=1).sample(
        n=20_000, seed=4
    )


def vectors(columns: Columns, *names: str) -> NDArray[np.float64]:
    return np.stack([columns[name].astype("f8") for name in names])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_rotation(direction: tuple[float, float, float]) -> None:
    unit = np.array(direction) / np.linalg.norm(direction)
    matrix = np.array(_core.rotation(unit.tolist()))
    np.testing.assert_allclose(matrix @ [0, 0, 1], unit, atol=1e-15)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_events_in_the_detector_frame(events: Columns, direction: tuple[float, float, float]) -> None:
    """Lengths and angles are those of the beam's frame; the azimuth about the beam is uniform."""
    placed = Beam(direction=direction).place(events, seed=1, first=0)
    unit = np.array(direction) / np.linalg.norm(direction)
    neutrino, lepton = vectors(placed, "pxv", "pyv", "pzv"), vectors(placed, "pxl", "pyl", "pzl")
    np.testing.assert_allclose(neutrino, unit[:, None] * events["Ev"], rtol=2e-7, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(lepton, axis=0), events["pl"], rtol=1e-6)
    along = unit @ lepton
    np.testing.assert_allclose(along, events["pl"] * events["cthl"], rtol=0, atol=2e-6)
    q = neutrino - lepton
    omega = events["Ev"].astype("f8") - events["El"]
    np.testing.assert_allclose((q**2).sum(0) - omega**2, events["Q2"], atol=1e-4)
    across = np.cross(unit, [0.3, -0.5, 0.7])
    across /= np.linalg.norm(across)
    azimuth = np.arctan2(np.cross(unit, across) @ lepton, across @ lepton)
    turned = events["pl"] * np.sin(events["thetal"]) > 1e-3
    assert stats.kstest(azimuth[turned], stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    for name in set(events) - {"pxl", "pyl", "pzl"}:
        assert placed[name] is events[name]
    assert placed["pxl"].dtype == placed["pxv"].dtype == np.float32


def test_a_beam_along_z_is_as_it_was(events: Columns) -> None:
    assert Beam().place(events, 1, 0) == events
    placed = Beam(direction=(0, 0, 7)).place(events, 1, 0)
    for name in ("pxl", "pyl", "pzl"):
        np.testing.assert_array_equal(placed[name], events[name])
    np.testing.assert_array_equal(placed["pzv"], events["Ev"])


def test_muon_keeps_its_mass(events: Columns) -> None:
    placed = Beam(direction=(1, 2, -3)).place(events, 1, 0)
    p2 = (vectors(placed, "pxl", "pyl", "pzl") ** 2).sum(0)
    mass2 = events["El"].astype("f8") ** 2 - p2
    assert np.all(np.abs(mass2 - kinematics.MUON_MASS**2) < 5e-7 * events["El"].astype("f8") ** 2)


def test_vertices_fill_the_box(events: Columns) -> None:
    box = ((-1.0, 2.0), (0.0, 0.5), (-7.0, -4.0))
    placed = Beam(box, (1e-6, 3e-6)).place(events, seed=5, first=0)
    sides = dict(zip(("vtxx", "vtxy", "vtxz", "vtxt"), [*box, (1e-6, 3e-6)], strict=True))
    for name, (low, high) in sides.items():
        assert placed[name].dtype == np.float64
        assert stats.kstest(placed[name], stats.uniform(low, high - low).cdf).pvalue > 1e-3
    table = vectors(placed, *sides, "Ev", "phil", "thetal")
    correlation = np.corrcoef(table) - np.eye(len(table))
    assert np.abs(np.delete(correlation[:4], 6, axis=1)).max() < 5 / np.sqrt(20_000)


def test_one_vertex(events: Columns) -> None:
    placed = Beam((1, -2, (3, 3))).place(events, 5, 0)
    for name, value in {"vtxx": 1, "vtxy": -2, "vtxz": 3}.items():
        assert np.all(placed[name] == value)
    assert "vtxt" not in placed
    assert "pxv" not in placed
    timed = Beam(time=4.0).place(events, 5, 0)
    assert np.all(timed["vtxt"] == 4)
    assert "vtxx" not in timed


def test_vertices_belong_to_the_events(events: Columns) -> None:
    here = Beam(((0, 1), (0, 1), (0, 1)), (0, 1))
    whole = here.place(events, seed=2**64 - 1, first=0)
    part = {name: values[777:1234] for name, values in events.items()}
    again = here.place(part, seed=2**64 - 1, first=777)
    other = here.place(events, seed=3, first=0)
    for name in ("vtxx", "vtxy", "vtxz", "vtxt"):
        np.testing.assert_array_equal(again[name], whole[name][777:1234])
        assert np.all(whole[name] != other[name])
    alone = Beam(time=(0, 1)).place(events, seed=2**64 - 1, first=0)
    np.testing.assert_array_equal(alone["vtxt"], whole["vtxt"])


def test_streams_are_philox() -> None:
    """Each event has its own block of Philox4x64-10, and each purpose its own key."""
    found = streams.uniforms(seed=9, purpose=2, first=3, n=4)
    for event in range(4):
        counter = np.array([3 + event, 0, 0, 0], dtype=np.uint64)
        philox = np.random.Philox(key=np.array([9, 2], dtype=np.uint64), counter=counter)
        np.testing.assert_array_equal(found[event], (philox.random_raw(4) >> np.uint64(11)) / 2.0**53)
    assert not np.isin(found, streams.uniforms(9, 1, 3, 4)).any()
    assert len({streams.another_seed(seed, purpose) for seed in range(20) for purpose in range(20)}) == 400


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (_core.parse_vertex, "1,2,-3", ((1, 1), (2, 2), (-3, -3))),
        (_core.parse_vertex, "-1:1,2,1e-3:5", ((-1, 1), (2, 2), (1e-3, 5))),
        (_core.parse_time, "2e-6", (2e-6, 2e-6)),
        (_core.parse_time, "-1:1", (-1, 1)),
        (_core.parse_direction, "0,-3,4", (0, -0.6, 0.8)),
    ],
)
def test_texts(parse: Callable[[str], Any], text: str, value: Any) -> None:
    np.testing.assert_allclose(parse(text), value, rtol=1e-15)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (_core.parse_vertex, "1,2", "--vertex '1,2': expected X,Y,Z or X1:X2,Y1:Y2,Z1:Z2"),
        (_core.parse_vertex, "1,2,3,4", "expected X,Y,Z"),
        (_core.parse_vertex, "1,2,x", "'x' is neither a number nor LOW:HIGH"),
        (_core.parse_vertex, "1,2,1:2:3", "'1:2:3' is neither"),
        (_core.parse_vertex, "1,2,", "'' is neither"),
        (_core.parse_vertex, "1,2,2:1", "--vertex 2:1: expected finite numbers, low <= high"),
        (_core.parse_vertex, "1,2,nan", "expected finite numbers"),
        (_core.parse_vertex, "1,2,0:inf", "expected finite numbers"),
        (_core.parse_time, "now", "--time 'now': 'now' is neither"),
        (_core.parse_time, "2:1", "--time 2:1: expected finite"),
        (_core.parse_direction, "0,0,0", "expected three finite numbers, not all zero"),
        (_core.parse_direction, "0,0,inf", "expected three finite numbers"),
        (_core.parse_direction, "0,1", "--beam-dir '0,1': expected X,Y,Z"),
        (_core.parse_direction, "up", "--beam-dir 'up': expected X,Y,Z"),
    ],
)
def test_bad_texts(parse: Callable[[str], Any], text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vertex": 3}, "expected x, y and z"),
        ({"vertex": (1, 2)}, "expected x, y and z"),
        ({"vertex": (1, 2, "x")}, "expected a number or two"),
        ({"vertex": (1, 2, (1, 2, 3))}, "expected a number or two"),
        ({"time": (2, 1)}, "low <= high"),
        ({"time": (-1e308, 1e308)}, "expected finite numbers, low <= high, up to"),
        ({"direction": (0, 0)}, "expected three finite numbers"),
        ({"direction": (1e300, 1e300, 0)}, "expected three finite numbers"),
        ({"direction": (1e-200, 0, 0)}, "expected three finite numbers"),
        ({"direction": (0, 0, float("nan"))}, "expected three finite numbers"),
    ],
)
def test_bad_beams(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Beam(**arguments)
