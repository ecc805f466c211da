"""Lines, blocks and their kinds from a page's words, by distance, size, weight and bullets: the plain rules."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from bronnen.extract.words import SMALL, RawPage, RawWord
from bronnen.records import Kind

Line = list[RawWord]

GLUE = 0.012
"""Two words on a line that are closer than this part of their size have no space between them."""

_KEEP = {"en", "of", "tot", "en/of", "noch", "maar", "dan", "als", "respectievelijk", "c.q.", "t/m", "versus"}
_BULLET = re.compile(r"[-–—•‣▪▫■□●○◦⁃∙·*➢►▶✓→❖]")
_NUMBER = re.compile(r"\(?(\d{1,2}|[a-z]|[ivx]{1,4})[.)]|[a-z]\)|\d{1,2}°")
_SECTION = re.compile(r"(\d{1,2}(\.\d{1,2}){1,3}\.?|\d{1,2}\.?|[IVX]{1,4}\.|[A-Z]\.)$")
_NAMED = re.compile(r"(hoofdstuk|bijlage|paragraaf|artikel|deel)$", re.IGNORECASE)


def body_size(pages: Iterable[RawPage]) -> float:
    """The size in which most characters of a document are set; 0 without words."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for word in page.words:
            sizes[round(word.size * 2) / 2] += len(word.text)
    return max(sizes, key=lambda size: (sizes[size], -size)) if sizes else 0.0


def is_glued(word: RawWord, after: RawWord) -> bool:
    """Whether no space stands between two words that follow each other on a line."""
    gap = after.x0 - word.x1
    return -0.5 * word.size < gap < GLUE * max(word.size, after.size) and not unicodedata.combining(after.text[0])


def opens_note(line: Line, place: int) -> bool:
    """Whether a word is the raised number with which a line of a footnote opens."""
    return place == 0 and line[0].text.isdigit() and line[0].size < SMALL * line[1].size


def at_line_end(text: str, following: str) -> tuple[str, str]:
    """A line's last word as it reads, and what stands between it and the next line's first word.

    >>> at_line_end("beleids-", "voering"), at_line_end("voor-", "en"), at_line_end("Noord-", "Holland")
    (('beleids', ''), ('voor-', ' '), ('Noord-', ''))
    """
    if len(text) < 2 or text[-1] != "-" or not text[-2].isalnum() or unicodedata.combining(following[0]):
        return text, " "
    if following.lower().strip(".,;:()") in _KEEP:
        return text, " "
    if text[-2].isalpha() and following[0].islower():
        return text[:-1], ""
    return text, "" if following[0].isalnum() else " "


def blocks_of(page: RawPage, body: float) -> Iterator[tuple[Kind, list[list[Line]]]]:
    """The page's blocks in order, each with its kind: rows of tables as cells, anything else as one group of lines."""
    done = 0
    for table in page.tables:
        yield from _flowing(page.words[done : table.at], body)
        done = table.at
        for row in table.rows:
            yield Kind.TABLE, [lines_of(cell) for cell in row]
    yield from _flowing(page.words[done:], body)


def lines_of(words: Sequence[RawWord]) -> list[Line]:
    """The words, in the order given, cut where the next one does not stand on the same line to the right."""
    lines: list[Line] = []
    for word in words:
        if lines and _follows(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _follows(last: RawWord, word: RawWord) -> bool:
    shared = min(last.bottom, word.bottom) - max(last.top, word.top)
    lower = min(last.bottom - last.top, word.bottom - word.top)
    if shared > 0.5 * lower:
        return word.x0 > last.x0 and word.x0 - last.x1 > -0.5 * last.size
    # text that runs up or down the page
    return _is_upright(last) and _is_upright(word) and abs(last.x0 - word.x0) < 0.5 * last.size


def _is_upright(word: RawWord) -> bool:
    return len(word.text) > 2 and word.bottom - word.top > 1.5 * (word.x1 - word.x0)


def _flowing(words: Sequence[RawWord], body: float) -> Iterator[tuple[Kind, list[list[Line]]]]:
    lines = lines_of(words)
    usual = _usual_step(lines)
    block: list[Line] = []
    for line in lines:
        if block and _starts_block(block, line, usual):
            yield _kind(block, body), [block]
            block = []
        block.append(line)
    if block:
        yield _kind(block, body), [block]


def _usual_step(lines: Sequence[Line]) -> float:
    """The distance between lines in the same paragraph, as a part of their size."""
    words = [_main(line) for line in lines]
    steps = [(word.bottom - before.bottom) / before.size for before, word in pairwise(words) if before.size > 0]
    steps = [step for step in steps if 0.5 < step < 2.2]
    return min(max(median(steps), 1.0), 1.8) if steps else 1.3


def _main(line: Line) -> RawWord:
    """The first word of a line, or the second where the first is a raised mark."""
    return line[1] if len(line) > 1 and line[0].size < SMALL * line[1].size else line[0]


def _starts_block(block: Sequence[Line], line: Line, usual: float) -> bool:
    before, first, word = _main(block[-1]), block[0][0], _main(line)
    size = max(before.size, 1.0)
    step = word.bottom - before.bottom
    if step < 0.3 * size or step > 1.25 * usual * size + 0.5:
        return True
    if not 0.87 < word.size / size < 1.15 or _is_bold(line) != _is_bold(block[-1]):
        return True
    if is_item(line) or line[0].x0 > block[-1][-1].x1 or line[-1].x1 < before.x0:
        return True
    return is_item(block[0]) and line[0].x0 < first.x0 - 2


def is_item(line: Line) -> bool:
    """Whether a line starts with a bullet or number and goes on after it."""
    first = line[0].text
    if first[0] in "•▪●■":
        return len(line) > 1 or len(first) > 3
    return len(line) > 1 and bool(_BULLET.fullmatch(first) or _NUMBER.fullmatch(first))


def _is_bold(line: Line) -> bool:
    return all(word.bold for word in line)


def _kind(block: Sequence[Line], body: float) -> Kind:
    if _is_heading(block, body):
        return Kind.HEADING
    return Kind.LIST if is_item(block[0]) else Kind.PARAGRAPH


def _is_heading(block: Sequence[Line], body: float) -> bool:
    words = [word for line in block for word in line]
    last = words[-1].text
    if len(block) > 3 or len(words) > 25 or last[-1] in ".;," or words[0].text[0].islower():
        return False
    if words[0].text[0] in "•▪●■" or _BULLET.fullmatch(words[0].text):
        return False
    if sum(char.isalpha() for word in words for char in word.text) < 3:
        return False
    larger = body > 0 and words[0].size >= 1.12 * body
    bold = all(_is_bold(line) for line in block)
    numbered = len(words) > 1 and bool(_SECTION.fullmatch(words[0].text)) and words[1].text[0].isupper()
    named = len(words) > 1 and bool(_NAMED.fullmatch(words[0].text)) and words[1].text[0].isdigit()
    deep = numbered and "." in words[0].text.rstrip(".")  # 3.2, not the 3. of a list
    return larger or bold or (len(words) <= 12 and (deep or named) and words[0].size >= 0.95 * body)
