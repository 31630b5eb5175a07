"""A leaf's number changed on the page: everything is computed again, to the digits that Python would show."""

import json
import random
import struct

import numpy as np
import pytest
import random_programs
from array_networks import dense, recurrent
from scalar_graphs import changed, graph, leaves_of

import microgradphys as mgp
from lessons import worked_example
from lessons.worked_example import scalar_network
from microgradphys import Value, relu
from microgradphys.mathematics import Number
from microgradphys.namespaces import floats
from microgradphys.notation import write
from microgradphys.primitives import ELEMENTWISE
from microgradphys.recording import values
from microgradphys.rerun import recompute
from microgradphys.symbols import number_text
from viz import Storyboard, gradient, play
from viz.drawing import at_step
from viz.graph_view import graph_picture
from viz.grids import code_of
from viz.html import embedded, page_data, player_script
from viz.networks.network import read_network
from viz.networks.network_view import network_picture
from viz.page.javascript import OPERATIONS
from viz.picture import Grid, Line, part_of

EXPOSED = "recomputed, revived, whyNot, numberText, numberLeaf, codeOf, partOf, OPERATIONS"


@pytest.fixture(scope="module")
def inside(browser, tmp_path_factory):
    """A page in which the player's own functions can be called."""
    path = tmp_path_factory.mktemp("inside") / "inside.html"
    script = player_script().replace("export function", "function")
    path.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><script type="module">{script}\n'
        f"window.player = {{ {EXPOSED} }};</script>",
        encoding="utf-8",
    )
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_function("() => Boolean(window.player)")
    yield page
    page.close()


def as_json(data):
    return json.loads(embedded(data))


def as_text(number):
    """A number as JavaScript reads it."""
    return repr(float(number)).replace("inf", "Infinity").replace("nan", "NaN")


def shown(data):
    """All that a page says at any step: formulas, sums, known numbers, texts of the pictures and their sizes."""
    moves = data["story"]["moves"]

    def both(formula):
        return formula and {
            name: part if name == "sign" else {key: part[key] for key in ("plain", "mathml")}
            for name, part in formula.items()
        }

    return {
        "formulas": [[both(move["formula"]), both(move["local_formula"])] for move in moves],
        "sums": data["sums"],
        "news": [entry and list(entry) for entry in data["news"]],
        "views": [[[entry[:3] for entry in change] for change in view["changes"]] for view in data["views"]],
        "sizes": [[[round(entry[3]) for entry in change] for change in view["changes"]] for view in data["views"]],
    }


def assert_same(found, wanted, where=""):
    """Compare, and say where the first difference is."""
    if isinstance(wanted, (dict, list)):
        assert len(found) == len(wanted), where
        for key in wanted if isinstance(wanted, dict) else range(len(wanted)):
            assert_same(found[key], wanted[key], f"{where}/{key}")
    elif "/sizes/" in where:
        # The widths of letters are rounded for the page.
        assert abs(found - wanted) <= 1, where
    else:
        assert found == wanted, where


def assert_recomputes(page, before, k, new, after):
    """Put new data on node k on the page, and compare with a storyboard that was recorded with it."""
    with np.errstate(all="ignore"):
        data, wanted = as_json(page_data(before)), as_json(page_data(after))
    assert page.evaluate("(data) => player.whyNot(player.revived(data))", data) == ""
    call = "([data, k, value]) => player.recomputed(player.revived(data), new Map([[k, Number(value) || value]]))"
    found = page.evaluate(call, [data, k, as_text(new) if isinstance(new, float) else new])
    assert_same(shown(found), shown(wanted))


# ---------------------------------------------------------------------------------------------------------- numbers


