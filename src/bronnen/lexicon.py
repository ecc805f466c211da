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

    `plain` holds a word, a stem (`onderzoek*`) or an ending (`*peiling`); `odd` any other use of `*`.
    """

    plain: Mapping[str, tuple[int, ...]]
    odd: tuple[tuple[re.Pattern[str], int], ...]

    def of(self, word: str) -> list[int]:
        """The places of all forms that fit `word`, in order, each once."""
        stems = (word[:cut] + "*" for cut in range(len(word) + 1))
        endings = ("*" + word[cut:] for cut in range(len(word)))
        found = {place for form in (word, *stems, *endings) for place in self.plain.get(form, ())}
        return sorted(found.union(place for pattern, place in self.odd if pattern.fullmatch(word)))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Cue lists, compiled once. `single[cue]` matches a whole word, `longer` holds the entries of several words.

    `words` finds the places in `single` that a word fits, `openings` those in `longer` whose first word it fits.
    """

    single: tuple[tuple[str, re.Pattern[str]], ...]
    longer: tuple[_Entry, ...]
    words: Forms = field(repr=False, compare=False)
    openings: Forms = field(repr=False, compare=False)
    seen: dict[str, _Found] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # words looked up before

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
    words: list[tuple[str, int]] = []
    for cue, listed in lists.items():
        short = [entry for entry in listed if " " not in entry]
        if short:
            words.extend((entry, len(single)) for entry in short)
            single.append((cue, re.compile("|".join(_pattern(entry) for entry in short))))
        longer.extend(_Entry(cue, tuple(entry.split())) for entry in listed if " " in entry)
    openings = forms((entry.words[0], place) for place, entry in enumerate(longer))
    return Lexicon(tuple(single), tuple(longer), forms(words), openings)


def matches(words: Sequence[str], lists: Lexicon | None = None) -> list[Match]:
    """Where cues stand in lower-case words, by begin and then by cue.

    A word may carry several cues; of one entry with a gap the nearest end counts.
    """
    found: list[Match] = []
    lists = lists or lexicon()
    seen = lists.seen
    for start, word in enumerate(words):
        cues, after, others = seen.get(word) or _looked_up(word, lists)
        found.extend(Match(cue, start, start + 1) for cue in cues)
        if not (after or others) or start + 1 == len(words):
            continue
        for entry in after.get(words[start + 1], others):
            end = _end(entry.words, words, start)
            if end:
                found.append(Match(entry.cue, start, end))
    return found


def _pattern(word: str) -> str:
    return r"\S*".join(re.escape(part) for part in word.split("*"))


@lru_cache(maxsize=4096)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(_pattern(word))


def forms(places: Iterable[tuple[str, int]]) -> Forms:
    """Lower-case words with or without `*`, each with a place of the caller's, ready to be found by a word."""
    plain: dict[str, list[int]] = {}
    odd: list[tuple[re.Pattern[str], int]] = []
    for form, place in places:
        if "*" in form[1:-1] or form.count("*") > 1:
            odd.append((_whole(form), place))
        else:
            plain.setdefault(form, []).append(place)
    return Forms({form: tuple(found) for form, found in plain.items()}, tuple(odd))


_Found = tuple[tuple[str, ...], Mapping[str, tuple[_Entry, ...]], tuple[_Entry, ...]]
"""The cues of a word and the entries it may open: by the word that comes next, and after any other word."""


def _look_up(word: str, lists: Lexicon) -> _Found:
    cues = tuple(lists.single[place][0] for place in lists.words.of(word))
    opened = [lists.longer[place] for place in lists.openings.of(word)]
    after = {entry.words[1] for entry in opened if not _is_open(entry)}
    by_next = {plain: tuple(one for one in opened if _is_open(one) or one.words[1] == plain) for plain in after}
    return cues, by_next, tuple(entry for entry in opened if _is_open(entry))


def _looked_up(word: str, lists: Lexicon) -> _Found:
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
    at, skip = start + 1, False
    for want in wanted[1:]:
        if want == _ANY:
            skip = True
            continue
        last = min(at + GAP if skip else at, len(words) - 1)
        at = next((spot + 1 for spot in range(at, last + 1) if fits(want, words[spot])), 0)
        if not at:
            return 0
        skip = False
    return at
