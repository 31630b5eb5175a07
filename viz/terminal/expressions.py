"""Arithmetic with what is known at a step, as `print` takes it: `w − 0.1 * w.grad`. Read, never executed.

```
w, n12                     the value of a node by its name or id
w.value, w.grad            its value, its gradient
+ - * / ** @ ( )           and W[0, 1:] to choose elements; < <= > >= == != to compare
exp(w), np.sum(w * x)      functions of the table of primitives
```
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.namespaces import arrays
from microgradphys.notation import write
from viz.table import value_of

if TYPE_CHECKING:
    from viz.stepper import Stepper

_TWO: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ONE: Mapping[type[ast.AST], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_SIGNS = str.maketrans({"−": "-", "·": "*", "×": "*", "^": "**"})
_OTHER_NAMES = {"abs": "absolute", "ln": "log", "dot": "matmul"}
_LONGEST = 500


def parsed(text: str) -> ast.expr | None:
    """Read arithmetic; None where a text is none, or no more than a name."""
    if len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(text.strip().translate(_SIGNS), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if isinstance(tree, (ast.Name, ast.Attribute)) or not _is_arithmetic(tree) else tree


def _is_arithmetic(tree: ast.expr) -> bool:
    """Whether a tree is of the kinds that are computed."""
    kinds = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Subscript)
    number = isinstance(tree, ast.Constant) and type(tree.value) in (int, float)
    return number or (isinstance(tree, kinds) and not (isinstance(tree, ast.UnaryOp) and type(tree.op) not in _ONE))


def computed(stepper: Stepper, tree: ast.expr) -> Any:
    """Compute arithmetic with the numbers that are known at the present step.

    Raises:
        InputError: it names something that is not there or not computed yet, or its shapes do not fit.
    """
    try:
        with np.errstate(all="ignore"):
            return _Computing(stepper).number(tree)
    except InputError:
        raise
    except (ValueError, TypeError, IndexError, OverflowError, RecursionError, MemoryError) as error:
        raise InputError(f"{ast.unparse(tree)} cannot be computed: {error}") from None


@dataclass(frozen=True, slots=True)
class _Computing:
    """Computes trees at one step."""

    stepper: Stepper

    def number(self, tree: ast.AST) -> Any:
        """Compute one part; of kinds that are not allowed nothing is computed."""
        match tree:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return np.float64(value)
            case ast.Name(id=name):
                return self._known(name, "value")
            case ast.Attribute(value=ast.Name(id=name), attr="value" | "data"):
                return self._known(name, "value")
            case ast.Attribute(value=ast.Name(id=name), attr="grad" | "gradient"):
                return self._known(name, "gradient")
            case ast.UnaryOp(op=sign, operand=body) if type(sign) in _ONE:
                return _ONE[type(sign)](self.number(body))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _TWO:
                return _TWO[type(sign)](self.number(left), self.number(right))
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _TWO:
                return _TWO[type(sign)](self.number(left), self.number(right))
            case ast.Subscript(value=body, slice=index):
                return self.number(body)[_index(index)]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="np"), attr=name), keywords=[]):
                return _function(name)(*map(self.number, tree.args))
        raise InputError(f"{ast.unparse(tree)!r} is not computed here; print takes arithmetic, as 'p w - 0.1 * w.grad'")

    def _known(self, name: str, what: str) -> Any:
        """The value or the gradient of a node, if it is known."""
        stepper = self.stepper
        k, state = stepper.atlas.find(name), stepper.story.state(stepper.position)
        number = value_of(state, k) if what == "value" else state.gradients.get(k)
        if number is None:
            raise InputError(f"the {what} of {write(stepper.story.nodes[k].label)} is not computed yet")
        return np.float64(number) if isinstance(number, float) else number


def _function(name: str) -> Callable[..., Any]:
    """Find a function of the table of primitives."""
    try:
        return getattr(arrays, _OTHER_NAMES.get(name, name))
    except AttributeError:
        raise InputError(f"{name!r} is not a function of the table of primitives, as exp, tanh, sum") from None


def _index(tree: ast.expr) -> Any:
    """Read what stands between brackets: whole numbers, and ranges of them."""
    if isinstance(tree, ast.Tuple):
        return tuple(map(_index, tree.elts))
    if isinstance(tree, ast.Slice):
        return slice(*(None if end is None else _index(end) for end in (tree.lower, tree.upper, tree.step)))
    return ast.literal_eval(tree)
