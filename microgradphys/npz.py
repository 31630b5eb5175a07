"""Arrays as the bytes of an .npz file, and back, so that whatever is wrong with the bytes is noticed.

`numpy.load` reads the same files. What differs: all of a member is read, so that its checksum is looked at; nothing is
unpacked or allocated that is larger than the file; nothing is pickled.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping

import numpy as np

_LARGE = 1 << 30


def dumped(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Write arrays as an .npz file: the same arrays give the same bytes.

    >>> list(np.load(io.BytesIO(dumped({"w": np.zeros(2)}))))
    ['w']
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        for name, array in arrays.items():
            with file.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=array.nbytes > _LARGE) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return buffer.getvalue()


def loaded(raw: bytes) -> dict[str, np.ndarray]:
    """Read the arrays of an .npz file.

    Raises:
        Exception: of many kinds, where the bytes are not those of an .npz file as `dumped` writes it.

    >>> loaded(dumped({"w": np.zeros(2)}))
    {'w': array([0., 0.])}
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        members = file.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("it is compressed")
        if sum(member.file_size for member in members) > len(raw):
            raise ValueError("it claims to hold more than it has bytes")
        return {member.filename.removesuffix(".npy"): _array(file.read(member)) for member in members}


def _array(raw: bytes) -> np.ndarray:
    """Read an array of the .npy format, version 1.0, whose size must be what its header says."""
    stream = io.BytesIO(raw)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array in it has a format of its own")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.hasobject or dtype.itemsize * math.prod(shape) != len(raw) - stream.tell():
        raise ValueError("an array in it is not what its header says")
    array = np.ndarray(shape, dtype, raw, stream.tell(), order="F" if by_columns else "C")
    return array.astype(dtype.newbyteorder("="), order="K")
