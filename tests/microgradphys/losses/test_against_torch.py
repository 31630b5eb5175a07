"""Losses against PyTorch's, where it is installed: values and gradients, at ordinary and at extreme outputs."""

from typing import Any

import numpy as np
import pytest

import microgradphys as mgp
from microgradphys import losses

torch = pytest.importorskip("torch")
F = torch.nn.functional
RNG = np.random.default_rng(5)
Z = np.concatenate([RNG.normal(size=(6, 4)), 50 * RNG.normal(size=(4, 4)), np.array([[1000.0, -1000.0, 0.0, 1.0]])])
P = mgp.softmax(Z[:6])
T, YES = RNG.normal(size=Z.shape), (RNG.random(Z.shape) > 0.5).astype(float)
CLASS = RNG.integers(0, 4, len(Z))
SOFT = mgp.softmax(T)

PAIRS: dict[str, tuple[Any, Any, Any, Any]] = {
    "mse": (losses.mse, F.mse_loss, Z, T),
    "mae": (losses.mae, F.l1_loss, Z, T),
    "huber": (
        lambda y, t, **more: losses.huber(y, t, delta=0.7, **more),
        lambda y, t, **more: F.huber_loss(y, t, delta=0.7, **more),
        Z,
        T,
    ),
    "binary": (losses.binary_crossentropy, F.binary_cross_entropy, P, YES[:6]),
    "binary, logits": (
        losses.LOSSES["binary_cross_entropy_with_logits"],
        F.binary_cross_entropy_with_logits,
        Z,
        YES,
    ),
    "classes": (losses.cross_entropy, F.cross_entropy, Z, CLASS),
    "soft classes": (losses.cross_entropy, F.cross_entropy, Z, SOFT),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", PAIRS)
def test_value_and_gradient_are_those_of_pytorch(name: str, reduction: str, dtype: Any) -> None:
    ours, theirs, y, t = PAIRS[name]
    y, t = y.astype(dtype), t if t.dtype.kind == "i" else t.astype(dtype)
    value, gradient = mgp.value_and_grad(lambda outputs: ours(outputs, t, reduction=reduction))(y)
    outputs = torch.tensor(y, requires_grad=True)
    expected = theirs(outputs, torch.tensor(t), reduction=reduction)
    expected.backward()
    close = 1e-13 if dtype == np.float64 else 1e-5
    least = 1e-14 if dtype == np.float64 else 1e-6
    np.testing.assert_allclose(value, expected.item(), rtol=close)
    np.testing.assert_allclose(gradient, outputs.grad.numpy(), rtol=close, atol=least)
    assert gradient.dtype == dtype


def test_kl_divergence_is_that_of_pytorch() -> None:
    logs = torch.log_softmax(torch.tensor(Z, requires_grad=True), -1)
    expected = F.kl_div(logs, torch.tensor(SOFT), reduction="batchmean").item()
    assert losses.kl_divergence(Z, SOFT, from_logits=True) == pytest.approx(expected, rel=1e-13)


def test_where_a_probability_is_0_or_1_the_loss_is_that_of_pytorch() -> None:
    p, yes = np.array([0.0, 1.0, 0.0, 1.0, 1e-12]), np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    expected = F.binary_cross_entropy(torch.tensor(p), torch.tensor(yes), reduction="none").numpy()
    np.testing.assert_allclose(losses.binary_crossentropy(p, yes, "none"), expected, rtol=1e-14)
