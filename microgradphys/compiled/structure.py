"""The arguments and the result of a compiled function: nested tuples, lists and dictionaries, apart and together.

For speed and for reading, that is source too: `W = params["W"]` at the head of the function, a display at its end.
"""

from __future__ import annotations

import builtins
import inspect
import keyword
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microgradphys.compiled.expressions import Bound
from microgradphys.data import as_data
from microgradphys.errors import CompileError
from microgradphys.value import Value

RESERVED = {
    "math",
    "np",
    "rows",
    "floats",
    "args",
    "kwargs",
    "keywords",
    *keyword.kwlist,
    *keyword.softkwlist,
    *dir(builtins),
}


@dataclass(slots=True)
class Argument:
    """One leaf of the arguments: where it stands, as Python writes it; its data; what to call it."""

    place: str
    data: Any
    name: str


@dataclass(slots=True)
class Signature:
    """How a function was called: the arguments that are data, and what another call of this kind has to fulfil.

    parameters, keywords: the names of the positional arguments, and those of the others by their keywords. leaves: the
    arguments that are data. objects: those that are not. conditions: as Python, with `bound` for what they refer to.
    """

    parameters: list[str]
    keywords: dict[str, str]
    leaves: list[Argument] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    bound: Bound = field(default_factory=Bound)

    @property
    def names(self) -> set[str]:
        """What the arguments are called, those that are data and those that are taken apart."""
        return {*self.parameters, *self.keywords.values()}


def is_number(data: Any) -> bool:
    """Whether an argument counts as a Python number; a truth is a choice, not a number."""
    return isinstance(data, (float, int, np.integer)) and not isinstance(data, bool)


def is_data(data: Any) -> bool:
    """Whether an argument is a number or an array."""
    return is_number(data) or (isinstance(data, (np.ndarray, np.generic)) and not isinstance(data, np.bool_))


def read_call(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Signature:
    """Take the arguments of a call apart.

    Raises:
        CompileError: an argument is neither data nor something that can be compared.
    """
    names: list[str] = []
    for given in [*_parameter_names(f, len(args)), *kwargs]:
        name = safe(given, "argument")
        while name in names:
            name += "_"
        names.append(name)
    keywords = dict(zip(kwargs, names[len(args) :], strict=True))
    signature = Signature(names[: len(args)], keywords, bound=Bound(names))
    for name, data in zip(names, [*args, *kwargs.values()], strict=True):
        _take(signature, name, data, (name,), signature.bound)
    return signature


def safe(name: str, otherwise: str) -> str:
    """Use a name in source if it is an identifier that means nothing else there."""
    if not name.isidentifier() or not name.isprintable():
        return otherwise
    name = unicodedata.normalize("NFKC", name)
    return f"{name}_" if name in RESERVED else name


def _parameter_names(f: Callable[..., Any], count: int) -> list[str]:
    """Name the positional arguments as the function does, *rest by numbers."""
    try:
        known = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        known = []
    names = [p.name for p in known if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][:count]
    rest = next((p.name for p in known if p.kind == p.VAR_POSITIONAL), "argument")
    return names + [f"{rest}_{k}" for k in range(count - len(names))]


def _take(signature: Signature, place: str, data: Any, path: tuple[str, ...], bound: Bound) -> None:
    """Take one argument apart, and note what has to be the same at the next call."""
    conditions = signature.conditions
    if isinstance(data, (tuple, list)):
        kind = bound.name(type(data), type(data).__name__)
        conditions.append(f"{place}.__class__ is {kind} and len({place}) == {len(data)}")
        for k, item in enumerate(data):
            _take(signature, f"{place}[{k}]", item, (*path, str(k)), bound)
    elif isinstance(data, dict):
        kind = bound.name(type(data), type(data).__name__)
        keys = bound.name(tuple(data), "keys")
        conditions.append(f"{place}.__class__ is {kind} and tuple({place}) == {keys}")
        for key, item in data.items():
            written = repr(key) if key.__class__ in (str, int) else bound.name(key, "key")
            _take(signature, f"{place}[{written}]", item, (*path, str(key)), bound)
    elif is_number(data):
        number = bound.name(is_number, "is_number")
        conditions.append(f"({place}.__class__ is float or {number}({place}))")
        signature.leaves.append(Argument(place, as_data(data), _leaf_name(path)))
    elif is_data(data):
        kind, dtype = bound.name(type(data), type(data).__name__), bound.name(data.dtype, data.dtype.name)
        # There is mostly one object for each dtype, and to look whether it is that one is quicker than to compare.
        same = f"({place}.dtype is {dtype} or {place}.dtype == {dtype})"
        conditions.append(f"{place}.__class__ is {kind} and {place}.shape == {data.shape} and {same}")
        as_data(data)  # Complex numbers, texts and masked arrays are refused as everywhere.
        signature.leaves.append(Argument(place, np.asarray(data), _leaf_name(path)))
    elif data is None or isinstance(data, (bool, np.bool_, str, bytes)):
        written = bool(data) if isinstance(data, np.bool_) else data
        conditions.append(f"{place}.__class__ is {bound.name(type(data), 'kind')} and {place} == {written!r}")
    else:
        signature.objects.append(data)
        conditions.append(f"{place} is {bound.name(data, 'thing')}")


def _leaf_name(path: tuple[str, ...]) -> str:
    """Name an argument after its place: w for w, W1 for params["W1"], layers_00 for layers[0][0]."""
    words = [part for part in path if not part.isdigit()]
    digits = [part for part in path if part.isdigit()]
    return words[-1] + ("_" + ("_" if any(len(d) > 1 for d in digits) else "").join(digits) if digits else "")


def display(result: Any, texts: dict[int, str], bound: Bound) -> str:
    """Write a nested result as Python, with the texts of its Values in their places.

    Args:
        result: what the function returned when it was recorded.
        texts: how to write each Value, by identity.
        bound: where things go that cannot be written down.
    """
    if isinstance(result, Value):
        return texts[id(result)]
    if isinstance(result, dict) and result.__class__ is dict:
        items = (f"{_key(key, bound)}: {display(item, texts, bound)}" for key, item in result.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        kind = bound.name(type(result), type(result).__name__)
        return f"{kind}({', '.join(display(item, texts, bound) for item in result)})"
    if result.__class__ is tuple:
        inside = ", ".join(display(item, texts, bound) for item in result)
        return f"({inside},)" if len(result) == 1 else f"({inside})"
    if result.__class__ is list:
        return f"[{', '.join(display(item, texts, bound) for item in result)}]"
    if result is None or result.__class__ in (bool, int, str, float):
        return repr(result) if result.__class__ is not float else f"float({str(result)!r})"
    if isinstance(result, np.ndarray):
        return f"{bound.name(result, 'fixed')}.copy()"
    if isinstance(result, np.generic):
        return bound.name(result, "fixed")
    raise CompileError(
        f"a compiled function returns numbers, arrays, and tuples, lists and dictionaries of them, not {type(result)!r}"
    )


def _key(key: Any, bound: Bound) -> str:
    """Write the key of a dictionary."""
    return repr(key) if key.__class__ in (str, int) else bound.name(key, "key")
