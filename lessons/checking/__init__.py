"""Exercises and their checks: what an exercise is made of, and what becomes of a student's file.

An exercise is one file (`lessons/exercises/NAME.py`, or NAME.py in a folder of your own; docs/adding.md says how).

In reading order:

task        a function that is right, the cases it is tried on, the ways in which it goes wrong
finding     the exercises that there are
starter     the exercise without its answers, as a student gets it
running     runs the student's file in the process of lessons.sandbox, and reads what became of it
comparing   the student's answer beside the right one
judging     the verdict on one task, and why
hints       what is likely to have gone wrong, without giving the answer
storyboards the same, from the storyboard of the case
checking    the whole check and its report
"""

from lessons.checking.task import Gradients, Task, added, task

__all__ = ["Gradients", "Task", "added", "task"]
