"""The order in which a person reads a page: columns by a recursive cut, top to bottom inside each.

The page's lines are laid in bands, rows of lines that overlap in height. Bands that leave the same gutter free make
columns where both sides hold running text; the order in which the page draws its lines decides doubtful cases: columns
are drawn one after the other, the cells of a table row by row. Method: recursive XY-cut (Nagy and Seth 1984), on lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bronnen.extract.lines import Line, joined

Spans = list[tuple[float, float]]

_MAX_DEPTH = 4
_MAX_TRIES = 24
_GUTTER = 0.6  # of the size of the letters, at least


def regions(lines: Sequence[Line], depth: int = 0) -> list[list[Line]]:
    """The lines in reading order, column by column; lines side by side in one column are joined to rows."""
    bands = _bands(lines)
    found: list[list[Line]] = []
    done = at = tries = 0
    while at < len(bands) and depth < _MAX_DEPTH:
        gutters = _gaps(bands[at]) if len(bands[at]) > 1 and tries < _MAX_TRIES else []
        if gutters:
            tries += 1
            start, end, gutters = _grown(bands, done, at, gutters)
            columns = _columns(bands[start:end], gutters)
            if len(columns) == 1:
                end = _before_a_title(bands, start, end)
                columns = _columns(bands[start:end], gutters)
            if len(columns) > 1:
                if start > done:
                    found.append(_rows(bands[done:start]))
                for column in columns:
                    found += regions(column, depth + 1)
                done = at = end
                continue
        at += 1
    if done < len(bands):
        found.append(_rows(bands[done:]))
    return found


def _middle(line: Line) -> tuple[float, float]:
    quarter = 0.25 * (line.bottom - line.top)
    return line.top + quarter, line.bottom - quarter


def _bands(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines from top to bottom, those that overlap in height together."""
    bands: list[list[Line]] = []
    low = float("-inf")
    for line in sorted(lines, key=lambda line: (line.top, line.rank)):
        top, bottom = _middle(line)
        if bands and top < low:
            bands[-1].append(line)
            low = max(low, bottom)
        else:
            bands.append([line])
            low = bottom
    return bands


def _covered(band: Sequence[Line]) -> Spans:
    """The parts of the width where a band has text, from left to right."""
    found: Spans = []
    for x0, x1 in sorted((line.x0, line.x1) for line in band):
        if found and x0 <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], x1))
        else:
            found.append((x0, x1))
    return found


def _gaps(band: Sequence[Line]) -> Spans:
    least = _GUTTER * band[0].size
    return [(one[1], two[0]) for one, two in pairwise(_covered(band)) if two[0] - one[1] >= least]


def _narrowed(gutters: Spans, band: Sequence[Line]) -> Spans:
    """What a band leaves free of the gutters: of each the widest part, if it is wide enough."""
    least = _GUTTER * band[0].size
    found: Spans = []
    if len(band) == 1:
        covered: Spans = [(band[0].x0, band[0].x1)]
    else:
        covered = _covered(band)
    for left, right in gutters:
        best = (left, left)
        at = left
        for x0, x1 in covered:
            if x1 <= at:
                continue
            if x0 >= right:
                break
            if x0 - at > best[1] - best[0]:
                best = (at, x0)
            at = max(at, x1)
        if right - at > best[1] - best[0]:
            best = (at, right)
        if best[1] - best[0] >= least:
            found.append(best)
    return found


def _grown(bands: list[list[Line]], first: int, at: int, gutters: Spans) -> tuple[int, int, Spans]:
    """The run of bands around `at`, from `first` on, that leaves a gutter free, and the gutters left."""
    start, end = at, at + 1
    while end < len(bands):
        left = _narrowed(gutters, bands[end])
        if not left:
            break
        gutters, end = left, end + 1
    while start > first:
        left = _narrowed(gutters, bands[start - 1])
        if not left:
            break
        gutters, start = left, start - 1
    return start, end, gutters


