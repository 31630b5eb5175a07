"""The history: what was measured, how it shows itself; and the bar while it grows."""

import math
import re
import sys
from typing import Any

import numpy as np
import pytest

from microgradphys import nn
from microgradphys.errors import InputError, MissingExtraError
from microgradphys.training import History
from microgradphys.training import history as module
from microgradphys.training.objective import objective

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)), RNG.normal(size=(40, 1))


def trained(**options: Any) -> History:
    """A short training."""
    return nn.Sequential(nn.Dense(1), seed=1).fit(X, Y, **{"epochs": 4, "metrics": ["mae"], **options})


def test_a_history_is_a_dictionary_of_lists_and_a_list_of_rows() -> None:
    history = trained(validation_split=0.25)
    names = ["loss", "mae", "val_loss", "val_mae", "learning_rate", "seconds"]
    assert list(history) == list(history.history) == names
    assert {len(column) for column in history.values()} == {history.epochs} == {4}
    assert history.rows[2] == history.row(-2) == {"epoch": 3, **{name: history[name][2] for name in names}}
    assert history.best["val_loss"] == min(history["val_loss"])
    assert all(seconds > 0 for seconds in history["seconds"])
    assert re.fullmatch(
        r"<History of 4 epochs: loss .*, mae .*, val_loss .*, val_mae .*; lowest val_loss in epoch \d>", repr(history)
    )


def test_what_begins_later_is_a_gap_before() -> None:
    history = History()
    history.add({"loss": 1.0})
    history.add({"loss": 0.5, "accuracy": 0.3})
    history.add({"accuracy": 0.4})
    assert np.array_equal(history["accuracy"], [math.nan, 0.3, 0.4], equal_nan=True)
    assert history.best["epoch"] == 2
    with pytest.raises(InputError, match="no measure 'los': did you mean 'loss'"):
        history.best_index("los")
    history = History()
    history.add({"loss": math.nan})
    with pytest.raises(InputError, match="never a finite number"):
        history.best  # noqa: B018


def test_curves_are_drawn_where_somebody_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    import viz

    monkeypatch.setattr(module, "painter", lambda: viz.plots.learning_curves)
    history = trained()
    assert list(viz.plots.learning_curves(history).numbers) == list(history.plot().numbers)
    assert "<svg" in (history._repr_svg_() or "")
    assert history.plot("mae").title.startswith("mae is lowest at epoch 4")
    with pytest.raises(InputError, match="did you mean 'mae'"):
        history.plot("maee")
    with pytest.raises(InputError, match="no curve to draw"):
        History().plot()
    assert History()._repr_svg_() is None
    monkeypatch.setattr(module, "painter", lambda: None)
    assert history._repr_svg_() is None
    with pytest.raises(MissingExtraError, match=r"microgradphys\[viz\]"):
        history.plot()


def test_the_installed_package_says_who_draws() -> None:
    from importlib.metadata import EntryPoint
    from pathlib import Path
    from tomllib import loads

    import viz

    root = Path(__file__).parents[3]
    points = loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    [(name, value)] = points["microgradphys.curves"].items()
    assert EntryPoint(name, value, "microgradphys.curves").load() is viz.plots.learning_curves


def test_a_bar_is_shown_where_it_can_be_seen_or_is_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained()
    assert capsys.readouterr() == ("", "")
    trained(progress=True)
    shown = capsys.readouterr().err
    assert "epoch 4/4" in shown
    assert "8/8" in shown
    assert "loss=" in shown
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    trained()
    assert "epoch 4/4" in capsys.readouterr().err
    trained(progress=False)
    assert capsys.readouterr().err == ""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    trained()
    with pytest.raises(MissingExtraError, match=r"microgradphys\[train\]"):
        trained(progress=True)


def test_accuracy_understands_what_outputs_mean() -> None:
    logits, signs, ones = np.array([[-0.1], [0.1]]), np.array([[-1.0], [1.0]]), np.array([[0.0], [1.0]])
    assert objective("binary_cross_entropy_with_logits", metrics="accuracy").measured(logits, ones) == {"accuracy": 1.0}
    assert objective("hinge", metrics="accuracy").measured(logits, signs) == {"accuracy": 1.0}
    assert objective("binary_crossentropy", metrics="accuracy").measured(logits, ones) == {"accuracy": 0.5}


def test_metrics_have_names_of_their_own() -> None:
    found = objective("mse", metrics=["mae", "mae", lambda a, b: 1.0, lambda a, b: 2.0]).measured(X, X)
    assert found == {"mae": 0.0, "mae_2": 0.0, "<lambda>": 1.0, "<lambda>_4": 2.0}


def test_of_a_validation_metrics_are_those_of_all_examples_at_once() -> None:
    """A root of a mean is not the mean of roots."""
    model = nn.Sequential(nn.Dense(1), seed=1)
    history = model.fit(X, Y, epochs=1, metrics=["rmse", "r2"], validation_data=(X, Y))
    expected = np.sqrt(np.mean((model.predict(X) - Y) ** 2))
    assert history["val_rmse"][0] == pytest.approx(expected)
    assert model.evaluate(X, Y, batch_size=7)["rmse"] == pytest.approx(expected)
