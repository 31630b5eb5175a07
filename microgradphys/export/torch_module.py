"""`to_torch`: a network as a module of PyTorch, with its source."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.compiled.expressions import Bound
from microgradphys.compiled.steps import Step
from microgradphys.compiled.structure import display
from microgradphys.data import is_value
from microgradphys.export.agreement import compare
from microgradphys.export.extras import needed
from microgradphys.export.lines import Lines, arguments_of, fresh
from microgradphys.export.recording import Recording, for_any
from microgradphys.export.torch_rows import HELPERS, torch_words
from microgradphys.written import executed

_TAKEN = {"math", "torch", "functional", "self", "slice", "n", *HELPERS}


def to_torch(model: Callable[..., Any], sample: Any = None, *, batch: bool = True) -> Any:
    """Write a network as a module of PyTorch: the same outputs, and the same parameters to go on training.

    What is written is the recorded graph, so a Module of your own, and a function of Values, become modules too. Layers
    do what they do in a prediction, in torch's `train()` too: Dropout passes, BatchNorm takes its running mean.

    Args:
        model: the network, or a function; Values that a function uses become parameters.
        sample: inputs such as it gets, (batch, …), or a tuple of them for several arguments; not needed for a network
            that was built.
        batch: whether the first axis is the batch, which may then have any size.

    Returns:
        A `torch.nn.Module`. Its parameters and buffers have the names that they have here: `state_dict()` is what
        `named_parameters()` and `named_buffers()` are. Its attribute `source` is a Python file that needs nothing but
        PyTorch: with `load_state_dict` it is the same network on another machine.

    Raises:
        MissingExtraError: PyTorch is not installed.
        UnsupportedError: PyTorch has nothing for a row, or the function is not the same for all batches.
        InputError: nothing says what the inputs are like; or the module computes something else, which it then says.
    """
    torch = needed("torch", "to_torch", "torch")
    spelt = dict.fromkeys(torch_words("").rows)
    recording, samples = for_any(model, sample, spelt, batch)
    name = getattr(model, "__name__", type(model).__name__)
    written = _Module(recording, name, reserved={*dir(torch.nn.Module()), "source"})
    kind = executed(written.source, written.name, written.things, "exported")
    module = kind()
    module.source = written.source
    module.load_state_dict({name: torch.as_tensor(np.array(data)) for name, data in written.numbers.items()})

    def theirs(*inputs: Any) -> Any:
        """Compute with PyTorch."""
        with torch.no_grad():
            return module(*(torch.as_tensor(np.array(item)) for item in inputs))

    compare(model, theirs, samples, batch, "PyTorch")
    return module


class _Module:
    """The source of a module.

    Attributes:
        name: of its class.
        source: of a file that defines it.
        numbers: its parameters and buffers, by their names.
        things: what it returns beside numbers, and that cannot be written down.
    """

    def __init__(self, recording: Recording, name: str, reserved: set[str]) -> None:
        """Write it, with no part of a name that modules of torch have themselves."""
        self._recording, self._bound, self._reserved = recording, Bound(), reserved
        self._taken = set(_TAKEN)
        self.name = fresh(name if name != "<lambda>" else "Network", self._taken)
        self._places: dict[str, list[str]] = {}
        self._trained: set[str] = set()
        self.numbers: dict[str, Any] = {}
        self._read: list[str] = []
        arguments, places = arguments_of(recording.signature, self._taken)
        program = recording.program
        given = dict(zip(program.inputs, places, strict=True))
        for step in program.steps:
            if step.row is None and step not in given:
                given[step] = self._given(step)
        first = next((given[step] for step in program.inputs if step.shape), None)
        device = f"{first}.device" if first else '"cpu"'
        lines = Lines(program, torch_words(device), given, lambda array: self._kept(array, "constant"), self._taken)
        texts = {id(node): lines.text(step) for node, step in zip(recording.outputs, program.outputs, strict=True)}
        body = [*self._read, *lines.lines, f"return {display(recording.result, texts, self._bound)}"]
        if first and any("n" in _words(line) for line in body):
            body.insert(0, f"n = {first}.shape[0]")
        self.things = self._bound.things
        self.source = self._file(arguments, body)

    def _given(self, step: Step) -> str:
        """Keep what a step stands for: a parameter if it is a Value that is learnt, else a buffer."""
        thing = step.bound
        data = thing.held if is_value(thing) else thing
        known = self._recording.names.get(id(thing))
        path = known or fresh(step.name or "constant", set(self.numbers))
        return self._placed(path, np.asarray(data), is_value(thing) and thing.active, step.name)

    def _kept(self, array: Any, name: str) -> str:
        """Keep an array, such as an index, that nothing has a name for."""
        return self._placed(fresh(name, set(self.numbers)), np.asarray(array), trained=False)

    def _placed(self, path: str, data: Any, trained: bool, said: str = "") -> str:
        """Give an array a place among modules, as its name says, and read it at the head of `forward`."""
        parts = [usable(part, self._reserved) for part in path.split(".")]
        while ".".join(parts) in self.numbers or ".".join(parts) in self._inner():
            parts[-1] += "_"
        path = ".".join(parts)
        self.numbers[path] = data
        if trained:
            self._trained.add(path)
        name = fresh(said or path.rpartition(".")[2], self._taken)
        kind = "parameter" if trained else "buffer"
        self._read.append(f"{name} = {f'self.{path}' if _is_plain(path) else f'self.get_{kind}({path!r})'}")
        return name

    def _inner(self) -> dict[str, None]:
        """List the names of modules inside, outer ones first."""
        return {path[:k]: None for path in self.numbers for k, sign in enumerate(path) if sign == "."}

    def _file(self, arguments: list[str], body: list[str]) -> str:
        """Write the file: what torch lacks, and the class."""
        made = ["super().__init__()"]
        for path in self._inner():
            outer, _, name = path.rpartition(".")
            room = f"{_dotted(outer)}.add_module({name!r}, torch.nn.Module())"
            made.append(f"self.{path} = torch.nn.Module()" if _is_plain(path) else room)
        for path, data in self.numbers.items():
            outer, _, name = path.rpartition(".")
            empty = f"torch.zeros({data.shape}, dtype=torch.{data.dtype})"
            if path not in self._trained:
                made.append(f"{_dotted(outer)}.register_buffer({name!r}, {empty})")
            elif _is_plain(path):
                made.append(f"self.{path} = torch.nn.Parameter({empty})")
            else:
                made.append(f"{_dotted(outer)}.register_parameter({name!r}, torch.nn.Parameter({empty}))")
        helpers = [HELPERS[name] for name in HELPERS if any(f"{name}(" in line for line in body)]
        init = _method("__init__", ["self"], "Make room for the parameters; load_state_dict() fills it.", made)
        forward = _method("forward", ["self", *arguments], "Compute the outputs.", body)
        said = f'    """{self.name}, as microgradphys recorded it."""\n'
        file = "\n".join([*helpers, *made, *body])
        head = ["import math", ""] if "math." in file else []
        head += ["import torch", *["from torch.nn import functional"] * ("functional." in file), ""]
        return "\n\n".join(
            ["\n".join(head), *helpers, f"class {self.name}(torch.nn.Module):\n{said}\n{init}\n{forward}"]
        )


def usable(part: str, reserved: set[str]) -> str:
    """Make one part of a name such that torch takes it: not empty, and nothing that every module has.

    >>> usable("W", {"type"}), usable("type", {"type"}), usable("", set())
    ('W', 'type_', '_')
    """
    plain = "".join(sign for sign in part if sign.isprintable()).encode("utf-8", "replace").decode()
    return f"{plain}_" if not plain or plain in reserved or plain.startswith("__") else plain


def _is_plain(path: str) -> bool:
    """Whether Python can write a path as it is."""
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in path.split("."))


def _dotted(path: str) -> str:
    """Write a module inside of this one, or this one."""
    if not path:
        return "self"
    return f"self.{path}" if _is_plain(path) else f"self.get_submodule({path!r})"


def _method(name: str, arguments: list[str], said: str, body: list[str]) -> str:
    """Write a method."""
    lines = [f"    def {name}({', '.join(arguments)}):", f'        """{said}"""', *("        " + line for line in body)]
    return "\n".join([*lines, ""])


def _words(line: str) -> set[str]:
    """List the words of a line."""
    return set("".join(sign if sign.isalnum() or sign in "_." else " " for sign in line).split())
