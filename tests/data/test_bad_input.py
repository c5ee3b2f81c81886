"""Each mistake gives one line that names the file and what was expected."""

from __future__ import annotations

import numpy as np
import pytest

from nugan_hep.data import read_events
from nugan_hep.errors import UserError

SUFFIXES = [".root", ".npz", ".parquet"]


def message(paths, **options) -> str:
    with pytest.raises(UserError) as caught:
        read_events(paths, **options)
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_mev(tmp_path, files, suffix):
    columns = files.gst(files.truth(100))
    columns["Ev"], columns["El"] = 1000 * columns["Ev"], 1000 * columns["El"]
    text = message(files.write(tmp_path / f"mev{suffix}", columns), step=9)
    assert f"mev{suffix}" in text
    assert "look like MeV" in text
    assert f"{np.float32(columns['Ev'].max()):g}" in text


def test_a_tail_of_high_energies_is_no_mev(tmp_path, files):
    columns = files.ours(files.truth(100))
    columns["enu"][:40] = 200.0
    assert read_events(files.write(tmp_path / "e.npz", columns), step=10).report.kept == 60


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_missing_column(tmp_path, files, suffix):
    columns = files.ours(files.truth(5))
    del columns["theta"]
    text = message(files.write(tmp_path / f"cut{suffix}", columns | {"dyn": np.zeros(5)}))
    assert f"cut{suffix}" in text
    assert "column theta missing" in text
    assert "found: enu, emu, dyn" in text
    assert "Ev, El, cthl (GENIE gst)" in text
    assert "Enu_true, ELep, CosLep" in text


def test_unknown_columns_are_listed_in_short(tmp_path, files):
    text = message(files.write(tmp_path / "x.root", {f"b{i}": np.zeros(2) for i in range(30)}))
    assert "no column with a known name" in text
    assert "b11 and 18 more" in text


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_rows(tmp_path, files, suffix):
    columns = {key: values[:0] for key, values in files.ours(files.truth(1)).items()}
    assert "holds no events" in message(files.write(tmp_path / f"none{suffix}", columns))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"not an event file at all" * 40])
def test_not_that_format(tmp_path, suffix, content):
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(content)
    text = message(path)
    assert str(path) in text
    assert ("cannot be read as" if content else "is empty") in text


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
def test_truncated(tmp_path, files, suffix, part):
    path = files.write(tmp_path / f"cut{suffix}", files.ours(files.truth(5000)))
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    assert str(path) in message(path)


def test_paths(tmp_path, files):
    assert "no such file" in message(tmp_path / "absent.root")
    assert "no such file" in message(f"{tmp_path}/absent.root:events")
    assert "unknown suffix '.lhe'" in message(tmp_path / "events.lhe")
    (tmp_path / "folder.root").mkdir()
    assert "not a file" in message(tmp_path / "folder.root")
    assert "no event file given" in message([])
    good = files.write(tmp_path / "good.npz", files.ours(files.truth(5)))
    assert "given twice" in message([good, str(good)])
    tree = files.write_trees(tmp_path / "t.root", {"gst": files.gst(files.truth(5))})
    for other in ("t.root:gst", "t.root:gst;1"):
        assert f"{other}: given twice" in message([tree, f"{tmp_path}/{other}"])
    # the second file is looked at before the first is read
    assert "no such file" in message([good, tmp_path / "absent.npz"], limit=1)


def test_folder_that_may_not_be_searched(closed_folder):
    assert "no such file" in message(closed_folder / "e.root")
    assert "no such file" in message(f"{closed_folder}/e.root:events")


def test_no_tree(tmp_path):
    import uproot

    with uproot.recreate(tmp_path / "h.root") as file:
        file["flux"] = np.histogram(np.arange(10.0), bins=3)
    assert "holds no TTree (objects: flux)" in message(tmp_path / "h.root")
    assert "no TTree 'flux'" in message(f"{tmp_path}/h.root:flux")


def test_arguments(tmp_path, files):
    path = files.write(tmp_path / "e.npz", files.ours(files.truth(5)))
    assert "limit 0" in message(path, limit=0)
    assert "energy range 5 to 5" in message(path, enu_range=(5.0, 5.0))
    assert "energy range nan" in message(path, enu_range=(float("nan"), 5.0))


def test_nothing_left(tmp_path, files):
    text = message(files.write(tmp_path / "e.npz", files.gst(files.truth(5))), target=1000180400)
    assert "no event left" in text
    assert "5 other target" in text


def test_columns_that_are_no_numbers(tmp_path, files):
    good = files.ours(files.truth(5))
    text = message(files.write(tmp_path / "two.npz", good | {"theta": np.zeros((5, 2))}))
    assert "'theta' does not hold one number per event" in text
    text = message(files.write(tmp_path / "words.parquet", good | {"cc": ["yes"] * 5}))
    assert "'cc' does not hold one number per event" in text
    assert "differ in length" in message(files.write(tmp_path / "uneven.npz", good | {"theta": np.zeros(4)}))
    text = message(files.write(tmp_path / "fixed.root", good | {"cc": np.zeros((5, 3))}))
    assert "'cc' does not hold one number per event" in text


def test_weighted_events(tmp_path, files):
    columns = files.gst(files.truth(5))
    columns["wght"] = np.array([2.0, 2.0, 2.0, 0.5, 2.0])
    path = files.write_trees(tmp_path / "w.root", {"gst": columns})
    for step in (1, 100):
        assert "event weights differ (2 and 0.5)" in message(path, step=step)


def test_files_of_unequal_weight(tmp_path, files):
    paths = []
    for weight in (1.0, 1.0 + 1e-7, 2.0):
        columns = files.gst(files.truth(5, seed=len(paths)))
        columns["wght"] = np.full(5, weight)
        paths.append(files.write(tmp_path / f"{len(paths)}.npz", columns))
    plain = files.write(tmp_path / "plain.npz", files.ours(files.truth(5, seed=9)))
    assert len(read_events([plain, *paths[:2]])) == 15
    text = message([paths[0], plain, paths[2]])
    assert f"{paths[0]} have weight 1, those of {paths[2]} 2" in text
    # the second file carries no event that is wanted
    columns["neu"][:] = -14
    assert len(read_events([paths[0], files.write(tmp_path / "other.npz", columns)])) == 5
