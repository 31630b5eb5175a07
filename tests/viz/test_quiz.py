"""The quiz: questions whose numbers are the storyboard's, mistakes that are named, and the terminal."""

import io
import random

import numpy as np
import pytest
from networks import HOSTILE, layers, neuron

from lessons.worked_example import array_network, scalar_network
from microgradphys import Value, constant, relu, sigmoid
from microgradphys.errors import InputError
from microgradphys.mathematics import Number
from microgradphys.notation import write
from viz import Storyboard, quiz
from viz.teaching.asking import Asker
from viz.teaching.mistakes import Site, of_contribution, of_local, of_sum, of_value
from viz.teaching.questions import KINDS
from viz.teaching.typed import MOST_EXPLANATIONS, fits, read
from viz.teaching.verdicts import check


def everything(loss, **options):
    """Every question that can be asked of a graph."""
    story = Storyboard(loss, **options)
    asker = Asker(story)
    return story, [asker.question(c, e) for c in asker.candidates(KINDS) for e in range(c.size)]


OPERATIONS = [
    lambda a, b: a * b,
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: sigmoid(a),
    lambda a, b: np.tanh(a),
    lambda a, b: a**2,
    lambda a, b: a * 0.5,
]


def random_graph(seed):
    """A graph of scalars that uses values several times, away from kinks and poles."""
    dice = random.Random(seed)
    pool = [Value(dice.uniform(0.3, 1.7), f"w_{k}") for k in range(4)]
    for k in range(10):
        a, b = dice.choice(pool), dice.choice(pool)
        made = dice.choice(OPERATIONS)(a, b)
        pool.append(made.named(f"v_{{{k}}}"))
    return sum(pool[4:]).named("E")


@pytest.mark.parametrize("build", [scalar_network, array_network])
def test_every_answer_is_the_storyboards_number(build):
    story, questions = everything(build().E)
    assert {q.kind for q in questions} >= {"value", "local", "contribution"}
    for q in questions:
        move = story.moves[q.move]
        number = {"value": move.value, "local": move.local, "contribution": move.contribution, "gradient": move.total}[
            q.kind
        ]
        assert q.answer in np.ravel(number)
        assert check(q, repr(q.answer)).outcome == "right"
        assert check(q, f"{q.answer:#.3g}").outcome == "right"
        assert check(q, f"{q.answer:.4g}".replace(".", ",").replace("-", "−")).outcome == "right"


@pytest.mark.parametrize("seed", range(12))
def test_every_mistake_of_a_random_graph_is_named_when_it_is_unambiguous(seed):
    _, questions = everything(random_graph(seed))
    named = 0
    for q in questions:
        for mistake in q.mistakes:
            typed = repr(mistake.number)
            verdict = check(q, typed)
            alike = [m for m in q.mistakes if fits(read(typed), m.number)]
            if fits(read(typed), q.shown):
                assert verdict.outcome == "right"
            else:
                assert verdict.outcome == "wrong"
                assert (mistake.sentence in verdict.words) == (len(alike) <= MOST_EXPLANATIONS)
                named += len(alike) <= MOST_EXPLANATIONS
    assert named > 50


def test_wrong_numbers_are_refused():
    for q in everything(random_graph(0))[1]:
        for factor in (1.01, 0.97, 3.7):
            if abs(q.answer) > 1e-3:
                assert check(q, repr(q.answer * factor)).outcome == "wrong"


def kinds_of(mistakes):
    return {mistake.kind: mistake.number for mistake in mistakes}


def site(loss, index=-1):
    """The numbers around one operation of a graph."""
    story = Storyboard(loss)
    return Asker(story).around.site(story.index(story.recording[index]), ())


def test_mistakes_with_a_sigmoid():
    s = Value(0.5, "s")
    here = site(sigmoid(s).named("y"))
    y = here.value
    found = kinds_of(of_contribution(here, 0, 2.0, "σ′(s)", "∂E/∂y"))
    assert found["no slope"] == 2.0
    assert found["value for slope"] == pytest.approx(2 * y)
    assert found["wrong place"] == pytest.approx(2 * 0.5 * 0.5)
    assert found["no upstream"] == pytest.approx(y * (1 - y))
    assert found["sign"] == pytest.approx(-2 * y * (1 - y))
    assert found["plus times"] == pytest.approx(2 + y * (1 - y))
    assert kinds_of(of_value(here, {}))["slope for value"] == pytest.approx(y * (1 - y))
    assert kinds_of(of_local(here, 0, "σ′(s)"))["value for slope"] == y


