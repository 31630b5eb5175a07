"""microgradphys: the autodiff engine that people learn gradients with, and that shows them.

In reading order:

the table of operations      primitives, rows, namespaces, accurate
a Value                      value, node, data, operators, methods, display
recording                    recording, forward, numpy_calls, options, scopes, frames, witness
numpy composed of rows       composed, joined, products, choices, sampled, linear_algebra
functions numpy lacks        functions, convolutions
the backward pass            graph, backward, endpoints, contributions, picking, prepared
functions of functions       transforms, jacobians, trees
checks and errors            check, anomalies, errors, foreign, named
rows of a user's own         own_rows, row_checks
computed again               rerun, levels, together, compiled, written
formulas                     mathematics, symbols, notation, markup
a graph as formulas          arranging, recorded_rules, source, closed_form
a graph that pages compute   recipes, traced_rules, forms, cells, small_matrices
networks and their training  nn, losses, optim, training, metrics, randomness, loading, estimators, export
files                        files, archives, nested, npz
"""

from typing import TYPE_CHECKING, Any

from microgradphys.anomalies import anomaly
from microgradphys.check import check_gradients
from microgradphys.compiled.function import compile
from microgradphys.convolutions import average_pool, conv1d, conv2d, max_pool
from microgradphys.errors import MicrogradphysError
from microgradphys.functions import (
    elu,
    erf,
    erfc,
    gelu,
    leaky_relu,
    log_softmax,
    logsigmoid,
    logsumexp,
    relu,
    set_at,
    sigmoid,
    silu,
    softmax,
    softplus,
    stop,
)
from microgradphys.jacobians import hessian, hvp, jacobian, jvp, vjp
from microgradphys.levels import replay
from microgradphys.own_rows import primitive
from microgradphys.randomness import seed
from microgradphys.recording import constant
from microgradphys.scopes import lines, no_grad, scope
from microgradphys.transforms import grad, value_and_grad
from microgradphys.value import Value

if TYPE_CHECKING:
    from microgradphys import export as export
    from microgradphys import loading as loading
    from microgradphys import losses as losses
    from microgradphys import nn as nn
    from microgradphys import optim as optim
    from microgradphys import training as training

__version__ = "0.1.0"
__all__ = [
    "MicrogradphysError",
    "Value",
    "anomaly",
    "average_pool",
    "check_gradients",
    "compile",
    "constant",
    "conv1d",
    "conv2d",
    "elu",
    "erf",
    "erfc",
    "gelu",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "leaky_relu",
    "lines",
    "log_softmax",
    "logsigmoid",
    "logsumexp",
    "max_pool",
    "no_grad",
    "primitive",
    "relu",
    "replay",
    "scope",
    "seed",
    "set_at",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "stop",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    """Load a part of this package, such as `nn` or `export`, when it is first used."""
    from importlib import import_module

    if name not in _parts():
        raise AttributeError(f"module 'microgradphys' has no attribute {name!r}")
    return import_module(f"microgradphys.{name}")


def __dir__() -> list[str]:
    """List the parts too, whether they are loaded or not."""
    return sorted({*globals(), *_parts()})


def _parts() -> set[str]:
    """List the modules and packages inside of this one."""
    from pkgutil import iter_modules

    return {module.name for module in iter_modules(__path__)}
