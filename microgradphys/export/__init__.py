"""Onwards: a network as a file for ONNX, as a module of PyTorch, as a function of JAX.

All three write down the recorded graph, row by row of the table of primitives, so whatever can be recorded can go on:
layers, modules of your own, plain functions. A row that the other library has nothing for is named.

In reading order:

recording     a network as a program that can be written in another language
sizes         sizes that depend on the batch
agreement     whether what was exported computes the same
extras        the packages that this needs
lines         a program as lines of Python in the words of another library
torch_rows    what PyTorch calls the rows of the table
torch_module  `to_torch`
jax_rows      what JAX calls them
jax_function  `to_jax`
onnx_graph    a graph of ONNX while it is written
onnx_words    elementwise rows in ONNX
onnx_picking  numpy's indexing in ONNX
onnx_rows     all other rows in ONNX
onnx_file     `to_onnx`
"""

from microgradphys.export.jax_function import to_jax
from microgradphys.export.onnx_file import to_onnx
from microgradphys.export.torch_module import to_torch

__all__ = ["to_jax", "to_onnx", "to_torch"]