def test_mistakes_with_a_product_a_power_and_a_difference():
    w, x = Value(3.0, "w"), Value(5.0, "x")
    found = kinds_of(of_contribution(site(w * x), 0, 2.0, "x", "∂E/∂s"))
    assert found["other factor"] == 6.0
    assert kinds_of(of_value(site(w * x), {}))["plus times"] == 8.0
    found = kinds_of(of_local(site(w**2), 0, "2w"))
    assert found["no factor"] == 3.0
    assert kinds_of(of_value(site(w**2), {}))["times for power"] == 6.0
    assert kinds_of(of_value(site(w - x), {}))["plus minus"] == 8.0
    assert kinds_of(of_value(site(w / x), {}))["upside down"] == pytest.approx(5 / 3)


def test_mistakes_with_a_sum_of_contributions():
    mistakes = list(of_sum([1.0, 2.0, 4.0], ["a", "b", "c"]))
    assert {m.number for m in mistakes if m.kind == "lost path"} == {6.0, 5.0, 3.0}
    assert {m.number for m in mistakes if m.kind == "not accumulated"} == {4.0}
    assert {m.number for m in mistakes if m.kind == "plus minus"} == {5.0, 3.0, -1.0}
    assert "through b is missing" in next(m.sentence for m in mistakes if m.number == 5.0 and m.kind == "lost path")


def asked_of(loss, words):
    """The first question with these words in it."""
    return next(q for q in everything(loss)[1] if words in q.words)


def named_by(question, number):
    """The mistakes that a wrong number is taken for."""
    verdict = check(question, repr(float(number)))
    assert verdict.outcome == "wrong"
    return set(verdict.mistakes)


def test_a_student_who_goes_wrong_in_a_network_is_told_how():
    x, w, b, v, c = (Value(n, s) for n, s in zip((0.3, 0.7, 0.2, 1.3, -0.4), "xwbvc", strict=True))
    s = (w * x + b).named("s")
    h = sigmoid(s).named("h")
    y = (v * h + c).named("y")
    E = ((y - 1) ** 2).named("E")
    E.backward()
    above, slope = y.grad * v.data, h.data * (1 - h.data)
    to_w = asked_of(E, "contribution to ∂E/∂w")
    assert named_by(to_w, above * x.data) == {"no slope above"}, "forgot σ′"
    assert named_by(to_w, above * slope) == {"no slope"}
    assert named_by(to_w, x.data) == {"no upstream"}
    assert named_by(to_w, -w.grad) == {"sign"}
    assert named_by(to_w, w.data) == {"value"}
    assert named_by(asked_of(E, "contribution to ∂E/∂v"), y.grad * s.data) == {"before activation"}
    assert named_by(asked_of(E, "What is y?"), v.data * s.data + c.data) == {"before activation"}
    assert named_by(asked_of(E, "local derivative ∂E/∂(y"), y.data - 1) == {"no factor"}
    assert named_by(asked_of(E, "local derivative ∂h/∂s"), 1 - h.data) == {"wrong rule"}
    assert named_by(asked_of(E, "local derivative ∂h/∂s"), s.data * (1 - s.data)) == {"wrong place"}


def test_a_student_who_goes_wrong_in_arrays_is_told_how():
    X = constant([[0.5, -1.0], [0.3, 0.8], [-0.7, 0.4]], "X")
    W, t = Value([[0.2, -0.4], [0.6, 0.1]], "W"), constant([[1.0, 2.0], [0.5, -1.0], [0.3, 0.1]], "t")
    Y = (X @ W).named("Y")
    E = np.mean((Y - t) ** 2).named("E")
    E.backward()
    value = next(q for q in everything(E)[1] if q.element == "[1, 0]" and "of Y?" in q.words)
    assert named_by(value, (X.data @ W.data.T)[1, 0]) == {"transposed"}
    assert named_by(value, Y.data[0, 1]) == {"transposed"}
    assert named_by(value, X.data[1, 0] * W.data[0, 0]) == {"one product", "lost product"}
    to_w = next(q for q in everything(E)[1] if q.element == "[0, 1]" and "of ∂E/∂W" in q.words)
    assert named_by(to_w, W.grad[0, 1] / 3) == {"average"}, "the mean is in the loss already"
    assert named_by(to_w, W.grad[1, 0]) == {"transposed"}
    assert named_by(to_w, X.data[0, 0] * Y.grad[0, 1]) == {"one product"}, "only the first sample"
    assert named_by(asked_of(E, "What is E?"), E.data * 6) == {"no mean"}


