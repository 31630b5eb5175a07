"""The storyboard: its structure, what is known at each step, its JSON form, and its text."""

import json
import math
from itertools import accumulate
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from microgradphys import Value, constant, scope
from microgradphys.errors import GradientError, InputError, ShapeError, StaleGraphError
from microgradphys.notation import write
from viz.schema import as_dict, number
from viz.storyboard import PHASES, By, Storyboard

CUTS: tuple[By, ...] = ("contribution", "node", "layer", "update")


def network() -> Value:
    """Build the smallest network with a hidden layer: E = (w₂ tanh(w₁ x + b) − t)²."""
    x, t = constant(0.5, "x"), constant(1.0, "t")
    with scope("hidden"):
        h = np.tanh(Value(2.0, "w_1") * x + Value(-0.5, "b")).named("h")
    with scope("output"):
        y = (Value(3.0, "w_2") * h).named("y")
    return ((y - t) ** 2).named("E")


def arrays() -> Value:
    """Build a graph over arrays."""
    with scope("layer"):
        h = (constant([[1.0, 2.0], [3.0, 4.0]], "X") @ Value([0.1, -0.2], "w")).named("h")
    return (np.maximum(h, 0.0) ** 2).mean().named("L")


GOLDEN = """\
forward:n4         w₁ · x = 2 × 0.5 = 1
forward:n6         w₁ · x + b = 1 + (−0.5) = 0.5
forward:n7         h = tanh(w₁ · x + b) = tanh(0.5) = 0.4621
forward:n9         y = w₂ · h = 3 × 0.4621 = 1.386
forward:n10        y − t = 1.386 − 1 = 0.3864
forward:n12        E = (y − t)² = 0.3864² = 0.1493
backward:n12       ∂E/∂E = 1
backward:n12.0     ∂E/∂(y − t) = ∂E/∂E · 2 · (y − t) = 1 × 2 × 0.3864 = 0.7727
backward:n10.0     ∂E/∂y = ∂E/∂(y − t) · 1 = 0.7727 × 1 = 0.7727
backward:n9.0      ∂E/∂w₂ = ∂E/∂y · h = 0.7727 × 0.4621 = 0.3571
backward:n9.1      ∂E/∂h = ∂E/∂y · w₂ = 0.7727 × 3 = 2.318
backward:n7.0      ∂E/∂(w₁ · x + b) = ∂E/∂h · tanh′(w₁ · x + b) = 2.318 × 0.7864 = 1.823
backward:n6.0      ∂E/∂(w₁ · x) = ∂E/∂(w₁ · x + b) · 1 = 1.823 × 1 = 1.823
backward:n6.1      ∂E/∂b = ∂E/∂(w₁ · x + b) · 1 = 1.823 × 1 = 1.823
backward:n4.0      ∂E/∂w₁ = ∂E/∂(w₁ · x) · x = 1.823 × 0.5 = 0.9115
"""


def test_placeholder() -> None:
    """x."""
