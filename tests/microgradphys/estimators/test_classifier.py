"""`NetworkClassifier`: labels of any kind, weights, probabilities, and learning in parts."""

import copy
import pickle
import signal
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import confusion_matrix, log_loss, roc_auc_score

import microgradphys as mgp
from microgradphys import nn, optim, scopes
from microgradphys.errors import InputError, TrainingError
from microgradphys.estimators import NetworkClassifier
from microgradphys.estimators.samples import Samples

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
THREE = np.digitize(X[:, 0], [-0.4, 0.4])

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def network(*sizes: int, **options: Any) -> NetworkClassifier:
    """A small network that learns quickly."""
    common = {"learning_rate_init": 0.02, "max_iter": 60, "random_state": 1}
    return NetworkClassifier(sizes or (16,), **{**common, **options})


def same(one: NetworkClassifier, other: NetworkClassifier) -> bool:
    """Whether two networks have the same bits."""
    pairs = zip(one.network_.parameters(), other.network_.parameters(), strict=True)
    return all(a.data.tobytes() == b.data.tobytes() for a, b in pairs)


@pytest.mark.parametrize(
    "labels",
    [
        ["no", "yes"],
        [False, True],
        [-1, 1],
        [3.0, 7.0],
        ["b", "a", "c"],
        [-5, 10**12, 0],
        ["<b>bold</b>", "new\nline", "×" * 300],
        np.array(["x", "y", "z"], object),
    ],
)
def test_labels_are_what_they_are(labels: Any) -> None:
    labels = np.asarray(labels)
    y = labels[THREE if len(labels) == 3 else Y]
    model = network(max_iter=150).fit(X, y)
    assert model.classes_.tolist() == sorted(labels.tolist())
    assert model.predict(X).dtype == y.dtype
    assert model.score(X, y) > 0.9
    P = model.predict_proba(X)
    assert P.shape == (120, len(labels))
    np.testing.assert_allclose(P.sum(1), 1)
    assert np.array_equal(model.classes_[P.argmax(1)], model.predict(X))
    assert confusion_matrix(y, model.predict(X)).trace() > 0.9 * 120


def test_numbers_that_are_no_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="Unknown label type"):
        network().fit(X, X[:, 0])


def test_a_single_class_is_learnt_at_once() -> None:
    model = network(max_iter=2).fit(X, ["only"] * 120)
    assert set(model.predict(X)) == {"only"}
    assert np.array_equal(model.predict_proba(X), np.ones((120, 1)))


def test_several_labels_a_sample() -> None:
    both = np.column_stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 2] > 0]).astype(int)
    model = network(max_iter=200).fit(X, both)
    assert model.predict(X).shape == (120, 3)
    assert model.score(X, both) > 0.9
    assert np.array_equal(model.predict_proba(X) > 0.5, model.predict(X) == 1)
    assert model.partial_fit(X, both).n_outputs_ == 3
    assert network(early_stopping=True).fit(X, both).validation_scores_


def test_logits_probabilities_and_their_logarithms_agree() -> None:
    model = network().fit(X, Y)
    z, P = model.decision_function(X), model.predict_proba(X)
    assert z.shape == (120,)
    np.testing.assert_allclose(P[:, 1], 1 / (1 + np.exp(-z)))
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(P))
    assert roc_auc_score(Y, z) == roc_auc_score(Y, P[:, 1]) > 0.9
    far = model.predict_log_proba(1e6 * X)
    assert np.isfinite(far).all()


def test_the_loss_is_that_of_scikit_learn() -> None:
    model = network(max_iter=20, alpha=0.0, batch_size=120).fit(X, THREE)
    after = model.partial_fit(X, THREE).loss_
    before = network(max_iter=20, alpha=0.0, batch_size=120).fit(X, THREE)
    assert after == pytest.approx(log_loss(THREE, before.predict_proba(X)))


@pytest.mark.parametrize("y", [Y, THREE])
@pytest.mark.parametrize("options", [{}, {"penalty": "l1", "alpha": 0.1}, {"solver": "lbfgs", "max_iter": 15}])
def test_a_weight_of_two_is_the_sample_twice_and_of_zero_is_none(y: Any, options: dict[str, Any]) -> None:
    weights = RNG.integers(0, 4, 120)
    one = (
        network(alpha=1.0, batch_size=1000, **options)
        if "alpha" not in options
        else network(batch_size=1000, **options)
    )
    other = copy.deepcopy(one)
    one.fit(X, y, sample_weight=weights)
    other.fit(np.repeat(X, weights, 0), np.repeat(y, weights))
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), rtol=1e-6)
    assert one.loss_ == pytest.approx(other.loss_, rel=1e-9)


