"""What JAX calls the rows of the table of primitives: nearly all are jax.numpy's functions of numpy's names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from microgradphys.compiled.steps import Step
from microgradphys.export.lines import Lines, Words

_SYMMETRIC = "({0} + jnp.swapaxes({0}, -1, -2)) / 2"


def _optional(function: str, *names: str) -> Callable[..., str]:
    """Call a function with those options that a step has."""

    def word(lines: Lines, step: Step, *operands: str) -> str:
        options = [f"{name}={lines.option(step.static[name])}" for name in names if name in step.static]
        return f"{function}({', '.join([*operands, *options])})"

    return word


def _joined(function: str) -> Callable[..., str]:
    """Join arrays."""
    return lambda lines, step, *parts: f"{function}(({', '.join(parts)},), axis={step.static.get('axis', 0)})"


_ROWS: dict[str, str | Callable[..., str]] = {
    # elementwise, by numpy's names
    **{
        name: f"jnp.{name}({{0}})"
        for name in (
            "absolute sign reciprocal square sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos "
            "arctan deg2rad rad2deg sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc rint isfinite isnan isinf "
            "signbit logical_not"
        ).split()
    },
    **{
        name: f"jnp.{name}({{0}}, {{1}})"
        for name in (
            "floor_divide remainder fmod hypot power logaddexp arctan2 maximum minimum logical_and logical_or "
            "logical_xor outer"
        ).split()
    },
    "negative": "-{0}",
    "positive": "{0}",
    "round": _optional("jnp.round", "decimals"),
    "where": lambda lines, step, c, a, b: (
        f"jnp.where({c if step.operands[0].dtype == bool else c + ' != 0'}, {a}, {b})"
    ),
    "sigmoid": "jax.nn.sigmoid({0})",
    "logsigmoid": "jax.nn.log_sigmoid({0})",
    "softplus": "jax.nn.softplus({0})",
    "relu": "jax.nn.relu({0})",
    "leaky_relu": lambda lines, step, a: f"jax.nn.leaky_relu({a}, {step.static.get('slope', 0.01)})",
    "elu": lambda lines, step, a: f"jax.nn.elu({a}, {step.static.get('alpha', 1.0)})",
    "silu": "jax.nn.silu({0})",
    "gelu": "jax.nn.gelu({0}, approximate=False)",
    "erf": "jax.lax.erf({0})",
    "erfc": "jax.lax.erfc({0})",
    "stop": "jax.lax.stop_gradient({0})",
    # structural
    **{
        name: _optional(f"jnp.{name}", "axis", "keepdims")
        for name in "sum mean max min prod any all argmax argmin".split()
    },
    **{name: _optional(f"jnp.{name}", "axis", "ddof", "keepdims") for name in "var std".split()},
    "norm": _optional("norm", "axis", "keepdims"),
    "cumsum": _optional("jnp.cumsum", "axis"),
    "argsort": _optional("jnp.argsort", "axis"),
    "softmax": _optional("jax.nn.softmax", "axis"),
    "log_softmax": _optional("jax.nn.log_softmax", "axis"),
    "logsumexp": lambda lines, step, a: _optional("jax.nn.logsumexp", "axis", "keepdims")(
        lines, Step(step.row, step.operands, {"axis": -1} | step.static, step.shape, step.dtype), a
    ),
    "reshape": "jnp.reshape({0}, {shape})",
    "expand_dims": "jnp.reshape({0}, {shape})",
    "squeeze": "jnp.reshape({0}, {shape})",
    "transpose": _optional("jnp.transpose", "axes"),
    "swapaxes": "jnp.swapaxes({0}, {axis1}, {axis2})",
    "broadcast_to": "jnp.broadcast_to({0}, {shape})",
    "astype": lambda lines, step, a: f"jnp.asarray({a}, {lines.dtype(step.dtype)})",
    "getitem": lambda lines, step, a: f"{a}[{lines.index(step.static['index'])}]",
    "scatter": lambda lines, step, a: (
        f"jnp.zeros({lines.option(step.shape)}, {lines.dtype(step.dtype)})"
        f".at[{lines.index(step.static['index'])}].add({a})"
    ),
    "concatenate": _joined("jnp.concatenate"),
    "stack": _joined("jnp.stack"),
    "einsum": lambda lines, step, *parts: f"jnp.einsum({step.static['subscripts']!r}, {', '.join(parts)})",
    "windows": "windows({0}, {size}, {stride})",
    "overlap": "overlap({0}, {size}, {stride}, {shape})",
    "shares": lambda lines, step, a, y: f"shares({a}, {y}, {lines.option(step.static.get('axis'))})",
    # linear algebra
    "inv": "jnp.linalg.inv({0})",
    "det": "jnp.linalg.det({0})",
    "logabsdet": "jnp.linalg.slogdet({0}).logabsdet",
    "sign_of_det": "jnp.linalg.slogdet({0}).sign",
    "solve": "jnp.linalg.solve({0}, {1})",
    "cholesky": f"jnp.linalg.cholesky({_SYMMETRIC})",
    "eigenvalues": f"jnp.linalg.eigvalsh({_SYMMETRIC})",
    "eigenvectors": f"jnp.linalg.eigh({_SYMMETRIC}).eigenvectors",
    "singular_values": "jnp.linalg.svd({0}, compute_uv=False)",
    "left_singular": "jnp.linalg.svd({0}, full_matrices=False).U",
    "right_singular": "jnp.linalg.svd({0}, full_matrices=False).Vh",
    "pinv": "jnp.linalg.pinv({0})",
}

# What JAX has no function for; a source that calls one begins with it.
HELPERS: Mapping[str, str] = MappingProxyType(
    {
        "norm": '''\
def norm(a, axis=None, keepdims=False):
    """Measure the length; the gradient of 0 is 0."""
    square = jnp.sum(a * a, axis=axis, keepdims=keepdims)
    return jnp.where(square == 0, 0, jnp.sqrt(jnp.where(square == 0, 1, square)))
''',
        "windows": '''\
def windows(a, size, stride):
    """Cut windows out of the axes after the first: shape (N, places, C, size)."""
    for axis, (width, step) in enumerate(zip(size, stride)):
        count = (a.shape[1 + axis] - width) // step + 1
        places = step * np.arange(count)[:, None] + np.arange(width)
        a = jnp.moveaxis(jnp.take(a, places, axis=1 + axis), 2 + axis, -1)
    return a
''',
        "overlap": '''\
def overlap(a, size, stride, shape):
    """Add windows up at the places of an array of a shape that they were cut out of."""
    out = jnp.zeros(shape, a.dtype)
    for at in np.ndindex(*size):
        ends = zip(at, stride, a.shape[1:])
        out = out.at[(slice(None), *(slice(k, k + step * count, step) for k, step, count in ends))].add(a[(..., *at)])
    return out
''',
        "shares": '''\
def shares(a, y, axis):
    """Say which part of an extremum y each element is."""
    ties = (a == y).astype(a.dtype)
    return ties / jnp.sum(ties, axis=axis, keepdims=True)
''',
    }
)

WORDS = Words(
    "JAX",
    _ROWS,
    "jnp",
    full="jnp.full({shape}, {number}, {dtype})",
    one="jnp.asarray({number}, {dtype})",
    cast="jnp.asarray({0}, {dtype})",
)
