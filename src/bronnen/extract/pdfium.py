"""Words and ruling lines of a PDF by pdfium, the fast engine.

pdfium is not thread-safe: one process may have one document open in one thread at a time. Every object that
this module opens it closes itself, also when pdfium refuses something.
"""

from __future__ import annotations

import ctypes
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import hypot
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from pypdfium2.version import PYPDFIUM_INFO

from bronnen.errors import EncryptedError, UnreadableError
from bronnen.extract import calls, drawn, hidden
from bronnen.extract.drawn import Box, Turn
from bronnen.extract.grids import apart
from bronnen.extract.words import (
    MAX_CHARS,
    MAX_SIDE,
    SMALL,
    SUPERIOR,
    WORD_GAP,
    RawPage,
    RawWord,
    Tally,
    clean,
    is_bold,
    sane_box,
    standing,
)

VERSION = f"pdfium {PYPDFIUM_INFO.version}"

_SIDES = struct.Struct("=4f").unpack  # left, top, right, bottom, as pdfium writes a box

Span = tuple[int, int]  # the numbers of a word's first and last character, as pdfium counts them

_GLUED = re.compile(r"[a-z]{2}[,.;:)][A-Za-z]{2}|[a-z][A-Z][a-z]|[^\W\d]{25}")  # perhaps words without their spaces
_MARK = re.compile(rf"(?<=\S)(\d{{1,4}}|[{SUPERIOR}]{{1,4}})[^\w\s]?(?!\S)")  # bounded: a page may hold millions
_LABEL = re.compile(r"\d{1,3}(?=[^\W\d]{2}|[^\W\d]\.)")
_UNTOLD = "what a reader sees of it cannot be told"
_WORD = re.compile(r"[^\s\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")  # a word ends at white space or a line-end hyphen


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """The document in these bytes.

    Raises:
        EncryptedError: it opens only with a password.
        UnreadableError: pdfium cannot open it.
    """
    try:
        document = _Document(data)
    except pdfium.PdfiumError as error:
        # pdfium's last error may be an earlier file's, so the file itself must say that it is encrypted
        if "password" in str(error).lower() and b"/Encrypt" in data:
            raise EncryptedError("opens only with a password.", "Save a copy without a password.") from error
        raise UnreadableError(f"is damaged ({error}).", "Fetch the file again.") from error
    try:
        yield document
    finally:
        document.close()


class _Document(pdfium.PdfDocument):  # type: ignore[misc]
    """A document that knows whether it switches layers off, which pdfium itself does not tell."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.switches_off = hidden.switches_off(data)


def read_page(document: Any, number: int, *, keep_hidden: bool = False) -> tuple[RawPage, bool]:
    """The words of page `number` (from 1) that a reader can see, and whether it has rules that are too many to look at.

    With `keep_hidden` the words that only a program finds are kept too, but for those outside the page.
    """
    page = document[number - 1]
    try:
        box, rotation = _box_of(page)
        turn, width, height = _turned(box, rotation)
        if width > MAX_SIDE or height > MAX_SIDE:
            return RawPage(number, width, height, [], failed="its size is absurd"), False
        textpage = page.get_textpage()
        try:
            words, spans, odd = _words(textpage, turn)
            if words is None:
                return RawPage(number, width, height, [], failed="it holds too many characters"), False
            gone = {at for at, word in enumerate(words) if not sane_box(word, width, height)}
            try:
                seen = drawn.on_page(page.raw, turn)
                if not keep_hidden and len(gone) < len(words):
                    sheet = hidden.Sheet(page, textpage.raw, turn, width, height, document.switches_off)
                    gone |= hidden.unseen(sheet, words, spans, seen)
            except MemoryError:
                raise
            except Exception as error:  # the edge: no other engine can tell what is seen, so none reads the page
                if keep_hidden:
                    raise
                return RawPage(number, width, height, [], failed=f"{_UNTOLD} ({type(error).__name__})"), False
        finally:
            textpage.close()
        hid, words = [words[at] for at in sorted(gone)], [word for at, word in enumerate(words) if at not in gone]
        is_there = standing(words) if hid else bool
        unseen = tuple(word[1:5] for word in hid if not is_there(word))  # what is seen all the same is no loss
        words, tables, is_whole = apart(seen.rules, words)
        return RawPage(number, width, height, words, tables, seen.has_image, odd, unseen=unseen), not is_whole
    finally:
        page.close()


def _box_of(page: Any) -> tuple[Box, int]:
    rectangle = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page, rectangle):
        raise UnreadableError("has a page without a size.")
    return (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top), page.get_rotation()


def _turned(box: Box, rotation: int) -> tuple[Turn, float, float]:
    """What turns a box of the page's own space into (x0, top, x1, bottom) as displayed, and the page's size."""
    left, bottom, right, top = box
    if rotation == 90:
        return (lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left)), top - bottom, right - left
    if rotation == 180:
        return (lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom)), right - left, top - bottom
    if rotation == 270:
        return (lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0)), top - bottom, right - left
    return (lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0)), right - left, top - bottom


def _words(textpage: Any, turn: Turn) -> tuple[list[RawWord] | None, list[Span], int]:
    """The page's words in content order, None if they are too many, with their spans, and the characters without
    a meaning."""
    count = textpage.count_chars()
    if count > MAX_CHARS:
        return None, [], 0
    text = textpage.get_text_range() if count else ""
    index = _indices(textpage, text, count)
    return _boxed(textpage.raw, text, index, turn, count)


def _indices(textpage: Any, text: str, count: int) -> Callable[[int], int]:
    """From a place in the text to pdfium's own number of that character."""
    if len(text) == count:
        return range(count).__getitem__
    units: list[int] = []  # place -> UTF-16 unit, since pdfium counts in those
    unit = 0
    for char in text:
        units.append(unit)
        unit += 2 if ord(char) > 0xFFFF else 1
    if unit == count:
        return units.__getitem__
    last = count - 1

    def mapped(place: int) -> int:
        found = int(raw.FPDFText_GetCharIndexFromTextIndex(textpage.raw, units[place]))
        return min(max(found, 0), last)

    return mapped


