"""The commands, from their own helps."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
from collections.abc import Iterator

from nugan_hep import _core

MODULES = (
    "train",
    "finetune",
    "joint train",
    "joint adapt",
    "joint export",
    "derive",
    "replay",
    "tune",
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
ENTRY = re.compile(r"^  (-\S.*?)(?:(?: {2,}|\n {8,})(\S.*(?:\n {8,}\S.*)*))?$", re.MULTILINE)
SECTION = re.compile(r"^(?!usage)([a-zA-Z][^\n]*):\n(?=  )", re.MULTILINE)


def helps() -> Iterator[tuple[str, str]]:
    """Each command with what its ``--help`` prints."""
    for program in ("nugan-sample", "nugan-gen"):
        yield program, _core.options_help(program)
    yield "nugan-convert", printed("convert", [])
    for words in MODULES:
        name, *more = words.split()
        where = f"{name}.__main__" if more else name
        yield f"python -m nugan_hep.{words}", printed(where, more)


def printed(module: str, words: list[str]) -> str:
    """What a command prints for ``--help``."""
    text = io.StringIO()
    main = importlib.import_module(f"nugan_hep.{module}").main
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
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
    usage = re.sub(r"\s+", " ", usage.removeprefix("usage: "))
    out.append(
        f"{plain(purpose)}\n\n```text\n{usage if len(usage) < 90 else program + ' [options] ...'}\n```\n"
    )
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
        name = program.removeprefix("python -m nugan_hep.").replace(" ", "_")
        found[f"commands/{name}"] = page(program, text)
    return found
