"""Cue words: who knows, how it is said, and what speaks against it.

The words are data, one list per file under `data/lexicon/`; the file's name is the cue's name.
A list holds no name of a single municipality, person or document: the model must not learn whom it has read.

An entry is one word or a few. In a word `*` stands for any letters (`onderzoek*`, `*peiling`);
between words `..` stands for up to eight words (`uit .. blijkt`). A line that begins with `#` is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

GAP = 8  # words that `..` may skip
_ANY = ".."


@dataclass(frozen=True, slots=True)
class Match:
    """A cue and the half-open range of words it stands on."""

    cue: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Entry:
    cue: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Cue lists, compiled once. `single[cue]` matches a whole word, `longer` holds the entries of several words."""

    single: tuple[tuple[str, re.Pattern[str]], ...]
    longer: tuple[_Entry, ...]

    @property
    def cues(self) -> tuple[str, ...]:
        """Names of all lists, in alphabetical order."""
        return tuple(sorted({cue for cue, _ in self.single} | {entry.cue for entry in self.longer}))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lists that come with bronnen, compiled."""
    folder = resources.files("bronnen") / "data" / "lexicon"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".txt")), key=lambda item: item.name)
    return compiled({item.name.removesuffix(".txt"): entries(item.read_text(encoding="utf-8")) for item in files})


def entries(text: str) -> tuple[str, ...]:
    """The entries in the text of a list, in order, without remarks and repetitions."""
    lines = (" ".join(line.lower().split()) for line in text.splitlines() if not line.lstrip().startswith("#"))
    return tuple(dict.fromkeys(line for line in lines if line))


def compiled(lists: dict[str, tuple[str, ...]]) -> Lexicon:
    """A `Lexicon` of lists of entries by the name of their cue.

    >>> list(matches("uit de peiling blijkt".split(), compiled({"find": ("uit .. blijkt",)})))
    [Match(cue='find', start=0, end=4)]
    """
    single: list[tuple[str, re.Pattern[str]]] = []
    longer: list[_Entry] = []
    for cue, listed in lists.items():
        short = [entry for entry in listed if " " not in entry]
        if short:
            single.append((cue, re.compile("|".join(_pattern(entry) for entry in short))))
        longer.extend(_Entry(cue, tuple(entry.split())) for entry in listed if " " in entry)
    return Lexicon(tuple(single), tuple(longer))


def matches(words: Sequence[str], lists: Lexicon | None = None) -> list[Match]:
    """Where cues stand in lower-case words, by begin and then by cue.

    A word may carry several cues; of one entry with a gap the nearest end counts.
    """
    found: list[Match] = []
    for start, word in enumerate(words):
        cues, openings = _looked_up(word) if lists is None else _look_up(word, lists)
        found.extend(Match(cue, start, start + 1) for cue in cues)
        for entry in openings:
            end = _end(entry.words, words, start)
            if end:
                found.append(Match(entry.cue, start, end))
    return found


def _pattern(word: str) -> str:
    return r"\S*".join(re.escape(part) for part in word.split("*"))


@lru_cache(maxsize=4096)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(_pattern(word))


def _look_up(word: str, lists: Lexicon) -> tuple[tuple[str, ...], tuple[_Entry, ...]]:
    cues = tuple(cue for cue, pattern in lists.single if pattern.fullmatch(word))
    return cues, tuple(entry for entry in lists.longer if _fits(entry.words[0], word))


@lru_cache(maxsize=200_000)
def _looked_up(word: str) -> tuple[tuple[str, ...], tuple[_Entry, ...]]:
    return _look_up(word, lexicon())


def _fits(wanted: str, word: str) -> bool:
    return wanted == word or ("*" in wanted and _whole(wanted).fullmatch(word) is not None)


def _end(wanted: Sequence[str], words: Sequence[str], start: int) -> int:
    """The end of the entry that begins at `start`, or 0 where it does not stand there."""
    at, skip = start + 1, False
    for want in wanted[1:]:
        if want == _ANY:
            skip = True
            continue
        last = min(at + GAP if skip else at, len(words) - 1)
        at = next((spot + 1 for spot in range(at, last + 1) if _fits(want, words[spot])), 0)
        if not at:
            return 0
        skip = False
    return at
