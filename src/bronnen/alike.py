"""Where words stand in a text that was read another way: other hyphens, letters and breaks.

Letters and digits are compared, without capitals and accents. Short runs of them that both have vote for a place; there
the two are laid side by side, and the score is the share of the letters that stand in runs of four or more which both
have. The measure is our own; `tests/test_alike.py` has the table of what it finds and what it refuses.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from unicodedata import combining, normalize

LEAST_SCORE = 0.7
LEAST_LETTERS = 20  # fewer look like too much
_MOST_LETTERS = 6_000
_GRAM = 4
_SEED = 6
_SEEDS = 120
_SAME_SEEDS = 20  # places of one seed that are looked at
_PLACES = 4  # that are compared in full
_MOST_PAIRS = 400_000  # equal runs in one comparison, so that a text of one letter takes no hour
_TIED = 0.02


@dataclass(frozen=True, slots=True)
class Near:
    """A span in a text, and how much it is like the words that were looked for: 0 to 1, 1 where all letters fit."""

    start: int
    end: int
    score: float


class Alike:
    """A text, to find words in that are not quite in it."""

    def __init__(self, text: str) -> None:
        self._at = array("I")
        parts = []
        for index, char in enumerate(text):
            letters = _letters(char)
            parts.append(letters)
            self._at.extend([index] * len(letters))
        self._letters = "".join(parts)

    def find(self, words: str, near: int = 0) -> Near | None:
        """The place that is most like the words; of places that are as good, the one closest to the offset `near`.

        None where nothing reaches `LEAST_SCORE`, or where the words are too few, too many or too much the same.
        """
        wanted = _letters(words)
        if not LEAST_LETTERS <= len(wanted) <= _MOST_LETTERS or len(set(_grams(wanted))) < len(wanted) / 4:
            return None
        found = [place for place in (self._compared(wanted, first) for first in self._votes(wanted)) if place]
        best = max((place.score for place in found), default=0.0)
        if not found or best < LEAST_SCORE:
            return None
        return min((place for place in found if place.score >= best - _TIED), key=lambda one: abs(one.start - near))

    def _votes(self, wanted: str) -> list[int]:
        """Where in the letters the words may begin, the likeliest first."""
        step = max(1, (len(wanted) - _SEED) // _SEEDS)
        width = _slack(wanted)
        votes: Counter[int] = Counter()
        for offset in range(0, len(wanted) - _SEED + 1, step):
            for place in self._places(wanted[offset : offset + _SEED]):
                votes[max(place - offset, 0) // width] += 1
        joined = Counter({one: count + votes[one + 1] for one, count in votes.items()})
        return [one * width for one, _ in joined.most_common(_PLACES)]

    def _places(self, seed: str) -> Iterator[int]:
        place = self._letters.find(seed)
        for _ in range(_SAME_SEEDS):
            if place < 0:
                return
            yield place
            place = self._letters.find(seed, place + 1)

    def _compared(self, wanted: str, first: int) -> Near | None:
        slack = _slack(wanted)
        low = max(first - slack, 0)
        window = self._letters[low : first + len(wanted) + 3 * slack]
        ours, theirs = _grams(window), _grams(wanted)
        counted = Counter(ours)
        if sum(counted[gram] for gram in theirs) > _MOST_PAIRS:
            return None
        blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()[:-1]
        if not blocks:
            return None
        shared, reached = 0, 0
        for block in blocks:
            begin, reached_now = max(block.b, reached), block.b + block.size + _GRAM - 1
            shared += max(reached_now - begin, 0)
            reached = max(reached, reached_now)
        start = max(blocks[0].a - blocks[0].b, 0)
        end = min(blocks[-1].a + blocks[-1].size + _GRAM - 1 + len(wanted) - reached, len(window))
        score = shared / max(len(wanted), end - start)
        return Near(self._at[low + start], self._at[low + end - 1] + 1, score)


def _slack(wanted: str) -> int:
    return max(12, len(wanted) // 8)


def _grams(letters: str) -> list[str]:
    return [letters[at : at + _GRAM] for at in range(len(letters) - _GRAM + 1)]


def _letters(text: str) -> str:
    """Letters and digits, without capitals and accents."""
    if text.isascii():
        return "".join(char for char in text.lower() if char.isalnum())
    return "".join(char for char in normalize("NFKD", text).casefold() if char.isalnum() and not combining(char))
