"""`Learner`: one step of training, as one compiled program: forward, backward, and update.

Parameters, buffers, the optimiser's state, the batch and the random numbers of dropout are arguments, and the new
ones results: nothing changes until a step is done, so a step that is interrupted or goes wrong has not happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from microgradphys import randomness, scopes
from microgradphys.compiled.kind import Kind
from microgradphys.data import is_value, raw
from microgradphys.errors import CompileError, InputError
from microgradphys.losses.fitting import taken
from microgradphys.training.arrays import Examples
from microgradphys.training.objective import Objective
from microgradphys.transforms import value_and_grad

# A stream whose batches have ever new shapes keeps the programs of the last of them.
_KEPT = 32


class Model(Protocol):
    """What training needs of a network: `microgradphys.nn.Module` has it."""

    history: Any

    def __call__(self, x: Any) -> Any:
        """Compute outputs."""
        ...

    def named_parameters(self) -> dict[str, Any]:
        """Return the Values that training changes."""
        ...

    def named_buffers(self) -> dict[str, Any]:
        """Return what is kept and not learnt."""
        ...

    def set_buffers(self, buffers: Any) -> None:
        """Put buffers back."""
        ...

    def having(self, parameters: Any, buffers: Any = None) -> Any:
        """Return the same network with other numbers."""
        ...


class Learnt(NamedTuple):
    """What a step changes: parameters and buffers by name, and what the optimiser remembers."""

    parameters: dict[str, Any]
    buffers: dict[str, Any]
    optimiser: dict[str, Any]


def answers(model: Model, x: Any) -> Any:
    """Compute the outputs for a batch; networks of scalars take its samples one by one."""
    if not getattr(model, "one_by_one", False):
        outputs = model(x)
        if outputs is None or isinstance(outputs, (tuple, list, dict)):
            kind = type(outputs).__name__ if outputs is not None else "None"
            raise InputError(f"forward returned {kind}; a network returns one Value, with a row for each example")
        return outputs
    outputs = taken([model(sample) for sample in x])
    return outputs.reshape((len(x), 1)) if len(outputs.shape) == 1 else outputs


@dataclass(frozen=True)
class Update:
    """One step as a function: of a network, the rule of an optimiser, and an objective.

    It holds nothing that changes, so that a program of it stays up to date; and no metrics, for a program would watch
    all that is behind them, as much of scikit-learn.
    """

    model: Model
    rule: Any
    objective: Objective
    watched: bool

    def __call__(self, learnt: Learnt, x: Any, y: Any, weight: Any, noise: list[Any] | None = None) -> Any:
        """Compute a loss, its gradient and the update: what is compiled, and otherwise runs as it is.

        Args:
            learnt: what there is.
            x: inputs (batch, …).
            y: targets.
            weight: of the examples, or None.
            noise: the random numbers of dropout, drawn from the common generator if not given.

        Returns:
            The loss, the outputs (None if nobody watches them), and what was learnt.
        """
        seen: list[Any] = []

        def loss(parameters: Any) -> Any:
            with scopes.training():
                model = self.model.having(parameters, learnt.buffers)
                outputs = _dependent(answers(model, x), "the network's outputs")
            seen[:] = outputs, model.named_buffers()
            return _dependent(self.objective.of(outputs, y, weight, parameters), "the loss")

        with nullcontext() if noise is None else randomness.supplied(_giving(noise)):
            value, gradients = value_and_grad(loss)(learnt.parameters)
        parameters, optimiser = self.rule.step(learnt.parameters, gradients, learnt.optimiser)
        outputs, buffers = seen
        return value, outputs if self.watched else None, Learnt(parameters, buffers, optimiser)


class Learner:
    """Makes steps of training, each by the program for batches of this shape.

    Args:
        model: a network; its own parameters do not change.
        rule: of the optimiser.
        objective: what it is trained for.
        compiled: whether to compile; if the network cannot be compiled, steps run operation by operation.

    Attributes:
        note: why steps are not compiled, "" if they are.
    """

    def __init__(self, model: Model, rule: Any, objective: Objective, compiled: bool = True) -> None:
        """Remember what to do."""
        self.update = Update(model, rule, replace(objective, metrics={}), bool(objective.metrics))
        self.rule, self.objective = rule, objective
        scalar = getattr(model, "one_by_one", False)
        self.compiled = compiled and not scalar
        self.note = "not compiled, so each step takes longer: a network of scalars, for looking" if scalar else ""
        self._programs: dict[Any, tuple[Kind, list[tuple[int, ...]]]] = {}
        self._first_buffers = dict(model.named_buffers())

    def step(
        self, learnt: Learnt, batch: Examples, generator: np.random.Generator
    ) -> tuple[Learnt, float, np.ndarray | None]:
        """Make one step; return what was learnt, the loss before the step, and the outputs if there are metrics.

        Args:
            learnt: what there is.
            batch: examples.
            generator: where dropout draws from.
        """
        with np.errstate(all="ignore"):
            program = self._program(learnt, batch) if self.compiled else None
            if program is None:
                with randomness.drawing_from(generator):
                    loss, outputs, learnt = self.update(learnt, batch.x, batch.y, batch.weight)
                return learnt, float(raw(loss)), raw(outputs)
            kind, shapes = program
            noise = [generator.random(shape) for shape in shapes]
            loss, outputs, learnt = kind.run(learnt, batch.x, batch.y, batch.weight, noise)
            return learnt, loss, outputs

    def check(self) -> None:
        """Drop the programs if the network was changed in another way than by steps: a layer, a rate of dropout."""
        with self._first():
            if not all(kind.captures.unchanged() for kind, _ in self._programs.values()):
                self._programs.clear()

    @contextmanager
    def _first(self) -> Iterator[None]:
        """Give the network the buffers it had at first: for programs, whose arguments they are, it stays the same."""
        buffers = self.update.model.named_buffers()
        try:
            self.update.model.set_buffers(self._first_buffers)
            yield
        finally:
            self.update.model.set_buffers(buffers)

    def _program(self, learnt: Learnt, batch: Examples) -> tuple[Kind, list[tuple[int, ...]]] | None:
        """Find the program for batches of this shape, or record it."""
        y, weight = batch.y, batch.weight
        key = (batch.x.shape, batch.x.dtype, None if y is None else (y.shape, y.dtype), weight is None)
        found = self._programs.get(key)
        if found is None:
            shapes = self._shapes(learnt, batch)
            noise = [np.full(shape, 0.5) for shape in shapes]
            try:
                with self._first():
                    kind = Kind(_step_of(self.update), (learnt, batch.x, batch.y, batch.weight, noise), {})
            except CompileError as error:
                self.compiled, self.note = False, f"not compiled, so each step takes longer: {error}"
                return None
            while len(self._programs) >= _KEPT:
                del self._programs[next(iter(self._programs))]
            found = self._programs[key] = kind, shapes
        return found

    def _shapes(self, learnt: Learnt, batch: Examples) -> list[tuple[int, ...]]:
        """Find out, by a step of which nothing is kept, which random numbers a step draws; mistakes show here."""
        shapes: list[tuple[int, ...]] = []

        def drawn(shape: tuple[int, ...]) -> np.ndarray:
            shapes.append(shape)
            return np.full(shape, 0.5)

        with randomness.supplied(drawn):
            self.update(learnt, batch.x, batch.y, batch.weight)
        return shapes


def _dependent(result: Any, what: str) -> Any:
    """Refuse what has no gradient, for nothing would be learnt."""
    if not is_value(result) and not isinstance(result, (list, tuple)) and result is not None:
        raise InputError(
            f"{what} do{'es' * (what == 'the loss')} not depend on the parameters: forward or loss took the .data of a "
            "Value, or made a plain array of it; compute with the Value itself"
        )
    return result


def _step_of(update: Update) -> Callable[..., Any]:
    """Make a function of the step, with names for its program."""

    def step(learnt: Learnt, x: Any, y: Any, weight: Any, noise: list[Any]) -> Any:
        return update(learnt, x, y, weight, noise)

    return step


def _giving(noise: list[Any]) -> Callable[[tuple[int, ...]], Any]:
    """Make a function that gives out random numbers in their order."""
    left = iter(noise)

    def draw(shape: tuple[int, ...]) -> Any:
        numbers = next(left, None)
        if numbers is None or np.shape(numbers) != tuple(shape):
            raise CompileError("the network draws other random numbers each time")
        return numbers

    return draw
