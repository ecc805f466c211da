"""A project or codebook written: texts one at a time, so that five hundred documents need the memory of one.

What stands in the zip is exactly the text that the offsets count over, in UTF-8 without a byte order mark and with its
line ends as they are. The same project gives the same bytes. Every selection and source says who made it and when,
though the standard leaves that free: programs fall over where it is absent.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from bronnen.errors import StoreError
from bronnen.formats import replacing, without_surrogates
from bronnen.formats.coded import OURS, Code, Coding, Selection, Text
from bronnen.formats.qdpx import CODEBOOK, PROJECT, Project, guid

_HEAD = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = 60  # characters of a selection's name, as other programs have it


def write_qdpx(path: Path, project: Project) -> None:
    """Writes a project.

    Raises:
        StoreError: it cannot be written, or it does not hang together (a selection outside its text, a code that the
            codebook lacks, a time or colour that is none); nothing is left of the file then.
    """
    created = _time(project.created)
    if not created:
        raise StoreError(f"'{project.created}' is no time for {path.name}.", "Give one in ISO 8601.")
    codes = {code.full: guid("code", code.full) for code in project.codes}
    users = {OURS: guid("user", OURS)}
    names: set[str] = set()
    with (
        replacing(path) as out,
        tempfile.TemporaryFile() as sources,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for text in project.texts:
            named = _Named(text, _unused(_plain(text.name) or "tekst", names), created, codes, users)
            sources.writelines(line.encode() for line in named.written(archive))
        with archive.open(_entry("project.qde"), "w", force_zip64=True) as qde:
            _project(qde, project, created, users, sources)


def write_codebook(path: Path, codes: Iterable[Code]) -> None:
    """Writes a codebook (`.qdc`), with which other people start to code by the same codes.

    Raises:
        StoreError: it cannot be written, or a colour is none.
    """
    inside = "".join(_code(code) for code in codes)
    whole = f'{_HEAD}<CodeBook xmlns="{CODEBOOK}" origin="{OURS}"><Codes>\n{inside}</Codes></CodeBook>\n'
    with replacing(path) as out:
        out.write(whole.encode())


class _Named:
    """A text under its name in the project, on its way to XML."""

    def __init__(self, text: Text, name: str, created: str, codes: dict[str, str], users: dict[str, str]) -> None:
        self.text, self.name, self.created, self.codes, self.users = text, name, created, codes, users
        self.guid = guid("text", text.key or sha256(_bytes(text.text)).hexdigest(), name)

    def written(self, archive: zipfile.ZipFile) -> Iterator[str]:
        """The XML of the sources; their files go into the archive."""
        text = self.text
        archive.writestr(_entry(f"sources/{self.guid}.txt"), _bytes(text.text))
        pdf = guid(self.guid, "pdf")
        name = f"{self.name}.txt" if text.pdf else self.name  # QualCoder wants a name of its own for each source
        yield f"<TextSource guid={_q(self.guid)} name={_q(name)} {self._plain_text()}>\n"
        if text.key:
            yield f"<Description>{_t(f'{OURS} sha256:{text.key}')}</Description>\n"
        for number, selection in enumerate(text.selections):
            yield from self._selection(number, selection)
        yield "</TextSource>\n"
        if text.pdf:
            _copy(text.pdf, archive, f"sources/{pdf}.pdf")
            made = _made(self.users[OURS], self.created)
            yield f'<PDFSource guid={_q(pdf)} name={_q(self.name)} path="internal://{pdf}.pdf" {made}>\n'
            yield f"<Representation guid={_q(guid(pdf, 'text'))} name={_q(name)} {self._plain_text()}/>\n</PDFSource>\n"

    def _plain_text(self) -> str:
        return f'plainTextPath="internal://{self.guid}.txt" {_made(self.users[OURS], self.created)}'

    def _selection(self, number: int, selection: Selection) -> Iterator[str]:
        start, end, codings = selection.start, selection.end, selection.codings
        if not 0 <= start < end <= len(self.text.text):
            raise StoreError(f"A selection {start}-{end} does not lie in the text of {self.name}.")
        own = guid(self.guid, number, start, end)
        first = codings[0] if codings else Coding("", OURS)
        made = _made(self._user(first.coder), _time(first.at) or self.created)
        name = _beginning(self.text.text[start:end])
        yield f'<PlainTextSelection guid={_q(own)} name={_q(name)} startPosition="{start}" endPosition="{end}" {made}>'
        if selection.note:
            yield f"<Description>{_t(selection.note)}</Description>"
        for at, coding in enumerate(codings):
            if coding.code not in self.codes:
                raise StoreError(f"The code '{coding.code}' is not in the codebook of the project.")
            made = _made(self._user(coding.coder), _time(coding.at) or self.created)
            yield f"<Coding guid={_q(guid(own, at, coding.code))} {made}>"
            yield f"<CodeRef targetGUID={_q(self.codes[coding.code])}/></Coding>"
        yield "</PlainTextSelection>\n"

    def _user(self, coder: str) -> str:
        return self.users.setdefault(coder, guid("user", coder))


def _project(qde: IO[bytes], project: Project, created: str, users: dict[str, str], sources: IO[bytes]) -> None:
    """The whole of project.qde; who the users are is known only after the sources."""
    own = users[OURS]
    head = [
        f"{_HEAD}<Project xmlns={_q(PROJECT)} name={_q(project.name)} origin={_q(project.origin)} "
        f"creatingUserGUID={_q(own)} creationDateTime={_q(created)}>\n<Users>\n",
        *(f"<User guid={_q(one)} name={_q(name)}/>\n" for name, one in users.items()),
        "</Users>\n",
    ]
    if project.codes:
        head += ["<CodeBook><Codes>\n", *map(_code, project.codes), "</Codes></CodeBook>\n"]
    qde.writelines(part.encode() for part in head)
    if sources.tell():  # the schema wants at least one source where there is a list of them
        sources.seek(0)
        qde.write(b"<Sources>\n")
        shutil.copyfileobj(sources, qde)
        qde.write(b"</Sources>\n")
    if project.description:
        qde.write(f"<Description>{_t(project.description)}</Description>\n".encode())
    qde.write(b"</Project>\n")


def _code(code: Code) -> str:
    if code.colour and not _COLOUR.fullmatch(code.colour):
        raise StoreError(f"'{code.colour}' of the code '{code.name}' is no colour.", "Write it as #RRGGBB.")
    colour = f" color={_q(code.colour)}" if code.colour else ""
    said = f"<Description>{_t(code.description)}</Description>" if code.description else ""
    return f'<Code guid={_q(guid("code", code.full))} name={_q(code.full)} isCodable="true"{colour}>{said}</Code>\n'


def _copy(pdf: Path, archive: zipfile.ZipFile, name: str) -> None:
    try:
        stream = pdf.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(f"Cannot read {pdf}: {reason}.", "Put it back, or write the project without it.") from error
    with stream, archive.open(_entry(name, zipfile.ZIP_STORED), "w", force_zip64=True) as inside:
        shutil.copyfileobj(stream, inside)


def _entry(name: str, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """A member without a time of its own."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = how
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on Windows
    return entry


def _unused(name: str, names: set[str]) -> str:
    """The name, numbered where another source has it: QualCoder and Windows tell no capitals apart."""
    stem, dot, suffix = name.rpartition(".")
    number, found = 1, name
    while found.casefold() in names:
        number += 1
        found = f"{stem} ({number}).{suffix}" if dot else f"{name} ({number})"
    names.add(found.casefold())
    return found


def _beginning(quote: str) -> str:
    words = " ".join(quote[: 4 * _NAME].split())
    return words if len(words) <= _NAME else f"{words[: _NAME - 3].rstrip()}..."


def _made(user: str, at: str) -> str:
    return f"creatingUser={_q(user)} creationDateTime={_q(at)}"


def _time(told: str) -> str:
    """A time as XML has it, in UTC; empty for what is none."""
    try:
        found = datetime.fromisoformat(told)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""


def _bytes(text: str) -> bytes:
    return without_surrogates(text).encode()


def _plain(text: str) -> str:
    """The text with U+FFFD for each character that XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)


def _q(text: str) -> str:
    return quoteattr(_plain(text))


def _t(text: str) -> str:
    return escape(_plain(text), {"\r": "&#13;"})
