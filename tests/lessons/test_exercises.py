"""Exercises: what a student gets, and what is said about what a student hands in."""

import ast
import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lessons.checking.checking import check
from lessons.checking.comparing import flaw
from lessons.checking.finding import Exercise, find, names
from lessons.checking.hints import hint
from lessons.checking.task import Task, numbers_of
from lessons.cli import main
from microgradphys.mathematics import Number
from microgradphys.notation import write

PART_ONE = (
    "worked_example simple_network linear_regression logistic_regression perceptron discriminant_analysis activations "
    "backpropagation xor universal_approximation folding vanishing_gradient optimizer_paths adam_anatomy evolution"
).split()
EXERCISES = {name: find(name) for name in names()}
TASKS = [(name, task.name) for name, exercise in EXERCISES.items() for task in exercise.tasks]


def task_of(name: str, task: str) -> Task:
    """Find a task by its names."""
    return next(one for one in EXERCISES[name].tasks if one.name == task)


def blanks_of(exercise: Exercise) -> Iterator[str]:
    """List what a student has to write."""
    source = exercise.file.read_text(encoding="utf-8")
    ends = {k for k, line in enumerate(source.splitlines(), 1) if "# blank" in line}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Assign, ast.Return, ast.AugAssign)) and node.end_lineno in ends:
            assert node.value is not None
            yield ast.unparse(node.value)


def told(task: Task, answers: list[Any]) -> str:
    """The hint for these answers, which must be wrong."""
    cases = task.drawn()
    rights = [task.solved(case) for case in cases]
    flaws = [flaw(one, numbers_of(other), task.within) for one, other in zip(answers, rights, strict=True)]
    assert any(flaws)
    return hint(task, cases, answers, rights)


def gives_away(sentence: str, task: Task, exercise: Exercise) -> list[str]:
    """What in a sentence is an answer: a number of three digits or more, or what stands in a blank."""
    rights = [numbers_of(task.solved(case)) for case in task.drawn()]
    numbers = {write(Number(float(one))) for right in rights for one in np.ravel(np.hstack([np.ravel(p) for p in right])
               if isinstance(right, tuple) else right)}  # fmt: skip
    shown = set(re.findall(r"[−\d.×⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", sentence))
    code = {text for text in blanks_of(exercise) if len(text) > 8 and text in sentence}
    return [*code, *(one for one in numbers & shown if len(re.sub(r"\D", "", one).strip("0")) > 2)]


def test_every_lesson_of_part_one_has_an_exercise() -> None:
    """One to five tasks each."""
    assert set(PART_ONE) <= set(EXERCISES)
    assert {name: len(one.tasks) for name, one in EXERCISES.items() if not 1 <= len(one.tasks) <= 5} == {}


@pytest.mark.parametrize("name", EXERCISES)
def test_a_starter_is_not_done_yet_and_the_solution_is_right(name: str, tmp_path: Path) -> None:
    """The starter has no answer in it; with all answers in it every task is right."""
    exercise = EXERCISES[name]
    starter, solved = tmp_path / "starter.py", tmp_path / "solved.py"
    starter.write_text(exercise.starter, encoding="utf-8")
    solved.write_text(exercise.solution, encoding="utf-8")
    assert [text for text in blanks_of(exercise) if len(text) > 8 and text in exercise.starter] == []
    assert "_" not in {name[0] for name in re.findall(r"def (\w+)", exercise.starter)}
    assert [finding.verdict for finding in check(starter).findings] == ["not done yet"] * len(exercise.tasks)
    report = check(solved)
    assert [finding.verdict for finding in report.findings] == ["right"] * len(exercise.tasks), str(report)
    assert report.is_right


