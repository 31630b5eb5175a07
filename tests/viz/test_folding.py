"""Large graphs: what is folded, that nothing gets lost, and that every number is right in every state of folding."""

import random
from itertools import count

import numpy as np
import pytest
from networks import layers, story

from microgradphys import Value, constant, scope
from microgradphys.errors import InputError
from microgradphys.notation import write
from microgradphys.symbols import number_text
from viz import Storyboard, draw
from viz.drawing import at_step
from viz.graph_view import folded_picture, graph_picture
from viz.html import page_data
from viz.large.blocks import Run, equal_stretches, runs, stretches
from viz.large.fold_states import coarse, digest, fold_states
from viz.large.folding import MOST_NODES, Folding, Group


def chain(length: int) -> Value:
    """x · 2 + 1, again and again."""
    x = Value(0.5, "x")
    for k in range(length):
        x = x * 0.999 if k % 2 else x + 0.001
    return x.named("y")


def samples(number: int, named: bool = False) -> Value:
    """A network of three neurons that many samples go through, each in a scope of its own if wanted."""
    w = [[Value(0.1 * i + 0.2 * j, f"w_{i}{j}") for j in range(2)] for i in range(3)]
    total: Value | None = None
    for k in range(number):
        x = [constant(0.01 * k, "x"), constant(1.0, "x'")]
        with scope(f"sample {k}") if named else scope("net"):
            outputs = []
            for i, row in enumerate(w):
                with scope(f"neuron {i}"):
                    outputs.append(np.tanh(row[0] * x[0] + row[1] * x[1]))
            error = (outputs[0] + outputs[1] * outputs[2] - 1.0) ** 2
        total = error if total is None else total + error
    assert total is not None
    return total.named("E")


def thicket(seed: int, number: int, scopes: bool) -> Value:
    """A random graph; with scopes, nested at random."""
    draw_ = random.Random(seed)
    nodes = [Value(draw_.uniform(-1, 1), f"w_{k}") for k in range(5)]
    names = [(), ("a",), ("a", "b"), ("c",), ("a", "b", "d")]
    for _ in range(number):
        path = draw_.choice(names) if scopes else ()
        made = [scope(name) for name in path]
        for one in made:
            one.__enter__()
        a, b = draw_.choice(nodes[-20:]), draw_.choice(nodes[-60:])
        nodes.append(
            draw_.choice([lambda a=a, b=b: a * 0.5 + b * 0.5, lambda a=a: np.tanh(a), lambda a=a, b=b: a * b])()
        )
        for one in reversed(made):
            one.__exit__(None, None, None)
    return sum(nodes[-30:], nodes[0]).named("E")  # type: ignore[union-attr]


def names(folding: Folding, group: Group) -> list[str]:
    """The items of a group as text."""
    return [item.name if isinstance(item, Group) else folding.story.nodes[item].id for item in folding.items(group)]


GRAPHS = {
    "chain": lambda: chain(2000),
    "samples": lambda: samples(100),
    "samples in scopes": lambda: samples(100, named=True),
    "thicket": lambda: thicket(1, 1400, scopes=False),
    "thicket in scopes": lambda: thicket(2, 1400, scopes=True),
    "wide": lambda: sum((Value(0.1) * float(k % 7) for k in range(700)), Value(0.0, "b")).named("y"),
}


@pytest.fixture(scope="module", params=list(GRAPHS))
def folding(request: pytest.FixtureRequest) -> Folding:
    """A graph that is too large to be drawn in full."""
    return Folding(Storyboard(GRAPHS[request.param]()))


def test_the_names_of_the_boxes() -> None:
    """Golden: scopes by their names, repeated blocks with their count, in the order of the program."""
    folded = Folding(Storyboard(samples(100)))
    expected = ["leaves × 6", "n6", "n7", "net", "add × 98", "n2084", "n2085", "n2104"]
    assert names(folded, folded.root) == expected
    net = next(group for group in folded.groups(folded.root) if group.name == "net")
    assert names(folded, net) == ["neuron 0", "neuron 1", "neuron 2", "multiply … power × 100"]
    chained = Folding(Storyboard(chain(2000)))
    (block,) = chained.groups(chained.root)
    assert (block.name, block.count) == ("add, multiply × 999", 999)
    assert names(chained, block)[-1] == "998 more"


