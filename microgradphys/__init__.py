"""microgradphys: the autodiff engine that people learn gradients with, and that shows them."""

from microgradphys.check import check_gradients
from microgradphys.errors import MicrogradphysError
from microgradphys.functions import average_pool, conv1d, conv2d, max_pool, relu, set_at, sigmoid
from microgradphys.scopes import scope
from microgradphys.transforms import grad, value_and_grad
from microgradphys.value import Value, constant

__version__ = "0.1.0"
__all__ = [
    "MicrogradphysError",
    "Value",
    "average_pool",
    "check_gradients",
    "constant",
    "conv1d",
    "conv2d",
    "grad",
    "max_pool",
    "relu",
    "scope",
    "set_at",
    "sigmoid",
    "value_and_grad",
]
