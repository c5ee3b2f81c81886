"""Events as Apache Parquet, for pandas, Polars, DuckDB and whatever else reads it.

Columns have the names and types of the tree of :mod:`nugan_hep.output.gst`. The file's metadata have the key
``nugan``: JSON with the run. Where events have particles, those of an event are a list in the column
``particles``, and the weights of its replicas a list of fixed size in ``wght_rep``::

    pyarrow.parquet.read_metadata("events.parquet").metadata[b"nugan"]
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep import _core
from nugan_hep.output import Columns, EventReader, Run
from nugan_hep.output.atomic import new_file
from nugan_hep.output.columns import (
    EVERYTHING,
    METADATA,
    REPLICAS,
    TableWriter,
    about,
    check_readable,
    complete,
    damage,
    run_of,
    stored,
)
from nugan_hep.particles import PARTICLES, as_awkward, as_columns
from nugan_hep.particles import TYPES as FIELDS

__all__ = ["create", "read"]

GROUP = 100_000
"""Events per row group, whatever the size of the chunks that arrive."""

OFTEN_CONSTANT = ["neu", "tgt", "Z", "A", "wght", "pxv", "pyv", "vtxx", "vtxy", "vtxz", "vtxt"]
"""Stored as a dictionary and numbers into it, unless that turns out longer; equal numbers take no room."""


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> Iterator[TableWriter]:
    """Write a Parquet file; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : ``zstd[:level]``, ``lz4``, ``snappy`` or ``none``
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    from pyarrow.parquet import ParquetWriter

    name, level = _core.parse_compression("parquet", compression)
    with new_file(path, force) as stream:
        file: Any = None

        def put(table: Columns) -> None:
            nonlocal file
            columns = _arrow(complete(table, run))
            file = file or ParquetWriter(
                stream,
                columns.schema,
                compression=name,
                compression_level=level or None,
                use_dictionary=OFTEN_CONSTANT,
            )
            file.write_table(columns, row_group_size=GROUP)

        try:
            writer = TableWriter(run, GROUP, put)
            yield writer
            writer.finish()
            if file is None:
                put({"Ev": np.zeros(0, np.float32)})
            # known only now, so not in the schema, which is written first
            file.add_key_value_metadata({METADATA: about(run)})
            file.close()
        except BaseException:
            # ends the file while there still is one; it is removed
            with contextlib.suppress(Exception):
                file.close()
            raise


def _arrow(table: dict[str, Any]) -> Any:
    """A table of columns; the particles of an event are a list of structs."""
    import pyarrow as pa

    def column(values: Any) -> Any:
        if isinstance(values, np.ndarray) and values.ndim == 2:
            return pa.FixedSizeListArray.from_arrays(pa.array(np.ravel(values)), values.shape[1])
        if isinstance(values, np.ndarray):
            return pa.array(values)
        own = as_columns(values)
        fields = [pa.field(name, pa.from_numpy_dtype(kind), nullable=False) for name, kind in FIELDS.items()]
        structs = pa.StructArray.from_arrays([pa.array(own[name]) for name in FIELDS], fields=fields)
        return pa.LargeListArray.from_arrays(pa.array(own["offsets"]), structs)

    arrays = {name: column(values) for name, values in table.items()}
    schema = pa.schema([pa.field(name, array.type, nullable=False) for name, array in arrays.items()])
    return pa.Table.from_arrays(list(arrays.values()), schema=schema)


@contextlib.contextmanager
def read(path: str | Path, names: Sequence[str] = EVERYTHING) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote, by row groups; ``names`` are the columns wanted.

    Of :data:`nugan_hep.output.columns.WHERE_THERE`, what is there.

    Raises
    ------
    UserError : not such a file
    """
    from pyarrow.parquet import ParquetFile

    with contextlib.ExitStack() as stack:
        with damage(path):
            file = stack.enter_context(ParquetFile(check_readable(path), pre_buffer=False))
            content = (file.metadata.metadata or {}).get(METADATA.encode())
            texts = [] if content is None else [content.decode()]
            run = run_of(path, texts, file.metadata.num_rows)
            there = set(file.schema_arrow.names)
            wanted = [*stored(path, names, there, texts), *({PARTICLES, REPLICAS} & {*names} & there)]
        yield EventReader(run, file.metadata.num_rows, _chunks(path, file, wanted))


def _chunks(path: str | Path, file: Any, names: Sequence[str]) -> Iterator[Columns]:
    with damage(path):
        for batch in file.iter_batches(batch_size=GROUP, columns=list(names)):
            yield {name: _values(batch[name]) for name in names}


def _values(column: Any) -> Any:
    """A column as NumPy's array, lists of particles as awkward's."""
    if hasattr(column.type, "list_size"):
        return column.flatten().to_numpy(zero_copy_only=False).reshape(-1, column.type.list_size)
    if not hasattr(column, "offsets"):
        return column.to_numpy(zero_copy_only=False)
    offsets = column.offsets.to_numpy().astype(np.int64)
    rows = column.values.slice(offsets[0], offsets[-1] - offsets[0])
    fields = {
        name: rows.field(name).to_numpy(zero_copy_only=False).astype(kind) for name, kind in FIELDS.items()
    }
    return as_awkward({"offsets": offsets - offsets[0], **fields})
