from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from nugan_hep.evaluation import reference

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def nuwro() -> Path:
    """Folder of the NuWro samples, for tests that are marked ``shared("nuwro")``."""
    return Path(os.environ.get("NUGAN_SHARED", ROOT.parent / "shared")) / "data" / "nuwro"


@pytest.fixture(scope="session")
def shipped() -> reference.Reference:
    return reference.load(ROOT / "models" / "reference" / "numu_C12_inc.npz")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20250812)
