"""The wrong answers that students give, computed from the storyboard's numbers, each with the sentence that names it.

A mistake that leads to the right number by chance is none and is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from microgradphys.contributions import number_of
from microgradphys.primitives import Primitive
from viz.teaching.typed import TOLERANCE
from viz.teaching.wrong_rules import wrong_slopes

# Functions of one argument whose rule is no function of the blackboard: they have mistakes of their own.
_NO_FUNCTION = frozenset({"negative", "positive", "square", "reciprocal", "absolute", "astype"})


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer, and how it comes about. kind: a short name, the same for the same way of going wrong."""

    kind: str
    number: float
    sentence: str


@dataclass(frozen=True)
class Site:
    """The numbers around one elementwise operation, at one element.

    row and static: the operation and its options. inputs and names: its arguments and what they are called. value and
    name: its result. before: of an argument that is an activation, as sigmoid(s), the number that the function was
    applied to, and what it is called.
    """

    row: Primitive
    inputs: tuple[float, ...]
    names: tuple[str, ...]
    value: float
    name: str
    static: dict[str, Any] = field(default_factory=dict)
    before: tuple[tuple[float, str] | None, ...] = ()

    @property
    def is_function(self) -> bool:
        """Whether this is f(a), as sigmoid or exp."""
        return self.row.arity == 1 and self.row.name not in _NO_FUNCTION

    def slope(self, argument: int, value: float | None = None, inputs: Sequence[float] | None = None) -> float:
        """The local derivative; with `value`, as if that were the result: what y · (1 − y) is for the wrong y."""
        y = self.value if value is None else value
        return float(number_of(self.row.partials[argument], y, list(inputs or self.inputs), self.static))

    def unactivated(self) -> Iterator[tuple[tuple[float, ...], str]]:
        """The inputs with the number before an activation in the place of the activation, and the sentence."""
        for k, found in enumerate(self.before):
            if found is not None:
                inputs = (*self.inputs[:k], found[0], *self.inputs[k + 1 :])
                yield inputs, f"You used {found[1]}, from before the activation, in place of {self.names[k]}."

    @property
    def power(self) -> float | None:
        """The factor that the rule of powers puts in front."""
        if self.row.name == "square":
            return 2.0
        return self.inputs[1] if self.row.name == "power" else None


def of_value(site: Site, terms: Mapping[str, float]) -> Iterator[Mistake]:
    """The ways in which a value goes wrong; `terms` are those of a sum, by name."""
    a, b = site.inputs[0], site.inputs[-1]
    names = site.names
    yield Mistake("sign", -site.value, "The sign is wrong.")
    if site.is_function:
        yield Mistake("no function", a, f"That is {names[0]}: you left out the function.")
        yield Mistake(
            "slope for value", site.slope(0), "You used the derivative of the function in place of the function."
        )
    two = len(site.inputs) == 2
    if two and site.row.name == "add":
        yield Mistake("times plus", a * b, "You multiplied; the two are added.")
        for name, number in (terms or dict(zip(names, (a, b), strict=True))).items():
            yield Mistake("term", site.value - number, f"You left out {name}.")
            yield Mistake("plus minus", site.value - 2 * number, f"You subtracted {name}; it is added.")
    if two and site.row.name == "subtract":
        yield Mistake("plus minus", a + b, f"You added {names[1]}; it is subtracted.")
        yield Mistake("term", a, f"You left out {names[1]}.")
    if two and site.row.name == "multiply":
        yield Mistake("plus times", a + b, "You added; the two are multiplied.")
        yield Mistake("factor", b, f"You left out the factor {names[0]}.")
        yield Mistake("factor", a, f"You left out the factor {names[1]}.")
        for inputs, words in site.unactivated():
            yield Mistake("before activation", math.prod(inputs), words)
    if two and site.row.name == "divide" and a:
        yield Mistake("upside down", b / a, "The fraction is upside down.")
        yield Mistake("times for division", a * b, "You multiplied; it is a division.")
    if two and site.row.name in ("maximum", "minimum"):
        other = names[1] if site.value == a else names[0]
        larger = "larger" if site.row.name == "maximum" else "smaller"
        yield Mistake("other branch", b if site.value == a else a, f"That is {other}; the {larger} of the two counts.")
    if site.row.name == "where":
        condition, yes, no = site.inputs
        words = f"You took the other branch: {names[0]} decides."
        yield Mistake("other branch", no if condition else yes, words)
    if site.power is not None:
        yield Mistake("times for power", site.power * a, f"You multiplied by {site.power:g}; it is an exponent.")
        yield Mistake("no power", a, "You left out the exponent.")
        yield Mistake("slope for value", site.slope(0), "You took the derivative; asked is the value.")


def of_local(site: Site, argument: int, written: str) -> Iterator[Mistake]:
    """The ways in which a local derivative goes wrong; `written` is how it is written."""
    slope = site.slope(argument)
    yield Mistake("sign", -slope, "The sign is wrong.")
    yield Mistake("inverted", 1 / slope if slope else math.nan, "That is one over the derivative.")
    yield from _slopes(site, argument, written, 1.0)
    if not site.is_function:
        yield Mistake("value for slope", site.value, f"That is the value of {site.name}; asked is its derivative.")


