"""A window that slides: the numbers of every place are those of the convolution, its gradients those of the engine."""

import itertools

import numpy as np
import pytest

from microgradphys import Value, average_pool, constant, conv1d, conv2d, max_pool
from microgradphys.errors import InputError
from viz import Storyboard, draw, play, window
from viz.networks.sliding import Window
from viz.views import network_view


def image(*shape: int, name: str = "x") -> Value:
    """An image of small whole numbers."""
    return Value(np.random.default_rng(3).integers(-3, 4, size=shape).astype(float), name)


def array_of(story: Window, numbers: dict[int, float], places: dict[tuple[int, ...], int]) -> np.ndarray:
    """Numbers of nodes in the array where they stand; 0 where there is none."""
    shape = np.max(list(places), axis=0) + 1
    array = np.zeros(shape)
    for place, node in places.items():
        array[place] = numbers.get(node, 0.0)
    return array


def test_one_place_is_the_sum_of_products_by_hand() -> None:
    """Two rows of a 3×3 image under a 2×2 kernel: 1·1 + 2·0 + 4·0 + 5·(−1) = −4."""
    x = Value(np.arange(1.0, 10.0).reshape(1, 3, 3, 1), "x")
    k = Value(np.array([[1.0, 0.0], [0.0, -1.0]]).reshape(2, 2, 1, 1), "k")
    story = window(conv2d(x, k).named("y"))
    assert str(story.steps[0].formula) == (
        "y₁₁ = k₁₁ · x₁₁ + k₁₂ · x₁₂ + k₂₁ · x₂₁ + k₂₂ · x₂₂ = 1 × 1 + 0 × 2 + 0 × 4 + (−1 × 5) = −4"
    )
    assert [step.value for step in story.steps[:4]] == [-4.0] * 4
    assert story.steps[3].sentence == "Forward pass · step 4 of 10 · compute y₂₂"


@pytest.mark.parametrize(("stride", "padding"), list(itertools.product((1, 2, 3, (2, 1)), ("valid", "same", 1, 2))))
def test_every_place_is_the_convolutions(stride: int, padding: str) -> None:
    """For every stride and padding; what is lit is what is multiplied."""
    x, k = image(2, 6, 5, 1), image(3, 2, 1, 2, name="k")
    y = conv2d(x, k, stride=stride, padding=padding)  # type: ignore[arg-type]
    np.sum(y * y * 0.5).backward()
    story = window(y, sample=2, channel=2, size=20)
    values = {move.node: move.value for move in story.moves if move.phase == "forward"}
    np.testing.assert_allclose(array_of(story, values, story.outputs), y.data[1, :, :, 1])
    picture = network_view(story)
    assert picture is not None
    for place, node in story.outputs.items():
        lit = picture.routes[f"forward:n{node}"].lit
        assert lit[-1] == f"y{place[0]}_{place[1]}"
        assert len(lit) == 2 * 6 + 1
        covered = np.array([[int(part) for part in id_[1:].split("_")[1:]] for id_ in lit if id_[0] == "x"])
        down, across = stride if isinstance(stride, tuple) else (stride, stride)
        assert covered.min(axis=0).tolist() == [place[0] * down, place[1] * across]


def test_gradients_of_all_places_are_those_of_the_engine() -> None:
    """With one image and one filter, what the window hands back is what backward() computed."""
    x, k = image(1, 5, 5, 2), image(3, 3, 2, 1, name="k")
    y = conv2d(x, k, stride=2, padding=1).named("y")
    np.sum(y**2).backward()
    story = window(y)
    gradients = dict(story.state(len(story.steps)).gradients)
    given = array_of(story, gradients, story.inputs)[:, 1:-1, 1:-1]
    np.testing.assert_allclose(given, np.moveaxis(x.grad[0], -1, 0)[:, : given.shape[1], : given.shape[2]])
    np.testing.assert_allclose(array_of(story, gradients, story.kernel), np.moveaxis(k.grad[..., 0], -1, 0))


