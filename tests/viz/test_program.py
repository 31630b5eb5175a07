"""A student's file: run, searched for the Value that is meant, its errors its own."""

import io
import os
import sys
from pathlib import Path

import pytest

from lessons.cli import main
from microgradphys.errors import InputError
from microgradphys.notation import write
from viz.program import ProgramError, load

PROGRAM = """
from microgradphys import Value, sigmoid
w = Value(0.5)
y = sigmoid(w * 2)
"""


def written(folder: Path, text: str) -> str:
    """Write a program and return its path."""
    path = folder / "student.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def loss_of(target: str) -> str:
    """The label of the Value that is chosen."""
    story = load(target)
    return write(story.nodes[story.loss].label)


def test_the_one_result_is_found_and_variables_give_the_names(tmp_path: Path) -> None:
    """y is the only Value from which nothing else is computed."""
    assert loss_of(written(tmp_path, PROGRAM)) == "y"


@pytest.mark.parametrize("name", ["loss", "E", "L"])
def test_usual_names_of_a_loss_win(tmp_path: Path, name: str) -> None:
    """Among several results, the one called like a loss is meant."""
    assert loss_of(written(tmp_path, PROGRAM + f"{name} = y * y\nz = w + 1\n")) == name


def test_a_name_can_be_given(tmp_path: Path) -> None:
    """FILE.py:NAME."""
    assert loss_of(written(tmp_path, PROGRAM + "loss = y * y\n") + ":y") == "y"


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        (PROGRAM, ":z", "defines no 'z'; the Values it defines: w, y"),
        (PROGRAM + "n = 3", ":n", "'n' in .* is no Value but of type int"),
        (PROGRAM + "z = w + 1", "", "several results: y, z; say which, as .*:y"),
        ("from microgradphys import Value\nw = Value(1.0)", "", r"nothing from its Values \(w\); name .* as .*\.py:w$"),
        ("from microgradphys import Value\nw = Value([1.0, 2.0])", "", "no Value that holds one number; .*: w$"),
        ("x = 1", "", "the Values it defines: none"),
    ],
)
def test_a_value_that_is_not_there_is_named(tmp_path: Path, text: str, suffix: str, message: str) -> None:
    """With the Values that are."""
    with pytest.raises(InputError, match=message):
        load(written(tmp_path, text) + suffix)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Missing, or a folder."""
    with pytest.raises(InputError, match=r"there is no file .*nope\.py"):
        load(str(tmp_path / "nope.py"))
    with pytest.raises(InputError, match="cannot read"):
        load(str(tmp_path))


@pytest.mark.parametrize("text", ["def f():\n    return 1 / 0\nf()\n", "x = (\n", "raise ValueError('mine')\n"])
def test_a_file_that_raises_shows_its_own_traceback_and_nothing_of_ours(tmp_path: Path, text: str) -> None:
    """From the student's file on."""
    path = written(tmp_path, text)
    with pytest.raises(ProgramError) as caught:
        load(path)
    assert "student.py" in str(caught.value)
    assert "program.py" not in str(caught.value)
    assert str(caught.value).splitlines()[-1].startswith(("ZeroDivisionError", "SyntaxError", "ValueError: mine"))


def test_running_a_file_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    """Arguments and search path are put back; an exit of the file is not ours."""
    before = (list(sys.argv), list(sys.path))
    (tmp_path / "helper.py").write_text("factor = 2\n")
    text = f"import sys, helper\n{PROGRAM}\nloss = y * helper.factor\nsys.exit(0)\n"
    assert loss_of(written(tmp_path, text)) == "loss"
    assert (sys.argv, sys.path) == before


def test_a_program_that_trains_shows_the_forward_pass_that_would_come_next(tmp_path: Path) -> None:
    """After the last update the graph is old; it is recorded again with the data of now."""
    loop = "for k in range(3):\n    loss = (w * 2 - 1) ** 2\n    loss.backward()\n    w.data -= 0.1 * w.grad\n"
    story = load(written(tmp_path, f"from microgradphys import Value\nw = Value(0.7)\n{loop}"))
    w = story.data[story.recording[story.index("w")]]
    assert write(story.nodes[story.loss].label) == "loss"
    assert story.moves[2].value == pytest.approx((w * 2 - 1) ** 2)


@pytest.mark.parametrize(("text", "message"), [("import sys; sys.exit('no data')", "no data"), ("exit(3)", "3")])
def test_a_program_that_gives_up_is_believed(tmp_path: Path, text: str, message: str) -> None:
    """Its own exit message is what is told."""
    with pytest.raises(ProgramError, match=f"ended itself: {message}"):
        load(written(tmp_path, text))


