"""What cannot be drawn is refused in one sentence; what is not finite is left out and counted."""

import contextlib
import math

import numpy as np
import pytest

from microgradphys import MicrogradphysError, Value
from microgradphys.errors import InputError
from viz import plots

NAN, INF = float("nan"), float("inf")
UNIT = (0, 1)


def product(x, y):
    return x * y


@pytest.mark.parametrize(("call", "message"), [
    (lambda: plots.learning_curves([]), "nothing is given"),
    (lambda: plots.learning_curves({"loss": [NAN, INF]}), "'loss' has no finite number"),
    (lambda: plots.learning_curves({"loss": ["a"]}), "must be numbers"),
    (lambda: plots.learning_curves(5), "not a row of numbers"),
    (lambda: plots.learning_curves({"loss": np.ones((3, 2))}), r"one number an epoch, not an array of shape \(3, 2\)"),
    (lambda: plots.learning_curves([1, 0], log=True), "logarithmic axis has no place for 0"),
    (lambda: plots.lines({"a": ([0, 1], [1, 2])}, title="", log=(True, False)), "logarithmic axis has no place for 0"),
    (lambda: plots.activation("sigmod"), "no row of the table of primitives is called 'sigmod'"),
    (lambda: plots.activation("add"), r"add is written a \+ b: it is not a function of one number"),
    (lambda: plots.activation("softmax"), "not a function of one number"),
    (lambda: plots.activation(np.sum), r"sum makes the shape \(\) of \(2001,\): it must act on each element"),
    (lambda: plots.activation(lambda a: "high"), "what <lambda> returns must be numbers"),
    (lambda: plots.activation(lambda a: a @ np.ones(3)), "<lambda> cannot be drawn: matmul"),
    (lambda: plots.activation("tanh", slope=2), "tanh has no option 'slope'"),
    (lambda: plots.activation("tanh", xlim=(1, 1)), "two finite numbers, the smaller one first"),
    (lambda: plots.activation("tanh", saturation=2), "saturation=2 must be a number from 0"),
    (lambda: plots.activation("log", xlim=(-2, -1)), "is not a number anywhere"),
    (lambda: plots.tangent(3, at=1), "f must be a function, not 3"),
    (lambda: plots.tangent(np.log, at=0.0), "there is no tangent at 0"),
    (lambda: plots.tangent(np.sin, at=NAN), "at must be a finite number"),
    (lambda: plots.contours(product, UNIT, (1, NAN)), "ylim="),
    (lambda: plots.contours(product, UNIT, UNIT, resolution=1), "resolution=1 must be a whole number"),
    (lambda: plots.contours(product, UNIT, UNIT, levels=[7]), "none of them is between 0 and 1"),
    (lambda: plots.contours(product, UNIT, UNIT, paths={"a": [1, 2]}), r"the path 'a' must be points"),
    (lambda: plots.contours(product, UNIT, UNIT, paths={"a": [(NAN, 0)]}), "no finite point"),
    (lambda: plots.contours(product, UNIT, UNIT, outlines=[(0, 1)]), "outlines: give a dictionary"),
    (lambda: plots.contours(product, UNIT, UNIT, outlines={"a": [1, 2]}), r"the outline 'a' must be points"),
    (lambda: plots.contours(product, UNIT, UNIT, crowds={"a": np.zeros((2, 3))}), r"crowd 'a' .* not shape \(2, 3\)"),
    (lambda: plots.contours(product, UNIT, UNIT, crowds={"a": [(NAN, 0)]}), "the crowd 'a' has no finite point"),
    (lambda: plots.contours(product, UNIT, UNIT, beside=[1, 2]), "beside: give a dictionary"),
    (lambda: plots.contours(product, UNIT, UNIT, beside={"v": [NAN]}), "beside: 'v' has no finite number"),
    (lambda: plots.contours(product, UNIT, UNIT, beside={"v": [[1.0]]}), "one row of numbers"),
    (lambda: plots.contours(lambda x, y: (x, y), UNIT, UNIT), r"f\(0, 0\) must be one number"),
    (lambda: plots.contours(lambda x, y: NAN, UNIT, UNIT), "nan or infinite everywhere"),
    (lambda: plots.vector_field(product, UNIT, UNIT), "must be 2 numbers"),
    (lambda: plots.loss_surface(lambda w: 1.0, []), "nothing is given"),
    (lambda: plots.loss_surface(lambda w: 1.0, [NAN]), "nan or infinite"),
    (lambda: plots.loss_surface(lambda w: 1.0, [Value(1.0)]), "called without arguments"),
    (lambda: plots.loss_surface(lambda w: 1.0, [1.0, Value(1.0)]), "all of one kind"),
    (lambda: plots.loss_surface(lambda w: 1.0, [1.0], directions=([1.0], [[1.0, 2.0]])), r"direction 2 has arrays"),
    (lambda: plots.confusion_matrix([1, 2], [1]), "2 true labels and 1 predicted"),
    (lambda: plots.confusion_matrix([], []), "one label for each example"),
    (lambda: plots.confusion_matrix([1.0, NAN], [1, 1]), "missing label"),
    (lambda: plots.confusion_matrix([1, 2], [1, 3], labels=[1, 2]), "3 occurs, but is not among"),
    (lambda: plots.roc([1, 1], [0.1, 0.2]), "two classes, and there are only 1"),
    (lambda: plots.roc([1, 2, 3], [1, 2, 3]), "two classes, and there are 3 classes"),
    (lambda: plots.roc([0, 1], [0.5]), "2 true labels and 1 scores"),
    (lambda: plots.roc([0, 1], [0.5, NAN]), "scores contain nan"),
    (lambda: plots.roc([0, 1], [0, 1], positive=7), "positive=7 is not one of the two"),
    (lambda: plots.histogram_grid({}, title="t"), "give a dictionary from"),
    (lambda: plots.histogram_grid({"a": {}}, title="t"), "'a' is not a pair of names"),
    (lambda: plots.histogram_grid({("a", "b"): {"c": [NAN]}}, title="t"), "'c' has no finite number"),
    (lambda: plots.histogram_grid({("a", k): [1.0] for k in range(9)}, title="t"), "9 of one kind are more"),
    (lambda: plots.histogram_grid({("a", "b"): [1.0]}, phase="up", title="t"), "phase='up' is neither"),
    (lambda: plots.decision_boundary(lambda p: p, [[0, 1]], [1, 2]), "X has 1 example and y 2 labels"),
    (lambda: plots.decision_boundary(lambda p: p, [[0, 1]], [1]), "one class only, 1"),
    (lambda: plots.decision_boundary(lambda p: p[:3, 0], [[0, 1], [1, 0]], [0, 1]), r"returned shape \(3,\)"),
    (lambda: plots.decision_boundary(lambda p: p[:, 0], np.eye(3), [0, 1, 2]), "points of two numbers"),
    (lambda: plots.decision_boundary(lambda p: p[:, 0], np.eye(3)[:, :2], [0, 1, 2]), r"each of the 3 classes"),
    (lambda: plots.violins({}), "nothing is given"),
    (lambda: plots.violins({"a": []}), "'a' has no finite number"),
    (lambda: plots.images([]), "none are given"),
    (lambda: plots.images(np.zeros(784)), r"not \(784,\); reshape it first"),
    (lambda: plots.images(np.zeros((2, 3, 3)), names=["a"]), "2 needed, not 1 name"),
    (lambda: plots.histograms([1.0], bins=0), "bins=0"),
    (lambda: plots.histograms([[1.0]] * 13), "13 layers are more than the 12"),
])  # fmt: skip
def test_it_is_refused_in_one_sentence(call, message):
    with pytest.raises(InputError, match=message) as refused:
        call()
    assert len(str(refused.value)) < 300


