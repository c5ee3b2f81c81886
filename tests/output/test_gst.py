from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import Run, formats, gst, treewriter

Columns = dict[str, NDArray[Any]]
BASKET = 100_000
Maker = Callable[[int, int], Columns]

LEAVES = (
    (
        "iev/I neu/I tgt/I Z/I A/I cc/O wght/D Ev/F El/F pxl/F pyl/F pzl/F pl/F cthl/D thetal/F phil/F "
        "Q2/F W/F x/F y/F pxv/F pyv/F pzv/F vtxx/D vtxy/D vtxz/D vtxt/D"
    )
    .replace("cc/I", "cc/O")
    .split()
)


def write(
    path: Path, chunks: list[Columns], probe: int = 14, target: int = 1000060120, **options: Any
) -> None:
    with gst.create(path, Run(probe, {target: 1.0}), **options) as writer:
        for columns in chunks:
            writer.write(columns)
        writer.run.metadata["events"] = writer.events


def read(path: Path) -> Columns:
    with uproot.open(path) as file:
        return dict(file["gst"].arrays(library="np"))


def test_branches_have_genie_names_and_types(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.root", [make_columns(0, 10)])
    with uproot.open(tmp_path / "a.root") as file:
        assert [branch.title for branch in file["gst"].branches] == LEAVES
        assert file["gst"].classname == "TTree"


@pytest.mark.parametrize("compression", ["zstd:1", "zstd:9", "lz4", "zlib:1", "none"])
def test_values_read_back(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    columns = make_columns(0, 2500)
    write(tmp_path / "a.root", [columns], compression=compression)
    found = read(tmp_path / "a.root")
    for name, values in columns.items():
        assert found[name].dtype == values.dtype, name
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@pytest.mark.parametrize(
    ("probe", "target", "z", "a"),
    [(14, 1000060120, 6, 12), (-14, 1000180400, 18, 40), (14, 1000010010, 1, 1)],
)
def test_constant_branches(
    tmp_path: Path, make_columns: Maker, probe: int, target: int, z: int, a: int
) -> None:
    write(tmp_path / "a.root", [make_columns(0, 7)], probe, target)
    found = read(tmp_path / "a.root")
    expected = {"neu": probe, "tgt": target, "Z": z, "A": a, "cc": 1, "wght": 1, "pxv": 0, "pyv": 0}
    for name, value in expected.items():
        assert np.all(found[name] == value), name
        assert len(found[name]) == 7
    np.testing.assert_array_equal(found["pzv"], found["Ev"])


@pytest.mark.slow
def test_baskets_do_not_depend_on_chunks(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(treewriter, "BASKET", 1000)
    whole = make_columns(0, 4321)
    layouts = []
    for size in (7, 1000, 1500, 4321):
        path = tmp_path / f"{size}.root"
        write(path, [make_columns(first, min(size, 4321 - first)) for first in range(0, 4321, size)])
        with uproot.open(path) as file:
            layouts.append([branch.entry_offsets for branch in file["gst"].branches])
        for name, values in whole.items():
            np.testing.assert_array_equal(read(path)[name], values, err_msg=name)
    assert all(layout == layouts[0] for layout in layouts)
    assert layouts[0][0] == [0, 1000, 2000, 3000, 4000, 4321]


@pytest.mark.slow
def test_many_baskets(tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treewriter, "BASKET", 10)
    write(tmp_path / "a.root", [make_columns(first, 10) for first in range(0, 3000, 10)])
    np.testing.assert_array_equal(read(tmp_path / "a.root")["iev"], np.arange(3000))


def test_empty_tree_is_readable(tmp_path: Path) -> None:
    write(tmp_path / "a.root", [])
    assert all(len(values) == 0 for values in read(tmp_path / "a.root").values())


def test_metadata_is_a_readable_string(tmp_path: Path, make_columns: Maker) -> None:
    with gst.create(tmp_path / "a.root", Run(14, {1000060120: 1.0})) as writer:
        writer.write(make_columns(0, 5))
        writer.run.metadata["seed"] = 2**64 - 1
        writer.run.metadata["command"] = "nugan-sample --out 'a b\u00e9.root'"
    with uproot.open(tmp_path / "a.root") as file:
        assert file["nugan"].classname == "TObjString"
        about = json.loads(str(file["nugan"]))
    assert about["seed"] == 2**64 - 1
    assert about["command"] == "nugan-sample --out 'a b\u00e9.root'"
    assert list(about["columns"]) == [leaf.split("/")[0] for leaf in LEAVES]
    assert "GeV" in about["columns"]["Ev"]


def test_compression_is_used(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 20_000)
    sizes = {}
    for name in ("none", "lz4", "zstd", "zlib"):
        write(tmp_path / name, [columns], compression=name)
        sizes[name] = (tmp_path / name).stat().st_size
        with uproot.open(tmp_path / name) as file:
            found = file.file.compression
        assert (found.name.lower() if found else "none") == name
    assert sizes["none"] > max(sizes["lz4"], sizes["zstd"], sizes["zlib"])


@pytest.mark.parametrize("compression", ["none", "zstd:9", "zlib:9", "lz4:9"])
def test_least_bytes_is_a_lower_bound(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    """Even for events of one energy and a muon energy of few values."""
    columns = make_columns(0, 50_000)
    columns["Ev"][:] = 1.0
    for name in ("El", "pl", "y"):
        columns[name] = np.round(columns[name], 2)
    write(tmp_path / "a.root", [columns], compression=compression)
    assert (tmp_path / "a.root").stat().st_size > formats.least_bytes("gst", 50_000, compression)


@pytest.mark.parametrize(
    "text", ["gzip", "zstd:0", "zstd:10", "zstd:", "zstd:x", "none:1", "", ":1", "zstd:1:1"]
)
def test_bad_compression(text: str) -> None:
    with pytest.raises(UserError, match=r"compression '.*' is not one of zstd, lz4, zlib"):
        _core.parse_compression("gst", text)


def test_compressions_of_each_format() -> None:
    """Whatever the case of the letters; what a format's library cannot do is refused."""
    assert _core.parse_compression("gst", "ZSTD:5") == ("zstd", 5)
    assert _core.parse_compression("rntuple", "lz4") == ("lz4", 1)
    assert _core.parse_compression("npz", "none:0") == ("none", 0)
    assert _core.parse_compression("parquet", "Snappy") == ("snappy", 0)
    for form, text in (("npz", "zstd"), ("parquet", "zlib:1"), ("parquet", "lz4:2"), ("nuhepmc", "lz4")):
        with pytest.raises(UserError, match=f"compression '{text}' is not one of"):
            _core.parse_compression(form, text)


def test_bad_compression_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="gzip"):
        write(tmp_path / "a.root", [], compression="gzip")
    assert list(tmp_path.iterdir()) == []


def test_failure_leaves_no_file(tmp_path: Path, make_columns: Maker) -> None:
    short = {name: values[:-1] if name == "El" else values for name, values in make_columns(0, 10).items()}
    with pytest.raises(ValueError, match="column El has 9 rows, expected 10"):
        write(tmp_path / "a.root", [make_columns(0, 10), short])
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_events(tmp_path: Path, make_columns: Maker) -> None:
    psutil = pytest.importorskip("psutil")
    columns = {name: np.zeros_like(values) for name, values in make_columns(0, BASKET).items()}
    resident = []
    with gst.create(tmp_path / "a.root", Run(14, {1000060120: 1.0})) as writer:
        for _ in range(80):
            writer.write(columns)
            resident.append(psutil.Process().memory_info().rss)
    # 60 baskets are 600 MB of columns
    assert resident[-1] - resident[19] < 30e6


READ_WITH_ROOT = """
import json, sys
import ROOT
ROOT.gROOT.SetBatch(True)
file = ROOT.TFile.Open(sys.argv[1])
tree = file.Get("gst")
names = [branch.GetName() for branch in tree.GetListOfBranches()]
drawn = {}
for name in names:
    tree.SetEstimate(tree.GetEntries() + 1)
    n = tree.Draw(name, "", "goff")
    values = tree.GetV1()
    drawn[name] = [n, sum(values[i] for i in range(n)), values[0], values[n - 1]]
selected = tree.Draw("El:cthl", "cthl > 0.5 && W > 1.2", "goff")
def frame_sums():
    frame = ROOT.RDataFrame("gst", sys.argv[1])
    results = {name: frame.Sum(name) for name in names}
    forward = frame.Filter("cthl > 0.5 && W > 1.2").Count()
    energy = frame.Define("e2", "pl*pl + 0.1056583755*0.1056583755 - El*El").StdDev("e2")
    return {n: float(r.GetValue()) for n, r in results.items()}, forward.GetValue(), energy.GetValue()
serial = frame_sums()
ROOT.EnableImplicitMT(2)
parallel = frame_sums()
print("ANSWER" + json.dumps({
    "titles": [branch.GetTitle() for branch in tree.GetListOfBranches()],
    "leaves": {name: tree.GetLeaf(name).GetTypeName() for name in names},
    "entries": tree.GetEntries(), "drawn": drawn, "selected": selected, "serial": serial,
    "parallel": parallel, "metadata": file.Get("nugan").GetString().Data(),
    "recovered": bool(file.TestBit(ROOT.TFile.kRecovered)),
}))
"""


@pytest.mark.root
@pytest.mark.parametrize("compression", ["zstd:1", "lz4:1", "zlib:1", "none"])
def test_real_root_reads_the_same_numbers(
    root_python: str, tmp_path: Path, make_columns: Maker, compression: str
) -> None:
    """ROOT's own TTree::Draw and RDataFrame; NUGAN_ROOT_PYTHON names an interpreter that has ROOT."""
    path = tmp_path / "a.root"
    chunk = BASKET // 4
    write(
        path, [make_columns(first, chunk) for first in range(0, 10 * chunk, chunk)], compression=compression
    )
    ours = read(path)

    run = subprocess.run(
        [root_python, "-W", "ignore", "-c", READ_WITH_ROOT, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "Error in <" not in run.stderr
    assert "Warning in <" not in run.stderr
    answer = json.loads(run.stdout.split("ANSWER")[1])

    assert answer["titles"] == LEAVES
    types = {"I": "Int_t", "F": "Float_t", "D": "Double_t", "O": "Bool_t"}
    assert answer["leaves"] == {name: types[code] for name, code in (leaf.split("/") for leaf in LEAVES)}
    assert answer["entries"] == 10 * chunk
    assert not answer["recovered"]
    forward = int(np.count_nonzero((ours["cthl"] > 0.5) & (ours["W"] > 1.2)))
    assert answer["selected"] == forward
    for name, values in ours.items():
        size = np.abs(values, dtype="f8").sum()
        n, total, first, last = answer["drawn"][name]
        assert (n, first, last) == (len(values), values[0], values[-1]), name
        assert total == pytest.approx(values.sum(dtype="f8"), abs=1e-9 * size), name
        for sums, count, closure in (answer["serial"], answer["parallel"]):
            # RDataFrame sums float branches in float
            assert sums[name] == pytest.approx(values.sum(dtype="f8"), abs=1e-3 * size), name
            assert count == forward
            assert closure < 1e-4
    assert json.loads(answer["metadata"])["events"] == 10 * chunk
