"""Draw what a joint network learned of its processes: their embeddings in the plane of their largest spread.

python tools/embedding_figure.py nuwro docs/embedding.png
"""

from __future__ import annotations

import sys

import matplotlib.pyplot as plt
import numpy as np

from nugan_hep.joint.saved import read

STYLES = {"numu": ("o", "C0"), "numubar": ("s", "C1"), "nue": ("^", "C2"), "nuebar": ("v", "C3")}


def main() -> None:
    name, path = sys.argv[1:]
    joint = read(name)
    embeddings = joint.model.embeddings.numpy()
    centred = embeddings - embeddings.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    place = centred @ axes[:2].T
    share = 100 * spread**2 / np.sum(spread**2)
    figure, plot = plt.subplots(figsize=(7, 5), layout="constrained")
    order = sorted(zip(joint.processes, place.tolist(), strict=True), key=lambda one: one[1][1])
    for k, (label, (x, y)) in enumerate(order):  # names left and right in turn, for points lie close
        probe, rest = label.split("_", 1)
        marker, colour = STYLES[probe]
        side = -1 if k % 2 else 1
        plot.plot(x, y, marker, color=colour, ms=8, label=probe)
        plot.annotate(
            rest.removesuffix("_inc"),
            (x, y),
            xytext=(8 * side, -4),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
        )
    handles = dict(zip(*reversed(plot.get_legend_handles_labels()), strict=True))
    plot.legend(handles.values(), handles.keys(), loc="lower center")
    plot.set_xlabel(f"first axis of the embeddings ({share[0]:.0f} % of their spread)")
    plot.set_ylabel(f"second axis ({share[1]:.0f} %)")
    plot.margins(0.2, 0.12)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
