"""A readable model card from the metadata of an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nugan_hep import _core, families
from nugan_hep.output.atomic import write_text
from nugan_hep.training.config import to_toml

_METRICS = {
    "emd": "EMD [bins]",
    "map_2d": "MAP-2D",
    "map_2d_no_tails": "MAP-2D w/o tails",
    "map_3d": "MAP-3D",
    "map_3d_no_tails": "MAP-3D w/o tails",
    "nll": "NLL",
}

_CHOSEN = {
    "map": "These events chose the epoch, by the mean of MAP-3D with and without tails.",
    "nll": """\
NLL is the mean of -log p(E_mu', theta' | E_nu') over these events, which chose the epoch by it.""",
    "last": "These events chose nothing: the last epoch counts.",
}


def _limits_of_hadrons(metadata: dict[str, Any]) -> list[str]:
    if not metadata.get("hadrons"):
        return ["- The lepton alone: no hadrons, no interaction channel."]
    whose = (
        "- Hadrons are those of the training events: their generator's resonances and fragmentation."
        if metadata["target"] == _core.HYDROGEN
        else "- What leaves the nucleus is that of the training events: their generator's cascade, no "
        "de-excitation."
    )
    return [whose, "- Three pions of an eta or omega have no peak in their mass."]


_DERIVED = [
    "**There are no events of this process behind this model.** It is the model that it started from, with",
    "the mass of the other lepton: nothing was trained, and nothing compared. That model's card says how it",
    "was trained.",
    "",
]


_FITTED = [
    "**The embedding of a flow of many processes was fitted to these events, and nothing else.** Steps,",
    "time and settings are those of the joint training. No event was held out: compare the model with other",
    "events, `python -m nugan_hep.evaluate --model MODEL.pt --reference EVENTS`. From a few hundred events",
    "it scatters from sample to sample, see docs/fidelity.md.",
    "",
]


def write_card(path: Path, metadata: dict[str, Any]) -> None:
    """Write the card of an archive beside it, or replace it."""
    write_text(path.with_suffix(".md"), model_card(metadata))


def model_card(metadata: dict[str, Any]) -> str:
    """Markdown for a model's ``nugan.json``."""
    training = metadata["training"]
    configuration, data = training["configuration"], training["data"]
    derived = bool(data.get("derived"))
    low, high = metadata["enu_range"]
    sigma, hadrons = metadata["cross_section"], metadata.get("hadrons")
    lines = [
        f"# {metadata['name']}",
        "",
        families.of_model(metadata).description(metadata),
        "",
        "| | |",
        "|---|---|",
        f"| probe, target (PDG) | {metadata['probe']}, {metadata['target']} |",
        f"| neutrino energy | {low:g}-{high:g} GeV |",
        f"| networks | preset `{configuration['preset']}`, latent size {metadata['latent_size']} |",
        f"| energy shift s | {1e3 * metadata['shift']:g} MeV |",
        f"| training events | {_events(data)} |",
        f"| started from | {data.get('start') or 'random weights'}, frozen: {training['freeze']} |",
        *([] if derived else _epoch(training)),
        f"| cross section | {_cross_section(sigma)} |",
        f"| torch | {metadata['torch']} |",
        f"| sha256 of the weights | `{metadata['sha256']}` |",
        "",
        *(_DERIVED if derived else _FITTED if data.get("fitted") else _metrics(metadata)),
        *(_hadrons(hadrons, data["start"] if derived else "") if hadrons else []),
        "## Limits",
        "",
        *_limits_of_hadrons(metadata),
        f"- Outside {low:g}-{high:g} GeV there is no training event, and the sampler refuses.",
        "- A model of finite statistics: see the metrics before resting a measurement on its tails.",
        "",
        *([] if derived else _settings(training)),
    ]
    return "\n".join(lines)


def _epoch(training: dict[str, Any]) -> list[str]:
    configuration = training["configuration"]
    return [
        f"| best epoch | step {training['step']:,} of {configuration['steps']:,} |",
        f"| weights | {training['weights']} |",
        f"| training time to there | {training['seconds'] / 3600:.2f} h on {configuration['device']} |",
    ]


