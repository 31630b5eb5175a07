"""What a function uses beside its arguments, and whether that is still what it was.

A compiled function has read its closure, its globals and the attributes of the objects in them once. Arrays and Values
are read anew at each call; numbers, functions and everything else that was rebound since then would be stale. Each
place that was read is therefore looked at again before a call: one comparison of identities. Arrays are compared by
their content as well, for numpy alone may have made something of them before a Value was met.
"""

from __future__ import annotations

import builtins
import inspect
import io
import random
import re
import sys
import types
import weakref
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from microgradphys.errors import CompileError
from microgradphys.graph import ancestors
from microgradphys.value import Value

_STEADY = ("numpy", "math", "microgradphys", "builtins")
_MISSING = object()
_LIMIT = 10_000


class Captures:
    """The places that a function reads, and what stood there.

    Attributes:
        names: what the program calls the arrays and Values that were found, by identity.
    """

    def __init__(self, *roots: Any) -> None:
        """Walk from a function, and from whatever else is given, to all that it can reach."""
        self.names: dict[int, str] = {}
        self._places: list[tuple[Callable[[], Any], Any]] = []
        self._contents: list[tuple[Any, bytes]] = []
        self._shapes: list[tuple[Value, tuple[int, ...], Any]] = []
        self._generators: list[tuple[Any, Any]] = [(random.getstate, None), (_numpy_state, None)]
        self._seen: set[int] = set()
        self._held: list[Any] = []
        self._lookups: set[str] = {"__call__"}
        self._objects: list[tuple[Any, set[str]]] = []
        self._stack: list[tuple[Any, str]] = [(root, "") for root in roots]
        while self._stack and len(self._places) < _LIMIT:
            self._visit(*self._stack.pop())
            if not self._stack:
                self._look_into_objects()
        if self._stack:
            # Too much to look at: better recorded again each time than stale.
            self._places.append((object, None))
        self._generators = [(state, state()) for state, _ in self._generators]

    def unchanged(self) -> bool:
        """Whether every place still holds what it held."""
        try:
            for read, was in self._places:
                now = read()
                if now is not was and not _same(now, was):
                    return False
            for value, shape, dtype in self._shapes:
                if value.shape != shape or value.dtype != dtype:
                    return False
            return all(held.tobytes() == was for held, was in self._contents)
        except Exception:  # whatever a place that vanished raises, it has changed
            return False

    def watch(self, read: list[Any]) -> None:
        """Remember the shapes of the Values that a program reads, and the content of all arrays around it.

        A program reads an array anew each time, but numpy alone may have used it too: `x * a / a.max()`.
        """
        self._shapes = [(value, value.shape, value.dtype) for value in read if isinstance(value, Value)]
        arrays = {id(thing): thing for thing in [*self._held, *read] if isinstance(thing, np.ndarray)}
        self._contents = [(held, held.tobytes()) for held in arrays.values()]

    def depend_on(self, inputs: frozenset[Any]) -> bool:
        """Whether a Value that the program reads hangs on one of these: its gradient would end in the program."""
        return any(value.active and not inputs.isdisjoint(ancestors(value)) for value, _, _ in self._shapes)

    def check_drawn(self) -> None:
        """Refuse a function that drew random numbers: it would get the same ones for ever."""
        if any(repr(state()) != repr(was) for state, was in self._generators):
            raise CompileError(
                "the function that is being compiled draws random numbers, which would be the same at each call; "
                "draw them outside and pass them as an argument"
            )

    def _visit(self, thing: Any, name: str) -> None:
        """Look at one thing, and put what it leads to on the stack."""
        if id(thing) in self._seen or thing is None or isinstance(thing, (bool, int, float, complex, str, bytes)):
            return
        self._seen.add(id(thing))
        self._held.append(thing)  # An identity means something only as long as the thing lives.
        if isinstance(thing, (np.ndarray, Value)):
            self.names[id(thing)] = name
        elif isinstance(thing, np.random.Generator):
            self._generators.append((lambda: thing.bit_generator.state, None))
        elif isinstance(thing, (random.Random, np.random.RandomState)):
            self._generators.append((thing.getstate if isinstance(thing, random.Random) else thing.get_state, None))
        elif isinstance(thing, types.FunctionType):
            self._lookups |= _names(thing.__code__)
            if _is_ours(thing):
                # What our own transforms hold never changes; what it leads to may.
                self._stack += [(cell.cell_contents, key) for key, cell in _cells(thing)]
                return
            self._add(_of_function(thing), name)
            self._objects.append((thing, set()))
        elif isinstance(thing, (tuple, frozenset)):
            # It cannot change; what is in it may.
            self._stack += [(item, f"{name}_{k}") for k, item in enumerate(thing)]
        elif isinstance(thing, (dict, list, set, deque, types.MappingProxyType)):
            self._add(_of_container(thing), name)
        elif isinstance(thing, (bytearray, memoryview, array)):
            self._add([(lambda: bytes(thing), name)], name)
        elif isinstance(thing, ContextVar):
            self._add([(lambda: thing.get(_MISSING), name)], name)
        elif isinstance(thing, weakref.ref):
            self._add([(thing, name)], name)
        elif _is_builtin_iterator(thing):
            # Where it stands nobody can see: better recorded again each time than stale.
            self._places.append((object, None))
        elif (wrapped := inspect.getattr_static(thing, "__wrapped__", None)) is not None:
            self._stack.append((wrapped, name))
        elif isinstance(thing, types.MethodType):
            self._stack += [(thing.__self__, "self"), (thing.__func__, name)]
        elif isinstance(thing, (types.BuiltinMethodType, types.MethodWrapperType)):
            self._stack.append((thing.__self__, "self"))  # The dictionary of `get = table.get`.
        elif isinstance(thing, partial):
            self._stack += [(thing.func, name), (thing.args, name), (thing.keywords, name)]
        elif isinstance(thing, property):
            self._stack.append((thing.fget, name))
        elif not _is_steady(thing):
            self._objects.append((thing, set()))

    def _add(self, places: Iterable[tuple[Callable[[], Any], str]], name: str) -> None:
        """Note what stands at these places, and go on from there."""
        for read, key in places:
            now = _read(read)
            self._places.append((read, now))
            self._stack.append((now, key if key.isidentifier() else f"{name}_{key}"))

    def _look_into_objects(self) -> None:
        """Follow those attributes of objects that any of the functions looks up."""
        for thing, done in self._objects:
            names = (self._lookups | _operators(thing)) - done
            done |= names
            self._add(_of_object(thing, names), "")


