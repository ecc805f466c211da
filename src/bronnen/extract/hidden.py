"""Which words of a page a reader cannot see: under a box, in the colour of the paper, cut off, switched off.

Two steps. What is painted, in which order and in which colour, tells which words may be hidden: cheap, and on most
pages none. Of those the page itself tells, drawn with and without them (`pixels`): a word is hidden if nothing changes.
So a dark cell with light text, a marker's ink or a picture under a title hides nothing. docs/hidden.md.
"""

from __future__ import annotations

import ctypes
import re
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as raw

from bronnen.extract import calls
from bronnen.extract.drawn import PAPER, Drawn, Ink, Shape, Turn, boxes, ink, is_near
from bronnen.extract.words import Box, RawWord

_COVERED = 0.3  # of a word's box: less hides no letter worth the name
_DARK = 80  # of 255
_MAX_CHARS = 200  # of one word that are looked at
_MAX_SHAPES = 4_000
_MAX_NOTES = 1_000
_MAX_PAIRS = 2_000_000  # of shapes and words that are compared at once
_LAST = 1 << 30  # annotations are painted after all else
_OPEN_NOTES = {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_TEXT}
_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_OFF = re.compile(rb"/OFF\s*\[\s*\d|/BaseState\s*/OFF|/(?:View|Print)State\s*/OFF")
_MAX_STREAM = 1 << 20
_MAX_STREAMS = 500


class Sheet(NamedTuple):
    """A page that is open in pdfium, with its text, how it is turned, its size, and whether layers may be off."""

    page: Any
    textpage: Any
    turn: Turn
    width: float
    height: float
    switches_off: bool


class Suspect(NamedTuple):
    """A word that may be hidden, and what the page's picture is to be asked about it."""

    word: int
    length: int  # in characters
    box: Box
    chars: tuple[Box, ...]  # boxes of what is drawn of its characters
    objects: tuple[int, ...]  # addresses of what draws it
    is_drawn: bool
    is_covered: bool
    is_lenient: bool  # it counts as seen where letters are seen in its place: it may be the text of a scan


def switches_off(data: bytes) -> bool:
    """Whether a PDF has layers that are not shown; also where that stands in a packed stream of objects."""
    if _OFF.search(data):
        return True
    for count, found in enumerate(_STREAM.finditer(data)):
        if count == _MAX_STREAMS:
            break
        try:
            told = zlib.decompressobj().decompress(data[found.end() : found.end() + _MAX_STREAM], _MAX_STREAM)
        except zlib.error:
            continue
        if (b"/OCProperties" in told or b"/OCG" in told) and _OFF.search(told):
            return True
    return False


def unseen(sheet: Sheet, words: Sequence[RawWord], spans: Sequence[tuple[int, int]], drawn: Drawn) -> set[int]:
    """The places in `words` of those that a reader cannot see; `spans` are the numbers of their characters."""
    shapes = [*drawn.shapes, *_notes(sheet, drawn)]
    if not (drawn.has_odd_text or drawn.faint or sheet.switches_off or drawn.is_cut_short):
        shapes = [shape for shape in shapes if _may_hide(shape, drawn)]
        if not shapes:
            return set()
    if len(shapes) > _MAX_SHAPES:
        drawn.is_cut_short = True
        shapes = _foremost(shapes, drawn)
    step = _MAX_PAIRS // max(1, len(shapes) + len(drawn.faint))
    told, ink_of = _Shapes(sheet, drawn, shapes), _Inks(sheet, drawn)
    suspects: list[Suspect] = []
    for first in range(0, len(words), max(1, step)):
        part = range(first, min(first + step, len(words)))
        suspects += _among(sheet, words, spans, part, drawn, told, ink_of)
    if not suspects:
        return set()
    suspects = _with_twins(sheet, suspects, drawn)
    from bronnen.extract import pixels

    try:
        return pixels.unseen(sheet, words, suspects)
    except MemoryError:
        raise
    except Exception:  # the edge: a page that cannot be drawn; what cannot be asked is not told
        return {one.word for one in suspects}


