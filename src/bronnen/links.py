"""Which documents belong in one conversation: they rest on the same bearers, or call for the same knowledge.

Two departments that ask the same question of the same people seldom know it of each other. Both kinds of link name the
passages on both sides and the words they share, so that a reader judges them in a moment: they are hints to talk, not
findings.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from itertools import combinations

from bronnen.heard import Mention
from bronnen.heard.bearers import is_named, named
from bronnen.records import Source, Use
from bronnen.settings import resource

ALIKE = 1.5
"""Score from which two passages are taken to call for the same knowledge; from looking at real ones (method.md)."""

_SAME_TEXT = 0.7  # share of the words of the shorter of two passages from which they are one text in two versions
_VERSIONS = 0.25  # share of a document's questions that another one holds word for word, from which it is a version
_TELLING = 2  # words that two passages share at least
_COMMON = 0.015  # share of all passages in which a word says little about what is asked
_FEW = 6  # passages in which it may always stand
_ROUTINE = 4  # documents that ask the same, from which on it is what one always asks
_SHOWN = 8  # words that a link names at most


class Link(StrEnum):
    """What two passages have in common."""

    QUESTION = "question"
    TEXT = "text"  # the same text, as in two versions of one document


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A passage of a document."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """A passage that calls for knowledge: the sources that it calls for, the text of the sentences that do, and all."""

    place: Place
    sources: frozenset[Source]
    asked: str
    whole: str  # the passage and the heading above it


@dataclass(frozen=True, slots=True)
class Asked:
    """Two passages of two documents that call for the same knowledge, or are the same text.

    `score` is their cosine times how telling the shared words are, in nats: near 0 at the lowest, without upper end.
    """

    kind: Link
    first: Place
    second: Place
    score: float
    words: tuple[str, ...]  # nouns that they share, the most telling first, as they stand in the first


@dataclass(frozen=True, slots=True)
class Shared:
    """A bearer on which two documents rest, and the passages that name it on both sides."""

    name: str
    weight: float  # how telling: the rarer among the documents, the more
    first: tuple[int, ...]  # where those passages begin
    second: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resting:
    """Two documents that rest on the same bearers, the most telling bearer first."""

    first: str
    second: str
    score: float  # sum of the weights
    shared: tuple[Shared, ...]


# ------------------------------------------------------------------------------------------------- the same bearers


def resting(
    heard: Mapping[str, Sequence[Mention]],
    groups: Mapping[str, Hashable] | None = None,
    versions: Collection[tuple[str, str]] = (),
    most: int = 100,
) -> tuple[Resting, ...]:
    """The pairs of documents that rest on the same bodies, studies and norms, the strongest `most` of them.

    `heard` holds who is heard by document; `groups` the theme or department of documents: where both of a pair have
    one, only pairs of different groups count; `versions` are pairs that are left out. Only what a text uses counts, and
    only what has a name of its own: all documents know 'huisartsen'. A bearer weighs log(documents / documents that
    name it); one that more than a quarter of them name is left out, for it tells nothing.
    """
    by_bearer: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for document, mentions in heard.items():
        for one in mentions:
            if one.use is Use.USED and is_named(one.name, one.kind):
                by_bearer[one.name][document].add(one.passage)
    left_out = {frozenset(pair) for pair in versions}
    found: dict[tuple[str, str], list[Shared]] = defaultdict(list)
    for name, places in by_bearer.items():
        if len(places) > max(2, len(heard) // 4):
            continue
        weight = math.log((len(heard) + 1) / len(places))
        for first, second in combinations(sorted(places), 2):
            if _are_apart(first, second, groups) and frozenset((first, second)) not in left_out:
                both = tuple(sorted(places[first])), tuple(sorted(places[second]))
                found[first, second].append(Shared(name, weight, *both))
    ranked = ((pair, sorted(shared, key=lambda one: (-one.weight, one.name))) for pair, shared in found.items())
    pairs = (Resting(*pair, sum(one.weight for one in shared), tuple(shared)) for pair, shared in ranked)
    return tuple(sorted(pairs, key=lambda pair: (-pair.score, pair.first, pair.second))[:most])


def _are_apart(first: str, second: str, groups: Mapping[str, Hashable] | None) -> bool:
    if not groups or groups.get(first) is None or groups.get(second) is None:
        return True
    return groups[first] != groups[second]


# ------------------------------------------------------------------------------------------------ the same question


def asked(
    questions: Sequence[Question],
    texts: Iterable[str],
    groups: Mapping[str, Hashable] | None = None,
    alike: float = ALIKE,
) -> tuple[Asked, ...]:
    """The pairs of passages of two documents that call for the same knowledge, strongest first; then equal texts.

    `texts` are the passages of all documents: a word that is rare among them tells what is asked. Two passages are
    linked that call for the same source and share nouns, at least one of which stands in the very sentences that ask;
    who is to be heard does not count, nor do words of asking. Of two documents each passage is linked once. Left out
    is what more than a handful of documents ask (the soil survey of every zoning plan), and what links versions of one
    document, which share much of their text word for word.
    """
    spread, size = _spread(texts)
    rows = [_row(question, spread, size) for question in questions]
    pairs = [
        pair
        for one, other in _candidates(questions, rows)
        if _are_apart(questions[one].place.document, questions[other].place.document, groups)
        and (pair := _pair(questions[one], questions[other], rows[one], rows[other], alike)) is not None
    ]
    pairs.sort(
        key=lambda pair: (pair.kind is Link.TEXT, -pair.score, pair.first.document, pair.first.start, pair.second)
    )
    return tuple(_once(pairs, versions(pairs, questions)))


@dataclass(frozen=True, slots=True)
class _Row:
    weights: Mapping[str, float]  # of the stems of nouns, of length 1
    telling: Mapping[str, float]  # information of those that tell what is asked
    asking: frozenset[str]  # those of the sentences that ask, and of the heading


def _row(question: Question, spread: Mapping[str, int], size: int) -> _Row:
    here, around = _nouns(question.asked), _nouns(question.whole)
    who = {stem for one in named(question.whole) for stem in _nouns(question.whole[one.start : one.end])}
    told = {stem: math.log((1 + size) / (1 + spread.get(stem, 0))) for stem in here | around}
    weights = {
        stem: (1 + math.log(2 * here[stem] + around[stem])) * (told[stem] / 2 if stem in who else told[stem])
        for stem in told
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    most = max(_FEW, _COMMON * size)
    return _Row(
        {stem: weight / length for stem, weight in weights.items()},
        {stem: much for stem, much in told.items() if stem not in who and spread.get(stem, 0) <= most},
        frozenset(here),
    )


def _candidates(questions: Sequence[Question], rows: Sequence[_Row]) -> Iterator[tuple[int, int]]:
    """The pairs of questions of different documents that ask with a telling word in common."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        stems = row.telling.keys() & row.asking
        document = questions[place].place.document
        for other in sorted({other for stem in stems for other in holders[stem]}):
            if questions[other].place.document != document:
                yield other, place
        for stem in stems:
            holders[stem].append(place)


