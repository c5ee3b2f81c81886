from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nugan_hep.errors import UserError
from nugan_hep.output.atomic import new_file


@pytest.fixture
def largest_file() -> Iterator[int]:
    """Let the system refuse files above 1 MiB, as it refuses them on a full disk."""
    size = 2**20
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield size
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(path: Path, content: bytes, error: BaseException | None = None, force: bool = False) -> None:
    with new_file(path, force) as stream:
        for start in range(0, len(content), 1000):
            stream.write(content[start : start + 1000])
        if error is not None:
            raise error


def test_appears_only_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.root"
    with new_file(path) as stream:
        stream.write(b"events")
        stream.flush()
        assert not path.exists()
        (part,) = tmp_path.iterdir()
        assert part.name.startswith(".a.root.")
        assert part.name.endswith(".part")
    assert path.read_bytes() == b"events"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        fill(tmp_path / "a", b"1")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_leaves_nothing_behind_on_failure(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        fill(tmp_path / "a", b"half", error())
    assert list(tmp_path.iterdir()) == []


def test_failure_keeps_the_file_to_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        fill(path, b"half", RuntimeError(), force=True)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(UserError, match="exists"):
        fill(path, b"new")
    assert path.read_bytes() == b"old"
    fill(path, b"new", force=True)
    assert path.read_bytes() == b"new"


def test_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with contextlib.ExitStack() as stack:
        stack.enter_context(new_file(path)).write(b"late")
        path.write_bytes(b"early")
        with pytest.raises(UserError, match="exists"):
            stack.close()
    assert path.read_bytes() == b"early"
    assert list(tmp_path.iterdir()) == [path]


def test_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    target, link = tmp_path / "disk" / "a", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    fill(link, b"new", force=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


WRITE = """
import sys, pathlib
from nugan_hep.output.atomic import new_file
with new_file(sys.argv[1], force=True) as stream:
    stream.write(b"first")
    print("writing", flush=True)
    sys.stdin.readline()
"""


@contextlib.contextmanager
def another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that writes ``path`` until it gets a line or is killed."""
    command = [sys.executable, "-c", WRITE, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("name", ["a.root", "a.b.hepmc3.gz", "a b.npz"])
def test_name_that_another_run_is_writing_is_refused(tmp_path: Path, name: str, force: bool) -> None:
    """The first wins, and loses nothing; afterwards the name is as free as any."""
    path = tmp_path / name
    with another_process(path) as process:
        with pytest.raises(UserError, match=rf"is being written by another run \(process {process.pid}\)"):
            fill(path, b"second", force=force)
        process.communicate("\n")
        assert process.returncode == 0
    assert path.read_bytes() == b"first"
    fill(path, b"third", force=True)
    assert path.read_bytes() == b"third"
    assert list(tmp_path.iterdir()) == [path]


def test_other_names_are_free_meanwhile(tmp_path: Path) -> None:
    with another_process(tmp_path / "a.root"):
        for name in ("a", "root", "b.root", "a.root.root", ".a.root"):
            fill(tmp_path / name, b"other")


def test_what_a_killed_run_leaves_is_in_nobody_s_way(tmp_path: Path) -> None:
    path = tmp_path / "a.root"
    with another_process(path) as process:
        process.kill()
        process.wait()
        fill(path, b"next")
    assert path.read_bytes() == b"next"


def test_two_at_the_same_instant(tmp_path: Path) -> None:
    """Neither sees the other: the first to end has the name, the second finds it taken."""
    path = tmp_path / "a.root"
    with contextlib.ExitStack() as one, contextlib.ExitStack() as two:
        first = one.enter_context(new_file(path))
        part = next(tmp_path.iterdir())
        part.rename(tmp_path / "hidden")
        two.enter_context(new_file(path)).write(b"second")
        (tmp_path / "hidden").rename(part)
        first.write(b"first")
        one.close()
        with pytest.raises(UserError, match="exists"):
            two.close()
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no folder .*nowhere"):
        fill(tmp_path / "nowhere" / "a", b"1")


@pytest.mark.parametrize("force", [False, True])
def test_devices_and_folders_are_never_replaced(tmp_path: Path, force: bool) -> None:
    for path in (Path(os.devnull), tmp_path):
        with pytest.raises(UserError, match="not a regular file"):
            fill(path, b"1", force=force)
    assert Path(os.devnull).is_char_device()


def test_unwritable_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(UserError, match="permission denied"):
            fill(tmp_path / "a", b"1")
    finally:
        tmp_path.chmod(0o700)


def test_folder_that_may_not_be_searched(closed_folder: Path) -> None:
    for path in (closed_folder / "a", closed_folder / "below" / "a"):
        with pytest.raises(UserError, match=r"cannot write .*: (permission denied|there is no folder)"):
            fill(path, b"1")


def test_system_without_room(tmp_path: Path, largest_file: int) -> None:
    with pytest.raises(UserError, match=r"cannot write .*: file too large"):
        fill(tmp_path / "a", bytes(2 * largest_file))
    assert list(tmp_path.iterdir()) == []
