"""The options of ``nugan-sample`` in a campaign: names and the words that follow; the table is the core's."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nugan_hep import _core
from nugan_hep.errors import UserError

PROGRAM = "nugan-sample"
NOT_HERE = ("out", "root-writer", "force", "quiet", "list-models", "version", "help")
"""Options of one run of the program: a campaign names its files, and replaces none that is whole."""

FILES = ("model", "flux")
"""Options that may name a file."""

PACE = ("threads", "chunk")
"""Options that change nothing but speed and memory."""

Given = Mapping[str, Sequence[str]]
"""By name without dashes, the words that follow an option; none follow a flag."""


@functools.cache
def names() -> tuple[str, ...]:
    """The options that a campaign takes, without their dashes, in the order of the core's help."""
    found = re.findall(r"^  --?([a-z][\w-]*)", _core.options_help(PROGRAM), re.MULTILINE)
    return tuple(name for name in found if name not in NOT_HERE)


def from_words(words: Sequence[str]) -> dict[str, list[str]]:
    """The options on a command line.

    Raises
    ------
    UserError : a word that is no option of a campaign, nor follows one
    """
    given: dict[str, list[str]] = {}
    last: list[str] | None = None
    for word in words:
        if _is_option(word):
            name, _, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
            last = given.setdefault(_full_name(name), [])
            last[:] = [value] if value else []
        elif last is None:
            raise UserError(f"unrecognized arguments: {word} (see --help)")
        else:
            last.append(word)
    return given


def from_table(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The options as keys and values: text or a number is one word, a list several, true is a flag.

    Raises
    ------
    UserError : a key that is no option of a campaign, or a value of another kind
    """
    given: dict[str, list[str]] = {}
    for key, value in values.items():
        name = key.replace("_", "-")
        if name not in names():
            raise UserError(f"unknown key {key!r}; known: {', '.join(names())}")
        if value is False:
            continue
        words = [] if value is True else value if isinstance(value, list | tuple) else [value]
        given[name] = [_word(key, one) for one in words]
    return given


def to_words(given: Given) -> list[str]:
    """The command line of options, in the order of the help."""
    words: list[str] = []
    for name in names():
        if name not in given:
            continue
        option = f"--{name}" if len(name) > 1 else f"-{name}"
        values = given[name]
        if len(values) == 1 and _is_option(values[0]):
            words.append(f"{option}={values[0]}")
        else:
            words += [option, *values]
    return words


def parsed(given: Given, *more: str) -> _core.Options:
    """What the core reads of options, and of more words behind them.

    Raises
    ------
    UserError : bad values, or options that contradict each other
    """
    return _core.parse_options(PROGRAM, [os.fsencode(word) for word in [*to_words(given), *more]])


def located(given: Given, base: Path) -> dict[str, Sequence[str]]:
    """The same with files that lie in ``base`` by their whole paths."""
    found = dict(given)
    for name in FILES:
        if len(found.get(name, ())) == 1:
            file, colon, rest = found[name][0].partition(":")
            if (base / file).is_file():
                found[name] = [f"{(base / file).absolute()}{colon}{rest}"]
    return found


def without_pace(given: Given) -> dict[str, Sequence[str]]:
    """The options that events follow from."""
    return {name: words for name, words in given.items() if name not in PACE}


def _is_option(word: str) -> bool:
    """As the core sees it: -1:1 and - alone are values."""
    return len(word) > 1 and word[0] == "-" and (word[1] == "-" or word[1].isalpha())


def _full_name(option: str) -> str:
    """The name of an option, which may be cut short where it stays unambiguous."""
    name = option.lstrip("-")
    if name in names():
        return name
    if name in NOT_HERE:
        raise UserError(f"--{name} is of nugan-sample alone, not of a campaign (see --help)")
    fitting = [one for one in names() if len(name) > 1 and one.startswith(name)]
    if len(fitting) != 1:
        why = f"ambiguous option: {option} could match {', '.join(fitting)}" if fitting else ""
        raise UserError(f"{why or f'unrecognized arguments: {option}'} (see --help)")
    return fitting[0]


def _word(key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UserError(f"{key} = {value!r} is not valid: expected text, a number or a list of these")
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return str(int(value)) if whole else str(value)
