"""Blocks from the lines of a column: paragraphs by distance, size, weight and bullets, rows of tables, contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from bronnen.extract.contents import contents_runs
from bronnen.extract.kinds import is_caption, kind_of
from bronnen.extract.lines import Line, cells, is_item, lines_of
from bronnen.extract.notes import opens_note
from bronnen.extract.words import RawPage, RawWord
from bronnen.records import Kind

_ENDS = ".?!:…"
_LABEL = re.compile(r"[A-Z][\w()./-]*(?: [\w()./-]+){0,2} ?: ?\S")  # 'Datum: 3 maart', 'Ons kenmerk: 12'
_SPLIT = (Kind.PARAGRAPH, Kind.LIST)


@dataclass(slots=True)
class Piece:
    """A block before it is text: one group of lines, or a group for every cell of a table's row."""

    kind: Kind
    groups: list[list[Line]]
    page: int
    right: float  # where the lines of its column end
    opens: bool = False  # it may go on from another one: most often it is the first of its column
    aside: bool = False  # it stands in the margin of the text

    @property
    def lines(self) -> list[Line]:
        return self.groups[0]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a page is set: the size of the document's text, its usual distance between lines, the page's height.

    `marks`: the numbers of the note marks on the page.
    """

    body: float
    step: float
    height: float
    marks: frozenset[str] = frozenset()


def body_size(pages: Iterable[RawPage]) -> float:
    """The size in which most characters of a document are set; 0 without words."""
    sizes: dict[float, int] = {}
    for page in pages:
        for word in page.words:
            sizes[word.size] = sizes.get(word.size, 0) + len(word.text)
    rounded: Counter[float] = Counter()
    for size, count in sizes.items():
        rounded[round(size * 2) / 2] += count
    return max(rounded, key=lambda size: (rounded[size], -size)) if rounded else 0.0


def usual_step(columns: Iterable[Sequence[Line]]) -> float:
    """The distance between lines in the same paragraph, as a part of their size."""
    steps = [
        (line.bottom - before.bottom) / before.size
        for column in columns
        for before, line in pairwise(column)
        if before.size > 0
    ]
    steps = [step for step in steps if 0.5 < step < 2.2]
    return min(max(median(steps), 1.0), 1.8) if steps else 1.3


def pieces_of(column: Sequence[Line], setting: Setting, is_open: bool) -> tuple[list[Piece], bool]:
    """The blocks of one column, and whether a table of contents goes on after it; `is_open`: whether one did before."""
    found: list[Piece] = []
    runs, is_open = contents_runs(column, is_open)
    right = max(line.x1 for line in column)
    done = 0
    for start, end in [*runs, (len(column), len(column))]:
        for kind, groups in _flowing(column[done:start], setting):
            found.append(Piece(kind, groups, groups[0][0].page, right))
        if end > start:
            found.append(Piece(Kind.CONTENTS, [list(column[start:end])], column[start].page, right))
        done = end
    first = next((piece for piece in found if piece.kind not in (Kind.CAPTION, Kind.FOOTNOTE)), None)
    if first is not None and first.kind in _SPLIT:
        first.opens = True
    kept = found[:1]
    for piece in found[1:]:
        if kept[-1].kind is Kind.FOOTNOTE and _goes_past_a_gap(kept[-1], piece):
            kept[-1].groups[0] += piece.lines  # notes are often set wider than the text
            continue
        piece.opens = piece.opens or _goes_past_a_gap(kept[-1], piece)
        kept.append(piece)
    return kept, is_open


def _goes_past_a_gap(before: Piece, piece: Piece) -> bool:
    """Whether a block may go on from the one above it: a picture stands between the lines of a sentence."""
    first, last = piece.lines[0].words[0], before.lines[-1]
    room = before.right - last.x1 - (first.x1 - first.x0)
    if before.kind is Kind.FOOTNOTE and abs(piece.lines[0].size - last.size) > 0.1 * last.size:
        return False
    may = before.kind in (*_SPLIT, Kind.FOOTNOTE) and piece.kind is Kind.PARAGRAPH
    return may and first.text[0].islower() and room < last.size


def _flowing(lines: Sequence[Line], setting: Setting) -> Iterator[tuple[Kind, list[list[Line]]]]:
    at = 0
    block: list[Line] = []
    left = min((line.x0 for line in lines), default=0.0)
    right = max((line.x1 for line in lines), default=0.0)
    filled = _edge(lines)
    while at < len(lines):
        line = lines[at]
        end = _table_end(lines, at) if line.cuts else at
        if block and (end > at or line.table is not None or _starts_block(block, line, setting, (left, right, filled))):
            yield kind_of(block, setting.body, setting.height, setting.marks), [block]
            block = []
        if line.table is not None:
            for row in line.table.rows:
                groups = [lines_of(cell, line.page) for cell in row if cell]
                if groups:
                    yield Kind.TABLE, groups
        elif end > at:
            yield from _rows(lines[at:end])
        else:
            block.append(line)
        at = max(at + 1, end)
    if block:
        yield kind_of(block, setting.body, setting.height, setting.marks), [block]


def _edge(lines: Sequence[Line]) -> float:
    """Where the lines end at the right, a few that stick out left aside."""
    return sorted((line.x1 for line in lines), reverse=True)[len(lines) // 8] if lines else 0.0


def _table_end(lines: Sequence[Line], start: int) -> int:
    """Where the rows with cells under each other end that begin at `start`; `start` itself where there are too few."""
    edges: list[tuple[float, float]] = []
    end, rows, most = start, 0, 0
    for at in range(start, len(lines)):
        line = lines[at]
        if line.table is not None or (at > start and line.bottom - lines[at - 1].bottom > 3.2 * line.size):
            break
        spans = [(cell[0].x0, cell[-1].x1) for cell in cells(line)]
        shared = sum(any(_is_under(span, edge) for edge in edges) for span in spans)
        if line.cuts:
            if edges and shared < 2:
                break
            rows, most, end = rows + 1, max(most, len(spans)), at + 1
            edges = spans if len(spans) >= len(edges) else edges
        elif not shared or len(spans) != 1 or spans[0][1] - spans[0][0] > 0.6 * (edges[-1][1] - edges[0][0]):
            break
        elif line.bottom - lines[at - 1].bottom < 1.4 * line.size:
            end = at + 1 if edges[0][0] + line.size < spans[0][0] else end
    return end if rows >= 3 or (rows == 2 and most >= 3) else start


def _is_under(span: tuple[float, float], edge: tuple[float, float]) -> bool:
    return abs(span[0] - edge[0]) < 3 or abs(span[1] - edge[1]) < 3 or abs(span[0] + span[1] - edge[0] - edge[1]) < 6


def _rows(lines: Sequence[Line]) -> Iterator[tuple[Kind, list[list[Line]]]]:
    """The rows of a table without upright rules: a line without the first cell goes on in the row above."""
    steps = [line.bottom - before.bottom for before, line in pairwise(lines)]
    rows: list[list[list[RawWord]]] = []
    left = min(line.x0 for line in lines)
    loose = bool(steps) and max(steps) > 1.15 * min(steps)
    for place, line in enumerate(lines):
        told = cells(line)
        goes_on = line.x0 > left + line.size or (loose and place and steps[place - 1] < 1.07 * min(steps))
        if not rows or not goes_on:
            rows.append(told)
            continue
        for cell in told:
            near = min(rows[-1], key=lambda other: abs(other[0].x0 - cell[0].x0))
            if abs(near[0].x0 - cell[0].x0) < 2 * line.size:
                near.extend(cell)
            else:
                rows[-1].append(cell)
    for row in rows:
        yield Kind.TABLE, [lines_of(cell, lines[0].page) for cell in row]


def _starts_block(block: Sequence[Line], line: Line, setting: Setting, sides: tuple[float, float, float]) -> bool:
    last = block[-1]
    before, first, word = last.first, block[0].first, line.first
    size = max(before.size, 1.0)
    step = word.bottom - before.bottom
    if step < 0.3 * size or step > 1.25 * setting.step * size + 0.5:
        return True
    if not 0.87 < word.size / size < 1.15 or line.is_bold() != last.is_bold():
        return True
    if is_item(line) or line.words[0].x0 > last.x1 or line.x1 < before.x0 or is_caption(line):
        return True
    if opens_note(line, setting.body, setting.marks) and line.top > 0.4 * setting.height:
        return True
    if is_item(block[0]):
        return line.words[0].x0 < first.x0 - 2
    return _is_new_paragraph(block, line, sides, setting.body)


def _is_new_paragraph(block: Sequence[Line], line: Line, sides: tuple[float, float, float], body: float) -> bool:
    """Whether a line is set in after the end of a sentence, or had room on the line above."""
    left, right, filled = sides
    last, first = block[-1], line.words[0]
    room = right - last.x1 - (first.x1 - first.x0)
    told = last.words[-1].text.rstrip("’”'\")")
    ended = (told.rstrip("0123456789") or told or "-")[-1] in _ENDS  # past a mark glued to the stop: 'dorp.3'
    if not ended:
        if room > line.size and _LABEL.match(" ".join(word.text for word in line.words[:4])):
            return True
        is_opening = first.text[0].isupper() or first.text[0].isdigit()
        if not is_opening or last.size >= 1.12 * body or right - left <= 10 * line.size:
            return False
        opens = len(block) == 1 and last.words[0].text[0].isupper() and first.text[0].isupper()  # a title, or a name
        return room > 0.3 * (right - left) or (opens and room - right + filled > 0.12 * (filled - left))
    if line.x0 > last.x0 + 0.6 * line.size and line.x0 < left + 4 * line.size:
        return True
    return room > 2.5 * line.size and last.x0 <= left + 4 * line.size
