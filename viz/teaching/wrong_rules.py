"""The wrong derivatives that students write for functions of the table: those of another one, or half remembered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# For each function: the wrong derivative from its value y and its argument a, and the sentence about it; «y» and «a»
# are what the two are called.
_RULES = {
    "sigmoid": (
        (lambda y, a: 1 - y, "You left out a factor: the derivative is «y» · (1 − «y»)."),
        (lambda y, a: 1 - y * y, "That is the derivative of tanh; the one of sigmoid is «y» · (1 − «y»)."),
    ),
    "tanh": (
        (lambda y, a: 1 - y, "You left out the square: the derivative is 1 − «y»²."),
        (lambda y, a: y * (1 - y), "That is the derivative of sigmoid; the one of tanh is 1 − «y»²."),
    ),
    "exp": (
        (
            lambda y, a: a * np.exp(a - 1),
            "That is the rule of powers; the derivative of the exponential function is the function itself.",
        ),
    ),
    "log": ((lambda y, a: 1 / y, "You divided by the logarithm; its derivative is one over its argument, «a»."),),
    "sqrt": (
        (lambda y, a: 1 / y, "You left out the factor 1/2."),
        (lambda y, a: y / 2, "You multiplied by the root; the derivative of a root divides by it."),
    ),
    "relu": (
        (lambda y, a: float(a <= 0), "You took the other branch: what counts is the sign of «a»."),
        (lambda y, a: a, "You used «a» in place of the derivative, which is 1 or 0."),
    ),
    "absolute": ((lambda y, a: y, "You used the value in place of the derivative, which is the sign of «a»."),),
    "reciprocal": ((lambda y, a: -y, "You left out the square in the denominator."),),
}


def wrong_slopes(function: str, value: float, argument: float, names: tuple[str, str]) -> Iterator[tuple[float, str]]:
    """Go through the wrong derivatives of a function, each with the sentence that names the mistake.

    Args:
        function: its name in the table of primitives.
        value: its value.
        argument: its argument.
        names: what the two are called.

    >>> list(wrong_slopes("tanh", 0.5, 0.55, ("h", "s")))[0]
    (0.5, 'You left out the square: the derivative is 1 − h².')
    """
    y, a = np.float64(value), np.float64(argument)
    for rule, sentence in _RULES.get(function, ()):
        with np.errstate(all="ignore"):
            number = float(rule(y, a))
        yield number, sentence.replace("«y»", names[0]).replace("«a»", names[1])
