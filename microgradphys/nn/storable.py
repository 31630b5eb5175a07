"""`Storable`: the methods of a Module that write it to a file, and give it what is in one."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

from microgradphys.errors import InputError


class Storable:
    """What can be kept in a file: a network, as `microgradphys.nn.saving` writes it and `nn.load` makes it again."""

    def config(self) -> dict[str, Any]:
        """Return the arguments that make such a module again: the constructor's, kept in attributes of their names.

        Raises:
            InputError: it does not keep one of them.

        >>> from microgradphys import nn
        >>> nn.Dense(2, "relu", use_bias=False).config()["activation"]
        'relu'
        """
        names = list(inspect.signature(type(self)).parameters) if type(self).__init__ is not object.__init__ else []
        missing = [name for name in names if not hasattr(self, name)]
        if missing:
            raise InputError(
                f"{type(self).__name__} does not keep the argument {missing[0]!r} of its constructor: keep it in an "
                "attribute of this name, write a method config() that returns the arguments, or save_weights only"
            )
        return {name: getattr(self, name) for name in names}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the network to a file, all of it or nothing, from which `nn.load(path)` makes it again.

        Args:
            path: its name ends in .npz, or in .safetensors, which needs the package of this name.

        Returns:
            The path.

        Raises:
            InputError: the file cannot be written, or a layer's argument is a function: the message names both.
            MissingExtraError: the name ends in .safetensors, and safetensors is not installed.

        >>> import tempfile
        >>> from microgradphys import nn
        >>> model = nn.Sequential(nn.Dense(1), input_shape=(2,))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     nn.load(model.save(f"{folder}/model.npz"))
        Sequential(Dense(1))
        """
        from microgradphys.nn.saving import save

        return save(self, path)

    def save_weights(self, path: str | os.PathLike[str]) -> Path:
        """Write parameters and buffers to a file, all of them or nothing, for `load_weights`.

        Args:
            path: its name ends in .npz, or in .safetensors, which needs the package of this name.

        Returns:
            The path.

        Raises:
            InputError: the file cannot be written.
            MissingExtraError: the name ends in .safetensors, and safetensors is not installed.

        >>> import tempfile
        >>> from microgradphys import Value, nn
        >>> class Line(nn.Module):
        ...     def __init__(self, slope):
        ...         self.slope = Value(slope)
        >>> line = Line(0.0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     line.load_weights(Line(3.0).save_weights(f"{folder}/line.npz"))
        >>> line.slope.data
        3.0
        """
        from microgradphys.nn.saving import save_weights

        return save_weights(self, path)

    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Take parameters and buffers from a file that `save_weights`, or `save`, wrote.

        Args:
            path: of the file.

        Raises:
            InputError: there is no such file, it is damaged, of a newer version, or of a network with other names,
                shapes or types; this one is then as it was.
            MissingExtraError: the name ends in .safetensors, and safetensors is not installed.

        >>> from microgradphys import nn
        >>> nn.Dense(1).load_weights("weights.npz")
        Traceback (most recent call last):
        ...
        microgradphys.errors.InputError: cannot read 'weights.npz': there is no such file
        """
        from microgradphys.nn.saving import load_weights

        load_weights(self, path)
