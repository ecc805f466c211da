"""Whether the lines on a page make a real table: ruled, several rows and columns, with text inside."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bronnen.extract.words import RawWord

_NEAR = 3.0  # points within which two lines touch or are one
_MIN_LENGTH = 4.0
_OPEN = 20.0  # points: a column without a rule at its outer side is wider than this
_MAX_LINES = 1_500


class Rule(NamedTuple):
    """A thin box, in points from the page's top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def is_level(self) -> bool:
        return self.x1 - self.x0 >= self.bottom - self.top


def ruled_groups(
    rules: Sequence[Rule], words: Sequence[RawWord]
) -> Iterator[tuple[list[float], list[float], list[Rule], list[Rule]]]:
    """The grids that rules make which touch, in which two rows have words in two columns each.

    For each the places of its upright and of its level lines, its level and its upright rules.
    """
    long = [rule for rule in rules if max(rule.x1 - rule.x0, rule.bottom - rule.top) >= _MIN_LENGTH]
    level = [rule for rule in long if rule.is_level][:_MAX_LINES]
    upright = [rule for rule in long if not rule.is_level][:_MAX_LINES]
    if len(level) < 3 or len(upright) < 3:
        return
    for group_level, group_upright in _groups(level, upright):
        ys = _places([rule.top for rule in group_level])
        xs = _places([*(rule.x0 for rule in group_upright), *_open_sides(group_level, group_upright)])
        if len(ys) >= 3 and len(xs) >= 3 and is_filled(_cells(xs, ys, words)):
            yield xs, ys, group_level, group_upright


def _open_sides(level: Sequence[Rule], upright: Sequence[Rule]) -> list[float]:
    """Where the level rules begin and end together beyond the last upright ones: tables are often drawn open there."""
    if not level or not upright:
        return []
    first, last = min(rule.x0 for rule in upright), max(rule.x0 for rule in upright)
    starts = [rule.x0 for rule in level if rule.x0 < first - _OPEN]
    ends = [rule.x1 for rule in level if rule.x1 > last + _OPEN]
    return [
        side[0]
        for side in (starts, ends)
        if len(side) >= 3
        and max(side) - min(side) <= _NEAR
        and 2 * len(side) >= len(_places([rule.top for rule in level]))
    ]


def is_filled(cells: set[tuple[int, int]]) -> bool:
    """Whether at least two rows have words in at least two columns, given the (row, column) of cells with words."""
    columns: dict[int, int] = {}
    for row, _ in cells:
        columns[row] = columns.get(row, 0) + 1
    return sum(count >= 2 for count in columns.values()) >= 2


def _cells(xs: list[float], ys: list[float], words: Sequence[RawWord]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for word in words:
        x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
        if xs[0] <= x <= xs[-1] and ys[0] <= y <= ys[-1]:
            found.add((bisect_right(ys, y), bisect_right(xs, x)))
    return found


def _places(values: list[float]) -> list[float]:
    """The distinct places, those nearer than `_NEAR` taken as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _groups(level: list[Rule], upright: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """The rules divided over groups in which each touches or crosses another of the other direction."""
    parent = list(range(len(level) + len(upright)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    by_place = sorted((rule.x0, rule.top, rule.bottom, number) for number, rule in enumerate(upright, len(level)))
    xs = [x for x, *_ in by_place]
    for across, rule in enumerate(level):
        highest, lowest = rule.top - _NEAR, rule.bottom + _NEAR
        near = by_place[bisect_left(xs, rule.x0 - _NEAR) : bisect_right(xs, rule.x1 + _NEAR)]
        for _, top, bottom, down in near:
            if top <= lowest and bottom >= highest:
                parent[root(across)] = root(down)
    found: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for number in range(len(parent)):
        group = found.setdefault(root(number), ([], []))
        if number < len(level):
            group[0].append(level[number])
        else:
            group[1].append(upright[number - len(level)])
    return list(found.values())
