"""What a page draws besides its words, by pdfium: ruling lines, and the shapes and colours that may hide words.

All objects are looked at once, in the order in which they are painted, since what is painted later lies on top.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from bronnen.extract import calls
from bronnen.extract.calls import handle
from bronnen.extract.rules import Rule

Box = tuple[float, float, float, float]  # left, bottom, right, top, in the page's own space, y up
Turn = Callable[[float, float, float, float], tuple[float, float, float, float]]
Colour = tuple[int, int, int]

FAINT = 40
"""Colours that differ less than this (of 255) in each of red, green and blue may be one colour to a reader."""

PAPER: Colour = (255, 255, 255)

_EVERYWHERE: Box = (-1e6, -1e6, 1e6, 1e6)
_NEAR = 2.0  # points: the box of a text's ink and that of its words differ a little
_MAX_OBJECTS = 20_000  # page objects of which the shapes are looked at
_MAX_TEXTS = 200_000  # page objects among which texts are looked for, which costs little
_MAX_RULES = 4_000
_MAX_FAINT = 1_000
_RECENT = 60  # shapes painted last, among which the one under a text is looked for
_MAX_DEPTH = 8  # of forms in forms
_THIN = 3.0  # points: what is thinner is a line
_PAINTED = {raw.FPDF_TEXTRENDERMODE_FILL, raw.FPDF_TEXTRENDERMODE_FILL_STROKE}
_FOUR = struct.Struct("=4I")
_MAX_CLIPS, _MAX_POINTS = 20, 200
_NOT_SEEN = 1 << 29  # the place in the order of a text that was not come to
_PATTERN = bytes(16)  # no plain colour, told as a transparent one
_OPAQUE = 128  # of 255: what is less is seen through; whether it is seen through well enough, pixels tell


def is_near(one: Colour, other: Colour) -> bool:
    """Whether two colours may be one to a reader."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < FAINT


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
    has_odd_text: bool = False  # that is not painted, or not in a plain colour
    faint: list[Box] = field(default_factory=list)  # around texts in the colour of paper or in part cut off, displayed
    first_text: int = _MAX_OBJECTS
    is_cut_short: bool = False  # a bound was reached: what else is on the page may hide any word
    texts: dict[int, tuple[int, bytes, Any]] = field(default_factory=dict)  # order, colour and form of each, by address

    def add_colour(self, fill: bytes) -> bool:
        """Takes a colour of text in, as pdfium told it, and says whether it may not show on paper."""
        red, green, blue, opaque = _FOUR.unpack(fill)
        self.has_odd_text |= opaque < _OPAQUE
        self.colours.add((red, green, blue))
        return is_near((red, green, blue), PAPER)

    def add_faint(self, box: Box, fill: bytes) -> None:
        """Takes in where a text stands that may not show, unless it lies on a rectangle on which its colour shows."""
        for shape in reversed(self.shapes[-_RECENT:] if fill else []):
            if shape.x0 < box[2] and shape.x1 > box[0] and shape.top < box[3] and shape.bottom > box[1]:
                red, green, blue, _ = _FOUR.unpack(fill)
                holds = shape.x0 <= box[0] + _NEAR and shape.x1 >= box[2] - _NEAR
                holds = holds and shape.top <= box[1] + _NEAR and shape.bottom >= box[3] - _NEAR
                if holds and shape.is_plain and shape.colour and not is_near((red, green, blue), shape.colour):
                    return
                break
        self.has_odd_text |= len(self.faint) >= _MAX_FAINT  # too many to tell apart: all words are looked at
        if not self.has_odd_text:
            self.faint.append(box)


