"""INCEpTION: a zip with a document per coder, as XMI or as WebAnno TSV 3; or one such document alone.

In the export of a project a document stands at `annotation/<document>/<user>`, often in a zip of its own, and what was
curated at `curation/<document>/CURATION_USER`; who coded is told by that place and nowhere else.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from bronnen.errors import StoreError
from bronnen.formats import replacing
from bronnen.formats.coded import OURS, UNKNOWN, Coded, Left, Selection, Text, coder_name
from bronnen.formats.guarded import told, unpacked
from bronnen.formats.json_values import UNITS
from bronnen.formats.uima import STEP, file_name, read_xmi, type_system, write_xmi
from bronnen.formats.webanno import HEAD, read_tsv, write_tsv

MAX_MEMBERS = 20_000
MAX_BYTES = 500 * 2**20  # all of them, unpacked
MAX_ONE = 100 * 2**20
_KIND = "INCEpTION export"
_INITIAL = ("INITIAL_CAS", "CAS")
_CURATED = "CURATION_USER"
_ADJUDICATED = "adjudicated:"

Sentences = Callable[[Text], Sequence[tuple[int, int]]]


def read_inception(path: Path) -> Coded:
    """The documents in a .zip, .xmi or .tsv, one per coder.

    Raises:
        StoreError: it cannot be read, is damaged or holds no document.
        EncryptedError: it opens only with a password.
    """
    left: list[Left] = []
    texts = []
    for name, content in _members(path):
        place = PurePosixPath(name)
        coder, document = _whose(place)
        named = name if name != path.name else path.name
        read = read_tsv if content.lstrip(b"\xef\xbb\xbf").startswith(HEAD.encode()) else read_xmi
        text = read(named, content, coder, left)
        texts.append(replace(text, name=document if coder != UNKNOWN or not text.name else text.name))
    if not texts:
        raise StoreError(f"{path.name} holds no document with annotations.", STEP)
    return Coded(tuple(texts), tuple(left), UNITS)


def write_inception(path: Path, texts: Iterable[Text]) -> None:
    """Writes documents as XMI into a zip: `INITIAL_CAS` with the model's codes, and a file per person with theirs.

    Raises:
        StoreError: the file cannot be written.
    """

    def written(text: Text, selections: Sequence[Selection]) -> bytes:
        return write_xmi(text, selections)

    _write(path, texts, "xmi", written, {"TypeSystem.xml": type_system()})


def write_webanno(path: Path, texts: Iterable[Text], sentences: Sentences) -> None:
    """The same as WebAnno TSV 3, cut into the sentences that are given for each text.

    Raises:
        StoreError: the file cannot be written.
    """

    def written(text: Text, selections: Sequence[Selection]) -> bytes:
        return write_tsv(text, selections, sentences(text))

    _write(path, texts, "tsv", written, {})


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the documents; a zip inside is opened once, and no deeper."""
    room = _Room(path.name, MAX_BYTES, MAX_MEMBERS)
    with told(path.name, _KIND, STEP):
        content = path.open("rb")
    with content:
        if not zipfile.is_zipfile(content):
            content.seek(0)
            found = content.read(MAX_ONE + 1)
            if len(found) > MAX_ONE:
                raise StoreError(f"{path.name} is larger than a document is.", STEP)
            yield path.name, found
            return
        with told(path.name, _KIND, STEP):
            outer = zipfile.ZipFile(content)
        for name, found in _inside(path.name, outer, room):
            if name.lower().endswith(".zip"):
                with told(name, _KIND, STEP):
                    inner = zipfile.ZipFile(io.BytesIO(found))
                for one, document in _inside(name, inner, room):
                    if one.lower().endswith((".xmi", ".tsv")):
                        is_apart = "annotation" in name or "curation" in name
                        yield name[:-4] + one[-4:] if is_apart else one, document
            else:
                yield name, found


@dataclass(slots=True)
class _Room:
    """What is left of the bounds of one file, over all zips in it together."""

    name: str
    size: int
    members: int

    def take(self, *, size: int = 0, members: int = 0) -> None:
        self.size -= size
        self.members -= members
        if self.members < 0:
            raise StoreError(f"{self.name} holds more files than an export does.", STEP)
        if self.size < 0:
            raise StoreError(f"{self.name} unpacks to more than an export does.", STEP)


def _inside(name: str, archive: zipfile.ZipFile, room: _Room) -> Iterator[tuple[str, bytes]]:
    infos = [one for one in archive.infolist() if one.filename.lower().endswith((".xmi", ".tsv", ".zip"))]
    room.take(members=len(infos))
    for info in infos:
        found = unpacked(name, archive, info, MAX_ONE, _KIND, STEP)
        room.take(size=len(found))
        yield info.filename, found


def _whose(place: PurePosixPath) -> tuple[str, str]:
    """The coder and the document of a file in an export."""
    parts = place.parts
    if len(parts) >= 3 and parts[-3].startswith(("annotation", "curation")):
        if place.stem in _INITIAL:
            return OURS, parts[-2]
        is_curated = parts[-3].startswith("curation") or place.stem == _CURATED
        return f"{_ADJUDICATED}INCEpTION" if is_curated else coder_name(place.stem) or UNKNOWN, parts[-2]
    return UNKNOWN, place.stem


def _write(
    path: Path,
    texts: Iterable[Text],
    suffix: str,
    written: Callable[[Text, Sequence[Selection]], bytes],
    more: dict[str, bytes],
) -> None:
    names: set[str] = set()
    with replacing(path) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in more.items():
            archive.writestr(_entry(name), content)
        for text in texts:
            folder = file_name(text.name or text.key[:12])
            folder = folder if folder.casefold() not in names else f"{text.key[:12]} {folder}"
            names.add(folder.casefold())
            by: dict[str, list[Selection]] = {OURS: []}
            for selection in text.selections:
                for coding in selection.codings:
                    by.setdefault(coding.coder, []).append(replace(selection, codings=(coding,)))
            for coder, selections in by.items():
                stem = _INITIAL[0] if coder == OURS else file_name(coder)
                archive.writestr(_entry(f"annotation/{folder}/{stem}.{suffix}"), written(text, selections))


def _entry(name: str) -> zipfile.ZipInfo:
    """A member without a time of its own, so that the same labels give the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
