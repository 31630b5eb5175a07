"""`to_jax`: a function, or a network as a function of its parameters, in JAX, with its source."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.compiled.captures import Captures
from microgradphys.compiled.expressions import Bound
from microgradphys.compiled.structure import display
from microgradphys.data import is_value
from microgradphys.errors import InputError
from microgradphys.export.extras import needed
from microgradphys.export.jax_rows import HELPERS, WORDS
from microgradphys.export.lines import Lines, arguments_of, fresh
from microgradphys.export.recording import Recording, recorded
from microgradphys.trees import flatten, unflatten
from microgradphys.written import executed

_IMPORTS = {"jax": "import jax", "jnp": "import jax.numpy as jnp", "np": "import numpy as np"}
_TAKEN = {"jax", "jnp", "np", "slice", "n", *HELPERS}


class JaxFunction:
    """A function in JAX, written once for each kind of call; `jax.jit`, `jax.grad` and `jax.vmap` take it.

    Attributes:
        source: the program of the last kind of call, as Python: what it names `_data` are arrays and Values that the
            function found around it.
        parameters: of a network: the first argument, as JAX arrays by name; of a function: None.
    """

    def __init__(self, f: Callable[..., Any], jax: Any, parameters: dict[str, Any] | None) -> None:
        """Remember what to write."""
        self.__wrapped__, self.__name__, self.__doc__ = (
            f,
            getattr(inspect.unwrap(f), "__name__", "f"),
            getattr(f, "__doc__", None),
        )
        self.parameters, self._jax = parameters, jax
        self._kinds: dict[Any, tuple[Captures, str, Callable[..., Any]]] = {}
        self._last: Any = None

    def __call__(self, *args: Any) -> Any:
        """Compute with JAX."""
        leaves = flatten(args)
        key = (repr(unflatten(args, ["." for _ in leaves])), tuple(map(_kind, leaves)), self._wide)
        found = self._kinds.get(key)
        if found is None or not found[0].unchanged():
            samples = [_sample(leaf, self._wide) if _is_array(leaf) else leaf for leaf in leaves]
            recording = recorded(self.__wrapped__, unflatten(args, samples), dict.fromkeys(WORDS.rows))
            found = self._kinds[key] = (recording.captures, *self._written(recording))
        self._last = key
        return found[2](*args)

    @property
    def source(self) -> str:
        """The program of the last kind of call, as Python."""
        if self._last is None:
            raise InputError(f"{self.__name__} has no source yet: it depends on the shapes, so call it once first")
        return self._kinds[self._last][1]

    @property
    def _wide(self) -> bool:
        """Whether JAX computes in float64 where it is asked to."""
        return bool(self._jax.config.jax_enable_x64)

    def _written(self, recording: Recording) -> tuple[str, Callable[..., Any]]:
        """Write a recording as a function."""
        signature, program, bound, taken = recording.signature, recording.program, Bound(), set(_TAKEN)
        name = fresh(self.__name__ if self.__name__ != "<lambda>" else "f", set(_TAKEN))
        arguments, places = arguments_of(signature, taken)
        head, given = [], dict(zip(program.inputs, places, strict=True))
        for step, leaf in zip(program.inputs, signature.leaves, strict=True):
            if given[step] not in arguments:
                given[step], place = fresh(leaf.name, taken), given[step]
                head.append(f"{given[step]} = {place}")
        for step in program.steps:
            if step.row is None and step not in given:
                given[step] = fresh(step.name or "constant", taken)
                # JAX's own arrays, made while JAX traces, would be of no use afterwards.
                data = bound.name(step.bound, fresh(f"{given[step]}_data", taken))
                head.append(f"{given[step]} = jnp.asarray({data}{'.held' * is_value(step.bound)})")
        lines = Lines(program, self._words, given, lambda array: bound.name(array, fresh("constant", taken)), taken)
        texts = {id(node): lines.text(step) for node, step in zip(recording.outputs, program.outputs, strict=True)}
        text = _file(name, arguments, [*head, *lines.lines, f"return {display(recording.result, texts, bound)}"])
        return text, executed(text, name, bound.things, "exported")

    @property
    def _words(self) -> Any:
        """Return JAX's words; while it computes in float32 only, of no other dtype."""
        return WORDS if self._wide else dataclasses.replace(WORDS, narrow=True)

    def __repr__(self) -> str:
        """Show what it is."""
        return f"<{self.__name__} in JAX, {len(self._kinds)} kinds of call>"


def _file(name: str, arguments: list[str], body: list[str]) -> str:
    """Write the file: imports, what JAX lacks, and the function."""
    helpers = [text for helper, text in HELPERS.items() if any(f"{helper}(" in line for line in body)]
    function = "\n".join([f"def {name}({', '.join(arguments)}):", *("    " + line for line in body), ""])
    text = "\n\n".join([*helpers, function])
    imports = [line for used, line in _IMPORTS.items() if re.search(rf"\b{used}\.", text)]
    return "\n".join([*imports, "", "", text]) if imports else text


def _is_array(leaf: Any) -> bool:
    """Whether an argument is an array, of numpy's, of JAX's, or one that JAX is tracing."""
    return hasattr(leaf, "shape") and hasattr(leaf, "dtype")


def _kind(leaf: Any) -> Any:
    """Say what calls of one kind have in common."""
    return (tuple(leaf.shape), str(leaf.dtype)) if _is_array(leaf) else (type(leaf), repr(leaf))


def _sample(leaf: Any, wide: bool) -> Any:
    """Make an array such as an argument is: positive, and of square matrices positive definite; whole numbers are 0."""
    shape, dtype = tuple(leaf.shape), np.dtype(leaf.dtype)
    if dtype.kind != "f":
        return np.zeros(shape, dtype)
    data = np.random.default_rng(0).uniform(0.25, 0.75, shape)
    if len(shape) > 1 and shape[-1] == shape[-2]:
        data = data + np.eye(shape[-1]) * shape[-1]
    return np.asarray(data, np.float64 if wide and dtype == np.float64 else np.float32)


def to_jax(f: Callable[..., Any]) -> JaxFunction:
    """Write a function in JAX: pure, and ready for `jax.jit`, `jax.grad` and `jax.vmap`.

    Args:
        f: a function of numbers, arrays, or nested tuples, lists and dictionaries of them; or a network, of which it
            makes a function of parameters and inputs: `g = to_jax(model); g(g.parameters, x)`. Layers do what they do
            in a prediction. What `f` uses from its surroundings counts as constant.

    Returns:
        The function in JAX; its `source` is what runs.

    Raises:
        MissingExtraError: JAX is not installed.
        UnsupportedError: when it is called: JAX has nothing for a row.
        InputError: `f` is neither a function nor a network; or the network has no parameters yet.
    """
    if not callable(f):
        raise InputError(f"there is nothing to export: {f!r} is not a function")
    jax = needed("jax", "to_jax", "jax")
    needed("jax.numpy", "to_jax", "jax")
    if not hasattr(f, "named_parameters"):
        return JaxFunction(f, jax, None)
    model: Any = f
    own = model.named_parameters()
    if not own and not getattr(model, "built", True):
        raise InputError(f"{type(model).__name__} has no parameters yet: call it once first, so that it makes them")

    def network(parameters: dict[str, Any], x: Any) -> Any:
        """Compute the outputs of a network with these parameters."""
        return model.having(parameters)(x)

    return JaxFunction(network, jax, {name: jax.numpy.asarray(np.asarray(value.held)) for name, value in own.items()})