def test_numbers_are_written_as_python_writes_them(inside):
    rnd = random.Random(7)
    halves = [(k + 0.5) / 2**j for k in range(0, 4000, 7) for j in (1, 3, 8)]
    drawn = [rnd.gauss(0, 1) * 10 ** rnd.uniform(-12, 12) for _ in range(3000)]
    bits = [struct.unpack("d", rnd.randbytes(8))[0] for _ in range(1500)]
    edges = [0.0, -0.0, 1e300, 5e-324, 9.9995, 99995.0, 999950.0, 1e6, 1e-5, 9.9995e-5, 123456.5, float("nan")]
    numbers = [*edges, *halves, *drawn, *bits, float("inf"), *(-x for x in (*edges, *halves)), -float("inf")]
    found = inside.evaluate("(all) => all.map((x) => player.numberText(Number(x)))", list(map(as_text, numbers)))
    assert [pair for pair in zip(found, map(number_text, numbers), strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("value", [
    -0.5, 1.5e-7, float("nan"), [1.0, -2.0], [[1.0, 2.0], [0.0, 1e9]], [[[1.0]]], list(range(13)), -float("inf"),
])  # fmt: skip
def test_numbers_and_arrays_in_formulas_are_written_as_python_writes_them(inside, value):
    sent = as_text(value) if isinstance(value, float) else value
    found = inside.evaluate("(value) => player.numberLeaf(typeof value === 'string' ? Number(value) : value)", sent)
    formula = Number(value if isinstance(value, float) else np.array(value, float))
    assert (found["plain"], found["mathml"]) == (write(formula), write(formula, "mathml"))


def test_operations_are_those_that_rows_are_made_of():
    """A row without a forward of its own is one of the operations; so are comparisons, and math's own functions."""
    assert {row.name for row in ELEMENTWISE if row.forward is None} <= set(OPERATIONS)
    logic = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal"}
    logic |= {"logical_and", "logical_or", "logical_not"}
    assert set(OPERATIONS) - {row.name for row in ELEMENTWISE if row.forward is None} == logic | {"erf", "erfc"}


def test_operations_compute_what_the_rows_compute(inside):
    rnd = random.Random(3)
    edges = [0.0, 1.0, -1.0, 0.5, -0.5, 2.5, 3.5, -2.5, 1e-9, 30.0, float("inf"), -float("inf"), float("nan")]
    asked, wanted = [], []
    for row in ELEMENTWISE:
        if row.name not in OPERATIONS:
            continue
        points = [
            [rnd.choice(edges) if rnd.random() < 0.6 else rnd.gauss(0, 2) for _ in range(row.arity)] for _ in range(60)
        ]
        for point in points:
            with np.errstate(all="ignore"):
                wanted.append((row.name, point, getattr(floats, row.name)(*point)))
            asked.append([row.name, list(map(as_text, point))])
    call = "(all) => all.map(([name, point]) => String(player.OPERATIONS[name](...point.map(Number))))"
    found = [float(text.replace("Infinity", "inf")) for text in inside.evaluate(call, asked)]
    for number, (name, point, expected) in zip(found, wanted, strict=True):
        assert number == pytest.approx(expected, rel=1e-13, abs=1e-300, nan_ok=True), (name, point)


def test_heat_maps_and_edges_get_the_tints_that_python_gives(inside):
    rnd = np.random.default_rng(5)
    asked, wanted = [], []
    for shape, cells in [
        ((3, 4), (3, 4)),
        ((1, 1), (1, 1)),
        ((100, 2), (64, 2)),
        ((7, 130), (7, 64)),
        ((5, 1), (5, 1)),
    ]:
        for peak in (1.0, 0.3):
            number = rnd.normal(size=shape)
            number.flat[0] = rnd.choice([np.nan, np.inf, 0.0, 0.5 * peak / 31, 5.0])
            grid = Grid("g", 0, 0, 9, 9, shape, *cells, peak=peak)
            wanted.append(code_of(grid, number))
            mark = {"shape": shape, "rows": cells[0], "columns": cells[1], "peak": peak}
            asked.append([mark, [as_text(x) for x in number.flat]])
    for number in (-2.0, 0.25, 1e9, np.nan):
        wanted.append(code_of(Line("w", (), peak=2.0), number))
        asked.append([{"peak": 2.0}, [as_text(number)]])
    call = "(all) => all.map(([mark, numbers]) => player.codeOf(mark, numbers.map(Number)))"
    assert inside.evaluate(call, asked) == wanted


@pytest.mark.parametrize("part", [(), (1,), (0, 2), (1, None, 1), (None, 2), (0, None, None)])
def test_a_part_of_an_array_is_what_python_takes(inside, part):
    number = np.arange(24.0).reshape(2, 3, 4)
    slot = ("value", 0, part) if part else ("value", 0)
    assert inside.evaluate("([at, number]) => player.partOf({ at }, number)", [part or None, number.tolist()]) == (
        np.asarray(part_of(slot, number)).tolist()
    )


def test_elements_and_heat_maps_of_a_network_of_arrays_are_recomputed(inside):
    before = Storyboard(dense(2, 3, 1))
    data = as_json(page_data(before))
    k = next(k for k, node in enumerate(before.nodes) if node.shape == (2, 3) and node.op is None)
    new = (before.data[before.recording[k]] * 2 - 0.1).tolist()
    call = "([data, k, value]) => player.recomputed(player.revived(data), new Map([[k, value]])).views"
    views = inside.evaluate(call, [data, k, new])
    values = recompute(before.recording, {before.recording[k]: np.array(new)})
    texts = {id_: text for change in views[0]["changes"][: len(before.nodes)] for id_, text, *_ in change}
    hidden = next(j for j, node in enumerate(before.nodes) if node.op == "tanh")
    for at in ((0,), (1,), (2,)):
        slot = next(id_ for id_, one in views[0]["slots"].items() if one["of"] == hidden and one["at"] == list(at))
        assert texts[slot].endswith(number_text(float(values[before.recording[hidden]][at])))
    assert {id_ for id_, _ in views[0]["firstTints"]} == {
        id_ for id_, one in views[0]["tinted"].items() if one["what"] == "value" and before.nodes[one["of"]].op is None
    }


def test_boxes_with_heat_maps_say_from_where_to_where_the_new_numbers_go(inside):
    before = Storyboard(recurrent())
    data = as_json(page_data(before))
    k = next(k for k, node in enumerate(before.nodes) if len(node.shape) == 2 and node.op is None and node.named)
    new = before.data[before.recording[k]] * 2 - 0.1
    call = "([data, k, value]) => player.recomputed(player.revived(data), new Map([[k, value]])).views[0].start"
    texts = {id_: text for id_, text, *_ in inside.evaluate(call, [data, k, new.tolist()])}
    assert texts[f"value{k}"] == f"{number_text(new.min())} … {number_text(new.max())}"


# ------------------------------------------------------------------------------------------------- random programs


def test_random_scalar_graphs_are_recomputed_to_the_digits_shown(inside):
    for seed in range(14):
        leaves = leaves_of(seed)
        k, new = changed(seed, leaves)
        before, made = graph(seed, leaves)
        if made[k] in set(before.recording):
            assert_recomputes(inside, before, before.index(made[k]), new[k], graph(seed, new)[0])


def test_random_programs_of_arrays_are_recomputed_or_refused(inside):
    own = {"relu": relu, "sigmoid": mgp.sigmoid, "where": lambda a, b: np.where(a > b, a, b * 0.5)}
    own |= {name: getattr(values, name) for name in ("softplus", "softmax", "logsumexp")}
    library = random_programs.Library(random_programs.numpy_like(np).functions | own)

    def story(program, leaves):
        made = [Value(leaf, f"x_{k}") for k, leaf in enumerate(leaves)]
        return Storyboard(random_programs.run(program, library, made).named("L")), made

    for seed in range(5):
        program = random_programs.build(seed, steps=5)
        rnd = np.random.default_rng(seed)
        moved = [leaf + (0.3 * rnd.normal(size=leaf.shape) if k == 0 else 0) for k, leaf in enumerate(program.leaves)]
        before, made = story(program, program.leaves)
        assert_recomputes(inside, before, before.index(made[0]), moved[0].tolist(), story(program, moved)[0])


@pytest.mark.parametrize(("name", "make"), [
    ("relu", lambda x: relu(x) * 3),
    ("abs", lambda x: abs(x) * x),
    ("max", lambda x: np.maximum(x, 1.0) * x),
    ("clip", lambda x: np.clip(x, 0.0, 1.0) + x),
    ("power", lambda x: x**2 * np.exp(x) + (x + 4) ** x),
    ("elu", lambda x: values.elu(x, alpha=0.5) * x),
    ("array", lambda x: np.max(np.stack([x, x * x, x + 0.25]))),
])  # fmt: skip
def test_kinks_and_ones_follow_the_new_number(inside, name, make):
    def story(number):
        x = Value(number, "x")
        with np.errstate(all="ignore"):
            return Storyboard(make(x).named("L"), learning_rate=None), x

    before, x = story(1.5)
    for new in (-1.0, 0.0, 1.0, 3.0):
        assert_recomputes(inside, before, before.index(x), new, story(new)[0])


def second_derivative(z):
    """A graph of a gradient: its labels are products, which a formula around them takes apart."""
    return gradient(gradient((np.sin(z) * z**3).named("f"), z), z)


@pytest.mark.parametrize(("make", "leaf", "others"), [
    (second_derivative, 1.5, [0.25, -2.0, float("nan")]),
    (lambda z: gradient((np.exp(z * 0.5) / z).named("f"), z), 1.5, [0.25, -2.0, 1e300]),
    (lambda A: np.sum(np.linalg.solve(A, np.array([1.0, 2.0])) ** 2), [[2.0, 0.5], [0.5, 1.0]], [[[0, 1], [3, 1.0]]]),
    (lambda A: np.linalg.slogdet(A)[1] ** 2 + A[0, 1], [[2.0, 0.5], [0.5, 1.0]], [[[0, 1], [1, 0.0]]]),
    (lambda A: np.sum(np.linalg.inv(A)), [[3.0, 0.5, 1], [0, 1, 2], [1, 0, 1]], [[[1.0, 2, 0], [0, 1, 0], [1, 0, 1]]]),
])  # fmt: skip
def test_gradients_of_gradients_and_linear_algebra_are_recomputed(inside, make, leaf, others):
    def story(number):
        z = Value(number, "z")
        with np.errstate(all="ignore"):
            return Storyboard(make(z).named("L"), learning_rate=None), z

    before, z = story(leaf)
    for number in others:
        assert_recomputes(inside, before, before.index(z), number, story(number)[0])


# -------------------------------------------------------------------------------------------------- in the browser


def seen(page):
    """What the page says now, in words and numbers."""
    return page.evaluate(
        """() => ({
            known: [...document.querySelectorAll('.mgp-known tr[data-state]:not([data-state=missing])')]
                .map((row) => [row.cells[0].textContent, row.cells[1].textContent]),
            texts: Object.fromEntries([...document.querySelectorAll('.mgp-picture:not([hidden]) text')]
                .map((text) => [text.dataset.id, text.textContent])),
            status: document.querySelector('[role=status]').textContent,
            result: document.querySelector('.mgp-line.main .mgp-math:last-child math').textContent,
        })"""
    )


def assert_every_step(page, story, pictures):
    """Go through all steps, and compare with a storyboard."""
    page.keyboard.press("Home")
    name = page.evaluate("document.querySelector('button[data-view][aria-pressed=true]')?.dataset.view ?? 'graph'")
    for k, step in enumerate(story.steps, 1):
        now = seen(page)
        assert now["status"] == f"{step.sentence}: {step.move.formula}"
        assert now["known"] == [[write(line.label), write(Number(line.value))] for line in story.known(k)]
        filled = at_step(story, pictures[name], k)
        slots = {text.id: slot for slot, text in pictures[name].slots().items()}
        assert {id_: now["texts"][id_] for id_ in slots} == {id_: filled[slot][0] for id_, slot in slots.items()}
        assert now["result"].lstrip("=") == write(step.move.formula.result)
        page.keyboard.press("ArrowRight")


def type_number(page, node, text):
    """Open a node's card from the graph view, and type another number."""
    page.evaluate(
        "(id) => document.querySelector(`.mgp-picture:not([hidden]) [data-id=${id}]`)"
        ".dispatchEvent(new MouseEvent('click', { bubbles: true }))",
        node,
    )
    page.locator(".mgp-fields input").fill(text)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def test_the_worked_example_with_another_weight_is_that_of_python_at_every_step(visit, tmp_path):
    net = scalar_network()
    story = Storyboard(net.E, learning_rate=1.0)
    page = visit(play(story).save(tmp_path / "page.html"), "#step=1&view=graph")
    type_number(page, story.nodes[story.index(net.W1[0][0])].id, "−1.25")
    assert "W₁₁ = −1.25 (recorded 0.1)" in page.locator(".mgp-changed").text_content()
    (_, w12), second = worked_example.W1
    fresh = Storyboard(scalar_network(W1=((-1.25, w12), second)).E, learning_rate=1.0)
    # The pictures stay as they were laid out; the numbers on them are the new ones.
    pictures = {"graph": graph_picture(story), "network": network_picture(story, read_network(story))}
    assert_every_step(page, fresh, pictures)
    page.click("button[data-view=network]")
    assert_every_step(page, fresh, pictures)
    page.get_by_role("button", name="Back to the recorded numbers").click()
    assert page.locator(".mgp-changed").is_hidden()
    assert_every_step(page, story, pictures)


def test_a_random_graph_with_another_number_is_that_of_python_at_every_step(visit, tmp_path):
    leaves = leaves_of(4)
    before, made = graph(4, leaves)
    fresh, _ = graph(4, [0.75, *leaves[1:]])
    with np.errstate(all="ignore"):
        page = visit(play(before).save(tmp_path / "page.html"), "#step=1&view=graph")
        type_number(page, before.nodes[before.index(made[0])].id, "0.75")
        assert_every_step(page, fresh, {"graph": graph_picture(before)})


def test_what_is_no_number_is_refused_and_nothing_changes(visit, tmp_path):
    x = Value(3.0, "x")
    page = visit(play((x * x).named("E")).save(tmp_path / "page.html"), "#step=4")
    page.locator(".mgp-picture:not([hidden]) [data-id=n0]").click()
    for text in ("three", "", "1e999", "0x10", "1 000", "2,5,5"):
        page.locator(".mgp-fields input").fill(text)
        page.keyboard.press("Enter")
        assert "not a number" in page.locator(".mgp-note[role=alert]").text_content()
        assert page.locator(".mgp-fields input").get_attribute("aria-invalid") == "true"
        assert page.locator(".mgp-changed").is_hidden()
    for text, slope in (
        ("2,5", "5"), ("−1e−3", "−0.002"), (".5", "1"), ("1e300", "2×10³⁰⁰"), ("inf", "∞"), ("−∞", "−∞"),
        ("nan", "NaN"),
    ):  # fmt: skip
        page.locator(".mgp-fields input").fill(text)
        page.keyboard.press("Enter")
        assert page.locator(".mgp-changed").is_visible()
        assert page.locator(".mgp-known tbody[data-pass=backward] td").last.text_content() == slope
    page.wait_for_function("location.hash === '#step=4&set=0:NaN'")


def test_a_graph_that_the_page_cannot_compute_says_so(visit, tmp_path):
    A = Value([[2.0, 0.5], [0.5, 1.0]], "A")
    page = visit(play(np.linalg.det(A).named("d")).save(tmp_path / "page.html"))
    page.locator(".mgp-picture:not([hidden]) [data-id=n0]").click()
    assert (
        page.locator(".mgp-card .mgp-note").first.text_content() == "This page cannot recompute det; run it in Python."
    )
    assert page.locator(".mgp-fields").count() == 0


def test_a_link_keeps_the_changed_numbers(visit, tmp_path):
    x, y = Value(3.0, "x"), Value([1.0, 2.0], "y")
    path = play(np.sum(x * y).named("E")).save(tmp_path / "page.html")
    page = visit(path, "#step=1&set=0:-2.5,1:4:0.5")
    assert "x = −2.5 (recorded 3), y = [4, 0.5] (recorded [1, 2])" in page.locator(".mgp-changed").text_content()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.hash === '#step=2&set=0:-2.5,1:4:0.5'")
    for wrong in ("0:abc", "7:1", "1:1", "2:1", "0:", "<script>"):
        assert visit(path, f"#step=1&set={wrong}").locator(".mgp-changed").is_hidden()