@pytest.mark.parametrize(("name", "of"), TASKS)
def test_every_known_mistake_is_found_and_named(name: str, of: str) -> None:
    """By its own sentence, which does not give the answer."""
    task = task_of(name, of)
    for sentence, mistaken in task.wrong.items():
        with np.errstate(all="ignore"):
            answers = [mistaken(task.function, *copy.deepcopy(case)) for case in task.drawn()]
        assert told(task, answers) == sentence
        assert gives_away(sentence, task, EXERCISES[name]) == []


@pytest.mark.parametrize(("name", "of"), TASKS)
@pytest.mark.parametrize(
    "change", [lambda a: -a, lambda a: 2 * a, lambda a: a * 1.003, lambda a: a + 1, lambda a: a**3 + 0.1]
)
def test_any_other_mistake_is_found_and_the_hint_is_no_answer(name: str, of: str, change: Any) -> None:
    """A sign, a factor, a few digits, a shift, a power."""
    task = task_of(name, of)
    rights = [numbers_of(task.solved(case)) for case in task.drawn()]
    answers = [tuple(change(np.asarray(part, float)) for part in right) if isinstance(right, tuple)
               else change(np.asarray(right, float)) for right in rights]  # fmt: skip
    if all(flaw(one, other, task.within) == "" for one, other in zip(answers, rights, strict=True)):
        pytest.fail("the cases cannot tell this mistake from the answer")
    assert gives_away(told(task, answers), task, EXERCISES[name]) == []


@pytest.mark.parametrize(("name", "of"), TASKS)
def test_rows_for_columns_is_found(name: str, of: str) -> None:
    """Of every matrix that is asked for."""
    task = task_of(name, of)
    rights = [numbers_of(task.solved(case)) for case in task.drawn()]
    if any(isinstance(right, np.ndarray) and right.ndim == 2 for right in rights):
        assert told(task, [right.T for right in rights])


@pytest.mark.parametrize(
    ("old", "new", "hint_"),
    [
        ("delta_1 = delta_2 * V * x_1 * (1 - x_1)", "delta_1 = delta_2 * V",
         "Step 23 of 23 of the storyboard, contribution to s₁⁽¹⁾: you left out σ′(s₁⁽¹⁾)"),
        ("delta_1 = delta_2 * V * x_1 * (1 - x_1)", "delta_1 = delta_2 * V * x_1",
         "Step 23 of 23 of the storyboard, contribution to s₁⁽¹⁾: you used the value of the function, x₁⁽¹⁾"),
        ("delta_1 = delta_2 * V * x_1 * (1 - x_1)", "delta_1 = delta_2 * x_1 * (1 - x_1)",
         "Step 21 of 23 of the storyboard, contribution to x₁⁽¹⁾: you left out the local derivative, W′₁"),
        ("delta_2 = 2 * (y - t) * y * (1 - y)", "delta_2 = (y - t) * y * (1 - y)",
         "contribution to y − t: you left out the factor 2 of the rule of powers"),
        ("return np.outer(delta_1, x)", "return np.outer(delta_1, [1, 1])",
         "contribution to W₁₁: you left out the local derivative, x₁"),
        ("return np.outer(delta_1, x)", "return np.outer(1.7 * delta_1, x)",
         "∂E/∂s₁⁽¹⁾ = 0.03128 arrives there, and is multiplied by a local derivative"),
    ],
)  # fmt: skip
def test_the_storyboard_says_at_which_step_it_went_wrong(tmp_path: Path, old: str, new: str, hint_: str) -> None:
    """In the worked example, for slopes that are wrong on the way."""
    solution = EXERCISES["worked_example"].solution
    assert old in solution
    (tmp_path / "s.py").write_text(solution.replace(old, new), encoding="utf-8")
    assert hint_ in str(check(tmp_path / "s.py"))


