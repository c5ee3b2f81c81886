"""README.md, CONTRIBUTING.md and CHANGELOG.md as pages."""

from __future__ import annotations

from nugan_docs.places import ROOT, with_site_links

NAMES = ("README", "CONTRIBUTING", "CHANGELOG")


def pages() -> dict[str, str]:
    """The pages by name."""
    return {name.lower(): with_site_links((ROOT / f"{name}.md").read_text(), ROOT) for name in NAMES}
