"""What the film writes: formulas on one line mean what they mean on two, names and numbers are cut with care."""

import numpy as np
import pytest

from microgradphys import Value
from microgradphys.errors import InputError
from microgradphys.mathematics import Derivative, Fraction, Infix, Number, Power, Symbol
from microgradphys.notation import write
from viz.derivatives import gradient, newton
from viz.films.captions import subtitles
from viz.films.cards import end_card
from viz.films.equation import formula_parts, lines_of
from viz.films.items import SMALLEST
from viz.films.jobs import work
from viz.films.panel import PanelFilm
from viz.films.plan import FilmPlan
from viz.films.reel import picture_of
from viz.films.text import Typesetter, cut, inline
from viz.storyboard import Storyboard
from viz.theme import DARK

A, B, C = Symbol("a"), Symbol("b"), Symbol("c")


@pytest.fixture(scope="module")
def setter():
    """One typesetter."""
    return Typesetter()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (Fraction(Infix("−", (A, B)), Infix("·", (C, Number(2.0)))), r"lr((a − b)) \/ lr((c · 2))"),
        (Fraction(Fraction(A, B), C), r"a \/ b \/ c"),
        (Fraction(A, Derivative(B, C)), r"a \/ lr(( frac(∂ b, ∂ c) ))"),
        (Power(Fraction(A, B), Number(2.0)), r"lr((a \/ b))^(2)"),
        (Infix("·", (A, Fraction(B, C))), r"a · lr((b \/ c))"),
    ],
    ids=lambda one: one if isinstance(one, str) else write(one),
)
def test_a_fraction_on_one_line_has_the_parentheses_it_needs(setter, formula, expected):
    """(a − b) / (c · 2) is not a − b / c · 2."""
    assert inline(formula).endswith(f"${expected}$")
    assert setter.outline(inline(formula)).width > 0


def test_a_name_that_is_cut_keeps_its_subscript(setter):
    """`hidden_0` and `hidden_1` can be told apart, however little room there is."""
    whole = setter.outline(inline(Symbol("hidden_0"))).width
    short = [cut(setter, Symbol(name), whole * 0.7) for name in ("hidden_0", "hidden_1")]
    assert all(outline.width <= whole * 0.7 for outline in short)
    assert short[0].points.shape != short[1].points.shape or not np.allclose(short[0].points, short[1].points)


@pytest.mark.parametrize("name", ['"' * 40, "\\" * 40, "a $x$ #panic() " * 9, "😀" * 50, "x" * 300, "_", ""], ids=ascii)
def test_any_name_can_be_cut(setter, name):
    """Neither markup nor length stops it, alone or below a derivative."""
    for formula in (Symbol(name), Derivative(Symbol("E"), Symbol(name))):
        assert cut(setter, formula, 4.0).width <= 4.0


def test_arrays_that_would_be_too_small_in_columns_stand_on_one_line(setter):
    """A softmax of three numbers can be read from the back row, and of a larger array its shape."""
    z = Value(np.array([1.0, 2.0, 0.5]), "z")
    e = np.exp(z).named("e")
    story = Storyboard((e / e.sum()).named("p")[1], learning_rate=None)
    step = next(step for step in story.steps if "/" in str(step.formula))
    (line,) = lines_of(setter, step.move.formula, DARK.forward, False)
    assert line.size >= SMALLEST
    assert max(outline.bottom - outline.top for outline, _, _ in line.parts) < 3
    W = Value(np.linspace(-1, 1, 12).reshape(3, 4), "W")
    large = Storyboard(np.sum((W * 0.3) * W), learning_rate=None).steps[1].move.formula
    lines = lines_of(setter, large, DARK.forward, False)
    assert all(line.size >= SMALLEST for line in lines)
    # Not cut off with an ellipsis: the widths are those of the shapes.
    named = setter.outline("$" + r'"array 3×4"' + "$").width
    assert lines[-1].parts[-1][0].width == pytest.approx(named, rel=0.2)


def test_a_left_side_alone_leaves_its_sign_to_the_next_line(setter):
    """Where symbols only repeat the left side, the second line begins with the equals sign."""
    W = Value(np.linspace(-1, 1, 4).reshape(2, 2) / 3, "W")
    formula = Storyboard(np.sum(W @ W), learning_rate=None).steps[0].move.formula
    parts = formula_parts(setter, formula, DARK.forward)
    assert [stage for _, _, stage in parts][:2] == [0, 0]
    lines = lines_of(setter, formula, DARK.forward, False)
    assert len(lines) == 1 or len(lines[0].parts) != 2


