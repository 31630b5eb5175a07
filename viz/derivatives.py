"""The gradient of a graph as a graph: drawn, stepped through, filmed and differentiated again as any other.

The sweep that computes gradients computes with Values as well as with numbers; what it records is the derivative.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.backward import sweep
from microgradphys.endpoints import seed_for
from microgradphys.errors import GradientError, InputError, MatrixError
from microgradphys.graph import ancestors, describe
from microgradphys.mathematics import Derivative, Symbol, in_full, named
from microgradphys.recording import constant, values
from microgradphys.scopes import recording, scope
from microgradphys.symbols import raised
from microgradphys.value import Value
from viz.names import names_around
from viz.storyboard import NEWTON
from viz.tidied import Known, tidied


class _One(float):
    """The gradient that a backward pass begins with: as mathematics does not write a factor 1, none is recorded."""

    def __mul__(self, other: Any) -> Any:
        """Leave a factor as it is."""
        return other


def gradient(y: Value, x: Value) -> Value:
    """Return ∂y/∂x as a Value whose graph is the forward pass and the backward pass.

    The nodes of the backward pass are in a scope of the derivative's name, so that a picture can fold them, and
    gradients of named nodes have names: ∂y/∂x, and ∂²y/∂x² where y is itself a gradient.

    Args:
        y: a Value that holds one number.
        x: a Value that it depends on.

    Returns:
        A Value in the shape of x; a constant c is c · x⁰, which has a graph as any other.

    Raises:
        GradientError: y is not one number, or does not depend on x.
        InputError: one of them is no Value.

    >>> x = Value(2.0, "x")
    >>> y = (x**4).named("y")
    >>> slope = gradient(y, x)
    >>> curvature = gradient(slope, x)
    >>> slope.data, slope.name, curvature.data, curvature.name
    (32.0, '∂y/∂x', 48.0, '∂²y/∂x²')
    """
    slope = _gradient(y, x, names_around(1), {})
    if slope.active:
        return slope
    # The slope of 2 · x is 2 · x⁰, as the rule for powers has it: that is a graph, and can be drawn and differentiated.
    with recording(True), scope(slope.name or ""):
        return (x**0 if np.all(slope.held == 1.0) else slope.held * x**0).named(slope.name or "")


def _gradient(y: Value, x: Value, names: Mapping[str, Value], known: Known) -> Value:
    """Record a gradient; what is known already is not computed again."""
    for one in (y, x):
        if not isinstance(one, Value):
            raise InputError(f"a gradient is taken of a Value with respect to a Value, not {type(one).__name__}")
    if y.size != 1:
        raise GradientError(f"{describe(y)} has shape {y.shape}, and a gradient is of one number; sum or average it")
    inside = set(ancestors(y)) if y.active else set()
    if x not in inside:
        raise GradientError(f"{describe(y)} does not depend on {describe(x)}, so its derivative would be 0 everywhere")
    around = {value: name for name, value in reversed(list(names.items()))}
    titles = {node: node.name or around.get(node) for node in inside}
    top = titles[y] or "y"
    with recording(True), scope(_derivative(top, titles[x] or "x")):
        seed = _One(seed_for(y, None)) if not y.shape else seed_for(y, None)
        found = tidied(sweep(y, seed, values=values), inside, known)
        # A gradient that is a node of the forward pass, or a number, gets a node of its own to bear the name.
        slope = found[x] if isinstance(found[x], Value) else constant(float(found[x]) if not x.shape else found[x])
        if slope in inside or slope.name:
            slope = values.positive(slope)
        elif slope.primitive is None:
            # Its number may be a factor elsewhere, too, which must not bear the name.
            slope = constant(slope.held)
    for node, value in found.items():
        title = titles.get(node)
        new = isinstance(value, Value) and value not in inside and not value.name
        if new and title and node is not y and not title.startswith("∂"):
            value.named(_derivative(top, title))
    return slope.named(_derivative(top, titles[x] or "x"))


def newton(y: Value, *variables: Value) -> tuple[Value, ...]:
    """Record one step of Newton's method towards a stationary point: x − H⁻¹ g, with the Hessian H and gradient g of y.

    Method: J. Nocedal, S. Wright, "Numerical Optimization", 2nd ed. (2006), chapter 3.

    Args:
        y: a Value that holds one number.
        variables: one Value or two that it depends on, each one number.

    Returns:
        For each variable a Value of where it goes, named x⁺, with the whole step as its graph.

    Raises:
        InputError: no variable, or more than two; for those use `microgradphys.hessian` and `numpy.linalg.solve`.
        GradientError: y does not depend on a variable.
        MatrixError: the Hessian has no inverse.

    >>> x = Value(3.0, "x")
    >>> (new,) = newton((x**2 - 2 * x).named("y"), x)
    >>> new.data, new.name
    (1.0, 'x^+')
    """
    if any(not isinstance(x, Value) or x.size != 1 for x in variables):
        raise InputError("newton takes Values that hold one number each, one after the other, as newton(y, a, b)")
    if len(variables) not in (1, 2):
        raise InputError(
            f"newton records the step of one variable or two, not of {len(variables)}; for more of them solve with "
            "microgradphys.hessian"
        )
    names, known = names_around(1), Known()
    g = [_gradient(y, x, names, known) for x in variables]
    if len(variables) == 1:
        det = _second(g[0], variables[0], names, known)
        rows = [g[0]]
    else:
        (a, b), (c, d) = ([_second(slope, x, names, known) for x in variables] for slope in g)
        with scope(NEWTON):
            # Cramer's rule, which a blackboard can hold.
            det = (a * d - b * c).named("det H")
            rows = [d * g[0] - b * g[1], a * g[1] - c * g[0]]
    if not np.any(det.data):
        raise MatrixError(f"the Hessian of {y.name or 'y'} has no inverse here, so Newton's method has no step")
    with scope(NEWTON):
        steps = [row / det for row in rows]
        return tuple((x - step).named(f"{x.name or 'x'}^+") for x, step in zip(variables, steps, strict=True))


def _second(slope: Value, x: Value, names: Mapping[str, Value], known: Known) -> Value:
    """The derivative of a gradient; 0 where it does not depend on x."""
    # Not `in` a list, which would compare numbers.
    if slope.active and x in set(ancestors(slope)):
        return _gradient(slope, x, names, known)
    return constant(0.0, _derivative(slope.name or "g", x.name or "x"))


def _derivative(top: str, bottom: str) -> str:
    """Name a derivative, one of a higher order if what is differentiated is named as a derivative.

    >>> _derivative("∂y/∂x_1", "x_1"), _derivative("∂y/∂x", "z")
    ('∂²y/∂x_1²', '∂²y/∂x∂z')
    """
    order, inner, bottoms = in_full(Derivative(named(top), Symbol(bottom)))
    below = "".join(f"∂{_text(one)}{raised(str(power)) if power > 1 else ''}" for one, power in bottoms)
    return f"∂{raised(str(order)) if order > 1 else ''}{_text(inner)}/{below}"


def _text(formula: object) -> str:
    """The name in a symbol."""
    return formula.name if isinstance(formula, Symbol) else ""
