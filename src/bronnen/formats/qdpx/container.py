"""The zip file that a project is, opened so that nothing in it can do harm.

Members are looked up by name in the zip and never written to disk. Paths that lead out of the zip are never
followed: a project that someone sends may name any file on the reader's machine.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unicodedata import normalize
from xml.etree import ElementTree

from bronnen.errors import StoreError
from bronnen.formats.guarded import STEP, told, tree, unpacked

MAX_MEMBERS = 50_000
MAX_XML = 150 * 2**20
MAX_TEXT = 50 * 2**20  # one text
MAX_TEXTS = 500 * 2**20  # all of them
MAX_OTHERS = 8 * 2**30  # PDFs, which are only hashed
NEXT = "Export it again from the program that made it, as REFI-QDA project (.qdpx)."
_KIND = "REFI-QDA project"


class Container:
    """An open project file."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
        if not all(info.filename for info in archive.infolist()):
            raise StoreError(f"{path.name} holds a file without a name, which no project does.", NEXT)
        infos = [info for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
        if len(infos) > MAX_MEMBERS:
            raise StoreError(f"{path.name} holds {len(infos)} files, which no project does.", NEXT)
        self._members = {_alike(info.filename): info for info in infos}
        self._left, self._others = MAX_TEXTS, MAX_OTHERS
        found = [name for name in self._members if name.endswith(".qde") and name.count("/") <= 1]
        found.sort(key=lambda name: (name.count("/"), not name.endswith("project.qde")))
        if not found or (len(found) > 1 and not found[0].endswith("project.qde")):
            raise StoreError(f"{path.name} holds {'no' if not found else 'more than one'} .qde, so no project.", NEXT)
        self._qde = found[0]  # ATLAS.ti gives it the project's own name, and who zips anew a folder around it
        self._folder = self._qde.rpartition("/")[0]

    def project(self) -> ElementTree.Element:
        """The XML of the project.

        Raises:
            StoreError: it is too large, damaged, or declares a document type.
        """
        return tree(self.path.name, self._unpacked(self._members[self._qde], MAX_XML), NEXT)

    def text(self, link: str) -> bytes | None:
        """The bytes of the text that an `internal://` link names, or None where it is not in the file."""
        info = self._found(link)
        if info is None:
            return None
        content = self._unpacked(info, min(MAX_TEXT, self._left))
        self._left -= len(content)
        return content

    def parts(self, link: str) -> Iterator[bytes]:
        """The bytes of another source in small steps; none where it is not in the file or is unreasonably large."""
        info = self._found(link)
        if info is not None and info.file_size <= self._others:
            left = info.file_size
            self._others -= left
            with told(self.path.name, _KIND, NEXT), self._archive.open(info) as member:
                while left > 0 and (part := member.read(min(STEP, left))):
                    left -= len(part)
                    yield part

    def _found(self, link: str) -> zipfile.ZipInfo | None:
        scheme, mark, rest = link.partition("://")
        if not mark or scheme.casefold() != "internal":
            return None
        for name in (rest, _unquoted(rest)):
            for folder in ("sources", ""):
                place = "/".join(part for part in (self._folder, folder, _alike(name).lstrip("/")) if part)
                if place in self._members:
                    return self._members[place]
        return None

    def _unpacked(self, info: zipfile.ZipInfo, most: int) -> bytes:
        return unpacked(self.path.name, self._archive, info, most, _KIND, NEXT)


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """The project file at `path`, open.

    Raises:
        StoreError: it cannot be read, is no zip file, or holds no project.
    """
    with told(path.name, _KIND, NEXT):
        archive = zipfile.ZipFile(path)
    with archive:
        yield Container(path, archive)


def _alike(name: str) -> str:
    """The same for the ways in which programs write a name in a zip."""
    return normalize("NFC", name.replace("\\", "/").removeprefix("./")).casefold()


def _unquoted(link: str) -> str:
    """A link without the %20 that some programs write for a space."""
    plain = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), link.encode())
    return plain.decode("utf-8", "replace")
