"""What optimisers are given, checked once, when they are made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from microgradphys.data import as_data, brief
from microgradphys.errors import InputError, ShapeError
from microgradphys.trees import flatten


def number(value: Any, what: str, low: float = 0.0, below: float = math.inf) -> None:
    """Refuse what is not a number from `low` (allowed) up to `below` (not allowed).

    >>> number(1.5, "momentum", below=1.0)
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: momentum=1.5 must be a number from 0 up to, but not including, 1
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InputError(f"{what}={brief(value)} must be a number")
    if not low <= value < below:
        most = "a finite number" if below == math.inf else f"up to, but not including, {below:g}"
        wanted = f"a finite number not below {low:g}" if below == math.inf else f"a number from {low:g} {most}"
        raise InputError(f"{what}={brief(value)} must be {wanted}")


def positive(value: Any, what: str) -> None:
    """Refuse what is not a finite number above 0."""
    number(value, what)
    if not value > 0:
        raise InputError(f"{what}={brief(value)} must be above 0")


def rate(value: Any, rule: Any) -> None:
    """Refuse what is neither a learning rate nor a schedule of one."""
    name = type(rule).__name__
    if isinstance(value, (list, tuple, dict, np.ndarray)):
        raise InputError(
            f"the first argument of {name} is the learning rate; "
            f"parameters are given as Optimizer(parameters, {name}(0.01))"
        )
    if isinstance(value, type):
        raise InputError(f"{name}: give a {value.__name__} with its numbers, not the class, as a schedule")
    if not callable(value):
        number(value, f"{name}: learning_rate")


def zeros(params: Any) -> list[Any]:
    """Make a zero of the shape and type of each parameter.

    Raises:
        InputError: there are no parameters.
        DataError: one of them is not a number or an array of numbers.
    """
    leaves = flatten(params)
    given = [as_data(leaf) for leaf in leaves]
    if not any(np.size(data) for data in given):
        raise InputError("there is nothing to optimise: no parameters are given")
    return [0.0 if data.__class__ is float else np.zeros_like(data) for data in given]


def aligned(params: Any, tree: Any, what: str) -> list[Any]:
    """List the leaves of `tree` in the order of those of `params`; structure and shapes must be the same.

    >>> aligned({"w": 1.0, "b": 2.0}, {"b": 20.0, "w": 10.0}, "gradients")
    [10.0, 20.0]
    """
    if isinstance(params, dict):
        if not isinstance(tree, dict) or tree.keys() != params.keys():
            raise InputError(f"{what} must be a dictionary with the keys {brief([*params])}, not {_kind(tree)}")
        return [leaf for key in params for leaf in aligned(params[key], tree[key], f"{what}[{brief(key)}]")]
    if isinstance(params, (tuple, list)):
        if not isinstance(tree, (tuple, list)) or len(tree) != len(params):
            raise InputError(f"{what} must be a list of {len(params)}, as the parameters, not {_kind(tree)}")
        return [leaf for k, (part, own) in enumerate(zip(params, tree, strict=True))
                for leaf in aligned(part, own, f"{what}[{k}]")]  # fmt: skip
    if getattr(tree, "shape", ()) != getattr(params, "shape", ()):
        raise ShapeError(f"{what} has shape {np.shape(tree)}, its parameter {getattr(params, 'shape', ())}")
    if tree is None or isinstance(tree, (tuple, list, dict)):
        raise InputError(f"{what} must be a number or an array, as its parameter, not {_kind(tree)}")
    return [tree]


def _kind(tree: Any) -> str:
    """Say what something is, in an error."""
    if isinstance(tree, dict):
        return f"one with the keys {brief([*tree])}"
    if isinstance(tree, (tuple, list)):
        return f"a {type(tree).__name__} of {len(tree)}"
    return "None" if tree is None else f"a {type(tree).__name__}"