class _Palette:
    """Asks pdfium how objects are painted, with variables that are made once: pages have thousands of them."""

    def __init__(self) -> None:
        self.told = bytearray(16)  # red, green, blue and how opaque
        self.parts = tuple(ctypes.c_uint.from_buffer(self.told, place) for place in (0, 4, 8, 12))
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.told))
        self.at = start, start + 4, start + 8, start + 12
        self.mode, self.stroke = ctypes.c_int(), ctypes.c_int()
        self.mode_at, self.stroke_at = ctypes.byref(self.mode), ctypes.byref(self.stroke)
        self.sides = tuple(ctypes.c_float() for _ in range(4))
        self.sides_at = tuple(ctypes.addressof(side) for side in self.sides)

    def box(self, item: int) -> Box | None:
        if not calls.bounds(item, *self.sides_at):
            return None
        left, bottom, right, top = self.sides
        return left.value, bottom.value, right.value, top.value

    def colour(self) -> tuple[Colour, int]:
        """The colour told last, and how opaque it is (0 to 255)."""
        red, green, blue, alpha = _FOUR.unpack(self.told)
        return (red, green, blue), alpha

    def fill(self, item: int) -> tuple[Colour | None, int]:
        """The colour that fills the object, None for a pattern, and how opaque it is."""
        return self.colour() if calls.fill(item, *self.at) else (None, 255)

    def paint(self, item: int) -> tuple[Colour | None, int]:
        """The colour of a path's area, or of its line where only that is drawn, and how opaque it is."""
        path = handle(item)
        if not raw.FPDFPath_GetDrawMode(path, self.mode_at, self.stroke_at):
            return None, 0
        if self.mode.value:
            return self.fill(item)
        if not self.stroke.value or not raw.FPDFPageObj_GetStrokeWidth(path, self.sides[0]):
            return None, 0
        if self.sides[0].value <= _THIN or not raw.FPDFPageObj_GetStrokeColor(path, *self.parts):
            return None, 0
        return self.colour()


def on_page(page: Any, turn: Turn) -> Drawn:
    """The lines and shapes on the page, and what its texts look like."""
    found, ask = Drawn(), _Palette()
    mode_of, clip_of, clips, fill_of = calls.text_mode, calls.clip_path, calls.count_clips, calls.fill
    told, (red, green, blue, alpha) = ask.told, ask.at
    text, path = raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH
    texts = found.texts
    fills: dict[bytes, bool] = {}  # whether it may not show on paper
    for order, (item, kind, matrix) in enumerate(objects(page, found)):
        if kind == text:
            if not fills:
                found.first_text = order
            fill = bytes(told) if fill_of(item, red, green, blue, alpha) else _PATTERN
            is_pale = fills.get(fill)
            if is_pale is None:
                is_pale = fills[fill] = found.add_colour(fill)
            texts[item] = order, fill, matrix
            if mode_of(item) not in _PAINTED:
                found.has_odd_text = True
            elif order >= _MAX_OBJECTS:
                found.is_cut_short |= is_pale or clips(clip_of(item)) > 0
            elif is_pale or (clips(clip_of(item)) > 0 and _is_cut(item, matrix, ask)):
                left, bottom, right, top = _moved(ask.box(item) or _EVERYWHERE, matrix)
                found.add_faint(
                    turn(left - _NEAR, bottom - _NEAR, right + _NEAR, top + _NEAR), fill if is_pale else b""
                )
        elif order >= _MAX_OBJECTS:
            found.is_cut_short = True
            found.has_image |= kind == raw.FPDF_PAGEOBJ_IMAGE
        elif kind == path:
            _add_path(found, order, item, matrix, turn, ask)
        elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            is_image = kind == raw.FPDF_PAGEOBJ_IMAGE
            found.has_image |= is_image
            box = ask.box(item)
            if box:
                found.shapes.append(Shape(order, *turn(*_moved(box, matrix)), None, is_image))
    return found


def ink(found: Drawn, item: int, turn: Turn) -> Ink | None:
    """How the text object at an address is painted; None without one: pdfium adds hyphens of its own."""
    if not item:
        return None
    if item not in found.texts:  # beyond a bound: where it stands in the order is not known, nor its form's matrix
        is_drawn = calls.text_mode(item) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
        return Ink(_NOT_SEEN, None, is_drawn, None)
    order, fill, matrix = found.texts[item]
    red, green, blue, opaque = _FOUR.unpack(fill)
    mode = calls.text_mode(item)
    clip = _clip(item, matrix)
    return Ink(
        order,
        (red, green, blue) if mode in _PAINTED and opaque >= _OPAQUE else None,
        mode != raw.FPDF_TEXTRENDERMODE_INVISIBLE and (opaque > 0 or fill == _PATTERN),
        turn(*clip) if clip else None,
    )


def boxes(found: Drawn, items: Iterable[int], turn: Turn) -> Iterator[tuple[int, Box]]:
    """Around each of these text objects, as displayed."""
    ask = _Palette()
    for item in items:
        if box := ask.box(item):
            yield item, turn(*_moved(box, found.texts[item][2]))


