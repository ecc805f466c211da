"""What a page draws besides its words, by pdfium: ruling lines, and the shapes and colours that may hide words.

All objects are looked at once, in the order in which they are painted, since what is painted later lies on top.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from bronnen.extract.rules import Rule

Box = tuple[float, float, float, float]  # left, bottom, right, top, in the page's own space, y up
Turn = Callable[[float, float, float, float], tuple[float, float, float, float]]
Colour = tuple[int, int, int]

FAINT = 40
"""Colours that differ less than this (of 255) in each of red, green and blue may be one colour to a reader."""

_MAX_OBJECTS = 20_000  # page objects looked at
_MAX_RULES = 4_000
_MAX_SHAPES = 4_000
_MAX_DEPTH = 4  # of forms in forms
_THIN = 3.0  # points: what is thinner is a line
_OPAQUE = 128  # of 255: what is less is seen through; whether it is seen through well enough, pixels tell


class Shape(NamedTuple):
    """An area that is painted, as displayed: its place in the order of painting and its one colour, if it has one."""

    order: int
    x0: float
    top: float
    x1: float
    bottom: float
    colour: Colour | None
    is_image: bool = False
    is_plain: bool = False  # a rectangle: all of its box is painted


class Ink(NamedTuple):
    """How a text object is painted: its place in the order and its colour, None where that is no plain colour."""

    order: int
    colour: Colour | None
    is_drawn: bool  # False where it has neither fill nor stroke or is wholly transparent
    clip: Box | None  # as displayed: what lies outside is not painted


@dataclass(slots=True)
class Drawn:
    """What lies on a page. `first_text` is the place in the order of its first text."""

    rules: list[Rule] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    colours: set[Colour] = field(default_factory=set)  # of its texts
    has_image: bool = False
    has_odd_text: bool = False  # that is not painted, or is clipped
    first_text: int = _MAX_OBJECTS


class _Palette:
    """Asks pdfium how objects are painted, with variables that are made once."""

    def __init__(self) -> None:
        self.parts = tuple(ctypes.c_uint() for _ in range(4))
        self.at = tuple(ctypes.byref(part) for part in self.parts)
        self.mode, self.stroke = ctypes.c_int(), ctypes.c_int()
        self.mode_at, self.stroke_at = ctypes.byref(self.mode), ctypes.byref(self.stroke)
        self.sides = tuple(ctypes.c_float() for _ in range(4))
        self.sides_at = tuple(ctypes.byref(side) for side in self.sides)

    def box(self, item: Any) -> Box | None:
        if not raw.FPDFPageObj_GetBounds(item, *self.sides_at):
            return None
        left, bottom, right, top = self.sides
        return left.value, bottom.value, right.value, top.value

    def fill(self, item: Any) -> tuple[Colour | None, int]:
        """The colour that fills the object, None for a pattern, and how opaque it is (0 to 255)."""
        if not raw.FPDFPageObj_GetFillColor(item, *self.at):
            return None, 255
        red, green, blue, alpha = self.parts
        return (red.value, green.value, blue.value), alpha.value

    def paint(self, item: Any) -> tuple[Colour | None, int]:
        """The colour of a path's area, or of its line where only that is drawn, and how opaque it is."""
        if not raw.FPDFPath_GetDrawMode(item, self.mode_at, self.stroke_at):
            return None, 0
        if self.mode.value:
            return self.fill(item)
        width = self.sides[0]
        if not self.stroke.value or not raw.FPDFPageObj_GetStrokeWidth(item, ctypes.byref(width)):
            return None, 0
        if width.value <= _THIN or not raw.FPDFPageObj_GetStrokeColor(item, *self.at):
            return None, 0
        red, green, blue, alpha = self.parts
        return (red.value, green.value, blue.value), alpha.value