def _is_builtin_iterator(thing: Any) -> bool:
    """Whether something is gone through once, and not by a class of the program, whose attributes tell where it is."""
    is_iterator = isinstance(thing, Iterator) and not isinstance(thing, io.IOBase)
    return is_iterator and not isinstance(type(thing).__next__, types.FunctionType)


def _is_steady(thing: Any) -> bool:
    """Whether a module, a class or an instance is one that programs do not change."""
    if isinstance(thing, (type, types.ModuleType)):
        home = getattr(thing, "__module__" if isinstance(thing, type) else "__name__", "")
        return str(home).partition(".")[0] in _STEADY
    return type(thing).__module__.partition(".")[0] in _STEADY[:2]


def _same(now: Any, was: Any) -> bool:
    """Whether a place holds what it held: the same thing, or an equal number or text."""
    if now is was:
        return True
    # Of numbers, 0 and −0 are equal and not the same.
    return now.__class__ is was.__class__ and isinstance(now, (int, float, str, bytes)) and repr(now) == repr(was)


def _read(read: Callable[[], Any]) -> Any:
    """Read a place, which may be empty."""
    try:
        return read()
    except (ValueError, KeyError, AttributeError, IndexError):
        return _MISSING


def _of_container(thing: Any) -> Iterator[tuple[Callable[[], Any], str]]:
    """List the places inside a collection: how to read each, and what to call it."""
    yield (lambda: len(thing)), "size"
    if isinstance(thing, (dict, types.MappingProxyType)):
        yield from ((lambda key=key: thing.get(key, _MISSING), str(key)) for key in list(thing))
    elif isinstance(thing, set):
        yield from ((lambda k=k: next(islice(thing, k, None)), str(k)) for k in range(len(thing)))
    else:
        yield from ((lambda k=k: thing[k], str(k)) for k in range(len(thing)))