class _Shapes:
    """The shapes of a page and what is asked of them for every word, as arrays."""

    def __init__(self, sheet: Sheet, drawn: Drawn, shapes: Sequence[Shape]) -> None:
        half = 0.5 * sheet.width * sheet.height
        self.all = shapes
        self.boxes = [shape[1:5] for shape in shapes]
        self.orders = np.array([shape.order for shape in shapes], dtype=np.int64)
        self.may_hide = np.array([_may_hide(shape, drawn) for shape in shapes], dtype=bool)
        self.is_dark = np.array([max(shape.colour or PAPER) < _DARK for shape in shapes], dtype=bool)
        self.is_picture = np.array(
            [shape.is_image and (shape.x1 - shape.x0) * (shape.bottom - shape.top) >= half for shape in shapes],
            dtype=bool,
        )
        colours = {shape.colour for shape in shapes if shape.colour} | {PAPER}
        self.stands_out = cache(
            lambda colour: colour is not None and not any(is_near(colour, other) for other in colours)
        )


class _Inks:
    """How the text of the page is painted, looked up when it is asked for."""

    def __init__(self, sheet: Sheet, drawn: Drawn) -> None:
        self.textpage = calls.here(sheet.textpage)
        self.at = cache(lambda item: ink(drawn, item, sheet.turn))  # by the address of the text object

    def of(self, char: int) -> Ink | None:
        """Of a character, by its number."""
        found: Ink | None = self.at(calls.text_object(self.textpage, char))
        return found


def _among(
    sheet: Sheet,
    words: Sequence[RawWord],
    spans: Sequence[tuple[int, int]],
    part: range,
    drawn: Drawn,
    shapes: _Shapes,
    ink_of: _Inks,
) -> Iterator[Suspect]:
    """The suspects among a part of the words."""
    places = np.array([words[at][1:5] for at in part], dtype=np.float32)
    shares = _shares(shapes.boxes, places)
    risky = shares[shapes.may_hide].sum(axis=0) >= _COVERED
    risky |= (_shares(drawn.faint, places) > 0).any(axis=0)
    if drawn.has_odd_text or sheet.switches_off or drawn.is_cut_short:
        risky[:] = True
    if not risky.any():
        return
    last = np.where(shares > 0, shapes.orders[:, None], -1).max(axis=0, initial=-1)  # what is painted over each word
    for column in np.flatnonzero(risky).tolist():
        at = part[column]
        found = ink_of.of(spans[at][0]) or ink_of.of(spans[at][1])
        if found is None:
            continue
        if drawn.is_cut_short:
            yield _suspect(sheet, words[at], spans[at], found, shapes, shares[:, column], at, is_covered=True)
            continue
        is_open = found.is_drawn and not found.clip and not sheet.switches_off and found.order > last[column]
        if not (is_open and shapes.stands_out(found.colour)):
            yield from _suspects(sheet, words[at], spans[at], found, shapes, shares[:, column], at)


def _may_hide(shape: Shape, drawn: Drawn) -> bool:
    if shape.order > drawn.first_text:
        return True
    return shape.colour is not None and any(is_near(shape.colour, colour) for colour in drawn.colours)


def _foremost(shapes: Sequence[Shape], drawn: Drawn) -> list[Shape]:
    """As many as are compared with words: those that may hide before others, large before small, in their order."""
    by_weight = sorted(
        shapes, key=lambda shape: (not _may_hide(shape, drawn), (shape.x0 - shape.x1) * (shape.bottom - shape.top))
    )
    return sorted(by_weight[:_MAX_SHAPES], key=lambda shape: shape.order)


