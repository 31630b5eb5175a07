"""`Stepper`: a debugger for gradients. Walk through a storyboard, forwards and backwards, with the habits of pdb."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, TextIO

from microgradphys.errors import InputError, MissingExtraError
from microgradphys.value import Value
from viz.course import Course
from viz.diagnosis import AT_ONCE, beside_steps
from viz.names import as_storyboard
from viz.sheet import Sheet, check_full_screen
from viz.steps import Step
from viz.storyboard import Storyboard
from viz.symptoms.findings import Finding
from viz.symptoms.moments import first_step
from viz.terminal import answers, watching, whereabouts
from viz.terminal.answers import Lines
from viz.terminal.atlas import Atlas
from viz.terminal.breakpoints import Breakpoint, Place, parse_breakpoint
from viz.terminal.neighbours import chosen_input, chosen_user, next_named
from viz.text import plain, sentence_lines, step_lines


class Stepper:
    """Where we are in a storyboard. Every method returns something that shows itself: the stepper shows its step.

    Args:
        loss: a Value that holds one number, or a storyboard.
        diagnosis: what to say about the graph, as for `viz.play`.
        options: for `Storyboard`.

    Attributes:
        story: the storyboard.
        atlas: where things are in its graph.
        paper: what is written on; where it is None, what standard output can show.

    >>> w = Value(3.0, "w")
    >>> stepper = Stepper((w * w).named("E"), learning_rate=None)
    >>> stepper.next()
    Forward pass · step 1 of 4 · compute E
    <BLANKLINE>
      E = w · w
        = 3 × 3
        = 9
    <BLANKLINE>
      name  value  gradient
      w     3      not computed
    ▸ E     9      not computed
    <BLANKLINE>
    ▸···
    >>> stepper.to("w").position, stepper.back(2).position, stepper.jump(4).step.total
    (3, 1, 6.0)
    >>> stepper.break_("w if gradient > 5")
    breakpoint 1: w if gradient > 5
    >>> stepper.jump(0).continue_().position
    4
    """

    def __init__(
        self, loss: Value | Storyboard, *, diagnosis: bool | Iterable[Finding] | None = None, **options: Any
    ) -> None:
        """Start before the first step."""
        self.story = as_storyboard(loss, 1, **options)
        self.atlas = Atlas(self.story)
        self.paper: Sheet | None = None
        self._course = Course(self.story)
        self._diagnosis = diagnosis

    @property
    def position(self) -> int:
        """The number of the step that was taken last; 0 before the first."""
        return self._course.now.position

    @property
    def step(self) -> Step | None:
        """The step that was taken last."""
        return self.story.steps[self.position - 1] if self.position else None

    @property
    def node(self) -> int:
        """The index of the node that is looked at: the selected one, else the step's, else the loss."""
        if self._course.now.selected is not None:
            return self._course.now.selected
        return self.story.loss if self.step is None else self.step.node

    @property
    def sheet(self) -> Sheet:
        """What there is to write on."""
        return self.paper or Sheet.of(sys.stdout)

    @property
    def before(self) -> int:
        """The position before the last motion."""
        return self._course.now.before

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last motion has to say."""
        return self._course.now.notes

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints, in the order in which they were set."""
        return self._course.now.breakpoints

    @property
    def watches(self) -> tuple[int, ...]:
        """The indices of the watched nodes."""
        return self._course.now.watches

    @cached_property
    def told(self) -> tuple[Finding, ...]:
        """The findings that are told before the first step."""
        return beside_steps(self.story, self._diagnosis)

    @property
    def is_unexamined(self) -> bool:
        """Whether nobody has looked for what is wrong, as the graph is large."""
        return self._diagnosis is None and len(self.story.nodes) > AT_ONCE

    @cached_property
    def told_at(self) -> dict[int, list[tuple[int, Finding]]]:
        """The findings with their numbers, by the step that shows them."""
        found: dict[int, list[tuple[int, Finding]]] = {}
        for number, finding in enumerate(self.told, 1):
            if finding.node is not None:
                found.setdefault(first_step(self.story, finding), []).append((number, finding))
        return found

    def next(self, count: int = 1) -> Stepper:
        """Go on by `count` steps, at most to the last."""
        target = min(self.position + _counted(count), len(self.story.steps))
        self._course.go(target, *(["this is the last step"] if target == self.position else []))
        return self

    def back(self, count: int = 1) -> Stepper:
        """Go back by `count` steps, at most to the start."""
        target = max(self.position - _counted(count), 0)
        self._course.go(target, *(["this is the start"] if target == self.position else []))
        return self

    def jump(self, number: int) -> Stepper:
        """Go to step `number`; 0 is the start.

        Raises:
            InputError: there is no such step.
        """
        self.story.moves_done(number)
        self._course.go(number)
        return self

    def until(self, where: Value | str) -> Stepper:
        """Run to the next step at a place: a node, or whatever `break_` understands.

        Raises:
            InputError: no such place, or no step there any more.
        """
        if isinstance(where, Value):
            goal = Breakpoint(0, Place("node", (self.atlas.find(where),), ""), None)
        else:
            goal = Breakpoint(0, *parse_breakpoint(where, self.atlas, self.node))
        for step in self.story.steps[self.position :]:
            if goal.stops(self.story, step):
                self._course.go(step.number)
                return self
        raise InputError(f"no step after {self.position} touches {where!r}; go back first")

    def to(self, node: Value | str) -> Stepper:
        """Do as `until`."""
        return self.until(node)

    def continue_(self) -> Stepper:
        """Run to the next breakpoint or the next change of a watched node, or to the last step."""
        self._course.run(self.story.steps[self.position :], len(self.story.steps), "the end")
        return self

    def reverse_continue(self) -> Stepper:
        """Run back to the breakpoint or change of a watched node before this step, or to the start."""
        self._course.run(self.story.steps[: max(self.position - 1, 0)][::-1], 0, "the start")
        return self

    def undo(self) -> Stepper:
        """Take back the last motion, or the last change of breakpoints or watches.

        Raises:
            InputError: nothing was done yet.
        """
        self._course.undo()
        return self

    def break_(self, where: str = "", *, once: bool = False) -> Lines:
        """Set a breakpoint; without a place or condition, list those that are set.

        Args:
            where: as `viz.terminal.breakpoints` describes it: "w", "op tanh", "scope hidden", "line 7", "backward",
                "|gradient| < 1e-6", "tanh if |local| < 0.01".
            once: whether it goes as soon as it has stopped somebody.

        Raises:
            InputError: no such place, or no such condition.
        """
        if not where.strip():
            return watching.breakpoints(self)
        made = self._course.now.made + 1
        new = Breakpoint(made, *parse_breakpoint(where, self.atlas, self.node), once)
        self._course.change(breakpoints=(*self.breakpoints, new), made=made)
        return watching.breakpoints(self, made)

    def clear(self, *numbers: int) -> Lines:
        """Remove breakpoints by their numbers, or all.

        Raises:
            InputError: no breakpoint has that number.
        """
        there = {point.number for point in self.breakpoints}
        for number in numbers:
            if number not in there:
                raise InputError(f"there is no breakpoint {number!r}; there are {_listed(there)}")
        gone = set(numbers) or there
        if gone:
            self._course.change(breakpoints=tuple(point for point in self.breakpoints if point.number not in gone))
        return Lines([[(f"cleared {_listed(gone)}" if gone else "no breakpoint is set", "dim")]])

    def watch(self, *nodes: Value | str) -> Lines:
        """Show the value and the gradient of nodes at every step, and stop `continue_` where they change.

        Raises:
            InputError: no such node.
        """
        new = [self.atlas.find(node) for node in nodes]
        if any(k not in self.watches for k in new):
            self._course.change(watches=tuple(dict.fromkeys((*self.watches, *new))))
        return watching.watches(self)

    def unwatch(self, *nodes: Value | str) -> Lines:
        """Watch nodes no longer, or none at all.

        Raises:
            InputError: no such node, or it is not watched.
        """
        gone = [self.atlas.find(node) for node in nodes] or self.watches
        for k in gone:
            if k not in self.watches:
                raise InputError(f"{answers.label(self, k)} is not watched")
        if gone:
            self._course.change(watches=tuple(k for k in self.watches if k not in gone))
        return watching.watches(self)

    def up(self, user: Value | str | None = None) -> Lines:
        """Look at what is computed from the node that is looked at: towards the loss, without moving in time.

        Raises:
            InputError: nothing is computed from it, or not that node.
        """
        return self._select(chosen_user(self.atlas, self.node, user))

    def down(self, operand: Value | str | None = None) -> Lines:
        """Look at an input of the node that is looked at: away from the loss, without moving in time.

        Raises:
            InputError: it has no inputs, or not that one.
        """
        return self._select(chosen_input(self.atlas, self.node, operand))

    def find(self, text: str) -> Lines:
        """Look at the next node whose name holds a text, without moving in time.

        Raises:
            InputError: there is none.
        """
        return self._select(next_named(self.atlas, self.node, text))

    def print(self, what: Value | str = "") -> Lines:
        """Show a node, one thing of it, or arithmetic with what is known; the node that is looked at if not given.

        Args:
            what: a Value, or as it is typed: "w", "w.value", "w.gradient", "w.shape", "w - 0.1 * w.gradient".

        Raises:
            InputError: no such node, or it is not computed yet.
        """
        return answers.printed(self, what)

    def where(self) -> Lines:
        """Show where in the graph we are: step, scope, line, and the way to the loss with its local derivatives."""
        return whereabouts.where(self)

    def list(self, around: int | None = None) -> Lines:
        """List the steps around the present one, or around another.

        Raises:
            InputError: there is no such step.
        """
        self.story.moves_done(around or 0)
        return whereabouts.steps_around(self, self.position if around is None else around)

    def source(self) -> Lines:
        """List the lines of the program around that of the node that is looked at."""
        return whereabouts.source(self)

    def known(self, most: int | None = None, *, unnamed: bool = False) -> Lines:
        """Everything known so far, in the order in which it became known, and what is not computed yet.

        Args:
            most: how many numbers to list, the last ones; all if not given.
            unnamed: whether to list the numbers of nodes without a name, too, or only to count them.
        """
        known = answers.known(self, most, unnamed)
        return known if unnamed else Lines([*known, *answers.left_out(self)])

    def findings(self) -> Lines:
        """Say what is wrong with the graph or its gradients, in a sentence each, as `viz.diagnose` finds it."""
        return answers.findings(self.sheet, self.told or beside_steps(self.story, True))

    def help(self, command: str = "") -> Lines:
        """Explain the typed commands, or one of them.

        Raises:
            InputError: there is no such command.
        """
        from viz.terminal.obeying import explained

        return explained(command, self.sheet)

    def command(self, line: str) -> Lines:
        """Carry out one typed command and return what it shows; a mistake is explained, not raised.

        >>> stepper = Stepper((Value(3.0, "w") * 2).named("E"))
        >>> stepper.command("jump 99")
        there is no step 99; steps go from 0 to 5
        """
        from viz.terminal.obeying import obey

        answer = obey(self, line)
        return answer if isinstance(answer, Lines) else answer.lines()

    def lines(self) -> Lines:
        """The step as styled lines, below what the last command has to say and the watched nodes."""
        sheet = self.sheet
        above: Lines = Lines([(sheet.clipped(note), "head")] for note in self._course.now.notes[:4])
        above += answers.told_here(self) if self.position else answers.announced(self)
        above += watching.watches(self, sheet.height // 4, changes=True) if self.watches else []
        above += [[]] if above else []
        return Lines([*above, *step_lines(self.story, self.position, replace(sheet, height=sheet.height - len(above)))])

    def headline(self) -> Lines:
        """The sentence of the step alone."""
        return Lines(sentence_lines(self.story, self.position, self.sheet))

    def __repr__(self) -> str:
        """Show the step."""
        return plain(self.lines())

    def run(self, source: TextIO | None = None, target: TextIO | None = None) -> None:
        """Read commands until `q`, Ctrl-C or the end of input. Input that is empty and no terminal shows every step.

        Args:
            source: where commands come from, standard input if not given.
            target: where steps go, standard output if not given.

        Raises:
            MissingExtraError: rich is not installed.
        """
        from viz.terminal.prompt import converse

        with contextlib.suppress(KeyboardInterrupt):
            converse(self, source or sys.stdin, target or sys.stdout)

    def screen(self) -> None:
        """Step in the full screen: graph, formula and source side by side, with the same commands and with keys.

        Raises:
            InputError: there is no terminal for it.
            KeyboardInterrupt: it was left with Ctrl-C.
            MissingExtraError: textual is not installed.
        """
        check_full_screen()
        try:
            from viz.terminal.screen import show
        except ImportError as error:
            raise MissingExtraError("the full screen needs textual: pip install 'microgradphys[viz]'") from error
        show(self)

    def _select(self, k: int) -> Lines:
        """Look at a node."""
        self._course.select(k)
        return answers.card(self, k)


def _counted(count: int) -> int:
    """Check a number of steps to go."""
    if not isinstance(count, int) or count < 1:
        raise InputError(f"{count!r} is not a number of steps to go; it is 1 or more")
    return count


def _listed(numbers: Iterable[int]) -> str:
    """Write some breakpoints' numbers."""
    found = sorted(numbers)
    return f"breakpoint{'s' * (len(found) > 1)} {', '.join(map(str, found))}" if found else "no breakpoints"
