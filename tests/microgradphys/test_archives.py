"""Files of nested data come back exactly, or are refused with one message that names the file."""

import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgradphys import archives
from microgradphys.archives import read_archive, write_archive
from microgradphys.errors import InputError, MissingExtraError
from microgradphys.nested import packed, unpacked

ENDINGS = [".npz", ".safetensors"]
numbers = st.floats() | st.integers() | st.booleans() | st.none() | st.text()
dtypes = st.sampled_from(["f8", "f4", "f2", "i8", "u1", "?", ">f8"])
arrays = st.builds(
    lambda dtype, shape, draw: np.asarray(np.arange(np.prod(shape)).reshape(shape) % 2, dtype).transpose(
        sorted(range(len(shape)), key=lambda axis: draw[axis])
    ),
    dtypes,
    st.lists(st.integers(0, 3), max_size=3).map(tuple),
    st.permutations([0, 1, 2]),
)
trees = st.recursive(
    numbers | arrays | st.floats(width=32).map(np.float32),
    lambda part: (
        st.lists(part, max_size=3)
        | st.lists(part, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), part, max_size=3)
    ),
    max_leaves=8,
)


def lies(array: np.ndarray) -> Any:
    """How an array lies in memory; with one element or none it does not matter."""
    return array.strides if array.size > 1 and 1 not in array.shape else None


def same(a: Any, b: Any) -> bool:
    """Whether two trees are the same to the last bit: types, keys in order, shapes, dtypes, how arrays lie."""
    if isinstance(a, np.ndarray):
        native = a.astype(a.dtype.newbyteorder("="), copy=False)
        return np.array_equal(a, b, equal_nan=True) and (native.dtype, lies(native)) == (b.dtype, lies(b))
    if type(a) in (list, tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if type(a) is dict:
        return list(a) == list(b) and all(map(same, a.values(), b.values()))
    return type(a) is type(b) and repr(a) == repr(b)


@settings(deadline=None)
@given(trees)
def test_a_tree_comes_back_from_json_and_arrays(tree: Any) -> None:
    document, found = packed(tree)
    assert same(tree, unpacked(json.loads(json.dumps(document, allow_nan=False)), found))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 2, 0)])
