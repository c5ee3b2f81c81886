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

from nugan_hep.output import Run, gst, rntuple
from nugan_hep.output.columns import BRANCHES

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]


def write(path: Path, columns: Columns, **options: Any) -> None:
    with rntuple.create(path, Run(14, {1000060120: 1.0}, metadata={"seed": 7}), **options) as writer:
        writer.write(columns)


def test_fields_are_those_of_the_tree(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.root", make_columns(0, 10))
    with gst.create(tmp_path / "b.root", Run(14, {1000060120: 1.0})) as writer:
        writer.write(make_columns(0, 10))
    with uproot.open(tmp_path / "a.root") as file, uproot.open(tmp_path / "b.root") as other:
        assert file["gst"].classname == "ROOT::RNTuple"
        ours, tree = (one["gst"].arrays() for one in (file, other))
        assert ours.fields == tree.fields
        for name in ours.fields:
            assert ours[name].to_numpy().dtype == tree[name].to_numpy().dtype
            np.testing.assert_array_equal(ours[name], tree[name])
        assert json.loads(str(file["nugan"]))["seed"] == 7


def test_compression_is_used(tmp_path: Path, make_columns: Maker) -> None:
    sizes = {}
    for name in ("none", "lz4", "zstd", "zlib"):
        write(tmp_path / name, make_columns(0, 20_000), compression=name)
        sizes[name] = (tmp_path / name).stat().st_size
    assert sizes["none"] > max(sizes["lz4"], sizes["zstd"], sizes["zlib"])


READ_WITH_ROOT = """
import json, sys
import ROOT
file = ROOT.TFile.Open(sys.argv[1])
def sums():
    frame = ROOT.RDataFrame("gst", sys.argv[1])
    names = [str(name) for name in frame.GetColumnNames()]
    totals = {name: frame.Define("d_" + name, f"double({name})").Sum("d_" + name) for name in names}
    return {name: total.GetValue() for name, total in totals.items()}
frame = ROOT.RDataFrame("gst", sys.argv[1])
names = [str(name) for name in frame.GetColumnNames()]
types = {name: frame.GetColumnType(name) for name in names}
entries = frame.Count().GetValue()
serial = sums()
ROOT.EnableImplicitMT(2)
print("ANSWER" + json.dumps({"types": types, "entries": entries, "serial": serial,
    "parallel": sums(), "metadata": file.Get("nugan").GetString().Data()}))
"""


@pytest.mark.root
@pytest.mark.parametrize("compression", ["zstd:1", "lz4:1", "zlib:1", "none"])
def test_real_root_reads_the_same_numbers(
    root_python: str, tmp_path: Path, make_columns: Maker, compression: str
) -> None:
    """ROOT's own RDataFrame; NUGAN_ROOT_PYTHON names an interpreter that has ROOT."""
    path, events = tmp_path / "a.root", 2 * rntuple.CLUSTER + 50
    write(path, make_columns(0, events), compression=compression)
    run = subprocess.run(
        [root_python, "-W", "ignore", "-c", READ_WITH_ROOT, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "Error in <" not in run.stderr
    answer = json.loads(run.stdout.split("ANSWER")[1])
    assert answer["entries"] == events
    kinds = {"i4": "int", "f4": "float", "f8": "double", "?": "bool"}
    found = {name: kind.replace("std::int32_t", "int") for name, kind in answer["types"].items()}
    assert found == {name: kinds[code] for name, (code, _) in BRANCHES.items()}
    with uproot.open(path) as file:
        table = file["gst"].arrays()
    for name in BRANCHES:
        values = table[name].to_numpy().astype("f8")
        for sums in (answer["serial"], answer["parallel"]):
            assert sums[name] == pytest.approx(values.sum(), abs=1e-9 * np.abs(values).sum()), name
    assert json.loads(answer["metadata"])["seed"] == 7
