"""Whole events of the files that generators write, block by block: final-state particles and the mode.

| file | particles | mode |
|---|---|---|
| NuWro ``treeout`` | ``post`` (after the cascade), MeV | ``dyn`` |
| GENIE ``gst`` | ``pdgf``, ``pxf`` ..., and the lepton | ``qel res dis coh mec`` |
| NUISANCE ``FlatTree_VARS`` | ``pdg``, ``px`` ... (``nfsp``) | NEUT's ``Mode`` |
| NuHepMC | status 1 | process id |
| ``.npz`` | ``pdg``, ``px`` ..., flat, ``n`` | NuWro's ``dyn`` |
| other files of nugan-sample | see :mod:`nugan_hep.hadrons.sampled` | ``mode`` |

Nuclei among the particles belong to the remnant. Events of other probes or targets, and neutral currents,
are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.data.readers import check_file, check_npz, split_tree
from nugan_hep.errors import UserError
from nugan_hep.hadrons import sampled
from nugan_hep.hadrons.block import COH, DIS, MEC, QEL, RES, STEP, Block
from nugan_hep.hadrons.events import MODES
from nugan_hep.output import formats, hepmc3_text, recognise
from nugan_hep.output import nuhepmc_run_info as clauses
from nugan_hep.output.columns import METADATA, damage
from nugan_hep.output.leptons import as_nucleus
from nugan_hep.skipping import check_not_empty
from nugan_hep.species import NUCLEUS


def blocks(path: str | Path, limit: int | None = None) -> Iterator[Block]:
    """The events of a file.

    Raises
    ------
    UserError : missing, damaged, or without whole events
    """
    check_file(path)
    file, tree = split_tree(path)
    check_not_empty(file)
    suffix = formats.suffix_of(file)
    if tree is None and _is_sampled(file, suffix):
        yield from sampled.blocks(file, limit)
    elif suffix == ".root":
        yield from _root(file, tree, limit)
    elif suffix == ".npz":
        yield from _npz(file, limit)
    elif suffix in formats.FORMATS["nuhepmc"].suffixes:
        yield from _nuhepmc(file, limit)
    else:
        raise UserError(f"{file}: whole events come as .root, .npz, .parquet or NuHepMC, not as {suffix}")


def holds_whole_events(path: str | Path) -> bool:
    """Whether a file has events with hadrons, by its first thousand."""
    try:
        for block in islice(blocks(path, 1000), 1):
            size = np.abs(block.pdg)
            return bool(((size < NUCLEUS) & ((size < 11) | (size > 16))).any())
    except UserError:  # whoever reads it for what else it may be says what is wrong
        pass
    return False


def _is_sampled(file: Path, suffix: str) -> bool:
    """Whether nugan-sample wrote a file of a format that is none of those below."""
    if suffix == ".npz":
        check_npz(file)
        with damage(file), np.load(file) as archive:
            return METADATA in archive.files
    try:
        return recognise.recognise(file) in ("rntuple", "rootracker", "parquet")
    except UserError:  # of another generator, or of no format
        return False


# --- NumPy ---


def _npz(file: Path, limit: int | None) -> Iterator[Block]:
    wanted = ("enu", "dyn", "n", "pdg", "px", "py", "pz")
    with damage(file), np.load(file, allow_pickle=False) as archive:
        missing = [name for name in wanted if name not in archive.files]
        if missing:
            raise UserError(f"{file} has no {', '.join(missing)}: expected whole events")
        columns = {name: archive[name] for name in wanted}
    for name, column in columns.items():
        if column.ndim != 1 or column.dtype.kind not in "iuf" or (name == "n" and (column < 0).any()):
            raise UserError(f"{file}: {name}: expected a column of {'counts' if name == 'n' else 'numbers'}")
    enu, dyn, n, pdg, *p = columns.values()
    enu, dyn, n = (column[:limit] for column in (enu, dyn, n))
    count, total = len(enu), int(n.astype(np.int64).sum())
    if len(dyn) != count or len(n) != count:
        raise UserError(f"{file}: enu, dyn and n differ in length ({count}, {len(dyn)}, {len(n)})")
    if any(len(column) < total for column in (pdg, *p)):
        raise UserError(f"{file}: n counts {total} particles, but there are {len(pdg)}")
    known = np.isin(dyn, MODES)
    if not known.all():
        raise UserError(f"{file}: dyn = {dyn[~known][0]}, expected one of {', '.join(map(str, MODES))}")
    first = np.r_[0, np.cumsum(n.astype(np.int64))]
    # the charged lepton is first: its neutrino is next to it in PDG's numbers
    leading = pdg[first[:-1][n > 0]]
    codes, seen = np.unique(leading, return_counts=True)
    lepton = int(codes[np.argmax(seen)]) if len(codes) else 0
    probe = lepton + 1 if lepton > 0 else lepton - 1
    # an event that begins with another particle has lost its lepton
    lost = np.ones(count, dtype=bool)
    lost[n > 0] = leading != lepton
    for start in range(0, count, STEP):
        rows = slice(start, min(start + STEP, count))
        flat = slice(first[rows.start], first[rows.stop])
        neutrino = np.zeros((rows.stop - rows.start, 3))
        neutrino[:, 2] = enu[rows]
        momentum = np.stack([column[flat] for column in p], axis=1).astype(np.float64)
        codes = pdg[flat].astype(np.int32)
        own = np.repeat(lost[rows], n[rows])
        codes[own & (codes == lepton)] = -lepton
        yield Block(
            neutrino,
            np.full(len(neutrino), probe, dtype=np.int64),
            np.zeros(len(neutrino), dtype=np.int64),
            np.searchsorted(MODES, dyn[rows]).astype(np.int8),
            np.ones(len(neutrino), dtype=bool),
            n[rows].astype(np.int64),
            codes,
            momentum,
            np.full(len(momentum), np.nan),
        )


# --- ROOT ---


def _root(file: Path, tree: str | None, limit: int | None) -> Iterator[Block]:
    import uproot

    try:
        with uproot.open(file) as root:
            events, columns, convert = _find(file, root, tree)
            stop = None if limit is None else min(limit, events.num_entries)
            wanted = list(columns.values())
            for chunk in events.iterate(wanted, step_size=STEP, entry_stop=stop, library="np"):
                # uproot may name a branch by its last part
                yield convert({key: chunk[full if full in chunk else key] for key, full in columns.items()})
    except UserError as error:
        text = str(error)
        raise UserError(text if text.startswith(str(file)) else f"{file}: {text}") from None
    except Exception as error:  # uproot raises whatever a damaged file makes its code do
        raise UserError(f"{file}: cannot be read as ROOT ({type(error).__name__})") from None


def _find(
    file: Path, root: Any, tree: str | None
) -> tuple[Any, dict[str, str], Callable[[dict[str, Any]], Block]]:
    """The tree of whole events, its branches by their short names, and what makes events of these."""
    trees = {key.partition(";")[0] for key, kind in root.classnames().items() if kind == "TTree"}
    names = [tree] if tree else sorted(trees)
    for name in names:
        if name not in trees:
            raise UserError(f"{file}: no TTree {name!r} (trees: {', '.join(sorted(trees)) or 'none'})")
        branches = {key.rpartition("/")[2]: key for key in root[name].keys()}  # noqa: SIM118 - no dict
        for columns, convert in _LAYOUTS:
            if set(columns) <= branches.keys():
                wanted = (*columns, *(key for key in _OPTIONAL if key in branches))
                return root[name], {key: branches[key] for key in wanted}, convert
    _refuse_primary(file, root, names)
    accepted, found = "; ".join(", ".join(columns) for columns, _ in _LAYOUTS), ", ".join(names) or "none"
    raise UserError(f"{file}: no tree with whole events (trees: {found}; accepted: {accepted})")


def _refuse_primary(file: Path, root: Any, names: list[str]) -> None:
    """Say so where a tree has particles, but those before they leave the nucleus alone."""
    for name in names:
        branches = {key.rpartition("/")[2] for key in root[name].keys()}  # noqa: SIM118 - no dict
        for primary, final in _PRIMARY.items():
            if primary in branches and final not in branches:
                what = "the particles before they leave the nucleus"
                raise UserError(f"{file}: {name} has {primary}, {what}, and no {final}")


def _flat(lists: Any) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Lengths, and all values of a branch of arrays."""
    n = np.fromiter((len(x) for x in lists), np.int64, len(lists))
    return n, np.concatenate(list(lists)) if n.sum() else np.zeros(0)


