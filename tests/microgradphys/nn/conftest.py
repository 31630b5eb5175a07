"""The tests against PyTorch run wherever it is installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["test_layers_and_pytorch.py"]
