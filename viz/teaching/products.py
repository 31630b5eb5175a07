"""The wrong answers about sums, means and matrix products of arrays: an element of each is a sum of products.

An element of a matrix product, or of a contribution through one, is a row times a column (`Row`). A student transposes,
forgets a product, takes one for all; of a mean, 1/n is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz.picture import Index
from viz.teaching.mistakes import Mistake

# Of longer rows, whoever leaves out one product of many is not told which.
_MOST_NAMED = 6


@dataclass(frozen=True)
class Row:
    """The products whose sum an element is: of the elements of two vectors of one length."""

    left: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]

    @property
    def products(self) -> list[float]:
        """The products."""
        return [float(product) for product in self.left * self.right]


def of_mean(number: float, count: int, op: str) -> Iterator[Mistake]:
    """The ways in which the value of a sum or a mean of `count` elements goes wrong, or a contribution through it."""
    if count < 2:
        return
    if op == "mean":
        yield Mistake("no mean", number * count, f"You left out the factor 1/{count} of the mean.")
    else:
        yield Mistake("average", number / count, f"You divided by {count}; this is a sum, not a mean.")


def of_elements(inside: Any, number: float, op: str) -> Iterator[Mistake]:
    """The sum, or the mean, of whoever leaves out one of a few elements."""
    count = int(np.size(inside))
    for at in np.ndindex(np.shape(inside)) if count <= _MOST_NAMED else ():
        part = float(inside[at]) / (count if op == "mean" else 1)
        yield Mistake("term", number - part, f"You left out element {list(at)}.")


def of_row(row: Row) -> Iterator[Mistake]:
    """The ways in which an element of a matrix product goes wrong."""
    products, total = row.products, float(np.sum(row.products))
    yield Mistake("sign", -total, "The sign is wrong.")
    if len(products) == 1:
        yield Mistake("plus times", float(row.left[0] + row.right[0]), "You added; the two are multiplied.")
        return
    added = float(np.sum(row.left) + np.sum(row.right))
    yield Mistake("plus times", added, "You added all elements; they are multiplied in pairs, and the products added.")
    each = float(np.sum(row.left) * np.sum(row.right))
    yield Mistake("all by all", each, "You multiplied the sums; elements are multiplied in pairs first.")
    if len(products) <= _MOST_NAMED:
        for k, product in enumerate(products, 1):
            yield Mistake("lost product", total - product, f"You left out product {k} of {len(products)}.")
            yield Mistake("one product", product, f"That is only product {k} of {len(products)}; they are added up.")
    yield Mistake("average", total / len(products), f"You divided by {len(products)}; the products are added up.")


def of_row_backward(row: Row, above: str, other: str) -> Iterator[Mistake]:
    """The ways in which an element of a contribution through a matrix product goes wrong.

    Args:
        row: elements of the gradient that arrives, and those of the other factor.
        above: what the gradient that arrives is called.
        other: what the other factor is called.
    """
    if len(row.left) == 1:
        upstream, slope = float(row.left[0]), float(row.right[0])
        yield Mistake("no slope", upstream, f"You left out the factor {other}: this is only {above}.")
        yield Mistake("no upstream", slope, f"This is only the element of {other}: multiply it by that of {above}.")
    else:
        yield Mistake("no slope", float(np.sum(row.left)), f"You left out the factors from {other}.")
        yield Mistake("no upstream", float(np.sum(row.right)), f"You left out the factors from {above}.")
    yield from of_row(row)


def forward_row(left: Any, right: Any, at: Index) -> Row | None:
    """The row and the column whose product an element of a matrix product is; None for stacks of matrices.

    >>> forward_row(np.eye(2), np.array([3.0, 4.0]), (1,)).products
    [0.0, 4.0]
    """
    a, b = _matrices(left, right)
    if a is None or b is None:
        return None
    i, j = _place(np.ndim(left), np.ndim(right), at)
    return Row(a[i], b[:, j]) if a.shape[1] == b.shape[0] else None


def backward_row(left: Any, right: Any, upstream: Any, argument: int, at: Index) -> Row | None:
    """The products whose sum an element of a contribution through a matrix product is: upstream, then other factor.

    >>> backward_row(np.eye(2), np.array([3.0, 4.0]), np.array([1.0, 2.0]), 1, (1,)).products
    [0.0, 2.0]
    """
    a, b = _matrices(left, right)
    if a is None or b is None:
        return None
    g = np.reshape(upstream, (a.shape[0], b.shape[1]))
    if argument == 0:
        i, k = (0, at[0]) if np.ndim(left) == 1 else at
        return Row(g[i], b[k])
    k, j = (at[0], 0) if np.ndim(right) == 1 else at
    return Row(g[:, j], a[:, k])


def transposed(number: Any, at: Index) -> Iterator[Mistake]:
    """The element on the other side of the diagonal, of whoever takes rows for columns."""
    if len(at) == 2 and at[0] != at[1] and at[1] < np.shape(number)[0] and at[0] < np.shape(number)[1]:
        words = f"That is element [{at[1]}, {at[0]}]: the row comes first, then the column."
        yield Mistake("transposed", float(number[at[1], at[0]]), words)


def of_transposed(left: Any, right: Any, at: Index, sentences: tuple[str, str]) -> Iterator[Mistake]:
    """The element of a product of matrices with the first or the second transposed, where that has the same shape."""
    a, b = np.asarray(left), np.asarray(right)
    if not a.ndim == b.ndim == len(at) == 2:
        return
    for (one, two), sentence in zip(((a.T, b), (a, b.T)), sentences, strict=True):
        if one.shape[1] == two.shape[0] and (one.shape[0], two.shape[1]) == (a.shape[0], b.shape[1]):
            yield Mistake("transposed", float((one @ two)[at]), sentence)


def _matrices(left: Any, right: Any) -> tuple[np.ndarray[Any, Any] | None, np.ndarray[Any, Any] | None]:
    """The two factors as matrices; vectors stand in front as rows, behind as columns."""
    a, b = np.asarray(left), np.asarray(right)
    a = a[None, :] if a.ndim == 1 else a
    b = b[:, None] if b.ndim == 1 else b
    return (a, b) if a.ndim == b.ndim == 2 else (None, None)


def _place(rows: int, columns: int, at: Index) -> tuple[int, int]:
    """Where an element of a product stands in that of the two matrices."""
    rest = list(at)
    i = rest.pop(0) if rows == 2 else 0
    return i, rest.pop(0) if columns == 2 else 0
