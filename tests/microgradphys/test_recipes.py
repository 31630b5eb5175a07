"""Tapes and forms: rows as operations on single numbers, formulas as the way they are put together."""

import random

import numpy as np
import pytest

from microgradphys import Value, constant
from microgradphys.backward import sweep
from microgradphys.cells import Tape
from microgradphys.compiled.steps import ROWS
from microgradphys.forms import FENCES, RAISED, form_of, kind_of, parts_of, rebuilt
from microgradphys.graph import ancestors
from microgradphys.mathematics import (
    Bars,
    Call,
    Derivative,
    Fraction,
    Infix,
    Item,
    Math,
    Negative,
    Number,
    Power,
    Root,
    Symbol,
    Transposed,
)
from microgradphys.namespaces import arrays, floats, function_of
from microgradphys.notation import write
from microgradphys.primitives import ELEMENTWISE, SOFT, STRUCTURAL, Primitive
from microgradphys.recipes import Recipes
from microgradphys.recording import apply
from microgradphys.source import Printer

# Rows that numpy computes as a whole: no tape holds them, and the recipe says so.
WHOLE = {"cholesky", "eigenvalues", "eigenvectors", "singular_values", "left_singular", "right_singular", "pinv"}
WHOLE |= {"astype"}
TAPED = [row for row in (*ELEMENTWISE, *STRUCTURAL, *SOFT) if row.name not in WHOLE]


def samples(row: Primitive) -> list[tuple[tuple, dict]]:
    """A row's own sample points, with their options."""
    return [
        sample if len(sample) == 2 and isinstance(sample[1], dict) else (sample, {})  # type: ignore[misc]
        for sample in row.samples
    ]


def play(code: list, numbers: list[float], places: list) -> np.ndarray:
    """Run a tape in Python."""
    played = list(numbers)

    def read(place: object) -> float:
        return float(place) if isinstance(place, str) else played[place]  # type: ignore[index]

    for name, *operands in code:
        row = ROWS[name]
        decimals = {"decimals": int(read(operands.pop()))} if name == "round" and len(operands) > 1 else {}
        function = function_of(floats if row.partials else arrays, row)
        played.append(float(function(*map(read, operands), **decimals)))
    return np.array([read(place) for place in places])


def flat(*parts: object) -> list[float]:
    return [number for part in parts for number in np.ravel(np.asarray(part, float)).tolist()]


@pytest.mark.parametrize("row", TAPED, ids=lambda row: row.name)
def test_a_tape_computes_what_its_row_computes_forwards_and_backwards(row):
    for args, static in samples(row):
        y = apply(row, *(Value(arg, f"x_{k}") for k, arg in enumerate(args)), **static)
        recipes = Recipes(Printer(ancestors(y, constants=True)))
        recipes.add(y)
        recipe = recipes.kinds[0]
        assert "reason" not in recipe
        numbers = flat(*args)
        found = play(recipe["forward"]["code"], numbers, recipe["forward"]["out"])
        np.testing.assert_allclose(found, np.ravel(y.data), rtol=1e-12, atol=1e-14)
        seed = np.asarray(np.cos(np.arange(1.0, 1.0 + y.size)).reshape(y.shape))
        watched: list = []
        sweep(y, float(seed) if not y.shape else seed, watched.append)
        for item in watched:
            pull = recipe["pulls"][item.argument]
            found = play(pull["code"], [*numbers, *flat(y.data), *flat(seed)], pull["amount"])
            np.testing.assert_allclose(found, np.ravel(item.amount), rtol=1e-11, atol=1e-13)
            if item.local is not None:
                found = play(pull["code"], [*numbers, *flat(y.data), *flat(seed)], pull["local"]["out"])
                np.testing.assert_allclose(found, np.ravel(np.asarray(item.local, float)), rtol=1e-11, atol=1e-13)


def said(tree: list, forms: list) -> str:
    """Write a tree as a formula: p0 for an operand, n1 for one that is a plain number, s0 for what the rule computed.

    Behind what may be written more simply with numbers stands its sign, * or ^.
    """
    kind, *parts = tree
    if kind not in ("f", "*", "^", "P"):
        return kind + "".join(map(str, parts))
    pieces = forms[parts[0]]["plain"]["pieces"]
    texts = [said(part, forms) for part in parts[1:]]
    whole = pieces[0] + "".join(text + piece for text, piece in zip(texts, pieces[1:], strict=True))
    return whole if kind in "fP" else f"({whole}){kind}"


@pytest.mark.parametrize(
    ("make", "forward", "contribution", "slope"),
    [
        (lambda x: x * Value(3.0, "y"), "p0 · p1", "g · p1", "p1"),
        (lambda x: x - Value(3.0, "y"), "p0 − p1", "g · k1.0", "k1.0"),
        (lambda x: np.tanh(x), "tanh(p0)", "g · tanh′(p0)", "k1.0 − (y · y)*"),
        (lambda x: np.log(x), "ln(p0)", "g · ln′(p0)", "k1.0 / p0"),
        (lambda x: x / Value(3.0, "y"), "p0 / p1", "g · k1.0 / p1", "k1.0 / p1"),
        (lambda x: x**2.0, "p0^p1", "g · (n1 · (p0^s0)^)*", "(n1 · (p0^s0)^)*"),
    ],
)
def test_a_recipe_says_its_formula_with_places_for_names_and_numbers(make, forward, contribution, slope):
    y = make(Value(2.0, "x"))
    recipes = Recipes(Printer(ancestors(y, constants=True)))
    recipes.add(y)
    recipe, pull = recipes.kinds[0], recipes.kinds[0]["pulls"][0]
    assert said(recipe["numbers"], recipes.forms) == forward
    assert said(pull["symbols"], recipes.forms) == contribution
    assert said(pull.get("algebra") or pull["named"], recipes.forms) == slope


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_what_no_tape_can_hold_has_no_recipe(name):
    (args, static), *_ = samples(ROWS[name])
    y = apply(ROWS[name], *map(Value, args), **static)
    recipes = Recipes(Printer(ancestors(y)))
    recipes.add(y)
    assert recipes.kinds == [{"reason": ""}]


