"""The networks to compare: as shipped, by each instruction set, by LibTorch, and as they were trained."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.timing import Action
from nugan_hep import Sampler, families
from nugan_hep.archive import METADATA_FILE
from nugan_hep.families.common.exported import scripted
from nugan_hep.families.gan.exported import ExportedGenerator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import PRESETS, NetworkConfig
from nugan_hep.training.config import from_saved

EAGER_BATCH = 512
SHIFT, ENU_RANGE = 0.004, (0.3, 10.0)


@contextlib.contextmanager
def instructions(name: str) -> Iterator[None]:
    """Samplers made meanwhile use these instructions; the core reads the variable when it makes one."""
    before = os.environ.get("NUGAN_SIMD")
    os.environ["NUGAN_SIMD"] = name
    try:
        yield
    finally:
        del os.environ["NUGAN_SIMD"]
        if before is not None:
            os.environ["NUGAN_SIMD"] = before


def random_inputs(
    events: int, latent_size: int, enu_range: tuple[float, float]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Latents [N, L] and energies [N] in GeV."""
    generator = np.random.default_rng(1)
    latent = generator.standard_normal((events, latent_size), dtype=np.float32)
    return latent, generator.uniform(*enu_range, events).astype(np.float32)


def generate(sampler: Sampler, events: int) -> Action:
    """The network from latents and energies in memory to muons in memory.

    Within the time are a look at each energy, the latents' transposition to [L, N] and a copy of the muons.
    """
    latent, enu = random_inputs(events, sampler.metadata["latent_size"], sampler.enu_range)

    def run() -> None:
        sampler.generate(latent, enu)

    return Action(run, events)


def trained_network(about: dict[str, Any]) -> torch.nn.Module:
    """The network of an archive's metadata as it was trained: no layer folded; the weights are random."""
    config = from_saved(about["training"]["configuration"])
    return families.of_config(config).network(config)


def eager(network: torch.nn.Module, latent_size: int, events: int) -> Action:
    """A network in PyTorch without compilation: latents and proxies to proxies, ready in batches of 512."""
    network = network.eval()
    latent = torch.randn(EAGER_BATCH, latent_size)
    proxy = 2.0 * torch.rand(EAGER_BATCH, 1) - 1.0
    loops = max(1, events // EAGER_BATCH)
    forward: Callable[..., torch.Tensor] = network

    def run() -> None:
        with torch.inference_mode():
            for _ in range(loops):
                forward(latent, proxy)

    return Action(run, loops * EAGER_BATCH)


def write_generator(config: NetworkConfig, path: Path) -> Generator:
    """Write a generator with random weights as an archive; returns the same unfolded."""
    torch.manual_seed(1)
    generator = Generator(config).eval()
    attributes = {
        "format_version": 1,
        "family": "gan",
        "name": path.stem,
        "probe": 14,
        "target": 1000060120,
        "interaction": "CC inclusive",
        "latent_size": config.latent_size,
    }
    none = torch.tensor([], dtype=torch.float64)
    module = scripted(
        ExportedGenerator(generator, SHIFT, ENU_RANGE), attributes, {"xsec_enu": none, "xsec": none}
    )
    about = json.dumps({**attributes, "enu_range": ENU_RANGE, "shift": SHIFT})
    torch.jit.save(module, str(path), _extra_files={METADATA_FILE: about})
    return generator


def write_stub(latent_size: int, path: Path) -> None:
    """Write a generator that is as good as none: no layer is wider than 2.

    Sampling from it costs what everything around a network does.
    """
    config = replace(PRESETS["inc"], latent_size=latent_size, first_width=2, width=1, conditioned=False)
    write_generator(config, path)
