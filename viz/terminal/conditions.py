"""Conditions of breakpoints, `|gradient| < 1e-6 and value is finite`: a small grammar, read by hand, never evaluated.

```
condition = all { "or" all }                         "and" binds tighter than "or"
all       = part { "and" part }
part      = "not" part | "(" condition ")" | test
test      = quantity relation number                 gradient > 100
          | quantity "is" ["not"] adjective          value is not finite
quantity  = word | "|" word "|"                      the absolute value
word      = value | gradient | local | contribution | upstream | total
relation  = < | <= | > | >= | == | !=
adjective = finite | infinite | nan | zero | negative | positive
```

Of an array, a test asks for *any* element: `value is not finite` is met as soon as one element is not. A quantity
that a move does not have (there is no local derivative in the forward pass) meets no test, nor does "not" make it one
that is met. As in numpy, nan is unequal
to everything and neither less nor greater. A gradient is what is known of it: each contribution changes it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from microgradphys.errors import InputError
from viz.steps import Move

QUANTITIES = ("value", "gradient", "local", "contribution", "upstream", "total")
_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_OTHER_SIGNS = {"≤": "<=", "≥": ">=", "=": "==", "≠": "!="}
ADJECTIVES: dict[str, Callable[[Any], Any]] = {
    "finite": np.isfinite,
    "infinite": np.isinf,
    "nan": np.isnan,
    "zero": lambda numbers: numbers == 0,
    "negative": lambda numbers: numbers < 0,
    "positive": lambda numbers: numbers > 0,
}
_TOKEN = re.compile(r"\s*(<=|>=|==|!=|[<>=≤≥≠|()]|[^\s<>=≤≥≠|!()]+|!)")
# Nobody means more parentheses than these.
_DEEPEST = 50
_EXAMPLE = "write it as '|gradient| < 1e-6' or 'value is not finite'"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: a quantity, or its absolute value, and what is asked of it."""

    quantity: str
    absolute: bool
    asked: str
    number: float | None = None
    negated: bool = False

    def truth(self, move: Move) -> bool | None:
        """Whether any element of the quantity passes; None where the move has no such quantity."""
        numbers = quantity_of(move, self.quantity)
        if numbers is None:
            return None
        numbers = np.abs(numbers) if self.absolute else numbers
        if self.number is not None:
            return bool(np.any(_RELATIONS[self.asked](numbers, self.number)))
        found = ADJECTIVES[self.asked](numbers)
        return bool(np.any(np.logical_not(found) if self.negated else found))

    def __str__(self) -> str:
        """Write the test as it is typed."""
        what = f"|{self.quantity}|" if self.absolute else self.quantity
        if self.number is not None:
            return f"{what} {self.asked} {self.number:g}"
        return f"{what} is {'not ' if self.negated else ''}{self.asked}"


