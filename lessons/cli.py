"""The command line: `lessons`, `lesson NAME`, `course`, `exercise NAME`, `check FILE.py`, and those of your own file.

Those are `step`, `film`, `diagnose`, `quiz` and `worksheet`, each with FILE.py.
"""

from __future__ import annotations

import argparse
import io
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lessons import notebook
from lessons.course import LESSONS, find
from lessons.output import prepared
from microgradphys import __version__
from microgradphys.errors import InputError, MicrogradphysError
from viz.sheet import Sheet, check_full_screen, is_terminal, replacing

if TYPE_CHECKING:
    from viz.storyboard import Storyboard
    from viz.symptoms.findings import Finding

# Looking through larger graphs takes seconds, and is left to the command `findings`, and to `diagnose`.
_AT_ONCE = 20_000
_RATE_HELP = "of the update (0.1 if not given, and no update of a derivative)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command.

    Args:
        arguments: the words after the program's name; those of the process if not given.

    Returns:
        The exit code: 0, or 1 after an error that is ours or the user's to mend, told in one message.
    """
    _open_streams()
    chosen = _parser().parse_args(arguments)
    try:
        chosen.action(chosen)
        sys.stdout.flush()
    except MicrogradphysError as error:
        print(Sheet.of(sys.stderr).say(f"microgradphys: {error}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("microgradphys: stopped; nothing half-written is left", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, a pager perhaps, has seen enough; keep Python from complaining when it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"microgradphys: cannot write the output: {error.strerror or error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _open_streams() -> None:
    """Make sure that there is something to read from and write to, and that no letter is one too many for it."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123  (kept open to the end)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        # A terminal without Unicode shows our signs in ASCII, and "?" for another letter it lacks.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=replacing())


