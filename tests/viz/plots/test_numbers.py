"""What is drawn is right: read back from the artists, and compared with scikit-learn, numpy and calculus."""

import random

import numpy as np
import pytest
from plot_gallery import CLASSES, GALLERY, POINTS, SCORES, TRUE, WAYS, bowl, by_line, nearest
from sklearn import metrics

from microgradphys import Value, grad, no_grad, primitive, relu, sigmoid
from microgradphys.nn import MLP
from viz import plots
from viz.plots.grids import heights
from viz.plots.landscape import contour_levels
from viz.plots.rates import roc_curve


def lines(axes):
    return [line for line in axes.lines if len(line.get_xdata()) > 1]


@pytest.mark.parametrize("seed", range(8))
def test_roc_is_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    true = rng.permutation(np.arange(50) % 2)
    # Few different scores: many ties.
    scores = np.round(true + rng.normal(0, 2, 50), seed % 3)
    curve = roc_curve(true == 1, scores)
    false_rate, true_rate, thresholds = metrics.roc_curve(true, scores, drop_intermediate=False)
    assert curve.false_positive_rate == pytest.approx(false_rate)
    assert curve.true_positive_rate == pytest.approx(true_rate)
    assert curve.thresholds.tolist() == thresholds.tolist()
    assert curve.area == pytest.approx(metrics.roc_auc_score(true, scores))


def test_the_drawn_roc_is_the_computed_one_for_labels_of_any_kind():
    plot = plots.roc(np.where(TRUE, "sick", "healthy"), SCORES, positive="sick")
    curve = plot.numbers["curve"]
    assert any(np.array_equal(line.get_ydata(), curve.true_positive_rate) for line in plot.axes[0].lines)
    assert plot.title == f"AUC = {metrics.roc_auc_score(TRUE, SCORES):.3g}"
    turned = plots.roc(np.where(TRUE, "sick", "healthy"), -SCORES, positive="healthy")
    assert turned.numbers["AUC"] == pytest.approx(plot.numbers["AUC"])
    assert plots.roc([True, False, True], [Value(0.9), Value(0.1), 0.5]).numbers["AUC"] == 1.0


def test_confusion_and_rates_are_those_of_scikit_learn():
    predicted = (CLASSES + (POINTS[:, 0] > 2)) % 3
    plot = plots.confusion_matrix(CLASSES, predicted)
    numbers = plot.numbers
    assert numbers["counts"].tolist() == metrics.confusion_matrix(CLASSES, predicted).tolist()
    assert numbers["recall"] == pytest.approx(metrics.recall_score(CLASSES, predicted, average=None))
    assert numbers["precision"] == pytest.approx(metrics.precision_score(CLASSES, predicted, average=None))
    assert numbers["accuracy"] == pytest.approx(metrics.accuracy_score(CLASSES, predicted))
    cells = [text.get_text().split("\n")[0] for text in plot.axes[0].texts]
    assert cells == [str(count) for count in numbers["counts"].ravel()]


def test_a_class_that_is_never_predicted_has_no_precision():
    numbers = plots.confusion_matrix(["a", "b"], ["a", "a"], labels=["a", "b", "c"]).numbers
    assert np.isnan(numbers["precision"]).tolist() == [False, True, True]
    assert np.isnan(numbers["recall"]).tolist() == [False, False, True]
    assert len(plots.confusion_matrix(np.arange(40), np.arange(40)).axes[0].texts) == 0


def test_learning_curves_are_drawn_as_given_with_gaps():
    plot = plots.learning_curves([{"loss": 3.0, "val_loss": 2.0}, {"loss": Value(2.0)}, {"loss": 1.0, "val_loss": 4.0}])
    loss, validation = lines(plot.axes[0])[:2]
    assert loss.get_xdata().tolist() == [1, 2, 3]
    assert loss.get_ydata().tolist() == [3.0, 2.0, 1.0]
    assert np.isnan(validation.get_ydata()).tolist() == [False, True, False]
    assert plot.title == "val_loss is lowest at epoch 1: 2"
    assert plot.notes == ["1 value is nan or infinite and left out"]
    assert plots.learning_curves({"accuracy": [0.5, 0.9, 0.7]}).title == "accuracy is highest at epoch 2: 0.9"
    assert plots.learning_curves([4.0], step="update", start=0).title == "loss is 4 after one update"


