"""The diagnosis: true alarms on sick graphs, none on healthy ones, and every finding marked on the picture."""

import base64
import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from networks import HOSTILE, layers, neuron
from random_programs import build, numpy_like, run
from terminals import Session

import microgradphys as mgp
from lessons.worked_example import array_network, scalar_network
from microgradphys import Value, constant, nn, relu, replay, sigmoid
from microgradphys.errors import InputError
from viz import Stepper, Storyboard, diagnose, draw, play
from viz.diagnosis import beside_steps, lines
from viz.picture import text_width

RANDOM = np.random.default_rng(0)
X = constant(RANDOM.normal(size=(32, 3)), "X")


def found(loss, **options):
    """What is found, as kinds with levels."""
    return {(finding.kind, finding.level) for finding in diagnose(loss, names={}, **options)}


def at(loss, kind, **options):
    """The labels of the nodes at which a kind of finding is."""
    diagnosis = diagnose(loss, names={}, **options)
    return [getattr(f.label, "name", str(f.label)) for f in diagnosis if f.kind == kind]


def two_layers(bias=(0.0, 0.0, 0.0, 0.0), scale=1.0, function=relu):
    """A network of arrays: H = f(X W + b), E = mean((H V − 1)²)."""
    W, b = Value(scale * RANDOM.normal(size=(3, 4)), "W"), Value(bias, "b")
    H = function(X @ W + b).named("H")
    return np.mean((H @ Value(np.ones((4, 1)), "V") - 1) ** 2).named("E")


@pytest.mark.parametrize("build_network", [scalar_network, array_network])
def test_the_worked_example_is_healthy(build_network):
    E = build_network().E
    E.backward()
    assert found(E) == set()
    assert str(diagnose(E, names={})) == "nothing is wrong: no finding"


def test_random_healthy_programs_raise_no_alarm():
    for seed in range(40):
        program = build(seed)
        leaves = [Value(leaf, f"x_{k}") for k, leaf in enumerate(program.leaves)]
        loss = run(program, numpy_like(np), leaves)
        loss.backward()
        assert diagnose(loss, names={}).troubles == (), f"seed {seed}\n{program}"


@pytest.mark.parametrize("function", [np.tanh, sigmoid, relu])
def test_a_trained_network_of_arrays_is_healthy(function):
    W, b, V = Value(RANDOM.normal(size=(3, 8)), "W"), Value(np.zeros(8), "b"), Value(RANDOM.normal(size=(8, 1)), "V")
    target = (X.data[:, :1] * X.data[:, 1:2] > 0) * 1.0
    for step in range(200):
        for p in (W, b, V):
            p.zero_grad()
        E = np.mean((function(X @ W + b) @ V - target) ** 2).named("E")
        E.backward()
        if step < 199:
            for p in (W, b, V):
                p.data = p.data - 0.05 * p.grad
    assert found(E) == set()