def test_no_node_is_lost_or_doubled_in_any_state(folding: Folding) -> None:
    """Every node that is drawn is in exactly one box, whatever is open; boxes are few."""
    assert folding.large
    for state in fold_states(folding, folding.opened()):
        inside = [
            k for item in folding.boxes(state.opened) for k in (item.members if isinstance(item, Group) else [item])
        ]
        assert sorted(inside) == folding.visible
        assert len(folding.boxes(state.opened)) < 200


def test_everything_can_be_opened_down_to_its_nodes(folding: Folding) -> None:
    """No group holds itself, and what its items hold is what it holds."""
    stack = [folding.root]
    for _ in count():
        if not stack:
            break
        group = stack.pop()
        items = folding.items(group)
        held = [k for item in items for k in (item.members if isinstance(item, Group) else [item])]
        assert sorted(held) == sorted(group.members)
        assert 0 < len(items) <= 60
        below = folding.groups(group)
        assert all(len(one.members) < len(group.members) or len(items) == 1 for one in below)
        # Equal blocks need not all be opened here.
        stack += below if len(below) < 4 else [below[0], below[-1]]


def test_every_number_is_right_in_every_state(folding: Folding) -> None:
    """After any step, the picture of any state shows what the storyboard knows, and lights what is drawn."""
    told = folding.story.cut("update")
    for state in fold_states(folding, folding.opened())[:4]:
        picture = folded_picture(folding, state.opened)
        drawn = {shape.id for shape in picture.shapes} | {line.id for line in picture.lines}
        for step in (0, 1, len(told.steps)):
            known = told.state(step)
            for (which, k), (text, _) in at_step(told, picture, step).items():
                if which == "local":
                    continue
                numbers = known.gradients if which == "gradient" else {**known.values, **known.updated, **known.again}
                assert (text == "·") == (k not in numbers)
                if k in numbers and picture.slots()[which, k].math is None:
                    assert text == number_text(numbers[k])
        for place in random.Random(0).sample(range(len(told.moves)), 50):
            assert set(picture.routes[told.moves[place].id].lit) <= drawn


def test_a_large_graph_says_that_it_is_folded_and_a_small_one_is_drawn_in_full() -> None:
    """One sentence below the picture; nothing of the kind below a small one."""
    large = draw(chain(2000)).picture
    (note,) = [write(text.math) for text in large.texts if text.id == "note" and text.math]
    assert note.startswith("2 001 nodes are too many to be read at once: folded into 4 boxes. To open one: draw(…")
    assert len(large.shapes) < 20
    full = draw(chain(MOST_NODES - 2)).picture
    assert len(full.shapes) == MOST_NODES - 1
    assert not [text for text in full.texts if text.id == "note"]
    assert len(draw(chain(2000), fold=False).picture.shapes) == 2001


@pytest.mark.parametrize(
    ("fold", "unfold", "expected"),
    [
        (True, (), {"layer 1", "layer 2"}),
        (1, (), {"layer 1", "layer 2"}),
        ("layer 1", (), {"layer 1"}),
        (True, "layer 2", {"layer 1"}),
        (2, (), set()),
        (False, (), set()),
        ((), (), set()),
    ],
)
def test_fold_and_unfold_take_names_and_depths(fold: object, unfold: object, expected: set[str]) -> None:
    """The same two options for pictures and pages."""
    board = story(layers(2, 2, 1))
    picture = graph_picture(board, fold, unfold)  # type: ignore[arg-type]
    groups = {shape.id for shape in picture.shapes if shape.kind == "group"}
    assert {text.math.name for text in picture.texts if text.id[5:] in groups and text.role == "name"} == expected  # type: ignore[union-attr]


def test_paths_name_scopes_in_scopes() -> None:
    """neuron 1 of the net only, its siblings open."""
    picture = graph_picture(Storyboard(samples(3)), "net/neuron 1")
    assert [shape.kind for shape in picture.shapes].count("group") == 1
    folded = graph_picture(Storyboard(samples(3)), 2)
    assert [shape.kind for shape in folded.shapes].count("group") == 3
    with pytest.raises(InputError, match="no scope is called 'nowhere'; the scopes are 'net'"):
        draw(samples(3), fold="nowhere")
    with pytest.raises(InputError, match="fold=0 is not a depth"):
        draw(samples(3), fold=0)


