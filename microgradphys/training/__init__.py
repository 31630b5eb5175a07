"""Training: `model.fit` and what belongs to it.

>>> from microgradphys import nn
>>> from microgradphys.training import EarlyStopping
>>> model = nn.Sequential(nn.Dense(4, "tanh"), nn.Dense(1, "sigmoid"), seed=1)
>>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
>>> history = model.fit(X, y, epochs=500, loss="binary_crossentropy", optimizer="adam", seed=1)
>>> history["loss"][-1] < history["loss"][0]
True

In reading order:

fitting       `fit`: epochs of batches, until all are done or somebody says that it is enough
options       what is asked of it, checked
data          what a user gives as data, taken for one network
arrays        such data as arrays, or why they cannot be learnt from
batches       where batches come from
objective     the loss, with a penalty, and the metrics
learning      one step: forward, backward and update as one program
run           a training as it stands
history       what was measured in each epoch
callbacks     what is done between batches and epochs
recorders     callbacks that watch layers, boundaries and curves
progress      the bar
evaluation    what a network makes of data
diagnosis     why a loss is no finite number
interruption  Ctrl-C
conditions    what must be the same to go on
checkpoints   a training in a file
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
