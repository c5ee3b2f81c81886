"""The HTML page: well-formed, complete in itself, and with nothing of its input taken for markup."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from nugan_hep.evaluation import page
from nugan_hep.evaluation.report import Column, Scores

VOID = {"meta", "img"}
PNG = b"\x89PNG\r\n\x1a\n and so on"
METADATA = {
    "name": "a<b>",
    "probe": 14,
    "target": 1000060120,
    "interaction": "CC inclusive",
    "enu_range": [0.3, 10.0],
    "shift": 0.004,
}
TRAINING = {"data": {"files": ["e.root"], "events": 10_000, "start": "numu_C12_inc"}, "freeze": "first"}


class Document(HTMLParser):
    """Checks that tags nest, and keeps attributes and texts by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data.strip()))

    def of(self, tag: str) -> list[str]:
        return [text for of, text in self.texts if of == tag]


@pytest.fixture
def table() -> str:
    scores = [Scores(0.05, 0.87, 0.88, 1.07, 1.08), Scores(0.35, 1.88, 1.97, None, None)]
    columns = [Column("model", scores), Column("paper", [scores[1], None], 2)]
    return page.html_table(["All", "1 GeV"], columns)


def document(table: str, **changes: object) -> str:
    images = [page.Image("E < 1", f"{k}.png", "pulls & maps", PNG) for k in range(2)]
    return page.html_page("lead", METADATA | changes, table, ["a note"], images).decode()


def test_page_is_well_formed_and_needs_nothing_else(table: str) -> None:
    text = document(table, training=TRAINING, sha256="ab" * 32)
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    assert not re.search(r"https?:|@import|<script|<link", text)
    parsed = Document(text)
    images = [attributes for tag, attributes in parsed.attributes if tag == "img"]
    assert len(images) == 2
    for attributes in images:
        assert attributes["alt"] == "pulls & maps"
        head, _, data = str(attributes["src"]).partition(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(data) == PNG


def test_names_are_text_and_no_markup(table: str) -> None:
    parsed = Document(document(table))
    assert parsed.of("h1") == parsed.of("title") == ["a<b>"]
    assert parsed.of("h2") == ["E < 1", "The model"]  # figures of one section stand together


def test_table_has_the_papers_layout(table: str) -> None:
    parsed = Document(table)
    assert [text for text in parsed.of("th") if text[0] in "A1"] == ["All 2D", "All 3D", "1 GeV"]
    first, second, third = (parsed.of("td")[k : k + 6] for k in (0, 6, 12))
    assert first == ["0.050", "0.35", "0.870", "1.88", "0.880", "1.97"]
    assert second == ["-", "-", "1.070", "-", "1.080", "-"]
    assert third == ["0.350", "-", "1.880", "-", "1.970", "-"]


def test_facts_are_those_that_the_archive_has() -> None:
    assert dict(page.facts(METADATA)) == {
        "family": "conditional GAN",
        "process": "CC inclusive, probe 14, target 1000060120",
        "neutrino energy": "0.3 to 10 GeV",
        "energy shift of the proxies": "4 MeV",
    }
    facts = dict(page.facts(METADATA | {"family": "flow", "training": TRAINING}))
    assert facts["family"] == "spline flow"
    assert facts["training events"] == "10,000 (e.root)"
    assert facts["started from"] == "numu_C12_inc, frozen: first"
