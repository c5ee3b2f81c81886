"""The examples as modules, and events of the toy model in NuWro's place."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import uproot
from make_model import write_model

from nugan_hep.sampler import Sampler

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def example() -> Callable[[str], ModuleType]:
    """Loads an example, which is no part of a package."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with random weights whose cross section is 0.7 E."""
    return write_model(tmp_path_factory.mktemp("models") / "toy.pt")


@pytest.fixture(scope="session")
def argon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network as a model of argon."""
    return write_model(tmp_path_factory.mktemp("models") / "argon.pt", target=1000180400)


@pytest.fixture(scope="session")
def nuwro(tmp_path_factory: pytest.TempPathFactory, toy: Path) -> tuple[Path, Path]:
    """Events of the same model, 500 in each bin of 0.1 GeV and there as 0.7 E, and a table of it."""
    folder = tmp_path_factory.mktemp("nuwro")
    rng = np.random.default_rng(6)
    edges = np.linspace(0.3, 10, 98)
    low, high = np.repeat(edges[:-1], 500), np.repeat(edges[1:], 500)
    enu = rng.permutation(np.sqrt(low**2 + rng.random(low.size) * (high**2 - low**2))).clip(0.3, 10)
    events = Sampler(toy, threads=1).sample(enu=enu, seed=9)
    columns = {"enu": events["Ev"], "emu": events["El"], "theta": events["thetal"]}
    with uproot.recreate(folder / "val.root") as file:
        # in the channels' numbers: quasielastic below 1 GeV, resonances above
        file["events"] = {**columns, "dyn": np.where(enu < 1, 0, 2).astype(np.int8)}
    rows = [f"{low},{high},{0.35 * (low + high)}\n" for low, high in itertools.pairwise(edges)]
    (folder / "xsec.csv").write_text("E_lo_GeV,E_hi_GeV,xsec_total\n" + "".join(rows))
    return folder / "val.root", folder / "xsec.csv"


@pytest.fixture
def error_line(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Reads the one line on standard error."""

    def read() -> str:
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1
        return lines[0]

    return read
