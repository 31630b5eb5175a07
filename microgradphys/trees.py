"""Nested arguments: tuples, lists and dictionaries of numbers and arrays, as flat lists and back."""

from typing import Any


def flatten(tree: Any) -> list[Any]:
    """List the leaves of nested tuples, lists and dictionaries, in order.

    >>> flatten({"w": [1, 2], "b": (3,)})
    [1, 2, 3]
    """
    if isinstance(tree, dict):
        return [leaf for branch in tree.values() for leaf in flatten(branch)]
    if isinstance(tree, (tuple, list)):
        return [leaf for branch in tree for leaf in flatten(branch)]
    return [tree]


def unflatten(tree: Any, leaves: list[Any]) -> Any:
    """Put `leaves` where the leaves of `tree` are.

    >>> unflatten({"w": [1, 2], "b": (3,)}, ["x", "y", "z"])
    {'w': ['x', 'y'], 'b': ('z',)}
    """
    return _fill(tree, iter(leaves))


def _fill(tree: Any, leaves: Any) -> Any:
    """Rebuild one branch from the leaves that come next."""
    if isinstance(tree, dict):
        return {key: _fill(branch, leaves) for key, branch in tree.items()}
    if isinstance(tree, (tuple, list)):
        branches = [_fill(branch, leaves) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return next(leaves)
