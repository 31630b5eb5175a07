"""Files are whole or not there at all."""

import os
import stat
from pathlib import Path

import pytest

from microgradphys.errors import InputError
from microgradphys.files import checked_target, write_atomically, written_aside


def test_a_file_is_written_whole_with_the_usual_permissions(tmp_path: Path) -> None:
    """Content and mode are those of any other new file."""
    target = write_atomically(tmp_path / "x.txt", b"data")
    (tmp_path / "y.txt").touch()
    assert target.read_bytes() == b"data"
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((tmp_path / "y.txt").stat().st_mode)


def test_a_failure_keeps_the_old_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    """Whatever happens while writing, the old content stays."""
    target = write_atomically(tmp_path / "x.txt", b"old")

    def interrupted() -> None:
        with written_aside(target) as aside:
            aside.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the file system names the file."""

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(InputError, match=r"x\.txt': No space left on device"):
        write_atomically(tmp_path / "x.txt", b"data")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_writable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any work is done."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="is not writable"):
        checked_target(tmp_path / "x.svg", (".svg",))
