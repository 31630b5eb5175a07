"""A program as Python source that can be read aloud: one named line a step.

Short expressions stand in the line that uses them, as a person would write them; larger arrays are computed one line
at a time, into memory that is not needed any more.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from microgradphys.compiled.expressions import Bound, Text, in_math, in_numpy, number
from microgradphys.compiled.memory import SMALL, Memory
from microgradphys.compiled.steps import Program, Step
from microgradphys.compiled.structure import RESERVED
from microgradphys.data import is_value

_LONGEST = 60
_COMMENT_AT = 46


class Listing:
    """The lines of a program.

    Args:
        program: what to write.
        bound: where things go that cannot be written down.
        parameters: names of the function's parameters.
        named: the inputs that are parameters themselves, with those names.
        scalars: write with Python floats and `math` instead of numpy.

    Attributes:
        lines: the source, without the function's head.
    """

    def __init__(
        self, program: Program, bound: Bound, parameters: set[str], named: Mapping[Step, str], scalars: bool = False
    ) -> None:
        """Choose names, decide what stands in a line of its own, and write the lines."""
        self._bound, self._scalars = bound, scalars
        self._program = program
        self._uses = Counter(use for step in program.steps for use in step.uses)
        self._user = {use: step for step in program.steps for use in step.uses}
        self._results = set(program.outputs)
        self._texts: dict[Step, Text] = {}
        self._taken: set[str] = RESERVED | set(bound.things) | parameters
        bound.taken = self._taken
        self._claimed: dict[Step, str] = {}
        self._nameless: set[Step] = set()
        self._counts: Counter[str] = Counter()
        self._written: list[tuple[Step, str]] = []
        for step in program.inputs:
            self._texts[step] = Text(named.get(step) or self._fresh(step.name))
        for step in program.steps:
            if step not in self._texts:
                self._write(step)
        self.lines = self._with_memory()

    def text(self, step: Step, like: Step | None = None) -> Text:
        """How a step is referred to, where a result like `like` is computed from it."""
        if step.literal is None:
            weak = like is not None and like.dtype == np.float32 and like.op != "astype"
            if weak and step.number and not self._scalars:
                return Text(f"float({self._texts[step].code})")
            return self._texts[step]
        if step.number or (like is not None and self._spreads(step, like)):
            return number(step.literal)
        if not step.shape:
            return Text(f"np.{step.dtype}({number(step.literal).code})")
        dtype = "" if step.dtype == np.float64 else f", np.{step.dtype}"
        if step.literal in (0.0, 1.0) and step.dtype != bool:
            return Text(f"np.{'ones' if step.literal else 'zeros'}({step.shape}{dtype})")
        return Text(f"np.full({step.shape}, {number(step.literal).code}{dtype})")

    def is_own(self, step: Step) -> bool:
        """Whether a result is an array of its own, that neither the caller has nor another result."""
        return (
            step.row is not None
            and self._memory.owners(step) == {step}
            and self._program.outputs.count(step) == 1
            and not any(step in self._memory.owners(other) for other in self._results if other is not step)
        )

    def _spreads(self, step: Step, like: Step) -> bool:
        """Whether a number may stand for an array of it: the other operands have shape and dtype of the result."""
        others = [operand for operand in like.operands if operand.literal is None]
        if like.row is None or not (like.row.partials or like.op.startswith(("logical", "equal", "less", "greater"))):
            return False
        shapes = [operand.shape for operand in others]
        dtyped = any(operand.dtype in (like.dtype, step.dtype) and not operand.number for operand in others)
        return bool(others) and np.broadcast_shapes(*shapes) == like.shape and dtyped

    def _write(self, step: Step) -> None:
        """Write one step: as part of the line that uses it, or as a line."""
        if step.literal is not None:
            return
        if step.row is None:
            self._texts[step] = self._given(step)
            return
        code = self._code(step)
        if self._fits_in(step, code):
            self._texts[step] = code
        else:
            self._texts[step] = Text(self._name(step))
            self._written.append((step, code.code))

    def _given(self, step: Step) -> Text:
        """Refer to an array or a Value from outside; its data is read when the program runs."""
        data, name = step.bound, self._bound.add(step.bound, self._fresh(step.name))
        if is_value(data):
            return Text(f"np.float64({name}.held)" if step.number and not self._scalars else f"{name}.held")
        return Text(name if data.dtype == step.dtype else f"{name}.astype(np.{step.dtype})")

    def _code(self, step: Step) -> Text:
        """Write what computes a step."""
        operands = [self.text(operand, step) for operand in step.operands]
        if self._scalars:
            return in_math(step, operands)
        return in_numpy(step, operands, self._static, self._bound)

    def _static(self, value: Any) -> str:
        """Write an option or an index."""
        if isinstance(value, Step):
            return self.text(value).code
        if isinstance(value, tuple):
            inner = ", ".join(map(self._static, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        if isinstance(value, list):
            return f"[{', '.join(map(self._static, value))}]"
        if isinstance(value, slice):
            return f"slice({self._static(value.start)}, {self._static(value.stop)}, {self._static(value.step)})"
        if value is Ellipsis:
            return "..."
        if value is None or isinstance(value, (bool, int, str)):
            return repr(value)
        if isinstance(value, float):
            return number(value).code
        return self._bound.name(value, "index" if isinstance(value, np.ndarray) else "option")

    def _fits_in(self, step: Step, code: Text) -> bool:
        """Whether a step needs no line of its own: one short use, no name, and little memory or none."""
        moved = step.op in ("transpose", "swapaxes", "reshape") and step.operands[0] in self._texts
        return (
            not step.name
            and self._uses[step] == 1
            and step not in self._results
            and (step.nbytes < SMALL or moved)
            and len(code.code) <= _LONGEST
        )

    def _name(self, step: Step) -> str:
        """Name a line: as the program does, or as what it is a part of."""
        if step in self._claimed:
            return self._claimed.pop(step)
        last, seen = step, [step]
        while (
            last not in self._nameless
            and not last.name
            and self._uses[last] == 1
            and last not in self._results
            and last in self._user
        ):
            last = self._user[last]
            if last in self._claimed:
                break
            seen.append(last)
        if not last.name or last in self._claimed:
            self._nameless.update(seen)
            return self._fresh("v1")
        name = self._fresh(last.name)
        for part in seen[1:]:
            self._claimed[part] = name
        return name

    def _fresh(self, wanted: str) -> str:
        """Make an identifier of a name, one that nothing else has."""
        # Python takes letters that look alike for one another in the same way: two names must stay two.
        wanted = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", wanted)).strip("_")[:40]
        wanted = wanted if wanted.isidentifier() and wanted.isprintable() else "v1"
        stem = "v" if wanted == "v1" else f"{wanted}_"
        name = wanted
        while name in self._taken or name in self._bound.things:
            self._counts[stem] += 1
            name = f"{stem}{self._counts[stem] + 1}"
        self._taken.add(name)
        return name

    def _with_memory(self) -> list[str]:
        """Write the lines, those of larger arrays into memory that is free."""
        self._lined = {step for step, _ in self._written}
        looks = [(step, self._looked_at(step)) for step, _ in self._written]
        memory = self._memory = Memory(looks, self._program.outputs)
        lines = []
        for k, (step, code) in enumerate(self._written):
            name = self._texts[step].code
            if self._scalars:
                lines.append(f"{name} = {code}")
                continue
            out = memory.out(k, step, name)
            line = f"{name} = {code}" if out is None else self._into(step, name, out)
            lines.append(f"{line:{_COMMENT_AT}}  # {step.shape}" if step.shape else line)
        return lines

    def _into(self, step: Step, name: str, out: str) -> str:
        """Write a step whose result goes into an array that is there."""
        operands = [self.text(operand, step) for operand in step.operands]
        signs = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}
        if step.op in signs and name == out:
            first, other = operands if operands[0].code == name or step.op in ("subtract", "divide") else operands[::-1]
            if first.code == name:
                return f"{name} {signs[step.op]} {other.code}"
        arguments = [operand.code for operand in operands]
        arguments += [f"{key}={self._static(value)}" for key, value in step.static.items()]
        return f"{'' if name == out else f'{name} = '}np.{step.op}({', '.join(arguments)}, out={out})"

    def _looked_at(self, step: Step) -> list[Step]:
        """List the steps with a line of their own, or given, that one line looks at."""
        found, stack = [], list(step.uses)
        while stack:
            use = stack.pop()
            if use in self._lined or use.row is None:
                found.append(use)
            else:
                stack += use.uses
        return found
