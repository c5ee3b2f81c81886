"""The evaluation as one HTML page that needs nothing but itself: tables, facts and figures."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from nugan_hep import families
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.evaluation.report import HEADINGS, Column, lines
from nugan_hep.evaluation.target import Target
from nugan_hep.output.figure import drawn

DEFINITIONS = (
    "EMD: Wasserstein-1 distance in bins of the 50x50 histogram in (E_μ′, θ′). MAP: mean absolute pull over "
    "bins that both samples fill; no tails: over bins with more than 5 events in both; 3D: (E_ν′, E_μ′, θ′). "
    "floor: two samples of the reference."
)
STYLE = """\
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.5rem 4rem; color: #1c1e21; background: #fff;
       font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-bottom: .2rem; border-bottom: 1px solid #d5d8dc; }
p { margin: .4rem 0; max-width: 52rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; margin: .6rem 0; }
th, td { padding: .22rem .5rem; text-align: right; white-space: nowrap; }
th { font-weight: 600; }
thead th { border-bottom: 1px solid #9aa0a6; }
thead th:first-child { text-align: left; }
thead tr:first-child th { text-align: center; border-bottom: 0; }
tbody tr:nth-child(even) { background: #f5f6f7; }
th[scope=row] { text-align: left; }
.first { border-left: 1px solid #d5d8dc; }
.model { font-weight: 600; }
.facts th { vertical-align: top; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
figure { margin: 1rem 0 1.6rem; }
img { max-width: 100%; height: auto; display: block; }
figcaption, .note { color: #555b61; font-size: .9rem; }
pre { overflow-x: auto; background: #f5f6f7; padding: .8rem; font-size: .82rem; }
"""


class Image(NamedTuple):
    """A figure: the section that it stands in, its file, what it shows, and its PNG."""

    section: str
    file: str
    caption: str
    png: bytes


def facts(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    """What the archive of a model, or the run of a training, says of it, as far as it does."""
    training = metadata.get("training") or {}
    data = training.get("data") or {}
    process = f"{metadata['interaction']}, " if "interaction" in metadata else ""
    found = [("process", f"{process}probe {metadata['probe']}, target {metadata['target']}")]
    if "enu_range" in metadata:
        low, high = metadata["enu_range"]
        known = families.FAMILIES.get(metadata.get("family", families.DEFAULT.name))
        found.insert(0, ("family", known.kind if known else str(metadata["family"])))
        found.append(("neutrino energy", f"{low:g} to {high:g} GeV"))
        found.append(("energy shift of the proxies", f"{1e3 * metadata['shift']:g} MeV"))
    if "events" in data:
        files = ", ".join(data.get("files", []))
        found.append(("training events", f"{data['events']:,}" + (f" ({files})" if files else "")))
        frozen = f", frozen: {training['freeze']}" if "freeze" in training else ""
        found.append(("started from", (data.get("start") or "random weights") + frozen))
    if "step" in training:
        found.append(("chosen epoch", f"step {training['step']:,}"))
    if "torch" in metadata:
        found.append(("torch", str(metadata["torch"])))
    if "sha256" in metadata:
        found.append(("sha256 of the weights", str(metadata["sha256"])))
    return found


def html_table(labels: Sequence[str], columns: Sequence[Column]) -> str:
    """The table of :func:`nugan_hep.evaluation.report.table` as HTML."""
    count = len(columns)
    groups = "".join(
        f'<th scope="colgroup" colspan="{count}" class="first">{escape(heading)}</th>' for heading in HEADINGS
    )
    heads = "".join(
        f'<th scope="col"{_classes(k, column)}>{escape(column.heading)}</th>'
        for _ in HEADINGS
        for k, column in enumerate(columns)
    )
    body = []
    for label, metrics_texts in lines(labels, columns):
        values = "".join(
            f"<td{_classes(k, column)}>{escape(text)}</td>"
            for texts in metrics_texts
            for k, (text, column) in enumerate(zip(texts, columns, strict=True))
        )
        body.append(f'<tr><th scope="row">{escape(label)}</th>{values}</tr>')
    return (
        f'<div class="scroll"><table>\n<thead>\n<tr><td></td>{groups}</tr>\n'
        f'<tr><th scope="col"><i>E</i><sub>ν</sub></th>{heads}</tr>\n</thead>\n<tbody>\n'
        + "\n".join(body)
        + "\n</tbody>\n</table></div>"
    )


def _classes(k: int, column: Column) -> str:
    names = ["first"] * (k == 0) + ["model"] * (column.heading == "model")
    return f' class="{" ".join(names)}"' if names else ""


def html_page(
    lead: str,
    metadata: dict[str, Any],
    table: str,
    notes: Sequence[str],
    images: Sequence[Image],
) -> bytes:
    """A whole HTML5 document, titled with the model's name.

    Parameters
    ----------
    lead : the sentence below the title, plain text
    metadata : the ``nugan.json`` of the model
    table : of the metrics, HTML, see :func:`html_table`
    notes : sentences below it, plain text
    images : figures, those of one section in a row
    """
    title = str(metadata["name"])
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(lead)}</p>", table]
    parts += [f'<p class="note">{escape(note)}</p>' for note in notes]
    section = ""
    for image in images:
        if image.section != section:
            section = image.section
            parts.append(f"<h2>{escape(section)}</h2>")
        source = base64.b64encode(image.png).decode()
        caption = escape(image.caption)
        parts.append(
            f'<figure><img src="data:image/png;base64,{source}" alt="{caption}">'
            f"<figcaption>{caption} ({escape(image.file)})</figcaption></figure>"
        )
    rows = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in facts(metadata)
    )
    parts += ["<h2>The model</h2>", f'<table class="facts">\n<tbody>\n{rows}\n</tbody>\n</table>']
    if "training" in metadata:
        settings = escape(json.dumps(metadata["training"], indent=2))
        parts.append(
            f"<details><summary>All settings of the training</summary><pre>{settings}</pre></details>"
        )
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n"
    )
    return (head + "<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n").encode()


def draw(target: Target, models: Sequence[Histograms], name: str) -> list[Image]:
    """The summary of the first sample, and the maps and spectra of every one."""
    from nugan_hep.evaluation import figures

    names = (target.source, name)
    plane = "(E_μ′, θ′)"
    summary = figures.figure_summary(target.samples[0], models[0], names)
    images = [
        Image("Summary", "summary.png", f"{target.source}, {name} and their pulls in {plane}", drawn(summary))
    ]
    for sample, model in zip(target.samples, models, strict=True):
        low, high = sample.enu_range
        section = (
            f"Neutrino energy {sample.label}" if sample.enu else f"Neutrino energies {low:g} to {high:g} GeV"
        )
        maps = figures.figure_2d(sample, model, names)
        spectra = figures.figure_spectra(sample, model, names)
        images += [
            Image(
                section,
                f"maps_{sample.key}.png",
                f"{plane} of both samples, the map of pulls and their distribution",
                drawn(maps),
            ),
            Image(section, f"spectra_{sample.key}.png", "Spectra and their pulls", drawn(spectra)),
        ]
    return images
