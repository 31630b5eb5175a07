"""What a compiled function promises: the eager result, to the last digits, of the same kind, in memory of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys import Value, compile
from microgradphys.compiled.function import Compiled
from microgradphys.trees import flatten

DIGITS = {np.dtype(np.float64): 1e-11, np.dtype(np.float32): 3e-4}


def weighted(y: Any) -> Any:
    """Sum with a different weight for each element, so that no gradient is constant."""
    return np.sum(y * np.cos(np.arange(np.size(y))).reshape(np.shape(y)))


def agree(wanted: Any, found: Any, like: Any = np.float64) -> None:
    """Check values, structure, shapes and dtypes; what is left as a Value counts by its data.

    `like` is the least exact dtype that took part.
    """
    kinds = [tree.__class__ for tree in (wanted, found) if isinstance(tree, (dict, list, tuple))]
    assert not kinds or kinds[0] is kinds[1]
    for a, b in zip(flatten(wanted), flatten(found), strict=True):
        a = a.held if isinstance(a, Value) else a
        if a is None or isinstance(a, str):
            assert a == b
            continue
        dtype = np.asarray(a).dtype
        assert (np.shape(a), dtype) == (np.shape(b), np.asarray(b).dtype), (a, b)
        digits = max(DIGITS[np.dtype(like)], DIGITS.get(dtype, 0)) if dtype.kind == "f" else 0
        size = np.abs(np.asarray(a))[np.isfinite(a)].max(initial=1.0) if dtype.kind == "f" else 0
        np.testing.assert_allclose(b, a, rtol=digits, atol=digits * float(size))


def apart(results: Any, *others: Any) -> None:
    """Check that no result shares memory with another one, or with the arguments."""
    arrays = [leaf for leaf in flatten(results) if isinstance(leaf, np.ndarray)]
    foreign = [leaf for leaf in flatten(others) if isinstance(leaf, np.ndarray)]
    for k, array in enumerate(arrays):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in arrays[:k] + foreign)


def follows(f: Callable[..., Any], *calls: tuple[Any, ...]) -> Compiled:
    """Compile a function with the first of these calls, and compare all of them with `f` itself; return the function.

    All of the calls are of one kind: the function is recorded once.
    """
    compiled = compile(f)
    for args in calls:
        try:
            wanted = f(*args)
        except Exception as error:
            wanted = error
        try:
            found = compiled(*args)
        except Exception as error:
            if not isinstance(wanted, Exception):
                raise
            found = error
        if isinstance(wanted, Exception):
            assert isinstance(found, Exception), wanted
            continue
        agree(wanted, found)
        apart(found, args)
    assert len(compiled._kinds) <= 1, "recorded more than once"
    return compiled