def test_a_trained_network_of_scalars_is_healthy():
    np.random.seed(0)
    net = nn.MLP(2, [4, 1])
    data = [((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0)]
    for step in range(30):
        net.zero_grad()
        E = sum((net(list(x)) - t) ** 2 for x, t in data)
        E.backward()
        if step < 29:
            for p in net.parameters():
                p.data = p.data - 0.02 * p.grad
    assert diagnose(E, parameters=net.parameters(), names={}).troubles == ()


def test_before_backward_and_after_replay():
    w = Value(3.0, "w")
    E = ((w * 2 - 1) ** 2).named("E")
    assert found(E) == {("not computed", "note")}
    assert "call E.backward() first" in diagnose(E, names={}).findings[0].sentence
    replay(E).run()
    assert found(E) == set()


def test_the_sum_of_several_passes_is_stated_exactly():
    E = neuron()
    for _ in range(3):
        E.backward()
    sentence = diagnose(E, names={}).findings[0].sentence
    assert "is the sum of 3 backward passes of this graph" in sentence
    assert "w.zero_grad()" in sentence
    assert at(E, "accumulated") == ["w", "b"]
    assert found(E) == {("accumulated", "note")}


def test_batches_that_are_added_up_are_a_fact_and_no_alarm():
    w = Value(0.5, "w")
    for x in (1.0, 2.0, 3.0):
        E = ((w * x - 1) ** 2).named("E")
        E.backward()
    (finding,) = diagnose(E, names={})
    assert finding.level == "note"
    assert "holds, 2," in finding.sentence
    assert "one backward pass of this graph, 3:" in finding.sentence
    assert "on purpose" in finding.sentence


def test_a_part_of_a_larger_loss_is_not_accused():
    w = Value(0.5, "w")
    part = ((w - 1) ** 2).named("P")
    (part * 0.5 + w * w).backward()
    assert found(part) == set()


def test_a_graph_whose_data_changed_is_told_and_not_raised():
    w, x = Value(0.5, "w"), constant(2.0, "x")
    E = ((w * x - 3) ** 2).named("E")
    E.backward()
    w.data = w.data - 0.1 * w.grad
    diagnosis = diagnose(E, names={})
    assert [(f.kind, diagnosis.story.nodes[f.node].label.name) for f in diagnosis] == [("stale graph", "w")]
    assert diagnosis.story.data[w] == w.data
    array = Value([1.0, 2.0], "a")
    F = np.sum(array * array).named("F")
    F.backward()
    array.data[0] = 5.0
    assert at(F, "stale graph") == ["a"]


def test_gradients_never_reset_are_seen_after_the_last_update_too():
    w, v = Value(0.5, "w"), Value(1.0, "v")
    for _ in range(3):
        E = ((v * sigmoid(w * 2.0) - 1) ** 2).named("E")
        E.backward()
        for p in (w, v):
            p.data = p.data - 0.1 * p.grad
    assert set(at(E, "accumulated")) == {"w", "v"}
    # Had they been reset, there is nothing but the change of data.
    for p in (w, v):
        p.zero_grad()
    E = ((v * sigmoid(w * 2.0) - 1) ** 2).named("E")
    E.backward()
    w.data = 0.1
    assert found(E) == {("stale graph", "note")}


def test_a_stale_graph_of_arrays_is_compared_too():
    W, b = Value(RANDOM.normal(size=(3, 4)), "W"), Value(np.zeros(4), "b")
    for _ in range(2):
        E = np.mean(np.tanh(X @ W + b) ** 2).named("E")
        E.backward()
        for p in (W, b):
            p.data = p.data - 0.1 * p.grad
    assert at(E, "accumulated") == ["W", "b"]
    for p in (W, b):
        p.zero_grad()
    E = np.mean(np.tanh(X @ W + b) ** 2).named("E")
    E.backward()
    W.data = W.data * 0.9
    assert found(E) == {("stale graph", "note")}


def test_a_dead_unit_is_counted_over_the_batch():
    E = two_layers(bias=(0.0, -50.0, -50.0, 0.0))
    E.backward()
    (finding,) = diagnose(E, names={}).troubles
    assert (finding.kind, finding.label.name) == ("dead ReLU", "H")
    assert finding.sentence.startswith("2 of 4 units of H are 0 for all 32 inputs")
    E = two_layers(bias=(0.0, 0.0, -50.0, 0.0))
    E.backward()
    assert found(E) == {("dead ReLU", "note")}


def test_a_relu_that_is_off_for_one_input_is_a_note():
    w, c = Value(-1.0, "w"), Value(1.0, "c")
    h = relu(w * 2.0).named("h")
    E = ((h + c) ** 2).named("E")
    E.backward()
    assert ("dead ReLU", "note") in found(E)
    assert at(E, "dead ReLU") == ["h"]
    assert at(E, "not reached") == ["w"]


def test_scalar_instances_of_one_unit_count_together():
    w, c = Value(-1.0, "w"), Value(1.0, "c")
    dead = [relu(w * (1.0 + k)) + c for k in range(20)]
    E = sum(d * d for d in dead).named("E")
    E.backward()
    assert [f.kind for f in diagnose(E, names={}).troubles] == ["dead ReLU"]
    alive = sum((relu(w * (k - 1.0)) + c) ** 2 for k in range(20)).named("F")
    c.zero_grad(), w.zero_grad()
    alive.backward()
    assert found(alive) == set()


@pytest.mark.parametrize("function", [np.tanh, sigmoid])
def test_saturated_units(function):
    E = two_layers(bias=(0.0, 99.0, -99.0, 99.0), scale=0.1, function=function)
    E.backward()
    (finding,) = (f for f in diagnose(E, names={}) if f.kind == "saturated")
    assert finding.level == "trouble"
    assert finding.sentence.startswith("3 of 4 units of H are saturated for all 32 inputs")


def fermi(x, mu, kT=1e-4):
    """The mean occupation of levels x."""
    return np.mean(sigmoid((mu - x) / kT).named("n") * constant(np.arange(x.size).reshape(x.shape))).named("E")


def test_a_sharp_step_that_takes_no_gradient_from_a_parameter_is_a_note():
    levels = np.linspace(0.0, 1.0, 40)
    # The levels are inputs, one for each number.
    x, mu = Value(levels, "x"), Value(0.5, "mu")
    (finding,) = (f for f in diagnose(fermi(x, 0.5), names={}) if f.kind == "saturated")
    assert finding.level == "note"
    assert finding.sentence.endswith("a sharp step may be meant.")
    # At a higher temperature most levels are full or empty, and those round the edge give the gradient.
    assert ("saturated", "note") in found(fermi(constant(np.tile(levels, (20, 1))), mu, 0.02))
    # Here the chemical potential is lost.
    assert ("saturated", "trouble") in found(fermi(x, mu))
    assert ("saturated", "trouble") in found(fermi(x, 0.5), parameters=[x])
    assert ("saturated", "note") in found(fermi(x, mu), parameters=[Value(1.0, "other")])


def test_a_sigmoid_below_a_logarithm_is_left_alone():
    w = Value(9.0, "w")
    E = (-np.log(sigmoid(w))).named("E")
    E.backward()
    assert found(E) == set()


def test_parameters_outside_the_graph():
    w, lost = Value(1.0, "w"), Value(2.0, "lost")
    E = (w * w).named("E")
    E.backward()
    assert found(E) == set()
    assert found(E, parameters=[w, lost]) == {("not reached", "trouble")}
    assert at(E, "not reached", parameters=lost) == ["lost"]
    names = {"w": w, "lost": lost}
    assert [f.level for f in diagnose(E, names=names)] == ["note"]
    assert [f.level for f in diagnose(Storyboard(E, names=names))] == ["note"]


def test_a_leaf_behind_a_step_function_is_never_reached():
    x, q = Value(1.3, "x"), Value(2.0, "q")
    E = (np.floor(x) * x.detach() + q).named("E")
    E.backward()
    (finding,) = diagnose(E, names={})
    assert (finding.level, finding.label.name) == ("trouble", "x")
    assert "whatever the inputs, first at ⌊x⌋" in finding.sentence


def test_an_input_that_is_zero_is_an_input():
    w, v, b = Value(1.0, "w"), Value(2.0, "v"), Value(0.5, "b")
    E = ((w * constant(0.0, "x") + v * constant(1.0, "z") + b) ** 2).named("E")
    E.backward()
    assert w.grad == 0.0
    assert found(E) == set()


def test_at_the_minimum_one_note_says_that_all_is_flat():
    w, b = Value(1.0, "w"), Value(0.0, "b")
    E = ((w * 2 + b - 2) ** 2).named("E")
    E.backward()
    assert [(f.kind, f.level) for f in diagnose(E, names={})] == [("not reached", "note")]


def test_vanishing_and_exploding_chains():
    h = constant(0.5, "x")
    for k in range(12):
        h = sigmoid(Value(0.5, f"w_{k}") * h)
    E = (h**2).named("E")
    E.backward()
    assert at(E, "vanishing gradient") == ["w_0"]
    a, h = Value(3.0, "a"), constant(1.0)
    for _ in range(20):
        h = h * a
    h.backward()
    assert at(h, "exploding gradient") == ["a"]
    W, H = Value(np.full((4, 4), 0.02), "W"), constant(np.ones((8, 4)))
    for _ in range(8):
        H = np.tanh(H @ W)
    E = np.mean(H).named("E")
    E.backward()
    assert found(E) == set()  # The nearest use of W is not far from the loss.


@pytest.mark.parametrize(
    ("function", "scale", "kinds"),
    [(sigmoid, 0.35, {"vanishing gradient"}), (np.tanh, 0.05, {"vanishing gradient"}), (np.tanh, 0.35, set()),
     (lambda a: a * 1.0, 3.0, {"exploding gradient"})],
)  # fmt: skip
def test_ten_layers_of_arrays(function, scale, kinds):
    random = np.random.default_rng(1)
    h = constant(random.normal(size=(20, 8)), "X")
    for k in range(10):
        h = function(h @ Value(random.normal(size=(8, 8)) * scale, f"W_{k}"))
    E = np.mean(h**2).named("E")
    E.backward()
    assert {kind for kind, _ in found(E)} == kinds
    assert all(label == "W_0" for kind in kinds for label in at(E, kind))


def test_a_decay_in_small_steps_is_a_note():
    N, rate = Value(1000.0, "N_0"), Value(1.0, "k")
    for _ in range(300):
        N = N * (1 - rate * 0.05)
    N.backward()
    (finding,) = diagnose(N, names={})
    assert (finding.kind, finding.level) == ("vanishing gradient", "note")
    assert finding.sentence.endswith("A decay or growth that is simulated in small steps may do so.")


def test_one_small_factor_is_no_chain():
    w = Value(2.0, "w")
    E = ((w * 1e-30 - 1) ** 2 * 1e-12).named("E")
    E.backward()
    assert found(E) == set()


def test_the_first_nan_is_named_and_not_its_consequences():
    x, nan = Value(-1.0, "x"), Value(float("nan"), "n")
    with np.errstate(all="ignore"):
        E = (np.log(x).named("l") * 2 + 1).named("E")
        F = (nan * 2 + 1).named("F")
        z = Value(0.0, "z")
        G = (np.sqrt(z).named("r") * 2).named("G")
        for loss in (E, F, G):
            loss.backward()
    assert at(E, "not finite") == ["l"]
    assert at(F, "not finite") == ["n"]
    assert "it was given so, or an update made it" in diagnose(F, names={}).findings[0].sentence
    assert at(G, "not finite") == ["z"]
    assert "through r is not" in diagnose(G, names={}).findings[0].sentence


def told(loss, kind):
    """The sentences of a kind of finding."""
    return [finding.sentence for finding in diagnose(loss, names={}) if finding.kind == kind]


def test_the_first_nan_of_an_array_is_told_with_the_numbers_that_made_it():
    rows = constant([[1.0, 0.0], [0.0, 0.0], [2.0, 1.0]], "X")
    with np.errstate(all="ignore"):
        h = (rows @ Value(np.ones((2, 2)), "W")).named("h")
        p = (h / np.sum(h, axis=1, keepdims=True).named("n")).named("p")
        E = np.mean(p).named("E")
        E.backward()
        y = w = Value(1e200, "w")
        F = (w * y).named("F")
        F.backward()
        G = np.sum(Value([1.0, 2.0], "a") * constant([1.0, math.nan], "x")).named("G")
        G.backward()
    assert told(E, "not finite") == [
        "Element [1, 0] of p is the first number that is nan: divide made it out of h = 0 and n = 0. Keep the divisor "
        "away from 0."
    ]
    assert "made it out of w = 1×10²⁰⁰. No number is larger than 10³⁰⁸" in told(F, "not finite")[0]
    assert told(G, "not finite")[0].startswith("Element [1] of x is nan: it comes with the data")


def test_no_gradient_is_called_0_that_is_nan():
    x = Value([0.0, 0.0], "x")
    with np.errstate(all="ignore"):
        E = np.sqrt(np.sum(x**2)).named("E")
        E.backward()
    assert np.isnan(x.grad).all()
    assert found(E) == {("not finite", "trouble")}


def test_weights_that_are_all_zero_are_no_minimum():
    W, V = Value(np.zeros((3, 4)), "W"), Value(np.zeros((4, 1)), "V")
    y = np.tanh(X @ W) @ V
    E, F = np.mean((y - 1) ** 2).named("E"), np.mean(y**2).named("F")
    E.backward()
    assert told(E, "not reached") == [
        "Every gradient of E is 0, for V is 0: unless this is the minimum, start with random weights, not with zeros."
    ]
    F.backward()
    assert "a flat spot or the minimum" in told(F, "not reached")[0]


@pytest.mark.parametrize("bias", [[0.0, 50.0, 99.0, 150.0], [0.0, 0.0, 0.0, 0.0]])
def test_a_softmax_that_is_one_hot_for_all_inputs_is_saturated(bias):
    W = Value(RANDOM.normal(size=(3, 4)), "W")
    p = mgp.softmax(X @ W + constant(bias)).named("p")
    E = np.mean((p - 0.25) ** 2).named("E")
    E.backward()
    assert [sentence[:37] for sentence in told(E, "saturated")] == ["p is saturated for all 32 inputs: the"] * any(bias)
    targets = np.eye(4)[np.zeros(32, int)]
    for loss in (-np.mean(np.log(p[:, 0] + 1e-300)), -np.mean(np.log(np.sum(p * targets, axis=1) + 1e-300))):
        W.zero_grad(), loss.backward()
        assert told(loss, "saturated") == [], "the cross-entropy undoes it"


def test_one_number_alone_is_no_saturated_softmax():
    p = mgp.softmax(Value(np.ones((20, 1)), "s")).named("p")
    E = np.sum(p * Value(2.0, "c")).named("E")
    E.backward()
    assert told(E, "saturated") == []


@pytest.mark.parametrize("spelling", ["maximum", "clip", "where", "mask", "mask first"])
def test_a_relu_is_one_however_it_is_spelled(spelling):
    a = (X @ Value(RANDOM.normal(size=(3, 4)), "W") - 50.0).named("a")
    made = {
        "maximum": lambda: np.maximum(0, a),
        "clip": lambda: np.clip(a, 0, None),
        "where": lambda: np.where(a > 0, a, 0.0),
        "mask": lambda: a * (a > 0),
        "mask first": lambda: (a > 0) * a,
    }
    E = np.mean((made[spelling]().named("h") @ Value(np.ones((4, 1)), "V") - Value(1.0, "c")) ** 2).named("E")
    E.backward()
    assert told(E, "dead ReLU")[0].startswith("4 of 4 units of h are 0 for all 32 inputs")


def test_a_unit_of_scalars_times_its_mask_is_a_relu():
    w, b, c = Value(-1.0, "w"), Value(-0.5, "b"), Value(1.0, "c")
    sums = [w * (1.0 + k) + b for k in range(20)]
    E = sum((a * (a > 0) + c) ** 2 for a in sums).named("E")
    E.backward()
    assert ("dead ReLU", "trouble") in found(E)
    some_on = [w * (k - 1.0) + b for k in range(20)]
    assert told(sum((a * (a > 0) + c) ** 2 for a in some_on).named("F"), "dead ReLU") == []


def test_a_target_of_0_is_no_relu():
    p = sigmoid(Value(0.3, "w") * X[:, 0])
    none = constant(np.zeros(32))
    for loss in (-np.mean(none * np.log(p) + (1 - none) * np.log(1 - p)), -(0.0 * np.log(p[0]) + np.log(1 - p[0]))):
        loss.backward()
        assert told(loss, "dead ReLU") == []


def test_a_mask_is_no_relu():
    mask = np.zeros((32, 4), bool)
    mask[:, :1] = True
    h = np.where(mask, X @ Value(RANDOM.normal(size=(3, 4)), "W"), 0.0)
    E = np.mean(h**2).named("E")
    E.backward()
    assert found(E) == set()


def test_an_infinite_mask_that_does_no_harm_is_no_trouble():
    s = Value([1.0, 2.0, 3.0], "s")
    E = mgp.softmax(s + constant([0.0, 0.0, -np.inf], "mask"))[0].named("E")
    E.backward()
    assert diagnose(E, names={}).troubles == ()


def test_every_finding_is_marked_by_shape_and_number():
    E = two_layers(bias=(0.0, -50.0, -50.0, 0.0))
    diagnosis = diagnose(E, parameters=[Value(1.0, "lost")], names={})
    document = diagnosis.draw().svg()
    root = ET.fromstring(document)
    marks = [g for g in root.iter() if g.get("class") == "mark"]
    assert len(marks) == len(diagnosis) == 3
    assert [g[0].text for g in marks] == [f.sentence for f in diagnosis]
    signs = [[p.get("class") for p in g if p.tag.endswith("polygon")] for g in marks]
    # One at the foot, one at the node where there is one.
    assert signs == [["sign trouble"] * 2, ["sign trouble"], ["sign note"] * 2]
    assert "dead ReLU: 2 of 4" in "".join(root.itertext())


def chain(count):
    """A wide picture: a chain of sigmoids, trained twice without a reset."""
    h = Value(0.3, "a")
    for k in range(count):
        h = sigmoid(h * Value(0.1, f"w_{k}"))
    E = (h * 2).named("E")
    E.backward(), E.backward()
    return diagnose(E, names={})


@pytest.mark.parametrize("count", [3, 30])
def test_sentences_below_a_wide_picture_can_be_read_when_all_of_it_is_shown(count):
    picture = chain(count).draw().picture
    fitted = 1280 / picture.width
    assert fitted < 0.6
    for mark in picture.marks[:5]:
        assert mark.size * fitted > 14
        assert all(text_width(line, mark.size) < picture.width - mark.foot[0] for line in mark.lines)
        assert mark.sign <= 21, "what stands beside a node is as small as its texts"
    assert picture.marks[0].foot[1] + picture.marks[0].leading < picture.height


def test_a_wide_picture_stays_in_the_cell_of_a_notebook():
    diagnosis = chain(3)
    shown = diagnosis._repr_html_()
    assert shown == diagnosis.draw()._repr_html_()
    assert shown.startswith("<img ")
    assert "max-width: 100%" in shown
    inside = re.search(r"base64,([^\"]+)", shown)
    assert base64.b64decode(inside[1]).decode() == diagnosis._repr_svg_()
    assert draw(Value(2.0, "x") * 3)._repr_html_() is None, "a narrow one needs no frame"


def test_marks_stand_inside_the_network_view_too():
    E = scalar_network().E
    E.backward()
    E.backward()
    picture = diagnose(E, names={}).draw(view="network").picture
    assert len({mark.at for mark in picture.marks}) == 9
    assert all(0 < x < picture.width and 0 < y < picture.height for x, y in (mark.at for mark in picture.marks))


def test_the_page_shows_marks_on_request():
    E = neuron()
    assert "call E.backward() first" in play(E, diagnosis=True).html
    assert "backward() first" not in play(E).html


def test_lines_are_numbered_and_many_of_a_kind_are_cut_short():
    E = layers(2, 3, 1)
    E.backward()
    E.backward()
    written = lines(diagnose(E, names={}))
    assert written[0].startswith("1 ◇ accumulated: ")
    assert written[-1] == "… and 8 more of the kind 'accumulated'"
    marks = diagnose(E, names={}).draw().picture.marks
    assert [bool(mark.lines) for mark in marks] == [True] * 5 + [False] * 8
    assert all(mark.at is not None for mark in marks)


def test_many_leaves_behind_one_gate_are_one_finding():
    h = relu(sum(Value(-1.0, f"w_{k}") * 1.0 for k in range(9))).named("h")
    E = ((h + Value(1.0, "c")) ** 2).named("E")
    E.backward()
    (finding,) = (f for f in diagnose(E, names={}) if f.kind == "not reached")
    assert finding.label.name == "h"
    assert "reaches w₀, w₁, w₂, w₃ and 5 more: on every path a local derivative is 0" in finding.sentence


def test_a_folded_picture_has_the_marks_of_what_is_folded():
    E = layers(2, 3, 1)
    E.backward()
    E.backward()
    picture = diagnose(E, names={}).draw(fold=True).picture
    assert len(picture.marks) == 13
    places = [mark.at for mark in picture.marks if mark.at is not None]
    assert len(set(places)) == len(places) == 8
    assert "… and 8 more of this kind." in " ".join(picture.marks[4].lines)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_harmless(name):
    w = Value(1.0, name or None)
    E = (w * w).named("E")
    E.backward()
    E.backward()
    diagnosis = diagnose(E, names={}, parameters=[Value(1.0, name or None)])
    ET.fromstring(diagnosis.draw().svg())
    assert all("\n" not in line and "\x1b" not in line for line in lines(diagnosis))


def test_a_graph_of_one_node():
    x = Value(2.0, "x")
    assert found(x) == {("not computed", "note")}
    x.backward()
    assert found(x) == set()


def test_what_is_no_value_is_refused():
    with pytest.raises(InputError, match="needs a Value, not int"):
        diagnose(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="parameters= takes Values, not str"):
        diagnose(neuron(), parameters=["w"])  # type: ignore[list-item]


def test_a_product_below_all_numbers_is_told_by_its_exponent() -> None:
    h = x = Value(0.3, "x")
    for _ in range(3000):
        h = (h * 0.5).tanh()
    h.backward()
    assert x.grad == 0.0
    told = str(diagnose(h))
    exponent = re.search(r"multiply to about 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", told)
    assert exponent is not None
    assert int(exponent[1].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))) > 900


