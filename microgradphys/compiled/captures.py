"""What a function uses beside its arguments, and whether that is still what it was.

A compiled function has read its closure, its globals and the attributes of the objects in them once. Arrays and Values
are read anew at each call; numbers, functions and everything else that was rebound since then would be stale. Each
place that was read is therefore looked at again before a call: one comparison of identities. An array that the program
does not read itself, because numpy alone made something of it first, is compared by its content.
"""

from __future__ import annotations

import random
import types
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from microgradphys.errors import CompileError
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
        self._generators = [(state, state()) for state, _ in self._generators]

    def unchanged(self) -> bool:
        """Whether every place still holds what it held."""
        try:
            return (
                all(_same(read(), was) for read, was in self._places)
                and all(value.shape == shape and value.dtype == dtype for value, shape, dtype in self._shapes)
                and all(array.tobytes() == was for array, was in self._contents)
            )
        except Exception:  # whatever a place that vanished raises, it has changed
            return False

    def watch(self, read: list[Any]) -> None:
        """Remember the shapes of the Values that a program reads, and the content of the arrays that it does not."""
        live = set(map(id, read))
        self._shapes = [(value, value.shape, value.dtype) for value in read if isinstance(value, Value)]
        arrays = [thing for thing in self._held if isinstance(thing, np.ndarray) and id(thing) not in live]
        self._contents = [(array, array.tobytes()) for array in arrays]

    def check_drawn(self) -> None:
        """Refuse a function that drew random numbers: it would get the same ones for ever."""
        if any(repr(state()) != repr(was) for state, was in self._generators):
            raise CompileError(
                "the function that is being compiled draws random numbers, which would be the same at each call; "
                "draw them outside and pass them as an argument"
            )

    def _visit(self, thing: Any, name: str) -> None:
        """Look at one thing, and put what it leads to on the stack."""
        if id(thing) in self._seen or thing is None or isinstance(thing, (bool, int, float, complex, str, bytes, type)):
            return
        self._seen.add(id(thing))
        self._held.append(thing)  # An identity means something only as long as the thing lives.
        if isinstance(thing, (np.ndarray, Value)):
            self.names[id(thing)] = name
        elif isinstance(thing, np.random.Generator):
            self._generators.append((lambda: thing.bit_generator.state, None))
        elif isinstance(thing, random.Random):
            self._generators.append((thing.getstate, None))
        elif isinstance(thing, types.FunctionType):
            self._lookups |= _names(thing.__code__)
            self._add(_of_function(thing), name)
        elif isinstance(thing, (dict, list, tuple)):
            self._add(_of_container(thing), name)
        elif hasattr(thing, "__wrapped__"):
            self._stack.append((thing.__wrapped__, name))
        elif isinstance(thing, types.MethodType):
            self._stack += [(thing.__self__, "self"), (thing.__func__, name)]
        elif isinstance(thing, partial):
            self._stack += [(thing.func, name), (thing.args, name), (thing.keywords, name)]
        elif not isinstance(thing, types.ModuleType) and type(thing).__module__.partition(".")[0] not in _STEADY[:2]:
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
            names = self._lookups - done
            done |= names
            self._add(_of_object(thing, names), "")


def _same(now: Any, was: Any) -> bool:
    """Whether a place holds what it held: the same thing, or an equal number or text."""
    return now is was or (now.__class__ is was.__class__ and isinstance(now, (int, float, str)) and now == was)


def _read(read: Callable[[], Any]) -> Any:
    """Read a place, which may be empty."""
    try:
        return read()
    except (ValueError, KeyError, AttributeError, IndexError):
        return _MISSING


def _of_container(thing: Any) -> Iterator[tuple[Callable[[], Any], str]]:
    """List the places inside a list, a tuple or a dictionary: how to read each, and what to call it."""
    yield (lambda: len(thing)), "size"
    if isinstance(thing, dict):
        yield from ((lambda key=key: thing.get(key, _MISSING), str(key)) for key in list(thing))
    else:
        yield from ((lambda k=k: thing[k], str(k)) for k in range(len(thing)))


def _of_object(thing: Any, names: set[str]) -> Iterator[tuple[Callable[[], Any], str]]:
    """List the attributes of an instance that have these names, and its class's methods and properties."""
    for name in sorted(names):
        known = getattr(type(thing), name, _MISSING)
        if isinstance(known, property):
            yield (lambda known=known: known.fget), name
        elif isinstance(known, types.FunctionType):
            yield (lambda name=name: getattr(type(thing), name)), name
        elif isinstance(known, types.MemberDescriptorType) or name in getattr(thing, "__dict__", ()):
            yield (lambda name=name: getattr(thing, name)), name


def _of_function(function: types.FunctionType) -> Iterator[tuple[Callable[[], Any], str]]:
    """List the variables of a function that are not its own: closure cells, globals, defaults, modules' attributes."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield (lambda cell=cell: cell.cell_contents), name
    yield (lambda: function.__defaults__), "defaults"
    yield (lambda: function.__kwdefaults__), "defaults"
    yield (lambda: function.__code__), "code"
    variables = function.__globals__
    if str(variables.get("__name__", "")).partition(".")[0] in _STEADY:
        return
    for name in _names(function.__code__):
        found = variables.get(name, _MISSING)
        if found is not _MISSING:
            yield (lambda name=name: variables.get(name, _MISSING)), name
        if isinstance(found, types.ModuleType) and found.__name__.partition(".")[0] not in _STEADY:
            inside = vars(found)
            for attribute in _names(function.__code__) & inside.keys():
                yield (lambda inside=inside, attribute=attribute: inside.get(attribute, _MISSING)), attribute


def _names(code: types.CodeType) -> set[str]:
    """Collect the names that a function and those inside it look up."""
    found, stack = set(), [code]
    while stack:
        code = stack.pop()
        found.update(code.co_names)
        stack += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return found


def _numpy_state() -> Any:
    """Read numpy's global random state."""
    return np.random.get_state()