def _boxed(
    textpage: Any, text: str, index: Callable[[int], int], turn: Turn, count: int
) -> tuple[list[RawWord], list[Span], int]:
    char = _Chars(textpage, index)
    tally = Tally(odd=max(0, count - len(text)))
    words: list[RawWord] = []
    stood: list[Span] = []
    spans = [found.span() for found in _WORD.finditer(text)]
    suspect = [span for span in spans if _GLUED.search(text, *span)]
    if suspect and any(len(char.pieces(*span)) > 1 for span in suspect):  # pdfium missed narrow spaces on this page
        spans = [piece for span in spans for piece in char.pieces(*span)]
    for start, end in spans:
        told = text[start:end]
        parts = [(start, end)]
        if told.isalpha():
            pass  # as most words are, and nothing to cut
        elif told[-1].isdigit() or told[-2:-1].isdigit():
            parts = char.without_mark(text, start, end)
        elif told[0].isdigit():
            parts = char.without_label(text, start, end)
        for begin, stop in parts:
            told = text[begin:stop]
            first, last = index(begin), index(stop - 1)
            if char.is_guess(first):
                tally.odd += len(told)
                continue
            if told[-1] in "\x02\ufffe":
                told = told[:-1] + "-"
            word = clean(told, tally)
            box = char.box_at(first, last) if word else None
            if not box:
                continue
            left, bottom, right, top, height = box
            place = turn(left, bottom, right, top)
            high = char.raised(begin, stop - 1) if len(word) < 3 and word.isdigit() else None
            if word == "-" and words and _ends_with(words[-1], *place):
                words[-1] = words[-1]._replace(text=words[-1].text + "-", x1=place[2])
                stood[-1] = stood[-1][0], last
                continue
            size, bold = char.looks(first, height)
            if high:
                place, size = turn(*high), 1.4 * (high[3] - high[1])
            words.append(RawWord(word, *place, size, bold))
            stood.append((first, last))
    return words, stood, tally.odd


def _ends_with(word: RawWord, x0: float, top: float, x1: float, bottom: float) -> bool:
    """Whether a hyphen that pdfium sets apart belongs to the word before it: it touches."""
    del top, x1
    return word.text[-1].isalpha() and abs(x0 - word.x1) < 0.05 * word.size and abs(bottom - word.bottom) < 1


