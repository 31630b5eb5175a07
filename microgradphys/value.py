"""`Value`: a number or an array that remembers how it was computed.

Write ordinary Python or numpy; every operation on a Value is recorded as a node of a graph:

>>> import numpy as np
>>> from microgradphys import Value
>>> x, w = Value(2.0, "x"), Value(-3.0, "w")
>>> y = np.tanh(w * x + 5)
>>> y.backward()
>>> x.grad == w.data * (1 - y.data**2)
True

A trap: a Value's data is a snapshot of what you gave it, and a graph is a recording. Change a leaf's data and the
recording is old; `backward()` then says so, instead of returning a gradient of something else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from microgradphys import numpy_calls, scopes
from microgradphys.anomalies import examine
from microgradphys.backward import sweep
from microgradphys.data import as_data, brief, checked_name, is_plain, keep_freed_memory, raw
from microgradphys.display import picture
from microgradphys.errors import (
    DataError,
    GradientError,
    MatrixError,
    MicrogradphysError,
    ShapeError,
    UnsupportedError,
)
from microgradphys.foreign import guide
from microgradphys.graph import ancestors, describe, unchanged
from microgradphys.methods import ArrayMethods
from microgradphys.namespaces import arrays, floats, function_of
from microgradphys.operations import Operations, values
from microgradphys.primitives import PRIMITIVES, QUESTIONS, Primitive

clock = count(1).__next__
_setting = scopes.current.get
_new = object.__new__
_NO_STATIC: dict[str, Any] = {}
_ON_FLOATS, _ON_ARRAYS = vars(floats), vars(arrays)
_QUESTIONS = {row.name: row for row in QUESTIONS}


def _comparison(name: str, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Make the operator method of a question."""
    row = _QUESTIONS[name]

    def method(self: Value, other: Any) -> Any:
        if _setting().trace is None:
            return compare(self.held, raw(other))
        return apply(row, self, other)

    method.__doc__ = f"Compare data: {row.written}."
    return method


def _method(name: str) -> Callable[[Any], Value]:
    """Make the method of a row of one argument, with a short way for a float and for an array that nobody else has."""
    row, on_float, on_array = PRIMITIVES[name], getattr(floats, name), getattr(arrays, name)

    def method(self: Value) -> Value:
        a = self.held
        if a.__class__ is float:
            return _node(row, on_float(a), (self,), self.active, _NO_STATIC)
        if a.__class__ is np.ndarray and self.witness is None and _setting().usual:
            data = on_array(a)
            if data.__class__ is np.ndarray and data is not a:
                return _node(row, data, (self,), self.active, _NO_STATIC)
        return _recorded(row, (self,), (a,), _NO_STATIC)

    method.__doc__ = f"Record {row.written}."
    return method


def _operators(name: str) -> tuple[Callable[[Any, Any], Value], Callable[[Any, Any], Value]]:
    """Make the operator method of a row and its reflection, with the same short ways."""
    row, on_floats, on_arrays = PRIMITIVES[name], getattr(floats, name, None), getattr(arrays, name)

    def method(self: Value, other: Any) -> Value:
        if other.__class__ is float:
            other = _node(None, other, (), False, _NO_STATIC)
        elif other.__class__ is not Value:
            other = constant(other)
        a, b = self.held, other.held
        if a.__class__ is float and b.__class__ is float and on_floats is not None:
            return _node(row, on_floats(a, b), (self, other), self.active or other.active, _NO_STATIC)
        if self.witness is None and other.witness is None and _setting().usual:
            try:
                data = on_arrays(a, b)
            except (ValueError, TypeError):
                data = None  # The long way says what is wrong.
            if data.__class__ is np.ndarray:
                return _node(row, data, (self, other), self.active or other.active, _NO_STATIC)
        return _recorded(row, (self, other), (a, b), _NO_STATIC)

    def reflected(self: Value, other: Any) -> Value:
        return method(constant(other), self)

    method.__doc__ = f"Record {row.written}."
    reflected.__doc__ = f"Record {row.written}, with this Value on the right."
    return method, reflected


