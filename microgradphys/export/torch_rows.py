"""What PyTorch calls the rows of the table of primitives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from numpy.lib.array_utils import normalize_axis_tuple

from microgradphys.compiled.steps import Step
from microgradphys.errors import UnsupportedError
from microgradphys.export.lines import Lines, Words
from microgradphys.export.sizes import Size

_SHAPE = "torch.reshape({0}, {shape})"


def _reduced(function: str) -> Callable[..., str]:
    """Reduce along some axes; along none, torch means all by the empty tuple."""

    def word(lines: Lines, step: Step, a: str) -> str:
        axis, keepdims = _axes(step), step.static.get("keepdims", False)
        return f"{function}({a}, dim={axis}{', keepdim=True' * bool(keepdims)})"

    return word


def _axes(step: Step) -> tuple[int, ...]:
    """List the axes that are reduced."""
    axis, count = step.static.get("axis", _default(step)), len(step.operands[0].shape)
    return tuple(range(count)) if axis is None else normalize_axis_tuple(axis, count)


def _default(step: Step) -> Any:
    """Say which axis a row means by itself."""
    return -1 if step.op in ("softmax", "log_softmax", "logsumexp", "argsort") else None


def _spread(function: str) -> Callable[..., str]:
    """Find variance or deviation."""

    def word(lines: Lines, step: Step, a: str) -> str:
        ddof = lines.option(step.static.get("ddof", 0))
        return _reduced(function)(lines, step, a)[:-1] + f", correction={ddof})"

    return word


def _prod(lines: Lines, step: Step, a: str) -> str:
    """Multiply along axes, one after the other."""
    for axis in sorted(_axes(step), reverse=True):
        a = f"torch.prod({a}, dim={axis})"
    return f"torch.reshape({a}, {lines.option(step.shape)})"


def _along(function: str) -> Callable[..., str]:
    """Go along one axis; without one, all elements are put in a row first."""

    def word(lines: Lines, step: Step, a: str) -> str:
        axis = step.static.get("axis", _default(step))
        whole = f"torch.reshape({a}, (-1,))" if axis is None else a
        more = ", stable=True" if step.op == "argsort" else ""
        code = f"{function}({whole}, dim={0 if axis is None else axis}{more})"
        return f"torch.reshape({code}, {lines.option(step.shape)})" if step.static.get("keepdims") else code

    return word


def _soft(log: bool) -> Callable[..., str]:
    """Compute softmax or its logarithm, along one axis or several."""

    def word(lines: Lines, step: Step, a: str) -> str:
        axes = _axes(step)
        if len(axes) == 1:
            return f"torch.{'log_' * log}softmax({a}, dim={axes[0]})"
        below = f"{a} - torch.logsumexp({a}, dim={axes}, keepdim=True)"
        return below if log else f"torch.exp({below})"

    return word


def _transpose(lines: Lines, step: Step, a: str) -> str:
    """Put the axes in another order."""
    axes = step.static.get("axes")
    return f"{a}.permute({tuple(reversed(range(len(step.shape)))) if axes is None else tuple(axes)})"


def _joined(function: str) -> Callable[..., str]:
    """Join arrays."""

    def word(lines: Lines, step: Step, *parts: str) -> str:
        axis = step.static.get("axis", 0)
        if axis is None:
            axis, parts = 0, tuple(f"torch.reshape({part}, (-1,))" for part in parts)
        return f"{function}(({', '.join(parts)},), dim={axis})"

    return word


def _getitem(lines: Lines, step: Step, a: str) -> str:
    """Take elements; torch has no slices that go backwards, so those axes are turned round first."""
    index = step.static["index"]
    parts = list(index) if isinstance(index, tuple) else [index]
    shape, back, axis = step.operands[0].shape, [], 0
    for k, part in enumerate(parts):
        if part is Ellipsis:
            axis = len(shape) - sum(other is not None for other in parts[k + 1 :])
        elif isinstance(part, slice) and isinstance(part.step, int) and part.step < 0:
            back.append(axis)
            parts[k] = _turned(part, shape[axis])
        axis += part is not None and part is not Ellipsis
    if not back:
        return f"{a}[{lines.index(index)}]"
    return f"torch.flip({a}, {tuple(back)})[{lines.index(tuple(parts))}]"


def _turned(part: slice, length: Any) -> slice:
    """Write a slice that goes backwards as one that goes forwards from the other end."""
    if part.start is part.stop is None:
        return slice(None, None, -part.step)
    if isinstance(length, Size):
        raise UnsupportedError("a part of the batch, backwards, cannot be exported: pass batch=False")
    start, stop, step = part.indices(length)
    return slice(length - 1 - start, length - 1 - stop, -step)


def _windows(lines: Lines, step: Step, a: str) -> str:
    """Cut windows out: torch's own unfold puts each window's axis last, as the row does."""
    pairs = zip(step.static["size"], step.static["stride"], strict=True)
    return a + "".join(f".unfold({1 + k}, {size}, {stride})" for k, (size, stride) in enumerate(pairs))


def _solve(lines: Lines, step: Step, a: str, b: str) -> str:
    """Solve; torch would take a stack of matrices for vectors."""
    first, second = (operand.shape for operand in step.operands)
    if len(second) == 1:
        return f"torch.linalg.solve({a}, {b}[:, None])[..., 0]"
    spread = f"torch.broadcast_to({b}, {lines.option((*first[:-2], *second))})" if len(second) < len(first) else b
    return f"torch.linalg.solve({a}, {spread})"


_SYMMETRIC = "({0} + {0}.mT) / 2"

_ROWS: dict[str, str | Callable[..., str]] = {
    # elementwise, by torch's names
    **{
        name: f"torch.{name}({{0}})"
        for name in (
            "sign reciprocal square sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan deg2rad "
            "rad2deg sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc sigmoid relu erf erfc isfinite isnan "
            "isinf signbit logical_not"
        ).split()
    },
    **{
        name: f"torch.{name}({{0}}, {{1}})"
        for name in (
            "remainder fmod hypot logaddexp arctan2 maximum minimum logical_and logical_or logical_xor"
        ).split()
    },
    "floor_divide": 'torch.div({0}, {1}, rounding_mode="floor")',
    "negative": "-{0}",
    "positive": "{0}",
    "absolute": "torch.abs({0})",
    "power": "torch.pow({0}, {1})",
    "cbrt": "torch.sign({0}) * torch.pow(torch.abs({0}), 1 / 3)",
    "rint": "torch.round({0})",
    "round": lambda lines, step, a: f"torch.round({a}, decimals={step.static.get('decimals', 0)})",
    "where": lambda lines, step, c, a, b: (
        f"torch.where({c if step.operands[0].dtype == bool else c + ' != 0'}, {a}, {b})"
    ),
    "logsigmoid": "functional.logsigmoid({0})",
    # torch says x instead of ln(1 + eˣ) beyond a threshold of 20, unless it is told another.
    "softplus": "functional.softplus({0}, threshold=50)",
    "leaky_relu": lambda lines, step, a: f"functional.leaky_relu({a}, {step.static.get('slope', 0.01)})",
    "elu": lambda lines, step, a: f"functional.elu({a}, {step.static.get('alpha', 1.0)})",
    "silu": "functional.silu({0})",
    "gelu": "functional.gelu({0})",
    "stop": "{0}.detach()",
    # structural
    "outer": "torch.outer(torch.reshape({0}, (-1,)), torch.reshape({1}, (-1,)))",
    "sum": _reduced("torch.sum"),
    "mean": _reduced("torch.mean"),
    "max": _reduced("torch.amax"),
    "min": _reduced("torch.amin"),
    "norm": _reduced("torch.linalg.vector_norm"),
    "logsumexp": _reduced("torch.logsumexp"),
    "any": _reduced("torch.any"),
    "all": _reduced("torch.all"),
    "var": _spread("torch.var"),
    "std": _spread("torch.std"),
    "prod": _prod,
    "cumsum": _along("torch.cumsum"),
    "argmax": _along("torch.argmax"),
    "argmin": _along("torch.argmin"),
    "argsort": _along("torch.argsort"),
    "reshape": _SHAPE,
    "expand_dims": _SHAPE,
    "squeeze": _SHAPE,
    "transpose": _transpose,
    "swapaxes": "torch.swapaxes({0}, {axis1}, {axis2})",
    "broadcast_to": "torch.broadcast_to({0}, {shape})",
    "astype": lambda lines, step, a: f"{a}.to({lines.dtype(step.dtype)})",
    "getitem": _getitem,
    "scatter": lambda lines, step, a: (
        f"scatter({a}, {lines.index_object(step.static['index'])}, {lines.option(step.shape)})"
    ),
    "concatenate": _joined("torch.cat"),
    "stack": _joined("torch.stack"),
    "einsum": lambda lines, step, *parts: f"torch.einsum({step.static['subscripts']!r}, {', '.join(parts)})",
    "softmax": _soft(False),
    "log_softmax": _soft(True),
    "windows": _windows,
    "overlap": "overlap({0}, {size}, {stride}, {shape})",
    "shares": lambda lines, step, a, y: f"shares({a}, {y}, {_axes(step)})",
    # linear algebra
    "inv": "torch.linalg.inv({0})",
    "det": "torch.linalg.det({0})",
    "logabsdet": "torch.linalg.slogdet({0}).logabsdet",
    "sign_of_det": "torch.linalg.slogdet({0}).sign",
    "solve": _solve,
    "cholesky": f"torch.linalg.cholesky({_SYMMETRIC})",
    "eigenvalues": f"torch.linalg.eigvalsh({_SYMMETRIC})",
    "eigenvectors": f"torch.linalg.eigh({_SYMMETRIC}).eigenvectors",
    "singular_values": "torch.linalg.svdvals({0})",
    "left_singular": "torch.linalg.svd({0}, full_matrices=False).U",
    "right_singular": "torch.linalg.svd({0}, full_matrices=False).Vh",
    "pinv": "torch.linalg.pinv({0})",
}

# What torch has no function for; a source that calls one begins with it.
HELPERS: Mapping[str, str] = MappingProxyType(
    {
        "scatter": '''\
def scatter(a, index, shape):
    """Add the elements of a into zeros of a shape, at an index."""
    if all(isinstance(part, slice) for part in index):
        out = torch.zeros(shape, dtype=a.dtype, device=a.device)
        out[index] = a
        return out
    places = torch.arange(math.prod(shape), device=a.device).reshape(shape)[index]
    flat = torch.zeros(math.prod(shape), dtype=a.dtype, device=a.device)
    return flat.index_add(0, places.reshape(-1), a.reshape(-1)).reshape(shape)
''',
        "overlap": '''\
def overlap(a, size, stride, shape):
    """Add windows up at the places of an array of a shape that they were cut out of."""
    places = torch.arange(math.prod(shape), device=a.device).reshape(shape)
    for axis, (width, step) in enumerate(zip(size, stride)):
        places = places.unfold(1 + axis, width, step)
    flat = torch.zeros(math.prod(shape), dtype=a.dtype, device=a.device)
    return flat.index_add(0, places.reshape(-1), a.reshape(-1)).reshape(shape)
''',
        "shares": '''\
def shares(a, y, axes):
    """Say which part of an extremum y each element is."""
    ties = (a == y).to(a.dtype)
    return ties / ties.sum(dim=axes, keepdim=True)
''',
    }
)


def torch_words(device: str) -> Words:
    """Return the words of PyTorch, for numbers on a device that is written so."""
    return Words(
        "PyTorch",
        _ROWS,
        "torch",
        full=f"torch.full({{shape}}, {{number}}, dtype={{dtype}}, device={device})",
        one=f"torch.tensor({{number}}, dtype={{dtype}}, device={device})",
        cast="{0}.to({dtype})",
    )
