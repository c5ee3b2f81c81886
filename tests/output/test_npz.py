from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.output import Run, npz
from nugan_hep.output.columns import BRANCHES

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]


def write(path: Path, columns: Columns, compression: str = "none") -> None:
    with npz.create(path, Run(14, {1000060120: 1.0}), compression) as writer:
        writer.write(columns)
        writer.run.metadata["command"] = "nugan-sample --out é.npz"


@pytest.mark.parametrize("compression", ["none", "zlib", "zlib:9"])
def test_what_numpy_reads(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    columns = make_columns(0, 1000)
    write(tmp_path / "a.npz", columns, compression)
    with np.load(tmp_path / "a.npz") as archive:
        assert archive.files == [*BRANCHES, "nugan"]
        for name, (code, _) in BRANCHES.items():
            assert archive[name].dtype == np.dtype(code)
            assert archive[name].shape == (1000,)
        for name, values in columns.items():
            np.testing.assert_array_equal(archive[name], values, err_msg=name)
        assert np.all(archive["A"] == 12)
        about = json.loads(str(archive["nugan"]))
    assert about["command"] == "nugan-sample --out é.npz"
    assert about["run"]["targets"] == {"1000060120": 1.0}


def test_compression_is_used(tmp_path: Path, make_columns: Maker) -> None:
    for name in ("none", "zlib"):
        write(tmp_path / f"{name}.npz", make_columns(0, 20_000), name)
    assert (tmp_path / "zlib.npz").stat().st_size < 0.9 * (tmp_path / "none.npz").stat().st_size


def test_same_events_same_file(tmp_path: Path, make_columns: Maker) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.npz", make_columns(0, 100))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_nothing_beside_the_file_while_it_is_written(tmp_path: Path, make_columns: Maker) -> None:
    """The columns' files have no names, so that no signal can leave them behind."""
    with npz.create(tmp_path / "a.npz", Run(14, {1000060120: 1.0})) as writer:
        writer.write(make_columns(0, 10))
        (part,) = tmp_path.iterdir()
        assert part.name.endswith(".part")


@pytest.mark.parametrize("compression", ["none", "zlib"])
def test_changed_numbers_are_found(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    path = tmp_path / "a.npz"
    write(path, make_columns(0, 10_000), compression)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("El.npy").header_offset
    content = bytearray(path.read_bytes())
    content[start + 3000] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"cannot read .*a\.npz"), npz.read(path) as reader:
        list(reader.chunks)


def test_columns_of_other_types_and_lengths(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.npz", make_columns(0, 10))
    with np.load(tmp_path / "a.npz") as archive:
        arrays = dict(archive)
    for name, values, message in (
        ("El", arrays["El"].astype("f8"), "expected float32 numbers in the column El"),
        ("El", arrays["El"][:9], "columns differ in length"),
    ):
        np.savez(tmp_path / "b.npz", **{**arrays, name: values})
        with pytest.raises(UserError, match=message), npz.read(tmp_path / "b.npz"):
            pass
