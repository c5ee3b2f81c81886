from __future__ import annotations

import contextlib
import os
import resource
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
