"""Training: `model.fit` and what belongs to it.

>>> from microgradphys import nn
>>> from microgradphys.training import EarlyStopping
>>> model = nn.Sequential(nn.Dense(4, "tanh"), nn.Dense(1, "sigmoid"), seed=1)
>>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
>>> history = model.fit(X, y, epochs=500, loss="binary_crossentropy", optimizer="adam", seed=1)
>>> history["loss"][-1] < history["loss"][0]
True
"""

from microgradphys.training.callbacks import Callback, EarlyStopping, LookBack, Schedule
from microgradphys.training.checkpoints import Checkpoint
from microgradphys.training.fitting import fit
from microgradphys.training.history import History
from microgradphys.training.recorders import BoundaryRecorder, LivePlot, Recorder
from microgradphys.training.run import Run

__all__ = [
    "BoundaryRecorder",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "History",
    "LivePlot",
    "LookBack",
    "Recorder",
    "Run",
    "Schedule",
    "fit",
]