def _before_a_title(bands: Sequence[Sequence[Line]], start: int, end: int) -> int:
    """The end of the run without the last bands that are drawn after all others: a title over the next columns."""
    ranks = [[line.rank for line in band] for band in bands[start:end]]
    while len(ranks) > 1 and min(ranks[-1]) > max(rank for band in ranks[:-1] for rank in band):
        ranks.pop()
    return start + len(ranks)


def _columns(bands: Sequence[Sequence[Line]], gutters: Spans) -> list[list[Line]]:
    """The lines of the bands divided at the gutters that have running text at both sides."""
    lines = [line for band in bands for line in band]
    edges = [(left + right) / 2 for left, right in sorted(gutters)]
    parts: list[list[Line]] = [[] for _ in range(len(edges) + 1)]
    for line in sorted(lines, key=lambda line: line.rank):
        middle = (line.x0 + line.x1) / 2
        parts[sum(edge < middle for edge in edges)].append(line)
    parts = [part for part in parts if part]
    found = parts[:1]
    for part in parts[1:]:
        if _are_columns(found[-1], part):
            found.append(part)
        else:
            found[-1] = sorted(found[-1] + part, key=lambda line: line.rank)
    return found


def _are_columns(left: Sequence[Line], right: Sequence[Line]) -> bool:
    fewest, most = sorted((len(left), len(right)))
    order = sorted([(line.rank, 0) for line in left] + [(line.rank, 1) for line in right])
    switches = sum(one[1] != two[1] for one, two in pairwise(order))
    if any(line.table is not None for line in (*left, *right)):
        return switches <= 1 + 0.1 * fewest
    if fewest < 2:
        return switches == 1 and most >= 5 and min(chars_on(left), chars_on(right)) >= 14
    if switches <= 1 + 0.1 * fewest:
        narrow, wide = sorted((chars_on(left), chars_on(right)))
        return narrow >= 14 or (wide >= 24 and not _share_lines(left, right))
    return fewest >= 6 and min(chars_on(left), chars_on(right)) >= 24 and _is_filled(left) and _is_filled(right)


def _share_lines(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether most lines of the shorter side stand on a line of the other, as the cells of a table do."""
    few, many = sorted((left, right), key=len)
    shared = sum(
        any(abs(line.bottom - other.bottom) < 0.2 * min(line.size, other.size) for other in many) for line in few
    )
    return 2 * shared > len(few)


def chars_on(lines: Sequence[Line]) -> float:
    """How many characters a line holds on average."""
    return sum(len(word.text) + 1 for line in lines for word in line.words) / len(lines)


def _is_filled(lines: Sequence[Line]) -> bool:
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    return 2 * sum(line.x1 - line.x0 > 0.6 * width for line in lines) >= len(lines)


def _rows(bands: Sequence[Sequence[Line]]) -> list[Line]:
    """The lines of the bands as rows, from top to bottom."""
    found: list[Line] = []
    for band in bands:
        if len(band) == 1:
            found.append(band[0])
            continue
        rows: list[list[Line]] = []
        for line in sorted(band, key=lambda line: line.rank):
            row = next((row for row in rows if _is_beside(row, line)), None)
            if row is None:
                rows.append([line])
            else:
                row.append(line)
        for row in sorted(rows, key=lambda row: (row[0].top, row[0].rank)):
            found.append(joined(sorted(row, key=lambda line: line.x0)))
    return found


def _is_beside(row: Sequence[Line], line: Line) -> bool:
    """Whether a line stands on a row, beside all that is on it."""
    if line.table is not None:
        return False
    for other in row:
        shared = min(other.bottom, line.bottom) - max(other.top, line.top)
        if other.table is not None or shared <= 0.5 * min(other.bottom - other.top, line.bottom - line.top):
            return False
        if min(other.x1, line.x1) - max(other.x0, line.x0) > 0.3 * min(other.size, line.size):
            return False
    return True
