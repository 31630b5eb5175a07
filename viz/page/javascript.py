"""What the page's JavaScript is told by Python: operations on numbers, signs, widths of letters. None is typed twice.

`OPERATIONS` is to JavaScript what `microgradphys.namespaces.floats` is to Python: what the rows without a forward of
their own compute of numbers. All other rows, and all derivatives, come as tapes of these (`microgradphys.recipes`).
"""

from __future__ import annotations

import json
import string
from typing import Any

from microgradphys.forms import FENCES, RAISED
from viz.explanation import MOST_PATHS
from viz.picture import text_width

# Numbers a, b, c; a truth counts as 1 or 0. `arithmetic` holds what JavaScript's Math lacks (web-player/arithmetic.js).
OPERATIONS: dict[str, str] = {
    "add": "a + b",
    "subtract": "a - b",
    "multiply": "a * b",
    "divide": "a / b",
    "floor_divide": "arithmetic.floorDivide(a, b)",
    "remainder": "arithmetic.remainder(a, b)",
    "fmod": "a % b",
    "negative": "-a",
    "positive": "+a",
    "absolute": "Math.abs(a)",
    "sign": "Math.sign(a)",
    "reciprocal": "1 / a",
    "power": "arithmetic.power(a, b)",
    "square": "a * a",
    "sqrt": "Math.sqrt(a)",
    "cbrt": "Math.cbrt(a)",
    "hypot": "Math.hypot(a, b)",
    "exp": "Math.exp(a)",
    "exp2": "2 ** a",
    "expm1": "Math.expm1(a)",
    "log": "Math.log(a)",
    "log2": "Math.log2(a)",
    "log10": "Math.log10(a)",
    "log1p": "Math.log1p(a)",
    "logaddexp": "arithmetic.larger(a, b) + (a == b ? Math.LN2 : Math.log1p(Math.exp(-Math.abs(a - b))))",
    "sin": "Math.sin(a)",
    "cos": "Math.cos(a)",
    "tan": "Math.tan(a)",
    "arcsin": "Math.asin(a)",
    "arccos": "Math.acos(a)",
    "arctan": "Math.atan(a)",
    "arctan2": "Math.atan2(a, b)",
    "deg2rad": "a * (Math.PI / 180)",
    "rad2deg": "a * (180 / Math.PI)",
    "sinh": "Math.sinh(a)",
    "cosh": "Math.cosh(a)",
    "tanh": "Math.tanh(a)",
    "arcsinh": "Math.asinh(a)",
    "arccosh": "Math.acosh(a)",
    "arctanh": "Math.atanh(a)",
    "floor": "Math.floor(a)",
    "ceil": "Math.ceil(a)",
    "trunc": "Math.trunc(a)",
    "rint": "arithmetic.rint(a)",
    "round": "arithmetic.round(a, b)",
    "maximum": "arithmetic.larger(a, b)",
    "minimum": "arithmetic.smaller(a, b)",
    "where": "a != 0 ? b : c",
    "erf": "arithmetic.erf(a)",
    "erfc": "arithmetic.erfc(a)",
    "greater": "a > b",
    "greater_equal": "a >= b",
    "less": "a < b",
    "less_equal": "a <= b",
    "equal": "a == b",
    "not_equal": "a != b",
    "logical_and": "a != 0 && b != 0",
    "logical_or": "a != 0 || b != 0",
    "logical_not": "a == 0",
}


def tables() -> str:
    """Write the tables as the JavaScript that begins the player.

    >>> tables().splitlines()[1]
    'const FENCES = {"plain":["(",")"],"mathml":["<mrow><mo>(</mo>","<mo>)</mo></mrow>"]};'
    """
    lines = [
        "// Part of the player: tables that `viz/page/javascript.py` writes.",
        f"const FENCES = {_json(FENCES)};",
        f"const RAISED = {_json(RAISED)};",
        f"const WIDTHS = {_json(_widths())};",
        f"const MOST_PATHS = {MOST_PATHS};",
        "const OPERATIONS = {",
        *(f"  {name}: (a, b, c) => Number({expression})," for name, expression in OPERATIONS.items()),
        "};",
    ]
    return "\n".join(lines)


def _widths() -> dict[str, float]:
    """How wide the letters of numbers and of most names are, in em."""
    letters = string.printable + "".join(RAISED.values()) + "−×·∞∂′σ₀₁₂₃₄₅₆₇₈₉⊙⊗√Σ"
    return {letter: round(text_width(letter, 1.0), 2) for letter in letters}


def _json(data: Any) -> str:
    """Write data as JavaScript reads it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
