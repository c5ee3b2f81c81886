"""Where the site has what a file of the repository holds, and links that say so."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)\s#]+)(#[^)\s]*)?(?=\))")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def page_of(path: Path) -> str | None:
    """The page of a file or folder, from the site's root: README.md is ``/generated/readme.md``."""
    inside = path.relative_to(ROOT)
    top, *rest = inside.parts
    if path.suffix == ".md" and top == "docs":
        return "/" + path.relative_to(DOCS).as_posix()
    if top == "examples" and len(rest) == 1 and (path.is_dir() or path.suffix == ".py"):
        return f"/generated/examples/{path.stem}.md"
    if top == "examples" and rest[1:] == ["README.md"]:
        return f"/generated/examples/{rest[0]}.md"
    if top == "models" and path.suffix == ".md":
        return f"/generated/models/{path.stem}.md"
    if path.suffix == ".md" and not rest:
        return f"/generated/{path.stem.lower()}.md"
    return None


def with_site_links(text: str, folder: Path) -> str:
    """The text of a file in a folder of the repository, with links that hold on the site.

    Raises ``FileNotFoundError`` for a link to nothing.
    """

    def link(match: re.Match[str]) -> str:
        # the pages that are generated lie where only the site has them
        name, anchor = match[1], match[2] or ""
        path = Path(os.path.normpath(folder / name))
        if path.is_relative_to(DOCS / "generated"):
            return match[0]
        if not path.exists():
            raise FileNotFoundError(f"a link in {folder.relative_to(ROOT)}/ to {name}, which is not there")
        if page := page_of(path):
            return page + anchor
        if path.is_relative_to(DOCS):
            return "/" + path.relative_to(DOCS).as_posix() + anchor
        # a file to download; Sphinx takes a path with / from docs/
        return "/" + os.path.relpath(path, DOCS) + anchor

    # code is not touched
    parts, end = [], 0
    for fence in FENCE.finditer(text):
        parts += [LINK.sub(link, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, LINK.sub(link, text[end:])])
