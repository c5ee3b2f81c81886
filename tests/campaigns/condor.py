"""An HTCondor pool of one user on this machine (Debian 13: apt install condor), started by a test."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

NEEDED = ("condor_master", "condor_submit_dag", "condor_status", "condor_wait")
SECONDS = 120.0

CONF = """\
RELEASE_DIR = {release}
BIN = $(RELEASE_DIR)/bin
SBIN = $(RELEASE_DIR)/sbin
LIB = $(RELEASE_DIR)/lib/condor
LIBEXEC = $(RELEASE_DIR)/libexec/condor
SHARE = $(RELEASE_DIR)/share/condor
LOCAL_DIR = {base}
LOG = $(LOCAL_DIR)/log
RUN = $(LOCAL_DIR)/run
LOCK = $(LOCAL_DIR)/lock
SPOOL = $(LOCAL_DIR)/spool
EXECUTE = $(LOCAL_DIR)/execute
LOCAL_CONFIG_FILE =
use ROLE: Personal
CONDOR_HOST = 127.0.0.1
COLLECTOR_HOST = 127.0.0.1:0
NETWORK_INTERFACE = 127.0.0.1
COLLECTOR_ADDRESS_FILE = $(LOG)/.collector_address
SCHEDD_ADDRESS_FILE = $(LOG)/.schedd_address
SEC_DEFAULT_AUTHENTICATION = REQUIRED
SEC_DEFAULT_AUTHENTICATION_METHODS = FS
ALLOW_READ = {user}@*
ALLOW_WRITE = {user}@*
ALLOW_DAEMON = {user}@*
ALLOW_NEGOTIATOR = {user}@*
ALLOW_ADMINISTRATOR = {user}@*
NUM_CPUS = 2
MEMORY = 4096
START = true
RUNBENCHMARKS = 0
SINGULARITY =
UPDATE_INTERVAL = 2
NEGOTIATOR_INTERVAL = 2
NEGOTIATOR_CYCLE_DELAY = 2
SCHEDD_INTERVAL = 2
DAGMAN_USER_LOG_SCAN_INTERVAL = 1
DAGMAN_USE_STRICT = 0
"""


def missing() -> str:
    """Why there can be no pool; empty if there can."""
    absent = [name for name in NEEDED if shutil.which(name, path=_path()) is None]
    if absent:
        return f"no {', '.join(absent)} (Debian 13: apt install condor)"
    return "HTCondor runs no jobs of root" if os.getuid() == 0 else ""


@contextlib.contextmanager
def pool(base: Path) -> Iterator[dict[str, str]]:
    """Start the daemons; the environment in which HTCondor's commands find them."""
    for name in ("log", "run", "lock", "spool", "execute"):
        (base / name).mkdir(parents=True)
    master = shutil.which("condor_master", path=_path())
    assert master is not None
    release = Path(master).resolve().parents[1]
    (base / "condor_config").write_text(CONF.format(release=release, base=base, user=getpass.getuser()))
    environment = {**os.environ, "PATH": _path(), "CONDOR_CONFIG": str(base / "condor_config")}
    with (base / "master.out").open("wb") as log:
        daemon = subprocess.Popen([master, "-f"], env=environment, stdout=log, stderr=log)
    try:
        _wait_for_slot(environment, base)
        yield environment
    finally:
        daemon.terminate()
        try:
            daemon.wait(30)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])


def _wait_for_slot(environment: dict[str, str], base: Path) -> None:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        command = ["condor_status", "-autoformat", "Name"]
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if found.stdout.strip():
            return
        time.sleep(1)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in (base / "log").glob("*Log"))
    raise TimeoutError(f"no slot after {SECONDS:g} s: {found.stdout}{found.stderr}\n{logs}")