def test_a_lost_path_is_named() -> None:
    """In a network with three of them, of which the first is left out."""
    task = task_of("simple_network", "input_slope")
    answers = []
    for x, one, two in task.drawn():
        a_2 = 1 / (1 + np.exp(-(one[:, 1:] @ x + one[:, 0])))
        y = 1 / (1 + np.exp(-(two[1:] @ a_2 + two[0])))
        paths = two[1:] * a_2 * (1 - a_2) * one[:, 1]
        answers.append(float(y * (1 - y) * paths[1:].sum()))
    assert "you lost a path: the contribution through z₁" in told(task, answers)


def test_a_task_without_cases_is_refused() -> None:
    """One message."""
    with pytest.raises(ValueError, match="the task 'told' has 0 cases"):
        Task(told, lambda random: []).drawn()


def test_the_command_writes_a_starter_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays as it is, also an empty one."""
    target = tmp_path / "my file.py"
    assert main(["exercise", "xor", "--out", str(target)]) == 0
    assert f"microgradphys check '{target}'" in capsys.readouterr().out
    target.write_text("mine")
    assert main(["exercise", "xor", "--out", str(target)]) == 1
    assert "is there already and stays as it is; name another file with --out" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [target]


def test_the_exit_code_says_whether_all_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 for the solution, 1 for anything else; the report goes to standard output."""
    file = tmp_path / "mine.py"
    for text, code, words in (
        (EXERCISES["xor"].solution, 0, "xor: 3 right."),
        (EXERCISES["xor"].starter, 1, "xor: 3 not done yet."),
        (EXERCISES["xor"].solution.replace("np.tanh", "np.sin"), 1, "xor: 2 right, 1 wrong."),
    ):
        file.write_text(text, encoding="utf-8")
        try:
            found = main(["check", str(file)])
        except SystemExit as ended:
            found = ended.code
        assert found == code
        assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["exercise", "xro"], "there is no exercise 'xro'; did you mean 'xor'?"),
        (["exercise", "zzz"], "there are 'activations', "),
        (["exercise", "../xor"], "there is no exercise '../xor'"),
        (["exercise", "xor", "--out", "none/x.py"], "the folder 'none' does not exist"),
        (["exercise", "xor", "--out", "x.txt"], "its name must end in .py"),
        (["exercise", "xor", "--from", "none"], "there is no folder 'none'"),
        (["check", "none.py"], "cannot read 'none.py': there is no such file"),
        (["check", "."], "it is a folder"),
        (["check", "plain.py"], "its first line must be '# Exercise: NAME'"),
        (["check", "empty.py"], "its first line must be '# Exercise: NAME'"),
        (["check", "strange.py"], "there is no exercise 'strange'"),
        (["check", "path.py"], "its first line must be '# Exercise: NAME'"),
        (["check", "large.py"], "it is larger than a solution can be"),
        (["check", "xor.py", "--seconds", "0"], "seconds=0.0 is no time that a check can take"),
        (["check", "xor.py", "--seconds", "nan"], "seconds=nan is no time"),
        (["check", "xor.py", "--megabytes", "3"], "megabytes=3 is too little"),
        (["exercise", "broken", "--from", "ours"], "raises ZeroDivisionError: division by zero"),
        (["exercise", "none", "--from", "ours"], "is no exercise: it has no function with @task"),
        (["exercise", "blankless", "--from", "ours"], "the task 'f' has no line that ends in '# blank'"),
    ],
)
def test_bad_input_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """Of students and of lecturers."""
    monkeypatch.chdir(tmp_path)
    files = {
        "plain.py": "x = 1\n", "empty.py": "", "strange.py": "# Exercise: strange\n", "path.py": "# Exercise: ../xor\n",
        "large.py": "# Exercise: xor\n" + "#" * 2**20, "xor.py": "# Exercise: xor\n", "ours/broken.py": "1 / 0\n",
        "ours/none.py": "x = 1\n",
        "ours/blankless.py": "from lessons.checking import task\n@task(lambda random: [()])\ndef f():\n    return 1\n",
    }  # fmt: skip
    (tmp_path / "ours").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert main(words) == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("microgradphys: ")
    assert message in error
