"""The command line: what it prints, its exit codes, its errors in one message."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from terminals import Session, hear_interrupts

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
        (("lesson", "zzz"), "there are 'worked_example', "),
        (("step", "nope.py"), "there is no file 'nope.py'"),
        (("lesson", "worked_example", "--out", "LICENSE/x"), "cannot make the folder"),
        (("step", "LICENSE:"), "there is no file"),
        (("film", "nope.py"), "there is no file 'nope.py'"),
        (("film", "nope.py", "--no-film"), "--no-film leaves nothing to make; add --slides or --frames"),
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


def test_frames_of_a_program_of_your_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file a step, and nothing else."""
    (tmp_path / "student.py").write_text("from microgradphys import Value\nw = Value(3.0)\nloss = w * w\n")
    words = ["film", str(tmp_path / "student.py"), "--out", str(tmp_path / "out"), "--no-film", "--frames", "svg"]
    assert main([*words, "--by", "update"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "out" / "frames")]
    names = sorted(file.name for file in (tmp_path / "out" / "frames").iterdir())
    assert names == ["end.svg", "frames.tex", *(f"step-00{k}.svg" for k in range(1, 5)), "title.svg"]
    assert main([*words, "--view", "network"]) == 1
    assert "view='graph'" in capsys.readouterr().err


