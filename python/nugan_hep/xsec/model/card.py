"""A readable model card from the metadata of an archive of cross sections."""

from __future__ import annotations

from typing import Any

from nugan_hep.training.config import to_toml

CARD_FILE = "model.md"
_METHODS = {
    "bootstrap": "a bootstrap ensemble: every network was fitted to its own clone of the data",
    "ensemble": "an ensemble of networks that differ by their random start",
    "dropout": "draws of Monte Carlo dropout from one network",
    "laplace": "draws of the last layer from Laplace's approximation around one network",
}
_FORMS = {
    "response": (
        "Every network gives the factors that correct the longitudinal and the transverse part of a closed\n"
        "form, as functions of q and omega and, weakly, of the angle."
    ),
    "mott": "A sigmoid times the Mott-like factor of PRC 110 025501, as functions of E, omega and theta.",
}
_NAMES = {"train": "training points", "points": "test points", "spectra": "test spectra"}


def model_card(metadata: dict[str, Any]) -> str:
    """Markdown for a model's ``xsec.json``."""
    config, data = metadata["configuration"], metadata["data"]
    start = metadata.get("start")
    excluded = f", without {', '.join(metadata['excluded'])}" if metadata.get("excluded") else ""
    low, high = metadata["energies"], metadata["angles"]
    sets = len(metadata["sources"]) - len(metadata["excluded"])
    lines = [
        f"# {metadata['name']}",
        "",
        f"Inclusive electron scattering off {metadata['nucleus']}: d2sigma/dOmega domega in nb/sr/GeV with",
        f"its uncertainty. {metadata['members']} networks, {_METHODS[config['method']]}.",
        _FORMS[metadata["form"]],
        "",
        "| | |",
        "|---|---|",
        f"| data | {data['points']:,} points of {sets} data sets{excluded}"
        " (archive of Benhar, Day and Sick, RMP 80 189) |",
        f"| trained on | {data['train']:,} points |",
        f"| energies, angles | {low[0]:g} to {low[1]:g} GeV, {high[0]:g} to {high[1]:g} degrees |",
        f"| network | {metadata['blocks']} blocks ({metadata['network']}) of {metadata['width']} units |",
        f"| started from | {start or 'random weights'}{_layers(metadata)} |",
        f"| epochs, time | {metadata['epoch']:,}, {metadata['seconds'] / 60:.1f} min |",
        f"| torch | {metadata['torch']} |",
        f"| sha256 of the weights | `{metadata['sha256']}` |",
        "",
        "## Scores",
        "",
        "| | points | chi2/N | trained normalisations | median | in the 68 % band | 95 % | spread |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for key, one in metadata["scores"].items():
        figures = ("chi2", "chi2_trained", "median", "cover68", "cover95", "spread")
        shown = " | ".join("n/a" if one[f] is None else f"{one[f]:.3f}" for f in figures)
        lines.append(f"| {_NAMES[key]} | {one['points']:,} | {shown} |")
    lines += [
        "",
        f"Errors have in quadrature {_added(data['added_errors'], data['wild_spectra'])}.",
        f"Nuisances: normalisations of data sets, {config['normalisation']:.1%}, and of spectra, "
        f"{config['spectrum_normalisation']:.1%};",
        f"shifts of the spectra's omega, {config['energy_shift']:.2%} of sqrt(E² + (2 GeV)²). "
        f"Left out as outliers: {len(data['outliers'])} points.",
        "[docs/electron_nucleus.md](../../docs/electron_nucleus.md) has the definitions.",
        "",
        "## Limits",
        "",
        "- Outside of the hull of the data the networks guess; `predict` says so.",
        f"- At excitation energies below {1e3 * metadata['cut']:.0f} MeV there were no data in training: no",
        "  elastic peak, no discrete states; below the separation energy the prediction is 0.",
        "",
        "## Configuration",
        "",
        "```toml",
        to_toml(config),
        "```",
        "",
    ]
    return "\n".join(lines)


def _added(errors: dict[str, float], wild: list[dict[str, Any]]) -> str:
    """Relative errors of data sets, the least first and without names, and of single spectra, in words."""
    least = min(errors.values())
    larger = [f"{name} {error:.1%}" for name, error in errors.items() if error > least]
    larger += [
        f"{one['source']} at {one['energy']:g} GeV, {one['theta']:g}° {one['added_error']:.1%}"
        for one in wild
    ]
    return f"{least:.1%} of the value" + (f"\n({', '.join(larger)})" if larger else "")


def _layers(metadata: dict[str, Any]) -> str:
    last = metadata.get("unfrozen")
    if last is None:
        return ""
    return (
        ", all layers trained" if last == metadata["blocks"] else f", last {last} blocks and output trained"
    )
