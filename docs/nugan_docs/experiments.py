"""A page for each experiment of docs/data/experiments.toml: fluxes and commands."""

from __future__ import annotations

import sys
from typing import Any

from nugan_docs.places import DOCS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SIGNS = {"numu": "ν_μ", "numubar": "ν̄_μ", "nue": "ν_e", "nuebar": "ν̄_e"}


HADRONS = (
    "Models of ν_μ on carbon and on argon have hadrons (`--target C`, `--target Ar`). Other events, those on "
    "molecules with hydrogen among them, have the lepton alone."
)


def target_of(line: str) -> str:
    """What a command scatters on."""
    return line.split("--target ")[1].split()[0]


def experiments() -> dict[str, dict[str, Any]]:
    """The experiments by name."""
    return tomllib.loads((DOCS / "data" / "experiments.toml").read_text())


def page(entry: dict[str, Any]) -> str:
    """The page of one experiment."""
    out = [f"# {entry['title']}\n\n{entry['summary']} {entry['where']}\n"]
    out.append("\n## Fluxes\n\n| file | beam | " + " | ".join(SIGNS.values()) + " |\n")
    out.append("|---|---|" + "---|" * len(SIGNS) + "\n")
    for file in entry["files"]:
        names = [f"`{name}`" if (name := file["neutrinos"].get(key)) else "" for key in SIGNS]
        out.append(f"| `{file['name']}` | {file['beam']} | {' | '.join(names)} |\n")
    units = {file["name"]: file["unit"] for file in entry["files"] if "unit" in file}
    others = "".join(f", of `{name}` `{unit}`" for name, unit in units.items())
    out.append(
        "\nThe last columns are the histograms' names. The unit is read from the file, not to be given: "
    )
    out.append(f"`{entry['unit']}`{others}. ")
    out.append(f"Outside of the models' range of 0.3 to 10 GeV: {entry['outside']}.\n")
    out += ["\n", *(f"- {note}\n" for note in [*entry["notes"], HADRONS])]
    out.append("\n## Commands\n\nIn the folder with the files:\n")
    for command in entry["commands"]:
        first, *rest = command["line"].split(" --")
        line = " \\\n    --".join([f"{first} --{rest[0]}", *rest[1:]])
        out.append(f"\n{command['says']}:\n\n```sh\n{line}\n```\n")
    out.append("\nThe same from Python:\n\n" + python(entry["files"][0], entry["commands"][0]["line"]))
    if entry["measured"]:
        links = [f"[`{name}.py`](/generated/examples/{name}.md)" for name in entry["measured"]]
        out.append(
            f"\n## Beside its measurements\n\n{', '.join(links)}: models against published cross "
            "sections, see [Against measured data](/measurements.md).\n"
        )
    out.append(
        "\nMore: [fluxes](/flux.md), [formats](/formats.md), "
        "[all options](/generated/commands/nugan-sample.md).\n"
    )
    return "".join(out)


def python(file: dict[str, Any], line: str) -> str:
    """The first command with the Python interface: one nucleus of its target."""
    outside = ", allow_flux_outside=True" if "--allow-flux-outside" in line else ""
    target = {"CH": "C12", "CH2": "C12", "H2O": "O16", "Ar": "Ar40"}[target_of(line)]
    flux = f"{file['name']}:{file['neutrinos']['numu']}"
    return (
        "```python\nfrom nugan_hep import Sampler\n\n"
        f'sampler = Sampler("numu_{target}_inc")\nflux = "{flux}"\n'
        "rate = sampler.rate(flux)  # rate.sigma, rate.outside, rate.events(POT, tonnes)\n"
        f"events = sampler.sample(flux=flux, n=100_000, seed=7{outside})\n```\n"
    )


def pages() -> dict[str, str]:
    """The pages by name."""
    return {f"experiments/{name}": page(entry) for name, entry in experiments().items()}
