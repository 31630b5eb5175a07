"""The rows of products: of matrices, of everything with everything, and along named axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradphys.rows.primitive import Primitive
from microgradphys.rows.samples import B223, M23, M32, V2, V3


def _matmul(xp: Any, a: Any, b: Any) -> Any:
    """Multiply; of two matrices, `dot` is the same product without the preparations for stacks of them."""
    if a.__class__ is b.__class__ is np.ndarray and a.ndim == b.ndim == 2:
        return a.dot(b)
    return np.matmul(a, b)


def _matmul_vjp_a(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the left factor: g bᵀ, in each of numpy's shapes of a product."""
    if a.ndim == b.ndim == 2:
        return xp.matmul(g, b.T)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return g * b
    if np.ndim(b) == 1:
        return xp.outer(g, b) if np.ndim(g) == 1 else xp.expand_dims(g, axis=-1) * b
    if np.ndim(a) == 1:
        return xp.squeeze(xp.matmul(b, xp.expand_dims(g, axis=-1)), axis=-1)
    return xp.matmul(g, xp.swapaxes(b, axis1=-1, axis2=-2))


def _matmul_vjp_b(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the right factor: aᵀ g, in each of numpy's shapes of a product."""
    if a.ndim == b.ndim == 2:
        return xp.matmul(a.T, g)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return a * g
    if np.ndim(a) == 1:
        return xp.outer(a, g) if np.ndim(g) == 1 else xp.expand_dims(a, axis=-1) * xp.expand_dims(g, axis=-2)
    if np.ndim(b) == 1:
        transposed = xp.swapaxes(a, axis1=-1, axis2=-2)
        if np.ndim(g) == 1:
            return xp.matmul(transposed, g)
        return xp.squeeze(xp.matmul(transposed, xp.expand_dims(g, axis=-1)), axis=-1)
    return xp.matmul(xp.swapaxes(a, axis1=-1, axis2=-2), g)


def _outer_vjp_a(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the left factor: g b, in the shape that `outer` flattened."""
    return xp.reshape(xp.matmul(g, xp.reshape(b, shape=-1)), shape=np.shape(a))


def _outer_vjp_b(xp: Any, g: Any, y: Any, a: Any, b: Any) -> Any:
    """Contribution to the right factor: a g, in the shape that `outer` flattened."""
    return xp.reshape(xp.matmul(xp.reshape(a, shape=-1), g), shape=np.shape(b))


def _einsum_vjp(xp: Any, g: Any, y: Any, *operands: Any, subscripts: str) -> Callable[[int], Any]:
    """Hand every operand the product of `g` and the other operands, summed over the axes that it does not have."""
    return lambda argument: _of_operand(xp, g, operands, argument, subscripts)


def _of_operand(xp: Any, g: Any, operands: tuple[Any, ...], argument: int, subscripts: str) -> Any:
    """Multiply `g` with all operands but one, summed over the axes that this one does not have."""
    left, _, output = subscripts.partition("->")
    words = left.split(",")
    own = words.pop(argument)
    others = [operand for k, operand in enumerate(operands) if k != argument]
    mine, widths = operands[argument], dict[str, int]()
    for word, array in zip([output, *words], [g, *others], strict=True):
        for letter, size in zip(word, np.shape(array), strict=True):
            widths[letter] = max(widths.get(letter, 0), size)
    # An axis that only this operand has, or has at full length, was summed away: every element along it gets the same.
    alone = [k for k, letter in enumerate(own) if widths.get(letter, -1) < np.shape(mine)[k]]
    if alone:
        words.append("".join(own[k] for k in alone))
        others.append(np.ones([np.shape(mine)[k] for k in alone], getattr(mine, "dtype", float)))
    return xp.einsum(g, *others, subscripts=f"{','.join([output, *words])}->{own}")


# fmt: off
PRODUCTS: tuple[Primitive, ...] = (
    #         name            written          samples                              contribution of g = ∂loss/∂y to each argument
    Primitive("matmul",       "a @ b",         ((M23, M32), (M23, V3), (V2, M23), (V3, V3), (B223, M32),
                                                (B223, V3), (V2, B223), (M32, B223)),
              forward=_matmul, vjps=(_matmul_vjp_a, _matmul_vjp_b)),
    Primitive("outer",        "a ⊗ b",         ((V2, V3), (M23, 2.0)),                       vjps=(_outer_vjp_a, _outer_vjp_b)),
    Primitive("einsum",       "einsum(a)",     (((M23, M32), {"subscripts": "ij,jk->ik"}), ((M23, V3, V2), {"subscripts": "ij,j,i->"}),
                                                ((M23,), {"subscripts": "ij->j"}), ((B223, M23), {"subscripts": "bij,ij->jb"})),
              forward=lambda xp, *operands, subscripts: np.einsum(subscripts, *operands, optimize=len(operands) > 1),
              vjps=(_einsum_vjp,), statics=("subscripts",), variadic=True),
)
