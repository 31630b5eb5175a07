"""The columns of a CSV file: how they are called, which are inputs and targets, and their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from microgradphys.errors import InputError
from microgradphys.loading.rows import Fields, delimiter_hint, is_number, refuse, rows_of, shown, why_not
from microgradphys.named import nearest

Column = str | int


@dataclass(frozen=True)
class Plan:
    """Which fields of a row are taken as what.

    inputs, targets: the places of fields. single: whether one target was asked for, and not a list of them. labels:
    whether it is a name. finite: whether nan and infinities are refused.
    """

    path: Path
    names: list[str]
    inputs: list[int]
    targets: list[int]
    single: bool
    labels: bool
    finite: bool

    def numbers(self, fields: Fields) -> list[float]:
        """Take the numbers of a row: inputs, then targets.

        >>> plan = Plan(Path("a.csv"), ["x", "kind", "y"], [0, 2], [1], True, True, True)
        >>> plan.numbers(Fields(["1", "a", "2"], 4)), plan.label(Fields(["1", "a", "2"], 4))
        ([1.0, 2.0], 'a')
        """
        if len(fields) != len(self.names):
            self._refuse_length(fields)
        places = self.inputs if self.labels else self.inputs + self.targets
        texts = [fields[k] for k in places]
        try:
            numbers = list(map(float, texts))
        except ValueError:
            numbers = [math.nan]
        if "_" in "".join(texts) or not math.isfinite(sum(numbers)):
            numbers = [self._number(fields, k) for k in places]
        return numbers

    def label(self, fields: Fields) -> str:
        """Take the label of a row."""
        label = fields[self.targets[0]].strip()
        if not label:
            refuse(self.path, fields, self.targets[0], self.names, "there is no label")
        return label

    def _number(self, fields: Fields, column: int) -> float:
        """Take one number, with a close look."""
        text = fields[column]
        if not self.finite and not text.strip():
            return math.nan
        if not is_number(text) or (self.finite and not math.isfinite(float(text))):
            hint = (
                "; labels=True takes the names of classes"
                if column in self.targets and text.strip() and not is_number(text)
                else ""
            )
            refuse(self.path, fields, column, self.names, why_not(text) + (delimiter_hint(fields) or hint))
        return float(text)

    def _refuse_length(self, fields: Fields) -> None:
        """Say which field is missing, or is too much."""
        wanted, found = len(self.names), len(fields)
        count = f"the line has {found} {'field' if found == 1 else 'fields'}, and those before have {wanted}"
        what = "there is no such field" if found < wanted else "there is one field too many"
        refuse(self.path, fields, min(found, wanted), self.names, f"{what}: {count}{delimiter_hint(fields)}")


def opened(
    path: Path,
    targets: Column | Sequence[Column] | None = None,
    *,
    columns: Sequence[Column] | None = None,
    labels: bool = False,
    header: bool | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
    finite: bool = True,
) -> tuple[Iterator[Fields], Plan]:
    """Look at the first row, and plan what to take of all; the arguments are those of `read_csv`.

    Returns:
        The rows below the names, and the plan.

    Raises:
        InputError: there are no rows, or not those columns.
    """
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"':
        raise InputError(f"delimiter={delimiter!r} is not a single character between fields")
    rows = rows_of(path, delimiter, encoding)
    names, rows = _named(path, rows, header)
    single = isinstance(targets, (str, int, np.integer))
    wanted = [] if targets is None else [targets] if isinstance(targets, (str, int, np.integer)) else list(targets)
    chosen = [_place(path, names, column) for column in wanted]
    if labels and len(chosen) != 1:
        raise InputError(f"labels=True needs targets= to be the one column with the labels, not {targets!r}")
    inputs = [k for k in range(len(names)) if k not in chosen]
    if columns is not None:
        inputs = [_place(path, names, column) for column in columns]
    if not inputs:
        raise InputError(f"{shown(path)} has no column left for the inputs{delimiter_hint(names)}")
    return rows, Plan(path, names, inputs, chosen, single, labels, finite)


def _named(path: Path, rows: Iterator[Fields], header: bool | None) -> tuple[list[str], Iterator[Fields]]:
    """Take the names of the columns off the rows, or number them."""
    first = next(rows, None)
    if first is None:
        raise InputError(f"{shown(path)} is empty")
    if header is None:
        header = not any(map(is_number, first))
    if not header:
        return [f"column {k + 1}" for k in range(len(first))], chain([first], rows)
    second = next(rows, None)
    if second is None:
        raise InputError(f"{shown(path)} has a line of names and no rows below it")
    return [field.strip() for field in first], chain([second], rows)


def _place(path: Path, names: list[str], column: Column) -> int:
    """Find a column by its name or its number."""
    if not isinstance(column, str):
        if -len(names) <= column < len(names):
            return int(column) % len(names)
        raise InputError(f"{shown(path)} has {len(names)} columns, 0 to {len(names) - 1}, and no column {column}")
    if names.count(column) > 1:
        raise InputError(
            f"{shown(path)} has {names.count(column)} columns {column!r}: say which one by its number, from 0"
        )
    if column not in names:
        raise InputError(f"{shown(path)} has no column {column!r}; {nearest(column, names)}{delimiter_hint(names)}")
    return names.index(column)
