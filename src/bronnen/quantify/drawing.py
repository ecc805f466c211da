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

Passages that people judged are not drawn: they are what people found, and they tell which moves are likely.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
_TOGETHER = 0.2  # chance that a passage shares its neighbour's fate: the correlation of neighbours' errors
_AT_ONCE = 400  # passages that are drawn together, for memory's sake
_NO_RATES = ErrorRates(share=0.1, tpr=1.0, fpr=0.0, of_cases=1.0, of_others=0.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """How far documents are expected to differ from those the model learned from.

    `spread` of the shift of log-odds, `trust` in what the probabilities of one passage say of it, and the number of
    passages beyond which more of them add nothing (`most`).
    """

    spread: float
    trust: float
    most: float


PRIORS = {"ordinary": Prior(1.0, 0.1, 30), "unusual": Prior(2.0, 0.3, 80)}
"""Chosen by measurement (`docs/method.md`): 'ordinary' errs least on real documents, 'unusual' on forced shares."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws of a document, a section or a collection.

    `counts` [rounds, 8]: in each draw, passages that use each source, that call for each, that use any, that use two or
    three. `found` [8]: the same of the labels as they stand.
    """

    passages: int
    counts: Array
    found: Array
    documents: int = 1


def draw(
    chances: Array,
    judged: Array,
    labels: Array,
    sections: Array,
    known: Known,
    rng: np.random.Generator,
    prior: Prior = PRIORS["ordinary"],
    rounds: int = ROUNDS,
) -> list[Drawn]:
    """The draws of each section of ONE document.

    Args:
        chances: [n, sources, uses], the model's probabilities of its counted passages in reading order.
        judged: [n, sources], what people found: `NONE`, `USED`, `CALLED_FOR`, or `UNKNOWN` where they did not look.
        labels: [n, sources], the labels as they stand: `NONE`, `USED` or `CALLED_FOR`.
        sections: [n], the number of each passage's section, ascending from 0 without gaps.
        known: of the model's errors.
        rng: of this document alone. The errors of the model are drawn apart, alike for all documents.
    """
    logits = _logit(np.clip(chances, _SMALLEST, 1 - _SMALLEST))
    lines = _lines(known, rounds)
    for i in range(len(_SOURCES)):
        for j in range(len(_USES)):
            likely = _likely(logits[:, i, j], judged[:, i], j, _rates(known, i, j), prior)
            lines[:, i, j, 0] += rng.choice(_SHIFTS, rounds, p=likely)
    slopes, moves = (lines[..., part].astype(np.float32) for part in (1, 0))
    borders = np.searchsorted(sections, np.arange(int(sections.max(initial=-1)) + 2))
    found = []
    for begin, end in pairwise(borders):
        counts = np.zeros((rounds, 8), dtype=np.int32)
        for start in range(begin, end, _AT_ONCE):
            part = slice(start, min(end, start + _AT_ONCE))
            odds = slopes[:, None] * logits[None, part].astype(np.float32) + moves[:, None]
            np.clip(odds, -_FARTHEST, _FARTHEST, out=odds)
            counts += _counts(_truths(1 / (1 + np.exp(-odds)), judged[part], rng))
        found.append(Drawn(int(end - begin), counts, _counts(labels[None, begin:end])[0]))
    return found


def joined(parts: Iterable[Drawn]) -> Drawn:
    """Documents, or chapters of one, together."""
    listed = list(parts)
    rounds = len(listed[0].counts) if listed else ROUNDS
    return Drawn(
        sum(one.passages for one in listed),
        sum((one.counts for one in listed), np.zeros((rounds, 8), dtype=np.int64)),
        sum((one.found for one in listed), np.zeros(8, dtype=np.int64)),
        sum(one.documents for one in listed),
    )


def _truths(chances: Array, judged: Array, rng: np.random.Generator) -> Array:
    """What passages carry, [rounds, n, sources], given their chances [rounds, n, sources, uses]."""
    rounds, count = chances.shape[:2]
    shape = (rounds, count, len(_SOURCES))
    fates = rng.random(shape, dtype=np.float32)
    places = np.where(rng.random(shape, dtype=np.float32) < _TOGETHER, 0, np.arange(count, dtype=np.int32)[:, None])
    fates = np.take_along_axis(fates, np.maximum.accumulate(places, axis=1), axis=1)
    used = fates < chances[..., 0]
    called = ~used & (fates < chances[..., 0] + chances[..., 1])
    truths = np.where(used, np.int8(USED), np.where(called, np.int8(CALLED_FOR), np.int8(NONE)))
    return np.where(judged == UNKNOWN, truths, judged.astype(np.int8))


def _counts(truths: Array) -> Array:
    """The eight numbers of `Drawn.counts` for each draw of truths [rounds, n, sources]."""
    used, called = truths == USED, truths == CALLED_FOR
    together = used.sum(axis=2)
    parts = [
        used.sum(axis=1),
        called.sum(axis=1),
        (together > 0).sum(axis=1)[:, None],
        (together > 1).sum(axis=1)[:, None],
    ]
    return np.concatenate(parts, axis=1).astype(np.int32)


def _likely(logits: Array, judged: Array, use: int, rates: ErrorRates, prior: Prior) -> Array:
    """The probability of each of `_SHIFTS`, from the prior, the probabilities and what people judged."""
    odds = np.clip(rates.line[0] + rates.line[1] * logits, -_FARTHEST, _FARTHEST)
    chances = 1 / (1 + np.exp(-odds))
    moved = 1 / (1 + np.exp(-(_SHIFTS[:, None] + odds)))  # [shifts, n]
    share = min(max(rates.share, 0.001), 0.5)
    shares = 1 / (1 + np.exp(-(_SHIFTS + _logit(share))))
    unseen = judged == UNKNOWN
    told = np.log(((1 - shares) / (1 - share))[:, None] * (1 - chances) + (shares / share)[:, None] * chances)
    worth = prior.trust * min(1.0, prior.most / max(1, int(unseen.sum())))
    seen = np.where(judged == (USED, CALLED_FOR)[use], np.log(moved), np.log1p(-moved))
    total = -0.5 * (_SHIFTS / prior.spread) ** 2 + worth * told[:, unseen].sum(axis=1) + seen[:, ~unseen].sum(axis=1)
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
    return lines


def _rates(known: Known, source: int, use: int) -> ErrorRates:
    return known.get(_SOURCES[source], {}).get(_USES[use], _NO_RATES)


def _logit(values: Any) -> Any:
    return np.log(values) - np.log1p(-values)