def _classes(thing: Any) -> list[type]:
    """List the classes in which an attribute of an instance, or of a class, is looked up."""
    own = thing if isinstance(thing, type) else type(thing)
    return [cls for cls in own.__mro__ if cls.__module__.partition(".")[0] not in ("numpy", "math", "builtins")]


def _operators(thing: Any) -> set[str]:
    """Collect the methods that Python calls without their name: `__mul__`, `__getitem__`, `__iter__` and their kin."""
    found = (item for cls in _classes(thing) for item in vars(cls).items())
    return {name for name, value in found if name.startswith("__") and isinstance(value, types.FunctionType)}


def _of_object(thing: Any, names: set[str]) -> Iterator[tuple[Callable[[], Any], str]]:
    """List the attributes that have these names: of a thing itself, and of its classes."""
    own = {} if isinstance(thing, type) else getattr(thing, "__dict__", {})
    classes = _classes(thing)
    for name in sorted(names):
        known = [vars(cls)[name] for cls in classes if name in vars(cls)]
        if known and isinstance(known[0], types.MemberDescriptorType):
            yield (lambda name=name: getattr(thing, name)), name
        elif known or name in own:
            yield (lambda name=name: own.get(name, _MISSING)), name
            for cls in classes:
                yield (lambda cls=cls, name=name: _function_in(vars(cls).get(name, _MISSING))), name


def _function_in(found: Any) -> Any:
    """Take the function out of a class method or static method."""
    return found.__func__ if isinstance(found, (classmethod, staticmethod)) else found


def _is_ours(function: types.FunctionType) -> bool:
    """Whether a function is numpy's or ours, and not of the program."""
    return str(function.__globals__.get("__name__", "")).partition(".")[0] in _STEADY


def _cells(function: types.FunctionType) -> list[tuple[str, Any]]:
    """List the variables of outer functions that a function uses."""
    return list(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))


def _of_function(function: types.FunctionType) -> Iterator[tuple[Callable[[], Any], str]]:
    """List the variables of a function that are not its own: closure cells, globals, defaults, modules."""
    variables = function.__globals__
    for name, cell in _cells(function):
        yield (lambda cell=cell: cell.cell_contents), name
    yield (lambda: function.__code__), "code"
    for defaults in ("__defaults__", "__kwdefaults__"):
        if getattr(function, defaults):
            yield (lambda defaults=defaults: getattr(function, defaults)), "defaults"
    for name in sorted(_names(function.__code__)):
        if _is_steady_module(variables.get(name)):
            continue
        if name in variables or hasattr(builtins, name):
            yield (lambda name=name: variables.get(name, _MISSING)), name
        elif name in sys.modules:
            yield (lambda name=name: sys.modules.get(name)), name


def _is_steady_module(found: Any) -> bool:
    """Whether a global variable is numpy or a module of its kind, which nobody binds anew."""
    return isinstance(found, types.ModuleType) and _is_steady(found)


def _names(code: types.CodeType) -> set[str]:
    """Collect the names that a function and those inside it look up."""
    found, stack = set(), [code]
    while stack:
        code = stack.pop()
        # A text may be the name in a getattr, or Python that is evaluated.
        texts = (text for text in code.co_consts if isinstance(text, str))
        words = re.compile(r"[^\W\d]\w*") if {"eval", "exec"} & set(code.co_names) else re.compile(r"^[^\W\d]\w*$")
        found.update(code.co_names, *map(words.findall, texts))
        stack += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return found


def _numpy_state() -> Any:
    """Read numpy's global random state."""
    return np.random.get_state()
