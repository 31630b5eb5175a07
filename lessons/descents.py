"""Many balls that roll down a surface at once, one row of an array each, and who arrives first."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgradphys as mgp
from microgradphys.optim.surfaces import Surface

# Who stays this near to a minimum has arrived.
RADIUS = 0.05


def follow(surface: Surface, rule: Any, starts: Any, rates: Any, steps: int, noise: float = 0.0) -> np.ndarray:
    """Let balls roll down a surface, all by one rule.

    Args:
        surface: what they roll on.
        rule: how; its own learning rate is not looked at.
        starts: where they begin, shape (n, 2).
        rates: their learning rates: one number, or n, or a schedule.
        steps: how many.
        noise: standard deviation of what is added to each gradient.

    Returns:
        All positions, shape (steps + 1, n, 2).

    >>> from microgradphys import optim
    >>> follow(optim.surfaces.bowl, optim.GradientDescent(), [(2.0, 1.0)], 0.5, 1).tolist()
    [[[2.0, 1.0]], [[1.0, 0.5]]]
    """
    slopes = mgp.grad(lambda x, y: np.sum(surface(x, y)), argnums=(0, 1))
    step = mgp.compile(lambda p, tilt, *state: rule.update(p, np.stack(slopes(p[0], p[1])) + tilt, *state))
    tilts = noise * np.random.default_rng(0).standard_normal((steps, 2, 1))
    path = [np.array(starts, float).T]
    memory = tuple(np.zeros_like(path[0]) for _ in rule.memory())
    with np.errstate(all="ignore"):
        for k, tilt in enumerate(tilts):
            p, memory = step(path[-1], tilt, rates(k) if callable(rates) else rates, k + 1.0, memory)
            path.append(p)
    return np.swapaxes(path, 1, 2)


def arrivals(path: np.ndarray, surface: Surface, stay: int = 50) -> np.ndarray:
    """Find when each of many balls arrives at each minimum.

    Args:
        path: their positions, shape (k, n, 2).
        surface: what they roll on.
        stay: for how many moments a ball must stay.

    Returns:
        After how many steps a ball comes within RADIUS of a minimum and stays there, inf where it does not; shape (n,
        minima).

    >>> from microgradphys.optim.surfaces import bowl
    >>> arrivals(np.array([[(9.0, 0.0)], [(0.01, 0.0)], [(0.0, 0.0)]]), bowl, stay=2)
    array([[1.]])
    """
    with np.errstate(all="ignore"):
        away = ~(np.linalg.norm(path[:, :, None] - np.array(surface.minima), axis=-1) < RADIUS)
    so_far = np.concatenate([np.zeros((1, *away.shape[1:])), np.cumsum(away, axis=0)])
    stays = so_far[stay:] == so_far[:-stay]
    return np.where(stays.any(axis=0), np.argmax(stays, axis=0) if len(stays) else 0, np.inf)


def first_of(steps: np.ndarray) -> tuple[int, int, int] | None:
    """Return which ball arrives first, after how many steps, and at which minimum; None if none does.

    >>> first_of(np.array([[np.inf, 9.0], [7.0, np.inf]]))
    (1, 7, 0)
    """
    ball, minimum = np.unravel_index(np.argmin(steps), steps.shape)
    found = steps[ball, minimum]
    return (int(ball), int(found), int(minimum)) if np.isfinite(found) else None
