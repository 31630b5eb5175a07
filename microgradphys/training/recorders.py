"""Callbacks that watch: activations and gradients of each layer, decision boundaries, and the curves as they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys import randomness
from microgradphys.data import counted, raw
from microgradphys.graph import ancestors
from microgradphys.scopes import no_grad, training
from microgradphys.training.arrays import Examples
from microgradphys.training.callbacks import Callback
from microgradphys.training.learning import answers
from microgradphys.training.progress import in_notebook, shown
from microgradphys.value import Value

if TYPE_CHECKING:
    from microgradphys.training.run import Run


class Recorder(Callback):
    """Record the activations and gradients of each layer, of the same examples each time, before and while it learns.

    Args:
        every: after how many epochs.
        rows: of how many of the first examples.
        most: how many numbers of a layer are kept, evenly spread over all there are.

    Attributes:
        epochs: when: 0 is before the first.
        activations: what was recorded each time: the numbers of each layer, by its name.
        gradients: the same of the gradients of the loss with respect to them.
        spread: of each layer, the standard deviation of its activations each time; of all numbers.

    Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010.

    >>> from microgradphys import nn
    >>> model = nn.Sequential(nn.Dense(3, "tanh"), nn.Dense(1), seed=0)
    >>> recorder = Recorder()
    >>> _ = model.fit([[0.1], [0.2]], [0.2, 0.4], epochs=2, callbacks=[recorder])
    >>> recorder.epochs, {name: numbers.shape for name, numbers in recorder.gradients[-1].items()}
    ([0, 1, 2], {'dense_1': (6,), 'dense_2': (2,)})

    `viz.plots.histograms(recorder.activations[-1], recorder.gradients[-1])` draws it.
    """

    def __init__(self, every: int = 1, rows: int = 256, most: int = 2000) -> None:
        """Check the options."""
        self.every, self.rows, self.most = counted("every", every), counted("rows", rows), counted("most", most)
        self._clear()

    def _clear(self) -> None:
        """Forget all."""
        self.epochs: list[int] = []
        self.activations: list[dict[str, np.ndarray]] = []
        self.gradients: list[dict[str, np.ndarray]] = []
        self.spread: dict[str, list[float]] = {}

    def begin(self, run: Run) -> None:
        """Record the network as it is before."""
        self._clear()
        self.epoch(run)

    def epoch(self, run: Run) -> None:
        """Record the network as it is now."""
        if run.epoch % self.every:
            return
        layers = layers_of(run, run.source.sample(self.rows))
        self.epochs.append(run.epoch)
        self.activations.append({name: self._some(node.data) for name, node in layers.items()})
        self.gradients.append({k: self._some(node.grad) for k, node in layers.items() if node.grad is not None})
        for name, node in layers.items():
            self.spread.setdefault(name, []).append(float(np.std(node.data)))

    def state(self) -> dict[str, Any]:
        """Return all that was recorded."""
        return {name: getattr(self, name) for name in ("epochs", "activations", "gradients", "spread")}

    def restore(self, state: dict[str, Any]) -> None:
        """Take what was recorded."""
        for name, recorded in state.items():
            setattr(self, name, recorded)

    def _some(self, numbers: Any) -> np.ndarray:
        """Keep some of the numbers of a layer."""
        flat = np.ravel(numbers)
        where = np.linspace(0, len(flat) - 1, min(self.most, len(flat))).astype(int)
        return flat[where]


def layers_of(run: Run, batch: Examples) -> dict[str, Value]:
    """Compute a batch forward and backward, as while learning, and return the output of each layer by its name.

    Neither the network nor the generator of the training changes.
    """
    parameters = {name: Value(data) for name, data in run.learnt.parameters.items()}
    with randomness.drawing_from(np.random.default_rng(0)), training(), np.errstate(all="ignore"):
        outputs = answers(run.model.having(parameters, run.learnt.buffers), batch.x)
        loss = run.learner.objective.of(outputs, batch.y, batch.weight, parameters)
    loss.backward()
    depth = 1 if getattr(run.model, "name", "") else 0
    found: dict[str, Value] = {}
    for node in sorted(ancestors(loss), key=lambda node: node.time):
        if node.parents and len(node.scope) > depth:
            found.pop(node.scope[depth], None)
            found[node.scope[depth]] = node
    return found


class BoundaryRecorder(Callback):
    """Keep the parameters from time to time, for a film of the decision boundary.

    Args:
        every: after how many epochs.

    Attributes:
        epochs: when: 0 is before the first.
        snapshots: parameters and buffers by name, as they were.

    >>> from microgradphys import nn
    >>> model = nn.Sequential(nn.Dense(1, "sigmoid"), seed=0)
    >>> recorder = BoundaryRecorder(every=5)
    >>> _ = model.fit([[0.0, 1.0], [1.0, 0.0]], [0, 1], epochs=10, callbacks=[recorder])
    >>> recorder.epochs, recorder.predict(recorder.snapshots[0], [[0.0, 1.0]]).shape
    ([0, 5, 10], (1, 1))

    `viz.plots.decision_boundary_film(recorder.predict, recorder.snapshots, X, y, "film.mp4", steps=recorder.epochs)`
    films it.
    """

    def __init__(self, every: int = 1) -> None:
        """Check the option."""
        self.every = counted("every", every)
        self.epochs: list[int] = []
        self.snapshots: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._model: Any = None

    def begin(self, run: Run) -> None:
        """Keep the parameters as they are before."""
        self.epochs, self.snapshots, self._model = [], [], run.model
        self.epoch(run)

    def epoch(self, run: Run) -> None:
        """Keep the parameters as they are now; a step makes new arrays, so these stay what they are."""
        if run.epoch % self.every == 0:
            self.epochs.append(run.epoch)
            self.snapshots.append((dict(run.learnt.parameters), dict(run.learnt.buffers)))

    def state(self) -> dict[str, Any]:
        """Return all that was kept."""
        return {"epochs": self.epochs, "snapshots": self.snapshots}

    def restore(self, state: dict[str, Any]) -> None:
        """Take what was kept."""
        if state:
            self.epochs, self.snapshots = state["epochs"], state["snapshots"]

    def predict(self, snapshot: tuple[dict[str, Any], dict[str, Any]], points: Any) -> np.ndarray:
        """Compute what the network said at some points, (m, inputs), when a snapshot was taken."""
        model = self._model.having(*snapshot)
        with no_grad():
            return np.asarray(raw(answers(model, np.asarray(points, float))))


class LivePlot(Callback):
    """Draw the curves in a notebook while they grow; elsewhere do nothing.

    Args:
        names: which losses and metrics; all if none is given.
        every: after how many epochs.
        options: for `viz.plots.learning_curves`, such as `log=True`.
    """

    def __init__(self, *names: str, every: int = 1, **options: Any) -> None:
        """Check the options."""
        self.names, self.every, self.options = names, counted("every", every), options
        self._picture: Any = None

    def begin(self, run: Run) -> None:
        """Begin with a picture of its own."""
        self._picture = None

    def epoch(self, run: Run) -> None:
        """Draw anew."""
        if in_notebook() and (run.epoch % self.every == 0 or run.epoch == run.plan.epochs):
            plot = run.history.plot(*self.names, **self.options)
            if self._picture is None:
                self._picture = shown(plot)
            else:
                self._picture.update(plot)