def test_losses_over_decades_get_a_logarithmic_axis():
    assert [plots.learning_curves(row).axes[0].get_yscale() for row in ([1, 1e-3], [1, 0.5], [1, 0.0])] == [
        "log", "linear", "linear",
    ]  # fmt: skip


@pytest.mark.parametrize(("f", "slope"), [
    (np.sin, np.cos), (lambda x: x**3, lambda x: 3 * x**2), (lambda x: relu(x) + 1, lambda x: float(x > 0)),
    (lambda x: 1 / x, lambda x: -1 / x**2),
])  # fmt: skip
def test_a_tangent_has_the_slope_of_calculus(f, slope):
    plot = plots.tangent(f, at=[-1.5, 0.7])
    assert plot.numbers["slopes"] == pytest.approx([slope(-1.5), slope(0.7)])
    straight = [line for line in lines(plot.axes[0]) if len(line.get_xdata()) == 2 and line.get_linestyle() == "--"]
    drawn = [np.diff(line.get_ydata())[0] / np.diff(line.get_xdata())[0] for line in straight]
    assert drawn == pytest.approx([slope(-1.5), slope(0.7)])


def test_a_function_of_ones_own_is_drawn_as_it_was_recorded():
    plot = plots.activation(lambda a: np.maximum(0.1 * a, a) + 1, saturation=0.2)
    a, y, slope = (plot.numbers[name] for name in ("a", "y", "slope"))
    assert plot.title == "max(0.1 · a, a) + 1 has the slope 1 where it is steepest; saturated where a < −0.006"
    np.testing.assert_array_equal(y, np.where(a > 0, a, 0.1 * a) + 1)
    np.testing.assert_array_equal(slope[a != 0], np.where(a > 0, 1.0, 0.1)[a != 0])


@pytest.mark.parametrize("step", [lambda a: np.heaviside(a, 0.0), lambda a: np.where(a.data > 0, 1.0, 0.0)])
def test_a_step_has_no_slope_whether_it_is_recorded_or_not(step):
    plot = plots.activation(step, written="step(a)")
    assert plot.title == "step(a) has the slope 0 wherever it has one: no gradient passes"
    assert not plot.numbers["slope"].any()
    np.testing.assert_array_equal(plot.numbers["y"], plot.numbers["a"] > 0)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "gelu", "elu", "sin", "log", "tan", "floor", "arccosh"])
def test_an_activation_is_its_row_and_its_derivative(name):
    numbers = plots.activation(name).numbers
    a, y, slope = numbers["a"], numbers["y"], numbers["slope"]
    step = a[1] - a[0]
    inner = np.isfinite(y[2:] + y[:-2]) & (np.abs(np.diff(y, 2)) < 1e-3)
    assert slope[1:-1][inner] == pytest.approx((y[2:] - y[:-2])[inner] / (2 * step), abs=2e-2)


def test_saturation_is_where_the_slope_is_small_and_a_maximum_is_not():
    assert plots.activation("sigmoid").numbers["saturated"] == [(-6.0, pytest.approx(-4.36, abs=0.01)),
                                                                (pytest.approx(4.36, abs=0.01), 6.0)]  # fmt: skip
    assert plots.activation("tanh").title == "tanh(a) is steepest at a = 0, slope 1; saturated where |a| > 2.18"
    assert plots.activation("sin").numbers["saturated"] == []
    assert plots.activation("relu").title == "relu(a) has the slope 1 where it is steepest; saturated where a < 0"
    assert "no gradient passes" in plots.activation("floor").title
    assert plots.activation("leaky_relu", slope=0.3).numbers["saturated"] == []


def test_a_row_of_ones_own_can_be_drawn():
    rules = {"forward": lambda xp, a: a * a / 2, "partials": lambda xp, y, a: a}
    primitive("half_square", "half_square(a)", samples=(0.5, -1.0), **rules)
    assert plots.activation("half_square").numbers["slope"][[0, -1]].tolist() == [-6.0, 6.0]