def test_a_kink_has_two_branches():
    a, b = Value(-0.4, "a"), Value(0.3, "b")
    E = (np.maximum(a, b).named("m") * relu(a).named("r") + np.where(a > b, a, b).named("u") * 0.7).named("E")
    assert "other branch" in named_by(asked_of(E, "What is m?"), a.data)
    assert "other branch" in named_by(asked_of(E, "What is u?"), a.data)
    assert "no function" in named_by(asked_of(E, "What is r?"), a.data)


def test_equal_contributions_of_which_one_was_forgotten():
    w = Value(3.0, "w")
    verdict = check(quiz((w * w).named("E"), hide="gradient", names={}).questions[0], "3")
    assert verdict.words.startswith("Not quite. This is only one of the 2 contributions, which are equal")


def test_no_formula_tells_the_answer():
    a, s = Value([[0.5, -1.0], [0.3, 0.8]], "a"), Value(-0.5, "s")
    questions = everything((np.sum(np.maximum(a, 0).named("h") * (a * 3.0)) + relu(s).named("r") * s).named("E"))[1]
    assert any(q.formula == "∂r/∂s = relu′(s)" for q in questions)
    for q in questions:
        assert not q.formula.endswith((f"= {write(Number(q.answer))}", f"= {write(q.result)}")), q.formula


def test_tiny_numbers_are_not_all_alike():
    x = Value(1e-30, "x")
    tiny = asked_of((x * 2.0 * Value(3.0, "y")).named("E"), "contribution to ∂E/∂y")
    assert check(tiny, "2e-30").outcome == "right"
    assert check(tiny, "0").outcome == "wrong"
    assert named_by(tiny, -2e-30) == {"sign"}
    a, b = Value(0.1 + 0.2, "a"), Value(0.3, "b")
    assert check(asked_of((a - b).named("E"), "What is E?"), "0").outcome == "right"


def test_two_explanations_for_one_number_are_both_said():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    u, v = (w * x).named("u"), (w + 7).named("v")
    asked = quiz((u * v).named("E"), hide="gradient", nodes="w", names={}).questions[0]
    parts = [number for _, number in asked.given]
    verdict = check(asked, repr(parts[-1]))
    assert "only the last contribution" in verdict.words
    assert " Or: You lost a path: the contribution through" in verdict.words
    assert verdict.mistakes == ("not accumulated", "lost path")


def test_two_ways_through_one_node_are_told_apart():
    w, x, z = Value(2.0, "w"), Value(3.0, "x"), Value(5.0, "z")
    E = (w * x + w * z).named("E")
    words = [q.words for q in quiz(E, hide="contribution", nodes="w", names={}).questions]
    assert words == [f"What is the contribution to ∂E/∂w through w · {name}?" for name in ("z", "x")]
    total = quiz(E, hide="gradient", nodes="w", names={}).questions[0]
    assert "through w · x is missing" in check(total, "5").words
    assert "through w · z is missing" in check(total, "3").words
    words = [q.words for q in quiz((w * w).named("E"), hide="contribution", names={}).questions]
    assert words == [f"What is the contribution to ∂E/∂w through E, as its argument {k}?" for k in (1, 2)]


def test_a_site_is_a_pure_thing():
    s = Value(0.5, "s")
    assert isinstance(site(np.tanh(s)), Site)
    assert site(np.sum(Value([1.0, 2.0], "a") * 2)) is None


def test_the_lectures_words_and_formula():
    E = scalar_network().E
    asked = quiz(E, hide="contribution", nodes="W_11", names={}).questions[0]
    assert asked.words == "What is the contribution to ∂E/∂W₁₁ through s₁⁽¹⁾?"
    assert asked.formula == "∂E/∂W₁₁ = ∂E/∂s₁⁽¹⁾ · x₁"
    assert asked.solution == "∂E/∂W₁₁ = ∂E/∂s₁⁽¹⁾ · x₁ = 0.03128 × 0.2 = 0.006255"


def test_questions_are_in_the_order_of_the_storyboard_and_the_seed_decides():
    E = layers(2, 2, 2)
    first, again, other = (quiz(E, count=10, seed=seed, names={}) for seed in (1, 1, 2))
    assert [q.words for q in first.questions] == [q.words for q in again.questions]
    assert [q.words for q in first.questions] != [q.words for q in other.questions]
    moves = [q.move for q in first.questions]
    assert moves == sorted(moves)
    assert {q.kind for q in first.questions} == set(KINDS)


