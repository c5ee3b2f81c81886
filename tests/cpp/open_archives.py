"""Open archives in the C++ core and sample them, for tests/test_fuzz.py; runs in a process of its own.

Usage: python open_archives.py < PATHS. For each path, one line as it begins (its number) and one as it
ends: ``ok`` and a digest of the events, ``refused MESSAGE`` for a UserError, ``wrong REASON``
for all that must not be.
"""

from __future__ import annotations

import hashlib
import math
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep import _sampler
from nugan_hep.errors import UserError

EVENTS = 600  # a whole tile and a part of one
MEMORY = 4 << 30  # bytes; what asks for more gets an exception and not the machine's last
# what only torch's own pages of explanation have
TRACEBACK = ("Exception raised from", "frame #", "Traceback", "C++ CapturedTraceback", "c10::Error")


def sample(path: Path) -> str:
    """Draw events, check each column and the muon's phase space; the digest of all."""
    core = _sampler.SamplerCore(str(path), "cpu", 1)
    for text in (core.name, core.interaction, core.metadata, core.sha256, core.backend):
        assert isinstance(text, str)
    assert core.xsec.shape == core.xsec_enu.shape
    events = core.sample_uniform(core.enu_min, core.enu_max, EVENTS, 1)
    particles: dict[str, Any] = events.pop("particles", {})  # type: ignore[assignment]
    for name, column in particles.items():
        if not np.isfinite(column).all():
            raise ValueError(f"{name} of particles is not finite")
    for name, column in events.items():
        if column.shape != (EVENTS,) or not np.isfinite(column).all():
            raise ValueError(f"{name} is not finite in {EVENTS} events")
    enu, emu, theta = (events[name].astype(np.float64) for name in ("Ev", "El", "thetal"))
    slack = 1e-5 * enu
    inside = (enu >= core.enu_min - slack) & (enu <= core.enu_max + slack)
    inside &= (emu >= core.process.lepton_mass - slack) & (emu <= enu - core.shift + slack) & (emu < enu)
    inside &= (theta >= 0) & (theta <= math.pi * (1 + 1e-6))
    if not inside.all():
        raise ValueError(f"{np.sum(~inside)} events outside of the phase space")
    return hashlib.sha256(
        b"".join(column.tobytes() for column in [*events.values(), *particles.values()])
    ).hexdigest()


def outcome(path: Path) -> str:
    try:
        return f"ok {sample(path)}"
    except UserError as error:
        text = str(error)
        if "\n" in text or path.name not in text or len(text) > 300 + len(str(path)):
            return f"wrong not one line that names the file: {text!r}"
        if any(part in text for part in TRACEBACK):
            return f"wrong a traceback: {text!r}"
        return f"refused {text.replace(str(path), 'FILE')}"
    except Exception as error:
        return f"wrong {type(error).__name__}: {str(error)!r:.300}"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    for number, line in enumerate(sys.stdin):
        print(number, flush=True)
        print(outcome(Path(line.rstrip("\n"))), flush=True)


if __name__ == "__main__":
    main()
