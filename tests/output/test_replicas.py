"""Weights of replicas in files of all formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from nugan_hep import convert
from nugan_hep.errors import UserError
from nugan_hep.output import Run, formats, recognise

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]
CARBON = 1000060120
HOLD = [name for name, form in formats.FORMATS.items() if form.replicas]
NAMES = ["nominal", "MA+1sigma", "c"]


def suffix(form: str) -> str:
    return formats.FORMATS[form].suffixes[0]


def with_weights(columns: Columns, count: int = 3, seed: int = 1) -> Columns:
    rng = np.random.default_rng(seed)
    n = len(columns["Ev"])
    weights = rng.lognormal(0, 0.4, (n, count)).astype("f4")
    return {**columns, "wght": rng.uniform(0.5, 2, n), "wght_rep": weights}


def run_with(names: list[str]) -> Run:
    about = {"replicas": {"names": names, "kinds": ["tune"] * len(names)}} if names else {}
    return Run(14, {CARBON: 1.0}, sigma=1.0, energy=4.0, metadata=about)


def write(path: Path, form: str, chunks: list[Columns], names: list[str] = NAMES) -> Path:
    with formats.create(form, path, run_with(names)) as writer:
        for columns in chunks:
            writer.write(columns)
        writer.run.metadata["events"] = writer.events
    return path


def read(path: Path) -> tuple[Run, Columns]:
    with recognise.read(path) as reader:
        chunks = list(reader.chunks)
        return reader.run, {
            name: np.concatenate([one[name] for one in chunks]) for name in ("Ev", "wght", "wght_rep")
        }


@pytest.mark.parametrize("form", HOLD)
def test_files_give_them_back(tmp_path: Path, make_columns: Maker, form: str) -> None:
    whole = with_weights(make_columns(0, 2500))
    chunks = [{name: values[k : k + 700] for name, values in whole.items()} for k in range(0, 2500, 700)]
    run, found = read(write(tmp_path / f"a{suffix(form)}", form, chunks))
    assert run.replicas == NAMES
    np.testing.assert_array_equal(found["wght_rep"], whole["wght_rep"])
    assert found["wght_rep"].dtype == np.float32
    np.testing.assert_allclose(found["wght"], whole["wght"], rtol=1e-6)


def test_the_branch_has_a_fixed_length(tmp_path: Path, make_columns: Maker) -> None:
    columns = with_weights(make_columns(0, 100))
    for form, tree in (("gst", "gst"), ("nuisance", "FlatTree_VARS")):
        with uproot.open(write(tmp_path / f"{form}.root", form, [columns])) as file:
            assert file[tree]["wght_rep"].title == "wght_rep[3]/F"
            np.testing.assert_array_equal(file[tree]["wght_rep"].array(library="np"), columns["wght_rep"])


def test_files_without_have_no_such_branch(tmp_path: Path, make_columns: Maker) -> None:
    for form in HOLD:
        path = write(tmp_path / f"a{suffix(form)}", form, [make_columns(0, 10)], names=[])
        with recognise.read(path) as reader:
            assert all("wght_rep" not in chunk for chunk in reader.chunks)
            assert "replicas" not in reader.run.metadata
        path.unlink()


def test_weights_have_names_in_nuhepmc(tmp_path: Path, make_columns: Maker) -> None:
    import pyhepmc

    columns = with_weights(make_columns(0, 5))
    path = write(tmp_path / "a.hepmc3", "nuhepmc", [columns])
    with pyhepmc.open(str(path)) as file:
        for k, event in enumerate(file):
            assert list(event.run_info.weight_names) == ["CV", *NAMES]
            cv = columns["wght"][k]
            np.testing.assert_allclose(event.weights, [cv, *(cv * columns["wght_rep"][k].astype("f8"))])
            assert event.weight("MA+1sigma") == pytest.approx(cv * columns["wght_rep"][k, 1])


def test_an_event_that_counts_for_nothing(tmp_path: Path, make_columns: Maker) -> None:
    columns = with_weights(make_columns(0, 5))
    columns["wght"][2] = 0
    _, found = read(write(tmp_path / "a.hepmc3", "nuhepmc", [columns]))
    assert (found["wght_rep"][2] == 1).all()
    np.testing.assert_array_equal(found["wght_rep"][3], columns["wght_rep"][3])


def test_names_and_weights_belong_together(tmp_path: Path, make_columns: Maker) -> None:
    for names, columns in ((NAMES[:2], with_weights(make_columns(0, 5))), (NAMES, make_columns(0, 5))):
        with pytest.raises(UserError, match="format nuhepmc names every weight"):
            write(tmp_path / "a.hepmc3", "nuhepmc", [columns], names)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", HOLD)
def test_one_file_has_as_many_everywhere(tmp_path: Path, make_columns: Maker, form: str) -> None:
    chunks = [with_weights(make_columns(k, 10), count) for k, count in ((0, 3), (10, 2))]
    with pytest.raises(UserError, match="replicas"):
        write(tmp_path / f"a{suffix(form)}", form, chunks)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", HOLD)
def test_conversion_keeps_them(tmp_path: Path, make_columns: Maker, form: str) -> None:
    columns = with_weights(make_columns(0, 300))
    start = write(tmp_path / "a.npz", "npz", [columns])
    there, back = tmp_path / f"b{suffix(form)}", tmp_path / "c.npz"
    for source, to, target in ((start, form, there), (there, "npz", back)):
        assert convert.main([str(source), "--to", to, str(target), "--quiet", "--force"]) == 0
    run, found = read(back)
    assert run.replicas == NAMES
    np.testing.assert_array_equal(found["wght_rep"], columns["wght_rep"])


def test_rootracker_has_no_place(
    tmp_path: Path, make_columns: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    start = write(tmp_path / "a.npz", "npz", [with_weights(make_columns(0, 30))])
    out = tmp_path / "b.root"
    assert convert.main([str(start), "--to", "rootracker", str(out)]) == 0
    assert "format rootracker has no weights of replicas: they were left out" in capsys.readouterr().err
    with uproot.open(out) as file:
        assert "replicas" not in json.loads(str(file["nugan"]))
    assert convert.main([str(out), "--to", "nuhepmc", str(tmp_path / "c.hepmc3")]) == 0


def test_runs_are_put_together_if_they_have_the_same(
    tmp_path: Path, make_columns: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    one = write(tmp_path / "a.npz", "npz", [with_weights(make_columns(0, 30))])
    same = write(tmp_path / "b.root", "gst", [with_weights(make_columns(30, 20))])
    both = tmp_path / "c.parquet"
    assert convert.main([str(one), str(same), "--to", "parquet", str(both)]) == 0
    run, found = read(both)
    assert run.replicas == NAMES
    assert found["wght_rep"].shape == (50, 3)
    other = write(tmp_path / "d.npz", "npz", [with_weights(make_columns(0, 30))], ["x", "y", "z"])
    none = write(tmp_path / "e.npz", "npz", [make_columns(0, 30)], [])
    capsys.readouterr()
    for path in (other, none):
        assert convert.main([str(one), str(path), "--to", "npz", str(tmp_path / "f.npz")]) == 2
        assert "they have the replicas nominal, MA+1sigma, c and " in capsys.readouterr().err
