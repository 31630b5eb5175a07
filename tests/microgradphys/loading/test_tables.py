"""CSV files: what is read, and by which line and column a file that is not as it should be is refused."""

import csv
import gzip
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from microgradphys import seed
from microgradphys.errors import InputError
from microgradphys.loading import batches_of, read_csv, stream_csv

IRIS = "length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def test_targets_are_a_column_or_several_by_name_or_number(write: Any) -> None:
    path = write("a,b,c\n1,2,3\n4,5,6\n")
    for targets in ("c", 2, -1, np.int64(2)):
        table = read_csv(path, targets)
        assert table.X.tolist() == [[1.0, 2.0], [4.0, 5.0]]
        assert table.y is not None
        assert table.y.tolist() == [3.0, 6.0]
        assert (table.names, table.target_names, len(table)) == (("a", "b"), ("c",), 2)
    X, y = read_csv(path, ["c", "a"])
    assert (X.tolist(), y.tolist()) == ([[2.0], [5.0]], [[3.0, 1.0], [6.0, 4.0]])
    X, y = read_csv(path)
    assert X.shape == (2, 3)
    assert y is None
    X, y = read_csv(path, "c", columns=["b"], dtype=np.float32)
    assert (X.tolist(), X.dtype, y.dtype) == ([[2.0], [5.0]], np.float32, np.float32)


def test_names_of_classes_stay_text(write: Any) -> None:
    X, y = read_csv(write(IRIS), "species", labels=True)
    assert (X.shape, y.tolist()) == ((2, 2), ["setosa", "versicolor"])


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\n1,2\n\n3,4\n   \n\n",
        "a,b\n1,2\n3,4",
        '"a","b"\n"1","2"\n"3", "4"\n',
        " a , b \n 1 , 2 \n3,\t4\n",
        b"\xef\xbb\xbfa,b\n1,2\n3,4\n",
        "a,b\n1e0,+2.\n0.3e1,4E0\n",
    ],
)
def test_files_are_written_in_many_ways(write: Any, content: Any) -> None:
    X, y = read_csv(write(content), "b")
    assert (X.tolist(), y.tolist()) == ([[1.0], [3.0]], [2.0, 4.0])


def test_a_first_line_without_a_number_is_a_line_of_names_unless_somebody_says_otherwise(write: Any) -> None:
    assert len(read_csv(write("1,2\n3,4\n"))) == 2
    assert len(read_csv(write("1,2\n3,4\n"), header=True)) == 1
    assert read_csv(write("1,2\n3,4\n")).names == ("column 1", "column 2")
    with pytest.raises(InputError, match=r"data\.csv, line 1, column 1: 'a' is not a number"):
        read_csv(write("a,b\n3,4\n"), header=False)
    with pytest.raises(InputError, match=r"line 1, column 2: 'x' is not a number"):
        read_csv(write("1,x\n3,4\n"))


def test_other_encodings_and_delimiters(write: Any) -> None:
    text = "größe;y\n1;2\n"
    for encoding in ("utf-8", "latin-1", "utf-16", "UTF8"):
        assert read_csv(write(text.encode(encoding)), "y", delimiter=";", encoding=encoding).names == ("größe",)


def test_what_is_not_finite_is_taken_where_it_is_asked_for(write: Any) -> None:
    X = read_csv(write("a,b\n1,\nnan,inf\n"), finite=False).X
    np.testing.assert_array_equal(X, [[1.0, math.nan], [math.nan, math.inf]])
    assert read_csv(write("a,b\n1e308,1e308\n")).X.tolist() == [[1e308, 1e308]]


