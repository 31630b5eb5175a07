"""What `Module.save`, `save_weights` and `load_weights` do: architecture and numbers of a module, to a file and back.

An architecture is nested data: of each module its class, its name, and the arguments that its constructor was given
(`config()`), among which may be further modules, as the layers of a Sequential are. The shapes that the modules were
built for stand beside it, so that `microgradphys.nn.load` makes the same parameters, and then gives them their numbers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.archives import FORMAT, read_archive, write_archive
from microgradphys.errors import InputError
from microgradphys.nested import packed
from microgradphys.nn.activations import ACTIVATIONS

MODEL, WEIGHTS, CHECKPOINT = "model", "weights", "checkpoint"
_SHOWN = 6


def save(model: Any, path: str | os.PathLike[str]) -> Path:
    """Write the architecture and the numbers of a module to a file."""
    shapes = {
        where: part.sample_shape for where, part in model.named_modules().items() if part.sample_shape is not None
    }
    tree = {"architecture": _described(model, "the model"), "shapes": shapes, **_numbers(model)}
    return write_archive(path, MODEL, tree)


def save_weights(model: Any, path: str | os.PathLike[str]) -> Path:
    """Write the numbers of a module to a file."""
    return write_archive(path, WEIGHTS, _numbers(model))


def load_weights(model: Any, path: str | os.PathLike[str]) -> None:
    """Give a module the numbers that are in a file."""
    assign(model, read_archive(path, WEIGHTS, MODEL, CHECKPOINT), path)


def assign(model: Any, tree: Any, path: str | os.PathLike[str]) -> None:
    """Give a module numbers, if they are those of such a module.

    Args:
        model: the module.
        tree: what a file holds.
        path: of the file, for the message.

    Raises:
        InputError: names, shapes or types are not the same; nothing has changed then.
    """
    own = _numbers(model)
    odd = [line for part, mine in own.items() for line in _differences(mine, tree.get(part, {}))]
    if odd:
        more = f"; and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
        fix = "build the model as it was when it was saved"
        if not own["parameters"]:
            fix = "the model has no parameters yet: give it its input_shape, or call it once"
        raise InputError(f"{str(path)!r} does not fit the model: {'; '.join(odd[:_SHOWN])}{more}; {fix}")
    for name, value in model.named_parameters().items():
        value.data = tree["parameters"][name]
        value.zero_grad()
    model.set_buffers(tree["buffers"])


def _numbers(model: Any) -> dict[str, dict[str, Any]]:
    """Return the parameters and buffers of a module by name, as plain numbers and arrays."""
    parameters = {name: value.data for name, value in model.named_parameters().items()}
    return {"parameters": parameters, "buffers": model.named_buffers()}


def _differences(mine: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Say how the numbers of a file differ in name, shape and type from those of a model."""
    odd = [f"the file has no {name}" for name in mine if name not in found]
    odd += [f"the model has no {name}" for name in found if name not in mine]
    both = {name: (_kind(found[name]), _kind(mine[name])) for name in mine if name in found}
    return odd + [f"{name} is {a} in the file, {b} in the model" for name, (a, b) in both.items() if a != b]


def _kind(number: Any) -> str:
    """Describe the shape and the type of a number or an array."""
    return "not there" if number is None else f"{np.shape(number)} {np.asarray(number).dtype}"


def _described(module: Any, where: str) -> dict[str, Any]:
    """Write down a module's class, name and arguments, and those of the modules among the arguments."""
    kind = type(module)
    told = f"{module.name or where} ({kind.__name__})"
    arguments = {name: _argument(given, told, name) for name, given in kind.config(module).items()}
    own = kind.__module__.partition(".")[0] != FORMAT
    return {"class": kind.__name__, "own": own, "name": module.name, "config": arguments}


def _argument(given: Any, told: str, name: str) -> Any:
    """Write down an argument: what `packed` takes, a module, the name of a known function, or several of them."""
    if hasattr(given, "named_parameters"):
        return _described(given, name)
    if type(given) is list or type(given) is tuple:
        return type(given)([_argument(part, told, name) for part in given])
    if type(given) is dict:
        return {key: _argument(part, told, name) for key, part in given.items()}
    if callable(given):
        return _known(given, told, name)
    try:
        packed(given)
    except InputError:
        raise InputError(
            f"cannot write down {told}: its {name} is a {type(given).__name__}; give it as numbers or text, write a "
            "method config() that returns the arguments, or save_weights only"
        ) from None
    return given


def _known(function: Any, told: str, name: str) -> str:
    """Return the name under which a layer takes an activation function, or refuse a function without one."""
    for known, activation in ACTIVATIONS.items():
        if activation is function:
            return known
    called = getattr(function, "__name__", type(function).__name__)
    raise InputError(
        f"cannot write down {told}: its {name} is a function, {called}, which a file cannot hold; "
        "choose one by its name, or save_weights only"
    )