JUNK = [None, [], {}, "abc", NAN, [INF], [[1, 2], [3]], np.zeros((2, 3, 4)), [1j], {"a": None}, object(), [10**400],
        [Value(1.0), Value(2.0)], Value([1.0, 2.0]), {"a": [1e308, -1e308]}, [1e-320, 1e300], b"ab", {"A" * 300: []},
        np.ma.masked_array([1, 2], [0, 1]), [[], []]]  # fmt: skip


@pytest.mark.parametrize("draw", [
    plots.learning_curves, plots.activation, plots.violins, plots.histograms, plots.images,
    lambda junk: plots.tangent(lambda x: junk, at=1.0), lambda junk: plots.tangent(lambda x: x, at=junk),
    lambda junk: plots.contours(lambda x, y: junk, UNIT, UNIT, resolution=3),
    lambda junk: plots.contours(product, UNIT, UNIT, resolution=3, paths=junk),
    lambda junk: plots.contours(product, UNIT, UNIT, resolution=3, levels=junk),
    lambda junk: plots.contours(product, junk, UNIT),
    lambda junk: plots.vector_field(lambda x, y: junk, UNIT, UNIT, resolution=2),
    lambda junk: plots.loss_surface(lambda w: 1.0, junk, resolution=2),
    lambda junk: plots.loss_surface(lambda w: junk, [1.0], resolution=2),
    lambda junk: plots.confusion_matrix(junk, junk), lambda junk: plots.roc(junk, [1, 2]),
    lambda junk: plots.roc([0, 1], junk), lambda junk: plots.decision_boundary(lambda p: junk, np.eye(2), UNIT),
    lambda junk: plots.decision_boundary(lambda p: p[:, 0], junk, UNIT, resolution=2),
    lambda junk: plots.decision_boundary(lambda p: p[:, 0], np.eye(2), junk, resolution=2),
    lambda junk: plots.learning_curves([1, 2], theme=junk),
])  # fmt: skip
def test_junk_is_drawn_or_refused_but_never_a_traceback_of_ours(draw):
    for junk in JUNK:
        with contextlib.suppress(MicrogradphysError):
            assert draw(junk).title


