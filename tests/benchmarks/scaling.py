"""What a node costs in memory and in time, whatever the size of the graph."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from time import perf_counter
from typing import Any

from microgradphys import Value


def traced(function: Callable[[], Any]) -> tuple[int, int]:
    """Return the bytes that the result of a call holds on to, and the most that was held on the way."""
    function()
    gc.collect()
    tracemalloc.start()
    result = function()
    held, peak = tracemalloc.get_traced_memory()
    del result
    tracemalloc.stop()
    return held, peak


def chain(value: Callable[[float], Any], nodes: int) -> Any:
    """Compute one node from the one before, again and again."""
    y = x = value(0.5)
    for _ in range(nodes // 2):
        y = y * x + x
    return y


def wide(value: Callable[[float], Any], nodes: int) -> Any:
    """Sum products of leaves two by two, which makes a tree."""
    level = [value(0.5) * value(0.25) for _ in range(nodes // 4)]
    while len(level) > 1:
        level = [sum(level[k + 1 : k + 2], level[k]) for k in range(0, len(level), 2)]
    return level[0]


def seconds_per_node(build: Callable[[Callable[[float], Any], int], Any], nodes: int, rounds: int = 3) -> float:
    """Time recording a graph, its backward pass and its release; the best of several, without the collector."""
    shortest = float("inf")
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        start = perf_counter()
        build(Value, nodes).backward()
        shortest = min(shortest, perf_counter() - start)
        gc.enable()
    return shortest / nodes