def _parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    parser = argparse.ArgumentParser(prog="microgradphys", description="Gradients, shown step by step.")
    parser.add_argument("--version", action="version", version=f"microgradphys {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    lessons = commands.add_parser("lessons", help="list the lessons")
    lessons.set_defaults(action=_list_lessons)

    lesson = commands.add_parser("lesson", help="run a lesson and write its pictures, page and film")
    lesson.add_argument("name", metavar="NAME", help="a lesson, as listed by 'microgradphys lessons'")
    lesson.add_argument("--out", metavar="DIR", default=None, help="where the files go (default: a folder named NAME)")
    lesson.add_argument("--no-film", action="store_true", help="leave out the film, which takes the longest")
    lesson.add_argument("--quality", choices=("low", "medium", "high"), default="medium", help="of the film")
    lesson.add_argument("--notebook", action="store_true", help="write the lesson as a notebook instead of running it")
    lesson.add_argument("--slides", action="store_true", help="write slides.html and numbered frames, too")
    lesson.set_defaults(action=_run_lesson)

    course = commands.add_parser("course", help="run all lessons and write them as one site, which works offline")
    course.add_argument("--out", metavar="DIR", default="course", help="where it goes (default: a folder named course)")
    course.add_argument("--no-film", action="store_true", help="leave out the films, which take the longest")
    course.add_argument("--quality", choices=("low", "medium", "high"), default="medium", help="of the films")
    course.set_defaults(action=_build_course)

    _add_exercises(commands)
    step = commands.add_parser("step", help="step through a program of your own")
    step.add_argument("target", metavar="FILE.py[:NAME]", help="a Python file, and the Value in it to start from")
    step.add_argument("--by", choices=("contribution", "node", "layer", "update"), default="contribution")
    step.add_argument("--learning-rate", type=float, default=argparse.SUPPRESS, metavar="ETA", help=_RATE_HELP)
    step.add_argument("--screen", action="store_true", help="in the full screen, with graph, formula and source")
    step.set_defaults(action=_step)

    diagnose = commands.add_parser("diagnose", help="say what is wrong with the gradients of a program of your own")
    diagnose.add_argument("target", metavar="FILE.py[:NAME]", help="a Python file, and the Value in it to start from")
    diagnose.add_argument("--picture", metavar="FILE.svg", default=None, help="draw the graph with the findings marked")
    diagnose.set_defaults(action=_diagnose)

    quiz = commands.add_parser("quiz", help="predict the numbers of a program of your own")
    _about_questions(quiz, 6)
    quiz.add_argument("--page", metavar="FILE.html", default=None, help="write a page instead of asking here")
    quiz.set_defaults(action=_quiz)

    sheet = commands.add_parser("worksheet", help="print questions about a program, and the answers")
    _about_questions(sheet, 8)
    sheet.add_argument("--out", metavar="DIR", default=".", help="where the files go (default: here)")
    sheet.add_argument("--title", default=None, help="the heading")
    sheet.add_argument("--paper", choices=("a4", "letter"), default="a4")
    sheet.set_defaults(action=_worksheet)
    _add_film(commands)
    return parser


def _add_exercises(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands `exercise` and `check`."""
    exercise = commands.add_parser("exercise", help="write the file of an exercise, with blanks to fill in")
    exercise.add_argument("name", metavar="NAME", help="an exercise: those of a lesson have the lesson's name")
    exercise.add_argument("--out", metavar="FILE.py", default=None, help="where it goes (default: NAME.py)")
    exercise.set_defaults(action=_write_exercise)

    check = commands.add_parser("check", help="say what is right and what is wrong in a file of an exercise")
    check.add_argument("file", metavar="FILE.py", help="what 'microgradphys exercise' wrote, filled in")
    check.add_argument("--seconds", type=float, default=5.0, metavar="S", help="time for each function (default 5)")
    check.add_argument("--megabytes", type=int, default=1024, metavar="MB", help="memory (default 1024)")
    check.set_defaults(action=_check)
    for command in (exercise, check):
        command.add_argument(
            "--from", dest="folder", metavar="DIR", default=None, help="a folder of your own exercises"
        )


def _about_questions(command: argparse.ArgumentParser, count: int) -> None:
    """Add the options that choose questions."""
    command.add_argument("target", metavar="FILE.py[:NAME]", help="a Python file, and the Value in it to start from")
    command.add_argument("--questions", type=int, default=count, metavar="N", help=f"how many (default {count})")
    kinds = ("value", "local", "contribution", "gradient")
    command.add_argument("--hide", nargs="+", choices=kinds, default=kinds, help="which kinds of numbers (default all)")
    command.add_argument("--seed", type=int, default=0, help="another number, other questions (default 0)")
    command.add_argument("--no-formulas", action="store_true", help="do not show the formula with a question")


def _add_film(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command `film`."""
    film = commands.add_parser("film", help="make a film, slides or numbered frames of a program of your own")
    film.add_argument("target", metavar="FILE.py[:NAME]", help="a Python file, and the Value in it to start from")
    film.add_argument("--out", metavar="DIR", default="film", help="where the files go (default: a folder named film)")
    film.add_argument("--slides", action="store_true", help="write slides.html and numbered frames, too")
    film.add_argument("--frames", choices=("png", "svg", "pdf"), help="write numbered frames of this kind, too")
    film.add_argument("--no-film", action="store_true", help="leave out the film: slides or frames only")
    film.add_argument("--quality", choices=("low", "medium", "high"), default="medium")
    film.add_argument("--view", choices=("network", "graph"), help="the network where there is one, if not given")
    film.add_argument("--by", choices=("contribution", "node", "layer", "update"), default="contribution")
    film.add_argument("--learning-rate", type=float, default=argparse.SUPPRESS, metavar="ETA", help=_RATE_HELP)
    film.add_argument("--title", help="what the first card says")
    film.set_defaults(action=_film)


def _list_lessons(chosen: argparse.Namespace) -> None:
    """Print the lessons by part."""
    width = max(len(lesson.name) for lesson in LESSONS)
    for part, lessons in groupby(LESSONS, lambda lesson: lesson.part):
        print(part)
        for lesson in lessons:
            print(f"  {lesson.name:<{width}}  {lesson.line} ({lesson.seconds} s without film)")
    print("\nmicrogradphys lesson NAME runs one; microgradphys exercise NAME writes its exercise.")


def _run_lesson(chosen: argparse.Namespace) -> None:
    """Run one lesson, or write it as a notebook, and say where its files are."""
    lesson = find(chosen.name)
    out = chosen.out or lesson.name
    if chosen.notebook:
        files = [notebook.write(lesson.file, prepared(out) / f"{lesson.name}.ipynb")]
    else:
        files = lesson.load()(out, film=not chosen.no_film, quality=chosen.quality, slides=chosen.slides)
    print("\nThe files are here:")
    for file in files:
        print(f"  {file}")


def _build_course(chosen: argparse.Namespace) -> None:
    """Write the site of the course, and say where it begins."""
    from lessons.site.build import build

    print(f"\nThe course begins here:\n  {build(chosen.out, film=not chosen.no_film, quality=chosen.quality)}")


def _write_exercise(chosen: argparse.Namespace) -> None:
    """Write the starter file of an exercise, and say where it is."""
    from lessons.checking.finding import find, write_starter

    file = write_starter(find(chosen.name, chosen.folder), chosen.out)
    print(f"{file}\nFill it in, then: microgradphys check {shlex.quote(str(file))}")


def _check(chosen: argparse.Namespace) -> None:
    """Print what is right and what is wrong; the exit code is 0 if all is right."""
    from lessons.checking.checking import check
    from lessons.checking.running import Limits

    report = check(chosen.file, chosen.folder, Limits(chosen.seconds, chosen.megabytes))
    print(Sheet.of(sys.stdout).say(str(report)))
    if not report.is_right:
        sys.stdout.flush()
        raise SystemExit(1)


def _step(chosen: argparse.Namespace) -> None:
    """Step through the Value of a file."""
    from viz.stepper import Stepper
    from viz.terminal.prompt import converse

    if chosen.screen:
        check_full_screen()
    story, findings = _diagnosed(chosen)
    stepper = Stepper(story, diagnosis=findings)
    if chosen.screen:
        stepper.screen()
    else:
        converse(stepper, sys.stdin, sys.stdout)


def _film(chosen: argparse.Namespace) -> None:
    """Make the film of the Value of a file."""
    from viz.films.deck import slides

    frames = chosen.frames or ("png" if chosen.slides else None)
    if chosen.no_film and frames is None:
        raise InputError("--no-film leaves nothing to make; add --slides or --frames")
    story, findings = _diagnosed(chosen)
    files = slides(
        story,
        prepared(chosen.out),
        diagnosis=findings,
        film=not chosen.no_film,
        deck=chosen.slides,
        frames=frames,
        quality=chosen.quality,
        view=chosen.view,
        title=chosen.title,
    )
    for file in files:
        print(file)


def _diagnose(chosen: argparse.Namespace) -> None:
    """Print what is found in the graph of a file's Value as the program left it; draw it if that is wished."""
    from viz.diagnosis import diagnose
    from viz.program import run
    from viz.terminal.answers import findings
    from viz.text import print_lines

    loss, names = _told(run, chosen.target)
    found, sheet = diagnose(loss, names=names), Sheet.of(sys.stdout)
    # On a screen no word is cut in two; elsewhere each finding is a line.
    if is_terminal(sys.stdout):
        print_lines(findings(sheet, found), sys.stdout)
    else:
        print(sheet.say(str(found)))
    if chosen.picture is not None:
        print(found.draw().save(chosen.picture))


def _quiz(chosen: argparse.Namespace) -> None:
    """Ask for the numbers of a file's Value, here or on a page."""
    from viz.teaching.quizzing import quiz

    story = _loaded(chosen.target, learning_rate=None)
    asked = {"count": chosen.questions, "hide": chosen.hide, "seed": chosen.seed, "formulas": not chosen.no_formulas}
    test = quiz(story, **asked)
    if chosen.page is None:
        test.run()
    else:
        print(test.save(chosen.page))


def _worksheet(chosen: argparse.Namespace) -> None:
    """Write worksheet and answers of a file's Value, each as HTML and as PDF."""
    from viz.teaching.worksheets import worksheet

    story = _loaded(chosen.target, learning_rate=None)
    folder = prepared(chosen.out)
    asked = {"count": chosen.questions, "hide": chosen.hide, "seed": chosen.seed, "formulas": not chosen.no_formulas}
    for name in ("worksheet.html", "worksheet.pdf"):
        for file in worksheet(story, folder / name, title=chosen.title, paper=chosen.paper, **asked):
            print(file)


def _loaded(target: str, **options: Any) -> Storyboard:
    """Run a file and make the storyboard of its Value."""
    from viz.program import load

    return _told(load, target, **options)


def _diagnosed(chosen: argparse.Namespace) -> tuple[Storyboard, tuple[Finding, ...] | None]:
    """Run a file, make the storyboard of its Value, and look for what is wrong with it as the program left it.

    A graph of more than `_AT_ONCE` nodes is not looked through: that is None.
    """
    from viz.diagnosis import news
    from viz.program import run, shown

    loss, names = _told(run, chosen.target)
    story = shown(loss, names, by=chosen.by, learning_rate=vars(chosen).get("learning_rate", "usual"))
    return story, news(loss, names) if len(story.nodes) <= _AT_ONCE else None


def _told(action: Callable[..., Any], target: str, **options: Any) -> Any:
    """Do something with a file; one that raises shows its own traceback."""
    from viz.program import ProgramError

    try:
        return action(target, **options)
    except ProgramError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    raise SystemExit(main())