def test_of_a_large_graph_a_sample_is_looked_at(monkeypatch):
    x = Value(0.3, "x")
    h = x
    for _ in range(1500):
        h = np.tanh(h * 1.01)
    looked_at = []
    ask = Asker.candidates

    def candidates(self, kinds, places):
        looked_at.append(len(places))
        return ask(self, kinds, places)

    monkeypatch.setattr(Asker, "candidates", candidates)
    first, again = (quiz(h, names={}, seed=4) for _ in range(2))
    assert looked_at == [2000, 2000]
    assert [q.words for q in first.questions] == [q.words for q in again.questions]
    assert quiz(h, names={}, nodes="x").questions
    assert looked_at[-1] == 1, "of chosen nodes, only their own numbers"


def test_no_hint_is_the_answer_and_what_is_given_is_known_by_then():
    _, questions = everything(scalar_network().E)
    for q in questions:
        for hint in q.hints:
            assert not hint.endswith(f"= {write(q.result)}")
        for label, _ in q.given:
            assert label != q.left


def test_a_session():
    test = quiz(neuron(), count=3, seed=1, names={})
    right = [repr(q.answer) for q in test.questions]
    assert test.answer(right[0]).outcome == "right"
    assert test.answer("12345").outcome == "wrong"
    assert test.answer("what?").outcome == "unread"
    assert test.position == 1
    assert test.hint() != test.hint()
    assert test.answer(right[1]).outcome == "right"
    assert test.skip().outcome == "skipped"
    assert test.score == "2 of 3 right, 1 of them at the first try and without a hint"
    assert repr(test) == f"Done: {test.score}."
    with pytest.raises(InputError, match="the quiz is over"):
        test.reveal()
    test.restart()
    assert test.reveal().words == test.questions[0].solution


def test_in_the_terminal():
    test = quiz(neuron(), count=3, seed=0, names={})
    answers = "\n".join(["0", "h", "h", "h", "h", "?", repr(test.questions[0].answer), "r", "s"])
    shown = io.StringIO()
    test.run(io.StringIO(answers + "\n"), shown)
    text = shown.getvalue()
    assert "Question 1 of 3" in text
    assert "There are no more hints" in text
    assert "Right: " in text
    assert "Skipped: it is" in text
    assert "Done: 1 of 3 right, 0 of them at the first try" in text
    shown = io.StringIO()
    test.restart()
    test.run(io.StringIO("q\n"), shown)
    assert "Stopped: 0 of 3 right" in shown.getvalue()


def test_formulas_can_be_hidden():
    test = quiz(neuron(), hide="local", formulas=False, names={})
    asked = test.questions[0]
    assert asked.formula not in repr(test)
    assert asked.formula in {test.hint() for _ in range(3)}


def test_nan_infinity_and_large_arrays_are_left_out_and_told():
    with np.errstate(all="ignore"):
        x = Value(0.0, "x")
        test = quiz((np.log(x) + np.exp(x)).named("E"), count=99, names={})
        assert all(np.isfinite(q.answer) for q in test.questions)
        assert "not asked for: nan, infinite, in a large array" in test.notes[0]
        assert "numbers to ask for, not 99" in test.notes[1]
        with pytest.raises(InputError, match=r"there is nothing to ask for among 'value'\. 3 numbers are not"):
            quiz((np.log(x) * 1 + 2).named("E"), hide="value", names={})
    big = Value(np.ones((4, 5)), "W")
    test = quiz(np.sum(big * 2).named("E"), count=99, names={})
    values = [q.words for q in test.questions if q.kind == "value"]
    assert len(values) == 1, "a sum of twenty numbers is not asked for"
    assert values[0].endswith("of W · 2?"), "a product of two is, with the two"


def layer():
    rng = np.random.default_rng(0)
    x, W = constant(rng.normal(size=(5, 3)), "x"), Value(rng.normal(size=(3, 8)), "W")
    h = np.tanh(x @ W + Value(rng.normal(size=8), "b")).named("h")
    return np.mean(h**2).named("E")


