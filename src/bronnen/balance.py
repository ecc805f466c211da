"""From a document's verdicts to its balance, by section and as a whole; those of people count as they are.

Where passages, their probabilities and what people judged of them come together as numbers for `quantify`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bronnen import quantify, segment
from bronnen.quantify import CALLED_FOR, NONE, UNKNOWN, USED, Array, Drawn
from bronnen.records import Balance, Document, Known, Passage, Source, Unit, Use, Verdict
from bronnen.settings import Settings
from bronnen.verdicts import by_passage, judged_by_people, on, scores_of, settle_passage

_SOURCES, _USES = tuple(Source), tuple(Use)
_NO_SCORES: Mapping[Use, float] = {}
_NUMBERS = {Use.USED: USED, Use.CALLED_FOR: CALLED_FOR, None: NONE}


@dataclass(frozen=True, slots=True)
class Part:
    """The draws of one chapter that has counted passages; what stands before the first has an empty heading."""

    start: int
    heading: str
    drawn: Drawn


def parts(
    document: Document, passages: Sequence[Passage], verdicts: Sequence[Verdict], known: Known, settings: Settings
) -> tuple[Part, ...]:
    """The chapters of a document with their draws, in reading order.

    The same document, settings, model and verdicts give the same draws: they start from the document's id.
    """
    counted = [passage for passage in passages if segment.is_counted(passage, document.text, settings.segment)]
    chances, judged, labels = _numbers(counted, verdicts)
    opening = [block for block in document.blocks if block.opens_chapter]
    begins = [block.start for block in opening]
    places = np.array([bisect_right(begins, passage.start) for passage in counted], dtype=np.int64)
    present, numbers = np.unique(places, return_inverse=True)
    rng = np.random.default_rng(list(hashlib.sha256(document.id.encode()).digest()[:8]))
    drawn = quantify.draw(chances, judged, labels, numbers, known, rng, settings.balance.documents)
    starts = [0, *begins]
    names = ["", *(" ".join(document.text[head.start : head.end].split()) for head in opening)]
    return tuple(Part(starts[at], names[at], one) for at, one in zip(present.tolist(), drawn, strict=True))


def _numbers(counted: Sequence[Passage], verdicts: Sequence[Verdict]) -> tuple[Array, Array, Array]:
    """The passages as `quantify.draw` takes them: chances [n, sources, uses], judged and labels [n, sources]."""
    chances, judged, labels = [], [], []
    for passage, inside in by_passage(counted, verdicts):
        settled, by_people = settle_passage(passage, inside), judged_by_people(passage, inside)
        scores = scores_of(on(inside, Unit.PASSAGE, passage.start, passage.end)) or {}
        chances.append([[scores.get(source, _NO_SCORES).get(use, 0.0) for use in _USES] for source in _SOURCES])
        told = [_NUMBERS[settled.get(source)] for source in _SOURCES]
        labels.append(told)
        judged.append([one if source in by_people else UNKNOWN for source, one in zip(_SOURCES, told, strict=True)])
    size = len(counted), len(_SOURCES)
    return (
        np.array(chances, dtype=float).reshape(*size, len(_USES)),
        np.array(judged, dtype=np.int64).reshape(size),
        np.array(labels, dtype=np.int64).reshape(size),
    )


def whole(found: Sequence[Part]) -> Drawn:
    """The draws of all chapters of a document together."""
    return replace(quantify.joined(part.drawn for part in found), documents=1)


def of_parts(found: Sequence[Part], known: Known, settings: Settings) -> Balance:
    """The balance of all chapters together."""
    return quantify.balance(whole(found), known, method(settings))


def method(settings: Settings) -> str:
    """What the figures come from, in a few words for the tables."""
    return f"draws, {settings.balance.documents} documents"
