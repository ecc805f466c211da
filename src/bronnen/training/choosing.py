"""What to label next: passages that a model is in doubt about, unlike each other, and a random share to measure with.

Doubt per source is the entropy of what the source may be in the passage (none, used, called for), by the model's
chances as they came true on documents that it had not seen (D. Lewis and W. Gale, 1994, A Sequential Algorithm for
Training Text Classifiers). What doubt chose says nothing of documents as they come; so the passages to measure with are
drawn at random, from documents that are never learned from (`corpus.is_kept_apart`).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bronnen.corpus import is_kept_apart
from bronnen.records import Analysis, Known, Passage, Scores, Source, Unit, Use, page_at
from bronnen.verdicts import by_passage, judged_by_people, on, scores_of

_SHINGLE = 4  # words
_ALIKE = 0.5  # of a passage's shingles that stand in passages chosen before, from which it adds little
_EDGE = 1e-4  # a chance counts as no nearer to 0 or 1
_DIGITS = re.compile(r"[0-9]+")
_WORD = re.compile(r"\w+")


class Purpose(StrEnum):
    """What labels on a passage are for."""

    LEARN = "learn"
    EVALUATE = "evaluate"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that people have not judged for every wanted source. `doubts`: bits, of the sources still open."""

    document: str
    name: str
    page: int | None
    passage: Passage
    text: str
    scores: Scores
    doubts: Mapping[Source, float]
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Chosen:
    """A passage to label; `source` is the one whose doubt chose it, None where chance did."""

    candidate: Candidate
    source: Source | None


def candidates(analyses: Iterable[Analysis], wanted: Sequence[Source]) -> Iterator[Candidate]:
    """The passages of documents that people have not judged for all of the wanted sources and that a model scored."""
    for analysis in analyses:
        document = analysis.document
        purpose = Purpose.EVALUATE if is_kept_apart(document.id) else Purpose.LEARN
        for passage, inside in by_passage(analysis.passages, analysis.verdicts):
            scores = scores_of(on(inside, Unit.PASSAGE, passage.start, passage.end))
            judged = judged_by_people(passage, inside)
            open_to = [source for source in wanted if source not in judged]
            if scores is None or not open_to:
                continue
            doubts = {source: doubt(scores, analysis.known, source) for source in open_to}
            page = page_at(document, passage.start)
            text = document.text[passage.start : passage.end]
            number = page.number if page else None
            yield Candidate(document.id, document.name, number, passage, text, scores, doubts, purpose)


def doubt(scores: Scores, known: Known, source: Source) -> float:
    """The entropy in bits of none, used and called for: 0 where the model is sure, at most log2(3).

    >>> half = {Source.SCIENTIFIC: {Use.USED: 0.5, Use.CALLED_FOR: 0.0}}
    >>> round(doubt(half, {}, Source.SCIENTIFIC), 2)
    1.0
    """
    chances = [_calibrated(scores.get(source, {}).get(use, 0.0), known, source, use) for use in Use]
    total = sum(chances)
    if total > 1:
        chances = [chance / total for chance in chances]
    return -sum(chance * math.log2(chance) for chance in (*chances, 1 - sum(chances)) if chance > 2 * _EDGE)


def choose(
    found: Iterable[Candidate], number: int, random_share: float, per_document: int, seed: int
) -> tuple[list[Chosen], list[Chosen]]:
    """Passages to learn from, the most doubtful first, and passages to measure with, in random order.

    Those to learn from are divided evenly over the sources still open; at most `per_document` stand in one document,
    and none says again what the others say. Those to measure with are a random sample of the passages of documents kept
    apart, whatever the model says of them and however alike they are. Where there are too few of one purpose there are
    not more of the other. The same seed gives the same.
    """
    by_purpose: dict[Purpose, list[Candidate]] = {purpose: [] for purpose in Purpose}
    for one in found:
        by_purpose[one.purpose].append(one)
    apart = round(number * random_share)
    drawn = sorted(by_purpose[Purpose.EVALUATE], key=lambda one: _lot(one, seed))[:apart]
    return _doubtful(by_purpose[Purpose.LEARN], number - apart, per_document, seed), [
        Chosen(one, None) for one in drawn
    ]


def _doubtful(found: Sequence[Candidate], number: int, per_document: int, seed: int) -> list[Chosen]:
    """By turns the passage that the model is most in doubt about for each source."""
    sources = [source for source in Source if any(source in one.doubts for one in found)]
    queues = {
        source: iter(
            sorted(
                (one for one in found if source in one.doubts), key=lambda one: (-one.doubts[source], _lot(one, seed))
            )
        )
        for source in sources
    }
    taken: set[tuple[str, int]] = set()
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    chosen: list[Chosen] = []
    while queues and len(chosen) < number:
        for source, queue in list(queues.items()):
            for one in queue:
                key = (one.document, one.passage.start)
                if key in taken or counts[one.document] >= per_document:
                    continue
                taken.add(key)
                shingles = _shingles(one.text)
                if len(shingles & seen) < _ALIKE * len(shingles):
                    seen |= shingles
                    counts[one.document] += 1
                    chosen.append(Chosen(one, source))
                    break
            else:
                del queues[source]
            if len(chosen) == number:
                break
    return chosen


def _calibrated(chance: float, known: Known, source: Source, use: Use) -> float:
    """The chance as it comes true, by the line through the log-odds that the model's card has."""
    told = known.get(source, {}).get(use)
    bounded = min(max(chance, _EDGE), 1 - _EDGE)
    if told is None:
        return bounded
    intercept, slope = told.line
    logit = intercept + slope * math.log(bounded / (1 - bounded))
    return 1 / (1 + math.exp(-min(max(logit, -20), 20)))


def _shingles(text: str) -> set[int]:
    """The runs of four words of a text, numbers all alike; of a shorter text the whole."""
    words = _WORD.findall(_DIGITS.sub("0", text.lower()))
    return {hash(tuple(words[at : at + _SHINGLE])) for at in range(max(1, len(words) - _SHINGLE + 1))}


def _lot(one: Candidate, seed: int) -> bytes:
    """A place in a random order that hangs on the passage and the seed alone."""
    return hashlib.sha256(f"{seed} {one.document} {one.passage.start}".encode()).digest()
