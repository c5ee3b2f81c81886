"""Files of a campaign: the same bytes whoever makes them, and together the events of one long run."""

from __future__ import annotations

import dataclasses
import gc
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nugan_hep import sample
from nugan_hep.campaigns import folder as folders
from nugan_hep.campaigns import manifest, work
from nugan_hep.campaigns.spec import Spec
from nugan_hep.errors import UserError
from nugan_hep.output import formats

FORMATS = ("gst", "rootracker", "nuhepmc", "nuisance", "rntuple", "parquet", "npz")


def plan(toy: Path, folder: Path, files: int = 3, **more: list[str]) -> manifest.Manifest:
    """The manifest of a small campaign, written into its folder."""
    folder.mkdir(exist_ok=True)
    given = {"model": [str(toy)], "seed": ["3"], **more}
    whole, _ = work.plan(
        Spec({"n": ["1000"], **given} if "exposure" not in more else given, Path.cwd(), files)
    )
    manifest.write(whole, folder)
    return whole


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_files_are_the_same_whatever_order_process_and_pace(toy: Path, tmp_path: Path, form: str) -> None:
    """Another process has another hash of texts, another time and another size of chunks."""
    said = {"format": [form], "energy": ["1.0"]}
    here = plan(toy, tmp_path / "here", 2, **said)
    plan(toy, tmp_path / "there", 2, **said, chunk=["77"], threads=["2"])
    made = [work.make(tmp_path / "here", here, k) for k in (1, 0)]
    for k in (0, 1):
        command = [sys.executable, "-m", "nugan_hep.campaigns", "make", str(tmp_path / "there"), str(k)]
        subprocess.run(command, check=True, capture_output=True)
    for one in made:
        assert folders.is_whole(tmp_path / "here", one)
        assert (tmp_path / "there" / one.file).read_bytes() == (tmp_path / "here" / one.file).read_bytes()


def test_all_files_together_are_one_long_run(toy: Path, flux: Path, tmp_path: Path) -> None:
    """Of an exposure too: the number of events is that of the run, and POT add up to the exposure."""
    said = ["--model", str(toy), "--seed", "3", "--flux", str(flux), "--exposure", "4e19,1"]
    assert sample.main([*said, "--out", str(tmp_path / "long.npz"), "--quiet"]) == 0
    whole = plan(toy, tmp_path / "cut", 4, flux=[str(flux)], exposure=["4e19,1"], format=["npz"])
    made = [work.make(tmp_path / "cut", whole, k) for k in (2, 0, 3, 1)]
    assert sum(one.pot or 0 for one in made) == pytest.approx(4e19, rel=1e-12)
    long = np.load(tmp_path / "long.npz")
    parts = [np.load(tmp_path / "cut" / one.file) for one in whole.files]
    for name in long.files:
        if name != "nugan":
            assert np.array_equal(np.concatenate([part[name] for part in parts]), long[name]), name
    about = [json.loads(str(part["nugan"])) for part in parts]
    assert sum(one["run"]["pot"] for one in about) == pytest.approx(4e19)
    assert {one["run"]["sigma"] for one in about} == {json.loads(str(long["nugan"]))["run"]["sigma"]}
    assert whole.events == len(long["Ev"]) == sum(one["events"] for one in about)


def test_a_file_says_the_command_that_makes_its_events(toy: Path, tmp_path: Path) -> None:
    whole = plan(toy, tmp_path, 2, format=["npz"])
    work.make(tmp_path, whole, 1)
    about = json.loads(str(np.load(tmp_path / "events-0001.npz")["nugan"]))
    words = about["command"].split()
    assert words[0] == "nugan-sample"
    assert sample.main([*words[1:-1], str(tmp_path / "again.npz"), "--quiet"]) == 0
    again, part = np.load(tmp_path / "again.npz"), np.load(tmp_path / "events-0001.npz")
    assert all(np.array_equal(again[name], part[name]) for name in part.files if name != "nugan")


def test_only_what_is_missing_or_damaged_is_made(toy: Path, tmp_path: Path) -> None:
    whole = plan(toy, tmp_path)
    first = [work.make(tmp_path, whole, k) for k in range(3)]
    whole = whole.made({one.file: one for one in first})
    good, damaged, gone = (tmp_path / one.file for one in first)
    before, bytes_before = good.stat().st_mtime_ns, [one.read_bytes() for one in (damaged, gone)]
    damaged.write_bytes(bytes([bytes_before[0][0] ^ 1]) + bytes_before[0][1:])
    gone.unlink()
    assert [work.make(tmp_path, whole, k) for k in range(3)] == first
    assert good.stat().st_mtime_ns == before
    assert [one.read_bytes() for one in (damaged, gone)] == bytes_before


def test_another_model_under_the_same_name_is_refused(toy: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.pt"
    shutil.copy(toy, model)
    whole = plan(model, tmp_path / "run")
    other = dataclasses.replace(whole, description={**whole.description, "model": {"name": "another"}})
    with pytest.raises(UserError, match="not what the campaign was begun with: model is"):
        work.make(tmp_path / "run", other, 0)
    assert not list((tmp_path / "run").glob("events*"))


def test_manifest_round_trip_and_versions(toy: Path, tmp_path: Path) -> None:
    whole = plan(toy, tmp_path)
    assert manifest.read(tmp_path) == whole
    assert manifest.read(tmp_path).identity == whole.identity
    path = tmp_path / "manifest.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "format": 2}))
    with pytest.raises(UserError, match=r"manifest.json is of format 2; this version .* reads format 1"):
        manifest.read(tmp_path)
    for damaged in ("{", "[]", json.dumps({**content, "files": [{"file": 1}]})):
        path.write_text(damaged)
        with pytest.raises(UserError, match="damaged or no manifest"):
            manifest.read(tmp_path)
    with pytest.raises(UserError, match="holds no campaign"):
        manifest.read(tmp_path / "nowhere")


def test_a_full_disk_is_said_and_nothing_half_done_stays(toy: Path, small_disk: Path) -> None:
    whole = plan(toy, small_disk / "run", 4, n=["80000"])  # about 6 MB on 4 MB
    with pytest.raises(UserError, match=r"no space left on device|GB free") as raised:
        [work.make(small_disk / "run", whole, k) for k in range(4)]
    assert ".making" not in str(raised.value)
    del raised  # its frames hold an open file of the small disk
    gc.collect()
    made = sorted(path.name for path in (small_disk / "run").glob("events*"))
    assert 0 < len(made) < 4
    known = folders.known(small_disk / "run", whole)
    assert [one.file for one in known.files if folders.is_whole(small_disk / "run", one)] == made


def test_formats_of_campaigns_are_all(toy: Path) -> None:
    assert {*FORMATS} == {*formats.FORMATS}
