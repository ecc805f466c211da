"""XML and the members of a zip from a file that may be damaged, huge or made to harm.

What a member states of its own size bounds nothing, so that it is unpacked in small steps under a cap; XML that
declares a document type, and with it entities, is refused.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from bronnen.errors import EncryptedError, StoreError

MAX_RATIO = 250
MAX_ELEMENTS = 3_000_000
MAX_DEPTH = 60
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can take hundreds of MB, or minutes, for a small step
_SMALL = 2**20  # below this a high ratio harms nobody
STEP = 64 * 1024
_DAMAGED = (EOFError, LookupError, NotImplementedError, OSError, OverflowError, RuntimeError, ValueError)


@contextmanager
def told(name: str, kind: str, step: str) -> Iterator[None]:
    """Turns what zipfile says of a file into a `StoreError` with a next step; `kind` is what it should be."""
    try:
        yield
    except zipfile.BadZipFile as error:
        raise StoreError(f"{name} is no {kind}, or is damaged ({str(error)[:80]}).", step) from error
    except (zlib.error, *_DAMAGED) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else f"{error}"[:80]
        raise StoreError(f"Cannot read {name}: {said}.", step) from error


def unpacked(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, kind: str, step: str) -> bytes:
    """The bytes of a member.

    Raises:
        StoreError: it is damaged, larger than `most`, packed more than `MAX_RATIO` times or in an unusual way.
        EncryptedError: it opens only with a password.
    """
    if info.flag_bits & 1:
        raise EncryptedError(f"{name} opens only with a password.", "Save a copy without a password.")
    if info.compress_type not in _WAYS:
        raise StoreError(f"{name} packs {info.filename!r:.60} in a way that no {kind} does.", step)
    if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise StoreError(f"{name} unpacks {info.filename!r:.60} to over {MAX_RATIO} times its size.", step)
    parts: list[bytes] = []
    with told(name, kind, step), archive.open(info) as member:
        while part := member.read(STEP):
            most -= len(part)
            if most < 0:
                raise StoreError(f"{name} unpacks {info.filename!r:.60} to more than a {kind} does.", step)
            parts.append(part)
    return b"".join(parts)


class _Tree(ElementTree.TreeBuilder):
    """Builds a tree, within bounds."""

    def __init__(self, name: str, step: str) -> None:
        super().__init__()
        self._name, self._step, self._count, self._depth = name, step, 0, 0

    def start(self, tag: str, attributes: dict[str, str], /) -> ElementTree.Element:
        self._count += 1
        self._depth += 1
        if self._count > MAX_ELEMENTS or self._depth > MAX_DEPTH:
            raise StoreError(f"{self._name} has more elements, or deeper ones, than such a file has.", self._step)
        return super().start(tag.rpartition("}")[2], attributes)  # some leave the namespace out

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])

    def doctype(self, *_: object) -> None:
        raise StoreError(f"{self._name} declares a document type, which no such file does.", self._step)


def tree(name: str, content: bytes, step: str) -> ElementTree.Element:
    """The elements of a piece of XML, without their namespaces.

    Raises:
        StoreError: it is damaged, declares a document type, or has more elements than any such file has.
    """
    try:
        parser = ElementTree.XMLParser(target=_Tree(name, step))
        parser.feed(content)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ExpatError, ValueError, LookupError) as error:
        raise StoreError(f"The XML of {name} is damaged ({str(error)[:80]}).", step) from error
    return root
