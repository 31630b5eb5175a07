"""The options of an estimator, taken as what they mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from microgradphys import optim, randomness
from microgradphys.data import counted
from microgradphys.errors import InputError
from microgradphys.training.options import rule_of

_LARGEST_BATCH = 200
_SEEDS = 2**31 - 1


def generator_of(random_state: Any) -> np.random.Generator:
    """Make the generator of a fit: the same one for the same whole number.

    Args:
        random_state: a whole number, a RandomState of numpy or a Generator, from which a seed is drawn, or None, for
            the common generator.

    >>> generator_of(3).random() == generator_of(3).random()
    True
    """
    if random_state is None:
        random_state = randomness.generator()
    if isinstance(random_state, np.random.Generator):
        return np.random.default_rng(int(random_state.integers(_SEEDS)))
    return np.random.default_rng(int(check_random_state(random_state).randint(_SEEDS)))


def solver_of(options: Any) -> Any:
    """Make the rule of an optimiser of the options of an estimator.

    Raises:
        InputError: there is none of this name, or it needs more than gradients of batches.
    """
    solver, rate = options.solver, options.learning_rate_init
    if solver == "adam":
        return optim.Adam(rate, options.beta_1, options.beta_2, options.epsilon)
    if solver == "sgd":
        momentum = options.momentum
        return optim.SGD(rate, momentum, nesterov=bool(options.nesterovs_momentum and momentum))
    return rule_of(optim.named(solver, rate))


def batch_size_of(given: Any, samples: int) -> int:
    """Say how many samples are in a batch.

    >>> batch_size_of("auto", 1000), batch_size_of("auto", 50), batch_size_of(32, 20)
    (200, 50, 20)
    """
    if isinstance(given, str) and given != "auto":
        raise InputError(f"batch_size={given!r} is neither 'auto' nor a whole number")
    return min(_LARGEST_BATCH if given == "auto" else counted("batch_size", given), samples)


def check_pace(options: Any) -> None:
    """Refuse options about learning rates and stopping that mean nothing.

    Raises:
        InputError: one of them is no such thing.
    """
    if options.learning_rate not in ("constant", "invscaling", "adaptive"):
        raise InputError(
            f"learning_rate={options.learning_rate!r}: there are 'constant', 'invscaling' and 'adaptive', for the "
            "solver 'sgd'; the number is learning_rate_init, and another schedule goes with solver=optim.Adam(schedule)"
        )
    tol = options.tol
    if isinstance(tol, bool) or not isinstance(tol, (int, float, np.number)) or not tol >= 0:
        raise InputError(f"tol={tol!r} is not a number, 0 or more")
    if options.n_iter_no_change != np.inf:
        counted("n_iter_no_change", options.n_iter_no_change)
