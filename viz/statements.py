"""Lines of a program as they are shown: their text, of a long statement all of it on one line, and their file."""

from __future__ import annotations

import ast
import copy
import linecache
import sys
from pathlib import Path

# A longer statement does not fit beside a step: there the one line says more.
_LONGEST = 120
# For each file its lines, as Python keeps them, and the statements in it that are longer than a line.
_known: dict[str, tuple[list[str], dict[int, str]]] = {}


def statement_at(file: str, number: int) -> str:
    """Return the text of a line, or of the whole statement that it is a part of; "" where neither can be had.

    Args:
        file: its name, as in a traceback.
        number: of the line, from 1.
    """
    rows = linecache.getlines(file)
    if not 0 < number <= len(rows):
        return ""
    known = _known.get(file)
    # Python reads a file again that has changed.
    if known is None or known[0] is not rows:
        known = _known[file] = rows, long_statements("".join(rows))
    return known[1].get(number) or rows[number - 1].strip()


def file_name(file: str) -> str:
    """Name a file without its folder, and a cell of IPython or of a notebook by its number.

    >>> file_name("/home/ada/student.py")
    'student.py'
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cell = getattr(getattr(shell, "compile", None), "format_code_name", lambda name: None)(file)
    return cell[1] if cell else Path(file).name


def long_statements(text: str) -> dict[int, str]:
    r"""Write each statement that goes over several lines on one line, for each of its lines; of a loop the head.

    >>> long_statements("y = f(\n  x  # all of it\n)\nfor k in g(\n  y):\n  k")
    {1: 'y = f(x)', 2: 'y = f(x)', 3: 'y = f(x)', 4: 'for k in g(y):', 5: 'for k in g(y):'}
    """
    found: dict[int, str] = {}
    try:
        # What stands in a statement comes after it, and is more exact.
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.stmt) and (last := _last_line(node)) > node.lineno:
                written = _written(node)
                if len(written) <= _LONGEST:
                    found |= dict.fromkeys(range(node.lineno, last + 1), written)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # It ran, so it is a file that changed since, or a cell with words that only IPython knows.
        return {}
    return found


def _last_line(node: ast.stmt) -> int:
    """The last line of a statement, or of its head if it has a body."""
    body = getattr(node, "body", None)
    if isinstance(node, ast.Match):
        return node.lineno
    return body[0].lineno - 1 if body else node.end_lineno or node.lineno


def _written(node: ast.stmt) -> str:
    """Write a statement, or its head, on one line."""
    if hasattr(node, "body"):
        node = copy.copy(node)
        for name, value in (("body", [ast.Pass()]), ("orelse", []), ("decorator_list", [])):
            setattr(node, name, value)
    return ast.unparse(node).splitlines()[0]
