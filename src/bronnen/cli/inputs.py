"""From what was typed after `scan` to a list of files, each once, in an order that does not depend on the disk.

A file that is named is always taken, so that it ends in the results or in the failures; in a folder only files of a
type that can be read are taken, the others are counted as ignored. Never follows a link out of the folder given.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LONG = 240  # Windows stops at 260 characters, some of its functions sooner
_CHUNK = 1 << 20


@dataclass(slots=True)
class Inputs:
    """The files to read, as given and in order, and how many others were passed over for what reason."""

    files: list[Path] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def collect(given: Iterable[str], suffixes: Collection[str], out: Path | None = None) -> Inputs:
    """The files that `given` stands for: files, folders with all below them, and globs.

    The folder `out`, and every folder below a given one that holds a store, is left out. A path that is not there
    is kept: reading it fails, and that is then told with the other failures.
    """
    inputs = Inputs()
    seen: set[str] = set()
    for told in given:
        for path in _expanded(told, out, inputs.ignored):
            found = _in_folder(path, suffixes, out, inputs.ignored) if path.is_dir() else [path]
            for file in found:
                name = os.path.normcase(os.path.normpath(file.absolute()))
                if name not in seen:
                    seen.add(name)
                    inputs.files.append(file)
    return inputs


def file_hash(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal: the id of its document."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()


def openable(path: Path) -> Path:
    """The path under which the system opens a file: itself, but for long ones on Windows."""
    return Path(extended(os.path.normpath(path.absolute()))) if os.name == "nt" else path


def extended(name: str) -> str:
    r"""An absolute Windows path in the form that may be longer than 260 characters, where it needs that.

    >>> extended("C:\\" + "a" * 300)[:7]
    '\\\\?\\C:\\'
    """
    if len(name) < _LONG or name.startswith("\\\\?\\"):
        return name
    return "\\\\?\\UNC\\" + name[2:] if name.startswith("\\\\") else "\\\\?\\" + name


def _expanded(told: str, out: Path | None, ignored: Counter[str]) -> Sequence[Path]:
    """The paths of a glob that the shell left alone (cmd and PowerShell do), or the path itself."""
    path = Path(told)
    if os.path.lexists(path) or not glob.has_magic(told):
        return [path]
    found = [Path(name) for name in sorted(glob.glob(told, recursive=True))]  # noqa: PTH207 - Path.glob is relative
    if not found:
        return [path]
    kept_out = out.resolve() if out else None
    kept = [one for one in found if not (one.name.startswith("~$") or _is_inside(one, kept_out))]
    if len(kept) < len(found):
        ignored["hidden or temporary"] += len(found) - len(kept)
    return kept


def _in_folder(root: Path, suffixes: Collection[str], out: Path | None, ignored: Counter[str]) -> Iterator[Path]:
    kept_out = out.resolve() if out else None
    inside = root.resolve()
    for folder, names, files in os.walk(root, onerror=lambda error: ignored.update(["folder that cannot be opened"])):
        here = Path(folder)
        names[:] = sorted(name for name in names if _is_walked(here / name, kept_out))
        for name in sorted(files):
            path = here / name
            if name.startswith((".", "~$")):
                ignored["hidden or temporary"] += 1
            elif path.suffix.lower() not in suffixes:
                ignored[path.suffix.lower() or "without a suffix"] += 1
            elif path.is_symlink() and not path.resolve().is_relative_to(inside):
                ignored["link out of the folder"] += 1
            else:
                yield path


def _is_walked(folder: Path, kept_out: Path | None) -> bool:
    if folder.name.startswith(".") or folder.is_symlink() or (folder / "bronnen.sqlite").exists():
        return False
    return not _is_inside(folder, kept_out)


def _is_inside(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.resolve().is_relative_to(folder)