@pytest.mark.parametrize(("plot", "notes"), [
    (lambda: plots.violins({"a": [1, NAN, 2, INF]}), ["2 values are nan or infinite and left out"]),
    (lambda: plots.histograms({"a": [1, NAN, 2]}), ["1 activation is nan or infinite and left out"]),
    (lambda: plots.contours(lambda x, y: math.log(x), (-1, 1), UNIT, resolution=2),
     ["2 points of the grid are nan or infinite and left out"]),
    (lambda: plots.contours(product, UNIT, UNIT, paths={"a": [(0, 0), (3, 0)]}), ["a leaves the map at step 1"]),
    (lambda: plots.vector_field(lambda x, y: (1 / x, y), UNIT, UNIT, resolution=2),
     ["2 arrows are nan or infinite and left out"]),
    (lambda: plots.decision_boundary(lambda p: p[:, 0] - 0.5, [[0, 1], [1, 0], [NAN, 1]], [0, 1, 1], resolution=5),
     ["1 example is nan or infinite and left out"]),
])  # fmt: skip
def test_what_is_not_finite_is_left_out_and_counted(plot, notes):
    assert plot().notes == notes


def test_one_of_everything_can_be_drawn():
    for plot in (
        plots.learning_curves([1.0]), plots.violins([[2.0]]), plots.images([[0.5]]), plots.histograms([3.0]),
        plots.confusion_matrix(["a"], ["a"]), plots.contours(lambda x, y: 1.0, UNIT, UNIT),
        plots.vector_field(lambda x, y: (0.0, 0.0), UNIT, UNIT), plots.loss_surface(lambda w: 1.0, 2.0, resolution=2),
    ):  # fmt: skip
        assert plot._repr_svg_()


@pytest.mark.parametrize("draw", [
    lambda row: plots.lines({"a": ([0, 1, 2, 3, 4, 5], row)}, title="gaps"),
    lambda row: plots.learning_curves({"a": [*row, *[0.5] * 40]}),
])  # fmt: skip
def test_a_point_between_two_gaps_is_seen(draw):
    """No line goes through it: it is a dot, and points with a neighbour are none."""
    dots = [line for line in draw([1, NAN, 3, NAN, 0.5, 2]).axes[0].get_lines() if line.get_linestyle() == "None"]
    assert dots[0].get_ydata().tolist() == [1, 3]


def test_infinite_arrows_are_left_out_in_silence():
    field = plots.vector_field(lambda x, y: (1 / x, y), (-1, 1), (-1, 1), resolution=5)
    assert any("nan or infinite" in note for note in field.notes)


def test_thousands_of_mistakes_do_not_hide_the_examples():
    """The crosses shrink with the examples."""
    rng = np.random.default_rng(0)
    sizes = []
    for count in (20, 20_000):
        X, y = rng.normal(size=(count, 2)), rng.integers(0, 2, count)
        plot = plots.decision_boundary(lambda p: p[:, 0] > 0, X, y, resolution=11)
        sizes.append(next(line.get_markersize() for line in plot.axes[0].get_lines() if line.get_marker() == "x"))
    assert sizes[1] < sizes[0] / 2
