"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

from nugan_hep import _sampler

INSTRUCTIONS = ("avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni")


def describe() -> dict[str, str]:
    """Processor, instructions, cores of this process, load, versions; no name of the host."""
    about = cpuinfo()
    flags = about.get("flags", "").split()
    return {
        "processor": about.get("model name") or platform.processor() or platform.machine(),
        "family, model": f"{about.get('cpu family', '?')}, {about.get('model', '?')}",
        "instructions": " ".join(name for name in INSTRUCTIONS if name in flags),
        "fused kernels": ", ".join(_sampler.simd_names()),
        "cores of this process": str(len(os.sched_getaffinity(0))),
        "load average before": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("nugan-hep", "numpy", "uproot")},
        "torch": f"{torch.__version__}, {'MKL' if torch.backends.mkl.is_available() else 'no MKL'}",
    }


def cpuinfo() -> dict[str, str]:
    """The first processor of /proc/cpuinfo; empty on systems without one."""
    if sys.platform != "linux":
        return {}
    first = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