class Value(ArrayMethods):
    """A node of the graph: data, and how it was made.

    Args:
        data: a number, or anything array-like of real numbers; it is copied. Numbers become floats, arrays
            float64 (float32 stays float32).
        name: what it is called in formulas and pictures; `W_11`, `s^(2)` and `W'_1` are written as mathematics.

    Attributes:
        data: a float or an array. Assigning to a leaf's data is how a training step is made.
        grad: None until a backward pass reaches the node.
        parents: the nodes it was computed from, in the order of the arguments.
        active: whether gradients flow into it; False for constants.

    Raises:
        DataError: complex numbers, text, objects or ragged lists.

    >>> Value(3)
    Value(data=3.0, grad=None)
    >>> Value([1, 2]).shape
    (2,)
    """

    __slots__ = (
        "__weakref__",
        "active",
        "held",
        "name",
        "parents",
        "place",
        "primitive",
        "received",
        "scope",
        "static",
        "time",
        "witness",
    )

    def __init__(self, data: Any, name: str | None = None) -> None:
        """Make a leaf."""
        self.held: Any = as_data(data)
        self.received: Any = None
        self.name = checked_name(name)
        self.primitive: Primitive | None = None
        self.parents: tuple[Value, ...] = ()
        self.static = _NO_STATIC
        setting = _setting()
        self.scope = setting.scope
        self.time = clock()
        self.active = True
        # The bytes of a leaf's array when it was last read, once somebody has the array and could change it untold.
        self.witness: bytes | None = None
        if setting.trace is not None:
            setting.trace.keep(self, data)
        elif setting.anomaly:
            examine(self)
        if TYPE_CHECKING:
            # The file and line of the program that made this node: set while `lines` or `anomaly` is on, else left out.
            self.place: tuple[str, int]

    @property
    def data(self) -> Any:
        """The number or array that this node holds."""
        scopes.not_while_compiling("reads the data of a Value, which would be frozen; compute with the Value itself")
        return self.lent()

    @data.setter
    def data(self, data: Any) -> None:
        """Give a leaf new data; graphs computed from the old data are out of date from then on."""
        scopes.not_while_compiling("sets the data of a Value; return the new data instead")
        if self.primitive is not None:
            raise GradientError(
                f"{describe(self)} was computed, so its data cannot be set; "
                "set the data of the leaves and compute it again"
            )
        if data is self.held:
            # Changed in place, as by `w.data -= step`: whoever did it may do it again.
            self.witness = None if data.__class__ is float else data.tobytes()
        else:
            before = self.shape
            self.held = as_data(data) if self.active else _read_only(as_data(data))
            self.witness = None
            if self.shape != before:
                self.received = None
        self.time = clock()

    @property
    def grad(self) -> Any:
        """The gradient, in the shape and type of the data; None until a backward pass reaches this node."""
        if self.received.__class__ is np.ndarray and not self.received.flags.writeable:
            # Where the local derivative is 1, the sweep hands on the array it has: whoever asks gets one of their own.
            self.received = self.received.copy()
        return self.received

    @grad.setter
    def grad(self, gradient: Any) -> None:
        """Replace the gradient, or forget it with None."""
        self.received = gradient

    @property
    def op(self) -> str | None:
        """The name of the primitive that made this node, None for a leaf."""
        return self.primitive.name if self.primitive else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the data, () for a number."""
        return getattr(self.held, "shape", ())

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.size(self.held))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements; a number counts as float64."""
        return getattr(self.held, "dtype", np.dtype(np.float64))

    @property
    def T(self) -> Value:
        """The transpose, all axes reversed."""
        return apply(PRIMITIVES["transpose"], self)

    def _repr_svg_(self) -> str | None:
        """Show the graph in a notebook, where something that draws it is installed."""
        return picture(self)

    def lent(self) -> Any:
        """Return the data for somebody outside to keep; until then nobody can have changed an array."""
        data = self.held
        if self.witness is None and data.__class__ is np.ndarray and data.flags.writeable:
            # A result stays as it is from now on; a leaf may be changed, and is compared with what it was.
            if self.primitive is not None:
                data.setflags(write=False)
            else:
                self.witness = data.tobytes()
        return data

    def named(self, name: str) -> Value:
        """Give this node a name and return it, so that an expression can be named where it is written.

        >>> (Value(1.0) + 1).named("s").name
        's'
        """
        self.name = checked_name(name)
        return self

    def backward(self, seed: Any = None, stop: Value | Iterable[Value] = ()) -> None:
        """Compute the gradient of this Value with respect to everything it was computed from.

        Gradients add up on leaves (call `zero_grad`, or set `grad` to None, between steps) and are replaced on
        computed nodes. Reverse accumulation, as in `microgradphys.backward`.

        Args:
            seed: the gradient of the final result with respect to this Value, in its shape; 1 if this is a number.
            stop: a Value of the graph, or several, that the gradient reaches and does not go beyond. Their gradients
                add up as those of leaves do.

        Raises:
            GradientError: this Value is an array and no seed was given, or it depends on no leaf; or `stop` is not
                a Value that this one depends on.
            ShapeError: the seed has another shape.
            StaleGraphError: data changed since the graph was recorded.

        >>> x = Value([1.0, 2.0])
        >>> (x * x).sum().backward()
        >>> x.grad
        array([2., 4.])
        """
        scopes.not_while_compiling("calls backward(), which writes on the nodes; compile value_and_grad(f) instead")
        keep_freed_memory()
        ends = _ends(self, stop)
        gradients = sweep(self, seed_for(self, seed), stop=ends)
        for node, gradient in gradients.items():
            if node.received is not None and (node.primitive is None or node in ends):
                gradient = node.received + gradient
            node.received = gradient

    def detach(self) -> Value:
        """Return a constant with this Value's data and name, through which no gradient flows back.

        >>> x = Value(3.0, "x")
        >>> y = x * x.detach()
        >>> y.backward()
        >>> x.grad
        3.0
        """
        if _setting().trace is not None:
            return ask(_QUESTIONS["stop"], self)
        return constant(self.held, self.name)

    def zero_grad(self) -> None:
        """Forget the gradient: back to "not computed"."""
        self.received = None

    def __float__(self) -> float:
        """Refuse to become a number behind your back, as `math.exp(value)` would have it."""
        raise UnsupportedError(
            "a Value does not turn into a plain number by itself; use np.exp and the like, or its .data"
        )

    def __index__(self) -> int:
        """Refuse to count or to pick, as `range(value)` would have it."""
        scopes.not_while_compiling(
            "counts or picks with a Value, which may be another number at the next call; "
            "take the whole number from a closure or a functools.partial"
        )
        raise UnsupportedError("a Value does not turn into a whole number by itself; use int(value.data)")

    def __format__(self, form: str) -> str:
        """Write the number in the form that an f-string asks for."""
        return format(self.held, form) if form else str(self)

    def __len__(self) -> int:
        """Return the length of the first axis."""
        if not self.shape:
            raise ShapeError("a Value that holds one number has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Value]:
        """Go through the first axis."""
        return (self[i] for i in range(len(self)))

    def __pos__(self) -> Value:
        """Return self unchanged."""
        return self

    def __bool__(self) -> bool:
        """Say whether the number is not zero, so that a program may branch on it."""
        scopes.not_while_compiling("branches on a Value, and would keep to one branch; use np.where(condition, a, b)")
        return bool(self.held)

    # Equality compares data, as in numpy, but a node is found in sets and dictionaries by what it is.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        """Show data and gradient, and the name if there is one."""
        name = "" if self.name is None else f", name={self.name!r}"
        return f"Value(data={self.held!r}, grad={self.grad!r}{name})"

    def __dir__(self) -> list[str]:
        """List the attributes, without those that only say what they are called here."""
        return [name for name in object.__dir__(self) if hasattr(Value, name)]

    def __reduce__(self) -> Any:
        """Refuse to be pickled: a recording belongs to the program that made it."""
        raise DataError("a Value is a recording and cannot be pickled or copied; store its .data instead")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to turn into a plain array behind your back."""
        if self.dtype.kind == "i":
            scopes.not_while_compiling(
                "picks from a plain array; make the array an argument, or use constant(array)[positions]"
            )
        raise UnsupportedError(
            "a Value does not turn into a plain array by itself; use its .data, "
            "or np.stack([...]) to make one Value of several, with their gradients"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Record numpy's elementwise functions."""
        if method == "__call__" and not kwargs:
            if (short := _SHORT.get(ufunc)) is not None:
                return short(self)
            if (row := _UFUNCS.get(ufunc)) is not None:
                return apply(row, *inputs)
        return numpy_calls.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Record numpy's other functions."""
        return numpy_calls.function(function, args, kwargs)

    exp = _method("exp")
    log = _method("log")
    sqrt = _method("sqrt")
    tanh = _method("tanh")
    sigmoid = _method("sigmoid")
    relu = _method("relu")
    __neg__ = _method("negative")
    __abs__ = _method("absolute")
    __floor__ = _method("floor")
    __ceil__ = _method("ceil")
    __add__, __radd__ = _operators("add")
    __sub__, __rsub__ = _operators("subtract")
    __mul__, __rmul__ = _operators("multiply")
    __truediv__, __rtruediv__ = _operators("divide")
    __floordiv__, __rfloordiv__ = _operators("floor_divide")
    __mod__, __rmod__ = _operators("remainder")
    __pow__, __rpow__ = _operators("power")
    __lt__ = _comparison("less", operator.lt)
    __le__ = _comparison("less_equal", operator.le)
    __gt__ = _comparison("greater", operator.gt)
    __ge__ = _comparison("greater_equal", operator.ge)
    __eq__ = _comparison("equal", operator.eq)
    __ne__ = _comparison("not_equal", operator.ne)
    __and__ = __rand__ = _comparison("logical_and", np.logical_and)
    __or__ = __ror__ = _comparison("logical_or", np.logical_or)
    __xor__ = __rxor__ = _comparison("logical_xor", np.logical_xor)

    def __invert__(self) -> Any:
        """Turn truths round."""
        return ask(_QUESTIONS["logical_not"], self)

    __matmul__, __rmatmul__ = _operators("matmul")


guide(Value)


def constant(data: Any, name: str | None = None) -> Value:
    """Make a Value into which no gradient flows: an input or a target, with a name for the formulas.

    Args:
        data: as for `Value`.
        name: as for `Value`.

    >>> x, w = constant(3.0, "x"), Value(2.0, "w")
    >>> (w * x).backward()
    >>> w.grad, x.grad
    (3.0, None)
    """
    trace = _setting().trace
    if trace is not None and data.__class__ is not float:
        return trace.constant(data, checked_name(name))
    value = _node(None, _read_only(as_data(data)), (), False, _NO_STATIC)
    if name is not None:
        value.name = checked_name(name)
    return value


def ask(row: Primitive, *args: Any, **static: Any) -> Any:
    """Answer a question with plain data; while a function is compiled, record it."""
    if _setting().trace is not None:
        static = numpy_calls.checked_options(row.name, static, row.statics)
        return apply(row, *args, **static)
    return getattr(arrays, row.name)(*map(raw, args), **numpy_calls.raw_options(row.name, static))


def apply(row: Primitive, *args: Any, **static: Any) -> Any:
    """Compute one primitive and record it; with no Value among the arguments, only compute it.

    Args:
        row: a row of the table.
        args: the differentiable arguments, Values or plain data.
        static: the row's keyword arguments.

    Raises:
        ShapeError: the shapes do not fit the operation.
        DataError: an argument cannot be differentiated.

    >>> apply(PRIMITIVES["square"], Value(3.0)).data
    9.0
    """
    plain = [arg for arg in args if arg.__class__ is not Value]
    if plain:
        if len(plain) == len(args) and (not static or is_plain(static.get("index"))):
            return compute(row, args, static)
        args = tuple([arg if arg.__class__ is Value else constant(arg) for arg in args])
    return _recorded(row, args, tuple([parent.held for parent in args]), static)


def _recorded(row: Primitive, parents: tuple[Value, ...], inputs: tuple[Any, ...], static: dict[str, Any]) -> Value:
    """Compute one primitive of Values and record it."""
    if (trace := _setting().trace) is not None:
        trace.whole(parents)
        inputs = tuple([parent.held for parent in parents])
    # The rules of a user's own row are somebody outside, who may keep or change what they see.
    own = trace is None and row.name not in _ON_ARRAYS
    if own:
        inputs = tuple([parent.lent() for parent in parents])
    data = compute(row, inputs, static)
    if data.__class__ is not np.ndarray or len(inputs) == 3:
        data = as_number(data, inputs)
    active = False
    for parent in parents:
        if parent.active:
            active = True
        if parent.witness is not None:
            _witness(parent, row, static)
        if parent.held is data and data.__class__ is not float:
            data = data.view()
    node = _node(row, data, parents, active, static)
    if own:
        node.lent()
    return node


def compute(row: Primitive, inputs: Any, static: dict[str, Any]) -> Any:
    """Compute a row's forward on plain data, naming operation and shapes if they do not fit."""
    # Most data are floats or arrays throughout: the first says which, and only floats are asked one by one.
    numbers = inputs[0].__class__ is float and row.partials and all(data.__class__ is float for data in inputs)
    function = (_ON_FLOATS if numbers else _ON_ARRAYS).get(row.name) or function_of(floats if numbers else arrays, row)
    try:
        return function(*inputs, **static) if static else function(*inputs)
    except MicrogradphysError:
        raise
    except np.linalg.LinAlgError as error:
        # numpy has one error for a matrix of the wrong shape and for one that is singular.
        kind = ShapeError if "dimension" in str(error) else MatrixError
        raise kind(f"{row.name}: {error}; its argument has shape {np.shape(inputs[0])}") from None
    except (ValueError, TypeError) as error:
        shapes = " and ".join(str(np.shape(data)) for data in inputs)
        options = "".join(f", {key}={brief(value)}" for key, value in static.items() if value is not None)
        raise ShapeError(f"{row.name}: shapes {shapes}{options} do not fit: {str(error).strip()}") from None


def as_number(data: Any, inputs: Sequence[Any]) -> Any:
    """Let a computed float64 number be a float; leave arrays what they are."""
    if data.__class__ is float or isinstance(data, (float, int)):
        return float(data)
    # Without a shape but an array: np.where of a truth and two numbers is a number all the same.
    numbers = len(inputs) == 3 and not np.shape(data) and all(a.__class__ is float for a in inputs[1:])
    return float(data) if numbers else np.asarray(data)


def _read_only(data: Any) -> Any:
    """Make an array refuse to be changed in place."""
    if data.__class__ is not float:
        data.setflags(write=False)
    return data


def _witness(leaf: Value, row: Primitive, static: dict[str, Any]) -> None:
    """Note what a leaf's array holds now; if it changed since last time, older graphs are out of date.

    Who reads only a part of it looks only at that part: a loop over n elements stays a matter of n.
    """
    if row.picks and unchanged(leaf, static[row.picks]):
        return
    now = leaf.held.tobytes()
    if leaf.witness != now:
        leaf.time, leaf.witness = clock(), now


def _node(row: Primitive | None, data: Any, parents: tuple[Value, ...], active: bool, static: dict[str, Any]) -> Value:
    """Record one node."""
    node = _new(Value)
    node.held = data
    node.received = None
    node.name = None
    node.primitive = row
    node.parents = parents
    node.static = static
    setting = _setting()
    node.scope = setting[0]
    node.time = clock()
    node.active = active
    node.witness = None
    if not setting[1]:
        _unusual(node, setting)
    if not node.active and data.__class__ is not float and data.base is not None:
        node.held = _unshared(data)
    return node


def _unusual(node: Value, setting: scopes.Setting) -> None:
    """Do with a new node what the block that it is made in asks for."""
    if setting.trace is not None:
        setting.trace.made(node, setting.recording)
        return
    if setting.anomaly:
        examine(node)
    if not setting.recording:
        node.primitive, node.parents, node.active, node.static = None, (), False, _NO_STATIC
        _read_only(node.held)


def _unshared(data: Any) -> Any:
    """Copy a view of data that can be changed: nobody watches what a constant looks at."""
    return _read_only(data.copy()) if getattr(getattr(data.base, "flags", None), "writeable", True) else data


def seed_for(output: Value, seed: Any) -> Any:
    """Check the gradient to start a sweep with, or supply 1 for a number."""
    if seed is None and output.active and output.held.__class__ is float:
        return 1.0
    if not output.active:
        raise GradientError(f"{describe(output)} depends on no leaf Value, so it has no gradient")
    if seed is None:
        if output.size != 1:
            raise GradientError(
                f"backward() starts at one number, but {describe(output)} has shape {output.shape}; "
                "sum or average it first, or pass a seed of that shape"
            )
        return np.ones_like(output.held)
    seed = as_data(seed)
    if np.shape(seed) != output.shape:
        raise ShapeError(f"the seed has shape {np.shape(seed)}, but {describe(output)} has shape {output.shape}")
    return float(seed) if output.held.__class__ is float else np.asarray(seed, output.dtype)


def _ends(output: Value, stop: Any) -> set[Value]:
    """Check the nodes at which a sweep is to end."""
    if stop.__class__ is tuple and not stop:
        return set()
    ends = [stop] if isinstance(stop, Value) or not isinstance(stop, Iterable) else list(stop)
    known = set(ancestors(output))
    for node in ends:
        if not isinstance(node, Value):
            raise GradientError(f"stop= takes a Value or several, not {type(node).__name__}")
        if node not in known:
            why = "no gradient flows into it" if not node.active else "it is not in its graph"
            raise GradientError(f"{describe(output)} has no gradient at {describe(node)} to stop at: {why}")
    return set(ends)


# The rows that are numpy's elementwise functions by the same name: most calls are of these, and need no looking up.
_UFUNCS = {ufunc: row for name, row in PRIMITIVES.items() if isinstance(ufunc := getattr(np, name, None), np.ufunc)}
_SHORT = {ufunc: _method(row.name) for ufunc, row in _UFUNCS.items() if row.partials and row.arity == 1}

Operations.record = staticmethod(apply)
vars(values).update({name: partial(apply, row) for name, row in PRIMITIVES.items()})
vars(values).update({name: partial(ask, row) for name, row in _QUESTIONS.items()})
