"""What a function uses beside its arguments, and whether that is still what it was.

A compiled function has read its closure, its globals and the attributes of the objects in them once. Arrays and Values
are read anew at each call; numbers, functions and everything else that was rebound since then would be stale. Each
place that was read is therefore looked at again before a call: one comparison of identities. An array that the program
does not read itself, because numpy alone made something of it first, is compared by its content.
"""

from __future__ import annotations

import random
import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from microgradphys.errors import CompileError
from microgradphys.value import Value

_STEADY = ("numpy", "math", "microgradphys", "builtins")
_MISSING = object()
_PLAIN = (bool, int, float, complex, str, bytes, np.number, type(None))
_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a program reads: in what it is, how Python reads it there, and what the program calls it."""

    holder: Any
    access: str
    key: Any = None
    name: str = ""


class Captures:
    """The places that a function reads, and what stood there.

    Attributes:
        names: what the program calls the arrays and Values that were found, by identity.
        unchanged: whether every place still holds what it held.
    """

    def __init__(self, *roots: Any) -> None:
        """Walk from a function, and from whatever else is given, to all that it can reach."""
        self.names: dict[int, str] = {}
        self._conditions: list[str] = []
        self._bound: dict[str, Any] = {"missing": _MISSING}
        self._generators: list[tuple[Any, Any]] = [(random.getstate, None), (_numpy_state, None)]
        self._seen: set[int] = set()
        self._lookups: set[str] = {"__call__"}
        self._objects: list[tuple[Any, set[str]]] = []
        self._stack: list[tuple[Any, str]] = [(root, "") for root in roots]
        while self._stack and len(self._conditions) < _LIMIT:
            self._visit(*self._stack.pop())
            if not self._stack:
                self._look_into_objects()
        if self._stack:
            self._conditions.append("False")  # Too much to look at: better recorded again each time than stale.
        self._generators = [(state, state()) for state, _ in self._generators]
        self.unchanged: Callable[[], bool] = lambda: False

    def _check(self) -> Callable[[], bool]:
        """Write all the conditions as one function, which takes a few nanoseconds for each."""
        if not self._conditions:
            return lambda: True
        # Whatever a place that vanished raises, it has changed.
        lines = ["def unchanged():", "    try:", f"        return {' and '.join(self._conditions)}"]
        lines += ["    except Exception:", "        return False"]
        exec("\n".join(lines), self._bound)
        for name in ("holder", "key"):
            self._bound.pop(name, None)
        return self._bound.pop("unchanged")

    def watch(self, read: list[Any]) -> None:
        """Begin to watch: also the shapes of the Values that a program reads, and the content of other arrays."""
        live = set(map(id, read))
        arrays = [thing for thing in self._bound.values() if isinstance(thing, np.ndarray) and id(thing) not in live]
        for value in read:
            if isinstance(value, Value):
                self._require("{}.shape", value, value.shape)
                self._require("{}.dtype", value, value.dtype)
        for array in arrays:
            self._require("{}.tobytes()", array, array.tobytes())
        self.unchanged = self._check()

    def _require(self, access: str, holder: Any, was: Any) -> None:
        """Add a condition: that what is read in something equals what it was."""
        k = len(self._conditions)
        self._bound.update({f"holder_{k}": holder, f"was_{k}": was})
        self._conditions.append(f"{access.format(f'holder_{k}')} == was_{k}")

    def check_drawn(self) -> None:
        """Refuse a function that drew random numbers: it would get the same ones for ever."""
        if any(repr(state()) != repr(was) for state, was in self._generators):
            raise CompileError(
                "the function that is being compiled draws random numbers, which would be the same at each call; "
                "draw them outside and pass them as an argument"
            )

    def _visit(self, thing: Any, name: str) -> None:
        """Look at one thing, and put what it leads to on the stack."""
        if id(thing) in self._seen or thing is None or isinstance(thing, (*_PLAIN, type)):
            return
        self._seen.add(id(thing))
        self._bound[f"seen_{len(self._seen)}"] = thing  # An identity means something only as long as the thing lives.
        if isinstance(thing, (np.ndarray, Value)):
            self.names[id(thing)] = name
        elif isinstance(thing, np.random.Generator):
            self._generators.append((lambda: thing.bit_generator.state, None))
        elif isinstance(thing, random.Random):
            self._generators.append((thing.getstate, None))
        elif isinstance(thing, types.FunctionType):
            self._visit_function(thing)
        elif isinstance(thing, (dict, list, tuple)):
            self._visit_container(thing, name)
        elif hasattr(thing, "__wrapped__"):
            self._stack.append((thing.__wrapped__, name))
        elif isinstance(thing, types.MethodType):
            self._stack += [(thing.__self__, "self"), (thing.__func__, name)]
        elif isinstance(thing, partial):
            self._stack += [(thing.func, name), (thing.args, name), (thing.keywords, name)]
        elif not isinstance(thing, types.ModuleType) and not _is_steady(type(thing).__module__, _STEADY[:2]):
            self._objects.append((thing, set()))

    def _add(self, place: Place) -> None:
        """Note what stands at a place, and go on from there."""
        self._bound["holder"], self._bound["key"] = place.holder, place.key
        try:
            now = eval(place.access.format("holder", "key"), self._bound)
        except (ValueError, KeyError, AttributeError, IndexError):
            return
        k = len(self._conditions)
        self._bound.update({f"holder_{k}": place.holder, f"key_{k}": place.key, f"was_{k}": now})
        read = place.access.format(f"holder_{k}", f"key_{k}")
        kind = f" or ({read}.__class__ is was_{k}.__class__ and {read} == was_{k})"
        self._conditions.append(f"({read} is was_{k}{kind if isinstance(now, _PLAIN) else ''})")
        self._stack.append((now, place.name))

    def _visit_function(self, function: types.FunctionType) -> None:
        """Note the variables of a function that are not its own: cells, globals, defaults, modules' attributes."""
        code = function.__code__
        cells = list(zip(code.co_freevars, function.__closure__ or (), strict=True))
        if _is_steady(function.__module__, _STEADY):
            self._stack += [(cell.cell_contents, name) for name, cell in cells]
            return
        self._lookups |= _names(code)
        self._add(Place(function, "{}.__code__"))
        for defaults in ("__defaults__", "__kwdefaults__"):
            if getattr(function, defaults):
                self._add(Place(function, f"{{}}.{defaults}"))
        for name, cell in cells:
            self._add(Place(cell, "{}.cell_contents", name=name))
        for name in sorted(_names(code) & function.__globals__.keys()):
            self._visit_global(function.__globals__, name, _names(code))

    def _visit_global(self, variables: dict[str, Any], name: str, lookups: set[str]) -> None:
        """Note a global variable; of a module, those attributes that the function looks up."""
        found = variables[name]
        if not isinstance(found, types.ModuleType):
            self._add(Place(variables, "{}.get({}, missing)", name, name))
        elif not _is_steady(found.__name__, _STEADY):
            for attribute in sorted(lookups & vars(found).keys()):
                self._add(Place(vars(found), "{}.get({}, missing)", attribute, attribute))

    def _visit_container(self, thing: Any, name: str) -> None:
        """Note what is in a list, a tuple or a dictionary; plain numbers all at once."""
        items = list(thing.values() if isinstance(thing, dict) else thing)
        if all(isinstance(item, _PLAIN) for item in items):
            k = len(self._conditions)
            self._bound.update({f"holder_{k}": thing, f"was_{k}": thing.__class__(thing)})
            self._conditions.append(f"holder_{k} == was_{k}")
            return
        self._add(Place(thing, "len({})"))
        for key in list(thing) if isinstance(thing, dict) else range(len(thing)):
            inside = str(key) if str(key).isidentifier() else f"{name}_{key}"
            self._add(Place(thing, "{}[{}]", key, inside))

    def _look_into_objects(self) -> None:
        """Follow those attributes of objects that any of the functions looks up."""
        for thing, done in list(self._objects):
            names = self._lookups - done
            done |= names
            for name in sorted(names):
                self._visit_attribute(thing, name)

    def _visit_attribute(self, thing: Any, name: str) -> None:
        """Note an attribute of an instance, a method of its class, or the function of a property."""
        known = getattr(type(thing), name, _MISSING)
        if isinstance(known, property):
            self._stack.append((known.fget, name))
        elif isinstance(known, types.FunctionType):
            self._add(Place(type(thing), "getattr({}, {})", name, name))
        elif isinstance(known, types.MemberDescriptorType) or name in getattr(thing, "__dict__", ()):
            self._add(Place(thing, "getattr({}, {})", name, name))


def _is_steady(module: str | None, steady: tuple[str, ...]) -> bool:
    """Whether a module is one whose contents nobody changes."""
    return str(module).partition(".")[0] in steady


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
