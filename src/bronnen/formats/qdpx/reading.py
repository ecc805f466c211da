"""A project read: texts, codes, and who coded what, as any of the programs writes it.

Nothing is dropped in silence: a coding that has no place in a text, or no code, or no words, is in `Project.left`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from xml.etree.ElementTree import Element

from bronnen.errors import StoreError
from bronnen.formats import counting
from bronnen.formats.coded import (
    OURS,
    UNKNOWN,
    Code,
    Coding,
    Left,
    Quote,
    Selection,
    Text,
    coder_name,
    utc,
)
from bronnen.formats.qdpx import Project
from bronnen.formats.qdpx.container import NEXT, Container, opened

_KEY = re.compile(r"sha256:([0-9a-f]{64})")
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_SHORTEST = 12  # characters of a name that may be the words of a PDF selection


@dataclass(slots=True)
class _Draft:
    """A text before it is known how its offsets are counted."""

    name: str
    key: str
    written: counting.Written
    is_pdf: bool = False
    told: list[counting.Told] = field(default_factory=list)
    said: list[tuple[tuple[Coding, ...], str]] = field(default_factory=list)  # codings and note of each of them
    quotes: list[Quote] = field(default_factory=list)


def read_qdpx(path: Path) -> Project:
    """The project in a file; its texts with their line ends as they stand, all offsets in code points over them.

    Raises:
        StoreError: it cannot be read, is damaged or no project, or holds more than a project does.
        EncryptedError: it opens only with a password.
    """
    with opened(path) as container:
        root = container.project()
        if root.tag != "Project":
            raise StoreError(f"{path.name} holds no project but a '{root.tag[:40]}'.", NEXT)
        return _Reading(container, root).project()


class _Reading:
    """A project half read: users and codes by their identifiers, drafts of texts, and what is left over."""

    def __init__(self, container: Container, root: Element) -> None:
        self.container, self.root = container, root
        self.is_ours = root.get("origin") == OURS
        users = {_same(user.get("guid")): coder_name(user.get("name") or user.get("id")) for user in root.iter("User")}
        self.users = users
        self.only = next(iter(users.values())) if len(users) == 1 else UNKNOWN
        self.codes: dict[str, Code] = {}
        self.codable: list[Code] = []
        for codes in root.findall("CodeBook/Codes"):
            self._read_codes(codes, ())
        self.left: list[Left] = []

    def project(self) -> Project:
        root, drafts = self.root, list(self._drafts())
        for case in root.findall("Cases/Case"):
            for reference in case.findall("CodeRef"):
                self._leave(case.get("name", "?"), self._code(reference), "codes a case, not words")
        origin = root.get("origin", "")
        way = counting.Counting()
        if not self.is_ours:
            pairs = [(draft.written, draft.told) for draft in drafts]
            way = counting.counting(pairs, one_break_first="atlas" in origin.casefold())
        texts = _without_twins(drafts, [self._text(draft, way) for draft in drafts])
        return Project(
            name=root.get("name", ""),
            created=utc(root.get("creationDateTime")),
            codes=tuple(self.codable),
            texts=tuple(texts),
            description=root.findtext("Description", ""),
            origin=origin,
            counting=str(way),
            left=tuple(self.left),
        )

    # Codes and coders.

    def _read_codes(self, parent: Element, within: tuple[str, ...]) -> None:
        for element in parent.findall("Code"):
            said = element.findtext("Description", "")
            code = Code(_titled(element), element.get("color", ""), said, within)
            self.codes[_same(element.get("guid"))] = code
            if element.get("isCodable", "true") not in ("false", "0"):
                self.codable.append(code)
            self._read_codes(element, (*within, code.name))

    def _code(self, reference: Element | None) -> str:
        """The full name of the code, or empty where the codebook lacks it."""
        found = self.codes.get(_same(reference.get("targetGUID"))) if reference is not None else None
        return found.full if found else ""

    def _codings(self, selection: Element, where: str) -> tuple[Coding, ...]:
        """The codings on a selection; those of which the code is not in the codebook are left over."""
        found = []
        for coding in selection.findall("Coding"):
            code = self._code(coding.find("CodeRef"))
            if code:
                at = coding.get("creationDateTime") or selection.get("creationDateTime")
                found.append(Coding(code, self._coder(coding, selection), utc(at or selection.get("modifiedDateTime"))))
            else:
                self._leave(where, "", "its code is not in the codebook")
        return tuple(found)

    def _coder(self, coding: Element, selection: Element) -> str:
        told = coding.get("creatingUser") or selection.get("creatingUser") or selection.get("modifyingUser")
        if not told:
            return self.only
        return self.users.get(_same(told)) or f"{UNKNOWN} {_same(told)[:8]}"

    def _leave(self, where: str, code: str, said: str) -> None:
        self.left.append(Left(where, f"'{code}' {said}" if code else said))

    # Texts.

    def _drafts(self) -> Iterator[_Draft]:
        for sources in self.root.findall("Sources"):
            for element in sources:
                name = _titled(element)
                if element.tag == "TextSource":
                    yield from self._source(element, name, _described(element))
                elif element.tag == "PDFSource":
                    yield from self._pdf(element, name)
                else:
                    for coding in element.iter("Coding"):
                        self._leave(name, self._code(coding.find("CodeRef")), "codes a picture, a sound or a film")

    def _source(self, element: Element, name: str, key: str, *, is_pdf: bool = False) -> Iterator[_Draft]:
        for coding in element.findall("Coding"):
            self._leave(name, self._code(coding.find("CodeRef")), "codes the document as a whole, not words in it")
        written = self._written(element)
        if written is None:
            for coding in (one for selection in element.findall("PlainTextSelection") for one in selection):
                if coding.tag == "Coding":
                    self._leave(name, self._code(coding.find("CodeRef")), f"is on a text that {_absent(element)}")
            return
        draft = _Draft(name, key, written, is_pdf)
        for selection in element.findall("PlainTextSelection"):
            codings = self._codings(selection, name)
            if codings:
                draft.told.append(_told(selection))
                draft.said.append((codings, selection.findtext("Description", "")))
        yield draft

    def _pdf(self, element: Element, name: str) -> Iterator[_Draft]:
        hashed = sha256()
        empty = True
        for part in self.container.parts(element.get("path", "")):
            hashed.update(part)
            empty = False
        key = _described(element) if empty else hashed.hexdigest()
        representation = element.find("Representation")
        drafts = list(self._source(representation, name, key, is_pdf=True)) if representation is not None else []
        draft = drafts[0] if drafts else _Draft(name, key, counting.Written(""), True)
        for coding in element.findall("Coding"):
            self._leave(name, self._code(coding.find("CodeRef")), "codes the document as a whole, not words in it")
        for selection in element.findall("PDFSelection"):
            draft.quotes.extend(self._quotes(selection, name))
        yield draft

    def _quotes(self, selection: Element, name: str) -> Iterator[Quote]:
        page = _whole(selection.get("page")) + 1
        words = selection.find("Representation")
        written = self._written(words) if words is not None else None
        text = written.text if written else selection.get("name", "").strip()
        codings = self._codings(selection, name)
        if codings and (written is None or not text.strip()) and (len(text) < _SHORTEST or text.endswith(("...", "…"))):
            for coding in codings:
                self._leave(name, coding.code, f"codes a region of page {page} without telling its words")
        elif codings:
            yield Quote(text, page, codings)
        for inner in words.findall("PlainTextSelection") if words is not None and written else ():
            span = counting.spans(written, [_told(inner)], counting.Counting())[0] if written else None
            said = self._codings(inner, name)
            if said and span:
                yield Quote(text[slice(*span)], page, said)
            elif said:
                self._leave(name, said[0].code, "does not lie in its text")

    def _written(self, element: Element) -> counting.Written | None:
        content = element.findtext("PlainTextContent")
        if content is not None:
            return counting.Written(content)
        found = self.container.text(element.get("plainTextPath", ""))
        if found is None:
            return None
        # what we wrote ourselves is UTF-8 without a mark, whatever it begins with
        return counting.Written(found.decode("utf-8", "replace")) if self.is_ours else counting.decoded(found)

    def _text(self, draft: _Draft, way: counting.Counting) -> Text:
        selections = []
        for span, told, (codings, note) in zip(
            counting.spans(draft.written, draft.told, way), draft.told, draft.said, strict=True
        ):
            if span:
                selections.append(Selection(*span, codings, note))
            else:
                for coding in codings:
                    self._leave(draft.name, coding.code, f"on {told.start}-{told.end} does not lie in its text")
        return Text(draft.name, draft.written.text, tuple(selections), draft.key, quotes=tuple(draft.quotes))


def _without_twins(drafts: Sequence[_Draft], texts: Sequence[Text]) -> list[Text]:
    """The texts; of a PDF that goes with one of them only the name, where nobody coded in the PDF itself."""
    names = {draft.key: draft.name for draft in drafts if draft.is_pdf and draft.key}
    has_text = {draft.key for draft in drafts if not draft.is_pdf}
    kept = []
    for draft, text in zip(drafts, texts, strict=True):
        if not draft.is_pdf and text.name == f"{names.get(draft.key)}.txt":
            kept.append(replace(text, name=names[draft.key]))
        elif not draft.is_pdf or draft.key not in has_text or text.selections or text.quotes:
            kept.append(text)
    return kept


def _told(selection: Element) -> counting.Told:
    start, end = _whole(selection.get("startPosition")), _whole(selection.get("endPosition"))
    return counting.Told(start, end, selection.get("name", ""))


def _whole(value: str | None) -> int:
    """A whole number; -1, which lies in no text, for what is none."""
    told = (value or "").strip()
    return int(told) if _WHOLE.fullmatch(told) else -1


def _absent(element: Element) -> str:
    link = element.get("plainTextPath", "")
    if link and not link.casefold().startswith("internal:"):
        return f"stands outside the project ({link[:60]}), which is not opened; export it with its sources inside"
    return "is missing from the project"


def _described(element: Element) -> str:
    """The sha256 that a source's description names, or empty."""
    found = _KEY.search(element.findtext("Description", ""))
    return found[1] if found else ""


def _same(identifier: str | None) -> str:
    """An identifier in one way of writing."""
    return (identifier or "").strip().strip("{}").casefold()


def _titled(element: Element) -> str:
    """The name of a source or code, as it stands."""
    name = element.get("name", "")
    return name if name.strip() else "?"
