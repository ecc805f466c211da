"""The one word model that both PDF engines fill and the layout reads.

Boxes are in PDF points from the top left corner of the page as displayed (turned and cropped), x to the right
and y down. Words stand in the order in which the page draws them; they hold no white space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

Box = tuple[float, float, float, float]  # x0, top, x1, bottom

_HIDDEN = 0.3  # of a word's box that is one of a hidden word: the engines measure words a little differently


class RawWord(NamedTuple):
    """A stretch of characters without white space on one line."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float  # of the font, in points as displayed
    bold: bool
    confidence: float | None = None  # of the text recognition, 0 to 1; None where text was there


class RawTable(NamedTuple):
    """A ruled table: rows of cells of words, and the place among the page's other words where it stands."""

    at: int
    rows: tuple[tuple[tuple[RawWord, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class RawPage:
    """What an engine saw on a page: `words` outside tables, the tables, and how far its text can be trusted."""

    number: int  # from 1
    width: float
    height: float
    words: list[RawWord]
    tables: tuple[RawTable, ...] = ()
    has_image: bool = False
    odd: int = 0  # characters without a meaning: (cid:n), private use, control, replacement
    failed: str = ""  # why the engine could not read the page
    unseen: tuple[Box, ...] = ()  # boxes of words left out: no reader sees them

    def all_words(self) -> list[RawWord]:
        """The words of the page, those in tables included, in the order of the page."""
        found: list[RawWord] = []
        done = 0
        for table in self.tables:
            found += self.words[done : table.at]
            done = table.at
            found += (word for row in table.rows for cell in row for word in cell)
        return found + self.words[done:]


def without(page: RawPage, seen: RawPage) -> RawPage:
    """The page without the words that are left out of `seen`, the same page as another engine reads it.

    A word stays where that engine has the same word in its place: one may stand over another that is hidden.
    """
    if not seen.unseen:
        return page
    unseen = np.array(seen.unseen)
    is_there = standing(seen.all_words())

    def is_kept(word: RawWord) -> bool:
        return _covered(word, unseen) < _HIDDEN or is_there(word)

    kept = [is_kept(word) for word in page.words]
    tables = []
    for table in page.tables:
        cells = (tuple(tuple(word for word in cell if is_kept(word)) for cell in row) for row in table.rows)
        rows = tuple(tuple(cell for cell in row if cell) for row in cells)
        if any(rows):
            tables.append(RawTable(sum(kept[: table.at]), tuple(row for row in rows if row)))
    words = [word for word, stays in zip(page.words, kept, strict=True) if stays]
    return replace(page, words=words, tables=tuple(tables), unseen=seen.unseen)


def standing(words: Iterable[RawWord]) -> Callable[[RawWord], bool]:
    """Tells of a word whether the same one is among these in its place: pages draw words twice."""
    same: dict[str, list[Box]] = {}
    for word in words:
        same.setdefault(word.text, []).append(word[1:5])
    boxes = {text: np.array(places) for text, places in same.items()}
    return lambda word: word.text in boxes and _covered(word, boxes[word.text]) > 0.5


def _covered(word: RawWord, boxes: Any) -> float:
    """How much of the word's box lies in the one of these boxes that covers it most."""
    wide = np.minimum(boxes[:, 2], word.x1) - np.maximum(boxes[:, 0], word.x0)
    high = np.minimum(boxes[:, 3], word.bottom) - np.maximum(boxes[:, 1], word.top)
    area = max((word.x1 - word.x0) * (word.bottom - word.top), 1e-3)
    return float((np.clip(wide, 0, None) * np.clip(high, 0, None)).max()) / area


@dataclass(slots=True)
class Tally:
    """Counts the characters without a meaning while words are cleaned."""

    odd: int = field(default=0)


_CID = re.compile(r"\(cid:\d+\)")
_BULLETS = {0xF0B7, 0xF0A7, 0xF0A8, 0xF06E, 0xF0D8, 0xF0FC, 0xF076, 0xF02D, 0xF0BE, 0xF071, 0xF0E0, 0xF0F0}
_TABLE: dict[int, str | None] = dict.fromkeys(_BULLETS, "•")  # as symbol fonts number them
_TABLE |= {0x7F: "•", 0x95: "•", 0xAD: "-", 0x2010: "-", 0x2011: "-"}  # drawn, so a hyphen to the reader
_TABLE |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F))
_TABLE |= {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}


def clean(text: str, tally: Tally) -> str:
    """The word in NFC without characters that mean nothing to a reader, which are counted.

    >>> tally = Tally()
    >>> clean("of(cid:12)\ufb01cieel\ue001", tally), tally.odd
    ('officieel', 2)
    """
    if text.isascii() and text.isprintable() and "(cid:" not in text:
        return text
    if "(cid:" in text:
        text, count = _CID.subn("", text)
        tally.odd += count
    text = unicodedata.normalize("NFC", text.translate(_TABLE))
    if text.isprintable() and "\ufffd" not in text:
        return text
    kept = [char for char in text if not is_odd(char)]
    tally.odd += len(text) - len(kept)
    return unicodedata.normalize("NFC", "".join(kept))


def is_odd(char: str) -> bool:
    """Whether a character has no meaning to a reader: private use, control, unassigned or replacement."""
    return char == "\ufffd" or unicodedata.category(char) in ("Co", "Cc", "Cn", "Cs", "Cf")


MAX_CHARS = 200_000
"""More characters than this on one page is no page that a person reads."""

MAX_SIDE = 200_000.0
"""A page with a longer side, in points (70 m), is no page that a person reads."""

WORD_GAP = 0.15
"""Characters further apart than this part of the font's size belong to two words."""

SMALL = 0.8
"""Digits under this part of the size of the word that they end are a mark: a word of their own, without a gap."""

SUPERIOR = "¹²³⁰⁴⁵⁶⁷⁸⁹"

_BOLD = re.compile(r"bold|black|heavy|demi|-bd|,bd|extrabold", re.IGNORECASE)


def is_bold(font: str) -> bool:
    """Whether a font's name says that it is bold."""
    return bool(_BOLD.search(font))


def sane_box(word: RawWord, width: float, height: float) -> bool:
    """Whether a reader can see the word: its middle lies on the page."""
    return 0 <= (word.x0 + word.x1) / 2 <= width and 0 <= (word.top + word.bottom) / 2 <= height
