"""Scores, the statistical floor and the table."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from nugan_hep.evaluation import reference, report
from nugan_hep.evaluation.published import BASELINE


def row(shipped: reference.Reference, rng: np.random.Generator, index: int) -> report.Row:
    sample = shipped.samples[index]
    model = replace(sample, counts_2d=rng.poisson(sample.counts_2d).astype(float))
    scores = report.score(sample, model)
    return report.Row(sample.label, sample.n_events, model.n_events, scores, scores)


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 2])
def test_floor_is_that_of_two_nuwro_samples(
    shipped: reference.Reference, rng: np.random.Generator, index: int
) -> None:
    """Two NuWro samples of 1M: EMD 0.036 to 0.047, MAP-2D 0.78 to 0.80, MAP-3D 0.79 to 0.80."""
    floor = report.statistical_floor(shipped.samples[index], 1_000_000, rng)
    assert floor.emd is not None
    assert 0.03 < floor.emd < 0.05
    assert floor.map_2d == pytest.approx(0.79, abs=0.02)
    assert floor.map_2d_no_tails == pytest.approx(np.sqrt(2 / np.pi), abs=0.02)
    assert (floor.map_3d is None) == (index != 0)
    if floor.map_3d is not None:
        assert floor.map_3d == pytest.approx(0.79, abs=0.03)


def test_smaller_samples_raise_the_floor_of_the_distance_but_not_of_the_pulls(
    shipped: reference.Reference, rng: np.random.Generator
) -> None:
    floor = report.statistical_floor(shipped.samples[2], 50_000, rng)
    assert floor.emd is not None
    assert floor.emd > 0.08
    assert floor.map_2d_no_tails == pytest.approx(0.8, abs=0.03)


def test_a_hopeless_model_has_no_map_but_a_distance(shipped: reference.Reference) -> None:
    sample = shipped.samples[2]
    corner = np.zeros((50, 50))
    corner[0, 49] = 1000
    scores = report.score(sample, replace(sample, counts_2d=corner))
    assert scores.map_2d is None
    assert scores.emd is not None
    assert scores.emd > 10


def test_table_has_the_columns_that_any_row_has(
    shipped: reference.Reference, rng: np.random.Generator
) -> None:
    rows = [row(shipped, rng, index) for index in (0, 2)]
    lines = report.table(rows).splitlines()
    assert len({len(line) for line in lines}) == 1
    # all events twice, for both dimensions; at a fixed energy there is one
    assert [line[:7].strip() for line in lines[3:]] == ["All 2D", "All 3D", "1 GeV"]
    assert lines[1].split()[1:] == ["|", "model", "floor"] * 3
    published = [r._replace(published=BASELINE.scores[r.label], zero_shot=r.floor) for r in rows]
    lines = report.table(published).splitlines()
    assert lines[1].split()[1:] == ["|", "model", "paper", "floor", "zero-shot"] * 3
    assert lines[4].split("|")[2].split()[1] == "0.89"


def test_json_of_the_rows(shipped: reference.Reference, rng: np.random.Generator) -> None:
    rows = [row(shipped, rng, index) for index in (0, 2)]
    document = json.loads(json.dumps(report.as_dict(rows), allow_nan=False))
    assert document["1 GeV"]["model"]["map_3d"] is None
    assert document["1 GeV"]["zero_shot"] is None
    assert document["All"]["model"]["map_2d"] == rows[0].model.map_2d