def _treeout(chunk: dict[str, Any]) -> Block:
    n, pdg = _flat(chunk["post.pdg"])
    if len(n) and not n.any():
        raise UserError("post is empty: the particles were never taken through the nucleus (kaskada_on = 0)")
    values = [_flat(chunk[f"post.{axis}"])[1] for axis in "xyzt"]
    first = np.array([[x[0] for x in chunk[f"in.{axis}"]] for axis in "xyz"], dtype=np.float64).T
    probe = np.array([x[0] for x in chunk["in.pdg"]], dtype=np.int64)
    target = np.zeros(len(n), dtype=np.int64)
    if "par.nucleus_p" in chunk:
        z, neutrons = (chunk[f"par.nucleus_{kind}"].astype(np.int64) for kind in "pn")
        target = NUCLEUS + z * 10_000 + (z + neutrons) * 10
    dyn = chunk["dyn"].astype(np.int64)
    # hyperons, quasi-elastic too, are 10 in newer versions; whatever else there is has no place
    mode = np.where(np.isin(dyn, MODES), np.searchsorted(MODES, np.minimum(dyn, 8)), QEL).astype(np.int8)
    return Block(
        1e-3 * first,
        probe,
        target,
        mode,
        chunk["flag.cc"].astype(bool),
        n,
        pdg.astype(np.int32),
        1e-3 * np.stack(values[:3], axis=1),
        1e-3 * values[3],
    )


