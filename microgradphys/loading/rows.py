"""The rows of a CSV file with their line numbers, and what to say when one is not as it should be."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from microgradphys.data import brief
from microgradphys.errors import InputError

# How files begin that are no text in the encoding that was said, and what to do about it.
_OTHERS = {
    b"\xff\xfe": "is written in UTF-16: say encoding='utf-16'",
    b"\xfe\xff": "is written in UTF-16: say encoding='utf-16'",
    b"\x1f\x8b": "is compressed by gzip: unpack it first",
    b"PK\x03\x04": "is a spreadsheet or another archive: save it as CSV first",
}


class Fields(list[str]):
    """The fields of a row, and the line of the file on which it begins, from 1."""

    def __init__(self, fields: list[str], line: int) -> None:
        """Note the line."""
        super().__init__(fields)
        self.line = line


def rows_of(path: Path, delimiter: str, encoding: str) -> Iterator[Fields]:
    """Read the rows of a file one by one; empty lines are none.

    Raises:
        InputError: the file cannot be read, is in another encoding, or has quotes that do not close.
    """
    # A byte order mark, as Excel writes it, is not part of the first name.
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    reader = None
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
            line = 1
            for fields in reader:
                if len(fields) > 1 or (fields and fields[0].strip()):
                    yield Fields(fields, line)
                line = reader.line_num + 1
    except FileNotFoundError:
        raise InputError(f"there is no file {shown(path)}") from None
    except LookupError:
        raise InputError(f"there is no encoding {encoding!r}") from None
    except UnicodeError as error:
        raise InputError(_undecodable(path, encoding, str(error))) from None
    except csv.Error as error:
        line = reader.line_num if reader else 1
        raise InputError(f"{shown(path)}, line {line}: {error}; are all quotes closed?") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(path)} cannot be read: {getattr(error, 'strerror', error)}") from None


def shown(path: Path) -> str:
    r"""Write a path on one line.

    >>> shown(Path("a.csv")), shown(Path("a\nb.csv"))
    ('a.csv', "'a\\nb.csv'")
    """
    text = str(path)
    return text if text.isprintable() else repr(text)


def _undecodable(path: Path, encoding: str, why: str) -> str:
    """Say on which line a file has bytes that its encoding does not know."""
    encoding = encoding.removesuffix("-sig")
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == 1 and (other := next((begin for begin in _OTHERS if line.startswith(begin)), b"")):
                return f"{shown(path)} {_OTHERS[other]}"
            try:
                line.decode(encoding)
            except UnicodeError as error:
                at = getattr(error, "start", 0)
                byte = f"byte {line[at : at + 1].hex()}, the {at + 1}. on its line,"
                return (
                    f"{shown(path)}, line {number}: {byte} is not {encoding}; say which it is, as in encoding='latin-1'"
                )
    return f"{shown(path)} is not written in {encoding}: {why}"


def refuse(path: Path, fields: Fields, column: int, names: list[str], what: str) -> NoReturn:
    """Refuse a field, by file, line and column."""
    place = f"column {column + 1}"
    if column < len(names) and names[column] != place:
        place += f" ({brief(names[column])})"
    raise InputError(f"{shown(path)}, line {fields.line}, {place}: {what}")


def delimiter_hint(fields: Sequence[str]) -> str:
    """Guess that a row of a single field has more of them, with something else in between.

    >>> delimiter_hint(["1;2"]), delimiter_hint(["1", "2"])
    ("; are fields separated by ';'? then say delimiter=';'", '')
    """
    if len(fields) != 1:
        return ""
    other = next((mark for mark in ";\t|" if mark in fields[0]), "")
    return f"; are fields separated by {other!r}? then say delimiter={other!r}" if other else ""


def is_number(text: str) -> bool:
    """Whether a field is a number, as a program would write it.

    >>> is_number(" -1.5e3 "), is_number("1_000"), is_number("1,5"), is_number("")
    (True, False, False, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def why_not(text: str) -> str:
    """Say what is wrong with a field that is no finite number.

    >>> why_not("1,5")
    "'1,5' is not a number; decimals are written with a point"
    """
    if not text.strip():
        return "there is no number"
    if is_number(text):
        return f"{brief(text)} is not finite; finite=False takes such numbers as they are"
    hint = "; decimals are written with a point" if is_number(text.replace(",", ".", 1)) else ""
    return f"{brief(text)} is not a number{hint}"
