"""A student's file: run, searched for the Value that is meant, its errors its own."""

import contextlib
import io
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from lessons.cli import main
from microgradphys import Value
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
        ("from microgradphys import Value\nw = Value([1.0, 2.0])", "", r"no Value that holds one number, as .*: w$"),
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
    (tmp_path / "nope.py").mkdir()
    with pytest.raises(InputError, match=r"there is no file .*nope'; did you mean .*nope\.py'"):
        load(str(tmp_path / "nope"))
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


MAIN = """
import argparse
from microgradphys import Value

factor = 2.0

def main():
    arguments = argparse.ArgumentParser().parse_args()
    w = Value(0.5)
    for _ in range(2):
        y = w * factor
        error = (y - 3.0) ** 2
        error.backward()
        w.data -= 0.1 * w.grad
        w.grad = None

if __name__ == "__main__":
    main()
"""


def test_the_loss_of_a_program_of_functions_is_what_it_went_back_from(tmp_path: Path) -> None:
    """With the names that the function has for its Values, and the data that it left."""
    path = written(tmp_path, MAIN)
    story = load(path)
    labels = [write(node.label) for node in story.nodes]
    assert labels[-1] == "error"
    assert {"w", "y"} <= set(labels)
    assert loss_of(f"{path}:y") == "y"
    with pytest.raises(InputError, match="defines no 'z'; the Values it defines: w, y, error"):
        load(f"{path}:z")


def test_after_an_update_the_parameters_that_no_path_reaches_are_still_known(tmp_path: Path) -> None:
    """By their names, for whoever looks for what is wrong."""
    loop = "loss = w * w\nloss.backward()\nw.data -= 0.1 * w.grad\n"
    text = f"from microgradphys import Value\nw, unused = Value(0.5), Value(1.0)\n{loop}"
    assert set(load(written(tmp_path, text)).names) == {"w", "unused"}


def test_results_of_the_file_itself_go_before_those_of_its_functions(tmp_path: Path) -> None:
    """The last backward pass is asked only where there is nothing else."""
    text = f"{PROGRAM}\ndef f():\n    (w * 3).backward()\nf()\n"
    assert loss_of(written(tmp_path, text)) == "y"


def test_backward_is_itself_again_after_a_program(tmp_path: Path) -> None:
    """Whatever the program did."""
    before = Value.backward
    for text in (MAIN, "raise SystemExit(3)", "import sys\nsys.exit(0)"):
        with contextlib.suppress(InputError, ProgramError):
            load(written(tmp_path, text))
        assert Value.backward is before


def test_a_leaf_called_like_a_loss_is_a_graph_of_one_node(tmp_path: Path) -> None:
    """It is stepped through as any other."""
    story = load(written(tmp_path, "from microgradphys import Value\nloss = Value(2.0)\n"))
    assert [step.phase for step in story] == ["backward", "update"]


def test_a_notebook_given_by_mistake_is_named_as_one(tmp_path: Path) -> None:
    """With what to do."""
    path = tmp_path / "mine.ipynb"
    path.write_text("{}")
    with pytest.raises(InputError, match=r"mine\.ipynb' is a notebook; .*nbconvert"):
        load(str(path))


def test_numpys_warnings_name_the_line_of_the_program(tmp_path: Path) -> None:
    """Each line once, and nothing of ours; the steps themselves warn of nothing."""
    text = (
        "import numpy as np\nfrom microgradphys import Value\nx = Value(np.array([0.0, 1.0]))\n"
        "def f(v):\n    return np.log(v)\nfor _ in range(3):\n    y = f(x)\nloss = np.sum(\n    y * 0)\n"
    )
    path = written(tmp_path, text)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        load(path)
    assert [(w.filename, w.lineno, str(w.message).partition(" encountered")[0]) for w in told] == [
        (path, 5, "divide by zero"),
        (path, 9, "invalid value"),
    ]


def test_a_program_may_silence_its_warnings(tmp_path: Path) -> None:
    """By numpy's means or by Python's."""
    start = "import warnings, numpy as np\nfrom microgradphys import Value\nx = Value(0.0)\n"
    silent = "with np.errstate(all='ignore'):\n    a = np.log(x)\n"
    ignored = "warnings.simplefilter('ignore')\nloss = a * np.log(x)\n"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        load(written(tmp_path, start + silent + ignored))
    assert not told


def test_what_a_program_tells_numpy_is_forgotten_after_it(tmp_path: Path) -> None:
    """Else stepping through it would raise."""
    before = np.geterr()
    load(written(tmp_path, f"import numpy as np\n{PROGRAM}np.seterr(all='raise')\n"))
    assert np.geterr() == before
