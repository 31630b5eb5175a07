"""Exports are tested wherever what they export to is installed."""

from importlib.util import find_spec

_NEEDS = {"test_onnx.py": ("onnx", "onnxruntime"), "test_torch.py": ("torch",), "test_jax.py": ("jax",)}
collect_ignore = [file for file, packages in _NEEDS.items() if not all(map(find_spec, packages))]
