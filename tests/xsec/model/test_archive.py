from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from nugan_hep.xsec.data.nuclei import NUCLEI
from nugan_hep.xsec.model.archive import ExportedEnsemble, load_ensemble, load_module, write_archive
from nugan_hep.xsec.model.form import FORMS, Form
from nugan_hep.xsec.model.network import Ensemble


@pytest.mark.parametrize("kind", FORMS)
def test_archive_is_the_python_network(kind: str, tmp_path: Path) -> None:
    inputs, outputs = FORMS[kind]
    torch.manual_seed(2)
    ensemble = Ensemble(3, inputs, outputs, 16, 4, "published" if kind == "mott" else "residual").eval()
    form = Form(kind, NUCLEI["56Fe"], torch.zeros(inputs), torch.ones(inputs))
    module = ExportedEnsemble(ensemble, form)
    write_archive(tmp_path / "m.pt", ensemble, form, {"nucleus": "56Fe", "name": "m"})
    loaded: Any = load_module(tmp_path / "m.pt")
    points = torch.tensor([[0.56, 60.0, 0.15], [2.2, 15.0, 0.3], [0.5, 20.0, 0.001]], dtype=torch.float64)
    torch.testing.assert_close(loaded.members(points), module.members(points), rtol=1e-6, atol=0)
    both = loaded(points)
    torch.testing.assert_close(both[:, 0], loaded.members(points).mean(dim=0))
    torch.testing.assert_close(both[:, 1], loaded.members(points).std(dim=0))
    # half precision of the weights
    with torch.no_grad():
        full = form.combine(ensemble(form.inputs(points).expand(3, -1, -1)).double(), form.factors(points))
    torch.testing.assert_close(loaded.members(points), full, rtol=5e-3, atol=0)
    assert (both[2] == 0).all()
    again, form_again, metadata = load_ensemble(tmp_path / "m.pt")
    assert metadata["members"] == 3
    with torch.no_grad():
        values = form_again.combine(
            again(form_again.inputs(points).expand(3, -1, -1)).double(), form_again.factors(points)
        )
    torch.testing.assert_close(values, loaded.members(points), rtol=1e-5, atol=0)
