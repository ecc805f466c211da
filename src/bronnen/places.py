"""Where words of one text stand in another text of the same document.

Programs extract a PDF each in their own way: line ends, spaces and the form of accents differ, letters rarely do. So
letters are compared and white space is left out; where words occur more than once, those around them decide, then the
distance to where they stood.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from hashlib import sha256
from unicodedata import normalize

_WORD = re.compile(r"\S+")
_AROUND = 40  # characters of context
_EDGE = 40  # characters at either end by which a long stretch is found that something stands in the middle of
_MOST = 1_000  # occurrences that are looked at


def bare(text: str) -> str:
    """The characters of a text that are no white space, in NFC.

    >>> bare(" Een  zin.")
    'Eenzin.'
    """
    return "".join(normalize("NFC", text).split())


def digest(text: str) -> str:
    """The same for texts that differ in white space and the form of their accents only."""
    return sha256(bare(text).encode("utf-8", "replace")).hexdigest()


class Places:
    """A document's text (NFC), to find words in."""

    def __init__(self, text: str) -> None:
        self._at = array("I")
        for word in _WORD.finditer(text):
            self._at.extend(range(*word.span()))
        self._bare = "".join(text[at] for at in self._at)

    def before(self, offset: int) -> int:
        """How many characters that are no white space stand before an offset in the document's text."""
        return bisect_left(self._at, offset)

    def offset(self, before: int) -> int:
        """Where in the document's text the character stands that has so many before it, white space not counted."""
        return self._at[min(max(before, 0), len(self._at) - 1)] if self._at else 0

    def befores(self, other: str, offsets: Sequence[int]) -> list[int]:
        """The same per offset in another text, in whatever order."""
        counted: dict[int, int] = {}
        at = count = 0
        for offset in sorted(set(offsets)):
            count += len(bare(other[at:offset]))
            counted[offset] = count
            at = offset
        return [counted[offset] for offset in offsets]

    def find(self, words: str, before: int, context: tuple[str, str] = ("", "")) -> tuple[int, int] | None:
        """The span in the document's text on which the words stand, or None.

        `before` is about how many characters without white space come first, `context` what stood at either side.
        """
        wanted = bare(words)
        if not wanted:
            return None
        if self._bare.startswith(wanted, before):
            return self._span(before, len(wanted))
        left, right = bare(context[0])[-_AROUND:], bare(context[1])[:_AROUND]

        def merit(place: int) -> tuple[int, int]:
            ahead = self._bare[max(place - _AROUND, 0) : place]
            behind = self._bare[place + len(wanted) : place + len(wanted) + _AROUND]
            return _shared(ahead[::-1], left[::-1]) + _shared(behind, right), -abs(place - before)

        place = max(self._occurrences(wanted), key=merit, default=None)
        return self._around(wanted, before) if place is None else self._span(place, len(wanted))

    def _around(self, wanted: str, before: int) -> tuple[int, int] | None:
        """A long stretch by its two ends, where a running head or a note came in between."""
        if len(wanted) < 3 * _EDGE:
            return None
        first = min(self._occurrences(wanted[:_EDGE]), key=lambda place: abs(place - before), default=None)
        if first is None:
            return None
        last = self._bare.find(wanted[-_EDGE:], first + _EDGE, first + 2 * len(wanted))
        return None if last < 0 else self._span(first, last + _EDGE - first)

    def _occurrences(self, wanted: str) -> Iterator[int]:
        place, count = self._bare.find(wanted), 0
        while place >= 0 and count < _MOST:
            yield place
            place, count = self._bare.find(wanted, place + 1), count + 1

    def _span(self, place: int, length: int) -> tuple[int, int]:
        return self._at[place], self._at[place + length - 1] + 1


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))