def _gst(chunk: dict[str, Any]) -> Block:
    n, pdg = _flat(chunk["pdgf"])
    p = np.stack([_flat(chunk[f"p{axis}f"])[1] for axis in "xyz"], axis=1)
    energy = _flat(chunk["Ef"])[1]
    probe = chunk["neu"].astype(np.int64)
    lepton = np.where(probe > 0, probe - 1, probe + 1)
    starts = np.cumsum(n) - n
    # the lepton is a row of its own in gst: put before the hadrons of its event
    momentum = np.insert(p, starts, np.stack([chunk[f"p{axis}l"] for axis in "xyz"], axis=1), axis=0)
    mode = np.full(len(n), DIS, dtype=np.int8)
    for name, number in (("qel", QEL), ("res", RES), ("dis", DIS), ("coh", COH), ("mec", MEC)):
        if name in chunk:
            mode[chunk[name].astype(bool)] = number
    return Block(
        np.stack([chunk[f"p{axis}v"] for axis in "xyz"], axis=1).astype(np.float64),
        probe,
        chunk["tgt"].astype(np.int64),
        mode,
        chunk["cc"].astype(bool),
        n + 1,
        np.insert(pdg, starts, lepton).astype(np.int32),
        momentum.astype(np.float64),
        np.insert(energy.astype(np.float64), starts, chunk["El"]),
    )


def mode_of_neut(code: NDArray[np.int64]) -> NDArray[np.int8]:
    """Modes of NEUT's numbers, which NUISANCE gives to all generators."""
    size = np.abs(code)
    mode = np.full(size.shape, DIS, dtype=np.int8)
    mode[size == 1] = QEL
    mode[size == 2] = MEC
    mode[(size >= 10) & (size <= 13)] = RES
    mode[(size == 15) | (size == 16)] = COH
    mode[(size >= 17) & (size <= 20)] = RES
    return mode


def _nuisance(chunk: dict[str, Any]) -> Block:
    n, pdg = _flat(chunk["pdg"])
    values = [_flat(chunk[key])[1].astype(np.float64) for key in ("px", "py", "pz", "E")]
    neutrino = np.zeros((len(n), 3))
    neutrino[:, 2] = chunk["Enu_true"]
    return Block(
        neutrino,
        chunk["PDGnu"].astype(np.int64),
        chunk["tgt"].astype(np.int64) if "tgt" in chunk else np.zeros(len(n), dtype=np.int64),
        mode_of_neut(chunk["Mode"].astype(np.int64)),
        chunk["cc"].astype(bool),
        n,
        pdg.astype(np.int32),
        np.stack(values[:3], axis=1),
        values[3],
    )


