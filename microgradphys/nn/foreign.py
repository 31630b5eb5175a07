"""What Keras, PyTorch and scikit-learn call what a network has under another name here, for the error message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microgradphys.errors import ForeignError

_MODES = "layers learn inside of `with nn.training():`, as fit does it, and predict elsewhere"
_NUMBERS = "named_parameters() has the numbers; save_weights(path) and load_weights(path) keep them in a file"
_DEVICES = "there is no other device here; export.to_torch(model) takes the network to one"
_TYPES = "the type of the numbers is said when it is made: nn.Sequential(…, dtype='float32')"

ADVICE: dict[str, str] = {
    "add": "give all layers at once: nn.Sequential(first, second)",
    "append": "give all layers at once: nn.Sequential(first, second)",
    "compile": "loss, optimizer and metrics are arguments of fit",
    "count_params": "use summary().total",
    "cpu": _DEVICES,
    "cuda": _DEVICES,
    "double": _TYPES,
    "eval": _MODES,
    "float": _TYPES,
    "get_config": "use config()",
    "get_weights": _NUMBERS,
    "load_state_dict": _NUMBERS,
    "modules": "use named_modules()",
    "predict_classes": "use metrics.labels(model.predict(X))",
    "predict_proba": "predict returns the outputs; estimators.NetworkClassifier has predict_proba",
    "register_buffer": "keep it in an attribute, and name that in the class: buffer_names = ('mean',)",
    "score": "use evaluate(X, y, metrics=['accuracy']); estimators.NetworkClassifier has score",
    "set_weights": _NUMBERS,
    "state_dict": _NUMBERS,
    "to": _DEVICES,
    "train": _MODES,
    "trainable_variables": "use parameters()",
    "trainable_weights": "use parameters()",
    "weights": "use parameters()",
}


class Guided:
    """Tells whoever looks for an attribute that a network has in another library what to write here.

    >>> from microgradphys import nn
    >>> nn.Dense(1).state_dict()
    Traceback (most recent call last):
    ...
    microgradphys.errors.ForeignError: Dense has no attribute 'state_dict': named_parameters() has the numbers; \
save_weights(path) and load_weights(path) keep them in a file
    """

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Refuse an attribute that is not there, with advice if it is known."""
            kind = type(self).__name__
            if name in ADVICE:
                raise ForeignError(f"{kind} has no attribute {name!r}: {ADVICE[name]}", name=name, obj=self)
            raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=self)
