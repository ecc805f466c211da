"""What may be true of the passages of a document, drawn many times.

A classifier gives each passage a probability per source and use. One *draw* decides for every passage what it really
carries, so a thousand draws are a thousand documents that could lie behind the same probabilities: every figure of the
balance is counted in each of them, and the spread of a figure over the draws is its uncertainty (multiple imputation:
Rubin 1987, doi:10.1002/9780470316696). A draw differs from the probabilities as they stand in four ways:

- **the document**: in one document a source is commoner than the model expects, in another rarer. All log-odds move
  by one number per draw. Which moves are likely follows from a normal prior and from the probabilities themselves, by
  the likelihood of Saerens et al. (2002) raised to a power below one (Grünwald & van Ommen 2017,
  doi:10.1214/17-BA1085), since documents differ in other ways too and the full likelihood would believe them far too
  soon (`benchmarks/balance.py`);
- **the rates**: what is known of the model's errors comes from some hundreds of documents; `ErrorRates.spread` is
  drawn;
- **chance**: a passage with probability 0.3 carries the source in three of ten draws;
- **neighbours**: a model that errs on a passage tends to err on the next. Neighbours share their fate now and then,
  which makes blocks of them.

Passages that people judged are not drawn: they are what people found. They say nothing of the others, since people
judge what strikes them; who wants to learn of all from some, draws those at random (`bronnen.audit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from bronnen.records import ErrorRates, Known, Source, Use

Array = np.ndarray[Any, np.dtype[Any]]

ROUNDS = 1000
NONE, USED, CALLED_FOR, UNKNOWN = 0, 1, 2, -1
"""What people found in a passage for a source."""

_SOURCES, _USES = tuple(Source), tuple(Use)
_SHIFTS = np.linspace(-4, 4, 41)  # of the log-odds of a document
_SMALLEST = 1e-4  # probability
_FARTHEST = 30.0  # log-odds: beyond it a probability is 0 or 1 to a computer too, however steep a line was fitted
_ALIKE = 0.25  # spread of a shift of log-odds that documents which are collected together have in common
_TOGETHER = 0.2  # chance that a passage shares its neighbour's fate: the correlation of neighbours' errors
_AT_ONCE = 400  # passages that are drawn together, for memory's sake
_NO_RATES = ErrorRates(share=0.1, tpr=1.0, fpr=0.0, of_cases=1.0, of_others=0.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """How far documents are expected to differ from those the model learned from.

    `spread` of the shift of log-odds, `trust` in what the probabilities of one passage say of it, and the number of
    passages beyond which more of them add nothing (`most`). `is_aligned`: whether all documents that the model was
    tested on come out right together; documents that were chosen for what they draw on need not be like those.
    """

    spread: float
    trust: float
    most: float
    is_aligned: bool


PRIORS = {"ordinary": Prior(1.2, 0.08, 20, True), "unusual": Prior(2.0, 0.3, 80, False)}
"""Chosen by measurement (`docs/method.md`): 'ordinary' errs least on real documents, 'unusual' on forced shares."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws of a document, a section or a collection.

    `counts` [rounds, 8]: in each draw, passages that use each source, that call for each, that use any, that use two or
    three. `found` [8]: the same of the labels as they stand. `judged`: passages of which people judged a source.
    """

    passages: int
    counts: Array
    found: Array
    judged: int = 0
    documents: int = 1


def draw(
    chances: Array,
    judged: Array,
    labels: Array,
    sections: Array,
    known: Known,
    rng: np.random.Generator,
    kind: str = "ordinary",
    rounds: int = ROUNDS,
) -> list[Drawn]:
    """The draws of each section of ONE document.

    Args:
        chances: [n, sources, uses], the model's probabilities of its counted passages in reading order.
        judged: [n, sources], what people found: `NONE`, `USED`, `CALLED_FOR`, or `UNKNOWN` where they did not look.
        labels: [n, sources], the labels as they stand: `NONE`, `USED` or `CALLED_FOR`.
        sections: [n], the number of each passage's section, ascending from 0 without gaps.
        known: of the model's errors.
        kind: of documents, a name in `PRIORS`.
        rng: of this document alone. The errors of the model are drawn apart, alike for all documents.
    """
    logits = _logit(np.clip(chances, _SMALLEST, 1 - _SMALLEST))
    lines = _lines(known, rounds)
    for i in range(len(_SOURCES)):
        for j in range(len(_USES)):
            rates = _rates(known, i, j)
            likely = _likely(logits[judged[:, i] == UNKNOWN, i, j], rates, PRIORS[kind])
            lines[:, i, j, 0] += rates.moves.get(kind, 0.0) + rng.choice(_SHIFTS, rounds, p=likely)
    slopes, moves = (np.ascontiguousarray(np.moveaxis(lines[..., part], 0, -1), np.float32) for part in (1, 0))
    given = logits.astype(np.float32)
    borders = np.searchsorted(sections, np.arange(int(sections.max(initial=-1)) + 2))
    found = []
    for begin, end in pairwise(borders):
        counts = np.zeros((rounds, 8), dtype=np.int32)
        people = int((judged[begin:end] != UNKNOWN).any(axis=1).sum())
        for start in range(begin, end, _AT_ONCE):
            part = slice(start, min(end, start + _AT_ONCE))
            counts += _counts(*_truths(_chances(given[part], slopes, moves), judged[part], rng))
        told = labels[begin:end, :, None]
        found.append(Drawn(int(end - begin), counts, _counts(told == USED, told == CALLED_FOR)[0], people))
    return found


def joined(parts: Iterable[Drawn]) -> Drawn:
    """Documents, or chapters of one, together."""
    listed = list(parts)
    rounds = len(listed[0].counts) if listed else ROUNDS
    return Drawn(
        sum(one.passages for one in listed),
        sum((one.counts for one in listed), np.zeros((rounds, 8), dtype=np.int32)),
        sum((one.found for one in listed), np.zeros(8, dtype=np.int32)),
        sum(one.judged for one in listed),
        sum(one.documents for one in listed),
    )


def _chances(logits: Array, slopes: Array, moves: Array) -> tuple[Array, Array]:
    """What passages carry each source for, used and called for, [n, sources, rounds] each.

    From log-odds [n, sources, uses] and lines [sources, uses, rounds]. Rounds stand last here and below: whole rows of
    them go through the computer at once.
    """
    made = []
    for use in range(len(_USES)):
        odds = slopes[:, use] * logits[:, :, use, None]
        odds += moves[:, use]
        np.clip(odds, -_FARTHEST, _FARTHEST, out=odds)
        np.exp(np.negative(odds, out=odds), out=odds)
        odds += 1
        made.append(np.divide(1, odds, out=odds))
    return made[0], made[1]


def _truths(chances: tuple[Array, Array], judged: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Which passages use each source and which call for it, [n, sources, rounds] each."""
    count, sources, rounds = chances[0].shape
    drawn = (rng.random((rounds, count, sources), dtype=np.float32) for _ in range(2))
    fates, shared = (np.ascontiguousarray(np.moveaxis(one, 0, -1)) for one in drawn)
    is_shared = shared < _TOGETHER
    for at in range(1, count):
        np.copyto(fates[at], fates[at - 1], where=is_shared[at])
    used = fates < chances[0]
    called = ~used & (fates < chances[0] + chances[1])
    told = judged != UNKNOWN
    if told.any():
        for truths, number in ((used, USED), (called, CALLED_FOR)):
            truths[told] = (judged == number)[told][:, None]
    return used, called