def test_weights_count_in_batches_of_one_sample_too() -> None:
    x, y = np.zeros((100, 1)), np.arange(100) % 2
    model = NetworkClassifier((), solver="sgd", learning_rate_init=0.01, momentum=0.0, alpha=0.0, batch_size=1,
                              max_iter=60, tol=0.0, random_state=0)  # fmt: skip
    model.fit(x, y, sample_weight=np.where(y == 1, 3.0, 1.0))
    assert model.predict_proba(x[:1])[0, 1] == pytest.approx(0.75, abs=0.02)
    expected = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert model.loss_ == pytest.approx(expected, abs=0.02)


def test_the_same_random_state_gives_the_same_bits() -> None:
    assert same(network().fit(X, Y), network().fit(X, Y))
    assert not same(network().fit(X, Y), network(random_state=2).fit(X, Y))
    states = np.random.RandomState(3), np.random.RandomState(3)
    assert same(network(random_state=states[0]).fit(X, Y), network(random_state=states[1]).fit(X, Y))
    mgp.seed(4)
    first = network(random_state=None).fit(X, Y)
    second = network(random_state=None).fit(X, Y)
    mgp.seed(4)
    assert same(first, network(random_state=None).fit(X, Y))
    assert not same(first, second)


def test_programs_that_are_kept_change_no_bit() -> None:
    first = network(alpha=0.5).fit(X, Y)
    network(activation="tanh", alpha=0.5).fit(X, Y)
    assert same(first, network(alpha=0.5).fit(X, Y))


def test_what_a_loss_refers_to_is_looked_at_anew() -> None:
    factor = [1.0]

    def scaled(outputs: Any, targets: Any) -> Any:
        return factor[0] * ((outputs - targets) ** 2).mean()

    losses = []
    for factor[0] in (1.0, 2.0):
        losses.append(network(loss=scaled, alpha=0.0, max_iter=1).fit(X, Y).loss_)
    assert losses[1] == 2 * losses[0]


def test_ctrl_c_ends_one_training_and_keeps_what_was_learnt() -> None:
    left = [signal.SIGINT]

    def pressed(x: Any) -> Any:
        if scopes.current.get().training and left:
            signal.raise_signal(left.pop())
        return np.tanh(x)

    model = network(activation=pressed)
    with pytest.warns(UserWarning, match="training was interrupted"):
        model.fit(X[:10], Y[:10])
    assert model.n_iter_ == 1
    assert model.predict(X).shape == (120,)


def test_a_bar_is_shown_if_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    network(max_iter=2, verbose=True).fit(X, Y)
    assert "epoch 2/2" in capsys.readouterr().err
    network(max_iter=2).fit(X, Y)
    assert capsys.readouterr().err == ""


def test_fitting_leaves_the_common_generator_alone() -> None:
    mgp.seed(5)
    network(early_stopping=True).fit(X, Y)
    after = mgp.randomness.generator().random()
    mgp.seed(5)
    assert after == mgp.randomness.generator().random()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": 16},
        {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.2},
        {
            "network": lambda inputs, outputs: nn.Sequential(
                nn.Dense(5), nn.BatchNorm(), nn.Dropout(0.2), nn.Dense(outputs)
            )
        },
    ],
)
def test_learning_in_parts_is_learning_at_once(options: dict[str, Any]) -> None:
    whole = network(max_iter=6, tol=0.0, n_iter_no_change=100, **options).fit(X, THREE)
    parts = network(**options)
    for _ in range(6):
        parts = parts.partial_fit(X, THREE, classes=[0, 1, 2])
    assert same(whole, parts)
    assert whole.loss_curve_ == parts.loss_curve_
    assert whole.t_ == parts.t_ == 6 * 120


def test_parts_go_on_from_a_fit() -> None:
    model = network(max_iter=5, tol=0.0).fit(X, Y)
    assert same(model.partial_fit(X, Y), network(max_iter=6, tol=0.0).fit(X, Y))


def test_parts_may_go_through_a_pickle() -> None:
    one = network().partial_fit(X, Y, classes=[0, 1])
    other = pickle.loads(pickle.dumps(one))
    assert same(one.partial_fit(X, Y), other.partial_fit(X, Y))


def test_parts_need_all_classes_first_and_no_others_later() -> None:
    with pytest.raises(InputError, match="classes must be passed on the first call"):
        network().partial_fit(X, Y)
    model = network().partial_fit(X[:5], ["a"] * 5, classes=["a", "b", "c"])
    assert model.predict_proba(X).shape == (120, 3)
    with pytest.raises(InputError, match=r"classes=.* is not the same as on the last call"):
        model.partial_fit(X, Y, classes=["a"])
    with pytest.raises(InputError, match=r"not among those known: \['d'\]"):
        model.partial_fit(X[:2], ["a", "d"])


