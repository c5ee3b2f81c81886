from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("toy_flow", "toy"),
        ("toy_100k", "toy"),
        ("toy_100k_flow", "toy"),
        ("toy_100k_gan", "toy_gan"),
        ("toy_10k_flow", "toy_10k"),
        ("toy_100k_inc", None),
        ("toy_100k_10k", None),
    ],
)
def test_suffixes_of_a_plain_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: str | None
) -> None:
    for there in ("toy", "toy_gan", "toy_10k", "toy_inc"):
        (tmp_path / f"{there}.pt").touch()
    monkeypatch.setenv(archive.MODELS_VARIABLE, str(tmp_path))
    if file is None:
        with pytest.raises(UserError, match="no model"):
            archive.find_model(name)
    else:
        assert archive.find_model(name) == tmp_path / f"{file}.pt"


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


COMPLETE: dict[str, Any] = {
    "format_version": 1,
    "name": "mine",
    "probe": 14,
    "target": 1000060120,
    "interaction": "CC inclusive",
    "enu_range": [0.3, 10],
    "latent_size": 50,
    "shift": 0.004,
}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([1, 2], "is not a JSON object"),
        ("text", "is not a JSON object"),
        *(
            ({k: v for k, v in COMPLETE.items() if k != name}, f"has no {name}")
            for name in list(COMPLETE)[1:]
        ),
        (COMPLETE | {"probe": "14"}, "probe is not a whole number"),
        (COMPLETE | {"target": True}, "target is not a whole number"),
        (COMPLETE | {"name": None}, "name is not a text"),
        (COMPLETE | {"enu_range": [0.3]}, "enu_range is not two energies"),
        (COMPLETE | {"shift": "small"}, "shift is not a number"),
        (COMPLETE | {"latent_size": 50.5}, "latent_size is not a whole number"),
        (COMPLETE | {"enu_range": ["low", "high"]}, "enu_range is not two energies"),
    ],
)
def test_incomplete_metadata(tmp_path: Path, document: object, message: str) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/extra/nugan.json", json.dumps(document))
    with pytest.raises(UserError, match=rf"model\.pt: nugan\.json.*{message}") as caught:
        archive.read_metadata(path)
    assert "\n" not in str(caught.value)


def test_complete_metadata_and_damaged_members(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/extra/nugan.json", json.dumps(COMPLETE))
    assert archive.read_metadata(path) == COMPLETE
    whole = path.read_bytes()
    start = whole.index(b"nugan.json") + len("nugan.json")
    path.write_bytes(whole[:start] + bytes(20) + whole[start + 20 :])
    with pytest.raises(UserError, match="is not a model archive"):
        archive.read_metadata(path)


def test_folder_that_may_not_be_searched(closed_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no model file"):
        archive.find_model(closed_folder / "model.pt")
    monkeypatch.setenv(archive.MODELS_VARIABLE, str(closed_folder / "models"))
    with pytest.raises(UserError, match="no model 'nosuch'"):
        archive.find_model("nosuch")


def test_models_of_the_checkout_only_in_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed, the folder two levels up is Python's own, where any folder may be called models."""
    module = tmp_path / "python" / "nugan_hep" / "archive.py"
    (tmp_path / "models").mkdir()
    monkeypatch.setattr(archive, "__file__", str(module))
    assert tmp_path / "models" not in archive.models_dirs()
    (tmp_path / "pyproject.toml").touch()
    assert tmp_path / "models" in archive.models_dirs()


def test_card_states_the_metrics_that_the_archive_carries() -> None:
    path = archive.find_model(archive.DEFAULT_MODEL)
    metadata = archive.read_metadata(path)
    card = model_card(metadata)
    shipped = Path(__file__).parents[1] / "models" / f"{archive.DEFAULT_MODEL}.md"
    assert shipped.read_text() == card
    assert f"{metadata['metrics']['map_2d']:.3f}" in card
    assert metadata["sha256"] in card
    metadata = archive.read_metadata(archive.find_model(f"{archive.DEFAULT_MODEL}_gan"))
    configuration = {**metadata["training"]["configuration"], "teacher": "mine"}
    fitted = model_card({**metadata, "training": {**metadata["training"], "configuration": configuration}})
    assert "`mine`, not trained against a discriminator" in fitted
    assert "n/a" in model_card({**metadata, "metrics": {**metadata["metrics"], "map_3d_no_tails": None}})


def test_the_package_is_light_to_import() -> None:
    heavy = "{'torch', 'uproot', 'matplotlib', 'numpy', 'nugan_hep._core'}"
    code = f"import sys, nugan_hep; assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
