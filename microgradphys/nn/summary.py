"""`Summary`: the table of a network's layers, with what they return and how many parameters they learn."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

# With less room than this a table has no column for the types of layers.
_NARROW = 60
_LONGEST_NAME = 32


@dataclass(frozen=True)
class Row:
    """A layer: where it is in the network, its type, the shape of its output for one sample, its own parameters.

    shape: None where nobody has seen it compute. depth: in how many other modules it is. whole: whether there are no
    modules in it.
    """

    name: str
    kind: str
    shape: tuple[int, ...] | None
    parameters: int
    depth: int = 0
    whole: bool = True


@dataclass(frozen=True)
class Summary:
    """A network as a table; printing shows it as wide as the terminal is.

    Attributes:
        rows: the layers, those inside of another one after it.
        total: the number of parameters; what layers share is counted once.
        buffers: the number of numbers that are kept without being learnt.

    >>> summary = Summary((Row("dense_1", "Dense", (16,), 48), Row("dense_2", "Dense", (1,), 17)), 65)
    >>> print(summary.text(width=60))
    name     type   output  parameters
    ----------------------------------
    dense_1  Dense  (16,)           48
    dense_2  Dense  (1,)            17
    ----------------------------------
    total                           65
    """

    rows: tuple[Row, ...]
    total: int
    buffers: int = 0

    def text(self, width: int | None = None) -> str:
        """Write the table.

        Args:
            width: how many columns there are; those of the terminal if it is not given.
        """
        width = shutil.get_terminal_size().columns if width is None else width
        head = ["name", "type", "output", "parameters"]
        body = [[_name(row), row.kind, _shape(row), _count(row)] for row in self.rows]
        ends = [["total", "", "", str(self.total)]]
        if self.buffers:
            ends.append(["not learnt", "", "", str(self.buffers)])
        if width < _NARROW:
            head, body, ends = ([cells[:1] + cells[2:] for cells in part] for part in ([head], body, ends))
            return _table(head[0], body, ends, width)
        return _table(head, body, ends, width)

    def __str__(self) -> str:
        """Write the table."""
        return self.text()

    def __repr__(self) -> str:
        """Say how much there is; the table has been printed."""
        return f"<Summary: {len(self.rows)} layers, {self.total} parameters>"


def summarised(modules: Mapping[str, Any], outputs: Mapping[str, Any], buffers: Mapping[str, Any]) -> Summary:
    """Make the table of modules.

    Args:
        modules: the network under the name "", and the modules in it by how names in them begin: "encoder.dense_1.".
        outputs: what those returned for one sample that have been seen to compute, by the same names.
        buffers: what the network keeps without learning it.
    """
    seen: set[int] = set()
    rows, total = [], 0
    for path, module in modules.items():
        own = {id(value): value.size for value in module.own_parameters().values()}
        count = sum(size for key, size in own.items() if key not in seen)
        seen |= own.keys()
        total += count
        whole = not module.children()
        if path or count or whole:
            outer = _outer(path, modules)
            name = path[len(outer[-1]) if outer else 0 : -1] or module.name or type(module).__name__.lower()
            rows.append(Row(name, type(module).__name__, _sample(outputs.get(path)), count, len(outer), whole))
    return Summary(tuple(rows), total, sum(np.size(kept) for kept in buffers.values() if kept is not None))


def _outer(path: str, modules: Mapping[str, Any]) -> list[str]:
    """List the modules that one is in, but for the network itself, from the outermost."""
    ends = [k + 1 for k, letter in enumerate(path[:-1]) if letter == "."]
    return [path[:end] for end in ends if path[:end] in modules]


def _sample(output: Any) -> tuple[int, ...] | None:
    """Return the shape of one sample of an output, or of the whole output if it is not one sample long."""
    if output is None or isinstance(output, (tuple, list, dict)):
        return None
    shape = np.shape(output)
    return shape[1:] if shape[:1] == (1,) else shape


def _name(row: Row) -> str:
    """Write a name that anybody may have chosen on one line, further in the deeper it is."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in row.name)
    return "  " * row.depth + line


def _shape(row: Row) -> str:
    """Write a shape; a number has none."""
    return "" if row.shape is None else str(row.shape)


def _count(row: Row) -> str:
    """Write the number of parameters; a module that only holds others has none to write."""
    return str(row.parameters) if row.parameters or row.whole else ""


def _table(head: list[str], body: list[list[str]], ends: list[list[str]], width: int) -> str:
    """Lay columns out, the last one to the right; names give way if there is no room."""
    wide = [max(map(_width, column)) for column in zip(head, *body, *ends, strict=True)]
    rest = sum(wide[1:]) + 2 * len(wide[1:])
    wide[0] = min(wide[0], max(width - rest, 4), _LONGEST_NAME)
    rule = "-" * (wide[0] + rest)

    def line(cells: list[str]) -> str:
        first = _padded(_cut(cells[0], wide[0]), wide[0])
        middle = [_padded(cell, n) for cell, n in zip(cells[1:-1], wide[1:-1], strict=True)]
        return "  ".join([first, *middle, cells[-1].rjust(wide[-1])]).rstrip()

    return "\n".join([line(head), rule, *map(line, body), rule, *map(line, ends)])


def _width(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    """Fill up with spaces."""
    return text + " " * (width - _width(text))


def _cut(text: str, width: int) -> str:
    """Shorten a text that is too wide, and show that it was."""
    if _width(text) <= width:
        return text
    while _width(text) > max(width - 3, 0):
        text = text[:-1]
    return f"{text}..."
