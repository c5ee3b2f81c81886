"""Weights of replicas from the sampling core, against the table's own interpolation by scipy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from nugan_hep import Sampler, _sampler, kinematics
from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS, NUCLEON_MASS
from nugan_hep.replicas import Block, flat_block
from nugan_hep.replicas.attaching import description
from nugan_hep.replicas.tables import Tables

Archive = Callable[..., Path]
MakeBlock = Callable[..., Block]


def expected(block: Block, events: dict[str, Any]) -> Any:
    """exp of the interpolated logarithms [N, K], events beyond the grid at its edge."""
    enu, el, theta = (events[name].astype("f8") for name in ("Ev", "El", "thetal"))
    w2 = kinematics.w2(enu, el, theta, MUON_MASS) - NUCLEON_MASS**2
    q2 = kinematics.q2(enu, el, theta, MUON_MASS)
    at = np.stack([np.arcsinh(w2 / 0.25), np.log(q2 + 0.05), np.log(enu)], axis=1)
    axes = [low + step * np.arange(n) for low, step, n in zip(block.low, block.step, block.size, strict=True)]
    inside = np.stack([np.clip(at[:, d], axes[d][0], axes[d][-1]) for d in range(3)], axis=1)
    return np.exp(RegularGridInterpolator(axes, block.values.astype("f8"))(inside))


def test_weights_are_interpolated(make_archive: Archive, make_block: MakeBlock) -> None:
    block = make_block(" ".join(f"r{k}" for k in range(37)))  # no multiple of a vector
    events = Sampler(make_archive(block), threads=1).sample(n=20_000, seed=3, replicas=37)
    assert events["wght_rep"].shape == (20_000, 37)
    assert events["wght_rep"].dtype == np.float32
    np.testing.assert_allclose(events["wght_rep"], expected(block, events), rtol=2e-5)
    assert events["wght_rep"].std() > 0.2


def test_events_beyond_the_grid_are_at_its_edge(make_archive: Archive, make_block: MakeBlock) -> None:
    block = make_block()._replace(low=(-0.3, -1.0, 0.2), step=(0.1, 0.2, 0.1))
    events = Sampler(make_archive(block), threads=1).sample(n=5000, seed=3, replicas=3)
    np.testing.assert_allclose(events["wght_rep"], expected(block, events), rtol=2e-5)


def test_weights_are_one_where_nothing_is_known(make_archive: Archive, make_block: MakeBlock) -> None:
    for block in (make_block(scale=0.0), flat_block(["a", "b", "c"], "transfer")):
        events = Sampler(make_archive(block), threads=1).sample(n=3000, seed=3, replicas=3)
        assert (events["wght_rep"] == 1).all()


def test_the_first_replicas_of_all_blocks(make_archive: Archive, make_block: MakeBlock) -> None:
    one, two = make_block("a b c"), make_block("d e", "alternative", seed=2)._replace(low=(-4.0, -2.0, -1.0))
    sampler = Sampler(make_archive(one, two), threads=1)
    assert sampler.replica_names == ["a", "b", "c", "d", "e"]
    events = sampler.sample(n=2000, seed=3, replicas=5)
    wanted = np.hstack([expected(one, events), expected(two, events)])
    np.testing.assert_allclose(events["wght_rep"], wanted, rtol=2e-5)
    for count in (1, 3, 4):
        few = sampler.sample(n=2000, seed=3, replicas=count)
        np.testing.assert_array_equal(few["wght_rep"], events["wght_rep"][:, :count])
    core = sampler._core.with_replicas(4)
    assert core.replicas == [("a", "tune"), ("b", "tune"), ("c", "tune"), ("d", "alternative")]
    with pytest.raises(UserError, match="this sampler has some already"):
        core.with_replicas(2)


def test_the_events_are_the_same_without(make_archive: Archive, make_block: MakeBlock) -> None:
    path = make_archive(make_block())
    sampler = Sampler(path, threads=1)
    plain, weighted = (sampler.sample(n=10_000, seed=3, replicas=k) for k in (None, 3))
    assert set(weighted) - set(plain) == {"wght_rep"}
    for name, values in plain.items():
        np.testing.assert_array_equal(weighted[name], values, err_msg=name)
    # whatever the threads and the first event; energies one by one
    other = Sampler(path, threads=3).sample(n=4000, seed=3, first=6000, replicas=3)
    np.testing.assert_array_equal(other["wght_rep"], weighted["wght_rep"][6000:])
    one_by_one = sampler.sample(enu=[1.0, 2.0], seed=1, replicas=2)
    np.testing.assert_allclose(one_by_one["wght_rep"], expected(make_block(), one_by_one)[:, :2], rtol=2e-5)


@pytest.mark.parametrize("simd", _sampler.simd_names())
def test_every_instruction_set(
    make_archive: Archive, make_block: MakeBlock, simd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUGAN_SIMD", simd)
    block = make_block()
    events = Sampler(make_archive(block), threads=1).sample(n=2000, seed=3, replicas=3)
    np.testing.assert_allclose(events["wght_rep"], expected(block, events), rtol=2e-5)


def test_models_of_a_mixture_have_the_same_replicas(make_archive: Archive, make_block: MakeBlock) -> None:
    carbon, argon = make_block(), make_block(seed=5)
    cores = [
        Sampler(make_archive(one, name=name, target=target), threads=1)._core.with_replicas(3)
        for one, name, target in ((carbon, "carbon", 1000060120), (argon, "argon", 1000180400))
    ]
    source = _sampler.SourceCore(cores, [0.5, 0.5], 1.0, 1.0, None, False, 7, None)
    events = source.draw(0, 4000)
    for target, block in ((1000060120, carbon), (1000180400, argon)):
        own = {name: values[events["tgt"] == target] for name, values in events.items()}
        assert 1000 < len(own["Ev"]) < 3000
        np.testing.assert_allclose(own["wght_rep"], expected(block, own), rtol=2e-5)
    other = Sampler(make_archive(make_block("a b d"), name="other", target=1000180400), threads=1)._core
    for core, replicas in ((other.with_replicas(3), "the replicas a, b, d"), (other, "no replicas")):
        with pytest.raises(UserError, match=f"has the replicas a, b, c, toy {replicas}: expected the same"):
            _sampler.SourceCore([cores[0], core], [0.5, 0.5], 1.0, 1.0, None, False, 7, None)


def test_more_than_there_are(make_archive: Archive, make_block: MakeBlock) -> None:
    sampler = Sampler(make_archive(make_block()), threads=1)
    with pytest.raises(UserError, match=r"^4 replicas: .*toy.pt has 3, expected 3 at most$"):
        sampler.sample(n=10, replicas=4)
    with pytest.raises(UserError, match=r"replicas = 0: expected at least 1"):
        sampler.sample(n=10, replicas=0)
    with pytest.raises(
        UserError, match=r"has no replicas, expected a model that python -m nugan_hep\.replicas"
    ):
        Sampler("numu_C12_qe", threads=1).sample(n=10, replicas=1)


def damaged(make_block: MakeBlock, what: str) -> tuple[Any, dict[str, Any]]:
    """The tables of a block with something broken, and the metadata."""
    blocks = [make_block()]
    tables, about = Tables(blocks), description(blocks)
    table: Any = tables.blocks[0]
    if what == "values":
        table.values[0, 0, 0, 0] = float("nan")
    elif what == "huge":
        table.values[0, 0, 0, 0] = 1000
    elif what == "step":
        table.step[1] = -1
    elif what == "low":
        table.low = table.low[:2]
    elif what == "dimensions":
        table.values = table.values[0]
    elif what == "gone":
        del table.values
    elif what == "names":
        about["blocks"][0]["names"] = ["a", "b"]
    elif what == "twice":
        about["blocks"][0]["names"] = ["a", "b", "a"]
    elif what == "number":
        about["blocks"][0]["names"] = ["a", "b", 3]
    elif what == "layout":
        about["layout"] = 2
    elif what == "nothing":
        about = {}
    return tables, about


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("values", "blocks.0.values has numbers that are not finite"),
        ("huge", "blocks.0.values has numbers that are not finite or beyond 80"),
        ("step", "block 0 has a step of -1"),
        ("low", "blocks.0.low has 2 numbers, expected 3"),
        ("dimensions", "blocks.0.values has 3 dimensions, expected 4"),
        ("gone", "no tensor blocks.0.values"),
        ("names", "block 0 has 3 replicas, but 2 names"),
        ("twice", "two have the name 'a'"),
        ("number", "the metadata have a name that is no text"),
        ("layout", "expected the layout 1"),
        ("nothing", "the metadata do not tell of them"),
    ],
)
def test_a_damaged_table_is_one_line(tmp_path: Path, make_block: MakeBlock, what: str, message: str) -> None:
    import make_model

    path = make_model.write_model(tmp_path / "toy.pt", replicas=damaged(make_block, what))
    sampler = Sampler(path, threads=1)
    sampler.sample(n=10)  # the lepton is whole
    with pytest.raises(UserError, match=message) as caught:
        sampler.sample(n=10, replicas=3)
    assert str(caught.value).startswith(f"{path}: replicas: ")
    assert "\n" not in str(caught.value)