@pytest.mark.parametrize("options", [{"solver": "lbfgs"}, {"early_stopping": True}])
def test_what_needs_all_samples_has_no_partial_fit(options: dict[str, Any]) -> None:
    assert hasattr(network(), "partial_fit")
    assert not hasattr(network(**options), "partial_fit")


def test_a_warm_start_goes_on() -> None:
    model = network(warm_start=True, max_iter=5).fit(X, Y)
    first = model.loss_
    kept = model.network_
    model.fit(X, Y)
    assert model.network_ is kept
    assert model.loss_ < first
    assert (model.n_iter_, len(model.loss_curve_)) == (5, 10)
    with pytest.raises(InputError, match="not among those known"):
        model.fit(X, THREE)
    with pytest.raises(InputError, match="ask for another: fit anew"):
        model.set_params(hidden_layer_sizes=(3,)).fit(X, Y)


def test_early_stopping_takes_the_weights_of_the_best_epoch() -> None:
    y = np.where(RNG.random(120) < 0.3, 1 - Y, Y)
    model = network(64, early_stopping=True, validation_fraction=0.3, max_iter=300).fit(X, y)
    scores = model.validation_scores_
    assert scores is not None
    assert model.n_iter_ == len(scores) < 300
    assert model.best_validation_score_ == max(scores)
    assert model.best_loss_ is None
    again = network(64, tol=0.0, max_iter=scores.index(max(scores)) + 1, early_stopping=True, validation_fraction=0.3)
    assert same(model, again.fit(X, y))


def test_samples_held_back_are_of_all_classes() -> None:
    groups = (np.arange(120) % 30 == 0).astype(int)
    samples = Samples(X, groups[:, None], np.arange(120.0), groups)
    for part, rows, rare in zip(samples.held_back(0.25), (90, 30), (3, 1), strict=True):
        assert part.groups is not None
        assert part.weight is not None
        assert (len(part), part.groups.sum()) == (rows, rare)
        assert np.array_equal(part.x, X[part.weight.astype(int)])


def test_lbfgs_holds_nothing_back() -> None:
    options: dict[str, Any] = {"solver": "lbfgs", "max_iter": 5}
    assert same(network(early_stopping=True, **options).fit(X, Y), network(**options).fit(X, Y))


def test_early_stopping_needs_some_samples() -> None:
    assert network(early_stopping=True, max_iter=2).fit(X[:5], Y[:5]).validation_scores_
    with pytest.raises(InputError, match="early_stopping holds back 2 of 3 samples"):
        network(early_stopping=True).fit(X[:3], Y[:3])


def test_training_stops_when_the_loss_does_not_fall_and_says_so_when_it_still_does() -> None:
    model = network(tol=0.1, n_iter_no_change=3, max_iter=500).fit(X, Y)
    assert model.n_iter_ < 50
    assert "did not become better by 0.1 for 3 epochs" in model.history_.stopped
    with pytest.warns(ConvergenceWarning, match="still learning after max_iter=3 epochs"):
        network(max_iter=3).fit(X, Y)


def test_a_network_of_ones_own() -> None:
    def convolutions(inputs: int, outputs: int) -> nn.Module:
        return nn.Sequential(
            nn.Reshape((inputs, 1)), nn.Conv1D(4, 2, activation="tanh"), nn.Flatten(), nn.Dense(outputs)
        )

    model = network(network=convolutions, max_iter=150).fit(X, THREE)
    assert model.score(X, THREE) > 0.9
    assert isinstance(model.network_, nn.Sequential)
    assert not hasattr(model, "coefs_")


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_network_of_scalars(solver: str) -> None:
    model = network(network=lambda inputs, outputs: nn.MLP(inputs, [2, outputs]), solver=solver, max_iter=2)
    model.fit(X[:6], Y[:6])
    other = pickle.loads(pickle.dumps(model.set_params(network=None)))
    assert np.array_equal(other.predict_proba(X[:6]), model.predict_proba(X[:6]))


