"""The examples as pages: their README, and their files."""

from __future__ import annotations

from pathlib import Path

from nugan_docs.places import ROOT, with_site_links

EXAMPLES = ROOT / "examples"
LANGUAGES = {
    ".py": "python",
    ".cpp": "c++",
    ".cc": "c++",
    ".hh": "c++",
    ".hpp": "c++",
    ".txt": "cmake",
    ".mac": "text",
}


def pages() -> dict[str, str]:
    """A page for each script and each folder with code."""
    found = {}
    for path in sorted(EXAMPLES.iterdir()):
        files = [path] if path.is_file() else sorted(path.iterdir())
        files = [file for file in files if file.suffix in LANGUAGES]
        if not files:
            continue
        readme = path / "README.md"
        head = with_site_links(readme.read_text(), path) if readme.is_file() else f"# {path.name}\n"
        found[f"examples/{path.stem}"] = head + "".join(map(shown, files))
    return found


def shown(file: Path) -> str:
    """A file, in whole."""
    name = file.relative_to(ROOT)
    return f"\n## `{name}`\n\n```{{literalinclude}} /../{name}\n:language: {LANGUAGES[file.suffix]}\n```\n"