def test_a_loss_without_a_name_in_the_program_is_not_called_by_one() -> None:
    a = Value(2.0, "a")
    losses = {"a": (a * a).named("g_{loss}")}
    assert "call backward() on it first" in str(diagnose(losses["a"], names={"losses_{a}": losses["a"]}))


def unreached(loss, names, **options):
    """The names of leaves that are said not to be part of the graph."""
    return [f.label.name for f in diagnose(loss, names=names, **options) if f.node is None]


def test_leaves_of_another_graph_are_not_accused():
    w, x = Value(0.5, "w"), constant(2.0, "x")
    E = ((w * x - 1) ** 2).named("E")
    other, unused = Value(0.1, "v"), Value(0.2, "u")
    F = ((other * x - 1) ** 2).named("F")
    assert unreached(E, {"w": w, "v": other, "F": F, "E": E}) == []
    # Trained by a graph that nobody holds any more.
    ((unused * x) ** 2).backward()
    assert unreached(E, {"w": w, "u": unused, "E": E}) == []
    for _ in range(20):
        x = x * 1.0
    assert unreached(E, {"w": w, "late": Value(1.0)}) == [], "made long after this graph"


def test_a_leaf_beside_those_of_the_graph_is_named():
    W = [Value(0.1 * k) for k in range(3)]
    E = ((W[0] + W[1] - 1) ** 2).named("E")
    names = {f"W_{k}": w for k, w in enumerate(W)}
    assert unreached(E, names) == ["W_2"]
    with mgp.lines():
        a, b = Value(0.5, "a"), Value(0.1, "b")
        c = Value(0.2, "c")
        F = ((a * 2 - 1) ** 2).named("F")

        d = Value(0.3, "d")
    assert unreached(F, {"a": a, "c": c, "d": d}) == ["c"]
    assert unreached(F, {"a": a, "net.b": b}) == [], "of the same statement, as of one class, but not of one list"


