"""Cue words: who knows, how it is said, and what speaks against it.

The words are data, one list per file under `data/lexicon/`; the file's name is the cue's name.
A list holds no name of a single municipality, person or document: the model must not learn whom it has read.

An entry is one word or a few. In a word `*` stands for any letters (`onderzoek*`, `*peiling`);
between words `..` stands for up to eight words (`uit .. blijkt`). A line that begins with `#` is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

GAP = 8  # words that `..` may skip
_ANY = ".."
_KEPT = 200_000  # words of which it is remembered what they are in the lists


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
class Forms:
    """Where words with or without a `*` stand in a series, found without trying each of them.

    `plain` holds words, `stems` and `endings` what stands before and after a `*` (`onderzoek*`, `*peiling`), `odd` any
    other use of it.
    """

    plain: Mapping[str, tuple[int, ...]]
    stems: Mapping[str, tuple[int, ...]]
    endings: Mapping[str, tuple[int, ...]]
    odd: tuple[tuple[re.Pattern[str], int], ...]

    def of(self, word: str) -> list[int]:
        """The places of all forms that fit `word`, in order, each once."""
        found: set[int] = {place for pattern, place in self.odd if pattern.fullmatch(word)}
        found.update(self.plain.get(word, ()))
        stems, endings = self.stems, self.endings
        for cut in range(len(word) + 1):
            if word[:cut] in stems:
                found.update(stems[word[:cut]])
            if word[cut:] in endings:
                found.update(endings[word[cut:]])
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Cue lists, compiled once: all entries in the order of the lists, and those that a word begins."""

    entries: tuple[_Entry, ...]
    openings: Forms = field(repr=False, compare=False)  # first words, by the place of their entry
    seen: dict[str, _Found | tuple[()]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # words looked up before

    @property
    def cues(self) -> tuple[str, ...]:
        """Names of all lists, in alphabetical order."""
        return tuple(sorted({entry.cue for entry in self.entries}))


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
    listed = tuple(_Entry(cue, tuple(entry.split())) for cue, told in lists.items() for entry in told)
    return Lexicon(listed, forms((entry.words[0], place) for place, entry in enumerate(listed)))


def matches(words: Sequence[str], lists: Lexicon | None = None) -> list[Match]:
    """Where cues stand in lower-case words, by begin and then by cue.

    A word may carry several cues; of one entry with a gap the nearest end counts.
    """
    found: list[Match] = []
    lists = lists or lexicon()
    seen = lists.seen
    for start, word in enumerate(words):
        begun = seen.get(word)
        if begun is None:
            begun = _looked_up(word, lists)
        if not begun:
            continue
        cues, after, others = begun
        found.extend(Match(cue, start, start + 1) for cue in cues)
        if not (after or others) or start + 1 == len(words):
            continue
        for entry in after.get(words[start + 1], others):
            end = _end(entry.words, words, start)
            if end:
                found.append(Match(entry.cue, start, end))
    return found


@lru_cache(maxsize=4096)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(r"\S*".join(re.escape(part) for part in word.split("*")))


def forms(places: Iterable[tuple[str, int]]) -> Forms:
    """Lower-case words with or without `*`, each with a place of the caller's, ready to be found by a word."""
    plain: dict[str, list[int]] = {}
    stems: dict[str, list[int]] = {}
    endings: dict[str, list[int]] = {}
    odd: list[tuple[re.Pattern[str], int]] = []
    for form, place in places:
        if "*" in form[1:-1] or form.count("*") > 1:
            odd.append((_whole(form), place))
        elif form.endswith("*"):
            stems.setdefault(form[:-1], []).append(place)
        elif form.startswith("*"):
            endings.setdefault(form[1:], []).append(place)
        else:
            plain.setdefault(form, []).append(place)
    return Forms(_fixed(plain), _fixed(stems), _fixed(endings), tuple(odd))


def _fixed(places: Mapping[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {form: tuple(found) for form, found in places.items()}


_Found = tuple[tuple[str, ...], Mapping[str, tuple[_Entry, ...]], tuple[_Entry, ...]]
"""The cues of a word and the entries it may open: by the word that comes next, and after any other word."""


def _look_up(word: str, lists: Lexicon) -> _Found | tuple[()]:
    begun = [lists.entries[place] for place in lists.openings.of(word)]
    if not begun:
        return ()  # as most words: the loop over a text skips them at once
    cues = tuple(dict.fromkeys(entry.cue for entry in begun if len(entry.words) == 1))
    opened = [entry for entry in begun if len(entry.words) > 1]
    after = {entry.words[1] for entry in opened if not _is_open(entry)}
    by_next = {plain: tuple(one for one in opened if _is_open(one) or one.words[1] == plain) for plain in after}
    return cues, by_next, tuple(entry for entry in opened if _is_open(entry))


def _looked_up(word: str, lists: Lexicon) -> _Found | tuple[()]:
    if len(lists.seen) == _KEPT:
        lists.seen.clear()
    found = lists.seen[word] = _look_up(word, lists)
    return found


def _is_open(entry: _Entry) -> bool:
    """Whether an entry's second word may be more than one: a gap, or a word with a `*`."""
    return entry.words[1] == _ANY or "*" in entry.words[1]


def fits(wanted: str, word: str) -> bool:
    """Whether a lower-case word is the one that is wanted, in which `*` stands for any letters."""
    return wanted == word or ("*" in wanted and _whole(wanted).fullmatch(word) is not None)


def _end(wanted: Sequence[str], words: Sequence[str], start: int) -> int:
    """The end of the entry that begins at `start`, or 0 where it does not stand there."""
    at, gap = start + 1, 0
    for want in wanted[1:]:
        if want == _ANY:
            gap = GAP
            continue
        place = _first(want, words[at : at + gap + 1])
        if place is None:
            return 0
        at, gap = at + place + 1, 0
    return at


def _first(wanted: str, words: Sequence[str]) -> int | None:
    """The place of the first word that fits."""
    if "*" in wanted:
        return next((place for place, word in enumerate(words) if fits(wanted, word)), None)
    return words.index(wanted) if wanted in words else None