def test_a_network_that_looks_whole_numbers_up() -> None:
    words = RNG.integers(0, 5, (60, 2))
    lookup = network(network=lambda inputs, outputs: nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Dense(outputs)))
    assert lookup.fit(words, words[:, 0] > 2).score(words, words[:, 0] > 2) == 1.0


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda inputs, outputs: nn.Sequential(nn.Dense(5)), r"not \(1, 2\)|needs 1 unit"),
        (lambda inputs, outputs: "no network", r"network\(3, 1\) made 'no network'"),
        (nn.Dense(1), "network is a function of the numbers of inputs and outputs"),
    ],
)
def test_a_network_that_is_none_is_named(function: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        network(network=function).fit(X, Y)


@pytest.mark.parametrize(
    "options",
    [
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.5, "n_iter_no_change": 1},
        {"solver": "sgd", "nesterovs_momentum": False},
        {"solver": "sgd", "momentum": 0.0},
        {"solver": "rmsprop"},
        {"solver": optim.AdamW(0.02)},
        {"activation": "logistic"},
        {"activation": "identity"},
        {"activation": mgp.relu},
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": 4},
        {"hidden_layer_sizes": np.array([4, 4])},
        {"shuffle": False, "batch_size": 7},
        {"penalty": None},
    ],
)
def test_options_of_scikit_learns_networks(options: dict[str, Any]) -> None:
    model = network().set_params(**options).fit(X[:40], Y[:40])
    assert np.isfinite(model.loss_curve_).all()
    assert model.n_layers_ == len(model.coefs_) + 1 == len(model.intercepts_) + 1


def test_the_adaptive_rate_is_divided_before_training_stops() -> None:
    model = network(solver="sgd", learning_rate="adaptive", tol=10.0, n_iter_no_change=1, max_iter=200).fit(X, Y)
    rates = np.unique(model.history_["learning_rate"])[::-1]
    np.testing.assert_allclose(rates[0] / rates, 5.0 ** np.arange(len(rates)))
    assert rates[-1] <= 1e-6
    assert model.n_iter_ < 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes=.* must be > 0"),
        ({"hidden_layer_sizes": "64"}, "hidden_layer_sizes"),
        ({"activation": "rely"}, "did you mean 'relu'"),
        ({"solver": "adm"}, "did you mean 'adam'"),
        ({"solver": "newton"}, "Newton looks at all examples at once"),
        ({"alpha": -1.0}, "alpha=-1.0 is not a finite number, 0 or more"),
        ({"penalty": "l3"}, "penalty='l3': there are"),
        ({"batch_size": 0}, "batch_size=0 is not a whole number, 1 or more"),
        ({"batch_size": "all"}, "batch_size='all' is neither 'auto'"),
        ({"learning_rate": "fast"}, "learning_rate='fast': there are"),
        ({"learning_rate_init": -1.0}, "learning"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"tol": -1}, "tol=-1 is not a number, 0 or more"),
        ({"n_iter_no_change": 0}, "n_iter_no_change=0"),
        ({"early_stopping": True, "validation_fraction": 1.0}, "validation_fraction=1.0 is not a share"),
        ({"loss": "hing"}, "there is no loss 'hing'"),
        ({"solver": "lbfgs", "max_fun": 0}, "max_fun=0"),
    ],
)
def test_options_that_mean_nothing_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        network().set_params(**options).fit(X, Y)


def test_a_loss_of_ones_own_has_to_take_weights_if_there_are_any() -> None:
    def squares(outputs: Any, targets: Any) -> Any:
        return ((mgp.sigmoid(outputs) - targets) ** 2).mean()

    assert network(loss=squares).fit(X, Y).score(X, Y) > 0.8
    with pytest.raises(InputError, match="a loss that takes weights"):
        network(loss=squares).fit(X, Y, sample_weight=np.ones(120))


def test_a_loss_that_is_not_finite_is_explained_and_leaves_no_network() -> None:
    model = network(
        solver="sgd", learning_rate_init=1e6, activation="identity", loss=lambda z, t: ((z - t) ** 2).mean()
    )
    with pytest.raises(TrainingError, match="the learning rate 1×10⁶ is too large"):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)
    good = network(max_iter=2).fit(X, THREE)
    with pytest.raises(TrainingError):
        good.set_params(**model.get_params()).fit(X, Y)
    with pytest.raises(NotFittedError):
        good.predict(X)


def test_float32_stays_float32() -> None:
    model = network().fit(X.astype(np.float32), Y, sample_weight=np.ones(120))
    assert model.predict_proba(X.astype(np.float32)).dtype == np.float32
    assert {p.dtype for p in model.network_.parameters()} == {np.dtype(np.float32)}


def test_copies_predict_the_same_and_learn_apart() -> None:
    model = network().fit(X, Y)
    P = model.predict_proba(X)
    for other in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(other.predict_proba(X), P)
    other = copy.deepcopy(model).set_params(warm_start=True).fit(X, Y)
    assert not same(model, other)
    assert np.array_equal(model.predict_proba(X), P)