def test_of_an_array_too_large_to_write_one_element_is_asked_with_what_it_needs():
    story, questions = everything(layer())
    product = next(q for q in questions if q.words.startswith("What is element") and "of x W?" in q.words)
    row, column = product.element[1:-1].split(", ")
    assert product.formula == f"(x W)[{row}, {column}] = x[{row}, :] · W[:, {column}]"
    x, W = (story.data[story.recording[story.index(name)]] for name in ("x", "W"))
    assert product.answer == pytest.approx(x[int(row)] @ W[:, int(column)])
    assert [write(name) for name, _ in product.given] == [f"x[{row}, :]", f"W[:, {column}]"]
    curve = next(q for q in questions if q.kind == "value" and q.words.endswith("of h?"))
    assert curve.formula == f"h{curve.element} = tanh((x W + b){curve.element})"
    assert len(curve.given) == 1
    weights = next(q for q in questions if q.kind == "contribution" and "∂E/∂W " in q.words)
    assert weights.formula.count(":") == 2


def test_elements_of_large_arrays_have_answers_hints_and_named_mistakes():
    _, questions = everything(layer())
    single = [q for q in questions if q.element and "[" in write(q.left)]
    assert {q.kind for q in single} == {"value", "local", "contribution"}
    for q in single:
        assert check(q, repr(q.answer)).outcome == "right"
        assert "array" not in q.solution
        assert q.solution.endswith(write(Number(q.answer)))
        assert not any(hint.endswith(f"= {write(Number(q.answer))}") for hint in q.hints)
    assert any(mistake.kind == "sign" for q in single for mistake in q.mistakes)


@pytest.mark.parametrize("where", [0, 7])
def test_a_large_array_with_a_nan_is_not_asked_for(where):
    numbers = np.ones(20)
    numbers[where] = np.nan
    with pytest.raises(InputError, match="there is nothing to ask for"):
        quiz(np.sum(Value(numbers, "a") * 2).named("E"), hide="value", names={})


def test_elements_of_small_arrays_are_asked():
    W = Value([[1.0, 2.0], [3.0, 4.0]], "W")
    test = quiz(np.sum((constant([[1.0, -1.0]], "X") @ W) ** 2).named("E"), count=99, names={})
    asked = [q for q in test.questions if q.kind == "contribution" and "∂E/∂W " in q.words]
    assert "element [" in asked[0].words
    assert f"element {asked[0].element} is" in asked[0].solution


def test_a_graph_of_one_node_has_nothing_to_ask():
    with pytest.raises(InputError, match="there is nothing to ask for"):
        quiz(Value(2.0, "x"), names={})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hide": "everything"}, "hide='everything' is not one of 'value'"),
        ({"count": 0}, "count=0 is not a number of questions"),
        ({"nodes": "nobody"}, "no node is called 'nobody'"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        quiz(neuron(), names={}, **options)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_on_their_line(name):
    w = Value(0.3, name or None)
    test = quiz((sigmoid(w) * w).named("E"), count=9, names={})
    while test.question is not None:
        lines = repr(test)
        assert "\x1b" not in lines
        assert lines.startswith("Question")
        test.reveal()


def test_nothing_is_asked_that_needs_an_array_of_which_only_the_shape_is_written():
    rng = np.random.default_rng(0)
    X, W, V = rng.normal(size=(5, 3)), Value(rng.normal(size=(3, 9)), "W"), Value(rng.normal(size=(9, 1)), "V")
    h = np.tanh(X @ W).named("h")
    s = (h @ V).named("s")
    story, questions = everything(np.mean(s**2).named("E"))
    asked = [q.words for q in questions]
    assert any(words.startswith("What is E") for words in asked)
    assert not any("of s?" in words for words in asked), "nine products are drudgery"
    for q in questions:
        assert q.kind == "local" or not any("array" in write(Number(number)) for _, number in q.given), q.words
    with pytest.raises(InputError, match="in a large array or computed from one"):
        quiz(story, hide="value", nodes="s")


@pytest.mark.parametrize("width", [40, 80])
def test_in_the_terminal_every_line_fits(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In 40 columns, and in ASCII where the terminal has no more."""
    monkeypatch.setenv("COLUMNS", str(width))
    raw = io.BytesIO()
    shown = io.TextIOWrapper(raw, encoding="ascii", errors="strict", write_through=True)
    test = quiz(layers(2, 2, 1), count=6, names={})
    test.run(io.StringIO("h\nh\n1\nr\nnonsense (\ns\nr\nr\nr\nr\n"), shown)
    lines = raw.getvalue().decode().splitlines()
    assert max(map(len, lines)) <= width
    told = " ".join(" ".join(lines).split())
    assert "What is the contribution to dE/d" in told
    assert "Done: 0 of 6 right" in told
