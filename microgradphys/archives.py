"""Files of nested data: JSON and arrays in one .npz (or .safetensors) file, whole or refused, never pickled.

An .npz file holds the arrays under names that say what they are, so that `numpy.load(path)["parameters/dense_1.W"]` is
one of them, and two more: `_about`, the JSON as text, and `_sha256`, a digest of all the rest. A .safetensors file has
these two in its metadata. The JSON says the `format` "microgradphys", its `version`, the `kind` of the file, and the
`content`, as `microgradphys.nested` writes it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from microgradphys import npz
from microgradphys.errors import InputError, MicrogradphysError, MissingExtraError
from microgradphys.files import checked_source, checked_target, write_atomically
from microgradphys.nested import packed, unpacked

FORMAT, VERSION = "microgradphys", 1
ENDINGS = (".npz", ".safetensors")


def write_archive(path: str | os.PathLike[str], kind: str, tree: Any) -> Path:
    """Write nested data to a file, or leave the file that is there as it was.

    Args:
        path: its name must end in .npz or .safetensors, and its folder must exist.
        kind: what the file holds: "model", "weights", "checkpoint".
        tree: dictionaries, lists, tuples, numbers, text and arrays.

    Returns:
        The path.

    Raises:
        InputError: the file cannot be written, or something in the tree cannot be stored.
        MissingExtraError: the name ends in .safetensors, and safetensors is not installed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_archive(Path(folder, "run.npz"), "checkpoint", {"epoch": 3, "w": np.zeros(2)})
    ...     read_archive(path, "checkpoint")
    {'epoch': 3, 'w': array([0., 0.])}
    """
    target = checked_target(path, ENDINGS)
    content, arrays = packed(tree)
    about = json.dumps({"format": FORMAT, "version": VERSION, "kind": kind, "content": content})
    dumped = _as_npz if target.suffix.lower() == ".npz" else _as_tensors
    return write_atomically(target, dumped(_Parts(about, _digest(about, arrays), arrays)))


def read_archive(path: str | os.PathLike[str], *kinds: str) -> Any:
    """Read the nested data of a file.

    Args:
        path: a file that `write_archive` wrote.
        kinds: what the file may hold.

    Returns:
        The data; its arrays belong to the caller.

    Raises:
        InputError: there is no such file, it cannot be read, is damaged, from a newer version, or holds something else.
        MissingExtraError: the name ends in .safetensors, and safetensors is not installed.

    >>> read_archive("run.npz", "checkpoint")
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: cannot read 'run.npz': there is no such file
    """
    source = checked_source(path, ENDINGS)
    read = _of_npz if source.suffix.lower() == ".npz" else _of_tensors
    try:
        raw = source.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    try:
        parts = read(raw)
        document = json.loads(parts.about)
        _check_kind(source, document, kinds)
        if parts.digest != _digest(parts.about, parts.arrays):
            raise ValueError("its content and its digest do not agree")
        return unpacked(document["content"], parts.arrays)
    except MicrogradphysError:
        raise
    except Exception as error:  # Whatever a reader stumbles over in bytes that nobody wrote, the file is damaged.
        raise InputError(
            f"cannot read {str(path)!r}: it is damaged, or microgradphys did not write it "
            f"({str(error) or type(error).__name__}); use a copy of it, or save it again"
        ) from None


class _Parts(NamedTuple):
    """What a file is made of: the JSON, the digest, the arrays."""

    about: str
    digest: str
    arrays: dict[str, np.ndarray]


def _check_kind(source: Path, document: Any, kinds: tuple[str, ...]) -> None:
    """Refuse a file of a newer version, or one that holds something else."""
    if document["format"] != FORMAT:
        raise ValueError("it is of another format")
    if document["version"] > VERSION:
        raise InputError(
            f"cannot read {str(source)!r}: a newer microgradphys wrote it (its format is {document['version']}, "
            f"this one reads {VERSION}); update microgradphys"
        )
    if document["kind"] not in kinds:
        raise InputError(f"{str(source)!r} is a file of kind {document['kind']!r}, not {' or '.join(map(repr, kinds))}")


def _digest(about: str, arrays: Mapping[str, np.ndarray]) -> str:
    """Compute the SHA-256 of everything."""
    digest = hashlib.sha256(about.encode())
    for key, array in sorted(arrays.items()):
        rows = array.flags.c_contiguous
        digest.update(json.dumps([key, array.dtype.name, array.shape, rows]).encode())
        digest.update((array if rows else array.T).astype(array.dtype.newbyteorder("<"), copy=False).data)
    return digest.hexdigest()


def _as_npz(parts: _Parts) -> bytes:
    """Write everything as an .npz file."""
    return npz.dumped({"_about": np.array(parts.about), "_sha256": np.array(parts.digest), **parts.arrays})


def _of_npz(raw: bytes) -> _Parts:
    """Read everything from an .npz file."""
    arrays = npz.loaded(raw)
    if not {"_about", "_sha256"} <= arrays.keys():
        raise ValueError("it does not say what it holds")
    return _Parts(arrays.pop("_about").item(), arrays.pop("_sha256").item(), arrays)


def _as_tensors(parts: _Parts) -> bytes:
    """Write everything as a .safetensors file, which knows arrays by rows only."""
    by_columns = [key for key, array in parts.arrays.items() if not array.flags.c_contiguous]
    rows = {key: array.T if key in by_columns else array for key, array in parts.arrays.items()}
    about = {"about": parts.about, "sha256": parts.digest, "transposed": json.dumps(by_columns)}
    return _safetensors().save(rows, about)


def _of_tensors(raw: bytes) -> _Parts:
    """Read everything from a .safetensors file: eight bytes with the length of a header, that in JSON, the arrays."""
    arrays = {key: array.copy() for key, array in _safetensors().load(raw).items()}
    told = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]
    for key in json.loads(told["transposed"]):
        arrays[key] = arrays[key].T
    return _Parts(told["about"], told["sha256"], arrays)


def _safetensors() -> Any:
    """Import safetensors, or say how to install it."""
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MissingExtraError(
            "a file that ends in .safetensors needs safetensors: pip install 'microgradphys[train]'; .npz needs nothing"
        ) from error
    return safetensors.numpy
