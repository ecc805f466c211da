"""Ruled tables from the rules that a page draws: rows of cells of words, merged cells as one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from bronnen.extract.rules import Rule, is_filled, ruled_groups
from bronnen.extract.words import RawTable, RawWord

_NEAR = 3.5  # points
_MAX_CELLS = 20_000

Place = tuple[int, int]  # row, column


def apart(rules: Sequence[Rule], words: Sequence[RawWord]) -> tuple[list[RawWord], tuple[RawTable, ...], bool]:
    """The words outside ruled tables, the tables with their words, and whether every grid was looked at.

    No word is lost or told twice; a table stands after the words that are drawn before it.
    """
    outside = list(enumerate(words))
    found: list[RawTable] = []
    whole = True
    for xs, ys, level, upright in ruled_groups(rules, words):
        if len(xs) * len(ys) > _MAX_CELLS:
            whole = False
            continue
        roots = _merged(xs, ys, level, upright)
        inside: dict[Place, list[RawWord]] = {}
        kept: list[tuple[int, RawWord]] = []
        at = len(words)
        for number, word in outside:
            x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
            if xs[0] <= x <= xs[-1] and ys[0] <= y <= ys[-1]:
                place = min(bisect_right(ys, y), len(ys) - 1) - 1, min(bisect_right(xs, x), len(xs) - 1) - 1
                inside.setdefault(roots[place], []).append(word)
                at = min(at, number)
            else:
                kept.append((number, word))
        if not is_filled(set(inside)):  # a frame, a form or a drawing
            continue
        outside = kept
        rows: dict[int, list[Place]] = {}
        for place in sorted(inside):
            rows.setdefault(place[0], []).append(place)
        found.append(RawTable(at, tuple(tuple(tuple(inside[place]) for place in row) for row in rows.values())))
    numbers = [number for number, _ in outside]
    placed = [RawTable(bisect_left(numbers, table.at), table.rows) for table in sorted(found, key=lambda one: one.at)]
    return [word for _, word in outside], tuple(placed), whole


def _merged(
    xs: Sequence[float], ys: Sequence[float], level: Sequence[Rule], upright: Sequence[Rule]
) -> dict[Place, Place]:
    """For each place in the grid the first place of its cell: places without a rule between them are one cell."""
    walls = _sides(xs, ys, [(rule.x0, rule.top, rule.bottom) for rule in upright])
    floors = _sides(ys, xs, [(rule.top, rule.x0, rule.x1) for rule in level])
    roots: dict[Place, Place] = {}

    def root(place: Place) -> Place:
        while roots[place] != place:
            place = roots[place]
        return place

    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            place = (row, column)
            roots[place] = place
            if column and (column, row) not in walls:
                roots[place] = root((row, column - 1))
            if row and (row, column) not in floors:
                above, own = root((row - 1, column)), root(place)
                roots[max(above, own)] = min(above, own)
    return {place: root(place) for place in roots}


def _sides(places: Sequence[float], across: Sequence[float], rules: Sequence[tuple[float, float, float]]) -> set[Place]:
    """Which sides of the grid are drawn: (number of the line, number of the stretch of it)."""
    middles = [(one + two) / 2 for one, two in pairwise(across)]
    found: set[Place] = set()
    for at, start, end in rules:
        near = bisect_left(places, at - _NEAR)
        while near < len(places) and places[near] <= at + _NEAR:
            first, last = bisect_left(middles, start), bisect_right(middles, end)
            found.update((near, stretch) for stretch in range(first, last))
            near += 1
    return found
