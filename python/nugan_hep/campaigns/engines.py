"""Who does the work: Dask's clusters by name, or a scheduler by its address."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nugan_hep.campaigns.folder import LOGS
from nugan_hep.campaigns.spec import Farm
from nugan_hep.errors import UserError

if TYPE_CHECKING:
    from distributed import Client

HERE, LOCAL = "here", "local"
BATCH = {"slurm": "SLURMCluster", "htcondor": "HTCondorCluster", "pbs": "PBSCluster"}
"""Batch systems, and their classes in dask-jobqueue."""

HTCONDOR = "htcondor"
CONNECT_SECONDS = 20.0
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""Run by a worker of this machine: a terminal's Ctrl-C reaches it too, and is the campaign's to answer."""


def check(farm: Farm) -> None:
    """Refuse a name of nobody, directives that HTCondor has not, and Dask where it is not installed.

    Raises
    ------
    UserError : see above
    """
    if farm.on in (HERE, LOCAL, *BATCH):
        pass
    elif "://" not in farm.on:
        known = ", ".join((LOCAL, HERE, *BATCH))
        raise UserError(f"--on {farm.on}: expected {known} or the address of a scheduler, tcp://HOST:PORT")
    if farm.on == HERE:
        return
    if farm.on == HTCONDOR:
        condor_directives(farm)
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UserError(
            f"--on {farm.on} needs Dask: pip install 'nugan-hep[dask]' (--on {HERE} does without)"
        ) from None


def is_ours(farm: Farm) -> bool:
    """Whether the scheduler lives in this process."""
    return "://" not in farm.on


@dataclass
class Connection:
    """A client of a scheduler; ``refusals`` are what a batch system said of jobs that it did not take."""

    client: Client
    refusals: list[str] = field(default_factory=list)


@contextlib.contextmanager
def connected(farm: Farm, folder: Path) -> Iterator[Connection]:
    """A farm's scheduler; what was started for it ends with the block. Logs of jobs go to ``folder``.

    Raises
    ------
    UserError : a batch system that refuses, or that is not there
    OSError : an address where nobody answers
    """
    from distributed import Client

    # a worker that is lost is no news here: its work is done again
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if not is_ours(farm):
        with Client(farm.on, timeout=CONNECT_SECONDS) as client:
            yield Connection(client)
        return
    refusals: list[str] = []
    with _cluster(farm, folder, refusals) as cluster, Client(cluster) as client:
        if refusals:
            raise UserError(f"{farm.on} refuses: {refusals[0]}")
        yield Connection(client, refusals)


def _cluster(farm: Farm, folder: Path, refusals: list[str]) -> Any:
    workers = farm.workers or len(os.sched_getaffinity(0))
    if farm.on == LOCAL:
        from distributed import LocalCluster

        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
            preload=[DEAF],
        )
    try:
        import dask_jobqueue
    except ImportError:
        raise UserError(f"--on {farm.on} needs dask-jobqueue: pip install 'nugan-hep[dask]'") from None
    from distributed.core import Status

    kind = getattr(dask_jobqueue, BATCH[farm.on])

    class Job(kind.job_cls):  # type: ignore[misc, name-defined]
        """A job whose refusal is noted: Dask itself would tell nobody, and wait."""

        async def start(self) -> None:
            try:
                await super().start()
            except (OSError, RuntimeError, ValueError) as error:
                refusals.append(_refusal(error))
                self.status = Status.running  # so that Dask does not complain of what is told better

    cluster = kind(n_workers=workers, job_cls=Job, **_job(farm, folder))
    cluster.adapt(minimum_jobs=workers, maximum_jobs=workers)  # a job that ends is replaced
    return cluster


def _job(farm: Farm, folder: Path) -> dict[str, Any]:
    """What dask-jobqueue is told of a worker's job: one process of one thread."""
    job: dict[str, Any] = {
        "cores": 1,
        "processes": 1,
        "memory": farm.memory,
        "python": sys.executable,
        "log_directory": str(folder / LOGS),
        "job_extra_directives": [*farm.directives],
        "job_script_prologue": [*farm.prologue],
        "silence_logs": logging.CRITICAL,
        "scheduler_options": {"dashboard_address": ":0"},
    }
    if farm.interface:
        job["interface"] = farm.interface
    if farm.on == HTCONDOR:
        return {**job, "disk": "1GB", "job_extra_directives": condor_directives(farm)}
    job["walltime"] = farm.walltime
    return job | {key: value for key in ("queue", "account") if (value := getattr(farm, key))}


def condor_directives(farm: Farm) -> dict[str, str]:
    """What a farm says of a job of HTCondor.

    Raises
    ------
    UserError : a queue or account, or a directive that is not ``key = value``
    """
    if farm.queue or farm.account:
        raise UserError("HTCondor has no queue nor account: say it in directives, accounting_group = NAME")
    found: dict[str, str] = {}
    for line in farm.directives:
        match = re.fullmatch(r"\s*(\+?[A-Za-z][\w.]*)\s*=\s*(\S.*)", line)
        if match is None:
            raise UserError(f"directive {line!r} is not valid: HTCondor's are key = value")
        found[match[1]] = match[2].strip()
    return found


def _refusal(error: BaseException) -> str:
    """The line that tells why: the last that the batch system's command wrote."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"there is no command {error.filename} here"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if line.strip(": ").lower() not in ("stdout", "stderr")]
    return told[-1] if told else type(error).__name__
