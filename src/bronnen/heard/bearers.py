"""Who can be heard: names of institutes, bodies, councils, panels, professions, and all the ways they are written.

The names are data, one file per kind under `data/bearers/`; the file's name is the kind. A line is a bearer:

    Sociaal en Cultureel Planbureau (SCP) / Netherlands Institute for Social Research: Sociaal Cultureel Planbureau

that is its name, its short form in brackets, its official English name where it has one, and after the colon other
forms. Name, short form and English name are forms too. `[scientific professional]` names the sources that the bearers
below it can speak for, the likeliest first; a line that begins with `#` is a remark. In a word `*` stands for any
letters.

A form in small letters fits any case, and so does a long name (three words, or one of ten letters with one capital).
Anything else with a capital must be written so: CBS is no 'cbs-school'. After such a form a hyphen may
follow: 'CBS-cijfers' names the CBS (so does 'CBScijfers', of a PDF that lost the hyphen).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from bronnen.lexicon import Forms, fits, forms
from bronnen.records import Source


class Bearing(StrEnum):
    """What a bearer of knowledge is."""

    INSTITUTE = "institute"  # its knowledge is inquiry
    BODY = "body"  # carries out, supervises, advises, or speaks for a sector
    COUNCIL = "council"  # a standing group of those who live through it
    PANEL = "panel"  # an occasion on which people are heard
    PEOPLE = "people"  # those who live through it
    PROFESSION = "profession"
    GUIDELINE = "guideline"
    STUDY = "study"  # a publication or a monitor with a name


@dataclass(frozen=True, slots=True)
class Bearer:
    """One who knows, under one name; `sources` are those that it can speak for, the likeliest first."""

    name: str
    short: str  # 'SCP', or the name where it has no short form
    english: str  # empty where it has no official one
    kind: Bearing
    sources: tuple[Source, ...]

    @property
    def is_named(self) -> bool:
        """Whether this is one particular body, study or norm, and not all of a kind ('huisartsen')."""
        return is_named(self.name, self.kind)


def is_named(name: str, kind: Bearing) -> bool:
    """Whether a bearer of this name is one particular body, study or norm, and not all of a kind ('huisartsen')."""
    return name[:1].isupper() and kind not in (Bearing.PROFESSION, Bearing.PEOPLE, Bearing.PANEL)


@dataclass(frozen=True, slots=True)
class Named:
    """A bearer and where a text names it, half-open."""

    bearer: Bearer
    start: int
    end: int


class _Form(NamedTuple):
    bearer: Bearer
    words: tuple[str, ...]  # in small letters
    first: str | None  # how the first word must be written; None: as one likes
    weight: tuple[int, bool, int]  # of forms that fit at one place the heaviest counts


_WORD = re.compile(r"\d+(?=[A-Z])|(?:\w\.){2,8}\w?|[\w*]{1,60}(?:[-'’&.][\w*]{1,60}|\([\w*]{1,60}\)){0,5}")
_LINE = re.compile(r"(?P<name>.+?)(?: \((?P<short>[^()]+)\))?(?: / (?P<english>[^:]+?))?(?:: (?P<forms>.+))?")
_GAP = re.compile(r",?\s{1,3}|\s?[-–/&+*(]\s?")
_AGAIN = re.compile(r"\s?[(/–-]\s?")  # between a name and the same name in short
_ADDRESS = re.compile(
    r"(?:https?://|www\.|doi:)\S+|\S{1,80}@\S{1,80}|\b[\w.-]{1,80}\.(?:nl|com|org|eu|net|be)\b(?:/\S*)?", re.IGNORECASE
)
_PART = re.compile(r"(\w+(?:[&.+]\w+)*)(?=[-'’])|([A-Z]{3,})(?=[a-z]{4})")  # 'CBS-cijfers', 'RIVMmedewerker'
_LONG = 10  # letters of a name that is no other word


@lru_cache(maxsize=1)
def bearers() -> tuple[Bearer, ...]:
    """All bearers that have a name in the lists, in the order of the files."""
    return tuple(dict.fromkeys(form.bearer for form in _forms()))


def named(text: str) -> list[Named]:
    """Where a text names bearers, in order and without overlap; of two that fit, the longer name counts.

    A name that is followed by its own short form is one. Nothing inside a web address counts.

    >>> [(one.bearer.name, one.start, one.end) for one in named("Volgens CBS-cijfers en huisartsen")]
    [('Centraal Bureau voor de Statistiek (CBS)', 8, 11), ('huisartsen', 23, 33)]
    """
    closed = [match.span() for match in _ADDRESS.finditer(text)] if "." in text or "@" in text else []
    words = [match.span() for match in _WORD.finditer(text)]
    found: list[Named] = []
    at = 0
    while at < len(words):
        best, end, stop = _best(text, words, at)
        start = words[at][0]
        at = stop
        if best is None or any(left < end and start < right for left, right in closed):
            continue
        if found and found[-1].bearer is best and _AGAIN.fullmatch(text[found[-1].end : start]):
            start = found.pop().start
        end += text.startswith(")", end) and "(" in text[start:end]
        found.append(Named(best, start, end))
    return found


def _best(text: str, words: list[tuple[int, int]], at: int) -> tuple[Bearer | None, int, int]:
    """The bearer that is named from word `at` on, where its name ends, and the next word to look at."""
    start, end = words[at]
    for form, cut in _opened(text[start:end]):
        last = at + len(form.words) - 1
        if last >= len(words) or (cut and last > at):
            continue
        if all(
            _GAP.fullmatch(text[words[spot - 1][1] : words[spot][0]])
            and fits(form.words[spot - at], text[slice(*words[spot])].lower().rstrip("."))
            for spot in range(at + 1, last + 1)
        ):
            return form.bearer, start + cut if cut else words[last][1], last + 1
    return None, 0, at + 1


@lru_cache(maxsize=200_000)
def _opened(word: str) -> tuple[tuple[_Form, int], ...]:
    """The forms that a word may open, the heaviest first, each with the letters that count (0: the whole word)."""
    listed, places = _forms(), _places()
    whole = [(listed[place], 0) for place in places.of(word.lower().rstrip("."))]
    fitting = [(form, cut) for form, cut in whole if form.first is None or fits(form.first, word.rstrip("."))]
    part = _PART.match(word)
    if part:
        inside = (listed[place] for place in places.of(part[0].lower()))
        cut = [(form, len(part[0])) for form in inside if form.first == part[0]]
        fitting = [found for found in fitting if not (cut and found[0].words[0].startswith("*"))] or cut
    return tuple(sorted(fitting, key=lambda found: found[0].weight, reverse=True))


@lru_cache(maxsize=1)
def _places() -> Forms:
    return forms((form.words[0], place) for place, form in enumerate(_forms()))


@lru_cache(maxsize=1)
def _forms() -> tuple[_Form, ...]:
    folder = resources.files("bronnen") / "data" / "bearers"
    return tuple(form for kind in Bearing for form in _read((folder / f"{kind}.txt").read_text(encoding="utf-8"), kind))


def _read(text: str, kind: Bearing) -> Iterator[_Form]:
    """The forms in the text of a list.

    Raises:
        ValueError: a line that is none of the three kinds, or a source that does not exist.
    """
    sources: tuple[Source, ...] = ()
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            sources = tuple(Source(name) for name in line.strip("[]").split())
            continue
        told = _LINE.fullmatch(line)
        if told is None or not sources:
            raise ValueError(f"No bearer: {line!r}")
        yield from _of_line(told.groupdict(""), kind, sources)


def _of_line(told: Mapping[str, str], kind: Bearing, sources: tuple[Source, ...]) -> Iterator[_Form]:
    name, short = told["name"], told["short"]
    bearer = Bearer(f"{name} ({short})" if short else name, short or name, told["english"], kind, sources)
    others = (form.strip() for form in told["forms"].split(","))
    for form in dict.fromkeys(filter(None, (name, short, told["english"], *others))):
        words = _WORD.findall(form)
        letters = sum(letter.isalpha() for letter in form)
        capitals = sum(letter.isupper() for letter in form)
        is_free = not capitals or len(words) > 2 or (len(words) == 1 and capitals == 1 and letters >= _LONG)
        yield _Form(
            bearer,
            tuple(word.lower().rstrip(".") for word in words),
            None if is_free else words[0].rstrip("."),
            (len(words), "*" not in form, letters),
        )