def test_leaves_whose_numbers_were_passed_on_are_named():
    w, x = Value(0.5, "w"), constant(2.0, "x")
    s = (w * x + 0.3).named("s")
    E = ((Value(s.data) * Value(1.5, "v") - 1) ** 2).named("E")
    assert unreached(E, {"w": w, "s": s, "E": E}) == ["w"]


def test_what_is_no_news_beside_the_steps_is_left_out():
    E = neuron()
    story = Storyboard(E)
    assert [f.kind for f in beside_steps(story, True)] == ["not computed"]
    assert beside_steps(story) == beside_steps(story, False) == ()
    E.backward()
    E.backward()
    assert {f.kind for f in beside_steps(Storyboard(E))} == {"accumulated"}
    assert beside_steps(story, diagnose(E)) == diagnose(E).findings


def test_large_graphs_are_looked_through_on_request_only():
    h = Value(float("nan"), "x")
    for _ in range(2100):
        h = h + 1.0
    assert beside_steps(Storyboard(h)) == ()
    assert [f.kind for f in beside_steps(Storyboard(h), True)] == ["not finite", "not computed"]


def test_the_page_marks_by_itself_what_is_wrong():
    E = neuron()
    E.backward()
    assert "accumulated" not in play(E).html
    E.backward()
    assert "accumulated" in play(E).html
    assert "accumulated" not in play(E, diagnosis=False).html