def _counts(used: Array, called: Array) -> Array:
    """The eight numbers of `Drawn.counts` for each draw, of truth values [n, sources, rounds]."""
    one, two, three = (used[:, source] for source in range(len(_SOURCES)))
    parts = [used, called, (one | two | three)[:, None], ((one & two) | (three & (one | two)))[:, None]]
    return np.concatenate([part.sum(axis=0, dtype=np.int32) for part in parts]).T


def aligned(known: Known, scores: Array, truth: Array, documents: Array) -> Known:
    """The error rates with the `moves` under which all documents together come out right.

    A shift up adds more to small chances than an equal shift down takes off, so that draws around calibrated chances
    would come out too high: hardly for one document, a good deal for a collection.

    Args:
        scores: [n, sources, uses], probabilities of passages of documents that the model had not seen.
        truth: [n, sources, uses].
        documents: [n], the number of each passage's document.
    """
    order = np.argsort(documents, kind="stable")
    borders = np.r_[np.flatnonzero(np.diff(documents[order], prepend=-1)), len(order)]
    spans = [order[begin:end] for begin, end in pairwise(borders)]
    logits = _logit(np.clip(scores, _SMALLEST, 1 - _SMALLEST))
    return {
        source: {
            use: replace(_rates(known, i, j), moves=_moves(logits[:, i, j], truth[:, i, j], spans, _rates(known, i, j)))
            for j, use in enumerate(_USES)
        }
        for i, source in enumerate(_SOURCES)
    }