def _settings(training: dict[str, Any]) -> list[str]:
    return [
        "## Configuration",
        "",
        "```toml",
        to_toml(training["configuration"]),
        *(_stage(stage) for stage in training["earlier_settings"]),
        "```",
        "",
    ]


def _metrics(metadata: dict[str, Any]) -> list[str]:
    """What the events that were held out say."""
    training, metrics = metadata["training"], metadata["metrics"]
    choose = training["configuration"].get("choose", "map")
    shown = [key for key in _METRICS if key in metrics]
    resampled = bool(training["data"].get("replay")) and choose != "last"
    return [
        f"## Metrics on {metrics['events']:,} {'resampled ' if resampled else ''}validation events",
        "",
        f"Two samples of as many true events differ by MAP-2D {_figure(metrics['floor_map_2d'])} and MAP-3D",
        f"{_figure(metrics['floor_map_3d'])}. {_CHOSEN[choose]}",
        "",
        "| " + " | ".join(_METRICS[key] for key in shown) + " |",
        "|" + "---|" * len(shown),
        "| " + " | ".join(_figure(metrics[key], 4 if key == "nll" else 3) for key in shown) + " |",
        "",
        f"More: `python -m nugan_hep.evaluate --model {metadata['name']}`.",
        "",
    ]


def _hadrons(hadrons: dict[str, Any], derived_from: str = "") -> list[str]:
    """What is said of the hadrons, trained apart; those of a derived model on another one's events."""
    training, data = hadrons["training"], hadrons["training"]["data"] or {}
    configuration = training["configuration"]
    widths = ", ".join(str(configuration[f"{name}_width"]) for name in ("topology", "remnant", "step"))
    return [
        "## Hadrons",
        "",
        "Interaction mode and topology, remnant and hadrons given the lepton, see docs/hadrons.md."
        + (f" The networks are those of {derived_from}, trained on its events." if derived_from else ""),
        "",
        "| | |",
        "|---|---|",
        f"| training events | {data.get('events', 0):,} ({', '.join(data.get('files', []))}) |",
        f"| started from | {data.get('start') or 'random weights'} |",
        f"| networks | widths {widths} of topology, remnants, emissions |",
        f"| rare contents | {len(hadrons['vocabulary']) - 1} sets of particles beside nucleons and pions |",
        f"| at most | {hadrons['most_hadrons']} hadrons |",
        f"| steps | {training['step']:,} of {configuration['steps']:,} |",
        f"| training time | {training['seconds'] / 3600:.2f} h on one core |",
        "",
        "```toml",
        to_toml(configuration),
        "```",
        "",
    ]


def _events(data: dict[str, Any]) -> str:
    replay = data.get("replay")
    if data.get("derived"):
        return f"none: derived from {data['derived']}"
    if not replay:
        return f"{data['events']:,} ({', '.join(data['files'])})"
    if "tune" in replay:
        fitted = ", ".join(one["kind"] for one in replay["tune"]["measurements"] if one["fitted"])
        return f"{data['events']:,} of {replay['source']}, resampled with its factor tuned to {fitted}"
    true = f"{replay['events']:,} true ones ({', '.join(replay['files'])})"
    return f"{data['events']:,} of {replay['source']}, resampled with the density ratio of {true} to it"


def _stage(stage: dict[str, Any]) -> str:
    settings = ", ".join(f"{key} = {value}" for key, value in stage.items() if key != "until")
    return f"# until step {stage['until']}: {settings}"


def _figure(value: float | None, digits: int = 3) -> str:
    return "n/a" if value is None else f"{value:.{digits}f}"


def _cross_section(table: dict[str, Any]) -> str:
    if not table["enu"]:
        return "none"
    ends = f"{table['sigma'][0]:.3g} to {table['sigma'][-1]:.3g} {table['unit']}"
    parts = f"; {', '.join(table['channels'])}" if table.get("channels") else ""
    return f"{len(table['enu'])} points, {ends}, +- {100 * table['relative_error']:.2g} %{parts}"
