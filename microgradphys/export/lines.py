"""A program as the lines of a Python function, in the words of another library: one named line a step.

The words of a library are a table, a row for each row of the table of primitives: a text in which `{0}`, `{1}` are the
arguments and `{axis}` an option, or a function that writes the text.
"""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from microgradphys.compiled.expressions import INFIX, Text, infix
from microgradphys.compiled.steps import Program, Step
from microgradphys.compiled.structure import Signature
from microgradphys.errors import UnsupportedError
from microgradphys.export.sizes import Size

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Words:
    """How a library says things.

    library: its name, for errors. rows: what it calls the rows of the table. module: what its source calls it. full: an
    array of one number, `{shape}`, `{number}` and `{dtype}`; one: the same of no axes. cast: another dtype. narrow:
    whether there is no float64.
    """

    library: str
    rows: Mapping[str, str | Callable[..., str]]
    module: str
    full: str
    one: str
    cast: str
    narrow: bool = False


class Lines:
    """The lines of a program.

    Args:
        program: what to write.
        words: in which words.
        given: how the steps that are given are written, the inputs among them.
        constant: what to call an array that cannot be written down.
        taken: names that have another meaning.

    Attributes:
        lines: the source, without the function's head.
    """

    def __init__(
        self, program: Program, words: Words, given: Mapping[Step, str], constant: Callable[[Any], str], taken: set[str]
    ) -> None:
        """Write the lines."""
        self.lines: list[str] = []
        self._words, self._constant, self._taken = words, constant, taken
        self._uses = Counter(use for step in program.steps for use in step.uses)
        self._user = {use: step for step in program.steps for use in step.uses}
        self._results = set(program.outputs)
        self._texts = {step: Text(text) for step, text in given.items()}
        for step in program.steps:
            if step not in self._texts:
                self._write(step)

    def text(self, step: Step) -> str:
        """How a result is referred to."""
        return self._operand(step, None).code

    def dtype(self, dtype: Any) -> str:
        """Write a dtype."""
        narrow = self._words.narrow and dtype == np.float64
        return f"{self._words.module}.{'float32' if narrow else np.dtype(dtype).name}"

    def option(self, value: Any) -> str:
        """Write an option, or an index."""
        if isinstance(value, Step):
            return self.text(value)
        if isinstance(value, (tuple, list)):
            inner = ", ".join(map(self.option, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        if isinstance(value, slice):
            ends = (value.start, value.stop) if value.step is None else (value.start, value.stop, value.step)
            return f"slice({', '.join(map(self.option, ends))})"
        if isinstance(value, (Size, int, np.integer, bool, str, type(None))):
            return str(value) if isinstance(value, (Size, np.integer)) else repr(value)
        if isinstance(value, float):
            return self._number(value).code
        return "..." if value is Ellipsis else self._constant(value)

    def index(self, index: Any) -> str:
        """Write what stands between brackets."""
        return self._part(index) if not isinstance(index, tuple) else ", ".join(map(self._part, index)) or "()"

    def index_object(self, index: Any) -> str:
        """Write an index as a thing of its own."""
        parts = index if isinstance(index, tuple) else (index,)
        return self.option(tuple(np.asarray(part) if isinstance(part, list) else part for part in parts))

    def _part(self, part: Any) -> str:
        """Write one part of an index: what numpy reads as positions is an array."""
        if isinstance(part, slice):
            ends = ["" if end is None else self.option(end) for end in (part.start, part.stop)]
            return ":".join(ends if part.step is None else [*ends, self.option(part.step)])
        return self._constant(np.asarray(part)) if isinstance(part, (list, np.ndarray)) else self.option(part)

    def _write(self, step: Step) -> None:
        """Write one step: as part of the line that uses it, or as a line."""
        code = self._code(step)
        short = len(code.code) <= _LONGEST and self._uses[step] == 1 and self._infix(step)
        if short and not step.name and step not in self._results and self._infix(self._user[step]):
            self._texts[step] = code
            return
        # What a module returns at once has the name of the method that returns it.
        name = fresh("y" if step.name == "forward" else step.name or "v1", self._taken)
        self._texts[step] = Text(name)
        self.lines.append(f"{name} = {code.code}")

    def _code(self, step: Step) -> Text:
        """Write what computes a step."""
        word = self._words.rows.get(step.op)
        if self._infix(step):
            return infix(step.op, [self._operand(operand, step) for operand in step.operands])
        if word is None:
            raise no_word(step, self._words.library)
        operands = [self._operand(operand, step).within(10) for operand in step.operands]
        if callable(word):
            return Text(word(self, step, *operands))
        options = {key: self.option(value) for key, value in ({"axis": None, "keepdims": False} | step.static).items()}
        options |= {"shape": self.option(step.shape)}
        return Text(word.format(*operands, **options))

    def _infix(self, step: Step) -> bool:
        """Whether a row is written as an operator between its operands."""
        return step.op in INFIX and step.op not in self._words.rows

    def _takes_numbers(self, step: Step) -> bool:
        """Whether a row takes plain numbers beside arrays in every library; others get arrays of one number."""
        if step.op == "where":
            return any(operand.literal is None for operand in step.operands[1:])
        return self._infix(step) or step.op in ("power", "negative")

    def _operand(self, step: Step, user: Step | None) -> Text:
        """Write an operand; of another dtype than the result, if it has to be turned into that first."""
        if step.literal is not None:
            return self._literal(step, user)
        text = self._texts[step]
        if user is None or user.dtype.kind != "f" or step.dtype == user.dtype or user.op == "astype":
            return text
        if user.op in ("getitem", "where") and step is user.operands[0]:
            return text
        return Text(self._words.cast.format(text.within(10), dtype=self.dtype(user.dtype)))

    def _literal(self, step: Step, user: Step | None) -> Text:
        """Write a known number, or an array of it."""
        number = self._number(step.literal)
        if not step.shape and user is not None and self._takes_numbers(user):
            return number
        like = user.dtype if user is not None and user.dtype.kind == "f" and step.dtype.kind == "f" else step.dtype
        form = self._words.full if step.shape else self._words.one
        return Text(form.format(shape=self.option(step.shape), number=number.code, dtype=self.dtype(like)))

    def _number(self, value: Any) -> Text:
        """Write a number."""
        if isinstance(value, Size):
            return Text(str(value), 6)
        if isinstance(value, float) and not math.isfinite(value):
            code = f"{self._words.module}.{'nan' if math.isnan(value) else 'inf'}"
            return Text(code if value != -math.inf else f"-{code}", 8 if value == -math.inf else 10)
        return Text(repr(value), 8 if repr(value)[0] == "-" else 10)


def no_word(step: Step, library: str) -> UnsupportedError:
    """Say that a row has no counterpart."""
    return UnsupportedError(
        f"the row {step.op!r} of the table of primitives cannot be exported: {library} has nothing for it"
    )


def arguments_of(signature: Signature, taken: set[str]) -> tuple[list[str], list[str]]:
    """Name the arguments of a function as it does itself, where that means nothing else.

    Returns:
        The names, and where each number or array stands: "x", or "parameters['W']".
    """
    names = {name: fresh(name, taken) for name in signature.parameters}
    owners = [next(name for name in names if re.match(rf"{name}(?!\w)", leaf.place)) for leaf in signature.leaves]
    places = [f"{names[name]}{leaf.place[len(name) :]}" for name, leaf in zip(owners, signature.leaves, strict=True)]
    return list(names.values()), places


def fresh(wanted: str, taken: set[str]) -> str:
    """Make an identifier that is not taken, and take it: W_2 of "W^(2)".

    >>> fresh("W^(2)", set()), fresh("x", {"x"}), fresh("λ'", set())
    ('W_2', 'x_2', 'λ')
    """
    plain = unicodedata.normalize("NFKC", wanted)[:40]
    plain = re.sub(r"\W+", "_", plain).strip("_")
    if not plain.isidentifier() or keyword.iskeyword(plain):
        plain = f"v_{plain}" if f"v_{plain}".isidentifier() else "v"
    stem, digits = re.fullmatch(r"(.*?)(\d*)", plain).groups()  # type: ignore[union-attr]
    count = int(digits or 1)
    name = plain
    while name in taken:
        count += 1
        name = f"{stem}{count}" if digits else f"{stem}_{count}"
    taken.add(name)
    return name
