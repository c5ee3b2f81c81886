from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nugan_hep import archive
from nugan_hep.errors import UserError
from nugan_hep.model_card import model_card


def test_shipped_model_is_found_by_name_and_by_path() -> None:
    path = archive.find_model(archive.DEFAULT_MODEL)
    assert archive.find_model(str(path)) == path
    assert archive.DEFAULT_MODEL in archive.list_models()
    metadata = archive.read_metadata(path)
    assert (metadata["probe"], metadata["target"]) == (14, 1000060120)


def test_users_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.pt").write_bytes(b"")
    (tmp_path / "numu_C12_inc.pt").write_bytes(b"")
    monkeypatch.setenv(archive.MODELS_VARIABLE, str(tmp_path))
    assert archive.find_model("mine") == tmp_path / "mine.pt"
    assert archive.find_model("numu_C12_inc") == tmp_path / "numu_C12_inc.pt"


def test_unknown_models() -> None:
    with pytest.raises(UserError, match=r"no model 'numu_C13'; there is: .*numu_C12_inc"):
        archive.find_model("numu_C13")
    with pytest.raises(UserError, match=r"no model file \./none\.pt"):
        archive.find_model("./none.pt")


@pytest.mark.parametrize("content", [b"", b"random bytes that are no zip" * 50])
def test_not_an_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.pt"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is not a model archive"):
        archive.read_metadata(path)


def test_truncated_archive(tmp_path: Path) -> None:
    whole = archive.find_model(archive.DEFAULT_MODEL).read_bytes()
    path = tmp_path / "cut.pt"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="truncated"):
        archive.read_metadata(path)


def test_archive_without_metadata_or_of_another_version(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/data.pkl", b"")
    with pytest.raises(UserError, match=r"has no nugan\.json"):
        archive.read_metadata(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/extra/nugan.json", json.dumps({"format_version": 99}))
    with pytest.raises(UserError, match="format version 99, expected 1"):
        archive.read_metadata(path)


def test_card_states_the_metrics_that_the_archive_carries() -> None:
    path = archive.find_model(archive.DEFAULT_MODEL)
    metadata = archive.read_metadata(path)
    card = model_card(metadata)
    assert f"{metadata['metrics']['map_2d']:.3f}" in card
    assert metadata["sha256"] in card
    assert "n/a" in model_card({**metadata, "metrics": {**metadata["metrics"], "map_3d_no_tails": None}})


def test_the_package_is_light_to_import() -> None:
    heavy = "{'torch', 'uproot', 'matplotlib', 'numpy', 'nugan_hep._core'}"
    code = f"import sys, nugan_hep; assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
