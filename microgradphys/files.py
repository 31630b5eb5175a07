"""Writing files so that nothing is ever half-written: aside, to the disk, then renamed into place."""

import contextlib
import glob
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from microgradphys.errors import InputError

try:
    import fcntl
except ImportError:  # Windows, and Python in a browser.
    fcntl = None

_MARK = "-unfinished-"


def checked_target(path: str | os.PathLike[str], endings: tuple[str, ...]) -> Path:
    """Return a path that can be written to, or say what is wrong with it before any work is done.

    Args:
        path: where the file is to go; its folder must exist.
        endings: the file name endings that are understood.

    Raises:
        InputError: another ending, a folder that is missing, or one that cannot be written.

    >>> checked_target("picture.bmp", (".svg", ".png"))
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: cannot write 'picture.bmp': its name must end in .svg or .png
    """
    target = Path(path)
    if target.suffix.lower() not in endings:
        raise InputError(f"cannot write {str(path)!r}: its name must end in {' or '.join(endings)}")
    try:
        is_folder, has_folder = target.is_dir(), target.parent.is_dir()
    except OSError as error:
        raise InputError(f"cannot write {str(path)!r}: {error.strerror}") from None
    if is_folder:
        raise InputError(f"cannot write {str(path)!r}: it is a folder")
    if not has_folder:
        raise InputError(f"cannot write {str(path)!r}: the folder {str(target.parent)!r} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"cannot write {str(path)!r}: the folder {str(target.parent)!r} is not writable")
    return target


def checked_source(path: str | os.PathLike[str], endings: tuple[str, ...]) -> Path:
    """Return the path of a file that is there, or say what is wrong with it.

    Args:
        path: of the file.
        endings: the file name endings that are understood.

    Raises:
        InputError: another ending, no such file, or a folder.

    >>> checked_source("weights.npz", (".npz",))
    Traceback (most recent call last):
    ...
    microgradphys.errors.InputError: cannot read 'weights.npz': there is no such file
    """
    source = Path(path)
    try:
        reason = "" if source.is_file() else _instead_of_a_file(source)
    except OSError as error:
        reason = error.strerror
    if not reason and source.suffix.lower() not in endings:
        reason = f"its name must end in {' or '.join(endings)}"
    if reason:
        raise InputError(f"cannot read {str(path)!r}: {reason}")
    return source


def _instead_of_a_file(path: Path) -> str:
    """Say what is there, where a file should be."""
    if path.is_dir():
        return "it is a folder"
    return "it is no file" if path.exists() else "there is no such file"


@contextlib.contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a temporary file beside `target`, and put it in target's place if all went well.

    Temporary files that killed writers of the same target left behind are removed.

    Raises:
        InputError: the file system refuses.
    """
    try:
        _remove_leftovers(target)
        handle, name = tempfile.mkstemp(suffix=target.suffix, prefix=f".{target.stem[:40]}{_MARK}", dir=target.parent)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have.
        raise InputError(f"cannot write {str(target)!r}: {getattr(error, 'strerror', None) or error}") from None
    aside = Path(name)
    try:
        with _held(handle):
            yield aside
            with aside.open("rb") as file:
                os.fsync(file.fileno())
            aside.chmod(0o666 & ~_mask())
            aside.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"cannot write {str(target)!r}: {error.strerror or error}") from None
    finally:
        aside.unlink(missing_ok=True)


def _remove_leftovers(target: Path) -> None:
    """Remove the temporary files beside `target` that nobody writes any more."""
    for leftover in target.parent.glob(f".{glob.escape(target.stem[:40])}{_MARK}*{glob.escape(target.suffix)}"):
        with contextlib.suppress(OSError):
            with leftover.open("rb") as file:
                _lock(file.fileno(), alone=False)
            leftover.unlink()


@contextlib.contextmanager
def _held(handle: int) -> Iterator[None]:
    """Keep a file locked, so that others see that its writer lives; the lock ends with the process, however it ends."""
    try:
        with contextlib.suppress(OSError):
            _lock(handle, alone=True)
        if fcntl is not None:
            yield
    finally:
        os.close(handle)
    if fcntl is None:
        yield


def _lock(handle: int, *, alone: bool) -> None:
    """Lock a file, or raise OSError if somebody else does; where there are no locks, open files cannot be removed."""
    if fcntl is not None:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)


def _sync_folder(folder: Path) -> None:
    """Bring the new name of a file to the disk, where the system can: the file itself is there already."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mask() -> int:
    """The permissions that new files of this process do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_atomically(target: Path, data: bytes) -> Path:
    """Write a whole file, or nothing.

    Raises:
        InputError: the file system refuses.
    """
    with written_aside(target) as aside:
        aside.write_bytes(data)
    return target