def test_contours_are_where_the_function_has_their_height():
    plot = GALLERY["contours"]()
    [drawn] = [shape for shape in plot.axes[0].collections if shape.get_linewidth()[0] == 0.8]
    for level, path in zip(plot.numbers["levels"], drawn.get_paths(), strict=True):
        assert bowl(*path.vertices.T) == pytest.approx(level, rel=0.02, abs=0.02)
    assert plot.numbers["Adam"] == pytest.approx(bowl(*WAYS["Adam"][-1]))
    assert plot.title.startswith("descent comes lowest")
    xs = [line.get_xdata() for line in plot.axes[0].lines if len(line.get_xdata()) == 12]
    assert xs[0].tolist() == [x for x, _ in WAYS["descent"]]


def test_outlines_are_lines_crowds_are_dots_and_both_look_like_their_path():
    many = np.arange(16.0).reshape(2, 4, 2) / 10
    gap = [(0, 0), (np.nan, 1), (1, 1)]
    plot = plots.contours(
        bowl, (-2.5, 2.5), (-2, 2), paths=WAYS, outlines={"Adam": many, "other": gap}, crowds={"Adam": many[0]}
    )
    drawn = [line for line in plot.axes[0].lines if line.get_zorder() == 2.5]
    crowd, first, second, other = drawn
    assert (crowd.get_linestyle(), first.get_marker(), other.get_marker()) == ("None", "none", "none")
    assert {line.get_color() for line in drawn[:3]} == {plot.style.look(1).colour}
    assert other.get_color() == plot.style.look(2).colour
    assert first.get_alpha() < second.get_alpha()
    assert second.get_xydata().tolist() == many[1].tolist()
    assert np.isnan(other.get_xdata()).tolist() == [False, True, False]
    assert [entry[0].get_text() for entry in plot.keys[0].entries] == ["descent", "Adam", "other"]
    assert len(plot.axes) == 1


def test_curves_stand_beside_a_map():
    plot = plots.contours(
        bowl, (-2.5, 2.5), (-2, 2), paths=WAYS, beside={"η": [1.0, np.nan, 1e-3, 1e-4]}, beside_name="rate"
    )
    curve = max(plot.axes[1].lines, key=lambda line: len(line.get_xdata()))
    assert curve.get_xdata().tolist() == [0, 1, 2, 3]
    assert plot.axes[1].get_yscale() == "log"
    assert plot.axes[1].get_ylim()[0] < 1e-4
    assert (plot.axes[1].get_xlabel(), plot.axes[1].get_ylabel()) == ("step", "rate")
    assert plots.contours(bowl, (-1, 1), (-1, 1), beside={"v": [-1.0, 1e3]}).axes[1].get_yscale() == "linear"


def test_levels_are_round_and_within():
    assert contour_levels(np.linspace(-1, 1, 50), 8) == pytest.approx([-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75])
    assert contour_levels(np.linspace(0, 10, 9) ** 6, 10)[-1] == 500000
    assert contour_levels(np.full(4, 3.0), 5) == []
    assert contour_levels(np.array([0.0, 2.0]), [1, 5]) == [1.0]


def test_a_function_of_arrays_that_sums_or_branches_is_asked_point_by_point():
    x, y = np.array([-1.0, 0.0, 2.0]), np.array([1.0, 3.0])
    expected = [[2, 1, 5], [10, 9, 13]]
    for f in (lambda a, b: a * a + b * b, lambda a, b: np.sum(np.stack([a, b]) ** 2),
              lambda a, b: float(a) ** 2 + b**2, lambda a, b: [Value(a) * a + b * b]):  # fmt: skip
        assert heights(f, x, y).tolist() == expected
    assert heights(lambda a, b: 3.0, x, y).tolist() == [[3.0] * 3] * 2
    assert np.isnan(heights(lambda a, b: 1 / a if a > 0 else float("nan"), x, y)).sum() == 4


def test_a_loss_surface_is_the_loss_along_the_directions():
    one, two = np.array([1.0, 0.0, 1.0]), np.array([0.0, 2.0, 0.0])
    plot = plots.loss_surface(lambda w: np.sum(w**2), np.array([1.0, 2.0, 3.0]), directions=(one, two), resolution=5)
    steps = np.linspace(-1, 1, 5)
    expected = [[np.sum((np.array([1.0, 2.0, 3.0]) + a * one + b * two) ** 2) for a in steps] for b in steps]
    assert plot.numbers["surface"] == pytest.approx(np.array(expected))
    assert plot.numbers["centre"] == 14.0