def test_a_pool_keeps_the_largest_and_shares_among_ties() -> None:
    """The gradient goes to the largest of a window, and in equal parts to several."""
    x = Value(np.array([[1.0, 5.0, 2.0, 2.0], [0.0, 3.0, 1.0, 2.0]]).reshape(1, 2, 4, 1), "x")
    story = window(max_pool(x, 2))
    assert str(story.steps[0].formula) == "y₁₁ = max(x₁₁, x₁₂, x₂₁, x₂₂) = max(1, 5, 0, 3) = 5"
    gradients = array_of(story, dict(story.state(len(story.steps)).gradients), story.inputs)[0]
    np.testing.assert_allclose(gradients, [[0, 1, 1 / 3, 1 / 3], [0, 0, 0, 1 / 3]])
    mean = window(average_pool(x, 2))
    assert str(mean.steps[0].formula) == "y₁₁ = (x₁₁ + x₁₂ + x₂₁ + x₂₂) / 4 = (1 + 5 + 0 + 3) / 4 = 2.25"


def test_a_signal_is_one_row() -> None:
    """conv1d has one index, and its zeros stand before and after."""
    x, k = Value(np.arange(1.0, 5.0).reshape(1, 4, 1), "x"), Value(np.array([1.0, 2.0, 3.0]).reshape(3, 1, 1), "k")
    story = window(conv1d(x, k, padding="same"))
    assert str(story.steps[0].formula) == "y₁ = k₁ · 0 + k₂ · x₁ + k₃ · x₂ = 1 × 0 + 2 × 1 + 3 × 2 = 8"


def test_many_channels_are_one_number_more() -> None:
    """The sum is true although not every channel is drawn."""
    x, k = image(1, 3, 3, 5), image(2, 2, 5, 1, name="k")
    y = conv2d(x, k)
    story = window(y)
    assert [step.value for step in story.steps[:4]] == pytest.approx(y.data.ravel().tolist())
    assert "rest" in str(story.steps[0].formula)
    assert "2 more channels" in draw(story).svg()


def test_a_large_image_shows_its_first_places_and_says_so() -> None:
    """28 × 28 is not drawn in full."""
    story = window(conv2d(image(1, 28, 28, 1), image(3, 3, 1, 1, name="k")), size=6)
    assert story.sliding.image.shape == (1, 6, 6)
    assert len(story.outputs) == 16
    assert "the first 4×4 of 26×26 places" in draw(story).svg()


def test_the_last_window_of_a_network_is_found_and_every_renderer_shows_it() -> None:
    """From the loss of a small convolutional network; as picture, page and text."""
    y = max_pool(np.tanh(conv2d(constant(image(1, 6, 6, 1).data, "x"), image(3, 3, 1, 1, name="k"))), 2)
    loss = np.sum(y @ Value(np.ones((1, 1)), "W"))
    loss.backward()
    story = window(loss)
    assert story.sliding.kind == "max"
    assert isinstance(story, Storyboard)
    assert draw(story, step=2).svg() != draw(story, step=3).svg()
    assert play(story).html.count('"name":"graph"') == 0


def test_what_does_not_slide_says_so() -> None:
    """One sentence, with what to do."""
    with pytest.raises(InputError, match=r"no window slides .* write constant\(image\)"):
        window(conv2d(image(1, 3, 3, 1).data, image(2, 2, 1, 1, name="k")))
    with pytest.raises(InputError, match="no window slides"):
        window(Value(1.0) * 2)
    with pytest.raises(InputError, match="there is no sample 2; they go from 1 to 1"):
        window(max_pool(image(1, 2, 2, 1)), sample=2)
    with pytest.raises(InputError, match="there is no channel 0"):
        window(max_pool(image(1, 2, 2, 1)), channel=0)
    with pytest.raises(InputError, match="size=0"):
        window(max_pool(image(1, 2, 2, 1)), size=0)
    with pytest.raises(InputError, match="needs a Value, not float"):
        window(1.0)  # type: ignore[arg-type]