def test_arrays_too_large_for_a_page_have_no_recipe():
    y = Value(np.zeros(1100)) * 2
    recipes = Recipes(Printer(ancestors(y, constants=True)))
    recipes.add(y)
    assert recipes.kinds == [{"reason": "its arrays are too large for it"}]


def test_nodes_of_one_kind_share_a_recipe_and_others_do_not():
    x, y = Value(2.0, "x"), Value(2.0, "y")
    nodes = [x * y, y * x, x * x, x * constant(3.0), x * constant(4.0), constant(3.0) * x, np.tanh(x), np.tanh(y)]
    recipes = Recipes(Printer(list(dict.fromkeys(one for node in nodes for one in ancestors(node, constants=True)))))
    for node in nodes:
        recipes.add(node)
    assert recipes.of == [0, 0, 1, 2, 2, 3, 4, 4]


def test_a_rule_that_branches_has_no_recipe_rather_than_one_of_its_branches():
    def rule(xp, y, a):
        return 2 * a if a > 0 else 0.0 * a

    def forward(xp, a):
        return a * a if a > 0 else 0.0 * a

    row = Primitive("halfsquare", "h(a)", ((0.5,),), (rule,), forward=forward)
    y = apply(row, Value(3.0, "x"))
    recipes = Recipes(Printer(ancestors(y)))
    recipes.add(y)
    assert "reason" in recipes.kinds[0]


def test_a_tape_has_no_answer_to_whether_a_number_is_true():
    tape = Tape()
    x = tape.given(())
    with pytest.raises(TypeError, match="no number yet"):
        bool(tape.rows.greater(x, 0.0)[()])
    assert tape.written(tape.rows.sum(tape.given((2, 2)), axis=0)) == ([["add", 1, 3], ["add", 2, 4]], [5, 6])


# ----------------------------------------------------------------------------------------------------------- forms


def by_its_form(formula: Math, notation: str) -> str:
    """Write a formula with nothing but its forms: what the page's JavaScript does."""
    parts = parts_of(formula)
    if not parts:
        return write(formula, notation)  # type: ignore[arg-type]
    form = form_of(formula)
    pieces, fenced = form[notation]["pieces"], form[notation]["fenced"]
    many = "sign" in form
    texts = []
    for k, part in enumerate(parts):
        text = by_its_form(part, notation)
        place = min(k, 1) if many else k
        fences = FENCES[notation] if kind_of(part) in fenced[place] else ["", ""]
        if form.get("raised") and k and notation == "plain":
            above = "".join(RAISED.get(c, "?") for c in text)
            texts.append("^" + text.join(fences) if "?" in above else above)
        else:
            texts.append(text.join(fences))
    if form.get("raised") and notation == "plain":
        return "".join(texts)
    ends = [pieces[min(k, 1) if many else k] for k in range(1, len(parts))] + [pieces[-1]]
    return pieces[0] + "".join(text + end for text, end in zip(texts, ends, strict=True))


SIGNS = ["+", "−", "·", "×", "⊙", "", "=", "mod"]


def drawn(rnd: random.Random, depth: int) -> Math:
    """Draw a formula."""
    if depth == 0 or rnd.random() < 0.15:
        return rnd.choice([Symbol("W_11"), Symbol("x"), Number(2.0), Number(-0.5), Number(1.5e-9), Symbol("a b")])

    def inner() -> Math:
        return drawn(rnd, depth - 1)

    return rnd.choice([
        lambda: Infix(rnd.choice(SIGNS), tuple(inner() for _ in range(rnd.randint(2, 4)))),
        lambda: Negative(inner()),
        lambda: Fraction(inner(), inner()),
        lambda: Power(inner(), inner()),
        lambda: Root(inner(), rnd.choice([2, 3])),
        lambda: Bars(inner(), *rnd.choice([("|", "|"), ("⌊", "⌋")])),
        lambda: Transposed(inner()),
        lambda: Item(inner(), "0, :"),
        lambda: Call(rnd.choice(["σ", "Σ", "log_10", "max"]), (inner(),)),
        lambda: Call("f", (inner(), inner()), prime=rnd.random() < 0.5),
        lambda: Derivative(inner(), inner()),
    ])()  # fmt: skip


@pytest.mark.parametrize("notation", ["plain", "mathml"])
def test_a_formula_is_its_forms(notation):
    rnd = random.Random(11)
    for _ in range(400):
        formula = drawn(rnd, 3)
        assert by_its_form(formula, notation) == write(formula, notation)
        assert rebuilt(formula, parts_of(formula)) == formula or parts_of(formula) == ()
