"""Fixtures of whole events, see whole_events.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from whole_events import from_lists, npz, particle_lists, random_model

from nugan_hep.hadrons.events import Whole
from nugan_hep.hadrons.model import HadronModel


@pytest.fixture(scope="session")
def events() -> Whole:
    return from_lists(*particle_lists(600, 1))


@pytest.fixture(scope="session")
def model(events: Whole) -> HadronModel:
    return random_model(events)


@pytest.fixture
def whole_file(tmp_path: Path) -> Callable[..., Path]:
    """Makes a file of so many whole events."""
    return lambda count=600, seed=1, **options: npz(
        tmp_path / f"whole-{seed}.npz", particle_lists(count, seed, **options)
    )
