"""Dense networks, one training step each, written for every library as its users would write it.

A library is a function in `LIBRARIES`; to compare another, add one. What is not installed is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from timing import Measured, Run, best

from microgradphys import Value, compile, constant, value_and_grad

Arrays = list[np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Network:
    """Layers of these sizes, tanh between them, the mean squared error of a batch; so many steps make one timing."""

    sizes: tuple[int, ...]
    batch: int
    repeat: int

    def __str__(self) -> str:
        """Write the sizes and the batch."""
        return f"{'-'.join(map(str, self.sizes))}, batch {self.batch}"

    def data(self, dtype: Any) -> tuple[list[tuple[Any, Any]], Any, Any]:
        """Draw weights (in, out) and biases (out,) of every layer, inputs and targets."""
        rng = np.random.default_rng(0)
        layers = [
            ((rng.normal(size=(a, b)) / np.sqrt(a)).astype(dtype), rng.normal(size=b).astype(dtype))
            for a, b in pairwise(self.sizes)
        ]
        x, t = (rng.normal(size=(self.batch, size)).astype(dtype) for size in (self.sizes[0], self.sizes[-1]))
        return layers, x, t


SMALL = (Network((2, 2, 1), 1, 1000), Network((2, 16, 16, 1), 100, 200), Network((30, 64, 64, 1), 32, 200))
AUTOENCODER = Network((30, 100, 100, 15, 100, 100, 30), 2048, 3)


def ours(network: Network, dtype: Any) -> Run:
    """Build one step of the eager engine."""
    data, inputs, targets = network.data(dtype)
    layers = [(Value(W), Value(b)) for W, b in data]
    x, t = constant(inputs), constant(targets)

    def step() -> Any:
        for W, b in layers:
            W.grad = b.grad = None
        y = x
        for W, b in layers[:-1]:
            y = np.tanh(y @ W + b)
        W, b = layers[-1]
        loss = ((y @ W + b - t) ** 2).mean()
        loss.backward()
        return loss.data

    return Run(step, lambda: [leaf.grad for layer in layers for leaf in layer])


def pytorch(network: Network, dtype: Any) -> Run:
    """Build one step of PyTorch's eager mode."""
    import torch
    from torch.nn.functional import linear, mse_loss

    torch.set_num_threads(1)
    data, inputs, targets = network.data(dtype)
    layers = [(torch.tensor(W.T.copy(), requires_grad=True), torch.tensor(b, requires_grad=True)) for W, b in data]
    x, t = torch.tensor(inputs), torch.tensor(targets)

    def step() -> Any:
        for W, b in layers:
            W.grad = b.grad = None
        y = x
        for W, b in layers[:-1]:
            y = torch.tanh(linear(y, W, b))
        loss = mse_loss(linear(y, *layers[-1]), t)
        loss.backward()
        return loss.item()

    return Run(step, lambda: [g.numpy() for W, b in layers for g in (W.grad.T, b.grad)])


def _loss(xp: Any) -> Callable[..., Any]:
    """Write the loss with a namespace of array functions."""

    def loss(layers: Any, x: Any, t: Any) -> Any:
        for W, b in layers[:-1]:
            x = xp.tanh(x @ W + b)
        W, b = layers[-1]
        return ((x @ W + b - t) ** 2).mean()

    return loss


def ours_compiled(network: Network, dtype: Any) -> Run:
    """Build one step of the compiled engine."""
    data = network.data(dtype)
    compiled = compile(value_and_grad(_loss(np)))
    return Run(lambda: compiled(*data)[0], lambda: [g for layer in compiled(*data)[1] for g in layer])


def jax_jit(network: Network, dtype: Any) -> Run:
    """Build one step of JAX's compiled mode, its arrays where it wants them."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    data = jax.tree.map(jnp.asarray, network.data(dtype))
    compiled = jax.jit(jax.value_and_grad(_loss(jnp)))

    def step() -> Any:
        return jax.block_until_ready(compiled(*data))[0]

    return Run(step, lambda: [np.asarray(g) for layer in compiled(*data)[1] for g in layer])


def by_hand(network: Network, dtype: Any) -> Run:
    """Build one step with the gradient derived by hand: what numpy itself costs."""
    layers, x, t = network.data(dtype)
    gradients: Arrays = []

    def step() -> Any:
        units = [x]
        for W, b in layers[:-1]:
            units.append(np.tanh(units[-1] @ W + b))
        W, b = layers[-1]
        error = units[-1] @ W + b - t
        g = error * (2 / error.size)
        found = []
        for (W, _), y in zip(reversed(layers), reversed(units), strict=True):
            found += [g.sum(axis=0), y.T @ g]
            if y is not x:
                g = (g @ W.T) * (1 - y * y)
        gradients[:] = reversed(found)
        return (error**2).mean()

    return Run(step, lambda: gradients)


LIBRARIES: dict[str, Callable[[Network, Any], Run]] = {
    "PyTorch, eager": pytorch,
    "microgradphys, eager": ours,
    "jax.jit": jax_jit,
    "microgradphys, compiled": ours_compiled,
    "numpy, by hand": by_hand,
}


def measure(networks: tuple[Network, ...], dtype: Any, rounds: int = 7) -> list[Measured]:
    """Time a step of every network in every library that is there; all must find the same loss and gradients."""
    found, tolerance = [], 1e-9 if dtype == np.float64 else 1e-3
    for network in networks:
        runs = {}
        for library, build in LIBRARIES.items():
            try:
                runs[library] = build(network, dtype)
            except ImportError:
                continue
            runs[library].agrees_with(runs[next(iter(runs))], tolerance)
        times = best({name: run.step for name, run in runs.items()}, rounds=rounds, repeat=network.repeat)
        for run in runs.values():
            # A step that has run many times may go another way by now.
            run.agrees_with(runs[next(iter(runs))], tolerance)
        found.append(Measured(str(network), times))
    return found
