"""Functions of two numbers whose minima are known."""

from typing import Any

import numpy as np


def rosenbrock(x: Any, y: Any) -> Any:
    """A bent valley; 0 at (1, 1)."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def rastrigin(x: Any, y: Any) -> Any:
    """A hundred hollows; 0 at (0, 0)."""
    return 20 + x**2 - 10 * np.cos(2 * np.pi * x) + y**2 - 10 * np.cos(2 * np.pi * y)


def shifted(x: Any, y: Any) -> Any:
    """The same; 0 at (1.3, -2.4)."""
    return rastrigin(x - 1.3, y + 2.4)


def himmelblau(x: Any, y: Any) -> Any:
    """Four minima of 0."""
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


HIMMELBLAU = [(3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)]
