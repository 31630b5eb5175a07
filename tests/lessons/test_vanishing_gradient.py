"""The vanishing gradient: against numpy alone, the bound, and what the issue's table must hold."""

import numpy as np
import pytest

from lessons.vanishing_gradient import (
    ACTIVATIONS,
    DEPTHS,
    IN_WIDE_LAYERS,
    INITIALISATIONS,
    chain,
    factors,
    gradient_norms,
    hidden,
    network,
    ratios,
    tones,
    trained,
)

SLOPES = {
    "sigmoid": (lambda s: 1 / (1 + np.exp(-s)), lambda s: 1 / (2 + np.exp(s) + np.exp(-s))),
    "tanh": (np.tanh, lambda s: 1 / np.cosh(s) ** 2),
    "ReLU": (lambda s: np.maximum(s, 0), lambda s: 1.0 * (s > 0)),
    "leaky ReLU": (lambda s: np.maximum(s, 0.1 * s), lambda s: np.where(s > 0, 1.0, 0.1)),
}


@pytest.mark.parametrize("start", INITIALISATIONS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_gradients_of_all_layers_are_those_of_backpropagation_by_hand(name: str, start: str) -> None:
    x, t = tones(20)
    model = network(4, ACTIVATIONS[name], INITIALISATIONS[start])
    arriving, learning = gradient_norms(model, x, t)
    weights = [parameter.data for key, parameter in model.named_parameters().items() if key.endswith("W")]
    f, slope = SLOPES[name]
    a, s = [x], []
    for W in weights:
        s.append(a[-1] @ W)
        a.append(f(s[-1]) if len(s) < len(weights) else 1 / (1 + np.exp(-s[-1])))
    back = (a[-1] - t[:, None]) / (a[-1] * (1 - a[-1])) / len(t)
    for k in reversed(range(len(weights))):
        assert arriving[k] == pytest.approx(np.linalg.norm(back), rel=1e-9, abs=1e-300)
        error = back * (slope(s[k]) if k < len(weights) - 1 else a[-1] * (1 - a[-1]))
        both = np.concatenate([(a[k].T @ error).ravel(), error.sum(0)])
        assert learning[k] == pytest.approx(np.linalg.norm(both), rel=1e-9, abs=1e-300)
        back = error @ weights[k].T


@pytest.mark.parametrize("length", [1, 2, 10, 30])
def test_the_factors_multiply_to_the_gradient_and_stay_below_the_bound(length: int) -> None:
    E, w = chain(length)
    found = factors(E, w)
    assert found[-1].product == pytest.approx(w.grad, rel=1e-12)
    assert [factor.slopes for factor in found][-1] == length
    assert len(found) == 2 * length
    assert abs(w.grad) <= abs(found[0].number) * 0.25**length
    assert all(abs(factor.product) <= factor.bound * (1 + 1e-12) for factor in found)


def test_the_slope_of_the_chain_is_the_difference_quotient() -> None:
    weights = np.random.default_rng(0).uniform(0.5, 1.0, 10)

    def error(first: float) -> float:
        a = 1.0
        for weight in (first, *weights[1:]):
            a = 1 / (1 + np.exp(-weight * a))
        return a**2

    h = 0.1
    points = error(weights[0] + h), error(weights[0] - h)
    assert chain()[1].grad == pytest.approx((points[0] - points[1]) / (2 * h), rel=0.01)


def test_the_table_has_every_combination_and_the_depths_tell_the_story() -> None:
    x, t = tones(64)
    arriving, learning, factor = ratios(x, t, (1, 30))
    pairs = {(name, start) for name in ACTIVATIONS for start in INITIALISATIONS}
    assert arriving.keys() == learning.keys() == factor.keys() == pairs
    assert list(DEPTHS) == list(range(1, 31))
    assert all(table[name, "zero"] == [0.0, 0.0] for table in (arriving, learning) for name in ACTIVATIONS)
    assert all(arriving["sigmoid", start][-1] < 1e-15 for start in INITIALISATIONS)
    assert all(arriving[name, "He"][-1] > 0.05 for name in ("tanh", "ReLU", "leaky ReLU"))
    assert {pair: factor[pair] for pair in IN_WIDE_LAYERS} == pytest.approx(IN_WIDE_LAYERS, abs=0.05)


def test_after_training_sigmoids_are_where_they_were_and_zero_stands_still() -> None:
    recorded, accuracy = trained(*tones())
    assert all(accuracy["sigmoid", start] < 0.6 for start in INITIALISATIONS)
    learners = [(name, start) for name in ("tanh", "ReLU", "leaky ReLU") for start in ("random", "Glorot", "He")]
    assert [accuracy[pair] for pair in learners] == [1.0] * 9
    spread = {
        pair: [np.std(layer) for layer in hidden(recorder.gradients[1]).values()] for pair, recorder in recorded.items()
    }
    assert spread["tanh", "zero"] == spread["ReLU", "zero"] == [0.0] * 5
    assert 0 < spread["sigmoid", "zero"][0] < 1e-20
    for pair in learners:
        assert spread[pair][0] > 0.2 * spread[pair][-1]
