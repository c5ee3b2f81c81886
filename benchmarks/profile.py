"""Where the time goes: ``python -m benchmarks.profile --model NAME`` prints a Markdown table.

It needs Linux's ``perf`` and ``addr2line``, and a library with debug information::

    pip install . --config-settings=install.strip=false --config-settings=cmake.define.CMAKE_CXX_FLAGS=-g

perf interrupts the process a thousand times a second; the instruction that runs is traced to the source
line and the functions that it was inlined into.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.models import to_file
from nugan_hep import Sampler, archive, cli
from nugan_hep.errors import UserError

RATE = 997  # per second, no divisor of anything periodic

# the first that matches, from the innermost inlined function outwards
FUNCTIONS = (
    ("splines", r"\b(spline_quantile|exponentials)\b"),
    ("activations, normalisation", r"\b(silu|sigmoid|finish_block)\b"),
    ("dense layers", r"\b(dense|dense_group|dense_group_of)\b"),
    ("energy, angle and peak features", r"\b(EnergyFeatures|normal_cdf|store_muon|sine_of_quarter)\b"),
    ("random numbers", r"\b(draw|philox_lanes|box_muller)\b"),
    ("kinematics", r"\bfill_lepton_columns\b"),
)
NETWORK, REST, SAMPLER = r"\brun_(gan|flow)\b", "rest of the network", "sampler, tiles"
OBJECTS = (
    ("compression (cramjam)", r"cramjam"),
    ("kernel: memory, file", r"^\[|^$|unknown"),
    ("LibTorch", r"torch|libc10"),
)
OTHER = "Python, NumPy, uproot, C library"


def classify_functions(chain: Sequence[str]) -> str:
    """The stage of an instruction from the functions it is inlined into, innermost first."""
    for function in chain:
        for stage, pattern in FUNCTIONS:
            if re.search(pattern, function):
                return stage
    return REST if any(re.search(NETWORK, function) for function in chain) else SAMPLER


def record(action: Callable[[], object], data: Path) -> float:
    """Run an action under perf; its CPU time [s]."""
    command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(RATE), "-o", str(data), "-p"]
    with subprocess.Popen([*command, str(os.getpid())], stderr=subprocess.DEVNULL) as perf:
        time.sleep(1.0)  # perf attaches
        start = time.process_time()
        action()
        spent = time.process_time() - start
        perf.send_signal(signal.SIGINT)
    return spent


def samples(data: Path) -> list[tuple[str, str]]:
    """(mangled symbol+offset, file) of each sample."""
    command = ["perf", "script", "-i", str(data), "--no-demangle", "-F", "ip,sym,symoff,dso"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = (re.match(r"\s*[0-9a-f]+ (\S+) \((.*)\)$", line) for line in text.splitlines())
    return [(match[1], match[2]) for match in found if match]


def chains(library: Path, places: Iterable[str]) -> dict[str, list[str]]:
    """The inlined functions at each symbol+offset of a library, innermost first."""
    listing = subprocess.run(["nm", str(library)], check=True, capture_output=True, text=True).stdout
    symbols = {f[2]: int(f[0], 16) for line in listing.splitlines() if len(f := line.split()) == 3}
    known = [place for place in places if place.partition("+")[0] in symbols]
    addresses = [hex(symbols[p.partition("+")[0]] + int(p.partition("+")[2] or "0", 16)) for p in known]
    command = ["addr2line", "-a", "-i", "-f", "-C", "-e", str(library)]
    text = subprocess.run(
        command, input="\n".join(addresses), check=True, capture_output=True, text=True
    ).stdout
    blocks = re.split(r"^0x[0-9a-f]+\n", text, flags=re.MULTILINE)[1:]
    return {place: block.splitlines()[::2] for place, block in zip(known, blocks, strict=True)}


def stages(found: list[tuple[str, str]]) -> Counter[str]:
    """Samples of each stage."""
    counts: Counter[str] = Counter()
    libraries = {path for _, path in found if Path(path).name.startswith("libnugan")}
    inlined = {path: chains(Path(path), {p for p, d in found if d == path}) for path in libraries}
    for place, path in found:
        if path in libraries:
            counts[classify_functions(inlined[path].get(place, []))] += 1
        else:
            counts[next((name for name, pattern in OBJECTS if re.search(pattern, path)), OTHER)] += 1
    return counts


def profile(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog="python -m benchmarks.profile",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", default=archive.DEFAULT_MODEL)
    parser.add_argument("-n", type=cli.count, default=5_000_000, help="events (default 5e6)")
    parser.add_argument("--memory", action="store_true", help="sample in memory; otherwise to a zstd:1 TTree")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "perf.data"
        out = Path(folder) / "events.root"
        to_file(arguments.model, 1, out, "--lepton-only").run()  # imports
        action = to_file(arguments.model, arguments.n, out, "--lepton-only").run
        if arguments.memory:
            sampler = Sampler(arguments.model, threads=1, lepton_only=True)

            def action() -> None:
                for first in range(0, arguments.n, 100_000):
                    sampler.sample(n=min(100_000, arguments.n - first), seed=1, first=first)

        try:
            spent = record(action, data)
            counts = stages(samples(data))
        except (OSError, subprocess.CalledProcessError) as error:
            raise UserError(f"no profile: {error}") from error
    if not counts:
        raise UserError("perf took no sample; see /proc/sys/kernel/perf_event_paranoid")
    print(f"{arguments.model}, {arguments.n:,} events, {sum(counts.values()):,} samples\n")
    print("| stage | share | CPU s per 1M |\n|---|---|---|")
    for name, count in counts.most_common():
        share = count / counts.total()
        print(f"| {name} | {100 * share:.1f} % | {share * spent * 1e6 / arguments.n:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(cli.run("python -m benchmarks.profile", profile))
