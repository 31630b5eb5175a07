"""Numbers and names as text: four significant digits, and `W_11` taken apart into base, subscript and superscript."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache


def number_text(value: float, digits: int = 4) -> str:
    """Write a number with `digits` significant digits, as every medium here does.

    >>> [number_text(x) for x in (0.1, 1.2187769, -0.00625509, 1.5e-7, 123456.0, float("nan"))]
    ['0.1', '1.219', '−0.006255', '1.5×10⁻⁷', '123456', 'NaN']
    """
    mantissa, exponent = number_parts(value, digits)
    return mantissa if exponent is None else f"{mantissa}×10{raised(str(exponent))}"


def number_parts(value: float, digits: int = 4) -> tuple[str, int | None]:
    """Split a number into its decimal text and the power of ten it is multiplied by, if any."""
    value = float(value)
    if math.isnan(value):
        return "NaN", None
    if math.isinf(value):
        return "∞" if value > 0 else "−∞", None
    if value == 0:
        return "0", None
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if -5 < exponent < 6:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", "−"), None
    mantissa = f"{value:.{digits - 1}e}".partition("e")[0].rstrip("0").rstrip(".")
    return mantissa.replace("-", "−"), exponent


def function_parts(name: str) -> tuple[str, str]:
    """Split the subscript off the name of a function, if it is a number.

    >>> function_parts("log_10"), function_parts("log_softmax")
    (('log', '10'), ('log_softmax', ''))
    """
    base, _, sub = name.rpartition("_")
    return (base, sub) if base and sub.isdigit() else (name, "")


_GREEK: dict[str, str] = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
_NAME = re.compile(
    # A letter may wear an accent, as the c̃ of an LSTM.
    r"(?P<base>∂?[^\W\d_]+[\u0300-\u036f]?)(?P<digits>\d{0,4})(?P<primes>['′]{0,3})"
    r"(?:_(?:\{(?P<sub>[^{}]{1,12})\}|(?P<short>\w{1,3})))?"
    r"(?:\^(?:\{(?P<sup>[^{}]{1,12})\}|(?P<raised>\(\w{1,4}\)|[\w*+]{1,3})))?"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol taken apart: base, primes, subscript and superscript."""

    base: str
    primes: int = 0
    sub: str = ""
    sup: str = ""


def printable(text: str) -> str:
    r"""Make one harmless line of a text that a user chose: control characters become spaces.

    >>> printable("two\nlines")
    'two lines'
    """
    return "".join(c if c.isprintable() else " " for c in text)


@lru_cache(maxsize=4096)
def parse_name(name: str) -> Name:
    """Take a name apart as mathematics reads it; what does not fit the grammar is one text, on one line.

    >>> parse_name("s_1^(1)")
    Name(base='s', primes=0, sub='1', sup='(1)')
    >>> parse_name("W'_1").primes, parse_name("W11").sub, parse_name("eta").base
    (1, '11', 'η')
    >>> parse_name("c̃_1^(2)").sub
    '1'
    >>> parse_name("learning rate")
    Name(base='learning rate', primes=0, sub='', sup='')
    """
    name = printable(name)
    found = _NAME.fullmatch(name)
    if not found:
        return Name(name)
    sub = ",".join(filter(None, (found["digits"], found["sub"] or found["short"])))
    return Name(
        _GREEK.get(found["base"], found["base"]), len(found["primes"]), sub, found["sup"] or found["raised"] or ""
    )


_SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ"
)


def lowered(text: str) -> str:
    """Write a subscript in Unicode, or after an underscore where Unicode lacks a letter."""
    if all(ord(c) in _SUBSCRIPTS for c in text):
        return text.translate(_SUBSCRIPTS)
    return "_" + text


def raised(text: str) -> str:
    """Write a superscript in Unicode, or after a caret where Unicode lacks a letter."""
    if all(ord(c) in _SUPERSCRIPTS for c in text):
        return text.translate(_SUPERSCRIPTS)
    return "^" + text
