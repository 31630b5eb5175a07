"""Recurrent layers of 32 units over 50 steps of 8 features, one training step in every library; a batch of 32."""

from __future__ import annotations

from typing import Any

import numpy as np
from timing import Measured, Run, best

from microgradphys import compile, nn, value_and_grad

SHAPE, UNITS = (32, 50, 8), 32
# The gates of PyTorch's layers, by the order of ours.
ORDERS = {"RNN": (0,), "LSTM": (0, 1, 3, 2), "GRU": (1, 0, 2)}


def _data(kind: str, dtype: Any) -> tuple[nn.Sequential, Any, Any]:
    """Make the network, its parameters and a batch."""
    model = nn.Sequential(getattr(nn, kind)(UNITS), input_shape=SHAPE[1:], dtype=dtype, seed=0)
    x = np.random.default_rng(0).normal(size=SHAPE).astype(dtype)
    return model, {name: value.data for name, value in model.named_parameters().items()}, x


def ours(kind: str, dtype: Any) -> Run:
    """Build one step of the eager engine."""
    model, _, x = _data(kind, dtype)

    def step() -> Any:
        model.zero_grad()
        loss = (model(x) ** 2).mean()
        loss.backward()
        return loss.data

    return Run(step, lambda: [parameter.grad for parameter in model.parameters()])


def ours_compiled(kind: str, dtype: Any) -> Run:
    """Build one step of the compiled engine."""
    model, parameters, x = _data(kind, dtype)
    compiled = compile(value_and_grad(lambda p, x: (model.having(p)(x) ** 2).mean()))
    return Run(lambda: compiled(parameters, x)[0], lambda: list(compiled(parameters, x)[1].values()))


def pytorch(kind: str, dtype: Any) -> Run:
    """Build one step of PyTorch's eager mode, whose gates stand below each other in another order."""
    import torch

    torch.set_num_threads(1)
    _, parameters, x = _data(kind, dtype)
    W, U, *biases = parameters.values()
    order = ORDERS[kind]
    layer = getattr(torch.nn, kind)(SHAPE[2], UNITS, batch_first=True)
    layer.to(torch.float64 if np.dtype(dtype) == np.float64 else torch.float32)
    given = torch.tensor(x)

    def there(array: Any) -> Any:
        gates = array if kind != "RNN" else array[None]
        return torch.tensor(np.concatenate([gates[k].T for k in order]).copy())

    def here(tensor: Any) -> Any:
        gates = np.split(tensor.numpy(), len(order))
        back = np.stack([gates[order.index(k)].T for k in range(len(order))])
        return back[0] if kind == "RNN" else back

    layer.weight_ih_l0.data, layer.weight_hh_l0.data = there(W), there(U)
    layer.bias_ih_l0.data = there(biases[0])
    layer.bias_hh_l0.data = there(biases[-1]) * (len(biases) - 1)

    def step() -> Any:
        layer.zero_grad()
        loss = (layer(given)[0][:, -1] ** 2).mean()
        loss.backward()
        return loss.item()

    def gradients() -> list[Any]:
        found = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0]
        return [here(parameter.grad) for parameter in found[: 2 + len(biases)]]

    return Run(step, gradients)


LIBRARIES = {"PyTorch, eager": pytorch, "microgradphys, eager": ours, "microgradphys, compiled": ours_compiled}


def measure(kind: str, dtype: Any, rounds: int = 7) -> Measured:
    """Time a step in every library that is there; all must find the same loss and gradients."""
    runs: dict[str, Run] = {}
    for library, build in LIBRARIES.items():
        try:
            runs[library] = build(kind, dtype)
        except ImportError:
            continue
        runs[library].agrees_with(runs[next(iter(runs))], 1e-3)
    times = best({name: run.step for name, run in runs.items()}, rounds=rounds, repeat=5)
    return Measured(f"{kind}, {np.dtype(dtype)}", times)
