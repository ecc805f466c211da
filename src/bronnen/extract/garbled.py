"""Whether a page's text layer is the text that a reader sees, judged by which letters follow each other.

Some fonts map their glyphs to the wrong characters: the page looks fine, its text is noise. Letters of such text
follow each other as they do in no language written in our alphabet. The pairs were counted in Dutch policy text
(`data/letter_pairs.tsv`, made by `benchmarks/letter_pairs.py`); English, names and tables stay well above the
limit, which `benchmarks/letter_pairs.py` measures on real pages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import log

LIMIT = -3.3
"""Mean natural logarithm of the chance of a letter after the one before it; under this a text is garbled."""

MIN_PAIRS = 150
"""Fewer pairs than this are too few to judge by."""

SAMPLE = 150
"""About this many words of a page are judged, taken evenly from all of it."""

MAX_ODD = 0.3
"""A larger share of characters without a meaning makes a text garbled."""

_RUN = re.compile(r"[^\W\d_]{2,}")
_LAST_LATIN = "\u036f"
_FLOOR = log(1e-5)


def is_garbled(words: Iterable[str], odd: int) -> bool:
    """Whether these words, and `odd` characters without a meaning beside them, are not what a reader sees."""
    told = list(words)
    if odd >= 5 and odd > MAX_ODD * (odd + sum(map(len, told))):
        return True
    score, pairs = likelihood(" ".join(told[:: max(1, len(told) // SAMPLE)]))
    return pairs >= MIN_PAIRS and score < LIMIT


def likelihood(text: str) -> tuple[float, int]:
    """The mean log-probability of the pairs of letters in words, and how many there are."""
    total, pairs = 0.0, 0
    for word in text.split():
        score, count = _of_word(word)
        total += score
        pairs += count
    return (total / pairs if pairs else 0.0), pairs


@lru_cache(maxsize=50_000)  # most words of a page stood on an earlier one
def _of_word(word: str) -> tuple[float, int]:
    """The sum of the log-probabilities of a word's pairs, and how many there are."""
    chances = _chances()
    total, pairs = 0.0, 0
    for run in _RUN.findall(folded(word)):
        if run[0] > _LAST_LATIN:  # Greek or Cyrillic, say, of which the table knows nothing
            continue
        for one, two in zip("^" + run, run + "^", strict=True):
            total += chances.get(one + two, _FLOOR)
        pairs += len(run) + 1
    return total, pairs


def folded(text: str) -> str:
    """Lower case without accents: 'Financiële' becomes 'financiele'."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char))


@cache
def _chances() -> Mapping[str, float]:
    lines = files("bronnen").joinpath("data", "letter_pairs.tsv").read_text(encoding="utf-8").splitlines()
    return {pair: float(chance) for pair, chance in (line.split("\t") for line in lines)}
