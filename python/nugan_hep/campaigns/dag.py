"""A campaign for HTCondor without Dask: a submit file, and a DAG with a job for each file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from nugan_hep.campaigns import engines
from nugan_hep.campaigns import folder as folders
from nugan_hep.campaigns.manifest import Manifest
from nugan_hep.campaigns.spec import Farm
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import write_text

SUBMIT, CHECK, DAG = "campaign.sub", "check.sub", "campaign.dag"
RETRIES = 3

_JOB = """\
universe = vanilla
executable = {python}
arguments = "-m nugan_hep.campaigns {arguments}"
initialdir = {folder}
output = {logs}/{name}.out
error = {logs}/{name}.err
log = {logs}/campaign.log
should_transfer_files = NO
getenv = true
request_cpus = 1
request_memory = {memory}
{more}queue
"""


def check(farm: Farm) -> None:
    """Refuse what a DAG cannot do.

    Raises
    ------
    UserError : a queue, account, prologue or directive that HTCondor's jobs have not
    """
    engines.condor_directives(farm)
    if farm.prologue:
        raise UserError("a DAG runs no prologue: its jobs have this environment (getenv)")


def write(folder: Path, manifest: Manifest, left: Iterable[int], farm: Farm) -> Path:
    """Write the files that ``condor_submit_dag`` takes; the DAG's path.

    The folder is on a file system that all machines of the farm share.

    Raises
    ------
    UserError : a path or directive that HTCondor cannot take, or the folder cannot be written
    """
    place = folder.absolute()
    more = "".join(f"{key} = {value}\n" for key, value in engines.condor_directives(farm).items())
    for path in (str(place), sys.executable):
        if set(path) & set(" \t\"'$"):
            raise UserError(f"{path}: HTCondor takes no paths with blanks, quotes or $")
    with folders.writing(folder / folders.LOGS):
        (folder / folders.LOGS).mkdir(exist_ok=True)
    known = {
        "python": sys.executable,
        "folder": place,
        "logs": folders.LOGS,
        "memory": farm.memory,
        "more": more,
    }
    jobs = []  # DAGMan looks for their files where condor_submit_dag is called
    for number in left:
        name = f"file{number}"
        jobs += [
            f"JOB {name} {place / SUBMIT}",
            f'VARS {name} number="{number}" file="{manifest.files[number].file}"',
            f"RETRY {name} {RETRIES}",
        ]
    jobs.append(f"FINAL check {place / CHECK}")
    write_text(folder / SUBMIT, _JOB.format(arguments=f"make {place} $(number)", name="$(file)", **known))
    write_text(folder / CHECK, _JOB.format(arguments=f"check {place}", name="check", **known))
    write_text(folder / DAG, "\n".join(jobs) + "\n")
    return folder / DAG
