"""One of each plot, from data that are the same every time."""

import numpy as np

from viz import plots

_epochs = np.arange(30)
_random = np.random.default_rng(3)
CLASSES = _random.integers(0, 3, 90)
POINTS = np.array([[0, 0], [2.5, 0], [1, 2.2]])[CLASSES] + _random.normal(0, 0.6, (90, 2))
TRUE = _random.integers(0, 2, 80)
SCORES = np.round(TRUE + _random.normal(0, 1.0, 80), 1)
WAYS = {
    "descent": [(2 * 0.8**k, 1.5 * (-0.7) ** k) for k in range(12)],
    "Adam": [(2 - 0.15 * k, 1.5 - 0.1 * k) for k in range(14)],
}


def bowl(x, y):
    return x**2 + 4 * y**2


def nearest(points):
    return -((points[:, None] - np.array([[0, 0], [2.5, 0], [1, 2.2]])) ** 2).sum(-1)


def by_line(points):
    return points[:, 1] - points[:, 0]


def _layers(factor):
    return {f"layer {k}": _random.normal(0, factor**k, 300) for k in range(1, 5)}


_activations, _gradients = _layers(0.7), _layers(2.0)
_networks = {("tanh", "small"): _layers(0.5), ("tanh", "large"): _layers(2.0), ("ReLU", "small"): _layers(0.7)}
_groups = {"SGD": _random.normal(3, 1, 90), "Adam": _random.gamma(2, 1, 20)}
_pictures = _random.normal(size=(7, 4, 5))

GALLERY = {
    "learning_curves": lambda **o: plots.learning_curves(
        {"loss": 3 * np.exp(-_epochs / 5) + 0.02, "validation loss": 3 * np.exp(-_epochs / 6) + 0.01 * _epochs + 0.02,
         "accuracy": 1 - np.exp(-_epochs / 5)}, **o),
    "decision_boundary": lambda **o: plots.decision_boundary(nearest, POINTS, CLASSES, resolution=41, **o),
    "histograms": lambda **o: plots.histograms(_activations, _gradients, **o),
    "histogram_grid": lambda **o: plots.histogram_grid(
        _networks, name="gradient", log=True, phase="backward", title="Small weights make small gradients", **o),
    "activation": lambda **o: plots.activation("sigmoid", **o),
    "tangent": lambda **o: plots.tangent(np.sin, at=[0.0, 2.0], **o),
    "contours": lambda **o: plots.contours(bowl, (-2.5, 2.5), (-2, 2), paths=WAYS, **o),
    "loss_surface": lambda **o: plots.loss_surface(
        lambda w: np.sum(w["a"] ** 4) + np.sum(w["b"]) ** 2, {"a": np.ones((2, 3)), "b": np.arange(3.0)},
        resolution=15, **o),
    "confusion_matrix": lambda **o: plots.confusion_matrix(CLASSES, (CLASSES + (POINTS[:, 0] > 2)) % 3, **o),
    "roc": lambda **o: plots.roc(TRUE, {"network": SCORES, "coin": np.sin(np.arange(80.0))}, **o),
    "violins": lambda **o: plots.violins(_groups, value="loss after 100 epochs", **o),
    "images": lambda **o: plots.images(_pictures, names=[f"{k}" for k in range(7)], **o),
    "lines": lambda **o: plots.lines(
        {"a wave": (_epochs, np.sin(_epochs / 4)), "a line": (_epochs, _epochs / 30)},
        points={"readings": (_epochs[::3], np.cos(_epochs[::3] / 5))},
        bands={"its error": (_epochs, _epochs / 30 - 0.2, _epochs / 30 + 0.2)}, title="A wave and a line", **o),
    "vector_field": lambda **o: plots.vector_field(lambda x, y: (-y, x), (-2, 2), (-1, 1), **o),
}  # fmt: skip