def _notes(sheet: Sheet, drawn: Drawn) -> Iterator[Shape]:
    """The areas of annotations that may cover text, painted after all else."""
    page = sheet.page.raw
    rectangle = raw.FS_RECTF()
    count = raw.FPDFPage_GetAnnotCount(page)
    drawn.is_cut_short |= count > _MAX_NOTES
    for number in range(min(count, _MAX_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(note) not in _OPEN_NOTES and raw.FPDFAnnot_GetRect(note, rectangle):
                left, right = sorted((rectangle.left, rectangle.right))
                bottom, top = sorted((rectangle.bottom, rectangle.top))
                yield Shape(_LAST, *sheet.turn(left, bottom, right, top), None)
        finally:
            raw.FPDFPage_CloseAnnot(note)


def _shares(areas: Sequence[Box], places: Any) -> Any:
    """Per area and word how much of the word's box lies in the area."""
    sides = np.array(areas, dtype=np.float32).reshape(-1, 4)
    wide = np.minimum(sides[:, None, 2], places[None, :, 2]) - np.maximum(sides[:, None, 0], places[None, :, 0])
    high = np.minimum(sides[:, None, 3], places[None, :, 3]) - np.maximum(sides[:, None, 1], places[None, :, 1])
    area = (places[:, 2] - places[:, 0]) * (places[:, 3] - places[:, 1])
    return np.clip(wide, 0, None) * np.clip(high, 0, None) / np.maximum(area, 1e-3)


def _suspects(
    sheet: Sheet, word: RawWord, span: tuple[int, int], told: Ink, shapes: _Shapes, shares: Any, at: int
) -> Iterator[Suspect]:
    """The word as a suspect, if something lies over it or it is painted in a way that may not show."""
    over = (shares > 0) & (shapes.orders > told.order)
    is_covered = bool(shares[over].sum() >= _COVERED)
    is_cut = told.clip is not None and _outside(word, told.clip) > 0.1
    is_faint = told.colour is not None and _is_faint(told, shapes, shares)
    if not (is_covered or is_cut or is_faint or told.colour is None or not told.is_drawn or sheet.switches_off):
        return
    yield _suspect(sheet, word, span, told, shapes, shares, at, is_covered=is_covered)


def _suspect(
    sheet: Sheet,
    word: RawWord,
    span: tuple[int, int],
    told: Ink,
    shapes: _Shapes,
    shares: Any,
    at: int,
    *,
    is_covered: bool,
) -> Suspect:
    over = (shares > 0) & (shapes.orders > told.order)
    is_cut = told.clip is not None and _outside(word, told.clip) > 0.1
    is_blotted = bool((over & shapes.is_dark & (shares >= _COVERED)).any())
    is_scan = bool((over & shapes.is_picture).any())
    is_lenient = not is_blotted and not is_cut and (is_scan or not told.is_drawn)
    chars, objects = _chars(sheet, *span)
    return Suspect(at, span[1] - span[0] + 1, word[1:5], chars, objects, told.is_drawn, is_covered, is_lenient)


def _with_twins(sheet: Sheet, suspects: Sequence[Suspect], drawn: Drawn) -> list[Suspect]:
    """The suspects with what draws them once more: pdfium takes text that lies on the same text for one.

    First an outline, then the letters over it: it is the second that a reader sees.
    """
    textpage = calls.here(sheet.textpage)
    told = {calls.text_object(textpage, number) for number in range(raw.FPDFText_CountChars(sheet.textpage))}
    untold = [*boxes(drawn, (item for item in drawn.texts if item not in told), sheet.turn)]
    if not untold or len(untold) * len(suspects) > 20 * _MAX_PAIRS:
        return list(suspects)
    places = np.array([one.box for one in suspects], dtype=np.float32)
    twins: list[list[int]] = []
    step = max(1, _MAX_PAIRS // len(untold))
    for first in range(0, len(suspects), step):
        shares = _shares([box for _, box in untold], places[first : first + step])
        twins += [[untold[place][0] for place in np.flatnonzero(row > 0.2)] for row in shares.T]
    return [
        one._replace(objects=(*one.objects, *more)) if one.is_drawn else one
        for one, more in zip(suspects, twins, strict=True)
    ]


def _is_faint(told: Ink, shapes: _Shapes, shares: Any) -> bool:
    """Whether the text may have the colour of what lies under it: of the last rectangle, or of the paper."""
    assert told.colour is not None
    under = np.flatnonzero((shares > 0.5) & (shapes.orders < told.order))
    if not len(under):
        return is_near(told.colour, PAPER)
    last = shapes.all[under[-1]]
    if last.is_plain and last.colour is not None:
        return is_near(told.colour, last.colour)
    # a picture, or no rectangle: what it shows there is not known
    return is_near(told.colour, PAPER) or (last.colour is not None and is_near(told.colour, last.colour))


def _outside(word: RawWord, clip: Box) -> float:
    """The share of the word's box outside a clip."""
    wide = max(0.0, min(word.x1, clip[2]) - max(word.x0, clip[0]))
    high = max(0.0, min(word.bottom, clip[3]) - max(word.top, clip[1]))
    return 1 - wide * high / max((word.x1 - word.x0) * (word.bottom - word.top), 1e-3)


def _chars(sheet: Sheet, first: int, last: int) -> tuple[tuple[Box, ...], tuple[int, ...]]:
    """The boxes of what a word's characters draw, and the objects of the page that draw them."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    inked: list[Box] = []
    objects: set[int] = set()
    textpage = calls.here(sheet.textpage)
    for number in range(first, min(last, first + _MAX_CHARS) + 1):
        if item := calls.text_object(textpage, number):
            objects.add(item)
        if raw.FPDFText_GetCharBox(sheet.textpage, number, left, right, bottom, top):
            box = sheet.turn(left.value, bottom.value, right.value, top.value)
            if box[2] - box[0] > 0.1 and box[3] - box[1] > 0.1:
                inked.append(box)
    return tuple(inked), tuple(objects)
