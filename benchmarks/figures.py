"""Pictures of scans; ``python -m benchmarks.figures REPORT.json ... FOLDER`` draws those of reports again."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = dict[str, Any]
STYLE: dict[Any, Any] = {
    "font.size": 12,
    "axes.labelsize": 14,
    "xaxis.labellocation": "right",
    "yaxis.labellocation": "top",
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.major.size": 7,
    "ytick.major.size": 7,
    "xtick.minor.size": 3.5,
    "ytick.minor.size": 3.5,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 6,
}
COLOURS = ("#c1272d", "#3f5fa8", "#2e8b57", "0.3")
LOOKS = {"auto": ("o", "-", "fused"), "torch": ("s", "--", "LibTorch")}


def draw(scan: dict[str, Any], processor: str, folder: Path) -> list[Path]:
    """Write ``performance_n.png`` and ``performance_threads.png``."""
    paths = []
    for name, picture in (("n", against_events), ("threads", against_threads)):
        paths.append(folder / f"performance_{name}.png")
        with mpl.rc_context(STYLE):
            figure = Figure(figsize=(6.4, 5.0), layout="constrained")
            axes = figure.subplots()
            axes.set(xscale="log", yscale="log")
            picture(axes, scan)
            axes.set_title(processor, loc="right", fontsize=10)
            axes.legend(fontsize=10)
            figure.savefig(paths[-1], dpi=150)
    return paths


def against_events(axes: Axes, scan: dict[str, Any]) -> None:
    """CPU time of ``nugan-sample`` on one thread, with the floors of the arithmetic."""
    curves(axes, scan["n"], "n", lambda point: float(point["cpu_s"]))
    n = sorted({point["n"] for point in scan["n"]})
    for colour, (model, seconds) in zip(COLOURS, scan["floor_s"].items(), strict=False):
        floor = [seconds * k for k in n]
        axes.plot(n, floor, color=colour, linestyle=":", label=f"{model}, FMA peak of its network")
    axes.set_ylim(bottom=0.2 * min(point["cpu_s"] for point in scan["n"]))
    axes.set(xlabel="events", ylabel="CPU time of nugan-sample, one thread [s]")


def against_threads(axes: Axes, scan: dict[str, Any]) -> None:
    """Wall time for a million events in memory, with what perfect scaling would give."""
    points = scan["threads"]
    curves(axes, points, "threads", per_million)
    threads = sorted({point["threads"] for point in points})
    for colour, model in zip(COLOURS, dict.fromkeys(p["model"] for p in points), strict=False):
        one = next(per_million(p) for p in points if p["model"] == model and p["threads"] == 1)
        axes.plot(threads, [one / t for t in threads], color=colour, linestyle=":", linewidth=1.0)
    axes.plot([], [], color="0.3", linestyle=":", linewidth=1.0, label="time of one thread / threads")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.45)  # room for the legend
    axes.xaxis.set_major_locator(FixedLocator(threads))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="threads", ylabel="sampling in memory [s per 1M events]")


def per_million(point: Point) -> float:
    seconds: float = statistics.median(point["wall_s"]) * 1e6 / point["n"]
    return seconds


def curves(axes: Axes, points: list[Point], key: str, value: Callable[[Point], float]) -> None:
    """A line for each model (colour) and backend (marker)."""
    models = list(dict.fromkeys(point["model"] for point in points))
    for colour, model in zip(COLOURS, models, strict=False):
        for backend, (marker, line, label) in LOOKS.items():
            mine = [p for p in points if (p["model"], p["backend"]) == (model, backend)]
            x, y = [p[key] for p in mine], [value(p) for p in mine]
            face = colour if backend == "auto" else "white"
            axes.plot(x, y, line, marker=marker, color=colour, mfc=face, label=f"{model}, {label}")


def joined(scans: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The points of several scans, of different models or backends, as one."""
    result: dict[str, Any] = {"floor_s": {}, "n": [], "threads": []}
    for scan in scans:
        result["floor_s"].update(scan["floor_s"])
        result["n"] += scan["n"]
        result["threads"] += scan["threads"]
    return result


def main() -> None:
    reports = [json.loads(Path(path).read_text()) for path in sys.argv[1:-1]]
    scan = joined(report["scan"] for report in reports)
    for path in draw(scan, reports[0]["machine"]["processor"], Path(sys.argv[-1])):
        print(path)


if __name__ == "__main__":
    main()
