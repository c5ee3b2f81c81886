"""``nugan-campaign`` from the command line, and an HTCondor DAG."""

from __future__ import annotations

import fcntl
import os
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nugan_hep.campaigns import command, dag, manifest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def words(toy: Path) -> list[str]:
    return ["--model", str(toy), "-n", "600", "--files", "3", "--on", "here"]


def main(*words: object) -> int:
    return command.main([str(word) for word in words])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("[a-z]*") if path.is_file()}


def test_run_check_and_status(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    assert main("run", *words, "--out", folder) == 0
    assert main("status", folder) == main("check", folder) == 0
    assert "3 of 3 files, 600 of 600 events" in capsys.readouterr().out
    assert sorted(os.listdir(folder)) == [
        ".lock",
        *(f"events-000{k}.root" for k in range(3)),
        "manifest.json",
    ]
    before = contents(folder)
    assert main("run", *words, "--out", folder) == 2
    assert "holds a campaign: give --resume" in capsys.readouterr().err
    (folder / "events-0001.root").unlink()
    (folder / "events-0002.root").write_bytes(b"x")
    assert main("check", folder) == 2
    assert (
        "1 files are missing and 1 damaged of 3 (events-0001.root, events-0002.root)"
        in capsys.readouterr().err
    )
    assert main("run", "--out", folder, "--on", "here", "--resume") == 0
    assert contents(folder) == before


def test_a_spec_and_options_that_count_more(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "spec" / "run.toml"
    spec.parent.mkdir()
    (spec.parent / "toy.pt").write_bytes(toy.read_bytes())
    spec.write_text('model = "toy.pt"\nn = 900\nseed = 5\nfiles = 3\nout = "made"\n[farm]\non = "here"\n')
    monkeypatch.chdir(tmp_path)
    # the campaign's own options may stand before the spec, as in submit --dag SPEC.toml
    assert main("run", "--quiet", "spec/run.toml", "--seed", "6", "--per-file", "500") == 0
    found = manifest.read(spec.parent / "made")
    assert (found.sample["seed"], [one.events for one in found.files]) == (["6"], [500, 400])
    assert found.base == str(spec.parent)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--on", "nobody"], "--on nobody: expected local, here, slurm, htcondor, pbs or the address"),
        (["--nonsense", "1"], "unrecognized arguments: --nonsense"),
        (["--energy", "1", "--uniform", "1", "2"], "not allowed with argument"),
        (["--seed", "-1"], "argument --seed"),
        (["--resume"], "holds no campaign to go on with"),
        (["--files", "601"], "files = 601: expected at most one for each of 600 events"),
        (["-n", "3e9"], "2,147,483,647"),
        (["--on", "htcondor", "--queue", "long"], "HTCondor has no queue nor account: say it in directives"),
        (["--on", "htcondor", "--directive", "x"], "directive 'x' is not valid: HTCondor's are key = value"),
        pytest.param(
            ["--on", "tcp://127.0.0.1:9"], "no scheduler answers at tcp://127.0.0.1:9", marks=pytest.mark.slow
        ),
    ],
)
def test_bad_input(
    words: list[str], tmp_path: Path, more: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if more[0] == "--on":
        words = words[:-2]
    assert main("run", *words, *more, "--out", tmp_path / "run") == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not list((tmp_path / "run").glob("events*"))
    # a scheduler that does not answer now may do so later: --resume
    assert (tmp_path / "run").exists() == (more[-1].startswith("tcp"))


def test_another_campaign_in_the_folder(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("run", *words, "--out", tmp_path, "--quiet") == 0
    assert main("run", *words, "--seed", "8", "--out", tmp_path, "--resume") == 2
    assert "holds another campaign: seed is not given, not 8" in capsys.readouterr().err
    for more in (words[:0], words):
        arguments = ["run", *more, "--files", "2", "--on", "here", "--out", tmp_path, "--resume"]
        assert main(*arguments) == 2
        assert "a campaign of 3 files that are cut in another way" in capsys.readouterr().err


def test_a_manifest_of_another_version(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command says so in one line and leaves the folder as it is."""
    assert main("run", *words, "--out", tmp_path, "--quiet") == 0
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2', 1))
    (tmp_path / "events-0001.root").unlink()
    before = contents(tmp_path)
    resume = ["run", *words, "--out", tmp_path, "--resume"]
    submit = ["submit", "--dag", *words, "--out", tmp_path, "--resume"]
    again = ["run", *words, "--out", tmp_path]
    for asked in (resume, submit, again, ["make", tmp_path, 1], ["status", tmp_path], ["check", tmp_path]):
        assert main(*asked) == 2
        said = capsys.readouterr().err
        assert "manifest.json is of format 2; this version of nugan-hep reads format 1" in said
        assert said.count("\n") == 1
    assert contents(tmp_path) == before


def test_two_campaigns_at_once(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("process 7 on farm\n")
        lock.flush()
        assert main("run", *words, "--out", tmp_path) == 2
    assert "a campaign is running in" in (said := capsys.readouterr().err)
    assert "(process 7 on farm)" in said
    assert not (tmp_path / "manifest.json").exists()


@pytest.mark.slow
def test_the_jobs_of_a_dag_make_the_same_files(words: list[str], tmp_path: Path, campaign: Run) -> None:
    """Jobs in any order, one of them twice, without Dask; the last one completes the manifest."""
    assert main("run", *words, "--out", tmp_path / "run", "--quiet") == 0
    assert main("submit", "--dag", *words, "--out", tmp_path / "dag") == 0
    text = (tmp_path / "dag" / dag.DAG).read_text()
    jobs = dict(re.findall(r"^JOB (\S+) (\S+)$", text, re.MULTILINE))
    values = {
        name: dict(re.findall(r'(\w+)="(\S+)"', said))
        for name, said in re.findall(r"^VARS (\S+) (.*)$", text, re.MULTILINE)
    }
    assert {*jobs.values()} == {str(tmp_path / "dag" / dag.SUBMIT)}  # found from every folder
    assert re.findall(r"^RETRY (\S+) 3$", text, re.MULTILINE) == [*jobs]
    order = [*jobs, next(iter(jobs))]
    random.Random(1).shuffle(order)
    for name in order:
        assert run_job(Path(jobs[name]), values[name]).returncode == 0
    (final,) = re.findall(r"^FINAL \S+ (\S+)$", text, re.MULTILINE)
    done = run_job(Path(final), {})
    assert done.returncode == 0, done.stderr
    made, expected = contents(tmp_path / "dag"), contents(tmp_path / "run")
    assert {name: made[name] for name in expected} == expected
    assert main("submit", "--dag", "--resume", "--out", tmp_path / "dag") == 0
    assert "JOB" not in (tmp_path / "dag" / dag.DAG).read_text()


def test_a_dag_takes_what_htcondor_takes(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    submit = ["submit", "--dag", *words, "--out", tmp_path]
    assert main(*submit, "--directive=--constraint=avx512") == 2
    assert "directive '--constraint=avx512' is not valid" in capsys.readouterr().err
    assert main(*submit, "--queue", "long") == 2
    assert "HTCondor has no queue" in capsys.readouterr().err
    assert main(*submit, "--prologue", "module load x") == 2
    assert "a DAG runs no prologue" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert main(*submit, "--directive", '+JobFlavour = "longlunch"', "--memory", "3GB") == 0
    text = (tmp_path / dag.SUBMIT).read_text()
    assert '\n+JobFlavour = "longlunch"\n' in text
    assert "\nrequest_memory = 3GB\n" in text


def run_job(submit: Path, values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What HTCondor would run: executable and arguments of a submit file, with a job's macros."""
    text = submit.read_text()
    for name, value in values.items():
        text = text.replace(f"$({name})", value)
    said = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
    assert text.rstrip().endswith("queue")
    words = [said["executable"], *shlex.split(said["arguments"].strip('"'))]
    assert words[0] == sys.executable
    return subprocess.run(words, cwd=said["initialdir"], capture_output=True, text=True, check=False)


def test_help_names_the_options_of_nugan_sample(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main("run", "--help")
    assert "flux-units" in capsys.readouterr().out
    assert main("--help") == 0
    assert main("nothing") == 2
