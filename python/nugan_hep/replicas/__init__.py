"""Replicas of a model: tables of weights beside its networks, one for each universe.

``nugan-sample --replicas K`` and ``Sampler.sample(replicas=K)`` read them and give every event ``wght_rep``
[K], see docs/uncertainty.md.
"""

from nugan_hep.replicas.attaching import attach
from nugan_hep.replicas.blocks import Block, block_from, flat_block

__all__ = ["Block", "attach", "block_from", "flat_block"]
