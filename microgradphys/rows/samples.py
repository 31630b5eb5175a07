"""Points at which the generated tests check the rows: vectors V, matrices M, A, S (symmetric), Z (with zeros), stacks."""

import numpy as np

M23 = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]])
M32 = np.array([[0.5, -0.3], [1.4, 0.2], [-0.8, 0.9]])
V3 = np.array([0.2, -0.5, 1.3])
V2 = np.array([0.6, -1.1])
B223 = np.stack([M23, 0.5 - M23])
D223 = np.stack([M23, 0.45 - M23])  # no two elements are equal
A22 = np.array([[1.3, -0.4], [0.8, 0.9]])
S22 = np.array([[2.0, 0.6], [0.6, 1.1]])
Z23 = np.array([[0.0, -1.2, 0.7], [0.0, 0.4, -0.6]])
