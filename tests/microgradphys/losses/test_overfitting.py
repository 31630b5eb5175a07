"""A network that has more parameters than there are numbers to learn brings every loss to nothing."""

from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import losses, nn

X = np.random.default_rng(0).normal(size=(4, 3))
NUMBERS = np.array([[0.3, -1.2], [0.8, 0.1], [-0.5, 2.0], [1.5, 0.0]])
YES = np.array([0, 1, 1, 0])
CLASS = np.array([2, 0, 1, 2])
HOT = np.eye(3)[CLASS]

TASKS: dict[str, tuple[str, int, str | None, Any]] = {
    "mse": ("mse", 2, None, NUMBERS),
    "sse": ("sse", 2, None, NUMBERS),
    "half_sse": ("half_sse", 2, None, NUMBERS),
    "mae": ("mae", 2, None, NUMBERS),
    "huber": ("huber", 2, None, NUMBERS),
    "hinge": ("hinge", 1, None, 2 * YES - 1),
    "binary": ("binary_crossentropy", 1, "sigmoid", YES),
    "binary, logits": ("binary_cross_entropy_with_logits", 1, None, YES),
    "categorical": ("categorical_crossentropy", 3, "softmax", HOT),
    "sparse": ("sparse_categorical_crossentropy", 3, "softmax", CLASS),
    "classes, logits": ("cross_entropy", 3, None, CLASS),
    "kl": ("kl_divergence", 3, "softmax", HOT),
}


@pytest.mark.parametrize(("name", "units", "activation", "targets"), TASKS.values(), ids=TASKS.keys())
def test_every_loss_goes_to_zero(name: str, units: int, activation: str | None, targets: Any) -> None:
    """With steps of the size of Adam's, which shrink."""
    model = nn.Sequential(nn.Dense(16, "tanh"), nn.Dense(units, activation), input_shape=(3,), seed=1)
    loss = losses.loss_of(name)
    step = mgp.compile(mgp.value_and_grad(lambda p, x, t: loss(model.having(p)(x), t)))
    parameters = {key: value.data for key, value in model.named_parameters().items()}
    mean, square = ({key: np.zeros_like(w) for key, w in parameters.items()} for _ in range(2))
    first = last = np.inf
    for k in range(600):
        last, gradients = step(parameters, X, targets)
        first = last if k == 0 else first
        for key, g in gradients.items():
            mean[key] = 0.9 * mean[key] + 0.1 * g
            square[key] = np.maximum(0.95 * square[key], g * g)
            parameters[key] = parameters[key] - 0.1 * 0.99**k * mean[key] / (np.sqrt(square[key]) + 1e-12)
    assert first > 0.3
    assert last < 2e-3
