"""Uniform numbers beside the sampler's own: a function of seed, purpose and event number alone.

Philox4x64-10 with the key (seed, purpose); each event has a block of its own, so that numbers do not depend
on where a chunk begins.
"""

from __future__ import annotations

from nugan_hep._core import EXPOSURE, NUCLEUS, VERTEX, another_seed
from nugan_hep._core import stream as uniforms

__all__ = ["EXPOSURE", "NUCLEUS", "VERTEX", "another_seed", "uniforms"]
