"""Every rule's path against PyTorch's, where PyTorch is installed."""

import math
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from microgradphys import optim

STEPS = 100
# PyTorch's optimiser and its options beside the rate, and ours.
PAIRS: list[tuple[str, dict[str, Any], Any]] = [
    ("SGD", {}, lambda rate: optim.GradientDescent(rate)),
    ("SGD", {"momentum": 0.9}, lambda rate: optim.SGD(rate, momentum=0.9)),
    ("SGD", {"momentum": 0.9}, lambda rate: optim.Momentum(rate)),
    ("SGD", {"momentum": 0.9, "nesterov": True}, lambda rate: optim.Nesterov(rate)),
    ("SGD", {"momentum": 0.9, "nesterov": True}, lambda rate: optim.SGD(rate, momentum=0.9, nesterov=True)),
    ("Adagrad", {}, lambda rate: optim.AdaGrad(rate)),
    ("RMSprop", {}, lambda rate: optim.RMSprop(rate)),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3}, lambda rate: optim.RMSprop(rate, beta=0.9, epsilon=1e-3)),
    ("Adam", {}, lambda rate: optim.Adam(rate)),
    ("Adam", {"betas": (0.5, 0.7), "eps": 0.1}, lambda rate: optim.Adam(rate, 0.5, 0.7, 0.1)),
    ("AdamW", {}, lambda rate: optim.AdamW(rate)),
    ("AdamW", {"weight_decay": 0.3}, lambda rate: optim.AdamW(rate, weight_decay=0.3)),
]
SCHEDULES: list[tuple[str, dict[str, Any], Any]] = [
    ("StepLR", {"step_size": 7, "gamma": 0.5}, lambda rate: optim.schedules.Step(rate, every=7, factor=0.5)),
    ("ExponentialLR", {"gamma": 0.97}, lambda rate: optim.schedules.Exponential(rate, factor=0.97)),
    (
        "CosineAnnealingLR",
        {"T_max": STEPS, "eta_min": 1e-3},
        lambda rate: optim.schedules.Cosine(rate, steps=STEPS, least=1e-3),
    ),
    ("LambdaLR", {"lr_lambda": lambda k: 1 / (1 + 0.1 * k)}, lambda rate: optim.schedules.Annealing(rate, decay=0.1)),
]
INSTALLED = find_spec("torch") is not None


def start() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in ((3, 4), (4,), (2, 2, 2))]


def slope(x: Any, step: int) -> Any:
    """The gradient of Σ x⁴/4 − x² + 0.3 x, steep far out, as if from batches: at rest, rounding alone would steer."""
    return x**3 - 2 * x + 0.3 + 2 * math.cos(7 * step)


def ours(rule: Any, dtype: Any = np.float64) -> list[list[np.ndarray]]:
    params = [x.astype(dtype) for x in start()]
    state, path = rule.start(params), []
    for k in range(STEPS):
        params, state = rule.step(params, [slope(x, k) for x in params], state)
        path.append(params)
    return path


def torchs(
    kind: str, options: dict[str, Any], rate: float, dtype: Any = np.float64, schedule: Any = None, clip: Any = None
) -> list[list[np.ndarray]]:
    import torch

    params = [torch.tensor(x.astype(dtype), requires_grad=True) for x in start()]
    optimizer = getattr(torch.optim, kind)(params, lr=rate, **options)
    scheduler = schedule and getattr(torch.optim.lr_scheduler, schedule[0])(optimizer, **schedule[1])
    path = []
    for k in range(STEPS):
        for x in params:
            x.grad = slope(x.detach(), k)
        if clip:
            getattr(torch.nn.utils, clip[0])(params, clip[1])
        optimizer.step()
        if scheduler:
            scheduler.step()
        path.append([x.detach().numpy().copy() for x in params])
    return path


def assert_same(mine: Any, theirs: Any, close: float = 1e-10) -> None:
    for k, (here, there) in enumerate(zip(mine, theirs, strict=True)):
        for x, y in zip(here, there, strict=True):
            assert x.dtype == y.dtype
            np.testing.assert_allclose(x, y, rtol=close, atol=close, err_msg=f"step {k}")


@pytest.mark.parametrize(("kind", "options", "rule"), PAIRS if INSTALLED else [])
@pytest.mark.parametrize("rate", [0.001, 0.05])
def test_the_path_is_pytorchs(kind: str, options: dict[str, Any], rule: Any, rate: float) -> None:
    assert_same(ours(rule(rate)), torchs(kind, options, rate))


@pytest.mark.parametrize(("kind", "options", "rule"), PAIRS if INSTALLED else [])
def test_the_path_is_pytorchs_in_float32(kind: str, options: dict[str, Any], rule: Any) -> None:
    assert_same(ours(rule(0.01), np.float32), torchs(kind, options, 0.01, np.float32), 2e-4)


@pytest.mark.parametrize("schedule", SCHEDULES if INSTALLED else [], ids=lambda s: s[0])
@pytest.mark.parametrize(("kind", "rule"), [("SGD", optim.SGD), ("Adam", optim.Adam), ("AdamW", optim.AdamW)])
def test_the_path_with_a_schedule_is_pytorchs(kind: str, rule: Any, schedule: Any) -> None:
    assert_same(ours(rule(schedule[2](0.05))), torchs(kind, {}, 0.05, schedule=schedule), 1e-9)


@pytest.mark.parametrize("clip", ["norm", "value"] if INSTALLED else [])
def test_the_path_with_clipping_is_pytorchs(clip: str) -> None:
    rule = optim.Clipped(optim.Adam(0.05), **{clip: 0.7})
    assert_same(ours(rule), torchs("Adam", {}, 0.05, clip=(f"clip_grad_{clip}_", 0.7)))


@pytest.mark.parametrize("kind", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"] if INSTALLED else [])
def test_default_values_are_pytorchs(kind: str) -> None:
    """Except the rate of SGD and AdaGrad, momentum, and what only theirs has."""
    import torch

    theirs = getattr(torch.optim, kind)([torch.zeros(1, requires_grad=True)]).defaults
    rule = optim.named(kind)
    same = {"beta": "alpha", "epsilon": "eps", "weight_decay": "weight_decay", "learning_rate": "lr"}
    for name, their in same.items():
        if hasattr(rule, name) and (kind, name) != ("SGD", "learning_rate"):
            assert getattr(rule, name) == theirs[their]
    assert kind not in ("Adam", "AdamW") or (rule.beta1, rule.beta2) == theirs["betas"]
