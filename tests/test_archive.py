from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from make_model import write_model

from nugan_hep import archive
from nugan_hep.errors import UserError
from nugan_hep.sampler import Sampler
from nugan_hep.training.model_card import model_card


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
        (COMPLETE | {"latent_size": -1}, "latent_size = -1: expected 1 to 65536"),
        (COMPLETE | {"latent_size": 2**40}, "latent_size = 1099511627776: expected a number of 32 bits"),
        (
            COMPLETE | {"enu_range": [float("nan"), 10]},
            "enu_min = nan: expected above the threshold, 0.109658",
        ),
        (COMPLETE | {"enu_range": [0.1, 10]}, "enu_min = 0.1: expected above the threshold, 0.109658"),
        (COMPLETE | {"probe": 16, "enu_range": [0.3, 10]}, "enu_min = 0.3: expected above .* 1.78093 GeV"),
        (COMPLETE | {"enu_range": [0.3, 0.3]}, "enu_max = 0.3: expected above enu_min"),
        (COMPLETE | {"enu_range": [0.3, float("inf")]}, "enu_max = inf: expected 1e9 GeV at most"),
        (COMPLETE | {"shift": -0.004}, "shift = -0.004: expected above 0 GeV"),
        (COMPLETE | {"shift": float("inf")}, "shift = inf: expected above 0 GeV"),
        (COMPLETE | {"probe": 13}, "probe = 13: expected the PDG number of a neutrino"),
        (COMPLETE | {"probe": 14 + 2**32}, "probe = 4294967310: expected a number of 32 bits"),
        (COMPLETE | {"target": 1000120060}, "target = 1000120060: expected the PDG number of a nucleus"),
        (COMPLETE | {"target": 12}, "target = 12: expected the PDG number of a nucleus"),
        (COMPLETE | {"name": "a\nb"}, r"name = 'a\\nb': expected a line of text"),
        (COMPLETE | {"name": "\x1b[2J"}, r"name = '\\x1b\[2J': expected a line of text"),
        (COMPLETE | {"name": "a\x9bb"}, r"name = 'a\\x9bb': expected a line of text"),
        (COMPLETE | {"interaction": "CC\rNC"}, "interaction = .*: expected a line of text"),
        (COMPLETE | {"current": "XC"}, "current 'XC': expected CC or NC"),
    ],
)
def test_incomplete_metadata(tmp_path: Path, document: object, message: str) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model/extra/nugan.json", json.dumps(document))
    with pytest.raises(UserError, match=rf"model\.pt: nugan\.json.*{message}") as caught:
        archive.read_metadata(path)
    assert "\n" not in str(caught.value)


def test_packed_metadata(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("model/extra/nugan.json", json.dumps(COMPLETE))
    with pytest.raises(UserError, match=r"nugan\.json is compressed: store it without \(zip -0\)"):
        archive.read_metadata(path)


def test_names_stay_on_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of files and of families: the table and the messages are not what an archive makes of them."""
    for name in ("plain", "two\nlines", "\x1b[1mbold", "c\x9b"):
        with zipfile.ZipFile(tmp_path / f"{name}.pt", "w") as file:
            file.writestr("model/extra/nugan.json", json.dumps(COMPLETE | {"family": "a\tb"}))
    monkeypatch.setattr(archive, "models_dirs", lambda: [tmp_path])
    table = archive.model_table().splitlines()
    assert table[1].split()[:2] == ["plain", r"'a\tb'"]
    for name in (r"'two\nlines'", r"'\x1b[1mbold'", r"'c\x9b'"):
        assert f"{name}: unreadable: expected a name in UTF-8 on one line" in table
    assert len(table) == 5
    with pytest.raises(UserError, match=r"^no model 'mine'; there is: .*'two\\nlines'$"):
        archive.find_model("mine")


EDITS: dict[str, tuple[Any, str]] = {
    "name": ("other", "name = 'other', the network 'toy'"),
    "probe": (-14, "probe = -14, the network 14"),
    "target": (1000180400, "target = 1000180400, the network 1000060120"),
    "interaction": ("CC quasielastic", "interaction = 'CC quasielastic', the network 'CC inclusive'"),
    "current": ("NC", "current = 'NC', the network 'CC'"),
    "enu_range": ([0.3, 20], r"enu_range = \[0\.3, 20\], the network \[0\.3, 10\]"),
    "latent_size": (51, "latent_size = 51, the network 50"),
    "shift": (0.0098, "shift = 0.0098, the network 0.004"),
    "cross_section": ({"enu": [1.0, 2.0], "sigma": [1.0, 2.0]}, r"cross section = \[1, 2\], the network \["),
    "sha256": ("0" * 64, "sha256 = '0000"),
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("toy") / "toy.pt")


@pytest.mark.parametrize("name", EDITS)
def test_edited_metadata(toy: Path, tmp_path: Path, name: str) -> None:
    """Who edits nugan.json alone gets neither events nor a cross section of something else."""
    value, message = EDITS[name]
    edited = tmp_path / "edited.pt"
    about = archive.read_metadata(toy) | {name: value}
    with zipfile.ZipFile(toy) as old, zipfile.ZipFile(edited, "w") as new:
        for member in old.namelist():
            is_about = member.endswith("/nugan.json")
            new.writestr(member, json.dumps(about) if is_about else old.read(member))
    with pytest.raises(UserError, match=f"nugan.json says .*{message}.*: the archive was changed") as caught:
        Sampler(edited)
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
    tuned = {"measurements": [{"kind": "one", "fitted": True}, {"kind": "two", "fitted": False}]}
    data = {**metadata["training"]["data"], "replay": {"source": "A", "seed": 1, "tune": tuned}}
    of_tune = model_card({**metadata, "training": {**metadata["training"], "data": data}})
    assert " of A, resampled with its factor tuned to one |" in of_tune
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