class _Chars:
    """What pdfium knows of single characters, asked one by one because asking all would cost most of the time."""

    def __init__(self, textpage: Any, index: Callable[[int], int]) -> None:
        self.textpage, self.index, self.at = textpage, index, calls.here(textpage)
        self.sides = bytearray(16)  # made once, as all variables here: making them costs more than filling them
        self.sides_at = ctypes.byref(ctypes.c_char.from_buffer(self.sides))
        self.matrix = raw.FS_MATRIX()
        self.matrix_at = ctypes.byref(self.matrix)
        self.buffer, self.room, self.flags = ctypes.create_string_buffer(128), ctypes.c_ulong(128), ctypes.c_int()
        self.flags_at = ctypes.byref(self.flags)
        self.known: dict[bytes, bool] = {}
        self.fonts: dict[int, tuple[float, bool, bool]] = {}  # by the address of the text object

    def box(self, begin: int, end: int) -> tuple[float, float, float, float, float] | None:
        """The box around the characters at two places in the text, y up, and the height of the first."""
        return self.box_at(self.index(begin), self.index(end))

    def box_at(self, begin: int, end: int) -> tuple[float, float, float, float, float] | None:
        """The same by the numbers of the characters."""
        if not calls.loose_box(self.at, begin, self.sides_at):
            return None
        left, top, right, bottom = _SIDES(self.sides)
        height = top - bottom
        if end > begin and calls.loose_box(self.at, end, self.sides_at):
            x0, y1, x1, y0 = _SIDES(self.sides)  # asked of every word: no calls of min and max
            left, bottom = x0 if x0 < left else left, y0 if y0 < bottom else bottom
            right, top = x1 if x1 > right else right, y1 if y1 > top else top
        return left, bottom, right, top, height

    def looks(self, number: int, height: float) -> tuple[float, bool]:
        """The font's size as displayed, or the height where the file does not tell, and whether it is bold."""
        item = calls.text_object(self.at, number)  # its characters have one font and one matrix
        size, is_upright, bold = self.fonts.get(item) or self._font(item, number)
        return size if is_upright or 0.5 * height <= size <= 1.5 * height else height, bold

    def _font(self, item: int | None, number: int) -> tuple[float, bool, bool]:
        """The font's size, whether the height of its letters is a width, and whether its name says bold."""
        size, is_upright, bold = calls.font_size(self.at, number), False, False
        if calls.char_matrix(self.at, number, self.matrix_at):  # a file may say 1 and scale the page
            matrix = self.matrix
            size *= hypot(matrix.c, matrix.d)
            is_upright = abs(matrix.b) > abs(matrix.a)  # written up or down the page
        if calls.font_name(self.at, number, self.buffer, self.room, self.flags_at):
            name = self.buffer.value
            if name not in self.known:
                self.known[name] = is_bold(name.decode("utf-8", "replace"))
            bold = self.known[name]
        if item:  # characters that pdfium adds have none
            self.fonts[item] = size, is_upright, bold
        return size, is_upright, bold

    def is_guess(self, number: int) -> bool:
        """Whether pdfium does not know what the character means and takes its number in the font for a letter."""
        return bool(calls.is_unmapped(self.at, number) == 1)

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The span cut where two characters of it stand as far apart as words do."""
        found, begin = [], start
        before = self.box(start, start)
        for place in range(start + 1, end):
            box = self.box(place, place)
            if before and box and box[0] - before[2] > WORD_GAP * before[4] and abs(box[1] - before[1]) < before[4]:
                found.append((begin, place))
                begin = place
            before = box
        return [*found, (begin, end)]

    def without_mark(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """The span cut around small digits at its end: a note mark, or the 2 of m2, as words of their own."""
        found = _MARK.search(text, start, end)
        whole = self.box(start, start)
        if not found or not whole:
            return [(start, end)]
        begin = found.end(1)
        if self._is_small(begin - 1, whole[4]):
            while begin > start and text[begin - 1].isdigit() and self._is_small(begin - 1, whole[4]):
                begin -= 1
        elif found[1][0] in SUPERIOR:
            begin = found.start(1)
        elif not text[found.start(1) - 1].isdigit():
            above = self._line(found.start(1)) - self._line(start) > 0.15 * whole[4]
            begin = found.start(1) if above or self.raised(found.start(1)) else begin
        if begin == found.end(1):
            return [(start, end)]
        cuts = [start, begin, found.end(1), end]
        return [(one, two) for one, two in pairwise(cuts) if two > one]

    def without_label(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """The span cut after small digits at its begin: the number of a footnote, as a word of its own."""
        found = _LABEL.match(text, start, end)
        whole = self.box(found.end(), found.end()) if found else None
        if not found or not whole or not (self._is_small(start, whole[4]) or self.raised(start)):
            return [(start, end)]
        return [(start, found.end()), (found.end(), end)]

    def raised(self, begin: int, end: int | None = None) -> Box | None:
        """The box of what is drawn of these characters where their font itself raises them, as superior figures are."""
        at = self.index(begin)
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        x, y = ctypes.c_double(), ctypes.c_double()
        if not raw.FPDFText_GetCharBox(self.textpage, at, left, right, bottom, top):
            return None
        if not raw.FPDFText_GetCharOrigin(self.textpage, at, x, y):
            return None
        if not 0.2 * self._height(begin) < bottom.value - y.value < top.value - y.value:
            return None
        last = self.box(begin if end is None else end, begin if end is None else end)
        return left.value, bottom.value, last[2] if last else right.value, top.value

    def _line(self, place: int) -> float:
        """The height of the line on which a character stands, y up."""
        x, y = ctypes.c_double(), ctypes.c_double()
        return y.value if raw.FPDFText_GetCharOrigin(self.textpage, self.index(place), x, y) else 0.0

    def _height(self, place: int) -> float:
        box = self.box(place, place)
        return box[4] if box else 0.0

    def _is_small(self, place: int, size: float) -> bool:
        box = self.box(place, place)
        return box is not None and box[4] < SMALL * size
