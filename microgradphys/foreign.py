"""What other libraries call things that are called otherwise here, for the error message that a newcomer meets."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradphys.choices import CHOICES
from microgradphys.composed import COMPOSED
from microgradphys.errors import ForeignError
from microgradphys.joined import JOINED
from microgradphys.primitives import PRIMITIVES, QUESTIONS
from microgradphys.products import PRODUCTS
from microgradphys.sampled import SAMPLED

_RECORDED = {*PRIMITIVES, *COMPOSED, *JOINED, *PRODUCTS, *CHOICES, *SAMPLED, *(row.name for row in QUESTIONS)}

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
    "at": "use microgradphys.set_at(value, index, new), which returns a new Value",
    "float": "use value.astype(np.float32)",
    "double": "its type is that of its data, float64 unless that is float32",
    "to": "there is no other device; its type is that of its data",
    "cpu": "there is no other device",
    "cuda": "there is no other device",
}


class Elsewhere:
    """An attribute that a Value has in another library: whoever reads or sets it is told what to write here."""

    def __init__(self, name: str, instead: str) -> None:
        """Keep the name and the advice."""
        self.name, self.instead = name, instead

    def __get__(self, value: Any, owner: Any = None) -> Any:
        """Say what to write instead."""
        message = f"a Value has no attribute {self.name!r}: {self.instead}"
        raise ForeignError(message, name=self.name, obj=owner if value is None else value)

    def __set__(self, value: Any, data: Any) -> None:
        """Say the same."""
        self.__get__(value)


def guide(cls: type) -> None:
    """Give a class all the attributes that it has elsewhere and not here: an array's, and numpy's functions as methods.

    A `__getattr__` would do the same in one line, and make every look-up of an attribute that is there a fifth slower.

    >>> from microgradphys import Value
    >>> Value(2.0).item()
    Traceback (most recent call last):
    ...
    microgradphys.errors.ForeignError: a Value has no attribute 'item': its number is its .data
    """
    arrays = {name: f"its array is its .data, which has {name}" for name in dir(np.ndarray) if name[0] != "_"}
    functions = {name: f"use the function np.{name}" for name, thing in vars(np).items() if _is_recorded(thing)}
    for name, instead in (arrays | functions | ADVICE).items():
        if not hasattr(cls, name):
            setattr(cls, name, Elsewhere(name, instead))


def _is_recorded(thing: Any) -> bool:
    """Whether this is a function of numpy that has a row, under whichever of its names."""
    return callable(thing) and getattr(thing, "__name__", "") in _RECORDED