def objects(page: Any, found: Drawn) -> Iterator[tuple[int, int, Any]]:
    """The page's objects and those inside its forms as they are painted, with their kind and the form's matrix.

    Tells `found` if there are more of them, or deeper ones.
    """
    kind_of, is_form, left = calls.kind, raw.FPDF_PAGEOBJ_FORM, _MAX_TEXTS
    start = calls.address(page)
    waiting: list[tuple[int, Any, Any, int, int]] = [(start, calls.item_on_page, None, 0, calls.count_on_page(start))]
    while waiting and left > 0:
        place, item_of, matrix, at, count = waiting.pop()
        found.is_cut_short |= count - at > left
        for number in range(at, min(count, at + left)):
            item = item_of(place, number)
            left -= 1
            if not item:
                continue
            kind = kind_of(item)
            if kind != is_form:
                yield item, kind, matrix
            elif len(waiting) < _MAX_DEPTH:
                waiting.append((place, item_of, matrix, number + 1, count))
                inside = _product(_matrix(item), matrix)
                waiting.append((item, calls.item_in_form, inside, 0, calls.count_in_form(item)))
                break
            else:
                found.is_cut_short = True
    found.is_cut_short |= bool(waiting)


def _add_path(found: Drawn, order: int, item: int, matrix: Any, turn: Turn, ask: _Palette) -> None:
    count = calls.count_segments(item)
    box = ask.box(item) if count >= 2 else None
    if not box:
        return
    box = _moved(box, matrix)
    is_thin = box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN
    if len(found.rules) < _MAX_RULES and count <= 4_000:
        for line in [box] if is_thin else _lines_of(item, count, box, matrix):
            found.rules.append(Rule(*turn(*line)))
    if not is_thin:
        colour, alpha = ask.paint(item)
        if alpha >= _OPAQUE:
            found.shapes.append(Shape(order, *turn(*box), colour, is_plain=count <= 6))


def _lines_of(item: int, count: int, box: Box, matrix: Any) -> list[Box]:
    """The straight level segments that a path draws."""
    if count <= 6:  # most often a rectangle; what is no rectangle makes no grid
        left, bottom, right, top = box
        return [(left, bottom, right, bottom), (left, top, right, top), (left, bottom, left, top),
                (right, bottom, right, top)]  # fmt: skip
    return _segments(handle(item), count, _product(_matrix(item), matrix))


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


def _matrix(item: int) -> Any:
    found = raw.FS_MATRIX()
    with suppress(Exception):
        if raw.FPDFPageObj_GetMatrix(handle(item), found):
            return (found.a, found.b, found.c, found.d, found.e, found.f)
    return None


def _product(inner: Any, outer: Any) -> Any:
    """The matrix that applies `inner` first; None is the matrix that changes nothing."""
    if inner is None or outer is None:
        return inner or outer
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _is_cut(item: int, matrix: Any, ask: _Palette) -> bool:
    """Whether a part of a text object lies outside its clip path."""
    clip, box = _clip(item, matrix), ask.box(item)
    if not clip or not box:
        return False
    left, bottom, right, top = _moved(box, matrix)
    slack = 0.1 * min(right - left, top - bottom)
    return left < clip[0] - slack or bottom < clip[1] - slack or right > clip[2] + slack or top > clip[3] + slack


def _clip(item: int, matrix: Any) -> Box | None:
    """The box of what a text object's clip paths leave of it."""
    count = calls.count_clips(calls.clip_path(item))
    if count <= 0:
        return None
    clip = raw.FPDFPageObj_GetClipPath(handle(item))
    if count > _MAX_CLIPS:
        return 0.0, 0.0, 0.0, 0.0  # the page's picture tells what they leave
    box: Box | None = None
    for path in range(count):
        xs, ys = [], []
        x, y = ctypes.c_float(), ctypes.c_float()
        for number in range(min(raw.FPDFClipPath_CountPathSegments(clip, path), _MAX_POINTS)):
            segment = raw.FPDFClipPath_GetPathSegment(clip, path, number)
            if raw.FPDFPathSegment_GetPoint(segment, x, y):
                xs.append(x.value)
                ys.append(y.value)
        if xs:
            own = min(xs), min(ys), max(xs), max(ys)
            box = own if box is None else (max(box[0], own[0]), max(box[1], own[1]), min(box[2], own[2]),
                                           min(box[3], own[3]))  # fmt: skip
    return _moved(box, matrix) if box else None
