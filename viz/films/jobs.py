"""Drawing the steps of a film, in this process or in several: the film is the same.

Steps are laid out here, one after the other, and handed as plain numbers to processes that draw and encode them. These
are started as programs of their own, not as forks or by importing the caller's file again: a film can be made at a
prompt, in a notebook, from a thread, and in a program without `if __name__ == "__main__"`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from microgradphys.data import counted
from viz.films.items import HEIGHT, WIDTH, Frame, Ink, Pan, Traveller
from viz.films.mp4 import write_piece
from viz.films.paint import Painter

# Starting a process pays from so many pixels on, all video frames together.
_WORTH = 120e6
_PROGRAM = "import sys; sys.path[:] = {path!r}; from viz.films.jobs import serve; serve(sys.stdin.buffer, sys.stdout)"
# The size of pictures, whatever the film's.
STILL = (int(WIDTH), int(HEIGHT))
_LOOK = ("fill", "stroke", "width", "opacity", "appears", "vanishes", "follows")


@dataclass(frozen=True)
class Job:
    """What is to be made of one step: a video of `count` frames in `video`, its last moment in `still`."""

    frame: Frame
    count: int
    size: tuple[int, int]
    rate: int
    video: str | None = None
    still: str | None = None


def carry_out(job: Job, painters: dict[tuple[int, int], Painter]) -> None:
    """Draw and encode one step, with the painters for its sizes, which are kept."""
    for size in (job.size, STILL):
        if size not in painters:
            painters[size] = Painter(size)
    if job.video is not None:
        pixels = painters[job.size].pixels(job.frame, job.count, job.rate)
        write_piece(pixels, job.size, job.rate, Path(job.video))
    if job.still is not None:
        painters[STILL].save(job.frame, job.count / job.rate, Path(job.still))


def work(jobs: Sequence[Callable[[], Job]], pixels: float, done: Callable[[], Any], workers: int | None = None) -> None:
    """Carry out jobs.

    Args:
        jobs: what lays out each, called in their order, one at a time.
        pixels: how much there is to draw in all, to see whether more processes pay.
        done: called after each.
        workers: how many processes draw; as many as there are cores, and fewer for little work, if not given.

    Raises:
        InputError: the workers are not counted by a whole number from 1 on.
    """
    number = min(_cores(), 1 + int(pixels / _WORTH)) if workers is None else counted("workers", workers)
    number = min(number, len(jobs))
    with _processes(number if number > 1 else 0) as crew:
        if not crew:
            painters: dict[tuple[int, int], Painter] = {}
            for make in jobs:
                carry_out(make(), painters)
                done()
            return
        queue, lock = iter(jobs), threading.Lock()

        def drive(process: subprocess.Popen[bytes]) -> None:
            """Hand jobs to one process until there are no more."""
            while True:
                with lock:
                    make = next(queue, None)
                    message = None if make is None else packed(make())
                if message is None:
                    return
                _ask(process, message)
                with lock:
                    done()

        pool = ThreadPoolExecutor(len(crew))
        try:
            for result in [pool.submit(drive, process) for process in crew]:
                result.result()
        finally:
            # Whatever happened, nobody draws on: a thread that waits for an answer gets the end of the file.
            for process in crew:
                process.kill()
            with lock:
                queue = iter(())
            pool.shutdown()


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _processes(number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start programs that draw, and end them; none where they cannot be started."""
    crew: list[subprocess.Popen[bytes]] = []
    try:
        with suppress(OSError):
            for _ in range(number):
                crew.append(_start())
        yield crew
    finally:
        for process in crew:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                # What was not sent yet need not arrive.
                with suppress(OSError):
                    pipe.close()


def _start() -> subprocess.Popen[bytes]:
    """Start a program that draws; Ctrl-C does not reach it, we end it."""
    program = [sys.executable, "-c", _PROGRAM.format(path=[str(Path(folder).absolute()) for folder in sys.path])]
    return subprocess.Popen(
        program,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _ask(process: subprocess.Popen[bytes], message: bytes) -> None:
    """Send a job and wait until it is done."""
    assert process.stdin is not None
    assert process.stdout is not None
    answer = b""
    try:
        process.stdin.write(message)
        process.stdin.flush()
        answer = process.stdout.readline()
    except (BrokenPipeError, ValueError):
        answer = b""
    if answer != b"done\n":
        raise RuntimeError(f"a process that draws the film ended: {json.loads(answer) if answer else 'no answer'}")


def serve(requests: IO[bytes], answers: IO[str]) -> None:
    """Carry out the jobs that come in, until there are no more: the program of one process."""
    painters: dict[tuple[int, int], Painter] = {}
    while (job := unpacked(requests)) is not None:
        try:
            carry_out(job, painters)
            answer = "done"
        except Exception as error:
            answer = json.dumps(f"{type(error).__name__}: {error}")
        answers.write(answer + "\n")
        answers.flush()


def packed(job: Job) -> bytes:
    """Write a job as one line of JSON and the coordinates of its curves."""
    frame = job.frame
    shapes = [*(ink.points for ink in frame.inks), *(arrow.path for arrow in frame.travellers)]
    head = {
        "sizes": [len(points) for points in shapes],
        "inks": [[getattr(ink, name) for name in _LOOK] for ink in frame.inks],
        "arrows": [[arrow.begins, arrow.arrives, arrow.colour] for arrow in frame.travellers],
        "pan": asdict(frame.pan),
        "job": [job.count, job.size, job.rate, job.video, job.still],
    }
    return b"".join((json.dumps(head).encode(), b"\n", *(np.ascontiguousarray(p, "<f8").tobytes() for p in shapes)))


def unpacked(requests: IO[bytes]) -> Job | None:
    """Read a job, or see that there are no more."""
    line = requests.readline()
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    shapes = [np.frombuffer(requests.read(16 * n), "<f8").reshape(-1, 2) for n in head["sizes"]]
    n = len(head["inks"])
    frame = Frame(
        [
            Ink(points, **dict(zip(_LOOK, look, strict=True)))
            for points, look in zip(shapes, head["inks"], strict=False)
        ],
        [Traveller(path, *arrow) for path, arrow in zip(shapes[n:], head["arrows"], strict=True)],
        Pan(**head["pan"]),
    )
    count, size, rate, video, still = head["job"]
    return Job(frame, count, tuple(size), rate, video, still)
