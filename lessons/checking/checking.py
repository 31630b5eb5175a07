"""The whole check of a student's file, and its report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lessons.checking.finding import find
from lessons.checking.judging import VERDICTS, Finding, judged, printed, stopped
from lessons.checking.running import Limits, Outcome, run
from lessons.checking.starter import named_in
from microgradphys.errors import InputError
from microgradphys.files import checked_source

_MARKS = dict(zip(VERDICTS, "✓✗·", strict=True))
_LARGEST_FILE = 1 << 20


@dataclass(frozen=True)
class Report:
    """What became of a student's file.

    exercise: which exercise it is. findings: one for each task. trouble: what is wrong with the file as a whole.
    printed: what it printed outside of the tasks.
    """

    exercise: str
    findings: tuple[Finding, ...] = ()
    trouble: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether every task is right."""
        return not self.trouble and all(finding.verdict == "right" for finding in self.findings)

    def __str__(self) -> str:
        """Write the whole report."""
        lines = [*self.trouble, *self.printed]
        for finding in self.findings:
            lines += [f"{_MARKS[finding.verdict]} {finding.name}: {finding.verdict}"]
            lines += [f"    {line}" for line in finding.lines]
        counts = [sum(finding.verdict == verdict for finding in self.findings) for verdict in VERDICTS]
        told = ", ".join(f"{count} {verdict}" for count, verdict in zip(counts, VERDICTS, strict=True) if count)
        return "\n".join([*lines, "", f"{self.exercise}: {told or 'the file could not be run'}."])


def check(path: str | Path, folder: str | Path | None = None, limits: Limits | None = None) -> Report:
    """Check a student's file.

    Args:
        path: the file, made from a starter file: its first line names the exercise.
        folder: where a lecturer keeps exercises of their own.
        limits: how long the file, and each of its functions, may take, and how much memory.

    Raises:
        InputError: there is no such file or exercise, or the first line names none.
    """
    limits = limits or Limits()
    file = checked_source(path, (".py",))
    if file.stat().st_size > _LARGEST_FILE:
        raise InputError(f"cannot check {str(path)!r}: it is larger than a solution can be")
    try:
        source = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror}") from None
    name = named_in(source[:400].decode(errors="replace"))
    if name is None:
        raise InputError(f"{str(path)!r} does not say which exercise it is: its first line must be '# Exercise: NAME'")
    tasks = find(name, folder).tasks
    cases = {task.name: task.drawn() for task in tasks}
    outcomes = run(file.name, source, cases, limits)
    whole = outcomes.get("", Outcome("crashed"))
    findings = [judged(task, cases[task.name], outcomes.get(task.name), limits) for task in tasks]
    return Report(
        name,
        tuple(findings) if whole.status == "answered" else (),
        tuple(stopped(whole, limits)),
        tuple(printed(whole)),
    )
