"""Trees of the rootracker format, of nugan-sample, GENIE, NuWro and NEUT, back as columns.

All put the neutrino first and the target second. GENIE (``gRooTracker``) and NuWro (``nRooTracker``) have
momenta in GeV, NEUT (``nRooTracker``) may have MeV; the lepton's mass tells. It is the first final-state
particle of its kind.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.output import EventReader, Run, leptons
from nugan_hep.output.columns import damage, run_of
from nugan_hep.output.final_particles import mode_of_text
from nugan_hep.output.treereader import open_tree
from nugan_hep.particles import LEPTON, as_awkward

TREES = ("gRooTracker", "nRooTracker")
NEEDED = ("StdHepPdg", "StdHepStatus", "StdHepP4")
CODE = "EvtCode/fString"
USED = (*NEEDED, "StdHepFm", "EvtNum", "EvtWght", "EvtVtx")
CHUNK = 100_000
"""Events that are read at once."""
FINAL = 1


def is_rootracker(names: list[str]) -> bool:
    """Whether a tree with these branches is of this format."""
    return set(NEEDED) <= set(names)


@contextlib.contextmanager
def read(path: str | Path) -> Iterator[EventReader]:
    """The events of a file, a few baskets at a time.

    ``El`` and what depends on it come from the momenta and may differ from what was written in the last digit
    of float32.

    Raises
    ------
    UserError : not such a file
    """
    with open_tree(path, *TREES) as (tree, texts):
        rows = tree.num_entries
        run = run_of(path, texts, rows) if texts else _foreign(path, tree)
        yield EventReader(run, rows, leptons.columns(path, run, chunks(path, tree, CHUNK)))


def _foreign(path: str | Path, tree: Any) -> Run:
    """The little that another generator's tree says of all its events."""
    first = next(chunks(path, tree, 1), None)
    if first is None:
        return Run(14, {}, metadata={"events": 0})
    weight = float(tree.member("fWeight"))
    return Run(
        int(first.probe[0]),
        {},
        pot=None if weight == 1 else weight,
        metadata={"program": f"another generator ({tree.name})", "events": tree.num_entries},
    )


def chunks(path: str | Path, tree: Any, step: int) -> Iterator[leptons.Leptons]:
    """Neutrino, target and lepton of all entries of a tree, ``step`` at a time.

    Raises
    ------
    UserError : branches missing, damaged, or not as the format has them
    """
    present = set(tree.keys(recursive=False))
    if missing := [name for name in NEEDED if name not in present]:
        raise UserError(f"{path}: tree {tree.name} has no branch {', '.join(missing)}")
    first, unit = 0, None
    used = [name for name in USED if name in present]
    code = CODE if CODE in tree else None
    with damage(path):
        for table in tree.iterate([*used, code] if code else used, step_size=step):
            chunk = _leptons(path, table, first)
            if unit is None and np.any(chunk.lepton):
                unit = leptons.in_gev(path, chunk.lepton, chunk.charged)
            first += len(table)
            yield chunk._replace(nu=chunk.nu * (unit or 1.0), charged=chunk.charged * (unit or 1.0))


def _leptons(path: str | Path, table: Any, first: int) -> leptons.Leptons:
    import awkward as ak

    rows, pdg = len(table), table["StdHepPdg"]
    particles = ak.to_numpy(ak.num(pdg))
    start = np.cumsum(particles) - particles
    short = np.flatnonzero(particles < 2)
    if len(short):
        raise UserError(
            f"{path}: event {first + short[0] + 1:,} has fewer than two particles, "
            "expected neutrino and target"
        )
    probe, target = ak.to_numpy(pdg[:, 0]), ak.to_numpy(pdg[:, 1])
    leptons.check_probes(path, probe, first)
    found = (pdg == leptons.partner(probe)) & (table["StdHepStatus"] == FINAL)
    charged = ak.to_numpy(ak.any(found, axis=1))
    p4 = _four(path, ak.flatten(table["StdHepP4"], axis=1), particles.sum())
    lepton = p4[start + np.asarray(ak.argmax(found, axis=1))]
    lepton[~charged] = np.nan
    return leptons.Leptons(
        number=_column(table, "EvtNum", np.arange(first, first + rows)),
        probe=probe,
        target=leptons.as_nucleus(target),
        lepton=np.where(charged, leptons.partner(probe), 0),
        nu=p4[start],
        charged=lepton,
        weight=_column(table, "EvtWght", np.ones(rows)).astype(np.float64),
        vertex=_column(table, "EvtVtx", np.zeros((rows, 4))),
        **_particles(table, particles, charged, p4),
    )


def _particles(table: Any, counts: Any, charged: Any, p4: Any) -> dict[str, Any]:
    """All particles and the modes, where the lepton's place says that events have particles as ours do."""
    import awkward as ak

    pdg = table["StdHepPdg"]
    name = CODE.rpartition("/")[2] if CODE not in table.fields else CODE
    if "StdHepFm" not in table.fields or name not in table.fields or not len(pdg):
        return {}
    if not charged.all() or not (counts > LEPTON).all():
        return {}
    if not np.all(ak.to_numpy(pdg[:, LEPTON]) == leptons.partner(ak.to_numpy(pdg[:, 0]))):
        return {}
    texts, which = np.unique(np.array(table[name].to_list()), return_inverse=True)
    fields = {"pdg": pdg, "status": table["StdHepStatus"], "mother": table["StdHepFm"]}
    array = as_awkward(
        {
            "offsets": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            **{key: np.asarray(ak.flatten(values), np.int32) for key, values in fields.items()},
            **{key: np.ascontiguousarray(p4[:, k]) for k, key in enumerate(("px", "py", "pz", "E"))},
        }
    )
    modes = np.array([mode_of_text(str(text)) for text in texts], np.int32)
    return {"particles": array, "mode": modes[which]}


def _column(table: Any, name: str, otherwise: Any) -> Any:
    return table[name].to_numpy() if name in table.fields else otherwise


def _four(path: str | Path, values: Any, count: int) -> Any:
    found = np.asarray(values.to_numpy(), dtype=np.float64)
    if found.shape != (count, 4):
        raise UserError(f"{path}: shape {found.shape} of StdHepP4, expected {count:,} times px py pz E")
    return found
