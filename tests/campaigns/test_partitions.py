"""A campaign as partitions of dask-awkward: the events of its files, without files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nugan_hep
from nugan_hep.campaigns import command
from nugan_hep.errors import UserError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def test_partitions_are_the_events_of_the_files(toy: Path, tmp_path: Path) -> None:
    pytest.importorskip("dask_awkward", reason="no dask-awkward (pip install 'nugan-hep[dask]')")
    keys = {"model": str(toy), "n": 1000, "seed": 4, "files": 3}
    events = nugan_hep.campaign(keys)
    assert events.npartitions == 3
    words = [f"--{key}={value}" if len(key) > 1 else f"-{key}{value}" for key, value in keys.items()]
    assert (
        command.main(["run", *words, "--format", "npz", "--on", "here", "--out", str(tmp_path), "--quiet"])
        == 0
    )
    for k in range(3):
        part = events.partitions[k].compute(scheduler="synchronous")
        file = np.load(tmp_path / f"events-000{k}.npz")
        for name in ("iev", "Ev", "El", "thetal", "Q2"):
            assert np.array_equal(np.asarray(part[name]), file[name])


def test_histograms_come_together(toy: Path, tmp_path: Path) -> None:
    """dask-histogram's sum over the partitions is the histogram of one long sample."""
    pytest.importorskip("dask_histogram", reason="no dask-histogram (pip install 'nugan-hep[dask]')")
    import dask_histogram
    import hist

    (tmp_path / "spec.toml").write_text(f'model = "{toy}"\nn = 9999\nper_file = 4000\n')
    events = nugan_hep.campaign(tmp_path / "spec.toml", n=5000, seed=2)
    axis = hist.axis.Regular(10, 0, 10)
    found = dask_histogram.factory(events.El, axes=(axis,)).compute(scheduler="synchronous")
    sampled = nugan_hep.Sampler(toy).sample(n=5000, seed=2)["El"]
    assert np.array_equal(found.values(), np.histogram(sampled, axis.edges)[0])


def test_bad_keys() -> None:
    with pytest.raises(UserError, match="unknown key 'nonsense'"):
        nugan_hep.campaign(nonsense=1)
