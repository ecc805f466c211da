"""Words and real tables of a PDF by pdfplumber, the slow engine and the reference."""

from __future__ import annotations

import io
import logging
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from bronnen.errors import EncryptedError, UnreadableError
from bronnen.extract.rules import is_filled
from bronnen.extract.words import (
    MAX_CHARS,
    MAX_SIDE,
    SMALL,
    WORD_GAP,
    RawPage,
    RawTable,
    RawWord,
    Tally,
    clean,
    is_bold,
    sane_box,
)

VERSION = f"pdfplumber {version('pdfplumber')}"

_MAX_EDGES = 6_000  # pdfplumber's table finder takes the square of this
logging.getLogger("pdfminer").setLevel(logging.ERROR)


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """The document in these bytes.

    Raises:
        EncryptedError: it opens only with a password.
        UnreadableError: pdfplumber cannot open it.
    """
    try:
        document = pdfplumber.open(io.BytesIO(data))
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise EncryptedError("opens only with a password.", "Save a copy without a password.") from error
        raise UnreadableError(f"is damaged ({error}).", "Fetch the file again.") from error
    try:
        yield document
    finally:
        with suppress(Exception):  # pdfplumber walks the pages once more, which a damaged file may not allow
            document.close()


def read_page(document: Any, number: int) -> RawPage:
    """The words and tables of page `number` (from 1)."""
    page = document.pages[number - 1]
    try:
        left, top, right, bottom = _visible(page)
        width, height = right - left, bottom - top
        if width > MAX_SIDE or height > MAX_SIDE:
            return RawPage(number, width, height, [], failed="its size is absurd")
        if len(page.chars) > MAX_CHARS:
            return RawPage(number, width, height, [], failed="it holds too many characters")
        tally = Tally()
        words = [word for word in _once(_words(page, left, top, tally)) if sane_box(word, width, height)]
        outside, tables = _apart(words, _tables(page), left, top)
        return RawPage(number, width, height, outside, tables, bool(page.images), tally.odd)
    finally:
        page.close()


def _visible(page: Any) -> tuple[float, float, float, float]:
    """The part of the page that is displayed, in pdfplumber's own points.

    Worked out from the file's own boxes: pdfplumber's crop box is right on pages that are not turned only.
    """
    whole, crop = _ordered(page.page_obj.mediabox), _ordered(page.page_obj.cropbox)
    box = max(whole[0], crop[0]), max(whole[1], crop[1]), min(whole[2], crop[2]), min(whole[3], crop[3])
    if not (box[2] > box[0] and box[3] > box[1]):
        box = whole
    left, below, right, above = (abs(one - other) for one, other in zip(whole, box, strict=True))  # what is cut off
    wide, tall = box[2] - box[0], box[3] - box[1]
    x, y = {90: (below, left), 180: (right, below), 270: (above, right)}.get(page.rotation, (left, above))
    if page.rotation in (90, 270):
        wide, tall = tall, wide
    x, y = x + page.mediabox[0], y + page.mediabox[1]
    return x, y, x + wide, y + tall


