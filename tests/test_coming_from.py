"""docs/coming-from.md: both sides of every row are programs, and give what the row says."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "coming-from.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Row:
    """One row of a table: a program on either side with the set-up of its table, and what each of them gives."""

    library: str
    setups: tuple[str, str]
    programs: tuple[str, str]
    results: tuple[str, str]


def rows(page: str) -> Iterator[Row]:
    """Read the rows of a page; the first of each table is the set-up of the others."""
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        lines = [[re.findall(r"`(.+?)`", cell) for cell in line.split("|")[1:-1]] for line in table.splitlines()]
        header, _, setup, *others = lines
        before = ("\n".join(setup[0]), "\n".join(setup[1]))
        for theirs, ours, results, _ in others:
            yield Row(header[0][0], before, ("\n".join(theirs), "\n".join(ours)), (results[0], results[-1]))


def run(setup: str, program: str) -> Any:
    """Run a program after its set-up; return what its last line is, if that is an expression."""
    variables: dict[str, Any] = {}
    exec(setup, variables)
    *body, last = ast.parse(program).body
    if not isinstance(last, ast.Expr):
        body, last = [*body, last], None
    exec(compile(ast.Module(body, []), "a row of the page", "exec"), variables)
    return eval(ast.unparse(last), variables) if last else None


def plain(thing: Any) -> Any:
    """Turn Values, tensors and arrays, nested as they may be, into numbers in lists and dictionaries."""
    if isinstance(thing, dict):
        return {key: plain(part) for key, part in thing.items()}
    if isinstance(thing, (tuple, list)):
        return [plain(part) for part in thing]
    if type(thing).__name__ == "Value":
        return plain(thing.data)
    if hasattr(thing, "detach"):
        return thing.detach().tolist()
    return thing.tolist() if hasattr(thing, "tolist") and not isinstance(thing, type) else thing


def assert_same(found: Any, expected: Any, digits: int) -> None:
    """Compare nested numbers to so many digits, and anything else exactly."""
    if isinstance(expected, dict):
        assert set(found) == set(expected)
        found, expected = [found[key] for key in expected], list(expected.values())
    if isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, digits)
    elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
        assert found == pytest.approx(expected, rel=10**-digits)
    else:
        assert found == expected


def check(row: Row, side: int, digits: int) -> None:
    """Run one side of a row and compare with what the row says, be it numbers or an exception."""
    setup, program, result = row.setups[side], row.programs[side], row.results[side]
    expected = run(setup, result)
    if isinstance(expected, type) and issubclass(expected, Exception):
        with pytest.raises(expected):
            run(setup, program)
    else:
        assert_same(plain(run(setup, program)), plain(expected), digits)


ROWS = list(rows(PAGE))
LIBRARIES = ("micrograd", "autograd", "torch", "jax")
names = [f"{row.library}: {row.programs[0].splitlines()[-1]}" for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=names)
def test_our_side_gives_what_the_page_says(row: Row) -> None:
    """To the digits that are printed."""
    check(row, 1, digits=8)


# What torch.func imports warns of itself.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
@pytest.mark.parametrize("row", ROWS, ids=names)
def test_their_side_gives_what_the_page_says(row: Row) -> None:
    """In the library's own precision, which is float32 in two of the four."""
    pytest.importorskip(row.library)
    check(row, 0, digits=5)


def test_every_library_has_its_table() -> None:
    """And no row is lost in reading."""
    assert tuple(dict.fromkeys(row.library for row in ROWS)) == LIBRARIES
    assert len(ROWS) == sum(line.startswith("| `") for line in PAGE.splitlines()) - 2 * len(LIBRARIES)


@pytest.mark.parametrize(
    ("true", "false"), [("`12.0` | |", "`12.5` | |"), ("`None` | as", "`0` | as"), ("`(9.0, 12.0)`", "`(9.0, 12.1)`")]
)
def test_a_row_that_is_wrong_is_found(true: str, false: str) -> None:
    """On our side; the results are read from the page."""
    assert true in PAGE
    wrong = [new for old, new in zip(ROWS, rows(PAGE.replace(true, false)), strict=True) if old != new]
    assert wrong
    for row in wrong:
        with pytest.raises(AssertionError):
            check(row, 1, digits=8)


def test_an_error_that_does_not_come_is_found() -> None:
    """A row may promise an exception; without one it is wrong."""
    row = Row("micrograd", ("", ""), ("1 / 1", "1 / 1"), ("ZeroDivisionError", "ZeroDivisionError"))
    with pytest.raises(pytest.fail.Exception):
        check(row, 1, digits=8)