def of_contribution(site: Site, argument: int, upstream: float, written: str, above: str) -> Iterator[Mistake]:
    """The ways in which a contribution goes wrong; `written` and `above` are local derivative and upstream gradient."""
    slope = site.slope(argument)
    what = f"{written}, the derivative of the function" if site.is_function else f"the local derivative, {written}"
    if slope != -1:
        yield Mistake("no slope", upstream, f"You left out {what}: this is only {above}.")
    yield Mistake("no upstream", slope, f"This is only the local derivative, {written}: multiply it by {above}.")
    yield Mistake("sign", -upstream * slope, "The sign is wrong.")
    if slope:
        yield Mistake("plus times", upstream + slope, "You added; the chain rule multiplies.")
        words = f"You divided by the local derivative, {written}; the chain rule multiplies."
        yield Mistake("divided", upstream / slope, words)
    yield from _slopes(site, argument, written, upstream)
    yield Mistake("value", site.inputs[argument], f"That is the value of {site.names[argument]}.")
    yield Mistake("value", site.value, f"That is the value of {site.name}.")


def _slopes(site: Site, argument: int, written: str, upstream: float) -> Iterator[Mistake]:
    """The ways in which the local derivative in a product goes wrong."""
    slope = site.slope(argument)
    if site.is_function:
        f = f"the value of the function, {site.name},"
        yield Mistake("value for slope", upstream * site.value, f"You used {f} in place of its derivative, {written}.")
        wrong = site.slope(argument, site.inputs[0])
        where = f"You put {site.names[0]} where the derivative has the value of the function."
        yield Mistake("wrong place", upstream * wrong, where)
    if len(site.inputs) == 1:
        for number, words in wrong_slopes(site.row.name, site.value, site.inputs[0], (site.name, site.names[0])):
            yield Mistake("wrong rule", upstream * number, words)
    if site.row.name in ("maximum", "minimum"):
        counts = "larger" if site.row.name == "maximum" else "smaller"
        words = f"You took the other branch: what counts is which of {' and '.join(site.names)} is {counts}."
        yield Mistake("other branch", upstream * (1 - slope), words)
    elif len(site.inputs) == 2 and site.row.name not in ("add", "subtract", "power"):
        this, other = site.names[argument], site.names[1 - argument]
        words = f"You used the derivative with respect to {other}; with respect to {this} it is {written}."
        yield Mistake("other factor", upstream * site.slope(1 - argument), words)
    if site.row.name == "multiply":
        for inputs, words in site.unactivated():
            yield Mistake("before activation", upstream * site.slope(argument, inputs=inputs), words)
    if site.row.name == "where" and argument > 0:
        words = f"You took the other branch: {site.names[0]} decides."
        yield Mistake("other branch", upstream * (1 - slope), words)
    yield from _quotients_and_powers(site, argument, upstream)


def _quotients_and_powers(site: Site, argument: int, upstream: float) -> Iterator[Mistake]:
    """The ways in which the rules of quotients and of powers go wrong."""
    slope, a = site.slope(argument), site.inputs[0]
    if site.row.name == "divide" and argument == 1:
        words = "You left out the square: the derivative of a/b with respect to b is −a/b²."
        yield Mistake("no square", upstream * slope * site.inputs[1], words)
        if a:
            yield Mistake("no numerator", upstream * slope / a, f"You left out the numerator, {site.names[0]}.")
    if site.power and argument == 0:
        factor = f"{site.power:g}".replace("-", "−")
        words = f"You left out the factor {factor} of the rule of powers."
        yield Mistake("no factor", upstream * slope / site.power, words)
        words = "You left the exponent as it is; the rule of powers lowers it by 1."
        yield Mistake("exponent", upstream * site.power * site.value, words)


def of_skipped(site: Site, number: float, written: str, names: tuple[str, str]) -> Iterator[Mistake]:
    """The contribution of whoever forgets the derivative of the function above.

    Args:
        site: the function above.
        number: the contribution with the gradient of the function's value in place of that of its argument.
        written: how the derivative of the function is written.
        names: what the two gradients are called.
    """
    if site.is_function:
        words = f"You left out {written}: you used {names[0]} in place of {names[1]}."
        yield Mistake("no slope above", number, words)


def of_sum(parts: Sequence[float], through: Sequence[str]) -> Iterator[Mistake]:
    """The ways in which a gradient that is the sum of contributions goes wrong."""
    total = sum(parts)
    yield Mistake("sign", -total, "The sign is wrong.")
    if len(parts) < 2:
        return
    if len(set(parts)) == 1:
        words = f"This is only one of the {len(parts)} contributions, which are equal: they are added up."
        yield Mistake("not accumulated", parts[0], words)
        if len(parts) > 2:
            yield Mistake("lost path", total - parts[0], "You lost a path: one of the contributions is missing.")
        yield Mistake("times plus", math.prod(parts), "You multiplied; the contributions are added up.")
        return
    yield Mistake("not accumulated", parts[-1], "This is only the last contribution: the contributions are added up.")
    for part, way in zip(parts, through, strict=True):
        yield Mistake("lost path", total - part, f"You lost a path: the contribution through {way} is missing.")
        yield Mistake("plus minus", total - 2 * part, f"The contribution through {way} has the wrong sign.")
        if len(parts) > 2:
            yield Mistake("one path", part, f"This is only the contribution through {way}.")
    yield Mistake("average", total / len(parts), "You took the average; the contributions are added up.")
    yield Mistake("times plus", math.prod(parts), "You multiplied; the contributions are added up.")


def told_apart(mistakes: Iterator[Mistake] | Sequence[Mistake], answer: float) -> tuple[Mistake, ...]:
    """Keep the mistakes that lead to another number than the right one, each once."""
    kept: dict[tuple[str, float], Mistake] = {}
    for mistake in mistakes:
        away = abs(mistake.number - answer)
        if math.isfinite(mistake.number) and away > 4 * TOLERANCE * max(abs(answer), abs(mistake.number)):
            kept.setdefault((mistake.sentence, mistake.number), mistake)
    return tuple(kept.values())
