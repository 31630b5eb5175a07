"""Names for Values that were given none: from variables, from lists, from the attributes of a program's own objects."""

import numpy as np
import pytest

from microgradphys import Value
from microgradphys.errors import InputError
from microgradphys.notation import write
from viz import Stepper, draw, play
from viz.names import as_storyboard, names_in


class Line:
    """A model as a student writes one."""

    def __init__(self) -> None:
        """Make the parameters."""
        self.W = Value(np.ones((2, 1)))
        self.bs = [Value(0.5), Value(0.1)]
        self._hidden = Value(3.0)

    def __call__(self, x: np.ndarray) -> Value:
        """Compute the output."""
        return np.tanh(x @ self.W + self.bs[0]) + self.bs[1]


class Angry:
    """An object whose attributes must not be computed to find names."""

    def __getattr__(self, name: str) -> object:
        """Fail."""
        raise RuntimeError(name)

    @property
    def weight(self) -> Value:
        """Fail."""
        raise RuntimeError


def test_attributes_of_a_programs_objects_give_names() -> None:
    """An attribute is called what the class calls it; where that is taken, as the program reaches it."""
    line, other, w = Line(), Line(), Value(1.0)
    names = names_in({"line": line, "other": other, "w": w, "angry": Angry(), "np": np, "Line": Line})
    assert names == {
        "w": w,
        "W": line.W,
        "bs_0": line.bs[0],
        "bs_1": line.bs[1],
        "other.W": other.W,
        "other.bs[0]": other.bs[0],
        "other.bs[1]": other.bs[1],
    }


def test_a_model_of_ones_own_is_drawn_with_its_names() -> None:
    """In formulas and in the network view."""
    model = Line()
    loss = np.sum(model(np.array([[0.5, -1.0]])) ** 2)
    document = draw(loss, view="network").svg()
    assert "W[0, 0]" in document
    assert "bs₀" in document


class Stack:
    """Objects in a list of an object, and a way back to the outer one."""

    def __init__(self) -> None:
        """Make two lines, which know whom they belong to."""
        self.layers = [Line(), Line()]
        for line in self.layers:
            line.outer = self  # type: ignore[attr-defined]


def test_objects_inside_of_objects_give_names() -> None:
    """With the places of the lists on the way; an object that leads back to itself is no endless way."""
    net, lines = Stack(), [Line()]
    names = names_in({"net": net, "lines": lines})
    found = {id(value): name for name, value in reversed(list(names.items()))}
    assert [found[id(layer.W)] for layer in net.layers] == ["W_0", "W_1"]
    assert [found[id(b)] for b in net.layers[1].bs] == ["bs_10", "bs_11"]
    assert found[id(lines[0].W)] == "lines[0].W"


def test_a_variable_called_like_a_node_gives_no_second_node_that_name() -> None:
    """It is known by it all the same."""
    first, a = Value(0.0, "total"), Value(2.0, "a")
    total = first + a
    stepper = Stepper((total * total).named("E"), names={"total": total})
    assert [write(node.label) for node in stepper.story.nodes] == ["total", "a", "total + a", "E"]
    with pytest.raises(InputError, match=r"several nodes are called 'total'; .*: n0 \(a leaf\), n2 = total \+ a$"):
        stepper.print("total")


def test_an_option_that_a_storyboard_does_not_have_is_named() -> None:
    """With those that it has."""
    w = Value(1.0, "w")
    for show in (Stepper, play):
        with pytest.raises(InputError, match="no option 'view' here; those of a storyboard are by, learning_rate, "):
            show(w * w, view="network")


def test_names_that_are_given_win_over_those_of_variables() -> None:
    """Those in a dictionary of the caller's, too, whatever that is called."""
    names = {"w": Value(2.0), "x": Value(3.0)}
    v = names["x"]
    story = as_storyboard(names["w"] * v, names=names, depth=0)
    assert [write(node.label) for node in story.nodes] == ["w", "x", "w · x"]
    assert story.index("v") == story.index("x")
    with pytest.raises(InputError, match="names is a dictionary"):
        draw(v * 2, names=5)
