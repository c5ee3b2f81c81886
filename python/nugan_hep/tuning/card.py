"""What a tune learned, from which data, in words and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nugan_hep.output.atomic import write_text
from nugan_hep.tuning.prior import FREE, Scales
from nugan_hep.tuning.saved import Tune

CARD = "card.md"
_WORDS = {
    "scaled": "scaled to the prediction",
    "apart": "sum and shares apart",
    "published": "as published",
}


def table(about: dict[str, Any]) -> str:
    """A row for each measurement, in Markdown."""
    lines = [
        "| measurement | | bins | chi2 before, after: "
        + " | ".join(_WORDS[way] for way in _WORDS)
        + " | total: data | before | after |",
        "|---|---|---|" + "---|" * (len(_WORDS) + 3),
    ]
    for row in about["measurements"]:
        chi2 = " | ".join("{:.1f}, {:.1f}".format(*row["chi2"][way]) for way in _WORDS)
        measured, before, after = row["total"]
        role = "fitted" if row["fitted"] else "predicted"
        lines.append(
            f"| {row['kind']} (arXiv:{row['reference']}) | {role} | {row['bins']} | {chi2} "
            f"| {measured:.4f} | {before:.4f} | {after:.4f} ± {row['total_error']:.4f} |"
        )
    return "\n".join(lines)


def held_out(about: dict[str, Any]) -> str:
    """A row for each group of bins that was left out once; empty without cross-validation."""
    rows = [(kind, one) for kind, parts in about["held_out"].items() for one in parts]
    if not rows:
        return ""
    lines = [
        "",
        "| bins left out of the fit | bins | chi2 by the model | by the fit to the others |",
        "|---|---|---|---|",
    ]
    for kind, one in [*rows, *((kind, _sum(parts)) for kind, parts in about["held_out"].items())]:
        lines.append(f"| {kind}, {one['title']} | {one['bins']} | {one['before']:.1f} | {one['after']:.1f} |")
    return "\n".join([*lines, ""])


def _sum(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": "all"} | {key: sum(one[key] for one in parts) for key in ("bins", "before", "after")}


def _fluxes(about: dict[str, Any]) -> str:
    """A line for each measurement."""
    lines = []
    for row in about["measurements"]:
        beams = (
            f"{name}, half of it between {low:.2f} and {high:.2f} GeV"
            for name, (low, _, high) in zip(row["fluxes"], row["flux_quartiles"], strict=True)
        )
        lines.append(f"- flux of {row['kind']}: {'; '.join(beams)}\n")
    return "".join(lines)


def _defaults(scales: dict[str, float]) -> str:
    """Which of the scales that the evidence chooses are where they began."""
    names = [name for name in FREE if scales[name] == getattr(Scales(), name)]
    return f"; at their defaults: {', '.join(names)}" if names else ""


def text(about: dict[str, Any]) -> str:
    """The card."""
    scales = about["scales"]
    pulls = "".join(
        f"- normalisation of {kind}: {value:+.2f} ± {error:.2f} of {about['prior_norm'][kind]:.0%}\n"
        for kind, (value, error) in about["pulls"].items()
    )
    fitted = ", ".join(row["title"] for row in about["measurements"] if row["fitted"])
    return f"""# {about["model"]}, tuned to {fitted}

A factor r(W, Q2, E_nu) on d2sigma of {", ".join(about["models"])} (hydrogen is left as it is),
and {about["replicas"]} replicas of it. Cross sections in 1e-38 cm²/nucleon, averaged over the flux.

{table(about)}
{held_out(about)}
{_fluxes(about)}- covariance in the fit: {_WORDS[about["covariance"]]}
- prior: log r is zero, with standard deviations of {scales["total"]:.2f} (as a whole),
  {scales["hadronic"]:.2f} (functions of W and Q2), {scales["energy"]:.2f} (of W, Q2 and E_nu) and
  {scales["fine"]:.2f} (of short lengths); lengths: {scales["length_w"]:.2f} in asinh((W² - M²)/0.25 GeV²),
  {scales["length_q2"]:.2f} in log(Q2 + 0.05 GeV²), {scales["length_enu"]:.2f} in log E_nu. All but the first:
  by the evidence of the data in about {about["evaluations"]} fits at most{_defaults(scales)}.
- {about["events"]:,} events of each nucleus, seed {about["seed"]}; with few events chi2 is off by tens
- effective parameters: {about["parameters"]:.1f}
{pulls}- `factor.png` shows r with its error over W and Q2. Hatched: nothing was
  learned there, r is what the smooth prior continues.
- `KIND.png` shows a measurement with the model before and after, and the 68 % band of the replicas.
"""


def write(folder: Path, tune: Tune) -> None:
    """``card.md``."""
    write_text(folder / CARD, text(tune.about))
