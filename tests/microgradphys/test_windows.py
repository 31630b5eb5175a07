"""Convolution, pooling and functional updates: against plain loops and central differences."""

from typing import Any

import numpy as np
import pytest

from microgradphys import Value, average_pool, check_gradients, conv1d, conv2d, max_pool, set_at
from microgradphys.errors import DataError, InputError, ShapeError

RANDOM = np.random.default_rng(3)
IMAGES = RANDOM.normal(size=(2, 5, 4, 2))
FILTERS = RANDOM.normal(size=(3, 2, 2, 3))
SIGNALS = RANDOM.normal(size=(2, 6, 2))
MATRIX = RANDOM.normal(size=(3, 4))


def looped(images: Any, filters: Any, stride: tuple[int, int]) -> Any:
    """Convolve as the definition says, one number at a time, without padding."""
    (n, h, w, _), (p, q, _, f) = images.shape, filters.shape
    out = np.zeros((n, (h - p) // stride[0] + 1, (w - q) // stride[1] + 1, f))
    for m, i, j, k in np.ndindex(out.shape):
        top, left = i * stride[0], j * stride[1]
        out[m, i, j, k] = np.sum(images[m, top : top + p, left : left + q, :] * filters[..., k])
    return out


# Zeros before and after that "same" needs: computed by hand after Keras's rule.
PADDINGS = [
    ("valid", 1, ((0, 0), (0, 0))),
    ("valid", (2, 1), ((0, 0), (0, 0))),
    ("same", 1, ((1, 1), (0, 1))),
    ("same", 2, ((1, 1), (0, 0))),
    ("same", (3, 3), ((0, 1), (0, 1))),
    (0, 3, ((0, 0), (0, 0))),
    (2, (1, 2), ((2, 2), (2, 2))),
]


@pytest.mark.parametrize(("padding", "stride", "zeros"), PADDINGS)
def test_conv2d_is_its_definition_and_has_right_gradients(padding: Any, stride: Any, zeros: Any) -> None:
    """Every stride and padding, at orders 1 and 2 with respect to images and filters."""
    padded = np.pad(IMAGES, ((0, 0), *zeros, (0, 0)))
    expected = looped(padded, FILTERS, stride if isinstance(stride, tuple) else (stride, stride))
    np.testing.assert_allclose(conv2d(Value(IMAGES), FILTERS, stride, padding).data, expected, atol=1e-12)
    check_gradients(lambda x, k: np.tanh(conv2d(x, k, stride, padding)), IMAGES[:1, :, :, :], FILTERS[..., :1], order=2)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same", 1])
def test_conv1d_is_conv2d_of_one_row(stride: int, padding: Any) -> None:
    """A signal is an image of height 1."""
    kernel = RANDOM.normal(size=(3, 2, 4))
    zeros = {"valid": 0, "same": "same", 1: 1}[padding]
    x = np.pad(SIGNALS, ((0, 0), (1, 1), (0, 0))) if zeros == 1 else SIGNALS
    expected = conv2d(x[:, None], kernel[None], (1, stride), "same" if zeros == "same" else "valid")[:, 0]
    np.testing.assert_allclose(conv1d(SIGNALS, kernel, stride, padding), expected)
    check_gradients(lambda x, k: np.tanh(conv1d(x, k, stride, padding)), SIGNALS[:1], kernel[..., :1], order=2)


def test_conv1d_agrees_with_numpys_correlate() -> None:
    """One channel, one filter: numpy's own."""
    signal, kernel = SIGNALS[0, :, 0], np.array([0.5, -1.0, 2.0])
    found = conv1d(Value(signal.reshape(1, -1, 1)), kernel.reshape(-1, 1, 1))
    np.testing.assert_allclose(found.data[0, :, 0], np.correlate(signal, kernel, "valid"))


@pytest.mark.parametrize(("size", "stride"), [(2, None), (2, 1), ((3, 2), (1, 2)), ((2, 1), None)])
@pytest.mark.parametrize(("pool", "reduce"), [(max_pool, np.max), (average_pool, np.mean)])
def test_pools_are_their_definition_and_have_right_gradients(pool: Any, reduce: Any, size: Any, stride: Any) -> None:
    """Windows that overlap and windows that do not, with a rest at the edge."""
    p, q = size if isinstance(size, tuple) else (size, size)
    s, t = (p, q) if stride is None else stride if isinstance(stride, tuple) else (stride, stride)
    found = pool(Value(IMAGES), size, stride)
    for m, i, j, c in np.ndindex(found.shape):
        assert found.data[m, i, j, c] == pytest.approx(reduce(IMAGES[m, i * s : i * s + p, j * t : j * t + q, c]))
    assert found.shape == (2, (5 - p) // s + 1, (4 - q) // t + 1, 2)
    check_gradients(lambda x: np.tanh(pool(x, size, stride)), IMAGES, order=2)


def test_pools_work_on_signals_and_share_ties() -> None:
    """One axis as well as two; a flat window shares its gradient."""
    x = Value(np.zeros((1, 4, 1)))
    max_pool(x).sum().backward()
    np.testing.assert_array_equal(x.grad.ravel(), 0.5)
    np.testing.assert_array_equal(average_pool(np.arange(6.0).reshape(1, 6, 1), 3).ravel(), [1.0, 4.0])


@pytest.mark.parametrize("call", [lambda x: conv2d(x, FILTERS, 2, "same"), max_pool, lambda x: average_pool(x, 3)])
def test_float32_stays_float32(call: Any) -> None:
    """Data and gradient keep their dtype, where the filters are float32 too."""
    x, k = Value(IMAGES.astype(np.float32)), Value(FILTERS.astype(np.float32))
    y = conv2d(call(x) if call in (max_pool,) else x, k, padding="same")
    y.backward(np.ones(y.shape))
    assert {y.dtype, x.grad.dtype, k.grad.dtype} == {np.dtype(np.float32)}
    call(x)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: conv2d(IMAGES[0], FILTERS),
            ShapeError,
            r"conv2d needs x of shape \(N, height, width, channels\) and filters \(height, ",
        ),
        (lambda: conv2d(IMAGES[..., :1], FILTERS), ShapeError, r"as many channels, not \(2, 5, 4, 1\) and"),
        (
            lambda: conv1d(IMAGES, FILTERS),
            ShapeError,
            r"conv1d needs x of shape \(N, length, channels\) and filters \(width, ",
        ),
        (lambda: conv2d(IMAGES[:, :2], FILTERS), ShapeError, r"conv2d: a window of \(3, 2\) is larger"),
        (lambda: conv2d(IMAGES, FILTERS, 0), InputError, "conv2d: stride="),
        (lambda: conv2d(IMAGES, FILTERS, padding="full"), InputError, "conv2d: padding='full' is not"),
        (lambda: conv1d(SIGNALS, FILTERS[0], padding=-1), InputError, "conv1d: padding=-1 is not"),
        (lambda: max_pool(IMAGES, (2, 2, 2)), InputError, r"max_pool: size=\(2, 2, 2\) is not"),
        (lambda: max_pool(IMAGES, 2, 1.5), InputError, "max_pool: stride=1.5 is not"),
        (lambda: average_pool(IMAGES, 9), ShapeError, "average_pool: a window of"),
        (lambda: average_pool(MATRIX), ShapeError, "average_pool needs x of shape"),
        (lambda: set_at(Value([1.0, 2.0]), slice(None), np.ones(3)), ShapeError, "broadcast_to: shapes"),
        (lambda: set_at([1.0, 2.0], Value(1.0), 0.0), DataError, "an index has no gradient"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call: Any, error: type, message: str) -> None:
    """The message names the function and the shapes."""
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("index", "shape"),
    [
        (1, (4,)),
        (1, ()),
        ((0, -1), ()),
        ((slice(None), slice(None, None, -2)), (3, 2)),
        (slice(1, None), (1, 4)),
        (([0, 2], [1, 1]), (2,)),
        (([0, 0, 0], [1, 2, 1]), (3,)),
        (MATRIX > 0, (int(np.sum(MATRIX > 0)),)),
        (MATRIX > 9, ()),
        ((..., None, 0), (3, 1)),
        (..., (4,)),
    ],
    ids=repr,
)
def test_set_at_is_numpys_assignment_with_right_gradients(index: Any, shape: tuple[int, ...]) -> None:
    """Whatever numpy assigns to, with a value that is spread or not; the last of equal places counts."""
    value = np.asarray(RANDOM.normal(size=shape))
    expected = MATRIX.copy()
    expected[index] = value
    np.testing.assert_array_equal(set_at(Value(MATRIX), index, Value(value)).data, expected)
    np.testing.assert_array_equal(set_at(MATRIX, index, value), expected)
    check_gradients(lambda x, v: np.sin(set_at(x, index, v)), MATRIX, value, order=2)


def test_set_at_owns_its_index() -> None:
    """An index changed afterwards changes nothing."""
    x, index = Value([1.0, 2.0, 3.0]), np.array([0, 1])
    y = set_at(x, index, 0.0).sum()
    index[:] = 2
    y.backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0, 1.0])