def on_page(page: Any, turn: Turn) -> Drawn:
    """The lines and shapes on the page, and what its texts look like."""
    found = Drawn()
    ask = _Palette()
    kind_of, mode_of, clip_of = raw.FPDFPageObj_GetType, raw.FPDFTextObj_GetTextRenderMode, raw.FPDFPageObj_GetClipPath
    for order, (item, matrix) in enumerate(objects(page)):
        kind = kind_of(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            found.first_text = min(found.first_text, order)
            colour, alpha = ask.fill(item)
            if colour is not None:
                found.colours.add(colour)
            if colour is None or alpha < _OPAQUE or mode_of(item) not in _PAINTED:
                found.has_odd_text = True
            elif not found.has_odd_text and raw.FPDFClipPath_CountPaths(clip_of(item)) > 0:
                found.has_odd_text = _is_cut(item, matrix, ask)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            _add_path(found, order, item, matrix, turn, ask)
        elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            is_image = kind == raw.FPDF_PAGEOBJ_IMAGE
            found.has_image |= is_image
            box = ask.box(item)
            if box:
                found.shapes.append(Shape(order, *turn(*_moved(box, matrix)), None, is_image))
    return found


_PAINTED = {raw.FPDF_TEXTRENDERMODE_FILL, raw.FPDF_TEXTRENDERMODE_FILL_STROKE}


def inks(page: Any, turn: Turn) -> dict[int, Ink]:
    """How each text object is painted, by its address (`address`)."""
    ask = _Palette()
    found: dict[int, Ink] = {}
    for order, (item, matrix) in enumerate(objects(page)):
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_TEXT:
            continue
        mode = raw.FPDFTextObj_GetTextRenderMode(item)
        colour, alpha = ask.fill(item)
        clip = _clip(item, matrix)
        if mode not in _PAINTED:
            colour = None
        found[address(item)] = Ink(order, colour, mode != raw.FPDF_TEXTRENDERMODE_INVISIBLE and alpha > 0,
                                   turn(*clip) if clip else None)  # fmt: skip
    return found


def address(item: Any) -> int:
    """What tells an object of a page from its others."""
    return ctypes.addressof(item.contents)


def objects(page: Any) -> Iterator[tuple[Any, Any]]:
    """The page's objects and those inside its forms as they are painted, each with the matrix of its form."""
    left = _MAX_OBJECTS
    open_forms: list[tuple[Any, Any, int, int]] = [(None, None, 0, raw.FPDFPage_CountObjects(page))]
    while open_forms and left > 0:
        form, matrix, at, count = open_forms.pop()
        for number in range(at, count):
            left -= 1
            if left < 0:
                return
            item = raw.FPDFPage_GetObject(page, number) if form is None else raw.FPDFFormObj_GetObject(form, number)
            if not item:
                continue
            if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_FORM:
                yield item, matrix
            elif len(open_forms) < _MAX_DEPTH:
                open_forms.append((form, matrix, number + 1, count))
                inside = _product(_matrix(item), matrix)
                open_forms.append((item, inside, 0, raw.FPDFFormObj_CountObjects(item)))
                break


def _add_path(found: Drawn, order: int, item: Any, matrix: Any, turn: Turn, ask: _Palette) -> None:
    count = raw.FPDFPath_CountSegments(item)
    box = ask.box(item) if count >= 2 else None
    if not box:
        return
    box = _moved(box, matrix)
    is_thin = box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN
    if len(found.rules) < _MAX_RULES and count <= 4_000:
        for line in [box] if is_thin else _lines_of(item, count, box, matrix):
            found.rules.append(Rule(*turn(*line)))
    if not is_thin and len(found.shapes) < _MAX_SHAPES:
        colour, alpha = ask.paint(item)
        if alpha >= _OPAQUE:
            found.shapes.append(Shape(order, *turn(*box), colour, is_plain=count <= 6))


def _lines_of(item: Any, count: int, box: Box, matrix: Any) -> list[Box]:
    """The straight level segments that a path draws."""
    if count <= 6:  # most often a rectangle; what is no rectangle makes no grid
        left, bottom, right, top = box
        return [(left, bottom, right, bottom), (left, top, right, top), (left, bottom, left, top),
                (right, bottom, right, top)]  # fmt: skip
    return _segments(item, count, _product(_matrix(item), matrix))


def _segments(item: Any, count: int, matrix: Any) -> list[Box]:
    x, y = ctypes.c_float(), ctypes.c_float()
    found: list[Box] = []
    start = at = (0.0, 0.0)
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        kind, to = raw.FPDFPathSegment_GetType(segment), (x.value, y.value)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = to
        elif kind == raw.FPDF_SEGMENT_LINETO:
            found.append((min(at[0], to[0]), min(at[1], to[1]), max(at[0], to[0]), max(at[1], to[1])))
        at = to
        if raw.FPDFPathSegment_GetClose(segment):
            found.append((min(at[0], start[0]), min(at[1], start[1]), max(at[0], start[0]), max(at[1], start[1])))
    moved = [_moved(box, matrix) for box in found]
    return [box for box in moved if box[2] - box[0] <= 3 or box[3] - box[1] <= 3]


def _moved(box: Box, matrix: Any) -> Box:
    if matrix is None:
        return box
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x in (box[0], box[2]) for y in (box[1], box[3])]
    ys = [b * x + d * y + f for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(item: Any) -> Any:
    found = raw.FS_MATRIX()
    with suppress(Exception):
        if raw.FPDFPageObj_GetMatrix(item, found):
            return (found.a, found.b, found.c, found.d, found.e, found.f)
    return None


def _product(inner: Any, outer: Any) -> Any:
    """The matrix that applies `inner` first; None is the matrix that changes nothing."""
    if inner is None or outer is None:
        return inner or outer
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _is_cut(item: Any, matrix: Any, ask: _Palette) -> bool:
    """Whether a part of a text object lies outside its clip path."""
    clip, box = _clip(item, matrix), ask.box(item)
    if not clip or not box:
        return False
    left, bottom, right, top = _moved(box, matrix)
    slack = 0.1 * min(right - left, top - bottom)
    return left < clip[0] - slack or bottom < clip[1] - slack or right > clip[2] + slack or top > clip[3] + slack


def _clip(item: Any, matrix: Any) -> Box | None:
    """The box of what a text object's clip paths leave of it."""
    clip = raw.FPDFPageObj_GetClipPath(item)
    box: Box | None = None
    for path in range(min(raw.FPDFClipPath_CountPaths(clip), 20)):
        xs, ys = [], []
        x, y = ctypes.c_float(), ctypes.c_float()
        for number in range(min(raw.FPDFClipPath_CountPathSegments(clip, path), 200)):
            segment = raw.FPDFClipPath_GetPathSegment(clip, path, number)
            if raw.FPDFPathSegment_GetPoint(segment, x, y):
                xs.append(x.value)
                ys.append(y.value)
        if xs:
            own = min(xs), min(ys), max(xs), max(ys)
            box = own if box is None else (max(box[0], own[0]), max(box[1], own[1]), min(box[2], own[2]),
                                           min(box[3], own[3]))  # fmt: skip
    return _moved(box, matrix) if box else None
