"""One kind of call of a compiled function: recorded, made a program, written down and run."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from microgradphys.compiled.captures import Captures
from microgradphys.compiled.expressions import Bound
from microgradphys.compiled.listing import Listing
from microgradphys.compiled.program import lowered
from microgradphys.compiled.rewrites import rewrite
from microgradphys.compiled.scalars import Elements, scalar_program
from microgradphys.compiled.steps import Program, Step
from microgradphys.compiled.structure import Signature, display, is_data, read_call, safe
from microgradphys.compiled.trace import Trace
from microgradphys.data import keep_freed_memory
from microgradphys.namespaces import FLOAT_ERRORS, arrays, floats
from microgradphys.scopes import current
from microgradphys.trees import flatten, unflatten
from microgradphys.value import Value
from microgradphys.written import executed

_IMPORTS = {
    "math.": "import math",
    "np.": "import numpy as np",
    "rows.": "from microgradphys.namespaces import arrays as rows",
    "floats.": "from microgradphys.namespaces import floats",
}


class Kind:
    """A function compiled for calls of one kind: these shapes, dtypes, options and surroundings.

    Attributes:
        source: the program.
        fits: whether a call, given as arguments and keywords, is of this kind.
        run: the program as a function.
        captures: what the function uses beside its arguments.
        training: whether layers learnt while it was recorded.
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Record a call, and write the program."""
        keep_freed_memory()
        self.training = current.get().training
        kwargs = {key: kwargs[key] for key in sorted(kwargs)}
        signature = read_call(f, args, kwargs)
        self.captures = Captures(f, *signature.objects)
        self.fits = _condition(signature)
        trace = Trace()
        inputs = [trace.input(leaf.data, leaf.name) for leaf in signature.leaves]
        result = trace.record(f, *_with_inputs(args, kwargs, inputs))
        self.captures.check_drawn()
        outputs = [leaf for leaf in flatten(result) if isinstance(leaf, Value)]
        program = lowered(trace, outputs, rewrite, self.captures.names)
        self.captures.watch([step.bound for step in program.steps if not step.ours])
        write = _Writing(safe(_function_name(f), "f"), signature, result, outputs)
        small = scalar_program(program)
        self.source, run = write.source(program, *(small or (program, None)))
        self.run = run if small is None else _careful(run, lambda: write.source(program, program, None)[1])
        if signature.keywords:
            self.run = _with_keywords(self.run, signature.keywords)


class _Writing:
    """Writes programs for one kind of call as functions."""

    def __init__(self, name: str, signature: Signature, result: Any, outputs: list[Value]) -> None:
        """Remember what all of them have in common."""
        self.name, self.signature, self.result, self.outputs = name, signature, result, outputs

    def source(self, whole: Program, program: Program, elements: Any) -> tuple[str, Callable[..., Any]]:
        """Write a program, and make it a function.

        Args:
            whole: the program of arrays.
            program: what to write: that, or the same with single numbers.
            elements: for a program of single numbers, the steps in each input and in each result, as arrays.
        """
        bound = Bound()
        bound.things.update(math=math, np=np, rows=arrays, floats=floats)
        inputs = program.inputs if elements is None else [part[()] if not part.shape else None for part in elements[0]]
        taken, given = self.signature.names, zip(self.signature.leaves, inputs, strict=True)
        named = {step: leaf.place for leaf, step in given if step is not None and leaf.place in taken}
        listing = Listing(program, bound, taken, named, elements is not None)
        head = _unpacked(self.signature, program, listing, elements)
        parts = [None] * len(whole.outputs) if elements is None else elements[1]
        results = zip(self.outputs, whole.outputs, parts, strict=True)
        returned = [_returned(node.held.__class__ is float, step, listing, part) for node, step, part in results]
        texts = {id(node): text for node, text in zip(self.outputs, returned, strict=True)}
        result = display(self.result, texts, bound)
        parameters = ", ".join([*self.signature.parameters, *self.signature.keywords.values()])
        body = _definition(self.name, parameters, [*head, *listing.lines, f"return {result}"])
        imports = [line for used, line in _IMPORTS.items() if used in body]
        text = "\n".join([*imports, "", "", body]) if imports else body
        return text, executed(text, self.name, bound.things, "compiled")


def _condition(signature: Signature) -> Callable[[tuple[Any, ...], dict[str, Any]], bool]:
    """Write the conditions of a kind of call as a function of arguments and keywords."""
    names, keywords = signature.parameters, signature.keywords
    others = "kwargs.keys() != keywords" if keywords else "kwargs"
    lines = [f"if len(args) != {len(names)} or {others}:", "    return False"]
    lines += [f"{', '.join(names)}, = args"] if names else []
    lines += [f"{name} = kwargs[{key!r}]" for key, name in keywords.items()]
    lines += [f"return {' and '.join(signature.conditions) or True}"]
    bound = signature.bound
    bound.things["keywords"] = set(keywords)
    return executed(_definition("fits", "args, kwargs", lines), "fits", bound.things, "compiled")


def _definition(name: str, parameters: str, lines: list[str]) -> str:
    """Write a function."""
    return "\n".join([f"def {name}({parameters}):", *("    " + line for line in lines), ""])


def _unpacked(signature: Signature, program: Program, listing: Listing, elements: Elements | None) -> list[str]:
    """Write the head of a function: arguments taken apart, and of the dtypes that the program was recorded with."""
    used = {use for step in program.steps for use in step.uses} | set(program.outputs)
    lines = []
    for k, leaf in enumerate(signature.leaves):
        steps = np.array(program.inputs[k], object) if elements is None else elements[0][k]
        if not used.intersection(steps.ravel().tolist()):
            continue
        if elements is not None:
            names = _nested(steps, lambda step: listing.text(step).code)
            lines.append(f"{names} = {leaf.place}.tolist()" if steps.shape else f"{names} = float({leaf.place})")
            continue
        step = program.inputs[k]
        name, given = listing.text(step).code, leaf.place
        if step.number:
            given = f"np.float64({given})"
        elif leaf.data.dtype != step.dtype:
            given = f"{given}.astype(np.{step.dtype})"
        lines += [f"{name} = {given}"] if given != name else []
    return lines


def _nested(steps: Any, text: Callable[[Step], str]) -> str:
    """Write an array of steps as nested tuples."""
    if not steps.shape:
        return text(steps[()])
    parts = (steps[k, ...] for k in range(len(steps)))
    inside = ", ".join(_nested(part, text) for part in parts)
    return f"({inside}{',' * (len(steps) == 1)})"


def _returned(number: bool, step: Step, listing: Listing, elements: Any) -> str:
    """Write one result: a float, or an array that nobody else has."""
    if elements is not None:
        if not elements.shape:
            shown = listing.text(elements[()]).code
            return shown if number else f"np.array({shown}{', bool' * (step.dtype == bool)})"
        # Quicker than np.array, which looks for the shape itself.
        flat = "".join(f"{listing.text(element).code}, " for element in elements.ravel().tolist())
        packed = f"np.fromiter(({flat.removesuffix(' ')}), {'bool' if step.dtype == bool else 'float'})"
        return packed if len(elements.shape) == 1 else f"{packed}.reshape{elements.shape}"
    shown = listing.text(step).code
    if number:
        return shown if step.literal is not None and step.number else f"float({shown})"
    if not step.shape:
        return f"np.array({shown}{f', np.{step.dtype}' * (step.dtype.kind == 'f')})"
    return shown if step.literal is not None or listing.is_own(step) else f"{shown}.copy()"


def _careful(run: Callable[..., Any], write: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Where Python's numbers raise an error, let numpy answer with inf or nan, as it does everywhere else."""
    numpys = cache(write)

    def careful(*args: Any) -> Any:
        try:
            return run(*args)
        except FLOAT_ERRORS:
            return numpys()(*args)

    return careful


def _with_keywords(run: Callable[..., Any], keywords: dict[str, str]) -> Callable[..., Any]:
    """Pass keyword arguments on in their order."""
    return lambda *args, **kwargs: run(*args, *[kwargs[key] for key in keywords])


def _function_name(f: Any) -> str:
    """Name a program after its function; what differentiates a function has that one's name."""
    while (inner := inspect.getattr_static(f, "__wrapped__", None)) is not None:
        f = inner
    return str(getattr(f, "__name__", "f"))


def _with_inputs(args: Any, kwargs: Any, inputs: list[Value]) -> tuple[Any, Any]:
    """Put the inputs of a recording in the places of the data they stand for."""
    given = iter(inputs)
    leaves = [next(given) if is_data(leaf) else leaf for leaf in flatten((args, kwargs))]
    return unflatten((args, kwargs), leaves)
