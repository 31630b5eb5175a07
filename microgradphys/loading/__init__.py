"""Data for training: tables from CSV files, their split, and batches of them for a training loop of your own.

>>> import numpy as np
>>> from microgradphys.loading import batches, split
>>> X, y = np.arange(20.0).reshape(10, 2), np.arange(10.0)
>>> parts = split(X, y, validation=0.2, test=0.2, seed=0)
>>> [len(rows) for rows, _ in parts]
[6, 2, 2]

Scaling is scikit-learn's: the scaler sees the rows for training only, and is kept for whatever comes later.

>>> from sklearn.preprocessing import StandardScaler
>>> scaler = StandardScaler().fit(parts.train[0])
>>> for x, t in batches(scaler.transform(parts.train[0]), parts.train[1], batch_size=4):
...     print(x.shape, t.shape)
(4, 2) (4,)
(2, 2) (2,)

`MinMaxScaler` is used in the same way, and both in a `Pipeline` with our estimators.

In reading order:

tables     tables of numbers from CSV files
columns    how columns are called, which are taken as what
rows       rows with their line numbers, and what to say when one is not as it should be
splitting  parts for training, validation and the test
batching   batches of arrays, of files and of streams
"""

from microgradphys.loading.batching import batches, batches_of
from microgradphys.loading.splitting import Split, split
from microgradphys.loading.tables import Table, read_csv, stream_csv

__all__ = ["Split", "Table", "batches", "batches_of", "read_csv", "split", "stream_csv"]
