"""Folding: counts by other means, symmetry, and gradients against closed forms."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.ndimage import label

from lessons.folding import FOUR, SIX, TWO, at_one_point, by_signs, folded, hole, pieces_of_lines, ramp
from microgradphys import check_gradients, grad


@pytest.mark.parametrize("folds", [TWO, FOUR, SIX])
def test_one_hole_in_the_folded_sheet_is_two_to_the_folds_in_the_plane(folds) -> None:
    side = (np.arange(400) + 0.5) / 200 - 1
    x1, x2 = np.meshgrid(side, side)
    assert label(hole(x1, x2, folds) > 0)[1] == 2 ** len(folds)


def test_two_folds_make_four_quadrants_one() -> None:
    x1, x2 = np.random.default_rng(0).uniform(-1, 1, (2, 300))
    h1, h2 = folded(x1, x2, TWO)
    assert np.array_equal(h1, np.abs(x1) - 0.5)
    assert np.array_equal(h2, np.abs(x2) - 0.5)
    for s, t in ((-1, 1), (1, -1), (-1, -1)):
        assert np.array_equal(hole(s * x1, t * x2, SIX), hole(x1, x2, SIX))


@pytest.mark.parametrize("folds", [TWO, FOUR, SIX])
def test_the_engines_gradient_is_the_closed_form_and_the_difference(folds) -> None:
    x1, x2 = np.random.default_rng(1).uniform(-1, 1, (2, 50))
    slopes = grad(lambda a, b: np.sum(ramp(a, b, folds)), argnums=(0, 1))(x1, x2)
    closed, _ = by_signs(x1, x2, folds)
    assert np.abs(np.array(slopes).T - closed).max() < 1e-12
    check_gradients(lambda a, b: hole(a, b, folds), 0.3, -0.71)


def test_the_pieces_of_the_folded_sheet_are_where_the_gradient_changes() -> None:
    side = (np.arange(64) + 0.5) / 32 - 1
    x1, x2 = np.meshgrid(side, side)
    slopes = np.array(grad(lambda a, b: np.sum(ramp(a, b, FOUR)), argnums=(0, 1))(x1, x2))
    pieces = sum(
        label((slopes == np.reshape(one, (2, 1, 1))).all(0))[1] for one in np.unique(slopes.reshape(2, -1), axis=1).T
    )
    assert pieces == 16


@pytest.mark.parametrize("m", range(2, 9))
def test_lines_cut_the_plane_as_often_as_exact_fractions_say(m: int) -> None:
    random = np.random.default_rng(m)
    normals, offsets = random.integers(-50, 50, (m, 2)), random.integers(-50, 50, m)
    crossings = set()
    for j in range(m):
        for k in range(j):
            (a, b), (c, d) = normals[j].tolist(), normals[k].tolist()
            e, f, det = int(offsets[j]), int(offsets[k]), a * d - b * c
            assert det
            crossings.add((Fraction(e * d - b * f, det), Fraction(a * f - e * c, det)))
    assert len(crossings) == m * (m - 1) // 2
    assert pieces_of_lines(normals.astype(float), offsets.astype(float)) == 1 + m + len(crossings)


def test_the_graph_of_one_point_has_the_gradient_by_hand() -> None:
    leaves = {node.name: node for parent in at_one_point().parents for node in _below(parent)}
    assert leaves["x_1"].grad == pytest.approx(-2 * (0.7 - 0.5) * -1)
    assert leaves["x_2"].grad == pytest.approx(-2 * (0.3 - 0.5) * 1)


def _below(node):
    return [node, *(found for parent in node.parents for found in _below(parent))]
