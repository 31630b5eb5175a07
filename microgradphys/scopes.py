"""What holds for all Values made in a block: their scope, whether they are recorded, how they are looked at.

All is kept per thread and per task, and put back when the block ends, however it ends.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from microgradphys.errors import CompileError


class Block:
    """A block that changes settings: what held outside of it, and whether it has ended.

    Blocks inside generators may end in another order than they began, so what ends is not always what began last.
    """

    __slots__ = ("ended", "outside")

    def __init__(self, outside: "Setting") -> None:
        """Begin."""
        self.outside, self.ended = outside, False


class Setting(NamedTuple):
    """What holds for all Values made in a block.

    scope: from the outermost name to the innermost. usual: whether the rest is as it is outside of all blocks, so that
    a node need not look further. recording: whether operations are recorded. anomaly: of `microgradphys.anomalies`:
    "" while nothing is looked at, "everywhere", or "noting" where only the program's lines are noted. trace: of
    `microgradphys.compiled.trace`, while a function is compiled. training: whether layers that do otherwise while a
    network learns, such as Dropout, do so. inputs: those of the functions that are being differentiated, as Values.
    block: the block it is the setting of, None outside of all.
    """

    scope: tuple[str, ...] = ()
    usual: bool = True
    recording: bool = True
    anomaly: str = ""
    trace: Any = None
    training: bool = False
    inputs: frozenset[Any] = frozenset()
    block: Block | None = None


# Who types at a prompt will want to see the line of each operation; a program that runs pays nothing for it.
_TYPED = hasattr(sys, "ps1") or bool(sys.flags.interactive)
_EVERYWHERE = Setting(usual=not _TYPED, anomaly="noting" if _TYPED else "")
current: ContextVar[Setting] = ContextVar("setting", default=_EVERYWHERE)


@contextmanager
def changed(**fields: Any) -> Iterator[None]:
    """Change some of the settings for a block."""
    outside = current.get()
    block = Block(outside)
    setting = outside._replace(**{**fields, "block": block})
    usual = setting.recording and not setting.anomaly and setting.trace is None
    current.set(setting if usual is setting.usual else setting._replace(usual=usual))
    try:
        yield
    finally:
        block.ended = True
        setting = current.get()
        while setting.block is not None and setting.block.ended:
            setting = setting.block.outside
        current.set(setting)


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Group every Value made inside the block under `name`; blocks nest. Pictures fold by it, sentences name it.

    Args:
        name: what the group is called in pictures and sentences.

    >>> from microgradphys import Value, scope
    >>> with scope("hidden"), scope("neuron 1"):
    ...     Value(1.0).scope
    ('hidden', 'neuron 1')
    """
    with changed(scope=(*current.get().scope, str(name))):
        yield


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: what is computed inside the block is a constant.

    Leaves made inside are leaves as ever.

    >>> from microgradphys import Value, no_grad
    >>> w = Value(2.0)
    >>> with no_grad():
    ...     y = w * 3
    >>> y.data, y.parents, y.active
    (6.0, (), False)
    """
    with recording(False):
        yield


@contextmanager
def tracing(trace: Any) -> Iterator[None]:
    """Compile what is computed in the block: everything is recorded, and nothing may read a Value's data."""
    with changed(**{**_EVERYWHERE._asdict(), "trace": trace, "training": current.get().training}):
        yield


@contextmanager
def lines() -> Iterator[None]:
    """Note for every Value made in the block the line of the program that made it, for whoever shows the graph.

    At a prompt (Python's, IPython's, a notebook's) it is always so, and in a file that `python -i` runs before it. It
    costs about a microsecond an operation.

    >>> from microgradphys import Value, lines
    >>> with lines():
    ...     x = Value(2.0)
    ...     y = x * x
    >>> y.place[1]
    3
    """
    with changed(anomaly=current.get().anomaly or "noting"):
        yield


@contextmanager
def training(on: bool = True) -> Iterator[None]:
    """Let layers do in the block what they do while a network learns: Dropout drops, BatchNorm looks at the batch.

    Args:
        on: False for what they do in a prediction, which is so outside of all blocks.

    >>> with training():
    ...     current.get().training
    True
    """
    with changed(training=on):
        yield


@contextmanager
def recording(on: bool) -> Iterator[None]:
    """Record what is computed in the block, or do not, whatever holds outside of it."""
    with changed(recording=on):
        yield


def not_while_compiling(what: str) -> None:
    """Refuse what a compiled function cannot repeat.

    Raises:
        CompileError: a function is being compiled.
    """
    if current.get().trace is not None:
        raise CompileError(f"the function that is being compiled {what}")