def _pair(first: Question, second: Question, one: _Row, other: _Row, alike: float) -> Asked | None:
    common = sorted(one.telling.keys() & other.telling.keys(), key=lambda stem: (-one.telling[stem], stem))
    cosine = sum(weight * other.weights.get(stem, 0.0) for stem, weight in one.weights.items())
    score = cosine * sum(one.telling[stem] for stem in common)
    if cosine >= _SAME_TEXT / 2 and _overlap(first.whole, second.whole) >= _SAME_TEXT:
        kind = Link.TEXT
    elif score >= alike and len(common) >= _TELLING and first.sources & second.sources:
        kind = Link.QUESTION
    else:
        return None
    return Asked(kind, first.place, second.place, score, _as_written(first.whole, common[:_SHOWN]))


def _overlap(one: str, other: str) -> float:
    """How much of the words of the shorter text the longer one has, between 0 and 1."""
    first, second = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return len(first & second) / (min(len(first), len(second)) or 1)


def versions(pairs: Iterable[Asked], questions: Sequence[Question]) -> frozenset[tuple[str, str]]:
    """The pairs of documents of which one holds much of what the other asks word for word."""
    held = Counter(question.place.document for question in questions)
    same: dict[tuple[str, str], set[Place]] = defaultdict(set)
    for pair in pairs:
        if pair.kind is Link.TEXT:
            same[pair.first.document, pair.second.document].add(pair.first)
    return frozenset(
        both for both, places in same.items() if len(places) >= max(2.0, _VERSIONS * min(held[both[0]], held[both[1]]))
    )


