"""Files are whole or not there at all."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from microgradphys.errors import InputError
from microgradphys.files import checked_source, checked_target, write_atomically, written_aside


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


def test_what_a_killed_writer_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    """By the next writer of the same file; files of other names stay."""
    target, other = tmp_path / "x[1].npz", tmp_path / "y.npz"
    program = (
        "import os, pathlib, sys\nfrom microgradphys.files import written_aside\n"
        "with written_aside(pathlib.Path(sys.argv[1])) as aside:\n"
        "    aside.write_bytes(b'half')\n    os.kill(os.getpid(), 9)"
    )
    for path in (target, other):
        subprocess.run([sys.executable, "-c", program, path], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    with written_aside(target) as mine:
        assert write_atomically(target, b"first").read_bytes() == b"first"
        mine.write_bytes(b"second")
    assert target.read_bytes() == b"second"
    (left,) = set(tmp_path.iterdir()) - {target}
    assert left.name.startswith(".y-unfinished-")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    """With what the system says about it."""
    for name, message in (("\0.npz", "null byte"), ("x" * 300 + ".npz", "too long")):
        with pytest.raises(InputError, match=f"cannot write .*{message}"):
            write_atomically(checked_target(tmp_path / name, (".npz",)), b"")


def test_where_nothing_can_be_written_or_read_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*folder\.svg': it is a folder"):
        checked_target(tmp_path / "folder.svg", (".svg",))
    with pytest.raises(InputError, match=r"the folder '.*missing' does not exist"):
        checked_target(tmp_path / "missing" / "x.svg", (".svg",))
    with pytest.raises(InputError, match=r"cannot read .*folder\.svg': it is a folder"):
        checked_source(tmp_path / "folder.svg", (".svg",))
    (tmp_path / "x.SVG").touch()
    assert checked_source(tmp_path / "x.SVG", (".svg",)) == checked_target(tmp_path / "x.SVG", (".svg",))
    with pytest.raises(InputError, match=r"its name must end in \.png or \.pdf"):
        checked_source(tmp_path / "x.SVG", (".png", ".pdf"))


def test_a_folder_that_is_not_writable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any work is done."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="is not writable"):
        checked_target(tmp_path / "x.svg", (".svg",))
