"""Scopes: names for the parts of a program, so that pictures can fold and sentences can say where."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

current: ContextVar[tuple[str, ...]] = ContextVar("scope", default=())


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Group every Value made inside the block under `name`; blocks nest.

    Args:
        name: what the group is called in pictures and sentences.

    >>> from microgradphys import Value, scope
    >>> with scope("hidden"), scope("neuron 1"):
    ...     Value(1.0).scope
    ('hidden', 'neuron 1')
    """
    token = current.set((*current.get(), str(name)))
    try:
        yield
    finally:
        current.reset(token)
