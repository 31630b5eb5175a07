"""The starter file of an exercise: the exercise itself, without its answers and without what checks them.

Kept are the docstring, the functions and constants whose names do not begin with `_`, and those imports that they use.
Of a task, a line that ends in `# blank` or `# blank: what to think of` keeps its left side, and three dots stand for
what comes after.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from microgradphys.errors import InputError

_BLANK = re.compile(r"#\s*blank\b:?\s*")
_HEADING = "# Exercise: "


def named_in(text: str) -> str | None:
    r"""Return the exercise that the first line of a starter file names, None if it names none.

    >>> named_in("# Exercise: worked_example\n…"), named_in("import numpy")
    ('worked_example', None)
    """
    found = re.match(rf"\ufeff?{_HEADING.strip()}\s*([A-Za-z]\w{{0,79}})\s*$", text.partition("\n")[0].rstrip("\r"))
    return found[1] if found else None


def starter(name: str, source: str, tasks: frozenset[str], *, blanks: bool = True) -> str:
    """Write the starter file.

    Args:
        name: of the exercise.
        source: its file.
        tasks: the names of the functions that are asked for.
        blanks: whether to leave out the answers.

    Raises:
        InputError: a task has no blank.
    """
    tree = ast.parse(source)
    body = [node for node in tree.body if not _is_hidden(node)]
    kept = [node for node in body if isinstance(node, (ast.FunctionDef, ast.Assign, ast.AnnAssign))]
    texts = [_written(node, source, tasks if blanks else frozenset()) for node in kept]
    used = {name for text in texts for name in re.findall(r"\w+", text)}
    imports = [ast.unparse(node) for node in body if _is_needed(node, used)]
    head = (
        f"{_HEADING}{name}\n"
        "# Write code where three dots stand. How far you are says the command: microgradphys check FILE.py\n"
    )
    if ast.get_docstring(tree):
        head += "\n".join(source.splitlines()[tree.body[0].lineno - 1 : tree.body[0].end_lineno]) + "\n"
    parts = ["\n".join(imports)] if imports else []
    for node, text in zip(kept, texts, strict=True):
        gap = "\n\n" if isinstance(node, ast.FunctionDef) else "\n"
        parts.append(f"{gap}{text}" if parts else text)
    return f"{head}\n" + "\n".join(parts) + "\n"


def _is_hidden(node: ast.stmt) -> bool:
    """Whether something belongs to the check and not to the exercise."""
    match node:
        case ast.ImportFrom(module=module):
            return module == "__future__" or (module or "").partition(".")[0] == "lessons"
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return name.startswith("_")
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name.startswith("_")
    return False


def _is_needed(node: ast.stmt, used: set[str]) -> bool:
    """Whether this is an import, and one of the names that it brings is needed."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return False
    return any((alias.asname or alias.name).partition(".")[0] in used for alias in node.names)


def _written(node: ast.stmt, source: str, tasks: frozenset[str]) -> str:
    """Write one function, without types and, if it is a task, without what is asked; or write a constant."""
    lines = source.splitlines()
    if not isinstance(node, ast.FunctionDef):
        return "\n".join(lines[node.lineno - 1 : node.end_lineno])
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        argument.annotation = None
    head = f"def {node.name}({ast.unparse(node.args)}):"
    text = "\n".join([head, *lines[node.body[0].lineno - 1 : node.end_lineno]])
    if node.name not in tasks:
        return text
    if (blanked := _blanked(text)) == text:
        raise InputError(f"the task {node.name!r} has no line that ends in '# blank'")
    return blanked


def _blanked(text: str) -> str:
    """Put three dots where a function has the answer."""
    marks = {
        token.start[0]: _BLANK.sub("", token.string, count=1)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and _BLANK.match(token.string)
    }
    lines = [line.encode() for line in text.split("\n")]
    # From the end, so that the places of what comes before stay right.
    for value in sorted(_values(ast.parse(text), marks), key=lambda value: -value.lineno):
        first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
        words = marks[last + 1]
        left = lines[first][: value.col_offset].decode()
        lines[first : last + 1] = [f"{left}...{f'  # {words}' if words else ''}".encode()]
    return b"\n".join(lines).decode()


def _values(tree: ast.AST, marks: dict[int, str]) -> Iterator[ast.expr]:
    """Find what is assigned or returned in the statements that end on a marked line."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)) and node.end_lineno in marks:
            yield from [node.value] if node.value else []
