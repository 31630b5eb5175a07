"""Writing files so that nothing is ever half-written: aside, to the disk, then renamed into place."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from microgradphys.errors import InputError


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
    if target.is_dir():
        raise InputError(f"cannot write {str(path)!r}: it is a folder")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {str(path)!r}: the folder {str(target.parent)!r} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"cannot write {str(path)!r}: the folder {str(target.parent)!r} is not writable")
    return target


@contextlib.contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a temporary file beside `target`, and put it in target's place if all went well.

    Raises:
        InputError: the file system refuses.
    """
    try:
        handle, name = tempfile.mkstemp(suffix=target.suffix, prefix=f".{target.stem}-", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise InputError(f"cannot write {str(target)!r}: {error.strerror}") from None
    aside = Path(name)
    try:
        yield aside
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.chmod(0o666 & ~_mask())
        aside.replace(target)
    except OSError as error:
        raise InputError(f"cannot write {str(target)!r}: {error.strerror or error}") from None
    finally:
        aside.unlink(missing_ok=True)


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
