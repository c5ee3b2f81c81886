"""Damaged model archives: bytes that storage or transport lost, and zip members that were tampered with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from random import Random

Damaged = tuple[str, bytes]
"""What was done to an archive, and its bytes afterwards."""

TEXTS = (".py", "data.pkl", "version", "byteorder", "serialization_id", "nugan.json")


def damaged_bytes(archive: bytes, seed: int) -> Iterator[Damaged]:
    """Without end: truncations, flipped bits, overwritten, lost and doubled stretches of the file."""
    random = Random(seed)
    size = len(archive)
    # the headers and the central directory of the zip file are few bytes of all: half of the damage is there
    heads = [at for at in range(size - 3) if archive[at : at + 2] == b"PK"]

    def place() -> int:
        if random.random() < 0.5:
            return random.randrange(size)
        return min(size - 1, random.choice(heads) + random.randrange(80))

    yield "empty", b""
    while True:
        at, length = place(), random.choice((1, 2, 4, 8, 64, 1000))
        yield f"truncated to {at} bytes", archive[:at]
        yield f"{at} bytes lost at the start", archive[at:]
        yield from flips(archive, [at], random)
        yield from flips(archive, [place() for _ in range(random.choice((2, 3, 10, 100)))], random)
        for what, new in (("zero", bytes(length)), ("one", b"\xff" * length)):
            yield f"bytes {at} to {at + length} {what}", archive[:at] + new + archive[at + length :]
        new = random.randbytes(length)
        yield f"bytes {at} to {at + length} random", (archive[:at] + new + archive[at + length :])[:size]
        yield f"bytes {at} to {at + length} lost", archive[:at] + archive[at + length :]
        yield f"bytes {at} to {at + length} twice", archive[: at + length] + archive[at:]


def flips(archive: bytes, places: list[int], random: Random) -> Iterator[Damaged]:
    bits = [random.randrange(8) for _ in places]
    new = bytearray(archive)
    for at, bit in zip(places, bits, strict=True):
        new[at] ^= 1 << bit
    where = ", ".join(f"{at}.{bit}" for at, bit in zip(places, bits, strict=True))
    yield f"bits flipped: {where}", bytes(new)


def read_members(archive: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return [(info.filename, file.read(info)) for info in file.infolist()]


def write_members(members: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file with these members and the checksums of these bytes; names may come twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            # zipfile warns of a name that is there already, but not if it does not know of it
            file.NameToInfo.pop(name, None)
            file.writestr(info, content)
    return out.getvalue()


def damaged_members(archive: bytes, seed: int) -> Iterator[Damaged]:
    """Once through the members: each one missing, empty, doubled, renamed, exchanged with another."""
    random = Random(seed)
    members = read_members(archive)
    yield "no member", write_members([])
    yield "members compressed", write_members(members, zipfile.ZIP_DEFLATED)
    yield "members in reverse", write_members(members[::-1])
    yield "another folder", write_members([(f"x/{name}", content) for name, content in members])
    for k, (name, content) in enumerate(members):
        other = random.choice(members)[0]

        def replaced(*new: tuple[str, bytes], k: int = k) -> bytes:
            return write_members([*members[:k], *new, *members[k + 1 :]])

        yield f"{name} missing", replaced()
        yield f"{name} empty", replaced((name, b""))
        yield f"{name} twice", replaced((name, content), (name, content))
        yield f"{name} twice, the second empty", replaced((name, content), (name, b""))
        yield f"{name} twice as long", replaced((name, content + content))
        yield f"{name} half as long", replaced((name, content[: len(content) // 2]))
        yield f"{name} renamed", replaced((name + "x", content))
        yield f"{name} renamed to {other}", replaced((other, content))
        exchanged = dict(members) | {name: dict(members)[other], other: content}
        yield f"{name} exchanged with {other}", write_members([*exchanged.items()])
        yield f"{name} with a name that leads elsewhere", replaced(("../" + name, content))
        yield f"{name} as zeros", replaced((name, bytes(len(content))))


def damaged_texts(archive: bytes, seed: int) -> Iterator[Damaged]:
    """Without end: the code, the pickle, versions and metadata changed, with a correct checksum."""
    random = Random(seed)
    members = read_members(archive)
    chosen = [k for k, (name, content) in enumerate(members) if name.endswith(TEXTS) and content]
    chosen += 5 * [k for k in chosen if members[k][0].endswith("data.pkl")]
    while True:
        k = random.choice(chosen)
        name, content = members[k]
        for what, new in damaged_bytes_once(content, random):
            yield f"{name}: {what}", write_members([*members[:k], (name, new), *members[k + 1 :]])


def damaged_bytes_once(content: bytes, random: Random) -> Iterator[Damaged]:
    at = random.randrange(len(content))
    yield from flips(content, [at], random)
    yield f"ends at {at}", content[:at]
    yield f"byte {at} random", content[:at] + random.randbytes(1) + content[at + 1 :]
    yield f"no UTF-8 at {at}", content[:at] + b"\xff\xfe" + content[at:]
    lines = content.split(b"\n")
    line = random.randrange(len(lines))
    yield f"line {line} lost", b"\n".join(lines[:line] + lines[line + 1 :])
    yield f"line {line} twice", b"\n".join(lines[: line + 1] + lines[line:])