def _moves(logits: Array, truth: Array, spans: Sequence[Array], rates: ErrorRates) -> dict[str, float]:
    """Per kind of documents, what makes the mean of the draws equal to the truth, found by halving."""
    wanted, found = int(truth.sum()), {}
    for kind, prior in [(kind, prior) for kind, prior in PRIORS.items() if prior.is_aligned]:
        weights = np.zeros((len(logits), len(_SHIFTS)))
        for own in spans:
            weights[own] = _likely(logits[own], rates, prior)
        odds = rates.line[0] + rates.line[1] * logits[:, None] + _SHIFTS
        low, high = -3.0, 3.0
        for _ in range(12):
            middle = (low + high) / 2
            total = (weights / (1 + np.exp(-np.clip(odds + middle, -_FARTHEST, _FARTHEST)))).sum()
            low, high = (low, middle) if total > wanted else (middle, high)
        found[kind] = round((low + high) / 2, 4)
    return found


def _likely(logits: Array, rates: ErrorRates, prior: Prior) -> Array:
    """The probability of each of `_SHIFTS`, from the prior and the log-odds [n] of a document's passages."""
    chances = 1 / (1 + np.exp(-np.clip(rates.line[0] + rates.line[1] * logits, -_FARTHEST, _FARTHEST)))
    share = min(max(rates.share, 0.001), 0.5)
    shares = 1 / (1 + np.exp(-(_SHIFTS + _logit(share))))
    told = np.log(((1 - shares) / (1 - share))[:, None] * (1 - chances) + (shares / share)[:, None] * chances)
    worth = prior.trust * min(1.0, prior.most / max(1, len(logits)))
    total = -0.5 * (_SHIFTS / prior.spread) ** 2 + worth * told.sum(axis=1)
    weights = np.exp(total - total.max())
    return np.asarray(weights / weights.sum())


def _lines(known: Known, rounds: int) -> Array:
    """Draws [rounds, sources, uses, 2] of intercept and slope: the same for every document of a model."""
    rng = np.random.default_rng(0)
    lines = np.empty((rounds, len(_SOURCES), len(_USES), 2))
    for i in range(len(_SOURCES)):
        for j in range(len(_USES)):
            rates = _rates(known, i, j)
            first, both, second = rates.spread
            spread = [[first, both], [both, second]]  # rounded, so perhaps just no covariance any more
            lines[:, i, j] = rng.multivariate_normal(rates.line, spread, rounds, check_valid="ignore")
            lines[:, i, j, 0] += rng.normal(0, _ALIKE, rounds)
    return lines


def _rates(known: Known, source: int, use: int) -> ErrorRates:
    return known.get(_SOURCES[source], {}).get(_USES[use], _NO_RATES)


def _logit(values: Any) -> Any:
    return np.log(values) - np.log1p(-values)
