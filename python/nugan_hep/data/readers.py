"""Event files in chunks of the needed columns: ROOT TTrees, NumPy .npz and Parquet."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import is_zipfile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from nugan_hep import skipping
from nugan_hep.data import generators
from nugan_hep.data.aliases import WHOLE, Layout, columns_of, explain_mismatch, find_layout, shorten
from nugan_hep.errors import NoEventsError, UserError
from nugan_hep.output import formats

Columns = dict[str, NDArray[Any]]

FORMATS = {".root": "ROOT", ".npz": "NumPy .npz", ".parquet": "Parquet", ".pq": "Parquet"}
FORMATS |= dict.fromkeys(formats.FORMATS["nuhepmc"].suffixes, "NuHepMC")
TREES = ("TTree", "TNtuple", "TNtupleD", "ROOT::RNTuple")


class EventFile(NamedTuple):
    """A file whose columns are known.

    Attributes
    ----------
    path : as it was given
    where : the file with the tree, for messages; no other tree has the same
    layout : of the columns
    names : columns by role of the layout
    chunks : the columns by role, at most so many rows at a time, numbers as stored
    """

    path: str | Path
    where: str
    layout: Layout
    names: dict[str, str]
    chunks: Callable[[int], Iterator[Columns]]


def split_tree(path: str | Path) -> tuple[Path, str | None]:
    """Split ``file.root:tree`` into the file and the tree's name, None where none is given."""
    head, _, tree = str(path).rpartition(":")
    if tree and head.endswith(".root") and not os.path.exists(path):
        return Path(head), tree
    return Path(path), None


def check_file(path: str | Path) -> None:
    """Raise UserError where ``path`` is no file that can be read, before any long work starts."""
    file, _ = split_tree(path)
    suffix = formats.suffix_of(file)
    if suffix not in FORMATS:
        raise UserError(f"{file}: unknown suffix {suffix!r}, expected one of {', '.join(FORMATS)}")
    # os.path says no where it may not look; methods of Path raise before Python 3.14
    if not os.path.exists(file):
        raise UserError(f"{file}: no such file")
    if not os.path.isfile(file):
        raise UserError(f"{file}: not a file")


def open_events(path: str | Path) -> EventFile:
    """Find the columns of one file; its rows are read later.

    Raises
    ------
    NoEventsError : a file without rows, of 0 bytes, or a ROOT file without any tree
    UserError : missing, damaged, without the columns of any layout; no such tree or cycle
    """
    check_file(path)
    file, tree = split_tree(path)
    skipping.check_not_empty(file)
    kind = FORMATS[formats.suffix_of(file)]
    with _one_line_errors(path, kind):
        found = _OPEN[kind](file, tree)
    return found._replace(path=path, chunks=lambda step: _guarded(path, kind, found.chunks(step)))


def _guarded(path: str | Path, kind: str, chunks: Iterator[Columns]) -> Iterator[Columns]:
    with _one_line_errors(path, kind):
        yield from chunks


def _open_root(file: Path, wanted: str | None) -> EventFile:
    import uproot

    with uproot.open(file) as root:
        key = _find_key(root, file, wanted) if wanted else _find_tree(root, file)
        tree = root[key]
        where = f"{file}:{key}"
        layout, columns = _match(where, tree.keys(full_paths=False), tree.num_entries)

    def chunks(step: int) -> Iterator[Columns]:
        with uproot.open(file) as again:
            if layout is generators.ROOTRACKER:
                yield from generators.rootracker(where, again[key], step)
                return
            for chunk in again[key].iterate(list(columns.values()), step_size=step, library="ak"):
                yield {role: _root_column(where, n, chunk[n], layout) for role, n in columns.items()}

    return EventFile(file, where, layout, columns, chunks)


def _trees(root: Any) -> dict[str, list[int]]:
    """The cycles of each tree by name, the newest first."""
    trees: dict[str, list[int]] = {}
    for key, kind in root.classnames(cycle=True).items():
        name, _, cycle = key.rpartition(";")
        if kind in TREES:
            trees.setdefault(name, []).append(int(cycle))
    return {name: sorted(cycles, reverse=True) for name, cycles in trees.items()}


def _find_key(root: Any, file: Path, wanted: str) -> str:
    """Name and cycle of a tree, ``tree`` or ``tree;cycle``; without a cycle the newest, as in ROOT."""
    trees = _trees(root)
    name, _, cycle = wanted.rpartition(";") if re.search(r";\d+$", wanted) else (wanted, "", "")
    if name not in trees:
        raise UserError(f"{file}: no TTree {name!r} (trees: {shorten(trees)})")
    cycles = trees[name]
    if cycle and int(cycle) not in cycles:
        there = ", ".join(map(str, cycles))
        raise UserError(f"{file}: no cycle {cycle} of {name} (cycle{'s' * (len(cycles) > 1)} there: {there})")
    return f"{name};{int(cycle) if cycle else cycles[0]}"


