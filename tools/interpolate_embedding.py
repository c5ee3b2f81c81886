"""Nuclei that a joint network never saw, predicted from carbon and argon, against their events.

python tools/interpolate_embedding.py JOINT models/processes.toml DATA

An embedding between (oxygen) or beyond (iron) those of carbon and argon of the same neutrino, linear in
A^(-1/3), the share of nucleons at a nucleus' surface; beside it the neighbours' own embeddings, one fitted to
1,000 events, and the best place on the line, which the events choose.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from scipy.optimize import minimize_scalar

from nugan_hep.families.flow.settings import PRESETS
from nugan_hep.joint import adapt
from nugan_hep.joint.learning import mean_nll
from nugan_hep.joint.processes import Process, events_of, proxies_of, read_processes
from nugan_hep.joint.saved import Saved, read
from nugan_hep.training.validation import Validation

MOST = 200_000
FEW = 1_000


def surface(target: int) -> float:
    """A^(-1/3) of a nucleus (PDG)."""
    return float((target // 10 % 1000) ** (-1 / 3))


def ends_of(process: Process, joint: Saved, listed: list[Process]) -> tuple[Process, Process] | None:
    """Carbon and argon of the same neutrino, where the network knows them."""
    known = {one.name: one for one in listed if one.name in joint.processes}
    probe = process.name.split("_")[0]
    names = f"{probe}_C12_inc", f"{probe}_Ar40_inc"
    return (known[names[0]], known[names[1]]) if set(names) <= known.keys() else None


def main() -> None:
    name, toml, folder = sys.argv[1:]
    joint, flow = read(name), PRESETS["flow"]
    listed = read_processes([Path(toml)], Path(folder))
    embedding_of = dict(zip(joint.processes, joint.model.embeddings.detach(), strict=True))
    print("| process | events | carbon's | argon's | predicted | 1,000 events | best on the line | floor |")
    print("|---|---|---|---|---|---|---|---|")
    for process in listed:
        ends = ends_of(process, joint, listed)
        if process.name in joint.processes or ends is None:
            continue
        both = [proxies_of(events, process.lepton_mass, flow) for events in events_of(process, flow)]
        events = torch.cat(both)[:MOST]
        carbon, argon = (embedding_of[end.name] for end in ends)
        at = [surface(end.target) for end in ends]
        way = (surface(process.target) - at[0]) / (at[1] - at[0])
        few = events[::7]

        def loss(
            t: float, few: torch.Tensor = few, a: torch.Tensor = carbon, b: torch.Tensor = argon
        ) -> float:
            return mean_nll(joint.model, few, a + t * (b - a))

        best = minimize_scalar(loss, bounds=(-0.5, 2), method="bounded", options={"xatol": 0.02}).x
        validation = Validation(events)
        cells = []
        for place in (carbon, argon, carbon + way * (argon - carbon), None, carbon + best * (argon - carbon)):
            embedding = adapt.fit(joint.model, events[:FEW]).embedding if place is None else place
            model = joint.model.flow_of(embedding).eval().requires_grad_(False)
            scores = validation(model, 2, 1)
            cells.append(f"{scores.map_2d:.2f}/{scores.map_3d:.2f} {scores.nll:.4f}")
        cells[2] += f" (t = {way:.2f})"
        cells[4] += f" (t = {best:.2f})"
        floor = f"{validation.floor['floor_map_2d']:.2f}/{validation.floor['floor_map_3d']:.2f}"
        print(f"| {process.name} | {len(events):,} | {' | '.join(cells)} | {floor} |", flush=True)


if __name__ == "__main__":
    main()
