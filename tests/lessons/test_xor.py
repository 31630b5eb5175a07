"""XOR: ten seeds of ten, against scikit-learn's network and an exhaustive search for a line."""

from itertools import product

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from lessons.xor import FILMED, POINTS, QUESTIONS, XOR, by_hand, learn, network, one_neuron_each
from microgradphys.training import BoundaryRecorder


def test_one_neuron_answers_exactly_the_questions_for_which_a_line_is_found_by_trying() -> None:
    lines = product(np.arange(-2, 2.5, 0.5), repeat=3)
    found = {tuple(w * POINTS[:, 0] + v * POINTS[:, 1] + b > 0) for w, v, b in lines}
    said = one_neuron_each() > 0.5
    answered = {tuple(row) for row, asked in zip(said.T, QUESTIONS.T, strict=True) if (row == asked).all()}
    assert answered == found
    assert len(found) == 14
    assert tuple(XOR == 1) not in found


@pytest.mark.parametrize("seed", range(10))
def test_every_one_of_ten_seeds_learns(seed: int) -> None:
    model = network(4, seed)
    assert learn(model, XOR) < 0.01
    assert ((model.predict(POINTS)[:, 0] > 0.5) == XOR).all()


def test_scikit_learns_network_says_the_same_with_our_weights() -> None:
    model = network(4, seed=3)
    learn(model, XOR, epochs=50)
    other = MLPClassifier((4,), activation="tanh", max_iter=1).partial_fit(POINTS, XOR, classes=[0, 1])
    W1, b1, W2, b2 = (parameter.data for parameter in model.parameters())
    other.coefs_, other.intercepts_ = [W1, W2], [b1, b2]
    places = np.random.default_rng(0).normal(size=(50, 2))
    assert model.predict(places)[:, 0] == pytest.approx(other.predict_proba(places)[:, 1], rel=1e-12)


def test_the_film_begins_before_training_and_ends_when_all_is_learnt() -> None:
    recorder, model = BoundaryRecorder(), network(4, seed=0)
    learn(model, XOR, epochs=FILMED, recorder=recorder)
    right = [((recorder.predict(snapshot, POINTS)[:, 0] > 0.5) == XOR).sum() for snapshot in recorder.snapshots]
    assert right[0] < 4
    assert set(right[FILMED // 2 :]) == {4}


def test_three_threshold_units_compute_it_by_hand() -> None:
    assert by_hand(POINTS).tolist() == [a ^ b for a, b in POINTS.astype(int).tolist()]