HEAD = "mass,speed,y\n1,2,3\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD + "1,,3\n", r"line 3, column 2 \('speed'\): there is no number"),
        (HEAD + "1,2, \n", r"line 3, column 3 \('y'\): there is no number"),
        (HEAD + "1,fast,3\n", r"line 3, column 2 \('speed'\): 'fast' is not a number"),
        (HEAD + "\n\n1,fast,3\n", r"line 5, column 2"),
        (HEAD + '1,2,3\n1,"fa\nst",3\n', r"line 4, column 2 \('speed'\): 'fa\\nst'"),
        (HEAD + '"1\n",2,3\n1,fast,3\n', r"line 5, column 2"),
        (HEAD + "1,2\n", r"line 3, column 3 \('y'\): there is no such field: the line has 2 fields, .* before have 3"),
        (HEAD + "1\n", r"line 3, column 2 .* has 1 field,"),
        (HEAD + "1,2,3,4\n", r"line 3, column 4: there is one field too many: the line has 4 fields"),
        (HEAD + "1,2,3,\n", r"line 3, column 4"),
        (HEAD + "1,1_000,3\n", r"line 3, column 2 \('speed'\): '1_000' is not a number"),
        (HEAD + "1,nan,3\n", r"line 3, column 2 .* 'nan' is not finite; finite=False"),
        (HEAD + "1,2,-inf\n", r"line 3, column 3"),
        (HEAD + "1e999,2,3\n", r"line 3, column 1 \('mass'\): '1e999' is not finite"),
        (HEAD + '"1,5",2,3\n', r"'1,5' is not a number; decimals are written with a point"),
        (HEAD + '1,"2,3\n', r"line 3: unexpected end of data; are all quotes closed"),
        (HEAD + '1,"2"2,3\n', r"line 3: .*quotes"),
        (HEAD + "1,\x002,3\n", r"line 3, column 2 \('speed'\): '\\x002' is not a number"),
        (HEAD + f"1,{'x' * 1000},3\n", r"line 3, column 2 \('speed'\): 'x{50,60}\.\.\. is not a number"),
        (HEAD + "1,[red]\u202e,3\n", r"line 3, column 2 \('speed'\): '\[red\]\\u202e' is not a number"),
        (HEAD.encode() + b"1,\xe9,3\n", r"line 3: byte e9, the 3\. on its line, is not utf-8; .*encoding='latin-1'"),
        (HEAD.encode("utf-16"), "is written in UTF-16: say encoding='utf-16'"),
        (gzip.compress(b"1,2", mtime=0), "is compressed by gzip: unpack it first"),
        (b"PK\x03\x04\xff\xfe", "is a spreadsheet or another archive: save it as CSV"),
        ("", r"data\.csv is empty"),
        ("\n\n  \n", r"data\.csv is empty"),
        (b"\xef\xbb\xbf", r"data\.csv is empty"),
        ("mass,speed,y\n", "has a line of names and no rows"),
        ("mass;speed;y\n1;2;3\n", "no column 'y'.* separated by ';'. then say delimiter=';'"),
        ("mass,speed,Y\n1,2,3\n", "no column 'y'; there are 'mass', 'speed', 'Y'"),
        ("mass,y,y\n1,2,3\n", "has 2 columns 'y'"),
        ("1,2,3\n", "no column 'y'; there are 'column 1'"),
        ("y\n1\n", "no column left for the inputs"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_by_line_and_column(
    write: Any, content: Any, message: str
) -> None:
    path = write(content)
    with pytest.raises(InputError, match=message) as refusal:
        read_csv(path, "y")
    assert str(path) in str(refusal.value)
    with pytest.raises(InputError, match=message):
        list(stream_csv(path, "y"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targets": 3}, "has 3 columns, 0 to 2, and no column 3"),
        ({"targets": "spedies"}, "did you mean 'species'"),
        ({"targets": "species"}, "line 2, column 3 .'species'.: 'setosa' is not a number; labels=True takes"),
        ({"labels": True}, "labels=True needs targets="),
        ({"delimiter": ", "}, "delimiter=', ' is not a single character"),
        ({"encoding": "latin-0"}, "no encoding 'latin-0'"),
    ],
)
def test_options_that_do_not_fit_are_named(write: Any, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_csv(write(IRIS), **options)


def test_labels_that_are_missing_are_named(write: Any) -> None:
    with pytest.raises(InputError, match=r"line 4, column 3 \('species'\): there is no label"):
        read_csv(write(IRIS + "1,2, \n"), "species", labels=True)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file .*nothing\.csv"):
        read_csv(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_csv(tmp_path)
    with pytest.raises(InputError, match=r"'a\\x00b' cannot be read: embedded null"):
        read_csv("a\0b")


def test_a_file_is_read_row_by_row_into_batches(write: Any) -> None:
    path = write("a,b,y\n" + "".join(f"{k},{k + 0.5},{-k}\n" for k in range(10)))
    whole = read_csv(path, "y")
    parts = list(batches_of(stream_csv(path, "y"), 4))
    assert [len(x) for x, _ in parts] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate([x for x, _ in parts]), whole.X)
    np.testing.assert_array_equal(np.concatenate([y for _, y in parts]), whole.y)
    seed(3)
    mixed = np.concatenate([y for _, y in batches_of(stream_csv(path, "y"), 4, shuffle=5)])
    assert sorted(mixed) == sorted(whole.y)  # type: ignore[arg-type]
    assert mixed.tolist() != whole.y.tolist()  # type: ignore[union-attr]


@settings(deadline=None, max_examples=50)
@given(
    data=npst.arrays(
        np.float64,
        st.tuples(st.integers(1, 5), st.integers(2, 4)),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1), min_size=4, max_size=4
    ),
)
def test_what_csv_writes_is_read_bit_for_bit_whatever_columns_are_called(data: Any, names: list[str]) -> None:
    """Names are markup, quotes, delimiters, letters of any script."""
    names = [f"name {name}" for name in names[: data.shape[1]]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([names, *data.tolist()])
        table = read_csv(path, -1)
    assert table.y is not None
    assert np.column_stack([table.X, table.y]).tobytes() == data.tobytes()
    assert [*table.names, *table.target_names] == [name.strip() for name in names]


def test_rows_before_the_bad_one_come_from_a_stream(write: Any) -> None:
    rows = stream_csv(write(HEAD + "1,fast,3\n"), "y")
    x, y = next(rows)
    assert (x.tolist(), y) == ([1.0, 2.0], 3.0)
    with pytest.raises(InputError, match="line 3, column 2"):
        next(rows)
