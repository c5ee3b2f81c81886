from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from numpy.typing import NDArray
from pyarrow import parquet as pq

from nugan_hep.output import Run, parquet
from nugan_hep.output.columns import BRANCHES

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]


def write(path: Path, columns: Columns, compression: str = "zstd:1") -> None:
    with parquet.create(path, Run(14, {1000060120: 1.0}), compression) as writer:
        writer.write(columns)
        writer.run.metadata["seed"] = 7


def test_what_pyarrow_reads(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 1000)
    write(tmp_path / "a.parquet", columns)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.names == list(BRANCHES)
    for name, (code, _) in BRANCHES.items():
        assert table.schema.field(name).type == pyarrow.from_numpy_dtype(np.dtype(code))
        assert not table.schema.field(name).nullable
    for name, values in columns.items():
        np.testing.assert_array_equal(table[name].to_numpy(), values, err_msg=name)
    assert set(table["Z"].to_pylist()) == {6}
    assert set(table["neu"].to_pylist()) == {14}
    assert all(table["cc"].to_pylist())


def test_metadata(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.parquet", make_columns(0, 10))
    about = json.loads(pq.read_metadata(tmp_path / "a.parquet").metadata[b"nugan"])
    assert about["seed"] == 7
    assert about["run"]["probe"] == 14
    assert "GeV" in about["columns"]["Ev"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("zstd", "ZSTD"), ("zstd:9", "ZSTD"), ("lz4", "LZ4"), ("snappy", "SNAPPY"), ("none", "UNCOMPRESSED")],
)
def test_compression_and_row_groups(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch, text: str, name: str
) -> None:
    monkeypatch.setattr(parquet, "GROUP", 1000)
    write(tmp_path / "a.parquet", make_columns(0, 2500), text)
    about = pq.read_metadata(tmp_path / "a.parquet")
    assert [about.row_group(k).num_rows for k in range(about.num_row_groups)] == [1000, 1000, 500]
    assert about.row_group(0).column(7).compression == name
