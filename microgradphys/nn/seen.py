"""What every module in a network returns, seen while a copy of the network computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgradphys import scopes
from microgradphys.nn.members import each_module


def outputs_seen(network: Any, x: Any) -> dict[str, Any]:
    """Compute inputs, and note what every module inside returns the first time that it is called.

    Returns:
        What they return, by how names in them begin: "" for the network itself, "encoder.dense_1.".
    """
    outputs: dict[str, Any] = {}
    with scopes.recording(False), scopes.training(False):
        # The first call makes parameters that are still missing.
        network(x)
        other = network.having(network.named_parameters())
        for path, module in each_module(other):
            vars(module)["forward"] = _noting(module.forward, path, outputs)
        other(x)
    return outputs


def _noting(forward: Callable[[Any], Any], path: str, outputs: dict[str, Any]) -> Callable[[Any], Any]:
    """Wrap the `forward` of a module so that what it returns is noted."""

    def noting(x: Any) -> Any:
        output = forward(x)
        outputs.setdefault(path, output)
        return output

    return noting
