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
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from bronnen import files, remote
from bronnen.errors import UsageError
from bronnen.extract import extended, openable
from bronnen.remote import Place, Remote

_SIGNS = 6  # of an id, from which it says which document is meant

# Path's own raise where a folder may not be entered, before Python 3.14
_is_folder, _is_link, _is_there = os.path.isdir, os.path.islink, os.path.exists


@dataclass(slots=True)
class Inputs:
    """The files to read, as given and in order, and how many others were passed over for what reason.

    `within` has the folder, without links in its name, in which a file was found that was not named itself.
    """

    files: list[Place] = field(default_factory=list)
    within: dict[Place, Path] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)


class Part(NamedTuple):
    """One of so many parts of a collection, the first is 1."""

    number: int
    of: int

    def holds(self, below: str) -> bool:
        """Whether a file belongs to this part, by its path below what was given.

        By its path and not its bytes, so that nobody has to read the files of the other parts; wherever the
        collection stands, a file is in the same part.
        """
        found = hashlib.sha256(below.encode(errors="surrogatepass")).digest()
        return int.from_bytes(found[:8], "big") % self.of == self.number - 1


def part_of(told: str) -> Part:
    """The part that is meant.

    >>> part_of("3/16")
    Part(number=3, of=16)

    Raises:
        UsageError: it is none.
    """
    number, slash, of = told.partition("/")
    if slash and all(one.isascii() and one.isdigit() and len(one) < 7 for one in (number, of)):
        found = Part(int(number), int(of))
        if 1 <= found.number <= found.of:
            return found
    raise UsageError(f"--part {told[:40]} is no part.", "Write 3/16 for the third of sixteen.")


def collect(
    given: Iterable[str], suffixes: Collection[str], out: Path | None = None, part: Part | None = None
) -> Inputs:
    """The files that `given` stands for: files, folders and addresses with all below them, and globs.

    The folder `out`, unless it holds what was given, and every folder below a given one that holds a store, are left
    out. A path that is not there is kept: reading it fails, and that is then told with the other failures. With `part`
    the files of other parts are counted as ignored.

    Raises:
        BronnenError: an address cannot be listed.
    """
    inputs = Inputs()
    seen: set[str | tuple[str, ...]] = set()
    for told in given:
        for file, below, inside in _below(told, suffixes, out, inputs.ignored):
            name = file.identity if isinstance(file, Remote) else _name_on_disk(file)
            if name in seen:
                continue
            seen.add(name)
            if part is None or part.holds(below):
                inputs.files.append(file)
                if inside is not None:
                    inputs.within[file] = inside
            else:
                inputs.ignored["in another part"] += 1
    return inputs


def find_document(told: str, known: Iterable[tuple[str, str, str]], where: str) -> str:
    """The id of the document that is meant: a file with its bytes, or its id, name, path or the first signs of its id.

    `known` are (id, name, path) of the documents there are, `where` says where they are.

    Raises:
        UsageError: there is none, or more than one.
    """
    path = Path(told)
    documents = list(dict.fromkeys(known))
    wanted = files.digest(openable(path)) if files.is_there(openable(path)) else ""
    found = [one for one in documents if one[0] == wanted]
    found = found or [one for one in documents if told in one or path == Path(one[2])]
    found = found or [one for one in documents if len(told) >= _SIGNS and one[0].startswith(told.lower())]
    ids = list(dict.fromkeys(one[0] for one in found))
    if not ids:
        raise UsageError(f"{told} is not in {where}.", "Give its name, path or id; see balance.csv.")
    if len(ids) > 1:
        raise UsageError(f"{len(ids)} documents in {where} are called {told}.", f"Give an id: {', '.join(ids)}.")
    return ids[0]


def _below(
    told: str, suffixes: Collection[str], out: Path | None, ignored: Counter[str]
) -> Iterator[tuple[Place, str, Path | None]]:
    """The files that one argument stands for, each with its path below that argument and the folder it must lie in."""
    if remote.is_url(told):
        top = len(remote.shown(told).rstrip("/")) + 1
        for one in remote.listed(told, suffixes, ignored):
            yield one, str(one)[top:] or one.name, None
        return
    for path in _expanded(told, out, ignored):
        if _is_folder(openable(path)):
            inside = _real(path)
            for file in _in_folder(path, suffixes, out, ignored):
                yield file, file.relative_to(path).as_posix(), inside
        else:
            yield path, path.name, None


def _name_on_disk(file: Path) -> str:
    return os.path.normcase(os.path.normpath(file.absolute()))


def _expanded(told: str, out: Path | None, ignored: Counter[str]) -> Sequence[Path]:
    """The paths of a glob that the shell left alone (cmd and PowerShell do), or the path itself."""
    path = Path(told)
    if os.path.lexists(path) or not glob.has_magic(told):
        return [path]
    found = [Path(name) for name in sorted(glob.glob(told, recursive=True))]  # noqa: PTH207 - Path.glob is relative
    if not found:
        return [path]
    kept_out = _kept_out(out, Path(*takewhile(lambda part: not glob.has_magic(part), path.parts)))
    kept = [one for one in found if not (one.name.startswith("~$") or _is_inside(one, kept_out))]
    if len(kept) < len(found):
        ignored["hidden or temporary"] += len(found) - len(kept)
    return kept


def _in_folder(root: Path, suffixes: Collection[str], out: Path | None, ignored: Counter[str]) -> Iterator[Path]:
    kept_out = _kept_out(out, root)
    inside = _real(root)
    walked = root
    if os.name == "nt":  # what is below it may have too long a name
        walked = Path(extended(os.path.normpath(root.absolute()), 0))
    for folder, names, inside_it in os.walk(walked, onerror=lambda _: ignored.update(["folder that cannot be opened"])):
        here = root / Path(folder).relative_to(walked)
        names[:] = sorted(name for name in names if _is_walked(here / name, kept_out))
        for name in sorted(inside_it):
            path = here / name
            if name.startswith((".", "~$")):
                ignored["hidden or temporary"] += 1
            elif path.suffix.lower() not in suffixes:
                ignored[path.suffix.lower() or "without a suffix"] += 1
            elif _is_link(openable(path)) and not _real(path).is_relative_to(inside):
                ignored["link out of the folder"] += 1
            else:
                yield path


def _is_walked(folder: Path, kept_out: Path | None) -> bool:
    if folder.name.startswith(".") or _is_link(openable(folder)):
        return False
    return not _is_there(openable(folder / "bronnen.sqlite")) and not _is_inside(folder, kept_out)


def _kept_out(out: Path | None, given: Path) -> Path | None:
    """The folder for the results, or None where what was given lies in it, and so is meant to be read."""
    folder = _real(out) if out else None
    return None if _is_inside(given, folder) else folder


def _is_inside(path: Path, folder: Path | None) -> bool:
    return folder is not None and _real(path).is_relative_to(folder)


def _real(path: Path) -> Path:
    """The path without links; `Path.resolve` fails on a link to itself, before Python 3.13."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # no file can have such a name
        return path
