"""What a student types as an answer: a number, or arithmetic that comes to one. Read, never executed.

Understood are decimals with a point or a comma, 1e-3, 1.5×10⁻³, fractions, percent, + − · × / ^ and parentheses, √, and
the functions and constants of `FUNCTIONS` and `CONSTANTS`. Of `w = 0.25`, what stands behind the sign is the answer.

An answer is right within 0.1 %, so that a student may compute with the four digits that are shown, or where it is the
right number rounded to three digits or more.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError
from microgradphys.namespaces import floats

# A part of the number: what a chain of roundings to four digits comes to.
TOLERANCE = 1e-3
FEWEST_DIGITS = 3
# Closer than this, but not right: rounded on the way, or at the end.
CLOSE = 0.02
# More explanations than this for one wrong number explain nothing.
MOST_EXPLANATIONS = 3
FUNCTIONS = {name: getattr(floats, name) for name in "sqrt exp tanh sin cos sigmoid relu".split()} | {
    "ln": floats.log,
    "log": floats.log,
    "abs": floats.absolute,
    "σ": floats.sigmoid,
}
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
_LONGEST = 200
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "∙": "*", "÷": "/", ":": "/", "⁄": "/", ",": ".", "∞": "inf"}
)
_DECIMAL = re.compile(r"[+-]?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d*")
# 1.5x10^-3 is a product, and so is 2(3 + 4).
_TIMES = re.compile(r"(?<=[\d).])\s*x\s*(?=[\d(.√])|(?<=[\d)])\s*(?=\()")
_WORD = re.compile(r"[^\W\d_]+")
_TWO: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: floats.add,
    ast.Sub: floats.subtract,
    ast.Mult: floats.multiply,
    ast.Div: floats.divide,
    ast.Pow: floats.power,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A number that was typed; of a plain decimal, how many digits it has and what half its last digit is worth."""

    value: float
    digits: int | None = None
    half: float = 0.0


def read(text: str) -> Answer:
    """Read what was typed.

    Raises:
        InputError: it is neither a number nor arithmetic.

    >>> [read(text).value for text in ("0,25", "−1/4", "1.5×10⁻³", "0.5*(1 - 0.5)", "√2²", "2^3")]
    [0.25, -0.25, 0.0015, 0.25, 2.0000000000000004, 8.0]
    >>> read("0.0125").digits
    3
    """
    plain = re.split(r"[=≈~]", text.strip())[-1].strip()
    share = 0.01 if plain.endswith("%") else 1.0
    plain = plain.removesuffix("%").rstrip()
    plain = (plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain).translate(_SIGNS)
    if not plain:
        raise InputError("type a number, as 0.25, 1/4 or 0.5·(1 − 0.5)")
    if len(plain) > _LONGEST:
        raise InputError(f"an answer has at most {_LONGEST} letters")
    if (found := _DECIMAL.fullmatch(plain)) and (found[1] or found[2]):
        whole, part, exponent = found[1] or "", found[2] or "", int(found[3] or 0)
        digits, last = len((whole + part).lstrip("0")), exponent - len(part)
        if not part and digits > FEWEST_DIGITS:
            # Of 12300, the zeros only say how large it is.
            zeros = min(len(whole) - len(whole.rstrip("0")), digits - FEWEST_DIGITS)
            digits, last = digits - zeros, last + zeros
        return Answer(float(plain) * share, digits, share * 0.5 * 10.0 ** max(min(last, 300), -320))
    return Answer(_computed(plain, text) * share)


def _computed(plain: str, text: str) -> float:
    """Compute arithmetic."""
    written = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+", lambda found: f"**({found[0].translate(_RAISED)})", plain)
    written = _TIMES.sub("*", written)
    written = re.sub(r"√\s*(\d+(?:\.\d*)?|\w+)", r"sqrt(\1)", written).replace("√", "sqrt").replace("^", "**")
    try:
        if "_" in written or re.search(r"(?<![\d.])0[xob]", plain, re.IGNORECASE):
            raise ValueError("Python's own spellings of numbers are not a student's")
        with np.errstate(all="ignore"):
            return _number(ast.parse(written.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError, ValueError, OverflowError, KeyError, TypeError):
        raise InputError(f"{_complaint(plain, text)}; type it as 0.25, 1/4 or 0.5·(1 − 0.5)") from None


def _complaint(plain: str, text: str) -> str:
    """Say what is wrong with an answer: that it has names in it, or only that it is no number."""
    names = [word for word in dict.fromkeys(_WORD.findall(plain)) if word not in FUNCTIONS and word not in CONSTANTS]
    if names and all(len(name) <= 12 for name in names) and re.search(r"[-+*/^()√]|\d", plain):
        return f"put numbers in the place of {', '.join(names[:4])}"
    shown = text.strip() if len(text.strip()) <= 40 else text.strip()[:40] + "…"
    return f"{shown!r} is not a number or arithmetic"


def _number(tree: Any) -> float:
    """Compute a tree of the few kinds that are allowed; anything else is refused."""
    match tree:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name):
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=body):
            return -_number(body)
        case ast.UnaryOp(op=ast.UAdd(), operand=body):
            return _number(body)
        case ast.BinOp(left=left, op=sign, right=right):
            return float(_TWO[type(sign)](_number(left), _number(right)))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
            return float(FUNCTIONS[name](_number(argument)))
    raise ValueError("not arithmetic")


def fits(answer: Answer, number: float, scale: float = 0.0) -> bool:
    """Whether an answer is a number: within 0.1 %, or rounded to three digits or more.

    Args:
        answer: what was typed.
        number: what it is compared with.
        scale: the size of the numbers that it is made of: a difference of rounding errors is 0.

    >>> fits(read("1.22"), 1.2187769), fits(read("1.21"), 1.2187769), fits(read("0"), 1e-17, 0.3)
    (True, False, True)
    """
    if math.isnan(number) or math.isinf(number):
        return answer.value == number or (math.isnan(number) and math.isnan(answer.value))
    away = abs(answer.value - number)
    rounded = answer.digits is not None and answer.digits >= FEWEST_DIGITS and away <= answer.half * (1 + 1e-9)
    return rounded or away <= max(TOLERANCE * abs(number), 1e-12 * scale)


def nearly(answer: Answer, number: float) -> Literal["coarse", "close", ""]:
    """Say whether an answer that is not right is the right number rounded too much, or close to it."""
    if not math.isfinite(number) or not math.isfinite(answer.value):
        return ""
    away = abs(answer.value - number)
    if (
        answer.digits is not None
        and answer.digits < FEWEST_DIGITS
        and answer.value
        and away <= answer.half * (1 + 1e-9)
    ):
        return "coarse"
    return "close" if away <= CLOSE * abs(number) else ""
