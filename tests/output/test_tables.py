"""What gst, rntuple, parquet and npz have in common: the columns, the run, how they fail."""

from __future__ import annotations

import importlib
import json
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output import Run, formats, recognise
from nugan_hep.output.columns import BRANCHES, COLUMNS, complete

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]

TABLES = ("gst", "rntuple", "parquet", "npz")
ROWS = {"gst": "CHUNK", "rntuple": "CLUSTER", "parquet": "GROUP", "npz": "ROWS"}
CARBON, ARGON = 1000060120, 1000180400
FLUX = Flux([0.3, 0.7, 1.00001, 10.0], [1.23e-11, 4.56789012345e-10, 7e-13], "cm-2 POT-1", "a beam")


@pytest.fixture(params=TABLES)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def module(form: str) -> Any:
    return importlib.import_module(f"nugan_hep.output.{form}")


def path_of(folder: Path, form: str) -> Path:
    return folder / f"a{formats.FORMATS[form].suffixes[0]}"


def a_run() -> Run:
    shares = {CARBON: 0.25, ARGON: 0.75}
    return Run(-14, shares, 0.6, 0.01, FLUX, pot=1e21, metadata={"seed": 2**64 - 1, "command": "é"})


def with_extras(columns: Columns) -> Columns:
    """Weights, two targets, a turned beam and vertices."""
    n = len(columns["Ev"])
    numbers = columns["iev"].astype("f8")
    return {
        **columns,
        "cc": columns["iev"] % 7 > 0,
        "neu": np.where(columns["iev"] % 5 == 0, 14, -14).astype("i4"),
        "tgt": np.where(columns["iev"] % 3 == 0, CARBON, ARGON).astype("i4"),
        "wght": 0.5 + numbers / 7,
        **{name: (columns["Ev"] * k / 3).astype("f4") for k, name in enumerate(("pxv", "pyv", "pzv"))},
        **{name: np.linspace(-k, 5, n) for k, name in enumerate(("vtxx", "vtxy", "vtxz", "vtxt"))},
    }


def write(form: str, path: Path, chunks: list[Columns], run: Run | None = None, **options: Any) -> None:
    with module(form).create(path, run or a_run(), **options) as writer:
        for columns in chunks:
            writer.write(columns)
        writer.run.metadata["events"] = writer.events


def read(form: str, path: Path, *names: Any) -> Columns:
    with module(form).read(path, *names) as reader:
        chunks = list(reader.chunks)
    if not chunks:
        return {}
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def test_events_come_back(form: str, tmp_path: Path, make_columns: Maker) -> None:
    columns = with_extras(make_columns(0, 5000))
    path = path_of(tmp_path, form)
    write(form, path, [columns])
    found = read(form, path)
    assert tuple(found) == COLUMNS
    for name in COLUMNS:
        assert found[name].dtype == np.dtype(BRANCHES[name][0])
        np.testing.assert_array_equal(found[name], columns[name], err_msg=name)


def test_run_comes_back(form: str, tmp_path: Path, make_columns: Maker) -> None:
    path = path_of(tmp_path, form)
    write(form, path, [make_columns(0, 10)])
    with module(form).read(path) as reader:
        assert reader.events == 10
        run = reader.run
    expected = a_run()
    expected.metadata["events"] = 10
    assert run.as_dict() == expected.as_dict()
    np.testing.assert_array_equal(run.flux.edges, FLUX.edges)


def test_missing_columns_are_filled(form: str, tmp_path: Path, make_columns: Maker) -> None:
    path = path_of(tmp_path, form)
    write(form, path, [make_columns(0, 20)])
    found = read(form, path)
    expected = {"tgt": ARGON, "wght": 1, "pxv": 0, "pyv": 0, "vtxx": 0, "vtxy": 0, "vtxz": 0, "vtxt": 0}
    for name, value in expected.items():
        assert np.all(found[name] == value), name
    np.testing.assert_array_equal(found["pzv"], found["Ev"])


