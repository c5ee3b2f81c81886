"""Options of nugan-sample and keys of a spec, in words and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from nugan_hep import _core
from nugan_hep.campaigns import options, spec
from nugan_hep.errors import UserError


def test_names_are_all_options_of_the_core_but_those_of_one_run() -> None:
    shown = [
        line.split()[0].lstrip("-")
        for line in _core.options_help("nugan-sample").splitlines()
        if line[:3] in ("  -",)
    ]
    assert {*options.names()} | {*options.NOT_HERE} == {*shown}


def test_words_and_tables_say_the_same() -> None:
    words = ["--uni", "0.5", "3", "-n", "1e6", "--vertex=-1:1,0,2", "--lepton-only", "--seed", "7"]
    given = options.from_words(words)
    table = {
        "uniform": [0.5, 3],
        "n": 1e6,
        "vertex": "-1:1,0,2",
        "lepton_only": True,
        "seed": 7,
        "weighted": False,
    }
    read, same = options.parsed(given), options.parsed(options.from_table(table))
    for one in (read, same):
        assert (one.uniform, one.n, one.seed, one.lepton_only) == ((0.5, 3.0), 1_000_000, 7, True)
    assert options.from_words(options.to_words(given)) == given


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--nonsense", "1"], "unrecognized arguments: --nonsense"),
        (["stray"], "unrecognized arguments: stray"),
        (["--fl", "a"], "ambiguous option: --fl could match flavours, flux"),
        (["--root-writer"], "--root-writer is of nugan-sample alone"),
    ],
)
def test_bad_words(words: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        options.from_words(words)


def test_relative_files_are_those_of_the_spec(tmp_path: Path) -> None:
    (tmp_path / "flux.root").touch()
    given = {"flux": ["flux.root:numu"], "model": ["numu_C12_inc"]}
    assert options.located(given, tmp_path) == {
        "flux": [f"{tmp_path}/flux.root:numu"],
        "model": ["numu_C12_inc"],
    }


@pytest.mark.parametrize(
    ("files", "per_file", "events"), [(7, 0, 100), (0, 7, 100), (0, 0, 2_500_001), (5, 0, 5)]
)
def test_ranges_have_every_event_once(files: int, per_file: int, events: int) -> None:
    ranges = spec.Spec({}, Path(), files, per_file).ranges(10, events)
    assert [first for first, _ in ranges] == [10 + sum(n for _, n in ranges[:k]) for k in range(len(ranges))]
    assert sum(n for _, n in ranges) == events
    assert min(n for _, n in ranges) > 0
    assert not files or len(ranges) == files


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense = 1", "unknown key 'nonsense'; known: files, per_file, out, farm, model"),
        ("files = 'many'", "files = 'many' is not valid: expected a whole number"),
        ("files = 2\nper_file = 5", "give files or per_file, not both"),
        ("[farm]\nqeue = 'long'", "unknown key 'qeue' of .farm.; known: on, workers"),
        ("[farm]\ndirectives = 'x'", "expected a list of texts"),
        ("farm = 'slurm'", "expected a table .farm."),
        ("seed = [1979-05-27]", "expected text, a number or a list of these"),
        ("n = ", "cannot read configuration"),
    ],
)
def test_bad_specs(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "spec.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as raised:
        spec.from_toml(path)
    assert str(path) in str(raised.value)


def test_more_files_than_events() -> None:
    with pytest.raises(UserError, match="files = 6: expected at most one for each of 5 events"):
        spec.Spec({}, Path(), files=6).ranges(0, 5)