def test_gradients_in_the_list_have_one_kind_of_name(setter):
    """Where one is too long, ∂/∂w stands for all; a value that is called ∂f/∂x keeps its name."""
    a, b = Value(2.0, "a"), Value(3.0, "b")
    story = Storyboard((a * b).named("quite_a_long_name"), learning_rate=None)
    assert PanelFilm(story, setter).short
    assert not PanelFilm(Storyboard((a * b).named("E"), learning_rate=None), setter).short


def test_numbers_of_an_array_stand_in_its_circles(setter):
    """A gradient that has no room for its name stands there alone, whole, and not as `∂… = 0…`."""
    rng = np.random.default_rng(0)
    x, W, v = rng.normal(size=(8, 3)), Value(rng.normal(size=(3, 4)), "W"), Value(rng.normal(size=(4, 2)), "v")
    story = Storyboard((np.tanh(x @ W) @ v).mean().named("loss"), learning_rate=None)
    labels = FilmPlan(story, picture_of(story, None), setter).picture.labels
    slot, text = next((slot, text) for slot, text in labels.slots.items() if slot[0] == "gradient" and len(slot) == 3)
    (ink,) = labels.slot(text, slot, (-0.06766, "backward"), story.steps[-1])
    assert len(ink.points) == len(setter.outline(inline(Number(-0.06766))).points)


def test_the_last_card_shows_trouble_and_calls_nothing_an_output_that_is_none(setter):
    """NaN has the colour of trouble; e is one of two ways to the loss, and y the only one."""
    a, b, c = Value(-1.0, "a"), Value(2.0, "b"), Value(0.5, "c")
    with np.errstate(all="ignore"):
        story = Storyboard((np.log(a) * b + (b / c).named("e")).named("loss"))
        frame = end_card(setter, story, ())
    colours = {ink.fill for ink in frame.inks if ink.place}
    assert DARK.trouble in colours
    assert DARK.forward not in colours
    single = end_card(setter, Storyboard(((a * b).named("y") - 1) ** 2), ())
    assert len(_line(single, 232.0)) == 6
    assert not _line(frame, 232.0)


def test_the_last_card_calls_no_derivative_a_loss(setter):
    """Where a step of Newton's method goes is not made small: it stands there by its name alone."""
    z = Value(1.5, "z")
    energy = (z**4).named("E")
    (new,) = newton(energy, z)
    cards = [end_card(setter, Storyboard(y), ()) for y in (energy, gradient(energy, z), new)]
    assert [len(_line(card, 124.0, 72.0)) for card in cards] == [6, 3, 3]


def test_the_last_card_lists_arrays(setter):
    """A network of arrays ends with its parameters and how large their gradients are."""
    W = Value(np.ones((3, 2)), "W")
    frame = end_card(setter, Storyboard(np.sum(W * W).named("E")), ())
    assert any(ink.fill == DARK.backward for ink in frame.inks)


def test_lines_of_subtitles_have_an_end():
    """A name of 300 letters does not cover the film."""
    story = Storyboard((Value(2.0, "x" * 300) * 3).named("E"), learning_rate=None)
    text = subtitles(story, [0, 30, 48, 66, 84, 174], 15)
    assert max(map(len, text.splitlines())) == 120
    assert text.count("…") >= 3


@pytest.mark.parametrize("workers", [0, -2, "two", 1.5, True])
def test_workers_are_counted(workers):
    with pytest.raises(InputError, match="workers="):
        work([], 0.0, lambda: None, workers)


def test_a_small_graph_fills_its_room_and_a_medium_one_is_seen_as_a_whole(setter):
    """Three boxes are drawn large; sixteen small ones need no camera, though some names are left out for that."""
    a, x = Value(2.0, "a"), Value(2.0, "x")
    small = Storyboard((a * Value(3.0, "b")).named("E"))
    assert FilmPlan(small, picture_of(small, "graph"), setter).picture.scale > 2
    f = (x**3 - 2 * x - 5).named("f")
    story = Storyboard((x - f / gradient(f, x)).named("step"))
    assert not any(FilmPlan(story, picture_of(story, "graph"), setter).pans)


def _line(frame, baseline, size=54.0):
    """The texts of the card's line at a baseline."""
    return [ink for ink in frame.inks if ink.place and ink.size == size and abs(ink.place.y - baseline) < 40]
