"""What the result of a training depends on beside its state, in words: to go on, all of it must be the same."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys.errors import InputError
from microgradphys.training.arrays import Examples
from microgradphys.training.batches import ArraySource

if TYPE_CHECKING:
    from microgradphys.training.run import Run

_DIGITS = 16


def conditions(run: Run) -> dict[str, str]:
    """Describe network, data, optimiser, loss and options of a training; functions by their names only.

    Args:
        run: the training.

    Returns:
        One line for each thing, by its name.
    """
    objective, plan = run.learner.objective, run.plan
    found = {
        "optimizer": text(run.learner.rule),
        "loss": text(objective.loss),
        "penalty": text(objective.penalty),
        "metrics": text(list(objective.metrics)),
        "batch_size": text(plan.batch_size),
        "shuffle": text(plan.shuffle),
        "validation_split": text(plan.validation_split),
        "compiled": text(run.learner.compiled),
        "the generator of random numbers": type(run.generator.bit_generator).__name__,
        **_data("", run.examples),
        **(_data("validation ", run.validation) if run.validation and not plan.validation_split else {}),
        **_network(run.model),
    }
    return found | {f"parameter {name}": text(np.shape(value)) for name, value in run.learnt.parameters.items()}


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Say what was otherwise then.

    >>> differences({"batch_size": "8", "layer b": "Dense()"}, {"batch_size": "9"})
    ['batch_size was 8 and is 9', 'there is no layer b any more']
    """
    odd = []
    for name in [*then, *(name for name in now if name not in then)]:
        if name not in now:
            odd.append(f"there is no {name} any more")
        elif name not in then:
            odd.append(f"there was no {name}")
        elif then[name] != now[name]:
            odd.append(f"{name} was {then[name]} and is {now[name]}")
    return odd


def text(thing: Any) -> str:
    """Describe an option so that two that say the same have the same description.

    >>> text((1, 0.5)), text(np.tanh), text(functools.partial(len, obj=[]))
    ('(1, 0.5)', 'tanh', 'len(obj=[])')
    """
    if isinstance(thing, np.ndarray):
        return f"{thing.shape} {thing.dtype} {_digest(thing)}"
    if isinstance(thing, (list, tuple)):
        inner = ", ".join(map(text, thing))
        return f"[{inner}]" if isinstance(thing, list) else f"({inner})"
    if isinstance(thing, Mapping):
        return f"{{{', '.join(f'{key}: {text(part)}' for key, part in thing.items())}}}"
    if isinstance(thing, functools.partial):
        return _call(text(thing.func), thing.keywords, thing.args)
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        fields = {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
        return _call(type(thing).__name__, fields)
    if thing is None or isinstance(thing, (bool, int, float, str, np.generic)):
        return repr(thing)
    return getattr(thing, "__name__", type(thing).__name__)


def _call(name: str, options: Mapping[str, Any], args: tuple[Any, ...] = ()) -> str:
    """Write a call."""
    return f"{name}({', '.join([*map(text, args), *(f'{key}={text(part)}' for key, part in options.items())])})"


def _digest(array: np.ndarray) -> str:
    """Write the first digits of the SHA-256 of an array's numbers."""
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()[:_DIGITS]


def _data(kind: str, source: Any) -> dict[str, str]:
    """Describe examples; of a stream nothing is known but that it is one, and how many batches it gives."""
    examples = source.examples if isinstance(source, ArraySource) else source
    if not isinstance(examples, Examples):
        return {f"{kind}X": f"a stream of {examples.count or 'some'} batches"}
    parts = {"X": examples.x, "y": examples.y, "sample_weight": examples.weight}
    return {f"{kind}{name}": text(array) for name, array in parts.items() if array is not None}


def _network(model: Any) -> dict[str, str]:
    """Describe the layers of a network, each with the arguments it was made with."""
    found = {}
    for where, module in getattr(model, "named_modules", dict)().items():
        try:
            arguments = type(module).config(module)
        except InputError:
            arguments = {}
        found[f"layer {where}" if where else "the network"] = _call(type(module).__name__, arguments)
    return found
