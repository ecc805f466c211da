"""How far a figure would move with other documents: the bootstrap by document.

Whole documents are drawn again with replacement, versions of one document together (`training.train.groups_of`); never
sentences, which within a document are alike (B. Efron and R. Tibshirani, 1993, An Introduction to the Bootstrap).
A round is a weight per document, so that a thousand rounds are a matrix product.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bronnen.records import Estimate

Array = np.ndarray[Any, np.dtype[Any]]

ROUNDS = 1000
LEVEL = 0.95
LEAST = 5  # documents that must bear on a figure, before there is an interval


def draws(documents: int, rounds: int, rng: np.random.Generator) -> Array:
    """How often each document was drawn in each round: [rounds, documents], every row sums to `documents`."""
    return rng.multinomial(documents, np.full(documents, 1 / documents), size=rounds).astype(np.float64)


def sums(values: Array, groups: Array, documents: int) -> Array:
    """The sum of `values` [n, k] per document: [documents, k]; `groups` [n] numbers the documents from 0."""
    return np.stack([np.bincount(groups, weights=column, minlength=documents) for column in values.T], axis=1)


def interval(rounds: Array) -> tuple[float, float] | None:
    """The ends of the 95% interval, by percentiles; None where half the rounds or more gave no figure (NaN)."""
    known = rounds[~np.isnan(rounds)]
    if 2 * len(known) <= len(rounds):
        return None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def estimate(value: float | None, rounds: Array, bearing: int) -> Estimate | None:
    """A figure with its interval, from its values in the rounds; `bearing` documents have something that counts.

    There is no interval with fewer than five such documents, nor where not one round differs: resampling cannot show
    how far off a figure is that no document contradicts.
    """
    if value is None or np.isnan(value):
        return None
    ends = interval(rounds) if bearing >= LEAST else None
    if ends is None or ends[0] == ends[1]:
        return Estimate(float(value))
    return Estimate(float(value), *ends)


def rates(counts: Array) -> tuple[Array, Array, Array]:
    """Precision, recall and F1 from counts [..., 3] of true positives, false positives and false negatives.

    NaN where a figure does not exist: all three without cases, precision where nothing was found.

    >>> [float(value) for value in rates(np.array([6, 2, 6]))]
    [0.75, 0.5, 0.6]
    """
    hits, wrong, missed = counts[..., 0], counts[..., 1], counts[..., 2]
    cases = np.where(hits + missed > 0, hits + missed, np.nan)
    found = np.where(hits + wrong > 0, hits + wrong, np.nan)
    return hits / found + 0 * cases, hits / cases, 2 * hits / (cases + hits + wrong)


def average_precision(truth: Array, scores: Array, groups: Array, weights: Array) -> Array:
    """The average precision of scores [n], as scikit-learn counts it, under weights [rounds, documents]: [rounds].

    NaN in rounds without a case. Equal scores fall together. Only where a case stands does the sum grow, so per
    document the cases and units up to each of those places are counted once, and a round is a product with them.
    """
    order = np.argsort(-scores, kind="stable")
    truth, groups, scores = truth[order], groups[order], scores[order]
    level = np.r_[0, np.cumsum(np.diff(scores) != 0)] if len(scores) else np.zeros(0, dtype=np.int64)
    steps = np.unique(level[truth])
    if not len(steps):
        return np.full(len(weights), np.nan)
    at = np.searchsorted(steps, level)  # the first place with a case at or after each unit
    reached = at < len(steps)
    shape = (weights.shape[1], len(steps))
    hits, units = np.zeros(shape), np.zeros(shape)
    np.add.at(hits, (groups[truth], at[truth]), 1)
    np.add.at(units, (groups[reached], at[reached]), 1)
    gained = weights @ hits
    found = np.cumsum(gained, axis=1)
    given = np.cumsum(weights @ units, axis=1)
    precision = found / np.where(given > 0, given, np.inf)
    cases = np.where(found[:, -1] > 0, found[:, -1], np.nan)
    return np.asarray((gained * precision).sum(axis=1) / cases)


def curve(truth: Array, scores: Array, most: int = 100) -> list[tuple[float, float]]:
    """(recall, precision) at some `most` thresholds from high to low, evenly over recall; empty without cases.

    The last point is that of everything given.
    """
    if not truth.any():
        return []
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    ends = np.r_[np.flatnonzero(np.diff(scores[order])), len(scores) - 1]
    recall, precision = hits[ends] / truth.sum(), hits[ends] / (ends + 1)
    even = np.searchsorted(recall, np.linspace(recall[0], 1, most)).clip(max=len(ends) - 1)
    chosen = np.unique(np.r_[even, len(ends) - 1])
    return list(zip(recall[chosen].tolist(), precision[chosen].tolist(), strict=True))