def test_an_interrupt_of_a_film_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole foreground: no file, no process stays."""
    (tmp_path / "student.py").write_text("from microgradphys import Value\nw = Value(3.0)\nloss = w * w * w * w\n")
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "lessons", "film", str(tmp_path / "student.py"), "--out", str(out)]
    film = subprocess.Popen(
        [*command, "--quality", "high"], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch)}, preexec_fn=hear_interrupts,
    )  # fmt: skip
    while not list(scratch.glob("*/*.mp4")):
        assert film.poll() is None
        time.sleep(0.05)
    os.killpg(film.pid, signal.SIGINT)
    assert film.communicate()[1].splitlines()[-1] == "microgradphys: stopped; nothing half-written is left"
    assert film.returncode == 130
    assert [*out.iterdir(), *scratch.iterdir()] == []


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


def test_a_terminal_without_unicode_gets_ascii(tmp_path: Path) -> None:
    """ASCII only, from the environment."""
    (tmp_path / "student.py").write_text("from microgradphys import Value\nw = Value(3.0)\nloss = w * w\n")
    done = subprocess.run(
        [sys.executable, "-m", "lessons", "step", str(tmp_path / "student.py")],
        input="n\n", capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.stdout.isascii()
    assert "loss = w * w" in done.stdout
    assert "?" not in done.stdout


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


PROGRAM = "from microgradphys import Value\nw = Value(3.0)\ns = w * 2\nloss = s * s\n"


@pytest.mark.parametrize(
    ("extra", "given", "parts"),
    [
        (
            "import os, sys; print('hello'); a = input('who? '); os.chdir('/'); sys.exit()",
            "me\nn\n",
            ["hello\nwho? (step) n\nForward pass", "student.py:3  s = w * 2"],
        ),
        ("import sys; sys.stdout.close(); sys.stdin.close()", "n\n", ["Forward pass"]),
        ("import os; os.close(1)", "n\n", ["Forward pass"]),
        (
            "", "break s\nc\nc\nfly\nbreak line 3\nl source\n",
            ["breakpoint 1: s (hit 2)", "no command 'fly'", "breakpoint 2: student.py:3", "   3 B   s = w * 2"],
        ),
        ("loss = (loss * float('inf')).named('\\x1b[31mE')", "c\nwhere\np n4\n", [" [31mE", "∞"]),
    ],
)  # fmt: skip
def test_a_program_may_do_what_it_likes(tmp_path: Path, extra: str, given: str, parts: list[str]) -> None:
    """Afterwards there is something to read from and to write to, and its lines are known."""
    (tmp_path / "student.py").write_text(f"{PROGRAM}{extra}\n")
    done = run("step", str(tmp_path / "student.py"), given=given)
    assert (done.returncode, done.stderr) == (0, "")
    assert [part for part in parts if part not in done.stdout] == []
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(("name", "value"), [("LANG", "C"), ("LC_ALL", "POSIX"), ("PYTHONIOENCODING", "latin-1")])
def test_a_poor_terminal_gets_ascii(tmp_path: Path, name: str, value: str) -> None:
    """Of the locale C, where Python writes UTF-8 all the same, and of old encodings."""
    (tmp_path / "student.py").write_text(PROGRAM)
    plain = {
        key: text for key, text in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHONIO", "PYTHONUTF8"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "lessons", "step", str(tmp_path / "student.py")],
        input=b"until w\nwhere\nhelp\n", capture_output=True, check=True, cwd=ROOT, env={**plain, name: value},
    )  # fmt: skip
    assert done.stdout.isascii()
    assert b"dloss/dw = dloss/ds * 2" in done.stdout
    assert b"?" not in done.stdout.replace(b"h, help", b"")


def test_a_narrow_terminal_is_not_overrun(tmp_path: Path) -> None:
    """Forty columns."""
    (tmp_path / "student.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "lessons", "step", str(tmp_path / "student.py")],
        input="until w\nwhere\nhelp\nk\nl\nl source\np w\n", capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "COLUMNS": "40"},
    )  # fmt: skip
    assert max(map(len, done.stdout.splitlines())) <= 40


def test_control_c_at_the_prompt_and_in_a_loop_ends_with_one_message(tmp_path: Path) -> None:
    """130, and nothing of ours but the message."""
    (tmp_path / "student.py").write_text(PROGRAM)
    (tmp_path / "loop.py").write_text("print('on', flush=True)\nwhile True:\n    pass\n")
    for file, ready in (("student.py", "(step) "), ("loop.py", "on")):
        with Session("step", str(tmp_path / file)) as session:
            session.until(ready)
            # Between its prompt and its waiting for keys, readline keeps a signal to itself until the next key.
            time.sleep(0.5)
            session.type("\x03")
            assert "Traceback" not in session.until("microgradphys: stopped")
            assert session.code() == 130


def test_control_c_takes_back_a_line_that_was_begun(tmp_path: Path) -> None:
    """As in a shell; the stepper stays."""
    (tmp_path / "student.py").write_text(PROGRAM)
    with Session("step", str(tmp_path / "student.py")) as session:
        session.until("(step) ")
        session.type("jump 99")
        session.until("jump 99")
        time.sleep(0.5)
        session.type("\x03")
        session.until("(step) ")
        session.type("n\n")
        assert "no step" not in session.until("step 1 of")
        session.type("q\n")
        assert session.code() == 0


def test_tab_completes_an_empty_line_repeats_and_control_d_leaves(tmp_path: Path) -> None:
    """At a terminal."""
    (tmp_path / "student.py").write_text(PROGRAM)
    with Session("step", str(tmp_path / "student.py")) as session:
        session.until("(step) ")
        session.type("unti\t lo\t\n")
        assert "until loss" in session.until("step 2 of")
        session.until("(step) ")
        session.type("\n")
        session.until("step 3 of")
        session.until("(step) ")
        session.type("\x04")
        assert session.code() == 0


def test_the_full_screen_opens_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    """It goes to the other screen, and comes back."""
    (tmp_path / "student.py").write_text(PROGRAM)
    with Session("step", str(tmp_path / "student.py"), "--screen", COLUMNS="80", LINES="24") as session:
        session.until("\x1b[?1049h")
        session.until("Program")
        session.type("q")
        session.until("\x1b[?1049l")
        assert session.code() == 0


def test_the_full_screen_needs_a_terminal(tmp_path: Path) -> None:
    """One message; the program is not even run."""
    (tmp_path / "student.py").write_text("print('ran')\n")
    done = run("step", str(tmp_path / "student.py"), "--screen")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("microgradphys: the full screen needs a terminal")


STUDENT = "from microgradphys import Value, sigmoid\nw = Value(0.5)\nx = Value(2.0)\nloss = (sigmoid(w * x) - 1) ** 2\n"


def test_a_quiz_can_be_piped_in_and_out(tmp_path: Path) -> None:
    """Answers on standard input, verdicts on standard output; or a page."""
    (tmp_path / "student.py").write_text(STUDENT)
    done = run(
        "quiz", str(tmp_path / "student.py"), "--questions", "2", "--hide", "contribution", given="h\nr\n1/0\ns\n"
    )
    assert done.returncode == 0
    assert "Question 2 of 2" in done.stdout
    assert "Done: 0 of 2 right" in done.stdout
    page = run("quiz", str(tmp_path / "student.py"), "--page", str(tmp_path / "quiz.html"))
    assert page.stdout == f"{tmp_path / 'quiz.html'}\n"


def test_a_worksheet_and_its_answers_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each as HTML and as PDF."""
    (tmp_path / "student.py").write_text(STUDENT)
    assert main(["worksheet", str(tmp_path / "student.py:loss"), "--out", str(tmp_path / "out")]) == 0
    names = [Path(line).name for line in capsys.readouterr().out.split()]
    assert names == ["worksheet.html", "worksheet-answers.html", "worksheet.pdf", "worksheet-answers.pdf"]
    assert sorted(names) == sorted(file.name for file in (tmp_path / "out").iterdir())


