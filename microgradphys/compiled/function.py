"""`compile`: a function of numbers and arrays as straight-line source, recorded once for each kind of call.

>>> import numpy as np
>>> from microgradphys import compile, value_and_grad
>>> def loss(w, x):
...     s = w * x
...     return np.sum(np.tanh(s))
>>> step = compile(value_and_grad(loss))
>>> step(np.array([0.0, 0.0]), np.array([1.0, 2.0]))
(0.0, array([1., 2.]))
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from microgradphys import scopes
from microgradphys.compiled.kind import Kind
from microgradphys.errors import InputError
from microgradphys.trees import flatten
from microgradphys.value import Value

# A function that is called with ever new shapes keeps the programs of the last of them.
_KEPT = 32


class Compiled:
    """A compiled function; call it as the function itself.

    Attributes:
        source: the program of the last kind of call, as Python.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        """Remember what to compile."""
        self.__wrapped__ = f
        self.__name__ = getattr(f, "__name__", "compiled")
        self.__doc__ = getattr(f, "__doc__", None)
        self._kinds: list[Kind] = []
        self._lock = threading.RLock()

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Run the program for this kind of call; record it first, if it is the first of its kind."""
        setting = scopes.current.get()
        examined = not setting.usual and (setting.anomaly == "everywhere" or setting.trace is not None)
        kind = None if examined else self._known(args, kwargs)
        if kind is not None and not setting.inputs:
            return kind.run(*args, **kwargs)
        if examined or any(isinstance(leaf, Value) for leaf in flatten([args, kwargs])):
            # Somebody records or examines what this function does: then it does it as ever.
            return self.__wrapped__(*args, **kwargs)
        with self._lock:
            # Another thread may have recorded this kind while this one waited.
            kind = self._known(args, kwargs) or self._recorded(args, kwargs)
        # Who differentiates a function around this one may do so by a Value that this one only reads.
        run = self.__wrapped__ if setting.inputs and kind.captures.depend_on(setting.inputs) else kind.run
        return run(*args, **kwargs)

    def _known(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Kind | None:
        """Find the program for a call, if there is one that is up to date."""
        training = scopes.current.get().training
        for kind in self._kinds:
            if kind.training is training and kind.fits(args, kwargs) and kind.captures.unchanged():
                return kind
        return None

    def _recorded(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Kind:
        """Record a call; programs that are out of date are dropped."""
        kind = Kind(self.__wrapped__, args, kwargs)
        current = [old for old in self._kinds if old.captures.unchanged()]
        self._kinds = [kind, *current[: _KEPT - 1]]
        return kind

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Behave as a method where it is defined in a class."""
        return self if instance is None else _Method(self, instance)

    @property
    def source(self) -> str:
        """The program of the last kind of call, as Python."""
        if not self._kinds:
            raise InputError(f"{self.__name__} has no source yet: it depends on the shapes, so call it once first")
        return self._kinds[0].source

    def __repr__(self) -> str:
        """Show what was compiled."""
        return f"<compiled {self.__name__}, {len(self._kinds)} kinds of call>"


class _Method:
    """A compiled function with its first argument given."""

    def __init__(self, compiled: Compiled, instance: Any) -> None:
        """Remember both."""
        self._compiled, self._instance = compiled, instance

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        return self._compiled(self._instance, *args, **kwargs)

    @property
    def source(self) -> str:
        """The program of the last kind of call, as Python."""
        return self._compiled.source


def compile(f: Callable[..., Any]) -> Compiled:
    """Make a fast function of `f`: recorded once for each kind of call, then run as straight-line numpy.

    A kind of call is the structure, shapes and dtypes of the arguments that are numbers or arrays, and the other
    arguments themselves. What `f` uses from its surroundings counts too: Values are read anew at each call, and if an
    array was changed, or anything else changed or rebound, `f` is recorded again. An array that is large, or changes
    often, is better an argument. What nobody can see is frozen: the time of day, or a random generator made inside `f`
    without a seed.

    Args:
        f: a function of numbers, arrays, or nested tuples, lists and dictionaries of them, written in Python and numpy;
            `value_and_grad(loss)` and the other transforms, and updates of optimisers, are such functions too.

    Returns:
        A function of the same arguments, safe to call from several threads; its `source` is what runs. Results are new
        arrays each time. Called with Values, it runs `f` itself, so that it can be differentiated.

    Raises:
        CompileError: when it is first called: `f` branches on data, reads the data of a Value, or draws random numbers.
        InputError: `f` is not a function.

    >>> double = compile(lambda x: x + x)
    >>> double(2.0), double(3.0)
    (4.0, 6.0)
    """
    if not callable(f):
        raise InputError(f"there is nothing to compile: {f!r} is not a function")
    return Compiled(f)