@pytest.mark.parametrize("size", [(2,), (3,), (2, 2), (2, 3), (1, 2), (3, 1)])
@pytest.mark.parametrize("apart", [0, 1, -1])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_gradient_of_a_pool_is_shared_in_every_layout(size: tuple[int, ...], apart: int, order: Any) -> None:
    """Windows side by side, apart or overlapping; images in either order; whole numbers, so that there are ties."""
    rng = np.random.default_rng(0)
    stride = tuple(max(1, n + apart) for n in size)
    image = np.asarray(rng.integers(3, size=(2, *(7 for _ in size), 3)), np.float64, order=order)
    image[1, 2] = np.nan
    x = Value(image)
    y = max_pool(x, size, stride)
    g = rng.normal(size=y.shape)
    y.backward(g)
    wanted = np.zeros_like(image)
    for at in np.ndindex(y.shape):
        corner = [slice(k * s, k * s + n) for k, s, n in zip(at[1:-1], stride, size, strict=True)]
        place = (at[0], *corner, at[-1])
        part = image[place]
        ties = np.isnan(part) if np.isnan(part).any() else part == part.max()
        wanted[place] += g[at] * ties / ties.sum()
    np.testing.assert_allclose(x.grad, wanted, rtol=1e-12, atol=1e-12)
