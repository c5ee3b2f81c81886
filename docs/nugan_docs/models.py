"""The models' cards as pages, each with a figure of what the model draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nugan_docs.places import ROOT, with_site_links

MODELS = ROOT / "models"
EVENTS = 40_000
CAPTION = (
    "*Left: cross section per nucleon in the model's archive, by channel where it has them. "
    "Right: 40,000 events with energies uniform in the range.*"
)


def pages() -> dict[str, str]:
    """A page for each card."""
    found = {}
    for path in sorted(MODELS.rglob("*.md")):
        text = with_site_links(path.read_text(), path.parent)
        if path.parent == MODELS:
            head, _, rest = text.partition("\n## ")
            figure = f"![What {path.stem} draws](/generated/figures/{path.stem}.png)\n\n{CAPTION}\n\n## "
            text = f"{head}\n{figure}{rest}"
        found[f"models/{path.stem}"] = text
    return found


def draw(folder: Path) -> None:
    """The figures of models that are newer than theirs."""
    todo = {path: folder / f"{path.stem}.png" for path in sorted(MODELS.glob("*.pt"))}
    todo = {
        path: out
        for path, out in todo.items()
        if not out.exists() or out.stat().st_mtime < path.stat().st_mtime
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, out in todo.items():
        figure_of(path, out)


def figure_of(path: Path, out: Path) -> None:
    """Cross section against energy; energy of the lepton and cosine of its angle."""
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    from nugan_hep import Sampler

    sampler = Sampler(path, lepton_only=True)
    events = sampler.sample(n=EVENTS, seed=1)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_cross_section(left, sampler.metadata["cross_section"])
    _, _, _, mesh = right.hist2d(
        events["El"], events["cthl"], bins=(80, 60), range=((0, 10), (-1, 1)), norm=LogNorm(), rasterized=True
    )
    figure.colorbar(mesh, ax=right, label="events")
    right.set(xlabel="lepton energy [GeV]", ylabel="cosine of its angle", title=sampler.name)
    figure.savefig(out, dpi=110)


def draw_cross_section(ax: Any, table: dict[str, Any]) -> None:
    """The table of the archive, per energy."""
    import numpy as np

    enu = np.asarray(table["enu"])
    ax.plot(enu, np.asarray(table["sigma"]) / enu, "k", label="all")
    for name, values in table.get("channels", {}).items():
        ax.plot(enu, np.asarray(values["sigma"]) / enu, label=name)
    ax.set(xlabel="neutrino energy [GeV]", ylabel="σ/E [10⁻³⁸ cm²/GeV/nucleon]", xscale="log")
    ax.set_ylim(0, 1.25 * ax.dataLim.ymax)  # with room for the legend
    ax.legend(fontsize=8, ncols=3, loc="upper center")
