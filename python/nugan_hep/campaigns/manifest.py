"""The manifest of a campaign: what is drawn, and range, SHA-256, events, POT, cross section of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nugan_hep.campaigns.options import Given, without_pace
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import write_text

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """A file of a campaign.

    Attributes
    ----------
    file : its name in the campaign's folder
    first, events : number of its first event, number of events
    pot : protons on target that its events stand for, or None
    sigma : flux-averaged cross section, 1e-38 cm²/nucleon, or None where the events have no such
    bytes, sha256 : of the file; None while it is not made
    """

    file: str
    first: int
    events: int
    pot: float | None
    sigma: float | None
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a campaign is, and its files.

    Attributes
    ----------
    sample : options of ``nugan-sample``
    base : the folder in which relative names of files among them begin; empty where there are none
    description : what all files say of themselves, see :meth:`nugan_hep.output.Run.as_dict`
    files : in the order of their events
    """

    sample: Given
    base: str
    description: Mapping[str, Any]
    files: tuple[Entry, ...]

    @property
    def identity(self) -> str:
        """A hash of what the events follow from, and how they are cut."""
        files = [asdict(replace(one, bytes=None, sha256=None)) for one in self.files]
        content = {**asdict(self), "sample": without_pace(self.sample), "files": files}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def events(self) -> int:
        """Of all files."""
        return sum(one.events for one in self.files)

    def made(self, known: Mapping[str, Entry]) -> Manifest:
        """The same with what is known of files, by their names."""
        return replace(self, files=tuple(known.get(one.file, one) for one in self.files))


def write(manifest: Manifest, folder: Path) -> None:
    """Write ``manifest.json``, or replace it, as a whole.

    Raises
    ------
    UserError : it cannot be written
    """
    about = {"format": FORMAT, "events": manifest.events, **asdict(manifest)}
    write_text(folder / NAME, json.dumps(about, indent=1) + "\n")


def read(folder: Path) -> Manifest:
    """The manifest of the campaign in a folder.

    Raises
    ------
    UserError : there is none, it is damaged, or of another version
    """
    path = folder / NAME
    try:
        content = json.loads(path.read_text())
        form = content["format"]
        if form != FORMAT:
            raise UserError(f"{path} is of format {form!r}; this version of nugan-hep reads format {FORMAT}")
        files = tuple(Entry(**one) for one in content["files"])
        return Manifest(content["sample"], content["base"], content["description"], files)
    except FileNotFoundError:
        raise UserError(f"{folder} holds no campaign: there is no {NAME}") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged or no manifest of a campaign ({error!r:.80})") from None
