"""Damaged archives: an error of one line, or the events of the sound one; never a crash or a hang.

Sound archives of networks that no training makes give an error or physical events. Archives are opened and
sampled by tests/cpp/open_archives.py in another process, so that a crash is seen and named. All is drawn
from fixed seeds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from damage_archive import damaged_bytes, damaged_members, damaged_texts
from damage_network import FAMILIES, archive, damaged_networks
from strange_networks import damaged_answers

from nugan_hep.archive import find_model, list_models

OPENER = Path(__file__).parent / "cpp" / "open_archives.py"
BATCH = 100
HANG = 10.0
"""Seconds for an archive of a batch; one takes 0.05 on average."""

Archives = Iterable[tuple[str, Callable[[], bytes]]]


def outcomes(archives: Archives, folder: Path) -> Iterator[tuple[str, str]]:
    """What was done to each archive, and what became of it, as open_archives.py says it; or ``wrong``."""
    waiting = iter(archives)
    while batch := list(islice(waiting, BATCH)):
        files = []
        for k, (what, build) in enumerate(batch):
            try:
                content = build()
            except Exception:  # torch refuses to write some
                yield what, "unwritten"
                continue
            file = folder / f"{k}.pt"
            file.write_bytes(content)
            files.append((what, file))
        while files:
            results, end = open_files([file for _, file in files])
            yield from zip((what for what, _ in files), results, strict=False)
            files = files[len(results) :]
            if files:  # the process ended early: what it was at is the first of those left
                yield files[0][0], f"wrong {end}"
                files = files[1:]


def open_files(files: list[Path]) -> tuple[list[str], str]:
    """The outcomes that a process got to, and how it ended."""
    command = [sys.executable, os.fspath(OPENER)]
    paths = "".join(f"{file}\n" for file in files)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            input=paths,
            env=environment,
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=60 + HANG * len(files),
            check=False,
        )
        output, end = done.stdout, f"process ended with {done.returncode}: {done.stderr[-300:]}"
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"").decode(errors="backslashreplace")
        end = "hangs"
    lines = [line for line in output.splitlines() if not line.isdigit()]
    return lines, end


def check(archives: Archives, folder: Path, sound: str | None = None) -> Counter[str]:
    """Assert that all went well; what became of how many.

    With ``sound``, an archive may be taken for whole only if its events are those of that outcome.
    """
    counts: Counter[str] = Counter()
    wrong = []
    for what, outcome in outcomes(archives, folder):
        counts[outcome.split(" ")[0]] += 1
        if outcome.startswith("wrong") or (sound and outcome.startswith("ok") and outcome != sound):
            wrong.append(f"{what}: {outcome}")
    print(dict(counts))
    assert not wrong, f"{len(wrong)} of {counts.total()}:\n" + "\n".join(wrong)
    return counts


def ready(damaged: Iterable[tuple[str, bytes]]) -> Archives:
    return ((what, lambda content=content: content) for what, content in damaged)


def chosen(archives: Archives, count: int) -> Archives:
    """Some of them, the same each time."""
    everything = list(archives)
    return Random(3).sample(everything, min(count, len(everything)))


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    """A sound archive of each family, and a shipped one."""
    archives = {family: archive(make()) for family, make in FAMILIES.items()}
    if names := list_models():
        archives["shipped"] = find_model(names[0]).read_bytes()
    return archives


@pytest.fixture(scope="module")
def sound(whole: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The outcome of each sound archive, ``ok`` with the digest of its events."""
    return dict(outcomes(ready(whole.items()), tmp_path_factory.mktemp("sound")))


def family_of(whole: dict[str, bytes], family: str) -> bytes:
    if family not in whole:
        pytest.skip("no model is installed")
    return whole[family]


def test_sound_archives_are_opened(sound: dict[str, str]) -> None:
    assert all(outcome.startswith("ok ") for outcome in sound.values()), sound
    assert len(set(sound.values())) == len(sound)


@pytest.mark.parametrize("family", [*FAMILIES, "shipped"])
def test_damaged_files(whole: dict[str, bytes], sound: dict[str, str], family: str, tmp_path: Path) -> None:
    archives = islice(damaged_bytes(family_of(whole, family), 1), 15)
    assert check(ready(archives), tmp_path, sound[family])["refused"] > 7


@pytest.mark.slow
@pytest.mark.parametrize("family", ["gan", "flow"])
def test_damaged_members(whole: dict[str, bytes], sound: dict[str, str], family: str, tmp_path: Path) -> None:
    archives = chosen(ready(damaged_members(whole[family], 1)), 20)
    assert check(archives, tmp_path, sound[family])["refused"] > 5


@pytest.mark.slow
def test_networks_that_no_training_makes(tmp_path: Path) -> None:
    archives = [*damaged_answers()]
    for family in FAMILIES:
        archives += chosen(damaged_networks(family), 20)
    counts = check(archives, tmp_path)
    assert counts["unwritten"] < 5
    assert counts["refused"] > 20


@pytest.mark.heavy
@pytest.mark.parametrize("family", [*FAMILIES, "shipped"])
def test_many_damaged_files(
    whole: dict[str, bytes], sound: dict[str, str], family: str, tmp_path: Path
) -> None:
    archives = islice(damaged_bytes(family_of(whole, family), 11), 900)
    check(ready(archives), tmp_path, sound[family])


@pytest.mark.heavy
@pytest.mark.parametrize("family", [*FAMILIES, "shipped"])
def test_many_damaged_members(
    whole: dict[str, bytes], sound: dict[str, str], family: str, tmp_path: Path
) -> None:
    content = family_of(whole, family)
    check(ready(damaged_members(content, 12)), tmp_path, sound[family])
    check(ready(islice(damaged_texts(content, 13), 300)), tmp_path)


@pytest.mark.heavy
@pytest.mark.parametrize("family", FAMILIES)
def test_many_networks(family: str, tmp_path: Path) -> None:
    check(damaged_networks(family), tmp_path)