def test_our_future_is_not_the_programs(tmp_path: Path) -> None:
    """Annotations are those that Python itself would make."""
    program = PROGRAM + "def f(x: int): ...\nloss = y * (1 if f.__annotations__['x'] is int else 0)\n"
    assert load(written(tmp_path, program)).moves[-1].value != 0


def test_an_error_inside_the_engine_is_told_without_its_frames(tmp_path: Path) -> None:
    """The student's line, and the message."""
    with pytest.raises(ProgramError) as caught:
        load(written(tmp_path, "from microgradphys import Value\nValue('a')\n"))
    assert str(caught.value).count("File ") == 1


def test_an_error_that_another_error_caused_is_told_with_it(tmp_path: Path) -> None:
    """Both tracebacks are the student's."""
    attempt = "try:\n    Value('a')\nexcept TypeError as error:\n    raise KeyError(1) from error\n"
    text = f"from microgradphys import Value\n{attempt}"
    with pytest.raises(ProgramError) as caught:
        load(written(tmp_path, text))
    assert str(caught.value).count("File ") == 2
    assert "microgradphys/" not in str(caught.value).replace(str(tmp_path), "")


def test_whatever_is_raised_is_told(tmp_path: Path) -> None:
    """Even what is no Exception; an interrupt stays one."""
    with pytest.raises(ProgramError, match="GeneratorExit"):
        load(written(tmp_path, "raise GeneratorExit\n"))
    with pytest.raises(KeyboardInterrupt):
        load(written(tmp_path, "raise KeyboardInterrupt\n"))


def test_arrays_alone_are_no_loss(tmp_path: Path) -> None:
    """The message says what to do with them."""
    with pytest.raises(InputError, match=r"the Values it defines: w, y; y has shape \(2,\): sum or average it"):
        load(written(tmp_path, "from microgradphys import Value\nw = Value([1.0, 2.0])\ny = w * 2\n"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# caf\xe9\nx = 1\n", "line 1 is not UTF-8; save the file as UTF-8, or name its encoding"),
        (b"x = 1\ny = 2\n\nz = '\xe9'\n", "line 4 is not UTF-8"),
        (b"# -*- coding: ascii -*-\n\nz = '\xe9'\n", "line 3 is not ASCII"),
    ],
)
def test_a_file_of_strange_letters_is_told(tmp_path: Path, data: bytes, message: str) -> None:
    """With the line, and the fix."""
    path = tmp_path / "student.py"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        load(str(path))


def test_a_file_that_names_its_encoding_is_read_in_it(tmp_path: Path) -> None:
    """Its lines too."""
    path = tmp_path / "student.py"
    path.write_bytes(f"# -*- coding: latin-1 -*-{PROGRAM}loss = y * y  # \xe9\n".encode("latin-1"))
    assert load(str(path)).nodes[-1].line.text == "loss = y * y  # \xe9"  # type: ignore[union-attr]


def test_an_unknown_encoding_and_a_null_byte_are_pythons_to_tell(tmp_path: Path) -> None:
    """As syntax errors."""
    with pytest.raises(ProgramError, match="SyntaxError: unknown encoding: nonsense"):
        load(written(tmp_path, "# -*- coding: nonsense -*-\nx = 1\n"))
    with pytest.raises(ProgramError, match=r"SyntaxError|ValueError"):
        load(written(tmp_path, "x = 1\0\n"))


def test_streams_and_folder_are_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaced, or closed; and a folder changed to."""
    out = io.TextIOWrapper((tmp_path / "out").open("wb"), encoding="utf-8")
    monkeypatch.setattr("sys.stdout", out)
    folder = Path.cwd()
    load(written(tmp_path, PROGRAM + "import io, os, sys\nsys.stdout = io.StringIO()\nos.chdir('/')\n"))
    assert sys.stdout is out
    assert Path.cwd() == folder
    load(written(tmp_path, PROGRAM + "import sys\nsys.stdout.close()\n"))
    assert not sys.stdout.closed
    assert sys.stdout.encoding == "utf-8"
    assert os.fstat(1)


def test_a_program_is_told_what_it_left_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradients that were never reset are found in the graph that the program made, also after the last update."""
    target = written(
        tmp_path,
        "from microgradphys import Value\nw, x = Value(0.7), Value(2.0)\nfor _ in range(3):\n"
        "    loss = (w * x - 3) ** 2\n    loss.backward()\n    w.data = w.data - 0.01 * w.grad\n",
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO("findings\n"))
    assert main(["step", target]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "accumulated: The gradient that w holds" in told
    assert "stale" not in told
