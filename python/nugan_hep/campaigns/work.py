"""The work of a campaign: what all files have in common, and making one of them."""

from __future__ import annotations

import functools
import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nugan_hep import _core
from nugan_hep.campaigns import folder as folders
from nugan_hep.campaigns import manifest, options
from nugan_hep.campaigns.manifest import Entry, Manifest
from nugan_hep.campaigns.spec import Spec
from nugan_hep.errors import UserError
from nugan_hep.opening import open_source, version
from nugan_hep.output import Run, formats
from nugan_hep.output.run import of_core
from nugan_hep.particles import from_core

if TYPE_CHECKING:
    from nugan_hep._sampler import Opened

OF_A_FILE = ("command", "time", "first", "requested", "exposure")
"""Of a description, what differs between files, or between runs of one campaign."""


def plan(spec: Spec) -> tuple[Manifest, str]:
    """The manifest of a campaign before anything is made, and a warning or nothing.

    The number of events of an exposure is drawn here, once for the whole campaign, and every file has its
    share of the POT.

    Raises
    ------
    UserError : options that nugan-sample would refuse; more files than events
    """
    asked = options.parsed(options.located(spec.sample, spec.base))
    opened = open_source(asked)
    run = _run(opened)
    events = opened.run.requested
    assert events is not None
    ranges = spec.ranges(opened.run.first, events)
    stem, suffix = _name(asked)
    files = tuple(
        Entry(f"{stem}-{k:04d}{suffix}", first, n, _share(opened.run.pot, n, events), run.sigma)
        for k, (first, n) in enumerate(ranges)
    )
    relative = options.located(spec.sample, spec.base) != spec.sample
    base = str(spec.base) if relative else ""
    sample = {name: list(words) for name, words in spec.sample.items()}
    return Manifest(sample, base, common(opened), files), opened.warning


def make(folder: Path, whole: Manifest, number: int) -> Entry:
    """Make a file of a campaign, unless it is there and whole; what the manifest will say of it.

    Raises
    ------
    UserError : the file cannot be written; models, fluxes or versions are not those of the campaign
    """
    entry = whole.files[number]
    for known in (folders.noted(folder, entry), entry):
        if known is not None and folders.is_whole(folder, known):
            return known
    with folders.part(folder, entry.file) as path:
        _draw(whole, entry, path)
        with folders.writing(folder / entry.file):
            done = Entry(**{**vars(entry), "bytes": path.stat().st_size, "sha256": folders.sha256(path)})
            os.replace(path, folder / entry.file)
    folders.note(folder, done)
    return done


def make_in(folder: str, identity: str, number: int) -> Entry:
    """The same in a worker, which reads the manifest once.

    Raises
    ------
    UserError : see :func:`make`; the folder now holds another campaign
    """
    return make(Path(folder), _manifest(folder, identity), number)


@functools.lru_cache(maxsize=4)
def _manifest(folder: str, identity: str) -> Manifest:
    found = manifest.read(Path(folder))
    if found.identity != identity:
        raise UserError(f"{folder} holds another campaign by now")
    return found


def _draw(whole: Manifest, entry: Entry, path: Path) -> None:
    """Draw a file's events into ``path``."""
    own = of_range(whole.sample, entry.first, entry.events)
    asked = options.parsed(options.located(own, Path(whole.base)), "--out", str(path))
    formats.check_space(asked.format, path, entry.events, asked.compression)
    opened = open_source(asked)
    run = _run(opened)
    check_same(whole.description, common(opened))
    words = [options.PROGRAM, *options.to_words(options.without_pace(own)), "--out", entry.file]
    run.metadata |= {"command": shlex.join(words), "first": entry.first, "requested": entry.events}
    _set_pot(run, entry.pot)
    with formats.create(asked.format, path, run, asked.compression) as writer:
        events = opened.draw_chunks(asked, lambda chunk: writer.write(from_core(chunk)), lambda: False)
        run.metadata["events"] = events


def of_range(sample: options.Given, first: int, events: int) -> dict[str, Any]:
    """Options of ``nugan-sample`` for a part of a campaign's events, on one thread unless told otherwise."""
    rest = {name: words for name, words in sample.items() if name not in ("exposure", "n", "first")}
    return {"threads": ["1"], **rest, "first": [str(first)], "n": [str(events)]}


def check_same(expected: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Refuse to make events that are not the campaign's.

    Raises
    ------
    UserError : models, fluxes or versions are others
    """
    if expected == found:
        return
    parts = [key for key in dict.fromkeys((*expected, *found)) if expected.get(key) != found.get(key)]
    first = parts[0]
    said = f"{_short(found.get(first))}, not {_short(expected.get(first))}"
    more = f" (and {', '.join(parts[1:])})" if parts[1:] else ""
    raise UserError(f"this is not what the campaign was begun with: {first} is {said}{more}")


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _run(opened: Opened) -> Run:
    """What the events have in common; nothing of it tells when and on which processor they were drawn."""
    opened.run.program = version()
    run = of_core(opened.run)
    run.metadata = {key: value for key, value in run.metadata.items() if key not in OF_A_FILE}
    # the fused kernels of all instruction sets give the same events
    run.metadata["backend"] = run.metadata["backend"].partition(" ")[0]
    return run


def common(opened: Opened) -> dict[str, Any]:
    """What all files of a campaign say of themselves, as JSON gives it back."""
    run = _run(opened)
    _set_pot(run, None)
    return dict(json.loads(json.dumps(run.as_dict())))


def _set_pot(run: Run, pot: float | None) -> None:
    run.pot = pot
    for flavour in run.metadata.get("flavours", ()):
        flavour["run"]["pot"] = pot


def _share(pot: float | None, events: int, total: int) -> float | None:
    return None if pot is None else pot * (events / total)


def _name(asked: _core.Options) -> tuple[str, str]:
    """Stem and suffix of a campaign's files."""
    suffix = formats.suffix_of(asked.out)
    return asked.out.name.removesuffix(suffix), suffix
