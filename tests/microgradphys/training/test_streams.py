"""Batches that come from generators, iterables and functions."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from microgradphys import nn
from microgradphys.errors import InputError, MicrogradphysError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)), RNG.normal(size=(40, 2))


def network() -> nn.Sequential:
    """Without parameters as yet: the first batch tells."""
    return nn.Sequential(nn.Dense(4, "tanh"), nn.Dense(2), seed=1)


def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give batches of 16, 16 and 8."""
    for k in range(0, 40, 16):
        yield X[k : k + 16], Y[k : k + 16]


class Loader:
    """Something that can be gone through again and again."""

    def __iter__(self) -> Iterator[Any]:
        return batches()

    def __len__(self) -> int:
        return 3


@pytest.mark.parametrize("stream", [batches, Loader()])
def test_a_stream_is_as_good_as_arrays(stream: Any) -> None:
    model, expected = network(), network()
    history = model.fit(stream, epochs=3, validation_data=stream)
    other = expected.fit(X, Y, epochs=3, batch_size=16, shuffle=False, validation_data=(X, Y))
    for a, b in zip(model.parameters(), expected.parameters(), strict=True):
        assert np.array_equal(a.data, b.data)
    assert history["loss"] == other["loss"]
    assert history["val_loss"] == pytest.approx(other["val_loss"])
    assert model.evaluate(stream) == pytest.approx(model.evaluate(X, Y))
    assert np.array_equal(model.predict(stream), model.predict(X))


def test_a_generator_lasts_for_one_epoch_and_says_so() -> None:
    model = network()
    assert model.fit(batches(), epochs=1).epochs == 1
    with pytest.raises(InputError, match="no batch left in epoch 2: give a function"):
        model.fit(batches(), epochs=2)
    assert model.history is not None
    assert model.history.epochs == 1


def test_a_stream_without_an_end_has_epochs_of_a_given_length() -> None:
    drawn: list[int] = []

    def endless() -> Iterator[Any]:
        while True:
            drawn.append(1)
            yield X[:5], Y[:5]

    assert network().fit(endless(), epochs=3, steps_per_epoch=4).epochs == 3
    assert len(drawn) == 12
    seen: list[int] = []

    def counted() -> Iterator[Any]:
        for k, batch in enumerate(batches()):
            seen.append(k)
            yield batch

    network().fit(counted, epochs=2, steps_per_epoch=4)
    assert seen == [0, 1, 2, 0, 1, 2, 0, 1]


def test_batches_may_have_weights_or_no_targets() -> None:
    weighted = network()
    weighted.fit(lambda: [(X, Y, np.ones(40)), (X[:4], Y[:4], np.arange(4))], epochs=2)
    autoencoder = nn.Sequential(nn.Dense(2), nn.Dense(3), seed=0)
    assert autoencoder.fit(lambda: [X, X[:7]], epochs=2).epochs == 2


@pytest.mark.parametrize(
    ("stream", "options", "message"),
    [
        (list, {}, "no batch in the stream"),
        (batches, {"y": Y}, "leave y away"),
        (batches, {"validation_split": 0.1}, "validation_split is for arrays"),
        (lambda: [(X, Y, Y, Y)], {}, "not 4 things"),
        (lambda: zip(X, Y[:, 0], strict=True), {}, r"single samples, not batches: loading\.batches_of"),
        (lambda: [(X, Y[:3])], {}, "X has 40 rows and y has 3"),
        (lambda: [(X, Y), (X[:, :2], Y)], {}, "batch 2 of epoch 1: Dense has weights for 3 inputs"),
    ],
)
def test_mistakes_get_one_clear_message(stream: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(MicrogradphysError, match=message):
        network().fit(stream, epochs=2, **options)
