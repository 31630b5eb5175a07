"""Optimisers: update rules as data and pure functions, and methods that need no gradient.

A rule at work on the parameters of a model, in a training loop that is written out:

>>> from microgradphys import Value, optim
>>> w = Value(3.0)
>>> optimizer = optim.Optimizer([w], optim.Adam(0.1))
>>> ((w - 1) ** 2).backward()
>>> optimizer.step()
>>> round(w.data, 6)
2.9

The same rule as algebra, which `compile` takes together with the loss and its gradient:

>>> rule = optim.Adam(0.1)
>>> params, state = rule.step({"w": 3.0}, {"w": 4.0}, rule.start({"w": 3.0}))
>>> round(params["w"], 6)
2.9

The whole path of any of them, on a function of two numbers:

>>> optim.trace(lambda x, y: x**2 + 20 * y**2, (2.0, 1.0), optim.Newton(), 5)
<Trace of Newton: 5 steps from 24 to 0>

In reading order:

rule       what every update rule has in common
descent    gradient descent, momentum, Nesterov's momentum
adaptive   AdaGrad and RMSprop
adam       Adam and AdamW
schedules  learning rates that change with the steps
clipping   gradients cut to size
names      rules by name
checks     what rules are given, checked
packing    parameters joined to one vector
optimizer  a rule at work on the Values of a model
objective  a function that is minimised, as one of a single vector
newton     Newton's method
lbfgs      Newton's method with a guessed Hessian
genetic    mutation, crossover, survival: no gradient
cmaes      a normal distribution that learns where to look: no gradient
surfaces   functions of two numbers to try them on
tracing    the whole path of any of them
written    the formulas of a rule, read from the rule
"""

from microgradphys.optim import schedules, surfaces
from microgradphys.optim.adam import Adam, AdamW
from microgradphys.optim.adaptive import AdaGrad, RMSprop
from microgradphys.optim.clipping import Clipped, clip_by_norm, clip_by_value
from microgradphys.optim.cmaes import CMAES
from microgradphys.optim.descent import SGD, GradientDescent, Momentum, Nesterov
from microgradphys.optim.genetic import Genetic
from microgradphys.optim.lbfgs import LBFGS
from microgradphys.optim.names import named
from microgradphys.optim.newton import Newton
from microgradphys.optim.optimizer import Optimizer
from microgradphys.optim.rule import ElementwiseRule, Rule
from microgradphys.optim.tracing import Trace, trace
from microgradphys.optim.written import formulas

__all__ = [
    "CMAES",
    "LBFGS",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Clipped",
    "ElementwiseRule",
    "Genetic",
    "GradientDescent",
    "Momentum",
    "Nesterov",
    "Newton",
    "Optimizer",
    "RMSprop",
    "Rule",
    "Trace",
    "clip_by_norm",
    "clip_by_value",
    "formulas",
    "named",
    "schedules",
    "surfaces",
    "trace",
]
