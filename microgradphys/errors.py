"""The errors this project raises on purpose: each names the thing that is wrong and how to mend it.

Every one is also the built-in exception that Python's habits lead you to expect, so `except ValueError`
keeps working; the command line catches `MicrogradphysError` and prints its one message, without a traceback.
"""

from typing import Self

import numpy as np


class MicrogradphysError(Exception):
    """Anything that this project refuses to do, with the reason and the fix as its message."""


class DataError(MicrogradphysError, TypeError):
    """Data that cannot be differentiated: complex numbers, text, objects, ragged lists."""


class ShapeError(MicrogradphysError, ValueError):
    """Shapes that do not fit the operation, which the message names with all of them."""


class MatrixError(MicrogradphysError, np.linalg.LinAlgError):
    """A matrix that lacks what was asked for: an inverse, a Cholesky factor, singular values that converge."""


class UnsupportedError(MicrogradphysError, TypeError):
    """A numpy function, or an option of one, that has no row in the table of primitives."""


class ForeignError(MicrogradphysError, AttributeError):
    """An attribute that a Value has in another library, and what to write here."""


class GradientError(MicrogradphysError, ValueError):
    """A backward pass that would have no meaning, or a gradient that was asked for too early."""


class StaleGraphError(MicrogradphysError, RuntimeError):
    """Data changed between forward and backward, so that the recorded graph no longer tells the truth."""


class CompileError(MicrogradphysError, TypeError):
    """A function that cannot be compiled: it would freeze something that may differ at the next call."""


class AnomalyError(MicrogradphysError, ArithmeticError):
    """An operation that made nan or inf out of finite numbers, while `anomaly` was on.

    Attributes:
        scope: where the operation was recorded, from the outermost scope to the innermost.
    """

    scope: tuple[str, ...] = ()

    def within(self, scope: tuple[str, ...]) -> Self:
        """Note the scope; return the error."""
        self.scope = scope
        return self


class TrainingError(MicrogradphysError, ArithmeticError):
    """A loss that is no finite number any more: in which epoch, batch and layer, and what is likely to be the cause."""


class CheckError(MicrogradphysError, AssertionError):
    """A gradient that disagrees with finite differences."""


class MissingExtraError(MicrogradphysError, ImportError):
    """A function that needs an optional package, and the command that installs it."""


class InputError(MicrogradphysError, ValueError):
    """A file, folder, name or option given by the user that cannot be used as it is."""
