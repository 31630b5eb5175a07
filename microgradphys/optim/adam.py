"""Adam: steps by the signal-to-noise ratio of the gradient; and AdamW, which lets weights decay beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.optim import checks
from microgradphys.optim.rule import ElementwiseRule, Rate


@dataclass(frozen=True)
class Adam(ElementwiseRule):
    """Running means of the gradient and of its square, both corrected for having started at 0.

        m ← β₁ m + (1−β₁) g         m̂ = m / (1 − β₁ᵗ)
        s ← β₂ s + (1−β₂) g²        ŝ = s / (1 − β₂ᵗ)
        x ← x − η m̂ / (√ŝ + ε)

    With the variance σ² = ŝ − m̂² the step is η m̂ / (√(σ² + m̂²) + ε): η where the gradient hardly changes, η m̂/σ
    where it is mostly noise. (Some lectures print m ← β₁ m − (1−β₁) g, which would climb, and ε inside the root.)

    Args:
        learning_rate: η, a number or a schedule; no step is much larger.
        beta1: β₁, how long gradients are remembered, about 1/(1−β₁) steps; from 0 up to 1.
        beta2: β₂, the same for their squares.
        epsilon: ε, which keeps the step finite where the gradient is 0.

    Source: D. P. Kingma and J. Ba, ICLR 2015, arXiv:1412.6980, algorithm 1 and its default values.

    >>> rule = Adam(0.1)
    >>> x, state = rule.step(1.0, 50.0, rule.start(1.0))
    >>> round(x, 6), state["step"], round(state["first_moment"], 6), round(state["second_moment"], 6)
    (0.9, 1.0, 5.0, 2.5)
    """

    learning_rate: Rate = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        _check_betas(self)

    def memory(self) -> tuple[str, ...]:
        """Remember both moments."""
        return ("first_moment", "second_moment")

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Step by signal over noise."""
        change, memory = _change(self, g, rate, step, *memory)
        return x - change, memory


@dataclass(frozen=True)
class AdamW(ElementwiseRule):
    """Adam with weights that decay by themselves: first x ← x − η λ x, then Adam's step.

    A penalty λ/2 x² in the loss would be divided by √ŝ with the rest of the gradient; here every weight decays alike.

    Args:
        learning_rate: η, a number or a schedule.
        beta1: as for `Adam`.
        beta2: as for `Adam`.
        epsilon: as for `Adam`.
        weight_decay: λ, not below 0.

    Source: I. Loshchilov and F. Hutter, ICLR 2019, arXiv:1711.05101, algorithm 2; PyTorch's default values.

    >>> rule = AdamW(0.1, weight_decay=0.5)
    >>> round(rule.step(2.0, 50.0, rule.start(2.0))[0], 6)
    1.8
    """

    learning_rate: Rate = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        _check_betas(self)
        checks.number(self.weight_decay, "weight_decay")

    def memory(self) -> tuple[str, ...]:
        """Remember both moments."""
        return ("first_moment", "second_moment")

    def update(self, x: Any, g: Any, rate: Any, step: Any, memory: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Decay, and step by signal over noise."""
        change, memory = _change(self, g, rate, step, *memory)
        return x * (1 - rate * self.weight_decay) - change, memory


def _check_betas(rule: Adam | AdamW) -> None:
    """Refuse memories that never fade, and a negative epsilon."""
    checks.number(rule.beta1, "beta1", below=1.0)
    checks.number(rule.beta2, "beta2", below=1.0)
    checks.number(rule.epsilon, "epsilon")


def _change(rule: Adam | AdamW, g: Any, rate: Any, step: Any, m: Any, s: Any) -> tuple[Any, tuple[Any, Any]]:
    """Return the step of Adam, and both moments after it."""
    m = rule.beta1 * m + (1 - rule.beta1) * g
    s = rule.beta2 * s + (1 - rule.beta2) * (g * g)
    # η m̂ / (√ŝ + ε), with the corrections, which are numbers, taken together: arrays are gone through less often.
    root = (1 - rule.beta2**step) ** 0.5
    size = rate * root / (1 - rule.beta1**step)
    return size * m / (np.sqrt(s) + rule.epsilon * root), (m, s)
