"""Lines: words that stand side by side, cut where the gap is too wide for a space."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bronnen.extract.words import SMALL, RawPage, RawTable, RawWord

GLUE = 0.012
"""Two words on a line that are closer than this part of their size have no space between them."""

CUT = 1.15
"""A gap wider than this part of the size is no space, but the edge of a column or cell."""

_TALL = 1.8  # of the size: no font's line is higher

_BULLETS = "-–—•‣▪▫■□●○◦⁃∙·*➢►▶✓→❖"
_BULLET = re.compile(rf"[{_BULLETS}§Øüo]|>")
_NUMBER = re.compile(r"\(?(\d{1,2}|[a-z]|[ivx]{1,4})[.)]|[a-z]\)|\d{1,2}°")
_OPENING = re.compile(r"\(?(\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.):]?|\d{1,2}(\.\d{1,2}){1,4}\.?")


@dataclass(slots=True)
class Line:
    """Words on one line; top, bottom and size are those of its longest word. `cuts`: where its cells begin."""

    words: list[RawWord]
    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    rank: int  # its place in the order in which the page draws its lines
    cuts: list[int] = field(default_factory=list)
    table: RawTable | None = None

    @property
    def first(self) -> RawWord:
        """The first word, or the second where the first is a raised mark."""
        words = self.words
        return words[1] if len(words) > 1 and words[0].size < SMALL * words[1].size else words[0]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def is_bold(self) -> bool:
        return all(word.bold for word in self.words)


def line_of(words: list[RawWord], page: int, rank: int) -> Line:
    """The line that these words make."""
    main = words[0]
    length, right = len(main.text), main.x1
    for word in words:
        if len(word.text) > length:
            main, length = word, len(word.text)
        if word.x1 > right:
            right = word.x1
    return Line(words, page, words[0].x0, main.top, right, main.bottom, main.size, rank)


def lines_of(words: Sequence[RawWord], page: int, rank: int = 0) -> list[Line]:
    """The words, in the order given, cut where the next one does not follow closely on the same line."""
    rows: list[list[RawWord]] = []
    row: list[RawWord] = []
    for word in words:
        if row and _follows(row, word):
            row.append(word)
        else:
            row = [word]
            rows.append(row)
    return [line_of(row, page, rank + number) for number, row in enumerate(rows)]


def lines_on(page: RawPage) -> tuple[list[Line], list[RawWord]]:
    """The lines of a page in the order in which it draws them, a table as one line; and words up its margin."""
    found: list[Line] = []
    words, out = _without_upright(page)
    done = 0
    for table in page.tables:
        found += lines_of([word for word in words[done : table.at] if word is not None], page.number, len(found))
        done = max(done, table.at)
        inside = [word for row in table.rows for cell in row for word in cell]
        if inside:
            box = (min(word.x0 for word in inside), min(word.top for word in inside),
                   max(word.x1 for word in inside), max(word.bottom for word in inside))  # fmt: skip
            found.append(Line(inside, page.number, *box, inside[0].size, len(found), table=table))
    found += lines_of([word for word in words[done:] if word is not None], page.number, len(found))
    return found, out


def joined(lines: Sequence[Line]) -> Line:
    """The lines, from left to right on one row, as one line that remembers its cells."""
    if len(lines) == 1:
        return lines[0]
    words = [word for line in lines for word in line.words]
    found = line_of(words, lines[0].page, lines[0].rank)
    count = 0
    for line in lines[:-1]:
        count += len(line.words)
        found.cuts.append(count)
    return found


def cells(line: Line) -> list[list[RawWord]]:
    """The words of a line, cell by cell."""
    edges = [0, *line.cuts, len(line.words)]
    return [line.words[start:end] for start, end in pairwise(edges)]


def is_glued(word: RawWord, after: RawWord) -> bool:
    """Whether no space stands between two words that follow each other on a line."""
    gap = after.x0 - word.x1
    if gap >= GLUE * word.size and gap >= GLUE * after.size:  # asked of every word: no call of max
        return False
    return gap > -0.5 * word.size and not unicodedata.combining(after.text[0])


def is_item(line: Line) -> bool:
    """Whether a line starts with a bullet or number and goes on after it."""
    words = line.words
    first = words[0].text
    if first[0] in "•▪●■":
        return len(words) > 1 or len(first) > 3
    if len(words) < 2:
        return False
    if first in "§Øüo>":  # bullets in a symbol font that claims to be letters
        return words[1].x0 - words[0].x1 > 0.6 * words[1].size
    if first == "p." and words[1].text[0].isdigit():  # the page of a source
        return False
    return bool(_BULLET.fullmatch(first) or _NUMBER.fullmatch(first))


def is_bullet(text: str) -> bool:
    """Whether a word is nothing but the mark of a list item."""
    return bool(_BULLET.fullmatch(text))


def _follows(row: list[RawWord], word: RawWord) -> bool:
    last = row[-1]
    if word.x0 <= last.x0:
        return False
    if word.top != last.top or word.bottom != last.bottom:  # asked of every word, and most stand on one line
        shared = min(last.bottom, word.bottom) - max(last.top, word.top)
        if shared <= 0.5 * min(last.bottom - last.top, word.bottom - word.top):
            return False
    gap = word.x0 - last.x1
    if gap <= -0.5 * last.size:
        return False
    return (
        gap <= CUT * last.size
        or gap <= CUT * word.size
        or (len(row) == 1 and gap < 6 * word.size and (is_bullet(last.text) or bool(_OPENING.fullmatch(last.text))))
    )


def _is_high(word: RawWord) -> bool:
    return word.bottom - word.top > 1.5 * (word.x1 - word.x0) > 0


def _is_upright(word: RawWord) -> bool:
    """Whether a word is written up or down the page: higher than any line, not just narrow, as 'uit' and 'bij' are."""
    return len(word.text) > 2 and _is_high(word) and word.bottom - word.top > _TALL * word.size


def _without_upright(page: RawPage) -> tuple[list[RawWord | None], list[RawWord]]:
    """The page's words with None for what runs up or down its margin, and those; not where most words do."""
    words: list[RawWord | None] = list(page.words)
    places = [place for place, word in enumerate(page.words) if _is_upright(word)]
    if not places or 2 * len(places) > len(words):
        return words, []
    known = set(places)
    for place in places:  # the shorter words between them
        for step in (-1, 1):
            near = place + step
            while 0 <= near < len(words) and near not in known:
                word, beside = page.words[near], page.words[place]
                if (len(word.text) > 2 and not _is_high(word)) or abs(word.x0 - beside.x0) > 0.5 * beside.size:
                    break
                known.add(near)
                near += step
    for place in known:
        words[place] = None
    return words, [page.words[place] for place in sorted(known)]
