"""The zip file that a project is, opened so that nothing in it can do harm.

Members are looked up by name in the zip and never written to disk; what a member states of its own size bounds
nothing, so that it is unpacked in small steps under a cap. Paths that lead out of the zip are never followed: a project
that someone sends may name any file on the reader's machine.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unicodedata import normalize
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from bronnen.errors import EncryptedError, StoreError

MAX_MEMBERS = 50_000
MAX_XML = 150 * 2**20
MAX_TEXT = 50 * 2**20  # one text
MAX_TEXTS = 500 * 2**20  # all of them
MAX_OTHERS = 8 * 2**30  # PDFs, which are only hashed
MAX_RATIO = 250
MAX_ELEMENTS = 3_000_000
MAX_DEPTH = 60
NEXT = "Export it again from the program that made it, as REFI-QDA project (.qdpx)."
_SMALL = 2**20  # below this a high ratio harms nobody
_STEP = 64 * 1024
_DAMAGED = (EOFError, LookupError, NotImplementedError, OSError, OverflowError, RuntimeError, ValueError)


class Container:
    """An open project file."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
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
        return tree(self.path, self._unpacked(self._members[self._qde], MAX_XML))

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
            with told(self.path), self._archive.open(info) as member:
                while left > 0 and (part := member.read(min(_STEP, left))):
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
        name = self.path.name
        if info.flag_bits & 1:
            raise EncryptedError(f"{name} opens only with a password.", "Save a copy without a password.")
        if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise StoreError(f"{name} unpacks {info.filename!r:.60} to over {MAX_RATIO} times its size.", NEXT)
        parts: list[bytes] = []
        with told(self.path), self._archive.open(info) as member:
            while part := member.read(_STEP):
                most -= len(part)
                if most < 0:
                    raise StoreError(f"{name} unpacks {info.filename!r:.60} to more than a project does.", NEXT)
                parts.append(part)
        return b"".join(parts)


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """The project file at `path`, open.

    Raises:
        StoreError: it cannot be read, is no zip file, or holds no project.
    """
    with told(path):
        archive = zipfile.ZipFile(path)
    with archive:
        yield Container(path, archive)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what zipfile says of a file into a `StoreError` with a next step."""
    try:
        yield
    except zipfile.BadZipFile as error:
        raise StoreError(f"{path.name} is no REFI-QDA project, or is damaged ({str(error)[:80]}).", NEXT) from error
    except (zlib.error, *_DAMAGED) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else f"{error}"[:80]
        raise StoreError(f"Cannot read {path.name}: {said}.", NEXT) from error


class _Tree(ElementTree.TreeBuilder):
    """Builds a tree, within bounds."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._count, self._depth = name, 0, 0

    def start(self, tag: str, attributes: dict[str, str], /) -> ElementTree.Element:
        self._count += 1
        self._depth += 1
        if self._count > MAX_ELEMENTS or self._depth > MAX_DEPTH:
            raise StoreError(f"{self._name} has more elements, or deeper ones, than a project has.", NEXT)
        return super().start(tag.rpartition("}")[2], attributes)  # some leave the namespace out

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])

    def doctype(self, *_: object) -> None:
        raise StoreError(f"{self._name} declares a document type, which no project does.", NEXT)


def tree(path: Path, content: bytes) -> ElementTree.Element:
    """The elements of a piece of XML, without their namespaces.

    Raises:
        StoreError: it is damaged, declares a document type, or has more elements than a project has.
    """
    try:
        parser = ElementTree.XMLParser(target=_Tree(path.name))
        parser.feed(content)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ExpatError, ValueError, LookupError) as error:
        raise StoreError(f"The XML of {path.name} is damaged ({str(error)[:80]}).", NEXT) from error
    return root


def _alike(name: str) -> str:
    """The same for the ways in which programs write a name in a zip."""
    return normalize("NFC", name.replace("\\", "/").removeprefix("./")).casefold()


def _unquoted(link: str) -> str:
    """A link without the %20 that some programs write for a space."""
    plain = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), link.encode())
    return plain.decode("utf-8", "replace")
