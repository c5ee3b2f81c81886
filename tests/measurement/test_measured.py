"""A measurement of made-up bins: what it refuses, and what is left of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.measurement import Bins, Content, slices
from nugan_hep.measurement.measured import Measured, Part

BINS = Bins([-1.0, 0.0, 1.0], [[0.0, 0.5, 1.0, 30.0], [0.0, 0.4, 30.0]])
B = len(BINS)


def measured(**changes: Any) -> Measured:
    flux = Flux([0.0, 10.0], [1.0])
    return Measured(
        **{
            "kind": "made_up",
            "title": "",
            "reference": "",
            "parts": (Part(14, flux, ((1000060120, 1.0),), B, slices.finder(BINS)),),
            "matrix": np.diag(1 / BINS.areas),
            "data": np.arange(1.0, B + 1),
            "covariance": np.eye(B) + 0.1,
            "widths": BINS.areas,
            "views": slices.views(BINS),
            "describe": BINS.describe,
            "total": 3.0,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"covariance": np.eye(4)}, UserError, "made_up: a covariance of 4 x 4 elements, expected 5 x 5"),
        ({"covariance": np.eye(B) - 0.3}, UserError, "made_up: the covariance is not positive definite"),
        ({"data": np.array([1, 2, np.nan, 4, 5])}, UserError, "made_up: bin 2 of the data is not finite"),
        ({"matrix": np.diag([1.0, 1, 1, 0, 1])}, UserError, r"nothing is smeared into bin 3 \(0 < p < 0\.4"),
        ({"matrix": np.eye(4)}, ValueError, r"made_up: matrix \(4, 4\), expected \(5, 5\)"),
        ({"widths": np.ones(4)}, ValueError, "made_up"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        measured(**changes)


def test_some_of_the_bins() -> None:
    whole = measured()
    rest = whole.take(np.array([False, True, True, False, True]))
    assert rest.data.tolist() == [2, 3, 5]
    assert rest.widths.tolist() == BINS.areas[[1, 2, 4]].tolist()
    assert rest.total is None
    np.testing.assert_allclose(rest.covariance, np.eye(3) + 0.1)
    true = Content(np.arange(6.0), np.ones(6))
    np.testing.assert_allclose(rest.predict(true).values, whole.predict(true).values[[1, 2, 4]])
    assert [(view.rows, view.edges.tolist()) for view in rest.views] == [
        (slice(0, 2), [0.5, 1.0, 30.0]),
        (slice(2, 3), [0.4, 30.0]),
    ]
    assert rest.describe(2) == whole.describe(4)
    assert rest.parts[0].size == B
    (view,) = whole.take(np.arange(B) > 2).views
    assert view.rows == slice(0, 2)
    with pytest.raises(UserError, match="made_up: none of its 5 bins is left"):
        whole.take(np.zeros(B, bool))
    with pytest.raises(UserError, match="do not follow each other"):
        whole.take(np.array([True, False, True, True, True]))


def test_prediction_is_linear_and_leaves_out_what_is_in_no_bin() -> None:
    matrix = np.random.default_rng(2).random((B, B))
    one = replace(measured(), matrix=matrix)
    sums, variances = np.arange(1.0, B + 2), np.arange(2.0, B + 3)
    found = one.predict(Content(sums, variances))
    np.testing.assert_allclose(found.values, matrix @ sums[:B])
    np.testing.assert_allclose(found.covariance, matrix @ np.diag(variances[:B]) @ matrix.T)
