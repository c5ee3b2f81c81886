"""Archives with hadrons: the same densities come back, the lepton's part is as before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from damage_archive import read_members, write_members

from nugan_hep import Sampler, export, train
from nugan_hep.archive import find_model, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.hadrons import dataset, sampling
from nugan_hep.hadrons.export import of_archive
from nugan_hep.hadrons.saved import load_run, read_hadrons

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = ["--preset", "hadrons", "--batch", "128", "--least-batch", "64", "--quiet", "--steps", "3"]


@pytest.fixture
def run(whole_file: Callable[..., Path], tmp_path: Path) -> Path:
    assert train.main(["--data", str(whole_file()), "--out", str(tmp_path / "run"), *SMALL]) == 0
    return tmp_path / "run"


def test_what_is_exported_comes_back(run: Path, whole_file: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "whole.pt"
    assert export.main([str(run), "--lepton", "numu_C12_inc", "--out", str(out)]) == 0
    assert out.stat().st_size < 3_000_000
    ours, theirs = load_run(run), read_hadrons(out)
    assert ours.frame == theirs.frame
    batch, _ = dataset.encoded(dataset.read([str(whole_file(100, seed=5))]), ours)
    assert torch.equal(ours.log_prob(batch), theirs.log_prob(batch))
    # the lepton is the same to the bit
    before, after = (torch.jit.load(path) for path in (find_model("numu_C12_inc"), out))
    latent, enu = torch.randn(1000, 2), torch.linspace(0.3, 10.0, 1000)
    assert torch.equal(before(latent, enu), after(latent, enu))
    old, new = (read_metadata(path) for path in (find_model("numu_C12_inc"), out))
    assert {key for key in new if new[key] != old.get(key)} == {"hadrons", "sha256"}
    card = out.with_suffix(".md").read_text()
    assert card.startswith("# numu_C12_inc\n")
    assert "| training events | 540 (whole-1.npz) |" in card
    assert new["hadrons"]["uniforms"] == 11 + 3 * new["hadrons"]["most_hadrons"]


@pytest.mark.slow
def test_the_archive_samples_as_the_model(run: Path, tmp_path: Path) -> None:
    """TorchScript alone, without this package, draws the same hadrons; weights are plain named tensors."""
    out = tmp_path / "whole.pt"
    export.main([str(run), "--lepton", "numu_C12_inc", "--out", str(out)])
    scripted, model = torch.jit.load(out), load_run(run)
    held = dict(scripted.hadrons.named_parameters())
    held |= dict(scripted.hadrons.named_buffers())
    for name, tensor in model.state_dict().items():
        assert torch.equal(held[name], tensor)
    random = torch.Generator().manual_seed(1)
    uniform = torch.rand(300, sampling.all_columns(model), generator=random, dtype=torch.float64)
    enu = 0.5 + 9.0 * torch.rand(300, generator=random, dtype=torch.float64)
    lepton = (enu, 0.6 * enu, torch.full_like(enu, 0.8))
    with torch.inference_mode():
        ours, theirs = model.sample(*lepton, uniform), scripted.hadrons.sample(*lepton, uniform)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one, other)


@pytest.mark.slow
def test_hadrons_of_an_archive_join_another_lepton(run: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.pt", tmp_path / "second.pt"
    export.main([str(run), "--lepton", "numu_C12_inc", "--out", str(first)])
    assert export.main([str(first), "--lepton", "numu_C12_lfg", "--out", str(second)]) == 0
    events = [Sampler(path, threads=1).sample(enu=1.0, n=300, seed=4) for path in (first, second)]
    assert not np.array_equal(events[0]["El"], events[1]["El"])
    one, other = (torch.jit.load(path).hadrons.state_dict() for path in (first, second))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    assert one.keys() == other.keys()
    assert read_metadata(first)["hadrons"] == read_metadata(second)["hadrons"]


@pytest.mark.slow
def test_parts_that_do_not_fit_are_refused(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "whole.pt")
    assert export.main([str(run), "--out", out]) == 2
    assert "is a run of hadrons: --lepton names the model that" in capsys.readouterr().err
    assert export.main([str(find_model("numu_C12_inc")), "--lepton", "numu_C12_lfg"]) == 2
    assert "is a model: give --out" in capsys.readouterr().err
    assert export.main([str(find_model("numu_C12_alt")), "--lepton", "numu_C12_inc", "--out", out]) == 2
    assert "numu_C12_alt.pt has no hadrons, expected a model with them" in capsys.readouterr().err
    assert export.main(["numu_C12_inc", "--lepton", "numu_C12_qe", "--out", out]) == 2
    assert "have interaction CC inclusive, the model numu_C12_qe CC quasielastic" in capsys.readouterr().err
    assert export.main(["numu_C12_inc", "--out", out]) == 2
    assert "numu_C12_inc is a model already: --lepton names" in capsys.readouterr().err
    assert export.main([str(run), "--lepton", "numu_Ar40_inc", "--out", out]) == 2
    assert "have target 1000060120, the model numu_Ar40_inc 1000180400" in capsys.readouterr().err
    assert export.main([str(run), "--lepton", "numubar_C12_inc", "--out", out]) == 2
    assert "have probe 14" in capsys.readouterr().err
    assert not (tmp_path / "whole.pt").exists()
    assert export.main([str(run), "--lepton", "numu_C12_inc", "--out", str(tmp_path / "whole.zip")]) == 2
    assert "expected the suffix .pt" in capsys.readouterr().err


def test_a_model_without_hadrons_says_so() -> None:
    with pytest.raises(UserError, match="has no hadrons"):
        read_hadrons(find_model("numu_C12_qe"))


def edited(archive: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """An archive whose metadata of the hadrons are changed."""
    members = read_members(archive)
    place = next(k for k, (name, _) in enumerate(members) if name.endswith("nugan.json"))
    document = json.loads(members[place][1])
    change(document["hadrons"])
    members[place] = (members[place][0], json.dumps(document).encode())
    return write_members(members)


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no charge": lambda about: about.pop("charge"),
    "no training": lambda about: about.pop("training"),
    "an unknown particle": lambda about: about["vocabulary"].append([123456]),
    "few counts": lambda about: about.update(most=[1, 2]),
    "no numbers": lambda about: about.update(most=["a"] * 5),
    "an unknown setting": lambda about: about["training"]["configuration"].update(colour="red"),
    "other widths": lambda about: about["training"]["configuration"].update(step_width=8),
    "layout": lambda about: about.update(layout=9),
}


@pytest.mark.slow
def test_edited_and_cut_archives_are_refused_in_one_line(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "whole.pt"
    assert export.main([str(run), "--lepton", "numu_C12_inc", "--out", str(out)]) == 0
    whole, path = out.read_bytes(), tmp_path / "edited.pt"
    for what, change in CHANGES.items():
        path.write_bytes(edited(whole, change))
        with pytest.raises(UserError) as error:
            read_hadrons(path)
        assert "\n" not in str(error.value), what
        assert "edited.pt" in str(error.value), what
    for size in (0, 100, len(whole) // 3, len(whole) - 30):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError, match=r"edited\.pt"):
            read_hadrons(path)
        with pytest.raises(UserError, match=r"edited\.pt"):
            of_archive(path)
    weight = next(torch.jit.load(out).hadrons.parameters()).detach().numpy().tobytes()
    place = whole.index(weight)
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(UserError, match=r"edited\.pt: its weights are not those that were written"):
        of_archive(path)
