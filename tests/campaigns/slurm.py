"""A SLURM cluster of one node, this machine, from Debian's packages: slurmctld, slurmd and munge."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol")
SECONDS = 120.0

CONF = """\
ClusterName=test
SlurmctldHost={host}
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={base}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdParameters=config_overrides
SlurmctldPidFile={base}/slurmctld.pid
SlurmdPidFile={base}/slurmd.pid
SlurmctldLogFile={base}/slurmctld.log
SlurmdLogFile={base}/slurmd.log
StateSaveLocation={base}/state
SlurmdSpoolDir={base}/spool
NodeName={host} NodeHostname={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 State=UNKNOWN
PartitionName=short Nodes={host} Default=YES MaxTime=01:00:00 State=UP
"""


def missing() -> str:
    """Why there can be no cluster; empty if there can."""
    if os.getuid() != 0:
        return "SLURM's daemons are started as root"
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    absent = [name for name in NEEDED if shutil.which(name, path=path) is None]
    return (
        f"no {', '.join(absent)} (Debian: apt install slurmctld slurmd slurm-client munge)" if absent else ""
    )


@contextlib.contextmanager
def cluster(base: Path) -> Iterator[dict[str, str]]:
    """Start the daemons; the environment in which ``sbatch`` finds them."""
    ports = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("", 0))
            ports.append(probe.getsockname()[1])
    for name in ("state", "spool"):
        (base / name).mkdir(parents=True)
    (base / "slurm.conf").write_text(CONF.format(host=socket.gethostname(), ports=ports, base=base))
    (base / "munge.key").write_bytes(os.urandom(128))
    (base / "munge.key").chmod(0o600)
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    environment = {**os.environ, "PATH": path, "SLURM_CONF": str(base / "slurm.conf")}
    files = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munge.pid"}
    files |= {"log-file": "munge.log", "seed-file": "munge.seed"}
    munge = [f"--{option}={base / name}" for option, name in files.items()]
    commands = [["munged", "--foreground", "--force", *munge], ["slurmctld", "-D"], ["slurmd", "-D"]]
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            with (base / f"{command[0]}.out").open("wb") as log:
                daemons.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            time.sleep(1)
        _wait_for_node(environment, base)
        yield environment
    finally:
        subprocess.run(["scancel", "--user", "root"], env=environment, check=False)
        for daemon in reversed(daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def _wait_for_node(environment: dict[str, str], base: Path) -> None:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        found = subprocess.run(
            ["sinfo", "--noheader", "--format=%t"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if found.stdout.strip() in ("idle", "mix"):
            return
        time.sleep(0.5)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in base.glob("*.log"))
    raise TimeoutError(f"no idle node after {SECONDS:g} s: {found.stdout}{found.stderr}\n{logs}")
