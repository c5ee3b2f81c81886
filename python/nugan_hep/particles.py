"""The particles of events: awkward arrays for users, plain columns for the core.

Under :data:`PARTICLES` the columns of events have an array [N, *] of records ``Momentum4D`` of the package
vector, with ``px py pz E`` in GeV and ``pdg status mother``, see :data:`nugan_hep._core.particle_columns`. An
event's particles begin with the neutrino, the nucleus and the lepton that leaves; there are none where the
model has no hadrons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nugan_hep import _core

PARTICLES = "particles"
"""Their name among the columns of events."""

TYPES = {name: np.dtype(code) for name, code, _ in _core.particle_columns}
"""Types of the fields, by name."""

NEUTRINO, TARGET, LEPTON = range(3)
"""Places of the first particles of every event."""

FINAL = 1
"""The status of particles that leave the nucleus."""


def as_awkward(columns: Mapping[str, Any]) -> Any:
    """The array of records [N, *] of ``offsets`` [N + 1] and fields [total]; fields not given are 0."""
    import awkward as ak
    import vector

    vector.register_awkward()
    total = len(columns["pdg"])
    given = [columns[name] if name in columns else np.zeros(total, kind) for name, kind in TYPES.items()]
    fields = [ak.contents.NumpyArray(values) for values in given]
    records = ak.contents.RecordArray(fields, list(TYPES), parameters={"__record__": "Momentum4D"})
    offsets = ak.index.Index64(columns["offsets"])
    return ak.Array(ak.contents.ListOffsetArray(offsets, records))


def as_columns(particles: Any) -> dict[str, Any]:
    """The same back: ``offsets`` and fields, of any awkward array of such records, or as they are."""
    if isinstance(particles, Mapping):
        return dict(particles)
    import awkward as ak

    layout = ak.to_packed(particles).layout.to_ListOffsetArray64(True)
    fields = {name: ak.to_numpy(layout.content[name]) for name in TYPES}
    return {"offsets": layout.offsets.data, **fields}


def from_core(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as the core gives them, with the particles as an awkward array."""
    if PARTICLES in columns:
        return {**columns, PARTICLES: as_awkward(columns[PARTICLES])}
    return dict(columns)


def for_core(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns with the particles as the core takes them."""
    if PARTICLES not in columns:
        return dict(columns)
    return {**columns, PARTICLES: as_columns(columns[PARTICLES])}
