"""Opening files of which somebody else chose the name: ordinary ones only, and no more of them than was asked.

A folder of documents may hold a pipe, on which a reader waits for ever, a device that never ends, or a file that grows
while it is read. What is hashed and what is analysed are the same bytes, since a file is read once.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)  # opening a pipe waits for nobody


def is_there(path: Path) -> bool:
    """Whether there is an ordinary file; a name that no file can have is none."""
    return os.path.isfile(path)  # noqa: PTH113 - Path's own raises where the name is too long or has a zero byte


def opened(path: Path, within: Path | None = None) -> BinaryIO:
    """An ordinary file, open to be read; it must lie in the folder `within` (a real path), whatever links lead to it.

    Raises:
        OSError: it cannot be opened, is a folder, pipe or device, or lies elsewhere.
        ValueError: no file can have such a name.
    """
    _refuse_odd(path.stat())  # first: opening a device may set it to work
    stream = open(path, "rb", opener=lambda name, flags: os.open(name, flags | _FLAGS))  # noqa: SIM115
    try:
        found = os.fstat(stream.fileno())
        _refuse_odd(found)
        if within is not None:  # what is open, not what its name leads to now: a link may be put there in between
            real = Path(os.path.realpath(path))
            if not (Path(plain(str(real))).is_relative_to(plain(str(within))) and os.path.samestat(real.stat(), found)):
                raise OSError(errno.EXDEV, "it leads out of the folder")
    except OSError:
        stream.close()
        raise
    return stream


def plain(path: str) -> str:
    r"""A path without the mark by which Windows takes long ones, which `os.path.realpath` keeps.

    >>> print(plain(r"\\\\?\\C:\\map\\x.pdf"), plain(r"\\\\?\\UNC\\server\\deel\\x.pdf"), plain("/map/x.pdf"))
    C:\\map\\x.pdf \\\\server\\deel\\x.pdf /map/x.pdf
    """
    if path[:8].upper() == "\\\\?\\UNC\\":
        return "\\\\" + path[8:]
    return path.removeprefix("\\\\?\\")


def content(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file.

    Raises:
        OSError: it cannot be opened or read, is no ordinary file, is larger than `most`, or grows.
        ValueError: no file can have such a name.
    """
    with opened(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > most:
            raise OSError(errno.EFBIG, f"it is {size / 1e9:.1f} GB, more than {most / 1e9:.1f} GB")
        data = stream.read(size + 1)
    if len(data) != size:
        raise OSError(errno.EAGAIN, "it changed while it was read")
    return data


def digest(path: Path, within: Path | None = None) -> str:
    """The sha256 of an ordinary file's bytes, in hexadecimal; for `within` see `opened`.

    Raises:
        OSError: it cannot be opened or read, is no ordinary file, lies elsewhere, or grows.
        ValueError: no file can have such a name.
    """
    found = hashlib.sha256()
    with opened(path, within) as stream:
        left = os.fstat(stream.fileno()).st_size
        while piece := stream.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise OSError(errno.EAGAIN, "it changed while it was read")
            found.update(piece)
    return found.hexdigest()


def _refuse_odd(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is a folder, a pipe or a device")
