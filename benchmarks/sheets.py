"""What stands on the pages of a PDF and what of it is in a `Document`, asked of pdfium without the layout's code."""

from __future__ import annotations

import ctypes
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from bronnen.records import Document, Word

HYPHENS = "-\u00ad\u2010\u0002\ufffe"
UNITS = frozenset(("m", "km", "cm", "dm", "mm", "ha", "hm", "co", "n", "r", "kg", "10"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line as pdfium gives it, in points from the page's top left corner."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True)
class Sheet:
    """What stands on one page: its lines, and its raised digits with the word before each."""

    height: float
    lines: list[Line] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    right: float = 0
    total: float = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, right: float, total: float, wrong: Iterable[str] = ()) -> None:
        self.right, self.total = self.right + right, self.total + total
        self.wrong.extend(wrong)

    @property
    def share(self) -> float:
        return self.right / self.total if self.total else float("nan")


Tallies = dict[str, Tally]


def sheets(path: Path) -> list[Sheet]:
    with pypdfium2.PdfDocument(path) as document:
        return [_sheet(document[number]) for number in range(len(document))]


def _sheet(page: Any) -> Sheet:
    left, _, _, top = page.get_cropbox()
    sheet = Sheet(page.get_height())
    if page.get_rotation():
        return sheet
    textpage = page.get_textpage()
    text = textpage.raw
    chars = [chr(raw.FPDFText_GetUnicode(text, place)) for place in range(raw.FPDFText_CountChars(text))]
    begin = 0
    for place, char in enumerate([*chars, "\n"]):
        if char not in "\r\n\u0002\ufffe":
            continue
        end = place + (char in "\u0002\ufffe")
        kept = [number for number in range(begin, end) if not chars[number].isspace()]
        if kept:
            boxes = [_box(text, kept[0]), _box(text, kept[len(kept) // 2]), _box(text, kept[-1])]
            sheet.lines.append(
                Line("".join(chars[begin:end]).strip(), min(b[0] for b in boxes) - left,
                     top - max(b[3] for b in boxes), max(b[2] for b in boxes) - left, top - min(b[1] for b in boxes))
            )  # fmt: skip
            sheet.marks.extend(_marks(text, chars, kept))
        begin = end
    return sheet


def _box(text: Any, place: int) -> tuple[float, float, float, float]:
    found = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text, place, found)
    return found.left, found.bottom, found.right, found.top


def _marks(text: Any, chars: list[str], kept: list[int]) -> Iterator[tuple[str, str]]:
    """The raised digits of a line, each with the word before it."""
    at = 1
    while at < len(kept):
        before, begin = kept[at - 1], at
        at += 1
        if not chars[kept[begin]].isdigit() or kept[begin] - before > 2 or not _raised(text, kept[begin], before):
            continue
        while at < len(kept) and chars[kept[at]].isdigit() and kept[at] == kept[at - 1] + 1:
            at += 1
        word = re.search(r"\S{1,30}$", "".join(chars[kept[0] : before + 1]))
        if word and word[0].lower().split("/")[-1] not in UNITS:
            yield word[0], "".join(chars[kept[number]] for number in range(begin, at))


def _raised(text: Any, place: int, before: int) -> bool:
    """Whether the ink of a digit begins well above the line on which the character before it stands."""
    x, y, low, high = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharOrigin(text, before, x, y)
    raw.FPDFText_GetCharBox(text, place, x, x, low, high)
    box = _box(text, before)
    size = box[3] - box[1]
    return 0.15 * size < low.value - y.value < 0.6 * size and high.value - low.value < 0.55 * size


def line_ends(pages: list[Sheet]) -> list[tuple[str, str]]:
    """The two halves of every word that has a hyphen at the end of a line, the next line being pdfium's guess."""
    lines: list[str] = []
    for line in (line.text for page in pages for line in page.lines):
        if line in HYPHENS and lines:  # pdfium puts some hyphens on a line of their own
            lines[-1] += line
        else:
            lines.append(line)
    found = []
    for line, after in zip(lines, [*lines[1:], ""], strict=False):
        tail = re.search(rf"([^\W\d_]+)[{HYPHENS}]$", line)
        if tail:
            head = re.match(r"[^\W\d_]+", after)
            found.append((tail[1], head[0] if head else ""))
    return found


def tokens(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*-?", text)


def by_page(document: Document) -> dict[int, list[Word]]:
    found: dict[int, list[Word]] = defaultdict(list)
    for word in document.words:
        found[word.page].append(word)
    return found


def words_in(document: Document, words: list[Word], line: Line) -> list[Word]:
    """The words of the text whose middle lies in the line's box and that the line has."""
    return [word for word in words if line.top <= (word.top + word.bottom) / 2 <= line.bottom
            and line.x0 - 1 <= (word.x0 + word.x1) / 2 <= line.x1 + 1
            and document.text[word.start : word.end] in line.text]  # fmt: skip


def note_marks(pages: list[Sheet], document: Document) -> tuple[list[str], list[str]]:
    """The note marks that are still glued to the word before them, and those that stand loose behind it."""
    glued: list[str] = []
    loose: list[str] = []
    for number, page in enumerate(pages, 1):
        span = next((p for p in document.pages if p.number == number), None)
        if not span or not page.marks:
            continue
        text = document.text[max(0, span.start - 200) : span.end + 200]
        for (word, digits), count in Counter(page.marks).items():
            before, after = re.escape(word), rf"{digits}(?!\w)"  # the word may be the end of a broken one
            stuck = len(re.findall(before + after, text))
            apart = len(re.findall(rf"{before}(?:[^\S\n]|\n(?!\n))+{after}(?![.,]\d)", text))
            glued += [f"p{number} {word}{digits}"] * min(count, stuck)
            loose += [f"p{number} {word} {digits}"] * max(0, min(count - stuck, apart))
    return glued, loose
