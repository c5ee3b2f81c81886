"""Where the site has what a file of the repository holds, and links that say so."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

LINK = re.compile(r"(\[[\w./-]+\.md)?\]\((?![a-z]+:|#|/)([^)\s#]+)(#[^)\s]*)?\)")
"""The end of a link, or the whole of one whose words are a file's name."""
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
        # where the words are a file's name, the site has the title of what it leads to
        begin, name, anchor = "[](" if match[1] else "](", match[2], match[3] or ""
        path = Path(os.path.normpath(folder / name))
        if not path.exists():
            raise FileNotFoundError(f"a link in {folder.relative_to(ROOT)}/ to {name}, which is not there")
        # a file that is no page is shown or downloaded; Sphinx takes a path with / from docs/
        return begin + (page_of(path) or "/" + os.path.relpath(path, DOCS)) + anchor + ")"

    # code is not touched
    parts, end = [], 0
    for fence in FENCE.finditer(text):
        parts += [LINK.sub(link, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, LINK.sub(link, text[end:])])
