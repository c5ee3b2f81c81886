"""Event files in chunks of the needed columns: ROOT TTrees, NumPy .npz and Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep.data import generators
from nugan_hep.data.aliases import Layout, columns_of, explain_mismatch, find_layout, shorten
from nugan_hep.errors import UserError
from nugan_hep.output import formats

Columns = dict[str, NDArray[Any]]

FORMATS = {".root": "ROOT", ".npz": "NumPy .npz", ".parquet": "Parquet", ".pq": "Parquet"}
FORMATS |= dict.fromkeys(formats.FORMATS["nuhepmc"].suffixes, "NuHepMC")
TREES = ("TTree", "TNtuple", "TNtupleD", "ROOT::RNTuple")


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
    if file.stat().st_size == 0:
        raise UserError(f"{file}: the file is empty (0 bytes)")


def read_columns(path: str | Path, step: int) -> Iterator[tuple[Layout, Columns]]:
    """Yield the columns of one file, by role of :class:`Layout`, at most ``step`` rows at a time.

    Numbers are as stored, the unit of the layout included. Raises UserError for a file that is
    missing, damaged, without events or without the columns of any layout.
    """
    check_file(path)
    file, tree = split_tree(path)
    kind = FORMATS[formats.suffix_of(file)]
    with _one_line_errors(path, kind):
        if kind == "ROOT":
            yield from _read_root(file, tree, step)
        elif kind == "Parquet":
            yield from _read_parquet(file, step)
        elif kind == "NuHepMC":
            generators.check_nuhepmc(file)
            yield from ((generators.NUHEPMC, columns) for columns in generators.nuhepmc(file, step))
        else:
            yield from _read_npz(file, step)


def _read_root(file: Path, tree_name: str | None, step: int) -> Iterator[tuple[Layout, Columns]]:
    import uproot

    with uproot.open(file) as root:
        tree_name = tree_name or _find_tree(root, file)
        trees = _tree_names(root)
        if tree_name not in trees:
            raise UserError(f"{file}: no TTree {tree_name!r} (trees: {shorten(trees)})")
        where, tree = f"{file}:{tree_name}", root[tree_name]
        names = tree.keys(full_paths=False)
        layout, columns = _match(where, names, tree.num_entries)
        if layout is generators.ROOTRACKER:
            yield from ((layout, chunk) for chunk in generators.rootracker(where, tree, step))
            return
        for chunk in tree.iterate(list(columns.values()), step_size=step, library="ak"):
            yield layout, {r: _root_column(where, n, chunk[n], layout) for r, n in columns.items()}


def _tree_names(root: Any) -> list[str]:
    return [name for name, kind in root.classnames(cycle=False).items() if kind in TREES]


def _find_tree(root: Any, file: Path) -> str:
    trees = _tree_names(root)
    if not trees:
        raise UserError(f"{file}: holds no TTree (objects: {shorten(root.keys(cycle=False))})")
    if len(trees) == 1:
        return trees[0]
    matching = [name for name in trees if find_layout(root[name].keys(full_paths=False))]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UserError(f"{file}: several trees hold events, name one as {file}:TREE ({shorten(matching)})")
    names = root[trees[0]].keys(full_paths=False)
    raise UserError(f"{file}: none of the trees {shorten(trees)} fits; {trees[0]}: {explain_mismatch(names)}")


def _root_column(where: str, name: str, values: Any, layout: Layout) -> NDArray[Any]:
    if values.ndim == 2 and layout.particles:
        import awkward as ak

        # an event without particles has no muon: NaN in its row, which no selection keeps
        values = ak.fill_none(ak.firsts(ak.values_astype(values, np.float64), axis=1), np.nan)
    return _number_column(where, name, values.to_numpy() if values.ndim == 1 else None)


def _read_parquet(file: Path, step: int) -> Iterator[tuple[Layout, Columns]]:
    from pyarrow import parquet

    with parquet.ParquetFile(file) as table:
        layout, columns = _match(str(file), table.schema_arrow.names, table.metadata.num_rows)
        for batch in table.iter_batches(batch_size=step, columns=list(dict.fromkeys(columns.values()))):
            yield (
                layout,
                {
                    role: _number_column(str(file), name, batch[name].to_numpy(zero_copy_only=False))
                    for role, name in columns.items()
                },
            )


def _read_npz(file: Path, step: int) -> Iterator[tuple[Layout, Columns]]:
    if not is_zipfile(file):  # np.load would speak of pickles
        raise UserError(f"{file}: cannot be read as NumPy .npz (no complete zip archive)")
    with file.open("rb") as handle, np.load(handle, allow_pickle=False) as archive:
        names = archive.files
        layout, columns = _match(str(file), names, None)
        # a member cannot be read in part: the columns used are held, the others never touched
        data = {role: _number_column(str(file), name, archive[name]) for role, name in columns.items()}
    sizes = {columns[role]: values.size for role, values in data.items()}
    if len(set(sizes.values())) > 1:
        raise UserError(f"{file}: columns differ in length ({sizes})")
    n = next(iter(sizes.values()))
    if n == 0:
        raise UserError(f"{file}: holds no events")
    for start in range(0, n, step):
        yield layout, {role: values[start : start + step] for role, values in data.items()}


def _match(where: str, names: list[str], n: int | None) -> tuple[Layout, dict[str, str]]:
    layout = find_layout(names)
    if layout is None:
        raise UserError(f"{where}: {explain_mismatch(names)}")
    if n == 0:
        raise UserError(f"{where}: holds no events")
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
