"""Steps are compiled once, whoever watches."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score

from microgradphys import nn
from microgradphys.training import Callback, LookBack, learning
from microgradphys.training.objective import objective
from microgradphys.training.options import rule_of


def test_what_is_behind_a_metric_is_no_part_of_a_program() -> None:
    """A function of scikit-learn has tens of thousands of objects behind it, and a program would watch them all."""
    model = nn.Sequential(nn.Dense(1, "sigmoid"), seed=0)
    X = np.random.default_rng(0).normal(size=(10, 2))
    goal = objective("mse", metrics=[f1_score, "accuracy"])
    learner = learning.Learner(model, rule_of("sgd"), goal)
    assert (learner.update.objective.metrics, learner.update.watched) == ({}, True)
    history = model.fit(X, X[:, 0] > 0, epochs=2, metrics=[f1_score, "accuracy"], seed=0)
    assert len(history["f1_score"]) == len(history["accuracy"]) == 2


class Watch(Callback):
    """Wants to see every batch."""

    def batch(self, run: Any) -> None:
        assert run.batch


class Loosen(Callback):
    """Changes a layer while the network learns."""

    def epoch(self, run: Any) -> None:
        run.model[2].rate = 0.1 * run.epoch


@pytest.mark.parametrize(("callbacks", "programs"), [([], 2), ([LookBack()], 2), ([Watch()], 2), ([Loosen()], 6)])
def test_a_program_for_each_shape_of_batches_serves_all_epochs(
    callbacks: list[Any], programs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New running means of a BatchNorm make no new network, a new rate of dropout does."""
    made = []

    class Counted(learning.Kind):
        def __init__(self, *args: Any) -> None:
            made.append(1)
            super().__init__(*args)

    monkeypatch.setattr(learning, "Kind", Counted)
    model = nn.Sequential(nn.Dense(3), nn.BatchNorm(), nn.Dropout(0.5), nn.Dense(1), seed=0)
    X = np.random.default_rng(0).normal(size=(10, 2))
    history = model.fit(X, X.sum(axis=1), 3, 4, callbacks=callbacks, seed=0)
    assert (len(made), history.notes) == (programs, [])