def test_random_directions_have_the_norms_of_the_filters():
    seen = []
    weights = [np.arange(1.0, 7.0).reshape(3, 2), np.array([3.0, 4.0])]
    plots.loss_surface(lambda w: (seen.append(w), 1.0)[1], weights, resolution=2, span=1.0)
    moves = [part - centre for part, centre in zip(seen[0], weights, strict=True)]
    ends = [part - centre for part, centre in zip(seen[1], weights, strict=True)]
    first = [(end - move) / 2 for end, move in zip(ends, moves, strict=True)]
    assert np.linalg.norm(first[0], axis=0) == pytest.approx(np.linalg.norm(weights[0], axis=0))
    assert np.linalg.norm(first[1]) == pytest.approx(5.0)


def test_the_surface_of_a_model_puts_its_parameters_back_whatever_happens():
    random.seed(1)
    model = MLP(2, [2, 1])
    before = [p.data for p in model.parameters()]

    def loss():
        return (model([0.5, -1.0]) - 1) ** 2

    plot = plots.loss_surface(loss, model.parameters(), resolution=5)
    with no_grad():
        assert plot.numbers["centre"] == loss().data
    assert [p.data for p in model.parameters()] == before

    with pytest.raises(IndexError):
        plots.loss_surface(lambda: [][0], model.parameters(), resolution=5)
    assert [p.data for p in model.parameters()] == before


def test_a_decision_is_the_classifiers():
    plot = plots.decision_boundary(nearest, POINTS, CLASSES, resolution=21)
    assert plot.numbers["predicted"] == nearest(POINTS).argmax(1).tolist()
    assert plot.numbers["accuracy"] == pytest.approx(metrics.accuracy_score(CLASSES, nearest(POINTS).argmax(1)))
    (left, right), (low, high) = plot.axes[0].get_xlim(), plot.axes[0].get_ylim()
    field = np.stack(np.meshgrid(np.linspace(left, right, 21), np.linspace(low, high, 21)), -1)
    assert (plot.numbers["regions"] == nearest(field.reshape(-1, 2)).argmax(1).reshape(21, 21)).all()


@pytest.mark.parametrize("predict", [
    by_line, lambda p: 1 / (1 + np.exp(-by_line(p))), lambda p: np.where(by_line(p) > 0, "up", "down"),
    lambda p: np.stack([-by_line(p), by_line(p)], 1), lambda p: [Value(d) for d in by_line(p)],
    lambda p: sigmoid(Value(by_line(p)[:, None])),
])  # fmt: skip
def test_scores_probabilities_labels_and_values_say_the_same(predict):
    labels = np.where(by_line(POINTS) > 0.5, "up", "down")
    plot = plots.decision_boundary(predict, POINTS, labels, resolution=9)
    assert plot.numbers["predicted"] == np.where(by_line(POINTS) > 0, "up", "down").tolist()


def test_histograms_are_numpys():
    plot = GALLERY["histograms"]()
    found = plot.numbers["gradient"]
    layer = next(iter(found["shares"]))
    assert found["shares"][layer].sum() == pytest.approx(1.0)
    assert plot.title.startswith("gradient: the spread shrinks")
    row = np.random.default_rng(0).normal(size=100)
    numbers = plots.histograms({"a": row}, bins=7).numbers["activation"]
    assert numbers["shares"]["a"] == pytest.approx(np.histogram(row, numbers["edges"])[0] / 100)
    assert numbers["spread"]["a"] == pytest.approx(row.std())
    assert numbers["edges"][0] < row.min() < row.max() < numbers["edges"][-1]


