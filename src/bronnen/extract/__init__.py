"""From a file to a `Document`: hash the bytes, refuse what cannot be read with a reason, let one format read it.

Every heavy library is imported only when a file of its format comes along, and never raises out of this room:
whatever goes wrong comes out as one of the children of `BronnenError`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from errno import EFBIG
from pathlib import Path

from bronnen import files
from bronnen.errors import BronnenError, EncryptedError, NoTextError, UnreadableError
from bronnen.extract import layout
from bronnen.extract.chapters import with_chapters
from bronnen.records import Document, Kind, Stage, Told, silent
from bronnen.settings import Settings

SUFFIXES: frozenset[str] = frozenset({".pdf", ".docx", ".odt", ".html", ".htm", ".md", ".markdown", ".txt"})
"""All file name endings that can be read, lower-case."""

MAX_BYTES = 1 << 30
"""Of a document: larger files are refused."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the old Office files, and new ones with a password
_PAGE_BYTES = 20_000  # of a format without pages that count as one where time is allowed
_LONGEST = 200  # Windows stops at 260 characters, and a store's journal has a longer name than its folder

Reader = Callable[[bytes, Path], Sequence[tuple[Kind, str]]]
"""From the bytes of a file, and its name and suffix, to blocks."""


def read(path: Path, settings: Settings, told: Told = silent, before: str | None = None) -> Document:
    """The text of a file and where everything in it stands; `told` hears what is under way.

    Read before, by what `before` (its `Document.extractor`) names, text recognition gives what it gave then, as far
    as that is remembered.

    Raises:
        UnreadableError: the file is missing, empty, damaged, or not what its name says.
        EncryptedError: it opens only with a password.
        NoTextError: it has no text to read.
        MissingError: a library for this format is not installed.
        UsageError: bronnen does not read this kind of file.
    """
    try:
        document = _read(path, settings, told, before)
    except (BronnenError, MemoryError):
        raise
    except Exception as error:  # the edge: whatever a library throws at a file is about that file
        said = f"{type(error).__name__}: {error}".rstrip(": ")[:300]
        raise UnreadableError(
            f"{path.name} cannot be read ({said}).", "Open it in its own program and save it again."
        ) from error
    if not document.text.strip():
        raise NoTextError(f"{path.name} has no text.", "Check that it is the right file.")
    return document


def without_junk(data: bytes) -> bytes:
    """A PDF from where it begins; a little junk before that stays, since programs skip it by themselves."""
    start = data.find(b"%PDF-", 0, 1 << 16)
    return data[start:] if start >= 1024 else data


def openable(path: Path) -> Path:
    """The path under which the system opens a file or folder: itself, but for long ones on Windows."""
    return Path(extended(os.path.normpath(path.absolute()))) if os.name == "nt" else path


def extended(name: str, longest: int = _LONGEST) -> str:
    r"""An absolute Windows path in the form that may be longer than 260 characters, where it needs that.

    >>> extended("C:\\" + "a" * 300)[:7]
    '\\\\?\\C:\\'
    """
    if len(name) <= longest or name.startswith("\\\\?\\"):
        return name
    return "\\\\?\\UNC\\" + name[2:] if name.startswith("\\\\") else "\\\\?\\" + name


def _read(path: Path, settings: Settings, told: Told, before: str | None) -> Document:
    data = _bytes_of(path)
    known = hashlib.sha256(data).hexdigest()
    if path.suffix.lower() == ".pdf" or b"%PDF-" in data[:1024]:
        from bronnen.extract import ocr, pdf

        then = "" if before is None else ocr.reader_of(before)
        if before is not None and not then:
            settings = replace(settings, ocr=replace(settings.ocr, mode="off"))
        laid, extractor = pdf.read(data, path.name, settings, told, then)
    else:
        _refuse_old_office(data, path.name)
        reader, extractor = _reader(path)
        told(Stage.READING, len(data) // _PAGE_BYTES)
        laid = layout.from_blocks(reader(data, path))
    blocks = with_chapters(laid.text, laid.blocks, laid.words)
    return Document(known, path.name, str(path), laid.text, laid.pages, blocks, laid.words, extractor, laid.notes)


def _bytes_of(path: Path) -> bytes:
    try:
        data = files.content(openable(path), MAX_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        is_large = getattr(error, "errno", 0) == EFBIG
        step = "Split it into smaller files." if is_large else "Check the name and your rights."
        raise UnreadableError(f"{path} cannot be opened: {reason}.", step) from error
    if not data:
        raise UnreadableError(f"{path.name} is empty (0 bytes).", "Fetch the file again.")
    return data


def _refuse_old_office(data: bytes, name: str) -> None:
    if not data.startswith(_OLE):
        return
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise EncryptedError(f"{name} opens only with a password.", "Save a copy without a password.")
    raise UnreadableError(f"{name} is a file of an old Office version.", "Save it as .docx, .odt or .pdf.")


def _reader(path: Path) -> tuple[Reader, str]:
    """What reads this kind of file, and its name and version."""
    suffix = path.suffix.lower()
    if suffix in (".docx", ".odt"):
        from bronnen.extract import office

        return office.read_blocks, _named("python-docx" if suffix == ".docx" else "odfdo")
    if suffix in (".html", ".htm"):
        from bronnen.extract import html

        return html.read_blocks, _named("trafilatura")
    if suffix in (".md", ".markdown", ".txt"):
        from bronnen.extract import plain

        return plain.read_blocks, "plain text" if suffix == ".txt" else _named("markdown-it-py")
    from bronnen.errors import UsageError

    raise UsageError(f"bronnen does not read {suffix or 'files without an ending'} ({path.name}).",
                     f"It reads {', '.join(sorted(SUFFIXES))}.")  # fmt: skip


def _named(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:  # the reader itself says what is missing
        return library
