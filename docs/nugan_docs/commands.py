"""The commands, from their own helps."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import nugan_hep
from nugan_hep import _core

MODULES = (
    "train",
    "train --preset flow",
    "train --preset hadrons",
    "finetune",
    "joint train",
    "joint adapt",
    "joint export",
    "derive",
    "replay",
    "tune",
    "replicas",
    "export",
    "evaluate",
    "compare",
    "history",
    "discriminator",
    "xsec predict",
    "xsec train",
    "xsec finetune",
    "xsec layerwise",
    "xsec evaluate",
    "xsec errors",
)
"""Those of ``python -m nugan_hep.COMMAND``."""
ENTRY = re.compile(r"^  (-\S.*?|[a-zA-Z][\w|]*)(?:(?: {2,}|\n {8,})(\S.*(?:\n {8,}\S.*)*))?$", re.MULTILINE)
SECTION = re.compile(r"^(?!usage)([a-zA-Z][^\n]*):\n(?=  )", re.MULTILINE)


def helps() -> Iterator[tuple[str, str]]:
    """Each command with what its ``--help`` prints."""
    for program in ("nugan-sample", "nugan-gen"):
        # an option that fills its column has one blank behind it
        text = re.sub(r"^(  -.{19}\S) (?=\S)", r"\1  ", _core.options_help(program), flags=re.MULTILINE)
        yield program, text
    yield "nugan-convert", printed("convert", [])
    for words in ("", " run", " submit"):
        yield f"nugan-campaign{words}", printed("campaigns.command", words.split())
    for words in MODULES:
        name, *more = words.split()
        where = f"{name}.__main__" if (Path(nugan_hep.__file__).parent / name).is_dir() else name
        yield f"python -m nugan_hep.{words}", printed(where, more)


def printed(module: str, words: list[str]) -> str:
    """What a command prints for ``--help``."""
    text = io.StringIO()
    main = importlib.import_module(f"nugan_hep.{module}").main
    wide = mock.patch.dict(os.environ, COLUMNS="96")
    with wide, contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        main([*words, "--help"])
    if not text.getvalue():
        raise RuntimeError(f"nugan_hep.{module} {' '.join(words)} has no help")
    return text.getvalue()


def page(program: str, text: str) -> str:
    """The help as a page: what comes before and after the options as it is, these as a list."""
    sections = [match for match in SECTION.finditer(text) if ENTRY.match(text, match.end())]
    out = [f"# {program.removeprefix('python -m ')}\n\n"]
    begin = sections[0].start() if sections else len(text)
    usage, _, purpose = text[:begin].strip().partition("\n\n")
    lines = [line.strip() for line in usage.removeprefix("usage: ").splitlines()]
    usage = ("\n" if all(line.startswith(program) for line in lines) else " ").join(lines)
    if max(map(len, usage.splitlines())) >= 90:
        usage = f"{program} [options] ..."
    out.append(f"{plain(purpose)}\n\n```text\n{usage}\n```\n")
    rest = ""
    for section in sections:
        body = text[section.end() :]
        end = re.search(r"\n(?=\S)", body)
        body, rest = (body[: end.start()], body[end.end() :]) if end else (body, "")
        out.append(f"\n## {section[1].capitalize()}\n\n")
        for entry in ENTRY.finditer(body):
            words = re.sub(r"\s+", " ", entry[2] or "")
            out.append(f"`{entry[1].strip()}`\n: {plain(words) or '…'}\n\n")
    if rest.strip():
        out.append(f"\n## More\n\n```text\n{rest.strip()}\n```\n")
    return "".join(out)


def plain(text: str) -> str:
    """Words as they are, whatever they mean in Markdown; what stands in double backticks is code."""
    parts = re.split(r"``(.+?)``", text, flags=re.DOTALL)
    parts[::2] = [re.sub(r"([\\`*_<>\[\]|$#~{}])", r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [f"`{part}`" for part in parts[1::2]]
    return "".join(parts)


def pages() -> dict[str, str]:
    """A page for each command."""
    found = {}
    for program, text in helps():
        name = program.removeprefix("python -m nugan_hep.").replace(" --preset ", "_").replace(" ", "_")
        found[f"commands/{name}"] = page(program, text)
    return found