def _ordered(box: Sequence[float]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _words(page: Any, left: float, top: float, tally: Tally) -> Iterator[RawWord]:
    """The words in content order: characters that follow each other closely in the direction of writing."""
    chars: list[Any] = []
    before: Any = None
    for char in page.chars:
        text = char["text"]
        if not text or text.isspace():
            yield from _word(chars, left, top, tally)
            chars, before = [], None
            continue
        place = _written(char)
        if before is not None:
            if chars[-1]["text"] == text and abs(place[1] - before[1]) < 0.1 * place[4] > abs(place[3] - before[3]):
                continue  # drawn twice to look bold
            if _is_apart(before, place) or _is_mark(chars[-1]["text"], before[4], text, place[4]):
                yield from _word(chars, left, top, tally)
                chars = []
        before = place
        chars.append(char)
    yield from _word(chars, left, top, tally)


def _is_mark(before: str, size_before: float, text: str, size: float) -> bool:
    return (text.isdigit() and size < SMALL * size_before) or (before.isdigit() and size_before < SMALL * size)


def _once(words: Iterable[RawWord]) -> list[RawWord]:
    """The words without those drawn again on the same spot."""
    seen: dict[str, list[RawWord]] = {}
    found: list[RawWord] = []
    for word in words:
        same = seen.setdefault(word.text, [])
        if not any(abs(word.x0 - other.x0) < 0.1 * word.size > abs(word.top - other.top) for other in same):
            same.append(word)
            found.append(word)
    return found


def _word(chars: Sequence[Any], left: float, top: float, tally: Tally) -> Iterator[RawWord]:
    text = clean("".join(char["text"] for char in chars), tally)
    for part in text.split():  # a font may draw a space together with a letter
        yield RawWord(
            part,
            min(char["x0"] for char in chars) - left,
            min(char["top"] for char in chars) - top,
            max(char["x1"] for char in chars) - left,
            max(char["bottom"] for char in chars) - top,
            _written(chars[0])[4],
            is_bold(chars[0]["fontname"]),
        )


def _written(char: Any) -> tuple[int, float, float, float, float]:
    """The direction of writing in quarter turns, where the character begins and ends along it, its line, its size."""
    a, b = char["matrix"][:2]
    if abs(a) >= abs(b):
        size = char["bottom"] - char["top"]
        return (0, char["x0"], char["x1"], char["bottom"], size) if a >= 0 else (
            2, -char["x1"], -char["x0"], char["top"], size)  # fmt: skip
    size = char["x1"] - char["x0"]
    return (1, -char["bottom"], -char["top"], char["x1"], size) if b >= 0 else (
        3, char["top"], char["bottom"], char["x0"], size)  # fmt: skip


def _is_apart(before: tuple[int, float, float, float, float], place: tuple[int, float, float, float, float]) -> bool:
    turn, _, end, line, size = before
    gap = place[1] - end
    return (
        place[0] != turn
        or gap > WORD_GAP * size
        or gap < -max(size, 3.0)
        or abs(place[3] - line) > max(3.0, 0.5 * size)
    )


def _tables(page: Any) -> list[Any]:
    return page.find_tables() if len(page.edges) <= _MAX_EDGES else []


def _apart(
    words: Sequence[RawWord], tables: Sequence[Any], left: float, top: float
) -> tuple[list[RawWord], tuple[RawTable, ...]]:
    """The words outside real tables, and the tables with their words; no word is lost or told twice."""
    outside = list(enumerate(words))
    found: list[RawTable] = []
    for table in tables:
        rows = [[cell for cell in row.cells if cell] for row in table.rows]
        inside: dict[tuple[int, int], list[RawWord]] = {}
        kept: list[tuple[int, RawWord]] = []
        at = len(words)
        for number, word in outside:
            place = _place(rows, (word.x0 + word.x1) / 2 + left, (word.top + word.bottom) / 2 + top)
            if place is None:
                kept.append((number, word))
            else:
                at = min(at, number)
                inside.setdefault(place, []).append(word)
        if not is_filled(set(inside)):
            continue
        outside = kept
        cells = tuple(
            tuple(tuple(inside[row, column]) for column in range(len(rows[row])) if (row, column) in inside)
            for row in range(len(rows))
        )
        found.append(RawTable(at, tuple(row for row in cells if row)))
    numbers = [number for number, _ in outside]  # of the words that stay; a table stands after those drawn before it
    placed = [RawTable(bisect_left(numbers, table.at), table.rows) for table in sorted(found, key=lambda one: one.at)]
    return [word for _, word in outside], tuple(placed)


def _place(rows: Sequence[Sequence[Any]], x: float, y: float) -> tuple[int, int] | None:
    for row, cells in enumerate(rows):
        for column, (x0, top, x1, bottom) in enumerate(cells):
            if x0 <= x <= x1 and top <= y <= bottom:
                return row, column
    return None