def test_a_training_program_that_never_resets_is_diagnosed_as_it_ended(tmp_path: Path) -> None:
    """After the last update too, and on a picture."""
    (tmp_path / "student.py").write_text(
        "from microgradphys import Value, sigmoid\nw, x = Value(0.5), 2.0\n"
        "for step in range(3):\n    loss = (sigmoid(w * x) - 1) ** 2\n    loss.backward()\n    w.data -= 0.1 * w.grad\n"
    )
    picture = tmp_path / "found.svg"
    done = run("diagnose", str(tmp_path / "student.py"), "--picture", str(picture))
    assert "stale graph: The data of w changed after loss was computed from it" in done.stdout
    assert "accumulated: The gradient that w holds" in done.stdout
    assert picture.read_text().count('class="mark"') == 2


def test_findings_are_folded_between_words_on_a_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Piped, each is a line; in ASCII where there is no more."""
    (tmp_path / "student.py").write_text(
        "import numpy as np\nfrom microgradphys import Value\nloss = np.log(Value(-1.0))\n"
    )
    with Session("diagnose", str(tmp_path / "student.py"), COLUMNS="40") as session:
        rows = session.until("backward() first.").splitlines()
    assert max(map(len, rows[2:])) <= 40
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = run("diagnose", str(tmp_path / "student.py"))
    assert done.stdout.startswith("1 ! not finite: loss is the first number that is nan")
    assert len(done.stdout.splitlines()) == 2
    assert "student.py:3: RuntimeWarning: invalid value" in done.stderr


@pytest.mark.parametrize("command", ["quiz", "worksheet", "diagnose"])
def test_questions_about_a_program_that_fails_are_one_message(tmp_path: Path, command: str) -> None:
    """The file's own traceback, or what is missing."""
    (tmp_path / "student.py").write_text("1 / 0\n")
    assert "ZeroDivisionError" in run(command, str(tmp_path / "student.py")).stderr
    assert "there is no file" in run(command, "nope.py").stderr


@pytest.mark.parametrize("command", ["quiz", "worksheet"])
def test_a_number_of_questions_that_makes_no_sense_is_one_message(tmp_path: Path, command: str) -> None:
    """And exit code 1."""
    (tmp_path / "student.py").write_text(STUDENT)
    done = run(command, str(tmp_path / "student.py"), "--questions", "0")
    assert done.returncode == 1
    assert "count=0 is not a number of questions" in done.stderr
