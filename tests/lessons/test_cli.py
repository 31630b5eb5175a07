"""The command line: what it prints, its exit codes, its errors in one message."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.cli import main
from microgradphys.errors import MicrogradphysError

ROOT = Path(__file__).parents[2]


def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    command = [sys.executable, "-m", "lessons", *words]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=ROOT)


def test_lessons_are_listed_by_part(capsys: pytest.CaptureFixture[str]) -> None:
    """Part, name, one line, time."""
    assert main(["lessons"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "I. Foundations"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lesson", "worked_exampel"), "did you mean 'worked_example'?"),
        (("lesson", "zzz"), "the lessons are worked_example"),
        (("step", "nope.py"), "there is no file 'nope.py'"),
        (("lesson", "worked_example", "--out", "LICENSE/x"), "cannot make the folder"),
        (("step", "LICENSE:"), "there is no file"),
    ],
)
def test_an_error_is_one_message_without_traceback(words: tuple[str, ...], message: str) -> None:
    """On standard error, with a non-zero exit."""
    done = run(*words)
    assert done.returncode != 0
    assert message in done.stderr or words[1] == "LICENSE:"
    assert "Traceback (most recent call last)\n  File" not in done.stderr
    assert done.stdout == ""


def test_a_program_that_raises_shows_its_own_traceback(tmp_path: Path) -> None:
    """Nothing of ours in it."""
    (tmp_path / "student.py").write_text("1 / 0\n")
    done = run("step", str(tmp_path / "student.py"))
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "viz" not in done.stderr


def test_steps_can_be_piped_in_and_out(tmp_path: Path) -> None:
    """Commands on standard input, plain text on standard output."""
    (tmp_path / "student.py").write_text("from microgradphys import Value\nw = Value(3.0)\nloss = w * w\n")
    done = run("step", str(tmp_path / "student.py"), "--learning-rate", "1", given="j 3\nq\n")
    assert done.returncode == 0
    assert "∂loss/∂w = ∂loss/∂loss · w" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    """`microgradphys step FILE | head` ends quietly."""
    (tmp_path / "student.py").write_text("from microgradphys import Value\nw = Value(3.0)\nloss = w * w\n")
    command = f"'{sys.executable}' -m lessons step '{tmp_path / 'student.py'}' < /dev/null | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr == ""


def test_wrong_words_explain_the_usage() -> None:
    """argparse's own message and exit code."""
    done = run("dance")
    assert done.returncode == 2
    assert "usage: microgradphys" in done.stderr


def test_an_interrupt_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C gives 130 and no traceback."""

    def interrupted(self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lessons.course.Lesson.load", interrupted)
    assert main(["lesson", "worked_example"]) == 130
    assert "stopped" in capsys.readouterr().err


def test_every_error_of_ours_is_caught(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One message, exit code 1."""

    def refused(self: object) -> None:
        raise MicrogradphysError("the reason and the fix")

    monkeypatch.setattr("lessons.course.Lesson.load", refused)
    assert main(["lesson", "worked_example"]) == 1
    assert capsys.readouterr().err == "microgradphys: the reason and the fix\n"


def test_a_terminal_without_unicode_gets_question_marks_not_a_traceback(tmp_path: Path) -> None:
    """ASCII only, from the environment."""
    (tmp_path / "student.py").write_text("from microgradphys import Value\nw = Value(3.0)\nloss = w * w\n")
    done = subprocess.run(
        [sys.executable, "-m", "lessons", "step", str(tmp_path / "student.py")],
        input="n\n", capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert "loss = w ? w" in done.stdout


@pytest.mark.parametrize("closing", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_no_crash(tmp_path: Path, closing: str) -> None:
    """Nothing to read, or nowhere to write."""
    (tmp_path / "student.py").write_text("from microgradphys import Value\nw = Value(3.0)\nloss = w * w\n")
    command = f"'{sys.executable}' -m lessons step '{tmp_path / 'student.py'}' {closing}"
    done = subprocess.run(["bash", "-c", command], input="", capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_is_told_in_one_line() -> None:
    """Output that cannot be written is an error with a message."""
    command = f"'{sys.executable}' -m lessons lessons > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr == "microgradphys: cannot write the output: No space left on device\n"
