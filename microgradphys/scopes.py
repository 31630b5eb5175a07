"""What holds for all Values made in a block: the scope they belong to, and whether they are recorded at all.

Both are kept per thread and per task, and put back when the block ends, however it ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Setting(NamedTuple):
    """The scope, from the outermost name to the innermost; whether operations are recorded; how they are looked at."""

    scope: tuple[str, ...] = ()
    recording: bool = True
    # Of `microgradphys.anomalies`: "" while nothing is looked at, "everywhere", or "sweeping" inside a sweep.
    anomaly: str = ""


_EVERYWHERE = Setting()
current: ContextVar[Setting] = ContextVar("setting", default=_EVERYWHERE)


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
    setting = current.get()
    token = current.set(setting._replace(scope=(*setting.scope, str(name))))
    try:
        yield
    finally:
        current.reset(token)


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
def recording(on: bool) -> Iterator[None]:
    """Record what is computed in the block, or do not, whatever holds outside of it."""
    token = current.set(current.get()._replace(recording=on))
    try:
        yield
    finally:
        current.reset(token)
