"""`load`: a network as it was saved, architecture and all."""

from __future__ import annotations

import inspect
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from microgradphys import randomness
from microgradphys.archives import read_archive
from microgradphys.errors import InputError
from microgradphys.nn.module import Module
from microgradphys.nn.saving import CHECKPOINT, MODEL, WEIGHTS, assign
from microgradphys.scopes import no_grad


def load(path: str | os.PathLike[str], classes: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """Make a network from a file that `Module.save` wrote.

    Args:
        path: of the file, .npz or .safetensors.
        classes: of modules of your own, by name: `{"Line": Line}`.

    Returns:
        The network: the same layers, parameters and buffers.

    Raises:
        InputError: there is no such file, it is damaged, of a newer version, holds weights only, or has a module of a
            class that is not known.
        MissingExtraError: the name ends in .safetensors, and safetensors is not installed.

    >>> import tempfile
    >>> from microgradphys import nn
    >>> model = nn.Sequential(nn.Dense(3, "tanh"), nn.Dense(1), input_shape=(2,))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = nn.load(model.save(f"{folder}/model.npz"))
    >>> again
    Sequential(Dense(3, activation='tanh'), Dense(1))
    >>> bool(again([[0.5, 1.0]]).data == model([[0.5, 1.0]]).data)
    True
    """
    tree = read_archive(path, MODEL, WEIGHTS, CHECKPOINT)
    if "architecture" not in tree:
        raise InputError(f"{str(path)!r} has no architecture: make the model, then model.load_weights({str(path)!r})")
    with _undisturbed(), no_grad():
        model = _made(tree["architecture"], classes or {}, str(path))
        _build(model, tree["shapes"], str(path))
    assign(model, tree, path)
    return model


def _made(described: Any, classes: Mapping[str, Any], path: str) -> Any:
    """Make what `saving` wrote down: a module, several, or a plain argument."""
    if type(described) is list or type(described) is tuple:
        return type(described)([_made(part, classes, path) for part in described])
    if type(described) is not dict:
        return described
    if described.keys() != {"class", "own", "name", "config"}:
        return {key: _made(part, classes, path) for key, part in described.items()}
    make = _class(described, classes, path)
    arguments = {name: _made(part, classes, path) for name, part in described["config"].items()}
    try:
        several = [name for name, p in inspect.signature(make).parameters.items() if p.kind is p.VAR_POSITIONAL]
        listed = [part for name in several for part in arguments.pop(name, ())]
        module = make(*listed, **arguments)
    except Exception as error:  # Whatever a constructor says to arguments that another version of it took.
        raise InputError(f"cannot make the {described['class']} in {path!r} again: {error}") from error
    module.name = described["name"]
    return module


def _class(described: Mapping[str, Any], classes: Mapping[str, Any], path: str) -> Any:
    """Find the class of a module: among those that are given, or among those of microgradphys."""
    from microgradphys import nn

    kind = described["class"]
    if kind in classes:
        return classes[kind]
    if described["own"]:
        raise InputError(
            f"{path!r} has a {kind}, which is a class of your own: nn.load({path!r}, classes={{{kind!r}: {kind}}}), "
            f"or make the model, then model.load_weights({path!r})"
        )
    found = getattr(nn, kind, None) if kind in nn.__all__ else None
    if not (isinstance(found, type) and issubclass(found, Module)):
        raise InputError(f"{path!r} has a {kind}, which this version of microgradphys does not know: update it")
    return found


def _build(model: Module, shapes: Mapping[str, Any], path: str) -> None:
    """Make the parameters, from the outside to the inside, for the shapes that they were made for."""
    for where, shape in shapes.items():
        part = model.named_modules().get(where)
        if part is None or part.built:
            continue
        try:
            part.prepare(shape)
        except Exception as error:  # Whatever a user's own build says.
            raise InputError(f"cannot make the parameters of {where} in {path!r} again: {error}") from error


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Leave the random numbers that come next as they are: those that are drawn for a layer are replaced at once."""
    state = random.getstate()
    try:
        with randomness.drawing_from(np.random.default_rng(0)):
            yield
    finally:
        random.setstate(state)
