"""Campaigns by Dask: on this machine, on a farm whose processes are killed, on SLURM."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import condor
import farm
import pytest
import slurm

pytest.importorskip("distributed", reason="no Dask (pip install 'nugan-hep[dask]')")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
KILLS = 50


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("[a-z]*") if path.is_file()}


@pytest.fixture
def words(toy: Path) -> list[str]:
    return ["--model", str(toy), "-n", "2000", "--files", "4", "--quiet"]


@pytest.mark.slow
def test_processes_make_what_one_makes(words: list[str], tmp_path: Path, campaign: Run) -> None:
    campaign("run", *words, "--on", "here", "--out", tmp_path / "one")
    campaign("run", *words, "--on", "local", "--workers", 2, "--out", tmp_path / "two")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


@pytest.mark.slow
def test_a_terminal_shows_a_bar_and_the_dashboard(toy: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    words = ["--model", str(toy), "-n", "2000", "--files", "4", "--workers", "1"]
    process = subprocess.Popen([*farm.COMMAND, "run", *words, "--out", str(tmp_path)], stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # a terminal that nobody writes to ends so
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    assert process.wait() == 0, shown
    assert re.search(rb"dashboard: http://\S+:\d+/status", shown)
    assert b"2,000/2,000 events" in shown


@pytest.mark.slow
@pytest.mark.parametrize("on", ["local", "here"])
def test_an_interrupted_campaign_goes_on(toy: Path, tmp_path: Path, campaign: Run, on: str) -> None:
    """Ctrl-C of a terminal goes to all processes of a command: one line, and what is made stays."""
    words = ["--model", str(toy), "-n", "300000", "--files", "60", "--out", str(tmp_path)]
    command = [*farm.COMMAND, "run", *words, "--on", on]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("events*")):
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    made = {name: content for name, content in contents(tmp_path).items() if name != "manifest.json"}
    assert re.fullmatch(r"nugan-campaign: stopped after \d+ of 60 files; go on with --resume\n", said)
    campaign("run", "--out", tmp_path, "--on", "here", "--resume", "--quiet")
    after = contents(tmp_path)
    assert len(after) == 61
    assert {name: after[name] for name in made} == made


@pytest.mark.slow
def test_a_killed_campaign_goes_on(words: list[str], tmp_path: Path, campaign: Run) -> None:
    """SIGKILL at random moments, without Dask and with it; what was made is not made again."""
    campaign("run", *words, "--on", "here", "--out", tmp_path / "one")
    dice, folder = random.Random(3), tmp_path / "two"
    for on in ("here", "here", "local"):
        resume = ["--resume"] if (folder / "manifest.json").exists() else []
        command = [*farm.COMMAND, "run", *words, "--on", on, "--out", str(folder), *resume]
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
        before = len(list(folder.glob("events*")))
        while process.poll() is None and len(list(folder.glob("events*"))) <= before:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.1))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    campaign("run", *words, "--on", "here", "--out", folder, "--resume")
    assert contents(folder) == contents(tmp_path / "one")
    assert not (folder / ".made").exists()
    assert not (folder / ".making").exists()


@pytest.mark.slow
def test_a_full_disk_on_the_workers(toy: Path, small_disk: Path, campaign: Run) -> None:
    """One line, the files that are whole stay, and with room the campaign goes on."""
    words = [
        "--model",
        str(toy),
        "-n",
        "80000",
        "--files",
        "4",
        "--format",
        "npz",
        "--on",
        "local",
        "--workers",
        2,
    ]
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(2**20))
    done = campaign("run", *words, "--out", small_disk / "run", code=2)
    assert "Traceback" not in done.stderr
    assert "go on with --resume" in done.stderr
    assert done.stderr.count("\n") == 1
    made = contents(small_disk / "run")
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    campaign("run", "--resume", "--on", "here", "--out", small_disk / "run")
    after = contents(small_disk / "run")
    assert {name: after[name] for name in made if name.startswith("events")} == {
        name: content for name, content in made.items() if name.startswith("events")
    }
    assert len(after) == 5


@pytest.mark.slow
def test_a_full_disk_on_one_worker(toy: Path, tmp_path: Path, small_disk: Path, campaign: Run) -> None:
    """The other worker makes its files, a line names the one that could not, and nothing differs."""
    words = ["--model", str(toy), "-n", "200000", "--files", "20", "--format", "npz", "--quiet"]
    campaign("run", *words, "--on", "here", "--out", tmp_path / "one")
    folder, port = tmp_path / "two", farm.free_port()
    dask = [sys.executable, "-m", "dask"]
    worker = [*dask, "worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-dashboard"]
    worker += ["--no-nanny", "--local-directory", str(tmp_path)]
    disk = "-t tmpfs -o size=100k tmpfs"
    commands = [
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        [*farm.COMMAND, "run", *words, "--on", f"tcp://127.0.0.1:{port}", "--out", str(folder)],
        worker,
        # sees another disk, of 100 kB, where files are written before they are whole
        ["unshare", "-m", "sh", "-c", f'mount {disk} {folder}/.making; exec "$@"', "sh", *worker],
    ]
    running: list[subprocess.Popen[str]] = []

    def start(k: int) -> subprocess.Popen[str]:
        running.append(subprocess.Popen(commands[k], stderr=subprocess.PIPE, text=True))
        return running[-1]

    def wait_for(happened: Callable[[], bool]) -> None:
        ends = time.monotonic() + 300
        while not happened():
            assert time.monotonic() < ends
            assert all(one.poll() is None for one in running)
            time.sleep(0.02)

    try:
        start(0), start(1)
        wait_for((folder / "manifest.json").exists)
        (folder / ".making").mkdir(exist_ok=True)
        good = start(2)  # a worker alone would have nobody to hand its file to
        wait_for(lambda: bool(list(folder.glob("events*"))))
        good.send_signal(signal.SIGSTOP)
        seen = Path(f"/proc/{start(3).pid}/root{folder}/.making")
        wait_for(lambda: seen.stat().st_dev != folder.stat().st_dev)
        empty = seen.stat().st_mtime_ns
        wait_for(lambda: seen.stat().st_mtime_ns != empty)  # it has begun a file
        good.send_signal(signal.SIGCONT)
        _, said = running[1].communicate(timeout=300)
    finally:
        for process in running:
            process.kill()
            process.communicate()
    assert running[1].returncode == 0, said
    assert said.count("\n") == 1
    assert "warning: a worker failed, others made its files: " in said
    assert "GB free (worker on " in said
    assert contents(folder) == contents(tmp_path / "one")


@pytest.mark.heavy
def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    """SIGKILL of scheduler, workers, nannies and the campaign's own process, 50 times."""
    words = ["--model", "numu_C12_inc", "--lepton-only", "-n", "6e6", "--files", "200"]
    farm.undisturbed(tmp_path / "calm", words)
    killed = farm.disturbed(tmp_path / "wild", words, KILLS)
    assert killed.total() == KILLS
    assert {"scheduler", "worker", "nanny", "campaign"} == {*killed}
    assert contents(tmp_path / "wild") == contents(tmp_path / "calm")


