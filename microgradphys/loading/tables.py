"""Tables of numbers from CSV files: whole, or row by row."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.loading.columns import Column, opened


@dataclass(frozen=True, eq=False)
class Table:
    """What a file holds; it can be taken apart as `X, y = table`.

    Attributes:
        X: the inputs (rows, inputs).
        y: the targets (rows,), or (rows, targets) if there are several; None if none were asked for.
        names: of the inputs; "column 1" and so on if the file has no names.
        target_names: of the targets.
    """

    X: np.ndarray
    y: np.ndarray | None
    names: tuple[str, ...]
    target_names: tuple[str, ...]

    def __iter__(self) -> Iterator[Any]:
        """Give the inputs, then the targets."""
        return iter((self.X, self.y))

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.X)


def read_csv(
    path: str | PathLike[str],
    targets: Column | Sequence[Column] | None = None,
    *,
    columns: Sequence[Column] | None = None,
    labels: bool = False,
    header: bool | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
    finite: bool = True,
    dtype: Any = np.float64,
) -> Table:
    r"""Read a table of numbers, one sample a line.

    Args:
        path: the file.
        targets: the column of the targets, or several: names, or numbers from 0, negative ones from the end.
        columns: the columns of the inputs; all that are not targets, if not given.
        labels: whether the target is a name of a class and not a number.
        header: whether the first line has the names of the columns; if not given, it has if no number is on it.
        delimiter: what is between two fields.
        encoding: how the file writes letters.
        finite: whether to refuse nan and infinities; otherwise a missing number is nan, too.
        dtype: of the numbers: float64 or float32.

    Raises:
        InputError: a field is not a number, a line has too many or too few of them, the file is empty, missing or
            written otherwise, or has no such column; the message names file, line and column.

    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "falling.csv"
    >>> _ = path.write_text("height,mass,time\n1.0,0.5,0.45\n2.0,0.5,0.64\n")
    >>> X, y = read_csv(path, targets="time")
    >>> X, y
    (array([[1. , 0.5],
           [2. , 0.5]]), array([0.45, 0.64]))
    """
    rows, plan = opened(
        Path(path),
        targets,
        columns=columns,
        labels=labels,
        header=header,
        delimiter=delimiter,
        encoding=encoding,
        finite=finite,
    )
    numbers, classes = array("d"), []
    for fields in rows:
        numbers.extend(plan.numbers(fields))
        if labels:
            classes.append(plan.label(fields))
    inputs = len(plan.inputs)
    width = inputs if labels else inputs + len(plan.targets)
    data = np.frombuffer(numbers, np.float64).reshape(-1, width).astype(dtype)
    y = np.array(classes) if labels else data[:, inputs:].copy() if plan.targets else None
    return Table(
        data[:, :inputs].copy(),
        y[:, 0] if y is not None and plan.single and not labels else y,
        tuple(plan.names[k] for k in plan.inputs),
        tuple(plan.names[k] for k in plan.targets),
    )


def stream_csv(
    path: str | PathLike[str],
    targets: Column | Sequence[Column] | None = None,
    *,
    dtype: Any = np.float64,
    **options: Any,
) -> Iterator[Any]:
    r"""Read a file that is too large for memory row by row, for `batches_of`.

    Args:
        path: the file.
        targets: the column of the targets, or several, as for `read_csv`.
        dtype: of the numbers: float64 or float32.
        options: columns, labels, header, delimiter, encoding and finite, as for `read_csv`.

    Returns:
        (x, y) for each row, or x alone if there are no targets.

    Raises:
        InputError: as `read_csv` does, once that row is reached.

    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "falling.csv"
    >>> _ = path.write_text("height,mass,time\n1.0,0.5,0.45\n2.0,0.5,0.64\n")
    >>> next(stream_csv(path, targets="time"))
    (array([1. , 0.5]), np.float64(0.45))
    """
    rows, plan = opened(Path(path), targets, **options)
    inputs = len(plan.inputs)
    for fields in rows:
        data = np.array(plan.numbers(fields), dtype)
        if not plan.targets:
            yield data
        elif plan.labels:
            yield data, plan.label(fields)
        else:
            yield data[:inputs], data[inputs] if plan.single else data[inputs:]
