"""What `xp` means in the table for Values: every row as an operation that is recorded.

The operations are put in by `value.py`, which knows how to record; who composes them needs no more than their names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from microgradphys.namespaces import Namespace
from microgradphys.primitives import Primitive


class Operations(Namespace):
    """Every row as an operation on Values.

    Attributes:
        record: records a row.
    """

    record: ClassVar[Callable[..., Any]]

    def _function_of(self, row: Primitive) -> Callable[..., Any]:
        """Record a row that a user added."""
        return partial(self.record, row)


values = Operations()
