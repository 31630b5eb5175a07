"""Optimisers by name, as they are written in configurations: `named("adam")`."""

from __future__ import annotations

from typing import Any

from microgradphys.data import brief
from microgradphys.errors import InputError
from microgradphys.named import nearest
from microgradphys.optim.adam import Adam, AdamW
from microgradphys.optim.adaptive import AdaGrad, RMSprop
from microgradphys.optim.cmaes import CMAES
from microgradphys.optim.descent import GradientDescent, Momentum, Nesterov
from microgradphys.optim.genetic import Genetic
from microgradphys.optim.lbfgs import LBFGS
from microgradphys.optim.newton import Newton

_KINDS = {
    "sgd": GradientDescent,
    "gd": GradientDescent,
    "gradientdescent": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "newton": Newton,
    "lbfgs": LBFGS,
    "ga": Genetic,
    "genetic": Genetic,
    "geneticalgorithm": Genetic,
    "cmaes": CMAES,
}


def named(name: Any, *args: Any, **options: Any) -> Any:
    """Make an optimiser by its name, in capitals or not, with hyphens, blanks or without.

    Args:
        name: what it is called; anything but a text is returned as it is, so that an optimiser is as good as its name.
        args: the learning rate, if it shall not be the optimiser's own.
        options: of the optimiser.

    Raises:
        InputError: there is no optimiser of this name; the message says which is near.

    >>> named("adam", 0.01)
    Adam(learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-08)
    >>> named("adma")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: there is no optimiser 'adma'; did you mean 'adam'?
    """
    if not isinstance(name, str):
        return name
    word = "".join(letter for letter in name.casefold() if letter.isalnum())
    if word not in _KINDS:
        raise InputError(f"there is no optimiser {brief(name)}; {nearest(word, _KINDS)}")
    return _KINDS[word](*args, **options)
