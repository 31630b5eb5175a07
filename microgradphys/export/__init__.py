"""Onwards: a network as a file for ONNX, as a module of PyTorch, as a function of JAX.

All three write down the recorded graph, row by row of the table of primitives, so whatever can be recorded can go on:
layers, modules of your own, plain functions. A row that the other library has nothing for is named.
"""

from microgradphys.export.jax_function import to_jax
from microgradphys.export.onnx_file import to_onnx
from microgradphys.export.torch_module import to_torch

__all__ = ["to_jax", "to_onnx", "to_torch"]
