"""Docstrings as napoleon reads them: here ``name : words`` says what a parameter is, not its type."""

from __future__ import annotations

import re
from typing import Any

SECTIONS = ("Parameters", "Raises", "Warns", "Attributes")
NAME = re.compile(r"([\w*., ]+?) : (.*)")
COLON = "\ue000"
"""In place of the colons of a property, which napoleon would take for the end of a type."""


def before_napoleon(app: Any, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    """Each ``name : words`` becomes a name with its words below; what follows a section is no part of it."""
    if what in ("property", "attribute", "data"):
        lines[:] = [line.replace(": ", COLON + " ") for line in lines]
        return
    out: list[str] = []
    inside = ""
    for number, line in enumerate(lines):
        under = lines[number + 1] if number + 1 < len(lines) else ""
        if re.fullmatch("-{3,}", under):
            inside = line if line in SECTIONS else ""
        elif inside and line and not line[0].isspace() and not re.fullmatch("-{3,}", line):
            if match := NAME.fullmatch(line):
                # of attributes napoleon takes one name
                names = match[1].split(", ") if inside == "Attributes" else [match[1]]
                for one in names:
                    out += [one, f"    {match[2]}"]
                continue
            if not lines[number - 1]:
                # two blank lines end a section
                out.append("")
                inside = ""
        out.append(line)
    lines[:] = out


def after_napoleon(app: Any, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    """The colons of properties again."""
    lines[:] = [line.replace(COLON, ":") for line in lines]


def plain_aliases(
    app: Any, what: str, name: str, found: Any, options: Any, arguments: str | None, result: str | None
) -> tuple[str | None, str | None]:
    """``autodoc_type_aliases`` by name, where Sphinx shows its own wrapper of them."""

    def plain(text: str | None) -> str | None:
        return text and re.sub(r"TypeAliasForwardRef\('(\w+)'\)", r"\1", text)

    return plain(arguments), plain(result)


def skip_fields(app: Any, what: str, name: str, found: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what Python says of the fields of named tuples; their class's docstring has them."""
    return True if type(found).__name__ == "_tuplegetter" else None
