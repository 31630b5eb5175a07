"""The table of primitives: what each operation computes, and what its derivative is, said once.

Read a row as a lecturer would: `y = tanh(a)`, `∂y/∂a = 1 − y²`. Everything else in this project follows
from the rows: numpy's functions and Python's operators on a `Value`, gradients of any order, the formula
on the blackboard, the number on the edge of a picture, and the tests.

*Elementwise* rows hold one partial derivative ∂y/∂xᵢ per argument, in plain algebra over a namespace `xp`:
numpy for arrays, a `math`-like namespace for Python floats, the operations on Values for higher orders.
*Structural* rows (matmul, sum, reshape …) hold one vector-Jacobian product per argument: given `g`, the gradient
of the loss with respect to `y`, it returns the contribution to the gradient of that argument. Broadcasting is not a
row's business: the sweep undoes it, once.

Positional arguments are differentiable; keyword arguments (`axis=`, `shape=` …) are static.

*Questions* (comparisons, truths, positions) have no derivative at all. An ordinary run answers them with plain data;
a function that is being compiled records them, for the answer may differ at the next call.

A trap, and why the rows are written as they are: `relu` as `maximum(a, 0)` would say 1/2 at 0, because
`maximum` shares its gradient among ties; every row states its own convention where its function has a kink.
An argument that moves the result only by jumps, as that of `floor`, has the rule `flat`.

Where the textbook's form of a slope would lose digits, the row computes another (`accurate.py`), and shows the
textbook's. The rows themselves stand in `microgradphys.rows`; begin with `elementwise.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from microgradphys.rows.elementwise import ELEMENTWISE
from microgradphys.rows.matrices import MATRICES
from microgradphys.rows.primitive import Function, Primitive, flat
from microgradphys.rows.products import PRODUCTS
from microgradphys.rows.questions import QUESTIONS
from microgradphys.rows.reductions import REDUCTIONS
from microgradphys.rows.shapes import SHAPES
from microgradphys.rows.soft import SOFT
from microgradphys.rows.windows import WINDOWS

__all__ = ["ELEMENTWISE", "PRIMITIVES", "QUESTIONS", "SOFT", "STRUCTURAL", "Function", "Primitive", "flat"]

STRUCTURAL = PRODUCTS + REDUCTIONS + SHAPES + WINDOWS + MATRICES
PRIMITIVES: Mapping[str, Primitive] = MappingProxyType({row.name: row for row in ELEMENTWISE + STRUCTURAL + SOFT})
