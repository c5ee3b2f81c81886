"""A run of ``tune``: responses, the most probable factor, replicas, what came of it."""

from __future__ import annotations

import argparse
import contextlib
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.measurement.measured import Measured
from nugan_hep.measurement.readers.common import QUARTERS
from nugan_hep.tuning import card, events, figures, likelihood, saved
from nugan_hep.tuning.fit import Fit, Source, choose_scales, fit
from nugan_hep.tuning.held_out import HeldOut, held_out
from nugan_hep.tuning.inputs import Inputs
from nugan_hep.tuning.likelihood import Data
from nugan_hep.tuning.posterior import replicas
from nugan_hep.tuning.prior import Scales, log_all
from nugan_hep.tuning.response import Response


def data_of(measured: Measured) -> Data:
    """What the likelihood needs of a measurement."""
    return Data(measured.data, measured.covariance, measured.widths)


def run(options: argparse.Namespace, inputs: Inputs) -> None:
    """Learn, and write the folder, which :func:`check_folder` allows.

    Raises
    ------
    UserError : a flux outside of a model's energies
    """
    about = Scales(total=options.prior_total)
    with cli.progress("events", options.quiet) as bar:
        reached = []
        for one in (*inputs.fitted, *inputs.tested):
            total = options.n * len(one.parts)
            advance = functools.partial(bar.advance, bar.add_task(one.kind, total=total, note=""))
            response = events.respond(one, inputs.models, options.n, options.seed, advance)
            reached.append(reachable(one, response))
    fitted = reached[: len(inputs.fitted)]
    sources = [Source(data_of(one), response, inputs.norms.get(one.kind, 0.0)) for one, response in fitted]
    with cli.progress("fits", options.quiet) as bar:
        task = bar.add_task("scales", total=options.evaluations, note="")
        best = choose_scales(
            sources,
            about,
            options.covariance,
            options.evaluations,
            lambda count, height: bar.update(task, completed=count, note=f"log evidence {height:.1f}"),
        )
        task = bar.add_task("replicas", total=options.replicas, note="")
        drawn = replicas(
            sources,
            best,
            about,
            options.covariance,
            options.replicas,
            options.seed,
            lambda count: bar.update(task, completed=count),
        )
    validated = (
        held_out([one for one, _ in fitted], sources, best, options.covariance)
        if options.cross_validate
        else {}
    )
    seen = []
    for k, (one, response) in enumerate(reached):
        after, *spread = response.contents(np.exp(log_all([best.factor, *drawn], response.x)))
        seen.append(figures.Seen(one, response.untuned(), after, np.array(spread), k < len(inputs.fitted)))
    alone = each_alone(sources, best, options.covariance) if len(sources) > 1 else {}
    main = inputs.models[0]
    enu, mean = events.mean_factor(main, [best.factor, *drawn], options.seed)
    tune = saved.Tune(describe(options, inputs, seen, best, validated), best.factor, tuple(drawn), enu, mean)
    options.out.mkdir(parents=True, exist_ok=True)
    figures.write(options.out, tune, seen, {sources_kind(inputs, k): fit.factor for k, fit in alone.items()})
    card.write(options.out, tune)
    saved.save(options.out, tune)
    print(card.table(tune.about) + card.held_out(tune.about))
    print(f"wrote {options.out}")


def reachable(measured: Measured, response: Response) -> tuple[Measured, Response]:
    """Without the bins that no event of the models reaches, such as those above their energies."""
    kept = response.untuned() > 0
    if kept.all():
        return measured, response
    first = measured.describe(int(np.argmin(kept)))
    print(
        f"{measured.kind}: no event reaches {np.count_nonzero(~kept)} of {kept.size} bins, the first {first}"
    )
    return measured.take(kept), response._replace(matrix=response.matrix[kept])


def check_folder(options: argparse.Namespace) -> None:
    """Refuse a folder with a run, without --force, or one that cannot be, before any work.

    Raises
    ------
    UserError : there is a run, a file of this name, or the folder cannot be made
    """
    if options.out.exists() and not options.out.is_dir():
        raise UserError(f"--out {options.out}: it exists and is not a folder")
    new = [folder for folder in (options.out, *options.out.parents) if not folder.exists()]
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {options.out}: cannot be made: {(error.strerror or '').lower()}") from None
    finally:
        for folder in new:
            with contextlib.suppress(OSError):
                folder.rmdir()
    if saved.is_tune(options.out) and not options.force:
        raise UserError(
            f"--out {options.out} holds {saved.ABOUT}; give another --out or --force to replace it"
        )


def sources_kind(inputs: Inputs, k: int) -> str:
    """The k-th fitted measurement's kind."""
    return inputs.fitted[k].kind


def each_alone(sources: Sequence[Source], best: Fit, way: str) -> Mapping[int, Fit]:
    """What each measurement alone would have learned, with the scales of all."""
    return {k: fit([source], best.scales, way) for k, source in enumerate(sources)}


def describe(
    options: argparse.Namespace,
    inputs: Inputs,
    seen: Sequence[figures.Seen],
    best: Fit,
    validated: Mapping[str, list[HeldOut]],
) -> dict[str, Any]:
    """The content of ``tune.json``."""
    values, errors = best.pulls
    with_norm = [one.kind for one in inputs.fitted if inputs.norms.get(one.kind)]
    first = inputs.models[0]
    return {
        "version": 1,
        "models": [sampler.name for sampler in inputs.models],
        "model": first.name,
        "lepton_mass": first._core.process.lepton_mass,
        "covariance": options.covariance,
        "scales": vars(best.scales),
        "prior_norm": dict(inputs.norms),
        "pulls": {
            kind: [float(value), float(error)]
            for kind, value, error in zip(with_norm, values, errors, strict=True)
        },
        "parameters": best.parameters,
        "log_evidence": best.log_evidence,
        "evaluations": options.evaluations,
        "replicas": options.replicas,
        "events": options.n,
        "seed": options.seed,
        "held_out": {kind: [one._asdict() for one in parts] for kind, parts in validated.items()},
        "measurements": [_row(one, inputs.files[one.measured.kind]) for one in seen],
    }


def _row(one: figures.Seen, file: str) -> dict[str, Any]:
    measured = one.measured
    return {
        "kind": measured.kind,
        "title": measured.title,
        "reference": measured.reference,
        "release": file,
        "fitted": one.fitted,
        "fluxes": [Path(part.flux.name).name for part in measured.parts],
        "flux_quartiles": [part.flux.quantiles(QUARTERS).round(3).tolist() for part in measured.parts],
        "bins": int(measured.data.size),
        "chi2": {
            way: [likelihood.chi2(data_of(measured), values, way) for values in (one.before, one.after)]
            for way in likelihood.WAYS
        },
        "total": [float(measured.widths @ values) for values in (measured.data, one.before, one.after)],
        "total_error": float(np.std(one.replicas @ measured.widths)),
    }