def test_the_stepper_says_each_finding_at_the_step_that_shows_it():
    x = Value(-1.0, "x")
    with np.errstate(all="ignore"):
        E = (np.log(relu(x).named("h")).named("q") * 2).named("E")
        stepper = Stepper(E, names={})
    assert repr(stepper).startswith("2 findings: type 'findings'")
    assert repr(stepper.next()).startswith("◇ 2 dead ReLU: h is 0")
    assert repr(stepper.next()).startswith("▲ 1 not finite: q is the first number that is infinite: log made it out of")
    assert "not finite" not in repr(stepper.next())
    assert "not finite" in repr(stepper.back())
    quiet = Stepper(E, names={}, diagnosis=False)
    assert "not finite" not in repr(quiet.jump(2))


def test_at_a_narrow_terminal_findings_are_folded(tmp_path):
    (tmp_path / "student.py").write_text(
        "from microgradphys import Value, relu\nw = Value(-1.0)\nloss = (relu(w * 2) + w * 0.5 - 1) ** 2\n"
        "loss.backward()\nloss.backward()\n"
    )
    with Session("diagnose", str(tmp_path / "student.py"), COLUMNS="40") as session:
        shown = session.until("leaky ReLU.")
        assert session.code() == 0
    assert "accumulated: The gradient" in shown
    assert max(map(len, shown.splitlines())) <= 40
