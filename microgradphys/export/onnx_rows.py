"""The rows of the table of primitives in ONNX: structural ones, and those that are asked and not differentiated.

A rule writes nodes for one step, given the names of its operands, and returns the name of the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from microgradphys.compiled.steps import Step
from microgradphys.errors import UnsupportedError
from microgradphys.export.onnx_graph import Graph
from microgradphys.export.onnx_picking import getitem, scatter
from microgradphys.export.sizes import Size

Rule = Callable[..., str]


def axes_of(step: Step, default: Any = None) -> tuple[int, ...]:
    """List the axes that a step goes along."""
    axis, count = step.static.get("axis", default), len(step.operands[0].shape)
    return tuple(range(count)) if axis is None else normalize_axis_tuple(axis, count)


def reduce(g: Graph, kind: str, a: str, axes: tuple[int, ...], keepdims: bool) -> str:
    """Reduce along axes; along none, nothing happens."""
    return g.op(kind, a, g.whole(*axes), keepdims=int(keepdims)) if axes else g.op("Identity", a)


def _reduction(kind: str, default: Any = None) -> Rule:
    """Make the rule of a reduction."""
    return lambda g, step, a: reduce(g, kind, a, axes_of(step, default), step.static.get("keepdims", False))


def _truths(kind: str) -> Rule:
    """Make the rule of `any` or `all`, as the largest or the smallest of 0 and 1."""

    def rule(g: Graph, step: Step, a: str) -> str:
        counted = g.cast(_true(g, step.operands[0], a), bool, np.int64)
        return g.cast(_reduction(kind)(g, step, counted), np.int64, bool)

    return rule


def _true(g: Graph, operand: Step, a: str) -> str:
    """Turn numbers into truths."""
    return g.cast(a, operand.dtype, bool)


def _logical(kind: str) -> Rule:
    """Make the rule of an operator on truths."""
    return lambda g, step, *names: g.op(
        kind, *(_true(g, operand, name) for operand, name in zip(step.operands, names, strict=True))
    )


def _where(g: Graph, step: Step, condition: str, a: str, b: str) -> str:
    """Choose."""
    return g.op("Where", _true(g, step.operands[0], condition), a, b)


def _isfinite(g: Graph, step: Step, a: str) -> str:
    """Ask whether a number is neither nan nor infinite."""
    return g.op("Not", g.op("Or", g.op("IsNaN", a), g.op("IsInf", a)))


def _signbit(g: Graph, step: Step, a: str) -> str:
    """Ask for the sign; that of −0 shows in 1 / −0."""
    zero = g.array(np.array(0, step.operands[0].dtype), "number")
    behind = g.op("Less", g.op("Reciprocal", a), zero)
    return g.op("Or", g.op("Less", a, zero), g.op("And", g.op("Equal", a, zero), behind))


def _variance(root: bool) -> Rule:
    """Make the rule of the variance, or of the standard deviation."""

    def rule(g: Graph, step: Step, a: str) -> str:
        axes, ddof = axes_of(step), step.static.get("ddof", 0)
        distance = g.op("Sub", a, reduce(g, "ReduceMean", a, axes, True))
        found = reduce(g, "ReduceMean", g.op("Mul", distance, distance), axes, step.static.get("keepdims", False))
        if ddof:
            sizes = [step.operands[0].shape[k] for k in axes]
            if any(isinstance(size, Size) for size in sizes):
                raise UnsupportedError(
                    f"{step.op} with ddof={ddof} over the batch cannot be exported: pass batch=False"
                )
            count = math.prod(sizes)
            share = count / (count - ddof) if count > ddof else math.nan
            found = g.op("Mul", found, g.array(np.array(share, step.dtype), "number"))
        return g.op("Sqrt", found) if root else found

    return rule


def _norm(g: Graph, step: Step, a: str) -> str:
    """Measure the length."""
    return g.op("Sqrt", _reduction("ReduceSum")(g, step, g.op("Mul", a, a)))


def _soft(kind: str) -> Rule:
    """Make the rule of softmax or of its logarithm, along one axis or several."""

    def rule(g: Graph, step: Step, a: str) -> str:
        axes = axes_of(step, -1)
        if len(axes) == 1:
            return g.op(kind, a, axis=axes[0])
        below = g.op("Sub", a, reduce(g, "ReduceLogSumExp", a, axes, True))
        return below if kind == "LogSoftmax" else g.op("Exp", below)

    return rule


def _flat(g: Graph, step: Step, a: str, default: Any = None) -> tuple[str, int]:
    """Put all elements in a row unless there is an axis; return them and the axis to go along."""
    axis = step.static.get("axis", default)
    if axis is None:
        return g.op("Reshape", a, g.whole(-1)), 0
    return a, normalize_axis_index(axis, len(step.operands[0].shape))


def _cumsum(g: Graph, step: Step, a: str) -> str:
    """Sum up along an axis."""
    row, axis = _flat(g, step, a)
    return g.op("CumSum", row, g.array(np.array(axis, np.int64)))


def _place(kind: str) -> Rule:
    """Make the rule of the place of an extremum."""

    def rule(g: Graph, step: Step, a: str) -> str:
        row, axis = _flat(g, step, a)
        found = g.op(kind, row, axis=axis, keepdims=int(step.static.get("keepdims", False)))
        return g.reshape(found, None, step.shape)

    return rule


def _argsort(g: Graph, step: Step, a: str) -> str:
    """Find the order: all elements are the smallest so many, equal ones in the order of their places."""
    row, axis = _flat(g, step, a, -1)
    names = ["sorted", "order"]
    return g.ops("TopK", row, g.whole(step.shape[axis]), named=names, axis=axis, largest=0, sorted=1)[1]


def _joined(g: Graph, step: Step, *parts: str) -> str:
    """Join arrays along an axis they have."""
    axis = step.static.get("axis", 0)
    if axis is None:
        return g.op("Concat", *(g.op("Reshape", part, g.whole(-1)) for part in parts), axis=0)
    return g.op("Concat", *parts, axis=normalize_axis_index(axis, len(step.shape)))


def _stacked(g: Graph, step: Step, *parts: str) -> str:
    """Join arrays along a new axis."""
    axis = normalize_axis_index(step.static.get("axis", 0), len(step.shape))
    return g.op("Concat", *(g.op("Unsqueeze", part, g.whole(axis)) for part in parts), axis=axis)


def _transpose(g: Graph, step: Step, a: str) -> str:
    """Put the axes in another order."""
    axes, count = step.static.get("axes"), len(step.shape)
    return g.op(
        "Transpose", a, perm=list(reversed(range(count)) if axes is None else normalize_axis_tuple(axes, count))
    )


def _swapaxes(g: Graph, step: Step, a: str) -> str:
    """Exchange two axes."""
    order = list(range(len(step.shape)))
    first, second = step.static["axis1"], step.static["axis2"]
    order[first], order[second] = order[second], order[first]
    return g.op("Transpose", a, perm=order)


def _outer(g: Graph, step: Step, a: str, b: str) -> str:
    """Multiply every element of one with every element of the other."""
    return g.op("Mul", g.op("Reshape", a, g.whole(-1, 1)), g.op("Reshape", b, g.whole(1, -1)))


def _windows(g: Graph, step: Step, a: str) -> str:
    """Cut windows out, axis by axis: for every place in a window a slice with the stride, the slices side by side."""
    shape = step.operands[0].shape
    for k, (width, stride) in enumerate(zip(step.static["size"], step.static["stride"], strict=True)):
        last = (shape[1 + k] - width) // stride * stride
        slices = [
            g.op("Slice", a, g.whole(at), g.whole(at + last + 1), g.whole(1 + k), g.whole(stride))
            for at in range(width)
        ]
        a = g.op("Concat", *(g.op("Unsqueeze", piece, g.whole(-1)) for piece in slices), axis=-1)
    return a


def _shares(g: Graph, step: Step, a: str, y: str) -> str:
    """Say which part of an extremum each element is."""
    ties = g.cast(g.op("Equal", a, y), bool, step.dtype)
    return g.op("Div", ties, reduce(g, "ReduceSum", ties, axes_of(step), True))


def _determinant(after: str) -> Rule:
    """Make the rule of what is found from a determinant."""

    def rule(g: Graph, step: Step, a: str) -> str:
        found = g.numeric("Det", step.dtype, a)
        return found if not after else g.op("Sign", found) if after == "Sign" else g.op("Log", g.op("Abs", found))

    return rule


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # elementwise, with options or operands of other kinds
        "where": _where,
        "fmod": lambda g, step, a, b: g.op("Mod", a, b, fmod=1),
        "leaky_relu": lambda g, step, a: g.op("LeakyRelu", a, alpha=float(step.static.get("slope", 0.01))),
        "elu": lambda g, step, a: g.op("Elu", a, alpha=float(step.static.get("alpha", 1.0))),
        # questions
        "not_equal": lambda g, step, a, b: g.op("Not", g.op("Equal", a, b)),
        "logical_and": _logical("And"),
        "logical_or": _logical("Or"),
        "logical_xor": _logical("Xor"),
        "logical_not": _logical("Not"),
        "isnan": lambda g, step, a: g.op("IsNaN", a),
        "isinf": lambda g, step, a: g.op("IsInf", a),
        "isfinite": _isfinite,
        "signbit": _signbit,
        "any": _truths("ReduceMax"),
        "all": _truths("ReduceMin"),
        "argmax": _place("ArgMax"),
        "argmin": _place("ArgMin"),
        "argsort": _argsort,
        "shares": _shares,
        "sign_of_det": _determinant("Sign"),
        # structural
        "matmul": lambda g, step, a, b: g.op("MatMul", a, b),
        "outer": _outer,
        "sum": _reduction("ReduceSum"),
        "mean": _reduction("ReduceMean"),
        "max": _reduction("ReduceMax"),
        "min": _reduction("ReduceMin"),
        "prod": _reduction("ReduceProd"),
        "logsumexp": _reduction("ReduceLogSumExp", -1),
        "norm": _norm,
        "var": _variance(False),
        "std": _variance(True),
        "cumsum": _cumsum,
        "reshape": lambda g, step, a: g.reshape(a, step.operands[0].shape, step.shape),
        "expand_dims": lambda g, step, a: g.reshape(a, step.operands[0].shape, step.shape),
        "squeeze": lambda g, step, a: g.reshape(a, step.operands[0].shape, step.shape),
        "transpose": _transpose,
        "swapaxes": _swapaxes,
        "broadcast_to": lambda g, step, a: g.op("Expand", a, g.whole(*step.shape)),
        "astype": lambda g, step, a: g.cast(a, step.operands[0].dtype, step.dtype),
        "getitem": getitem,
        "scatter": scatter,
        "concatenate": _joined,
        "stack": _stacked,
        "einsum": lambda g, step, *parts: g.op("Einsum", *parts, equation=step.static["subscripts"]),
        "softmax": _soft("Softmax"),
        "log_softmax": _soft("LogSoftmax"),
        "windows": _windows,
        "det": _determinant(""),
        "logabsdet": _determinant("Log"),
    }
)
