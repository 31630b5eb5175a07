"""A convolutional network for handwritten digits, one training step in every library.

Images of 28 by 28, 8 filters of 3 by 3, max pooling of 2 by 2, 16 dense units, softmax over 10 classes and the
cross-entropy, with a batch of 200; float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from timing import Measured, Run, best

from microgradphys import Value, compile, constant, conv2d, log_softmax, max_pool, relu, value_and_grad

BATCH = 200


def _data() -> tuple[list[Any], Any, Any]:
    """Draw the parameters, images (N, 28, 28, 1) and classes."""
    rng = np.random.default_rng(0)
    shapes = ((3, 3, 1, 8), (8,), (13 * 13 * 8, 16), (16,), (16, 10), (10,))
    parameters = [(rng.normal(size=shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32) for shape in shapes]
    return parameters, rng.normal(size=(BATCH, 28, 28, 1)).astype(np.float32), rng.integers(10, size=BATCH)


def _loss(parameters: Any, x: Any, classes: Any) -> Any:
    """Compute the cross-entropy of a batch."""
    K, k, W, w, V, v = parameters
    y = max_pool(relu(conv2d(x, K) + k)).reshape(BATCH, -1)
    return -log_softmax(relu(y @ W + w) @ V + v)[np.arange(BATCH), classes].mean()


def ours() -> Run:
    """Build one step of the eager engine, channels last."""
    data, images, classes = _data()
    parameters = [Value(array) for array in data]
    x = constant(images)

    def step() -> Any:
        for parameter in parameters:
            parameter.grad = None
        loss = _loss(parameters, x, classes)
        loss.backward()
        return loss.data

    return Run(step, lambda: [parameter.grad for parameter in parameters])


def ours_compiled() -> Run:
    """Build one step of the compiled engine."""
    data = _data()
    compiled = compile(value_and_grad(_loss))
    return Run(lambda: compiled(*data)[0], lambda: compiled(*data)[1])


def pytorch() -> Run:
    """Build one step of PyTorch's eager mode, channels first."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    (K, k, W, w, V, v), images, classes = _data()
    across = W.reshape(13, 13, 8, 16).transpose(3, 2, 0, 1).reshape(16, -1)
    arrays = (K.transpose(3, 2, 0, 1), k, across, w, V.T, v)
    parameters = [torch.tensor(np.ascontiguousarray(array), requires_grad=True) for array in arrays]
    x, t = torch.tensor(images.transpose(0, 3, 1, 2).copy()), torch.tensor(classes)

    def step() -> Any:
        for parameter in parameters:
            parameter.grad = None
        K, k, W, w, V, v = parameters
        y = functional.max_pool2d(torch.relu(functional.conv2d(x, K, k)), 2).flatten(1)
        scores = functional.linear(torch.relu(functional.linear(y, W, w)), V, v)
        loss = functional.cross_entropy(scores, t)
        loss.backward()
        return loss.item()

    def gradients() -> list[Any]:
        K, k, W, w, V, v = (parameter.grad.numpy() for parameter in parameters)
        back = W.reshape(16, 8, 13, 13).transpose(2, 3, 1, 0).reshape(-1, 16)
        return [K.transpose(2, 3, 1, 0), k, back, w, V.T, v]

    return Run(step, gradients)


LIBRARIES = {"PyTorch, eager": pytorch, "microgradphys, eager": ours, "microgradphys, compiled": ours_compiled}


def measure(rounds: int = 7) -> Measured:
    """Time a step in every library that is there; all must find the same loss and gradients."""
    runs: dict[str, Run] = {}
    for library, build in LIBRARIES.items():
        try:
            runs[library] = build()
        except ImportError:
            continue
        runs[library].agrees_with(runs[next(iter(runs))], 1e-3)
    times = best({name: run.step for name, run in runs.items()}, rounds=rounds, repeat=5)
    return Measured("convolutional, batch 200", times)
