"""ROOT files: their date is the run's, and nothing in them is the clock's."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
import uproot

from nugan_hep.output import Run, formats

TARGETS = {1000060120: 1.0}


def write(path: Path, form: str, **metadata: str) -> Path:
    with formats.create(form, path, Run(14, TARGETS, sigma=0.7, energy=1.0, metadata=metadata)) as writer:
        energies = np.full(10, 1.0, np.float32)
        writer.write(
            dict.fromkeys(("Ev", "El", "pxl", "pyl", "pzl", "pl", "Q2", "W", "x", "y"), energies) | angles()
        )
    return path


def angles() -> dict[str, np.ndarray]:
    return {name: np.full(10, 0.5, np.float32) for name in ("thetal", "phil")} | {
        "iev": np.arange(10, dtype=np.int32),
        "cthl": np.full(10, np.cos(0.5)),
    }


def date(path: Path) -> datetime.datetime:
    with uproot.open(path) as file:
        return uproot._util.code_to_datetime(file.key("nugan").fDatime)


@pytest.mark.parametrize("form", ["gst", "rntuple"])
def test_the_date_is_the_runs_or_the_first_there_is(tmp_path: Path, form: str) -> None:
    told = write(tmp_path / "a.root", form, time="2021-05-06T07:08:09+00:00")
    moment = datetime.datetime(2021, 5, 6, 7, 8, 9, tzinfo=datetime.timezone.utc)
    assert date(told) == moment.astimezone().replace(tzinfo=None)
    assert date(write(tmp_path / "b.root", form)) == datetime.datetime(1995, 1, 1)


def test_runs_have_uuids_of_their_own(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{k}.root", "gst", command=text) for k, text in enumerate(("a", "b", "a"))]
    uuids = [uproot.open(path).file.uuid for path in paths]
    assert uuids[0] == uuids[2] != uuids[1]


def test_other_files_of_uproot_keep_their_dates(tmp_path: Path) -> None:
    write(tmp_path / "a.root", "gst")
    with uproot.recreate(tmp_path / "b.root") as file:
        file["nugan"] = "x"
    assert abs(date(tmp_path / "b.root") - datetime.datetime.now()) < datetime.timedelta(minutes=10)