_POST = (
    "post.pdg",
    "post.x",
    "post.y",
    "post.z",
    "post.t",
    "in.pdg",
    "in.x",
    "in.y",
    "in.z",
    "dyn",
    "flag.cc",
)
_FINAL = ("neu", "tgt", "cc", "pxv", "pyv", "pzv", "El", "pxl", "pyl", "pzl")
_LAYOUTS: tuple[tuple[tuple[str, ...], Callable[[dict[str, Any]], Block]], ...] = (
    ((*_POST, "dyn", "flag.cc"), _treeout),
    ((*_FINAL, "pdgf", "Ef", "pxf", "pyf", "pzf"), _gst),
    (("PDGnu", "Enu_true", "Mode", "cc", "pdg", "px", "py", "pz", "E"), _nuisance),
)
_PRIMARY = {"out.pdg": "post.pdg", "pdgi": "pdgf", "pdg_vert": "pdg"}
"""Branches of particles before the cascade, and those that belong to them after it."""
_OPTIONAL = ("par.nucleus_p", "par.nucleus_n", "qel", "res", "dis", "coh", "mec", "tgt")


# --- NuHepMC ---


def mode_of_process(code: int) -> int:
    """The mode of NuHepMC's process ids, E.C.1: 100 coherent, 200 quasi-elastic, 300 2p2h, 400 resonance."""
    return {1: COH, 2: QEL, 3: MEC, 4: RES}.get(code // 100, DIS)


def _nuhepmc(file: Path, limit: int | None) -> Iterator[Block]:
    hepmc, core = clauses.library("pyhepmc"), clauses.library("pyhepmc._core")
    left = limit if limit is not None else 2**62
    with hepmc3_text.open_text(file) as stream:
        for listing in hepmc3_text.listings(file, stream):
            reader = clauses.library("pyhepmc.io").ReaderAscii(
                core.pyiostream(hepmc3_text.Part(stream, listing), 2**16)
            )
            for first in range(0, min(listing.events, left), STEP):
                yield _of_events(file, hepmc, core, reader, min(STEP, listing.events - first, left - first))
            left -= min(listing.events, left)


def _of_events(file: Path, hepmc: Any, core: Any, reader: Any, count: int) -> Block:
    event = hepmc.GenEvent()
    heads: list[tuple[Any, ...]] = []
    found: list[NDArray[Any]] = []
    for number in range(count):
        if not reader.read_event(event):
            raise UserError(f"{file}: event {number + 1:,} is damaged")
        data = core.GenEventData()
        event.write_data(data)
        particles = data.particles
        status, pdg = particles["status"], particles["pid"]
        beam, target = (np.flatnonzero(status == code) for code in (clauses.BEAM, clauses.TARGET))
        if len(beam) != 1 or len(target) != 1:
            raise UserError(
                f"{file}: event {number + 1:,} has {len(beam)} beam and {len(target)} target particles, "
                "expected one of each"
            )
        final = particles[status == clauses.FINAL]
        scale = 1e-3 if event.momentum_unit == hepmc.Units.MEV else 1.0
        attributes = event.attributes
        process = int(str(attributes["signal_process_id"])) if "signal_process_id" in attributes else 700
        p4 = np.stack([final[name] for name in ("px", "py", "pz", "e")], axis=1) * scale
        nu = particles[beam[0]]
        probe = int(pdg[beam[0]])
        wanted = probe - 1 if probe > 0 else probe + 1
        heads.append(
            (
                [scale * nu[name] for name in ("px", "py", "pz")],
                probe,
                int(pdg[target[0]]),
                mode_of_process(process),
                bool((final["pid"] == wanted).any()),
                len(final),
                final["pid"],
            )
        )
        found.append(p4)
    neutrino, probe_of, target_of, mode, charged, n, codes = zip(*heads, strict=True)
    momenta = np.concatenate(found)
    target = np.array(target_of, dtype=np.int64)
    return Block(
        np.array(neutrino, dtype=np.float64),
        np.array(probe_of, dtype=np.int64),
        as_nucleus(target),
        np.array(mode, dtype=np.int8),
        np.array(charged),
        np.array(n, dtype=np.int64),
        np.concatenate(codes).astype(np.int32),
        momenta[:, :3],
        momenta[:, 3],
    )
