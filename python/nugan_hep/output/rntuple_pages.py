"""The pages of an RNTuple with their checksums, in a file that uproot writes.

uproot 5.7 writes pages without checksums: ROOT reads them, but its ``hadd`` ends in a failed assertion. Here
the pages of each cluster get them, and the page list says so. Of uproot the header, footer and anchor and the
space in the file are used. The layout is that of RNTuple's specification 1.0 (ROOT's
tree/ntuple/doc/BinaryFormatSpecification.md): XXH3 of a page's bytes follows them, and in the list its number
of elements is negative.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

CHECKSUM, COUNT = struct.Struct("<Q"), struct.Struct("<i")


class Page:
    """A page in the file, as its cluster's page list describes it."""

    def __init__(self, elements: int, locator: Any) -> None:
        self._elements, self._locator = elements, locator

    def serialize(self) -> bytes:
        """The entry of the page list; the sign says that a checksum follows the page."""
        return COUNT.pack(-self._elements) + bytes(self._locator.serialize())


Field = NDArray[Any] | tuple[NDArray[Any], NDArray[Any]]
"""Numbers [N], or, of entries of different lengths, the elements of all [total] and offsets [N + 1]."""


def form_of(dtype: DTypeLike, ragged: bool, meaning: str) -> Any:
    """What a field is, for ``mkrntuple``."""
    import awkward as ak

    inner = ak.forms.NumpyForm(np.dtype(dtype).name, parameters={"__doc__": meaning})
    return ak.forms.ListOffsetForm("i64", inner, parameters={"__doc__": meaning}) if ragged else inner


def as_lists(field: Field) -> Field:
    """Numbers [N, K] as lists of one length; other fields as they are."""
    if isinstance(field, tuple) or field.ndim == 1:
        return field
    rows, length = field.shape
    return field.reshape(-1), length * np.arange(rows + 1)


def extend(ntuple: Any, file: Any, fields: Sequence[Field], rows: int) -> None:
    """Add a cluster of ``rows`` > 0 entries, with one page for each column of the fields.

    Parameters
    ----------
    ntuple : what ``file.mkrntuple`` gave for these fields
    file : what ``uproot.recreate`` gave
    """
    from uproot.writing import _cascadentuple as uproot_parts

    cascade, sink, compression = ntuple._cascading, file.file.sink, file.file.compression
    code = uproot_parts._compression_code(compression)
    pages, columns = [], [*_columns(fields)]
    for values, before in zip(columns, cascade._column_counts, strict=True):
        page = [Page(len(values), _write_page(cascade, sink, values, compression))] if len(values) else []
        pages.append(uproot_parts.NTuple_ColumnPageListDescription(page, int(before), code))
    summary = uproot_parts.NTuple_ClusterSummary(cascade._num_entries, rows)
    header = cascade._header._checksum
    envelope = uproot_parts.NTuple_PageListEnvelope(header, [summary], [pages]).serialize()
    link = uproot_parts.NTuple_EnvLink(len(envelope), _write(cascade, sink, envelope, len(envelope)))
    group = uproot_parts.NTuple_ClusterGroupRecord(cascade._num_entries, rows, 1, link)
    cascade._footer.cluster_group_record_frames.append(group)
    cascade._num_entries += rows
    cascade._column_counts += np.array([len(values) for values in columns])
    _write_footer(cascade, sink)


def _columns(fields: Sequence[Field]) -> Iterator[NDArray[Any]]:
    """The columns of fields: of ragged ones the ends of the entries in this cluster, then the elements."""
    for field in fields:
        if isinstance(field, tuple):
            elements, offsets = field
            yield offsets[1:] - offsets[0]
            yield elements
        else:
            yield field


def _write_page(cascade: Any, sink: Any, values: NDArray[Any], compression: Any) -> Any:
    import uproot
    import xxhash

    bits = values.dtype == np.bool_
    data = (np.packbits(values, bitorder="little") if bits else np.ascontiguousarray(values)).view(np.uint8)
    page = bytes(uproot.compression.compress(data, compression))
    checksum = CHECKSUM.pack(xxhash.xxh3_64_intdigest(page))
    return _write(cascade, sink, page, len(data), checksum)


def _write(cascade: Any, sink: Any, data: bytes, unpacked: int, after: bytes = b"") -> Any:
    """The place of ``data`` in the file, which what comes after it is no part of."""
    from uproot.writing import _cascadentuple as uproot_parts

    key = cascade.add_rblob(sink, data + after, unpacked + len(after))
    return uproot_parts.NTuple_Locator(len(data), key.location + key.allocation)


def _write_footer(cascade: Any, sink: Any) -> None:
    """Put a new footer into the file, and give up the old one when the anchor no longer points to it."""
    old, footer = cascade._footer_key, cascade._footer.serialize()
    cascade._footer_key = cascade.add_rblob(sink, footer, len(footer))
    _flush(cascade, sink)
    anchor = cascade._anchor
    anchor.seek_footer = cascade._footer_key.location + cascade._footer_key.allocation
    anchor.nbytes_footer = anchor.len_footer = len(footer)
    sink.write(anchor.location, anchor.serialize())
    cascade._freesegments.release(old.location, old.location + old.num_bytes + old.compressed_bytes)
    _flush(cascade, sink)


def _flush(cascade: Any, sink: Any) -> None:
    cascade._freesegments.write(sink)
    sink.set_file_length(cascade._freesegments.fileheader.end)
    sink.flush()