@pytest.mark.parametrize("form", ["parquet", "npz"])
def test_columns_that_an_older_version_did_not_write(form: str, tmp_path: Path, make_columns: Maker) -> None:
    path = path_of(tmp_path, form)
    write(form, path, [with_extras(make_columns(0, 20))])
    if form == "npz":
        with np.load(path) as file:
            columns = {name: file[name] for name in file.files if name != "vtxt"}
        np.savez(path, **columns)
    else:
        table, about = pq.read_table(path).drop_columns(["vtxt"]), pq.read_metadata(path).metadata
        pq.write_table(table.replace_schema_metadata(about), path)
    # this version wrote it: the events lost their times
    with pytest.raises(UserError, match="no column vtxt"), recognise.read(path):
        pass
    if form == "npz":
        text = json.loads(str(columns["nugan"]))
        del text["columns"]["vtxt"]
        np.savez(path, **{**columns, "nugan": json.dumps(text)})
    else:
        text = json.loads(about[b"nugan"])
        del text["columns"]["vtxt"]
        pq.write_table(table.replace_schema_metadata({**about, b"nugan": json.dumps(text)}), path)
    with recognise.read(path) as reader:
        events = complete(next(iter(reader.chunks)), reader.run)
    assert not events["vtxt"].any()
    assert events["vtxz"].any()


def test_some_columns(form: str, tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 50)
    path = path_of(tmp_path, form)
    write(form, path, [columns])
    found = read(form, path, ["Q2", "wght"])
    assert list(found) == ["Q2", "wght"]
    np.testing.assert_array_equal(found["Q2"], columns["Q2"])


def test_chunks_do_not_matter(
    form: str, tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module(form), ROWS[form], 1000)
    whole = with_extras(make_columns(0, 4321))
    for size in (7, 1000, 1500, 4321):
        path = path_of(tmp_path, form).with_stem(str(size))
        chunks = [{k: v[i : i + size] for k, v in whole.items()} for i in range(0, 4321, size)]
        write(form, path, chunks)
        with module(form).read(path) as reader:
            lengths = [len(chunk["Ev"]) for chunk in reader.chunks]
        found = read(form, path)
        assert sum(lengths) == 4321
        if form != "gst" and form != "rntuple":  # these two are read by gst.CHUNK
            assert lengths == [1000, 1000, 1000, 1000, 321]
        for name in COLUMNS:
            np.testing.assert_array_equal(found[name], whole[name], err_msg=name)


def test_chunks_may_be_used_again(form: str, tmp_path: Path, make_columns: Maker) -> None:
    path = path_of(tmp_path, form)
    expected = [make_columns(0, 30), make_columns(30, 30)]
    with module(form).create(path, a_run()) as writer:
        arrays = {name: values.copy() for name, values in expected[0].items()}
        for columns in expected:
            for name, values in columns.items():
                arrays[name][:] = values
            writer.write(arrays)
    np.testing.assert_array_equal(read(form, path)["El"], np.concatenate([c["El"] for c in expected]))


def test_no_events(form: str, tmp_path: Path) -> None:
    path = path_of(tmp_path, form)
    write(form, path, [])
    with module(form).read(path) as reader:
        assert reader.events == 0
        assert sum(len(chunk["Ev"]) for chunk in reader.chunks) == 0


def test_least_bytes_is_a_lower_bound(form: str, tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 50_000)
    columns["Ev"][:] = 1.0
    for name in ("El", "pl", "y"):
        columns[name] = np.round(columns[name], 2)
    path = path_of(tmp_path, form)
    for compression in ("none", *(["zstd:9"] if form != "npz" else [])):
        write(form, path, [columns], compression=compression, force=True)
        assert path.stat().st_size > formats.least_bytes(form, 50_000, compression)


