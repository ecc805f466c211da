"""What a copy of a PDF cannot keep, or had better not: taken out, and told to the reader.

A signature covers bytes that a copy no longer has; a copy with notes no longer meets PDF/A or PDF/UA. What would run by
itself when the copy is opened is left out: nothing hostile may run because bronnen made a file of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from bronnen.errors import UnreadableError


class Loss(StrEnum):
    """What the copy does not keep or could not show."""

    SIGNED = "signed"
    PROTECTED = "protected"
    CLAIMED = "claimed"
    ACTIVE = "active"
    UNPLACED = "unplaced"
    HIDDEN = "hidden"


TOLD = {
    "nl": {
        Loss.SIGNED: "Het origineel is digitaal ondertekend. De handtekening geldt niet voor deze kopie.",
        Loss.PROTECTED: "Het origineel is beveiligd: de maker wilde niet dat iedereen er alles mee kan. "
        "Deze kopie heeft die beveiliging niet. Deel haar alleen als dat mag.",
        Loss.CLAIMED: "Het origineel is gemaakt volgens PDF/A of PDF/UA (voor archief en toegankelijkheid). "
        "Deze kopie voldoet daar niet meer aan. Bewaar voor het archief het origineel.",
        Loss.ACTIVE: "In het origineel zitten scripts of acties. Die zijn niet meegenomen.",
        Loss.UNPLACED: "Van sommige bladzijden is niet zeker waar de woorden staan. Daar is niets gekleurd.",
        Loss.HIDDEN: "In het origineel staan woorden die een lezer niet ziet, bijvoorbeeld onder een zwart vlak. "
        "In deze kopie staan ze ook nog. Deel haar niet als die woorden verborgen moeten blijven.",
    },
    "en": {
        Loss.SIGNED: "The original carries a digital signature. It does not hold for this copy.",
        Loss.PROTECTED: "The original is protected: its maker did not want everybody to do everything with it. "
        "This copy lacks that protection. Share it only where you may.",
        Loss.CLAIMED: "The original was made to PDF/A or PDF/UA (for archives and accessibility). "
        "This copy no longer meets that. Keep the original for the archive.",
        Loss.ACTIVE: "The original holds scripts or actions. They were left out.",
        Loss.UNPLACED: "On some pages it is not certain where the words stand. Nothing is coloured there.",
        Loss.HIDDEN: "The original holds words that a reader cannot see, under a black box for example. "
        "This copy still holds them. Do not share it if those words have to stay hidden.",
    },
}


_PASSIVE = {"/GoTo", "/GoToR", "/GoToE", "/URI", "/Named"}  # actions that only show another place, after a click
_CLAIM = rb"pdf(?:a|ua)id:\w+"
_CLAIMS = re.compile(rb"<(%s)\s*>[^<]*</\1\s*>|\s%s\s*=\s*(?:\"[^\"]*\"|'[^']*')" % (_CLAIM, _CLAIM))
_MAX_METADATA = 1 << 18  # bytes, packed
_MAX_ITEMS = 1_000_000  # that may hold actions: more is a loop or an attack


def siblings(item: Any) -> Iterator[Any]:
    """An entry of the outline and those behind it, each once."""
    import pikepdf

    seen: set[tuple[int, int]] = set()
    while isinstance(item, pikepdf.Dictionary) and item.objgen not in seen and len(seen) < _MAX_ITEMS:
        seen.add(item.objgen)
        yield item
        item = item.get("/Next")


def without_signatures(pdf: Any) -> set[Loss]:
    """Takes signatures out of the form, so that no program shows them as valid or as broken; how they look stays."""
    import pikepdf

    root = pdf.Root
    allowed = root.get("/Perms")
    signed = isinstance(allowed, pikepdf.Dictionary) and "/DocMDP" in allowed
    for name in ("/Perms", "/DSS"):
        if name in root:
            del root[name]
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        for field in _fields(form):
            value = field.get("/V")
            if isinstance(value, pikepdf.Dictionary) and ("/ByteRange" in value or "/Contents" in value):
                del field["/V"]
                signed = True
        if "/SigFlags" in form:
            del form["/SigFlags"]
    return {Loss.SIGNED} if signed else set()


def without_actions(pdf: Any, pages: Sequence[Any]) -> set[Loss]:
    """Takes out what runs: on opening, on showing a page or a field, and scripts and programs behind a click.

    Links to places and to the web stay. What opens the file at a place goes too, since the cover is to be seen first.
    """
    import pikepdf

    root, found = pdf.Root, False
    opening = root.get("/OpenAction")
    if opening is not None:
        found = isinstance(opening, pikepdf.Dictionary) and ("/Next" in opening or not _is_passive(opening))
        del root["/OpenAction"]
    names, form = root.get("/Names"), root.get("/AcroForm")
    for holder, name in ((names, "/JavaScript"), (form, "/XFA")):
        if isinstance(holder, pikepdf.Dictionary) and name in holder:
            del holder[name]
            found = True
    for count, holder in enumerate(_holders(root, pages)):
        if count > _MAX_ITEMS:
            raise _endless()
        found |= _tame(holder)
    return {Loss.ACTIVE} if found else set()


def _holders(root: Any, pages: Sequence[Any]) -> Iterator[Any]:
    """All that may hold an action: the document, its pages and what lies on them, fields, entries of the outline."""
    import pikepdf

    yield root
    for page in pages:
        yield page.obj
        annotations = page.obj.get("/Annots")
        yield from annotations if isinstance(annotations, pikepdf.Array) else ()
    yield from _fields(root.get("/AcroForm"))
    yield from _outline_items(root.get("/Outlines"))


def _tame(holder: Any) -> bool:
    """Whether something that runs was taken out of a page, an annotation, a field or an entry of the outline."""
    import pikepdf

    if not isinstance(holder, pikepdf.Dictionary):
        return False
    found = False
    for name in ("/AA", "/PA"):
        if name in holder:
            del holder[name]
            found = True
    action = holder.get("/A")
    if isinstance(action, pikepdf.Dictionary):
        if not _is_passive(action):
            del holder["/A"]
            found = True
        elif "/Next" in action:
            del action["/Next"]
            found = True
    return found


def _is_passive(action: Any) -> bool:
    return str(action.get("/S")) in _PASSIVE


def _fields(form: Any) -> Iterator[Any]:
    return _below(form, lambda item: item.get("/Fields") or item.get("/Kids"))


def _outline_items(outline: Any) -> Iterator[Any]:
    return _below(outline, lambda item: (item.get("/First"), item.get("/Next")))


def _below(top: Any, children: Callable[[Any], Any]) -> Iterator[Any]:
    """Everything below `top`, each once."""
    import pikepdf

    waiting, seen, looked = [top] if isinstance(top, pikepdf.Dictionary) else [], set(), 0
    while waiting:
        for item in children(waiting.pop()) or ():
            looked += 1
            if looked > _MAX_ITEMS:
                raise _endless()
            if isinstance(item, pikepdf.Dictionary) and item.objgen not in seen:
                if item.is_indirect:
                    seen.add(item.objgen)
                waiting.append(item)
                yield item


def without_claims(pdf: Any) -> set[Loss]:
    """Takes the claim to be PDF/A or PDF/UA out of the metadata: what is added does not meet those standards."""
    import pikepdf

    told = pdf.Root.get("/Metadata")
    if not isinstance(told, pikepdf.Stream) or len(told.read_raw_bytes()) > _MAX_METADATA:
        return set()
    try:
        said = told.read_bytes()
    except pikepdf.PdfError:
        return set()
    kept = _CLAIMS.sub(b"", said)
    if kept == said:
        return set()
    told.write(kept)
    return {Loss.CLAIMED}


def _endless() -> UnreadableError:
    return UnreadableError("The PDF's outline or forms have no end.", "Open it in a PDF program and save it again.")