def test_arrows_between_boxes_are_bundled() -> None:
    """One arrow from box to box, which says how many values it carries."""
    picture = draw(samples(100)).picture
    ends = [text.math.name for text in picture.texts if text.id.startswith("bundle")]  # type: ignore[union-attr]
    assert "99 values" in ends or "100 values" in ends


def test_runs_are_exact() -> None:
    """A block that differs in one operation, or in one operand, ends the run."""
    x = Value(0.5, "x")
    nodes = [x]
    for k in range(30):
        nodes.append(nodes[-1] * 2.0)
        nodes.append(np.tanh(nodes[-1]) if k == 20 else nodes[-1] + 1.0)
    found = [run for run in runs(nodes) if run.count > 1]
    assert found[0] == Run(1, 2, 20)
    twisted = [x]
    for k in range(30):
        twisted.append(twisted[-1] * 2.0)
        twisted.append(twisted[-1] + twisted[-2 if k == 9 else -1])
    assert max(run.count for run in runs(twisted)) == 20


def test_random_sequences_are_cut_without_loss() -> None:
    """Runs and stretches cover a sequence, in order, once."""
    for seed in range(20):
        nodes = Folding(Storyboard(thicket(seed, 200, scopes=False))).story.recording
        for cut in (runs(nodes), stretches(nodes, 7)):
            assert [run.start for run in cut] == [0, *(run.stop for run in cut[:-1])]
            assert cut[-1].stop == len(nodes)


def test_equal_scopes_are_gathered() -> None:
    """A hundred samples in scopes of their own are a row of equal ones."""
    folded = Folding(Storyboard(samples(100, named=True)))
    rows = [(group.name, group.count) for group in folded.groups(folded.root) if "sample" in group.name]
    assert rows == [("sample 0 … sample 99", 100)]
    a, b = Value(1.0), Value(2.0)
    groups = [[a * 2.0], [b * 3.0], [a + b], [np.tanh(a)]]
    assert [run.count for run in equal_stretches(groups, 0)] == [2, 1, 1]


def test_a_page_of_a_large_graph_has_coarse_steps_and_stays_small() -> None:
    """Steps by layer or pass, one formula a step, every link to a view that is there."""
    board = Storyboard(samples(150))
    told = coarse(board)
    assert told.by != "contribution"
    data = page_data(board)
    assert data["story"]["by"] == told.by
    assert [step["sentence"] for step in data["story"]["steps"]] == [step.sentence for step in told.steps]
    moves = data["story"]["moves"]
    assert [moves[step["stop"] - 1]["id"] for step in data["story"]["steps"]] == [step.id for step in told.steps]
    ids = {node["id"] for node in data["story"]["nodes"]}
    assert {move["node"] for move in moves} <= ids
    for view in data["views"]:
        assert len(view["changes"]) == len(view["routes"]) == len(moves)
        assert all(0 <= k < len(data["views"]) for k in view["opens"].values())
        assert view["closes"] is None or data["views"][view["closes"]]


def test_the_digest_ends_with_what_is_known_at_the_end() -> None:
    """The last writing into each slot is the last number of the storyboard."""
    board = Storyboard(samples(150))
    told = coarse(board)
    slots = graph_picture(board).slots()
    kept = digest(told, slots, slots)
    last = {slot: number for written in kept.written for slot, number, _ in written}
    known = told.state(len(told.steps))
    for (which, k), number in last.items():
        if which == "gradient":
            assert number == known.gradients[k]
        elif which == "value":
            assert number == {**known.values, **known.updated, **known.again}[k]


def test_hostile_scopes_are_names_of_boxes() -> None:
    """Markup and slashes in the name of a scope are text."""
    with scope('</text><script>"/x'):
        y = Value(1.0, "w") * 2
    document = draw((y + 1).named("E"), fold=True).svg()
    assert "<script" not in document
    assert "&lt;script&gt;" in document
