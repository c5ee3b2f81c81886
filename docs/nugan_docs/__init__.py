"""What the site shows and no page of docs/ holds, written into docs/generated/ before Sphinx reads it.

Each page has one source: README.md and its like, the models' cards, the examples, docs/data/experiments.toml,
the programs' helps, the core's formats and the headers. A page is written where it changed, so that Sphinx
reads no other again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def write_pages(app: Sphinx) -> None:
    """All of docs/generated/; what is there of another time goes."""
    from nugan_docs import commands, doxygen, examples, experiments, formats, models, texts
    from nugan_docs.places import DOCS

    pages: dict[str, str] = {}
    for part in (texts, models, examples, experiments, formats, commands):
        pages |= part.pages()
    folder = DOCS / "generated"
    for path in [*folder.rglob("*.md")]:
        if path.relative_to(folder).with_suffix("").as_posix() not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    models.draw(folder / "figures")
    doxygen.write_xml(app.config.breathe_projects)


def mend_links(app: Sphinx, docname: str, source: list[str]) -> None:
    """The links of a page of docs/ that lead out of it, to where the site has what they name."""
    from nugan_docs.places import DOCS, with_site_links

    if not docname.startswith("generated/"):
        source[0] = with_site_links(source[0], (DOCS / docname).parent)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's hook."""
    from nugan_docs import docstrings

    app.connect("builder-inited", write_pages)
    app.connect("source-read", mend_links)
    app.connect("autodoc-process-docstring", docstrings.before_napoleon, priority=400)
    app.connect("autodoc-skip-member", docstrings.skip_fields)
    app.connect("autodoc-process-signature", docstrings.plain_aliases)
    app.connect("autodoc-process-docstring", docstrings.after_napoleon, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