def test_violins_tell_quartiles():
    assert plots.violins({"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [7.0], "c": [2.0, 2.0]}).numbers == {
        "a": (2.0, 3.0, 4.0), "b": (7.0, 7.0, 7.0), "c": (2.0, 2.0, 2.0),
    }  # fmt: skip


def test_images_share_one_scale():
    plot = plots.images([np.array([[0.0, 2.0]]), np.array([[np.nan, -4.0]])])
    shown = [axes.images[0] for axes in plot.axes]
    assert {image.get_clim() for image in shown} == {(-4.0, 4.0)}
    assert plot.notes == ["1 pixel nan or infinite, drawn in vermilion"]
    assert len(plots.images(np.zeros((130, 2, 2))).axes) == 100
    assert plots.images([np.full((2, 2, 3), 255)]).title == "1 image of 2 × 2 pixels, in colour"


def test_a_vector_field_points_where_the_function_says():
    plot = plots.vector_field(grad(lambda a, b: a**2 + a * b, (0, 1)), (-1, 1), (-2, 2), resolution=5)
    x, y = np.meshgrid(plot.numbers["x"], plot.numbers["y"])
    assert plot.numbers["u"] == pytest.approx(2 * x + y)
    assert plot.numbers["v"] == pytest.approx(x)
    [arrows] = [shape for shape in plot.axes[0].collections if hasattr(shape, "U")]
    assert arrows.U * plot.numbers["v"].ravel() == pytest.approx(arrows.V * plot.numbers["u"].ravel())
    assert np.asarray(arrows.get_array()) == pytest.approx(np.hypot(2 * x + y, x).ravel())


def test_ticks_of_a_short_logarithmic_axis_can_be_told_apart():
    """A loss that falls by a hundredth only."""
    plot = plots.learning_curves({"loss": list(np.linspace(0.312, 0.306, 10))}, log=True)
    plot.figure.canvas.draw()
    axis = plot.axes[0].yaxis
    low, high = axis.get_view_interval()
    shown = [
        t.label1.get_text() for t in [*axis.get_major_ticks(), *axis.get_minor_ticks()] if low <= t.get_loc() <= high
    ]
    written = [text for text in shown if text]
    assert len(set(written)) == len(written) > 2


def test_numbers_on_logarithmic_axes_are_written_as_everywhere():
    axes = plots.lines({"a": ([1, 1e3], [1e-3, 1])}, title="", log=(True, None)).axes[0]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert [axes.xaxis.get_major_formatter()(10.0), axes.yaxis.get_major_formatter()(1e-5)] == ["10", "1×10⁻⁵"]
    assert plots.lines({"a": ([1, 50], [1, 2])}, title="", log=(None, None)).axes[0].get_xscale() == "linear"


def test_a_class_below_zero_has_a_minus_sign():
    plot = plots.decision_boundary(lambda points: points[:, 0], [[-1, 0], [1, 1]], [-1, 1])
    assert [text.get_text() for text in plot.axes[0].texts] == ["−1", "1"]


def test_each_panel_of_a_grid_has_the_histograms_of_its_network():
    rng = np.random.default_rng(0)
    deep = {("tanh", "random"): {"one": rng.normal(size=200), "two": np.r_[np.zeros(50), rng.normal(size=50)]}}
    other = {("ReLU", "He"): {"one": np.zeros(9), "two": np.zeros(9)}}
    plot = plots.histogram_grid({**deep, **other}, log=True, bins=20, name="g", title="t")
    edges, shares = plot.numbers["edges"]["tanh"], plot.numbers["shares"]["tanh", "random"]
    sizes = np.log10(np.abs(deep["tanh", "random"]["one"]))
    assert shares["one"] == pytest.approx(np.histogram(sizes, edges)[0] / 200)
    assert [shares["one"].sum(), shares["two"].sum()] == pytest.approx([1.0, 0.5])
    drawn = [patch.get_data().values for patch in plot.axes[0].patches]
    assert drawn[0] == pytest.approx(0.92 * shares["one"] / shares["one"].max())
    assert [text.get_text() for text in plot.axes[3].texts] == ["all are 0"]
    assert [axes.axison for axes in plot.axes] == [True, False, False, True]
    own = plots.histogram_grid({**deep, **other}, each_row=True, title="t").numbers["edges"]
    assert own["ReLU"][-1] == 1.0 != own["tanh"][-1]


def test_whole_numbers_on_the_horizontal_axis_have_whole_ticks():
    def ticks(x):
        return plots.lines({"a": (x, x)}, title="t").axes[0].get_xticks()

    assert all(float(tick).is_integer() for tick in ticks(np.array([1.0, 2.0, 3.0])))
    assert not all(float(tick).is_integer() for tick in ticks(np.array([1.0, 2.0, 2.5])))
