"""Opens the zip file that an office document is, and hands on only what is safe to parse.

Office libraries trust the sizes that a zip file states about itself and differ in what they do with XML entities.
So the members are first unpacked here in small steps under a cap, and written to a clean zip in memory without
compression, in which everything that is not XML is empty; no library ever sees the original file.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from xml.parsers import expat

from bronnen.errors import EXTRAS, EncryptedError, MissingError, UnreadableError
from bronnen.records import Kind

Blocks = list[tuple[Kind, str]]

MAX_BYTES = 200 * 1024 * 1024  # of XML, unpacked
MAX_MEMBERS = 10_000
MAX_RATIO = 250  # office XML stays under some 100:1, deflate can do 1,032:1
_SMALL = 1024 * 1024  # below this a high ratio harms nobody
_STEP = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XML_SUFFIXES = (".xml", ".rels", ".rdf")
DAMAGED = "Open it in the program that made it and save it again."
_BOMB = "Remove the embedded material, or save the text as a new document."


class _Seen(Exception):
    """The XML parser has seen enough."""


def open_package(data: bytes, path: Path, save_as: str) -> dict[str, bytes]:
    """The members of an office document, XML unpacked and checked, other members empty.

    `save_as` is the suffix to name in the next step, '.docx' or '.odt'.

    Raises:
        EncryptedError: the zip file, or the OLE container that Word makes, is locked with a password.
        UnreadableError: it is no zip file, is damaged, unpacks to more than it should, or declares XML entities.
    """
    _refuse_other(data, path, save_as)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _refuse_bomb(path, infos)
            left = MAX_BYTES
            members: dict[str, bytes] = {}
            for info in infos:
                content = b""
                if info.filename.lower().endswith(_XML_SUFFIXES) or info.filename == "mimetype":
                    content = _unpacked(archive, info, left, path)
                    left -= len(content)
                members[info.filename] = content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError) as error:
        raise UnreadableError(f"{path.name} is damaged ({error}).", DAMAGED) from error
    except RuntimeError as error:  # how zipfile says that it needs a password
        raise EncryptedError(f"{path.name} opens only with a password.", "Save a copy without a password.") from error
    for name, content in members.items():
        if name.lower().endswith(_XML_SUFFIXES) and content:
            has_doctype = _has_doctype(content)
            if has_doctype:
                said = f"{path.name} declares XML entities in {name:.80}, which no office program does."
                raise UnreadableError(said, DAMAGED)
            if has_doctype is None:
                members[name] = b""  # lxml reads encodings that nobody looked through here
    return members


def clean_zip(members: dict[str, bytes]) -> io.BytesIO:
    """The members as an uncompressed zip file in memory; 'mimetype' comes first, as OpenDocument wants it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members, key=lambda name: name != "mimetype"):
            archive.writestr(zipfile.ZipInfo(name), members[name])
    stream.seek(0)
    return stream


def row(cells: Iterable[str]) -> str:
    return " | ".join(cell for cell in (" ".join(cell.split()) for cell in cells) if cell)


def inline(blocks: Blocks) -> str:
    """What stands in a table cell, as one string, without the notes."""
    return " ".join(text for kind, text in blocks if kind is not Kind.FOOTNOTE)


def notes_of(blocks: Blocks) -> Blocks:
    return [block for block in blocks if block[0] is Kind.FOOTNOTE]


def missing(library: str, path: Path) -> MissingError:
    return MissingError(
        f"{path.name} needs the library {library}, which is not installed.",
        EXTRAS,
    )


def short(error: BaseException) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said[:150]}" if said else type(error).__name__


def _refuse_other(data: bytes, path: Path, save_as: str) -> None:
    head = data[:8]
    if head == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EncryptedError(f"{path.name} opens only with a password.", "Save a copy without a password.")
        raise UnreadableError(
            f"{path.name} is an old Word, Excel or PowerPoint file, whatever its name says.",
            f"Open it and save it as {save_as}.",
        )
    if not head:
        raise UnreadableError(f"{path.name} is empty (0 bytes).", "Fetch the file again.")
    if head[:5] == b"%PDF-":
        raise UnreadableError(f"{path.name} is a PDF.", "Give it the suffix .pdf.")
    if head[:5] == b"{\\rtf":
        raise UnreadableError(f"{path.name} is an RTF file.", f"Open it and save it as {save_as}.")
    if head[:2] != b"PK":
        raise UnreadableError(f"{path.name} is not a {save_as} file, or is damaged at its very start.", DAMAGED)


def _refuse_bomb(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_MEMBERS:
        raise UnreadableError(f"{path.name} holds {len(infos)} files, which no text document does.", _BOMB)
    total = sum(info.file_size for info in infos if info.filename.lower().endswith(_XML_SUFFIXES))
    if total > MAX_BYTES:
        raise UnreadableError(f"{path.name} unpacks to {total // 2**20} MB of text; the limit is 200 MB.", _BOMB)
    for info in infos:
        if info.flag_bits & 0x1:
            raise EncryptedError(f"{path.name} opens only with a password.", "Save a copy without a password.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableError(f"{path.name} is packed in a way that no office program uses.", DAMAGED)
        if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise UnreadableError(f"{path.name} unpacks {info.filename} to over {MAX_RATIO} times its size.", _BOMB)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, path: Path) -> bytes:
    """The member's bytes, read in small steps: the stated size bounds nothing until it has been checked."""
    parts: list[bytes] = []
    with archive.open(info) as member:
        while part := member.read(_STEP):
            left -= len(part)
            if left < 0:
                raise UnreadableError(f"{path.name} unpacks to more than 200 MB of text.", _BOMB)
            parts.append(part)
    return b"".join(parts)


def _has_doctype(content: bytes) -> bool | None:
    """Whether the XML declares a document type before its first element; None where it cannot be read so far."""
    found: bool | None = None

    def doctype(*_: object) -> None:
        nonlocal found
        found = True
        raise _Seen

    def element(*_: object) -> None:
        nonlocal found
        found = False
        raise _Seen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    with contextlib.suppress(_Seen, expat.ExpatError, ValueError, LookupError):
        parser.Parse(content, True)
    return found
