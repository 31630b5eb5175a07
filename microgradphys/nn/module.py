"""`Module`: anything with parameters, and how its parameters are found, named and replaced.

A module of your own is five lines:

>>> from microgradphys import Value
>>> class Line(Module):
...     def __init__(self):
...         self.slope, self.offset = Value(2.0), Value(1.0)
...     def forward(self, x):
...         return self.slope * x + self.offset
>>> line = Line()
>>> line(3.0).data, list(line.named_parameters())
(7.0, ['slope', 'offset'])

A layer whose parameters depend on its inputs makes them in `build`, which is called once, with the shape of a sample,
before its first `forward`. What a layer keeps without learning it, as the running mean of a BatchNorm, are its
*buffers*: plain arrays, in the attributes that the class names in `buffer_names`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from microgradphys import scopes
from microgradphys.errors import InputError
from microgradphys.nn.foreign import Guided
from microgradphys.nn.members import each_module, each_once, is_parameter, members
from microgradphys.nn.sample_shape import sample_shape_of
from microgradphys.nn.seen import outputs_seen
from microgradphys.nn.storable import Storable
from microgradphys.nn.summary import Summary, summarised
from microgradphys.nn.trainable import Trainable
from microgradphys.value import Value


class Module(Storable, Trainable, Guided):
    """Anything with parameters: the Values among its attributes, in lists and dictionaries there, and in modules.

    Attributes:
        name: what pictures, tables and checkpoints call it; the attribute that holds it, if it has no name of its own.
        built: whether it has its parameters.
        sample_shape: the shape of one sample that it was built for, or None.
        buffer_names: the attributes that are kept with the parameters but not learnt.
        takes_whole_numbers: whether its inputs may be positions, which stay whole numbers, as those of an Embedding.
        one_by_one: whether a call takes one sample, not a batch, as those of the scalar networks do.
    """

    name: str = ""
    built: bool = False
    sample_shape: tuple[int, ...] | None = None
    buffer_names: ClassVar[tuple[str, ...]] = ()
    takes_whole_numbers: ClassVar[bool] = False
    one_by_one: ClassVar[bool] = False

    def __call__(self, x: Any) -> Any:
        """Compute the outputs of inputs: `forward`, in a scope of its own, once there are parameters."""
        if not self.built:
            shape = np.shape(x)
            self.prepare(shape[1:] if len(shape) > 1 else shape)
        if not self.name:
            return self.forward(x)
        with scopes.scope(self.name):
            return self.forward(x)

    def prepare(self, shape: tuple[int, ...]) -> None:
        """Name the modules inside of this one that have no name, and make its parameters.

        Args:
            shape: the shape of one sample, without the axis of the batch.

        >>> from microgradphys import nn
        >>> layer = nn.Dense(2)
        >>> layer.prepare((3,))
        >>> layer.W.shape
        (3, 2)
        """
        for name, child in self.children().items():
            child.name = child.name or name
        self.build(shape)
        self.built, self.sample_shape = True, shape

    def build(self, shape: tuple[int, ...]) -> None:
        """Make the parameters; there is nothing to make unless a subclass says so.

        Args:
            shape: the shape of one sample, without the axis of the batch.
        """

    def forward(self, x: Any) -> Any:
        """Compute the outputs of inputs (batch, …), as a subclass says.

        Raises:
            InputError: no subclass says it.
        """
        raise InputError(f"{type(self).__name__} has no `forward(self, x)`: write one that returns the outputs")

    def children(self) -> dict[str, Module]:
        """Return the modules inside of this one, by name.

        >>> Module().children()
        {}
        """
        return {name: part for name, part in members(self) if isinstance(part, Module)}

    def named_modules(self) -> dict[str, Module]:
        """Return this module, as "", and those inside of it, each once, by where they are: "hidden.norm".

        >>> list(Module().named_modules())
        ['']
        """
        return {path.removesuffix("."): module for path, module in each_module(self)}

    def named_parameters(self) -> dict[str, Value]:
        """Return the Values that training changes, each once, by where they are: "hidden.W".

        >>> Module().named_parameters()
        {}
        """
        return dict(each_once(self, lambda module: module.own_parameters()))

    def own_parameters(self) -> dict[str, Value]:
        """Return the parameters that are not those of a module inside of this one.

        >>> Module().own_parameters()
        {}
        """
        return {name: part for name, part in members(self) if isinstance(part, Value) and is_parameter(part)}

    def parameters(self) -> list[Value]:
        """Return the Values that training changes.

        >>> Module().parameters()
        []
        """
        return list(self.named_parameters().values())

    def named_buffers(self) -> dict[str, Any]:
        """Return what is kept without being learnt, by where it is: "norm.running_mean".

        >>> Module().named_buffers()
        {}
        """
        return dict(each_once(self, lambda module: {key: getattr(module, key) for key in module.buffer_names}))

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: back to "not computed".

        >>> from microgradphys.nn import Neuron
        >>> neuron = Neuron(1)
        >>> neuron([2.0]).backward()
        >>> neuron.zero_grad()
        >>> [p.grad for p in neuron.parameters()]
        [None, None]
        """
        for parameter in self.parameters():
            parameter.zero_grad()

    def summary(self, input_shape: int | tuple[int, ...] | None = None) -> Summary:
        """Print the table of the layers, with the shape of what each returns for one sample, and its parameters.

        Args:
            input_shape: the shape of one sample, without the axis of the batch, for which parameters that are still
                missing are made now; if not given, the one that they were made for.

        Returns:
            The table as data.

        Raises:
            InputError: parameters are missing, and no shape is given to make them for; or that is no shape.

        >>> class Double(Module):
        ...     def __init__(self):
        ...         self.factor = Value(2.0)
        ...     def forward(self, x):
        ...         return self.factor * x
        >>> table = Double().summary((3,))
        name    type    output  parameters
        ----------------------------------
        double  Double  (3,)             1
        ----------------------------------
        total                            1
        >>> table.total
        1
        """
        shape = self.sample_shape if input_shape is None else sample_shape_of(input_shape)
        if shape is None and any(_lacks_parameters(module) for _, module in each_module(self)):
            raise InputError(
                f"{type(self).__name__} makes its parameters when it knows the shape of its inputs: give that of one "
                "sample, as in model.summary((28, 28, 1)), or call the network once before"
            )
        outputs = {}
        # Neurons of scalars have a `__call__` of their own, for lists of numbers.
        if shape is not None and type(self).__call__ is Module.__call__:
            outputs = outputs_seen(self, np.zeros((1, *shape), getattr(self, "dtype", None)))
        table = summarised(dict(each_module(self)), outputs, self.named_buffers())
        print(table)
        return table

    def having(self, parameters: Mapping[str, Any], buffers: Mapping[str, Any] | None = None) -> Self:
        """Return a module like this one, with other numbers: what makes a network a function of its parameters.

        Args:
            parameters: by name, as `named_parameters` gives them: Values, or arrays that stand for them.
            buffers: by name, as `named_buffers` gives them; those of this module if not given.

        Returns:
            A copy, of modules only: nothing in this one changes when that one computes.

        Raises:
            InputError: there are others here than those that are given.

        >>> from microgradphys import grad
        >>> class Line(Module):
        ...     def __init__(self):
        ...         self.slope = Value(2.0)
        ...     def forward(self, x):
        ...         return self.slope * x
        >>> grad(lambda p: Line().having(p)(3.0))({"slope": 1.0})
        {'slope': 3.0}
        """
        own = self.named_parameters()
        if own.keys() != parameters.keys():
            odd = ", ".join(sorted(own.keys() ^ parameters.keys()))
            raise InputError(f"the parameters of this module and those given are not the same: {odd}")
        replaced = {id(value): parameters[name] for name, value in own.items()}
        other = _copied(self, replaced, {})
        if buffers is not None:
            other.set_buffers(buffers)
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the module with parameters and buffers of its own, as `copy.deepcopy` wants it."""
        for _, part in members(self):
            if isinstance(part, Value):
                # What was computed, and constants, are never changed.
                own = Value(copy.copy(part.data), part.name) if is_parameter(part) else part
                memo.setdefault(id(part), own)
        memo[id(self)] = other = copy.copy(self)
        vars(other).update({name: copy.deepcopy(part, memo) for name, part in vars(self).items()})
        return other

    def set_buffers(self, buffers: Mapping[str, Any]) -> None:
        """Put back what `named_buffers` gave.

        >>> Module().set_buffers({})
        """
        for path, module in each_module(self):
            for key in module.buffer_names:
                setattr(module, key, buffers[f"{path}{key}"])


def _lacks_parameters(module: Module) -> bool:
    """Whether a module has still to make parameters."""
    return not module.built and type(module).build is not Module.build


def _copied(thing: Any, replaced: Mapping[int, Any], done: dict[int, Any]) -> Any:
    """Copy modules, and the collections in them, with some of the Values replaced; modules are few levels deep."""
    if id(thing) in replaced:
        return replaced[id(thing)]
    if isinstance(thing, Module):
        if id(thing) not in done:
            done[id(thing)] = other = copy.copy(thing)
            for name, part in vars(thing).items():
                vars(other)[name] = _copied(part, replaced, done)
        return done[id(thing)]
    if isinstance(thing, dict):
        return {key: _copied(part, replaced, done) for key, part in thing.items()}
    if type(thing) in (list, tuple):
        return type(thing)(_copied(part, replaced, done) for part in thing)
    return thing