@pytest.mark.parametrize("text", ["gzip", "zstd:0", "zlib:10", "none:1", "", ":1", "lz4:"])
def test_bad_compression(form: str, tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=rf"compression '{text}' is not one of .*none"):
        write(form, path_of(tmp_path, form), [], compression=text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_failure_leaves_no_file(
    form: str, tmp_path: Path, make_columns: Maker, error: type[BaseException]
) -> None:
    def fail() -> None:
        with module(form).create(path_of(tmp_path, form), a_run()) as writer:
            writer.write(make_columns(0, 150_000))
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def largest_file() -> Iterator[None]:
    """Let the system refuse files above 1 MiB, as it refuses them on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("events", [20_000, 300_000])
@pytest.mark.usefixtures("largest_file")
def test_full_disk(form: str, tmp_path: Path, make_columns: Maker, events: int) -> None:
    """Whether it is met while events come or when the file is closed."""
    with pytest.raises(UserError, match=r"cannot write .*: file too large"):
        write(form, path_of(tmp_path, form), [make_columns(0, events)])
    assert list(tmp_path.iterdir()) == []


def test_existing_file_is_kept(form: str, tmp_path: Path) -> None:
    path = path_of(tmp_path, form)
    path.write_bytes(b"old")
    with pytest.raises(UserError, match="exists"):
        write(form, path, [])
    assert path.read_bytes() == b"old"


def test_missing_file(form: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such file"):
        read(form, path_of(tmp_path, form))


@pytest.mark.parametrize("content", [b"", b"no events", b"root", b"PK\3\4 no archive", b"PAR1 nothing PAR1"])
def test_other_content(form: str, tmp_path: Path, content: bytes) -> None:
    path = path_of(tmp_path, form)
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read(form, path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_damaged_file(form: str, tmp_path: Path, make_columns: Maker) -> None:
    path = path_of(tmp_path, form)
    write(form, path, [make_columns(0, 20_000)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError) as caught:
        read(form, path)
    assert "\n" not in str(caught.value)


def test_files_of_others(form: str, tmp_path: Path, make_columns: Maker) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path, columns = path_of(tmp_path, form), make_columns(0, 10)
    if form == "npz":
        np.savez(path, **columns)
    elif form == "parquet":
        parquet.write_table(pa.table(columns), path)
    else:
        with uproot.recreate(path) as file:
            make = file.mktree if form == "gst" else file.mkrntuple
            make("gst", {name: values.dtype for name, values in columns.items()}).extend(columns)
    with pytest.raises(UserError, match="nugan") as caught:
        read(form, path)
    assert "\n" not in str(caught.value)


def test_another_json(tmp_path: Path, make_columns: Maker) -> None:
    np.savez(tmp_path / "a.npz", nugan=np.array('{"seed": 1}'), **make_columns(0, 10))
    with pytest.raises(UserError, match="no description of a run"):
        read("npz", tmp_path / "a.npz")


def test_formats_are_recognised(form: str, tmp_path: Path) -> None:
    path = path_of(tmp_path, form)
    write(form, path, [])
    assert recognise.recognise(path) == form


def test_the_other_object_of_that_name(tmp_path: Path) -> None:
    for form, other in (("gst", "rntuple"), ("rntuple", "gst")):
        write(form, tmp_path / f"{form}.root", [])
        with pytest.raises(UserError, match=r"gst is a .*, expected a"):
            read(other, tmp_path / f"{form}.root")


@pytest.mark.slow
def test_memory_does_not_grow_with_events(form: str, tmp_path: Path, make_columns: Maker) -> None:
    psutil = pytest.importorskip("psutil")
    process = psutil.Process()
    columns = {name: np.zeros_like(values) for name, values in make_columns(0, 100_000).items()}
    path = path_of(tmp_path, form)
    resident = []
    compression = "none" if form == "npz" else "zstd:1"
    with module(form).create(path, a_run(), compression) as writer:
        for _ in range(40):
            writer.write(columns)
            resident.append(process.memory_info().rss)
    # 25 tables are 300 MB
    assert resident[-1] - resident[14] < 60e6
    resident = []
    with module(form).read(path) as reader:
        for _ in reader.chunks:
            resident.append(process.memory_info().rss)
    assert len(resident) == 40
    assert resident[-1] - resident[14] < 60e6