@pytest.mark.heavy
@pytest.mark.skipif(bool(slurm.missing()), reason=slurm.missing())
def test_slurm(toy: Path, tmp_path: Path, campaign: Run) -> None:
    """A real SLURM of this one machine: jobs make the same files, and a refusal is told in one line."""
    words = ["--model", str(toy), "-n", "20000", "--files", "8", "--quiet"]
    campaign("run", *words, "--on", "here", "--out", tmp_path / "one")
    job = ["--on", "slurm", "--workers", 2, "--walltime", "00:10:00", "--memory", "1GB"]
    with slurm.cluster(tmp_path / "slurm") as environment:
        refused = campaign(
            "run", *words, *job, "--queue", "nowhere", "--out", tmp_path / "two", code=2, env=environment
        )
        assert "slurm refuses: sbatch: error:" in refused.stderr
        assert refused.stderr.count("\n") == 1
        more = ["--queue", "short", "--out", tmp_path / "two", "--resume"]
        campaign("run", *words, *job, *more, env=environment)
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    logs = "".join(path.read_text() for path in (tmp_path / "two" / "logs").iterdir())
    assert "distributed.worker" in logs


@pytest.mark.heavy
@pytest.mark.skipif(bool(condor.missing()), reason=condor.missing())
def test_htcondor(toy: Path, tmp_path: Path, campaign: Run) -> None:
    """A real HTCondor of this one machine: a DAG's jobs and Dask's workers make the files of one process."""
    words = ["--model", str(toy), "-n", "20000", "--files", "8", "--memory", "1GB"]
    campaign("run", *words, "--on", "here", "--out", tmp_path / "one")
    expected = contents(tmp_path / "one")
    with condor.pool(tmp_path / "condor") as environment:
        campaign("submit", "--dag", *words, "--out", tmp_path / "dag", env=environment)
        for command in (
            ["condor_submit_dag", str(tmp_path / "dag" / "campaign.dag")],
            ["condor_wait", "-wait", "600", str(tmp_path / "dag" / "campaign.dag.dagman.log")],
        ):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        made = contents(tmp_path / "dag")
        said = (tmp_path / "dag" / "campaign.dag.dagman.out").read_text()
        assert "EXITING WITH STATUS 0" in said, said[-3000:]
        assert {name: made.get(name) for name in expected} == expected
        job = ["--on", "htcondor", "--workers", 2, "--quiet"]
        campaign("run", *words, *job, "--out", tmp_path / "two", env=environment)
    assert contents(tmp_path / "two") == expected


@pytest.mark.slow
def test_without_a_batch_system(words: list[str], tmp_path: Path, campaign: Run) -> None:
    done = campaign(
        "run", *words, "--on", "pbs", "--out", tmp_path, code=2, env={**os.environ, "PATH": "/nowhere"}
    )
    assert "pbs refuses: there is no command qsub here" in done.stderr
    assert done.stderr.count("\n") == 1
