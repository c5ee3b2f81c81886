"""The ROOT files of examples/cpp_chain against the same events drawn in Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from building import run
from chain import TEXT_FLUX, stops, tally

import nugan_hep
from nugan_hep.output import recognise

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif("numu_C12_inc" not in nugan_hep.list_models(), reason="numu_C12_inc is not installed"),
]


def test_chain_writes_the_muons_that_stop(tmp_path: Path, root_program: Callable[[str], Path]) -> None:
    chain = root_program("cpp_chain")
    flux, out = tmp_path / "flux.txt", tmp_path / "stopped.root"
    flux.write_text(TEXT_FLUX)
    done = run(chain, "numu_C12_inc", "4000", "3", flux, out)
    events = nugan_hep.Sampler("numu_C12_inc").sample(flux=flux, n=4000, seed=3)
    row = next(line.split() for line in done.stdout.splitlines() if line.split()[0] == "flux")
    np.testing.assert_allclose([float(v) for v in row[1:]], tally(events), atol=1e-4)

    with uproot.open(out) as file:
        written = file["gst"].arrays(library="np")
        about = json.loads(str(file["nugan"]))
    picked = stops(events)
    assert 0 < picked.sum() < 4000
    particles, mode = events.pop("particles"), events.pop("mode")
    with recognise.read(out) as reader:
        (back,) = reader.chunks
    np.testing.assert_array_equal(back["mode"], mode[picked])
    assert ak.array_equal(back["particles"].pdg, particles.pdg[picked])
    for name, column in events.items():
        np.testing.assert_array_equal(written[name], column[picked], err_msg=name)
    assert (written["tgt"] == 1000060120).all()
    assert (about["events"], about["requested"]) == (picked.sum(), 4000)
