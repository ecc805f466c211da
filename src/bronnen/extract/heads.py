"""Running heads, feet and page numbers: lines at the top or bottom of the page that come back on other pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bronnen.extract.lines import Line

_EDGE = 0.16  # of the page's height: heads stand above, feet below
_NEAR = 6.0  # points: how exactly a head comes back at the same height
_LONGEST = 120  # characters
_PLACES = 12  # rows from the edge that may be heads

_DIGITS = re.compile(r"\d+")
_FOLIO = re.compile(
    r"(?:[-–—|•]\s*)?(?:(?:pagina|pag\.?|blad|bladzijde|blz\.?|p\.)\s*)?(\d{1,4})"
    r"(?:\s*(?:van|/|\||-|–)\s*\d{1,4})?\s*[-–—|•.]?|[ivxl]{1,6}",
    re.IGNORECASE,
)

_At = tuple[int, str, int]  # 0 at the top or 1 at the bottom, the text with its digits masked, the height
_Spot = tuple[int, int, str, int]  # side, height, which end of the line, and where that is


def without_heads(
    pages: Sequence[list[Line]], heights: Sequence[float], body: float
) -> tuple[list[list[Line]], list[Line]]:
    """The lines of each page without running heads, feet and page numbers, and what was left out."""
    edges = [_edge_lines(lines, height) for lines, height in zip(pages, heights, strict=True)]
    seen: dict[_At, set[int]] = defaultdict(set)
    for number, found in enumerate(edges):
        for line, side, height in found:
            seen[(side, _masked(line), height)].add(number)
    shift = _shifts(edges)
    heads: list[set[int]] = []
    where: Counter[_Spot] = Counter()
    for number, found in enumerate(edges):
        mine = _own(found, number, seen, shift, (len(pages), body))
        heads.append(mine)
        where.update({spot for line, side, height in found if id(line) in mine for spot in _spots(line, side, height)})
    kept, out = [], []
    for lines, found, mine in zip(pages, edges, heads, strict=True):
        mine |= _others(found, mine, where, len(pages))
        kept.append([line for line in lines if id(line) not in mine])
        out += [line for line in lines if id(line) in mine]
    return kept, out


def _edge_lines(lines: Sequence[Line], height: float) -> list[tuple[Line, int, int]]:
    """The lines near the top and the bottom of a page, with the side and the distance to it in steps of `_NEAR`."""
    found: list[tuple[Line, int, int]] = []
    for side in (0, 1):
        near = [line for line in lines if line.table is None and len(line.words) < 25
                and (line.bottom <= _EDGE * height if side == 0 else line.top >= (1 - _EDGE) * height)]  # fmt: skip
        near.sort(key=lambda line: line.top, reverse=side == 1)
        rows = 0
        last = None
        for line in near:
            if last is None or abs(line.top - last) > 0.5 * line.size:
                rows += 1
                last = line.top
            if rows > _PLACES:
                break
            if len(line.text) <= _LONGEST:
                found.append((line, side, round((line.bottom if side == 0 else height - line.bottom) / _NEAR)))
    return found


def _masked(line: Line) -> str:
    return _DIGITS.sub("#", line.text).casefold()


def _own(
    found: Sequence[tuple[Line, int, int]],
    number: int,
    seen: dict[_At, set[int]],
    shifts: Counter[int],
    document: tuple[int, float],
) -> set[int]:
    """The heads of page `number`: from the edge inwards, to the first line that is none."""
    pages, body = document
    least = 2 if pages <= 8 else 3
    mine: set[int] = set()
    blocked = [False, False]
    for line, side, height in found:
        if _is_folio(line, number, shifts):
            mine.add(id(line))
            continue
        count = _returns(seen, (side, _masked(line), height))
        if count >= (max(least, 0.4 * pages) if blocked[side] or line.size > 1.15 * body else least):
            mine.add(id(line))
        else:
            blocked[side] = True
    return mine


def _returns(seen: dict[_At, set[int]], at: _At) -> int:
    """On how many pages a line with letters comes back at the same height."""
    side, text, height = at
    if sum(char.isalpha() for char in text) < 3:
        return 0
    pages: set[int] = set()
    for step in (-1, 0, 1):
        pages |= seen.get((side, text, height + step), set())
    return len(pages)


def _number(line: Line) -> int | None:
    """The number of a line that is nothing but a page number; 0 where it is a Roman one."""
    if len(line.words) > 6:
        return None
    found = _FOLIO.fullmatch(line.text)
    if not found:
        return None
    return int(found.group(1)) if found.group(1) else 0


def _shifts(edges: Iterable[Sequence[tuple[Line, int, int]]]) -> Counter[int]:
    """How often a number at the edge stands a given distance from the number of its page; also for spreads."""
    counts: Counter[int] = Counter()
    for number, found in enumerate(edges):
        told = {value - number for value in (_number(line) for line, _, _ in found) if value}
        counts.update(told)
    return counts


def _is_folio(line: Line, number: int, shifts: Counter[int]) -> bool:
    value = _number(line)
    if value is None:
        return False
    shift = value - number
    if value == 0:
        return len(line.words) == 1 and line.text.islower()
    if line.text.isdigit() or line.text[-1] == ".":  # as the last line of a note may be: 'p. 8.'
        return shift == 1 or any(shifts[shift + step] + (step == 0) * shifts[shift] >= 3 for step in (-1, 0, 1))
    return True


def _spots(line: Line, side: int, height: int) -> list[_Spot]:
    """Where a line begins and where it ends."""
    return [(side, height, "left", round(line.x0 / 12)), (side, height, "right", round(line.x1 / 12))]


def _others(found: Sequence[tuple[Line, int, int]], heads: set[int], where: Counter[_Spot], pages: int) -> set[int]:
    """Lines at the height where other pages have their head: a chapter's title, a folio with a title beside it."""
    extra: set[int] = set()
    for line, side, height in found:
        if id(line) in heads or len(line.text) > 80 or line.text[-1] in ".;,":
            continue
        outside = all(id(other) in heads or id(other) in extra or other is line or abs(other.top - line.top) < 3
                      for other, at, _ in found
                      if at == side and (other.top <= line.top if side == 0 else other.top >= line.top))  # fmt: skip
        often = max(where[spot] for step in (-1, 0, 1) for spot in _spots(line, side, height + step))
        if outside and often >= max(3, 0.5 * pages):
            extra.add(id(line))
    return extra
