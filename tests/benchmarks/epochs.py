"""Seconds an epoch, and peak memory, of networks that learn: each library in a process of its own, one thread each.

All shuffle, and learn by Adam with its usual rates. Of three epochs the quickest counts: nobody pays for compiling.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from timing import table

EPOCHS = 3
HIDDEN = {"dense 64-64-1": (64, 64), "autoencoder": (100, 100, 15, 100, 100)}
# Batch size, loss.
RECIPES = {
    "dense 64-64-1": (32, "mse"),
    "autoencoder": (2048, "mse"),
    "digits, CNN": (200, "cross_entropy"),
    "LSTM of 32": (100, "mse"),
}


def data(recipe: str, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Make the examples of a recipe."""
    draw = np.random.default_rng(0)
    if recipe == "dense 64-64-1":
        x = draw.normal(size=(8000, 30))
        return x.astype(dtype), np.tanh(x[:, :1] * x[:, 1:2]).astype(dtype)
    if recipe == "autoencoder":
        x = draw.normal(size=(142_000, 30)).astype(dtype)
        return x, x
    if recipe == "digits, CNN":
        return draw.random((6000, 28, 28, 1)).astype(dtype), draw.integers(0, 10, 6000)
    x = draw.normal(size=(2000, 50, 4))
    return x.astype(dtype), x[:, :, 0].sum(1, keepdims=True).astype(dtype)


def ours(recipe: str, dtype: str, x: Any, y: Any) -> list[float]:
    """Train with `model.fit`; return the seconds of each epoch."""
    from microgradphys import nn

    if recipe in HIDDEN:
        layers = [*(nn.Dense(units, "tanh") for units in HIDDEN[recipe]), nn.Dense(y.shape[1])]
    elif recipe == "digits, CNN":
        conv = nn.Conv2D(8, 3, activation="relu")
        layers = [conv, nn.MaxPool2D(2), nn.Flatten(), nn.Dense(16, "relu"), nn.Dense(10)]
    else:
        layers = [nn.LSTM(32), nn.Dense(1)]
    model = nn.Sequential(*layers, dtype=dtype, seed=0)
    size, loss = RECIPES[recipe]
    return model.fit(x, y, EPOCHS, size, loss=loss, seed=0, progress=False)["seconds"]


def pytorch(recipe: str, dtype: str, x: Any, y: Any) -> list[float]:
    """Train with PyTorch's eager mode, in the loop of its tutorials, with data in tensors."""
    import torch

    torch.set_num_threads(1)
    linear, tanh = torch.nn.Linear, torch.nn.Tanh
    if recipe in HIDDEN:
        sizes = (x.shape[1], *HIDDEN[recipe])
        parts = [part for a, b in pairwise(sizes) for part in (linear(a, b), tanh())]
        model: Any = torch.nn.Sequential(*parts, linear(sizes[-1], y.shape[1]))
    elif recipe == "digits, CNN":
        nn, x = torch.nn, np.ascontiguousarray(np.moveaxis(x, 3, 1))
        head = (nn.MaxPool2d(2), nn.Flatten(), linear(1352, 16), nn.ReLU(), linear(16, 10))
        model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), *head)
    else:
        lstm, last = torch.nn.LSTM(4, 32, batch_first=True), linear(32, 1)
        model = torch.nn.ModuleList([lstm, last])
        model.forward = lambda given: last(lstm(given)[0][:, -1])
    model.to(getattr(torch, dtype))
    loss_of = torch.nn.CrossEntropyLoss() if recipe == "digits, CNN" else torch.nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters())
    given, wanted = torch.from_numpy(x), torch.from_numpy(y)
    seconds = []
    for _ in range(EPOCHS):
        start = perf_counter()
        for where in torch.randperm(len(x)).split(RECIPES[recipe][0]):
            optimizer.zero_grad()
            loss_of(model(given[where]), wanted[where]).backward()
            optimizer.step()
        seconds.append(perf_counter() - start)
    return seconds


def scikit_learn(recipe: str, dtype: str, x: Any, y: Any) -> list[float]:
    """Train with scikit-learn's perceptron, which has dense layers only."""
    from sklearn.neural_network import MLPRegressor

    options = {"solver": "adam", "activation": "tanh", "alpha": 0.0, "batch_size": RECIPES[recipe][0]}
    model = MLPRegressor(hidden_layer_sizes=HIDDEN[recipe], **options, random_state=0)
    seconds = []
    for _ in range(EPOCHS):
        start = perf_counter()
        model.partial_fit(x, y if y.shape[1] > 1 else y[:, 0])
        seconds.append(perf_counter() - start)
    return seconds


def keras_on_jax(recipe: str, dtype: str, x: Any, y: Any) -> list[float]:
    """Train with Keras, compiled by JAX."""
    import keras

    keras.config.set_floatx(dtype)
    layers, size = keras.layers, RECIPES[recipe][0]
    if recipe in HIDDEN:
        parts = [*(layers.Dense(units, "tanh") for units in HIDDEN[recipe]), layers.Dense(y.shape[1])]
    elif recipe == "digits, CNN":
        head = [layers.MaxPooling2D(), layers.Flatten(), layers.Dense(16, "relu"), layers.Dense(10)]
        parts = [layers.Conv2D(8, 3, activation="relu"), *head]
    else:
        parts = [layers.LSTM(32), layers.Dense(1)]
    model = keras.Sequential([layers.Input(x.shape[1:]), *parts])
    digits = recipe == "digits, CNN"
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True) if digits else "mse")
    seconds = []
    for _ in range(EPOCHS):
        start = perf_counter()
        model.fit(x, y, batch_size=size, verbose=0)
        seconds.append(perf_counter() - start)
    return seconds


LIBRARIES = {
    "PyTorch, eager": pytorch,
    "Keras on JAX": keras_on_jax,
    "scikit-learn": scikit_learn,
    "microgradphys": ours,
}


def measured(recipe: str, dtype: str, library: str) -> tuple[float, float] | None:
    """Train in a new process; return the seconds of the quickest epoch and the memory in MB, or None without it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(Path(__file__)), recipe, dtype, library]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if "ModuleNotFoundError" in done.stderr:
        return None
    done.check_returncode()
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def epochs() -> str:
    """Measure all recipes in all libraries."""
    rows = []
    for recipe in RECIPES:
        for dtype in ("float64", "float32"):
            first = None
            for library in LIBRARIES:
                if library == "scikit-learn" and recipe not in HIDDEN:
                    continue
                found = measured(recipe, dtype, library)
                if found is None:
                    continue
                first = first or found[0]
                said = f"{found[0]:.3f} s", f"{found[1]:.0f} MB", f"{first / found[0]:.2f}x"
                rows.append((f"{recipe}, {dtype}", library, *said))
    return table("An epoch of training, one thread (aim: ahead of PyTorch on the first, level on the others)", rows)


def main() -> None:
    """Measure one recipe in one library, here; memory is what training takes beyond imports and data."""
    recipe, dtype, library = sys.argv[1:]
    if library == "PyTorch, eager":
        import torch  # noqa: F401
    elif library == "Keras on JAX":
        os.environ.update(KERAS_BACKEND="jax", JAX_ENABLE_X64=str(int(dtype == "float64")))
        import keras  # noqa: F401
    elif library == "scikit-learn":
        import sklearn.neural_network  # noqa: F401
    else:
        import microgradphys.training  # noqa: F401
    x, y = data(recipe, dtype)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = min(LIBRARIES[library](recipe, dtype, x, y))
    print(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


if __name__ == "__main__":
    main()
