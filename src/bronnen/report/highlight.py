"""Where labelled passages stand in their PDF, shown in the PDF itself: a copy with highlights, notes and an outline.

Readers trust what they see in its own place. So the copy differs from its source in annotations only, which any PDF
program can list, filter and take out again; the text of its pages is untouched, and so is the source.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from bronnen.errors import UsageError
from bronnen.formats import without_surrogates
from bronnen.records import Document, Word
from bronnen.report.copying import Added, Copy, Cover, Entry, Place, Spot, copied, place_of
from bronnen.report.losses import Loss

AUTHOR = "bronnen"
USED, CALLED_FOR = 0.5, 0.14  # how much of its colour a highlight has; the rest is white
_THICK, _DASH, _STEP = 1.1, 3, 5  # points: of the underline of what is called for, its dashes and where the next begins
_WIDE = 2.0  # of the font's size: a wider gap on a line (columns, cells of a table) is not highlighted
_SLOPE = 1.4  # a line that rises or falls (a scan askew) is cut where it would be thicker than its words by more
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_PRINT = 4  # the flag of annotations that are printed too


@dataclass(frozen=True, slots=True)
class Box:
    """The part of a passage that stands on one line, in PDF points from the page's top left corner as displayed."""

    page: int  # from 1
    x0: float
    top: float
    x1: float
    bottom: float
    upright: bool = True  # else written up or down the page