@dataclass(frozen=True, slots=True)
class Joined:
    """Tests, or what is joined of tests: all of them ("and"), any ("or"), or the contrary of one ("not")."""

    word: Literal["and", "or", "not"]
    parts: tuple[Comparison | Joined, ...]

    def truth(self, move: Move) -> bool | None:
        """Whether a move passes; None where that depends on a quantity that it does not have."""
        found = [part.truth(move) for part in self.parts]
        if self.word == "not":
            return None if found[0] is None else not found[0]
        decisive = self.word == "or"
        return decisive if decisive in found else None if None in found else not decisive

    def __str__(self) -> str:
        """Write it as it is typed, with the parentheses that it needs."""
        written = [f"({part})" if self._is_looser(part) else str(part) for part in self.parts]
        return f"not {written[0]}" if self.word == "not" else f" {self.word} ".join(written)

    def _is_looser(self, part: Comparison | Joined) -> bool:
        """Whether a part would fall apart without parentheses."""
        return isinstance(part, Joined) and part.word != "not" and (self.word, part.word) != ("or", "and")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a breakpoint waits for."""

    test: Comparison | Joined

    def met(self, move: Move) -> bool:
        """Whether a move meets the condition."""
        return self.test.truth(move) is True

    def __str__(self) -> str:
        """Write the condition as it is typed."""
        return str(self.test)


def quantity_of(move: Move, quantity: str) -> Any:
    """Return a quantity of a move, None where it has none: a value is not a gradient, nor a gradient a value."""
    if quantity == "value":
        return None if move.phase == "backward" else move.value
    if quantity == "gradient":
        return move.value if move.phase == "backward" else None
    return getattr(move, quantity)


def parse(text: str) -> Condition:
    """Read a condition.

    Raises:
        InputError: it is not one; the message says where it stops making sense.

    >>> str(parse("|local|<0.01 and (value is not finite or not gradient = 0)"))
    '|local| < 0.01 and (value is not finite or not gradient == 0)'
    """
    words = _TOKEN.findall(text)
    test, rest = _joined(words, text, 0)
    if rest:
        what = "there is no '(' for it" if rest[0] == ")" else "only 'and' and 'or' join two tests"
        raise InputError(f"{rest[0]!r} after '{test}' in the condition {text!r}: {what}")
    return Condition(test)


def is_condition(text: str) -> bool:
    """Whether a text begins as a condition does, and not as the name of a place."""
    words = _TOKEN.findall(text)
    first = next((k for k, word in enumerate(words) if word not in ("(", "not")), len(words))
    words = words[first:]
    return words[:1] == ["|"] or (words[:1] != [] and words[0] in QUANTITIES and len(words) > 1)


def _joined(words: list[str], text: str, depth: int) -> tuple[Comparison | Joined, list[str]]:
    """Read tests joined by `and` and `or`, and return what is left of the words."""
    either: list[Comparison | Joined] = []
    every: list[Comparison | Joined] = []
    while True:
        part, words = _part(words, text, depth)
        every.append(part)
        joint = words[0] if words else ""
        if joint != "and":
            either.append(every[0] if len(every) == 1 else Joined("and", tuple(every)))
            every = []
        if joint not in ("and", "or"):
            return (either[0] if len(either) == 1 else Joined("or", tuple(either))), words
        words = words[1:]


def _part(words: list[str], text: str, depth: int) -> tuple[Comparison | Joined, list[str]]:
    """Read one test, or what stands in parentheses, or the contrary of either."""
    if depth > _DEEPEST:
        raise InputError(f"the condition {text[:40]!r}… has more than {_DEEPEST} parentheses in each other")
    if words[:1] == ["not"]:
        part, rest = _part(words[1:], text, depth + 1)
        return Joined("not", (part,)), rest
    if words[:1] != ["("]:
        return _test(words, text)
    inside, rest = _joined(words[1:], text, depth + 1)
    if rest[:1] != [")"]:
        raise InputError(f"a parenthesis is not closed after '{inside}' in the condition {text!r}")
    return inside, rest[1:]


def _test(words: list[str], text: str) -> tuple[Comparison, list[str]]:
    """Read one test from the front of the words, and return what is left of them."""
    absolute = words[:1] == ["|"]
    if absolute and words[2:3] != ["|"]:
        raise InputError(f"a bar '|' is not closed in the condition {text!r}; {_EXAMPLE}")
    quantity, rest = (words[1], words[3:]) if absolute else (words[0] if words else "", words[1:])
    if quantity not in QUANTITIES:
        raise InputError(
            f"{quantity!r} in the condition {text!r} is not one of {', '.join(QUANTITIES)}"
            if quantity
            else f"the condition {text!r} ends too early; {_EXAMPLE}"
        )
    if rest[:1] == ["is"]:
        return _adjective(quantity, absolute, rest[1:], text)
    relation = _OTHER_SIGNS.get(*rest[:1], *rest[:1]) if rest else ""
    if relation not in _RELATIONS:
        raise InputError(f"{quantity!r} in the condition {text!r} is compared with nothing; {_EXAMPLE}")
    return Comparison(quantity, absolute, relation, _number(rest[1:2], text)), rest[2:]


def _adjective(quantity: str, absolute: bool, words: list[str], text: str) -> tuple[Comparison, list[str]]:
    """Read what follows `is`."""
    negated = words[:1] == ["not"]
    words = words[negated:]
    if not words or words[0] not in ADJECTIVES:
        raise InputError(f"what {quantity!r} is in the condition {text!r} must be one of {', '.join(ADJECTIVES)}")
    return Comparison(quantity, absolute, words[0], None, negated), words[1:]


def _number(words: list[str], text: str) -> float:
    """Read a number."""
    try:
        return float(words[0].replace("−", "-"))
    except (IndexError, ValueError):
        raise InputError(f"a number is missing in the condition {text!r}; {_EXAMPLE}") from None
