"""What is noticed while a program runs: the Value it went back from last, and the lines that numpy warns of."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from microgradphys.frames import is_our_file, user_frame
from microgradphys.value import Value


@dataclass
class Noticed:
    """The Value whose backward() was called last, and the variables of the function that called it."""

    loss: Value | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def noticing(noticed: Noticed) -> Iterator[None]:
    """Notice each call of backward(), so that the loss of a program whose work is done in functions is known.

    >>> def main():
    ...     w = Value(2.0)
    ...     (w * w).backward()
    >>> with noticing(noticed := Noticed()):
    ...     main()
    >>> noticed.loss, list(noticed.variables)
    (Value(data=4.0, grad=1.0), ['w'])
    """
    plain = Value.backward

    def backward(value: Value, *arguments: Any, **options: Any) -> None:
        plain(value, *arguments, **options)
        noticed.loss, noticed.variables = value, dict(user_frame().f_locals)

    setattr(Value, "backward", backward)  # noqa: B010  (a method is put back below)
    try:
        yield
    finally:
        setattr(Value, "backward", plain)  # noqa: B010


@contextlib.contextmanager
def warning_of_its_lines() -> Iterator[None]:
    """Let numpy's warnings name the line of the program that asked for the operation, not that of ours which did it."""
    told: set[tuple[str, str, int]] = set()
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if is_our_file(filename):
                # Below stand this function and the one of Python that calls it.
                frame = user_frame(3)
                filename, lineno = frame.f_code.co_filename, frame.f_lineno
                if (said := (str(message), filename, lineno)) in told:
                    return
                told.add(said)
            shown(message, category, filename, lineno, file, line)

        # Python tells a warning once for each line of ours, which is too seldom; what a user asks of -W comes first.
        warnings.filterwarnings("always", category=RuntimeWarning, module=r"(microgradphys|viz|numpy)\b", append=True)
        warnings.showwarning = show
        yield
