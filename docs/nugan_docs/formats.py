"""The event formats and the branches of their trees, from the core that writes them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nugan_hep import Sampler, _core, particles

TREES = ("gst", "rootracker", "nuisance")
TYPES = {
    "O": "bool",
    "B": "int8",
    "I": "int32",
    "i": "uint32",
    "F": "float32",
    "D": "float64",
    "b": "TBits",
    "s": "TObjString",
}
"""Of ROOT's letters, and the core's for objects."""
HEAD = """\
# Branches

What is in each file, as the program that writes it has it. [Event formats](/formats.md) says what a format is
for and what readers take of it.

## Formats

| format | suffixes | in a ROOT file | vertices and times | weights of replicas | needs a cross section |
|---|---|---|---|---|---|
"""
PARTICLES = """
## Particles

Each particle of `events["particles"]`, of `parquet` and of `npz`:

| name | type | meaning |
|---|---|---|
"""


def pages() -> dict[str, str]:
    """One page."""
    rows = "".join(
        f"| `{name}` | {np.dtype(letters).name} | {meaning} |\n"
        for name, letters, meaning in _core.particle_columns
    )
    return {"branches": HEAD + "".join(map(row, _core.event_formats())) + trees() + PARTICLES + rows}


def row(form: _core.EventFormat) -> str:
    """What a format holds and needs."""
    objects = f"{form.object_class} {code(form.objects)}" if form.objects else ""
    flags = ("yes" if flag else "no" for flag in (form.vertices, form.replicas, form.needs_sigma))
    return f"| `{form.name}` | {code(form.suffixes)} | {objects} | {' | '.join(flags)} |\n"


def code(words: Iterable[str]) -> str:
    """Words in backticks."""
    return " ".join(f"`{word}`" for word in words)


def trees() -> str:
    """The branches of each tree, of events with hadrons and one energy."""
    events = particles.for_core(Sampler(_core.default_model).sample(enu=1.0, n=10, seed=1))
    kind = _core.EventKind(_core.Process(14, 1000060120), 1.0)
    out = ""
    for form in TREES:
        tree = _core.EventTree(form, events, 14, 1000060120, lambda *_: kind, None, 1.0)
        out += f"\n## {tree.name}\n\nThe tree of `{form}`.\n\n| branch | type | meaning |\n|---|---|---|\n"
        for branch in tree.branches:
            sizes = [branch.counter, *branch.shape] if branch.counter else branch.shape
            shape = "".join(f"[{size}]" for size in sizes)
            out += f"| `{branch.name}` | {TYPES[branch.letter]}{shape} | {branch.meaning} |\n"
    return out
