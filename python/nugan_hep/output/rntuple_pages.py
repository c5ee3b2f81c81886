"""The pages of an RNTuple with their checksums, in a file that uproot writes.

uproot 5.7 writes pages without checksums: ROOT reads them, but its ``hadd`` ends in a failed assertion. Here
the pages of each cluster get them, and the page list says so. Of uproot the header, footer and anchor and the
space in the file are used. The layout is that of RNTuple's specification 1.0 (ROOT's
tree/ntuple/doc/BinaryFormatSpecification.md): XXH3 of a page's bytes follows them, and in the list its number
of elements is negative.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHECKSUM, COUNT = struct.Struct("<Q"), struct.Struct("<i")


class Page:
    """A page in the file, as its cluster's page list describes it."""

    def __init__(self, elements: int, locator: Any) -> None:
        self._elements, self._locator = elements, locator

    def serialize(self) -> bytes:
        """The entry of the page list; the sign says that a checksum follows the page."""
        return COUNT.pack(-self._elements) + bytes(self._locator.serialize())


def extend(ntuple: Any, file: Any, columns: Mapping[str, NDArray[Any]]) -> None:
    """Add a cluster with one page for each of the columns, arrays [N] of numbers, N > 0.

    Parameters
    ----------
    ntuple : what ``file.mkrntuple`` gave for these columns
    file : what ``uproot.recreate`` gave
    """
    from uproot.writing import _cascadentuple as uproot_parts

    cascade, sink, compression = ntuple._cascading, file.file.sink, file.file.compression
    rows, code = len(next(iter(columns.values()))), uproot_parts._compression_code(compression)
    pages = []
    for values, before in zip(columns.values(), cascade._column_counts, strict=True):
        page = Page(rows, _write_page(cascade, sink, values, compression))
        pages.append(uproot_parts.NTuple_ColumnPageListDescription([page], int(before), code))
    summary = uproot_parts.NTuple_ClusterSummary(cascade._num_entries, rows)
    header = cascade._header._checksum
    envelope = uproot_parts.NTuple_PageListEnvelope(header, [summary], [pages]).serialize()
    link = uproot_parts.NTuple_EnvLink(len(envelope), _write(cascade, sink, envelope, len(envelope)))
    group = uproot_parts.NTuple_ClusterGroupRecord(cascade._num_entries, rows, 1, link)
    cascade._footer.cluster_group_record_frames.append(group)
    cascade._num_entries += rows
    cascade._column_counts += rows
    _write_footer(cascade, sink)


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