def _once(pairs: Sequence[Asked], same: Collection[tuple[str, str]]) -> Iterator[Asked]:
    asking: dict[Place, set[str]] = defaultdict(set)
    for pair in pairs:
        asking[pair.first].add(pair.second.document)
        asking[pair.second].add(pair.first.document)
    taken: set[tuple[str, Place]] = set()
    for pair in pairs:
        ends = {(pair.second.document, pair.first), (pair.first.document, pair.second)}
        is_routine = max(len(asking[pair.first]), len(asking[pair.second])) > _ROUTINE
        is_version = (pair.first.document, pair.second.document) in same
        if pair.kind is Link.QUESTION and (is_routine or is_version or ends & taken):
            continue
        taken |= ends
        yield pair


# ------------------------------------------------------------------------------------------------------------ words

_WORD = re.compile(r"[^\W\d_]{4,}(?:-[^\W\d_]+)*")
_ENDINGS = re.compile(r"(?:heden|ingen|tjes|jes|tje|end|ing|en|er|es|e|s)$")
_NO_NOUN = re.compile(
    r".*(?:lijke?|ische?|baar|bare|gerichte?|loos|loze|zame?|matige?|ende|eerd|eerde|eren|elen)|ge.*[dt]"
)
"""Words that the table does not know and that are no nouns by their form."""

_SHORT = 6  # letters from which a word that the table does not know is taken for a noun: most are compounds


def _spread(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """In how many texts each noun stands, and how many texts there are."""
    spread: Counter[str] = Counter()
    size = 0
    for text in texts:
        size += 1
        spread.update(_nouns(text).keys())
    return spread, size


def _nouns(text: str) -> Counter[str]:
    stems = (_noun(match[0].lower()) for match in _WORD.finditer(text) if not _is_name(text, match.start()))
    return Counter(stem for stem in stems if stem)


def _is_name(text: str, at: int) -> bool:
    """Whether a word in the middle of a sentence has a capital: names of places link what has nothing to do with it."""
    return text[at].isupper() and at > 1 and text[at - 1] == " " and (text[at - 2].isalnum() or text[at - 2] == ",")


@lru_cache(maxsize=200_000)
def _noun(word: str) -> str:
    """The stem of a word that may say what a text is about; empty for any other word."""
    if word in _plain_words():
        return ""
    classes = _classes().get(word)
    if classes is None:
        return "" if len(word) < _SHORT or _NO_NOUN.fullmatch(word) else _stem(word)
    kind, lemma = next(iter(classes.items()))
    return _stem(lemma.lower()) if kind in ("NOUN", "PROPN") else ""


def _stem(word: str) -> str:
    """What the forms of a Dutch noun have in common, roughly: enough to meet one another, no word to show.

    >>> _stem("wachttijden") == _stem("wachttijd"), _stem("huizen") == _stem("huis")
    (True, True)
    """
    stem = _ENDINGS.sub("", word) if len(word) > 4 else word
    if len(stem) < 3:
        return word
    stem = re.sub(r"([^aeiou])\1$", r"\1", re.sub(r"([aeou])\1(?=[^aeiou]$)", r"\1", stem))
    return stem[:-1] + {"v": "f", "z": "s", "d": "t"}.get(stem[-1], stem[-1])


def _as_written(text: str, stems: Sequence[str]) -> tuple[str, ...]:
    """The words of a text with these stems, in the order of the stems."""
    first: dict[str, str] = {}
    for match in _WORD.finditer(text):
        if not _is_name(text, match.start()):
            first.setdefault(_noun(match[0].lower()), match[0].lower())
    return tuple(first[stem] for stem in stems)


@lru_cache(maxsize=1)
def _plain_words() -> frozenset[str]:
    text = (resources.files("bronnen") / "data" / "plain_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def _classes() -> Mapping[str, Mapping[str, str]]:
    """Word classes and lemmas of Dutch forms: the look-up table of the Dutch pipeline, read as data without spaCy."""
    found: Mapping[str, Mapping[str, str]] = json.loads(resource("models", "nl", "lemma_lookup").read_bytes())
    return found
