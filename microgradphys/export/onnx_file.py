"""`to_onnx`: a network as a file that ONNX Runtime, a browser or a microcontroller's tool chain can run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.compiled.steps import Step
from microgradphys.data import is_value
from microgradphys.export.agreement import compare
from microgradphys.export.extras import needed
from microgradphys.export.lines import no_word
from microgradphys.export.onnx_graph import Graph
from microgradphys.export.onnx_rows import RULES
from microgradphys.export.onnx_words import OPERATORS, WRITTEN
from microgradphys.export.recording import Recording, for_any
from microgradphys.export.sizes import Size
from microgradphys.files import checked_target, write_atomically

# The operator set: of December 2022, the first in which reductions take their axes in one way.
OPSET, _FORMAT = 18, 8
_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
_EXTRA = "'microgradphys[export]'"
# Where ONNX has an operator or a rule for a row, it is not taken apart.
_SPELT = {**WRITTEN, **dict.fromkeys([*OPERATORS, *RULES])}


def to_onnx(model: Callable[..., Any], path: str | os.PathLike[str], sample: Any = None, *, batch: bool = True) -> Path:
    """Write a network as an ONNX file, after having compared what ONNX Runtime computes from it.

    What is written is the recorded graph, so a Module of your own, and a function of Values, can be exported too.
    Layers do what they do in a prediction. Inputs are called as the arguments are ("x"), the output "y", parameters as
    here ("dense_1.W"). float64 stays float64, but ONNX Runtime has arctan, erf and det in float32 only.

    Args:
        model: the network, or a function; the data of Values that a function uses is written with it.
        path: where the file is to go; its name ends in .onnx.
        sample: inputs such as it gets, (batch, …), or a tuple of them for several arguments; not needed for a network
            that was built.
        batch: whether the first axis is the batch, which may then have any size.

    Returns:
        The path.

    Raises:
        MissingExtraError: onnx or onnxruntime is not installed.
        UnsupportedError: ONNX has nothing for a row, or the function is not the same for all batches.
        InputError: nothing says what the inputs are like, or the file cannot be written.
        CheckError: the file computes something else.
    """
    onnx = needed("onnx", "to_onnx", _EXTRA)
    runtime = needed("onnxruntime", "to_onnx", _EXTRA)
    target = checked_target(path, (".onnx",))
    recording, samples = for_any(model, sample, _SPELT, batch)
    data = _File(onnx, recording, getattr(model, "__name__", type(model).__name__)).model().SerializeToString()
    compare(model, _computed(runtime, data), samples, batch, "ONNX Runtime")
    return write_atomically(target, data)


class _File:
    """A recording as a model of ONNX."""

    def __init__(self, onnx: Any, recording: Recording, name: str) -> None:
        """Write the nodes."""
        self._onnx, self._recording, self._name = onnx, recording, name
        program = recording.program
        inputs = {step: leaf.name for step, leaf in zip(program.inputs, recording.signature.leaves, strict=True)}
        source = next((name for step, name in inputs.items() if step.shape), None)
        self._graph = graph = Writing(onnx, source)
        for step, name in inputs.items():
            graph.results[step] = graph.name(name)
        count = len(program.outputs)
        names = [graph.name("y" if count == 1 else f"y_{k + 1}") for k in range(count)]
        for step in program.steps:
            if step not in graph.results:
                graph.results[step] = self._given(step) if step.row is None else graph.write(step)
        self._outputs = [self._output(step, name) for step, name in zip(program.outputs, names, strict=True)]

    def _given(self, step: Step) -> str:
        """Put an array, or the data of a Value, into the file."""
        thing = step.bound
        data = np.asarray(thing.held if is_value(thing) else thing, step.dtype)
        return self._graph.store(data, self._recording.names.get(id(thing)) or step.name or "constant")

    def _output(self, step: Step, name: str) -> Any:
        """Name a result."""
        self._graph.identity(self._graph.operand(step, step.dtype), name)
        return self._info(name, step)

    def _info(self, name: str, step: Step) -> Any:
        """Describe an input or an output."""
        shape = [str(size).replace("n", "batch") if isinstance(size, Size) else size for size in step.shape]
        return self._onnx.helper.make_tensor_value_info(name, self._graph.kind(step.dtype), shape)

    def model(self) -> Any:
        """Return the model, checked."""
        onnx, graph = self._onnx, self._graph
        from microgradphys import __version__

        inputs = [self._info(graph.results[step], step) for step in self._recording.program.inputs]
        arrays = [
            onnx.numpy_helper.from_array(np.ascontiguousarray(a).reshape(a.shape), n) for n, a in graph.arrays.items()
        ]
        name = self._name.encode("utf-8", "replace").decode()
        made = onnx.helper.make_graph(graph.nodes, name, inputs, self._outputs, arrays)
        model = onnx.helper.make_model(
            made,
            opset_imports=[onnx.helper.make_opsetid("", OPSET)],
            producer_name="microgradphys",
            producer_version=__version__,
            doc_string=f"{name}, recorded by microgradphys; layers do what they do in a prediction.",
        )
        model.ir_version = _FORMAT
        onnx.checker.check_model(model, full_check=True)
        return model


class Writing(Graph):
    """A graph while the steps of a program are written into it."""

    def write(self, step: Step) -> str:
        """Write the nodes of a step, and name the last after it."""
        operator, rule = OPERATORS.get(step.op), RULES.get(step.op)
        if operator is None and rule is None:
            raise no_word(step, "ONNX")
        dtype = _working(step)
        names = [
            self.operand(operand, dtype if self._follows(step, k) else operand.dtype)
            for k, operand in enumerate(step.operands)
        ]
        found = self.numeric(operator, dtype, *names) if operator else rule(self, step, *names)  # type: ignore[misc]
        if step.name and self.nodes and self.nodes[-1].output[0] == found:
            self.nodes[-1].output[0] = found = self.name(step.name)
        return found

    def operand(self, step: Step, dtype: Any) -> str:
        """Name an operand, of a dtype."""
        if step.literal is not None:
            return self.spread(step, step.literal, dtype)
        return self.cast(self.results[step], step.dtype, dtype)

    def _follows(self, step: Step, k: int) -> bool:
        """Whether an operand takes the dtype that a step computes in: not a condition, and nothing that is turned."""
        return not (
            step.op in ("astype", "any", "all") or step.op.startswith("logical") or (step.op == "where" and k == 0)
        )


def _working(step: Step) -> np.dtype[Any]:
    """Say in which dtype a step computes: that of its result, or what its operands have in common."""
    if step.dtype.kind == "f":
        return step.dtype
    arrays = [operand.dtype for operand in step.operands if not operand.number]
    if step.op in ("argmax", "argmin", "argsort", "getitem", "reshape") or not arrays:
        return step.operands[0].dtype
    return np.result_type(*arrays) if len(arrays) == len(step.operands) else np.result_type(*arrays, 1.0)


def _computed(runtime: Any, data: bytes) -> Callable[..., list[Any]]:
    """Return what ONNX Runtime computes from a model, as a function."""
    options = runtime.SessionOptions()
    options.log_severity_level = 3  # Errors only: who cannot change the graph need not hear what it could do without.
    session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    given = session.get_inputs()

    def theirs(*inputs: Any) -> list[Any]:
        """Compute with ONNX Runtime."""
        named = {node.name: np.asarray(a, _DTYPES[node.type]) for node, a in zip(given, inputs, strict=True)}
        return session.run(None, named)

    return theirs