def test_an_array_lies_in_memory_as_it_did(ending: str, axes: tuple[int, ...], tmp_path: Path) -> None:
    """Sums and products depend on that in their last digits."""
    array = np.arange(24.0).reshape(2, 3, 4).transpose(axes)
    back = read_archive(
        write_archive(tmp_path / f"tree{ending}", "state", {"w": array, "part": array[:, ::2]}), "state"
    )
    np.testing.assert_array_equal(back["w"], array)
    np.testing.assert_array_equal(back["part"], array[:, ::2])
    assert back["w"].strides == array.strides


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=40, deadline=None)
@given(tree=trees)
def test_a_tree_comes_back_from_a_file(tree: Any, ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"tree{ending}"
    assert same(tree, read_archive(write_archive(path, "state", tree), "state"))


def test_names_of_arrays_never_collide(tmp_path: Path) -> None:
    tree = {
        "a/b": {"c": np.zeros(1)},
        "a": {"b/c": np.ones(1), "\0../ü\ud800": np.full(1, 2.0)},
        "_about": np.full(1, 3.0),
    }
    found = read_archive(write_archive(tmp_path / "x.npz", "state", tree), "state")
    assert same(tree, found)
    with np.load(tmp_path / "x.npz") as plain:
        assert plain["a/b/c"] == 0


def test_what_is_no_data_is_refused_with_its_place(tmp_path: Path) -> None:
    for odd in (object(), np.array(["a"]), np.array([1j]), np.array([None]), {1, 2}, lambda: 0):
        with pytest.raises(InputError, match="state/1 cannot be stored in a file"):
            write_archive(tmp_path / "x.npz", "state", {"state": [0, odd]})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_changed_byte_is_noticed_or_changes_nothing(ending: str, tmp_path: Path) -> None:
    """Dates and permissions in an .npz file are nobody's content; all else has a checksum."""
    tree = {"w": np.arange(3.0), "epoch": 7}
    path = write_archive(tmp_path / f"x{ending}", "state", tree)
    raw = path.read_bytes()
    refused = 0
    for k in range(len(raw)):
        path.write_bytes(raw[:k] + bytes([raw[k] ^ (1 << k % 8)]) + raw[k + 1 :])
        message = ""
        try:
            assert same(read_archive(path, "state"), tree)
        except InputError as error:
            message = str(error)
        refused += message != ""
        assert not message or str(path) in message
    assert refused > 0.8 * len(raw)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_that_was_cut_off_is_refused(ending: str, tmp_path: Path) -> None:
    path = write_archive(tmp_path / f"x{ending}", "state", {"w": np.arange(3.0)})
    raw = path.read_bytes()
    for length in range(0, len(raw), 7):
        path.write_bytes(raw[:length])
        with pytest.raises(InputError, match="damaged"):
            read_archive(path, "state")


def _npz(**members: bytes) -> bytes:
    """Make a zip of .npy members with these bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)
    return buffer.getvalue()


def _header(shape: str, descr: str = "'<f8'") -> bytes:
    """Write the head of an .npy member that claims a shape."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def _claiming(size: int) -> bytes:
    """Write a zip whose directory says that its member is larger than it is."""
    raw = bytearray(_npz(w=_header("(1,)") + bytes(8)))
    entry = raw.index(b"PK\x01\x02")
    for at in (entry + 20, entry + 24):
        raw[at : at + 4] = size.to_bytes(4, "little")
    return bytes(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"PK\x05\x06" + bytes(18),
        _npz(),
        _npz(w=_header("(1,)") + bytes(8)),
        _npz(w=_header("(10**15,)") + bytes(8)),
        _npz(w=_header("(1000000000000000,)") + bytes(8)),
        _npz(w=_header("(-1, -1)") + bytes(8)),
        _npz(w=_header("(1,)", "'|O'") + bytes(8)),
        _npz(w=_header("(" * 5000)),
        _npz(w=b"\x80\x04N."),
        _npz(_about=_header("()", "'<U2'") + "{}".encode("utf-32-le"), _sha256=_header("()", "'<U1'") + b"0\0\0\0"),
        _claiming(2**31),
    ],
)
def test_bytes_of_another_kind_are_refused(raw: bytes, tmp_path: Path) -> None:
    """Nothing is unpickled, unpacked, or allocated that is larger than the file."""
    path = tmp_path / "x.npz"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"cannot read .*x\.npz': it is damaged, or microgradphys did not write it"):
        read_archive(path, "state")


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez_compressed(path, w=np.zeros(10**6))
    with pytest.raises(InputError, match="it is compressed"):
        read_archive(path, "state")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_newer_version_is_named(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "VERSION", 2)
    path = write_archive(tmp_path / f"x{ending}", "state", {})
    monkeypatch.undo()
    with pytest.raises(
        InputError, match=r"a newer microgradphys wrote it \(its format is 2, this one reads 1\); update"
    ):
        read_archive(path, "state")


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "x.npz", "weights", {})
    with pytest.raises(InputError, match="is a file of kind 'weights', not 'state'"):
        read_archive(path, "state")


def test_paths_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "x.txt").touch()
    for name, message in [
        ("none.npz", "there is no such file"),
        ("folder.npz", "it is a folder"),
        ("x.txt", "must end in"),
        ("/dev/null", "it is no file"),
        ("\0.npz", "no such file"),
        ("x" * 300 + ".npz", "too long"),
    ]:
        with pytest.raises(InputError, match=f"cannot read .*{message}"):
            read_archive(tmp_path / name, "state")
    path = write_archive(tmp_path / "x.npz", "state", {})

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match=r"cannot read .*x\.npz': Permission denied"):
        read_archive(path, "state")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_the_old_file(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_archive(tmp_path / f"x{ending}", "state", {"epoch": 1})

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(InputError, match=r"cannot write .*: No space left on device"):
        write_archive(path, "state", {"epoch": 2})
    assert read_archive(path, "state") == {"epoch": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_safetensors_is_an_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'microgradphys\[train\]'"):
        write_archive(tmp_path / "x.safetensors", "state", {})
    write_archive(tmp_path / "x.npz", "state", {})


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [write_archive(tmp_path / name, "state", {"w": np.ones(2)}) for name in ("a.npz", "b.npz")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
