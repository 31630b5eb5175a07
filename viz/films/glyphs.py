"""Glyphs as Bézier curves: what an SVG draws, its transformations and its path data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"


def leaves(element: ElementTree.Element, matrix: np.ndarray) -> Iterator[tuple[ElementTree.Element, np.ndarray]]:
    """Walk through what is drawn, with the transformation of each piece."""
    for child in element:
        inner = matrix @ _matrix(child.get("transform", ""))
        if child.tag in (f"{SVG}path", f"{SVG}use"):
            yield child, inner
        elif child.tag == f"{SVG}g":
            yield from leaves(child, inner)


def _matrix(transform: str) -> np.ndarray:
    """Read an SVG transformation."""
    matrix = np.eye(3)
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", transform):
        n = [float(x) for x in re.split(r"[ ,]+", inside.strip())]
        if name == "matrix":
            matrix = matrix @ np.array([[n[0], n[2], n[4]], [n[1], n[3], n[5]], [0, 0, 1]])
        elif name == "translate":
            matrix = matrix @ np.array([[1, 0, n[0]], [0, 1, n[1] if len(n) > 1 else 0], [0, 0, 1]])
        elif name == "scale":
            matrix = matrix @ np.diag([n[0], n[-1], 1])
    return matrix


_TOKEN = re.compile(r"([MmLlHhVvCcQqZz])|(-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0}


def path_points(data: str) -> np.ndarray:
    """Read SVG path data as cubic curves, four points each, every outline closed.

    >>> path_points("M 0 0 h 3 v 3 Z").tolist()[:4]
    [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]
    >>> len(path_points("M 0 0 h 3 v 3 Z")) // 4
    3
    """
    curves: list[np.ndarray] = []
    at = start = np.zeros(2)
    for command, numbers in _commands(data):
        base = at if command.islower() else np.zeros(2)
        kind = command.upper()
        if kind == "H":
            ends = [np.array((base[0] + numbers[0], at[1]))]
        elif kind == "V":
            ends = [np.array((at[0], base[1] + numbers[0]))]
        else:
            ends = [base + numbers[k : k + 2] for k in range(0, len(numbers), 2)]
        if kind in "MZ" and not np.allclose(at, start):
            curves.append(_line(at, start))
        if kind == "M":
            start = ends[0]
        elif kind in "LHV":
            curves.append(_line(at, ends[0]))
        elif kind == "C":
            curves.append(np.array((at, *ends)))
        elif kind == "Q":
            control, end = ends
            curves.append(np.array((at, at + 2 / 3 * (control - at), end + 2 / 3 * (control - end), end)))
        at = ends[-1] if ends else start
    if not np.allclose(at, start):
        curves.append(_line(at, start))
    return np.concatenate(curves) if curves else np.zeros((0, 2))


def _line(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A straight line as a cubic curve."""
    return np.array((a, a + (b - a) / 3, a + (b - a) * 2 / 3, b))


def _commands(data: str) -> Iterator[tuple[str, np.ndarray]]:
    """Split path data into commands, one for each set of numbers."""
    command, numbers = "", []
    for letter, number in _TOKEN.findall(data):
        if letter:
            command, numbers = letter, []
        else:
            numbers.append(float(number))
        if command and len(numbers) == _TAKES[command.upper()]:
            yield command, np.array(numbers)
            # Further pairs after a move are lines.
            command, numbers = {"M": "L", "m": "l", "Z": "", "z": ""}.get(command, command), []
