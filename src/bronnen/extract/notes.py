"""Note marks: raised small digits after a word, which are no part of the text, and the notes they point at."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise

from bronnen.extract.lines import Line
from bronnen.extract.words import SMALL, SUPERIOR, RawWord

_UNITS = {"m", "km", "cm", "mm", "dm", "hm", "ha", "kwh", "co", "no", "pm", "nh", "h", "o", "10", "n", "r"}


def is_mark(word: RawWord, before: RawWord) -> bool:
    """Whether a word is the mark of a note at the word before it, not the 2 of m2 or CO2."""
    text = word.text
    if not text.isdigit() or len(text) > 3 or before.text[-1] in "-–−+^":
        return False
    if text[0] in SUPERIOR:
        return before.text.lower() not in _UNITS
    if word.size >= 0.95 * before.size or word.bottom > before.bottom - 0.1 * before.size:
        return False  # on the line or under it
    return before.text.lower() not in _UNITS and before.text.strip("([").lower() not in _UNITS


def marks_on(lines: Iterable[Line]) -> frozenset[str]:
    """The numbers of the note marks on these lines."""
    return frozenset(
        number(word.text)
        for line in lines
        if line.table is None
        for before, word in pairwise(line.words)
        if word.text.isdigit() and is_mark(word, before)
    )


def opens_note(line: Line, body: float, marks: Set[str] = frozenset()) -> bool:
    """Whether a line opens with the number of a footnote: raised, or in smaller letters than the text.

    `marks`: the numbers of the marks on the page; a number with a stop, as in a list, must be one of them.
    """
    words = line.words
    if len(words) < 2 or not words[0].text.rstrip(".)").isdigit() or len(words[0].text) > 4:
        return False
    raised = words[0].text[0] in SUPERIOR or (
        words[0].size < SMALL * words[1].size and words[0].bottom < words[1].bottom
    )
    if raised or line.size > 0.92 * body:
        return raised
    return words[0].text[0] != "0" if words[0].text.isdigit() else number(words[0].text) in marks


def label_of(lines: Sequence[Line]) -> str:
    """The number with which a footnote opens."""
    return number(lines[0].words[0].text)


def number(told: str) -> str:
    """A note's number in plain figures.

    >>> number("¹²"), number("3.")
    ('12', '3')
    """
    return unicodedata.normalize("NFKC", told).rstrip(".)")