def _find_tree(root: Any, file: Path) -> str:
    """Name and cycle of the tree that holds events."""
    trees = {name: f"{name};{cycles[0]}" for name, cycles in _trees(root).items()}
    if not trees:
        raise NoEventsError(f"{file}: holds no TTree (objects: {shorten(root.keys(cycle=False))})")
    if len(trees) == 1:
        return next(iter(trees.values()))
    matching = [name for name, key in trees.items() if find_layout(root[key].keys(full_paths=False))]
    if len(matching) == 1:
        return trees[matching[0]]
    if matching:
        raise UserError(f"{file}: several trees hold events, name one as {file}:TREE ({shorten(matching)})")
    first = next(iter(trees))
    names = root[trees[first]].keys(full_paths=False)
    raise UserError(f"{file}: none of the trees {shorten(trees)} fits; {first}: {explain_mismatch(names)}")


def _root_column(where: str, name: str, values: Any, layout: Layout) -> NDArray[Any]:
    if values.ndim == 2 and layout.particles:
        import awkward as ak

        # an event without particles has no muon: NaN in its row, which no selection keeps
        values = ak.fill_none(ak.firsts(ak.values_astype(values, np.float64), axis=1), np.nan)
    return _number_column(where, name, values.to_numpy() if values.ndim == 1 else None)


def _open_parquet(file: Path, _: str | None) -> EventFile:
    from pyarrow import parquet

    with parquet.ParquetFile(file) as table:
        layout, columns = _match(str(file), table.schema_arrow.names, table.metadata.num_rows)

    def chunks(step: int) -> Iterator[Columns]:
        with parquet.ParquetFile(file) as again:
            for batch in again.iter_batches(batch_size=step, columns=list(dict.fromkeys(columns.values()))):
                arrays = {name: batch[name].to_numpy(zero_copy_only=False) for name in columns.values()}
                yield {r: _number_column(str(file), name, arrays[name]) for r, name in columns.items()}

    return EventFile(file, str(file), layout, columns, chunks)


def check_npz(file: Path) -> None:
    """Refuse a file that is no complete archive, of which np.load would speak of pickles.

    Raises
    ------
    UserError : see above
    """
    if not is_zipfile(file):
        raise UserError(f"{file}: cannot be read as NumPy .npz (no complete zip archive)")


def _open_npz(file: Path, _: str | None) -> EventFile:
    check_npz(file)
    with file.open("rb") as handle, np.load(handle, allow_pickle=False) as archive:
        if set(WHOLE.required.values()) <= set(archive.files):
            names = dict(WHOLE.required)
            return EventFile(file, str(file), WHOLE, names, partial(generators.whole_npz, file))
        layout, columns = _match(str(file), archive.files, None)
        shapes = {name: _npy_shape(archive, name) for name in columns.values()}
    sizes = {name: shape[0] for name, shape in shapes.items() if len(shape) == 1}
    if len(set(sizes.values())) > 1:
        raise UserError(f"{file}: columns differ in length ({sizes})")
    if set(sizes.values()) == {0}:
        raise NoEventsError(f"{file}: holds no events")

    def chunks(step: int) -> Iterator[Columns]:
        with file.open("rb") as handle, np.load(handle, allow_pickle=False) as archive:
            # a member cannot be read in part: the columns used are held, the others never touched
            data = {role: _number_column(str(file), name, archive[name]) for role, name in columns.items()}
        for start in range(0, next(iter(data.values())).size, step):
            yield {role: values[start : start + step] for role, values in data.items()}

    return EventFile(file, str(file), layout, columns, chunks)


def _npy_shape(archive: Any, name: str) -> tuple[int, ...]:
    """The shape of a member, from its header alone."""
    with archive.zip.open(f"{name}.npy") as member:
        version = npy.read_magic(member)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        return tuple(read_header(member)[0])


def _open_nuhepmc(file: Path, _: str | None) -> EventFile:
    generators.check_nuhepmc(file)
    layout = generators.NUHEPMC
    return EventFile(file, str(file), layout, dict(layout.required), partial(generators.nuhepmc, file))


_OPEN = {
    "ROOT": _open_root,
    "NumPy .npz": _open_npz,
    "Parquet": _open_parquet,
    "NuHepMC": _open_nuhepmc,
}


def _match(where: str, names: list[str], n: int | None) -> tuple[Layout, dict[str, str]]:
    layout = find_layout(names)
    if layout is None:
        raise UserError(f"{where}: {explain_mismatch(names)}")
    if n == 0:
        raise NoEventsError(f"{where}: holds no events")
    return layout, columns_of(layout, names)


def _number_column(where: str, name: str, values: ArrayLike | None) -> NDArray[Any]:
    column = np.asarray(values)
    if column.dtype == object and all(v is None or isinstance(v, bool | int | float) for v in column.flat):
        column = column.astype(np.float64)  # a Parquet column of booleans with nulls
    if values is None or column.ndim != 1 or column.dtype.kind not in "biuf":
        raise UserError(f"{where}: column {name!r} does not hold one number per event")
    return column


@contextmanager
def _one_line_errors(path: str | Path, kind: str) -> Iterator[None]:
    """Turn whatever a library says of a damaged file into one line."""
    try:
        yield
    except (UserError, MemoryError):
        raise
    except Exception as error:
        first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        reason = f"{type(error).__name__}: {first[:120]}".rstrip(": ")
        raise UserError(f"{path}: cannot be read as {kind} ({reason})") from error
