"""Ending a gradient: at a node of a backward pass, and inside a function."""

from typing import Any

import numpy as np
import pytest

import viz
from microgradphys import Value, constant, grad, hessian, jvp, stop
from microgradphys.backward import sweep
from microgradphys.errors import GradientError


def test_the_gradient_reaches_a_node_and_goes_no_further() -> None:
    """What lies beyond stays as it was; another way around the node is walked."""
    x, w = Value(2.0, "x"), Value(3.0, "w")
    h = (x * w).named("h")
    y = h * h + x
    y.backward(stop=h)
    assert (h.grad, x.grad, w.grad) == (12.0, 1.0, None)
    deep = np.exp(x * w * 0.5) * x
    behind = deep.parents[0].parents[0].parents[0]
    deep.backward(stop=deep.parents[0])
    assert (behind.op, behind.grad) == ("multiply", None)


def test_its_gradient_adds_up_as_that_of_a_leaf() -> None:
    """Twice is twice; without stop a computed node's gradient is replaced."""
    x = Value(np.array([1.0, 2.0]))
    h = x * 2
    y = (h * h).sum()
    y.backward(stop=[h])
    y.backward(stop=(h,))
    np.testing.assert_array_equal(h.grad, [8.0, 16.0])
    assert x.grad is None
    y.backward()
    np.testing.assert_array_equal(h.grad, [4.0, 8.0])
    np.testing.assert_array_equal(x.grad, [8.0, 16.0])


def test_several_nodes_leaves_and_the_output_itself_may_be_named() -> None:
    """One behind another is not reached; a leaf ends a gradient anyhow."""
    x = Value(2.0, "x")
    a = x * 3
    b = a * 5
    y = b * x
    y.backward(stop={a, b, x})
    assert (b.grad, a.grad, x.grad) == (2.0, None, 30.0)
    z = Value(1.0)
    v = z * 2
    v.backward(stop=v)
    assert (v.grad, z.grad) == (1.0, None)


def test_a_sweep_may_be_ended_too() -> None:
    """Of numbers, watched, and of Values."""
    x = Value(2.0)
    h = np.exp(x)
    y = h * x
    for options in ({}, {"watch": lambda item: None}):
        found = sweep(y, 1.0, stop={h}, **options)
        assert (found[h], found[x]) == (2.0, h.data)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (Value(1.0, "far"), "no gradient at 'far' to stop at: it is not in its graph"),
        (constant(1.0, "c"), "no gradient at 'c' to stop at: no gradient flows into it"),
        (3.0, "stop= takes a Value or several, not float"),
        (None, "stop= takes a Value or several, not NoneType"),
        (["w"], "stop= takes a Value or several, not str"),
    ],
)
def test_a_stop_that_makes_no_sense_is_refused(end: Any, message: str) -> None:
    """Before any gradient is set."""
    x = Value(2.0)
    y = x * 3
    with pytest.raises(GradientError, match=message):
        y.backward(stop=end)
    assert x.grad is None


def test_the_pictures_do_not_mind() -> None:
    """A storyboard tells the whole story, whatever a backward pass stopped at."""
    x = Value(2.0, "x")
    h = (x * 3).named("h")
    y = (h * h).named("y")
    before = [str(step.formula) for step in viz.Storyboard(y)]
    y.backward(stop=h)
    assert [str(step.formula) for step in viz.Storyboard(y)] == before
    assert "h" in str(viz.Stepper(y).to("h"))


def test_stop_makes_a_constant_of_the_same_name() -> None:
    """Of a Value, of every Value in a structure; plain data stays what it is."""
    x = Value([1.0, 2.0], "x")
    y = stop(x)
    assert (y.name, y.active, y.parents) == ("x", False, ())
    np.testing.assert_array_equal(y.data, x.data)
    data = [1.0, np.ones(2)]
    assert stop(data) is data
    assert stop(2.0) == 2.0
    tree = stop({"a": (x, 1.0)})
    assert not tree["a"][0].active
    assert tree["a"][1] == 1.0


def test_stop_is_constant_at_every_level_of_nested_transforms() -> None:
    """Neither the inner nor the outer derivative sees through it."""
    assert grad(lambda x: stop(x) * x)(3.0) == 3.0
    assert grad(grad(lambda x: stop(x) * x * x))(3.0) == 6.0
    assert grad(grad(lambda x: stop(x) ** 3))(3.0) == 0.0
    assert grad(lambda x: x * grad(lambda z: stop(z * x) * z)(2.0))(3.0) == 6.0
    assert hessian(lambda x: x * stop(x))(3.0) == 0.0
    assert jvp(lambda x: stop(x) * x, (3.0,), (1.0,)) == (9.0, 3.0)
    assert grad(lambda x: stop(x))(3.0) == 0.0
