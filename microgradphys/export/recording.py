"""Recording a network, or a function, as a program that can be written in another language.

What is exported is the recorded graph, row by row of the table of primitives, never the layers: so a module of your
own, and any function, is exported as the layers are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.compiled.captures import Captures
from microgradphys.compiled.program import lowered
from microgradphys.compiled.steps import Program
from microgradphys.compiled.structure import Signature, is_data, read_call
from microgradphys.compiled.trace import Trace
from microgradphys.errors import DataError, InputError
from microgradphys.export.sizes import BATCHES, for_any_batch
from microgradphys.recording import constant
from microgradphys.scopes import no_grad, tracing, training
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value

Spelt = Mapping[str, Callable[..., Any] | None]


@dataclass(frozen=True, eq=False, slots=True)
class Recording:
    """A function as a program.

    signature: the arguments it was called with. captures: what it uses beside them. result: what it returned, nested,
    with a Value for each output. outputs: those Values. program: their computation. names: of parameters and buffers,
    by the identity of the Value or array.
    """

    signature: Signature
    captures: Captures
    result: Any
    outputs: list[Value]
    program: Program
    names: dict[int, str]


def recorded(f: Callable[..., Any], args: tuple[Any, ...], spelt: Spelt) -> Recording:
    """Record one call, with layers doing what they do in a prediction.

    Args:
        f: the function, or the network.
        args: its arguments.
        spelt: as of `Builder`: the rows that the other language has a word for, and how others are put together.
    """
    signature = read_call(f, args, {})
    captures = Captures(f, *signature.objects)
    trace = Trace()
    inputs = iter([trace.input(leaf.data, leaf.name) for leaf in signature.leaves])
    given = unflatten(args, [next(inputs) if is_data(leaf) else leaf for leaf in flatten(args)])
    with training(False):
        result = trace.record(_with_buffers(f), given, {})
    captures.check_drawn()
    with tracing(trace):
        leaves = [trace.constant(leaf, None) if is_data(leaf) else leaf for leaf in flatten(result)]
    outputs = [leaf for leaf in leaves if isinstance(leaf, Value)]
    if not outputs:
        raise InputError(f"there is nothing to export: the function returns no numbers, but {result!r}")
    program = lowered(trace, outputs, lambda builder, step: None, captures.names, spelt)
    captures.watch([step.bound for step in program.steps if not step.ours])
    return Recording(signature, captures, unflatten(result, leaves), outputs, program, names_of(f))


def _with_buffers(f: Any) -> Callable[..., Any]:
    """Let a network compute with its buffers as Values, so that what it makes of them is recorded too."""
    buffers = _called(f, "named_buffers")
    if not buffers:
        return f

    def network(*args: Any) -> Any:
        """Compute the outputs."""
        given = {name: constant(data) if isinstance(data, np.ndarray) else data for name, data in buffers.items()}
        return f.having(f.named_parameters(), given)(*args)

    return network


def names_of(f: Any) -> dict[int, str]:
    """Name the parameters and buffers of a network as it does itself; a plain function has none."""
    kept = [*_called(f, "named_parameters").items(), *_called(f, "named_buffers").items()]
    return {id(thing): name for name, thing in kept}


def _called(f: Any, method: str) -> dict[str, Any]:
    """Call a method of a network, which a plain function does not have."""
    return getattr(f, method)() if hasattr(f, method) else {}


def for_any(f: Callable[..., Any], sample: Any, spelt: Spelt, batch: bool) -> tuple[Recording, tuple[Any, ...]]:
    """Record a network, or a function of arrays.

    Args:
        f: the network, whose parameters are made if there are none yet, or the function.
        sample: an array, a tuple of one for each argument, or None for what a network was built for.
        spelt: as of `recorded`.
        batch: whether the first axis of every argument is the batch, which may then have any size.

    Returns:
        The recording, and an array for each argument.

    Raises:
        InputError: nothing says what the arguments are like, or they have batches of different sizes.
        UnsupportedError: the function is not the same for all batches.
    """
    if sample is not None:
        given = sample if isinstance(sample, tuple) else (sample,)
        return _for_samples(f, tuple(map(_taken, given)), spelt, batch)
    inputs = _as_built(f)
    try:
        return _for_samples(f, (inputs,), spelt, batch)
    except DataError:
        # A network that looks things up, as one that begins with an Embedding does.
        return _for_samples(f, (np.zeros(inputs.shape, np.int64),), spelt, batch)


def _for_samples(
    f: Callable[..., Any], samples: tuple[Any, ...], spelt: Spelt, batch: bool
) -> tuple[Recording, tuple[Any, ...]]:
    """Record a function for these arguments, or for batches of any size like them."""
    if hasattr(f, "named_parameters"):
        with no_grad(), training(False):
            f(*samples)
    if not batch:
        return recorded(f, samples, spelt), samples
    if len({len(sample) for sample in samples if np.ndim(sample)}) > 1:
        shapes = ", ".join(str(np.shape(sample)) for sample in samples)
        raise InputError(f"the samples have batches of different sizes, {shapes}: pass batch=False if they are none")
    first, second = (recorded(f, tuple(resized(a, size) for a in samples), spelt) for size in BATCHES)
    for_any_batch(first.program, second.program)
    return first, samples


def resized(sample: Any, size: int) -> Any:
    """Repeat samples, or leave some out, until there are so many; a number has no batch.

    >>> resized(np.array([1.0, 2.0]), 3).tolist()
    [1.0, 2.0, 1.0]
    """
    return np.resize(sample, (size, *np.shape(sample)[1:])) if np.ndim(sample) else sample


def _as_built(model: Any) -> Any:
    """Make two samples such as a network was built for."""
    shape = getattr(model, "sample_shape", None)
    if shape is None:
        raise InputError(
            f"{getattr(model, '__name__', type(model).__name__)} does not say what its inputs are like: pass some of "
            "them, sample=X[:2], or call the network once"
        )
    dtype = next((value.dtype for value in _called(model, "named_parameters").values()), np.float64)
    return np.random.default_rng(0).normal(size=(2, *shape)).astype(getattr(model, "dtype", dtype))


def _taken(item: Any) -> Any:
    """Take a sample in: whole numbers and float32 stay what they are, anything else becomes float64."""
    array = np.asarray(item)
    if array.dtype.kind not in "biuf":
        raise InputError(f"a sample is an array of numbers, not of {array.dtype}")
    return array if array.dtype == np.float32 or array.dtype.kind in "biu" else array.astype(np.float64)
