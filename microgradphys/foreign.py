"""What other libraries call things that are called otherwise here, for the error message that a newcomer meets."""

from __future__ import annotations

import numpy as np

from microgradphys.composed import COMPOSED
from microgradphys.primitives import PRIMITIVES

# Attributes of micrograd's Value, of a torch.Tensor and of a jax.Array, and what to write instead.
ADVICE: dict[str, str] = {
    "_prev": "its parents, in the order of the arguments, are its .parents; viz.draw(value) draws the graph",
    "_op": "what made it is its .op, None for a leaf; viz.draw(value) draws the graph",
    "_backward": "the derivative of an operation is in its row of the table: value.primitive",
    "label": "its name is its .name, given by Value(2.0, 'w') or value.named('y')",
    "item": "its number is its .data",
    "numpy": "its array is its .data",
    "tolist": "its array is its .data, which has tolist()",
    "requires_grad": "gradients flow into every Value, and into none that is made by constant(); .active says which",
    "requires_grad_": "gradients flow into every Value, and into none that is made by constant()",
    "grad_fn": "what made it is its .op, None for a leaf",
    "is_leaf": "a leaf is a Value whose .op is None",
    "retain_grad": "every Value that a backward pass reaches keeps its .grad",
    "numel": "the number of its elements is its .size",
    "dim": "the number of its axes is its .ndim",
    "clone": "a Value is never changed in place, so it needs no copy",
    "copy": "a Value is never changed in place, so it needs no copy",
    "view": "use value.reshape(...)",
    "permute": "use value.transpose(...)",
    "unsqueeze": "use np.expand_dims(value, axis), or value[:, None]",
    "t": "use value.T",
    "expand": "use np.broadcast_to(value, shape)",
    "clamp": "use value.clip(low, high), either of which may be None",
    "norm": "use np.linalg.norm(value)",
    "mm": "use value @ other",
    "mul": "use value * other",
    "div": "use value / other",
    "pow": "use value ** exponent",
    "softmax": "use microgradphys.softmax(value, axis=...)",
    "log_softmax": "use microgradphys.log_softmax(value, axis=...)",
    "logsumexp": "use microgradphys.logsumexp(value, axis=...)",
    "argmax": "use np.argmax(value), or its .data",
    "at": "use microgradphys.set_at(value, index, new), which returns a new Value",
    "float": "its type is that of its data: Value(array.astype(np.float32)) computes in float32",
    "double": "its type is that of its data, float64 unless that is float32",
    "astype": "its type is that of its data: Value(array.astype(np.float32)) computes in float32",
    "to": "there is no other device; its type is that of its data",
    "cpu": "there is no other device",
    "cuda": "there is no other device",
}


def advice(name: str) -> str:
    """Say what to write instead of an attribute that a Value does not have.

    >>> advice("item")
    "a Value has no attribute 'item': its number is its .data"
    >>> advice("sin")
    "a Value has no attribute 'sin': use the function np.sin"
    >>> advice("wings")
    "a Value has no attribute 'wings'"
    """
    in_numpy = getattr(getattr(np, name, None), "__name__", "")
    known = in_numpy in PRIMITIVES or in_numpy in COMPOSED
    instead = ADVICE.get(name) or (f"use the function np.{name}" if known else "")
    return f"a Value has no attribute {name!r}{instead and f': {instead}'}"