@dataclass(frozen=True, slots=True)
class Tag:
    """One label of a passage as readers meet it; all texts are final.

    Where a passage has several, a program shows the note of only one at a click: so each may tell of all.
    """

    group: str  # key of the outline entry that it comes under
    title: str  # 'ervaringskennis, gebruikt'
    note: str
    colour: str  # '#RRGGBB'
    used: bool = True  # else called for: paler, with a dashed underline


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled passage: where it stands, its name in the outline, its labels from top to bottom of each line."""

    boxes: tuple[Box, ...]
    name: str
    tags: tuple[Tag, ...]


def boxes_of(document: Document, start: int, end: int) -> tuple[Box, ...]:
    """Where the text in `[start, end)` stands, in reading order: a box per line, column and page.

    Empty where the format has no pages.
    """
    found: list[Box] = []
    thick = 0.0  # of the thickest word on the line
    for word in _words_in(document.words, start, end):
        box = Box(word.page, word.x0, word.top, word.x1, word.bottom)
        joined = _joined(found[-1], box, word.size) if found else None
        if joined and _thickness(joined) <= _SLOPE * max(thick, _thickness(replace(box, upright=joined.upright))):
            found[-1] = joined
        else:
            steep = word.bottom - word.top > 1.6 * max(word.size, word.x1 - word.x0)
            found.append(replace(box, upright=not steep))
            thick = 0.0
        thick = max(thick, _thickness(replace(box, upright=found[-1].upright)))
    return tuple(found)


def highlighted(
    source: bytes, document: Document, marks: Sequence[Mark], groups: Mapping[str, str], cover: Cover | None = None
) -> Copy:
    """A copy of the PDF `source`, from which `document` was read, with the marks as highlights.

    Each label of a passage becomes one highlight per page. The height of a line is divided over what is used; what is
    called for shares a dashed underline, over paler colours where nothing is used: so each is seen. An outline entry
    per group (`groups`: its key and title, in this order) lists its passages.
    `cover` comes before the first page. The same input gives the same bytes.

    Raises:
        MissingError: pikepdf is not installed.
        EncryptedError: the file opens only with a password.
        UnreadableError: the file is damaged, no PDF, or not the one that `document` was read from.
        UsageError: a colour is not written as '#RRGGBB'.
    """
    for tag in (tag for mark in marks for tag in mark.tags):
        if not _COLOUR.fullmatch(tag.colour):
            raise UsageError(f"'{tag.colour}' is no colour.", "Write colours as '#E69F00'.")

    return copied(source, document, lambda pdf, pages: _added(pdf, pages, document, marks, groups), cover)


def _added(
    pdf: Any, pages: Sequence[Any], document: Document, marks: Sequence[Mark], groups: Mapping[str, str]
) -> Added:
    wanted = {page for mark in marks for page in _pages(mark)}
    places: dict[int, Place | None] = {}
    if len(pages) == len(document.pages):  # else a number may mean another page
        places = {page: place_of(pages[page - 1], document.pages[page - 1]) for page in wanted}
    blend = pdf.make_indirect(_dictionary(Type="/ExtGState", BM="/Multiply"))
    drawn: dict[int, list[Any]] = {}
    listed: dict[str, list[Entry]] = {group: [] for group in groups}
    for number, mark in enumerate(_apart(marks), 1):
        for page in _pages(mark):
            place = places.get(page)
            if place is None:
                continue
            boxes = [box for box in mark.boxes if box.page == page]
            for at, tag in enumerate(mark.tags):
                made = _annotation(pdf, tag, boxes, place, blend, _drawing(mark.tags, at, boxes, place))
                made.NM = f"{AUTHOR}-{number}-{page}-{at + 1}"
                drawn.setdefault(page, []).append(pdf.make_indirect(made))
        first = mark.boxes[0] if mark.boxes else None
        place = places.get(first.page) if first else None
        if first and place:
            entry = Entry(without_surrogates(mark.name), first.page, place(first.x0 - 20, first.top - 40))
            for group in dict.fromkeys(tag.group for tag in mark.tags if tag.group in listed):
                listed[group].append(entry)
    told = [(groups[group], entries) for group, entries in listed.items()]
    return Added(drawn, told, {page for page in wanted if places.get(page) is None})


def _words_in(words: Sequence[Word], start: int, end: int) -> Iterator[Word]:
    at = bisect_left(words, start, key=lambda word: word.end)
    while at < len(words) and words[at].start < end:
        if words[at].end > start:
            yield words[at]
        at += 1


def _thickness(box: Box) -> float:
    return box.bottom - box.top if box.upright else box.x1 - box.x0


def _joined(before: Box, box: Box, size: float) -> Box | None:
    """The two as one where they stand beside each other on one line, else None."""
    if before.page != box.page:
        return None
    tall = min(before.bottom - before.top, box.bottom - box.top)
    wide = min(before.x1 - before.x0, box.x1 - box.x0)
    beside = min(before.bottom, box.bottom) - max(before.top, box.top)
    across = min(before.x1, box.x1) - max(before.x0, box.x0)
    if before.upright and beside > 0.6 * tall and -0.5 * size < box.x0 - before.x1 < _WIDE * size:
        upright = True
    elif not before.upright and across > 0.7 * wide and -0.5 * size < -beside < _WIDE * size:
        upright = False
    else:
        return None
    return Box(box.page, min(before.x0, box.x0), min(before.top, box.top), max(before.x1, box.x1),
               max(before.bottom, box.bottom), upright)  # fmt: skip


def _apart(marks: Sequence[Mark]) -> Iterator[Mark]:
    """The marks with lines that do not overlap: fonts may claim more height than the lines have."""
    boxes = [box for mark in marks for box in mark.boxes]
    for at, (upper, lower) in enumerate(pairwise(boxes)):
        upper = boxes[at]
        below = upper.page == lower.page and upper.upright and lower.upright and upper.top < lower.top < upper.bottom
        if below and min(upper.x1, lower.x1) > max(upper.x0, lower.x0) and lower.bottom > upper.bottom:
            middle = (upper.bottom + lower.top) / 2
            boxes[at], boxes[at + 1] = replace(upper, bottom=middle), replace(lower, top=middle)
    at = 0
    for mark in marks:
        yield replace(mark, boxes=tuple(boxes[at : at + len(mark.boxes)]))
        at += len(mark.boxes)


def _pages(mark: Mark) -> list[int]:
    return sorted({box.page for box in mark.boxes})


def _annotation(pdf: Any, tag: Tag, boxes: Sequence[Box], place: Place, blend: Any, drawing: bytes) -> Any:
    """The highlight of one label on one page, with its own appearance: programs differ in what they draw by themselves.

    The blend mode stands in an outer form and the colours in a group within: so they are laid over the page once,
    also where lines touch. /M is left out, for the same input to give the same bytes.
    """
    corners = [spot for box in boxes for spot in _corners(box, place)]
    xs, ys = ([spot[axis] for spot in corners] for axis in (0, 1))
    rect = [round(min(xs) - 0.01, 2), round(min(ys) - 0.01, 2), round(max(xs) + 0.01, 2), round(max(ys) + 0.01, 2)]
    inner, outer = pdf.make_stream(drawing), pdf.make_stream(b"/G gs /F Do")
    for form in (inner, outer):
        form.Type, form.Subtype, form.BBox = _name("/XObject"), _name("/Form"), rect
    inner.Group = _dictionary(S="/Transparency")
    outer.Resources = _dictionary(ExtGState={"/G": blend}, XObject={"/F": inner})
    made = _dictionary(Type="/Annot", Subtype="/Highlight")
    made.Rect = rect
    made.QuadPoints = [round(value, 2) for spot in corners for value in spot]
    made.C = [round(part, 4) for part in _rgb(tag.colour)]
    made.CA = USED if tag.used else CALLED_FOR  # for programs that draw it anew
    made.F = _PRINT
    made.T, made.Subj, made.Contents = AUTHOR, without_surrogates(tag.title), without_surrogates(tag.note)
    made.AP = _dictionary(N=outer)
    return made


def _corners(box: Box, place: Place) -> list[Spot]:
    """Upper left, upper right, lower left, lower right as displayed: the order of programs, not of the standard."""
    return [place(x, y) for y in (box.top, box.bottom) for x in (box.x0, box.x1)]


def _drawing(tags: Sequence[Tag], at: int, boxes: Sequence[Box], place: Place) -> bytes:
    """What is drawn for the label number `at`: its share of each line's height, its dashes of each line's underline."""
    tag = tags[at]
    same = [number for number, other in enumerate(tags) if other.used is tag.used]
    turn = same.index(at)
    parts = []
    if tag.used or len(same) == len(tags):
        share = USED if tag.used else CALLED_FOR
        parts.append(_told(1 - share * (1 - part) for part in _rgb(tag.colour)) + " rg")
        for box in boxes:
            one, two, three, four = _corners(_band(box, turn, len(same)), place)
            parts.append(f"{_told(one)} m {_told(two)} l {_told(four)} l {_told(three)} l h")
        parts.append("f")
    if not tag.used:
        round_ = _STEP * len(same)
        phase = (round_ - _STEP * turn) % round_
        parts.append(f"{_told(_rgb(tag.colour))} RG {_THICK} w [{_DASH} {round_ - _DASH}] {phase} d")
        for box in boxes:
            begin, end = (place(*spot) for spot in _underline(box))
            parts.append(f"{_told(begin)} m {_told(end)} l S")
    return "\n".join(parts).encode("ascii")


def _band(box: Box, at: int, of: int) -> Box:
    """The share number `at` of `of` of the line's height."""
    low, high = at / of, (at + 1) / of
    if box.upright:
        tall = box.bottom - box.top
        return replace(box, top=box.top + low * tall, bottom=box.top + high * tall)
    wide = box.x1 - box.x0
    return replace(box, x0=box.x0 + low * wide, x1=box.x0 + high * wide)


def _underline(box: Box) -> tuple[Spot, Spot]:
    half = _THICK / 2
    if box.upright:
        return (box.x0, box.bottom - half), (box.x1, box.bottom - half)
    return (box.x1 - half, box.bottom), (box.x1 - half, box.top)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _told(values: Iterable[float]) -> str:
    return " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in values)


def _name(name: str) -> Any:
    import pikepdf

    return pikepdf.Name(name)


def _dictionary(**entries: Any) -> Any:
    """A PDF dictionary; strings that begin with a slash are names."""
    import pikepdf

    return pikepdf.Dictionary(
        {f"/{key}": _name(value) if isinstance(value, str) else value for key, value in entries.items()}
    )


__all__ = ["AUTHOR", "Box", "Copy", "Cover", "Loss", "Mark", "Tag", "boxes_of", "highlighted"]
